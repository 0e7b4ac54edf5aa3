// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's runtime: the events of its two streams, how they end, and what they add up to.

#include <inferpp/bedrock.hpp>

#include <boost/json/serialize.hpp>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/aws_frames.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace runtime = bedrock::runtime;
using support::chunk_frame;
using support::error_frame;
using support::event_frame;
using support::exception_frame;
using unit::contains;

namespace {

/// The events of a stream that is fed in pieces, and how it ended.
template <class Decoder, class Event>
struct read_stream {
    explicit read_stream(std::string_view stream, std::size_t piece = static_cast<std::size_t>(-1),
                         std::size_t limit = 1UL << 20)
    {
        Decoder decoder{limit};
        do {
            std::string_view const next = stream.substr(0, piece);
            stream.remove_prefix(next.size());
            if (!decoder.feed(next))
                break;
            while (true) {
                auto event = decoder.next();
                if (!event) {
                    failed = event.error();
                    return;
                }
                if (!*event)
                    break;
                events.push_back(std::move(**event));
            }
        } while (!stream.empty());
        done = decoder.done();
        if (auto const whole = decoder.finish(); !whole)
            failed = whole.error();
    }

    std::vector<Event> events;
    error failed;
    bool done = false;
};

using conversation = read_stream<runtime::converse_decoder, runtime::converse_event>;
using chunks = read_stream<runtime::chunk_decoder<boost::json::value>,
                           runtime::model_chunk<boost::json::value>>;

std::string delta(int index, std::string_view what)
{
    return event_frame("contentBlockDelta", R"({"contentBlockIndex":)" + std::to_string(index) +
                                                R"(,"delta":)" + std::string{what} +
                                                R"(,"p":"abc"})");
}

std::string start(int index, std::string_view what)
{
    return event_frame("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) +
                                                R"(,"start":)" + std::string{what} + '}');
}

std::string const begin = event_frame("messageStart", R"({"role":"assistant","p":"abcdef"})");
std::string const stop = event_frame("messageStop", R"({"stopReason":"end_turn"})");
std::string const metadata = event_frame("metadata", R"({"usage":{"inputTokens":3,"outputTokens":2,
    "totalTokens":5,"cacheReadInputTokens":1},"metrics":{"latencyMs":47}})");
std::string const hello = begin + delta(0, R"({"text":"Hel"})") + delta(0, R"({"text":"lo"})") +
                          event_frame("contentBlockStop", R"({"contentBlockIndex":0})");

boost::json::value json_of(runtime::content_block const& block)
{
    std::string out;
    REQUIRE(encode_json(block, out).has_value());
    return parse_json(out).value();
}

boost::json::value json(std::string_view text)
{
    auto const parsed = parse_json(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

runtime::converse_answer folded(std::string_view stream)
{
    conversation const read{stream};
    if (read.failed.code())
        FAIL(read.failed.what());
    runtime::converse_fold whole;
    for (auto const& event : read.events)
        REQUIRE(whole.add(event).has_value());
    auto const answer = whole.answer();
    if (answer.has_error())
        FAIL(answer.error().what());
    return *answer;
}

} // namespace

TEST_CASE("bedrock runtime: a conversation's events are typed, however the stream is cut")
{
    std::string const stream = hello + stop + metadata;
    for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
        conversation const read{stream, piece};
        CHECK_FALSE(read.failed.code());
        CHECK(read.done);
        REQUIRE(read.events.size() == 6);
        CHECK(read.events[0].get_if<"message_start">()->role == runtime::role::assistant);
        std::string text;
        for (auto const& event : read.events)
            text += event.text();
        CHECK(text == "Hello");
        CHECK(read.events[3].get_if<"content_block_stop">() != nullptr);
        CHECK(read.events[4].get_if<"message_stop">()->stop_reason ==
              runtime::stop_reason::end_turn);
        auto const* const told = read.events[5].get_if<"metadata">();
        REQUIRE(told != nullptr);
        CHECK(told->usage.total_tokens == 5);
        CHECK(told->usage.cache_read_input_tokens == 1);
        CHECK(told->metrics.latency == 47ms);
    }
}

TEST_CASE("bedrock runtime: an event of a later version is kept")
{
    conversation const read{begin + event_frame("laterEvent", R"({"a":1})") + stop + metadata};
    CHECK_FALSE(read.failed.code());
    REQUIRE(read.events.size() == 4);
    REQUIRE(read.events[1].unknown() != nullptr);
    CHECK(read.events[1].name() == "laterEvent");
    CHECK(read.events[1].unknown()->value.at("a") == 1);
    conversation const inner{begin + delta(0, R"({"later":{"b":2}})") + stop + metadata};
    REQUIRE(inner.events.size() == 4);
    CHECK(inner.events[1].get_if<"content_block_delta">()->delta.name() == "later");
    CHECK(inner.events[1].text().empty());
}

TEST_CASE("bedrock runtime: a conversation without its last events is truncated")
{
    auto const end_of = [](std::string const& stream) { return conversation{stream}.failed; };
    CHECK(end_of("") == errc::stream_truncated);
    CHECK(end_of(hello) == errc::stream_truncated);
    CHECK(contains(end_of(hello).what(), "messageStop"));
    CHECK(end_of(hello + stop) == errc::stream_truncated);
    CHECK(contains(end_of(hello + stop).what(), "metadata"));
    CHECK(end_of(hello + metadata) == errc::stream_truncated);
    std::string const whole = hello + stop + metadata;
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(end_of(whole.substr(0, size)) == errc::stream_truncated);
    CHECK_FALSE(end_of(whole).code());
}

TEST_CASE("bedrock runtime: an exception in a stream is the error that a request would get")
{
    struct row {
        char const* member;
        char const* type;
        condition means;
        int status;
    };
    for (row const& each : {
             row{"throttlingException", "ThrottlingException", condition::rate_limited, 429},
             row{"modelTimeoutException", "ModelTimeoutException", condition::timeout, 408},
             row{"validationException", "ValidationException", condition::invalid_argument, 400},
             row{"internalServerException", "InternalServerException", condition::overloaded, 500},
             row{"serviceUnavailableException", "ServiceUnavailableException",
                 condition::overloaded, 503},
             row{"modelStreamErrorException", "ModelStreamErrorException", condition::overloaded,
                 500},
             row{"ServiceQuotaExceededException", "ServiceQuotaExceededException",
                 condition::rate_limited, 429},
             row{"laterException", "LaterException", condition::overloaded, 500},
         }) {
        CAPTURE(std::string{each.type});
        std::string const told = exception_frame(
            each.member, R"({"message":"no","originalStatusCode":503,"originalMessage":"x"})");
        auto const in_talk = conversation{hello + told}.failed;
        auto const in_chunks = chunks{chunk_frame("1") + told}.failed;
        for (error const& e : {in_talk, in_chunks}) {
            CHECK(e == each.means);
            CHECK(e.code() == error_code{each.status, http_category()});
            CHECK(e.info().server_code == each.type);
            CHECK(e.info().server_message == "no");
            CHECK(e.info().sent == sent_state::yes);
            CHECK(json(e.info().server_details).at("originalStatusCode") == 503);
        }
    }
    auto const failed = conversation{error_frame("InternalError", "oops")}.failed;
    CHECK(failed == condition::overloaded);
    CHECK(failed.info().server_code == "InternalError");
    CHECK(failed.info().server_message == "oops");
    CHECK(chunks{error_frame("ThrottlingException", "slow")}.failed == condition::rate_limited);
    // What is no JSON is the message as it is.
    auto const plain = chunks{exception_frame("laterException", "plain \x01 text")}.failed;
    CHECK(plain.info().server_message == "plain \x01 text");
    // The words of a server are bounded.
    auto const large = chunks{exception_frame(std::string(10'000, 'x'), std::string(100'000, 'y'))};
    CHECK(large.failed.info().server_message.size() == 4096);
    CHECK(large.failed.info().server_code.size() == 256);
    CHECK(large.failed.info().server_details.empty());
}

TEST_CASE("bedrock runtime: a damaged stream ends in a typed error")
{
    std::string damaged = hello + stop + metadata;
    damaged[hello.size() + 20] = static_cast<char>(damaged[hello.size() + 20] ^ 1);
    conversation const read{damaged};
    CHECK(read.failed == errc::bad_content);
    CHECK(read.events.size() == 4); // those before it are given
    CHECK(conversation{event_frame("messageStart", "{")}.failed == errc::bad_json);
    CHECK(conversation{event_frame("messageStart", "[]")}.failed == errc::bad_schema);
    CHECK(conversation{event_frame("messageStart", R"({"role":1})")}.failed == errc::bad_schema);
    CHECK(conversation{event_frame("", "{}")}.failed == errc::bad_content);
    CHECK(conversation{support::frame({}, "{}")}.failed == errc::bad_content);
    CHECK(conversation{event_frame("__type", "{}")}.failed == errc::bad_schema);
    CHECK(conversation{delta(0, R"({"text":"a","toolUse":{"input":""}})")}.failed ==
          errc::bad_schema);
    conversation const large{event_frame("messageStart", std::string(100, ' ')), 1000, 50};
    CHECK(large.failed == errc::event_too_large);
    CHECK(chunks{event_frame("chunk", "{}")}.failed == errc::bad_json); // no bytes are no JSON
    CHECK(chunks{event_frame("chunk", R"({"bytes":"?"})")}.failed == errc::bad_schema);
    CHECK(chunks{event_frame("chunk", R"({"bytes":1})")}.failed == errc::bad_schema);
}

TEST_CASE("bedrock runtime: whatever bytes come, a stream ends")
{
    std::string const good = hello + stop + metadata;
    std::mt19937 random{7};
    for (int round = 0; round < 2000; ++round) {
        std::string bad = good;
        for (int i = 0; i < 3; ++i)
            bad[random() % bad.size()] = static_cast<char>(random());
        bad.resize(random() % (bad.size() + 1));
        conversation const read{bad, 1 + random() % 64};
        CHECK((read.failed.code() || read.done));
    }
}

TEST_CASE("bedrock runtime: the chunks of an invocation are the model's own JSON")
{
    std::string const last = R"({"type":"stop","amazon-bedrock-invocationMetrics":
        {"inputTokenCount":9,"outputTokenCount":4,"invocationLatency":310,"firstByteLatency":90}})";
    chunks const read{
        chunk_frame(R"({"delta":"a"})") + event_frame("later", "{}") + chunk_frame(last), 5};
    CHECK_FALSE(read.failed.code());
    REQUIRE(read.events.size() == 2);
    CHECK(read.events[0].body.at("delta") == "a");
    CHECK_FALSE(read.events[0].metrics);
    REQUIRE(read.events[1].metrics);
    CHECK(read.events[1].metrics->input_token_count == 9);
    CHECK(read.events[1].metrics->invocation_latency == 310ms);
    CHECK(chunks{chunk_frame("{}").substr(0, 30)}.failed == errc::stream_truncated);
    // As the platform allows, and more than an event may have by itself.
    std::string const largest = '"' + std::string(999'998, 'x') + '"';
    chunks const large{chunk_frame(largest)};
    CHECK_FALSE(large.failed.code());
    REQUIRE(large.events.size() == 1);
    CHECK(large.events[0].body.as_string().size() == 999'998);
    using raw = read_stream<runtime::chunk_decoder<bytes>, runtime::model_chunk<bytes>>;
    raw const binary{chunk_frame("\xff\x01")};
    REQUIRE(binary.events.size() == 1);
    CHECK(binary.events[0].body == bytes{"\xff\x01"});
}

TEST_CASE("bedrock runtime: a chunk that was recorded from the platform is read")
{
    auto const path = unit::shared_path("vectors/eventstream-vectors/bedrock-chunk-recorded.bin");
    if (path.empty())
        return;
    chunks const read{unit::read_file(path), 7};
    CHECK_FALSE(read.failed.code());
    REQUIRE(read.events.size() == 1);
    CHECK(read.events[0].body.at("choices").at(0).at("delta").at("role") == "assistant");
}

TEST_CASE("bedrock runtime: the events add up to the answer")
{
    auto const plain = folded(hello + stop + metadata);
    CHECK(plain.text() == "Hello");
    CHECK(plain.message()->role == runtime::role::assistant);
    CHECK(plain.stop_reason == runtime::stop_reason::end_turn);
    CHECK(plain.usage.input_tokens == 3);

    auto const tools = folded(
        begin + delta(0, R"({"reasoningContent":{"text":"hm"}})") +
        delta(0, R"({"reasoningContent":{"text":"m"}})") +
        delta(0, R"({"reasoningContent":{"signature":"sig"}})") +
        delta(1, R"({"text":"I look."})") +
        start(2, R"({"toolUse":{"toolUseId":"t1","name":"weather"}})") +
        delta(2, R"({"toolUse":{"input":"{\"city\":"}})") +
        delta(2, R"({"toolUse":{"input":"\"Oslo\"}"}})") +
        start(3, R"({"toolUse":{"toolUseId":"t2","name":"clock","type":"server_tool_use"}})") +
        start(4, R"({"toolResult":{"toolUseId":"t2","status":"success"}})") +
        delta(4, R"({"toolResult":[{"text":"it is "},{"text":"noon"},{"json":{"h":12}}]})") +
        event_frame("messageStop", R"({"stopReason":"tool_use",
            "additionalModelResponseFields":{"x":1}})") +
        metadata);
    auto const& blocks = tools.message()->content;
    REQUIRE(blocks.size() == 5);
    CHECK(json_of(blocks[0]) ==
          json(R"({"reasoningContent":{"reasoningText":{"text":"hmm","signature":"sig"}}})"));
    CHECK(json_of(blocks[1]) == json(R"({"text":"I look."})"));
    CHECK(json_of(blocks[2]) ==
          json(R"({"toolUse":{"toolUseId":"t1","name":"weather","input":{"city":"Oslo"}}})"));
    CHECK(json_of(blocks[3]) == json(R"({"toolUse":{"toolUseId":"t2","name":"clock","input":{},
                                          "type":"server_tool_use"}})"));
    CHECK(json_of(blocks[4]) == json(R"({"toolResult":{"toolUseId":"t2","status":"success",
        "content":[{"text":"it is noon"},{"json":{"h":12}}]}})"));
    CHECK(tools.stop_reason == runtime::stop_reason::tool_use);
    CHECK(tools.additional_model_response_fields.at("x") == 1);
    CHECK(tools.text() == "I look.");

    auto const others =
        folded(begin + delta(0, R"({"text":"So"})") +
               delta(0, R"({"citation":{"title":"t","sourceContent":[{"text":"so"}],
                     "location":{"web":{"url":"u"}}}})") +
               delta(1, R"({"reasoningContent":{"redactedContent":"/w=="}})") +
               delta(1, R"({"reasoningContent":{"redactedContent":"/g=="}})") +
               start(2, R"({"image":{"format":"png"}})") +
               delta(2, R"({"image":{"source":{"bytes":"AQ=="}}})") +
               delta(2, R"({"image":{"source":{"bytes":"Ag=="}}})") + stop + metadata);
    auto const& more = others.message()->content;
    REQUIRE(more.size() == 3);
    CHECK(json_of(more[0]) == json(R"({"citationsContent":{"content":[{"text":"So"}],
        "citations":[{"title":"t","sourceContent":[{"text":"so"}],
                      "location":{"web":{"url":"u","domain":""}}}]}})"));
    CHECK(json_of(more[1]) == json(R"({"reasoningContent":{"redactedContent":"//4="}})"));
    CHECK(json_of(more[2]) == json(R"({"image":{"format":"png","source":{"bytes":"AQI="}}})"));
}

TEST_CASE("bedrock runtime: what has come of a broken stream can be had, within a limit")
{
    runtime::converse_fold part;
    for (auto const& event : conversation{hello}.events)
        REQUIRE(part.add(event).has_value());
    CHECK(part.answer().value().text() == "Hello");
    CHECK(part.answer().value().stop_reason.text().empty());

    runtime::converse_fold half;
    for (auto const& event :
         conversation{begin + start(7, R"({"toolUse":{"toolUseId":"t1","name":"weather"}})") +
                      delta(7, R"({"toolUse":{"input":"{\"city\":"}})")}
             .events)
        REQUIRE(half.add(event).has_value());
    auto const unread = half.answer();
    REQUIRE(unread.has_error());
    CHECK(unread.error() == errc::bad_json);
    CHECK(unread.error().info().json_path == "$.output.message.content[7]");

    runtime::converse_fold small{4096};
    result<void> added;
    int count = 0;
    auto const word = conversation{delta(0, R"({"text":"word"})")}.events.at(0);
    while ((added = small.add(word)))
        ++count;
    CHECK(added.error() == errc::body_too_large);
    CHECK(count > 10);
    CHECK(small.answer().value().text().size() == 4 * static_cast<std::size_t>(count));
}

TEST_CASE("bedrock runtime: answers are read with their headers, traces and unknown members")
{
    auto const answer = decode_json<runtime::converse_answer>(R"({
        "output":{"message":{"role":"assistant","content":[{"text":"a"},{"later":{}}]}},
        "stopReason":"a_later_reason","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,
          "cacheDetails":[{"ttl":"5m","inputTokens":1}]},
        "metrics":{"latencyMs":5},"later":true,
        "trace":{"promptRouter":{"invokedModelId":"m"},"guardrail":{"modelOutput":["x"],
          "inputAssessment":{"gr1":{"topicPolicy":{"topics":[
             {"name":"banks","type":"DENY","action":"BLOCKED","detected":true}]},
             "sensitiveInformationPolicy":{"piiEntities":[
                {"match":"a@b","type":"EMAIL","action":"ANONYMIZED"}],"regexes":[]},
             "automatedReasoningPolicy":{"findings":[
                {"valid":{"supportingRules":[{"identifier":"abc"}]}},{"tooComplex":{}}]},
             "invocationMetrics":{"guardrailProcessingLatency":12,
                "guardrailCoverage":{"textCharacters":{"guarded":3,"total":4}}}}},
          "outputAssessments":{"gr1":[{"contentPolicy":{"filters":[
             {"type":"HATE","confidence":"HIGH","action":"NONE"}]}}]}}}})");
    if (answer.has_error())
        FAIL(answer.error().what());
    CHECK(answer->text() == "a");
    CHECK(answer->message()->content[1].name() == "later");
    CHECK(answer->stop_reason == runtime::stop_reason::unknown);
    CHECK(answer->stop_reason.text() == "a_later_reason");
    CHECK(answer->usage.cache_details.at(0).ttl == "5m");
    CHECK(answer->more.values.at("later") == true);
    auto const& guard = *answer->trace->guardrail;
    auto const& input = guard.input_assessment.at("gr1");
    CHECK(input.topic_policy->topics.at(0).action == runtime::filter_action::blocked);
    CHECK(input.sensitive_information_policy->pii_entities.at(0).type == runtime::pii_type::email);
    auto const& findings = input.automated_reasoning_policy->findings;
    CHECK(findings.at(0).get_if<"valid">()->supporting_rules.at(0).identifier == "abc");
    CHECK(findings.at(1).get_if<"too_complex">() != nullptr);
    CHECK(input.invocation_metrics->guardrail_processing_latency == 12ms);
    CHECK(input.invocation_metrics->guardrail_coverage->text_characters->total == 4);
    CHECK(guard.output_assessments.at("gr1").at(0).content_policy->filters.at(0).confidence ==
          runtime::filter_strength::high);
    CHECK(decode_json<runtime::converse_answer>("{}").error() == errc::bad_schema);

    http::response raw;
    raw.status = 200;
    raw.body = R"({"a":1})";
    raw.headers.add("Content-Type", "application/json");
    raw.headers.add("X-Amzn-Bedrock-Input-Token-Count", "12");
    raw.headers.add("X-Amzn-Bedrock-Output-Token-Count", "many");
    raw.headers.add("X-Amzn-Bedrock-Invocation-Latency", "345");
    raw.headers.add("X-Amzn-Bedrock-Service-Tier", "flex");
    raw.headers.add("x-amzn-RequestId", "r-1");
    auto const invoked = runtime::model_answer<boost::json::value>::decode(http::response{raw});
    REQUIRE(invoked.has_value());
    CHECK(invoked->body.at("a") == 1);
    CHECK(invoked->input_tokens == 12);
    CHECK_FALSE(invoked->output_tokens);
    CHECK(invoked->invocation_latency == 345ms);
    CHECK(*invoked->service_tier == runtime::tier::flex);
    CHECK(invoked->request_id == "r-1");
    auto const as_bytes = runtime::model_answer<bytes>::decode(std::move(raw));
    CHECK(as_bytes->body == bytes{R"({"a":1})"});
}
