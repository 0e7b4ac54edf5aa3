// SPDX-License-Identifier: BSL-1.0
//
// The answers of Modzy on models, tags, resources, limits, statistics and histories (wire notes
// 2.0, 2.5, 2.8, 3.0, 4.1).

#include <inferpp/modzy.hpp>

#include "unit/support.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;

namespace {

template <class T>
T decoded(std::string_view text)
{
    auto read = decode_json<T>(text);
    REQUIRE_MESSAGE(read.has_value(), (read ? std::string{} : read.error().what()));
    return std::move(*read);
}

/// The answer to an operation, as the client decodes it.
template <class Op>
typename Op::response answer_to(std::string body, std::vector<std::string> const& links = {})
{
    http::response answer;
    answer.status = 200;
    answer.body = std::move(body);
    for (auto const& link : links)
        answer.headers.add("lInK", link);
    auto read = detail::decode_operation<Op>(answer);
    REQUIRE_MESSAGE(read.has_value(), (read ? std::string{} : read.error().what()));
    return std::move(*read);
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("modzy: a size has the suffixes of the wire notes (2.5)")
{
    constexpr std::uint64_t fallback = 1024 * 1024;
    struct {
        char const* text;
        std::uint64_t expected;
    } const cases[] = {
        {"8i", 8},
        {"8I", 8},
        {"1K", 1000},
        {"1k", 1000},
        {"1M", 1'000'000},
        {"1G", 1'000'000'000},
        {"1T", 1'000'000'000'000},
        {"1Ki", 1024},
        {"1Mi", 1UL << 20},
        {"1Gi", 1UL << 30},
        {"1Ti", 1UL << 40},
        {"1KB", 1024},
        {"1MB", 1UL << 20},
        {"1GB", 1UL << 30},
        {"1TB", 1UL << 40},
        {"1mb", 1UL << 20},
        {"1Mb", 1UL << 20},
        {"1.5Ki", 1536},
        {"0.5M", 500'000},
        {"2.5i", 2},
        {"512Ki", 512 * 1024},
        {"0001M", 1'000'000},
        {"1048576Ti", 1UL << 60},
        // What can't be understood is 1 MiB, as for the vendor's own clients.
        {"1024", fallback},
        {"", fallback},
        {"M", fallback},
        {"0M", fallback},
        {"0i", fallback},
        {"0.5i", fallback},
        {"-1M", fallback},
        {"+1M", fallback},
        {" 1M", fallback},
        {"1 M", fallback},
        {"1M ", fallback},
        {"1B", fallback},
        {"1P", fallback},
        {"1MiB", fallback},
        {"1Mx", fallback},
        {"1ii", fallback},
        {"infM", fallback},
        {"nanM", fallback},
        {"much", fallback},
        {"1,5M", fallback},
        {"1048577Ti", fallback}, // beyond 2^60
        {"99999999999999999999T", fallback},
        {"1e400M", fallback},
    };
    for (auto const& [text, expected] : cases) {
        CAPTURE(text);
        CHECK(decoded<modzy::data_size>('"' + std::string{text} + '"').bytes == expected);
    }
    for (auto const* text : {"1024", "null", "true", "[]", "{}"})
        CHECK_MESSAGE(decoded<modzy::data_size>(text).bytes == fallback, text);
    std::string out;
    CHECK(encode_json(decoded<modzy::data_size>("\"2Ki\""), out).has_value());
    CHECK(out == "\"2048i\"");
    CHECK(decoded<modzy::data_size>(out).bytes == 2048);
}

TEST_CASE("modzy: the limits of uploads are read, and have defaults (2.5)")
{
    auto const limits = answer_to<modzy::get_features>(
        R"({"inputChunkMaximumSize":"2M","maximumInputChunks":20,"maximumInputsPerJob":30,"x":1})");
    CHECK(limits.input_chunk_maximum_size.bytes == 2'000'000);
    CHECK(limits.maximum_input_chunks == 20);
    CHECK(limits.maximum_inputs_per_job == 30);
    CHECK(limits.more.values.size() == 1);
    auto const defaults = answer_to<modzy::get_features>("{}");
    CHECK(defaults.input_chunk_maximum_size.bytes == 1024 * 1024);
    CHECK(defaults.maximum_input_chunks == 200);
    CHECK(defaults.maximum_inputs_per_job == 10'000);
}

TEST_CASE("modzy: a list of models is read with whichever name its identifiers have (4.1)")
{
    auto const page = answer_to<modzy::list_models>(
        R"([{"modelId":"ed542963de","latestVersion":"1.0.1","versions":["0.0.27","1.0.1"],"x":1},)"
        R"({"identifier":"e3f73163d3"},{"modelID":"m3","versions":null}])",
        {"<https://h/api/models?page=2>; rel=\"next\""});
    REQUIRE(page.items.size() == 3);
    CHECK(page.more);
    CHECK(page.items[0].model_id == "ed542963de");
    CHECK(page.items[0].latest_version == "1.0.1");
    CHECK(page.items[0].versions == words{"0.0.27", "1.0.1"});
    CHECK(page.items[0].more.values.size() == 1);
    CHECK(page.items[1].model_id == "e3f73163d3");
    CHECK(page.items[2].model_id == "m3");
    CHECK(decode_json<modzy::model_summary>("{}").error().info().json_path == "$.modelId");
}

TEST_CASE("modzy: whether a page has a next one stands in its Link headers, one or several")
{
    using history = modzy::get_job_history;
    CHECK(!answer_to<history>("[]").more);
    CHECK(!answer_to<history>("[]", {"<u>; rel=prev", "next"}).more);
    CHECK(answer_to<history>("[]", {"<u>; rel=prev", "<v>; rel=next"}).more);
    CHECK(answer_to<history>("[]", {"<u>; rel=\"prev\", <v>; rel=\"next\""}).more);
    http::response odd;
    odd.body = R"({"jobs":[]})";
    CHECK(detail::decode_operation<history>(odd).error() == errc::bad_schema);
}

TEST_CASE("modzy: only a full page with a next link is followed by another")
{
    modzy::get_job_history ask;
    ask.per_page = 2;
    modzy::list_page<modzy::job_details> page;
    page.more = true;
    page.items.resize(2);
    CHECK(ask.advance(page));
    CHECK(ask.page == 2);
    page.items.resize(1);
    CHECK(!ask.advance(page));
    page.items.resize(2);
    page.more = false;
    CHECK(!ask.advance(page));
    CHECK(ask.page == 2);
}

TEST_CASE("modzy: the details of a model are read whole (4.1)")
{
    auto const model = answer_to<modzy::get_model>(R"(
{"modelId":"ed542963de","latestVersion":"1.0.1","latestActiveVersion":"1.0.0",
 "versions":["0.0.27","1.0.1"],"author":"Open Source","name":"Sentiment Analysis",
 "description":"d","permalink":"ed542963de-sentiment",
 "features":[{"identifier":"built-in-explainability","name":"n","description":"e"}],
 "isActive":true,"isRecommended":false,"isCommercial":true,"isExpired":false,
 "expirationDate":null,
 "tags":[{"identifier":"language_and_text","name":"Language and Text","dataType":"Input Type",
          "isCategorical":true}],
 "images":[{"url":"/modzy-images/x.png","caption":"c","alt":"a","relationType":"card"}],
 "snapshotImages":[],"lastActiveDateTime":"2021-10-26T15:25:40.100+00:00",
 "createdByEmail":"a@b.c","createdByFullName":"A B","visibility":{"scope":"ALL"},"later":[1]})");
    CHECK(model.model_id == "ed542963de");
    CHECK(model.name == "Sentiment Analysis");
    CHECK(model.author == "Open Source");
    CHECK(model.description == "d");
    CHECK(model.permalink == "ed542963de-sentiment");
    CHECK(model.latest_version == "1.0.1");
    CHECK(model.latest_active_version == "1.0.0");
    CHECK(model.versions == words{"0.0.27", "1.0.1"});
    CHECK(model.has_feature("built-in-explainability"));
    CHECK(!model.has_feature("built-in"));
    CHECK(model.is_active == true);
    CHECK(model.is_recommended == false);
    CHECK(model.is_commercial == true);
    CHECK(model.is_expired == false);
    CHECK(!model.is_available.has_value());
    REQUIRE(model.tags.size() == 1);
    CHECK(model.tags[0].data_type == "Input Type");
    CHECK(model.tags[0].is_categorical);
    REQUIRE(model.images.size() == 1);
    CHECK(model.images[0].relation_type == "card");
    CHECK(model.last_active_date_time.time().has_value());
    CHECK(model.created_by_email == "a@b.c");
    CHECK(model.created_by_full_name == "A B");
    REQUIRE(model.visibility.has_value());
    CHECK(model.visibility->scope == "ALL");
    CHECK(model.more.values.size() == 1);
}

TEST_CASE("modzy: the latest, related and tagged models have their identifier under another name")
{
    auto const latest = answer_to<modzy::get_latest_models>(R"(
[{"identifier":"m1","name":"n","author":"a","description":"d","longDescription":"l",
  "latestVersion":"1.0.1","activeVersions":["1.0.1"],"tags":[],"features":[],"images":[],
  "isActive":true,"isAvailable":true,"isCommercial":false,"isExperimental":true,
  "isRecommended":false,"permalink":"p","sourceType":"s",
  "creationDateTime":"2021-08-02T21:19:52.529+00:00",
  "updateDateTime":"2021-08-02T21:19:52.529+0000"}])");
    REQUIRE(latest.size() == 1);
    CHECK(latest[0].model_id == "m1");
    CHECK(latest[0].long_description == "l");
    CHECK(latest[0].active_versions == words{"1.0.1"});
    CHECK(latest[0].is_experimental == true);
    CHECK(latest[0].source_type == "s");
    CHECK(latest[0].creation_date_time.time() == latest[0].update_date_time.time());
    CHECK(latest[0].more.values.empty());

    auto const related = answer_to<modzy::get_related_models>(R"([{"identifier":"m2"}])");
    CHECK(related.at(0).model_id == "m2");

    auto const tagged = answer_to<modzy::get_tagged_models>(
        R"({"tags":[{"identifier":"t","name":"T","dataType":"Subject","isCategorical":false}],)"
        R"("models":[{"identifier":"m3","name":"n","tags":[]}]})");
    CHECK(tagged.tags.at(0).identifier == "t");
    CHECK(tagged.models.at(0).model_id == "m3");
    CHECK(answer_to<modzy::get_tagged_models>(R"({"tags":[],"models":[]})").models.empty());
    CHECK(answer_to<modzy::list_tags>(R"([{"identifier":"t","name":"T"}])").at(0).name == "T");
}

TEST_CASE("modzy: the details of a version are read whole (4.1)")
{
    auto const version = answer_to<modzy::get_model_version>(R"(
{"version":"1.0.1","createdAt":"2021-08-02T21:19:52.529+00:00","updatedAt":null,
 "inputValidationSchema":"{}","createdBy":"u","timeout":{"status":60000,"run":60000.5},
 "requirement":{"gpuUnits":1,"cpuAmount":"1000m","memoryAmount":"2G"},
 "containerImage":{"uploadStatus":"COMPLETED"},"loadStatus":{"percentage":100},"runStatus":null,
 "inputs":[{"name":"input.txt","acceptedMediaTypes":"text/plain","maximumSize":1048576,
            "description":"any text"},{"name":"other","maximumSize":null}],
 "outputs":[{"name":"results.json","mediaType":"application/json","maximumSize":1048576,
             "description":"o"}],
 "statistics":[{"label":"F1","category":"c","type":"percentage","description":"d",
                "highlight":true,"order":2,"value":0.9}],
 "isActive":true,"isAvailable":false,"longDescription":"l","technicalDetails":"t",
 "performanceSummary":"p","sourceType":"s","versionHistory":"h","status":"active",
 "sampleInput":{"input":{}},"sampleOutput":"text",
 "processing":{"minimumParallelCapacity":0,"maximumParallelCapacity":3},"model":{"modelId":"m"}})");
    CHECK(version.version == "1.0.1");
    CHECK(version.status == "active");
    CHECK(version.created_at.time().has_value());
    CHECK(version.updated_at.text().empty());
    CHECK(version.created_by == "u");
    CHECK(version.input_validation_schema == "{}");
    REQUIRE(version.timeout.has_value());
    CHECK(version.timeout->status == modzy::milliseconds{60000});
    CHECK(version.timeout->run == modzy::milliseconds{60000.5});
    REQUIRE(version.requirement.has_value());
    CHECK(version.requirement->gpu_units == 1);
    CHECK(version.requirement->memory_amount == "2G");
    CHECK(!version.requirement->requirement_id.has_value());
    REQUIRE(version.inputs.size() == 2);
    CHECK(version.inputs[0].name == "input.txt");
    CHECK(version.inputs[0].accepted_media_types == "text/plain");
    CHECK(version.inputs[0].maximum_size == 1048576);
    CHECK(!version.inputs[1].maximum_size.has_value());
    REQUIRE(version.outputs.size() == 1);
    CHECK(version.outputs[0].media_type == "application/json");
    REQUIRE(version.statistics.size() == 1);
    CHECK(version.statistics[0].highlight);
    CHECK(version.statistics[0].order == 2);
    CHECK(version.statistics[0].value == 0.9);
    CHECK(version.is_active == true);
    CHECK(version.is_available == false);
    CHECK(!version.is_experimental.has_value());
    CHECK(version.sample_input.is_object());
    CHECK(version.sample_output == "text");
    REQUIRE(version.processing.has_value());
    CHECK(version.processing->maximum_parallel_capacity == 3);
    CHECK(version.more.values.size() == 4);

    auto const page = answer_to<modzy::list_model_versions>(R"([{"version":"1.0.1"}])");
    CHECK(page.items.at(0).version == "1.0.1");
    CHECK(!page.more);
    CHECK(answer_to<modzy::get_sample_input>(R"({"a":1})").at("a") == 1);
    CHECK(answer_to<modzy::get_sample_output>("[1]").as_array().size() == 1);
}

TEST_CASE("modzy: resources, engines and requirements are read (4.1)")
{
    auto const counts = answer_to<modzy::get_processing_engines>(
        R"([{"identifier":"m","version":"1.0.1","failed":1,"queued":2,"spinningUp":3,)"
        R"("spinningDown":4,"running":5,"ready":6},{}])");
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].identifier == "m");
    CHECK(counts[0].failed == 1);
    CHECK(counts[0].queued == 2);
    CHECK(counts[0].spinning_up == 3);
    CHECK(counts[0].spinning_down == 4);
    CHECK(counts[0].running == 5);
    CHECK(counts[0].ready == 6);

    auto const running = answer_to<modzy::get_processing_models>(
        R"([{"identifier":"m","version":"1.0.1","deployedAt":"2021-08-02T21:19:52.529+00:00",)"
        R"("engines":[{"name":"e","createdAt":"2021-08-02T21:19:52.529+00:00","ready":true,)"
        R"("conditions":[{"type":"Ready","status":"True"}]}],"inputs":{"queued":7},)"
        R"("jobs":{"queued":8},"situations":[],"modelDeploymentState":{"hasError":false,)"
        R"("ready":true,"beingMonitored":true}}])");
    REQUIRE(running.size() == 1);
    CHECK(running[0].deployed_at.time().has_value());
    CHECK(running[0].engines.at(0).ready);
    CHECK(running[0].engines.at(0).conditions.at(0).type == "Ready");
    CHECK(running[0].inputs.queued == 7);
    CHECK(running[0].jobs.queued == 8);
    CHECK(running[0].model_deployment_state.at("ready") == true);
    CHECK(running[0].more.values.empty());

    CHECK(answer_to<modzy::get_engine_minimum>(R"({"minimumProcessingEnginesSum":4})")
              .minimum_processing_engines_sum == 4);
    auto const requirements = answer_to<modzy::get_account_requirements>(
        R"([{"requirementId":1,"status":"ACTIVE","cpuAmount":"1000m","memoryAmount":"2G",)"
        R"("gpuUnits":"0","x":1}])");
    CHECK(requirements.at(0).requirement_id == 1);
    CHECK(requirements.at(0).gpu_units == "0");
    CHECK(requirements.at(0).status == "ACTIVE");
    CHECK(requirements.at(0).cpu_amount == "1000m");
    CHECK(requirements.at(0).more.values.size() == 1);
}

TEST_CASE("modzy: jobs in brief, in history and in statistics are read (2.0)")
{
    auto const brief = answer_to<modzy::list_jobs>(
        R"([{"jobIdentifier":"j","status":"COMPLETED","model":{"identifier":"m"}},)"
        R"({"jobIdentifier":"k","status":"PAUSED",)"
        R"("submittedAt":"2021-08-02T21:19:52.529+00:00"}])");
    REQUIRE(brief.size() == 2);
    CHECK(brief[0].status == modzy::job_state::completed);
    CHECK(brief[0].model.identifier == "m");
    CHECK(brief[1].status.text() == "PAUSED");
    CHECK(brief[1].submitted_at.time().has_value());

    constexpr char const* jobs = R"([{"jobIdentifier":"j","status":"CANCELED","total":2}])";
    CHECK(answer_to<modzy::get_job_history>(jobs).items.at(0).total == 2);
    CHECK(answer_to<modzy::get_history_of_job>(jobs).at(0).job_identifier == "j");
    CHECK(answer_to<modzy::cancel_all_jobs>(jobs).at(0).status == modzy::job_state::canceled);

    constexpr char const* usage =
        R"({"accessKey":"prefix","jobsCount":3,"lastApiUsage":"2021-08-02T21:19:52.529+00:00",)"
        R"("modelsCount":1,"modelsList":[{"identifier":"m","name":"n","version":"1.0.1",)"
        R"("processedJobsCount":2}],"x":1})";
    auto const one = answer_to<modzy::get_key_statistics>(usage);
    CHECK(one.access_key == "prefix");
    CHECK(one.jobs_count == 3);
    CHECK(one.last_api_usage.time().has_value());
    CHECK(one.models_count == 1);
    CHECK(one.models_list.at(0).processed_jobs_count == 2);
    CHECK(one.models_list.at(0).name == "n");
    CHECK(one.more.values.size() == 1);
    CHECK(answer_to<modzy::get_statistics>('[' + std::string{usage} + ']').size() == 1);
}

TEST_CASE("modzy: votes, raw outputs and answers that say nothing are read (3.0)")
{
    CHECK(answer_to<modzy::get_vote>(R"({"vote":"UP"})").value == modzy::vote_kind::up);
    CHECK(answer_to<modzy::get_vote>(R"({"vote":"DOWN"})").value == modzy::vote_kind::down);
    CHECK(answer_to<modzy::get_vote>(R"({"vote":"NO_VOTES"})").value == modzy::vote_kind::no_votes);
    CHECK(answer_to<modzy::get_vote>(R"({"vote":"SIDEWAYS"})").value.text() == "SIDEWAYS");
    CHECK(answer_to<modzy::get_vote>("{}").value == modzy::vote_kind::no_votes);
    for (auto const* body : {"", "{}", "<html>"}) {
        answer_to<modzy::vote_up>(body);
        answer_to<modzy::reset_vote>(body);
        answer_to<modzy::append_input>(body);
    }
    http::response answer;
    answer.headers.add("content-type", "image/png");
    answer.body = std::string{"\0\xff", 2};
    auto const output = detail::decode_operation<modzy::get_output>(answer);
    REQUIRE(output.has_value());
    CHECK(output->data.view() == std::string_view{"\0\xff", 2});
    CHECK(output->media_type == "image/png");
    CHECK(answer_to<modzy::get_input_result>(R"({"inputName":"i"})").at("inputName") == "i");
}
