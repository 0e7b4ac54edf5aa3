// SPDX-License-Identifier: BSL-1.0
//
// Predictions and tasks on the simulated Launch: what is repeated and what is not, jobs to their
// ends, and results at URLs.

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
using support::contains;
using task_type = launch::async_prediction<json::value>;

// With a name: g++ 12 warns of coroutines in headers that hold types of unnamed namespaces.
namespace typed {

struct words {
    words() = default;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(words, (), (text))

struct echoed {
    echoed() = default;
    std::string endpoint;
    words args;
};
BOOST_DESCRIBE_STRUCT(echoed, (), (endpoint, args))

} // namespace typed

namespace {

using typed::echoed;
using typed::words;

poll_options soon()
{
    return {.deadline = 1h, .min_interval = 1ms, .max_interval = 5ms};
}

testing::fault refuse(int status, std::string body, std::string method = "POST")
{
    testing::fault wrong;
    wrong.method = std::move(method);
    wrong.status = status;
    wrong.body = std::move(body);
    return wrong;
}

char const* const busy = R"({"error":"Too many requests","timestamp":"t"})";
char const* const broker = R"({"detail":"Message broker temporarily unavailable. Please retry."})";

} // namespace

TEST_CASE("typed arguments and results, by name and by id, sync and async")
{
    simulated_world world;
    auto const client = world.client();
    for (char const* const endpoint : {"echo-sync", "end_sync0000000000000000", "artifact-sync"}) {
        launch::endpoint_request<words, echoed> request{endpoint};
        request.args.emplace().text = "I love it";
        auto const answer = world.run(client.send(request));
        CHECK(answer.value().args.text == "I love it");
        CHECK(answer.status_code == 200);
    }
    launch::endpoint_request<words, echoed> request{"echo-async"};
    request.args.emplace().text = "\xe2\x82\xac \"quoted\" \\";
    auto const answer = world.run(client.run(request, soon()));
    CHECK(answer.value().args.text == request.args->text);
    CHECK(answer.value().endpoint == "echo-async");
    CHECK(!answer.task_id.empty());
    CHECK(world.simulator->count("GET", "model-endpoints?name=") == 3);
}

TEST_CASE("a synchronous prediction that fails is an error with the traceback, and runs once")
{
    simulated_world world;
    auto const client = world.client();
    auto const failed = world.error_of(
        client.send(ask_echo("echo-sync", {{"status", 500}, {"traceback", "ValueError: no"}})));
    CHECK(failed == errc::job_failed);
    CHECK(failed.info().server_message == "ValueError: no");
    CHECK(contains(failed.what(), "500"));
    CHECK(failed.info().operation == "predict");
    CHECK(world.simulator->predictions() == 1);
    auto const refused = world.error_of(client.send(ask_echo("echo-sync", {{"status", 400}})));
    CHECK(refused.info().http_status == 400);
    CHECK(contains(refused.info().server_message, "Invalid request"));
    auto const wrong_type = world.error_of(client.send(ask("echo-async")));
    CHECK(wrong_type.info().http_status == 400);
    CHECK(contains(wrong_type.what(), "does not serve sync tasks"));
}

TEST_CASE("the gateway's own attempts are as asked for")
{
    simulated_world world;
    auto request = ask_echo("echo-sync", {{"status", 503}, {"fail_attempts", 100}});
    request.num_retries = 2;
    request.timeout_seconds = 1000s;
    auto const e = world.error_of(world.client().send(request));
    CHECK(e == errc::job_failed);
    CHECK(contains(e.info().server_message, "No healthy upstream"));
    CHECK(world.simulator->predictions() == 3);
}

TEST_CASE("a prediction whose answer is lost is not repeated")
{
    struct {
        char const* endpoint;
        char const* target;
    } const cases[] = {{"end_sync0000000000000000", "sync-tasks"},
                       {"end_async000000000000000", "async-tasks"},
                       {"end_stream00000000000000", "streaming-tasks"}};
    for (std::size_t verb = 0; verb < 3; ++verb) {
        for (std::size_t const cut : {0U, 20U, 100U}) {
            CAPTURE(verb);
            CAPTURE(cut);
            simulated_world world;
            auto const client = world.client();
            testing::fault lost;
            lost.target = cases[verb].target;
            lost.cut_after = cut;
            world.simulator->inject(lost);
            auto const request = ask(cases[verb].endpoint);
            auto const e = verb == 0   ? world.error_of(client.send(request))
                           : verb == 1 ? world.error_of(client.submit(request))
                                       : world.error_of(client.stream(request));
            CHECK(e == errc::unknown_outcome);
            CHECK(e == condition::unknown_outcome);
            CHECK(e.info().sent != sent_state::no);
            CHECK(e.info().attempts == 1);
            CHECK(world.simulator->predictions() == 1);
        }
    }
}

TEST_CASE("429 is repeated; 408, the broker's 503 and a broken 503 are not; any 500 is not")
{
    struct {
        int status;
        char const* body;
        bool repeated;
    } const cases[] = {
        {429, busy, true},
        {503, "no healthy upstream", true},
        {408, R"({"detail":"Request timed out."})", false},
        {503, broker, false},
        {503,
         "upstream connect error or disconnect/reset before headers. reset reason: local reset",
         false},
        {500, R"({"error":"Internal error occurred.","request_id":"r-7"})", false},
    };
    for (auto const& each : cases)
        for (int const verb : {0, 1, 2}) {
            CAPTURE(each.status);
            CAPTURE(verb);
            simulated_world world;
            world.simulator->inject(refuse(each.status, each.body));
            auto const client = world.client();
            auto const e = verb == 0 ? world.error_of(client.send(ask("end_sync0000000000000000")))
                           : verb == 1
                               ? world.error_of(client.submit(ask("end_async000000000000000")))
                               : world.error_of(client.stream(ask("end_stream00000000000000")));
            CHECK(e.code().failed() == !each.repeated);
            CHECK(world.simulator->predictions() == (each.repeated ? 1U : 0U));
            CHECK(world.simulator->count("POST", "") == (each.repeated ? 2U : 1U));
            if (e.code()) {
                CHECK(e.info().http_status == each.status);
                CHECK(e.info().sent == sent_state::yes);
            }
            if (each.status == 500)
                CHECK(e.info().request_id == "r-7");
        }
}

TEST_CASE("the simulator's own trouble: limiter, broker, gateway")
{
    testing::launch_simulator_options with;
    with.broker_failures = 1;
    simulated_world world{with};
    auto const client = world.client();
    auto const refused = world.error_of(client.submit(ask("echo-async")));
    CHECK(refused == condition::overloaded);
    CHECK(world.simulator->tasks() == 0);
    CHECK(!world.run(client.submit(ask("echo-async"))).id().empty());
    auto const late = world.error_of(
        client.send(ask_echo("echo-sync", {{"after_ms", 1'000'000}}), {.timeout = 1h}));
    CHECK(late.info().http_status == 408);
    CHECK(late == condition::timeout);
}

TEST_CASE("a task goes through its states, each told once")
{
    simulated_world world;
    auto const client = world.client();
    auto const job = world.run(client.submit(ask("echo-async")));
    CHECK(job.receipt()->task_id == job.id());
    CHECK(world.run(job.status()).phase == phase::queued);
    auto updates = job.updates(soon());
    std::vector<std::string> seen;
    while (auto const status = world.run(updates.next())) {
        seen.push_back(status->word);
        CHECK(status->raw->task_id == job.id());
    }
    CHECK(seen == std::vector<std::string>{"PENDING", "STARTED", "SUCCESS"});
    CHECK(world.run(job.wait(soon())).phase == phase::succeeded);
    CHECK(world.run(job.result(soon())).ok());
    CHECK(world.run(job.cancel()) == cancel_outcome::unsupported);
}

TEST_CASE("the status is the result: it is not asked for twice")
{
    simulated_world world;
    auto const client = world.client();
    auto const job = world.run(client.submit(ask("echo-async")));
    (void)world.run(job.wait(soon()));
    auto const before = world.simulator->count("GET", "async-tasks");
    CHECK(world.run(job.result(soon())).ok());
    CHECK(world.simulator->count("GET", "async-tasks") == before + 1);
}

TEST_CASE("a task's three failures are three outcomes")
{
    simulated_world world;
    auto const client = world.client();
    auto const lost = world.error_of(
        client.run(ask_echo("echo-async", {{"lost", "Worker exited prematurely"}}), soon()));
    CHECK(lost == errc::job_failed);
    CHECK(lost.info().server_message == "Worker exited prematurely");
    CHECK(!lost.info().job_id.empty());
    auto const traced = world.error_of(client.run(
        ask_echo("echo-async", {{"lost", "oom"}, {"traceback", "Traceback: oom"}}), soon()));
    CHECK(traced.info().server_message == "Traceback: oom");
    auto const dropped =
        world.error_of(client.run(ask_echo("echo-async", {{"undefined", true}}), soon()));
    CHECK(dropped == errc::job_expired);
    CHECK(contains(dropped.what(), "UNDEFINED"));
    auto const refused = world.run(client.run(ask_echo("echo-async", {{"status", 500}}), soon()));
    CHECK(!refused.ok());
    CHECK(refused.status_code == 500);
    CHECK_THROWS_AS((void)refused.value(), failure);
    auto const raised = world.run(client.run(
        ask_echo("artifact-async", {{"status", 500}, {"traceback", "ValueError"}}), soon()));
    CHECK(!raised.ok());
    CHECK(!raised.status_code);
    CHECK(raised.traceback == "ValueError");
}

TEST_CASE("another client goes on with a task by its token or its id")
{
    simulated_world world;
    std::string token;
    std::string id;
    {
        auto const job = world.run(world.client().submit(ask("echo-async")));
        token = job.resume_token();
        id = job.id();
    }
    CHECK(!contains(token, launch_key));
    auto const client = world.client();
    for (std::string const& text : {token, id}) {
        auto const again = client.attach<launch::endpoint_request<>>(text);
        CHECK(again.id() == id);
        CHECK(again.receipt() == nullptr);
        CHECK(world.run(again.result(soon())).ok());
    }
    CHECK(world.simulator->tasks() == 1);
    for (char const* const wrong : {"", "inferpp:1:modzy:submit_text:x:y", "inferpp:9:launch:a:b"})
        CHECK_THROWS_AS((void)client.attach<launch::endpoint_request<>>(wrong), failure);
}

TEST_CASE("a task that nobody knows stays queued until the deadline")
{
    simulated_world world;
    auto const job = world.client().attach<task_type>("00000000-0000-4000-8000-000000000000");
    auto const e =
        world.error_of(job.result({.deadline = 1min, .min_interval = 1s, .max_interval = 10s}));
    CHECK(e == errc::wait_timeout);
    CHECK(e.info().job_id == job.id());
    CHECK(world.time->elapsed() >= 1min);
    CHECK(world.time->elapsed() < 2min);
}

TEST_CASE("a wait survives polls that fail, and ends with one that will not pass")
{
    simulated_world world;
    auto const client = world.client();
    auto const job = world.run(client.submit(ask("echo-async")));
    world.simulator->inject(refuse(503, broker, "GET"));
    world.simulator->inject(refuse(429, busy, "GET"));
    world.simulator->inject(refuse(408, R"({"detail":"Request timed out."})", "GET"));
    testing::fault cut;
    cut.method = "GET";
    cut.cut_after = 0;
    world.simulator->inject(cut);
    CHECK(world.run(job.result(soon())).ok());
    world.simulator->inject(refuse(401, R"({"detail":"Could not authenticate user"})", "GET"));
    auto const e = world.error_of(job.result(soon()));
    CHECK(e == condition::unauthorized);
    CHECK(e.info().job_id == job.id());
}

TEST_CASE("a pickled result is downloaded without credentials, also over a redirect")
{
    simulated_world world;
    auto const client = world.client();
    auto request = ask("artifact-async", {{"x", 1}});
    request.return_pickled = true;
    auto const answer = world.run(client.run(request, soon()));
    REQUIRE(answer.result_url.has_value());
    std::string elsewhere = *answer.result_url;
    auto const at = elsewhere.find("127.0.0.1"); // the same server, but another origin
    REQUIRE(at != std::string::npos);
    elsewhere.replace(at, 9, "localhost");
    CHECK(contains(world.run(client.download(elsewhere)).body, "artifact-async"));
    CHECK(world.simulator->leaks() == 0);
    testing::fault moved = refuse(302, "", "GET");
    moved.target = "/simulated-storage";
    moved.headers.add("Location", elsewhere);
    world.simulator->inject(moved);
    CHECK(contains(world.run(client.download(*answer.result_url)).body, "artifact-async"));
    CHECK(world.simulator->leaks() == 0);

    testing::launch_simulator_options open_source;
    open_source.s3_urls = true;
    simulated_world raw{open_source};
    auto const unsigned_url = raw.run(raw.client().run(request, soon()));
    CHECK(unsigned_url.result_url->starts_with("s3://"));
    CHECK(raw.error_of(raw.client().download(*unsigned_url.result_url)) == errc::invalid_argument);
}
