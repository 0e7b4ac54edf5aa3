// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_BASE64_IPP
#define INFERPP_CODEC_IMPL_BASE64_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL void append_base64(std::string_view data, std::string& out)
{
    // OpenSSL counts in int and writes a terminating zero, for which one more byte is made.
    constexpr std::size_t most = 3UL << 20;
    std::size_t filled = out.size();
    out.resize(filled + base64_size(data.size()) + 1);
    while (!data.empty()) {
        auto const part = data.substr(0, most);
        filled += static_cast<std::size_t>(EVP_EncodeBlock(
            reinterpret_cast<unsigned char*>(out.data() + filled),
            reinterpret_cast<unsigned char const*>(part.data()), static_cast<int>(part.size())));
        data.remove_prefix(part.size());
    }
    out.resize(filled);
}

namespace detail {

inline constexpr std::array<signed char, 256> make_base64_values() noexcept
{
    std::array<signed char, 256> values{};
    values.fill(-1);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    return values;
}

} // namespace detail

// Not OpenSSL's decoder: that one skips blanks and counts padding as data.
INFERPP_DECL std::optional<std::string> decode_base64(std::string_view text)
{
    static constexpr auto values = detail::make_base64_values();
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    std::size_t const digits = text.size() - padding;
    unsigned bits = 0;
    int held = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        int const value = values[static_cast<unsigned char>(text[i])];
        if (value < 0)
            return std::nullopt;
        bits = bits << 6 | static_cast<unsigned>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held & 0xff);
            bits &= (1u << held) - 1;
        }
    }
    if (bits != 0)
        return std::nullopt; // bits that no byte holds: not the canonical form
    return out;
}

INFERPP_DECL void append_data_url(std::string_view media_type, std::string_view data,
                                  std::string& out)
{
    out.append("data:").append(media_type).append(";base64,");
    append_base64(data, out);
}

INFERPP_DECL std::optional<data_url> parse_data_url(std::string_view text)
{
    auto const comma = text.find(',');
    if (text.size() < 5 || !detail::iequals(text.substr(0, 5), "data:") ||
        comma == std::string_view::npos)
        return std::nullopt;
    std::string_view type = text.substr(5, comma - 5);
    std::string_view const data = text.substr(comma + 1);
    constexpr std::string_view marker = ";base64";
    bool const base64 = type.size() >= marker.size() &&
                        detail::iequals(type.substr(type.size() - marker.size()), marker);
    if (base64)
        type.remove_suffix(marker.size());
    auto decoded = base64 ? decode_base64(data) : percent_decode(data);
    if (!decoded)
        return std::nullopt;
    data_url url;
    url.media_type = type.empty() ? "text/plain;charset=US-ASCII" : std::string{type};
    url.data = std::move(*decoded);
    return url;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
