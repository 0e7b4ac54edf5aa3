// SPDX-License-Identifier: BSL-1.0
//
// Which request the simulated Launch answers how, and to whom. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_ROUTES_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_ROUTES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_answer launch_simulator::platform::answer(simulated_request& request,
                                                                 std::size_t in_progress)
{
    using p = platform;
    constexpr std::string_view by_name = "name?s order_by?(newest,oldest,alphabetical)";
    constexpr std::string_view by_model = "model_name?s order_by?(newest,oldest)";
    constexpr std::string_view by_bundle = "bundle_name?s order_by?(newest,oldest)";
    constexpr std::string_view endpoint_id = "model_endpoint_id!s";
    constexpr std::string_view endpoint_name = "model_endpoint_name!s";
    static constexpr route routes[] = {
        {"POST", "v1/sync-tasks", &p::sync_task, endpoint_id, "sync"},
        {"POST", "v1/streaming-tasks", &p::streaming_task, endpoint_id, "sync"},
        {"POST", "v1/async-tasks", &p::create_task, endpoint_id, "predict"},
        {"GET", "v1/async-tasks/{}", &p::get_task},
        {"POST", "v1/batch-jobs", &p::create_batch, "", "batch"},
        {"GET", "v1/batch-jobs/{}", &p::get_batch},
        {"PUT", "v1/batch-jobs/{}", &p::cancel_batch, "", "cancel"},
        {"POST", "v1/docker-image-batch-jobs", &p::create_image_job, "", "image_job"},
        {"GET", "v1/docker-image-batch-jobs", &p::list_image_jobs, "trigger_id?s"},
        {"GET", "v1/docker-image-batch-jobs/{}", &p::get_image_job},
        {"PUT", "v1/docker-image-batch-jobs/{}", &p::update_image_job, "", "cancel"},
        {"POST", "v1/docker-image-batch-job-bundles", &p::create_image_bundle, "", "image_bundle"},
        {"GET", "v1/docker-image-batch-job-bundles", &p::list_image_bundles, by_bundle},
        {"GET", "v1/docker-image-batch-job-bundles/latest", &p::latest_image_bundle,
         "bundle_name!s"},
        {"GET", "v1/docker-image-batch-job-bundles/{}", &p::get_image_bundle},
        {"POST", "v1/triggers", &p::create_trigger, "", "trigger"},
        {"GET", "v1/triggers", &p::list_triggers},
        {"GET", "v1/triggers/{}", &p::get_trigger},
        {"PUT", "v1/triggers/{}", &p::update_trigger, "", "trigger_update"},
        {"DELETE", "v1/triggers/{}", &p::delete_trigger},
        {"POST", "v1/model-endpoints", &p::create_endpoint, "", "endpoint"},
        {"GET", "v1/model-endpoints", &p::list_endpoints, by_name},
        {"GET", "v1/model-endpoints/{}", &p::get_endpoint},
        {"PUT", "v1/model-endpoints/{}", &p::update_endpoint, "", "endpoint_update"},
        {"DELETE", "v1/model-endpoints/{}", &p::delete_endpoint},
        {"POST", "v1/model-endpoints/{}/restart", &p::restart_endpoint},
        {"GET", "v1/model-endpoints-schema.json", &p::endpoint_schema},
        {"GET", "v1/model-endpoints-api", &p::endpoint_page},
        {"POST", "v1/model-bundles", &p::create_bundle, "", "bundle_v1"},
        {"GET", "v1/model-bundles", &p::list_bundles, by_model},
        {"POST", "v1/model-bundles/clone-with-changes", &p::clone_bundle, "", "clone"},
        {"GET", "v1/model-bundles/latest", &p::latest_bundle, "model_name!s"},
        {"GET", "v1/model-bundles/{}", &p::get_bundle},
        {"POST", "v2/model-bundles", &p::create_bundle, "", "bundle_v2"},
        {"GET", "v2/model-bundles", &p::list_bundles, by_model},
        {"POST", "v2/model-bundles/clone-with-changes", &p::clone_bundle, "", "clone"},
        {"GET", "v2/model-bundles/latest", &p::latest_bundle, "model_name!s"},
        {"GET", "v2/model-bundles/{}", &p::get_bundle},
        {"POST", "v1/files", &p::upload_file},
        {"GET", "v1/files", &p::list_files},
        {"GET", "v1/files/{}", &p::get_file},
        {"DELETE", "v1/files/{}", &p::delete_file},
        {"GET", "v1/files/{}/content", &p::file_content},
        {"POST", "v1/llm/completions-sync", &p::completion_sync, endpoint_name, "completion"},
        {"POST", "v1/llm/completions-stream", &p::completion_stream, endpoint_name, "completion"},
        {"POST", "v1/llm/model-endpoints/download", &p::download_llm, "", "download"},
        {"POST", "v1/llm/model-endpoints", &p::create_llm, "", "llm"},
        {"GET", "v1/llm/model-endpoints", &p::list_llms, by_name},
        {"GET", "v1/llm/model-endpoints/{}", &p::get_llm},
        {"PUT", "v1/llm/model-endpoints/{}", &p::update_llm, "", "llm_update"},
        {"DELETE", "v1/llm/model-endpoints/{}", &p::delete_llm},
        {"POST", "v1/llm/fine-tunes", &p::create_fine_tune, "", "fine_tune"},
        {"GET", "v1/llm/fine-tunes", &p::list_fine_tunes},
        {"GET", "v1/llm/fine-tunes/{}", &p::get_fine_tune},
        {"PUT", "v1/llm/fine-tunes/{}/cancel", &p::cancel_fine_tune},
        {"GET", "v1/llm/fine-tunes/{}/events", &p::fine_tune_events},
        {"POST", "v1/llm/batch-completions", &p::create_completions_v1, "", "completions_v1"},
        {"POST", "v2/chat/completions", &p::chat_v2, "", "chat"},
        {"POST", "v2/completions", &p::completion_v2, "", "completion_v2"},
        {"POST", "v2/batch-completions", &p::create_completions_v2, "", "completions_v2"},
        {"GET", "v2/batch-completions/{}", &p::get_completions},
        {"POST", "v2/batch-completions/{}", &p::update_completions, "", "completions_update"},
        {"POST", "v2/batch-completions/{}/actions/cancel", &p::cancel_completions},
        {"GET", "healthcheck", &p::health, "", "", true},
        {"GET", "healthz", &p::health, "", "", true},
        {"GET", "readyz", &p::health, "", "", true},
    };
    static constexpr route legacy_routes[] = {
        {"POST", "batch_task_input_upload", &p::sign_upload},
        {"POST", "model_bundle_upload", &p::sign_upload},
        {"GET", "endpoints/creation_logs/{}", &p::creation_logs},
    };

    auto const& path = request.path;
    if (!path.empty() && path[0] == "simulated-storage")
        return use_storage(request);
    bool const prefixed = path.size() > 1 && path[0] == "v1";
    bool const legacy = prefixed && path[1] == "hosted_inference";
    std::size_t const root = legacy || (prefixed && path[1] == "launch") ? 2 : 0;
    call with{request};
    std::string allowed;
    auto const* const first = legacy ? std::begin(legacy_routes) : std::begin(routes);
    auto const* const last = legacy ? std::end(legacy_routes) : std::end(routes);
    for (auto const* each = first; each != last; ++each) {
        if (!fits(each->pattern, path, root, with.ids))
            continue;
        if (each->method != request.method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string{each->method};
            continue;
        }
        if (!each->open && options.max_requests && in_progress > *options.max_requests)
            return too_many();
        return run(*each, with);
    }
    if (allowed.empty())
        return json(object{{"detail", "Not Found"}}, 404);
    auto wrong_method = json(object{{"detail", "Method Not Allowed"}}, 405);
    wrong_method.headers.set("Allow", allowed);
    return wrong_method;
}

INFERPP_DECL bool launch_simulator::platform::fits(std::string_view pattern,
                                                   std::vector<std::string> const& path,
                                                   std::size_t from, std::vector<std::string>& ids)
{
    ids.clear();
    for (; from < path.size(); ++from) {
        auto const end = (std::min)(pattern.find('/'), pattern.size());
        std::string_view const segment = pattern.substr(0, end);
        if (segment == "{}" && !path[from].empty())
            ids.push_back(path[from]);
        else if (segment != path[from])
            return false;
        pattern.remove_prefix(end);
        if (pattern.empty())
            return from + 1 == path.size();
        pattern.remove_prefix(1);
    }
    return false;
}

INFERPP_DECL simulated_answer launch_simulator::platform::run(route const& which, call& with)
{
    try {
        if (!which.open)
            with.user = authenticate(with.request);
        bury();
        check_query(which, with);
        check_body(which, with);
        return (this->*which.handler)(with);
    }
    catch (refusal const& why) {
        auto answer = json(object{{"detail", why.detail}}, why.status);
        if (why.status == 401) {
            auto const sent = with.request.headers.find("Authorization");
            bool const basic = sent && inferpp::detail::iequals(sent->substr(0, 6), "basic ");
            answer.headers.set("WWW-Authenticate", basic ? "Basic" : "Bearer");
        }
        return answer;
    }
    catch (std::exception const&) { // the user's model, too
        return unexpected();
    }
    catch (internal_error const&) {
        return unexpected();
    }
}

/// The user, which is the API key: as the name of HTTP Basic, or as a bearer's token.
INFERPP_DECL std::string launch_simulator::platform::authenticate(
    simulated_request const& request) const
{
    auto const sent = request.headers.find("Authorization");
    std::string user;
    if (sent && inferpp::detail::iequals(sent->substr(0, 6), "basic ")) {
        user = decode_base64(inferpp::detail::trim(sent->substr(6))).value_or(std::string{});
        user.resize((std::min)(user.find(':'), user.size()));
    } else if (sent && inferpp::detail::iequals(sent->substr(0, 7), "bearer ")) {
        user = inferpp::detail::trim(sent->substr(7));
    } else {
        throw refusal{401, "No authentication was passed in"};
    }
    if (user.empty() || (!options.api_key.empty() && user != options.api_key))
        throw refusal{401, "Could not authenticate user"};
    return user;
}

INFERPP_DECL simulated_answer launch_simulator::platform::health(call&)
{
    http::response answer;
    answer.status = 200;
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_checks.ipp>
#endif

#endif
