// SPDX-License-Identifier: BSL-1.0
//
// Model endpoints of the simulated Launch. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_ENDPOINTS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_ENDPOINTS_IPP

#include <inferpp/testing/launch_simulator.hpp>

#include <tuple>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::string_view launch_simulator::platform::status_of(endpoint const& which) const
{
    if (which.deleted)
        return "DELETE_IN_PROGRESS";
    if (!which.changed)
        return "READY";
    auto const since = now - *which.changed;
    if (since < options.endpoint_queue_time)
        return "UPDATE_PENDING";
    if (since < options.endpoint_queue_time + options.endpoint_build_time)
        return "UPDATE_IN_PROGRESS";
    return options.failing_endpoints.contains(which.about.name) ? "UPDATE_FAILED" : "READY";
}

/// Forgets the endpoints whose deletion has ended.
INFERPP_DECL void launch_simulator::platform::bury()
{
    std::erase_if(endpoints, [this](auto const& each) {
        return each->deleted && now - *each->deleted >= options.endpoint_delete_time;
    });
}

INFERPP_DECL launch_simulator::platform::endpoint* launch_simulator::platform::find_endpoint(
    std::string_view id, std::string const& user)
{
    for (auto const& each : endpoints)
        if (each->about.id == id && (each->about.owner.empty() || each->about.owner == user))
            return each.get();
    // With two blanks, as the platform has it.
    throw refusal{404, "Model Endpoint " + std::string{id} + "  was not found."};
}

/// @return null when there is none
INFERPP_DECL launch_simulator::platform::endpoint* launch_simulator::platform::find_llm(
    std::string_view name, std::string const& user, bool others)
{
    for (auto const& each : endpoints) {
        launch_endpoint const& about = each->about;
        if (about.llm_model && about.name == name &&
            (about.owner.empty() || about.owner == user || (others && about.public_inference)))
            return each.get();
    }
    return nullptr;
}

INFERPP_DECL boost::json::object launch_simulator::platform::describe(endpoint const& which) const
{
    object const& f = which.fields;
    bool const ready = status_of(which) == "READY";
    auto const member = [&f](char const* name) { return detail::launch_member(f, name); };
    value const destination("launch-endpoint-id-" + which.about.id.substr(4));
    auto const workers = detail::launch_integer(f, "min_workers");
    object deployment{
        {"min_workers", member("min_workers")},
        {"max_workers", member("max_workers")},
        {"per_worker", member("per_worker")},
        {"concurrent_requests_per_worker",
         (std::max<std::int64_t>)(1, detail::launch_integer(f, "concurrent_requests_per_worker"))},
        {"forwarder_max_concurrency", member("forwarder_max_concurrency")},
        {"available_workers", ready ? value(workers) : value(0)},
        {"unavailable_workers", ready ? value(0) : value(workers)}};
    auto const or_text = [&f](char const* name, char const* otherwise) {
        auto const found = detail::launch_member(f, name);
        return found.is_null() ? value(otherwise) : found;
    };
    object resources{{"cpus", or_text("cpus", "1")},
                     {"gpus", detail::launch_integer(f, "gpus")},
                     {"memory", or_text("memory", "1Gi")},
                     {"gpu_type", member("gpu_type")},
                     {"storage", member("storage")},
                     {"nodes_per_worker", detail::launch_integer(f, "nodes_per_worker", 1)},
                     {"optimize_costs", member("optimize_costs")}};
    value hooks = member("post_inference_hooks");
    if (hooks.is_null() && !which.changed && which.about.callback_hook)
        hooks = array{"callback"};
    auto const url = which.about.callback_url;
    object described{{"id", which.about.id},
                     {"name", which.about.name},
                     {"endpoint_type", which.about.type},
                     {"destination", destination},
                     {"deployment_name", destination},
                     {"metadata", member("metadata")},
                     {"bundle_name", which.bundle},
                     {"status", status_of(which)},
                     {"post_inference_hooks", hooks},
                     {"default_callback_url", url.empty() ? value{} : value(url)},
                     {"default_callback_auth", which.about.callback_auth},
                     {"labels", member("labels")},
                     {"aws_role", "default"},
                     {"results_s3_bucket", "launch-results"},
                     {"created_by", which.about.owner.empty() ? "tests" : which.about.owner},
                     {"created_at", stamp(which.created_at)},
                     {"last_updated_at", stamp(which.updated_at)},
                     {"deployment_state", ready ? value(std::move(deployment)) : value{}},
                     {"resource_state", ready ? value(std::move(resources)) : value{}},
                     {"num_queued_items", which.about.type == "async" ? value(0) : value{}},
                     {"public_inference", which.about.public_inference},
                     {"task_expires_seconds", member("task_expires_seconds")},
                     {"queue_message_timeout_seconds", member("queue_message_timeout_seconds")}};
    if (options.status_reason)
        described["status_reason"] =
            status_of(which) == "UPDATE_FAILED" ? value("simulated") : value{};
    return described;
}

/// The caller's endpoints by the filters of a list; those of LLMs with the public ones.
INFERPP_DECL std::vector<launch_simulator::platform::endpoint*> launch_simulator::platform::select(
    call const& with, bool llm)
{
    auto const name = with.query("name");
    std::vector<endpoint*> chosen;
    for (auto const& each : endpoints) {
        launch_endpoint const& about = each->about;
        bool const own = about.owner.empty() || about.owner == with.user;
        bool const listed = llm ? about.llm_model && (own || about.public_inference) : own;
        if (listed && (!name || *name == about.name))
            chosen.push_back(each.get());
    }
    auto const order = with.query("order_by");
    if (order == "newest")
        std::reverse(chosen.begin(), chosen.end());
    else if (order == "alphabetical")
        std::sort(chosen.begin(), chosen.end(), [](auto const* a, auto const* b) {
            return std::tie(a->about.name, a->about.id) < std::tie(b->about.name, b->about.id);
        });
    return chosen;
}

/// What the platform wants of numbers that belong together.
INFERPP_DECL void launch_simulator::platform::check_workers(object const& fields,
                                                            std::string_view type) const
{
    if (detail::launch_integer(fields, "min_workers", 1) < 1 && type != "async")
        throw refusal{400, "Requested min workers 0 too low"};
    if (detail::launch_integer(fields, "max_workers") > 250)
        throw refusal{400, "Requested max workers too high"};
    if (type == "streaming" && detail::launch_integer(fields, "per_worker", 1) != 1)
        throw refusal{400, "Streaming endpoints need per_worker = 1"};
    if (type == "async" && detail::launch_integer(fields, "concurrent_requests_per_worker", 1) > 20)
        throw refusal{400, "Requested concurrency too high"};
}

/// A new endpoint of the caller from a request's body, whether for an LLM or not.
INFERPP_DECL launch_simulator::platform::endpoint& launch_simulator::platform::add_endpoint(
    call const& with)
{
    object const& f = with.fields();
    check_labels(f.at("labels").get_object());
    auto const name = detail::launch_text(f.at("name"));
    for (auto const& each : endpoints)
        if (each->about.name == name &&
            (each->about.owner.empty() || each->about.owner == with.user))
            throw refusal{400, "The specified model endpoint already exists."};
    auto made = std::make_unique<endpoint>();
    made->about.id = new_id("end_");
    made->about.name = name;
    made->about.owner = with.user;
    made->about.type = detail::launch_text(detail::launch_member(f, "endpoint_type"));
    made->about.callback_hook = false;
    made->fields = f;
    made->created_at = made->updated_at = today;
    endpoints.push_back(std::move(made));
    begin_change(*endpoints.back());
    return *endpoints.back();
}

/// Takes over what a creation or an update says about behaviour, and begins to build.
INFERPP_DECL void launch_simulator::platform::begin_change(endpoint& which)
{
    object const& f = which.fields;
    launch_endpoint& about = which.about;
    about.public_inference = detail::launch_bool(f, "public_inference");
    about.callback_url = detail::launch_text(detail::launch_member(f, "default_callback_url"));
    about.callback_auth = detail::launch_member(f, "default_callback_auth");
    if (f.contains("post_inference_hooks") && f.at("post_inference_hooks").is_array()) {
        about.callback_hook = false;
        for (auto const& hook : f.at("post_inference_hooks").get_array()) {
            if (hook != "callback" && hook != "logging" && hook != "billing")
                throw internal_error{};
            about.callback_hook = about.callback_hook || hook == "callback";
        }
    }
    which.changed = now;
    which.updated_at = today;
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_endpoint(call& with)
{
    object const& f = with.fields();
    auto const type = detail::launch_text(f.at("endpoint_type"));
    check_workers(f, type);
    auto const* const bundle =
        find_record(bundles, detail::launch_text(f.at("model_bundle_id")), with.user);
    if (bundle == nullptr)
        throw refusal{404, "The specified model bundle could not be found."};
    auto const flavor = detail::launch_text(bundle_v2(*bundle).at("flavor").at("flavor"));
    if (type == "streaming" && flavor != "streaming_enhanced_runnable_image")
        throw refusal{400, "The specified model bundle does not support streaming."};
    endpoint& made = add_endpoint(with);
    made.bundle = detail::launch_text(bundle->fields.at("name"));
    made.about.artifact = flavor.ends_with("artifact");
    return json(object{{"endpoint_creation_task_id", new_uuid()}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_endpoints(call& with)
{
    array list;
    for (endpoint const* const each : select(with, false))
        list.push_back(describe(*each));
    return json(object{{"model_endpoints", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_endpoint(call& with)
{
    return json(describe(*find_endpoint(with.ids[0], with.user)));
}

INFERPP_DECL simulated_answer launch_simulator::platform::update_endpoint(call& with)
{
    endpoint& which = *find_endpoint(with.ids[0], with.user);
    if (options.endpoint_conflicts && status_of(which) != "READY" &&
        status_of(which) != "UPDATE_FAILED")
        throw refusal{409, "Existing operation on endpoint in progress, try again later."};
    object changed = which.fields;
    for (auto const& [name, member] : with.fields())
        if (!member.is_null())
            changed[name] = member;
    if (changed.contains("labels") && changed.at("labels").is_object())
        check_labels(changed.at("labels").get_object());
    check_workers(changed, which.about.type);
    if (auto const id =
            detail::launch_text(detail::launch_member(with.fields(), "model_bundle_id"));
        !id.empty()) {
        auto const* const bundle = find_record(bundles, id, with.user);
        if (bundle == nullptr)
            throw refusal{404, "The specified model bundle could not be found."};
        which.bundle = detail::launch_text(bundle->fields.at("name"));
    }
    which.fields = std::move(changed);
    begin_change(which);
    return json(object{{"endpoint_creation_task_id", new_uuid()}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::delete_endpoint(call& with)
{
    endpoint& which = *find_endpoint(with.ids[0], with.user);
    if (options.endpoint_conflicts && status_of(which) != "READY" &&
        status_of(which) != "UPDATE_FAILED")
        throw refusal{409, "Existing operation on endpoint in progress, try again later."};
    if (!which.deleted)
        which.deleted = now;
    return json(object{{"deleted", true}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::restart_endpoint(call& with)
{
    endpoint const& which = *find_endpoint(with.ids[0], with.user);
    if (detail::launch_integer(which.fields, "nodes_per_worker", 1) > 1)
        throw refusal{400, "Multinode endpoints can't be restarted."};
    return json(object{{"restarted", true}});
}

/// An OpenAPI document for the caller's endpoints.
INFERPP_DECL simulated_answer launch_simulator::platform::endpoint_schema(call& with)
{
    object paths;
    for (endpoint const* const each : select(with, false))
        paths['/' + each->about.name] = object{};
    return json(object{{"openapi", "3.0.2"},
                       {"info", {{"title", "Launch"}, {"version", "1.0.0"}}},
                       {"paths", std::move(paths)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::endpoint_page(call&)
{
    http::response page;
    page.status = 200;
    page.headers.set("Content-Type", "text/html; charset=utf-8");
    page.body = "<!DOCTYPE html>\n<title>ReDoc</title>\n";
    return page;
}

/// Of the legacy root; the endpoint is known by its name.
INFERPP_DECL simulated_answer launch_simulator::platform::creation_logs(call& with)
{
    for (auto const& each : endpoints)
        if (each->about.name == with.ids[0] &&
            (each->about.owner.empty() || each->about.owner == with.user))
            return json(object{{"content", "Building " + each->about.name + "\nDone\n"}});
    throw refusal{404, "The specified endpoint could not be found."};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_bundles.ipp>
#endif

#endif
