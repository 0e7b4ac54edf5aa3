// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_SECRET_HPP
#define INFERPP_CORE_SECRET_HPP

#include <inferpp/core/config.hpp>

#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Text that must not be shown: an API key, a password.
 *
 * It can't be printed, converted or compared by accident, and its memory is overwritten when it is
 * destroyed or assigned to. `reveal()` is the one way to the text.
 *
 * *Thread safety*: distinct objects are safe, a shared one is safe to read.
 */
class secret {
public:
    secret() noexcept = default;
    INFERPP_DECL explicit secret(std::string_view text);

    INFERPP_DECL secret(secret const& other);
    INFERPP_DECL secret& operator=(secret const& other);
    INFERPP_DECL secret(secret&& other) noexcept;
    INFERPP_DECL secret& operator=(secret&& other) noexcept;
    INFERPP_DECL ~secret();

    /// The text itself. Valid as long as the object.
    std::string_view reveal() const noexcept { return {text_.data(), text_.size()}; }

    bool empty() const noexcept { return text_.empty(); }

private:
    // A vector: a string's small buffer would stay behind when it is moved.
    std::vector<char> text_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/secret.ipp>
#endif

#endif
