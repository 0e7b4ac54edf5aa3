// SPDX-License-Identifier: BSL-1.0
//
// Streams of what happens in a session, and what all operations that give one have in common.

#ifndef INFERPP_PROVIDERS_DECTHINGS_SESSION_STREAMS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_SESSION_STREAMS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/providers/decthings/call.hpp>
#include <inferpp/providers/decthings/event_hub.hpp>
#include <inferpp/providers/decthings/session_events.hpp>
#include <inferpp/providers/decthings/types.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Where the events of a session come from.
class session_event_source final : public event_source<session_event> {
public:
    explicit session_event_source(std::shared_ptr<subscription> from) noexcept
        : from_(std::move(from))
    {
    }
    session_event_source(session_event_source const&) = delete;
    session_event_source& operator=(session_event_source const&) = delete;
    INFERPP_DECL ~session_event_source() override;

    INFERPP_DECL boost::asio::awaitable<result<std::optional<session_event>>> next() override;
    INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> next_some(
        std::size_t max) override;

private:
    std::shared_ptr<subscription> from_;
};

/**
 * @brief The events of a session, from when it was started, or subscribed to, on.
 *
 * They come over one WebSocket, which all streams of a client share, and which is open as long as
 * there is one. Events are kept from the moment they have come, see `event_options::buffer_bytes`;
 * silence is no error. The stream ends with the event `exited`. Where the connection is lost it
 * fails with `errc::stream_truncated`, or goes on as `event_options::reconnect` says, and fails
 * when that is in vain, also with `condition::not_found` for a session that has ended meanwhile.
 *
 * Closing or destroying it before that ends the subscription. The session goes on, but for language
 * servers.
 *
 * *Lifetimes*: it holds the client. *Thread safety*: as the client's for different streams.
 * *Source*: wire notes 1.8 and 10
 */
class session_stream : public event_stream<session_event> {
public:
    session_stream() = default;
    INFERPP_DECL session_stream(std::unique_ptr<session_event_source> source,
                                subscription const& of);

    /// Of the session; empty for a stream of none.
    std::string const& id() const noexcept { return id_; }

protected:
    /// Sends a call about the session. @throws failure `errc::closed` for a stream of none
    template <class Op>
    boost::asio::awaitable<void> tell(Op op, call_options call) const
    {
        return tell_through(through_, std::move(op), call);
    }

private:
    template <class Op>
    static boost::asio::awaitable<void> tell_through(std::optional<client> through, Op op,
                                                     call_options call)
    {
        if (!through)
            throw failure{error{errc::closed, "the stream is that of no session"}};
        co_await through->send(op, call);
    }

    std::string id_;
    std::optional<client> through_;
};

/// The message of an operation, without its number.
template <class Op>
result<std::string> socket_message_of(Op const& op, secret const& key)
{
    std::string params;
    if (auto const written = encode_json(op, params); !written)
        return written.error();
    if constexpr (has_attachments<Op>)
        return frame_socket_request(Op::info.route, params, op.blobs(), key);
    else
        return frame_socket_request(Op::info.route, params, attachments{}, key);
}

/// Sends an operation over the WebSocket. @param of the stream that it is for, or null
template <class Op>
boost::asio::awaitable<typename Op::response> send_over_socket(client with, Op op,
                                                               std::shared_ptr<subscription> of,
                                                               call_options how)
{
    auto const hub = with.platform().hub();
    auto message = socket_message_of(op, hub->key());
    auto answer =
        co_await hub->call(std::move(with), Op::info, std::move(message), std::move(of), how);
    if (!answer)
        throw failure{answer.error()};
    auto read = Op::decode(std::move(*answer));
    if (!read)
        throw failure{read.error()};
    co_return std::move(*read);
}

/// The same for a call that starts a stream, whose session it starts or names. Fails where the
/// answer does not say the id.
INFERPP_DECL void check_subscribed(subscription const& of);

/**
 * @brief The base of the operations whose answer comes with events.
 * @tparam Op     the call as it is sent
 * @tparam Stream what `client.stream` gives; `Stream::kind` is the kind of its session
 */
template <class Op, class Stream>
struct session_call {
    using provider = decthings::provider;
    using response = Stream;
    using event = session_event;
    using stream = Stream;
    static constexpr operation_info info = Op::info;

    /// Starts a session. Over HTTP there would be no events, which the request says by default.
    explicit session_call(Op const& request) : op(request), events(request.events)
    {
        op.subscribe_to_events.reset();
    }

    Op op;
    event_options events;
    std::string id; ///< of a session that runs

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        if constexpr (requires { op.validate(); })
            if (auto const valid = op.validate(); !valid)
                return valid.error();
        return events.check();
    }

    static boost::asio::awaitable<Stream> perform(client with, session_call what, call_options how)
    {
        auto const of = std::make_shared<subscription>(with, Stream::kind, what.events, info);
        of->id = what.id;
        // Ends the subscription also when the call fails, or is given up.
        auto source = std::make_unique<session_event_source>(of);
        co_await send_over_socket(std::move(with), std::move(what.op), of, how);
        check_subscribed(*of);
        co_return Stream{std::move(source), *of};
    }

protected:
    session_call(Op what, event_options how, std::string session)
        : op(std::move(what)),
          events(how),
          id(std::move(session))
    {
    }
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/session_streams.ipp>
#endif

#endif
