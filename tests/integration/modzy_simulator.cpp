// SPDX-License-Identifier: BSL-1.0
//
// The Modzy simulator against the wire notes, by raw requests: our own types stay out.

#include "integration/modzy_simulator.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using namespace modzy_wire;
using support::simulated_world;

TEST_CASE("the receipt of a submission has the members of the notes (2.6)")
{
    wire world;
    auto const receipt = world.submit(submission());
    check_members(receipt, {"model", "status", "totalInputs", "jobIdentifier", "accessKey",
                            "explain", "jobType", "accountIdentifier", "team", "user", "jobInputs",
                            "submittedAt", "hoursDeleteInput", "imageClassificationModel"});
    CHECK(text(receipt.at("status")) == "SUBMITTED");
    CHECK(receipt.at("totalInputs").to_number<int>() == 2);
    CHECK(text(receipt.at("accessKey")) == "prefix"); // and not the rest of the key
    CHECK(receipt.at("explain").as_bool() == false);
    CHECK(text(receipt.at("model").at("identifier")) == "ed542963de");
    CHECK(text(receipt.at("jobIdentifier")).size() == 36);
    // An object that holds an array of strings, unlike the details.
    auto const keys = receipt.at("jobInputs").at("identifier").as_array();
    CHECK(keys.size() == 2);
    CHECK(keys[0].is_string());
    CHECK(text(receipt.at("submittedAt")) == "2030-01-01T00:00:00.000+00:00");
}

TEST_CASE("a server of release 0.5 leaves the status out of the receipt")
{
    testing::modzy_simulator_options with;
    with.receipt_without_status = true;
    wire world{with};
    CHECK(!world.submit(submission()).contains("status"));
    auto const job = world.run(world.client().submit(support::text_job()));
    CHECK(job.receipt()->status == modzy::job_state::submitted);
}

TEST_CASE("the details of a job have the members of the notes (2.7) and follow its life (6.1)")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    with.input_time = 10s;
    wire world{with};
    auto const id = text(world.submit(submission(R"("timeout":99999999,)")).at("jobIdentifier"));
    auto const state = [&](int total, int pending, int completed, int failed) {
        auto const job = world.get("jobs/" + id);
        CHECK(job.at("total").to_number<int>() == total);
        CHECK(job.at("pending").to_number<int>() == pending);
        CHECK(job.at("completed").to_number<int>() == completed);
        CHECK(job.at("failed").to_number<int>() == failed);
        return text(job.at("status"));
    };
    CHECK(state(2, 2, 0, 0) == "SUBMITTED");
    world.time->advance(15s);
    CHECK(state(2, 2, 0, 0) == "IN_PROGRESS");
    world.time->advance(10s);
    CHECK(state(2, 1, 1, 0) == "IN_PROGRESS");
    world.time->advance(10s);
    CHECK(state(2, 0, 1, 1) == "COMPLETED");

    auto const job = world.get("jobs/" + id);
    check_members(job, {"jobIdentifier",
                        "submittedBy",
                        "accountIdentifier",
                        "model",
                        "status",
                        "createdAt",
                        "updatedAt",
                        "submittedAt",
                        "total",
                        "pending",
                        "completed",
                        "failed",
                        "elapsedTime",
                        "queueTime",
                        "user",
                        "jobInputs",
                        "explain",
                        "team",
                        "hoursDeleteInput",
                        "imageClassificationModel",
                        "timeout",
                        "inputByteAmount"});
    CHECK(text(job.at("jobIdentifier")) == id);
    CHECK(text(job.at("submittedBy")) == "prefix");
    CHECK(job.at("elapsedTime").to_number<int>() == 30'000);
    CHECK(job.at("queueTime").to_number<int>() == 10'000);
    CHECK(job.at("timeout").to_number<int>() == 99'999'999);
    auto const keys = job.at("jobInputs").as_array();
    CHECK(keys.size() == 2);
    CHECK(text(keys[0].at("identifier")) == "happy");
}

TEST_CASE("results (3.1): 404 at first, then partial, then finished, with outputs beside the rest")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    with.input_time = 10s;
    wire world{with};
    auto const id = text(world.submit(submission()).at("jobIdentifier"));
    check_error(world.get("results/" + id, 404), 404, "Not Found");

    world.time->advance(15s);
    auto results = world.get("results/" + id);
    CHECK(!results.at("finished").as_bool());
    CHECK(!results.contains("results")); // absent when empty
    CHECK(!results.contains("failures"));

    world.time->advance(10s);
    results = world.get("results/" + id);
    CHECK(!results.at("finished").as_bool());
    CHECK(results.at("results").as_object().size() == 1);
    CHECK(!results.contains("failures"));

    world.time->advance(10s);
    results = world.get("results/" + id);
    CHECK(results.at("finished").as_bool());
    check_members(results,
                  {"jobIdentifier", "accountIdentifier", "team", "total", "completed", "failed",
                   "finished", "submittedByKey", "explained", "submittedAt", "initialQueueTime",
                   "totalQueueTime", "averageModelLatency", "inputSize", "results", "failures"});
    auto const& good = results.at("results").at("happy").as_object();
    check_members(good,
                  {"status", "engine", "inputFetching", "outputUploading", "modelLatency",
                   "queueTime", "startTime", "updateTime", "endTime", "results.json", "voting"});
    CHECK(text(good.at("status")) == "SUCCESSFUL");
    CHECK(good.at("outputUploading").is_null());
    CHECK(text(good.at("endTime")).ends_with("+0000"));
    CHECK(good.at("results.json").at("data").as_object().contains("result"));
    auto const& bad = results.at("failures").at("angry").as_object();
    check_members(bad, {"status", "engine", "error", "startTime", "updateTime", "endTime"});
    CHECK(text(bad.at("status")) == "FAILED");
    CHECK(text(bad.at("error")).find("empty") != std::string::npos);
}

TEST_CASE("results leaves results out when every input failed")
{
    wire world;
    auto const id = text(world
                             .submit(R"({"model":{"identifier":"a","version":"1.0.0"},"input":)"
                                     R"({"type":"text","sources":{"x":{"input.txt":""}}}})")
                             .at("jobIdentifier"));
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(!results.contains("results"));
    CHECK(results.at("failures").as_object().size() == 1);
    CHECK(text(world.get("jobs/" + id).at("status")) == "COMPLETED");
}

TEST_CASE("explain is taken as a boolean or as text, and gives explanations")
{
    wire world;
    for (auto const& [member, wanted] :
         std::vector<std::pair<std::string, bool>>{{R"("explain":true,)", true},
                                                   {R"("explain":"true",)", true},
                                                   {R"("explain":false,)", false},
                                                   {"", false}}) {
        auto const id = text(world.submit(submission(member)).at("jobIdentifier"));
        world.time->advance(1h);
        CHECK(world.get("jobs/" + id).at("explain").as_bool() == wanted);
        auto const results = world.get("results/" + id);
        CHECK(results.at("explained").as_bool() == wanted);
        auto const& data = results.at("results").at("happy").at("results.json").at("data");
        CHECK(data.at("explanation").is_null() != wanted);
    }
}

TEST_CASE("embedded data URLs are decoded, with parameters, and a broken one fails its input alone")
{
    wire world;
    auto const id =
        text(world
                 .submit(R"({"model":{"identifier":"a","version":"1.0.0"},"input":)"
                         R"({"type":"embedded","sources":{)"
                         R"("good":{"i":"data:text/plain;charset=utf-8;base64,aGVsbG8="},)"
                         R"("broken":{"i":"data:text/plain;base64,a*b"},)"
                         R"("none":{"i":"hello"}}}})")
                 .at("jobIdentifier"));
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(results.at("completed").to_number<int>() == 1);
    CHECK(results.at("failed").to_number<int>() == 2);
    auto const& seen = results.at("results").at("good").at("results.json").at("data").at("result");
    CHECK(seen.at("i").at("size").to_number<int>() == 5);
    CHECK(text(seen.at("i").at("sha256")) ==
          "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

TEST_CASE("cancelling answers 202 with CANCELED, and leaves a job that has ended as it is")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    wire world{with};
    auto const id = text(world.submit(submission()).at("jobIdentifier"));
    auto answer = world.ask("DELETE", "jobs/" + id);
    CHECK(answer.status == 202);
    CHECK(text(json::parse(answer.body).at("status")) == "CANCELED");
    world.time->advance(1h);
    CHECK(text(world.get("jobs/" + id).at("status")) == "CANCELED");
    CHECK(world.get("results/" + id).at("finished").as_bool());

    auto const other = text(world.submit(submission()).at("jobIdentifier"));
    world.time->advance(1h);
    answer = world.ask("DELETE", "jobs/" + other);
    CHECK(answer.status == 202);
    CHECK(text(json::parse(answer.body).at("status")) == "COMPLETED");
    CHECK(world.ask("DELETE", "jobs/undefined").status == 404);
}

TEST_CASE("a job whose timeout passes is TIMEDOUT and keeps what was done")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    with.input_time = 10s;
    wire world{with};
    auto const id = text(world.submit(submission(R"("timeout":25000,)")).at("jobIdentifier"));
    world.time->advance(22s);
    CHECK(text(world.get("jobs/" + id).at("status")) == "IN_PROGRESS");
    world.time->advance(10s);
    auto const job = world.get("jobs/" + id);
    CHECK(text(job.at("status")) == "TIMEDOUT");
    CHECK(job.at("completed").to_number<int>() == 1);
    CHECK(job.at("pending").to_number<int>() == 1);
    CHECK(world.get("results/" + id).at("finished").as_bool());
}

TEST_CASE("a job may be unknown for a while, and its results may lag")
{
    testing::modzy_simulator_options with;
    with.not_found_for = 5s;
    with.results_lag = 30s;
    wire world{with};
    auto const id = text(world.submit(submission()).at("jobIdentifier"));
    check_error(world.get("jobs/" + id, 404), 404, "Not Found");
    world.time->advance(6s);
    CHECK(text(world.get("jobs/" + id).at("status")) == "COMPLETED");
    CHECK(!world.get("results/" + id).at("finished").as_bool());
    world.time->advance(30s);
    CHECK(world.get("results/" + id).at("finished").as_bool());
}

TEST_CASE("without input a job is open, and ends only when it is cancelled")
{
    wire world;
    auto const receipt = world.submit(R"({"model":{"identifier":"a","version":"1.0.0"}})");
    CHECK(text(receipt.at("status")) == "OPEN");
    auto const id = text(receipt.at("jobIdentifier"));
    world.time->advance(24h);
    CHECK(text(world.get("jobs/" + id).at("status")) == "OPEN");
    CHECK(text(json::parse(world.ask("DELETE", "jobs/" + id).body).at("status")) == "CANCELED");
}

TEST_CASE("errors (5) have the platform's form: 400, 401, 404")
{
    testing::modzy_simulator_options with;
    with.api_key = std::string{support::api_key};
    wire world{with};
    for (std::string const body :
         {"", "no JSON", "[]", "{}", R"({"model":{}})", R"({"model":{"identifier":"a"}})",
          R"({"model":{"identifier":"a","version":"1.0.0"},"input":{"type":"text"}})",
          R"({"model":{"identifier":"a","version":"1.0.0"},"input":{"type":"x","sources":{}}})"}) {
        CAPTURE(body);
        auto const answer = world.ask("POST", "jobs", body);
        CHECK(answer.status == 400);
        check_error(json::parse(answer.body).as_object(), 400, "Bad Request");
    }
    check_error(world.get("jobs/unknown", 404), 404, "Not Found");
    check_error(world.get("results/unknown", 404), 404, "Not Found");
    check_error(world.get("nothing/at/all", 404), 404, "Not Found");
    CHECK(world.simulator->jobs() == 0);

    world.options.api_key = secret{"prefix.wrong"};
    for (char const* const target : {"jobs/x", "results/x", "models", "jobs/features"})
        check_error(world.get(target, 401), 401, "Unauthorized");
}

TEST_CASE("features (2.5) wins over a job of that name, and its size has a unit")
{
    wire world;
    auto const features = world.get("jobs/features");
    CHECK(text(features.at("inputChunkMaximumSize")) == "1M");
    check_members(features, {"maximumInputChunks", "maximumInputsPerJob"});
}

TEST_CASE("a path is percent-decoded, and the ledger shows what was sent")
{
    wire world;
    world.get("jobs/a%20b%2Fc", 404);
    auto const& entry = world.simulator->ledger().back();
    CHECK(entry.request.path == std::vector<std::string>{"api", "jobs", "a b/c"});
    CHECK(entry.request.target == "/api/jobs/a%20b%2Fc");
    CHECK(entry.status == 404);
    CHECK(world.simulator->count("GET", "/api/jobs/") == 1);
}

TEST_CASE("engines work side by side")
{
    testing::modzy_simulator_options with;
    with.queue_time = 0ms;
    with.input_time = 10s;
    with.engines = 2;
    wire world{with};
    auto const id = text(world.submit(submission()).at("jobIdentifier"));
    world.time->advance(10s);
    CHECK(text(world.get("jobs/" + id).at("status")) == "COMPLETED");
}

TEST_CASE("a model of one's own answers, and an item over the limit fails alone")
{
    testing::modzy_simulator_options with;
    with.max_input_bytes = 4;
    with.model = [](testing::modzy_model_input const& input) {
        testing::modzy_model_output output;
        output.outputs["echo.txt"] = input.model + '/' + input.input_key;
        return output;
    };
    wire world{with};
    auto const id = text(world
                             .submit(R"({"model":{"identifier":"m","version":"1.0.0"},"input":)"
                                     R"({"type":"text","sources":{"a":{"i":"1234"},)"
                                     R"("b":{"i":"12345"}}}})")
                             .at("jobIdentifier"));
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(text(results.at("results").at("a").at("echo.txt")) == "m/a");
    CHECK(text(results.at("failures").at("b").at("error")).find("maximum") != std::string::npos);
}

TEST_CASE("faults wait in line for the requests that they fit")
{
    wire world;
    testing::fault first;
    first.target = "results";
    first.status = 418;
    first.body = "{}";
    first.headers.add("X-Fault", "1");
    testing::fault second;
    second.status = 503;
    world.simulator->inject(first);
    world.simulator->inject(second);
    CHECK(world.ask("GET", "jobs/x").status == 503);
    auto const answer = world.ask("GET", "results/x");
    CHECK(answer.status == 418);
    CHECK(answer.headers.find("X-Fault") == "1");
    CHECK(world.ask("GET", "results/x").status == 404);
}

TEST_CASE("a simulator refuses a port that is taken and an unusable certificate")
{
    wire world;
    testing::modzy_simulator_options with;
    with.port = world.simulator->port();
    CHECK_THROWS_AS(testing::modzy_simulator(world.context.get_executor(), with), failure);
    testing::modzy_simulator_options broken;
    broken.certificate_pem = "nonsense";
    CHECK_THROWS_AS(testing::modzy_simulator(world.context.get_executor(), broken), failure);
}

TEST_CASE("a simulator that is stopped refuses connections and closes those it has")
{
    simulated_world world;
    auto const client = world.client();
    world.run(client.submit(support::text_job()));
    world.simulator->stop();
    auto const e = world.error_of(client.submit(support::text_job()));
    CHECK(e == errc::connect_failed);
    CHECK(e.info().sent == sent_state::no);
}
