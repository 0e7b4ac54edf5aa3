// SPDX-License-Identifier: BSL-1.0
//
// Decthings' events over a real WebSocket, against its simulator: what streams give, how they end,
// and that they share one connection.

#include "integration/decthings_events.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using decthings_events::events_world;
using support::contains;
using support::decthing::small_machine;
using step = testing::decthings_session_step;

TEST_CASE("a command gives its id, its output, its exit and the end")
{
    events_world here;
    auto const client = here.client();
    spawn_command hello{small_machine(), "echo"};
    hello.args = {"hello", "world"};
    auto command = here.run(client.stream(hello));
    CHECK(command.id() == "spawned-1");
    auto const output = here.run(command.next());
    REQUIRE(output.has_value());
    CHECK(output->kind == session_event_kind::output);
    CHECK(output->data.view() == "hello world\n");
    auto const exit = here.run(command.next());
    REQUIRE(exit.has_value());
    CHECK(exit->kind == session_event_kind::exited);
    CHECK(exit->exit->succeeded());
    CHECK(!here.run(command.next()));
    CHECK(!here.run(command.next()));
    CHECK(here.calls() == "Spawned/spawnCommand");
    here.until_closed();
    CHECK(here.simulator->count("POST", "") == 0);
}

TEST_CASE("send stays on HTTP, and so does writing to a command and ending it")
{
    events_world here;
    auto const client = here.client();
    auto const id =
        here.run(client.send(spawn_command{small_machine(), "echo"})).spawned_command_id;
    CHECK(!id.empty());
    CHECK(here.simulator->socket_calls().empty());
    CHECK(here.simulator->count("GET", "/v0/ws") == 0);

    auto cat = here.start(client, "cat");
    here.run(cat.write("typed"));
    CHECK(here.text(cat) == "typed");
    here.run(cat.terminate());
    auto const exit = here.run(cat.next());
    REQUIRE(exit.has_value());
    CHECK(exit->exit->code == exit_cause::terminated_on_request);
    CHECK(!here.run(cat.next()));
    CHECK(here.calls() == "Spawned/spawnCommand");
    CHECK(here.simulator->count("POST", "Spawned/") == 3);
}

TEST_CASE(
    "a command of a model, a terminal, a debug session and a language server share one socket")
{
    events_world here;
    auto const client = here.client();
    spawn_command_for_model train{"model-1", small_machine(), "cat"};
    auto command = here.run(client.stream(train));
    auto terminal = here.run(client.stream(launch_terminal{"model-1", small_machine()}));
    auto debug = here.run(client.stream(launch_debug_session{"model-1", small_machine()}));
    auto server =
        here.run(client.stream(start_language_server{"model-1", server_language::python}));
    CHECK(here.simulator->websockets() == 1);

    here.run(command.write("a"));
    here.run(terminal.write("b"));
    here.run(terminal.resize({100, 40}));
    here.run(debug.write_to_inspector("c"));
    here.run(server.write("d"));
    CHECK(here.text(command) == "a");
    CHECK(here.text(terminal) == "b");
    auto const first = here.run(debug.next());
    REQUIRE(first.has_value());
    CHECK(first->kind == session_event_kind::initialized);
    auto const inspected = here.run(debug.next());
    REQUIRE(inspected.has_value());
    CHECK(inspected->kind == session_event_kind::inspector_data);
    CHECK(inspected->data.view() == "c");
    CHECK(here.text(server) == "d");

    here.simulator->happen(debug.id(), step{"stdout", "out"});
    here.simulator->happen(debug.id(), step{"stderr", "err"});
    CHECK(here.text(debug) == "out");
    auto const error_output = here.run(debug.next());
    REQUIRE(error_output.has_value());
    CHECK(error_output->kind == session_event_kind::error_output);
    here.simulator->happen(debug.id(),
                           step::exit({{"code", "exception"}, {"exceptionDetails", "line 3"}}));
    auto const exit = here.run(debug.next());
    REQUIRE(exit.has_value());
    CHECK(exit->exit->exception_details == "line 3");
    CHECK(!here.run(debug.next()));
    here.simulator->happen(server.id(), step::exit("oom"));
    CHECK(here.run(server.next())->exit->out_of_memory);
    CHECK(!here.run(server.next()));
    here.run(terminal.terminate());
    CHECK(here.run(terminal.next())->exit->code == exit_cause::terminated_on_request);
    CHECK(here.simulator->count("GET", "/v0/ws") == 1);
    CHECK(!contains(here.calls(), "unsubscribe"));
}

TEST_CASE("events right behind the answer are kept until they are asked for, in batches too")
{
    testing::decthings_simulator_options with;
    with.session = [](testing::decthings_session_call const&) {
        std::vector<step> steps;
        for (int i = 0; i < 100; ++i)
            steps.emplace_back("stdout", std::to_string(i));
        steps.push_back(step::exit({{"code", "process_exit"}, {"exitCode", 0}, {"oom", false}}));
        return steps;
    };
    events_world here{with};
    auto const client = here.client();
    auto command = here.start(client, "count");
    here.until_closed(); // all has come
    auto const first = here.run(command.next_some(60));
    REQUIRE(first.size() == 60);
    CHECK(first.back().data.view() == "59");
    auto const all = here.run(command.collect(1000));
    REQUIRE(all.size() == 41);
    CHECK(all.back().exit->succeeded());
}

TEST_CASE("the output of a session that runs is subscribed to, by several if they like")
{
    events_world here;
    auto const client = here.client();
    auto const id = here.run(client.send(spawn_command{small_machine(), "cat"})).spawned_command_id;
    auto one = here.run(client.stream(subscribe_to_command{id}));
    auto other = here.run(client.stream(subscribe_to_command{id}));
    CHECK(one.id() == id);
    here.simulator->happen(id, step{"stdout", "x"});
    CHECK(here.text(one) == "x");
    CHECK(here.text(other) == "x");
    one.close(); // the other one still listens
    here.settle();
    CHECK(!contains(here.calls(), "unsubscribe"));
    here.simulator->happen(id, step{"stdout", "y"});
    CHECK(here.text(other) == "y");
    other.close();
    here.until_closed();
    CHECK(here.calls() == "Spawned/subscribeToEvents Spawned/subscribeToEvents "
                          "Spawned/unsubscribeFromEvents");
    CHECK(here.error_of(other.next()) == errc::closed);

    auto const gone = here.error_of(client.stream(subscribe_to_terminal{"none"}));
    CHECK(gone == condition::not_found);
    CHECK(gone.info().operation == "subscribe_to_terminal");
    CHECK(api_error_of(gone)->code == api_code::terminal_session_not_found);
}

TEST_CASE("a stream that is destroyed unsubscribes, which ends a language server")
{
    events_world here;
    auto const client = here.client();
    auto kept = here.start(client, "cat");
    {
        auto const server =
            here.run(client.stream(start_language_server{"model-1", server_language::rust}));
        auto const command = here.start(client, "cat");
    }
    here.settle();
    CHECK(contains(here.calls(), "Language/unsubscribeFromEvents"));
    CHECK(contains(here.calls(), "Spawned/unsubscribeFromEvents"));
    CHECK(here.run(client.send(get_spawned_commands{})).spawned_commands.size() == 2);
    here.run(kept.write("still"));
    CHECK(here.text(kept) == "still");
    CHECK(here.error_of(client.send(write_to_language_server{"language-1", "x"})) ==
          condition::not_found);
}

TEST_CASE("many streams use one connection, and their answers may come in any order")
{
    events_world here;
    auto const client = here.client();
    here.simulator->reverse_answers(20);
    std::vector<support::started<command_stream>> starting;
    for (int i = 0; i < 20; ++i) {
        spawn_command echo{small_machine(), "echo"};
        echo.args = {std::to_string(i)};
        starting.emplace_back(here.context, client.stream(echo));
    }
    std::vector<command_stream> commands;
    for (auto& one : starting)
        commands.push_back(one.finish().value());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        CHECK(here.text(commands[i]) == std::to_string(i) + '\n');
        CHECK(here.run(commands[i].next())->exit->succeeded());
        CHECK(!here.run(commands[i].next()));
    }
    CHECK(here.simulator->count("GET", "/v0/ws") == 1);
    here.until_closed();
}

TEST_CASE("what nobody waits for is ignored")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat");
    auto const event_of = [](std::string_view api, std::string_view json) {
        std::string made{'\x01'};
        made += static_cast<char>(api.size());
        made += api;
        made += static_cast<char>(json.size());
        made += json;
        return made;
    };
    for (std::string const& stray : {
             std::string{"\x00\x00\x00\x03\xe7\x02{}", 8},
             event_of("New", R"({"event":"stdout","params":{"spawnedCommandId":"spawned-1"}})"),
             event_of("Spawned", R"({"event":"stdout","params":{"spawnedCommandId":"other"}})"),
             event_of("Spawned", R"({"event":"stdout","params":{}})"),
         })
        here.simulator->send_raw(stray);
    here.run(cat.write("x"));
    CHECK(here.text(cat) == "x");
}

TEST_CASE("what the platform refuses is an error, and repeated where it says so")
{
    events_world here;
    auto const client = here.client();
    here.simulator->refuse("Spawned/spawnCommand", {{"code", "quota_exceeded"}});
    auto e = here.error_of(client.stream(spawn_command{small_machine(), "cat"}));
    CHECK(e == condition::forbidden);
    CHECK(e.info().sent == sent_state::yes);
    CHECK(e.info().attempts == 1);
    CHECK(e.info().operation == "spawn_command");
    CHECK(e.info().provider == "decthings");
    CHECK(api_error_of(e)->code == api_code::quota_exceeded);
    here.until_closed();

    here.simulator->refuse("Spawned/spawnCommand", {{"code", "too_many_requests"}});
    auto command = here.start(client, "echo");
    CHECK(command.id() == "spawned-1");

    here.options.api_key = secret{};
    e = here.error_of(here.client().stream(spawn_command{small_machine(), "cat"}));
    CHECK(e == condition::unauthorized);

    spawn_command nothing{small_machine(), ""};
    auto const before = here.simulator->socket_calls().size();
    CHECK(here.error_of(client.stream(nothing)) == errc::invalid_argument);
    CHECK(here.simulator->socket_calls().size() == before);
}

TEST_CASE("events in a format that can't be read end their own stream, other messages all of them")
{
    events_world here;
    auto const client = here.client();
    auto one = here.start(client, "cat");
    auto other = here.start(client, "cat");
    std::string const json =
        R"({"event":"stdout","params":{"spawnedCommandId":")" + one.id() + R"("}})";
    here.simulator->send_raw(std::string{"\x01\x07Spawned"} + static_cast<char>(json.size()) +
                             json);
    auto e = here.error_of(one.next());
    CHECK(e == condition::decode);
    CHECK(e.info().operation == "spawn_command");
    CHECK(e.info().job_id == one.id());
    CHECK(here.error_of(one.next()) == errc::closed);
    here.run(other.write("x"));
    CHECK(here.text(other) == "x");

    here.simulator->send_raw("\x01\xff garbage");
    CHECK(here.error_of(other.next()) == condition::decode);
    auto again = here.start(client, "cat");
    here.run(again.write("y"));
    CHECK(here.text(again) == "y");
}

TEST_CASE("a message that is cut or changed in any place ends streams in a typed error, if at all")
{
    events_world here;
    auto const client = here.client();
    std::string const json = R"({"event":"stdout","params":{"spawnedCommandId":"spawned-1"}})";
    std::string const whole =
        std::string{"\x01\x07Spawned"} + static_cast<char>(json.size()) + json + "\x02hi";
    auto cat = here.start(client, "cat");
    REQUIRE(cat.id() == "spawned-1");
    auto const listen_again = [&] {
        cat = here.run(client.stream(subscribe_to_command{cat.id()}));
    };
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        here.simulator->send_raw(whole.substr(0, size));
        CHECK(here.error_of(cat.next()) == condition::decode);
        listen_again();
    }
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (char const mask : {'\x01', '\x20', '\x7f'}) {
            CAPTURE(at);
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ mask);
            here.simulator->send_raw(changed);
            here.simulator->send_raw(whole); // in case that one was not for anybody
            auto const event = here.run(as_result(cat.next()));
            if (event) {
                REQUIRE(event->has_value());
                CHECK((*event)->data.size() <= 2);
            } else {
                CHECK(event.error() == condition::decode);
            }
            listen_again();
        }
}

TEST_CASE("a message over the limit ends the connection before it is read")
{
    events_world here;
    here.options.limits.body_bytes = 4096;
    auto const client = here.client();
    auto cat = here.start(client, "cat");
    here.simulator->happen(cat.id(), step{"stdout", std::string(10'000, 'x')});
    CHECK(here.error_of(cat.next()) == errc::body_too_large);
}

TEST_CASE("a reader that lags loses its own stream, behind what it still has")
{
    events_world here;
    auto const client = here.client();
    spawn_command lazy{small_machine(), "cat"};
    lazy.events.buffer_bytes = 10'000;
    auto slow = here.run(client.stream(lazy));
    auto quick = here.start(client, "cat");
    for (int i = 0; i < 20; ++i)
        here.simulator->happen(slow.id(), step{"stdout", std::string(1000, 'x')});
    here.simulator->happen(quick.id(), step{"stdout", "still there"});
    CHECK(here.text(quick) == "still there");
    std::size_t got = 0;
    error e;
    while (!e.code()) {
        auto const some = here.run(as_result(slow.next()));
        if (some)
            ++got;
        else
            e = some.error();
    }
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "events.buffer_bytes"));
    CHECK(got >= 4);
    CHECK(got < 10);
    here.settle();
    CHECK(contains(here.calls(), "Spawned/unsubscribeFromEvents"));
}

TEST_CASE("where all streams together hold too much, the one that lags most ends")
{
    events_world here;
    here.options.event_buffer_bytes = 20'000;
    auto const client = here.client();
    auto hoarder = here.start(client, "cat");
    auto modest = here.start(client, "cat");
    for (int i = 0; i < 12; ++i)
        here.simulator->happen(hoarder.id(), step{"stdout", std::string(1000, 'x')});
    for (int i = 0; i < 8; ++i)
        here.simulator->happen(modest.id(), step{"stdout", std::string(1000, 'y')});
    here.settle();
    for (int i = 0; i < 8; ++i)
        CHECK(here.text(modest) == std::string(1000, 'y'));
    auto const e = here.error_of(hoarder.next());
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "options.event_buffer_bytes"));
    here.run(modest.write("on"));
    CHECK(here.text(modest) == "on");
}

TEST_CASE("the connection is kept for a moment after its last use, and closes with the client")
{
    events_world here{{}, testing::manual_clock::mode::stepping};
    {
        auto const client = here.client();
        auto first = here.start(client, "echo");
        CHECK(here.run(first.collect(10)).size() == 2);
        here.time->advance(900ms);
        here.settle();
        auto second = here.start(client, "echo");
        CHECK(here.run(second.collect(10)).size() == 2);
        CHECK(here.simulator->count("GET", "/v0/ws") == 1);
        here.settle();
        CHECK(here.simulator->websockets() == 1);
        here.time->advance(1s);
        here.until_closed();
        auto third = here.start(client, "echo");
        CHECK(here.run(third.collect(10)).size() == 2);
        CHECK(here.simulator->count("GET", "/v0/ws") == 2);
        CHECK(here.simulator->websockets() == 1);
    }
    here.until_closed(); // without any time
}

TEST_CASE("a client may go before its streams, and the context before both")
{
    events_world here;
    auto command = here.start(here.client(), "cat");
    here.run(command.write("x"));
    CHECK(here.text(command) == "x");
    command = {};
    here.until_closed();

    auto other = std::make_unique<events_world>();
    auto const client = other->client();
    auto open = other->start(client, "cat");
    support::started<std::optional<session_event>> waiting{other->context, open.next()};
    other->settle();
    CHECK(!waiting.done());
}

TEST_CASE("a call that is cancelled leaves nothing behind, wherever it is")
{
    for (std::size_t steps = 0; steps < 200; ++steps) {
        CAPTURE(steps);
        events_world here;
        auto const client = here.client();
        support::started<command_stream> starting{
            here.context, client.stream(spawn_command{small_machine(), "cat"})};
        here.context.restart();
        for (std::size_t i = 0; i < steps && !starting.done(); ++i)
            here.context.run_one_for(100ms);
        bool const done = starting.done();
        starting.cancel();
        {
            auto const ended = starting.finish(); // the stream, where it came so far
            if (!ended)
                CHECK((ended.error() == condition::cancelled ||
                       ended.error() == errc::unknown_outcome));
        }
        here.until_closed();
        if (done)
            break;
        CHECK(steps < 199);
    }
}

TEST_CASE("a wait for an event that is cancelled ends the stream and its subscription")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat");
    support::started<std::optional<session_event>> waiting{here.context, cat.next()};
    here.settle();
    waiting.cancel();
    auto const ended = waiting.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == condition::cancelled);
    CHECK(here.error_of(cat.next()) == errc::closed);
    here.until_closed();
    CHECK(contains(here.calls(), "Spawned/unsubscribeFromEvents"));
}

TEST_CASE("a call without an answer in time may have started something, which is not listened to")
{
    events_world here;
    auto const client = here.client();
    auto cat = here.start(client, "cat");
    here.simulator->reverse_answers(2);
    auto const e =
        here.error_of(client.stream(spawn_command{small_machine(), "late"}, {.timeout = 50ms}));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().cause == errc::deadline_exceeded);
    CHECK(e.info().sent == sent_state::maybe);
    auto other = here.start(client, "cat"); // its answer brings the other one
    here.settle();
    CHECK(contains(here.calls(), "Spawned/unsubscribeFromEvents"));
    here.run(other.write("x"));
    CHECK(here.text(other) == "x");
    CHECK(here.error_of(client.stream(spawn_command{small_machine(), "x"}, {.timeout = 0ms})) ==
          errc::invalid_argument);
}
