// SPDX-License-Identifier: BSL-1.0
//
// How the simulated Launch delivers callbacks. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_CALLBACKS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_CALLBACKS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/core/ignore_unused.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL void launch_simulator::sender::send(std::shared_ptr<sender> self, delivery const& what)
{
    auto const executor = self->executor;
    auto work = deliver(std::move(self), what);
    boost::asio::co_spawn(executor, std::move(work), [](std::exception_ptr) {});
}

/// Sleeps in the simulator's time. Returns whether it goes on.
INFERPP_DECL boost::asio::awaitable<bool> launch_simulator::sender::sleep(
    std::shared_ptr<sender> self, inferpp::clock::time_point until)
{
    if (self->stopped)
        co_return false;
    sleeper resting{self->executor, *self->time, until};
    self->asleep.insert(&resting);
    co_await resting.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    self->asleep.erase(&resting);
    co_return !self->stopped;
}

INFERPP_DECL boost::asio::awaitable<void> launch_simulator::sender::deliver(
    std::shared_ptr<sender> self, delivery what)
{
    auto due = what.due;
    auto wait = self->options.retry_wait;
    for (std::size_t attempt = 1; attempt <= self->options.attempts; ++attempt) {
        bool const goes_on = co_await sleep(self, due);
        if (!goes_on)
            co_return;
        int const status = co_await post(self, what);
        launch_callback line;
        line.task_id = what.task_id;
        line.url = what.url;
        line.body = what.body;
        line.attempt = attempt;
        line.status = status;
        self->log.push_back(std::move(line));
        if (status >= 200 && status < 300)
            co_return;
        due = saturating_add(self->time->now(), wait);
        wait *= 2;
    }
}

/// Posts to a plain HTTP server. Returns its status, 0 without one.
INFERPP_DECL boost::asio::awaitable<int> launch_simulator::sender::post(
    std::shared_ptr<sender> self, delivery const& what)
{
    namespace beast = boost::beast;
    using tcp = boost::asio::ip::tcp;
    constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);
    auto const target = parse_url(what.url);
    error_code code;
    auto const address =
        boost::asio::ip::make_address(!target || target->origin.tls        ? ""
                                      : target->origin.host == "localhost" ? "127.0.0.1"
                                                                           : target->origin.host,
                                      code);
    if (code)
        co_return 0; // loopback by its address is all that tests need
    beast::tcp_stream stream{self->executor};
    stream.expires_after(std::chrono::seconds{10}); // real time, for a receiver that hangs
    tcp::endpoint const there{address, target->origin.port};
    auto const [refused] = co_await stream.async_connect(there, as_values);
    if (refused)
        co_return 0;
    std::string const text = "POST " + target->target() +
                             " HTTP/1.1\r\nHost: " + target->origin.authority() +
                             "\r\nUser-Agent: python-requests/2.31.0\r\nAccept: */*\r\n"
                             "Connection: close\r\nContent-Type: application/json\r\n"
                             "Content-Length: " +
                             std::to_string(what.body.size()) +
                             "\r\nAuthorization: " + what.authorization + "\r\n\r\n" + what.body;
    auto const [unsent, count] =
        co_await boost::asio::async_write(stream, boost::asio::buffer(text), as_values);
    boost::ignore_unused(count);
    if (unsent)
        co_return 0;
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> reading;
    auto const [unread, got] = co_await beast::http::async_read(stream, buffer, reading, as_values);
    boost::ignore_unused(got);
    co_return unread ? 0 : static_cast<int>(reading.get().result_int());
}

INFERPP_DECL void launch_simulator::sender::stop() noexcept
{
    stopped = true;
    for (sleeper* const each : asleep)
        each->timer.cancel();
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_endpoints.ipp>
#endif

#endif
