// SPDX-License-Identifier: BSL-1.0
//
// Debug sessions of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_DEBUG_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_DEBUG_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::launch_debug(
    call& with)
{
    model const& of = find_model(with);
    return object{{"debugSessionId", open_session("debug", with, of.id).id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_debug(
    call& with)
{
    array all;
    for (session const* const one : sessions_of("debug", with)) {
        array trainings;
        for (auto const& each : works)
            if (each->debug_session == one->id)
                trainings.push_back({{"id", each->id},
                                     {"createdAt", stamp(each->started_at)},
                                     {"state", !has_ended(*each)   ? "running"
                                               : has_failed(*each) ? "failed"
                                                                   : "completed"}});
        auto* const of = find_model_if(one->model);
        all.push_back({{"id", one->id},
                       {"startedAt", stamp(one->started_at)},
                       {"modelId", one->model},
                       {"parameterDefinitions",
                        of != nullptr ? of->fields.at("parameterDefinitions") : value(object{})},
                       {"trainingSessions", trainings},
                       {"executionLocation", one->location}});
    }
    return object{{"debugSessions", all}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::terminate_debug(
    call& with)
{
    return terminate("debug", with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::inspect(
    call& with)
{
    session& which = find_session("debug", with);
    with.expect_blobs(1);
    call chosen;
    chosen.params = which.options;
    if (!chosen.flag("remoteInspector", true))
        throw refusal{"not_remote_inspector"};
    write(which, with.blobs[0]);
    return object{};
}

/// Calls a function of the model in a session. @param instantiated the model's id; empty: none
INFERPP_DECL decthings_run decthings_simulator::platform::debug_call(function what,
                                                                     session const& in,
                                                                     call const& with,
                                                                     std::string_view instantiated)
{
    decthings_call asked;
    asked.what = what;
    if (auto const* const of = find_model_if(in.model))
        asked.model = of->name;
    if (!instantiated.empty())
        asked.state = in.instantiated.at(std::string{instantiated});
    asked.params = read_params(with, with.list("params"));
    auto run = call_model(asked);
    bool const thrown = !run.failure.empty() && what != function::train;
    if (thrown) {
        object error{{"code", "exception"}};
        if (auto const* const details = run.failure.if_contains("exceptionDetails"))
            error["exceptionDetails"] = *details;
        throw refusal{error};
    }
    return run;
}

/// Keeps data in a session.
INFERPP_DECL boost::json::object decthings_simulator::platform::keep(session& in,
                                                                     decthings_state data)
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    std::string const id = new_id("data");
    array keys;
    for (auto const& [key, content] : data)
        keys.push_back({{"key", key}, {"byteSize", content.size()}});
    in.kept[id] = std::move(data);
    object told{{"dataId", id}};
    told[later ? "weights" : "state"] = keys;
    return told;
}

INFERPP_DECL decthings_state& decthings_simulator::platform::find_instantiated(session& in,
                                                                               call const& with)
{
    auto const found = in.instantiated.find(with.text("instantiatedModelId"));
    if (found == in.instantiated.end())
        throw refusal{"instantiated_model_not_found"};
    return found->second;
}

/// What is known at once, and told when the function's time has passed.
INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::after_run(
    reply then) const
{
    return std::make_shared<pending>(now + options.run_time, [then] { return then; });
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    debug_create_state(call& with)
{
    session& in = find_session("debug", with);
    auto run = debug_call(function::create_state, in, with, "");
    return after_run(keep(in, std::move(run.state)));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    debug_instantiate(call& with)
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    session& in = find_session("debug", with);
    call source;
    source.params = with.part(later ? "weights" : "stateData");
    std::string const type = source.text("type");
    decthings_state data;
    if (type == "data") {
        data = read_keys(with, later ? "weightKeyNames" : "stateKeyNames");
    } else if (type == "dataId") {
        with.expect_blobs(0);
        auto const found = in.kept.find(source.text("dataId"));
        if (found == in.kept.end())
            throw refusal{later ? "weight_data_not_found" : "state_data_not_found"};
        data = found->second;
    } else {
        call::refuse("stateData", "its type is data or dataId");
    }
    std::string const id = new_id("instantiated");
    in.instantiated[id] = std::move(data);
    return after_run(object{{"instantiatedModelId", id}});
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_evaluate(
    call& with)
{
    session& in = find_session("debug", with);
    find_instantiated(in, with);
    return after_run(
        output_of(debug_call(function::evaluate, in, with, with.text("instantiatedModelId"))));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_get_state(
    call& with)
{
    session& in = find_session("debug", with);
    return after_run(keep(in, find_instantiated(in, with)));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_download(
    call& with)
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    session& in = find_session("debug", with);
    auto const found = in.kept.find(with.text("dataId"));
    if (found == in.kept.end())
        throw refusal{later ? "weight_data_not_found" : "state_data_not_found"};
    auto answer =
        keyed(found->second, with, later ? "weight_key_not_found" : "state_key_not_found", later);
    if (later)
        answer.result.erase("stateKeyNames");
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_train(
    call& with)
{
    session& in = find_session("debug", with);
    decthings_call asked;
    asked.what = function::train;
    asked.state = find_instantiated(in, with);
    asked.params = read_params(with, with.list("params"));
    auto* const of = find_model_if(in.model);
    if (of == nullptr)
        throw refusal{"debug_session_terminated"};
    asked.model = of->name;
    auto const started =
        start(work::kind::train, *of, in.location, asked, {{"train", options.run_time}});
    started->debug_session = in.id;
    return object{{"trainingSessionId", started->id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_training(
    call& with)
{
    work const& which = find_training(with, find_session("debug", with).id);
    object status = training_state(which);
    for (std::string_view const name : {"startDurations", "createdStateId", "createdVersionId"})
        status.erase(name);
    if (status.at("state") == "starting" || status.at("state") == "gettingState")
        status = {{"state", "running"}, {"progress", 0.0}};
    if (auto* const reason = status.if_contains("failReason"))
        reason->as_object().erase("at");
    return object{{"id", which.id},
                  {"createdAt", stamp(which.started_at)},
                  {"metrics", metric_amounts(which)},
                  {"status", status}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_metrics(
    call& with)
{
    return metrics_of(find_training(with, find_session("debug", with).id), with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::debug_cancel(
    call& with)
{
    work& which = find_training(with, find_session("debug", with).id);
    if (has_ended(which))
        throw refusal{"training_session_not_running"};
    cancel(which);
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_files.ipp>
#endif

#endif
