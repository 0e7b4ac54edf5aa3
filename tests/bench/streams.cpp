// SPDX-License-Identifier: BSL-1.0
//
// Many streams at once on one thread, each of 20 events a second:
//
//     bench_streams [STREAMS] [SECONDS]      by default 10,000 for 10
//
// The simulator is a process of its own. Prints the memory for each stream, the CPU, and how many
// of the events that were sent in that time were taken: by the client, and as the floor by a loop
// of Asio's that reads the same sockets and does nothing with what comes.

#include <inferpp/launch.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/child_process.hpp"

namespace asio = boost::asio;
namespace launch = inferpp::launch;
namespace testing = inferpp::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto between_events = 50ms;

// Tokens of a model, after a time in which all streams are opened.
testing::launch_outcome talk(testing::launch_call const&)
{
    static auto const script = [] {
        auto made = std::make_shared<testing::launch_script>();
        made->events.push_back(testing::launch_event::result("Once ", 15s));
        for (int i = 0; i < 20 * 120; ++i)
            made->events.push_back(testing::launch_event::result("upon a time ", between_events));
        return made;
    }();
    return testing::launch_outcome::stream(script);
}

void serve(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    testing::launch_simulator_options options;
    options.model = talk;
    options.ledger_bytes = 0;
    testing::launch_simulator simulator{context.get_executor(), options};
    tell(simulator.base_url());
    context.run();
}

struct counters {
    std::size_t open = 0;
    std::size_t failed = 0;
    std::uint64_t events = 0;
    std::string why;
};

using request_type = launch::endpoint_request<boost::json::value, std::string>;

asio::awaitable<void> listen(launch::client client, counters& count)
{
    try {
        request_type request{"end_stream00000000000000"};
        request.args = {{"prompt", "Tell me a story."}};
        auto words = co_await client.stream(request);
        ++count.open;
        while (auto word = co_await words.next())
            ++count.events;
    }
    catch (inferpp::failure const& e) {
        ++count.failed;
        count.why = e.what();
    }
}

// The floor: each read is taken for an event.
asio::awaitable<void> listen_bare(asio::ip::tcp::endpoint to, counters& count)
{
    try {
        asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
        co_await socket.async_connect(to, asio::use_awaitable);
        std::string const body = R"({"args":{"prompt":"Tell me a story."}})";
        std::string const request =
            "POST /v1/streaming-tasks?model_endpoint_id=end_stream00000000000000 HTTP/1.1\r\n"
            "Host: localhost\r\nAuthorization: Basic YmVuY2g6\r\n"
            "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
        std::array<char, 512> buffer;
        auto const head =
            co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        std::string_view const status{buffer.data(), head};
        if (!status.starts_with("HTTP/1.1 200"))
            throw std::runtime_error{std::string{status.substr(0, 64)}};
        ++count.open;
        while (true) {
            co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
            ++count.events;
        }
    }
    catch (std::exception const& e) {
        ++count.failed;
        count.why = e.what();
    }
}

asio::awaitable<void> pause(std::chrono::milliseconds time)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

// Opens the streams, lets them run, and prints what it took. @return us of CPU for an event
asio::awaitable<double> measure(char const* what, std::size_t streams, int seconds,
                                std::function<asio::awaitable<void>(counters&)> one)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const shared = std::make_shared<counters>(); // the streams outlive this
    counters& count = *shared;
    std::uint64_t const before = support::resident_memory();
    auto const begun = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < streams; ++i) {
        auto stream = one(count);
        asio::co_spawn(executor, std::move(stream), [shared](std::exception_ptr) {});
        if (i % 64 == 63)
            co_await pause(2ms);
    }
    while (count.open + count.failed < streams)
        co_await pause(20ms);
    std::chrono::duration<double> const opening = std::chrono::steady_clock::now() - begun;
    while (count.events < count.open)
        co_await pause(20ms);
    co_await pause(1s); // all send at their full rate
    std::uint64_t const events = count.events;
    double const cpu = support::cpu_seconds();
    auto const start = std::chrono::steady_clock::now();
    co_await pause(std::chrono::seconds{seconds});
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    double const used = support::cpu_seconds() - cpu;
    double const got = static_cast<double>(count.events - events);
    double const sent = took.count() * static_cast<double>(count.open) /
                        std::chrono::duration<double>(between_events).count();
    double const each = 1e6 * used / got;
    std::printf("%s: %zu streams open after %.1f s, %zu failed %s\n"
                "    memory %.1f KiB each; %.0f of %.0f events/s (%.0f %%); CPU %.0f %% of a core, "
                "%.2f us for an event\n",
                what, count.open, opening.count(), count.failed, count.why.c_str(),
                static_cast<double>(support::resident_memory() - before) / 1024.0 /
                    static_cast<double>(streams),
                got / took.count(), sent / took.count(), 100.0 * got / sent,
                100.0 * used / took.count(), each);
    co_return each;
}

} // namespace

int main(int count, char** values)
{
    std::size_t const streams = count > 1 ? std::stoull(values[1]) : 10'000;
    int const seconds = count > 2 ? std::atoi(values[2]) : 10;
    if (!support::allow_descriptors(streams + 200)) {
        std::printf("not available: no more descriptors, see ulimit -n\n");
        return 0;
    }
    double each = 0;
    double floor = 0;
    auto const run = [&](auto make, char const* what, double& result) {
        support::child_process const platform{serve};
        asio::io_context context{1};
        auto const one = make(context, platform.line());
        asio::co_spawn(context, measure(what, streams, seconds, one),
                       [&](std::exception_ptr, double used) {
                           result = used;
                           context.stop();
                       });
        context.run();
    };
    run(
        [&](asio::io_context& context, std::string const& url) {
            launch::options options;
            options.base_url = url;
            options.api_key = inferpp::secret{"bench"};
            options.max_connections = streams + 1;
            options.max_waiting = streams;
            options.limits.first_byte = 120s;
            options.limits.total = 300s;
            options.limits.connect = 60s;
            launch::client const client{context.get_executor(), options};
            return [client](counters& c) { return listen(client, c); };
        },
        "inferpp", each);
    run(
        [&](asio::io_context&, std::string const& url) {
            auto const port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
            asio::ip::tcp::endpoint const to{asio::ip::address_v4::loopback(), port};
            return [to](counters& c) { return listen_bare(to, c); };
        },
        "bare reads", floor);
    std::printf("%.2f times the bare reads\n", each / floor);
    return 0;
}
