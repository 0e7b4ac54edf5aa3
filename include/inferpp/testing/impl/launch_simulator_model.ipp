// SPDX-License-Identifier: BSL-1.0
//
// What models of the simulated Launch get and give. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_MODEL_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_MODEL_IPP

#include <inferpp/testing/launch_simulator.hpp>

#include <cmath>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// Python's way to write a value, where scalars are `write`'s.
template <class Write>
std::string launch_write(boost::json::value const& value, Write const& write)
{
    std::string text;
    if (auto const* const object = value.if_object()) {
        for (auto const& [name, member] : *object) {
            text += text.empty() ? "" : ", ";
            text += write(boost::json::value(name)) + ": " + launch_write(member, write);
        }
        return '{' + text + '}';
    }
    if (auto const* const list = value.if_array()) {
        for (auto const& item : *list) {
            text += text.empty() ? "" : ", ";
            text += launch_write(item, write);
        }
        return '[' + text + ']';
    }
    return write(value);
}

INFERPP_DECL std::string launch_dumps(boost::json::value const& value)
{
    return launch_write(value,
                        [](boost::json::value const& v) { return boost::json::serialize(v); });
}

INFERPP_DECL std::string launch_repr(boost::json::value const& value)
{
    return launch_write(value, [](boost::json::value const& v) -> std::string {
        if (v.is_null())
            return "None";
        if (v.is_bool())
            return v.get_bool() ? "True" : "False";
        if (!v.is_string())
            return boost::json::serialize(v);
        std::string text = launch_text(v);
        char const quote =
            text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"'
                                                                                        : '\'';
        std::string quoted{quote};
        for (char const c : text) {
            if (c == '\n') {
                quoted += "\\n";
                continue;
            }
            if (c == quote || c == '\\')
                quoted += '\\';
            quoted += c;
        }
        return quoted + quote;
    });
}

inline launch_ending launch_ending_of(std::string_view word)
{
    constexpr std::pair<std::string_view, launch_ending> words[] = {
        {"done", launch_ending::done},
        {"cut", launch_ending::cut},
        {"broken", launch_ending::broken},
        {"pings", launch_ending::pings},
        {"silence", launch_ending::silence}};
    for (auto const& [name, ending] : words)
        if (name == word)
            return ending;
    return launch_ending::complete;
}

} // namespace detail

INFERPP_DECL std::string detail::launch_last_words(launch_call const& call)
{
    auto const* said = &call.at("prompt");
    if (auto const* const messages = call.at("messages").if_array())
        said = &messages->back();
    if (said->is_object() && said->get_object().contains("content"))
        said = &said->get_object().at("content");
    return said->is_string() ? launch_text(*said) : boost::json::serialize(*said);
}

INFERPP_DECL launch_outcome launch_echo_model(launch_call const& call)
{
    using boost::json::object;
    bool const talks =
        call.via == launch_call::route::completion || call.via == launch_call::route::chat;
    auto const* const args = call.at("args").if_object();
    boost::json::value const asked = talks             ? call.at("simulate")
                                     : args != nullptr ? detail::launch_member(*args, "simulate")
                                                       : boost::json::value{};
    object const steer = asked.is_object() ? asked.get_object() : object{};
    launch_outcome outcome;
    outcome.took = std::chrono::milliseconds{detail::launch_integer(steer, "after_ms")};
    outcome.undefined = detail::launch_bool(steer, "undefined");
    if (steer.contains("lost"))
        outcome.lost = detail::launch_text(steer.at("lost"));
    if (steer.contains("raw"))
        outcome.raw = detail::launch_text(steer.at("raw"));
    auto const failures = detail::launch_integer(steer, "fail_attempts", 1 << 30);
    if (static_cast<std::int64_t>(call.attempt) <= failures)
        outcome.status = static_cast<int>(detail::launch_integer(steer, "status", 200));
    if (steer.contains("traceback") || outcome.lost)
        outcome.traceback = detail::launch_text(detail::launch_member(steer, "traceback"));
    else if (outcome.status != 200)
        outcome.traceback = "Traceback (most recent call last): simulated";

    if (steer.contains("text"))
        outcome.result = steer.at("text");
    else if (talks)
        outcome.result = "You said: " + detail::launch_last_words(call);
    else
        outcome.result = {{"endpoint", call.endpoint},
                          {"args", call.at("args")},
                          {"url", call.at("url")},
                          {"size", call.size},
                          {"sha256", call.sha256}};
    bool const shaped = steer.contains("events") || steer.contains("every_ms") ||
                        steer.contains("failure") || steer.contains("ending");
    if (outcome.status != 200 || outcome.raw || (talks && !shaped))
        return outcome;
    if (call.via != launch_call::route::stream && !talks)
        return outcome;
    auto script = std::make_shared<launch_script>();
    std::chrono::milliseconds const every{detail::launch_integer(steer, "every_ms")};
    auto const count = detail::launch_integer(steer, "events", 3);
    // Events that are the same are kept once: there may be thousands of streams.
    bool const same =
        !talks && count > 1 && !outcome.result.is_object() && !steer.contains("failure");
    if (same)
        script->repeat = static_cast<std::size_t>(count);
    for (std::int64_t i = 0; i < (same ? 1 : count); ++i) {
        auto& event = script->events.emplace_back(launch_event::result(outcome.result, every));
        if (event.value.is_object())
            event.value.get_object()["index"] = i;
    }
    if (steer.contains("failure"))
        script->events.push_back(launch_event::other(
            launch_event::kind::failure, detail::launch_text(steer.at("failure")), every));
    script->ending =
        detail::launch_ending_of(detail::launch_text(detail::launch_member(steer, "ending")));
    outcome.script = std::move(script);
    return outcome;
}

INFERPP_DECL std::vector<launch_endpoint> launch_default_endpoints()
{
    std::vector<launch_endpoint> all;
    auto const add = [&](std::string id, char const* name, char const* type) -> launch_endpoint& {
        id.resize(20, '0');
        return all.emplace_back("end_" + id, name, type);
    };
    add("sync", "echo-sync", "sync");
    add("async", "echo-async", "async");
    add("stream", "echo-stream", "streaming");
    add("artsync", "artifact-sync", "sync").artifact = true;
    add("artifact", "artifact-async", "async").artifact = true;
    add("llm", "llama", "streaming").llm_model = "llama-2-7b";
    add("foreign", "foreign", "sync").owner = "another";
    auto& shared = add("public", "public", "streaming");
    shared.owner = "another";
    shared.public_inference = true;
    return all;
}

INFERPP_DECL launch_call launch_simulator::platform::make_call(call const& from,
                                                               launch_call::route via,
                                                               std::string const& endpoint)
{
    launch_call made;
    made.via = via;
    made.endpoint = endpoint;
    made.body = from.fields();
    made.size = from.request.body.size();
    made.sha256 = sha256_hex(from.request.body);
    return made;
}

INFERPP_DECL launch_outcome launch_simulator::platform::predict(launch_call& with)
{
    ++predictions;
    return options.model(with);
}

/// The gateway tries again while the container is busy.
INFERPP_DECL launch_simulator::platform::attempted launch_simulator::platform::attempt(
    launch_call& with, double seconds, std::int64_t retries)
{
    attempted all;
    while (true) {
        all.outcome = predict(with);
        all.took += options.sync_time + all.outcome.took;
        bool const busy = all.outcome.status == 429 || all.outcome.status == 503;
        if (!busy || static_cast<std::int64_t>(with.attempt) > retries ||
            std::chrono::duration<double>(all.took).count() >= seconds)
            return all;
        double const wait = std::pow(1.2, static_cast<double>(with.attempt) - 1);
        all.took += milliseconds{static_cast<std::int64_t>(1000 * (std::min)(wait, 5.0))};
        ++with.attempt;
    }
}

INFERPP_DECL boost::json::value launch_simulator::platform::container_result(
    launch_endpoint const& by, object const& request, launch_outcome const& outcome)
{
    bool const pickled = detail::launch_bool(request, "return_pickled");
    bool const piece = request.contains("cloudpickle") && request.at("cloudpickle").is_string() &&
                       detail::launch_member(request, "url").is_null() &&
                       detail::launch_member(request, "args").is_null();
    if (by.artifact && (pickled || piece)) {
        // No pickle, which needs Python, but the JSON text.
        std::string const name =
            put_object("launch-results/tmp/hosted-model-inference-outputs/" + new_uuid() + ".pkl",
                       boost::json::serialize(outcome.result));
        return object{{"result_url", name}};
    }
    auto const args = detail::launch_member(request, "args");
    bool text = by.artifact || by.string_results;
    if (!by.artifact && args.is_object() &&
        args.get_object().contains("serialize_results_as_string"))
        text = detail::launch_bool(args.get_object(), "serialize_results_as_string");
    if (text)
        return object{{"result", detail::launch_dumps(outcome.result)}};
    return object{{"result", outcome.result}};
}

/// The JSON with which a container fails.
INFERPP_DECL boost::json::value launch_simulator::platform::container_error(
    launch_outcome const& outcome)
{
    if (outcome.raw) {
        error_code code;
        auto parsed = boost::json::parse(*outcome.raw, code);
        return code ? value(*outcome.raw) : parsed;
    }
    if (outcome.traceback.empty())
        return object{};
    return object{{"detail", {{"traceback", outcome.traceback}}}};
}

/// The envelope of a failure, as sync tasks have it.
INFERPP_DECL boost::json::value launch_simulator::platform::failure_of(
    launch_outcome const& outcome)
{
    value const error = container_error(outcome);
    auto const* const members = error.if_object();
    std::string traceback = "Failed to parse traceback";
    if (outcome.status == 429)
        traceback = "Too many concurrent requests";
    else if (outcome.status == 503)
        traceback = "No healthy upstream";
    else if (error.is_string())
        traceback = detail::launch_text(error);
    else if (members != nullptr && members->contains("detail")) {
        auto const* const inner = members->at("detail").if_object();
        if (inner == nullptr)
            traceback = detail::launch_dumps(error);
        else if (inner->contains("traceback"))
            traceback = detail::launch_text(inner->at("traceback"));
    }
    return object{{"status", "FAILURE"},
                  {"result", nullptr},
                  {"traceback", traceback},
                  {"status_code", outcome.status}};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_tasks.ipp>
#endif

#endif
