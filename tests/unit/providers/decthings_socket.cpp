// SPDX-License-Identifier: BSL-1.0
//
// Messages over Decthings' WebSocket, byte for byte as the vendor's client was seen to exchange
// them (wire notes 11.4), and broken in every place.

#include <inferpp/decthings.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "support/hex.hpp"
#include "support/run.hpp"
#include "unit/providers/decthings_requests.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using support::contains;

static_assert(streaming<spawn_command::stream_form> && streaming<subscribe_to_terminal> &&
              streaming<start_language_server> && !streaming<spawn_command>);
static_assert(std::same_as<stream_of<spawn_command::stream_form>, command_stream>);
static_assert(std::same_as<stream_of<follow_metrics>, event_stream<metric_event>>);
static_assert(std::derived_from<debug_stream, event_stream<session_event>>);

namespace {

std::string golden_answer()
{
    return support::from_hex("00 00 00 00 00 26 7b 22 72 65 73 75 6c 74 22 3a"
                             "7b 22 73 70 61 77 6e 65 64 43 6f 6d 6d 61 6e 64"
                             "49 64 22 3a 22 73 70 2d 31 22 7d 7d");
}

std::string golden_event()
{
    return support::from_hex("01 07 53 70 61 77 6e 65 64 37 7b 22 65 76 65 6e"
                             "74 22 3a 22 73 74 64 6f 75 74 22 2c 22 70 61 72"
                             "61 6d 73 22 3a 7b 22 73 70 61 77 6e 65 64 43 6f"
                             "6d 6d 61 6e 64 49 64 22 3a 22 73 70 2d 31 22 7d"
                             "7d 03 68 69 0a");
}

std::string event(std::string_view api, std::string_view json, std::string_view blobs = {})
{
    std::string made{'\x01'};
    made += static_cast<char>(api.size());
    made += api;
    made += static_cast<char>(json.size());
    made += json;
    made += blobs;
    return made;
}

result<session_event> read(std::string message)
{
    auto split = split_socket_message(shared_bytes{std::move(message)});
    if (!split)
        return split.error();
    REQUIRE(split->is_event);
    return read_session_event(std::move(split->event));
}

exit_reason exit_of(std::string_view reason)
{
    std::string json = R"({"event":"exit","params":{"debugSessionId":"d","reason":)";
    json.append(reason).append("}}");
    auto const got = read(event("Debug", json));
    REQUIRE(got.has_value());
    REQUIRE(got->exit.has_value());
    return *got->exit;
}

} // namespace

TEST_CASE("a command is spawned with the bytes of the vendor's client")
{
    std::string const json =
        R"({"api":"Spawned","method":"spawnCommand","params":{"executionLocation":{"type":)"
        R"("temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":64}},"command":"echo","args":)"
        R"(["hi"]},"apiKey":"k"})";
    REQUIRE(json.size() == 184);
    spawn_command hi{execution_location::temporary({1, 64}), "echo"}; // as long as the recorded one
    hi.args = {"hi"};
    spawn_command::stream_form const form{hi};
    auto message = socket_message_of(form.op, secret{"k"});
    REQUIRE(message.has_value());
    CHECK(*message == support::from_hex("00 00 00 00 00 b8") + json);
    number_socket_request(*message, 0x01020304);
    CHECK(message->substr(0, 6) == support::from_hex("01 02 03 04 00 b8"));

    // Over HTTP nobody listens.
    std::string body;
    REQUIRE(encode_json(hi, body).has_value());
    CHECK(contains(body, R"("subscribeToEvents":false)"));

    // Without a key there is none.
    message = socket_message_of(form.op, secret{});
    REQUIRE(message.has_value());
    CHECK(message->ends_with(R"("args":["hi"]}})"));
    CHECK(!contains(*message, "apiKey"));
}

TEST_CASE("data goes behind the call, and a key is written as JSON")
{
    write_to_language_server const typed{"l", "abc"};
    auto const message = socket_message_of(typed, secret{"a\"b"});
    REQUIRE(message.has_value());
    auto const parsed = unit::parse_request(message->substr(4));
    CHECK(parsed.json == R"({"api":"Language","method":"writeToLanguageServer","params":)"
                         R"({"languageServerId":"l"},"apiKey":"a\"b"})");
    REQUIRE(parsed.blobs.size() == 1);
    CHECK(parsed.blobs[0] == "abc");
    std::string const large(100'000, 'x');
    auto const long_one = socket_message_of(write_to_language_server{"l", large}, secret{"k"});
    REQUIRE(long_one.has_value());
    CHECK(long_one->ends_with(large));
}

TEST_CASE("an answer and an event of the vendor's exchange are read")
{
    auto const answer = split_socket_message(shared_bytes{golden_answer()});
    REQUIRE(answer.has_value());
    CHECK(!answer->is_event);
    CHECK(answer->id == 0);
    http::response whole;
    whole.status = 200;
    whole.headers.set("Content-Type", "application/octet-stream");
    whole.body = answer->answer.view();
    auto const receipt = spawn_command::decode(std::move(whole));
    REQUIRE(receipt.has_value());
    CHECK(receipt->spawned_command_id == "sp-1");

    auto const split = split_socket_message(shared_bytes{golden_event()});
    REQUIRE(split.has_value());
    CHECK(split->event.api == "Spawned");
    CHECK(session_id(split->event.params, command_session) == "sp-1");
    auto const got = read(golden_event());
    REQUIRE(got.has_value());
    CHECK(got->kind == session_event_kind::output);
    CHECK(got->name == "stdout");
    CHECK(got->data.view() == "hi\n");
}

TEST_CASE("events of all kinds are told apart, and what is new is kept")
{
    auto const kind = [](std::string_view name, std::string_view blobs) {
        std::string json = R"({"event":")";
        json.append(name).append(R"(","params":{"debugSessionId":"d"}})");
        auto const got = read(event("Debug", json, blobs));
        REQUIRE(got.has_value());
        return got->kind;
    };
    std::string const blob = "\x02hi";
    CHECK(kind("stdout", blob) == session_event_kind::output);
    CHECK(kind("data", blob) == session_event_kind::output);
    CHECK(kind("stderr", blob) == session_event_kind::error_output);
    CHECK(kind("remoteInspectorData", blob) == session_event_kind::inspector_data);
    CHECK(kind("initialized", "") == session_event_kind::initialized);

    auto const fresh = read(
        event("Debug", R"({"event":"gap","params":{"debugSessionId":"d","n":1}})", blob + blob));
    REQUIRE(fresh.has_value());
    CHECK(fresh->kind == session_event_kind::unknown);
    CHECK(fresh->name == "gap");
    CHECK(fresh->params.at("n") == 1);
    CHECK(fresh->data.view() == "hi");
}

TEST_CASE("an exit has its reason, as an object or as a word")
{
    auto const ended = exit_of(R"({"code":"process_exit","exitCode":3,"oom":false})");
    CHECK(ended.code == exit_cause::process_exit);
    CHECK(ended.exit_code == 3);
    CHECK(!ended.succeeded());
    CHECK(exit_of(R"({"code":"code_terminated","exitCode":0,"oom":false})").succeeded());
    auto const killed = exit_of(R"({"code":"process_exit","signal":"SIGKILL","oom":true})");
    CHECK(killed.signal == "SIGKILL");
    CHECK(killed.out_of_memory);
    CHECK(!killed.succeeded());
    auto const thrown = exit_of(R"({"code":"exception","exceptionDetails":"at line 3"})");
    CHECK(thrown.code == exit_cause::exception);
    CHECK(thrown.exception_details == "at line 3");
    CHECK(exit_of(R"({"code":"inactive_timeout"})").code == exit_cause::inactive_timeout);
    CHECK(exit_of(R"("timedout")").code == exit_cause::timedout);
    CHECK(exit_of(R"("oom")").out_of_memory);
    auto const strange = exit_of(R"({"code":"meteorite"})");
    CHECK(strange.code == exit_cause::unknown);
    CHECK(strange.code.text() == "meteorite");
}

TEST_CASE("events that lack something, or have too much, are refused")
{
    for (std::string const& bad : {
             event("Spawned", R"({"event":"stdout","params":{}})"),
             event("Spawned", R"({"event":"stdout","params":{}})", "\x03hi"),
             event("Spawned", R"({"event":"stdout","params":{}})", "\x02hi\x02hi"),
             event("Spawned", R"({"event":"exit","params":{}})"),
             event("Spawned", R"({"event":"exit","params":{"reason":1}})"),
             event("Spawned", R"({"event":"exit","params":{"reason":{}}})"),
             event("Spawned", R"({"event":"exit","params":{"reason":"oom"}})", "\x01x"),
             event("Debug", R"({"event":"initialized","params":{}})", "\x01x"),
             event("Debug", R"({"event":"new","params":{}})", "\x03x"),
             event("Debug", R"({"event":1,"params":{}})"),
             event("Debug", R"({"event":"new"})"),
             event("Debug", R"({"event":"new","params":[]})"),
             event("Debug", R"([])"),
             std::string{},
         }) {
        CAPTURE(support::to_hex(bad));
        auto const got = read(bad);
        REQUIRE(got.has_error());
        CHECK(got.error() == condition::decode);
    }
}

TEST_CASE("a message that is cut or changed anywhere is an error or a message, never more")
{
    std::string const exit =
        event("Spawned", R"({"event":"exit","params":{"spawnedCommandId":"sp-1","reason":)"
                         R"({"code":"process_exit","exitCode":0,"oom":false}}})");
    auto const take = [](std::string message) {
        auto split = split_socket_message(shared_bytes{std::move(message)});
        if (!split) {
            CHECK(split.error() == condition::decode);
            return;
        }
        if (split->is_event) {
            auto const got = read_session_event(std::move(split->event));
            CHECK((got || got.error() == condition::decode));
            return;
        }
        http::response whole;
        whole.status = 200;
        whole.headers.set("Content-Type", "application/octet-stream");
        whole.body = split->answer.view();
        auto const got = spawn_command::decode(std::move(whole));
        CHECK((got || got.error() == condition::decode));
    };
    for (std::string const& message : {golden_answer(), golden_event(), exit}) {
        for (std::size_t size = 0; size < message.size(); ++size)
            take(message.substr(0, size));
        for (std::size_t at = 0; at < message.size(); ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string changed = message;
                changed[at] = static_cast<char>(byte);
                take(std::move(changed));
            }
    }
}

TEST_CASE("streams are asked for with sensible options")
{
    spawn_command start{execution_location::temporary({1, 512}), "ls"};
    start.events.buffer_bytes = 0;
    auto const refused = spawn_command::stream_form{start}.validate();
    REQUIRE(refused.has_error());
    CHECK(contains(refused.error().what(), "events.buffer_bytes"));
    CHECK(subscribe_to_command{""}.validate().has_error());
    CHECK(subscribe_to_terminal{""}.validate().has_error());
    CHECK(subscribe_to_debug_session{""}.validate().has_error());
    CHECK(start_language_server{"m", server_language::unknown}.validate().has_error());
    start_language_server again{"m", server_language::go};
    again.events.reconnect = true;
    CHECK(contains(again.validate().error().what(), "events.reconnect"));

    decthings::options options;
    options.event_buffer_bytes = 0;
    CHECK_THROWS_WITH_AS(decthings::provider{options}, doctest::Contains("event_buffer_bytes"),
                         failure);
}
