// SPDX-License-Identifier: BSL-1.0
//
// Many streams at once on one thread, each of 20 events a second:
//
//     bench_streams [STREAMS] [SECONDS]      by default 10,000 for 10
//
// The simulator is a process of its own. Prints the client's memory for each stream, its CPU, and
// how many of the events that were sent in that time it took.

#include <inferpp/launch.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include "support/child_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

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

asio::awaitable<void> pause(std::chrono::milliseconds time)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> measure(asio::io_context& context, launch::client client, std::size_t streams,
                              int seconds)
{
    counters count;
    std::uint64_t const before = support::resident_memory();
    auto const begun = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < streams; ++i) {
        asio::co_spawn(context, listen(client, count), asio::detached);
        if (i % 64 == 63)
            co_await pause(2ms);
    }
    while (count.open + count.failed < streams)
        co_await pause(20ms);
    std::chrono::duration<double> const opening = std::chrono::steady_clock::now() - begun;
    std::printf("%zu streams open after %.1f s, %zu failed %s\n", count.open, opening.count(),
                count.failed, count.why.c_str());

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
    std::printf("memory %.1f KiB each; %.0f of %.0f events/s (%.0f %%); CPU %.0f %% of a core, "
                "%.2f us for an event\n",
                static_cast<double>(support::resident_memory() - before) / 1024.0 /
                    static_cast<double>(streams),
                got / took.count(), sent / took.count(), 100.0 * got / sent,
                100.0 * used / took.count(), 1e6 * used / got);
    context.stop();
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
    support::child_process const platform{serve};
    asio::io_context context{1};
    launch::options options;
    options.base_url = platform.line();
    options.api_key = inferpp::secret{"bench"};
    options.max_connections = streams + 1;
    options.max_waiting = streams;
    options.limits.first_byte = 120s;
    options.limits.total = 300s;
    options.limits.connect = 60s;
    asio::co_spawn(context,
                   measure(context, launch::client{context.get_executor(), options}, streams,
                           seconds),
                   asio::detached);
    context.run();
    return 0;
}
