// SPDX-License-Identifier: BSL-1.0
//
// The Launch simulator's streams, byte by byte, and what can go wrong with streamed answers.

#include <string>

#include "integration/launch_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace launch_wire;
using testing::launch_ending;
using testing::launch_event;

namespace {

testing::launch_simulator_options script(std::vector<launch_event> events,
                                         launch_ending ending = launch_ending::complete)
{
    auto made = std::make_shared<testing::launch_script>();
    made->events = std::move(events);
    made->ending = ending;
    return answering(testing::launch_outcome::stream(made));
}

std::string const one =
    R"(data: {"status":"SUCCESS","result":{"result":{"y":1}},"traceback":null,"status_code":200})"
    "\r\n\r\n";

std::string const boom_event =
    R"(data: {"status":"FAILURE","result":null,"traceback":"boom","status_code":500})"
    "\r\n\r\n";

std::string const ask_for_it =
    message("POST", streaming_url(), R"({"args":{}})", std::string{basic} + std::string{closing});

} // namespace

TEST_CASE("a stream that is complete: its header, its chunks, its bytes (1.3, 2.5)")
{
    wire world{script({launch_event::result({{"y", 1}}), launch_event::result("[DONE]")})};
    auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
    CHECK(got.status == 200);
    CHECK(got.has("Content-Type: text/event-stream; charset=utf-8\r\n"));
    CHECK(got.has("Cache-Control: no-cache\r\n"));
    CHECK(got.has("X-Accel-Buffering: no\r\n"));
    CHECK(got.has("Transfer-Encoding: chunked\r\n"));
    CHECK(!got.has("Content-Length"));
    CHECK(got.complete);
    std::string const two = "data: {\"status\":\"SUCCESS\",\"result\":{\"result\":\"[DONE]\"},"
                            "\"traceback\":null,\"status_code\":200}\r\n\r\n";
    CHECK(got.body == one + two);
    CHECK(got.rest == "5d\r\n" + one + "\r\n5e\r\n" + two + "\r\n0\r\n\r\n");
    CHECK(world.simulator->ledger().back().complete);
    // On a connection that stays open, the next request is answered.
    auto const request = message("POST", streaming_url(), R"({"args":{}})", basic);
    auto const both = world.exchange(request + ask_for_it);
    CHECK(support::contains(both, "Connection: keep-alive\r\n"));
    CHECK(parse(both.substr(both.rfind("HTTP/1.1"))).complete);
    CHECK(world.simulator->connections() == 2);
}

TEST_CASE("a stream of strings, raw text and comments")
{
    using kind = launch_event::kind;
    wire world{
        script({launch_event::other(kind::comment, "hello"), launch_event::result({{"y", 1}}),
                launch_event::other(kind::raw, "data: 1\ndata: 2\n\n")})};
    auto const got =
        world.ask("POST", streaming_url(), R"({"args":{"serialize_results_as_string":true}})");
    CHECK(got.body == ": hello\r\n\r\n"
                      "data: {\"status\":\"SUCCESS\",\"result\":{\"result\":\"{\\\"y\\\": 1}\"},"
                      "\"traceback\":null,\"status_code\":200}\r\n\r\ndata: 1\ndata: 2\n\n");
}

TEST_CASE("the five endings")
{
    SUBCASE("an error event, after which nothing comes")
    {
        auto const boom = launch_event::other(launch_event::kind::failure, "boom");
        wire world{
            script({launch_event::result({{"y", 1}}), boom, launch_event::result({{"y", 1}})},
                   launch_ending::pings)};
        auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
        CHECK(got.body == one + boom_event);
        CHECK(got.complete);
    }
    SUBCASE("[DONE], as other gateways send it")
    {
        wire world{script({launch_event::result({{"y", 1}})}, launch_ending::done)};
        auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
        CHECK(got.body == one + "data: [DONE]\r\n\r\n");
        CHECK(got.complete);
    }
    SUBCASE("cut inside an event")
    {
        wire world{script({launch_event::result({{"y", 1}})}, launch_ending::cut)};
        auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
        CHECK(got.status == 200);
        CHECK(!got.complete);
        CHECK(got.body == one + R"(data: {"status":"SUCCESS","result":{"result":"half o)");
        CHECK(!world.simulator->ledger().back().complete);
    }
    SUBCASE("broken between two events")
    {
        wire world{script({launch_event::result({{"y", 1}})}, launch_ending::broken)};
        auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
        CHECK(!got.complete);
        CHECK(got.rest == "5d\r\n" + one + "\r\n");
    }
    SUBCASE("nothing but comments: one in 15 s for an hour, then the client leaves")
    {
        wire world{script({}, launch_ending::pings)};
        std::size_t const hour = 3600 / 15;
        auto const all = world.exchange(ask_for_it, [&](std::string const& so_far) {
            return support::contains(so_far, ": ping - 2030-01-01 01:00:00.000000\r\n\r\n");
        });
        auto const body = parse(all).body;
        CHECK(body.starts_with(": ping - 2030-01-01 00:00:15.000000\r\n\r\n"
                               ": ping - 2030-01-01 00:00:30.000000\r\n\r\n"));
        CHECK(body.size() >=
              hour * std::string_view{": ping - 2030-01-01 00:00:15.000000\r\n\r\n"}.size());
        support::run_until(world.context,
                           [&] { return world.simulator->requests_in_progress() == 0; });
    }
    SUBCASE("silence, until the client leaves")
    {
        wire world{script({launch_event::result({{"y", 1}})}, launch_ending::silence)};
        auto const all = world.exchange(ask_for_it, [&](std::string const& so_far) {
            return support::contains(so_far, one) && world.simulator->streams_in_progress() == 1;
        });
        CHECK(!parse(all).complete);
        support::run_until(world.context,
                           [&] { return world.simulator->streams_in_progress() == 0; });
        CHECK(!world.simulator->ledger().back().complete);
    }
}

TEST_CASE("failures before the first event: an event, or a hard break (2.5)")
{
    wire world;
    auto const ask = [&](std::string_view how) {
        auto got = world.ask("POST", streaming_url(), steered(how));
        CHECK(got.status == 200);
        return got;
    };
    auto const event = [](std::string const& traceback, int status) {
        return R"(data: {"status":"FAILURE","result":null,"traceback":)" + traceback +
               R"(,"status_code":)" + std::to_string(status) + "}\r\n\r\n";
    };
    CHECK(ask(R"({"status":500,"traceback":"boom"})").body == boom_event);
    CHECK(ask(R"({"status":502,"traceback":""})").body == event("null", 502));
    CHECK(ask(R"({"status":500,"raw":"text"})").body == event("\"text\"", 500));
    CHECK(ask(R"({"status":429})").body == event("\"Too many concurrent requests\"", 429));
    CHECK(ask(R"({"status":503})").body == event("\"No healthy upstream\"", 503));
    CHECK(ask(R"({"status":503})").complete);
    for (char const* const how :
         {R"({"status":400})", R"({"status":500,"raw":"{\"detail\":\"text\"}"})"}) {
        auto const broken = ask(how);
        CHECK(broken.rest.empty()); // the header alone
        CHECK(!broken.complete);
    }
}

TEST_CASE("events keep their times, and pings come in between")
{
    std::vector<launch_event> events(3, launch_event::result({{"y", 1}}, 20s));
    wire world{script(events)};
    auto const got = world.ask("POST", streaming_url(), R"({"args":{}})");
    auto const ping = [](char const* at) {
        return ": ping - 2030-01-01 00:" + std::string{at} + ".000000\r\n\r\n";
    };
    CHECK(got.body == ping("00:15") + one + ping("00:30") + one + ping("00:45") + one);
    CHECK(world.time->elapsed() == 60s);
}

TEST_CASE("a stream stops when its client goes away, also while it waits for long")
{
    wire world{script({launch_event::result(1), launch_event::result(2, 24h)}),
               testing::manual_clock::mode::stepping};
    world.exchange(ask_for_it,
                   [](std::string const& so_far) { return support::contains(so_far, "data: "); });
    support::run_until(world.context, [&] { return world.simulator->streams_in_progress() == 0; });
    CHECK(world.time->sleepers() == 0);
}

TEST_CASE("a stream stops with its simulator")
{
    wire world{script({launch_event::result(1)}, launch_ending::silence)};
    auto going = world.start(ask_for_it);
    support::run_until(world.context, [&] { return world.simulator->streams_in_progress() == 1; });
    SUBCASE("stopped")
    {
        world.simulator->stop();
    }
    SUBCASE("destroyed")
    {
        world.simulator.reset();
    }
    CHECK(!parse(going.finish().value()).complete);
    world.settle();
    world.context.restart();
    CHECK(world.context.poll() == 0);
    CHECK(world.time->sleepers() == 0);
}

TEST_CASE("faults meet streamed answers too")
{
    wire world{script({launch_event::result({{"y", 1}}), launch_event::result({{"y", 1}})})};
    auto const whole = world.exchange(ask_for_it);
    testing::fault wrong;
    SUBCASE("cut at every place")
    {
        for (std::size_t at = 0; at < whole.size(); ++at) {
            wrong.cut_after = at;
            world.simulator->inject(wrong);
            CHECK(world.exchange(ask_for_it) == whole.substr(0, at));
        }
    }
    SUBCASE("split and dripped, it is the same")
    {
        wrong.slices = {5, whole.find("5d\r\n") + 1, whole.size() - 3};
        world.simulator->inject(wrong);
        CHECK(world.exchange(ask_for_it) == whole);
        wrong.slices.clear();
        wrong.drip = 1;
        wrong.pause = 1s;
        world.simulator->inject(wrong);
        CHECK(world.exchange(ask_for_it) == whole);
        CHECK(world.time->elapsed() >= std::chrono::seconds{whole.size() - 1});
    }
    SUBCASE("stalled, it ends when the client leaves")
    {
        wrong.stall_after = whole.size() - 4;
        world.simulator->inject(wrong);
        auto const got = world.exchange(ask_for_it, [&](std::string const& so_far) {
            return so_far.size() == whole.size() - 4;
        });
        CHECK(got == whole.substr(0, whole.size() - 4));
        support::run_until(world.context,
                           [&] { return world.simulator->requests_in_progress() == 0; });
    }
    SUBCASE("an error status instead")
    {
        wrong.status = 504;
        wrong.body = "upstream connect error or disconnect/reset before headers";
        world.simulator->inject(wrong);
        auto const got = parse(world.exchange(ask_for_it));
        CHECK(got.status == 504);
        CHECK(got.body == wrong.body);
    }
    CHECK(world.exchange(ask_for_it) == whole);
}

TEST_CASE("a connection that idles is closed, if so wanted")
{
    testing::launch_simulator_options with;
    with.idle_limit = 2s;
    wire world{with, testing::manual_clock::mode::stepping};
    auto going = world.start(message("GET", "/v1/files", "", basic));
    world.settle();
    world.time->advance(1s);
    world.settle();
    CHECK(!going.done());
    world.time->advance(1s);
    CHECK(parse(going.finish().value()).complete);
}

TEST_CASE("LLM streams, version 1 (4.4)")
{
    wire world;
    auto const ask = [&](std::string_view how) {
        std::string const body = R"({"prompt":"How are you","max_new_tokens":9,"temperature":0.5,)"
                                 R"("simulate":)" +
                                 std::string{how} + "}";
        auto const got =
            world.ask("POST", "/v1/llm/completions-stream?model_endpoint_name=llama", body);
        CHECK(got.status == 200);
        CHECK(got.complete);
        auto all = got.body;
        auto const at = all.find(R"("request_id":")") + 14;
        auto const id = all.substr(at, 36);
        for (auto i = all.find(id); i != std::string::npos; i = all.find(id))
            all.replace(i, id.size(), "ID");
        return all;
    };
    CHECK(ask(R"({"text":"He is"})") ==
          "data: {\"request_id\":\"ID\",\"output\":{\"text\":\"He\",\"finished\":false,"
          "\"num_prompt_tokens\":null,\"num_completion_tokens\":1,\"token\":null},"
          "\"error\":null}\r\n\r\n"
          "data: {\"request_id\":\"ID\",\"output\":{\"text\":\" is\",\"finished\":true,"
          "\"num_prompt_tokens\":3,\"num_completion_tokens\":2,\"token\":null},"
          "\"error\":null}\r\n\r\n");
    CHECK(ask(R"({"status":500})") ==
          "data: {\"request_id\":\"ID\",\"output\":null,\"error\":{\"status_code\":500,"
          "\"content\":{\"error\":\"Upstream service error for request_id ID\","
          "\"timestamp\":\"2029-12-31 16:00:00 PST\"}}}\r\n\r\n");
    CHECK(support::contains(ask(R"({"status":400,"traceback":"T"})"), R"("status_code":400)"));
}

TEST_CASE("LLM streams, version 2: nulls are left out, and [DONE] too (4.5)")
{
    wire world;
    auto const ask = [&](std::string const& what, std::string const& more) {
        return world.ask("POST", "/v2/" + what, R"({"model":"llama","stream":true,)" + more + '}');
    };
    std::string const chat = R"("messages":[{"role":"user","content":"hi"}],)";
    auto const normal = [](std::string body) { // without what changes
        for (auto at = body.find(R"("id":")"); at != std::string::npos; at = body.find(R"("id":")"))
            body.erase(at, body.find(',', at) + 1 - at);
        return body;
    };
    std::string const head = R"(data: {"created":1893456000,"model":"llama","object":)";
    auto const got = ask("chat/completions", chat + R"("simulate":{"text":"a b"})");
    CHECK(got.complete);
    CHECK(normal(got.body) ==
          head +
              R"("chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a",)"
              R"("role":"assistant"}}]})"
              "\r\n\r\n" +
              head +
              R"("chat.completion.chunk","choices":[{"index":0,"delta":{"content":" b"},)"
              R"("finish_reason":"stop"}]})"
              "\r\n\r\n");
    CHECK(normal(ask("completions", R"("prompt":"hi","simulate":{"text":"a"})").body) ==
          head + R"("text_completion","choices":[{"index":0,"text":"a","finish_reason":"stop"}]})"
                 "\r\n\r\n");
    auto const failed =
        ask("chat/completions", chat + R"("simulate":{"events":0,"failure":"boom"})");
    CHECK(failed.body == "data: {\"error\":{\"status_code\":500,\"content\":{\"error\":\"boom\","
                         "\"timestamp\":\"2029-12-31 16:00:00 PST\"}}}\r\n\r\n");
    CHECK(ask("chat/completions", chat + R"("simulate":{"ending":"done"})")
              .body.ends_with("data: [DONE]\r\n\r\n"));
    // Errors before the first chunk are real ones.
    CHECK(ask("chat/completions", chat + R"("simulate":{"status":400})").body ==
          R"({"detail":"Internal error occurred. Our team has been notified."})");
    CHECK(ask("chat/completions", chat + R"("simulate":{"events":0})").status == 500);
    CHECK(world.refused(404, "POST", "/v2/completions", R"({"model":"no","prompt":"x"})") ==
          "The specified endpoint could not be found.");
}
