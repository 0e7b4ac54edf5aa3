// SPDX-License-Identifier: BSL-1.0
//
// Decthings' WebSocket when it breaks: each open stream is told, exactly once, and what comes next
// works again.

#include <inferpp/testing/fault_proxy.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/decthings_events.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using decthings_events::events_world;
using support::contains;
using support::decthing::small_machine;
using step = testing::decthings_session_step;

namespace {

event_options reconnecting()
{
    event_options how;
    how.reconnect = true;
    return how;
}

std::string ws_url(std::uint16_t port)
{
    return "ws://127.0.0.1:" + std::to_string(port) + "/v0/ws";
}

/// Reads a stream to its end, or its error. What it has put out.
struct heard {
    std::string text;
    bool exited = false;
    bool ended = false;
    error failed;
};

heard hear(events_world& in, command_stream& from)
{
    heard all;
    while (true) {
        auto const event = in.run(as_result(from.next()));
        if (!event) {
            all.failed = event.error();
            return all;
        }
        if (!*event) {
            all.ended = true;
            return all;
        }
        all.text += (*event)->data.view();
        all.exited = all.exited || (*event)->exit;
    }
}

/// Two commands, of which one ends: all that a session sends.
testing::decthings_simulator_options short_session()
{
    testing::decthings_simulator_options with;
    with.session = [](testing::decthings_session_call const& call) {
        std::vector<step> steps{step{"stdout", "one"}, step{"stderr", "two"}};
        if (call.command == "ends")
            steps.push_back(
                step::exit({{"code", "process_exit"}, {"exitCode", 0}, {"oom", false}}));
        return steps;
    };
    return with;
}

} // namespace

TEST_CASE("a connection that is cut ends each of its streams once, and the next use opens another")
{
    events_world here;
    auto const client = here.client();
    std::vector<command_stream> open;
    for (int i = 0; i < 10; ++i)
        open.push_back(here.start(client, "cat"));
    auto finished = here.start(client, "echo");
    here.run(open[0].write("kept"));
    here.settle();
    support::started<std::optional<session_event>> waiting{here.context, open[1].next()};
    here.settle();
    here.simulator->cut_sockets();
    auto const told = waiting.finish();
    REQUIRE(told.has_error());
    CHECK(told.error() == errc::stream_truncated);
    CHECK(told.error() == condition::transport);
    CHECK(told.error().info().cause.failed());
    CHECK(told.error().info().job_id == open[1].id());
    CHECK(contains(told.error().what(), "events.reconnect"));
    CHECK(here.text(open[0]) == "kept"); // it had come
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (i != 1)
            CHECK(here.error_of(open[i].next()) == errc::stream_truncated);
        CHECK(here.error_of(open[i].next()) == errc::closed);
    }
    CHECK(here.run(finished.collect(5)).size() == 2);

    auto again = here.run(client.stream(subscribe_to_command{open[0].id()}));
    here.run(again.write("more"));
    CHECK(here.text(again) == "more");
    CHECK(here.simulator->count("GET", "/v0/ws") == 2);
}

TEST_CASE("a server that says goodbye ends the streams too")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat");
    here.simulator->stop();
    CHECK(here.error_of(cat.next()) == errc::stream_truncated);
}

TEST_CASE("cut after any byte that the server sends, streams end in an error or as they should")
{
    events_world here{short_session()};
    testing::fault_proxy proxy{here.context.get_executor(), here.simulator->port()};
    here.options.ws_url = ws_url(proxy.port());
    here.options.retry.max_attempts = 1;
    for (bool const reset : {false, true}) {
        std::size_t whole = 0;
        std::size_t truncated = 0;
        for (std::size_t cut = 0; whole == 0; ++cut) {
            CAPTURE(reset);
            CAPTURE(cut);
            REQUIRE(cut < 2000);
            testing::proxy_fault fault;
            fault.to_client.cut_after = cut;
            fault.reset = reset;
            proxy.inject(fault);
            auto const client = here.client();
            auto one = here.run(as_result(client.stream(spawn_command{small_machine(), "ends"})));
            if (!one) {
                CHECK(
                    (one.error() == condition::transport || one.error() == errc::unknown_outcome));
                continue;
            }
            auto two = here.run(as_result(client.stream(spawn_command{small_machine(), "runs"})));
            auto const first = hear(here, *one);
            // In order, nothing twice, and the end only where it has come.
            CHECK(std::string{"onetwo"}.starts_with(first.text));
            CHECK(first.ended == first.exited);
            CHECK(first.ended == !first.failed.code());
            if (first.ended)
                CHECK(first.text == "onetwo");
            else
                CHECK(first.failed == errc::stream_truncated);
            CHECK(here.error_of(one->next()).code() ==
                  (first.ended ? error_code{} : make_error_code(errc::closed)));
            truncated += !first.ended;

            // The client goes on, over another connection if it must.
            if (!two) {
                CHECK((two.error() == errc::unknown_outcome ||
                       two.error().info().sent == sent_state::no));
            } else if (auto const output = here.run(as_result(two->next_some(2))); !output) {
                CHECK(output.error() == errc::stream_truncated);
                CHECK(here.error_of(two->next()) == errc::closed);
            } else {
                CHECK((*output)[0].data.view() == "one");
                whole += first.ended;
            }
            if (cut % 8 != 0) // each takes its time
                continue;
            for (int i = 0; i < 2; ++i) { // the first may still meet the broken connection
                auto again =
                    here.run(as_result(client.stream(spawn_command{small_machine(), "ends"})));
                CHECK((again || i == 0));
                if (again)
                    CHECK((hear(here, *again).ended || i == 0));
            }
        }
        CHECK(truncated > 50);
        proxy.clear_faults();
        here.until_closed();
    }
}

TEST_CASE("cut after any message, the streams that are open are told")
{
    events_world here{short_session()};
    for (std::size_t count = 0; count < 4; ++count) {
        CAPTURE(count);
        auto const client = here.client();
        here.simulator->cut_after_messages(count);
        auto command = here.run(as_result(client.stream(spawn_command{small_machine(), "ends"})));
        if (count == 0) {
            REQUIRE(command.has_error());
            CHECK(command.error() == errc::unknown_outcome);
            CHECK(command.error().info().sent == sent_state::maybe);
            continue;
        }
        REQUIRE(command.has_value());
        auto const got = hear(here, *command);
        CHECK(got.failed == errc::stream_truncated);
        CHECK(got.text == std::string{"onetwo"}.substr(0, 3 * (count - 1)));
    }
}

TEST_CASE("a call in flight when the connection breaks is repeated where that does no harm")
{
    events_world here;
    auto const client = here.client();
    auto const id = here.run(client.send(spawn_command{small_machine(), "cat"})).spawned_command_id;
    here.simulator->cut_after_messages(0);
    auto cat = here.run(client.stream(subscribe_to_command{id}));
    here.run(cat.write("x"));
    CHECK(here.text(cat) == "x");
    CHECK(here.simulator->count("GET", "/v0/ws") == 2);

    here.simulator->cut_after_messages(0);
    auto const e = here.error_of(client.stream(spawn_command{small_machine(), "cat"}));
    CHECK(e == errc::unknown_outcome);
    CHECK(here.error_of(cat.next()) == errc::stream_truncated);
}

TEST_CASE("a server that can't be reached, or declines, is asked again and then given up")
{
    events_world here;
    auto const client = here.client();
    testing::fault declining;
    declining.target = "/v0/ws";
    declining.status = 503;
    here.simulator->inject(declining);
    auto command = here.start(client, "echo"); // the second time it went well
    CHECK(here.run(command.collect(5)).size() == 2);

    declining.status = 403;
    here.simulator->inject(declining);
    here.until_closed();
    auto e = here.error_of(client.stream(spawn_command{small_machine(), "cat"}));
    CHECK(e == condition::forbidden);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().attempts == 1);

    here.simulator->stop();
    e = here.error_of(client.stream(spawn_command{small_machine(), "cat"}));
    CHECK(e == errc::connect_failed);
    CHECK(e.info().attempts == 3);
    CHECK(e.info().sent == sent_state::no);
}

TEST_CASE("a stream that reconnects tells of the gap at once, and goes on")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    auto plain = here.start(client, "cat");
    here.run(cat.write("before"));
    CHECK(here.text(cat) == "before");
    here.simulator->cut_sockets();
    auto const gap = here.run(cat.next());
    REQUIRE(gap.has_value());
    CHECK(gap->kind == session_event_kind::gap);
    CHECK(gap->lost == condition::transport);
    CHECK(here.error_of(plain.next()) == errc::stream_truncated);
    support::run_until(here.context,
                       [&] { return contains(here.calls(), "Spawned/subscribeToEvents"); });
    here.settle();
    here.run(cat.write("after"));
    CHECK(here.text(cat) == "after");
    here.run(cat.terminate());
    CHECK(here.run(cat.next())->exit->code == exit_cause::terminated_on_request);
    CHECK(!here.run(cat.next()));
    here.until_closed();
}

TEST_CASE("several losses that nobody has seen yet are one gap")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    for (std::size_t i = 1; i <= 3; ++i) {
        here.simulator->cut_sockets();
        support::run_until(here.context, [&] {
            return here.simulator->count("GET", "/v0/ws") == i + 1 &&
                   here.simulator->socket_calls().size() == i + 1;
        });
        here.settle();
        here.simulator->happen(cat.id(), step{"stdout", "x"}); // so that it is a good connection
        here.settle();
        if (i < 3)
            CHECK(here.run(cat.next_some(10)).size() == 2);
    }
    here.simulator->cut_sockets();
    here.settle();
    here.simulator->cut_sockets();
    here.settle();
    auto const last = here.run(cat.next_some(10));
    REQUIRE(last.size() == 3);
    CHECK(last[0].kind == session_event_kind::gap);
    CHECK(last[1].kind == session_event_kind::output);
    CHECK(last[2].kind == session_event_kind::gap);
}

TEST_CASE("a session that ended while nobody heard it ends the stream in not_found")
{
    events_world here{{}, testing::manual_clock::mode::stepping};
    here.options.retry.base = 1h;
    here.options.retry.cap = 2h;
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    here.simulator->cut_sockets();
    here.settle();
    here.run(cat.terminate());
    here.time->advance(2h);
    CHECK(here.run(cat.next())->kind == session_event_kind::gap);
    auto const e = here.error_of(cat.next());
    CHECK(e == condition::not_found);
    CHECK(api_error_of(e)->code == api_code::spawned_command_not_found);
    CHECK(e.info().operation == "spawn_command");
}

TEST_CASE("reconnecting backs off as the client's retry options say, and gives up")
{
    events_world here;
    here.options.retry.base = 1s;
    here.options.retry.cap = 4s;
    here.options.retry.max_attempts = 6;
    std::vector<clock::time_point> tries;
    here.options.on_attempt = [](attempt_report const&) {};
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    auto const begin = here.time->elapsed();
    here.simulator->stop();
    CHECK(here.run(cat.next())->kind == session_event_kind::gap);
    auto const e = here.error_of(cat.next());
    CHECK(e == errc::stream_truncated);
    CHECK(e.info().cause.failed());
    auto const took = here.time->elapsed() - begin;
    CHECK(took > 0s);
    CHECK(took <= 1s + 2s + 4s + 4s + 4s); // full jitter: each wait is from zero to that
    here.settle();
    CHECK(here.time->sleepers() == 0);
}

TEST_CASE("a stream that is closed while it waits to reconnect asks no more")
{
    events_world here{{}, testing::manual_clock::mode::stepping};
    here.options.retry.base = 1h;
    here.options.retry.cap = 2h;
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    here.simulator->cut_sockets();
    here.settle();
    CHECK(here.run(cat.next())->kind == session_event_kind::gap);
    CHECK(here.time->sleepers() == 1);
    cat.close();
    here.settle();
    CHECK(here.time->sleepers() == 0);
    here.time->advance(3h);
    here.settle();
    CHECK(here.simulator->count("GET", "/v0/ws") == 1);
}

TEST_CASE("a stream that breaks the rules is not asked for again")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat", reconnecting());
    here.simulator->send_raw("\x01\xff garbage");
    CHECK(here.error_of(cat.next()) == condition::decode);
    here.settle();
    CHECK(here.simulator->count("GET", "/v0/ws") == 1);
}
