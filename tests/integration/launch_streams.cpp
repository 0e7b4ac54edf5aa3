// SPDX-License-Identifier: BSL-1.0
//
// Streams of Launch: each of their endings has an outcome of its own, and cancelling at any point
// frees the connection.

#include <boost/asio/cancellation_type.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::launching;
namespace asio = boost::asio;
namespace json = boost::json;
using testing::launch_ending;
using testing::launch_event;
using stream_type = event_stream<launch::endpoint_response<>>;

namespace {

struct ended {
    std::vector<std::string> texts;
    error failed; ///< none: the proper end
};

/// Reads to the end, whatever that is.
asio::awaitable<ended> drain(launch::client client, launch::endpoint_request<> request)
{
    ended got;
    auto opened = co_await as_result(client.stream(request));
    if (!opened) {
        got.failed = opened.error();
        got.texts.push_back("not opened");
        co_return got;
    }
    stream_type stream = std::move(*opened);
    while (true) {
        auto event = co_await as_result(stream.next());
        if (!event) {
            got.failed = event.error();
            co_return got;
        }
        if (!*event)
            co_return got;
        json::value const& value = (*event)->value();
        got.texts.push_back(value.is_string() ? std::string{value.get_string()}
                                              : json::serialize(value));
    }
}

using support::contains;
using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a complete stream ends properly, and its connection is used again")
{
    for (auto const ending : {launch_ending::complete, launch_ending::done}) {
        simulated_world world{with_stream(tokens(3, ending))};
        auto const client = world.client();
        for (int i = 0; i < 3; ++i) {
            auto const got = world.run(drain(client, ask("echo-stream")));
            CHECK(!got.failed.code());
            CHECK(got.texts == texts{"0", "1", "2"});
        }
        CHECK(world.simulator->connections() == 1);
        CHECK(world.simulator->count("GET", "/v1/model-endpoints") == 1);
    }
}

TEST_CASE("an event of failure ends a stream as job_failed, with the traceback and the status")
{
    auto script = tokens(2, launch_ending::complete);
    script.events.push_back(launch_event::other(launch_event::kind::failure, "Traceback: boom"));
    simulated_world world{with_stream(script)};
    auto const got = world.run(drain(world.client(), ask("echo-stream")));
    CHECK(got.texts == texts{"0", "1"});
    CHECK(got.failed == errc::job_failed);
    CHECK(got.failed == condition::job_failed);
    CHECK(got.failed.info().server_message == "Traceback: boom");
    CHECK(contains(got.failed.what(), "500"));
    CHECK(got.failed.info().operation == "stream_predictions");
    CHECK(got.failed.info().sent == sent_state::yes);
}

TEST_CASE("comments alone end a stream at the limit between events")
{
    auto with = with_stream(tokens(1, launch_ending::pings));
    with.ping_interval = 1s;
    simulated_world world{with};
    auto const before = world.time->now();
    auto const got = world.run(drain(world.client(), ask("echo-stream")));
    CHECK(got.texts == texts{"0"});
    CHECK(got.failed == errc::idle_timeout);
    CHECK(contains(got.failed.what(), "limits.event_idle"));
    CHECK(world.time->now() - before >= 300s);
    CHECK(world.time->now() - before < 310s);
}

TEST_CASE("comments every second for an hour don't defeat the limit between events")
{
    for (auto const limit : {std::chrono::milliseconds{59min}, std::chrono::milliseconds{2h}}) {
        auto with = with_stream(tokens(2, launch_ending::complete, 1h));
        with.ping_interval = 1s;
        simulated_world world{with};
        world.options.limits.event_idle = limit;
        auto const got = world.run(drain(world.client(), ask("echo-stream")));
        CHECK(got.texts == (limit < 1h ? texts{} : texts{"0", "1"}));
        CHECK((got.failed == errc::idle_timeout) == (limit < 1h));
    }
}

TEST_CASE("a stream that is cut inside an event or between two is truncated")
{
    for (auto const ending : {launch_ending::cut, launch_ending::broken}) {
        simulated_world world{with_stream(tokens(2, ending))};
        auto const got = world.run(drain(world.client(), ask("echo-stream")));
        CHECK(got.texts == texts{"0", "1"});
        CHECK(got.failed == errc::stream_truncated);
        CHECK(world.simulator->predictions() == 1); // not repeated
    }
}

TEST_CASE("a stream that falls silent ends at the idle limit")
{
    auto with = with_stream(tokens(1, launch_ending::silence));
    with.ping_interval = 0s;
    simulated_world world{with};
    world.options.limits.idle = 30ms; // of the socket: real time
    auto const got = world.run(drain(world.client(), ask("echo-stream")));
    CHECK(got.texts == texts{"0"});
    CHECK(got.failed == errc::idle_timeout);
}

TEST_CASE("an error status before the first event is that error, and no empty stream")
{
    simulated_world world;
    auto const client = world.client();
    struct {
        int status;
        char const* body;
        char const* words;
    } const refusals[] = {
        {401, R"({"detail":"Could not authenticate user"})", "authenticate"},
        {422, R"({"detail":[{"loc":["body","args"],"msg":"odd"}]})", "body.args: odd"},
        {500, R"({"error":"Internal error occurred.","request_id":"r"})", "Internal"},
    };
    for (auto const& each : refusals) {
        testing::fault wrong;
        wrong.method = "POST";
        wrong.status = each.status;
        wrong.body = each.body;
        world.simulator->inject(wrong);
        auto const got = world.run(drain(client, ask("echo-stream")));
        CHECK(got.texts == texts{"not opened"});
        CHECK(got.failed.info().http_status == each.status);
        CHECK(contains(got.failed.info().server_message, each.words));
    }
    CHECK(world.simulator->predictions() == 0);
    auto const wrong_type = world.run(drain(client, ask("echo-sync")));
    CHECK(wrong_type.failed.info().http_status == 400);
    CHECK(contains(wrong_type.failed.what(), "not a streaming endpoint"));
    auto const foreign = world.run(drain(client, ask("end_public00000000000000")));
    CHECK(foreign.failed == condition::not_found);
}

TEST_CASE("a container that fails before its stream has begun is an event of failure, or a cut")
{
    simulated_world world;
    auto const client = world.client();
    auto const refused = world.run(drain(client, ask_echo("echo-stream", {{"status", 500}})));
    CHECK(refused.texts.empty());
    CHECK(refused.failed == errc::job_failed);
    CHECK(contains(refused.failed.info().server_message, "simulated"));
    auto const invalid = world.run(drain(client, ask_echo("echo-stream", {{"status", 400}})));
    CHECK(invalid.texts.empty());
    CHECK(invalid.failed == errc::stream_truncated);
}

TEST_CASE("a 200 that is JSON is no stream of events")
{
    simulated_world world;
    testing::fault wrong;
    wrong.method = "POST";
    wrong.status = 200;
    wrong.body = R"({"status":"SUCCESS","result":{"result":"7"}})";
    wrong.headers.add("Content-Type", "application/json");
    world.simulator->inject(wrong);
    auto const got = world.run(drain(world.client(), ask("echo-stream")));
    CHECK(got.texts == texts{"not opened"});
    CHECK(got.failed == errc::bad_http);
    CHECK(contains(got.failed.what(), "application/json"));
}

TEST_CASE("an answer split at any byte gives the same events")
{
    auto script = tokens(2, launch_ending::done);
    script.events.push_back(launch_event::other(launch_event::kind::comment, "a comment"));
    script.events.push_back(launch_event::other(launch_event::kind::raw,
                                                "data:\ndata: {\"status\":\"SUCCESS\",\r"
                                                "data: \"result\":\"\xe2\x82\xac\"}\r\r"));
    simulated_world world{with_stream(script)};
    auto const client = world.client();
    texts const wanted{"0", "1", "\xe2\x82\xac"};
    CHECK(world.run(drain(client, ask("echo-stream"))).texts == wanted);
    for (std::size_t at = 1; at < 900; at += at < 200 ? 13 : 1) {
        testing::fault split;
        split.method = "POST";
        split.slices.push_back(at);
        world.simulator->inject(split);
        auto const got = world.run(drain(client, ask("echo-stream")));
        CAPTURE(at);
        CHECK(!got.failed.code());
        CHECK(got.texts == wanted);
    }
    testing::fault drip;
    drip.method = "POST";
    drip.drip = 1;
    world.simulator->inject(drip);
    CHECK(world.run(drain(client, ask("echo-stream"))).texts == wanted);
}

TEST_CASE("an answer cut at any byte is never a quiet end")
{
    simulated_world world{with_stream(tokens(2, launch_ending::complete))};
    auto const client = world.client();
    (void)world.run(drain(client, ask("echo-stream")));
    bool complete = false;
    std::size_t cuts = 0;
    for (std::size_t at = 0; !complete; at += 3, ++cuts) {
        REQUIRE(at < 2000);
        world.simulator->clear_faults();
        testing::fault cut;
        cut.method = "POST";
        cut.cut_after = at;
        world.simulator->inject(cut);
        auto const got = world.run(drain(client, ask("echo-stream")));
        CAPTURE(at);
        complete = !got.failed.code();
        if (complete)
            CHECK(got.texts == texts{"0", "1"});
        else
            CHECK((got.failed == errc::stream_truncated || got.failed == errc::unknown_outcome));
    }
    CHECK(cuts > 100);
    CHECK(world.simulator->predictions() <= cuts + 1); // none was repeated
}

TEST_CASE("cancelled after every handler, a stream ends once and frees its connection")
{
    simulated_world world{with_stream(tokens(2, launch_ending::silence, 1s))};
    auto const client = world.client();
    std::size_t opened = 0;
    for (std::size_t k = 0; k < 60; ++k) {
        CAPTURE(k);
        {
            support::started<ended> reading{world.context, drain(client, ask("echo-stream"))};
            world.context.restart();
            for (std::size_t i = 0; i < k && !reading.done(); ++i)
                world.context.poll_one();
            reading.cancel();
            auto const got = reading.finish();
            CHECK(reading.completions() == 1);
            if (got) { // it has caught the cancellation itself
                CHECK(got->failed == condition::cancelled);
                opened += got->texts == texts{"not opened"} ? 0U : 1U;
            } else {
                CHECK(got.error() == condition::cancelled);
            }
        }
        support::run_until(world.context,
                           [&] { return world.simulator->requests_in_progress() == 0; });
    }
    CHECK(opened > 0);
    CHECK(world.simulator->streams_in_progress() == 0);
    auto const next = world.run(client.send(ask("echo-sync")));
    CHECK(next.ok());
}

TEST_CASE("a stream that is destroyed or closed after any event lets its connection go at once")
{
    simulated_world world{with_stream(tokens(3, launch_ending::silence))};
    auto const client = world.client();
    for (int events = 0; events <= 3; ++events)
        for (bool const close : {false, true}) {
            CAPTURE(events);
            std::optional<stream_type> stream{world.run(client.stream(ask("echo-stream")))};
            for (int i = 0; i < events; ++i)
                CHECK(world.run(stream->next()).has_value());
            CHECK(world.simulator->streams_in_progress() == 1);
            if (close) {
                stream->close();
                CHECK(world.error_of(stream->next()) == errc::closed);
            } else {
                stream.reset();
            }
            support::run_until(world.context,
                               [&] { return world.simulator->streams_in_progress() == 0; });
        }
    // None of these connections was used twice. The first also has the look-up by name.
    CHECK(world.simulator->connections() == 8);
}

TEST_CASE("the model's own terminator is passed over, and texts that look like JSON stay texts")
{
    testing::launch_script script;
    for (char const* const text : {"42", "null", "\"x\"", "[DONE]"})
        script.events.push_back(launch_event::result(json::value(text)));
    simulated_world world{with_stream(script)};
    auto const got = world.run(drain(world.client(), ask("echo-stream")));
    CHECK(!got.failed.code());
    CHECK(got.texts == texts{"42", "null", "\"x\""});
}
