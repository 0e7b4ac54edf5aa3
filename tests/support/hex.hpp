// SPDX-License-Identifier: BSL-1.0
//
// Bytes written by hand.

#ifndef INFERPP_TESTS_SUPPORT_HEX_HPP
#define INFERPP_TESTS_SUPPORT_HEX_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/// The bytes of hexadecimal digits in pairs; blanks between them are ignored.
inline std::string from_hex(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ' || text[i] == '\n')
            continue;
        auto const high = digits.find(text[i]);
        auto const low = i + 1 < text.size() ? digits.find(text[i + 1]) : std::string_view::npos;
        if (high == std::string_view::npos || low == std::string_view::npos)
            throw std::invalid_argument{"no hexadecimal digits: " + std::string{text}};
        bytes += static_cast<char>(high * 16 + low);
        ++i;
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (char const c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
        text += ' ';
    }
    if (!text.empty())
        text.pop_back();
    return text;
}

} // namespace support

#endif
