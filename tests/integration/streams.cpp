// SPDX-License-Identifier: BSL-1.0
//
// Streams of server-sent events over real connections.

#include <inferpp/codec/sse.hpp>

#include "support/echo_platform.hpp"
#include "support/raw_server.hpp"
#include "support/run.hpp"

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::raw_script;
using support::started;

namespace {

struct chat : echo::generate {
    using decoder = sse_events<echo::token, sse_end::done_marker>;
    using echo::generate::generate;
};

struct subscribe : echo::generate {
    using decoder = sse_events<echo::token>;
    using echo::generate::generate;
};

std::string event(std::string_view text)
{
    return "data: {\"text\":\"" + std::string{text} + "\"}\n\n";
}

std::string chunk(std::string_view data)
{
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + std::string{data} + "\r\n";
}

std::string const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n";
std::string const done = "data: [DONE]\n\n";

struct streaming_world {
    explicit streaming_world(raw_script script) : server(context, std::move(script))
    {
        options.base_url = server.url();
    }
    echo::client client() { return echo::client{context.get_executor(), options}; }
    template <class T>
    T run(asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }
    template <class T>
    error error_of(asio::awaitable<T> work)
    {
        return support::error_of(context, std::move(work));
    }

    asio::io_context context{1};
    support::raw_server server;
    echo::options options;
};

std::string texts(std::vector<echo::token> const& tokens)
{
    std::string all;
    for (echo::token const& each : tokens)
        all += each.text + '|';
    return all;
}

} // namespace

TEST_CASE("a stream that ended with its marker leaves a connection for the next one")
{
    std::string const answer =
        head + chunk(event("a")) + chunk(event("b") + done) + chunk("\n") + "0\r\n\r\n";
    for (std::size_t const piece : {0U, 1U, 40U}) {
        CAPTURE(piece);
        raw_script twice{{answer, answer, answer}};
        twice.piece = piece;
        streaming_world world{twice};
        auto const client = world.client();
        chat const ask{"hello"};
        for (int round = 0; round < 2; ++round) {
            auto stream = world.run(client.stream(ask));
            CHECK(texts(world.run(stream.collect(10))) == "a|b|");
        }
        auto stream = world.run(client.stream(ask));
        while (world.run(stream.next()))
            ;
        CHECK(world.server.connections() == 1);
    }
}

TEST_CASE("a server that holds the connection behind the marker is left soon")
{
    streaming_world world{raw_script{{head + chunk(event("a") + done)}, raw_script::end::hang}};
    chat const ask{"hello"};
    auto const client = world.client();
    auto stream = world.run(client.stream(ask));
    CHECK(texts(world.run(stream.collect(10))) == "a|");
    support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });
}

TEST_CASE("a stream cut at any byte gives the events before and fails, but after its marker")
{
    std::string const body =
        head + chunk(": hi\n\n" + event("a")) + chunk(event("b") + done) + "0\r\n\r\n";
    std::size_t const marked = body.find(done) + done.size();
    for (std::size_t cut = head.size(); cut < body.size(); ++cut) {
        CAPTURE(cut);
        streaming_world world{raw_script{{body.substr(0, cut)}}};
        chat const ask{"hello"};
        auto const client = world.client();
        auto stream = world.run(client.stream(ask));
        std::vector<echo::token> got;
        error failed;
        try {
            while (true) {
                auto const some = world.run(stream.next_some(1 + cut % 2));
                if (some.empty())
                    break;
                got.insert(got.end(), some.begin(), some.end());
            }
        }
        catch (failure const& e) {
            failed = e.error();
        }
        CHECK(got.size() == (cut < body.find(event("a")) + event("a").size()   ? 0U
                             : cut < body.find(event("b")) + event("b").size() ? 1U
                                                                               : 2U));
        if (cut >= marked)
            CHECK(!failed.code());
        else
            CHECK(failed == errc::stream_truncated);
    }
}

TEST_CASE("ten thousand events in one piece are delivered in order, by the batch or all")
{
    std::string events;
    for (int i = 0; i < 10'000; ++i)
        events += event(std::to_string(i));
    std::string const answer = head + chunk(events) + "0\r\n\r\n";
    streaming_world world{raw_script{{answer, answer}}};
    subscribe const ask{"hello"};
    auto const client = world.client();
    auto stream = world.run(client.stream(ask));
    std::size_t next = 0;
    std::size_t batches = 0;
    while (true) {
        auto const some = world.run(stream.next_some(100'000));
        if (some.empty())
            break;
        ++batches;
        for (echo::token const& each : some)
            CHECK(each.text == std::to_string(next++));
    }
    CHECK(next == 10'000);
    CHECK(batches < 100);
    auto again = world.run(client.stream(ask));
    CHECK(world.run(again.collect(10'000)).back().text == "9999");
    CHECK(world.server.connections() == 1);
}

TEST_CASE("a stream that is cancelled in a batch or a collection lets its connection go")
{
    using tokens = std::vector<echo::token>;
    using stream_type = event_stream<echo::token>;
    std::function<asio::awaitable<tokens>(stream_type&)> const ways[] = {
        [](stream_type& stream) { return stream.next_some(5); },
        [](stream_type& stream) { return stream.collect(5); }};
    for (auto const& way : ways) {
        streaming_world world{
            raw_script{{head + chunk(event("a") + "data: {")}, raw_script::end::hang}};
        subscribe const ask{"hello"};
        auto const client = world.client();
        auto stream = world.run(client.stream(ask));
        CHECK(world.run(stream.next())->text == "a");
        started<tokens> waiting{world.context, way(stream)};
        support::run_for(world.context, 10ms);
        REQUIRE(!waiting.done());
        waiting.cancel();
        auto const outcome = waiting.finish();
        REQUIRE(outcome.has_error());
        CHECK(outcome.error() == condition::cancelled);
        CHECK(world.error_of(stream.next_some(5)) == errc::closed);
        support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });
    }
}

TEST_CASE("comments keep the bytes coming, and only events count for the limit between events")
{
    raw_script pings{{head + chunk(event("a"))}};
    for (int i = 0; i < 5000; ++i)
        pings.answers[0] += chunk(": ping\n\n");
    pings.piece = 13;
    pings.pause = 1ms;
    streaming_world world{pings};
    world.options.limits.event_idle = 200ms;
    subscribe const ask{"hello"};
    auto const client = world.client();
    auto stream = world.run(client.stream(ask));
    CHECK(world.run(stream.next())->text == "a");
    auto const e = world.error_of(stream.next());
    CHECK(e == errc::idle_timeout);
    CHECK(support::contains(e.what(), "limits.event_idle"));
}
