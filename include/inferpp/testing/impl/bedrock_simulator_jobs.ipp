// SPDX-License-Identifier: BSL-1.0
//
// The jobs of the simulated Bedrock. See bedrock_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_JOBS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_JOBS_IPP

#include <inferpp/testing/bedrock_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::string bedrock_simulator::platform::arn(job const& which) const
{
    return "arn:aws:bedrock:" + options.region + ':' + options.account_id +
           ":model-invocation-job/" + which.id;
}

INFERPP_DECL bedrock_simulator::platform::job& bedrock_simulator::platform::find(
    std::string const& identifier) const
{
    if (identifier.size() > 1011 || !matches(identifier, detail::bedrock_patterns::identifier))
        invalid("1 validation error detected: Value at 'jobIdentifier' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: " +
                std::string{detail::bedrock_patterns::identifier});
    for (auto const& each : jobs)
        if (identifier == each->id || identifier == arn(*each))
            return *each;
    throw aws_refusal{404, "ResourceNotFoundException",
                      "The provided job identifier could not be found."};
}

INFERPP_DECL http::response bedrock_simulator::platform::create(simulated_request const& request)
{
    object body = body_of(request);
    check_create(body);
    std::string const name = text(body, "jobName", true, 1, 63);
    std::string const token = text(body, "clientRequestToken", false, 1, 256);
    std::size_t running = 0;
    for (auto const& each : jobs) {
        bool const same_token =
            !token.empty() && text(each->request, "clientRequestToken", false, 1, 256) == token;
        if (same_token && !(each->request == body))
            invalid("The clientRequestToken was used before with other parameters.");
        if (same_token)
            return json(object{{"jobArn", arn(*each)}});
        if (text(each->request, "jobName", true, 1, 63) == name)
            throw aws_refusal{400, "ConflictException",
                              "The provided job name is currently in use."};
        running += !look(*each).ended;
    }
    if (running >= options.max_jobs)
        throw aws_refusal{400, "ServiceQuotaExceededException",
                          "Your account has reached its limit of batch inference jobs."};
    auto made = std::make_unique<job>();
    // Twelve lower-case letters and digits.
    made->id = sha256_hex(name + '/' + std::to_string(jobs.size())).substr(0, 12);
    made->created = now;
    made->created_at = today;
    if (value const* const tags = body.if_contains("tags"))
        for (value const& each : tags->get_array())
            made->tags[text(each.get_object(), "key", true, 1, 128)] =
                text(each.get_object(), "value", true, 0, 256);
    if (options.data) {
        object told = body;
        told["jobId"] = made->id;
        made->outcome = options.data(told);
    }
    made->request = std::move(body);
    jobs.push_back(std::move(made));
    return json(object{{"jobArn", arn(*jobs.back())}});
}

INFERPP_DECL http::response bedrock_simulator::platform::stop(job& which) const
{
    if (look(which).ended)
        throw aws_refusal{400, options.stop_refusal,
                          "The job can't be stopped in its current state."};
    if (!which.stopped)
        which.stopped = now;
    return json(object{});
}

INFERPP_DECL bedrock_simulator::platform::state bedrock_simulator::platform::look(
    job const& which) const
{
    time_point const stopped = which.stopped.value_or((time_point::max)());
    time_point const seen = (std::min)(now, stopped);
    state at;
    at.word = "Submitted";
    at.since = which.created;
    auto const enter = [&](std::chrono::milliseconds after, std::string_view word) {
        bool const there = seen >= at.since + after;
        if (there) {
            at.since += after;
            at.word = word;
        }
        return there;
    };
    auto const end = [&](std::chrono::milliseconds after) {
        at.ended = enter(after, which.outcome.ends);
    };
    std::string const& ends = which.outcome.ends;
    bool const known = ends == "Completed" || ends == "PartiallyCompleted" || ends == "Failed" ||
                       ends == "Expired";
    if (!known) {
        at.word = ends;
    } else if (enter(options.submitted, "Validating")) {
        if (ends == "Failed") {
            end(options.validating);
        } else if (enter(options.validating, "Scheduled")) {
            if (ends == "Expired") {
                end(options.scheduled);
            } else if (enter(options.scheduled, "InProgress")) {
                double const passed = std::chrono::duration<double>(seen - at.since).count();
                double const whole = std::chrono::duration<double>(options.running).count();
                at.done = whole > 0 ? (std::min)(1.0, passed / whole) : 1.0;
                end(options.running);
            }
        }
    }
    if (which.stopped && !at.ended) {
        bool const over = now >= stopped + options.stopping;
        at.since = over ? stopped + options.stopping : stopped;
        at.word = over ? "Stopped" : "Stopping";
        at.ended = over;
    }
    return at;
}

INFERPP_DECL std::string bedrock_simulator::platform::stamp(job const& which, time_point at) const
{
    auto const time =
        which.created_at + std::chrono::floor<std::chrono::milliseconds>(at - which.created);
    // As the platform does, with and without a fraction.
    std::string const text = format_iso8601(time);
    return text.substr(0, text.substr(20, 3) == "000" ? 19 : 23) + 'Z';
}

INFERPP_DECL bedrock_simulator::platform::object bedrock_simulator::platform::describe(
    job const& which) const
{
    state const at = look(which);
    object told;
    told["jobArn"] = arn(which);
    for (std::string_view const name :
         {"jobName", "modelId", "clientRequestToken", "roleArn", "inputDataConfig",
          "outputDataConfig", "vpcConfig", "timeoutDurationInHours"})
        if (value const* const found = which.request.if_contains(name))
            told[name] = *found;
    told["status"] = at.word;
    told["submitTime"] = stamp(which, which.created);
    told["lastModifiedTime"] = stamp(which, at.since);
    if (at.ended)
        told["endTime"] = stamp(which, at.since);
    if (at.word == "Failed")
        told["message"] = which.outcome.message;
    std::int64_t hours = 24;
    if (value const* const given = which.request.if_contains("timeoutDurationInHours"))
        hours = given->get_int64();
    told["jobExpirationTime"] = stamp(which, which.created + std::chrono::hours{hours});
    if (options.old_answers)
        return told;
    value const* const type = which.request.if_contains("modelInvocationType");
    told["modelInvocationType"] = type != nullptr ? *type : value("InvokeModel");
    auto const part = [&at](std::uint64_t count) {
        return static_cast<std::uint64_t>(at.done * static_cast<double>(count));
    };
    bool const counts = at.word != "Submitted" && at.word != "Validating";
    auto const& outcome = which.outcome;
    std::uint64_t total = outcome.success + outcome.error + outcome.left;
    std::uint64_t success = part(outcome.success);
    std::uint64_t error = part(outcome.error);
    if (options.storage) {
        total = which.data ? which.data->records.size() : 0;
        success = which.data ? which.data->success : 0;
        error = which.data ? which.data->error : 0;
    }
    told["totalRecordCount"] = counts ? total : 0;
    told["successRecordCount"] = success;
    told["errorRecordCount"] = error;
    told["processedRecordCount"] = success + error;
    return told;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator_lists.ipp>
#endif

#endif
