// SPDX-License-Identifier: BSL-1.0
//
// Newline-delimited JSON, the simplest framing of a stream.

#ifndef INFERPP_CODEC_NDJSON_HPP
#define INFERPP_CODEC_NDJSON_HPP

#include <inferpp/core/result.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Cuts a byte stream into lines, however it is split.
 *
 * A push parser: `feed` bytes as they come, take lines with `next`. Empty lines are skipped; a CR
 * before the LF belongs to the line end. The last line needs no line end, see `finish`.
 */
class ndjson_decoder {
public:
    /// @param line_limit bytes that one line may have; default 1 MiB
    explicit ndjson_decoder(std::size_t line_limit = 1UL << 20) noexcept : line_limit_(line_limit)
    {
    }

    /// Takes more bytes. @return `errc::event_too_large` once a line is over the limit
    INFERPP_DECL result<void> feed(std::string_view data);

    /// The stream has ended: what is left without a line end is the last line.
    INFERPP_DECL void finish();

    /// The next complete line, oldest first.
    INFERPP_DECL std::optional<std::string> next();

private:
    INFERPP_DECL void end_line();

    std::size_t line_limit_;
    std::string partial_;
    std::deque<std::string> lines_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/ndjson.ipp>
#endif

#endif
