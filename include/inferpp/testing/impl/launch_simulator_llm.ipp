// SPDX-License-Identifier: BSL-1.0
//
// LLM completions of the simulated Launch: its own, and those like OpenAI's. See
// launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_LLM_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_LLM_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL launch_simulator::platform::endpoint& launch_simulator::platform::usable_llm(
    std::string const& name, call const& with, bool streams)
{
    endpoint* const found = find_llm(name, with.user, true);
    if (found == nullptr)
        throw refusal{404, "The specified endpoint could not be found."};
    if (found->about.type == "async" || (streams && found->about.type != "streaming"))
        throw refusal{400, "Unsupported inference type: Endpoint does not support " +
                               std::string{streams ? "streaming" : "sync"} + " requests."};
    return *found;
}

INFERPP_DECL launch_simulator::platform::attempted launch_simulator::platform::complete(
    call& with, endpoint const& by, launch_call::route via)
{
    launch_call asked = make_call(with, via, by.about.name);
    if (status_of(by) == "READY")
        return attempt(asked, 300, 80);
    attempted none;
    none.outcome = launch_outcome::failed(503, {});
    return none;
}

/// The whole text of a completion, also of one that is in pieces.
INFERPP_DECL std::string launch_simulator::platform::text_of(launch_outcome const& outcome)
{
    if (!outcome.script)
        return outcome.result.is_string() ? detail::launch_text(outcome.result)
                                          : detail::launch_dumps(outcome.result);
    std::string text;
    for (launch_event const& event : outcome.script->events)
        if (event.what == launch_event::kind::result)
            text += detail::launch_text(event.value);
    return text;
}

/// Words, each with the blank before it.
INFERPP_DECL std::vector<std::string> launch_simulator::platform::tokens_of(std::string_view text)
{
    std::vector<std::string> tokens;
    while (!text.empty()) {
        auto const end = (std::min)(text.find(' ', 1), text.size());
        tokens.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return tokens;
}

INFERPP_DECL std::size_t launch_simulator::platform::prompt_tokens(object const& request)
{
    launch_call asked;
    asked.body = request;
    return tokens_of(detail::launch_last_words(asked)).size();
}

/// A text becomes a stream of its words.
INFERPP_DECL launch_outcome launch_simulator::platform::in_tokens(launch_outcome outcome)
{
    if (outcome.script)
        return outcome;
    auto script = std::make_shared<launch_script>();
    for (auto const& token : tokens_of(text_of(outcome)))
        script->events.push_back(launch_event::result(value(token)));
    outcome.script = std::move(script);
    return outcome;
}

INFERPP_DECL boost::json::object launch_simulator::platform::stream_error(
    int status, std::string_view text) const
{
    return {{"error",
             {{"status_code", status}, {"content", {{"error", text}, {"timestamp", pacific()}}}}}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::completion_sync(call& with)
{
    auto const name = with.query("model_endpoint_name").value_or(std::string{});
    endpoint const& by = usable_llm(name, with, false);
    attempted const done = complete(with, by, launch_call::route::completion);
    std::string const id = new_uuid();
    if (done.outcome.status == 400)
        throw refusal{400, detail::launch_dumps(container_error(done.outcome))};
    if (done.outcome.status != 200)
        throw refusal{500, "Upstream service error for request_id " + id};
    std::string const text = text_of(done.outcome);
    auto const tokens = tokens_of(text);
    value list;
    if (detail::launch_bool(with.fields(), "return_token_log_probs")) {
        list = array{};
        for (auto const& token : tokens)
            list.get_array().push_back({{"token", token}, {"log_prob", -0.5}});
    }
    auto answer = json(object{{"request_id", id},
                              {"output",
                               {{"text", text},
                                {"num_prompt_tokens", prompt_tokens(with.fields())},
                                {"num_completion_tokens", tokens.size()},
                                {"tokens", std::move(list)}}}});
    answer.delay = done.took;
    return answer;
}

INFERPP_DECL simulated_answer launch_simulator::platform::completion_stream(call& with)
{
    auto const name = with.query("model_endpoint_name").value_or(std::string{});
    endpoint const& by = usable_llm(name, with, true);
    attempted done = complete(with, by, launch_call::route::completion);
    std::string const id = new_uuid();
    launch_outcome outcome;
    if (done.outcome.status == 200) {
        outcome = in_tokens(std::move(done.outcome));
    } else { // also what would have been an HTTP error: the header has gone out
        launch_event event;
        event.what = launch_event::kind::failure;
        event.status = done.outcome.status == 400 ? 400 : 500;
        event.text = done.outcome.status == 400
                         ? detail::launch_dumps(container_error(done.outcome))
                         : "Upstream service error for request_id " + id;
        auto script = std::make_shared<launch_script>();
        script->events.push_back(std::move(event));
        outcome.script = std::move(script);
    }
    object const common{{"request_id", id},
                        {"prompt", static_cast<std::int64_t>(prompt_tokens(with.fields()))}};
    return start(render(outcome, envelope::completion_v1, common), done.took);
}

INFERPP_DECL simulated_answer launch_simulator::platform::chat_v2(call& with)
{
    return openai(with, true);
}

INFERPP_DECL simulated_answer launch_simulator::platform::completion_v2(call& with)
{
    return openai(with, false);
}

INFERPP_DECL simulated_answer launch_simulator::platform::openai(call& with, bool chat)
{
    object const& f = with.fields();
    auto const name = detail::launch_text(f.at("model"));
    bool const streams = detail::launch_bool(f, "stream");
    endpoint const& by = usable_llm(name, with, streams);
    if (chat && (options.retired_llms.contains(name) ||
                 detail::launch_integer(by.fields, "max_workers", 1) == 0))
        throw refusal{410, "The specified endpoint is deprecated."};
    attempted done =
        complete(with, by, chat ? launch_call::route::chat : launch_call::route::completion);
    // The first event is awaited before the header goes out, so this is a real error.
    if (done.outcome.status == 400 && !streams) {
        auto error = container_error(done.outcome);
        auto const* const inner =
            error.is_object() ? error.get_object().if_contains("detail") : nullptr;
        throw refusal{400, inner != nullptr ? *inner : error};
    }
    bool const empty = streams && done.outcome.script && done.outcome.script->events.empty() &&
                       done.outcome.script->ending == launch_ending::complete;
    if (done.outcome.status != 200 || empty)
        throw refusal{500, "Internal error occurred. Our team has been notified."};
    auto const created = std::chrono::floor<std::chrono::seconds>(today.time_since_epoch()).count();
    auto const prompt = static_cast<std::int64_t>(prompt_tokens(f));
    object common{{"id", (chat ? "chatcmpl-" : "cmpl-") + new_uuid()},
                  {"created", created},
                  {"model", name},
                  {"object", !chat     ? "text_completion"
                             : streams ? "chat.completion.chunk"
                                       : "chat.completion"}};
    if (streams) {
        auto const wish = detail::launch_member(f, "stream_options");
        if (wish.is_object() && detail::launch_bool(wish.get_object(), "include_usage"))
            common["prompt"] = prompt;
        return start(render(in_tokens(std::move(done.outcome)),
                            chat ? envelope::chat : envelope::completion_v2, common),
                     done.took);
    }
    std::string const text = text_of(done.outcome);
    object choice{{"index", 0}, {"finish_reason", "stop"}, {"logprobs", nullptr}};
    if (chat)
        choice["message"] = {{"role", "assistant"},   {"content", text},
                             {"refusal", nullptr},    {"reasoning_content", nullptr},
                             {"tool_calls", nullptr}, {"function_call", nullptr}};
    else
        choice["text"] = text;
    auto const completion = static_cast<std::int64_t>(tokens_of(text).size());
    common["choices"] = array{std::move(choice)};
    common["usage"] = {{"prompt_tokens", prompt},
                       {"completion_tokens", completion},
                       {"total_tokens", prompt + completion}};
    common["system_fingerprint"] = nullptr;
    if (chat)
        common["service_tier"] = nullptr;
    auto answer = json(common);
    answer.delay = done.took;
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_llm_jobs.ipp>
#endif

#endif
