// SPDX-License-Identifier: BSL-1.0
//
// Connections that are shared: who waits for one, who gets it, and what happens when it dies.
// The cases P of tests/faults.md.

#include <inferpp/net/https_transport.hpp>

#include "support/echo_platform.hpp"
#include "support/held_server.hpp"
#include "support/modzy_world.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::held_server;
using support::ok_answer;
using support::settle;
using support::simulated_world;
using support::started;

namespace {

using call = started<http::response>;

modzy::options options_for(std::string const& url)
{
    modzy::options options;
    options.base_url = url;
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    options.retry.cap = 2ms;
    return options;
}

/// A client with few connections to a server that answers when the test says so.
struct held_world {
    explicit held_world(std::size_t max_connections) : options(options_for(server.url()))
    {
        options.max_connections = max_connections;
    }

    modzy::client client() { return modzy::client{context.get_executor(), options}; }

    /// Starts a GET of "/api/<name>", one attempt.
    call& start(modzy::client const& client, std::string const& name)
    {
        http::request message{"GET", name};
        return calls.emplace_back(context, client.raw(message, {.max_attempts = 1}));
    }
    void run_until_arrived(std::size_t count)
    {
        support::run_until(context, [&] { return server.arrivals().size() >= count; });
    }
    std::string arrived(std::size_t index) const { return server.arrivals().at(index).target(); }

    asio::io_context context{1};
    held_server server{context};
    modzy::options options;
    std::deque<call> calls;
};

std::size_t open_files()
{
    auto const all = std::filesystem::directory_iterator{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace

TEST_CASE("P02: a kept connection that is closed at any moment of a request costs no second execution")
{
    // How far the client and the server have come when the connection is closed.
    for (bool const reset : {false, true}) {
        for (bool const posts : {false, true}) {
            std::size_t succeeded = 0, unknown = 0;
            for (int moment = 0; moment < 24; ++moment) {
                CAPTURE(reset);
                CAPTURE(posts);
                CAPTURE(moment);
                asio::io_context context{1};
                held_server server{context, [](held_server::arrival const& which) {
                                       return ok_answer(which.method() == "POST"
                                                            ? support::receipt()
                                                            : support::details("SUBMITTED"));
                                   }};
                modzy::client const client{context.get_executor(), options_for(server.url())};
                modzy::get_job const ask{"j1"};
                support::run(context, client.send(ask));
                REQUIRE(server.connections() == 1);

                bool ended = false;
                std::optional<error> failed;
                std::optional<started<job<modzy::text_job>>> submission;
                std::optional<started<modzy::job_details>> read;
                if (posts)
                    submission.emplace(context, client.submit(support::text_job()));
                else
                    read.emplace(context, client.send(ask));
                context.restart();
                for (int i = 0; i < moment; ++i)
                    context.poll_one();
                server.close(0, reset);
                if (posts) {
                    auto const outcome = submission->finish();
                    ended = submission->completions() == 1;
                    if (!outcome)
                        failed = outcome.error();
                } else {
                    auto const outcome = read->finish();
                    ended = read->completions() == 1;
                    if (!outcome)
                        failed = outcome.error();
                }
                CHECK(ended);
                std::size_t seen = 0;
                for (auto const& which : server.arrivals())
                    seen += which.method() == "POST" ? 1 : 0;
                if (!failed) {
                    ++succeeded;
                    CHECK(seen == (posts ? 1 : 0));
                } else {
                    ++unknown;
                    CHECK(posts); // a read is repeated
                    CHECK(*failed == errc::unknown_outcome);
                    CHECK(failed->info().sent != sent_state::no);
                    CHECK(seen <= 1);
                }
                // The client is usable.
                support::run(context, client.send(ask));
            }
            CHECK(succeeded > 0);
            if (posts)
                CHECK(unknown > 0);
            else
                CHECK(unknown == 0);
        }
    }
}

TEST_CASE("P03: with two connections ten requests are served in their order, two at a time")
{
    held_world world{2};
    auto const client = world.client();
    for (int i = 0; i < 10; ++i)
        world.start(client, std::to_string(i));
    world.run_until_arrived(2);
    settle(world.context);
    for (std::size_t i = 0; i < 10; ++i) {
        world.run_until_arrived(std::min<std::size_t>(i + 2, 10));
        settle(world.context);
        CHECK(world.server.arrivals().size() == std::min<std::size_t>(i + 2, 10));
        CHECK(world.arrived(i) == "/api/" + std::to_string(i));
        world.server.answer(i);
        support::run_until(world.context, [&] { return world.calls[i].done(); });
        CHECK(world.calls[i].outcome().has_value());
    }
    CHECK(world.server.connections() == 2);
}

TEST_CASE("P04: a request that waits too long for a connection is told so, and the next is served")
{
    held_world world{1};
    auto const patient = world.client();
    world.options.limits.pool = 5ms;
    // Another client of the same transport, with another patience.
    world.options.transport = make_https_transport(world.context.get_executor(), world.options);
    auto const hasty = world.client();
    world.options.limits.pool = 30s;
    auto const calm = world.client();
    auto& busy = world.start(calm, "busy");
    world.run_until_arrived(1);
    auto& first = world.start(hasty, "first");
    settle(world.context);
    auto& second = world.start(calm, "second");
    auto const ended = first.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::pool_timeout);
    CHECK(ended.error() == condition::timeout);
    CHECK(ended.error().info().sent == sent_state::no);
    CHECK(ended.error().info().phase == "wait for a connection");
    CHECK(!second.done());
    world.server.answer(0);
    world.run_until_arrived(2);
    world.server.answer(1);
    CHECK(busy.finish().has_value());
    CHECK(second.finish().has_value());
    CHECK(world.arrived(1) == "/api/second");
    CHECK(world.server.connections() == 1);
}

TEST_CASE("P04: the deadline of a call holds while it waits for a connection")
{
    held_world world{1};
    auto const client = world.client();
    world.start(client, "busy");
    world.run_until_arrived(1);
    http::request message{"GET", "late"};
    call late{world.context, client.raw(message, {.timeout = 5ms})};
    auto const ended = late.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::deadline_exceeded);
    CHECK(ended.error().info().phase == "wait for a connection");
    CHECK(ended.error().info().sent == sent_state::no);
}

TEST_CASE("P04: a request that is cancelled while it waits for a connection leaves its place")
{
    held_world world{1};
    auto const client = world.client();
    auto& busy = world.start(client, "busy");
    world.run_until_arrived(1);
    auto& first = world.start(client, "first");
    auto& second = world.start(client, "second");
    auto& third = world.start(client, "third");
    settle(world.context);
    second.cancel();
    auto const ended = second.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error().info().sent == sent_state::no);
    CHECK(ended.error().info().phase == "wait for a connection");
    for (std::size_t i = 0; i < 3; ++i) {
        world.run_until_arrived(i + 1);
        world.server.answer(i);
    }
    for (call* const one : {&busy, &first, &third})
        CHECK(one->finish().has_value());
    CHECK(world.arrived(1) == "/api/first");
    CHECK(world.arrived(2) == "/api/third");
    CHECK(world.server.connections() == 1);
}

TEST_CASE("P05: cancelled at any moment of a hand-over, the connection or its place is not lost")
{
    std::size_t cancelled = 0, served = 0;
    for (bool const breaks : {false, true}) { // the connection comes back, or its place alone
        for (int moment = 0; moment < 40; ++moment) {
            CAPTURE(breaks);
            CAPTURE(moment);
            held_world world{1};
            auto const client = world.client();
            auto& busy = world.start(client, "busy");
            world.run_until_arrived(1);
            auto& first = world.start(client, "first");
            auto& second = world.start(client, "second");
            settle(world.context);
            if (breaks)
                world.server.close(0);
            else
                world.server.answer(0);
            auto const answer_all = [&] {
                for (std::size_t i = 1; i < world.server.arrivals().size(); ++i)
                    if (!world.server.arrivals()[i].answered)
                        world.server.answer(i);
            };
            world.context.restart();
            for (int i = 0; i < moment; ++i) {
                world.context.poll_one();
                answer_all();
            }
            first.cancel();
            support::run_until(world.context, [&] {
                answer_all();
                return first.done() && second.done() && busy.done();
            });
            auto const ended = first.outcome();
            if (ended) {
                ++served;
            } else {
                ++cancelled;
                CHECK(ended.error() == errc::cancelled);
            }
            CHECK(first.completions() == 1);
            CHECK(second.outcome().has_value());
            CHECK(busy.outcome().has_value() == !breaks);
            // All that is left is one idle connection.
            auto& last = world.start(client, "last");
            std::size_t const before = world.server.connections();
            support::run_until(world.context, [&] {
                auto const& all = world.server.arrivals();
                return !all.empty() && all.back().target() == "/api/last";
            });
            CHECK(world.server.connections() == before);
            world.server.answer(world.server.arrivals().size() - 1);
            CHECK(last.finish().has_value());
        }
    }
    CHECK(cancelled > 0);
    CHECK(served > 0);
}

TEST_CASE("P06: when too many wait already a request fails at once")
{
    held_world world{1};
    world.options.max_waiting = 2;
    auto const client = world.client();
    auto& busy = world.start(client, "busy");
    world.run_until_arrived(1);
    auto& first = world.start(client, "first");
    auto& second = world.start(client, "second");
    settle(world.context);
    auto& refused = world.start(client, "refused");
    settle(world.context); // no time passes
    REQUIRE(refused.done());
    auto const ended = refused.outcome();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::pool_full);
    CHECK(ended.error().info().sent == sent_state::no);
    for (std::size_t i = 0; i < 3; ++i) {
        world.run_until_arrived(i + 1);
        world.server.answer(i);
    }
    for (call* const one : {&busy, &first, &second})
        CHECK(one->finish().has_value());
}

TEST_CASE("P06: without a queue nobody waits")
{
    held_world world{1};
    world.options.max_waiting = 0;
    auto const client = world.client();
    world.start(client, "busy");
    world.run_until_arrived(1);
    auto& refused = world.start(client, "refused");
    settle(world.context);
    REQUIRE(refused.done());
    CHECK(refused.outcome().error() == errc::pool_full);
}

TEST_CASE("P07: a connection that is too old is not used again")
{
    held_world world{1};
    world.options.max_age = 1ms;
    auto const client = world.client();
    for (std::size_t i = 0; i < 3; ++i) {
        auto& one = world.start(client, "x");
        world.run_until_arrived(i + 1);
        support::run_for(world.context, 2ms);
        world.server.answer(i);
        CHECK(one.finish().has_value());
    }
    CHECK(world.server.connections() == 3);
    support::run_until(world.context, [&] { return world.server.closed_by_peer() == 3; });
}

TEST_CASE("P07: a connection is kept no longer than its server promises")
{
    struct {
        char const* promise;
        bool kept;
    } const cases[] = {
        {"", true},
        {"Keep-Alive: timeout=0\r\n", false},
        {"Keep-Alive: timeout=1\r\n", false}, // a second is taken off, for the way of the answer
        {"Keep-Alive: timeout=60, max=100\r\n", true},
        {"Keep-Alive: max=100\r\n", true},
        {"Keep-Alive: timeout=soon\r\n", true},
        {"Keep-Alive: timeout=99999999999999999999\r\n", true},
    };
    for (auto const& [promise, kept] : cases) {
        CAPTURE(promise);
        held_world world{1};
        auto const client = world.client();
        for (std::size_t i = 0; i < 2; ++i) {
            auto& one = world.start(client, "x");
            world.run_until_arrived(i + 1);
            world.server.answer(i, ok_answer("{}", promise));
            CHECK(one.finish().has_value());
        }
        CHECK(world.server.connections() == (kept ? 1 : 2));
    }
}

TEST_CASE("P08: a body that is dropped half read closes its connection and frees its place")
{
    asio::io_context context{1};
    held_server server{context};
    echo::options options;
    options.base_url = server.url();
    options.max_connections = 1;
    echo::client const client{context.get_executor(), options};
    for (std::size_t i = 0; i < 3; ++i) {
        using stream_type = event_stream<echo::token>;
        started<stream_type> opening{context, client.stream(echo::generate{"x"})};
        support::run_until(context, [&] { return server.arrivals().size() == i + 1; });
        server.answer(i, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "f\r\n{\"text\": \"one\"}\r\n");
        auto opened = opening.finish();
        REQUIRE(opened.has_value());
        CHECK(server.connections() == i + 1); // the one before is not used again
        stream_type events = std::move(*opened);
        if (i == 1)
            events.close();
    }
    support::run_until(context, [&] { return server.closed_by_peer() == 3; });
}

TEST_CASE("P09: one host that is stuck does not hold up another")
{
    asio::io_context context{1};
    held_server stuck{context};
    held_server fine{context, [](held_server::arrival const&) { return ok_answer(); }};
    modzy::options options = options_for(stuck.url());
    options.max_connections = 1;
    options.transport = make_https_transport(context.get_executor(), options);
    modzy::client const slow{context.get_executor(), options};
    options.base_url = fine.url();
    modzy::client const quick{context.get_executor(), options};
    http::request const message{"GET", "x"};
    std::deque<call> waiting;
    for (int i = 0; i < 5; ++i)
        waiting.emplace_back(context, slow.raw(message));
    for (int i = 0; i < 20; ++i)
        CHECK(support::run(context, quick.raw(message)).status == 200);
    CHECK(stuck.connections() == 1);
    CHECK(fine.connections() == 1);
    for (auto const& one : waiting)
        CHECK(!one.done());
}

TEST_CASE("P10: clients of one transport share connections of the same origin only")
{
    asio::io_context context{1};
    held_server server{context, [](held_server::arrival const&) { return ok_answer(); }};
    modzy::options options = options_for(server.url());
    options.transport = make_https_transport(context.get_executor(), options);
    http::request const message{"GET", "x"};
    for (int i = 0; i < 3; ++i) {
        modzy::client const client{context.get_executor(), options};
        support::run(context, client.raw(message));
    }
    CHECK(server.connections() == 1);

    // Another name of the same address is another origin.
    options.base_url = "http://localhost:" + std::to_string(server.port());
    modzy::client const other{context.get_executor(), options};
    support::run(context, other.raw(message));
    support::run(context, other.raw(message));
    CHECK(server.connections() == 2);

    // A transport of its own shares nothing.
    options.transport = nullptr;
    modzy::client const apart{context.get_executor(), options};
    support::run(context, apart.raw(message));
    CHECK(server.connections() == 3);
}

TEST_CASE("P11: a client may go with idle, busy and waiting connections")
{
    held_world world{1};
    {
        auto const client = world.client();
        world.start(client, "idle");
        world.run_until_arrived(1);
        world.server.answer(0);
        CHECK(world.calls[0].finish().has_value());
        world.start(client, "busy");
        world.start(client, "first");
        world.start(client, "second");
        world.run_until_arrived(2);
        settle(world.context);
    }
    // What was begun goes on without it, in order,
    for (std::size_t i = 1; i < 4; ++i) {
        world.run_until_arrived(i + 1);
        world.server.answer(i);
        CHECK(world.calls[i].finish().has_value());
    }
    // and then nothing is left.
    support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });
    CHECK(world.server.connections() == 1);
}

TEST_CASE("P11: a context may go under idle, busy and waiting requests, before or after the client")
{
    std::size_t const before = open_files();
    for (bool const client_first : {true, false}) {
        std::optional<modzy::client> client;
        {
            held_world world{1};
            client = world.client();
            world.start(*client, "idle");
            world.run_until_arrived(1);
            world.server.answer(0);
            CHECK(world.calls[0].finish().has_value());
            for (int i = 0; i < 4; ++i)
                world.start(*client, "x");
            world.run_until_arrived(2);
            settle(world.context);
            world.calls.clear();
            if (client_first)
                client.reset();
        }
        client.reset();
    }
    CHECK(open_files() == before);
}

TEST_CASE("P12: thousands of requests over few connections with random faults each end once")
{
    std::size_t const before = open_files();
    std::size_t good = 0, bad = 0;
    {
        constexpr int workers = 24;
        constexpr int each = 125;
        std::mt19937 random{1966};
        auto const below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
        simulated_world world;
        world.options.max_connections = 4;
        world.options.max_idle = 2;
        world.options.retry.budget = 1e9;
        world.options.retry.max_attempts = 2;
        auto const client = world.client();
        std::string const id = world.run(client.submit(support::text_job())).id();
        std::size_t const first = world.simulator->ledger().size();
        int ended = 0, running = workers;

        auto const work = [](modzy::client with, std::string job_id, int count, int& done,
                             std::size_t& fine, std::size_t& broken) -> asio::awaitable<void> {
            modzy::get_job const ask{job_id};
            for (int i = 0; i < count; ++i) {
                auto const answer = co_await as_result(with.send(ask));
                ++done;
                if (answer) {
                    ++fine;
                    CHECK(answer->job_identifier == job_id);
                } else {
                    ++broken;
                    bool const typed = answer.error() == condition::transport ||
                                       answer.error() == condition::overloaded ||
                                       answer.error() == condition::protocol;
                    CHECK(typed);
                }
            }
        };
        for (int i = 0; i < workers; ++i)
            asio::co_spawn(world.context, work(client, id, each, ended, good, bad),
                           [&running](std::exception_ptr thrown) {
                               CHECK(!thrown);
                               --running;
                           });
        std::size_t injected = first;
        support::run_until(world.context, [&] {
            // About every third request that arrives meets a fault.
            while (injected < world.simulator->ledger().size()) {
                ++injected;
                testing::fault wrong;
                switch (below(12)) {
                case 0: wrong.status = 503; break;
                case 1: wrong.cut_after = below(300); break;
                case 2:
                    wrong.cut_after = below(300);
                    wrong.reset = true;
                    break;
                case 3: wrong.refuse = true; break;
                case 4: wrong.headers.set("Connection", "close"); break;
                default: continue;
                }
                world.simulator->inject(wrong);
            }
            return running == 0;
        });
        CHECK(ended == workers * each);
        CHECK(good + bad == std::size_t{workers} * each);
        CHECK(good > bad);
        CHECK(bad > 0);
        // The idle limit holds, and the client works.
        CHECK(world.run(client.send(modzy::get_job{id})).job_identifier == id);
    }
    MESSAGE("P12: ", good, " succeeded, ", bad, " failed");
    CHECK(open_files() == before);
}
