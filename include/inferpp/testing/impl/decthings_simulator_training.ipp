// SPDX-License-Identifier: BSL-1.0
//
// Trainings on the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_TRAINING_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_TRAINING_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::train(call& with)
{
    model& of = find_model(with);
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    decthings_call asked;
    asked.what = function::train;
    asked.model = of.name;
    std::string const name = with.text(later ? "newVersionName" : "newStateName");
    state const* from = nullptr;
    if (later) {
        from = &find_version(of, with);
    } else {
        from = find_state_if(of, with.text_if("stateId").value_or(of.active));
        if (from == nullptr)
            call::refuse("stateId", "there is no such state");
    }
    asked.state = from->data;
    std::string const version = from->id;
    asked.params = read_params(with, with.list("params"));
    object const location = read_location(with);
    auto const training =
        start(work::kind::train, of, location, asked,
              plan(location, {{"createInstantiatedModel", options.instantiate_time},
                              {"train", options.run_time},
                              {"getState", options.get_state_time}}));
    training->name = name;
    training->version = version;
    return object{{"trainingSessionId", training->id}};
}

/// A training of the model that is named, or of a debug session.
INFERPP_DECL decthings_simulator::platform::work& decthings_simulator::platform::find_training(
    call const& with, std::string const& debug_session)
{
    bool const of_model = debug_session.empty();
    std::string const of = of_model ? find_model(with).id : std::string{};
    auto const found = find_work(with.text("trainingSessionId"), work::kind::train);
    if (!found || found->debug_session != debug_session || (of_model && found->model != of))
        throw refusal{"training_session_not_found"};
    return *found;
}

/// The stage in which a training is, and what is told of those before it.
INFERPP_DECL boost::json::object decthings_simulator::platform::training_state(
    work const& which) const
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    object start;
    object told;
    time_point begin = which.started;
    bool under_way = false; // its function has begun
    bool getting = false;
    for (stage const& one : which.stages) {
        auto const until = (std::min)(now, end_of(which));
        if (begin > until || (begin == until && !has_ended(which)))
            break;
        auto const took =
            std::chrono::floor<milliseconds>((std::min)(begin + one.time, until) - begin).count();
        begin += one.time;
        bool const done = begin <= until;
        if (one.name == "train") {
            under_way = true;
            if (done)
                told["trainDuration"] = took;
            else if (one.time > milliseconds::zero())
                told["progress"] =
                    static_cast<double>(took) / static_cast<double>(one.time.count());
        } else if (one.name == "getState") {
            getting = true;
            if (done)
                told[later ? "getWeightsDuration" : "getStateDuration"] = took;
        } else if (done) {
            bool const renamed = later && one.name == "createInstantiatedModel";
            start[renamed ? "instantiateModel" : one.name] = took;
        }
    }
    bool const ended = has_ended(which);
    if (ended || under_way)
        told["startDurations"] = start;
    if (!ended) {
        if (!under_way)
            return {{"state", "starting"}};
        if (told.contains("trainDuration") && !getting)
            getting = true; // just now
        told["state"] = !getting ? "running" : later ? "gettingWeights" : "gettingState";
        if (getting)
            told.erase("progress");
        else if (!told.contains("progress"))
            told["progress"] = 0.0;
        return told;
    }
    told.erase("progress");
    told["finishedAt"] = stamp(date(end_of(which)));
    told["state"] = has_failed(which) ? "failed" : "completed";
    if (has_failed(which))
        told["failReason"] = failure_of(which);
    else
        told[later ? "createdVersionId" : "createdStateId"] = which.version;
    return told;
}

/// Entries of metrics come evenly while the function runs.
INFERPP_DECL std::size_t decthings_simulator::platform::metric_count(work const& which) const
{
    time_point begin = which.started;
    auto const until = (std::min)(now, end_of(which));
    for (stage const& one : which.stages) {
        if (one.name == "train") {
            if (until <= begin)
                return 0;
            if (until >= begin + one.time)
                return which.run.metrics.size();
            return which.run.metrics.size() * static_cast<std::size_t>((until - begin).count()) /
                   static_cast<std::size_t>(
                       std::chrono::duration_cast<inferpp::clock::duration>(one.time).count());
        }
        begin += one.time;
    }
    return 0;
}

INFERPP_DECL boost::json::array decthings_simulator::platform::metric_amounts(
    work const& which) const
{
    std::size_t const count = metric_count(which);
    array amounts;
    std::vector<std::string> names; // in the order in which they came
    for (std::size_t i = 0; i < count; ++i) {
        std::string const& name = which.run.metrics[i].name;
        auto const known = std::find(names.begin(), names.end(), name);
        if (known != names.end()) {
            value& amount = amounts[static_cast<std::size_t>(known - names.begin())].at("amount");
            amount = amount.to_number<std::uint64_t>() + 1;
            continue;
        }
        names.push_back(name);
        amounts.push_back({{"name", name}, {"amount", 1}});
    }
    return amounts;
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::metrics_of(
    work const& which, call const& with) const
{
    std::size_t const count = metric_count(which);
    reply answer;
    array series;
    for (value const& each : with.list("metrics")) {
        call one;
        if (!each.is_object())
            call::refuse("metrics", "expected an array of objects");
        one.params = each.get_object();
        std::string const name = one.text("name");
        std::uint64_t const from = one.number("startIndex");
        std::uint64_t const amount = one.number("amount");
        array entries;
        std::uint64_t index = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (which.run.metrics[i].name != name)
                continue;
            if (index >= from && index - from < amount) {
                entries.push_back(
                    object{{"timestamp", stamp(which.started_at) + static_cast<std::int64_t>(i)}});
                answer.blobs.push_back(detail::decthings_encode(which.run.metrics[i].value));
            }
            ++index;
        }
        series.push_back({{"name", name}, {"startIndex", from}, {"entries", entries}});
    }
    answer.result["metrics"] = series;
    return answer;
}

/// A point for each second.
INFERPP_DECL boost::json::array decthings_simulator::platform::sysinfo(call const& with,
                                                                       time_point begin,
                                                                       time_point end) const
{
    std::uint64_t const from = with.number_if("fromTimestamp").value_or(0);
    array points;
    constexpr std::size_t most = 1000;
    for (auto at = begin; at <= end && points.size() < most; at += std::chrono::seconds{1}) {
        auto const time = stamp(date(at));
        if (time >= 0 && static_cast<std::uint64_t>(time) > from)
            points.push_back({{"timestamp", time}, {"cpus", 0.5}, {"memory", 268435456}});
    }
    return points;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_training(
    call& with)
{
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    work const& which = find_training(with);
    object told{{"id", which.id},
                {"modelId", which.model},
                {"createdAt", stamp(which.started_at)},
                {"metrics", metric_amounts(which)},
                {"executionLocation", which.location},
                {"status", training_state(which)}};
    told[later ? "newVersionName" : "newStateName"] = which.name;
    if (later)
        told["versionId"] = which.version;
    return told;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_metrics(
    call& with)
{
    return metrics_of(find_training(with), with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_training_sysinfo(call& with)
{
    work const& which = find_training(with);
    return object{{"sysinfo", sysinfo(with, which.started, (std::min)(now, end_of(which)))}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::cancel_training(
    call& with)
{
    work& which = find_training(with);
    if (has_ended(which))
        throw refusal{"training_session_not_running"};
    cancel(which);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::clear_training(
    call& with)
{
    std::string const id = find_training(with).id;
    if (!has_ended(find_training(with)))
        throw refusal{"training_session_running"};
    std::erase_if(works, [&](auto const& one) { return one->id == id; });
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_versions.ipp>
#endif

#endif
