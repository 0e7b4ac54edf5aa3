// SPDX-License-Identifier: BSL-1.0
//
// The WebSocket of a Decthings client that eight threads of a context use at the same time.
// ThreadSanitizer watches.

#include <inferpp/decthings.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/far_end.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::far_end;

namespace {

constexpr std::size_t thread_count = 8;

decthings::execution_location machine()
{
    return decthings::execution_location::temporary({1, 512});
}

struct world {
    world()
    {
        simulator = std::make_unique<testing::decthings_simulator>(server.context().get_executor());
        options.base_url = simulator->base_url();
        options.api_key = secret{"key-0123456789abcdef"};
        options.thread_safe = true;
        options.retry.base = 1ms;
        options.retry.cap = 10ms;
        options.retry.max_attempts = 100;
        server.start();
    }
    ~world() { server.stop(); }

    template <class T>
    void add(asio::awaitable<T> work)
    {
        asio::co_spawn(asio::make_strand(context), std::move(work), [this](std::exception_ptr e) {
            if (e)
                ++thrown;
            ++ended;
        });
    }
    void run_all(std::size_t count)
    {
        auto const limit = std::chrono::steady_clock::now() + 100s;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < thread_count; ++i)
            threads.emplace_back([&] {
                while (ended < count && context.run_one_until(limit) > 0) {
                }
                if (ended >= count)
                    context.stop();
            });
        for (auto& thread : threads)
            thread.join();
    }

    far_end server;
    std::unique_ptr<testing::decthings_simulator> simulator;
    asio::io_context context{thread_count};
    decthings::options options;
    std::atomic<std::size_t> ended = 0;
    std::atomic<int> thrown = 0;
    std::atomic<int> whole = 0;
    std::atomic<int> broken = 0;
};

/// Streams to the end, or closed after an event.
asio::awaitable<void> listen(world& in, decthings::client client, int number)
{
    for (int i = 0; i < 10; ++i) {
        decthings::spawn_command echo{machine(), "echo"};
        echo.args = {std::to_string(number), std::to_string(i)};
        auto command = co_await client.stream(echo);
        auto const output = co_await command.next();
        if (!output || output->data.view() != echo.args[0] + ' ' + echo.args[1] + '\n')
            continue;
        if (i % 3 == 0) {
            command.close();
            ++in.whole;
            continue;
        }
        auto const exit = co_await command.next();
        auto const end = co_await command.next();
        if (exit && exit->exit && !end)
            ++in.whole;
    }
}

/// Streams over a connection that breaks again and again.
asio::awaitable<void> endure(decthings::client client)
{
    decthings::spawn_command const cat{machine(), "cat"};
    for (int i = 0; i < 5; ++i) {
        auto started = co_await as_result(client.stream(cat));
        if (!started)
            continue;
        for (int j = 0; j < 3; ++j) {
            co_await as_result(started->write("x"));
            auto const event = co_await as_result(started->next());
            if (!event)
                break;
        }
    }
}

/// The same for streams that connect again.
asio::awaitable<void> survive(world& in, decthings::client client)
{
    decthings::spawn_command cat{machine(), "cat"};
    cat.events.reconnect = true;
    while (true) {
        auto started = co_await as_result(client.stream(cat));
        if (!started)
            continue; // it was cut meanwhile
        for (int gaps = 0; gaps < 2; ++gaps) {
            auto const event = co_await started->next();
            if (event && event->kind == decthings::session_event_kind::gap)
                ++in.broken;
        }
        co_return;
    }
}

asio::awaitable<void> cut(world& in, std::size_t until)
{
    auto const executor = co_await asio::this_coro::executor;
    while (in.ended < until) {
        asio::steady_timer pause{executor, 5ms};
        co_await pause.async_wait(asio::use_awaitable);
        asio::post(in.server.context(), [&in] { in.simulator->cut_sockets(); });
    }
}

} // namespace

TEST_CASE("eight threads share one WebSocket, and each stream gets its own events")
{
    world here;
    decthings::client const client{here.context.get_executor(), here.options};
    constexpr int streams = 16;
    for (int i = 0; i < streams; ++i)
        here.add(listen(here, client, i));
    here.run_all(streams);
    CHECK(here.thrown == 0);
    CHECK(here.whole == streams * 10);
}

TEST_CASE("a WebSocket that breaks again and again under eight threads")
{
    world here;
    decthings::client const client{here.context.get_executor(), here.options};
    constexpr int streams = 16;
    here.add(cut(here, streams));
    for (int i = 0; i < streams / 2; ++i) {
        here.add(endure(client));
        here.add(survive(here, client));
    }
    here.run_all(streams + 1);
    CHECK(here.thrown == 0);
    CHECK(here.broken == streams);
    CHECK(here.ended == streams + 1);
}

TEST_CASE("a client and its context go while streams are open on eight threads")
{
    for (int round = 0; round < 20; ++round) {
        auto here = std::make_unique<world>();
        {
            decthings::client const client{here->context.get_executor(), here->options};
            for (int i = 0; i < 8; ++i)
                here->add(listen(*here, client, i));
        }
        here->run_all(static_cast<std::size_t>(round % 4)); // some have ended
        CHECK(here->thrown == 0);
    }
}
