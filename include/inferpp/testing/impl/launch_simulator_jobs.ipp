// SPDX-License-Identifier: BSL-1.0
//
// Jobs that the simulated Launch runs in images, and fine-tunes. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_JOBS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_JOBS_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL launch_simulator::platform::job& launch_simulator::platform::add_job(
    std::vector<job>& to, call const& with, std::string id, std::string what)
{
    job made;
    made.id = std::move(id);
    made.owner = with.user;
    made.fields = with.fields();
    made.created_at = today;
    made.created = now;
    made.started = now + options.job_queue_time;
    made.ended = made.started + options.job_run_time;
    if (options.failing_jobs.contains(what))
        made.end = "FAILURE";
    made.what = std::move(what);
    to.push_back(std::move(made));
    return to.back();
}

/// @return null when there is none that the user owns
INFERPP_DECL launch_simulator::platform::job* launch_simulator::platform::find_job(
    std::vector<job>& in, std::string_view id, std::string const& user)
{
    for (job& each : in)
        if (each.id == id && each.owner == user)
            return &each;
    return nullptr;
}

INFERPP_DECL std::string_view launch_simulator::platform::status_of(job const& which) const
{
    if (which.cancelled)
        return "CANCELLED";
    if (now < which.started)
        return "PENDING";
    return now < which.ended ? "RUNNING" : std::string_view{which.end};
}

/// @return whether it was still going on
INFERPP_DECL bool launch_simulator::platform::cancel(job& which) const
{
    if (which.cancelled || now >= which.ended)
        return false;
    which.cancelled = now;
    return true;
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_image_job(call& with)
{
    object const& f = with.fields();
    auto const id =
        detail::launch_text(detail::launch_member(f, "docker_image_batch_job_bundle_id"));
    auto const name =
        detail::launch_text(detail::launch_member(f, "docker_image_batch_job_bundle_name"));
    if (id.empty() == name.empty()) {
        problems wrong;
        wrong.place = {"body"};
        std::string const why = "Exactly one of docker_image_batch_job_bundle_name and "
                                "docker_image_batch_job_bundle_id must be specified";
        add_problem(wrong, "value_error", "Value error, " + why, with.body, {{"error", object{}}});
        throw refusal{422, std::move(wrong.list)};
    }
    check_labels(f.at("labels").get_object());
    record const* bundle = find_record(image_bundles, id, with.user);
    for (record const& each : image_bundles)
        if (each.owner == with.user && !name.empty() &&
            detail::launch_text(each.fields.at("name")) == name)
            bundle = &each; // the latest
    if (bundle == nullptr)
        throw refusal{404, "The specified batch job bundle could not be found."};
    auto const bundle_name = detail::launch_text(bundle->fields.at("name"));
    return json(object{{"job_id", add_job(image_jobs, with, new_id("ft-"), bundle_name).id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_image_jobs(call& with)
{
    auto const trigger_id = with.query("trigger_id");
    if (trigger_id && find_record(triggers, *trigger_id, with.user) == nullptr)
        throw refusal{404, "Trigger " + *trigger_id + " was not found."};
    array list;
    for (job const& each : image_jobs) {
        // No trigger ever fires here.
        if (each.owner != with.user || each.cancelled || trigger_id)
            continue;
        bool const ended = now >= each.ended;
        auto const end =
            each.created_at + std::chrono::floor<milliseconds>(each.ended - each.created);
        auto const runtime = detail::launch_member(each.fields, "override_job_max_runtime_s");
        list.push_back({{"id", each.id},
                        {"created_by", each.owner},
                        {"owner", each.owner},
                        {"created_at", stamp(each.created_at)},
                        {"completed_at", ended ? value(stamp(end)) : value{}},
                        {"status", status_of(each)},
                        {"annotations", nullptr},
                        {"override_job_max_runtime_s", runtime},
                        {"num_workers", 1}});
    }
    return json(object{{"jobs", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_image_job(call& with)
{
    job const* const which = find_job(image_jobs, with.ids[0], with.user);
    if (which == nullptr || which->cancelled) // a cancelled job is gone; no full stop there
        throw refusal{404, "The specified batch job could not be found"};
    return json(object{{"status", status_of(*which)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::update_image_job(call& with)
{
    job* const which = find_job(image_jobs, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified batch job could not be found"};
    bool const wanted = detail::launch_bool(with.fields(), "cancel");
    return json(object{{"success", wanted && cancel(*which)}});
}

// --- fine-tunes --------------------------------------------------------------------------------

INFERPP_DECL boost::json::object launch_simulator::platform::fine_tune(job const& which) const
{
    std::string_view const status = status_of(which);
    auto const suffix = detail::launch_text(detail::launch_member(which.fields, "suffix"));
    std::string const model =
        which.what + (suffix.empty() ? "" : '.' + suffix) + '.' + which.id.substr(3, 6);
    return {{"id", which.id},
            {"fine_tuned_model", status == "SUCCESS" ? value(model) : value{}},
            {"status", status}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_fine_tune(call& with)
{
    auto const data = detail::launch_text(with.fields().at("training_file"));
    if (data.find("://") == std::string::npos && !files.contains(with.user + '/' + data))
        throw refusal{404, "The specified file could not be found."};
    auto const model = detail::launch_text(with.fields().at("model"));
    return json(object{{"id", add_job(fine_tunes, with, new_id("ft-"), model).id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_fine_tunes(call& with)
{
    array list;
    for (job const& each : fine_tunes)
        if (each.owner == with.user)
            list.push_back(fine_tune(each));
    return json(object{{"jobs", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_fine_tune(call& with)
{
    job const* const which = find_job(fine_tunes, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified fine-tune job could not be found."};
    return json(fine_tune(*which));
}

INFERPP_DECL simulated_answer launch_simulator::platform::cancel_fine_tune(call& with)
{
    job* const which = find_job(fine_tunes, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified fine-tune job could not be found."};
    return json(object{{"success", cancel(*which)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::fine_tune_events(call& with)
{
    job const* const which = find_job(fine_tunes, with.ids[0], with.user);
    if (which == nullptr)
        throw refusal{404, "The specified fine-tune job could not be found."};
    array events;
    auto const add = [&](time_point at, char const* message) {
        auto const time = which->created_at + std::chrono::floor<milliseconds>(at - which->created);
        auto const seconds = static_cast<double>(time.time_since_epoch().count()) / 1000;
        if (at <= now && (!which->cancelled || at <= *which->cancelled))
            events.push_back({{"timestamp", seconds}, {"message", message}, {"level", "info"}});
    };
    add(which->started, "Training started");
    add(which->ended, which->end == "SUCCESS" ? "Training done" : "Training failed");
    return json(object{{"events", std::move(events)}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_llm.ipp>
#endif

#endif
