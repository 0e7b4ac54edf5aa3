// SPDX-License-Identifier: BSL-1.0
//
// Newline-delimited JSON, the simplest framing of a stream.

#ifndef INFERPP_CODEC_NDJSON_HPP
#define INFERPP_CODEC_NDJSON_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/result.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

/// Events of type `T`, one a line, as a `stream_operation::decoder`. A complete body is the end.
template <class T>
class ndjson_events {
public:
    explicit ndjson_events(std::size_t event_limit) noexcept : lines_(event_limit) {}

    result<void> feed(std::string_view data) { return lines_.feed(data); }
    result<std::optional<T>> next()
    {
        auto const line = lines_.next();
        if (!line)
            return std::optional<T>{};
        auto event = decode_json<T>(std::string_view{*line});
        if (!event)
            return event.error();
        return std::optional<T>{std::move(*event)};
    }
    result<void> finish()
    {
        lines_.finish();
        return {};
    }
    bool done() const noexcept { return false; }

private:
    ndjson_decoder lines_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/ndjson.ipp>
#endif

#endif
