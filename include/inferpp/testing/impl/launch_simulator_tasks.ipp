// SPDX-License-Identifier: BSL-1.0
//
// Predictions by the simulated Launch: sync, async and streaming. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_TASKS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_TASKS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// The endpoint that a prediction names.
INFERPP_DECL launch_simulator::platform::endpoint& launch_simulator::platform::usable(
    call const& with, bool allow_public)
{
    auto const id = with.query("model_endpoint_id").value_or(std::string{});
    for (auto const& each : endpoints) {
        launch_endpoint const& about = each->about;
        bool const own = about.owner.empty() || about.owner == with.user;
        if (about.id == id && (own || (allow_public && about.public_inference)))
            return *each;
    }
    throw refusal{404, "The specified endpoint could not be found."};
}

INFERPP_DECL simulated_answer launch_simulator::platform::sync_task(call& with)
{
    endpoint const& by = usable(with, true);
    if (by.about.type == "async")
        throw refusal{400, "Unsupported inference type: Endpoint ID does not serve sync tasks."};
    object const& request = with.fields();
    auto const timeout = detail::launch_member(request, "timeout_seconds");
    launch_call asked = make_call(with, launch_call::route::sync, by.about.name);
    attempted done;
    if (status_of(by) == "READY")
        done = attempt(asked, timeout.is_number() ? timeout.to_number<double>() : 10,
                       detail::launch_integer(request, "num_retries", 8));
    else
        done.outcome = launch_outcome::failed(503, {});
    launch_outcome const& outcome = done.outcome;
    simulated_answer answer;
    if (outcome.took > options.gateway_limit) {
        answer = json(object{{"detail", "Request timed out."}}, 408);
        answer.delay = options.gateway_limit;
        return answer;
    }
    if (outcome.status == 400) {
        auto error = container_error(outcome);
        if (error.is_string())
            throw internal_error{};
        throw refusal{400, "Invalid request: " + detail::launch_repr(error)};
    }
    if (outcome.status >= 200 && outcome.status < 300) {
        auto const result = container_result(by.about, request, outcome);
        answer = json(object{{"status", "SUCCESS"},
                             {"result", result},
                             {"traceback", nullptr},
                             {"status_code", outcome.status}});
        task ran;
        ran.result = result;
        if (!by.about.artifact)
            ran.status_code = outcome.status;
        ran.ended = now + done.took;
        call_back(by.about, request, with.user, nullptr, ran);
    } else {
        answer = json(failure_of(outcome));
    }
    answer.delay = done.took;
    return answer;
}

INFERPP_DECL simulated_answer launch_simulator::platform::streaming_task(call& with)
{
    endpoint const& by = usable(with, false);
    if (by.about.type != "streaming")
        throw refusal{400, "Unsupported inference type: Endpoint ID is not a streaming endpoint."};
    object const& request = with.fields();
    auto const timeout = detail::launch_member(request, "timeout_seconds");
    launch_call asked = make_call(with, launch_call::route::stream, by.about.name);
    attempted done;
    if (status_of(by) == "READY")
        done = attempt(asked, timeout.is_number() ? timeout.to_number<double>() : 10,
                       detail::launch_integer(request, "num_retries", 8));
    else
        done.outcome = launch_outcome::failed(503, {});
    launch_outcome outcome = std::move(done.outcome);
    if (outcome.status < 200 || outcome.status > 299) {
        auto const error = container_error(outcome);
        auto failed = std::make_shared<launch_script>();
        bool const text_detail = error.is_object() && error.get_object().contains("detail") &&
                                 error.get_object().at("detail").is_string();
        if (outcome.status == 400 || text_detail) {
            failed->ending = launch_ending::broken; // the header has gone out already
        } else {
            launch_event event;
            event.what = launch_event::kind::failure;
            event.status = outcome.status;
            event.text = detail::launch_text(failure_of(outcome).at("traceback"));
            if (event.text == "Failed to parse traceback")
                event.text.clear(); // null here
            failed->events.push_back(std::move(event));
        }
        outcome.script = std::move(failed);
    }
    auto const args = detail::launch_member(request, "args");
    bool const text =
        args.is_object() && detail::launch_bool(args.get_object(), "serialize_results_as_string");
    return start(render(outcome, text ? envelope::task_text : envelope::task, {}), done.took);
}

/// What a worker makes of a task, and when.
INFERPP_DECL launch_simulator::platform::task launch_simulator::platform::run_task(
    launch_endpoint const& by, launch_call with, object const& request, time_point from)
{
    task made;
    made.outcome = predict(with);
    launch_outcome const& outcome = made.outcome;
    made.started = from + options.task_queue_time;
    made.ended = made.started + options.task_run_time + outcome.took;
    bool const good = outcome.status >= 200 && outcome.status < 300;
    if (good)
        made.result = container_result(by, request, outcome);
    else if (by.artifact)
        made.result = container_error(outcome); // as it is: neither wrapped nor with a status
    else
        made.result = object{{"result", detail::launch_dumps(container_error(outcome))}};
    if (!by.artifact)
        made.status_code = outcome.status;
    return made;
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_task(call& with)
{
    endpoint const& by = usable(with, true);
    if (by.about.type != "async")
        throw refusal{400, "Unsupported inference type: Endpoint ID is not an async endpoint."};
    if (options.broker_failures > 0) {
        --options.broker_failures;
        throw refusal{503, "Message broker temporarily unavailable. Please retry."};
    }
    std::string const id = new_uuid();
    launch_call asked = make_call(with, launch_call::route::async, by.about.name);
    asked.task_id = id;
    auto from = now; // not before there are workers
    if (by.changed)
        from = (std::max)(from,
                          *by.changed + options.endpoint_queue_time + options.endpoint_build_time);
    task made = run_task(by.about, std::move(asked), with.fields(), from);
    if (!made.outcome.lost && !made.outcome.undefined)
        call_back(by.about, with.fields(), with.user, value(id), made);
    tasks.emplace(id, std::move(made));
    auto answer = json(object{{"task_id", id}});
    answer.delay = options.task_create_time;
    return answer;
}

/// A task as its polls see it.
INFERPP_DECL boost::json::object launch_simulator::platform::task_answer(task const& which,
                                                                         std::string const& id,
                                                                         time_point at) const
{
    object answer{{"task_id", id},
                  {"status", "PENDING"},
                  {"result", nullptr},
                  {"traceback", nullptr},
                  {"status_code", nullptr}};
    if (at < which.started)
        return answer;
    answer["status"] = "STARTED";
    if (at < which.ended)
        return answer;
    if (which.outcome.undefined) {
        answer["status"] = "UNDEFINED";
    } else if (which.outcome.lost) {
        answer["status"] = "FAILURE";
        answer["traceback"] = which.outcome.traceback;
        if (options.failure_text)
            answer["result"] = *which.outcome.lost;
    } else {
        answer["status"] = "SUCCESS";
        answer["result"] = which.result;
        answer["status_code"] = which.status_code;
    }
    return answer;
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_task(call& with)
{
    auto const found = tasks.find(with.ids[0]);
    if (found != tasks.end()) // whoever asks
        return json(task_answer(found->second, with.ids[0], now));
    task unknown; // can't be told from one that waits
    unknown.started = unknown.ended = (time_point::max)();
    return json(task_answer(unknown, with.ids[0], now));
}

/// Lets the callback of a task be sent, if there is one.
INFERPP_DECL void launch_simulator::platform::call_back(launch_endpoint const& by,
                                                        object const& request,
                                                        std::string const& user,
                                                        value const& task_id, task const& what)
{
    sender::delivery delivery;
    delivery.url = detail::launch_text(detail::launch_member(request, "callback_url"));
    if (delivery.url.empty())
        delivery.url = by.callback_url;
    if (delivery.url.empty() || !by.callback_hook)
        return;
    auto auth = detail::launch_member(request, "callback_auth");
    if (auth.is_null())
        auth = by.callback_auth;
    std::string credentials = user + ':';
    if (auth.is_object() &&
        detail::launch_text(detail::launch_member(auth.get_object(), "kind")) == "basic")
        credentials = detail::launch_text(auth.get_object().at("username")) + ':' +
                      detail::launch_text(auth.get_object().at("password"));
    delivery.authorization = "Basic ";
    append_base64(credentials, delivery.authorization);
    object body = what.result.is_object() ? what.result.get_object() : object{};
    if (options.callback.native_result && body.contains("result")) {
        error_code code;
        auto parsed = boost::json::parse(detail::launch_text(body.at("result")), code);
        if (!code)
            body["result"] = std::move(parsed);
    }
    if (!what.status_code.is_null())
        body["status_code"] = what.status_code;
    body["task_id"] = task_id;
    delivery.task_id = detail::launch_text(task_id);
    delivery.body = boost::json::serialize(body);
    delivery.due = what.ended + options.callback.delay;
    for (std::size_t i = 0; i < options.callback.copies; ++i)
        sender::send(sender_, delivery);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_streams.ipp>
#endif

#endif
