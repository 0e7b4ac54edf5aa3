// SPDX-License-Identifier: BSL-1.0
//
// LLM endpoints and batch completions of the simulated Launch. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_LLM_JOBS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_LLM_JOBS_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL boost::json::object launch_simulator::platform::llm(endpoint const& which) const
{
    object const& f = which.fields;
    auto const or_text = [&f](char const* name, char const* otherwise) {
        auto const found = detail::launch_member(f, name);
        return found.is_null() ? value(otherwise) : found;
    };
    auto const member = [&f](char const* name) { return detail::launch_member(f, name); };
    return {{"id", which.about.id},
            {"name", which.about.name},
            {"model_name", *which.about.llm_model},
            {"source", "hugging_face"},
            {"status", status_of(which)},
            {"inference_framework", or_text("inference_framework", "vllm")},
            {"inference_framework_image_tag", or_text("inference_framework_image_tag", "latest")},
            {"num_shards", detail::launch_integer(f, "num_shards", 1)},
            {"quantize", member("quantize")},
            {"checkpoint_path", member("checkpoint_path")},
            {"chat_template_override", member("chat_template_override")},
            {"task_expires_seconds", member("task_expires_seconds")},
            {"queue_message_timeout_seconds", member("queue_message_timeout_seconds")},
            {"spec", describe(which)}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_llm(call& with)
{
    object const& f = with.fields();
    auto const framework = detail::launch_text(detail::launch_member(f, "inference_framework"));
    std::string type = detail::launch_text(detail::launch_member(f, "endpoint_type"));
    if (type.empty())
        type = "sync";
    if (framework != "deepspeed" && framework != "sglang" && type != "streaming")
        throw refusal{400, "Framework " + (framework.empty() ? "vllm" : framework) +
                               " needs a streaming endpoint"};
    check_workers(f, type);
    endpoint& made = add_endpoint(with);
    made.about.type = type;
    made.about.llm_model = detail::launch_text(f.at("model_name"));
    made.about.public_inference =
        !f.contains("public_inference") || detail::launch_bool(f, "public_inference");
    made.bundle = made.about.name;
    return json(object{{"endpoint_creation_task_id", new_uuid()}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_llms(call& with)
{
    array list;
    for (endpoint const* const each : select(with, true))
        list.push_back(llm(*each));
    return json(object{{"model_endpoints", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_llm(call& with)
{
    endpoint const* const which = find_llm(with.ids[0], with.user, true);
    if (which == nullptr)
        throw refusal{404, "Model endpoint " + with.ids[0] + " was not found."};
    return json(llm(*which));
}

INFERPP_DECL simulated_answer launch_simulator::platform::update_llm(call& with)
{
    endpoint* const which = find_llm(with.ids[0], with.user, false);
    if (which == nullptr)
        throw refusal{404, "Model endpoint " + with.ids[0] + " was not found."};
    bool const is_public = which->about.public_inference;
    for (auto const& [name, member] : with.fields())
        if (!member.is_null())
            which->fields[name] = member;
    begin_change(*which);
    if (!with.fields().contains("public_inference"))
        which->about.public_inference = is_public;
    which->about.llm_model = detail::launch_text(which->fields.at("model_name"));
    return json(object{{"endpoint_creation_task_id", new_uuid()}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::delete_llm(call& with)
{
    endpoint* const which = find_llm(with.ids[0], with.user, true);
    if (which == nullptr)
        throw refusal{404, "Model endpoint " + with.ids[0] + " was not found."};
    if (find_llm(with.ids[0], with.user, false) == nullptr)
        throw refusal{403, "You don't have permission to delete the specified endpoint."};
    if (!which->deleted)
        which->deleted = now;
    return json(object{{"deleted", true}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::download_llm(call& with)
{
    auto const model = detail::launch_text(with.fields().at("model_name"));
    std::string name = "models/" + model + "/config.json";
    auto const url = put_object(std::move(name), R"({"model_type":"llama"})");
    return json(object{{"urls", {{"config.json", url}}}});
}

// --- batch completions -------------------------------------------------------------------------

/// A job from either version's request; the result file is an array of outputs.
INFERPP_DECL launch_simulator::platform::job& launch_simulator::platform::add_completions(
    call& with)
{
    object const& f = with.fields();
    if (detail::launch_integer(f, "data_parallelism", 1) > 1)
        throw refusal{400, "Data parallelism is disabled for batch completions."};
    auto const input = detail::launch_member(f, "input_data_path");
    auto content = detail::launch_member(f, "content");
    if (input.is_null() == content.is_null()) {
        problems wrong;
        wrong.place = {"body"};
        add_problem(wrong, "value_error",
                    "Value error, Exactly one of input_data_path or content must be provided",
                    with.body, {{"error", object{}}});
        throw refusal{422, std::move(wrong.list)};
    }
    auto const model = detail::launch_text(f.at("model_config").get_object().at("model"));
    job& made = add_job(image_jobs, with, new_id("ft-"), model);
    if (!input.is_null()) {
        std::string const* const found = find_object(detail::launch_text(input));
        error_code code;
        if (found != nullptr)
            content = boost::json::parse(*found, code);
        if (found == nullptr || code)
            made.end = "FAILURE";
    }
    std::vector<object> requests;
    if (content.is_array())
        for (auto const& each : content.get_array())
            requests.push_back(each.is_object() ? each.get_object() : object{});
    else if (content.is_object() && content.get_object().contains("prompts"))
        for (auto const& prompt : content.get_object().at("prompts").get_array()) {
            object& one = requests.emplace_back(content.get_object());
            one.erase("prompts");
            one["prompt"] = prompt;
        }
    array outputs;
    for (object const& each : requests) {
        launch_call asked;
        asked.via = launch_call::route::batch;
        asked.endpoint = model;
        asked.body = each;
        if (made.end == "FAILURE")
            break;
        std::string const text = "You said: " + detail::launch_last_words(asked);
        ++predictions;
        outputs.push_back({{"text", text},
                           {"num_prompt_tokens", prompt_tokens(each)},
                           {"num_completion_tokens", tokens_of(text).size()},
                           {"tokens", nullptr}});
    }
    auto const path = detail::launch_text(f.at("output_data_path"));
    auto const scheme = path.find("://");
    if (made.end == "SUCCESS" && scheme != std::string::npos)
        storage[path.substr(scheme + 3)] = boost::json::serialize(outputs);
    return made;
}

INFERPP_DECL boost::json::object launch_simulator::platform::completions(job const& which) const
{
    constexpr std::pair<std::string_view, std::string_view> words[] = {
        {"PENDING", "queued"}, {"RUNNING", "running"}, {"SUCCESS", "completed"},
        {"FAILURE", "failed"}, {"TIMEOUT", "failed"},  {"CANCELLED", "cancelled"}};
    std::string_view status = "unknown";
    for (auto const& [name, word] : words)
        if (name == status_of(which))
            status = word;
    object const& f = which.fields;
    auto const end =
        which.created_at + std::chrono::floor<milliseconds>(which.ended - which.created);
    return {{"job_id", which.id},
            {"input_data_path", detail::launch_member(f, "input_data_path")},
            {"output_data_path", f.at("output_data_path")},
            {"model_config", f.at("model_config")},
            {"priority", detail::launch_member(f, "priority")},
            {"status", status},
            {"created_at", stamp(which.created_at)},
            {"expires_at", stamp(which.created_at + std::chrono::hours{24})},
            {"completed_at", status == "completed" ? value(stamp(end)) : value{}},
            {"metadata", nullptr}};
}

INFERPP_DECL launch_simulator::platform::job& launch_simulator::platform::find_completions(
    call const& with)
{
    job* const found = find_job(image_jobs, with.ids[0], with.user);
    if (found == nullptr || !found->fields.contains("model_config"))
        throw refusal{404, "The specified batch completion could not be found."};
    return *found;
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_completions_v1(call& with)
{
    return json(object{{"job_id", add_completions(with).id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_completions_v2(call& with)
{
    job const& made = add_completions(with);
    if (options.batch_v2_fails) // the job runs nevertheless
        throw internal_error{};
    return json(completions(made));
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_completions(call& with)
{
    job const& which = find_completions(with);
    if (options.batch_v2_fails)
        throw internal_error{};
    return json(object{{"job", completions(which)}});
}

/// Not implemented on the platform.
INFERPP_DECL simulated_answer launch_simulator::platform::update_completions(call& with)
{
    find_completions(with);
    throw internal_error{};
}

INFERPP_DECL simulated_answer launch_simulator::platform::cancel_completions(call& with)
{
    return json(object{{"success", cancel(find_completions(with))}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
