// SPDX-License-Identifier: BSL-1.0
//
// Launch's language models: completions and chats with their streams, endpoints, fine-tunes and
// batches; requests byte for byte, answers as the wire notes have them, what is refused.

#include <inferpp/launch.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/providers/launch_requests.hpp"
#include "unit/support.hpp"

using namespace inferpp;

namespace {

std::map<std::string, std::string> const labels{{"team", "t"}, {"product", "p"}};
std::string const labels_text = R"({"product":"p","team":"t"})";

template <class Op>
unit::launch_request sent(Op const& op, std::string target, std::string body = {})
{
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return {std::string{Op::info.name}, std::move(*message), std::move(target), std::move(body)};
}

template <class Op>
result<typename Op::response> answered(std::string_view body)
{
    http::response answer;
    answer.status = 200;
    answer.body = body;
    return detail::decode_operation<Op>(answer);
}

template <class Op>
void check_refused(Op op, std::function<void(Op&)> const& change, std::string_view message)
{
    REQUIRE(detail::encode_operation(op).has_value());
    change(op);
    auto const refused = detail::encode_operation(op);
    REQUIRE_MESSAGE(refused.has_error(), message);
    CHECK(refused.error() == errc::invalid_argument);
    CHECK_MESSAGE(unit::contains(refused.error().what(), message), refused.error().what());
}

launch::completion_request completion()
{
    launch::completion_request request{"my model", "Hi", 10, 0.5};
    request.stop_sequences = {"\n"};
    request.top_k = -1;
    request.guided_choice = {"a", "b"};
    request.more.values["new"] = 1;
    return request;
}

launch::chat_request chat()
{
    launch::chat_request request{"llama", "Hi"};
    request.temperature = 0.5;
    request.max_completion_tokens = 7;
    request.top_k = 3;
    request.stop = {"."};
    launch::function_definition weather;
    weather.name = "weather";
    weather.parameters["type"] = "object";
    request.tools.emplace_back(weather);
    request.tool_choice = "auto";
    launch::stream_options with_usage;
    with_usage.include_usage = true;
    request.stream_options = with_usage;
    request.more.values["new"] = 1;
    return request;
}

launch::text_completion_request text()
{
    launch::text_completion_request request{"llama", "Hi"};
    request.max_tokens = 7;
    request.logprobs = 2;
    return request;
}

launch::create_llm_endpoint endpoint()
{
    launch::create_llm_endpoint op{"e", "llama-2-7b", launch::inference_framework::vllm};
    op.labels = labels;
    op.gpus = 1;
    op.quantize = launch::quantization::awq;
    op.more.values["max_model_len"] = 100;
    return op;
}

launch::create_batch_completion batch()
{
    launch::batch_prompts prompts;
    prompts.prompts = {"a", "b"};
    prompts.max_new_tokens = 5;
    launch::create_batch_completion op{launch::batch_model{"llama"}, "s3://b/out"};
    op.content = prompts;
    return op;
}

launch::v1::create_batch_completion old_batch()
{
    launch::batch_model model{"llama"};
    model.labels = labels;
    model.more.values["dtype"] = "half";
    launch::v1::create_batch_completion op{model, "s3://b/out"};
    op.input_data_path = "s3://b/in";
    op.tool_config.emplace();
    op.data_parallelism = 1;
    return op;
}

launch::create_batch_completion chat_batch()
{
    launch::chat_settings one;
    one.messages.emplace_back("user", "Hi");
    launch::create_batch_completion op{launch::batch_model{"llama"}, "s3://b/out"};
    op.content = std::vector<launch::chat_settings>{one};
    return op;
}

/// What a stream gave, and how it ended.
template <class T>
struct streamed {
    std::vector<T> events;
    std::optional<error> failed;
};

template <class Form>
streamed<typename Form::event> decode_stream(std::string_view body, std::size_t piece)
{
    typename Form::decoder decoder{1 << 16};
    streamed<typename Form::event> seen;
    auto const take = [&] {
        while (!seen.failed) {
            auto event = decoder.next();
            if (!event)
                seen.failed = event.error();
            else if (!*event)
                break;
            else
                seen.events.push_back(std::move(**event));
        }
    };
    for (std::size_t at = 0; at < body.size() && !seen.failed; at += piece) {
        if (auto const fed = decoder.feed(body.substr(at, piece)); !fed)
            seen.failed = fed.error();
        take();
    }
    if (!seen.failed)
        if (auto const ended = decoder.finish(); !ended)
            seen.failed = ended.error();
    return seen;
}

std::string event(std::string_view data)
{
    return "data: " + std::string{data} + "\r\n\r\n";
}

std::string const ping = ": ping - 2026-07-01 10:00:00\r\n\r\n";

} // namespace

static_assert(streaming<launch::stream_completion> && streaming<launch::stream_chat> &&
              streaming<launch::stream_text_completion>);
static_assert(launch::sync_completion::info.repeat == idempotency::unsafe &&
              launch::stream_completion::info.repeat == idempotency::unsafe &&
              launch::sync_chat::info.repeat == idempotency::unsafe &&
              launch::stream_chat::info.repeat == idempotency::unsafe &&
              launch::sync_text_completion::info.repeat == idempotency::unsafe &&
              launch::stream_text_completion::info.repeat == idempotency::unsafe &&
              launch::create_fine_tune::info.repeat == idempotency::unsafe &&
              launch::create_batch_completion::info.repeat == idempotency::unsafe);

std::vector<unit::launch_request> unit::launch_llm_requests()
{
    std::string const completion_body =
        R"({"guided_choice":["a","b"],"prompt":"Hi","max_new_tokens":10,"temperature":0.5,)"
        R"("stop_sequences":["\n"],"return_token_log_probs":false,"top_k":-1,"new":1})";
    std::string const chat_body =
        R"({"top_k":3,"temperature":0.5,"stop":["."],"messages":[{"role":"user","content":"Hi"}],)"
        R"("max_completion_tokens":7,"tools":[{"type":"function","function":{"name":"weather",)"
        R"("parameters":{"type":"object"}}}],"tool_choice":"auto","model":"llama")";
    std::string const text_body = R"({"max_tokens":7,"prompt":"Hi","logprobs":2,"model":"llama")";
    launch::list_llm_endpoints endpoints;
    endpoints.order_by = launch::listing_order::newest;
    launch::update_llm_endpoint change{"e", launch::inference_framework::sglang};
    change.min_workers = 1;
    change.more.values["context_length"] = 5;
    launch::create_fine_tune tune{"llama-2-7b", "file"};
    launch::update_batch_completion priority{"ft-1"};
    priority.priority = "1";

    return {
        sent(launch::sync_completion{completion()},
             "v1/llm/completions-sync?model_endpoint_name=my%20model", completion_body),
        sent(launch::stream_completion{completion()},
             "v1/llm/completions-stream?model_endpoint_name=my%20model", completion_body),
        sent(launch::sync_chat{chat()}, "v2/chat/completions", chat_body + R"(,"new":1})"),
        sent(launch::stream_chat{chat()}, "v2/chat/completions",
             chat_body + R"(,"stream":true,"stream_options":{"include_usage":true},"new":1})"),
        sent(launch::sync_text_completion{text()}, "v2/completions", text_body + "}"),
        sent(launch::stream_text_completion{text()}, "v2/completions",
             text_body + R"(,"stream":true})"),

        sent(endpoint(), "v1/llm/model-endpoints",
             R"({"gpus":1,"quantize":"awq","name":"e","model_name":"llama-2-7b",)"
             R"("inference_framework":"vllm","endpoint_type":"streaming","labels":)" +
                 labels_text +
                 R"(,"metadata":{},"min_workers":0,"max_workers":1,"per_worker":1,)"
                 R"("source":"hugging_face","inference_framework_image_tag":"latest",)"
                 R"("num_shards":1,"max_model_len":100})"),
        sent(endpoints, "v1/llm/model-endpoints?order_by=newest"),
        sent(launch::get_llm_endpoint{"e"}, "v1/llm/model-endpoints/e"),
        sent(change, "v1/llm/model-endpoints/e",
             R"({"inference_framework":"sglang","min_workers":1,"context_length":5})"),
        sent(launch::delete_llm_endpoint{"e"}, "v1/llm/model-endpoints/e"),
        sent(launch::download_model{"m"}, "v1/llm/model-endpoints/download",
             R"({"model_name":"m","download_format":"hugging_face"})"),

        sent(tune, "v1/llm/fine-tunes",
             R"({"model":"llama-2-7b","training_file":"file","hyperparameters":{}})"),
        sent(launch::list_fine_tunes{}, "v1/llm/fine-tunes"),
        sent(launch::get_fine_tune{"ft-1"}, "v1/llm/fine-tunes/ft-1"),
        sent(launch::cancel_fine_tune{"ft-1"}, "v1/llm/fine-tunes/ft-1/cancel"),
        sent(launch::get_fine_tune_events{"ft-1"}, "v1/llm/fine-tunes/ft-1/events"),

        sent(old_batch(), "v1/llm/batch-completions",
             R"({"model_config":{"model":"llama","labels":)" + labels_text +
                 R"(,"dtype":"half"},"output_data_path":"s3://b/out",)"
                 R"("input_data_path":"s3://b/in","data_parallelism":1,)"
                 R"("tool_config":{"name":"code_evaluator"}})"),
        sent(batch(), "v2/batch-completions",
             R"({"model_config":{"model":"llama"},"output_data_path":"s3://b/out","content":{)"
             R"("prompts":["a","b"],"max_new_tokens":5,"temperature":0}})"),
        sent(chat_batch(), "v2/batch-completions",
             R"({"model_config":{"model":"llama"},"output_data_path":"s3://b/out","content":[)"
             R"({"messages":[{"role":"user","content":"Hi"}]}]})"),
        sent(launch::get_batch_completion{"ft-1"}, "v2/batch-completions/ft-1"),
        sent(priority, "v2/batch-completions/ft-1", R"({"job_id":"ft-1","priority":"1"})"),
        sent(launch::cancel_batch_completion{"ft-1"}, "v2/batch-completions/ft-1/actions/cancel"),
    };
}

TEST_CASE("launch: language models are asked as the wire notes have it")
{
    for (auto const& [name, message, target, body] : unit::launch_llm_requests()) {
        CAPTURE(name);
        CHECK(message.target == target);
        CHECK(message.body == body);
        CHECK(message.headers.find("Content-Type").has_value() == !body.empty());
        bool const reads = name.starts_with("get_") || name.starts_with("list_");
        CHECK((message.method == "GET") == reads);
        CHECK((message.method == "DELETE") == name.starts_with("delete_"));
        CHECK((message.method == "PUT") ==
              (name == "update_llm_endpoint" || name == "cancel_fine_tune"));
        if (name.starts_with("stream_"))
            CHECK(message.headers.find("Accept") == "text/event-stream, */*;q=0.1");
    }
}

TEST_CASE("launch: a completion is read")
{
    auto const read = answered<launch::sync_completion>(
        R"({"request_id":"uuid","output":{"text":"Hello","num_prompt_tokens":6,)"
        R"("num_completion_tokens":10,"tokens":[{"token":"He","log_prob":-0.1}],"new":1}})");
    REQUIRE(read.has_value());
    CHECK(read->request_id == "uuid");
    CHECK(read->output->text == "Hello");
    CHECK(read->output->num_prompt_tokens == 6);
    CHECK(read->output->tokens.at(0).token == "He");
    auto const nothing = answered<launch::sync_completion>(R"({"request_id":null,"output":null})");
    CHECK(!nothing->output);
}

TEST_CASE("launch: five endings of a stream of completions, at every split")
{
    std::string const begun =
        event(R"({"request_id":"r","output":{"text":"He","finished":false,)"
              R"("num_prompt_tokens":null,"num_completion_tokens":1,"token":null},"error":null})");
    std::string const last =
        event(R"({"request_id":"r","output":{"text":"llo","finished":true,)"
              R"("num_prompt_tokens":6,"num_completion_tokens":2,"token":{"token":"llo",)"
              R"("log_prob":-1.5}},"error":null})");
    std::string const empty = event(R"({"request_id":"r","output":null,"error":null})");
    std::string const failed =
        event(R"({"request_id":"r","output":null,"error":{"status_code":429,"content":{)"
              R"("error":"Upstream service error","timestamp":"2026-07-01 10:00:00 PDT"}}})");
    for (std::size_t piece = 1; piece < 60; ++piece) {
        CAPTURE(piece);
        using form = launch::stream_completion;
        auto const whole = decode_stream<form>(begun + ping + empty + last, piece);
        REQUIRE(!whole.failed);
        REQUIRE(whole.events.size() == 2);
        CHECK(whole.events[0].output.text == "He");
        CHECK(whole.events[0].request_id == "r");
        CHECK(whole.events[1].output.finished);
        CHECK(whole.events[1].output.token->log_prob == -1.5);

        auto const marked = decode_stream<form>(begun + event("[DONE]") + "rubbish", piece);
        CHECK(!marked.failed);
        CHECK(marked.events.size() == 1);

        auto const told = decode_stream<form>(begun + failed + last, piece);
        CHECK(told.events.size() == 1);
        REQUIRE(told.failed);
        CHECK(*told.failed == errc::job_failed);
        CHECK(told.failed->info().http_status == 429);
        CHECK(told.failed->info().server_message == "Upstream service error");
        CHECK(told.failed->info().request_id == "r");

        auto const cut = decode_stream<form>((begun + last).substr(0, begun.size() + 20), piece);
        CHECK(cut.events.size() == 1);
        REQUIRE(cut.failed);
        CHECK(*cut.failed == errc::stream_truncated);

        auto const silent = decode_stream<form>(ping + ping, piece);
        CHECK(silent.events.empty());
        CHECK(!silent.failed);
    }
    auto const broken = decode_stream<launch::stream_completion>(event("{"), 100);
    CHECK(*broken.failed == errc::bad_json);
}

TEST_CASE("launch: a chat is read")
{
    auto const read = answered<launch::sync_chat>(
        R"({"id":"c","choices":[{"finish_reason":"stop","index":0,"message":{"content":"Hello",)"
        R"("refusal":null,"tool_calls":null,"annotations":null,"role":"assistant",)"
        R"("function_call":null,"audio":null,"reasoning":"hm"},"logprobs":null}],)"
        R"("created":1700000000,"model":"llama","service_tier":null,"system_fingerprint":null,)"
        R"("object":"chat.completion","usage":{"completion_tokens":1,"prompt_tokens":2,)"
        R"("total_tokens":3,"completion_tokens_details":null,"prompt_tokens_details":null}})");
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().what()));
    CHECK(read->text() == "Hello");
    CHECK(read->choices[0].finish_reason == launch::finish_reason::stop);
    CHECK(read->choices[0].message.reasoning_content == "hm");
    CHECK(read->usage->total_tokens == 3);
    CHECK(read->created == 1700000000);

    auto const calls = answered<launch::sync_chat>(
        R"({"id":"c","choices":[{"finish_reason":"tool_calls","index":0,"message":{)"
        R"("content":null,"role":"assistant","tool_calls":[{"id":"t","type":"function",)"
        R"("function":{"name":"weather","arguments":"{}"}}]}}],"created":1,"model":"m",)"
        R"("object":"chat.completion"})");
    REQUIRE(calls.has_value());
    CHECK(calls->text().empty());
    CHECK(calls->choices[0].message.tool_calls.at(0).function.name == "weather");
    CHECK(answered<launch::sync_chat>(R"({"error":"x"})").error() == errc::bad_schema);
}

TEST_CASE("launch: a stream of a chat")
{
    std::string const hello =
        event(R"({"id":"c","choices":[{"delta":{"role":"assistant","content":"Hel"},"index":0}],)"
              R"("created":1,"model":"m","object":"chat.completion.chunk"})") +
        event(R"({"id":"c","choices":[{"delta":{"content":"lo","reasoning_content":"hm"},)"
              R"("index":0,"finish_reason":"stop"}],"created":1,"model":"m",)"
              R"("object":"chat.completion.chunk"})") +
        event(R"({"id":"c","choices":[],"created":1,"model":"m","object":"chat.completion.chunk",)"
              R"("usage":{"completion_tokens":1,"prompt_tokens":2,"total_tokens":3}})");
    for (bool const marked : {false, true}) {
        auto const whole =
            decode_stream<launch::stream_chat>(hello + (marked ? event("[DONE]") : ""), 7);
        REQUIRE(!whole.failed);
        REQUIRE(whole.events.size() == 3);
        CHECK(std::string{whole.events[0].text()} + std::string{whole.events[1].text()} == "Hello");
        CHECK(whole.events[0].choices[0].delta.role == "assistant");
        CHECK(whole.events[1].choices[0].delta.reasoning_content == "hm");
        CHECK(whole.events[1].choices[0].finish_reason == launch::finish_reason::stop);
        CHECK(whole.events[2].text().empty());
        CHECK(whole.events[2].usage->total_tokens == 3);
    }
    struct {
        std::string_view data;
        int status;
        std::string_view message;
    } const failures[] = {
        {R"({"error":{"status_code":500,"content":{"error":"gone","timestamp":"t"}}})", 500,
         "gone"},
        {R"({"error":{"status_code":400,"content":{"detail":"x"}}})", 400, R"({"detail":"x"})"},
        {R"({"error":{"message":"too long","type":"BadRequestError","code":400}})", 400,
         "too long"},
        {R"({"error":"plain"})", 0, "plain"},
    };
    for (auto const& [data, status, message] : failures) {
        CAPTURE(data);
        auto const told = decode_stream<launch::stream_chat>(hello + event(data), 7);
        CHECK(told.events.size() == 3);
        REQUIRE(told.failed);
        CHECK(*told.failed == errc::job_failed);
        CHECK(told.failed->info().http_status == status);
        CHECK(told.failed->info().server_message == message);
    }
}

TEST_CASE("launch: text completions are read, whole and in a stream")
{
    std::string const answer =
        R"({"id":"c","choices":[{"finish_reason":"length","index":0,"logprobs":null,)"
        R"("text":"Hello"}],"created":1,"model":"m","object":"text_completion","usage":null})";
    auto const read = answered<launch::sync_text_completion>(answer);
    REQUIRE(read.has_value());
    CHECK(read->text() == "Hello");
    CHECK(read->choices[0].finish_reason == launch::finish_reason::length);
    auto const stream = decode_stream<launch::stream_text_completion>(
        event(answer) + event(R"({"error":{"status_code":503}})"), 5);
    CHECK(stream.events.size() == 1);
    CHECK(*stream.failed == errc::job_failed);
    CHECK(stream.failed->info().http_status == 503);
}

TEST_CASE("launch: prompts and messages of every kind are written")
{
    using tokens = launch::text_prompt::token_list;
    struct {
        launch::text_prompt prompt;
        std::string_view json;
    } const prompts[] = {
        {launch::text_prompt{"a"}, R"("a")"},
        {launch::text_prompt{std::vector<std::string>{"a", "b"}}, R"(["a","b"])"},
        {launch::text_prompt{tokens{1, 2}}, "[1,2]"},
        {launch::text_prompt{std::vector<tokens>{{1}, {2, 3}}}, "[[1],[2,3]]"},
    };
    for (auto const& [prompt, json] : prompts) {
        std::string out;
        CHECK(encode_json(prompt, out).has_value());
        CHECK(out == json);
    }
    launch::chat_message message{
        "user", std::vector<launch::chat_part>{launch::chat_part::of_text("look"),
                                               launch::chat_part::of_image("https://x/y.png"),
                                               launch::chat_part::of_audio("AAAA", "wav")}};
    std::string out;
    CHECK(encode_json(message, out).has_value());
    CHECK(out == R"({"role":"user","content":[{"type":"text","text":"look"},)"
                 R"({"type":"image_url","image_url":{"url":"https://x/y.png"}},)"
                 R"({"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]})");
    auto const again = decode_json<launch::chat_message>(out);
    CHECK(again->text() == "look");
    launch::chat_message answer{"tool", "42"};
    answer.tool_call_id = "t";
    std::string told;
    CHECK(encode_json(answer, told).has_value());
    CHECK(told == R"({"role":"tool","content":"42","tool_call_id":"t"})");
}

TEST_CASE("launch: endpoints of language models, fine-tunes and batches are read")
{
    auto const read = answered<launch::get_llm_endpoint>(
        R"({"id":"end_1","name":"e","model_name":"llama","source":"hugging_face",)"
        R"("status":"UPDATE_FAILED","inference_framework":"vllm",)"
        R"("inference_framework_image_tag":"latest","num_shards":1,"quantize":null,)"
        R"("checkpoint_path":null,"chat_template_override":null,"spec":{"id":"end_1","name":"e",)"
        R"("status":"UPDATE_FAILED","status_reason":"no GPU"}})");
    REQUIRE(read.has_value());
    auto const status = launch::create_llm_endpoint::describe(*read);
    CHECK(status.phase == phase::failed);
    CHECK(status.reason == "no GPU");
    CHECK(
        answered<launch::list_llm_endpoints>(R"({"model_endpoints":[]})")->model_endpoints.empty());
    CHECK(answered<launch::download_model>(R"({"urls":{"a":"https://x"}})")->urls.at("a") ==
          "https://x");

    auto const tune = answered<launch::get_fine_tune>(
        R"({"id":"ft-1","fine_tuned_model":null,"status":"RUNNING"})");
    CHECK(launch::create_fine_tune::describe(*tune).phase == phase::running);
    auto const events = answered<launch::get_fine_tune_events>(
        R"({"events":[{"timestamp":1.5,"message":"m","level":"info"},)"
        R"({"timestamp":null,"message":"n","level":"info"}]})");
    CHECK(events->events.at(0).timestamp->count() == 1.5);
    CHECK(!events->events.at(1).timestamp);

    std::string const job =
        R"({"job_id":"ft-1","input_data_path":null,"output_data_path":"s3://b/out",)"
        R"("model_config":{"model":"llama","num_shards":1,"dtype":null},"priority":null,)"
        R"("status":"completed","created_at":"2026-07-01T10:00:00Z","expires_at":"x",)"
        R"("completed_at":null,"metadata":null)";
    for (std::string const& text : {job + "}", R"({"job":)" + job + "}}"}) {
        auto const done = answered<launch::get_batch_completion>(text);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().what()));
        CHECK(done->model_config.model == "llama");
        CHECK(launch::describe(*done).phase == phase::succeeded);
    }
    auto const changed = answered<launch::update_batch_completion>(job + R"(,"success":true})");
    REQUIRE(changed.has_value());
    CHECK(changed->success);
    CHECK(changed->job_id == "ft-1");
    struct {
        std::string_view word;
        inferpp::phase phase;
    } const words[] = {
        {"queued", phase::queued}, {"running", phase::running},     {"completed", phase::succeeded},
        {"failed", phase::failed}, {"cancelled", phase::cancelled}, {"unknown", phase::unknown},
        {"new", phase::unknown},
    };
    for (auto const& [word, phase] : words) {
        launch::batch_completion one;
        one.status = inferpp::word<launch::batch_completion_status>{word};
        CHECK(launch::describe(one).phase == phase);
    }
    auto const outputs = launch::read_batch_completions(
        R"([{"text":"a","num_prompt_tokens":1,"num_completion_tokens":2,"tokens":null},null])");
    REQUIRE(outputs.has_value());
    CHECK(outputs->at(0)->text == "a");
    CHECK(!outputs->at(1));
}

TEST_CASE("launch: what language models can't be asked is refused with the member's name")
{
    using completing = launch::sync_completion;
    completing const good{completion()};
    check_refused<completing>(
        good, [](auto& o) { o.model_endpoint_name.clear(); }, "model_endpoint_name is empty");
    check_refused<completing>(
        good, [](auto& o) { o.max_new_tokens = 0; }, "max_new_tokens must be at least 1");
    check_refused<completing>(
        good, [](auto& o) { o.temperature = 1.5; }, "temperature must be from 0 to 1");
    check_refused<completing>(
        good, [](auto& o) { o.temperature = 0.0 / 0.0; }, "temperature must be from 0 to 1");
    check_refused<completing>(
        good, [](auto& o) { o.top_p = 0; }, "top_p must be more than 0 and at most 1");
    check_refused<completing>(
        good, [](auto& o) { o.top_k = -2; }, "top_k must be at least -1");
    check_refused<completing>(
        good, [](auto& o) { o.presence_penalty = 3; }, "presence_penalty must be from 0 to 2");

    using chatting = launch::stream_chat;
    chatting const talk{chat()};
    check_refused<chatting>(
        talk, [](auto& o) { o.model.clear(); }, "model is empty");
    check_refused<chatting>(
        talk, [](auto& o) { o.messages.clear(); }, "messages is empty");
    check_refused<chatting>(
        talk, [](auto& o) { o.messages.emplace_back(); }, "messages[1].role is empty");
    check_refused<chatting>(
        talk, [](auto& o) { o.temperature = 3; }, "temperature must be from 0 to 2");
    check_refused<chatting>(
        talk, [](auto& o) { o.n = 129; }, "n must be from 1 to 128");
    check_refused<chatting>(
        talk, [](auto& o) { o.top_logprobs = 21; }, "top_logprobs must be from 0 to 20");
    check_refused<launch::sync_text_completion>(
        launch::sync_text_completion{text()}, [](auto& o) { o.logprobs = 6; },
        "logprobs must be from 0 to 5");

    using making = launch::create_llm_endpoint;
    check_refused<making>(
        endpoint(), [](auto& o) { o.model_name.clear(); }, "model_name is empty");
    check_refused<making>(
        endpoint(), [](auto& o) { o.inference_framework = {}; }, "inference_framework is empty");
    check_refused<making>(
        endpoint(), [](auto& o) { o.num_shards = 0; }, "num_shards must be at least 1");
    check_refused<making>(
        endpoint(), [](auto& o) { o.labels.clear(); }, "labels has no 'team'");

    using batching = launch::create_batch_completion;
    check_refused<batching>(
        batch(), [](auto& o) { o.content.reset(); }, "exactly one of content");
    check_refused<batching>(
        batch(), [](auto& o) { o.input_data_path = "x"; }, "exactly one of content");
    check_refused<batching>(
        batch(), [](auto& o) { o.content = launch::batch_prompts{}; }, "content.prompts is empty");
    check_refused<batching>(
        batch(), [](auto& o) { o.data_parallelism = 65; }, "data_parallelism must be from 1 to 64");
    check_refused<batching>(
        batch(), [](auto& o) { o.max_runtime_sec = 172801; },
        "max_runtime_sec must be from 1 to 172800");
    check_refused<batching>(
        batch(), [](auto& o) { o.content = std::vector<launch::chat_settings>(1); },
        "content[0]: messages is empty");
    check_refused<launch::create_fine_tune>(
        launch::create_fine_tune{"m", "f"}, [](auto& o) { o.training_file.clear(); },
        "training_file is empty");
    check_refused<launch::cancel_batch_completion>(
        launch::cancel_batch_completion{"j"}, [](auto& o) { o.job = "."; },
        "can't be part of a URL");
}
