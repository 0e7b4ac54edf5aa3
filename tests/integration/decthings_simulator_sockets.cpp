// SPDX-License-Identifier: BSL-1.0
//
// The simulated Decthings over WebSockets, by hand: of our client only the transport takes part.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "integration/decthings_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using decthings_wire::request_body;
using decthings_wire::wire;
using support::contains;
namespace json = boost::json;

namespace {

/// A WebSocket to a simulator.
struct line {
    explicit line(wire& in)
        : world(in),
          socket(in.run(in.client().open_websocket(in.simulator->ws_url())))
    {
    }
    void say(std::string data, bool text = false)
    {
        websocket_message const message{std::move(data), text};
        REQUIRE(world.run(socket->write(message)));
    }
    /// A call; the answer has its number.
    void call(std::string number, std::string_view route, std::string_view params,
              std::string_view key = "k", std::vector<std::string> const& blobs = {})
    {
        auto const slash = route.find('/');
        std::string whole = R"({"api":")";
        whole.append(route.substr(0, slash)).append(R"(","method":")");
        whole.append(route.substr(slash + 1)).append(R"(","params":)").append(params);
        if (!key.empty())
            whole.append(R"(,"apiKey":")").append(key).append("\"");
        say(std::move(number) + request_body(whole + '}', blobs));
    }
    /// The next message; empty when the connection has ended.
    std::string hear()
    {
        auto const got = world.run(socket->read());
        return got && *got ? (*got)->data : std::string{};
    }
    decthings_wire::answer answer(std::string_view number)
    {
        std::string const got = hear();
        REQUIRE(got.size() > 5);
        CHECK(got[0] == '\0');
        CHECK(got.substr(1, 4) == number);
        return decthings_wire::parse(std::string_view{got}.substr(5));
    }

    wire& world;
    std::unique_ptr<websocket> socket;
};

std::string number(char last)
{
    return std::string(3, '\0') + last;
}

} // namespace

TEST_CASE("the simulator answers the vendor's recorded exchange with the recorded bytes")
{
    wire here;
    line socket{here};
    socket.say(
        support::from_hex("00 00 00 00 00 b8") +
        R"({"api":"Spawned","method":"spawnCommand","params":{"executionLocation":{"type":)"
        R"("temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":64}},"command":"echo","args":)"
        R"(["hi"]},"apiKey":"k"})");
    // As recorded, with a longer id.
    CHECK(socket.hear() == support::from_hex("00 00 00 00 00 2b") +
                               R"({"result":{"spawnedCommandId":"spawned-1"}})");
    CHECK(socket.hear() == support::from_hex("01 07 53 70 61 77 6e 65 64 3c") +
                               R"({"event":"stdout","params":{"spawnedCommandId":"spawned-1"}})" +
                               "\x03hi\n");
    std::string const exit = socket.hear();
    CHECK(contains(exit, R"("event":"exit")"));
    CHECK(contains(exit, R"("reason":{"code":"process_exit","exitCode":0,"oom":false})"));
    CHECK(here.ask("Spawned/getSpawnedCommands", "{}")
              .result()
              .at("spawnedCommands")
              .as_array()
              .empty());
}

TEST_CASE("any call may come over a WebSocket, also one that is held, and as text")
{
    wire here{{}, testing::manual_clock::mode::stepping};
    line socket{here};
    socket.call(number(7), "Model/evaluate", R"({"modelId":"model-1","params":[]})");
    socket.call(number(8), "User/getQuotas", "{}");
    CHECK(socket.answer(number(8)).result().contains("quotas")); // the other one takes its time
    here.time->advance(1s);
    CHECK(socket.answer(number(7)).result().contains("success"));
    socket.say(
        number(9) +
            request_body(R"({"api":"user","method":"getQuotas","params":{},"apiKey":"k"})", {}),
        true);
    CHECK(socket.answer(number(9)).result().contains("quotas"));
    CHECK(here.simulator->socket_calls().size() == 3);
}

TEST_CASE("each message carries its key, and what is malformed ends the connection")
{
    testing::decthings_simulator_options with;
    with.api_key = std::string{support::decthing::api_key};
    wire here{with};
    line socket{here};
    socket.call(number(1), "User/getQuotas", "{}", "");
    CHECK(socket.answer(number(1)).code() == "bad_credentials");
    socket.call(number(2), "User/getQuotas", "{}", "other");
    CHECK(socket.answer(number(2)).code() == "bad_credentials");
    socket.call(number(3), "User/getQuotas", "{}", support::decthing::api_key);
    CHECK(socket.answer(number(3)).result().contains("quotas"));
    socket.call(number(4), "User/none", "{}", support::decthing::api_key);
    CHECK(socket.answer(number(4)).code() == "unknown");
    for (std::string const& bad : {std::string{}, number(1), number(1) + "\x01\x02{}",
                                   number(1) + std::string{"\x00\x02{}", 4}}) {
        line broken{here};
        broken.say(bad);
        CHECK(broken.hear().empty());
    }
}

TEST_CASE("subscriptions are of one connection, and of those that run")
{
    wire here;
    std::string const start = "{" + decthings_wire::location + R"(,"command":"cat","args":[]})";
    auto const id = decthings_wire::text(
        here.ask("Spawned/spawnCommand", start).result().at("spawnedCommandId"));
    std::string const about = R"({"spawnedCommandId":")" + id + "\"}";
    CHECK(here.ask("Spawned/subscribeToEvents", about).code() == "unknown");
    CHECK(here.ask("Spawned/unsubscribeFromEvents", about).code() == "not_subscribed");
    CHECK(here.ask("Language/startLanguageServer", R"({"modelId":"model-1","language":"go"})")
              .code() == "unknown");
    CHECK(here.ask("Language/startLanguageServer", R"({"modelId":"model-1","language":"c"})")
              .code() == "invalid_parameter");

    line one{here};
    line other{here};
    one.call(number(0), "Spawned/subscribeToEvents", about);
    CHECK(one.answer(number(0)).result().empty());
    other.call(number(0), "Spawned/unsubscribeFromEvents", about);
    CHECK(other.answer(number(0)).code() == "not_subscribed");
    here.ask("Spawned/writeToSpawnedCommand", about, {"abc"});
    CHECK(contains(one.hear(), "abc"));
    one.call(number(1), "Spawned/unsubscribeFromEvents", about);
    CHECK(one.answer(number(1)).result().empty());
    here.ask("Spawned/writeToSpawnedCommand", about, {"def"});
    here.settle();
    one.call(number(2), "Spawned/terminateSpawnedCommand", about);
    CHECK(one.answer(number(2)).result().empty()); // no event came before it
    one.call(number(3), "Spawned/subscribeToEvents", about);
    CHECK(one.answer(number(3)).code() == "spawned_command_not_found");

    // Who starts a session need not listen.
    std::string const quiet = "{" + decthings_wire::location +
                              R"(,"command":"echo","args":[],"subscribeToEvents":false})";
    one.call(number(4), "Spawned/spawnCommand", quiet);
    CHECK(one.answer(number(4)).result().contains("spawnedCommandId"));
    one.call(number(5), "User/getQuotas", "{}");
    CHECK(one.answer(number(5)).result().contains("quotas"));
}

TEST_CASE("steps of a session come in their time, and a language server goes with its connection")
{
    testing::decthings_simulator_options with;
    with.session = [](testing::decthings_session_call const& told) {
        std::vector<testing::decthings_session_step> steps;
        if (told.command == "slow") {
            steps.emplace_back("stdout", "a", 10s);
            steps.emplace_back("stdout", "b", 20s);
        }
        return steps;
    };
    wire here{with, testing::manual_clock::mode::stepping};
    auto server = std::make_unique<line>(here);
    server->call(number(0), "Language/startLanguageServer",
                 R"({"modelId":"model-1","language":"go"})");
    CHECK(server->answer(number(0)).result().contains("languageServerId"));
    server->call(number(1), "Language/writeToLanguageServer",
                 R"({"languageServerId":"language-1"})", "k", {"x"});
    CHECK(server->answer(number(1)).result().empty());

    line slow{here};
    slow.call(number(0), "Spawned/spawnCommand",
              "{" + decthings_wire::location + R"(,"command":"slow","args":[]})");
    CHECK(slow.answer(number(0)).result().contains("spawnedCommandId"));
    here.settle();
    here.time->advance(9s);
    here.settle();
    slow.call(number(1), "User/getQuotas", "{}");
    CHECK(slow.answer(number(1)).result().contains("quotas")); // nothing came before it
    here.time->advance(1s);
    CHECK(contains(slow.hear(), "\x01"
                                "a"));
    here.time->advance(20s);
    CHECK(contains(slow.hear(), "\x01"
                                "b"));

    server.reset();
    support::run_until(here.context, [&] { return here.simulator->websockets() == 1; });
    slow.call(number(2), "Language/writeToLanguageServer", R"({"languageServerId":"language-1"})",
              "k", {"x"});
    CHECK(slow.answer(number(2)).code() == "language_server_not_found");
}
