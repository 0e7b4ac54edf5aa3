// SPDX-License-Identifier: BSL-1.0
//
// How the members of a described struct are called on the wire, and which must be there.

#ifndef INFERPP_CODEC_JSON_RULES_HPP
#define INFERPP_CODEC_JSON_RULES_HPP

#include <inferpp/core/config.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// How a C++ name becomes a name on the wire.
enum class naming : unsigned char {
    as_written,  ///< input_size
    camel_case,  ///< inputSize
    pascal_case, ///< InputSize
    upper_case,  ///< INPUT_SIZE
    kebab_case,  ///< input-size
};

/**
 * @brief The rules for one described struct or enumeration.
 *
 * Found by argument-dependent lookup of a function beside the type; without one, names go as
 * written and every member but the optional ones must be there.
 *
 * @code
 * constexpr inferpp::json_rules json_rules_of(receipt const*) noexcept
 * {
 *     return inferpp::json_rules{inferpp::naming::camel_case}
 *         .renamed("access_key_id", "accessKeyID")
 *         .required("job_identifier");        // the other members keep their defaults
 * }
 * @endcode
 */
class json_rules {
public:
    struct rename {
        std::string_view name;
        std::string_view wire;
    };

    constexpr json_rules() noexcept = default;
    constexpr explicit json_rules(naming style) noexcept : style_(style) {}

    /// One name that does not follow the style. At most 8.
    constexpr json_rules renamed(std::string_view name, std::string_view wire) const
    {
        json_rules next{*this};
        next.renames_.at(next.rename_count_++) = rename{name, wire};
        return next;
    }

    /// Another name under which the member is read where its own is missing: that of an older or
    /// newer server. At most 8.
    constexpr json_rules also_read(std::string_view name, std::string_view wire) const
    {
        json_rules next{*this};
        next.aliases_.at(next.alias_count_++) = rename{name, wire};
        return next;
    }

    /// Only these members must be there; the others keep the values that the struct's default
    /// constructor gives them. At most 8.
    template <class... Name>
    constexpr json_rules required(Name... names) const
    {
        json_rules next{*this};
        next.all_required_ = false;
        (next.require(names), ...);
        return next;
    }

    /// These members are written also when they are empty: the server wants `{}` or `[]`.
    /// At most 4.
    template <class... Name>
    constexpr json_rules always_written(Name... names) const
    {
        json_rules next{*this};
        ((next.always_.at(next.always_count_++) = names), ...);
        return next;
    }

    /// No member must be there.
    constexpr json_rules nothing_required() const { return required(); }

    constexpr naming style() const noexcept { return style_; }
    constexpr std::span<rename const> renames() const noexcept
    {
        return {renames_.data(), rename_count_};
    }
    constexpr std::span<rename const> aliases() const noexcept
    {
        return {aliases_.data(), alias_count_};
    }
    constexpr bool is_required(std::string_view name) const noexcept
    {
        if (all_required_)
            return true;
        for (std::size_t i = 0; i < required_count_; ++i)
            if (required_[i] == name)
                return true;
        return false;
    }
    constexpr bool is_always_written(std::string_view name) const noexcept
    {
        for (std::size_t i = 0; i < always_count_; ++i)
            if (always_[i] == name)
                return true;
        return false;
    }

private:
    constexpr void require(std::string_view name) { required_.at(required_count_++) = name; }

    naming style_ = naming::as_written;
    bool all_required_ = true;
    std::array<rename, 8> renames_{};
    std::size_t rename_count_ = 0;
    std::array<rename, 8> aliases_{};
    std::size_t alias_count_ = 0;
    std::array<std::string_view, 8> required_{};
    std::size_t required_count_ = 0;
    std::array<std::string_view, 4> always_{};
    std::size_t always_count_ = 0;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
