// SPDX-License-Identifier: BSL-1.0
//
// Standard base64 with padding (RFC 4648 section 4), and data URLs (RFC 2397).

#ifndef INFERPP_CODEC_BASE64_HPP
#define INFERPP_CODEC_BASE64_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// Characters that `size` bytes become, padding included.
constexpr std::size_t base64_size(std::size_t size) noexcept
{
    return (size + 2) / 3 * 4;
}

/// Appends `data` as base64, without line breaks. No more memory than the text itself.
INFERPP_DECL void append_base64(std::string_view data, std::string& out);

/// @return the decoded bytes; empty for anything but whole, padded, canonical base64
INFERPP_DECL std::optional<std::string> decode_base64(std::string_view text);

/// Appends `data:<media_type>;base64,<data>`.
INFERPP_DECL void append_data_url(std::string_view media_type, std::string_view data,
                                  std::string& out);

/// The parts of a data URL.
struct data_url {
    std::string media_type; ///< with its parameters; "text/plain;charset=US-ASCII" when not given
    std::string data;       ///< decoded
};

/// @return the parts; empty when the text is no data URL or its data can't be decoded
INFERPP_DECL std::optional<data_url> parse_data_url(std::string_view text);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/base64.ipp>
#endif

#endif
