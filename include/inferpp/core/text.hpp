// SPDX-License-Identifier: BSL-1.0
//
// Small helpers on text that several layers need. Not part of the public interface.

#ifndef INFERPP_CORE_TEXT_HPP
#define INFERPP_CORE_TEXT_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::detail {

constexpr char ascii_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// The value of a hexadecimal digit, -1 for any other character.
constexpr int hex_value(char c) noexcept
{
    if (is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Without the blanks (space, tab, CR, LF) at both ends.
constexpr std::string_view trim(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\r\n";
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Equal when the case of ASCII letters is ignored.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

/// Untrusted text made fit for a log or an error: one line of printable ASCII, the rest written
/// as \xNN, cut to `limit` characters of input.
INFERPP_DECL std::string printable(std::string_view text, std::size_t limit);

/// The text's length up to which it is valid UTF-8; `text.size()` when all of it is.
INFERPP_DECL std::size_t valid_utf8_prefix(std::string_view text) noexcept;

/// A copy with U+FFFD in place of what is not valid UTF-8, as many of them as browsers write: one
/// for each longest part of a sequence that could have become valid, and for each other byte.
INFERPP_DECL std::string replace_invalid_utf8(std::string_view text);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/text.ipp>
#endif

#endif
