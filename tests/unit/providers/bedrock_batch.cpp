// SPDX-License-Identifier: BSL-1.0
//
// Batches: what is refused before I/O, what is planned, and what many jobs say together.

#include <inferpp/bedrock.hpp>

#include <string>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

bedrock::run_batch small_batch(std::vector<bedrock::batch_record> records = {})
{
    bedrock::run_batch batch{"arn:aws:iam::123456789012:role/batch", "vendor.model-v1:0",
                             "s3://bucket/batches/", bedrock::batch_records{std::move(records)}};
    batch.limits = {1, 10, 1'000'000};
    return batch;
}

std::string refusal(bedrock::run_batch const& batch)
{
    auto const valid = batch.validate();
    if (valid)
        return "fine";
    CHECK(valid.error() == errc::invalid_argument);
    return valid.error().info().message;
}

bedrock::model_invocation_job a_job(bedrock::job_state state, std::uint64_t total = 0,
                                    std::uint64_t succeeded = 0, std::uint64_t failed = 0)
{
    bedrock::model_invocation_job job;
    job.status = state;
    if (total > 0) {
        job.total_record_count = total;
        job.processed_record_count = succeeded + failed;
        job.success_record_count = succeeded;
        job.error_record_count = failed;
    }
    return job;
}

job_status together(std::vector<std::optional<bedrock::model_invocation_job>> jobs,
                    std::uint64_t records, bool stopped = false)
{
    bedrock::batch_state state;
    state.jobs = std::move(jobs);
    state.records = records;
    state.stopped = stopped;
    return bedrock::describe(state);
}

} // namespace

TEST_CASE("a batch that can't be right is refused by the member's name")
{
    CHECK(refusal(small_batch()) == "fine");
    auto batch = small_batch();
    for (std::string const id : {"", "1234567", "a-b-c-d-e", "12345678 "}) {
        batch.run_id = id;
        CHECK(refusal(batch) == "run_id must be 8 to 40 letters and digits");
    }
    batch.run_id = std::string(41, 'a');
    CHECK(refusal(batch) == "run_id must be 8 to 40 letters and digits");
    batch.run_id = std::string(40, 'a');
    CHECK(refusal(batch) == "fine");
    batch.role_arn = "me";
    CHECK(unit::contains(refusal(batch), "role_arn"));
    batch = small_batch();
    batch.model_id = "a model";
    CHECK(unit::contains(refusal(batch), "model_id"));
    batch = small_batch();
    batch.folder = bedrock::s3_uri{"s3://bucket/with blank/"};
    CHECK(unit::contains(refusal(batch), "s3_uri must be s3://bucket/key"));
    batch = small_batch();
    batch.folder = bedrock::s3_uri{};
    CHECK(refusal(batch) == "folder is empty; set it to s3://bucket/folder/");
    batch = small_batch();
    batch.timeout_duration_in_hours = 23h;
    CHECK(unit::contains(refusal(batch), "timeout_duration_in_hours"));
    batch = small_batch();
    batch.s3_bucket_owner = "me";
    CHECK(unit::contains(refusal(batch), "s3_bucket_owner"));
    batch = small_batch();
    batch.limits.min_records = 0;
    CHECK(refusal(batch) == "limits.min_records must be at least 1");
}

TEST_CASE("a plan says how many jobs there will be, and what they may cost")
{
    std::vector<bedrock::batch_record> records;
    for (int i = 0; i < 25; ++i)
        records.emplace_back("", boost::json::value{{"max_tokens", 100}, {"t", "0123456789"}});
    auto batch = small_batch(records);
    auto const plan = unit::run(batch.plan());
    CHECK(plan.records == 25);
    REQUIRE(plan.parts.size() == 3);
    CHECK(plan.parts[0].records == 10);
    CHECK(plan.parts[1].records == 10);
    CHECK(plan.parts[2].records == 5);
    CHECK(plan.bytes == plan.parts[0].bytes + plan.parts[1].bytes + plan.parts[2].bytes);
    std::string const input = "{\"max_tokens\":100,\"t\":\"0123456789\"}";
    CHECK(plan.input_tokens == (25 * input.size() + 3) / 4);
    CHECK(plan.most_output_tokens == 2500);
    CHECK(plan.least_cost({4.0, 8.0}) == doctest::Approx(4e-6 * double(plan.input_tokens)));
    CHECK(plan.most_cost({4.0, 8.0}).value() ==
          doctest::Approx(4e-6 * double(plan.input_tokens) + 8e-6 * 2500));

    records.emplace_back("", boost::json::value{{"t", "as much as you like"}});
    CHECK(!unit::run(small_batch(records).plan()).most_output_tokens);
    std::vector<bedrock::batch_record> const converse{
        {"", boost::json::value{{"inferenceConfig", {{"maxTokens", 7}}}}},
        {"", boost::json::value{{"inferenceConfig", {{"max_new_tokens", 5}}}}},
        {"", boost::json::value{{"textGenerationConfig", {{"maxTokenCount", 3}}}}}};
    CHECK(unit::run(small_batch(converse).plan()).most_output_tokens == 15);
}

TEST_CASE("a plan of records that can't be sent is refused")
{
    auto batch = small_batch({{"a", boost::json::value(1)}});
    try {
        unit::run(batch.plan());
        FAIL("it was planned");
    }
    catch (failure const& e) {
        CHECK(e.code() == errc::invalid_argument);
    }
}

TEST_CASE("the jobs of a batch say together how it is")
{
    using state = bedrock::job_state;
    auto const none = std::optional<bedrock::model_invocation_job>{};
    CHECK(together({none, none}, 20).phase == phase::queued);
    CHECK(together({a_job(state::submitted), none}, 20).phase == phase::queued);
    CHECK(together({a_job(state::in_progress, 10, 4, 1), none}, 20).phase == phase::running);
    CHECK(together({a_job(state::completed, 10, 10, 0), none}, 20).phase == phase::running);
    CHECK(together({a_job(state::completed, 10, 10, 0), none}, 20, true).phase ==
          phase::partially_succeeded);
    CHECK(together({none, none}, 20, true).phase == phase::cancelled);
    CHECK(together({a_job(state::stopped), none}, 20, true).phase == phase::cancelled);
    CHECK(together({a_job(state::completed, 10, 10, 0), a_job(state::completed, 10, 10, 0)}, 20)
              .phase == phase::succeeded);
    CHECK(together({a_job(state::completed, 10, 10, 0), a_job(state::completed, 10, 9, 1)}, 20)
              .phase == phase::partially_succeeded);
    CHECK(together({a_job(state::completed, 10, 10, 0), a_job(state::failed)}, 20).phase ==
          phase::partially_succeeded);
    CHECK(together({a_job(state::completed, 10, 0, 10), a_job(state::expired)}, 20).phase ==
          phase::failed);
    CHECK(together({a_job(state::expired), a_job(state::expired)}, 20).phase == phase::expired);
    CHECK(together({a_job(state::expired), a_job(state::stopped)}, 20).phase == phase::expired);

    auto const half = together({a_job(state::in_progress, 10, 4, 1), a_job(state::scheduled)}, 20);
    REQUIRE(half.counters);
    CHECK(half.counters->total == 20);
    CHECK(half.counters->completed == 4);
    CHECK(half.counters->failed == 1);
    CHECK(half.counters->pending == 15);
    CHECK(half.progress == 0.25);
    CHECK(half.word == "InProgress 1, Scheduled 1");
    CHECK(together({a_job(state::scheduled)}, 20).word == "Scheduled");

    auto bad = a_job(state::failed);
    bad.message = "no access";
    CHECK(together({a_job(state::completed, 10, 10, 0), bad}, 20).reason ==
          "job 2 of 2: no access");
    CHECK(together({bad}, 20).reason == "no access");

    bedrock::model_invocation_job strange;
    strange.status = word<state>{"Frozen"};
    CHECK(together({strange}, 20).phase == phase::running);
    CHECK(together({strange}, 20).word == "Frozen");
}

TEST_CASE("a batch is found again by what its token holds")
{
    bedrock::batch_receipt receipt;
    receipt.run_id = "0123456789abcdef";
    receipt.bucket_owner = "123456789012";
    receipt.parts = 3;
    receipt.records = 25;
    std::string const context = bedrock::run_batch::job_context("s3://bucket/batches/", receipt);
    bedrock::get_batch const get{job_ref{receipt.run_id, context}};
    CHECK(get.run_id == receipt.run_id);
    CHECK(get.folder == "s3://bucket/batches/");
    CHECK(get.owner == "123456789012");
    CHECK(get.parts == 3);
    CHECK(get.records == 25);
    CHECK(get.validate().has_value());
    for (std::string_view const bad : {"", "{}", "nonsense", "{\"folder\":\"x\",\"parts\":1}"}) {
        bedrock::get_batch const lost{job_ref{receipt.run_id, std::string{bad}}};
        CHECK(unit::contains(lost.validate().error().info().message, "resume token"));
    }
}

TEST_CASE("an output is a result, an error, or no output")
{
    auto const good = bedrock::read_output(
        "{\"recordId\":\"1\",\"modelInput\":{\"a\":1},\"modelOutput\":{\"b\":2}}");
    REQUIRE(good.has_value());
    CHECK(good->record_id == "1");
    CHECK(good->outcome == bedrock::record_outcome::succeeded);
    CHECK(good->model_output.at("b") == 2);
    CHECK(good->to_record().model_input == "{\"a\":1}");

    for (std::string_view const code : {"400", "\"400\""}) {
        auto const bad =
            bedrock::read_output("{\"recordId\":\"1\",\"modelInput\":{},\"error\":"
                                 "{\"errorCode\":" +
                                 std::string{code} + ",\"errorMessage\":\"bad request\"}}");
        REQUIRE(bad.has_value());
        CHECK(bad->outcome == bedrock::record_outcome::failed);
        CHECK(bad->error_code == "400");
        CHECK(bad->error_message == "bad request");
        try {
            bad->output_as<boost::json::value>();
            FAIL("there is an output");
        }
        catch (failure const& e) {
            CHECK(e.code() == errc::job_failed);
            CHECK(e.error().info().server_message == "bad request");
            CHECK(e.error().info().server_code == "400");
        }
    }
    for (std::string_view const line :
         {"{\"recordId\":\"1\",\"modelInput\":{}}", "{\"modelOutput\":{}}", "[]", "nonsense", ""})
        CHECK(bedrock::read_output(line).has_error());
}
