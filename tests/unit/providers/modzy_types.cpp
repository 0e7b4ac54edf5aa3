// SPDX-License-Identifier: BSL-1.0
//
// The answers of Modzy (wire notes 2.6, 2.7, 3.1 and the vendor's page of submit_embedded).

#include <inferpp/modzy.hpp>

#include "unit/support.hpp"

#include <boost/describe.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;

namespace unit_modzy {

struct prediction {
    std::string class_;
    double score = 0;
};
BOOST_DESCRIBE_STRUCT(prediction, (), (class_, score))

struct predictions {
    std::vector<prediction> class_predictions;
};
BOOST_DESCRIBE_STRUCT(predictions, (), (class_predictions))

constexpr json_rules json_rules_of(predictions const*) noexcept
{
    return json_rules{naming::camel_case};
}

struct outcome {
    predictions result;
    std::optional<boost::json::object> explanation;
};
BOOST_DESCRIBE_STRUCT(outcome, (), (result, explanation))

struct output {
    outcome data;
};
BOOST_DESCRIBE_STRUCT(output, (), (data))

} // namespace unit_modzy

namespace {

std::int64_t time_of(timestamp const& at)
{
    REQUIRE(at.time().has_value());
    return at.time()->time_since_epoch().count();
}

using keys = std::vector<std::string>;

template <class T>
T decoded(std::string_view text)
{
    auto read = decode_json<T>(text);
    REQUIRE_MESSAGE(read.has_value(), (read ? std::string{} : read.error().what()));
    return std::move(*read);
}

} // namespace

TEST_CASE("modzy: the receipt of a submission is read whole")
{
    auto const receipt = decoded<modzy::job_receipt>(R"(
{"model":{"identifier":"ed542963de","version":"1.0.1","name":"Sentiment Analysis"},
 "status":"SUBMITTED","totalInputs":1,"jobIdentifier":"2700725a-9c84-40ae-bbeb-4fce0d35424e",
 "accessKey":"prefix","explain":true,"jobType":"batch","accountIdentifier":"acct",
 "team":{"identifier":"t"},
 "user":{"identifier":"u","externalIdentifier":"x","firstName":"A","lastName":"B",
         "email":"a@b.c","status":"ACTIVE"},
 "jobInputs":{"identifier":["happy","angry"]},
 "submittedAt":"2021-08-02T21:19:52.529+00:00","hoursDeleteInput":1,"imageClassificationModel":true,
 "timeout":60000,"inputByteAmount":12345,"project":{"identifier":"p","name":"n"}})");
    CHECK(receipt.job_identifier == "2700725a-9c84-40ae-bbeb-4fce0d35424e");
    CHECK(receipt.status == modzy::job_state::submitted);
    CHECK(receipt.model.identifier == "ed542963de");
    CHECK(receipt.model.version == "1.0.1");
    CHECK(receipt.model.name == "Sentiment Analysis");
    CHECK(receipt.total_inputs == 1);
    CHECK(receipt.job_inputs.keys == keys{"happy", "angry"});
    CHECK(receipt.access_key == "prefix");
    CHECK(receipt.explain);
    CHECK(receipt.job_type == "batch");
    CHECK(receipt.account_identifier == "acct");
    CHECK(receipt.team.identifier == "t");
    CHECK(receipt.user.identifier == "u");
    CHECK(receipt.user.external_identifier == "x");
    CHECK(receipt.user.first_name == "A");
    CHECK(receipt.user.last_name == "B");
    CHECK(receipt.user.email == "a@b.c");
    CHECK(receipt.user.status == "ACTIVE");
    CHECK(time_of(receipt.submitted_at) == 1627939192529);
    CHECK(receipt.timeout == std::chrono::minutes{1});
    CHECK(receipt.input_byte_amount == 12345);
    CHECK(receipt.hours_delete_input == 1);
    CHECK(receipt.image_classification_model);
    CHECK(receipt.more.values.size() == 1);
    CHECK(receipt.more.values.at("project").at("name") == "n");
}

TEST_CASE("modzy: the identifier is all that a receipt needs")
{
    auto const receipt = decoded<modzy::job_receipt>(R"({"jobIdentifier":"j"})");
    CHECK(modzy::text_job::job_id(receipt) == "j");
    CHECK(receipt.status == modzy::job_state::submitted); // server release 0.5 leaves it out
    CHECK(receipt.job_inputs.keys.empty());
    CHECK_FALSE(receipt.timeout.has_value());
    CHECK(decode_json<modzy::job_receipt>("{}").error().info().json_path == "$.jobIdentifier");
    CHECK(decode_json<modzy::job_receipt>(R"({"jobIdentifier":null})").has_error());
    CHECK(decode_json<modzy::job_receipt>("[]").error() == errc::bad_schema);
    CHECK(decode_json<modzy::job_receipt>("").error() == errc::bad_json);
}

TEST_CASE("modzy: the details of a job are read whole")
{
    auto const job = decoded<modzy::job_details>(R"(
{"jobIdentifier":"2700725a","submittedBy":"prefix","accountIdentifier":"acct",
 "model":{"identifier":"ed542963de","version":"1.0.1","name":"Sentiment Analysis"},
 "status":"COMPLETED","createdAt":"2021-08-02T21:19:52.600+00:00",
 "updatedAt":"2021-08-02T21:19:53+0000","submittedAt":"2021-08-02T21:19:52.529+00:00",
 "total":4,"pending":1,"completed":2,"failed":1,"elapsedTime":5120,"queueTime":700.5,
 "user":{"identifier":"u","externalIdentifier":"x","firstName":"A","lastName":"B","email":"a@b.c",
         "pictureURL":"https://host/p","accessKeys":[{"prefix":"prefix","isDefault":true},{}],
         "status":"ACTIVE","title":"Dr","nickname":"n"},
 "jobInputs":[{"identifier":"happy"},{"identifier":"angry"}],
 "explain":true,"team":{"identifier":"t"},"hoursDeleteInput":24,"imageClassificationModel":true,
 "timeout":99999,"inputByteAmount":12345,"later":[1]})");
    CHECK(job.job_identifier == "2700725a");
    CHECK(job.submitted_by == "prefix");
    CHECK(job.account_identifier == "acct");
    CHECK(job.model.name == "Sentiment Analysis");
    CHECK(job.status == modzy::job_state::completed);
    CHECK(time_of(job.created_at) == 1627939192600);
    CHECK(time_of(job.updated_at) == 1627939193000);
    CHECK(time_of(job.submitted_at) == 1627939192529);
    CHECK(job.total == 4);
    CHECK(job.pending == 1);
    CHECK(job.completed == 2);
    CHECK(job.failed == 1);
    CHECK(job.elapsed_time == modzy::milliseconds{5120});
    CHECK(job.queue_time == modzy::milliseconds{700.5});
    CHECK(job.user.picture_url == "https://host/p");
    CHECK(job.user.title == "Dr");
    REQUIRE(job.user.access_keys.size() == 2);
    CHECK(job.user.access_keys[0].prefix == "prefix");
    CHECK(job.user.access_keys[0].is_default);
    CHECK_FALSE(job.user.access_keys[1].is_default);
    CHECK(job.user.more.values.at("nickname") == "n");
    CHECK(job.job_inputs.keys == keys{"happy", "angry"});
    CHECK(job.explain);
    CHECK(job.team.identifier == "t");
    CHECK(job.hours_delete_input == 24);
    CHECK(job.image_classification_model);
    CHECK(job.timeout == std::chrono::milliseconds{99999});
    CHECK(job.input_byte_amount == 12345);
    CHECK(job.more.values.at("later").as_array().size() == 1);
}

TEST_CASE("modzy: each field of the vendor's page is there, in the order of the page")
{
    // The page shows the names of the Python SDK; the wire has them in camel case.
    auto const job = decoded<modzy::job_details>(R"(
{"jobIdentifier":"14856eb1-0ad8-49e7-9da3-887acb80fea5","status":"SUBMITTED",
 "accountIdentifier":"string","explain":true,"createdAt":"2021-08-02T21:19:52.529+00:00",
 "updatedAt":"2021-08-02T21:19:52.529+00:00","submittedAt":"2021-08-02T21:19:52.529+00:00",
 "submittedBy":"string","pending":1,"completed":2,"failed":3,"total":6,
 "model":{"identifier":"string","version":"string","name":"string"},
 "jobInputs":["string"],
 "user":{"identifier":"string","externalIdentifier":"string","email":"string",
         "firstName":"string","lastName":"string","status":"string","title":"string",
         "accessKeys":[{"prefix":"string","isDefault":true}]}})");
    CHECK(job.more.values.empty());
    CHECK(job.user.more.values.empty());
    CHECK(job.job_inputs.keys == keys{"string"});
    CHECK(modzy::describe(job).counters->failed == 3);
}

TEST_CASE(
    "modzy: nulls and missing members of a job are no error, identifier and status are needed")
{
    auto const job = decoded<modzy::job_details>(R"(
{"jobIdentifier":"j","status":"IN_PROGRESS","model":null,"user":null,"team":null,"createdAt":null,
 "jobInputs":null,"elapsedTime":null,"total":null,"explain":null,"submittedBy":null})");
    CHECK_FALSE(job.elapsed_time.has_value());
    CHECK(job.created_at.text().empty());
    CHECK(decode_json<modzy::job_details>(R"({"jobIdentifier":"j"})").error().info().json_path ==
          "$.status");
    CHECK(decode_json<modzy::job_details>(R"({"status":"OPEN"})").error().info().json_path ==
          "$.jobIdentifier");
    CHECK(decode_json<modzy::job_details>(R"({"jobIdentifier":"j","status":"OPEN","total":-1})")
              .error()
              .info()
              .json_path == "$.total");
    CHECK(decode_json<modzy::job_details>(
              R"({"jobIdentifier":"j","status":"OPEN","jobInputs":[{"name":1}]})")
              .error()
              .info()
              .json_path == "$.jobInputs");
}

TEST_CASE("modzy: input keys are read in each of their shapes")
{
    for (auto const* text :
         {R"({"identifier":["a","b"]})", R"([{"identifier":"a"},{"identifier":"b"}])",
          R"(["a","b"])", R"(["a",{"identifier":"b","more":1}])"})
        CHECK(decoded<modzy::input_keys>(text).keys == keys{"a", "b"});
    for (auto const* text : {"[]", "{}", "null", R"({"identifier":[]})", R"({"identifier":null})"})
        CHECK(decoded<modzy::input_keys>(text).keys.empty());
    for (auto const* text :
         {"1", "\"a\"", "[1]", "[null]", "[{}]", R"({"identifier":"a"})", R"([{"identifier":1}])"})
        CHECK_MESSAGE(decode_json<modzy::input_keys>(text).error() == errc::bad_schema, text);
    std::string out;
    CHECK(encode_json(decoded<modzy::input_keys>(R"(["a"])"), out).has_value());
    CHECK(out == R"([{"identifier":"a"}])");
}

TEST_CASE("modzy: a job's state becomes a phase")
{
    struct {
        std::string word;
        std::string counters; // further members
        phase expected;
    } const cases[] = {
        {"OPEN", "", phase::queued},
        {"SUBMITTED", "", phase::queued},
        {"PENDING", "", phase::queued},
        {"IN_PROGRESS", "", phase::running},
        {"IN_PROGRESS", R"(,"total":2,"failed":1,"completed":1)", phase::running},
        {"COMPLETED", "", phase::succeeded},
        {"COMPLETED", R"(,"total":2,"completed":2)", phase::succeeded},
        {"COMPLETED", R"(,"total":2,"completed":1,"failed":1)", phase::partially_succeeded},
        {"COMPLETED", R"(,"total":2,"completed":0,"failed":2)", phase::failed},
        {"COMPLETED_WITH_ERROR", R"(,"total":2,"completed":1,"failed":1)",
         phase::partially_succeeded},
        {"COMPLETED_WITH_ERROR", R"(,"total":2,"failed":2)", phase::failed},
        {"CANCELED", R"(,"total":2,"completed":1)", phase::cancelled},
        {"TIMEDOUT", R"(,"total":2,"completed":1)", phase::expired},
        {"ERROR", "", phase::failed},
        {"UNKNOWN", "", phase::unknown},
        {"PAUSED", R"(,"total":2)", phase::unknown},
        {"completed", "", phase::unknown},
        {"CANCELLED", "", phase::unknown},
        {"", "", phase::unknown},
    };
    for (auto const& [word, counters, expected] : cases) {
        CAPTURE(word);
        CAPTURE(counters);
        auto const job = decoded<modzy::job_details>(R"({"jobIdentifier":"j","status":")" + word +
                                                     '"' + counters + '}');
        auto const status = modzy::describe(job);
        CHECK(status.phase == expected);
        CHECK(status.word == word);
        CHECK(status.counters.has_value() == !counters.empty());
        CHECK(status.progress.has_value() == !counters.empty());
        CHECK(status.reason.empty());
        CHECK((modzy::text_job::describe(job) == status));
    }
}

TEST_CASE("modzy: counters tell the progress, which never passes the end")
{
    auto const status = modzy::describe(decoded<modzy::job_details>(
        R"({"jobIdentifier":"j","status":"IN_PROGRESS","total":8,)"
        R"("pending":5,"completed":2,"failed":1})"));
    REQUIRE(status.counters.has_value());
    CHECK((*status.counters == job_counters{8, 5, 2, 1}));
    CHECK(status.progress == 0.375);
    auto const odd = modzy::describe(decoded<modzy::job_details>(
        R"({"jobIdentifier":"j","status":"IN_PROGRESS","total":1,"completed":2,"failed":2})"));
    CHECK(odd.progress == 1.0);
}

TEST_CASE("modzy: results are read whole")
{
    auto const results = decoded<modzy::job_results>(R"(
{"jobIdentifier":"2700725a","accountIdentifier":"acct","team":{"identifier":"t"},
 "total":2,"completed":1,"failed":1,"finished":true,"submittedByKey":"prefix","explained":true,
 "submittedAt":"2021-10-26T15:25:40.100+00:00","initialQueueTime":310,"totalQueueTime":676,
 "averageModelLatency":132.0,"totalModelLatency":132.5,"elapsedTime":5120,
 "startingResultSummarizing":"2021-10-26T15:26:12.000+00:00","resultSummarizing":20,"inputSize":31,
 "results":{"happy":{"status":"SUCCESSFUL","engine":"model-batch-ed542963de-1-0-1-7d74556c7-r9jrq",
    "inputFetching":121,"outputUploading":null,"modelLatency":132.0,"queueTime":676,
    "startTime":"2021-10-26T15:25:41.900+0000","updateTime":"2021-10-26T15:26:11.792+0000",
    "endTime":"2021-10-26T15:26:11.792+0000",
    "results.json":{"data":{"result":{"classPredictions":[{"class":"positive","score":0.9}]},
                             "explanation":null,"drift":null}},
    "results.wav":"https://app.modzy.com/api/results/2700725a/happy/results.wav\n",
    "voting":{"up":3,"down":0}}},
 "failures":{"angry":{"status":"FAILED","engine":"model-batch-x",
    "error":"text of the model's error",
    "inputFetching":10,"outputUploading":null,"modelLatency":5,"queueTime":1,
    "startTime":"2021-10-26T15:25:41.900+0000","updateTime":"","endTime":null,"later":1}}})");
    CHECK(results.job_identifier == "2700725a");
    CHECK(results.account_identifier == "acct");
    CHECK(results.team.identifier == "t");
    CHECK(results.total == 2);
    CHECK(results.completed == 1);
    CHECK(results.failed == 1);
    CHECK(results.finished);
    CHECK(modzy::embedded_job::result_ready(results));
    CHECK(results.explained);
    CHECK(results.submitted_by_key == "prefix");
    CHECK(time_of(results.submitted_at) == 1635261940100);
    CHECK(results.initial_queue_time == modzy::milliseconds{310});
    CHECK(results.total_queue_time == modzy::milliseconds{676});
    CHECK(results.average_model_latency == modzy::milliseconds{132});
    CHECK(results.total_model_latency == modzy::milliseconds{132.5});
    CHECK(results.elapsed_time == modzy::milliseconds{5120});
    CHECK(results.result_summarizing == modzy::milliseconds{20});
    CHECK(results.input_size == 31);
    CHECK(time_of(results.starting_result_summarizing) == 1635261972000);
    CHECK(results.more.values.empty());

    REQUIRE(results.results.size() == 1);
    auto const& happy = results.results.at("happy");
    CHECK(happy.status == "SUCCESSFUL");
    CHECK(happy.engine == "model-batch-ed542963de-1-0-1-7d74556c7-r9jrq");
    CHECK(happy.input_fetching == modzy::milliseconds{121});
    CHECK_FALSE(happy.output_uploading.has_value());
    CHECK(happy.model_latency == modzy::milliseconds{132});
    CHECK(happy.queue_time == modzy::milliseconds{676});
    CHECK_FALSE(happy.elapsed_time.has_value());
    CHECK(time_of(happy.start_time) == 1635261941900);
    CHECK(time_of(happy.update_time) == 1635261971792);
    CHECK(time_of(happy.end_time) == 1635261971792);
    REQUIRE(happy.voting.has_value());
    CHECK(happy.voting->up == 3);
    CHECK(happy.outputs.values.size() == 2);
    REQUIRE(happy.output() != nullptr);
    CHECK(happy.output()->at("data").at("drift").is_null());
    REQUIRE(happy.output("results.wav") != nullptr);
    CHECK(happy.output("results.wav")->is_string());
    CHECK(happy.output("results.txt") == nullptr);

    auto const typed = happy.output_as<unit_modzy::output>();
    REQUIRE(typed.has_value());
    CHECK(typed->data.result.class_predictions.at(0).class_ == "positive");
    CHECK(typed->data.result.class_predictions.at(0).score == doctest::Approx(0.9));
    CHECK_FALSE(typed->data.explanation.has_value());
    auto const wrong = happy.output_as<std::vector<int>>();
    REQUIRE(wrong.has_error());
    CHECK(wrong.error() == errc::bad_schema);
    auto const missing = happy.output_as<unit_modzy::output>("results.txt");
    REQUIRE(missing.has_error());
    CHECK(missing.error() == errc::bad_schema);
    CHECK(unit::contains(missing.error().what(), "results.txt"));

    REQUIRE(results.failures.size() == 1);
    auto const& angry = results.failures.at("angry");
    CHECK(angry.status == "FAILED");
    CHECK(angry.engine == "model-batch-x");
    CHECK(angry.error == "text of the model's error");
    CHECK(angry.input_fetching == modzy::milliseconds{10});
    CHECK(angry.model_latency == modzy::milliseconds{5});
    CHECK(angry.queue_time == modzy::milliseconds{1});
    CHECK(time_of(angry.start_time) == 1635261941900);
    CHECK_FALSE(angry.end_time.time().has_value());
    CHECK(angry.more.values.at("later") == 1);
}

TEST_CASE("modzy: results or failures may be missing, and a running job has some of each")
{
    auto const running = decoded<modzy::job_results>(
        R"({"jobIdentifier":"j","finished":false,"total":3,"completed":1,"results":{"a":{}}})");
    CHECK_FALSE(modzy::text_job::result_ready(running));
    CHECK(running.results.size() == 1);
    CHECK(running.failures.empty());
    auto const failed = decoded<modzy::job_results>(
        R"({"jobIdentifier":"j","finished":true,"results":null,"failures":{"a":{"error":null}}})");
    CHECK(failed.results.empty());
    CHECK(failed.failures.at("a").error.empty());
    CHECK(decode_json<modzy::job_results>(R"({"jobIdentifier":"j"})").error().info().json_path ==
          "$.finished");
    CHECK(decode_json<modzy::job_results>(
              R"({"jobIdentifier":"j","finished":true,"results":{"a b":{"modelLatency":"5"}}})")
              .error()
              .info()
              .json_path == "$.results.a b.modelLatency");
}

TEST_CASE("modzy: the times of older servers are read, into the newer members where there are such")
{
    auto const results = decoded<modzy::job_results>(R"(
{"jobIdentifier":"j","finished":true,"jobQueueTime":1,"jobProcessedTime":2,"jobElapsedTime":3,
 "results":{"a":{"status":"SUCCESSFUL","elapsedTime":44.5,"results.json":[1,"x"]}},
 "failures":{"b":{"status":"FAILED","elapsedTime":7}}})");
    CHECK(results.initial_queue_time == modzy::milliseconds{1});
    CHECK(results.job_processed_time == modzy::milliseconds{2});
    CHECK(results.elapsed_time == modzy::milliseconds{3});
    CHECK(results.more.values.empty());
    CHECK(results.results.at("a").elapsed_time == modzy::milliseconds{44.5});
    CHECK_FALSE(results.results.at("a").model_latency.has_value());
    CHECK(results.results.at("a").output()->as_array().size() == 2);
    CHECK(results.failures.at("b").elapsed_time == modzy::milliseconds{7});
}

TEST_CASE("modzy: the reason of a failed job is that of its first input")
{
    modzy::job_results results;
    CHECK(modzy::text_job::failure_reason(results).empty());
    results.failures["b"].error = "later";
    results.failures["a"].error = "no such key";
    CHECK(modzy::text_job::failure_reason(results) ==
          "input 'a': no such key (and 1 more inputs failed)");
    results.failures.erase("b");
    CHECK(modzy::text_job::failure_reason(results) == "input 'a': no such key");
}
