// SPDX-License-Identifier: BSL-1.0
//
// The Launch simulator against the wire notes: who may ask what, predictions, tasks, callbacks.

#include "integration/launch_simulator.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "support/raw_server.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace launch_wire;

TEST_CASE("both ways to authenticate, and the three answers to none of them (1.2)")
{
    testing::launch_simulator_options with;
    with.api_key = "KEY";
    wire world{with};
    auto const status = [&](std::string_view header) {
        return world.ask("GET", "/v1/files", {}, header);
    };
    CHECK(status(basic).status == 200);
    CHECK(status("Authorization: Bearer KEY\r\n").status == 200);
    auto const none = status("");
    CHECK(none.status == 401);
    CHECK(none.body == R"({"detail":"No authentication was passed in"})");
    CHECK(none.has("WWW-Authenticate: Bearer\r\n"));
    auto const wrong = status("Authorization: Basic b3RoZXI6\r\n");
    CHECK(wrong.body == R"({"detail":"Could not authenticate user"})");
    CHECK(wrong.has("WWW-Authenticate: Basic\r\n"));
    CHECK(status("Authorization: Bearer other\r\n").has("WWW-Authenticate: Bearer\r\n"));
    CHECK(status("x-api-key: KEY\r\n").status == 401);
    CHECK(world.ask("GET", "/healthz", {}, "").status == 200);
    CHECK(world.ask("GET", "/v1/launch/readyz", {}, "").body.empty());
}

TEST_CASE("both roots (1.1), unknown routes and methods (6.1)")
{
    wire world;
    CHECK(world.ask("GET", "/v1/launch/v1/files").status == 200);
    CHECK(world.ask("GET", "/v1/files").status == 200);
    for (char const* const target : {"/", "/v1", "//v1/files", "/v1/files/", "/v1/launch/files",
                                     "/v3/files", "/v1/batch-completions"})
        CHECK(world.refused(404, "GET", target) == "Not Found");
    CHECK(world.refused(405, "GET", "/v1/batch-jobs") == "Method Not Allowed");
    CHECK(world.refused(405, "PATCH", "/v1/model-endpoints") == "Method Not Allowed");
}

TEST_CASE("sync: the four envelopes of success (2.1)")
{
    wire world{answering(testing::launch_outcome::of({{"y", 1}}))};
    std::string const json_text = R"({"status":"SUCCESS","result":{"result":"{\"y\": 1}"},)"
                                  R"("traceback":null,"status_code":200})";
    CHECK(world.ask("POST", sync_url(), R"({"args":{}})").body == json_text);
    CHECK(world.ask("POST", sync_url("artsync"), R"({"args":{}})").body == json_text);
    CHECK(world.ask("POST", sync_url("stream"), R"({"args":{}})").body == json_text);
    CHECK(world.ask("POST", sync_url(), R"({"args":{"serialize_results_as_string":false}})").body ==
          R"({"status":"SUCCESS","result":{"result":{"y":1}},"traceback":null,"status_code":200})");
    // Images ignore return_pickled; Python code does not.
    CHECK(world.ask("POST", sync_url(), R"({"args":{},"return_pickled":true})").body == json_text);
    auto const pickled = world.post(sync_url("artsync"), R"({"args":{},"return_pickled":true})");
    auto const url = text(pickled.at("result").at("result_url"));
    auto const path = url.substr(world.simulator->origin_url().size());
    CHECK(world.ask("GET", path, {}, "").body == R"({"y":1})");
    CHECK(world.simulator->leaks() == 0);
    CHECK(world.ask("GET", path).status == 200);
    CHECK(world.simulator->leaks() == 1);
}

TEST_CASE("results are S3 URIs on demand")
{
    testing::launch_simulator_options with;
    with.s3_urls = true;
    wire world{with};
    auto const pickled = world.post(sync_url("artsync"), R"({"args":{},"return_pickled":true})");
    auto const url = text(pickled.at("result").at("result_url"));
    CHECK(url.starts_with("s3://launch-results/tmp/hosted-model-inference-outputs/"));
    CHECK(url.ends_with(".pkl"));
}

TEST_CASE("the default model proves what arrived")
{
    wire world;
    std::string const body = R"({"args":{"y":1}})";
    auto const got = world.post(sync_url(), body);
    auto const result = json::parse(text(got.at("result").at("result"))).as_object();
    CHECK(result.at("args") == json::value{{"y", 1}});
    CHECK(result.at("size").to_number<std::size_t>() == body.size());
    CHECK(text(result.at("sha256")) ==
          "bc831b62deb9d94e7eb0e8118f8cf0324ac19f6acca03344a99dc17f4abf3126");
}

TEST_CASE("sync: failures are answers of 200 (2.2)")
{
    auto const failed = [](std::string const& traceback, int status) {
        return R"({"status":"FAILURE","result":null,"traceback":")" + traceback +
               R"(","status_code":)" + std::to_string(status) + '}';
    };
    wire world;
    auto const ask = [&](std::string_view how) {
        auto const got = world.ask("POST", sync_url(), steered(how));
        CHECK(got.status == 200);
        return got.body;
    };
    CHECK(ask(R"({"status":500,"traceback":"Traceback ..."})") == failed("Traceback ...", 500));
    CHECK(ask(R"({"status":500,"traceback":""})") == failed("Failed to parse traceback", 500));
    CHECK(ask(R"({"status":500,"raw":"no JSON"})") == failed("no JSON", 500));
    CHECK(ask(R"({"status":500,"raw":"{\"detail\":\"x\"}"})") ==
          failed(R"({\"detail\": \"x\"})", 500));
    CHECK(ask(R"({"status":429})") == failed("Too many concurrent requests", 429));
    CHECK(ask(R"({"status":503})") == failed("No healthy upstream", 503));
    CHECK(world.refused(400, "POST", sync_url(), steered(R"({"status":400,"traceback":"it's"})")) ==
          R"(Invalid request: {'detail': {'traceback': "it's"}})");
    auto const unforeseen =
        world.ask("POST", sync_url(), steered(R"({"status":400,"raw":"no JSON"})"));
    CHECK(unforeseen.status == 500);
    CHECK(unforeseen.object().contains("request_id"));
}

TEST_CASE("sync: the gateway repeats while the container is busy (2.0)")
{
    testing::launch_simulator_options with;
    with.sync_time = 10ms;
    wire world{with};
    auto const attempts = [&](std::string const& more) {
        auto const before = world.simulator->predictions();
        world.post(sync_url(), R"({"args":{"simulate":{"status":503}})" + more + "}");
        return world.simulator->predictions() - before;
    };
    CHECK(attempts(R"(,"num_retries":0)") == 1);
    CHECK(attempts(R"(,"num_retries":3,"timeout_seconds":100)") == 4);
    CHECK(attempts("") == 8); // ten seconds are over before nine attempts are
    CHECK(attempts(R"(,"timeout_seconds":0.001)") == 1);
    auto const got = world.post(sync_url(), steered(R"({"status":429,"fail_attempts":2})"));
    CHECK(text(got.at("status")) == "SUCCESS");
}

TEST_CASE("sync: a container that takes too long ends in 408, and time passes")
{
    wire world;
    auto const before = world.time->now();
    CHECK(world.refused(408, "POST", sync_url(), steered(R"({"after_ms":400000})")) ==
          "Request timed out.");
    CHECK(world.time->now() - before == 300s);
    CHECK(world.ask("POST", sync_url(), steered(R"({"after_ms":200000})")).status == 200);
    CHECK(world.time->now() - before == 500s);
}

TEST_CASE("wrong endpoints: unknown, foreign, of another type (2.2 to 2.5)")
{
    wire world;
    std::string const none = "The specified endpoint could not be found.";
    std::string const body = R"({"args":{}})";
    for (auto const& where : {sync_url("nobody"), sync_url("foreign"), async_url("nobody"),
                              streaming_url("nobody"), streaming_url("public")})
        CHECK(world.refused(404, "POST", where, body) == none);
    CHECK(world.ask("POST", sync_url("public"), body).status == 200);
    std::string const wrong = "Unsupported inference type: Endpoint ID ";
    CHECK(world.refused(400, "POST", sync_url("async"), body) ==
          wrong + "does not serve sync tasks.");
    CHECK(world.refused(400, "POST", async_url("sync"), body) ==
          wrong + "is not an async endpoint.");
    CHECK(world.refused(400, "POST", streaming_url("sync"), body) ==
          wrong + "is not a streaming endpoint.");
}

TEST_CASE("the three forms of errors (6)")
{
    testing::launch_simulator_options with;
    with.max_requests = 1;
    with.model = [](testing::launch_call const& call) -> testing::launch_outcome {
        if (!call.at("url").is_null())
            throw std::runtime_error{"the model's"};
        auto outcome = testing::launch_outcome::of(1);
        outcome.took = 10s;
        return outcome;
    };
    wire world{with, testing::manual_clock::mode::stepping};
    CHECK(world.ask("POST", "/v1/sync-tasks", R"({"args":1})").body ==
          R"({"detail":[{"type":"missing","loc":["query","model_endpoint_id"],)"
          R"("msg":"Field required","input":null}]})");
    CHECK(world.ask("POST", sync_url(), R"({"timeout_seconds":0})").body ==
          R"({"detail":[{"type":"greater_than","loc":["body","timeout_seconds"],)"
          R"("msg":"Input should be greater than 0","input":0,"ctx":{"gt":0}}]})");
    CHECK(world.ask("POST", sync_url(), R"({"callback_auth":{"kind":"x"}})").body ==
          R"({"detail":[{"type":"union_tag_invalid","loc":["body","callback_auth"],)"
          R"("msg":"Input tag 'x' found using 'kind' does not match any of the expected tags: )"
          R"('basic', 'mtls'","input":{"kind":"x"},)"
          R"("ctx":{"discriminator":"'kind'","tag":"x","expected_tags":"'basic', 'mtls'"}}]})");
    CHECK(world.ask("POST", sync_url(), "{").status == 422);
    CHECK(world.ask("POST", sync_url(), "").status == 422);

    auto const broken = world.ask("POST", sync_url(), R"({"url":"http://x"})");
    CHECK(broken.status == 500);
    CHECK(text(broken.object().at("error")) ==
          "Internal error occurred. Our team has been notified.");
    CHECK(text(broken.object().at("timestamp")) == "2029-12-31 16:00:00 PST");
    CHECK(text(broken.object().at("request_id")).size() == 36);

    // One is under way, so another is too many.
    auto first = world.start(
        message("POST", sync_url(), R"({"args":1})", std::string{basic} + std::string{closing}));
    CHECK(world.ask("GET", "/v1/files").body ==
          R"({"error":"Too many requests","timestamp":"2029-12-31 16:00:00 PST"})");
    CHECK(world.ask("GET", "/healthz").status == 200);
    world.time->advance(10s);
    CHECK(parse(first.finish().value()).status == 200);
    CHECK(world.ask("GET", "/v1/files").status == 200);
}

TEST_CASE("async: PENDING, STARTED, then the end by outcome (2.4)")
{
    testing::launch_simulator_options with;
    with.task_queue_time = 10s;
    with.task_run_time = 10s;
    wire world{with, testing::manual_clock::mode::stepping};
    auto const create = [&](std::string_view how, std::string const& where = async_url()) {
        auto const made = world.post(where, steered(how));
        CHECK(made.size() == 1);
        return text(made.at("task_id"));
    };
    auto const look = [&](std::string const& id) {
        auto got = world.get("/v1/async-tasks/" + id);
        CHECK(text(got.at("task_id")) == id);
        got.stable_erase("task_id");
        return json::serialize(got);
    };
    std::string const nothing = R"(,"result":null,"traceback":null,"status_code":null})";
    auto const good = create(R"({"text":7})");
    auto const bad = create(R"({"status":500,"traceback":"T"})");
    auto const artifact = create(R"({"text":7})", async_url("artifact"));
    auto const raised = create(R"({"status":500,"traceback":"T"})", async_url("artifact"));
    auto const lost = create(R"({"lost":"Out of memory","traceback":"T"})");
    auto const expired = create(R"({"undefined":true})");
    CHECK(good.size() == 36);
    CHECK(look(good) == R"({"status":"PENDING")" + nothing);
    CHECK(look("never-heard-of") == R"({"status":"PENDING")" + nothing);
    world.time->advance(15s);
    CHECK(look(good) == R"({"status":"STARTED")" + nothing);
    world.time->advance(5s);
    CHECK(look(good) ==
          R"({"status":"SUCCESS","result":{"result":"7"},"traceback":null,"status_code":200})");
    CHECK(look(bad) == R"({"status":"SUCCESS","result":{"result":)"
                       R"("{\"detail\": {\"traceback\": \"T\"}}"},"traceback":null,)"
                       R"("status_code":500})");
    CHECK(look(artifact) ==
          R"({"status":"SUCCESS","result":{"result":"7"},"traceback":null,"status_code":null})");
    CHECK(look(raised) == R"({"status":"SUCCESS","result":{"detail":{"traceback":"T"}},)"
                          R"("traceback":null,"status_code":null})");
    CHECK(look(lost) == R"({"status":"FAILURE","result":"Out of memory","traceback":"T",)"
                        R"("status_code":null})");
    CHECK(look(expired) == R"({"status":"UNDEFINED")" + nothing);
    world.time->advance(24h);
    CHECK(look("never-heard-of") == R"({"status":"PENDING")" + nothing);
    CHECK(world.simulator->tasks() == 6);
}

TEST_CASE("async: the broker fails so often, and creates nothing")
{
    testing::launch_simulator_options with;
    with.broker_failures = 2;
    wire world{with};
    for (int i = 0; i < 2; ++i)
        CHECK(world.refused(503, "POST", async_url(), R"({"args":{}})") ==
              "Message broker temporarily unavailable. Please retry.");
    CHECK(world.simulator->tasks() == 0);
    CHECK(world.ask("POST", async_url(), R"({"args":{}})").status == 200);
}

namespace {

/// A receiver of callbacks that answers with these statuses, and what it got.
struct receiver {
    receiver(boost::asio::io_context& context, std::vector<std::string> statuses)
        : server(context, scripts(statuses))
    {
    }
    static std::vector<support::raw_script> scripts(std::vector<std::string> const& statuses)
    {
        std::vector<support::raw_script> all;
        for (auto const& status : statuses)
            all.emplace_back(
                std::vector<std::string>{"HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"});
        return all;
    }
    std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(server.port()) + "/cb?a=b";
    }
    support::raw_server server;
};

} // namespace

TEST_CASE("callbacks: their bodies by container, and always Basic (5)")
{
    wire world;
    receiver const here{world.context, {"200 OK"}};
    auto const& log = world.simulator->callbacks();
    auto const body_of = [&](std::string const& where, std::string const& more) {
        auto const before = log.size();
        auto const made =
            world.post(where, R"({"callback_url":")" + here.url() + "\"," + more + "}");
        support::run_until(world.context, [&] { return log.size() > before; });
        CHECK(log.back().status == 200);
        auto body = log.back().body;
        if (made.contains("task_id")) {
            auto const id = text(made.at("task_id"));
            CHECK(log.back().task_id == id);
            body.replace(body.find(id), id.size(), "ID");
        }
        return body;
    };
    std::string const seven = R"("args":{"simulate":{"text":7}})";
    CHECK(body_of(async_url(), seven) == R"({"result":"7","status_code":200,"task_id":"ID"})");
    CHECK(body_of(async_url("artifact"), seven) == R"({"result":"7","task_id":"ID"})");
    CHECK(body_of(async_url("artifact"), R"("args":{"simulate":{"status":500,"traceback":"T"}})") ==
          R"({"detail":{"traceback":"T"},"task_id":"ID"})");
    CHECK(support::contains(body_of(async_url("artifact"), R"("args":{},"return_pickled":true)"),
                            R"({"result_url":"http)"));
    CHECK(body_of(sync_url(), seven) == R"({"result":"7","status_code":200,"task_id":null})");
}

TEST_CASE("callbacks: three attempts, duplicates, early ones, and none for a failure (5)")
{
    SUBCASE("a receiver that refuses is asked three times, after 1 s and 2 s")
    {
        wire world;
        receiver const here{world.context, {"401 Unauthorized", "500 Oops", "204 No Content"}};
        world.post(async_url(), R"({"args":{},"callback_url":")" + here.url() + "\"}");
        auto const& log = world.simulator->callbacks();
        support::run_until(world.context, [&] { return log.size() == 3; });
        CHECK(log[0].status == 401);
        CHECK(log[1].status == 500);
        CHECK(log[2].status == 204);
        CHECK(log[2].attempt == 3);
        CHECK(world.time->elapsed() >= 3s);
    }
    SUBCASE("copies, and native JSON")
    {
        testing::launch_simulator_options with;
        with.callback.copies = 2;
        with.callback.native_result = true;
        wire world{with};
        receiver const here{world.context, {"200 OK"}};
        world.post(async_url(),
                   R"({"args":{"simulate":{"text":[7]}},"callback_url":")" + here.url() + "\"}");
        auto const& log = world.simulator->callbacks();
        support::run_until(world.context, [&] { return log.size() == 2; });
        CHECK(log[0].body == log[1].body);
        CHECK(log[0].body.starts_with(R"({"result":[7],)"));
    }
    SUBCASE("one that comes before the answer to the creation")
    {
        testing::launch_simulator_options with;
        with.task_create_time = 1h;
        wire world{with, testing::manual_clock::mode::stepping};
        receiver const here{world.context, {"200 OK"}};
        auto creation = world.start(message("POST", async_url(),
                                            R"({"args":{},"callback_url":")" + here.url() + "\"}",
                                            std::string{basic} + std::string{closing}));
        world.time->advance(1min);
        support::run_until(world.context, [&] { return world.simulator->callbacks().size() == 1; });
        CHECK(!creation.done());
        world.time->advance(1h);
        CHECK(parse(creation.finish().value()).status == 200);
    }
    SUBCASE("whose credentials they carry")
    {
        auto with = testing::launch_simulator_options{};
        with.endpoints[1].callback_auth = {{"kind", "basic"}, {"username", "d"}, {"password", "q"}};
        wire world{with};
        receiver const here{world.context, {"200 OK"}};
        auto const& log = world.simulator->callbacks();
        auto const header_of = [&](std::string const& where, std::string const& more) {
            auto const before = log.size();
            world.post(where, R"({"args":{},"callback_url":")" + here.url() + '"' + more + '}');
            support::run_until(world.context, [&] { return log.size() > before; });
            auto const& sent = here.server.requests().back();
            CHECK(sent.starts_with("POST /cb?a=b HTTP/1.1\r\n"));
            CHECK(support::contains(sent, "Content-Type: application/json\r\n"));
            auto const at = sent.find("Authorization: ") + 15;
            return sent.substr(at, sent.find('\r', at) - at);
        };
        // u:p, the endpoint's d:q, and the user with no password: also for mTLS.
        CHECK(header_of(async_url(), R"(,"callback_auth":{"kind":"basic","username":"u",)"
                                     R"("password":"p"})") == "Basic dTpw");
        CHECK(header_of(async_url(), "") == "Basic ZDpx");
        CHECK(header_of(async_url("artifact"), "") == "Basic S0VZOg==");
        CHECK(header_of(async_url(), R"(,"callback_auth":{"kind":"mtls","cert":"c","key":"k"})") ==
              "Basic S0VZOg==");
    }
    SUBCASE("neither a task that failed nor a lost callback nor an endpoint without the hook")
    {
        testing::launch_simulator_options with;
        with.endpoints[1].callback_hook = false;
        wire world{with};
        receiver const here{world.context, {"200 OK"}};
        std::string const url = R"(,"callback_url":")" + here.url() + "\"}";
        world.post(async_url("artifact"), R"({"args":{"simulate":{"lost":"x"}})" + url);
        world.post(async_url(), R"({"args":{})" + url);
        world.post(sync_url(), R"({"args":{"simulate":{"status":500}})" + url);
        world.ask("POST", sync_url(), steered(R"({"after_ms":200000})")); // time passes
        CHECK(world.simulator->callbacks().empty());
    }
}
