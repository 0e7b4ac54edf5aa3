// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_WEBSOCKET_CONNECTION_IPP
#define INFERPP_NET_IMPL_WEBSOCKET_CONNECTION_IPP

#include <inferpp/net/websocket_connection.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

// Beast ends the connections below a WebSocket by these two, found by their argument.

inline void teardown(boost::beast::role_type role, timed_socket& socket, error_code& code)
{
    using boost::beast::websocket::teardown;
    teardown(role, socket.next_layer(), code);
}

template <class Handler>
void async_teardown(boost::beast::role_type role, timed_socket& socket, Handler&& handler)
{
    using boost::beast::websocket::async_teardown;
    async_teardown(role, socket.next_layer(), std::forward<Handler>(handler));
}

template <class Stream>
class stream_websocket final : public websocket {
public:
    stream_websocket(channel_ptr on, Stream& stream, limits const& bounds)
        : channel_(std::move(on)),
          bounds_(bounds),
          stream_(stream)
    {
    }

    boost::asio::awaitable<result<void>> shake_hands(http::request const& upgrade,
                                                     clock::time_point deadline)
    {
        namespace ws = boost::beast::websocket;
        phase_limit const phase{"websocket", bounds_.first_byte, errc::first_byte_timeout,
                                errc::truncated};
        stream_.set_option(ws::stream_base::decorator([&upgrade](ws::request_type& message) {
            for (auto const& field : upgrade.headers)
                message.insert(field.name, field.value);
        }));
        bool const deadline_first = arm(channel_->socket(), phase, deadline);
        ws::response_type answer;
        auto const [code] = co_await stream_.async_handshake(answer, channel_->to.authority(),
                                                             upgrade.target, as_values);
        channel_->socket().expires_never();
        stream_.set_option(ws::stream_base::decorator([](ws::request_type&) {}));
        if (code == ws::error::upgrade_declined)
            co_return declined(static_cast<int>(answer.result_int()));
        if (code)
            co_return problem(code, phase, deadline_first, sent_state::maybe);
        // A message over this is refused before it is read. Pings keep proxies awake, and find out
        // that the peer has gone.
        stream_.read_message_max(bounds_.body_bytes);
        ws::stream_base::timeout times{};
        times.handshake_timeout = goodbye;
        times.idle_timeout = bounds_.idle;
        times.keep_alive_pings = true;
        stream_.set_option(times);
        co_return result<void>{};
    }

    boost::asio::awaitable<result<std::optional<websocket_message>>> read() override
    {
        phase_limit const phase{"read message", bounds_.idle, errc::idle_timeout, errc::truncated};
        if (broken_.code())
            co_return broken_;
        websocket_message message;
        auto buffer = boost::asio::dynamic_buffer(message.data);
        auto const [code, got] = co_await stream_.async_read(buffer, as_values);
        boost::ignore_unused(got);
        if (code == boost::beast::websocket::error::closed)
            co_return std::optional<websocket_message>{};
        if (code)
            co_return problem(code, phase, false, sent_state::yes);
        message.text = stream_.got_text();
        co_return std::optional<websocket_message>{std::move(message)};
    }

    boost::asio::awaitable<result<void>> write(websocket_message const& message) override
    {
        phase_limit const phase{"write message", bounds_.write_idle, errc::write_timeout,
                                errc::write_failed};
        if (broken_.code()) {
            error e = broken_;
            e.edit().sent = sent_state::no;
            co_return e;
        }
        stream_.binary(!message.text);
        // A long message goes in several frames, so that the limit sees that it goes on.
        constexpr std::size_t most = 256UL << 10;
        std::string_view rest = message.data;
        bool last = false;
        while (!last) {
            std::string_view const frame = rest.substr(0, most);
            rest.remove_prefix(frame.size());
            last = rest.empty();
            arm(channel_->socket(), phase, (clock::time_point::max)());
            auto const [code, written] = co_await stream_.async_write_some(
                last, boost::asio::buffer(frame.data(), frame.size()), as_values);
            boost::ignore_unused(written);
            if (code)
                co_return problem(code, phase, false, sent_state::maybe);
            channel_->socket().expires_never();
        }
        co_return result<void>{};
    }

    boost::asio::awaitable<void> close() override
    {
        if (broken_.code())
            co_return;
        broken_ = error{errc::closed};
        channel_->socket().expires_at(saturating_add(std::chrono::steady_clock::now(), goodbye));
        co_await stream_.async_close(boost::beast::websocket::close_code::normal, as_values);
        channel_->socket().expires_never();
    }

private:
    static constexpr std::chrono::seconds goodbye{1};

    error problem(error_code code, phase_limit const& phase, bool deadline_first, sent_state sent)
    {
        if (broken_.code()) // the other direction has told it, and this one follows
            return broken_;
        namespace ws = boost::beast::websocket;
        error e = connection_error(seen_by(channel_->socket(), code), phase, deadline_first, sent,
                                   channel_->to);
        if (code == ws::error::message_too_big || code == ws::error::buffer_overflow)
            e = error{errc::body_too_large, "a message is over " +
                                                std::to_string(bounds_.body_bytes) +
                                                " bytes; raise limits.body_bytes"};
        else if (code == ws::condition::protocol_violation ||
                 code == ws::condition::handshake_failed)
            e = error{errc::bad_http, "the peer breaks the rules of WebSocket: " + code.message()};
        e.edit().phase = phase.phase;
        e.edit().sent = sent;
        broken_ = e;
        return e;
    }

    error declined(int status)
    {
        error e{error_code{status, http_category()},
                "the server answered the request for a WebSocket with status " +
                    std::to_string(status)};
        e.edit().http_status = status;
        e.edit().phase = "websocket";
        e.edit().sent = sent_state::yes;
        broken_ = e;
        return e;
    }

    channel_ptr channel_;
    limits bounds_;
    boost::beast::websocket::stream<Stream&> stream_;
    error broken_; ///< why it has ended
};

template <class Stream>
boost::asio::awaitable<result<std::unique_ptr<websocket>>> shake_websocket(
    channel_ptr on, Stream& stream, http::request const& upgrade, limits const& bounds,
    clock::time_point deadline)
{
    auto made = std::make_unique<stream_websocket<Stream>>(std::move(on), stream, bounds);
    auto const shaken = co_await made->shake_hands(upgrade, deadline);
    if (!shaken)
        co_return shaken.error();
    co_return std::unique_ptr<websocket>{std::move(made)};
}

INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> speak_websocket(
    channel_ptr on, http::request const& upgrade, limits const& bounds, clock::time_point deadline)
{
    if (on->secured) {
        ssl_stream& stream = *on->secured;
        return shake_websocket(std::move(on), stream, upgrade, bounds, deadline);
    }
    timed_socket& stream = *on->plain;
    return shake_websocket(std::move(on), stream, upgrade, bounds, deadline);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
