// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's runtime, client against simulator.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/bedrock_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace runtime = bedrock::runtime;
using support::contains;
using world = support::bedrocking::runtime_world;
using reply = testing::bedrock_model_reply;
using model_call = testing::bedrock_model_call;
using fault = testing::bedrock_stream_fault;

namespace {

constexpr char const* haiku = "anthropic.claude-3-haiku-20240307-v1:0";

testing::bedrock_runtime_simulator_options answering(reply with, std::size_t piece_size = 0)
{
    testing::bedrock_runtime_simulator_options options;
    options.model = [with](model_call const&) { return with; };
    options.piece_size = piece_size;
    return options;
}

reply saying(std::string_view text, fault wrong = {})
{
    auto made = reply::says(text);
    made.fault = std::move(wrong);
    return made;
}

// All events, and how the stream ended.
template <class Event>
struct heard {
    std::vector<Event> events;
    error failed;
    std::string text;
};

asio::awaitable<heard<runtime::converse_event>> listen(runtime::client client,
                                                       runtime::converse request)
{
    heard<runtime::converse_event> all;
    try {
        auto stream = co_await client.stream(request);
        while (auto event = co_await stream.next()) {
            all.text += event->text();
            all.events.push_back(std::move(*event));
        }
    }
    catch (failure const& e) {
        all.failed = e.error();
    }
    co_return all;
}

heard<runtime::converse_event> hear(world& here)
{
    runtime::converse const request{haiku, "Say something"};
    return here.run(listen(here.client(), request));
}

} // namespace

TEST_CASE("bedrock runtime: a conversation goes on for as long as it is asked")
{
    testing::bedrock_runtime_simulator_options with;
    with.model = [](model_call const& asked) {
        auto const turn = asked.body.at("messages").as_array().size();
        return reply::says(asked.last_text() + " to you " + std::to_string(turn));
    };
    world here{std::move(with)};
    auto const client = here.client();
    runtime::converse request{haiku, "Hello"};
    request.system.push_back("Be brief.");
    request.inference_config.emplace().max_tokens = 100;
    auto const first = here.run(client.send(request));
    CHECK(first.text() == "Hello to you 1");
    CHECK(first.stop_reason == runtime::stop_reason::end_turn);
    CHECK(first.usage.output_tokens == 4);
    CHECK(first.usage.total_tokens == first.usage.input_tokens + 4);
    request.messages.push_back(*first.message());
    request.messages.emplace_back(runtime::role::user, "And");
    CHECK(here.run(client.send(request)).text() == "And to you 3");
    CHECK(here.simulator->calls() == 2);
}

TEST_CASE("bedrock runtime: the stream of a conversation adds up to what it would be unstreamed")
{
    auto with = reply::says("I look that up.");
    with.content.insert(
        with.content.begin(),
        boost::json::object{
            {"reasoningContent",
             {{"reasoningText", {{"text", "The weather, then."}, {"signature", "sig"}}}}}});
    with.content.push_back(boost::json::object{
        {"toolUse",
         {{"toolUseId", "t1"}, {"name", "weather"}, {"input", {{"city", "Oslo"}, {"day", 2}}}}}});
    with.stop_reason = "tool_use";
    for (std::size_t const piece : {std::size_t{0}, std::size_t{7}}) {
        world here{answering(with, piece)};
        auto const client = here.client();
        runtime::converse const request{haiku, "How is the weather?"};
        auto const whole = here.run(client.send(request));
        auto stream = here.run(client.stream(request));
        auto const folded = here.run(runtime::collect(std::move(stream)));
        std::string one;
        std::string two;
        REQUIRE(encode_json(*whole.message(), one).has_value());
        REQUIRE(encode_json(*folded.message(), two).has_value());
        CHECK(one == two);
        CHECK(contains(one, R"("input":{"city":"Oslo","day":2})"));
        CHECK(folded.stop_reason == runtime::stop_reason::tool_use);
        CHECK(folded.usage.total_tokens == whole.usage.total_tokens);
        // The connection is used again: the stream was read to its end.
        CHECK(here.simulator->connections() == 1);
    }
}

TEST_CASE("bedrock runtime: a tool's answer goes back to the model")
{
    testing::bedrock_runtime_simulator_options with;
    with.model = [](model_call const& asked) {
        auto const& last = asked.body.at("messages").as_array().back().at("content").at(0);
        if (auto const* const told = last.as_object().if_contains("toolResult"))
            return reply::says(told->at("content").at(0).at("json").at("sky").as_string());
        auto made = reply{};
        made.content.push_back(boost::json::object{
            {"toolUse",
             {{"toolUseId", "t1"}, {"name", "weather"}, {"input", {{"city", "Oslo"}}}}}});
        made.stop_reason = "tool_use";
        return made;
    };
    world here{std::move(with)};
    auto const client = here.client();
    runtime::converse request{haiku, "How is the weather?"};
    runtime::tool_specification weather{"weather", boost::json::value{{"type", "object"}}};
    weather.description = "The weather of a city";
    request.tool_config.emplace().tools.push_back(weather);
    auto const asks = here.run(client.send(request));
    REQUIRE(asks.stop_reason == runtime::stop_reason::tool_use);
    auto const* const use = asks.message()->content.at(0).get_if<"tool_use">();
    REQUIRE(use != nullptr);
    CHECK(use->input.at("city") == "Oslo");
    request.messages.push_back(*asks.message());
    runtime::message result;
    result.role = runtime::role::user;
    result.content.push_back(
        runtime::tool_result_block{use->tool_use_id, boost::json::value{{"sky", "blue"}}});
    request.messages.push_back(result);
    CHECK(here.run(client.send(request)).text() == "blue");
}

TEST_CASE("bedrock runtime: a stream that breaks ends in a typed error behind what has come")
{
    using kind = fault::kind;
    auto const heard_with = [](fault wrong, std::size_t piece_size = 0) {
        world here{answering(saying("one two three four", std::move(wrong)), piece_size)};
        return hear(here);
    };
    auto const fine = heard_with({}, 7);
    CHECK_FALSE(fine.failed.code());
    CHECK(fine.text == "one two three four");

    // After the start and two words.
    auto const slow = heard_with({kind::exception, 3, "throttlingException", "Slow down"});
    CHECK(slow.failed == condition::rate_limited);
    CHECK(slow.failed.info().server_code == "ThrottlingException");
    CHECK(slow.failed.info().server_message == "Slow down");
    CHECK(slow.failed.info().provider == "bedrock_runtime");
    CHECK(slow.failed.info().operation == "converse_stream");
    CHECK(slow.text == "one two");
    auto const oops = heard_with({kind::error, 3, "InternalError", "oops"});
    CHECK(oops.failed == condition::overloaded);
    CHECK(oops.text == "one two");
    auto const damaged = heard_with({kind::damage, 3});
    CHECK(damaged.failed == errc::bad_content);
    CHECK(damaged.text == "one two");
    auto const cut = heard_with({kind::cut, 3}, 7);
    CHECK(cut.failed == errc::stream_truncated);
    CHECK(cut.text == "one two");
    // The body is complete, the message is not, or what it has cost is missing: the last is the
    // eighth event.
    for (std::size_t const after :
         {std::size_t{0}, std::size_t{3}, std::size_t{6}, std::size_t{7}}) {
        CAPTURE(after);
        CHECK(heard_with({kind::end, after}).failed == errc::stream_truncated);
    }
    auto const later = heard_with({kind::unknown, 3});
    CHECK_FALSE(later.failed.code());
    CHECK(later.text == "one two three four");
    CHECK(later.events.at(3).name() == "laterEvent");
}

TEST_CASE("bedrock runtime: a stream that is cut after any of its bytes is truncated")
{
    std::size_t whole = 0;
    for (std::size_t cut = 150; whole == 0; cut += 13) {
        world here{answering(saying("one two"))};
        testing::fault broken;
        broken.cut_after = cut;
        here.simulator->inject(broken);
        auto const got = hear(here);
        CAPTURE(cut);
        if (!got.failed.code())
            whole = cut;
        else if (!got.events.empty())
            CHECK(got.failed == errc::stream_truncated);
        else // within the header nobody knows whether it was billed
            CHECK((got.failed == errc::stream_truncated || got.failed == errc::unknown_outcome));
        CHECK(here.simulator->count("POST", "/model/") == 1);
        REQUIRE(cut < 5'000);
    }
    CHECK(whole > 500);
}

TEST_CASE("bedrock runtime: a model that falls silent ends the wait, not the program")
{
    world here{answering(saying("one two", {fault::kind::stall, 2}))};
    here.options.limits.idle = 50ms;
    auto const got = hear(here);
    CHECK(got.failed == errc::idle_timeout);
    CHECK(got.text == "one");
}

TEST_CASE("bedrock runtime: a conversation that is cancelled lets its connection go")
{
    world here{answering(saying("one two", {fault::kind::stall, 2}))};
    runtime::converse const request{haiku, "Say something"};
    support::started<heard<runtime::converse_event>> work{here.context,
                                                          listen(here.client(), request)};
    support::run_until(here.context, [&] { return here.simulator->streams_in_progress() == 1; });
    work.cancel();
    auto const got = work.finish();
    REQUIRE(got.has_value());
    CHECK(got->failed == condition::cancelled);
    support::run_until(here.context, [&] { return here.simulator->streams_in_progress() == 0; });
    CHECK(here.simulator->calls() == 1);
}

TEST_CASE("bedrock runtime: an invocation speaks the model's own language")
{
    world here;
    auto const client = here.client();
    runtime::invoke_model request{haiku, boost::json::value{{"prompt", "h\xc3\xa9 you"}}};
    request.service_tier = runtime::tier::flex;
    auto const answer = here.run(client.send(request));
    CHECK(answer.body.at("prompt") == "h\xc3\xa9 you");
    CHECK(answer.content_type == "application/json");
    CHECK(answer.input_tokens == 2);
    CHECK(answer.invocation_latency == 10ms);
    CHECK(*answer.service_tier == runtime::tier::flex);
    CHECK_FALSE(answer.request_id.empty());

    auto stream = here.run(client.stream(request));
    auto const chunks = here.run(stream.collect(10));
    REQUIRE(chunks.size() == 1);
    CHECK(chunks[0].body.at("prompt") == "h\xc3\xa9 you");
    REQUIRE(chunks[0].metrics);
    CHECK(chunks[0].metrics->input_token_count == 2);

    runtime::invoke_model<bytes, bytes> const raw{haiku, bytes{"[1,2]"}};
    CHECK(here.run(client.send(raw)).body == bytes{"[1,2]"});
    // The platform reads the body, and refuses what is no JSON.
    runtime::invoke_model<bytes, bytes> const broken{haiku, bytes{"[1,"}};
    CHECK(here.error_of(client.send(broken)) == condition::invalid_argument);
}

namespace {

struct titan_request {
    titan_request() = default;
    explicit titan_request(std::string text) : input_text(std::move(text)) {}
    std::string input_text;
};
BOOST_DESCRIBE_STRUCT(titan_request, (), (input_text))
constexpr json_rules json_rules_of(titan_request const*) noexcept
{
    return json_rules{naming::camel_case};
}

struct titan_piece {
    titan_piece() = default;
    std::string output_text;
};
BOOST_DESCRIBE_STRUCT(titan_piece, (), (output_text))
constexpr json_rules json_rules_of(titan_piece const*) noexcept
{
    return json_rules{naming::camel_case};
}

} // namespace

TEST_CASE("bedrock runtime: an invocation takes and gives types of the program's own")
{
    auto with = reply::invoked({{"outputText", "all of it"}});
    with.chunks = {{{"outputText", "all"}}, {{"outputText", " of it"}}};
    world here{answering(with, 5)};
    auto const client = here.client();
    runtime::invoke_model<titan_request, titan_piece> const request{"amazon.titan-text-lite-v1",
                                                                    titan_request{"Hello"}};
    CHECK(here.run(client.send(request)).body.output_text == "all of it");
    CHECK(contains(here.simulator->ledger().back().request.body, R"({"inputText":"Hello"})"));
    auto stream = here.run(client.stream(request));
    std::string text;
    std::size_t with_metrics = 0;
    while (auto const chunk = here.run(stream.next())) {
        text += chunk->body.output_text;
        with_metrics += chunk->metrics.has_value();
    }
    CHECK(text == "all of it");
    CHECK(with_metrics == 1);
}

TEST_CASE("bedrock runtime: a stream of chunks that is cut is truncated, one that ends has ended")
{
    auto with = reply::invoked(nullptr);
    with.chunks = {{{"a", 1}}, {{"a", 2}}};
    using kind = fault::kind;
    auto const end_of = [&with](fault wrong) {
        auto broken = with;
        broken.fault = std::move(wrong);
        world here{answering(broken)};
        runtime::invoke_model const request{haiku, boost::json::value{{"x", 1}}};
        auto stream = here.run(here.client().stream(request));
        return here.error_of(stream.collect(10));
    };
    CHECK(end_of({kind::cut, 1}) == errc::stream_truncated);
    CHECK(end_of({kind::damage, 1}) == errc::bad_content);
    CHECK(end_of({kind::exception, 1, "modelStreamErrorException", "no"}) == condition::overloaded);
    CHECK(end_of({kind::exception, 1, "modelTimeoutException", "late"}) == condition::timeout);
}

TEST_CASE("bedrock runtime: each refusal is told as what it is, and repeated only where that helps")
{
    struct row {
        int status;
        char const* type;
        condition means;
        std::size_t attempts;
    };
    for (row const& each : {
             row{429, "ThrottlingException", condition::rate_limited, 3},
             row{429, "ModelNotReadyException", condition::rate_limited, 3},
             row{503, "ServiceUnavailableException", condition::overloaded, 3},
             row{500, "InternalServerException", condition::overloaded, 1},
             row{408, "ModelTimeoutException", condition::timeout, 1},
             row{424, "ModelErrorException", condition::overloaded, 1},
             row{400, "ValidationException", condition::invalid_argument, 1},
             row{400, "ServiceQuotaExceededException", condition::rate_limited, 1},
             row{403, "AccessDeniedException", condition::forbidden, 1},
             row{404, "ResourceNotFoundException", condition::not_found, 1},
         }) {
        CAPTURE(std::string{each.type});
        world here{answering(reply::refuses(each.status, each.type, "no"))};
        auto const client = here.client();
        runtime::converse const talk{haiku, "Hello"};
        runtime::invoke_model const invoke{haiku, boost::json::value{{"x", 1}}};
        auto const check = [&](error const& failed) {
            CHECK(failed == each.means);
            CHECK(failed.info().server_code == each.type);
            CHECK(failed.info().server_message == "no");
            CHECK(failed.info().http_status == each.status);
        };
        check(here.error_of(client.send(talk)));
        CHECK(here.simulator->ledger().size() == each.attempts);
        check(here.error_of(client.send(invoke)));
        check(here.run(listen(client, talk)).failed); // before its first event
        CHECK(here.simulator->calls() == 0);
    }
}

TEST_CASE("bedrock runtime: a call that may have been billed is not made again")
{
    for (bool const streamed : {false, true}) {
        world here;
        testing::fault lost;
        lost.cut_after = 0;
        here.simulator->inject(lost);
        runtime::converse const request{haiku, "Hello"};
        auto const failed = streamed ? here.run(listen(here.client(), request)).failed
                                     : here.error_of(here.client().send(request));
        CHECK(failed == errc::unknown_outcome);
        CHECK(here.simulator->calls() == 1);
        CHECK(here.simulator->ledger().size() == 1);
    }
}

TEST_CASE("bedrock runtime: without the right key nothing is answered")
{
    world here;
    here.options.credentials =
        bedrock::static_credentials(bedrock::credentials{"test", secret{"other"}});
    runtime::converse const request{haiku, "Hello"};
    auto const wrong = here.error_of(here.client().send(request));
    CHECK(wrong == condition::unauthorized);
    CHECK(wrong.info().server_code == "InvalidSignatureException");
    here.options.credentials.reset();
    here.options.bearer_key = secret{"a key"};
    CHECK(here.error_of(here.client().send(request)) == condition::forbidden);

    testing::bedrock_runtime_simulator_options with;
    with.bearer_key = "a key";
    world open{std::move(with)};
    open.options.credentials.reset();
    open.options.bearer_key = secret{"a key"};
    CHECK(open.run(open.client().send(request)).text() == "Hello");
    CHECK(hear(open).text == "Say something");
}

TEST_CASE("bedrock runtime: an asynchronous invocation is a job")
{
    world here;
    auto const client = here.client();
    runtime::start_async_invoke request{"amazon.nova-reel-v1:0",
                                        boost::json::value{{"taskType", "TEXT_VIDEO"}},
                                        runtime::async_s3_output{"s3://bucket/videos"}};
    request.tags = {bedrock::tag{"team", "research"}};
    auto const job = here.run(client.submit(request));
    CHECK(here.run(job.status()).phase == phase::running);
    CHECK(here.run(job.cancel()) == cancel_outcome::unsupported);
    poll_options poll;
    poll.deadline = 10min;
    auto const done = here.run(job.result(poll));
    CHECK(done.status == runtime::async_state::completed);
    CHECK(done.output_data_config.get_if<"s3_output_data_config">()->s3_uri ==
          "s3://bucket/videos");
    CHECK(*done.end_time->time() - *done.submit_time->time() == 1min);
    // Another process goes on with it.
    auto const again = client.attach<runtime::start_async_invoke>(job.resume_token());
    CHECK(here.run(again.status()).phase == phase::succeeded);
    CHECK(resume_token::parse(job.resume_token())->job.context == request.client_request_token);
    // The same request is the same job.
    CHECK(here.run(client.send(request)).invocation_arn == job.id());
    CHECK(here.simulator->async_invocations() == 1);
    runtime::get_async_invoke const strange{
        "arn:aws:bedrock:us-east-1:123456789012:async-invoke/zzzzzzzzzzzz"};
    CHECK(here.error_of(client.send(strange)) == condition::invalid_argument);
}

TEST_CASE("bedrock runtime: a lost answer to an asynchronous invocation is asked for again")
{
    world here;
    testing::fault lost;
    lost.method = "POST";
    lost.cut_after = 0;
    here.simulator->inject(lost);
    runtime::start_async_invoke const request{"amazon.nova-reel-v1:0", boost::json::value{1},
                                              runtime::async_s3_output{"s3://bucket/videos"}};
    auto const job = here.run(here.client().submit(request));
    CHECK(here.run(job.status()).phase == phase::running);
    CHECK(here.simulator->async_invocations() == 1);
    CHECK(here.simulator->count("POST", "/async-invoke") == 2);
}

TEST_CASE("bedrock runtime: asynchronous invocations fail with their reason, and are listed")
{
    testing::bedrock_runtime_simulator_options with;
    with.async_outcome = [](boost::json::object const& request) {
        testing::bedrock_async_outcome outcome;
        auto const& input = request.at("modelInput");
        if (input.is_string()) {
            outcome.ends = input.as_string().c_str();
            outcome.message = "the bucket is not there";
        }
        return outcome;
    };
    world here{std::move(with)};
    auto const client = here.client();
    auto const start = [&](boost::json::value input) {
        runtime::start_async_invoke const request{"m", std::move(input),
                                                  runtime::async_s3_output{"s3://bucket/o"}};
        return here.run(client.submit(request));
    };
    poll_options poll;
    poll.deadline = 10min;
    auto const failed = here.error_of(start("Failed").result(poll));
    CHECK(failed == errc::job_failed);
    CHECK(contains(failed.what(), "the bucket is not there"));
    CHECK(here.error_of(start("Reconsidering").result(poll)) == errc::wait_timeout);
    for (int i = 0; i < 4; ++i)
        start(i);

    runtime::list_async_invokes list;
    list.max_results = 2;
    list.sort_by = runtime::async_sort_by::submission_time;
    list.sort_order = bedrock::sort_order::ascending;
    auto pages = client.pages(list);
    std::vector<std::string> words;
    while (auto const one = here.run(pages.next()))
        words.push_back(one->status.text());
    CHECK(words == std::vector<std::string>{"Failed", "Reconsidering", "InProgress", "InProgress",
                                            "InProgress", "InProgress"});
    list.status_equals = runtime::async_state::failed;
    auto only = client.pages(list);
    CHECK(here.run(only.next())->failure_message == "the bucket is not there");
    CHECK_FALSE(here.run(only.next()).has_value());
}

TEST_CASE("bedrock runtime: guardrails intervene, with and without a model")
{
    world here;
    auto const client = here.client();
    runtime::apply_guardrail guard{"gr1", "DRAFT", runtime::guardrail_source::input};
    guard.content.push_back(runtime::guarded_text{"something forbidden"});
    auto const blocked = here.run(client.send(guard));
    CHECK(blocked.action == runtime::guardrail_action::guardrail_intervened);
    CHECK(blocked.outputs.at(0).text == "Sorry, the guardrail has blocked this.");
    CHECK(blocked.assessments.at(0).word_policy->custom_words.at(0).match == "forbidden");
    CHECK(blocked.usage.word_policy_units == 1);
    guard.content = {runtime::guarded_text{"something nice"}};
    CHECK(here.run(client.send(guard)).action == runtime::guardrail_action::none);

    runtime::converse request{haiku, "something forbidden"};
    CHECK(here.run(client.send(request)).text() == "something forbidden");
    request.guardrail_config.emplace("gr1", "DRAFT");
    auto const answer = here.run(client.send(request));
    CHECK(answer.stop_reason == runtime::stop_reason::guardrail_intervened);
    request.stream_processing_mode = runtime::stream_processing::sync;
    CHECK(contains(here.run(listen(client, request)).text, "blocked"));

    runtime::guardrail_checks checks;
    checks.content_filter.emplace().categories = {{runtime::harm::hate}};
    checks.sensitive_information.emplace().entities = {{runtime::pii_type::email}};
    runtime::invoke_guardrail_checks const check{{{runtime::role::user, "so forbidden"}}, checks};
    auto const found = here.run(client.send(check));
    CHECK(found.results.content_filter->results.at(0).category == runtime::harm::hate);
    CHECK(found.results.content_filter->results.at(0).severity_score == 1.0);
    CHECK(found.results.sensitive_information->results.at(0).begin_offset == 3);
    CHECK_FALSE(found.results.prompt_attack);
    CHECK(found.usage.content_filter->text_units == 1);
}

TEST_CASE("bedrock runtime: tokens are counted before they are paid")
{
    world here;
    auto const client = here.client();
    runtime::converse request{haiku, "three little words"};
    runtime::count_tokens const talk{request};
    auto const counted = here.run(client.send(talk)).input_tokens;
    CHECK(counted == here.run(client.send(request)).usage.input_tokens);
    runtime::count_tokens const invocation{
        haiku, runtime::counted_invocation{bytes{R"({"prompt":"three little words"})"}}};
    CHECK(here.run(client.send(invocation)).input_tokens == 3);
}

TEST_CASE("bedrock runtime: what is sent by hand and is wrong is refused by the platform")
{
    world here;
    auto const client = here.client();
    auto const status_of = [&](std::string target, std::string body) {
        http::request message{"POST", std::move(target)};
        message.body = std::move(body);
        return here.run(client.raw(message)).status;
    };
    CHECK(status_of("model/m/converse", "{}") == 200);
    for (char const* const bad :
         {"[]", R"({"messages":1})", R"({"messages":[{"role":"nobody","content":[]}]})",
          R"({"messages":[{"role":"user"}]})",
          R"({"messages":[{"role":"user","content":[{"text":"a","image":{}}]}]})",
          R"({"messages":[{"role":"user","content":[{"video":{"format":"png"}}]}]})",
          R"({"messages":[{"role":"user","content":[{"image":{"format":"png",
              "source":{"bytes":"?"}}}]}]})",
          R"({"messages":[{"role":"user","content":[{"toolUse":{"toolUseId":"t","name":"n"}}]}]})",
          R"({"inferenceConfig":{"maxTokens":0}})", R"({"toolConfig":{"tools":[]}})",
          R"({"requestMetadata":{}})", R"({"serviceTier":{"type":"best"}})",
          R"({"guardrailConfig":{"guardrailVersion":"0"}})"}) {
        CAPTURE(std::string{bad});
        CHECK(status_of("model/m/converse", bad) == 400);
    }
    CHECK(status_of("model/%20/converse", "{}") == 400);
    CHECK(status_of("model/m/invoke-with-bidirectional-stream", "{}") == 400);
    CHECK(status_of("model/m/other", "{}") == 404);
    CHECK(status_of("async-invoke", R"({"modelId":"m"})") == 400);
    CHECK(status_of("guardrail/GR/version/1/apply", R"({"source":"INPUT","content":[]})") == 400);
    CHECK(status_of("model/m/count-tokens", R"({"input":{"other":{}}})") == 400);
}
