// SPDX-License-Identifier: BSL-1.0
//
// Whole batches: records in, results out, and what goes wrong between them.

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/batch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
using bedrock::record_outcome;
using support::contains;
using support::bedrocking::batch_world;

namespace {

poll_options patiently()
{
    poll_options poll;
    poll.deadline = 2h;
    return poll;
}

testing::bedrock_simulator_options small_jobs()
{
    testing::bedrock_simulator_options with;
    with.min_records = 1;
    with.max_records = 10;
    return with;
}

std::vector<bedrock::batch_record> numbered(int count)
{
    std::vector<bedrock::batch_record> records;
    for (int i = 1; i <= count; ++i)
        records.emplace_back("r" + std::to_string(i), boost::json::value{{"n", i}});
    return records;
}

bedrock::run_batch batch_of(bedrock::batch_records records)
{
    bedrock::run_batch batch{"arn:aws:iam::123456789012:role/batch", "vendor.model-v1:0",
                             "s3://bucket/batches/", std::move(records)};
    batch.limits = {1, 10, 1'000'000};
    return batch;
}

bedrock::run_batch batch_of(int count)
{
    return batch_of(bedrock::batch_records{numbered(count)});
}

std::map<std::string, bedrock::batch_output> by_id(batch_world& here,
                                                   event_stream<bedrock::batch_output> outputs)
{
    std::map<std::string, bedrock::batch_output> found;
    while (auto output = here.run(outputs.next())) {
        auto const id = output->record_id;
        CHECK(found.emplace(id, std::move(*output)).second);
    }
    return found;
}

void check_all_echo(std::map<std::string, bedrock::batch_output> const& found, int count)
{
    CHECK(found.size() == static_cast<std::size_t>(count));
    for (int i = 1; i <= count; ++i) {
        auto const one = found.find("r" + std::to_string(i));
        REQUIRE(one != found.end());
        CHECK(one->second.outcome == record_outcome::succeeded);
        CHECK(one->second.model_input.at("n") == i);
        CHECK(one->second.model_output.at("echo").at("n") == i);
    }
}

void check_paid_once(batch_world const& here, int count)
{
    auto const paid = here.paid();
    CHECK(paid.size() == static_cast<std::size_t>(count));
    for (auto const& [id, times] : paid)
        CHECK(times == 1);
}

/// Refuses each record whose number is a multiple of 7.
testing::bedrock_record_result no_sevens(boost::json::object const& record,
                                         boost::json::object const&)
{
    auto const n = record.at("modelInput").at("n").as_int64();
    if (n % 7 == 0)
        return testing::bedrock_record_result{400, "no sevens"};
    return testing::bedrock_record_result{boost::json::value{{"echo", record.at("modelInput")}}};
}

std::vector<std::string> keys_of(batch_world const& here)
{
    std::vector<std::string> keys;
    for (auto const& [key, object] : here.storage->buckets.at("bucket"))
        keys.push_back(key);
    return keys;
}

} // namespace

TEST_CASE("batch: any number of records runs in as many jobs as it takes, and each comes back")
{
    for (int const count : {1, 10, 11, 25, 60}) {
        CAPTURE(count);
        batch_world here{small_jobs()};
        auto const batch = batch_of(count);
        auto const job = here.run(here.client().submit(batch));
        CHECK(job.id() == batch.run_id);
        CHECK(job.receipt()->records == static_cast<std::uint64_t>(count));
        CHECK(job.receipt()->parts == static_cast<std::uint64_t>((count + 9) / 10));
        check_all_echo(by_id(here, here.run(job.result(patiently()))), count);
        check_paid_once(here, count);
        CHECK(here.simulator->jobs() == job.receipt()->parts);
    }
}

TEST_CASE("batch: the same for a batch that its jobs' words and counters describe on the way")
{
    batch_world here{small_jobs()};
    auto const job = here.run(here.client().submit(batch_of(25)));
    auto updates = job.updates(patiently());
    std::vector<std::string> words;
    std::optional<job_status> last;
    while (auto status = here.run(updates.next())) {
        words.push_back(status->word);
        last = *status;
    }
    REQUIRE(last);
    CHECK(last->phase == phase::succeeded);
    CHECK(last->progress == 1.0);
    REQUIRE(last->counters);
    CHECK(last->counters->total == 25);
    CHECK(last->counters->completed == 25);
    CHECK(words.front() == "Submitted 3");
    CHECK(words.back() == "Completed 3");
}

TEST_CASE("batch: records that fail are results with their error, and can be sent again alone")
{
    auto with = small_jobs();
    with.model = no_sevens;
    batch_world here{with};
    auto const client = here.client();
    auto const batch = batch_of(25);
    auto const job = here.run(client.submit(batch));
    auto const found = by_id(here, here.run(job.result(patiently())));
    REQUIRE(found.size() == 25);
    CHECK(found.at("r7").outcome == record_outcome::failed);
    CHECK(found.at("r7").error_code == "400");
    CHECK(found.at("r7").error_message == "no sevens");
    CHECK(found.at("r8").outcome == record_outcome::succeeded);

    auto const again = batch_of(bedrock::unfinished_records(client, job.ref()));
    auto const second = here.run(client.submit(again));
    CHECK(second.receipt()->records == 3);
    auto const outcome = here.error_of(second.result(patiently()));
    CHECK(outcome == errc::job_failed); // all of them were refused again
    CHECK(contains(outcome.info().server_message, "all 3 records have failed"));
    auto const retried = by_id(here, here.run(client.stream(bedrock::read_batch{second.ref()})));
    CHECK(retried.size() == 3);
    CHECK(retried.at("r21").error_message == "no sevens");
    CHECK(here.paid().at("r8") == 1);
    CHECK(here.paid().at("r7") == 2); // the ledger sees what is sent again
}

TEST_CASE("batch: records that a job did not come to are missing, with their input")
{
    auto with = small_jobs();
    with.data = [](boost::json::object const& job) {
        testing::bedrock_job_outcome outcome;
        if (job.at("jobName").as_string().ends_with("00002")) {
            outcome.ends = "PartiallyCompleted";
            outcome.left = 4;
        }
        return outcome;
    };
    batch_world here{with};
    auto const client = here.client();
    auto const job = here.run(client.submit(batch_of(25)));
    auto const status = here.run(job.wait(patiently()));
    CHECK(status.phase == phase::partially_succeeded);
    auto const found = by_id(here, here.run(job.result(patiently())));
    REQUIRE(found.size() == 25);
    std::vector<std::string> missing;
    for (auto const& [id, output] : found)
        if (output.outcome == record_outcome::missing) {
            missing.push_back(id);
            CHECK(output.error_code == "PartiallyCompleted");
            CHECK("r" + std::to_string(output.model_input.at("n").as_int64()) == id);
        }
    CHECK(missing.size() == 4);

    auto const again =
        batch_of(bedrock::unfinished_records(client, job.ref(), {record_outcome::missing}));
    auto const second = here.run(client.submit(again));
    CHECK(second.receipt()->records == 4);
    CHECK(by_id(here, here.run(second.result(patiently()))).size() == 4);
    check_paid_once(here, 25);
}

TEST_CASE(
    "batch: submitted again with its run_id it is the same batch, and the records aren't read")
{
    batch_world here{small_jobs()};
    auto batch = batch_of(25);
    auto const first = here.run(here.client().submit(batch));
    batch.records = bedrock::batch_records{[]() -> event_stream<bedrock::batch_record> {
        throw std::logic_error{"the records were read again"};
    }};
    auto const second = here.run(here.client().submit(batch));
    CHECK(second.id() == first.id());
    CHECK(second.receipt()->records == 25);
    CHECK(here.simulator->jobs() == 3);
    check_all_echo(by_id(here, here.run(second.result(patiently()))), 25);
    check_paid_once(here, 25);
}

TEST_CASE("batch: another process goes on with the resume token")
{
    batch_world here{small_jobs()};
    std::string const token = here.run(here.client().submit(batch_of(25))).resume_token();
    CHECK(!contains(token, "test")); // no key
    auto const job = here.client().attach<bedrock::run_batch>(token);
    check_all_echo(by_id(here, here.run(job.result(patiently()))), 25);
    check_paid_once(here, 25);
}

TEST_CASE("batch: an id alone is too little to go on with, and that is said before any I/O")
{
    batch_world here{small_jobs()};
    auto const job = here.client().attach<bedrock::run_batch>("0123456789abcdef");
    auto const refused = here.error_of(job.result(patiently()));
    CHECK(refused == errc::invalid_argument);
    CHECK(contains(refused.info().message, "resume token"));
    CHECK(here.simulator->ledger().empty());
    CHECK(here.s3->ledger().empty());
}

TEST_CASE("batch: jobs beyond the account's number are created when others have ended")
{
    auto with = small_jobs();
    with.max_jobs = 2;
    batch_world here{with};
    auto const job = here.run(here.client().submit(batch_of(55)));
    CHECK(job.receipt()->parts == 6);
    CHECK(here.simulator->jobs() == 2);
    check_all_echo(by_id(here, here.run(job.result(patiently()))), 55);
    CHECK(here.simulator->jobs() == 6);
    check_paid_once(here, 55);
}

TEST_CASE(
    "batch: a cancelled batch stops its jobs and creates no more, also when it is asked about")
{
    auto with = small_jobs();
    with.max_jobs = 2;
    batch_world here{with};
    auto const client = here.client();
    auto batch = batch_of(55);
    auto const job = here.run(client.submit(batch));
    CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
    auto const status = here.run(job.wait(patiently()));
    CHECK(status.phase == phase::cancelled);
    CHECK(status.raw->stopped);
    CHECK(here.simulator->jobs() == 2);
    CHECK(here.run(client.submit(batch)).id() == job.id()); // nor when it is submitted again
    CHECK(here.simulator->jobs() == 2);
    CHECK(here.error_of(job.result(patiently())) == errc::job_cancelled);
    auto const found = by_id(here, here.run(client.stream(bedrock::read_batch{job.ref()})));
    CHECK(found.size() == 55);
    CHECK(std::all_of(found.begin(), found.end(), [](auto const& one) {
        return one.second.outcome == record_outcome::missing;
    }));
    CHECK(here.paid().empty());
    CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
}

TEST_CASE("batch: cancelling one that has ended comes too late")
{
    batch_world here{small_jobs()};
    auto const job = here.run(here.client().submit(batch_of(15)));
    here.run(job.wait(patiently()));
    CHECK(here.run(job.cancel()) == cancel_outcome::too_late);
}

TEST_CASE("batch: lost answers create no second job")
{
    batch_world here{small_jobs()};
    testing::fault lost;
    lost.method = "POST";
    lost.cut_after = 0;
    here.simulator->inject(lost);
    here.simulator->inject(lost);
    auto const job = here.run(here.client().submit(batch_of(15)));
    check_all_echo(by_id(here, here.run(job.result(patiently()))), 15);
    CHECK(here.simulator->jobs() == 2);
    check_paid_once(here, 15);
}

TEST_CASE("batch: two processes that submit the same run at once end up with one batch")
{
    batch_world here{small_jobs()};
    auto const batch = batch_of(25);
    support::started<job<bedrock::run_batch>> one{here.context, here.client().submit(batch)};
    support::started<job<bedrock::run_batch>> other{here.context, here.client().submit(batch)};
    auto const first = one.finish();
    auto const second = other.finish();
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    check_all_echo(by_id(here, here.run(first->result(patiently()))), 25);
    check_all_echo(by_id(here, here.run(second->result(patiently()))), 25);
    CHECK(here.simulator->jobs() == 3);
    check_paid_once(here, 25);
}

TEST_CASE("batch: a failed job says why, and its records are there to be sent again")
{
    auto with = small_jobs();
    with.data = [](boost::json::object const&) {
        testing::bedrock_job_outcome outcome;
        outcome.ends = "Failed";
        outcome.message = "the role can't read the bucket";
        return outcome;
    };
    batch_world here{with};
    auto const client = here.client();
    auto const job = here.run(client.submit(batch_of(15)));
    auto const failed = here.error_of(job.result(patiently()));
    CHECK(failed == errc::job_failed);
    CHECK(contains(failed.info().server_message, "the role can't read the bucket"));
    CHECK(failed.info().job_id == job.id());
    auto const found = by_id(here, here.run(client.stream(bedrock::read_batch{job.ref()})));
    CHECK(found.size() == 15);
    CHECK(found.at("r3").error_code == "Failed");
    CHECK(found.at("r3").error_message == "the role can't read the bucket");
}

TEST_CASE("batch: where the files hold other records than the manifest counts, the end is an error")
{
    batch_world here{small_jobs()};
    auto const job = here.run(here.client().submit(batch_of(25)));
    here.run(job.wait(patiently()));
    // A line is lost, and one is there twice.
    for (auto& [key, object] : here.storage->buckets.at("bucket"))
        if (key.ends_with("part-00002.jsonl.out")) {
            auto const end = object.content.find('\n') + 1;
            auto const next = object.content.find('\n', end) + 1;
            object.content = object.content.substr(0, end) + object.content.substr(0, end) +
                             object.content.substr(next);
            object.size = object.content.size();
            object.crc32.clear();
        }
    auto outputs = here.run(job.result(patiently()));
    std::map<std::string, int> seen;
    std::optional<error> ended;
    while (!ended) {
        auto const output = here.run(as_result(outputs.next()));
        if (!output)
            ended = output.error();
        else if (*output)
            ++seen[(*output)->record_id];
        else
            break;
    }
    REQUIRE(ended);
    CHECK(*ended == errc::bad_content);
    CHECK(contains(ended->info().message, "has two outputs"));
    CHECK(seen.size() == 25); // one of them as missing
}

TEST_CASE("batch: damaged lines are an error that names the file")
{
    for (std::string_view const damage : {"nonsense\n", "{\"recordId\":\"r1\"}\n", "{}\n"}) {
        CAPTURE(damage);
        batch_world here{small_jobs()};
        auto const job = here.run(here.client().submit(batch_of(5)));
        here.run(job.wait(patiently()));
        for (auto& [key, object] : here.storage->buckets.at("bucket"))
            if (key.ends_with(".jsonl.out")) {
                object.content = damage;
                object.size = damage.size();
                object.crc32.clear();
            }
        auto outputs = here.run(job.result(patiently()));
        auto const failed = here.error_of(outputs.next());
        CHECK(failed == errc::bad_content);
        CHECK(contains(failed.info().message, "part-00001.jsonl.out"));
    }
}

TEST_CASE("batch: without a manifest the job's counters are compared")
{
    batch_world here{small_jobs()};
    auto const job = here.run(here.client().submit(batch_of(5)));
    here.run(job.wait(patiently()));
    auto& objects = here.storage->buckets.at("bucket");
    std::erase_if(objects,
                  [](auto const& each) { return each.first.ends_with("manifest.json.out"); });
    auto found = by_id(here, here.run(job.result(patiently())));
    CHECK(found.size() == 5);
    std::erase_if(objects, [](auto const& each) { return each.first.ends_with(".jsonl.out"); });
    auto outputs = here.run(job.result(patiently()));
    for (int i = 0; i < 5; ++i)
        CHECK(here.run(outputs.next())->outcome == record_outcome::missing);
    auto const failed = here.error_of(outputs.next());
    CHECK(failed == errc::bad_content);
    CHECK(contains(failed.info().message, "the job counts 5 records that succeeded, there are 0"));
}

TEST_CASE("batch: a batch that has not ended has no outputs yet")
{
    batch_world here{small_jobs()};
    auto const client = here.client();
    auto const job = here.run(client.submit(batch_of(5)));
    auto const early = here.error_of(client.stream(bedrock::read_batch{job.ref()}));
    CHECK(early == errc::invalid_argument);
    CHECK(contains(early.info().message, "has not ended: its job 1 is Submitted"));
}

TEST_CASE("batch: records that can't be made end the upload, and nothing was started")
{
    batch_world here{small_jobs()};
    auto made = [] {
        auto next = [n = 0]() mutable -> asio::awaitable<std::optional<bedrock::batch_record>> {
            if (++n > 20)
                throw failure{error{errc::bad_content, "the database is gone"}};
            std::optional<bedrock::batch_record> one;
            one.emplace("r" + std::to_string(n), boost::json::value{{"n", n}});
            co_return one;
        };
        return make_stream<bedrock::batch_record>(std::move(next));
    };
    auto batch = batch_of(bedrock::batch_records{made});
    auto const failed = here.error_of(here.client().submit(batch));
    CHECK(failed == errc::bad_content);
    CHECK(contains(failed.info().message, "the database is gone"));
    CHECK(here.simulator->jobs() == 0);
    for (std::string const& key : keys_of(here))
        CHECK(!contains(key, "plan.json"));

    // With its records back, the same run goes on.
    batch.records = bedrock::batch_records{numbered(25)};
    auto const job = here.run(here.client().submit(batch));
    check_all_echo(by_id(here, here.run(job.result(patiently()))), 25);
    check_paid_once(here, 25);
}

TEST_CASE("batch: what can't be sent is refused before any I/O")
{
    batch_world here{small_jobs()};
    auto batch = batch_of(5);
    batch.limits.max_bytes = 1;
    CHECK(here.error_of(here.client().submit(batch)) == errc::invalid_argument);
    batch = batch_of(5);
    batch.role_arn = "me";
    CHECK(here.error_of(here.client().submit(batch)) == errc::invalid_argument);
    CHECK(here.simulator->ledger().empty());
    CHECK(here.s3->ledger().empty());
    batch = batch_of(0);
    CHECK(here.error_of(here.client().submit(batch)) == errc::invalid_argument);
    for (auto const& each : here.s3->ledger())
        CHECK(each.request.method == "GET"); // for a plan that may be there
}

TEST_CASE("batch: what S3 refuses is the error, and no job is created")
{
    batch_world here{small_jobs()};
    testing::fault const denied =
        testing::s3_simulator::error_fault(403, "AccessDenied", "you may not");
    testing::fault put = denied;
    put.method = "PUT";
    here.s3->inject(put);
    auto const refused = here.error_of(here.client().submit(batch_of(5)));
    CHECK(refused == condition::forbidden);
    CHECK(contains(refused.info().server_message, "you may not"));
    CHECK(here.simulator->jobs() == 0);

    auto elsewhere = batch_of(5);
    elsewhere.folder = bedrock::s3_uri{"s3://another-bucket/batches/"};
    auto const missing = here.error_of(here.client().submit(elsewhere));
    CHECK(missing == condition::not_found);
    CHECK(missing.info().server_code == "NoSuchBucket");
}

TEST_CASE("batch: a plan of a later version of this library is left alone")
{
    batch_world here{small_jobs()};
    auto const batch = batch_of(5);
    here.storage->put("bucket", "batches/" + batch.run_id + "/plan.json",
                      R"({"version":2,"runId":"x","roleArn":"x","modelId":"x","outputUri":"x",)"
                      R"("parts":[]})");
    auto const refused = here.error_of(here.client().submit(batch));
    CHECK(refused == errc::bad_schema);
    CHECK(contains(refused.info().message, "later version"));
}

TEST_CASE("batch: all of a batch's settings reach its jobs")
{
    batch_world here{small_jobs()};
    auto batch = batch_of(15);
    batch.model_invocation_type = bedrock::invocation_type::converse;
    batch.timeout_duration_in_hours = 48h;
    batch.tags = {bedrock::tag{"team", "research"}};
    batch.s3_encryption_key_id = "alias/key";
    batch.s3_bucket_owner = "123456789012";
    batch.vpc_config.emplace();
    batch.vpc_config->subnet_ids = {"subnet-1"};
    batch.vpc_config->security_group_ids = {"sg-1"};
    std::vector<std::uint64_t> told;
    batch.on_record = [&](std::uint64_t records) { told.push_back(records); };
    auto const job = here.run(here.client().submit(batch));
    auto const status = here.run(job.status());
    for (auto const& each : status.raw->jobs) {
        REQUIRE(each);
        CHECK(each->model_invocation_type == bedrock::invocation_type::converse);
        CHECK(each->timeout_duration_in_hours == 48h);
        CHECK(each->output_data_config.get_if<bedrock::s3_output>()->s3_encryption_key_id ==
              "alias/key");
        CHECK(each->input_data_config.get_if<bedrock::s3_input>()->s3_bucket_owner ==
              "123456789012");
        REQUIRE(each->vpc_config);
        CHECK(each->vpc_config->subnet_ids.front() == "subnet-1");
    }
    REQUIRE(told.size() == 15);
    CHECK(told.front() == 1);
    CHECK(told.back() == 15);
    bedrock::list_tags_for_resource const tags{status.raw->jobs[0]->job_arn};
    CHECK(here.run(here.client().send(tags)).tags.front().value == "research");
}
