// SPDX-License-Identifier: BSL-1.0
//
// One connection of a simulator: requests, answers, and what goes wrong with them.

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_CONNECTIONS_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_CONNECTIONS_IPP

#include <inferpp/testing/fault_proxy.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/core/ignore_unused.hpp>

#include <type_traits>

namespace inferpp::inline INFERPP_ABI::testing {

/// Sends some of an answer in the pieces that the fault asks for. Returns whether all of it
/// went out.
template <class Stream>
boost::asio::awaitable<bool> simulator::server::send(std::shared_ptr<server> self, Stream& stream,
                                                     std::string_view text, sending& on_its_way)
{
    fault const& wrong = on_its_way.wrong;
    std::size_t const base = on_its_way.done;
    std::size_t const stop = (std::min)(text.size(), on_its_way.limit() - base);
    auto slice = wrong.slices.begin();
    for (std::size_t at = 0; at < stop;) {
        if (base + at > 0)
            co_await detail::between_pieces(*self->options.clock, wrong.pause);
        std::size_t end = stop;
        if (wrong.drip > 0)
            end = (std::min)(end, at + wrong.drip);
        while (slice != wrong.slices.end() && *slice <= base + at)
            ++slice;
        if (slice != wrong.slices.end())
            end = (std::min)(end, *slice - base);
        auto const [code, count] = co_await boost::asio::async_write(
            stream, boost::asio::buffer(text.data() + at, end - at), as_values);
        boost::ignore_unused(count);
        if (code)
            co_return false;
        at = end;
        on_its_way.done = base + at;
    }
    co_return stop == text.size();
}

INFERPP_DECL boost::asio::awaitable<void> simulator::server::serve_plain(
    std::shared_ptr<server> self, tcp::socket socket)
{
    listed_socket const listed{*self, socket};
    co_await serve(self, socket, socket);
}

INFERPP_DECL boost::asio::awaitable<void> simulator::server::serve_tls(std::shared_ptr<server> self,
                                                                       tcp::socket socket)
{
    boost::asio::ssl::stream<tcp::socket> stream{std::move(socket), *self->tls};
    listed_socket const listed{*self, stream.next_layer()};
    auto const [code] =
        co_await stream.async_handshake(boost::asio::ssl::stream_base::server, as_values);
    if (code)
        co_return;
    bool const polite = co_await serve(self, stream, stream.next_layer());
    if (polite)
        co_await stream.async_shutdown(as_values);
}

/// Closes a connection, unless its request comes in time.
INFERPP_DECL boost::asio::awaitable<void> simulator::server::close_idle(
    std::shared_ptr<server> self, std::weak_ptr<tcp::socket*> which)
{
    inferpp::clock& time = *self->options.clock;
    co_await time.sleep_until(saturating_add(time.now(), self->options.idle_limit));
    error_code ignored;
    if (auto const idle = which.lock())
        (*idle)->close(ignored);
}

/// Serves one connection. Returns whether it ended in peace.
template <class Stream>
boost::asio::awaitable<bool> simulator::server::serve(std::shared_ptr<server> self, Stream& stream,
                                                      tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    boost::beast::flat_buffer buffer;
    while (self->owner != nullptr) {
        parser reading;
        reading.body_limit(self->options.body_bytes);
        std::shared_ptr<tcp::socket*> idle; // until a request has come
        if (self->options.idle_limit > std::chrono::milliseconds::zero()) {
            idle = std::make_shared<tcp::socket*>(&socket);
            auto closing = close_idle(self, idle);
            boost::asio::co_spawn(self->executor, std::move(closing), [](std::exception_ptr) {});
        }
        auto const [head, first] =
            co_await boost::beast::http::async_read_header(stream, buffer, reading, as_values);
        error_code read = head;
        // Beast reads 512 bytes at once unless the buffer has room for more.
        constexpr std::size_t most = 65536;
        if (!read && reading.content_length().value_or(0) > most)
            buffer.reserve(most);
        if (!read && !reading.is_done() &&
            reading.get()[boost::beast::http::field::expect] == "100-continue") {
            std::string const go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await boost::asio::async_write(stream, boost::asio::buffer(go_on), as_values);
        }
        if (!read && !reading.is_done()) {
            auto const [body, rest] =
                co_await boost::beast::http::async_read(stream, buffer, reading, as_values);
            read = body;
            boost::ignore_unused(rest);
        }
        boost::ignore_unused(first);
        if (read == boost::beast::http::error::body_limit) {
            std::string const refusal = "HTTP/1.1 413 Payload Too Large\r\n"
                                        "Content-Length: 0\r\nConnection: close\r\n\r\n";
            co_await boost::asio::async_write(stream, boost::asio::buffer(refusal), as_values);
            co_return false;
        }
        if (read)
            co_return read == boost::beast::http::error::end_of_stream;
        idle.reset();
        bool const keep_alive = reading.keep_alive();
        std::optional<parser::value_type> upgrade; // kept for Beast, which answers it
        if (boost::beast::websocket::is_upgrade(reading.get()))
            upgrade = reading.get();
        simulated_request request = to_request(reading.release());
        std::size_t const line = self->enter(request);
        counted const busy{self->requests};
        sending on_its_way{self->take_fault(request)};
        fault const& wrong = on_its_way.wrong;
        if (wrong.delay > std::chrono::milliseconds::zero())
            co_await self->options.clock->sleep_until(self->options.clock->now() + wrong.delay);
        if (self->owner == nullptr)
            break;

        bool const head_only = request.method == "HEAD";
        simulated_answer answer;
        if (wrong.status != 0) {
            answer.status = wrong.status;
            answer.body = wrong.body;
        } else if (!wrong.refuse) {
            answer = self->owner->respond(request);
        }
        request = {}; // a stream may last
        if (answer.websocket && upgrade) {
            self->ledger[line].status = 101;
            co_await serve_websocket(self, stream, std::move(*upgrade), std::move(answer));
            self->ledger[line].complete = true;
            co_return false;
        }
        if (answer.held || answer.delay > std::chrono::milliseconds::zero()) {
            constexpr bool tls = !std::is_same_v<Stream, tcp::socket>;
            auto const due = saturating_add(self->options.clock->now(), answer.delay);
            bool const there = co_await wait_for_client(self, socket, tls, due, answer.held);
            if (!there)
                break;
            if (answer.held)
                answer = answer.held->make();
        }
        for (auto const& field : wrong.headers)
            answer.headers.set(field.name, field.value);
        bool const streams = answer.stream && !head_only;
        if (streams)
            answer.headers.set("Transfer-Encoding", "chunked");
        else if (wrong.claimed_length)
            answer.headers.set("Content-Length", std::to_string(*wrong.claimed_length));
        std::string const text =
            wrong.refuse ? std::string{} : to_text(answer, keep_alive, head_only);
        bool const cut = wrong.refuse || wrong.cut_after || wrong.stall_after;
        self->ledger[line].status = cut ? 0 : answer.status;
        bool written = co_await send(self, stream, text, on_its_way);
        if (written && streams) {
            auto body = std::move(answer.stream);
            written = co_await send_stream(self, stream, socket, std::move(body), on_its_way);
        }
        self->ledger[line].complete = written && !wrong.refuse;
        if (wrong.half_close)
            socket.shutdown(tcp::socket::shutdown_send, ignored);
        bool const stalled = wrong.stall_after && on_its_way.done >= on_its_way.limit();
        if (stalled || (written && (wrong.stall_after || wrong.half_close)))
            co_await drain(socket);
        bool const missing =
            !streams && wrong.claimed_length && *wrong.claimed_length > answer.body.size();
        if (cut || wrong.reset || wrong.half_close || missing) {
            if (wrong.reset)
                socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
            socket.close(ignored);
            co_return false;
        }
        if (!written)
            co_return false;
        if (!keep_alive)
            co_return true;
    }
    co_return false;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/simulator_streams.ipp>
#endif

#endif
