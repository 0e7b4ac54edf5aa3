// SPDX-License-Identifier: BSL-1.0
//
// The Modzy simulator's jobs in the many, against the wire notes (2.0, 2.8): lists, history, pages,
// cancelling, statistics, quota; and who may ask.

#include <algorithm>

#include "integration/modzy_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace modzy_wire;

namespace {

std::string a_job(std::string const& model, std::string const& version, bool good = true)
{
    return R"({"model":{"identifier":")" + model + R"(","version":")" + version +
           R"("},"input":{"type":"text","sources":{"a":{"input.txt":")" + (good ? "x" : "") +
           R"("}}}})";
}

/// Four jobs, an hour apart: completed, completed with a failure, cancelled, submitted.
struct four_jobs : wire {
    explicit four_jobs(testing::modzy_simulator_options with = four_jobs::defaults())
        : wire(std::move(with))
    {
        add(a_job("ed542963de", "0.0.27"));
        add(a_job("ed542963de", "1.0.1", false));
        add(a_job("other00000", "2.0.0"), 0s);
        CHECK(ask("DELETE", "jobs/" + ids[2]).status == 202);
        time->advance(1h);
        options.api_key = secret{"second.key"};
        add(a_job("other00000", "10.0.0"), 1s);
    }
    static testing::modzy_simulator_options defaults()
    {
        testing::modzy_simulator_options with;
        with.queue_time = 2s;
        return with;
    }
    void add(std::string const& body, clock::duration then = 1h)
    {
        ids.push_back(text(submit(body).at("jobIdentifier")));
        time->advance(then);
    }
    /// Which of the jobs a query gives, in their order: "0 2".
    std::string found(std::string const& query, std::string const& target = "jobs/history")
    {
        std::string numbers;
        for (auto const& one : list(target + '?' + query)) {
            auto const at = std::find(ids.begin(), ids.end(), text(one.at("jobIdentifier")));
            numbers += (numbers.empty() ? "" : " ") + std::to_string(at - ids.begin());
        }
        return numbers;
    }
    std::vector<std::string> ids;
};

} // namespace

TEST_CASE("history (2.8) is an array of details, filtered")
{
    four_jobs world;
    CHECK(world.found("") == "0 1 2 3");
    auto const history = world.list("jobs/history");
    CHECK(json::serialize(history[0]) == world.ask("GET", "jobs/" + world.ids[0]).body);

    for (auto const& [query, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"user=ada", "0 1 2 3"},
             {"user=EXAMPLE", "0 1 2 3"},
             {"user=nobody", ""},
             {"accessKey=pref", "0 1 2"},
             {"accessKey=prefix,second", "0 1 2 3"},
             {"accessKey=prefix;second", ""},
             {"accessKey=pre;fix", "0 1 2"},
             {"model=sentiment", "0 1"},
             {"model=Sentiment%20Analysis", "0 1"},
             {"model=sentiment,simulated", "0 1 2 3"},
             {"model=sent;lysis", "0 1"},
             {"modelIdentifier=other00000", "2 3"},
             {"modelIdentifier=other", ""},
             {"modelVersion=1.0.1", "1"},
             {"modelVersion=1.0.1,2.0.0", "1 2"},
             {"modelVersion=1.0", ""},
             {"search=0.0.27", "0"},
             {"search=canceled", "2"},
             {"status=all", "0 1 2 3"},
             {"status=ALL", "0 1 2 3"},
             {"status=PENDING", "3"},
             {"status=SUBMITTED", "3"},
             {"status=TERMINATED", "0 1 2"},
             {"status=terminated_with_error", "1"},
             {"status=Completed", "0 1"},
             {"status=CANCELED,SUBMITTED", "2 3"},
             {"status=TERMINATED;COMPLETED", "0 1"},
             {"status=ERROR", ""},
             {"startDate=2030-01-01T01:00:00.000Z", "1 2 3"},
             {"startDate=2030-01-01T01:00:00.001Z", "2 3"},
             {"startDate=2030-01-01T01:00:00", "1 2 3"},
             {"startDate=2030-01-01", "0 1 2 3"},
             {"startDate=2030-01-01T02:00:00+01:00", "1 2 3"}, // the plus becomes a blank
             {"startDate=2030-01-01T02:00:00.5%2B01:00", "2 3"},
             {"startDate=2030-01-01T00:00:00-0100", "1 2 3"},
             {"startDate=2030-01-01&endDate=2030-01-01T01:00:00Z", "0 1"},
             {"status=TERMINATED&model=sentiment&modelVersion=0.0.27", "0"},
         }) {
        CAPTURE(query);
        CHECK(world.found(query) == wanted);
        if (query.find("search") == std::string::npos && query.find("model") != 0)
            CHECK(world.found(query, "jobs") == wanted);
    }
    for (char const* const query :
         {"endDate=2030-01-01", "startDate=2031-01-01", "startDate=yesterday", "status=DONE",
          "sort-by=createdat", "direction=UP", "page=x", "per-page=0", "per-page=-1"}) {
        CAPTURE(query);
        world.refused(400, "GET", std::string{"jobs/history?"} + query);
    }
}

TEST_CASE("history is sorted by one column or several, up or down")
{
    four_jobs world;
    for (auto const& [query, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"sort-by=createdAt", "0 1 2 3"},
             {"direction=DESC", "3 2 1 0"},
             {"sort-by=submittedAt&direction=desc", "3 2 1 0"},
             {"sort-by=model", "0 1 2 3"},
             {"sort-by=model,submittedBy&direction=DESC", "3 2 0 1"},
             {"sort-by=status", "2 0 1 3"},
             {"sort-by=fail,createdAt&direction=DESC", "1 3 2 0"},
             {"sort-by=completed,status", "2 1 3 0"},
         }) {
        CAPTURE(query);
        CHECK(world.found(query) == wanted);
    }
}

TEST_CASE("history comes in pages of 10, with a link to the next (2.8)")
{
    wire world;
    for (int i = 0; i < 25; ++i)
        world.submit(a_job("m", "1.0." + std::to_string(i)));
    auto const page = [&](std::string const& query) {
        auto const answer = world.ask("GET", "jobs/history" + query);
        CHECK(answer.status == 200);
        return std::pair{json::parse(answer.body).as_array(),
                         std::string{answer.headers.find("Link").value_or("")}};
    };
    CHECK(page("").first.size() == 10);
    CHECK(page("?per-page=100").first.size() == 25);
    CHECK(page("?per-page=100").second.empty());
    CHECK(page("?page=0").first == page("?page=1").first);
    CHECK(page("?page=4").first.empty());

    auto [rows, link] = page("?model=sim&per-page=10");
    std::size_t total = rows.size();
    CHECK(link == '<' + world.simulator->origin_url() +
                      "/api/jobs/history?model=sim&per-page=10&page=2>; rel=\"next\"");
    while (!link.empty()) {
        std::tie(rows, link) = page(link.substr(link.find('?'), link.find('>') - link.find('?')));
        total += rows.size();
    }
    CHECK(total == 25);
    CHECK(rows.size() == 5);

    testing::modzy_simulator_options with;
    with.always_next = true;
    with.public_url = "https://modzy.example";
    wire inaccurate{with};
    inaccurate.submit(a_job("m", "1.0.0"));
    CHECK(inaccurate.ask("GET", "jobs/history").headers.find("Link") ==
          "<https://modzy.example/api/jobs/history?page=2>; rel=\"next\"");
    CHECK(!inaccurate.ask("GET", "jobs/history?page=2").headers.find("Link"));
}

TEST_CASE("the list of jobs (J2) is short, and the history of one job is an array (J6)")
{
    four_jobs world;
    auto const jobs = world.list("jobs");
    CHECK(jobs.size() == 4);
    check_members(jobs[0].as_object(), {"jobIdentifier", "status", "model", "submittedAt"});
    CHECK(jobs[0].as_object().size() == 4);
    CHECK(world.list("jobs?per-page=3").size() == 3);
    CHECK(world.list("jobs?per-page=1000").size() == 4);

    auto const one = world.list("jobs/history/" + world.ids[1]);
    REQUIRE(one.size() == 1);
    CHECK(text(one[0].at("jobIdentifier")) == world.ids[1]);
    world.refused(404, "GET", "jobs/history/unknown");
    world.refused(404, "GET", "jobs/history/a/b");
}

TEST_CASE("all jobs of a key are cancelled at once (J8)")
{
    testing::modzy_simulator_options with;
    with.queue_time = 1h;
    wire world{with};
    world.submit(a_job("m", "1.0.0"));
    world.time->advance(2h);
    auto const running = text(world.submit(a_job("m", "1.0.0")).at("jobIdentifier"));
    auto const open =
        text(world.submit(R"({"model":{"identifier":"m","version":"1.0.0"}})").at("jobIdentifier"));
    world.options.api_key = secret{"second.key"};
    auto const other = text(world.submit(a_job("m", "1.0.0")).at("jobIdentifier"));
    world.options.api_key = secret{support::api_key};
    auto const answer = world.ask("DELETE", "jobs");
    CHECK(answer.status == 200);
    auto const cancelled = json::parse(answer.body).as_array();
    REQUIRE(cancelled.size() == 2);
    CHECK(text(cancelled[0].at("jobIdentifier")) == running);
    CHECK(text(cancelled[1].at("jobIdentifier")) == open);
    CHECK(text(cancelled[1].at("status")) == "CANCELED");
    CHECK(text(world.get("jobs/" + other).at("status")) == "SUBMITTED");
    CHECK(json::parse(world.ask("DELETE", "jobs").body).as_array().empty());
}

TEST_CASE("statistics count the jobs of each key (J11, J12)")
{
    four_jobs world;
    auto const all = world.list("jobs/statistics");
    REQUIRE(all.size() == 2);
    auto const& first = all[0].as_object();
    check_members(first, {"accessKey", "jobsCount", "lastApiUsage", "modelsCount", "modelsList"});
    CHECK(text(first.at("accessKey")) == "prefix");
    CHECK(first.at("jobsCount").to_number<int>() == 3);
    CHECK(first.at("modelsCount").to_number<int>() == 3);
    auto const& model = first.at("modelsList").as_array()[0].as_object();
    CHECK(text(model.at("identifier")) == "ed542963de");
    CHECK(text(model.at("name")) == "Sentiment Analysis");
    CHECK(model.at("processedJobsCount").to_number<int>() == 1);
    CHECK(world.get("jobs/statistics/prefix") == first);
    world.refused(404, "GET", "jobs/statistics/unknown");
}

TEST_CASE("the quota refuses jobs until one is cancelled")
{
    testing::modzy_simulator_options with;
    with.max_jobs = 1;
    with.queue_time = 1h;
    wire world{with};
    auto const id = text(world.submit(a_job("m", "1.0.0")).at("jobIdentifier"));
    CHECK(world.refused(403, "POST", "jobs", a_job("m", "1.0.0")).find("quota") !=
          std::string::npos);
    CHECK(world.ask("DELETE", "jobs/" + id).status == 202);
    CHECK(world.ask("DELETE", "jobs/" + id).status == 202); // gives back once
    world.submit(a_job("m", "1.0.0"));
    world.refused(403, "POST", "jobs", a_job("m", "1.0.0"));
    CHECK(world.simulator->jobs() == 2);
}

TEST_CASE("a model may fail a whole job, whose inputs so far keep their results")
{
    testing::modzy_simulator_options with;
    with.queue_time = 0ms;
    with.input_time = 10s;
    with.model = [](testing::modzy_model_input const& input) {
        return input.input_key == "b" ? testing::modzy_model_output::failed_job("out of memory")
                                      : testing::modzy_digest_model(input);
    };
    wire world{with};
    auto const id =
        text(world
                 .submit(R"({"model":{"identifier":"m","version":"1"},"input":{"type":"text",)"
                         R"("sources":{"a":{"i":"x"},"b":{"i":"x"},"c":{"i":"x"}}}})")
                 .at("jobIdentifier"));
    world.time->advance(15s);
    CHECK(text(world.get("jobs/" + id).at("status")) == "IN_PROGRESS");
    world.time->advance(5s);
    auto const job = world.get("jobs/" + id);
    CHECK(text(job.at("status")) == "ERROR");
    CHECK(job.at("completed").to_number<int>() == 1);
    CHECK(job.at("failed").to_number<int>() == 1);
    CHECK(job.at("pending").to_number<int>() == 1);
    auto const results = world.get("results/" + id);
    CHECK(results.at("finished").as_bool());
    CHECK(text(results.at("failures").at("b").at("error")) == "out of memory");
}

TEST_CASE("a timeout is a number or a text, at the top or in the input")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    wire world{with};
    std::string const model = R"({"model":{"identifier":"m","version":"1"},)";
    std::string const input = R"("type":"text","sources":{"a":{"i":"x"}}}})";
    for (std::string const& body : {model + R"("timeout":5000,"input":{)" + input,
                                    model + R"("timeout":"5000","input":{)" + input,
                                    model + R"("input":{"timeout":5000,)" + input}) {
        CAPTURE(body);
        auto const receipt = world.submit(body);
        CHECK(receipt.at("timeout").to_number<int>() == 5000);
        world.time->advance(6s);
        auto const id = text(receipt.at("jobIdentifier"));
        CHECK(text(world.get("jobs/" + id).at("status")) == "TIMEDOUT");
        CHECK(world.get("results/" + id).at("finished").as_bool());
    }
    CHECK(!world.submit(model + R"("timeout":0,"input":{)" + input).contains("timeout"));
    for (char const* const timeout : {"-1", "\"x\"", "\"5s\"", "true", "1.5"})
        world.refused(400, "POST", "jobs",
                      model + R"("timeout":)" + timeout + R"(,"input":{)" + input);
}

TEST_CASE("a team's token is as good as a key, and tags need neither (1.2, 8.2)")
{
    testing::modzy_simulator_options with;
    with.api_key = "a.b";
    with.team_id = "team-9";
    with.team_token = "token";
    wire world{with};
    auto const status = [&](std::string const& target, std::string const& headers) {
        return world
            .exchange("GET /api/" + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                      headers + "\r\n")
            .substr(9, 3);
    };
    CHECK(status("jobs", "Authorization: ApiKey a.b\r\n") == "200");
    CHECK(status("jobs", "Authorization: Bearer token\r\nModzy-Team-Id: team-9\r\n") == "200");
    for (char const* const headers :
         {"", "Authorization: ApiKey a.c\r\n", "Authorization: ApiKey \r\n",
          "Authorization: Bearer token\r\n", "Authorization: Bearer a.b\r\n",
          "Authorization: Bearer token\r\nModzy-Team-Id: team-8\r\n",
          "Authorization: Bearer x\r\nModzy-Team-Id: team-9\r\n", "Modzy-Team-Id: team-9\r\n"}) {
        CAPTURE(headers);
        CHECK(status("jobs", headers) == "401");
        CHECK(status("models", headers) == "401");
    }
    CHECK(status("models/tags", "") == "200");
    CHECK(status("models/tags/computer_vision", "") == "200");
    CHECK(status("models/tags", "Authorization: ApiKey a.c\r\n") == "401");
    // Any key at all is good: then any token is.
    wire open;
    CHECK(open.exchange("GET /api/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n"
                        "Modzy-Team-Id: any\r\nConnection: close\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
}

TEST_CASE("what the platform does not know is 404 in its form, outside of /api too")
{
    wire world;
    for (auto const& [method, target] :
         std::vector<std::pair<std::string, std::string>>{{"PUT", "jobs"},
                                                          {"DELETE", "jobs/undefined"},
                                                          {"GET", "jobs/a/b"},
                                                          {"POST", "jobs/features"},
                                                          {"DELETE", "results/x"},
                                                          {"GET", "results"},
                                                          {"GET", "accounting/users"},
                                                          {"PUT", "models"},
                                                          {"GET", "resources/processing/other"},
                                                          {"GET", "inferences"}}) {
        CAPTURE(target);
        world.refused(404, method, target);
    }
    CHECK(world
              .exchange("GET /models HTTP/1.1\r\nHost: x\r\nAuthorization: ApiKey a.b\r\n"
                        "Connection: close\r\n\r\n")
              .starts_with("HTTP/1.1 404"));
}
