// SPDX-License-Identifier: BSL-1.0
//
// Jobs of Bedrock on data in S3: two clients, two simulators that share what S3 holds.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/batch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using support::contains;
namespace s3 = bedrock::s3;
namespace bedrocking = support::bedrocking;

namespace {

/// Two clients of the two services.
struct data_world : bedrocking::batch_world {
    explicit data_world(testing::bedrock_simulator_options with = {})
        : batch_world(with_few_records(std::move(with)))
    {
    }

    s3::client client() { return s3::client{context.get_executor(), options}; }
    bedrock::client jobs() { return batch_world::client(); }

    /// What a job's file holds, line by line.
    std::vector<boost::json::object> lines(std::string const& key)
    {
        std::vector<boost::json::object> read;
        s3::read_object const ask{bedrock::s3_uri{"bucket", key}};
        auto reader = run(client().send(ask));
        std::string all;
        while (true) {
            std::string_view const piece = run(reader.read());
            if (piece.empty())
                break;
            all += piece;
        }
        std::istringstream text{all};
        for (std::string line; std::getline(text, line);)
            read.push_back(boost::json::parse(line).as_object());
        return read;
    }

private:
    static testing::bedrock_simulator_options with_few_records(
        testing::bedrock_simulator_options with)
    {
        with.min_records = 3;
        return with;
    }
};

std::string records(int first, int last)
{
    std::string lines;
    for (int i = first; i <= last; ++i)
        lines += R"({"recordId":"r)" + std::to_string(i) + R"(","modelInput":{"n":)" +
                 std::to_string(i) + "}}\n";
    return lines;
}

poll_options patiently()
{
    poll_options poll;
    poll.deadline = 10min;
    return poll;
}

std::string id_of(std::string const& arn)
{
    return arn.substr(arn.rfind('/') + 1);
}

} // namespace

TEST_CASE("bedrock: a job reads its input from S3 and writes its output there")
{
    data_world here;
    s3::upload const first{"s3://bucket/in/one.jsonl", bytes{records(1, 20)}};
    s3::upload const second{"s3://bucket/in/more/two.jsonl",
                            bytes{records(21, 25) + "\n{\"recordId\":\"bad\",\"modelInput\":3}\n" +
                                  R"({"modelInput":{"modelId":"m"}})"}};
    here.run(here.client().send(first));
    here.run(here.client().send(second));
    here.storage->put("bucket", "in/readme.txt", "no input");

    auto const job = here.run(here.jobs().submit(bedrocking::request()));
    auto const done = here.run(job.result(patiently()));
    CHECK(done.total_record_count == 27);
    CHECK(done.success_record_count == 25);
    CHECK(done.error_record_count == 2);

    std::string const folder = "out/" + id_of(job.id()) + '/';
    std::set<std::string> files;
    auto listed = here.client().pages(s3::list_objects{bedrock::s3_uri{"bucket", folder}});
    while (auto const each = here.run(listed.next()))
        files.insert(each->key.substr(folder.size()));
    CHECK(files ==
          std::set<std::string>{"manifest.json.out", "more/two.jsonl.out", "one.jsonl.out"});

    auto const one = here.lines(folder + "one.jsonl.out");
    CHECK(one.size() == 20);
    std::vector<std::string> order;
    for (auto const& line : one) {
        order.emplace_back(line.at("recordId").as_string().c_str());
        CHECK(line.at("modelOutput").at("echo") == line.at("modelInput"));
    }
    CHECK(!std::is_sorted(order.begin(), order.end(), [](auto const& a, auto const& b) {
        return std::stoi(a.substr(1)) < std::stoi(b.substr(1));
    }));
    std::map<std::string, int> errors;
    for (auto const& line : here.lines(folder + "more/two.jsonl.out"))
        if (line.contains("error"))
            errors[line.at("error").at("errorMessage").as_string().c_str()] =
                static_cast<int>(line.at("error").at("errorCode").as_int64());
    CHECK(errors == std::map<std::string, int>{{"Extra inputs are not permitted", 400},
                                               {"modelInput must be a JSON object", 400}});
    auto const manifest = here.lines(folder + "manifest.json.out").at(0);
    CHECK(manifest.at("totalRecordCount") == 27);
    CHECK(manifest.at("errorRecordCount") == 2);

    CHECK(here.simulator->processed().size() == 27);
    CHECK(here.simulator->times_processed("r7") == 1);
}

TEST_CASE("bedrock: a job that has one file for its input, and the form of Converse")
{
    testing::bedrock_simulator_options with;
    with.model = [](boost::json::object const& record, boost::json::object const&) {
        if (record.at("recordId") == "r2")
            return testing::bedrock_record_result{429, "too many tokens"};
        return testing::bedrock_record_result{boost::json::object{{"seen", true}}};
    };
    data_world here{std::move(with)};
    here.storage->put("bucket", "in/one.jsonl", records(1, 3));
    here.storage->put("bucket", "in/two.jsonl", records(4, 9));
    auto request = bedrocking::request();
    request.input_data_config = bedrock::s3_input{"s3://bucket/in/one.jsonl"};
    request.output_data_config = bedrock::s3_output{"s3://bucket/results"};
    auto const job = here.run(here.jobs().submit(request));
    CHECK(here.run(job.wait(patiently())).phase == phase::partially_succeeded);
    CHECK(here.lines("results/" + id_of(job.id()) + "/one.jsonl.out").size() == 3);

    data_world other;
    other.storage->put("bucket", "in/one.jsonl", records(1, 3));
    request.model_invocation_type = bedrock::invocation_type::converse;
    auto const talk = other.run(other.jobs().submit(request));
    other.run(talk.wait(patiently()));
    for (auto const& line : other.lines("results/" + id_of(talk.id()) + "/one.jsonl.out")) {
        auto const& message = line.at("modelOutput").at("output").at("message");
        CHECK(message.at("role") == "assistant");
        CHECK(contains(message.at("content").at(0).at("text").as_string().c_str(), "You said"));
    }
}

TEST_CASE("bedrock: a job without good input fails while it is validated, and nothing is paid")
{
    auto const reason = [](auto prepare, std::string input = "s3://bucket/in/") {
        data_world here;
        prepare(*here.storage);
        auto request = bedrocking::request();
        request.input_data_config = bedrock::s3_input{std::move(input)};
        error const e = here.error_of(here.jobs().run(request, patiently()));
        CHECK(e == errc::job_failed);
        CHECK(here.simulator->processed().empty());
        return e.what();
    };
    using storage = testing::s3_storage;
    CHECK(contains(reason([](storage&) {}), "no input file"));
    CHECK(contains(reason([](storage& in) { in.put("bucket", "in/a.jsonl", records(1, 2)); }),
                   "less records (2) than the required minimum of: 3"));
    CHECK(contains(reason([](storage& in) { in.put("bucket", "in/a.jsonl", "{}\nnonsense\n"); }),
                   "Line 2"));
    CHECK(contains(reason([](storage& in) { in.put("bucket", "in/a.txt", records(1, 9)); },
                          "s3://bucket/in/a.txt"),
                   "extension .jsonl"));
    CHECK(contains(reason([](storage&) {}, "s3://elsewhere/in/"), "Access denied"));
}

TEST_CASE("bedrock: a job that is stopped has paid for what it has done, and left it in S3")
{
    data_world here;
    here.storage->put("bucket", "in/a.jsonl", records(1, 60));
    auto const job = here.run(here.jobs().submit(bedrocking::request()));
    here.time->advance(27s + 30s); // half of it is done
    CHECK(here.run(job.status()).counters->completed == 30);
    CHECK(here.simulator->processed().size() == 30);
    here.run(job.cancel());
    here.time->advance(10s);
    // Nobody has asked Bedrock; S3 has it all the same.
    std::string const key = "out/" + id_of(job.id()) + "/a.jsonl.out";
    CHECK(here.lines(key).size() == 30);
    CHECK(here.simulator->processed().size() == 30);

    // Stopped before it had read anything.
    data_world early;
    early.storage->put("bucket", "in/a.jsonl", records(1, 60));
    auto const second = early.run(early.jobs().submit(bedrocking::request()));
    early.run(second.cancel());
    early.time->advance(10min);
    CHECK(early.run(second.status()).phase == phase::cancelled);
    CHECK(early.storage->buckets["bucket"].size() == 1);
    CHECK(early.simulator->processed().empty());
}

TEST_CASE("bedrock: a job that runs out of time leaves what it has")
{
    testing::bedrock_simulator_options with;
    with.data = [](boost::json::object const&) {
        testing::bedrock_job_outcome outcome;
        outcome.ends = "PartiallyCompleted";
        outcome.left = 4;
        return outcome;
    };
    data_world here{std::move(with)};
    here.storage->put("bucket", "in/a.jsonl", records(1, 10));
    auto const job = here.run(here.jobs().submit(bedrocking::request()));
    auto const done = here.run(job.result(patiently()));
    CHECK(done.processed_record_count == 6);
    CHECK(done.total_record_count == 10);
    CHECK(here.lines("out/" + id_of(job.id()) + "/a.jsonl.out").size() == 6);
}
