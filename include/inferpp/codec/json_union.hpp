// SPDX-License-Identifier: BSL-1.0
//
// Tagged unions in JSON: objects with exactly one member, whose name says what its value is.

#ifndef INFERPP_CODEC_JSON_UNION_HPP
#define INFERPP_CODEC_JSON_UNION_HPP

#include <inferpp/codec/json.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace inferpp::inline INFERPP_ABI {

/// A name as a template argument.
template <std::size_t Size>
struct fixed_name {
    constexpr fixed_name(char const (&text)[Size]) { std::copy_n(text, Size, data); }
    constexpr std::string_view view() const noexcept { return {data, Size - 1}; }

    char data[Size]{};
};

/// One of the members that a union may have: its name in C++, and what it holds.
template <fixed_name Name, class T>
struct alternative {
    static constexpr std::string_view name = Name.view();
    using type = T;
};

/// The member of a union that this version does not know, as it stands on the wire.
struct unknown_alternative {
    unknown_alternative() = default;
    unknown_alternative(std::string n, boost::json::value v)
        : name(std::move(n)),
          value(std::move(v))
    {
    }

    std::string name;
    boost::json::value value;
};

namespace detail {

/// The one member of a union. @return null, with the reason in `where`, if there are more or none
INFERPP_DECL boost::json::object::value_type const* find_alternative(
    boost::json::value const& from, std::span<std::string const> known, json_reader& where);

/// "exactly one of a, b must be set"
INFERPP_DECL std::string one_of(std::span<std::string const> known);

} // namespace detail

/**
 * @brief An object with exactly one member, of a set that may grow.
 *
 * Holds one of the alternatives, one that this version does not know, or none: that is how it
 * starts, and it can't be written so. On the wire the alternatives are called by the rules of the
 * type that is derived.
 *
 * @code
 * struct source : inferpp::json_union<source, inferpp::alternative<"s3_location", s3_location>,
 *                                     inferpp::alternative<"bytes", std::string>> {
 *     using json_union::json_union;
 * };
 * constexpr inferpp::json_rules json_rules_of(source const*) noexcept
 * {
 *     return inferpp::json_rules{inferpp::naming::camel_case};
 * }
 *
 * source from = s3_location{"s3://bucket/key"};
 * if (auto const* text = from.get_if<"bytes">()) ...
 * @endcode
 *
 * @tparam Self         the type that is derived
 * @tparam Alternatives whose types must be default-constructible
 */
template <class Self, class... Alternatives>
class json_union {
    template <class T>
    static constexpr std::size_t count_of =
        (std::size_t{std::same_as<T, typename Alternatives::type>} + ...);

    static constexpr std::size_t index_of(std::string_view name) noexcept
    {
        std::size_t index = 0;
        std::size_t found = sizeof...(Alternatives);
        ((Alternatives::name == name ? found = index++ : index++), ...);
        return found;
    }

public:
    using variant_type =
        std::variant<std::monostate, typename Alternatives::type..., unknown_alternative>;

    json_union() = default;

    /// From what only one of the alternatives holds.
    template <class T>
        requires(count_of<std::remove_cvref_t<T>> == 1)
    json_union(T&& value)
        : value_(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(value))
    {
    }
    json_union(unknown_alternative value) : value_(std::move(value)) {}

    /// Makes it hold the alternative of that name.
    template <fixed_name Name, class... Args>
        requires(index_of(Name.view()) < sizeof...(Alternatives))
    auto& emplace(Args&&... args)
    {
        return value_.template emplace<index_of(Name.view()) + 1>(std::forward<Args>(args)...);
    }

    /// What it holds, if it is the alternative of that name; else null.
    template <fixed_name Name>
        requires(index_of(Name.view()) < sizeof...(Alternatives))
    auto* get_if() noexcept { return std::get_if<index_of(Name.view()) + 1>(&value_); }
    template <fixed_name Name>
        requires(index_of(Name.view()) < sizeof...(Alternatives))
    auto const* get_if() const noexcept { return std::get_if<index_of(Name.view()) + 1>(&value_); }

    /// The same by the type, where only one alternative has it.
    template <class T>
        requires(count_of<T> == 1)
    T* get_if() noexcept { return std::get_if<T>(&value_); }
    template <class T>
        requires(count_of<T> == 1)
    T const* get_if() const noexcept { return std::get_if<T>(&value_); }

    /// What it holds, if this version does not know it; else null.
    unknown_alternative const* unknown() const noexcept
    {
        return std::get_if<unknown_alternative>(&value_);
    }

    /// The name on the wire of what it holds; empty when that is nothing.
    std::string_view name() const
    {
        if (auto const* const other = unknown())
            return other->name;
        return empty() ? std::string_view{} : std::string_view{names()[value_.index() - 1]};
    }

    /// Whether it holds nothing.
    bool empty() const noexcept { return value_.index() == 0; }

    /// All of it, to be visited.
    variant_type const& variant() const noexcept { return value_; }

    static result<Self> from_json(boost::json::value const& from)
    {
        detail::json_reader where;
        auto const* const member = detail::find_alternative(from, names(), where);
        if (member == nullptr)
            return where.to_error();
        Self made;
        std::string_view const name{member->key().data(), member->key().size()};
        auto const place = std::find(names().begin(), names().end(), name);
        auto const index = static_cast<std::size_t>(place - names().begin());
        bool const fine = index < sizeof...(Alternatives)
                              ? made.read_at(std::index_sequence_for<Alternatives...>{}, index,
                                             member->value(), where)
                              : made.keep(name, member->value(), where);
        if (!fine) {
            where.fail_in('.' + std::string{name});
            return where.to_error();
        }
        return made;
    }

    void to_json(json_writer& out) const
    {
        if (empty()) {
            out.fail(detail::one_of(names()));
            out.null();
            return;
        }
        out.begin_object();
        out.key(name());
        bool const before = out.failed();
        std::visit(
            [&out](auto const& value) {
                using type = std::remove_cvref_t<decltype(value)>;
                if constexpr (std::same_as<type, unknown_alternative>)
                    out.value(value.value);
                else if constexpr (!std::same_as<type, std::monostate>)
                    write_json(value, out);
            },
            value_);
        if (!before && out.failed())
            out.error_in('.' + std::string{name()});
        out.end_object();
    }

private:
    static std::array<std::string, sizeof...(Alternatives)> const& names()
    {
        static std::array<std::string, sizeof...(Alternatives)> const known{
            detail::wire_name(Alternatives::name, detail::rules_for<Self>())...};
        return known;
    }

    template <std::size_t... Index>
    bool read_at(std::index_sequence<Index...>, std::size_t index, boost::json::value const& from,
                 detail::json_reader& where)
    {
        return ((Index == index &&
                 detail::read_value(from, value_.template emplace<Index + 1>(), where)) ||
                ...);
    }

    bool keep(std::string_view name, boost::json::value const& from, detail::json_reader& where)
    {
        if (!detail::check_finite(from, where))
            return false;
        value_ = unknown_alternative{std::string{name}, from};
        return true;
    }

    variant_type value_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/json_union.ipp>
#endif

#endif
