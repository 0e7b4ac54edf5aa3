// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_TEXT_IPP
#define INFERPP_CORE_IMPL_TEXT_IPP

#include <inferpp/core/text.hpp>

#include <cstdint>
#include <cstring>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL std::string printable(std::string_view text, std::size_t limit)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (char const c : text.substr(0, limit)) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            out += c;
        else
            out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    if (text.size() > limit)
        out += "...";
    return out;
}

INFERPP_DECL std::size_t valid_utf8_prefix(std::string_view text) noexcept
{
    std::size_t const size = text.size();
    auto const byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    std::size_t at = 0;
    while (at < size) {
        if (size - at >= 32) { // ASCII bytes, 32 at once or eight
            std::uint64_t words[4];
            std::memcpy(words, text.data() + at, 32);
            if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080ULL) == 0) {
                at += 32;
                continue;
            }
        }
        if (size - at >= 8) {
            std::uint64_t word;
            std::memcpy(&word, text.data() + at, 8);
            if ((word & 0x8080808080808080ULL) == 0) {
                at += 8;
                continue;
            }
        }
        unsigned char const lead = byte(at);
        std::size_t length = 1;
        unsigned char low = 0x80;
        unsigned char high = 0xbf; // the range of the second byte
        if (lead >= 0x80) {
            if (lead >= 0xc2 && lead <= 0xdf)
                length = 2;
            else if (lead >= 0xe0 && lead <= 0xef)
                length = 3;
            else if (lead >= 0xf0 && lead <= 0xf4)
                length = 4;
            else
                return at;
            if (lead == 0xe0)
                low = 0xa0; // no overlong forms
            else if (lead == 0xed)
                high = 0x9f; // no surrogates
            else if (lead == 0xf0)
                low = 0x90;
            else if (lead == 0xf4)
                high = 0x8f; // nothing above U+10FFFF
        }
        if (size - at < length)
            return at;
        for (std::size_t i = 1; i < length; ++i) {
            if (byte(at + i) < low || byte(at + i) > high)
                return at;
            low = 0x80;
            high = 0xbf;
        }
        at += length;
    }
    return at;
}

INFERPP_DECL std::string replace_invalid_utf8(std::string_view text)
{
    std::string out;
    while (true) {
        std::size_t const valid = valid_utf8_prefix(text);
        out.append(text.substr(0, valid));
        text.remove_prefix(valid);
        if (text.empty())
            return out;
        out += "\xef\xbf\xbd";
        // What is left begins with an invalid sequence. The part of it that was possible so far is
        // that which continuation bytes would complete.
        std::size_t part = 1;
        for (std::size_t more = 2; more <= 3 && more <= text.size(); ++more)
            if (valid_utf8_prefix(std::string{text.substr(0, more)}.append(4 - more, '\x80')) > 0)
                part = more;
        text.remove_prefix(part);
    }
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
