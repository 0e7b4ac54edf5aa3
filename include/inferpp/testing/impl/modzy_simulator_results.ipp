// SPDX-License-Identifier: BSL-1.0
//
// Results and votes of the simulated Modzy. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_RESULTS_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_RESULTS_IPP

#include <inferpp/codec/json_writer.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// The input if it has been processed; null otherwise.
INFERPP_DECL modzy_simulator::platform::job::input const* modzy_simulator::platform::find_done(
    job const& which, std::string const& key) const
{
    auto const found = std::find_if(which.inputs.begin(), which.inputs.end(),
                                    [&](job::input const& one) { return one.key == key; });
    return found != which.inputs.end() && found->done <= look(which, now).seen ? &*found : nullptr;
}

/// The outputs of an input by name: JSON as it is, of others the URL.
INFERPP_DECL boost::json::object modzy_simulator::platform::outputs(job const& which,
                                                                    job::input const& input) const
{
    object out = input.outcome.outputs;
    for (auto const& [name, raw] : input.outcome.raw) {
        std::string link = public_url + "/api/results/" + which.id + '/';
        append_percent_encoded(input.key, link);
        link += '/';
        append_percent_encoded(name, link);
        out[name] = link + '\n'; // the platform's sample has this line end
    }
    return out;
}

/// An input's element of `results` or `failures`.
INFERPP_DECL boost::json::object modzy_simulator::platform::outcome(job const& which,
                                                                    job::input const& input) const
{
    bool const good = input.outcome.error.empty();
    auto const started = start_of(which, input);
    object out;
    out["status"] = good ? "SUCCESSFUL" : "FAILED";
    out["engine"] = "model-batch-" + which.model + "-simulated";
    if (options.older_spelling) {
        out["elapsedTime"] = milliseconds(input.done - started).count();
    } else {
        out["inputFetching"] = 1;
        out["outputUploading"] = nullptr;
        out["modelLatency"] = static_cast<double>(options.input_time.count());
        out["queueTime"] = milliseconds(started - which.submitted).count();
    }
    out["startTime"] = narrow_stamp(date(which, started));
    if (options.mixed_dates)
        out["updateTime"] = nullptr;
    else
        out["updateTime"] = narrow_stamp(date(which, input.done));
    out["endTime"] = narrow_stamp(date(which, input.done));
    if (!good) {
        out["error"] = input.outcome.error;
        return out;
    }
    for (auto& output : outputs(which, input))
        out[output.key()] = std::move(output.value());
    out["voting"] = voting(input);
    return out;
}

INFERPP_DECL http::response modzy_simulator::platform::results(job const& which) const
{
    state const s = look(which, now);
    if (!s.ended && (which.open || now < which.started))
        return refuse(404, "There are no results of this job yet");
    object out;
    out["jobIdentifier"] = which.id;
    put_common(out, which);
    out["total"] = which.inputs.size();
    out["completed"] = s.completed;
    out["failed"] = s.failed;
    auto const since = which.open ? s.seen : (std::min)(s.seen, which.ended);
    out["finished"] = s.ended && now >= since + options.results_lag;
    out["submittedByKey"] = which.access_key;
    out["explained"] = which.explain;
    auto const queued = options.queue_time.count();
    auto const elapsed = milliseconds(since - (which.open ? which.created : which.submitted));
    std::size_t const done = s.completed + s.failed;
    double const latency = static_cast<double>(options.input_time.count());
    if (options.older_spelling) {
        out["jobQueueTime"] = queued;
        out["jobProcessedTime"] = (std::max)(elapsed.count() - queued, decltype(queued){0});
        out["jobElapsedTime"] = elapsed.count();
    } else {
        out["initialQueueTime"] = queued;
        out["totalQueueTime"] = queued;
        out["averageModelLatency"] = latency;
        out["totalModelLatency"] = latency * static_cast<double>(done);
        out["elapsedTime"] = elapsed.count();
        if (s.ended) {
            out["startingResultSummarizing"] =
                stamp(which.created_at + milliseconds(since - which.created));
            out["resultSummarizing"] = options.results_lag.count();
        }
    }
    out["inputSize"] = which.bytes;
    object good;
    object bad;
    for (auto const& input : which.inputs)
        if (input.done <= s.seen)
            (input.outcome.error.empty() ? good : bad)[input.key] = outcome(which, input);
    if (!good.empty() || !options.omit_empty_outcomes)
        out["results"] = std::move(good);
    if (!bad.empty() || !options.omit_empty_outcomes)
        out["failures"] = std::move(bad);
    return json(200, out);
}

/// One input's result, as the newer service describes it: times are milliseconds since 1970.
INFERPP_DECL http::response modzy_simulator::platform::result_of(job const& which,
                                                                 std::string const& key) const
{
    job::input const* const input = find_done(which, key);
    if (input == nullptr)
        return refuse(404, "There is no result of the input " + key);
    state const s = look(which, now);
    auto const started = start_of(which, *input);
    auto const since_epoch = [&](time_point at) {
        return date(which, at).time_since_epoch().count();
    };
    object out;
    out["job"] = {{"identifier", which.id},
                  {"createdAt", format_iso8601(which.created_at)},
                  {"totalInputCount", which.inputs.size()},
                  {"completedInputCount", s.completed},
                  {"failedInputCount", s.failed},
                  {"finished", s.ended}};
    out["inputName"] = key;
    out["status"] = input->outcome.error.empty() ? "SUCCESSFUL" : "FAILED";
    out["startTime"] = since_epoch(started);
    out["updateTime"] = since_epoch(input->done);
    out["endTime"] = since_epoch(input->done);
    out["inputCompletedTime"] = since_epoch(input->done);
    out["explained"] = which.explain;
    out["engine"] = "model-batch-" + which.model + "-simulated";
    out["queueTime"] = milliseconds(started - which.submitted).count();
    out["inputFetchingTime"] = 1;
    out["outputUploadingTime"] = 0;
    out["modelLatency"] = options.input_time.count();
    out["accessKey"] = which.access_key;
    out["inputSize"] = input->bytes;
    out["useLegacyDatasourceJSON"] = false;
    if (input->outcome.error.empty())
        out["result"] = outputs(which, *input);
    else
        out["error"] = input->outcome.error;
    out["voting"] = voting(*input);
    return json(200, out);
}

/// One output as it is.
INFERPP_DECL http::response modzy_simulator::platform::output_of(job const& which,
                                                                 std::string const& key,
                                                                 std::string const& name) const
{
    job::input const* const input = find_done(which, key);
    if (input == nullptr)
        return refuse(404, "There is no result of the input " + key);
    if (auto const* const value = input->outcome.outputs.if_contains(name))
        return json(200, *value);
    auto const raw = input->outcome.raw.find(name);
    if (raw == input->outcome.raw.end())
        return refuse(404, "There is no output " + name);
    http::response answer;
    answer.status = 200;
    answer.headers.set("Content-Type", raw->second.media_type);
    answer.body = raw->second.data;
    return answer;
}

/// One vote for each input: all keys are of the same user.
INFERPP_DECL http::response modzy_simulator::platform::vote(job& which, std::string const& method,
                                                            std::string const& verb,
                                                            std::string const& key) const
{
    bool const counts = method == "POST" && verb != "vote";
    bool const resets = method == "DELETE" && verb == "vote";
    if (!counts && !resets && (method != "GET" || verb != "vote"))
        return refuse(404, "There is no " + method + " " + verb);
    job::input const* const done = find_done(which, key);
    if (done == nullptr)
        return refuse(404, "There is no result of the input " + key);
    job::input& input = which.inputs[static_cast<std::size_t>(done - which.inputs.data())];
    if (counts)
        input.vote = verb == "upvote" ? 1 : -1;
    if (resets)
        input.vote = 0;
    return json(200, object{{"vote", input.vote > 0   ? "UP"
                                     : input.vote < 0 ? "DOWN"
                                                      : "NO_VOTES"}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_routes.ipp>
#endif

#endif
