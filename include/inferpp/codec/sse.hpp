// SPDX-License-Identifier: BSL-1.0
//
// Server-Sent Events, the framing of most streams of tokens: a push parser, and on top of it the
// decoder of a stream whose events are JSON.

#ifndef INFERPP_CODEC_SSE_HPP
#define INFERPP_CODEC_SSE_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/text.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// An event as it lies in the parser. Valid until the parser's next call.
struct sse_event_view {
    sse_event_view() = default;

    std::string_view type = "message"; ///< the `event` field
    std::string_view data;             ///< the `data` lines, joined by LF; valid UTF-8
    std::string_view id;               ///< the last event id, which events without `id` keep
    /// The reconnection time in force; empty: the server has named none.
    std::optional<std::chrono::milliseconds> retry;
};

/// The same with memory of its own.
struct sse_event {
    sse_event() = default;
    explicit sse_event(sse_event_view const& from)
        : type(from.type),
          data(from.data),
          id(from.id),
          retry(from.retry)
    {
    }

    std::string type = "message";
    std::string data;
    std::string id;
    std::optional<std::chrono::milliseconds> retry;
};

/// Sizes in bytes as received; what is over them is `errc::event_too_large`.
struct sse_limits {
    std::size_t line_bytes = 1UL << 20;  ///< the value of one field
    std::size_t event_bytes = 1UL << 20; ///< the data of one event
};

/**
 * @brief Cuts a byte stream into events, however it is split.
 *
 * A push parser: `feed` bytes as they come, then take events until there is none. It does what the
 * WHATWG text says: LF, CR and CRLF end a line, one byte order mark is skipped, invalid UTF-8
 * becomes U+FFFD, an event without data is none. The time it takes is linear in the input, also
 * when that comes byte by byte. Comments and unknown fields of any length need no memory.
 *
 * @code
 * parser.feed(bytes).value();
 * while (auto event = parser.next_view().value())
 *     use(event->data);
 * @endcode
 *
 * *Source*: https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.5 and 9.2.6.
 */
class sse_parser {
public:
    /// The longest reconnection time, in milliseconds; longer ones are cut to it.
    static constexpr std::chrono::milliseconds max_retry{1LL << 53};

    /// @param last_event_id where a stream is resumed: that of the stream before
    INFERPP_DECL explicit sse_parser(sse_limits limits = {}, std::string last_event_id = {});

    /// Takes more bytes. @return the error that `next_view` has given, if any
    INFERPP_DECL result<void> feed(std::string_view data);

    /**
     * @brief The next complete event, without a copy where its data is one line.
     * @return null: more bytes are needed. `errc::event_too_large` behind the events before the one
     *         that is too large, as soon as it is known to be; then for ever
     */
    INFERPP_DECL result<sse_event_view const*> next_view();

    /// The same with memory of its own; nothing: more bytes are needed.
    INFERPP_DECL result<std::optional<sse_event>> next();

    /**
     * @brief The body has ended: drops the incomplete event at its end, as the text wants it.
     * @return whether there was one, or a part of one
     *
     * *Preconditions*: `next_view` has nothing left. The parser can then take the body of the next
     * connection.
     */
    INFERPP_DECL bool finish();

    /// What a reconnection sends as `Last-Event-ID`, if it is not empty. An `id` counts from the
    /// end of its event on, with or without data.
    std::string const& last_event_id() const noexcept { return last_id_; }

    /// The reconnection time that the server wants; counts at once.
    std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

    /// Comments so far, which servers send to keep a connection alive.
    std::size_t comments() const noexcept { return comments_; }

private:
    enum class field : unsigned char { unknown, comment, data, event, id, retry };
    struct named_value {
        field name = field::unknown;
        std::string_view value;
    };

    INFERPP_DECL static named_value read_line(std::string_view line) noexcept;
    INFERPP_DECL std::size_t find_line_end() noexcept;
    INFERPP_DECL bool skip_mark() noexcept;
    INFERPP_DECL void take_line(named_value const& line);
    INFERPP_DECL void take_data(std::string_view value);
    INFERPP_DECL static void take_text(std::string& into, std::string_view value);
    INFERPP_DECL void take_retry(std::string_view digits) noexcept;
    INFERPP_DECL void look_at_partial_line();
    INFERPP_DECL void keep_data();
    INFERPP_DECL void end_event();
    INFERPP_DECL void show_event();
    INFERPP_DECL error too_large() const;

    sse_limits limits_;

    // Bytes before `at_` are done with, but for the data of the current event.
    std::string buffer_;
    std::size_t at_ = 0;
    // The first LF, or how far there is none; the same for CR. Nothing is searched twice.
    std::size_t lf_ = 0;
    std::size_t cr_ = 0;

    // The data of the current event: a single line stays in the buffer while it can.
    std::size_t data_at_ = 0;
    std::size_t data_size_ = 0;
    std::string data_;
    std::string type_;
    std::string id_;
    sse_event_view event_;

    std::string last_id_;
    std::optional<std::chrono::milliseconds> retry_;
    std::size_t comments_ = 0;

    bool mark_done_ = false; ///< the place of the byte order mark is behind us
    bool skip_lf_ = false;   ///< the last line has ended with CR
    bool has_data_ = false;
    bool data_in_buffer_ = false;
    bool has_id_ = false;
    bool taken_ = false;                  ///< the current event was given out
    std::optional<field> skipped_;        ///< the rest of the line is of no use
    std::optional<std::size_t> exceeded_; ///< the limit that was passed
};

/// How a protocol over Server-Sent Events ends.
enum class sse_end : unsigned char {
    of_body,     ///< with the body
    done_marker, ///< with an event whose data is "[DONE]", as OpenAI's does
};

/**
 * @brief Events of type `T`, as a `stream_operation::decoder`.
 *
 * `T` is read from the data of an event: from JSON; by `static result<std::optional<T>>
 * T::from_sse(sse_event_view const&)` where it has that, which may give nothing to pass over an
 * event and an error to end the stream; an `sse_event` is given as it is. Events with empty data
 * are passed over.
 *
 * `[DONE]` is an end in any case, since it is no JSON. With `sse_end::done_marker` it must come,
 * and need not have its empty line; otherwise a complete body is an end too, unless a part of an
 * event stands there. Else the stream fails with `errc::stream_truncated`.
 */
template <class T, sse_end End = sse_end::of_body>
class sse_events {
public:
    /// @param event_limit bytes of data that one event may have
    explicit sse_events(std::size_t event_limit) : parser_(sse_limits{event_limit, event_limit}) {}

    result<void> feed(std::string_view data)
    {
        if (done_)
            return {};
        return parser_.feed(data);
    }

    result<std::optional<T>> next()
    {
        while (!done_) {
            auto const event = parser_.next_view();
            if (!event)
                return event.error();
            if (!*event)
                break;
            std::string_view const data = detail::trim((*event)->data);
            if (data == "[DONE]") {
                done_ = true;
                break;
            }
            if (data.empty())
                continue;
            auto read = read_event(**event);
            if (!read || *read)
                return read;
        }
        return std::optional<T>{};
    }

    result<void> finish()
    {
        if (done_)
            return {};
        if constexpr (End == sse_end::done_marker) {
            // The marker needs no empty line behind it to be whole.
            if (auto const fed = parser_.feed("\n\n"); !fed)
                return fed.error();
            auto const last = parser_.next_view();
            done_ = last && *last && detail::trim((*last)->data) == "[DONE]";
            if (!done_)
                return error{errc::stream_truncated};
        } else if (parser_.finish()) {
            return error{errc::stream_truncated, "the stream ended in the middle of an event"};
        }
        return {};
    }

    bool done() const noexcept { return done_; }

private:
    static result<std::optional<T>> read_event(sse_event_view const& event)
    {
        if constexpr (requires { T::from_sse(event); }) {
            return T::from_sse(event);
        } else if constexpr (std::same_as<T, sse_event>) {
            return std::optional<T>{T{event}};
        } else {
            auto read = decode_json<T>(event.data);
            if (!read)
                return read.error();
            return std::optional<T>{std::move(*read)};
        }
    }

    sse_parser parser_;
    bool done_ = false;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/sse.ipp>
#endif

#endif
