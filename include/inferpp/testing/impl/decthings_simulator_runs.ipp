// SPDX-License-Identifier: BSL-1.0
//
// What runs on the simulated Decthings, and evaluations. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_RUNS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_RUNS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

#include <cstring>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_run decthings_run::thrown(std::string details)
{
    decthings_run run;
    run.failure = {{"code", "exception"}, {"exceptionDetails", std::move(details)}};
    return run;
}

INFERPP_DECL decthings_run decthings_sum_model(decthings_call const& call)
{
    decthings_run run;
    if (auto const* const steering = call.find("simulate");
        steering != nullptr && !steering->tensors.empty() &&
        !steering->tensors.front().items.empty()) {
        auto const parsed = boost::json::parse(steering->tensors.front().items.front().second);
        if (auto const* const why = parsed.as_object().if_contains("fail"))
            return decthings_run::thrown(std::string{detail::decthings_text(*why)});
    }
    if (call.what == decthings_call::function::create_state) {
        for (decthings_parameter const& one : call.params) {
            std::string all;
            for (decthings_tensor const& tensor : one.tensors)
                all += detail::decthings_encode(tensor);
            run.state.emplace_back(one.name, std::move(all));
        }
        return run;
    }
    if (call.what == decthings_call::function::train) {
        run.state = call.state;
        for (int i = 1; i <= 4; ++i)
            run.metrics.emplace_back("loss",
                                     decthings_tensor::floats({1.0F / static_cast<float>(i)}, {}));
        return run;
    }
    double sum = 0;
    auto const add = [&sum](std::vector<decthings_tensor> const& tensors) {
        for (decthings_tensor const& one : tensors)
            for (double const number : one.numbers())
                sum += number;
    };
    for (decthings_parameter const& one : call.params)
        add(one.tensors);
    for (auto const& [key, content] : call.state)
        if (auto const tensors = detail::decthings_decode(content))
            add(*tensors);
    run.output = call.params;
    decthings_tensor total;
    total.type = "f64";
    total.data.resize(sizeof sum);
    std::memcpy(total.data.data(), &sum, sizeof sum);
    run.output.emplace_back("sum", std::vector<decthings_tensor>{total});
    return run;
}

/// What is done before a model's function, and that.
INFERPP_DECL std::vector<decthings_simulator::platform::stage> decthings_simulator::platform::plan(
    object const& location, std::vector<stage> rest) const
{
    std::vector<stage> all;
    if (detail::decthings_text(location.at("type")) == "temporaryLauncher") // else it is warm
        all = {{"createLauncher", options.launcher_time}, {"codeStartup", options.startup_time}};
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

INFERPP_DECL decthings_run decthings_simulator::platform::call_model(decthings_call const& asked)
{
    ++runs;
    return options.model(asked);
}

/// Starts something, whose outcome is known to the platform, but told only when its time has
/// passed.
INFERPP_DECL std::shared_ptr<decthings_simulator::platform::work> decthings_simulator::platform::
    start(work::kind what, model const& of, object location, decthings_call const& asked,
          std::vector<stage> stages)
{
    auto made = std::make_shared<work>();
    made->what = what;
    made->run = call_model(asked);
    made->id = new_id(what == work::kind::train      ? "training"
                      : what == work::kind::evaluate ? "evaluation"
                                                     : "creation");
    made->model = of.id;
    made->location = std::move(location);
    if (auto const* const id = made->location.if_contains("persistentLauncherId"))
        made->launcher = detail::decthings_text(*id);
    made->stages = std::move(stages);
    // The function is the last stage, but for that in which a trained state is got.
    auto const function_stage =
        std::find_if(made->stages.rbegin(), made->stages.rend(),
                     [](stage const& one) { return one.name != "getState"; });
    if (made->run.took && function_stage != made->stages.rend())
        function_stage->time = *made->run.took;
    // A failed run ends with the stage that failed: that of the function, if it does not say which.
    object& failure = made->run.failure;
    if (!failure.empty()) {
        auto const* const at = failure.if_contains("at");
        std::string const place{at != nullptr ? detail::decthings_text(*at)
                                : function_stage != made->stages.rend() ? function_stage->name
                                                                        : ""};
        std::string_view const code = detail::decthings_text(failure["code"]);
        if (at == nullptr && (code == "exception" || code == "max_duration_exceeded"))
            failure["at"] = place;
        auto const named = [&](stage const& one) {
            return one.name == place ||
                   (one.name == "createInstantiatedModel" && place == "instantiateModel");
        };
        auto const last = std::find_if(made->stages.begin(), made->stages.end(), named);
        if (last != made->stages.end())
            made->stages.erase(last + 1, made->stages.end());
    }
    made->started = now;
    made->started_at = today;
    works.push_back(made);
    return made;
}

INFERPP_DECL bool decthings_simulator::platform::has_failed(work const& which) const
{
    return which.cancelled || !which.run.failure.empty();
}

INFERPP_DECL boost::json::object decthings_simulator::platform::failure_of(work const& which) const
{
    return which.cancelled ? object{{"code", "cancelled"}} : which.run.failure;
}

/// How long the stages that have begun by then took, in whole milliseconds.
INFERPP_DECL boost::json::object decthings_simulator::platform::durations(work const& which,
                                                                          time_point until)
{
    object took;
    time_point begin = which.started;
    for (stage const& one : which.stages) {
        if (begin >= until && one.time > milliseconds::zero())
            break;
        auto const end = (std::min)(begin + one.time, until);
        took[one.name] = std::chrono::floor<milliseconds>(end - begin).count();
        begin += one.time;
    }
    return took;
}

INFERPP_DECL void decthings_simulator::platform::cancel(work& which)
{
    which.cancelled = now;
    auto const waiting = std::move(which.waiting);
    for (auto const& each : waiting)
        if (auto const one = each.lock())
            one->move_to(now);
}

/// Something has ended: what it has made is there.
INFERPP_DECL void decthings_simulator::platform::collect(work& which)
{
    which.collected = true;
    auto* const of = find_model_if(which.model);
    if (of == nullptr || which.what == work::kind::evaluate)
        return;
    if (which.what == work::kind::train && which.debug_session.empty()) {
        object const data{{"type", "trainingFinished"},
                          {"modelId", which.model},
                          {"trainingSessionId", which.id},
                          {"newStateName", which.name},
                          {"state", has_failed(which) ? "failed" : "completed"}};
        notifications.push_back({{"id", new_id("notification")},
                                 {"timestamp", stamp(date(end_of(which)))},
                                 {"viewed", false},
                                 {"data", data}});
    }
    if (has_failed(which) || !which.debug_session.empty())
        return;
    state made;
    made.id = which.what == work::kind::create_state ? which.id : new_id("state");
    made.name = which.name;
    made.created_at = date(end_of(which));
    made.data = which.run.state;
    made.mounted = which.mounted;
    if (which.what == work::kind::train) {
        made.trainings.emplace_back(which.id);
        which.version = made.id; // now that which it has made
    }
    if (of->active.empty())
        of->active = made.id;
    of->states.push_back(std::move(made));
}

/// Answers when something has ended.
INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::when_done(
    std::shared_ptr<work> which, reply (platform::*then)(work const&) const)
{
    auto const waits = std::make_shared<pending>(
        end_of(*which), [this, which, then] { return (this->*then)(*which); });
    which->waiting.push_back(waits);
    return waits;
}

INFERPP_DECL std::shared_ptr<decthings_simulator::platform::work> decthings_simulator::platform::
    find_work(std::string_view id, work::kind what)
{
    for (auto const& one : works)
        if (one->id == id && one->what == what)
            return one;
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::output_of(
    decthings_run const& run)
{
    reply answer;
    array names;
    for (decthings_parameter const& one : run.output) {
        names.push_back(object{{"name", one.name}});
        std::string& blob = answer.blobs.emplace_back();
        for (decthings_tensor const& tensor : one.tensors)
            blob += detail::decthings_encode(tensor);
    }
    answer.result["output"] = names;
    return answer;
}

/// What an evaluation that has ended is answered with, as the generation has it.
INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::evaluation_of(
    work const& which) const
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    object told{{"durations", durations(which, end_of(which))},
                {"executedOnLauncher", which.location}};
    if (later) {
        object& took = told["durations"].as_object();
        took["total"] = total(which).count();
        if (auto* const time = took.if_contains("createInstantiatedModel")) {
            took["instantiateModel"] = *time;
            took.erase("createInstantiatedModel");
        }
    } else {
        told["totalDuration"] = total(which).count();
    }
    reply answer;
    if (has_failed(which)) {
        told[later ? "reason" : "error"] = failure_of(which);
        if (later) {
            told["code"] = "evaluate_failed";
            answer.error = told;
        } else {
            answer.result["failed"] = told;
        }
        return answer;
    }
    answer = output_of(which.run);
    told["output"] = answer.result["output"];
    answer.result = later ? told : object{{"success", told}};
    return answer;
}

/// Where an evaluation runs: on a launcher that is used for it, or on one that is made.
INFERPP_DECL boost::json::object decthings_simulator::platform::evaluation_launcher(
    model const& of, std::string const& version) const
{
    if (auto const used = of.launchers.find(version); used != of.launchers.end())
        for (value const& each : used->second) {
            std::string_view const id = detail::decthings_text(each.at("persistentLauncherId"));
            for (launcher const& one : launchers)
                if (one.id == id && !one.deleting)
                    return {{"type", "persistentLauncher"},
                            {"persistentLauncherId", one.id},
                            {"spec", one.spec}};
        }
    return {{"type", "temporaryLauncher"},
            {"spec", of.fields.at("defaultLauncherSpecs").at("evaluate")}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::evaluate(
    call& with)
{
    model& of = find_model(with);
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    decthings_call asked;
    asked.model = of.name;
    std::string version;
    if (later) {
        state const& one = find_version(of, with);
        version = one.id;
        asked.state = one.data;
    } else if (with.find("snapshotId") != nullptr) {
        asked.state = find_snapshot(of, with).content.data;
    } else if (state const* const active = find_state_if(of, of.active)) {
        asked.state = active->data;
    }
    asked.params = read_params(with, with.list("params"));
    object const location = evaluation_launcher(of, version);
    auto const running =
        start(work::kind::evaluate, of, location, asked,
              plan(location, {{"createInstantiatedModel", options.instantiate_time},
                              {"evaluate", options.run_time}}));
    running->version = version;
    return when_done(running, &platform::evaluation_of);
}

INFERPP_DECL std::shared_ptr<decthings_simulator::platform::work> decthings_simulator::platform::
    find_evaluation(call const& with)
{
    model const& of = find_model(with);
    auto found = find_work(with.text("evaluationId"), work::kind::evaluate);
    if (!found || found->model != of.id)
        throw refusal{"evaluation_not_found"};
    return found;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_evaluations(
    call& with)
{
    model const& of = find_model(with);
    array running;
    array finished;
    for (auto const& one : works) {
        if (one->model != of.id || one->what != work::kind::evaluate)
            continue;
        object told{{"id", one->id}, {"startedAt", stamp(one->started_at)}};
        if (!one->version.empty())
            told["versionId"] = one->version;
        if (!has_ended(*one)) {
            running.push_back(std::move(told));
            continue;
        }
        told["finishedAt"] = stamp(date(end_of(*one)));
        told["success"] = !has_failed(*one);
        finished.push_back(std::move(told));
    }
    return object{{"running", running}, {"finished", finished}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_evaluation_result(call& with)
{
    return when_done(find_evaluation(with), &platform::evaluation_of);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    cancel_evaluation(call& with)
{
    auto const which = find_evaluation(with);
    if (!has_ended(*which))
        cancel(*which);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::set_launchers(
    call& with)
{
    model& of = find_model(with);
    std::string version;
    if (options.generation == decthings_simulator_options::interface::versions)
        version = find_version(of, with).id;
    array const& wanted = with.list("persistentLaunchers");
    for (value const& each : wanted) {
        call one;
        if (!each.is_object())
            call::refuse("persistentLaunchers", "expected an array of objects");
        one.params = each.get_object();
        std::string const level = one.text("level");
        if (level != "launcher" && level != "codeStart" && level != "instantiatedModel")
            call::refuse("persistentLaunchers", "level: launcher, codeStart or instantiatedModel");
        find_launcher(one);
    }
    of.launchers[version] = wanted;
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_launchers_used(call& with)
{
    model& of = find_model(with);
    std::string version;
    if (options.generation == decthings_simulator_options::interface::versions)
        version = find_version(of, with).id;
    return object{{"usedPersistentLaunchers", of.launchers[version]}};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_training.ipp>
#endif

#endif
