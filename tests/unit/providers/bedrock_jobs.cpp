// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's operations: what is sent, what is read, what is refused before it is sent.

#include <inferpp/bedrock.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>

#include <boost/json/serialize.hpp>

#include <map>
#include <memory>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/providers/bedrock_requests.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using unit::captured;
using unit::encode;
using unit::json;
using unit::refused;

namespace {

constexpr char const* arn =
    "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghij12";

bedrock::create_model_invocation_job small_request()
{
    return bedrock::create_model_invocation_job{"my-job", "arn:aws:iam::123456789012:role/r", "m",
                                                bedrock::s3_input{"s3://bucket/in/"},
                                                bedrock::s3_output{"s3://bucket/out/"}};
}

bedrock::model_invocation_job job_of(std::string_view text)
{
    auto const read = decode_json<bedrock::model_invocation_job>(text);
    if (read.has_error())
        FAIL(read.error().what());
    return *read;
}

job_status told_of(std::string_view word, std::string_view counters = {})
{
    return bedrock::describe(job_of(R"({"jobArn":"a","status":")" + std::string{word} + '"' +
                                    std::string{counters} + '}'));
}

} // namespace

TEST_CASE("bedrock: a job is created with all its members, and with none but the required ones")
{
    auto request = small_request();
    request.client_request_token = "mytoken1";
    http::request const small = encode(request);
    CHECK(small.method == "POST");
    CHECK(small.target == "model-invocation-job");
    CHECK(small.headers.find("Content-Type") == "application/json");
    CHECK(json(small.body) ==
          json(R"({"jobName":"my-job","roleArn":"arn:aws:iam::123456789012:role/r","modelId":"m",
                   "clientRequestToken":"mytoken1",
                   "inputDataConfig":{"s3InputDataConfig":{"s3Uri":"s3://bucket/in/"}},
                   "outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://bucket/out/"}}})"));

    bedrock::s3_input input{"s3://bucket/in/"};
    input.s3_input_format = bedrock::input_format::jsonl;
    input.s3_bucket_owner = "123456789012";
    request.input_data_config = input;
    bedrock::s3_output output{"s3://bucket/out/"};
    output.s3_encryption_key_id = "alias/k";
    output.s3_bucket_owner = "123456789012";
    request.output_data_config = output;
    bedrock::vpc_config network;
    network.subnet_ids = {"subnet-1"};
    network.security_group_ids = {"sg-1"};
    request.vpc_config = network;
    request.timeout_duration_in_hours = 24h;
    request.tags = {bedrock::tag{"k", "v"}};
    request.model_invocation_type = bedrock::invocation_type::converse;
    CHECK(json(encode(request).body) ==
          json(R"({"jobName":"my-job","roleArn":"arn:aws:iam::123456789012:role/r","modelId":"m",
                   "clientRequestToken":"mytoken1","inputDataConfig":{"s3InputDataConfig":
                   {"s3Uri":"s3://bucket/in/","s3InputFormat":"JSONL",
                    "s3BucketOwner":"123456789012"}},"outputDataConfig":{"s3OutputDataConfig":
                   {"s3Uri":"s3://bucket/out/","s3EncryptionKeyId":"alias/k",
                    "s3BucketOwner":"123456789012"}},
                   "vpcConfig":{"subnetIds":["subnet-1"],"securityGroupIds":["sg-1"]},
                   "timeoutDurationInHours":24,"tags":[{"key":"k","value":"v"}],
                   "modelInvocationType":"Converse"})"));
}

TEST_CASE("bedrock: each request object has a token of its own, which its copies keep")
{
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        auto const request = small_request();
        CHECK(request.client_request_token.size() == 32); // 128 bits
        CHECK(seen.insert(request.client_request_token).second);
        auto const copy = request;
        CHECK(copy.client_request_token == request.client_request_token);
        CHECK(copy.job_context() == request.client_request_token);
        CHECK(encode(copy).body == encode(request).body);
    }
    static_assert(bedrock::create_model_invocation_job::info.repeat == idempotency::keyed);
}

TEST_CASE("bedrock: jobs are asked for, stopped, listed and tagged")
{
    CHECK(encode(bedrock::get_model_invocation_job{"abcdefghij12"}).target ==
          "model-invocation-job/abcdefghij12");
    CHECK(encode(bedrock::get_model_invocation_job{arn}).target ==
          "model-invocation-job/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3A"
          "model-invocation-job%2Fabcdefghij12");
    http::request const stop = encode(bedrock::stop_model_invocation_job{"abcdefghij12"});
    CHECK(stop.method == "POST");
    CHECK(stop.target == "model-invocation-job/abcdefghij12/stop");
    CHECK(stop.body.empty());
    CHECK(!stop.headers.find("Content-Type"));

    bedrock::list_model_invocation_jobs listing;
    CHECK(encode(listing).target == "model-invocation-jobs");
    listing.max_results = 10;
    listing.name_contains = "my-job+x";
    listing.next_token = "a+/=b";
    listing.sort_by = bedrock::sort_by::creation_time;
    listing.sort_order = bedrock::sort_order::descending;
    listing.status_equals = bedrock::job_state::in_progress;
    listing.submit_time_after = bedrock::date_time{parse_iso8601("2024-08-01T00:00:00Z").value()};
    listing.submit_time_before =
        bedrock::date_time{parse_iso8601("2024-08-09T01:02:03.456Z").value()};
    CHECK(encode(listing).target ==
          "model-invocation-jobs?maxResults=10&nameContains=my-job%2Bx&nextToken=a%2B%2F%3Db&"
          "sortBy=CreationTime&sortOrder=Descending&statusEquals=InProgress&submitTimeAfter="
          "2024-08-01T00%3A00%3A00Z&submitTimeBefore=2024-08-09T01%3A02%3A03.456Z");

    std::vector<bedrock::tag> const tags{bedrock::tag{"k", ""}};
    http::request const tag = encode(bedrock::tag_resource{arn, tags});
    CHECK(tag.target == "tagResource");
    CHECK(json(tag.body) ==
          json(R"({"resourceARN":")" + std::string{arn} + R"(","tags":[{"key":"k","value":""}]})"));
    http::request const untag = encode(bedrock::untag_resource{arn, {"k"}});
    CHECK(untag.target == "untagResource");
    CHECK(json(untag.body) ==
          json(R"({"resourceARN":")" + std::string{arn} + R"(","tagKeys":["k"]})"));
    http::request const tags_of = encode(bedrock::list_tags_for_resource{arn});
    CHECK(tags_of.target == "listTagsForResource");
    CHECK(json(tags_of.body) == json(R"({"resourceARN":")" + std::string{arn} + R"("})"));
}

TEST_CASE("bedrock: requests are those that Amazon's own client has sent")
{
    auto const rows = captured();
    if (rows.empty())
        return;
    auto const same = [&rows](char const* which, http::request const& own) {
        CAPTURE(std::string{which});
        auto const& row = rows.at(which);
        CHECK(own.method == row.at("method").as_string().c_str());
        CHECK('/' + own.target == row.at("url").as_string().c_str());
        std::string const body = row.at("body").as_string().c_str();
        if (body.empty())
            CHECK(own.body.empty());
        else
            CHECK(json(own.body) == json(body));
    };
    // The buckets' names there are too short for the pattern of the model: "s3://b/in/".
    auto const with_bucket = [](bedrock::create_model_invocation_job const& op) {
        auto message = encode(op);
        for (auto at = message.body.find("bucket"); at != std::string::npos;
             at = message.body.find("bucket", at))
            message.body.replace(at, 6, "b");
        return message;
    };
    bedrock::create_model_invocation_job all{"my-job", "arn:aws:iam::123456789012:role/r",
                                             "anthropic.claude-3-haiku-20240307-v1:0",
                                             bedrock::job_input{}, bedrock::job_output{}};
    bedrock::s3_input input{"s3://bucket/in/"};
    input.s3_input_format = bedrock::input_format::jsonl;
    input.s3_bucket_owner = "123456789012";
    all.input_data_config = input;
    bedrock::s3_output output{"s3://bucket/out/"};
    output.s3_encryption_key_id = "alias/k";
    all.output_data_config = output;
    all.client_request_token = "d377c107-05b4-45b9-8574-199db4e6f85e";
    bedrock::vpc_config network;
    network.subnet_ids = {"subnet-1"};
    network.security_group_ids = {"sg-1"};
    all.vpc_config = network;
    all.timeout_duration_in_hours = 24h;
    all.tags = {bedrock::tag{"k", "v"}};
    all.model_invocation_type = bedrock::invocation_type::converse;
    same("bedrock 1", with_bucket(all));
    auto small = small_request();
    small.client_request_token = "mytoken1";
    same("bedrock 2", with_bucket(small));
    same("bedrock 3", encode(bedrock::get_model_invocation_job{arn}));
    bedrock::get_model_invocation_job const get{"abcdefghij12"};
    for (char const* const row :
         {"bedrock 4", "bedrock 33", "bearer 1", "bearer 2", "bearer 3", "bearer 5"})
        same(row, encode(get));
    bedrock::list_model_invocation_jobs listing;
    same("bedrock 5", encode(listing));
    listing.max_results = 1;
    same("bedrock 7", encode(listing));
    bedrock::job_page page;
    page.next_token = "tok+/=";
    CHECK(listing.advance(page));
    same("bedrock 8", encode(listing));
    same("bedrock 9", encode(bedrock::stop_model_invocation_job{arn}));
    std::map<std::string, std::string> const ids{
        {"bedrock 10", "notfound0000"}, {"bedrock 11", "throttled000"},
        {"bedrock 14", "codebody0000"}, {"bedrock 15", "unknownerr00"},
        {"bedrock 16", "htmlerror000"}, {"bedrock 17", "flaky0000000"},
        {"bedrock 20", "skew00000000"}, {"stream 9", "retryafter00"},
        {"stream 12", "retryafters0"},  {"stream 15", "servererr501"},
        {"stream 16", "expired00000"}};
    for (auto const& [row, id] : ids)
        same(row.c_str(), encode(bedrock::get_model_invocation_job{id}));
    MESSAGE("skipped: row 'bedrock 6': its nameContains \"my job+x\" has a blank, which the "
            "pattern of the model forbids; 'bearer 6' has a path of its own, see the integration "
            "tests; the others belong to the runtime and S3");
}

TEST_CASE("bedrock: a job is read with every member")
{
    auto const job = job_of(R"({
        "jobArn": "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghij12",
        "jobName": "n", "modelId": "m", "clientRequestToken": "t", "roleArn": "r",
        "status": "Failed", "message": "why", "submitTime": "2024-08-08T15:19:26Z",
        "lastModifiedTime": "2024-08-08T17:19:26.123456+02:00", "endTime": 1723130366.5,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://b/i", "s3InputFormat": "JSONL",
            "s3BucketOwner": "1"}},
        "outputDataConfig": {"futureDataConfig": {"x": 1}},
        "vpcConfig": {"subnetIds": ["s"], "securityGroupIds": ["g"]},
        "timeoutDurationInHours": 72, "jobExpirationTime": "soon", "modelInvocationType": "Converse",
        "totalRecordCount": 9007199254740993, "processedRecordCount": 3, "successRecordCount": 2,
        "errorRecordCount": 1, "newMember": [1]})");
    CHECK(job.job_arn == arn);
    CHECK(job.job_name == "n");
    CHECK(job.model_id == "m");
    CHECK(job.client_request_token == "t");
    CHECK(job.role_arn == "r");
    CHECK(job.status == bedrock::job_state::failed);
    CHECK(job.message == "why");
    CHECK(job.submit_time->time() == parse_iso8601("2024-08-08T15:19:26Z"));
    CHECK(job.last_modified_time->time() == parse_iso8601("2024-08-08T15:19:26.123Z"));
    CHECK(job.end_time->time() == parse_iso8601("2024-08-08T15:19:26.500Z"));
    REQUIRE(job.input_data_config.get_if<bedrock::s3_input>() != nullptr);
    CHECK(job.input_data_config.get_if<bedrock::s3_input>()->s3_uri == "s3://b/i");
    CHECK(job.input_data_config.get_if<bedrock::s3_input>()->s3_input_format ==
          bedrock::input_format::jsonl);
    REQUIRE(job.output_data_config.unknown() != nullptr);
    CHECK(job.output_data_config.unknown()->name == "futureDataConfig");
    CHECK(job.vpc_config->subnet_ids == std::vector<std::string>{"s"});
    CHECK(job.vpc_config->security_group_ids == std::vector<std::string>{"g"});
    CHECK(job.timeout_duration_in_hours == 72h);
    CHECK(job.job_expiration_time->text() == "soon");
    CHECK(!job.job_expiration_time->time());
    CHECK(*job.model_invocation_type == bedrock::invocation_type::converse);
    CHECK(job.total_record_count == 9007199254740993);
    CHECK(job.processed_record_count == 3);
    CHECK(job.success_record_count == 2);
    CHECK(job.error_record_count == 1);
    CHECK(job.more.values.contains("newMember"));
}

TEST_CASE("bedrock: a job of an older server, or with hardly anything in it, is read too")
{
    auto const job = job_of(R"({"jobArn":"a","status":null,"message":null})");
    CHECK(job.status.text().empty());
    CHECK(!job.total_record_count);
    CHECK(!job.model_invocation_type);
    CHECK(job.input_data_config.empty());
    CHECK(bedrock::describe(job).phase == phase::unknown);
    CHECK(!is_terminal(bedrock::describe(job).phase));
    CHECK(decode_json<bedrock::model_invocation_job>("{}").has_error());
    CHECK(decode_json<bedrock::model_invocation_job>(R"({"jobArn":"a","inputDataConfig":{}})")
              .error()
              .info()
              .json_path == "$.inputDataConfig");
}

TEST_CASE("bedrock: every word of a job's state has its phase, and new ones are kept")
{
    std::map<std::string, phase> const words{
        {"Submitted", phase::queued},     {"Validating", phase::queued},
        {"Scheduled", phase::queued},     {"InProgress", phase::running},
        {"Stopping", phase::running},     {"Stopped", phase::cancelled},
        {"Completed", phase::succeeded},  {"PartiallyCompleted", phase::partially_succeeded},
        {"Failed", phase::failed},        {"Expired", phase::expired},
        {"Reconsidering", phase::unknown}};
    for (auto const& [word, is] : words) {
        CAPTURE(word);
        CHECK(told_of(word).phase == is);
        CHECK(told_of(word).word == word);
        CHECK(!told_of(word).counters);
    }
    CHECK(told_of("Failed", R"(,"message":"no access")").reason == "no access");
}

TEST_CASE("bedrock: the counters say what Completed does not")
{
    auto const counted = [](int total, int done, int good, int bad) {
        return ",\"totalRecordCount\":" + std::to_string(total) +
               ",\"processedRecordCount\":" + std::to_string(done) +
               ",\"successRecordCount\":" + std::to_string(good) +
               ",\"errorRecordCount\":" + std::to_string(bad);
    };
    CHECK(told_of("Completed", counted(10, 10, 10, 0)).phase == phase::succeeded);
    CHECK(told_of("Completed", counted(10, 10, 9, 1)).phase == phase::partially_succeeded);
    auto const nothing = told_of("Completed", counted(10, 10, 0, 10));
    CHECK(nothing.phase == phase::failed);
    CHECK(unit::contains(nothing.reason, "all 10 records have failed"));
    CHECK(told_of("Completed", counted(0, 0, 0, 0)).phase == phase::succeeded);
    auto const half = told_of("InProgress", counted(10, 5, 3, 2));
    REQUIRE(half.counters.has_value());
    CHECK(half.counters->total == 10);
    CHECK(half.counters->completed == 3);
    CHECK(half.counters->failed == 2);
    CHECK(half.counters->pending == 5);
    CHECK(half.progress == 0.5);
    // A server that has counted wrongly.
    auto const wrong = told_of("InProgress", counted(1, 5, 3, 2));
    CHECK(wrong.counters->pending == 0);
    CHECK(wrong.progress == 1.0);
    CHECK(!told_of("Validating", counted(0, 0, 0, 0)).progress);
    CHECK(told_of("PartiallyCompleted", counted(10, 4, 4, 0)).counters->pending == 6);
}

TEST_CASE("bedrock: what the platform would refuse is refused before, naming the member")
{
    auto const with = [](auto change) {
        auto request = small_request();
        change(request);
        return refused(request);
    };
    using request = bedrock::create_model_invocation_job;
    CHECK(with([](request&) {}) == "fine");
    CHECK(unit::contains(with([](request& r) { r.job_name = ""; }), "job_name must be 1 to 63"));
    CHECK(unit::contains(with([](request& r) { r.job_name = "-a"; }), "job_name"));
    CHECK(unit::contains(with([](request& r) { r.job_name = "a b"; }), "job_name"));
    CHECK(unit::contains(with([](request& r) { r.job_name = std::string(64, 'a'); }), "job_name"));
    CHECK(unit::contains(with([](request& r) { r.role_arn = "role"; }), "role_arn must be arn:"));
    CHECK(unit::contains(with([](request& r) { r.client_request_token = ""; }),
                         "client_request_token"));
    CHECK(unit::contains(with([](request& r) { r.model_id = "a b"; }), "model_id"));
    CHECK(unit::contains(with([](request& r) { r.input_data_config = bedrock::job_input{}; }),
                         "input_data_config is empty"));
    CHECK(unit::contains(
        with([](request& r) { r.input_data_config = bedrock::s3_input{"s3://b/a b"}; }),
        "input_data_config: s3_uri"));
    CHECK(unit::contains(with([](request& r) {
                             bedrock::s3_input input{"s3://bucket/k"};
                             input.s3_bucket_owner = "1";
                             r.input_data_config = input;
                         }),
                         "input_data_config: s3_bucket_owner"));
    CHECK(with([](request& r) {
              r.input_data_config = unknown_alternative{"newPlace", boost::json::object{}};
          }) == "fine");
    CHECK(unit::contains(with([](request& r) { r.output_data_config = bedrock::job_output{}; }),
                         "output_data_config is empty"));
    CHECK(unit::contains(with([](request& r) {
                             bedrock::s3_output output{"s3://bucket/k"};
                             output.s3_encryption_key_id = "no key";
                             r.output_data_config = output;
                         }),
                         "output_data_config: s3_encryption_key_id"));
    CHECK(unit::contains(with([](request& r) { r.timeout_duration_in_hours = 23h; }),
                         "timeout_duration_in_hours must be from 24 to 168"));
    CHECK(unit::contains(with([](request& r) { r.timeout_duration_in_hours = 169h; }), "from 24"));
    CHECK(unit::contains(with([](request& r) { r.vpc_config.emplace(); }), "subnet_ids must be 1"));
    CHECK(unit::contains(with([](request& r) {
                             r.vpc_config.emplace();
                             r.vpc_config->subnet_ids = {"s"};
                             r.vpc_config->security_group_ids.assign(6, "g");
                         }),
                         "security_group_ids must be 1 to 5"));
    CHECK(unit::contains(with([](request& r) { r.tags.resize(201); }), "tags must be at most 200"));
    CHECK(unit::contains(with([](request& r) { r.tags.emplace_back("", "v"); }), "tags: the key"));
    CHECK(
        unit::contains(with([](request& r) { r.tags.emplace_back("k", "a!"); }), "tags: the key"));

    CHECK(unit::contains(refused(bedrock::get_model_invocation_job{""}), "job_identifier"));
    CHECK(unit::contains(refused(bedrock::get_model_invocation_job{"ABCDEFGHIJ12"}), "lower-case"));
    CHECK(unit::contains(refused(bedrock::stop_model_invocation_job{"../../secret"}),
                         "job_identifier"));
    bedrock::list_model_invocation_jobs listing;
    listing.max_results = 0;
    CHECK(unit::contains(refused(listing), "max_results must be from 1 to 1000"));
    listing.max_results = 1000;
    listing.name_contains = "";
    CHECK(unit::contains(refused(listing), "name_contains"));
    listing.name_contains.reset();
    listing.next_token = "a b";
    CHECK(unit::contains(refused(listing), "next_token"));
    CHECK(unit::contains(refused(bedrock::tag_resource{"short", {}}), "resource_arn"));
    CHECK(unit::contains(refused(bedrock::untag_resource{arn, {""}}), "tag_keys"));
    CHECK(unit::contains(refused(bedrock::list_tags_for_resource{"arn:aws:s3:::bucket-of-mine"}),
                         "resource_arn"));
}

TEST_CASE("bedrock: pages follow their tokens, and one that comes again ends them")
{
    bedrock::list_model_invocation_jobs listing;
    auto const page = [](std::string_view text) {
        auto read = decode_json<bedrock::job_page>(text);
        REQUIRE(read.has_value());
        return *read;
    };
    CHECK(!listing.advance(page("{}")));
    CHECK(!listing.advance(page(R"({"nextToken":null,"invocationJobSummaries":null})")));
    CHECK(!listing.advance(page(R"({"nextToken":""})")));
    CHECK(listing.advance(page(R"({"nextToken":"a","invocationJobSummaries":[]})")));
    CHECK(listing.next_token == "a");
    CHECK(listing.advance(page(R"({"nextToken":"b"})")));
    CHECK(detail::encode_operation(listing).has_value());
    CHECK(listing.advance(page(R"({"nextToken":"b"})")));
    auto const round = detail::encode_operation(listing);
    REQUIRE(round.has_error());
    CHECK(round.error() == errc::bad_schema);
    auto two = page(R"({"invocationJobSummaries":[{"jobArn":"x"},{"jobArn":"y"}]})");
    CHECK(bedrock::list_model_invocation_jobs::items(two).size() == 2);
}

TEST_CASE("bedrock: an answer that says nothing is an empty body or an empty object")
{
    auto const read = [](std::string_view body) {
        http::response answer;
        answer.status = 200;
        answer.body = body;
        return bedrock::done::decode(std::move(answer)).has_value();
    };
    CHECK(read(""));
    CHECK(read(" \n"));
    CHECK(read("{}"));
    CHECK(read(R"({"new":1})"));
    CHECK(!read("[]"));
    CHECK(!read("<html>"));
}

TEST_CASE("bedrock: dates are written in UTC, with a fraction only where there is one")
{
    auto const text = [](char const* iso) {
        return bedrock::date_time{parse_iso8601(iso).value()}.text();
    };
    CHECK(text("2024-08-01T00:00:00Z") == "2024-08-01T00:00:00Z");
    CHECK(text("2024-08-01T02:00:00.050+02:00") == "2024-08-01T00:00:00.050Z");
    CHECK(decode_json<bedrock::date_time>("1e300").has_error());
    CHECK(decode_json<bedrock::date_time>("true").has_error());
    CHECK(decode_json<bedrock::date_time>("0").value().text() == "1970-01-01T00:00:00Z");
}

// --- the forms of texts
// ---------------------------------------------------------------------------

namespace {

struct form {
    char const* name;
    bool (*fits)(std::string_view) noexcept;
    std::size_t least;
    std::size_t most;
    char const* pattern; ///< of the service's model
    std::vector<std::string> samples;
};

std::vector<form> forms()
{
    std::string const id = "abcdefghij12";
    return {
        {"job name",
         bedrock::is_job_name,
         1,
         63,
         // [a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63} without its exponential time
         R"([a-zA-Z0-9][a-zA-Z0-9+.-]*)",
         {"a", "my-job", "a--", "A1+.-", std::string(63, 'z'), "-a", ".", ""}},
        {"role",
         bedrock::is_role_arn,
         0,
         2048,
         R"(arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+)",
         {"arn:aws:iam::123456789012:role/r", "arn:aws-cn:iam:::role/x/y z",
          "arn:aws:iam::1:role/r", "arn:aws-:iam:::role/r", "arn:aws:iam::123456789012:role/"}},
        {"token",
         bedrock::is_request_token,
         1,
         256,
         R"([a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256})",
         {"a", "a-b", "a--b", "a-", "-a", "d377c107-05b4-45b9-8574-199db4e6f85e"}},
        {"model",
         bedrock::is_model_id,
         1,
         2048,
         R"((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-:]{1,63}/[a-z0-9]{12}$)|(:foundation-model/([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+)$)|([0-9]{12}:(inference-profile|application-inference-profile)/[a-zA-Z0-9-:.]+$)))|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+))",
         {"anthropic.claude-3-haiku-20240307-v1:0", "us.anthropic.claude-3-5-sonnet-20240620-v1:0",
          "m", "a_b-c", "a__b", "a.b", "a.bc:1:2", "a.bc:1:2:3", "vendor.name.more.parts",
          "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
          "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x-1:0",
          "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
          "arn:aws:bedrock:us-east-1:123456789012:custom-model/a.b:c/" + id,
          "arn:aws:bedrock:us-east-1:plain", "arn:aws:bedrock:us-east-1:123456789012:other/x"}},
        {"S3 URI",
         bedrock::is_s3_uri,
         1,
         1024,
         R"(s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?)",
         {"s3://abc", "s3://abc/", "s3://abc/in/x.jsonl", "s3://abc/in//x", "s3://ab", "s3://-bc",
          "s3://abc/a b", "s3://abc/!_*'().-/", "s3://a.b-c/k//"}},
        {"KMS key",
         bedrock::is_kms_key,
         1,
         2048,
         R"((arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key/[a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+)))|([a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+))",
         {"alias/k", "12345678-1234-1234-1234-123456789012",
          "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
          "arn:aws:kms::123456789012:alias/a/b", "key/12345678-1234-1234-1234-123456789012"}},
        {"account", bedrock::is_account_id, 0, 12, "[0-9]{12}", {"123456789012", "12345678901"}},
        {"VPC item", bedrock::is_vpc_item, 0, 32, "[-0-9a-zA-Z]+", {"subnet-1", ""}},
        {"tag", bedrock::is_tag_text, 0, 256, R"([a-zA-Z0-9\s._:/=+@-]*)", {"", "a b\t_:/=+@-"}},
        {"identifier",
         bedrock::is_job_identifier,
         0,
         1011,
         R"(((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job/)?[a-z0-9]{12}))",
         {id, arn, "arn:aws-us-gov:bedrock:us-gov-east-1:123456789012:model-invocation-job/" + id,
          "arn:aws:bedrock::123456789012:model-invocation-job/" + id}},
        {"page token", bedrock::is_page_token, 1, 2048, R"(\S*)", {"a+/=", "", "a b"}},
    };
}

} // namespace

TEST_CASE("bedrock: texts are checked as by the patterns of the service's model")
{
    std::mt19937 random{20240801};
    std::string_view const letters = "aZ09-_.:/+= !*'()@\t";
    for (form const& each : forms()) {
        std::regex const pattern{each.pattern};
        auto const same = [&](std::string const& text) {
            bool const wanted = text.size() >= each.least && text.size() <= each.most &&
                                std::regex_match(text, pattern);
            CAPTURE(std::string{each.name});
            CAPTURE(text);
            CHECK(each.fits(text) == wanted);
        };
        for (std::string const& sample : each.samples) {
            same(sample);
            // Each is changed in many places.
            for (int i = 0; i < 400; ++i) {
                std::string changed = sample;
                for (auto changes = 1 + random() % 3; changes > 0; --changes) {
                    std::size_t const at = random() % (changed.size() + 1);
                    char const letter = letters[random() % letters.size()];
                    switch (random() % 3) {
                    case 0: changed.insert(at, 1, letter); break;
                    case 1: changed.erase(at, 1); break;
                    default:
                        if (at < changed.size())
                            changed[at] = letter;
                    }
                }
                same(changed);
            }
        }
        same(std::string(each.most, 'a'));
        same(std::string(each.most + 1, 'a'));
    }
}
