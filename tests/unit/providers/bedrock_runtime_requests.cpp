// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's runtime: what is sent, and what is refused before it is sent.

#include <inferpp/bedrock.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>

#include <map>
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
namespace runtime = bedrock::runtime;

namespace {

constexpr char const* haiku = "anthropic.claude-3-haiku-20240307-v1:0";
constexpr char const* invocation =
    "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghij12";

// The two forms of a request, as the client makes them.
template <class Request>
http::request encode_sent(Request const& request)
{
    typename Request::send_form const form{request};
    return encode(form);
}
template <class Request>
http::request encode_streamed(Request const& request)
{
    typename Request::stream_form const form{request};
    return encode(form);
}

runtime::converse asking()
{
    return runtime::converse{haiku, "hi"};
}

} // namespace

TEST_CASE("bedrock runtime: our requests are those that Amazon's client sends")
{
    auto const rows = captured();
    if (rows.empty())
        return;
    auto const same = [&rows](int which, http::request const& own) {
        CAPTURE(which);
        auto const& row = rows.at("bedrock " + std::to_string(which));
        CHECK(own.method == row.at("method").as_string().c_str());
        CHECK('/' + own.target == row.at("url").as_string().c_str());
        std::string const body = row.at("body").as_string().c_str();
        if (body.empty())
            CHECK(own.body.empty());
        else
            CHECK(json(own.body) == json(body));
        for (auto const& header : row.at("headers").as_object()) {
            std::string const name{header.key()};
            if (name.starts_with("x-amzn-") || (name == "content-type" && which != 23)) {
                CAPTURE(name);
                CHECK(own.headers.find(name) == header.value().as_string().c_str());
            }
        }
    };
    runtime::invoke_model by_arn{
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        boost::json::value(boost::json::object{})};
    by_arn.trace = runtime::guardrail_trace::enabled;
    by_arn.guardrail_identifier = "gr1";
    by_arn.guardrail_version = "DRAFT";
    by_arn.performance_config_latency = runtime::latency::optimized;
    by_arn.service_tier = runtime::tier::flex;
    by_arn.request_metadata["a"] = "b";
    same(24, encode_sent(by_arn));

    runtime::invoke_model const streamed{haiku, boost::json::value{{"x", 1}}};
    same(25, encode_streamed(streamed));

    auto full = asking();
    full.messages[0].content.push_back(
        runtime::image_block{runtime::image_format::png, bytes{"\1\2\3"}});
    full.system.push_back("s");
    auto& inference = full.inference_config.emplace();
    inference.max_tokens = 5;
    inference.temperature = 0.5;
    inference.top_p = 1;
    inference.stop_sequences = {"x"};
    full.additional_model_request_fields = {{"top_k", 5}};
    same(26, encode(full));
    same(27, encode_streamed(asking()));

    runtime::start_async_invoke start{"amazon.nova-reel-v1:0",
                                      boost::json::value{{"taskType", "TEXT_VIDEO"}},
                                      runtime::async_s3_output{"s3://bucket/o"}};
    start.client_request_token = "c6720d79-21ac-4072-adb1-a05ea63961ef";
    auto started = encode(start);
    // The bucket's name there is too short for the pattern of the model: "s3://b/o".
    started.body.replace(started.body.find("bucket"), 6, "b");
    same(28, started);
    same(29, encode(runtime::get_async_invoke{invocation}));

    runtime::apply_guardrail guard{"gr1", "1", runtime::guardrail_source::input};
    guard.content.push_back(runtime::guarded_text{"x"});
    same(31, encode(guard));
    same(32,
         encode(runtime::count_tokens{haiku, runtime::counted_invocation{bytes{R"({"a":1})"}}}));

    runtime::list_async_invokes list;
    list.max_results = 5;
    list.sort_by = runtime::async_sort_by::submission_time;
    list.sort_order = bedrock::sort_order::ascending;
    list.status_equals = runtime::async_state::completed;
    list.submit_time_after =
        bedrock::date_time{std::chrono::sys_days{std::chrono::year{2024} / 8 / 1} + 500ms};
    same(30, encode(list));
}

TEST_CASE(
    "bedrock runtime: a call may take as long as its model, and none that is billed is repeated")
{
    for (operation_info const& info :
         {runtime::converse::info, runtime::converse::stream_form::info,
          runtime::invoke_model<>::send_form::info, runtime::invoke_model<>::stream_form::info}) {
        CAPTURE(std::string{info.name});
        CHECK(info.held);
        CHECK(info.repeat == idempotency::unsafe);
    }
    CHECK(runtime::apply_guardrail::info.repeat == idempotency::unsafe);
    CHECK(runtime::invoke_guardrail_checks::info.repeat == idempotency::unsafe);
    CHECK(runtime::start_async_invoke::info.repeat == idempotency::keyed);
    CHECK(runtime::count_tokens::info.repeat == idempotency::safe);
}

TEST_CASE("bedrock runtime: the body of an invocation is sent as it is")
{
    runtime::invoke_model<bytes, bytes> raw{"m", bytes{"not JSON"}};
    raw.content_type = "text/plain";
    raw.accept = "*/*";
    auto const sent = encode_sent(raw);
    CHECK(sent.body == "not JSON");
    CHECK(sent.headers.find("Content-Type") == "text/plain");
    CHECK(sent.headers.find("Accept") == "*/*");
    auto const streamed = encode_streamed(raw);
    CHECK(streamed.target == "model/m/invoke-with-response-stream");
    CHECK(streamed.headers.find("X-Amzn-Bedrock-Accept") == "*/*");
    CHECK(streamed.headers.find("Accept")->starts_with("application/vnd.amazon.eventstream"));
}

TEST_CASE("bedrock runtime: an invocation is refused by the name of the member that is wrong")
{
    auto const of = [](auto const& change) {
        runtime::invoke_model request{"m", boost::json::value{1}};
        change(request);
        typename decltype(request)::send_form const form{request};
        return refused(form);
    };
    CHECK(of([](auto&) {}) == "fine");
    CHECK(of([](auto& r) { r.model_id = ""; }).starts_with("model_id must be"));
    CHECK(of([](auto& r) { r.model_id = "a b"; }).starts_with("model_id must be"));
    CHECK(of([](auto& r) { r.model_id = "a/b"; }).starts_with("model_id must be"));
    CHECK(of([](auto& r) { r.content_type = ""; }).starts_with("content_type"));
    CHECK(of([](auto& r) {
              r.guardrail_identifier = "gr1";
          }).starts_with("guardrail_identifier and guardrail_version"));
    CHECK(of([](auto& r) {
              r.guardrail_identifier = "GR";
              r.guardrail_version = "1";
          }).starts_with("guardrail_identifier must"));
    CHECK(of([](auto& r) {
              r.guardrail_identifier = "gr";
              r.guardrail_version = "01";
          }).starts_with("guardrail_version must"));
    CHECK(
        of([](auto& r) { r.request_metadata["a"] = "\xc3\xa9"; }).starts_with("request_metadata"));
    CHECK(of([](auto& r) {
              r.request_metadata["a"] = std::string(8500, 'x');
          }).starts_with("request_metadata"));

    runtime::invoke_model<bytes, bytes> large{"m", bytes{std::string(25'000'001, 'x')}};
    CHECK(refused(decltype(large)::send_form{large}) == "body must have at most 25,000,000 bytes");
    large.body = std::string(25'000'000, 'x');
    CHECK(refused(decltype(large)::send_form{large}) == "fine");
}

TEST_CASE("bedrock runtime: the models that the platform takes pass, by name and by ARN")
{
    for (char const* const good :
         {"m", "amazon.titan-text-lite-v1", "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
          "arn:aws:bedrock:us-east-1:123456789012:custom-model/a.b/abcdefghij12",
          "arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.titan-text-lite-v1",
          "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a:0",
          "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1",
          "arn:aws:sagemaker:us-east-1:123456789012:endpoint/My-endpoint",
          "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/meta.llama:1"})
        CHECK_MESSAGE(bedrock::is_runtime_model(good), good);
    CHECK(bedrock::is_runtime_model(std::string(2048, 'x')));
    CHECK_FALSE(bedrock::is_runtime_model(std::string(2049, 'x')));
    for (char const* const bad : {"", "a b", "a/b", "arn:", "arn:other:x", "arn:aws:", "\xc3\xa9"})
        CHECK_MESSAGE(!bedrock::is_runtime_model(bad), bad);
}

TEST_CASE("bedrock runtime: a conversation is refused by the name of the member that is wrong")
{
    auto const of = [](auto const& change) {
        auto request = asking();
        change(request);
        std::string const whole = refused(request);
        CHECK(refused(runtime::converse::stream_form{request}) == whole);
        return whole;
    };
    using runtime::converse;
    CHECK(of([](converse&) {}) == "fine");
    CHECK(of([](converse& r) {
              r.inference_config.emplace().max_tokens = 0;
          }).starts_with("inference_config.max_tokens"));
    CHECK(of([](converse& r) {
              r.inference_config.emplace().temperature = 1.5;
          }).starts_with("inference_config.temperature"));
    CHECK(of([](converse& r) {
              r.inference_config.emplace().top_p = -0.1;
          }).starts_with("inference_config.top_p"));
    CHECK(of([](converse& r) {
              r.inference_config.emplace().stop_sequences = {""};
          }).starts_with("inference_config.stop_sequences"));
    CHECK(of([](converse& r) { r.tool_config.emplace(); }).starts_with("tool_config.tools"));
    CHECK(of([](converse& r) {
              r.tool_config.emplace().tools.push_back(
                  runtime::tool_specification{"a b", boost::json::value{{"type", "object"}}});
          }).starts_with("the name of a tool"));
    CHECK(of([](converse& r) {
              r.messages[0].content.push_back(runtime::tool_use_block{"", "t", {}});
          }).starts_with("tool_use_id"));
    CHECK(of([](converse& r) {
              r.messages[0].content.push_back(runtime::document_block{"", std::string{"text"}});
          }).starts_with("the name of a document"));
    CHECK(of([](converse& r) { r.messages.emplace_back(); }).starts_with("the role of a message"));
    CHECK(of([](converse& r) { r.request_metadata["a"] = "{"; }).starts_with("request_metadata"));
    CHECK(of([](converse& r) {
              r.additional_model_response_field_paths.resize(11, "/a");
          }).starts_with("additional_model_response_field_paths"));
    CHECK(of([](converse& r) {
              r.guardrail_config.emplace("gr1", "");
          }).starts_with("guardrail_identifier and"));
    CHECK(of([](converse& r) {
              r.output_config.emplace().effort = "more than sixteen";
          }).starts_with("output_config.effort"));
    // A union that holds nothing is named by its place.
    auto empty = asking();
    empty.messages[0].content.emplace_back();
    auto const made = detail::encode_operation(empty);
    REQUIRE(made.has_error());
    CHECK(made.error().info().json_path == "$.messages[0].content[1]");
    auto mode = asking();
    mode.stream_processing_mode = runtime::stream_processing::async;
    CHECK(refused(runtime::converse::stream_form{mode}).starts_with("stream_processing_mode"));
}

TEST_CASE("bedrock runtime: a conversation is sent with all its members")
{
    auto request = asking();
    auto& tools = request.tool_config.emplace();
    tools.tools.push_back(runtime::tool_specification{"weather", {{"type", "object"}}});
    tools.tools.push_back(runtime::system_tool{"browser"});
    tools.tools.push_back(runtime::cache_point{});
    tools.tool_choice = runtime::tool_choice{runtime::auto_tool_choice{}};
    request.guardrail_config.emplace("gr1", "DRAFT").trace = runtime::guardrail_trace::enabled;
    request.prompt_variables["who"] = std::string{"you"};
    request.additional_model_response_field_paths = {"/stop_sequence"};
    request.request_metadata["team"] = "a b";
    request.performance_config = runtime::performance_config{runtime::latency::optimized};
    request.service_tier = runtime::service_tier{runtime::tier::standard};
    request.output_config.emplace().text_format =
        runtime::output_format{runtime::json_schema{"{}"}};
    auto const wanted = json(R"({
        "messages":[{"role":"user","content":[{"text":"hi"}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"weather",
                                            "inputSchema":{"json":{"type":"object"}}}},
                               {"systemTool":{"name":"browser"}},
                               {"cachePoint":{"type":"default"}}],
                      "toolChoice":{"auto":{}}},
        "promptVariables":{"who":{"text":"you"}},
        "additionalModelResponseFieldPaths":["/stop_sequence"],
        "requestMetadata":{"team":"a b"},
        "performanceConfig":{"latency":"optimized"},
        "serviceTier":{"type":"default"},
        "outputConfig":{"textFormat":{"type":"json_schema",
                                      "structure":{"jsonSchema":{"schema":"{}"}}}},
        "guardrailConfig":{"guardrailIdentifier":"gr1","guardrailVersion":"DRAFT",
                           "trace":"enabled"}})");
    CHECK(json(encode(request).body) == wanted);
    // The mode is of streams alone.
    request.stream_processing_mode = runtime::stream_processing::async;
    CHECK(json(encode(request).body) == wanted);
    auto streamed = wanted;
    streamed.at("guardrailConfig").as_object()["streamProcessingMode"] = "async";
    CHECK(json(encode_streamed(request).body) == streamed);
}

TEST_CASE("bedrock runtime: each kind of content stands on the wire as the platform has it")
{
    using runtime::content_block;
    auto const written = [](content_block const& block) {
        std::string out;
        REQUIRE(encode_json(block, out).has_value());
        // What is written is read again as the same.
        auto const read = decode_json<content_block>(out);
        REQUIRE(read.has_value());
        CHECK(read->name() == block.name());
        CHECK(read->unknown() == nullptr);
        std::string again;
        REQUIRE(encode_json(*read, again).has_value());
        CHECK(again == out);
        return json(out);
    };
    runtime::document_block document{"doc", bytes{"x"}};
    document.format = runtime::document_format::md;
    document.citations = runtime::citations_config{true};
    CHECK(written(document) == json(R"({"document":{"format":"md","name":"doc",
        "source":{"bytes":"eA=="},"citations":{"enabled":true}}})"));
    runtime::s3_location place{"s3://bucket/a.mp4"};
    place.bucket_owner = "123456789012";
    CHECK(written(runtime::video_block{runtime::video_format::three_gp, place}) ==
          json(R"({"video":{"format":"three_gp","source":{"s3Location":
               {"uri":"s3://bucket/a.mp4","bucketOwner":"123456789012"}}}})"));
    CHECK(written(runtime::audio_block{runtime::audio_format::x_aac, place})
              .at("audio")
              .at("format") == "x-aac");
    CHECK(written(runtime::tool_use_block{"t1", "weather", boost::json::object{}}) ==
          json(R"({"toolUse":{"toolUseId":"t1","name":"weather","input":{}}})"));
    runtime::tool_result_block answer{"t1", std::string{"rain"}};
    answer.status = runtime::tool_status::error;
    CHECK(written(answer) == json(R"({"toolResult":{"toolUseId":"t1",
        "content":[{"text":"rain"}],"status":"error"}})"));
    runtime::tool_result_block nothing;
    nothing.tool_use_id = "t1";
    CHECK(written(nothing) == json(R"({"toolResult":{"toolUseId":"t1","content":[]}})"));
    runtime::tool_result_block document_result{"t1", boost::json::value{{"a", 1}}};
    CHECK(written(document_result).at("toolResult").at("content") == json(R"([{"json":{"a":1}}])"));
    runtime::guarded_text guarded{"x"};
    guarded.qualifiers = {runtime::qualifier::query};
    CHECK(written(runtime::guard_content{guarded}) ==
          json(R"({"guardContent":{"text":{"text":"x","qualifiers":["query"]}}})"));
    runtime::reasoning_text thought;
    thought.text = "hm";
    thought.signature = "s";
    CHECK(written(runtime::reasoning_content{thought}) ==
          json(R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}})"));
    CHECK(written(runtime::reasoning_content{blob{"\xff"}}) ==
          json(R"({"reasoningContent":{"redactedContent":"/w=="}})"));
    runtime::citations_block cited;
    cited.content.emplace_back(std::string{"so it is"});
    auto& source = cited.citations.emplace_back();
    source.title = "t";
    runtime::document_span span;
    span.start = 1;
    span.end = 2;
    source.location.emplace().emplace<"document_page">(span);
    CHECK(written(cited) == json(R"({"citationsContent":{"content":[{"text":"so it is"}],
        "citations":[{"title":"t","location":{"documentPage":
                      {"documentIndex":0,"start":1,"end":2}}}]}})"));
    runtime::tool_addition_block more;
    more.tool.name = "weather";
    CHECK(written(more) == json(R"({"toolAddition":{"tool":{"name":"weather"}}})"));
    CHECK(content_block{cited}.text() == "so it is");
    CHECK(content_block{"plain"}.text() == "plain");
    CHECK(content_block{more}.text().empty());
}

TEST_CASE("bedrock runtime: asynchronous invocations are refused by the member that is wrong")
{
    auto const of = [](auto const& change) {
        runtime::start_async_invoke request{"m", boost::json::value{1},
                                            runtime::async_s3_output{"s3://bucket/out"}};
        change(request);
        return refused(request);
    };
    using runtime::start_async_invoke;
    CHECK(of([](start_async_invoke&) {}) == "fine");
    CHECK(of([](start_async_invoke& r) {
              r.model_id = std::string(257, 'x');
          }).starts_with("model_id"));
    CHECK(of([](start_async_invoke& r) { r.model_input = nullptr; }).starts_with("model_input"));
    CHECK(of([](start_async_invoke& r) {
              r.output_data_config = {};
          }).starts_with("output_data_config is empty"));
    CHECK(of([](start_async_invoke& r) {
              r.output_data_config = runtime::async_s3_output{"http://bucket"};
          }).starts_with("output_data_config: s3_uri"));
    CHECK(of([](start_async_invoke& r) {
              runtime::async_s3_output output{"s3://bucket/a key with blanks"};
              output.kms_key_id = "alias/k";
              r.output_data_config = output;
          }).starts_with("output_data_config: kms_key_id"));
    CHECK(of([](start_async_invoke& r) {
              r.client_request_token = "a b";
          }).starts_with("client_request_token"));
    CHECK(of([](start_async_invoke& r) { r.tags = {bedrock::tag{"{", ""}}; }).starts_with("tags"));
    CHECK(refused(runtime::get_async_invoke{"abcdefghij12"}).starts_with("invocation_arn"));
    runtime::list_async_invokes list;
    list.max_results = 1001;
    CHECK(refused(list).starts_with("max_results"));
    start_async_invoke const one{"m", boost::json::value{1}, runtime::async_output{}};
    start_async_invoke const two{"m", boost::json::value{1}, runtime::async_output{}};
    CHECK(one.client_request_token != two.client_request_token);
    start_async_invoke const copy{one};
    CHECK(copy.client_request_token == one.client_request_token);
}

TEST_CASE("bedrock runtime: guardrails, checks and counts are refused by the member that is wrong")
{
    runtime::apply_guardrail guard{"gr1", "1", runtime::guardrail_source::output};
    CHECK(refused(guard).starts_with("content must hold"));
    guard.content.push_back(runtime::guarded_image{runtime::guarded_format::png, bytes{"\1\2\3"}});
    guard.output_scope = runtime::output_scope::full;
    CHECK(json(encode(guard).body) == json(R"({"source":"OUTPUT","outputScope":"FULL",
                   "content":[{"image":{"format":"png","source":{"bytes":"AQID"}}}]})"));
    guard.guardrail_version = "";
    CHECK(refused(guard).starts_with("guardrail_identifier and guardrail_version"));

    runtime::guardrail_checks checks;
    std::vector<runtime::checked_message> const messages{{runtime::role::user, "x"}};
    CHECK(refused(runtime::invoke_guardrail_checks{messages, checks}).starts_with("checks must"));
    checks.content_filter.emplace();
    CHECK(refused(runtime::invoke_guardrail_checks{messages, checks})
              .starts_with("checks.content_filter"));
    checks.content_filter->categories = {{runtime::harm::hate}};
    checks.prompt_attack.emplace().categories = {{runtime::prompt_attack::jailbreak}};
    checks.sensitive_information.emplace().entities = {{runtime::pii_type::email}};
    CHECK(json(encode(runtime::invoke_guardrail_checks{messages, checks}).body) ==
          json(R"({"messages":[{"role":"user","content":[{"text":"x"}]}],
                   "checks":{"contentFilter":{"categories":[{"category":"HATE"}]},
                             "promptAttack":{"categories":[{"category":"JAILBREAK"}]},
                             "sensitiveInformation":{"entities":[{"type":"EMAIL"}]}}})"));
    CHECK(refused(runtime::invoke_guardrail_checks{{}, checks}).starts_with("messages must"));

    auto request = asking();
    request.system.push_back("s");
    request.inference_config.emplace().max_tokens = 5; // does not count
    CHECK(json(encode(runtime::count_tokens{request}).body) ==
          json(R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"hi"}]}],
                                        "system":[{"text":"s"}]}}})"));
    CHECK(refused(runtime::count_tokens{std::string(257, 'x'), runtime::counted_invocation{}})
              .starts_with("model_id"));
}
