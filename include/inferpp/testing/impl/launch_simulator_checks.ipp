// SPDX-License-Identifier: BSL-1.0
//
// Whether a request has the form that the simulated Launch wants. See launch_simulator.ipp.
//
// A check is a text: a list of members "name", a mark, and a type. Marks: '!' must be there, '^'
// may be null too, '?' may be missing, '~' may be missing or null. Types: 's' text, 'i' integer,
// 'n' number, 'b' boolean, 'o' object, 'm' object of texts, 'u' URL, 'a' anything, "[T]" array,
// "(x,y)" one of these words, "@x" the check of that name; bounds may follow, and '|' stands
// between alternatives. A check that begins with '=' is a type; with '#', a member's words name
// checks.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_CHECKS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_CHECKS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/json/parse.hpp>

#include <charconv>
#include <cmath>

// The members that several requests have.
#define INFERPP_LAUNCH_PREDICT                                                                     \
    "url~s args~a cloudpickle~s callback_url~s callback_auth~@auth return_pickled?b "              \
    "destination_path~s"
#define INFERPP_LAUNCH_HARDWARE "cpus~s|n gpus~i memory~s|n gpu_type~@gpu storage~s|n"
#define INFERPP_LAUNCH_ENDPOINT                                                                    \
    " post_inference_hooks~[s] optimize_costs~b prewarm~b high_priority~b billing_tags~o "         \
    "default_callback_url~u default_callback_auth~@auth public_inference~b "                       \
    "task_expires_seconds~i>=1 queue_message_timeout_seconds~i>=1<=43200 "
#define INFERPP_LAUNCH_LLM                                                                         \
    INFERPP_LAUNCH_HARDWARE INFERPP_LAUNCH_ENDPOINT                                                \
        "quantize~(bitsandbytes,awq) checkpoint_path~s nodes_per_worker~i "                        \
        "chat_template_override~s enable_startup_metrics~b "
#define INFERPP_LAUNCH_FRAMEWORKS                                                                  \
    "inference_framework?(vllm,deepspeed,text_generation_inference,lightllm,tensorrt_llm,sglang) "
#define INFERPP_LAUNCH_SAMPLING                                                                    \
    "stop_sequences~[s] return_token_log_probs~b presence_penalty~n>=0<=2 "                        \
    "frequency_penalty~n>=0<=2 top_k~i>=-1 top_p~n>0<=1 skip_special_tokens~b "
#define INFERPP_LAUNCH_COMPLETIONS                                                                 \
    "input_data_path~s output_data_path!s labels?m data_parallelism~i>=1<=64 "                     \
    "max_runtime_sec~i>=1<=172800 priority~s tool_config~@tool model_config!@model_config "        \
    "nodes_per_worker~i " INFERPP_LAUNCH_HARDWARE
#define INFERPP_LAUNCH_OPENAI                                                                      \
    " stream~b stream_options~o temperature~n>=0<=2 top_p~n>=0<=1 n~i>=1<=128 seed~i user~s "      \
    "frequency_penalty~n>=-2<=2 presence_penalty~n>=-2<=2 top_k~i>=-1 min_p~n logit_bias~o "       \
    "stop~s|[s] guided_json~o guided_regex~s guided_choice~[s] guided_grammar~s echo~b "           \
    "ignore_eos~b min_tokens~i use_beam_search~b skip_special_tokens~b response_format~o "         \
    "best_of~i repetition_penalty~n length_penalty~n stop_token_ids~[i] early_stopping~b "         \
    "include_stop_str_in_output~b "
#define INFERPP_LAUNCH_IMAGE                                                                       \
    "repository!s tag!s predict_route?s healthcheck_route?s env~m protocol!(http) "                \
    "readiness_initial_delay_seconds?i extra_routes?[s] routes?[s] forwarder_type~s "              \
    "worker_command~[s] worker_env~m "

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::string_view launch_simulator::platform::find_check(std::string_view name)
{
    static constexpr std::pair<std::string_view, std::string_view> checks[] = {
        {"predict", INFERPP_LAUNCH_PREDICT},
        {"sync", INFERPP_LAUNCH_PREDICT " timeout_seconds~n>0 num_retries~i>=0"},
        {"auth", "#kind basic=auth_basic mtls=auth_mtls"},
        {"auth_basic", "username!s password!s"},
        {"auth_mtls", "cert!s key!s"},
        {"gpu", "=(nvidia-tesla-t4,nvidia-ampere-a10,nvidia-ampere-a100,nvidia-ampere-a100e,"
                "nvidia-hopper-h100,nvidia-hopper-h100-1g20gb,nvidia-hopper-h100-3g40gb)"},
        {"cancel", "cancel!b"},
        {"batch", "model_bundle_id!s input_path!s serialization_format!(JSON,PICKLE) labels!m "
                  "resource_requests!@batch_hardware timeout_seconds?n"},
        {"batch_hardware",
         INFERPP_LAUNCH_HARDWARE " max_workers~i per_worker~i concurrent_requests_per_worker~i"},
        {"image_job", "docker_image_batch_job_bundle_id~s docker_image_batch_job_bundle_name~s "
                      "job_config~o labels!m resource_requests?@image_hardware "
                      "override_job_max_runtime_s~i>=1"},
        {"image_hardware", INFERPP_LAUNCH_HARDWARE " nodes_per_worker~i"},
        {"image_bundle", "name!s image_repository!s image_tag!s command![s] env?m "
                         "mount_location~s resource_requests?@image_hardware public~b"},
        {"trigger", "name!s cron_schedule!s bundle_id!s default_job_config~o "
                    "default_job_metadata~m"},
        {"trigger_update", "cron_schedule~s suspend~b"},
        {"endpoint", "name!s<=63 model_bundle_id!s endpoint_type!(async,sync,streaming) metadata!o "
                     "cpus!s|n gpus!i>=0 memory!s|n storage!s|n gpu_type~@gpu min_workers!i>=0 "
                     "max_workers!i>=0 per_worker!i>0 nodes_per_worker?i>0 labels!m "
                     "concurrent_requests_per_worker~i>0 "
                     "forwarder_max_concurrency~i>0<=20" INFERPP_LAUNCH_ENDPOINT},
        {"endpoint_update", "model_bundle_id~s metadata~o cpus~s|n gpus~i>=0 memory~s|n "
                            "storage~s|n gpu_type~@gpu min_workers~i>=0 max_workers~i>=0 "
                            "per_worker~i>0 labels~m concurrent_requests_per_worker~i>0 "
                            "forwarder_max_concurrency~i>0<=20" INFERPP_LAUNCH_ENDPOINT},
        {"bundle_v1", "name!s location!s requirements![s] env_params!@environment "
                      "packaging_type!(cloudpickle,zip,lira) metadata~o app_config~o "
                      "schema_location~s"},
        {"environment", "framework_type!(pytorch,tensorflow,custom_base_image) "
                        "pytorch_image_tag~s tensorflow_version~s ecr_repo~s image_tag~s"},
        {"bundle_v2", "name!s metadata~o schema_location!s flavor!@flavor"},
        {"flavor", "#flavor cloudpickle_artifact=cloudpickle zip_artifact=zip runnable_image=image "
                   "streaming_enhanced_runnable_image=streaming_image "
                   "triton_enhanced_runnable_image=triton_image"},
        {"framework", "#framework_type pytorch=pytorch tensorflow=tensorflow "
                      "custom_base_image=base_image"},
        {"pytorch", "pytorch_image_tag!s"},
        {"tensorflow", "tensorflow_version!s"},
        {"base_image", "image_repository!s image_tag!s"},
        {"cloudpickle", "requirements![s] framework!@framework app_config~o location!s "
                        "load_predict_fn!s load_model_fn!s"},
        {"zip", "requirements![s] framework!@framework app_config~o location!s "
                "load_predict_fn_module_path!s load_model_fn_module_path!s"},
        {"image", INFERPP_LAUNCH_IMAGE "command![s]"},
        {"streaming_image",
         INFERPP_LAUNCH_IMAGE "command?[s] streaming_command![s] streaming_predict_route?s"},
        {"triton_image", INFERPP_LAUNCH_IMAGE
         "command![s] triton_model_repository!s triton_model_replicas~m triton_num_cpu!n "
         "triton_commit_tag!s triton_storage~s triton_memory~s "
         "triton_readiness_initial_delay_seconds?i"},
        {"clone", "original_model_bundle_id!s new_app_config~o"},
        {"completion", "prompt!s max_new_tokens!i temperature!n>=0<=1 guided_json~o guided_regex~s "
                       "guided_choice~[s] guided_grammar~s "
                       "include_stop_str_in_output~b " INFERPP_LAUNCH_SAMPLING},
        {"llm", INFERPP_LAUNCH_LLM INFERPP_LAUNCH_FRAMEWORKS
         "name!s model_name!s metadata!o min_workers!i max_workers!i per_worker!i labels!m "
         "source?(hugging_face) inference_framework_image_tag?s num_shards?i "
         "endpoint_type?(async,sync,streaming)"},
        {"llm_update", INFERPP_LAUNCH_LLM INFERPP_LAUNCH_FRAMEWORKS
         "model_name~s metadata~o min_workers~i max_workers~i per_worker~i labels~m "
         "source~(hugging_face) inference_framework_image_tag~s num_shards~i "
         "force_bundle_recreation~b"},
        {"download", "model_name!s download_format~s"},
        {"fine_tune", "model!s training_file!s validation_file~s hyperparameters!o suffix~s "
                      "wandb_config~o"},
        {"tool", "name!s max_iterations~i execution_timeout_seconds~i should_retry_on_error~b"},
        {"model_config", "model!s checkpoint_path~s num_shards~i>=1 max_context_length~i>=1 "
                         "labels?m seed~i response_role~s max_model_len~i"},
        {"content_v1", "prompts![s] max_new_tokens!i temperature!n>=0<=1 " INFERPP_LAUNCH_SAMPLING},
        {"completions_v1", INFERPP_LAUNCH_COMPLETIONS " content~@content_v1"},
        {"completions_v2", INFERPP_LAUNCH_COMPLETIONS " content~[o]|@content_v1"},
        {"completions_update", "job_id!s priority~s"},
        {"message", "#role developer=said system=said user=said assistant=answered tool=tool_said "
                    "function=function_said"},
        {"said", "content!s|[o] name~s"},
        {"answered", "content~s|[o] refusal~s name~s tool_calls~[o]"},
        {"tool_said", "content!s|[o] tool_call_id!s"},
        {"function_said", "content^s name!s"},
        {"chat", "model!s messages![@message]>=1 max_tokens~i max_completion_tokens~i logprobs~b "
                 "top_logprobs~i>=0<=20 tools~[o] parallel_tool_calls?b priority~i "
                 "metadata~m" INFERPP_LAUNCH_OPENAI},
        {"completion_v2", "model!s prompt^s|[s]|[i]|[[i]] max_tokens~i>=0 logprobs~i>=0<=5 "
                          "suffix~s" INFERPP_LAUNCH_OPENAI},
    };
    for (auto const& [key, check] : checks)
        if (key == name)
            return check;
    return {};
}

#undef INFERPP_LAUNCH_PREDICT
#undef INFERPP_LAUNCH_HARDWARE
#undef INFERPP_LAUNCH_ENDPOINT
#undef INFERPP_LAUNCH_LLM
#undef INFERPP_LAUNCH_FRAMEWORKS
#undef INFERPP_LAUNCH_SAMPLING
#undef INFERPP_LAUNCH_COMPLETIONS
#undef INFERPP_LAUNCH_OPENAI
#undef INFERPP_LAUNCH_IMAGE

INFERPP_DECL void launch_simulator::platform::add_problem(problems& to, std::string_view type,
                                                          std::string_view message,
                                                          value const& input, object context)
{
    object problem{{"type", type},
                   {"loc", array(to.place.begin(), to.place.end())},
                   {"msg", message},
                   {"input", input}};
    if (!context.empty())
        problem["ctx"] = std::move(context);
    to.list.push_back(std::move(problem));
}

INFERPP_DECL void launch_simulator::platform::check_fields(std::string_view check,
                                                           value const& what, problems& to)
{
    auto const* const from = what.if_object();
    if (from == nullptr)
        return add_problem(to, "model_attributes_type",
                           "Input should be a valid dictionary or object to extract fields from",
                           what);
    while (!check.empty()) {
        std::string_view const field = detail::launch_take(check, ' ');
        if (field.empty())
            continue;
        auto const mark = field.find_first_of("!^?~");
        std::string_view const name = field.substr(0, mark);
        bool const required = field[mark] == '!' || field[mark] == '^';
        bool const nullable = field[mark] == '^' || field[mark] == '~';
        to.place.emplace_back(name);
        auto const* const found = from->if_contains(name);
        if (found == nullptr && required)
            add_problem(to, "missing", "Field required", what);
        else if (found != nullptr && !(nullable && found->is_null()))
            check_value(field.substr(mark + 1), *found, to);
        to.place.pop_back();
    }
}

INFERPP_DECL void launch_simulator::platform::check_value(std::string_view type, value const& what,
                                                          problems& to)
{
    std::size_t const before = to.list.size();
    while (!type.empty()) { // enough if one of them fits
        std::size_t const count = to.list.size();
        check_atom(detail::launch_take(type, '|'), what, to);
        if (to.list.size() == count) {
            to.list.resize(before);
            return;
        }
    }
}

INFERPP_DECL void launch_simulator::platform::check_atom(std::string_view atom, value const& what,
                                                         problems& to)
{
    if (atom[0] == '@') {
        std::string_view const check = find_check(atom.substr(1));
        if (check[0] == '=')
            return check_value(check.substr(1), what, to);
        return check[0] == '#' ? check_union(check.substr(1), what, to)
                               : check_fields(check, what, to);
    }
    if (atom[0] == '(') {
        std::string_view words = atom.substr(1, atom.find(')') - 1);
        std::string expected;
        while (!words.empty()) {
            std::string_view const word = detail::launch_take(words, ',');
            if (what.is_string() && what.get_string() == word)
                return;
            expected += (expected.empty() ? "" : words.empty() ? " or " : ", ");
            expected += '\'' + std::string{word} + '\'';
        }
        return add_problem(to, "enum", "Input should be " + expected, what,
                           {{"expected", expected}});
    }
    if (atom[0] == '[') {
        auto const end = atom.rfind(']');
        auto const* const list = what.if_array();
        if (list == nullptr)
            return add_problem(to, "list_type", "Input should be a valid list", what);
        for (std::size_t i = 0; i < list->size(); ++i) {
            to.place.emplace_back(static_cast<std::int64_t>(i));
            check_value(atom.substr(1, end - 1), (*list)[i], to);
            to.place.pop_back();
        }
        return check_bounds(atom.substr(end + 1), what, to);
    }
    bool const whole = what.is_int64() || what.is_uint64() ||
                       (what.is_double() && what.get_double() == std::floor(what.get_double()));
    switch (atom[0]) {
    case 's':
        if (!what.is_string())
            return add_problem(to, "string_type", "Input should be a valid string", what);
        break;
    case 'i':
        if (!whole)
            return add_problem(to, "int_type", "Input should be a valid integer", what);
        break;
    case 'n':
        if (!what.is_number())
            return add_problem(to, "float_type", "Input should be a valid number", what);
        break;
    case 'b':
        if (!what.is_bool())
            return add_problem(to, "bool_type", "Input should be a valid boolean", what);
        break;
    case 'o':
    case 'm':
        if (!what.is_object())
            return add_problem(to, "dict_type", "Input should be a valid dictionary", what);
        if (atom[0] == 'm')
            for (auto const& [name, member] : what.get_object()) {
                to.place.emplace_back(name);
                check_atom("s", member, to);
                to.place.pop_back();
            }
        break;
    case 'u':
        if (!what.is_string() || !parse_url(detail::launch_text(what)))
            return add_problem(to, "url_parsing", "Input should be a valid URL", what);
        break;
    default: break;
    }
    check_bounds(atom.substr(1), what, to);
}

INFERPP_DECL void launch_simulator::platform::check_bounds(std::string_view bounds,
                                                           value const& what, problems& to)
{
    while (!bounds.empty()) {
        bool const lower = bounds[0] == '>';
        bool const equal = bounds[1] == '=';
        bounds.remove_prefix(equal ? 2 : 1);
        int limit = 0;
        auto const read = std::from_chars(bounds.data(), bounds.data() + bounds.size(), limit);
        std::string const text{bounds.data(), read.ptr};
        bounds.remove_prefix(text.size());
        if (what.is_string() && what.get_string().size() > static_cast<std::size_t>(limit))
            add_problem(to, "string_too_long", "String should have at most " + text + " characters",
                        what, {{"max_length", limit}});
        if (what.is_array() && what.get_array().size() < static_cast<std::size_t>(limit))
            add_problem(to, "too_short",
                        "List should have at least " + text + " item after validation, not 0", what,
                        {{"field_type", "List"}, {"min_length", limit}, {"actual_length", 0}});
        if (!what.is_number())
            continue;
        double const number = what.to_number<double>();
        bool const good = lower ? (equal ? number >= limit : number > limit) : number <= limit;
        if (good)
            continue;
        std::string const type =
            std::string{lower ? "greater" : "less"} + "_than" + (equal ? "_equal" : "");
        add_problem(to, type,
                    std::string{"Input should be "} + (lower ? "greater" : "less") + " than " +
                        (equal ? "or equal to " : "") + text,
                    what, {{lower ? (equal ? "ge" : "gt") : "le", limit}});
    }
}

INFERPP_DECL void launch_simulator::platform::check_union(std::string_view check, value const& what,
                                                          problems& to)
{
    std::string const tag{detail::launch_take(check, ' ')};
    if (!what.is_object())
        return add_problem(to, "model_attributes_type",
                           "Input should be a valid dictionary or object to extract fields from",
                           what);
    auto const word = detail::launch_text(detail::launch_member(what.get_object(), tag));
    if (!what.get_object().contains(tag))
        return add_problem(to, "union_tag_not_found",
                           "Unable to extract tag using discriminator '" + tag + "'", what,
                           {{"discriminator", '\'' + tag + '\''}});
    std::string expected;
    while (!check.empty()) {
        std::string_view choice = detail::launch_take(check, ' ');
        std::string_view const name = detail::launch_take(choice, '=');
        if (name == word) {
            to.place.emplace_back(name);
            check_fields(find_check(choice), what, to);
            to.place.pop_back();
            return;
        }
        expected += (expected.empty() ? "'" : ", '") + std::string{name} + '\'';
    }
    add_problem(to, "union_tag_invalid",
                "Input tag '" + word + "' found using '" + tag +
                    "' does not match any of the expected tags: " + expected,
                what,
                {{"discriminator", '\'' + tag + '\''}, {"tag", word}, {"expected_tags", expected}});
}

INFERPP_DECL void launch_simulator::platform::check_query(route const& which, call const& with)
{
    problems found;
    std::string_view check = which.query;
    while (!check.empty()) {
        std::string_view field = detail::launch_take(check, ' ');
        auto const mark = field.find_first_of("!?");
        found.place = {value("query"), value(field.substr(0, mark))};
        auto const sent = with.query(field.substr(0, mark));
        if (sent)
            check_value(field.substr(mark + 1), value(*sent), found);
        else if (field[mark] == '!')
            add_problem(found, "missing", "Field required", nullptr);
    }
    if (!found.list.empty())
        throw refusal{422, std::move(found.list)};
}

INFERPP_DECL void launch_simulator::platform::check_body(route const& which, call& with)
{
    if (which.body.empty())
        return;
    problems found;
    found.place = {"body"};
    if (with.request.body.empty())
        add_problem(found, "missing", "Field required", nullptr);
    error_code code;
    if (found.list.empty())
        with.body = boost::json::parse(with.request.body, code);
    if (code) {
        found.place.emplace_back(0);
        add_problem(found, "json_invalid", "JSON decode error", object{},
                    {{"error", "Expecting value"}});
    }
    if (found.list.empty())
        check_fields(find_check(which.body), with.body, found);
    if (!found.list.empty())
        throw refusal{422, std::move(found.list)};
}

/// What Kubernetes takes as labels, and who pays.
INFERPP_DECL void launch_simulator::platform::check_labels(object const& labels)
{
    for (char const* const name : {"team", "product"})
        if (!labels.contains(name))
            throw refusal{400, std::string{"Missing label "} + name + " in labels"};
    for (char const* const name : {"user_id", "endpoint_name"})
        if (labels.contains(name))
            throw refusal{400, std::string{"Cannot specify "} + name + " in labels"};
    for (auto const& [name, text] : labels) {
        std::string const word = detail::launch_text(text);
        auto const is_plain = [](char c) {
            return inferpp::detail::is_digit(c) || (inferpp::detail::ascii_lower(c) >= 'a' &&
                                                    inferpp::detail::ascii_lower(c) <= 'z');
        };
        bool good = word.empty() || (is_plain(word.front()) && is_plain(word.back()));
        for (char const c : word)
            good = good && (is_plain(c) || c == '-' || c == '_' || c == '.');
        if (!good || word.size() > 63)
            throw refusal{400, "Invalid label value " + word};
    }
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_model.ipp>
#endif

#endif
