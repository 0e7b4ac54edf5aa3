// SPDX-License-Identifier: BSL-1.0
//
// The life of the simulated Modzy's jobs. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_JOBS_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_JOBS_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <charconv>
#include <set>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL modzy_simulator::platform::state modzy_simulator::platform::look(job const& which,
                                                                              time_point at)
{
    state s;
    s.seen = at;
    if (which.open) {
        s.word = which.cancelled ? "CANCELED" : "OPEN";
        s.ended = which.cancelled.has_value();
        s.seen = which.cancelled.value_or(at);
        return s;
    }
    s.word = at < which.started ? "SUBMITTED" : at < which.ended ? "IN_PROGRESS" : "COMPLETED";
    s.ended = at >= which.ended;
    std::optional<time_point> stopped;
    auto const stop = [&](time_point when, std::string_view word) {
        if (when > at || (stopped && *stopped <= when))
            return;
        stopped = when;
        s.word = word;
    };
    if (which.cancelled && *which.cancelled < which.ended)
        stop(*which.cancelled, "CANCELED");
    if (which.timeout && which.submitted + *which.timeout < which.ended)
        stop(which.submitted + *which.timeout, "TIMEDOUT");
    for (auto const& input : which.inputs)
        if (input.outcome.job_error)
            stop(input.done, "ERROR");
    if (stopped) {
        s.seen = *stopped;
        s.ended = true;
    }
    for (auto const& input : which.inputs)
        if (input.done <= s.seen)
            ++(input.outcome.error.empty() ? s.completed : s.failed);
    return s;
}

INFERPP_DECL bool modzy_simulator::platform::is_visible(job const& which) const
{
    return now >= which.created + options.not_found_for;
}

INFERPP_DECL modzy_simulator::platform::job* modzy_simulator::platform::find(std::string const& id)
{
    auto const found = jobs.find(id);
    return found == jobs.end() || !is_visible(found->second) ? nullptr : &found->second;
}

INFERPP_DECL http::response modzy_simulator::platform::submit(simulated_request const& request,
                                                              std::string const& access_key)
{
    auto const parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object())
        return refuse(400, "The body is no JSON object");
    object const& body = parsed->get_object();
    object const* const model = detail::modzy_object(body, "model");
    job fresh;
    if (model != nullptr) {
        fresh.model = detail::modzy_text(*model, "identifier");
        fresh.version = detail::modzy_text(*model, "version");
    }
    if (fresh.model.empty() || fresh.version.empty())
        return refuse(400, "model.identifier and model.version are required");
    if (!options.unknown_models && find_version(fresh.model, fresh.version) == nullptr)
        return refuse(404, "There is no model " + fresh.model + " in version " + fresh.version);
    if (options.max_jobs && jobs.size() - credited >= *options.max_jobs)
        return refuse(403,
                      "The quota of " + std::to_string(*options.max_jobs) + " jobs is used up");

    fresh.id = new_uuid();
    fresh.access_key = access_key;
    if (auto const* const explain = body.if_contains("explain"))
        fresh.explain = (explain->is_bool() && explain->get_bool()) ||
                        detail::modzy_text(body, "explain") == "true";
    // A model without the feature does not explain. Of unknown ones nothing is known.
    if (auto const* const known = find_model(fresh.model))
        fresh.explain =
            fresh.explain && std::find(known->features.begin(), known->features.end(),
                                       "built-in-explainability") != known->features.end();
    boost::json::value const* const input = body.if_contains("input");
    boost::json::value const* timeout = body.if_contains("timeout");
    if (timeout == nullptr && input != nullptr && input->is_object())
        timeout = input->get_object().if_contains("timeout"); // as newer servers have it
    if (timeout != nullptr && !timeout->is_null()) {
        std::string text;
        if (timeout->is_int64())
            text = std::to_string(timeout->get_int64());
        else if (timeout->is_string())
            text = detail::modzy_view(timeout->get_string());
        std::int64_t number = 0;
        auto const end = std::from_chars(text.data(), text.data() + text.size(), number);
        if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || number < 0)
            return refuse(400, "timeout must be a number of milliseconds");
        if (number > 0)
            fresh.timeout = std::chrono::milliseconds{number};
    }
    fresh.created = now;
    fresh.created_at = today;
    if (input == nullptr) {
        fresh.open = true;
    } else {
        if (!input->is_object())
            return refuse(400, "input must be an object");
        auto arrivals = read_input(input->get_object());
        if (auto const* const why = std::get_if<refusal>(&arrivals))
            return refuse(*why);
        auto& list = std::get<std::vector<arrival>>(arrivals);
        if (list.size() > options.max_inputs)
            return refuse(400, "The job has more than " + std::to_string(options.max_inputs) +
                                   " inputs");
        process(fresh, std::move(list));
    }
    job& kept = jobs[fresh.id] = std::move(fresh);
    by_age.push_back(&kept);
    return json(202, receipt(kept));
}

INFERPP_DECL http::response modzy_simulator::platform::close(job& which)
{
    if (look(which, now).word != "OPEN")
        return refuse(400, "The job " + which.id + " is not open");
    std::vector<arrival> arrivals;
    for (auto& input : which.uploads) {
        arrival& one = arrivals.emplace_back();
        one.key = std::move(input.key);
        for (auto& [name, item] : input.items) {
            item.value.sha256 = to_hex(item.digest.finish());
            item.value.media_type = "application/octet-stream";
            one.data[name] = std::move(item.value);
        }
    }
    which.uploads.clear();
    which.upload_index.clear();
    which.open = false;
    process(which, std::move(arrivals));
    return json(202, receipt(which));
}

/// What a model makes of an input.
INFERPP_DECL modzy_model_output modzy_simulator::platform::run(modzy_model_input input) const
{
    modzy_catalog_version const* const version = find_version(input.model, input.version);
    for (auto const& [name, item] : input.data) {
        if (item.size > options.max_input_bytes)
            return modzy_model_output::failed("the item '" + name +
                                              "' is larger than the model's maximum of " +
                                              std::to_string(options.max_input_bytes) + " bytes");
        if (!options.check_inputs || version == nullptr)
            continue;
        std::string const& wanted = name; // a lambda can't capture a structured binding
        auto const known =
            std::find_if(version->inputs.begin(), version->inputs.end(),
                         [&](modzy_catalog_item const& one) { return one.name == wanted; });
        if (known == version->inputs.end())
            return modzy_model_output::failed("the model has no input '" + name + "'");
        if (item.size > known->maximum_size)
            return modzy_model_output::failed("the item '" + name + "' is larger than " +
                                              std::to_string(known->maximum_size) + " bytes");
    }
    modzy_catalog_model const* const model = find_model(input.model);
    return model != nullptr && model->run ? model->run(input) : options.model(input);
}

/// All inputs are there: runs the model on them, and plans when they will have been done.
INFERPP_DECL void modzy_simulator::platform::process(job& which,
                                                     std::vector<arrival> arrivals) const
{
    which.submitted = now;
    which.started = which.submitted + options.queue_time;
    which.ended = which.started;
    for (auto& one : arrivals) {
        job::input& input = which.inputs.emplace_back();
        input.key = std::move(one.key);
        for (auto const& [name, item] : one.data)
            input.bytes += item.size;
        which.bytes += input.bytes;
        if (!one.error.empty()) {
            input.outcome = modzy_model_output::failed(std::move(one.error));
        } else {
            modzy_model_input work;
            work.model = which.model;
            work.version = which.version;
            work.input_key = input.key;
            work.data = std::move(one.data);
            work.explain = which.explain;
            input.outcome = run(std::move(work));
        }
        auto const turn = (which.inputs.size() - 1) / (std::max<std::size_t>)(1, options.engines);
        input.done = which.started + options.input_time * (turn + 1);
        which.ended = (std::max)(which.ended, input.done);
    }
}

INFERPP_DECL void modzy_simulator::platform::cancel(job& which)
{
    if (look(which, now).ended)
        return;
    which.cancelled = now;
    which.uploads.clear();
    which.upload_index.clear();
    ++credited;
}

INFERPP_DECL http::response modzy_simulator::platform::cancel_all(std::string const& access_key)
{
    boost::json::array list;
    for (job* const one : by_age) {
        if (one->access_key != access_key || !is_visible(*one) || look(*one, now).ended)
            continue;
        cancel(*one);
        list.push_back(details(*one));
    }
    return json(200, list);
}

INFERPP_DECL http::response modzy_simulator::platform::features() const
{
    return json(200, object{{"inputChunkMaximumSize", options.chunk_limit},
                            {"maximumInputChunks", options.max_chunks},
                            {"maximumInputsPerJob", options.max_inputs}});
}

/// One object for each access key, or the one of that key alone.
INFERPP_DECL http::response modzy_simulator::platform::statistics(std::string const& access_key,
                                                                  bool all) const
{
    std::map<std::string, std::vector<job const*>> keys;
    for (job const* const one : by_age)
        if (is_visible(*one) && (all || one->access_key == access_key))
            keys[one->access_key].push_back(one);
    boost::json::array list;
    for (auto const& [key, used] : keys) {
        std::map<std::pair<std::string, std::string>, std::size_t> processed;
        for (job const* const one : used)
            processed[{one->model, one->version}] += look(*one, now).ended ? 1 : 0;
        boost::json::array models;
        for (auto const& [model, count] : processed) {
            object entry = name_model(model.first, model.second);
            entry["processedJobsCount"] = count;
            models.push_back(std::move(entry));
        }
        list.push_back(object{{"accessKey", key},
                              {"jobsCount", used.size()},
                              {"lastApiUsage", stamp(used.back()->created_at)},
                              {"modelsCount", processed.size()},
                              {"modelsList", std::move(models)}});
    }
    if (all)
        return json(200, list);
    return list.empty() ? refuse(404, "There is no access key " + access_key)
                        : json(200, list.front());
}

INFERPP_DECL boost::json::object modzy_simulator::platform::name_model(
    std::string const& id, std::string const& version) const
{
    auto const* const known = find_model(id);
    return {{"identifier", id},
            {"version", version},
            {"name", known != nullptr ? known->name : std::string{"Simulated model"}}};
}

INFERPP_DECL boost::json::object modzy_simulator::platform::user(std::string const& access_key)
{
    return {
        {"identifier", "user-1"},
        {"externalIdentifier", "ext-1"},
        {"firstName", "Ada"},
        {"lastName", "Example"},
        {"email", "ada@example.invalid"},
        {"status", "ACTIVE"},
        {"title", "Engineer"},
        {"accessKeys", boost::json::array{object{{"prefix", access_key}, {"isDefault", true}}}}};
}

INFERPP_DECL std::string modzy_simulator::platform::stamp(sys_milliseconds at) const
{
    std::string text = format_iso8601(at);
    if (!options.mixed_dates)
        return text;
    // ".100+00:00" becomes ".1+0000"
    std::size_t const offset = text.size() - 6;
    std::size_t const digits = text.find_last_not_of('0', offset - 1) + 1;
    return text.substr(0, digits) + (text[digits - 1] == '.' ? "0" : "") + "+0000";
}

INFERPP_DECL std::string modzy_simulator::platform::narrow_stamp(sys_milliseconds at)
{
    std::string text = format_iso8601(at);
    text.replace(text.size() - 6, 6, "+0000");
    return text;
}

INFERPP_DECL void modzy_simulator::platform::put_common(object& into, job const& which) const
{
    into["accountIdentifier"] = "simulated-account";
    into["team"] = {{"identifier", "team-1"}};
    into["submittedAt"] = stamp(which.open ? which.created_at : date(which, which.submitted));
}

INFERPP_DECL boost::json::object modzy_simulator::platform::receipt(job const& which) const
{
    object out;
    out["model"] = name_model(which.model, which.version);
    if (!options.receipt_without_status)
        out["status"] = which.open ? "OPEN" : "SUBMITTED";
    out["totalInputs"] = which.inputs.size();
    out["jobIdentifier"] = which.id;
    out["accessKey"] = which.access_key;
    out["explain"] = which.explain;
    out["jobType"] = "batch";
    put_common(out, which);
    out["user"] = user(which.access_key);
    boost::json::array keys;
    for (auto const& input : which.inputs)
        keys.emplace_back(input.key);
    out["jobInputs"] = object{{"identifier", std::move(keys)}};
    out["inputByteAmount"] = which.bytes;
    out["hoursDeleteInput"] = 24;
    auto const* const known = find_model(which.model);
    out["imageClassificationModel"] = known != nullptr && known->is_image_classification;
    if (which.timeout)
        out["timeout"] = which.timeout->count();
    return out;
}

INFERPP_DECL boost::json::object modzy_simulator::platform::details(job const& which) const
{
    state const s = look(which, now);
    auto const age = [&](time_point at) { return milliseconds(at - which.created).count(); };
    object out;
    out["jobIdentifier"] = which.id;
    out["submittedBy"] = which.access_key;
    put_common(out, which);
    out["model"] = name_model(which.model, which.version);
    out["status"] = s.word;
    out["createdAt"] = format_iso8601(which.created_at);
    out["updatedAt"] = stamp(date(which, (std::min)(now, s.seen)));
    out["total"] = which.inputs.size();
    out["pending"] = which.inputs.size() - s.completed - s.failed;
    out["completed"] = s.completed;
    out["failed"] = s.failed;
    out["elapsedTime"] = age(which.open ? s.seen : (std::min)(s.seen, which.ended));
    out["queueTime"] = age(which.open ? s.seen : (std::min)(s.seen, which.started));
    out["user"] = user(which.access_key);
    boost::json::array inputs;
    for (auto const& input : which.inputs)
        inputs.push_back(object{{"identifier", input.key}});
    out["jobInputs"] = std::move(inputs);
    out["explain"] = which.explain;
    out["hoursDeleteInput"] = 24;
    auto const* const known = find_model(which.model);
    out["imageClassificationModel"] = known != nullptr && known->is_image_classification;
    if (which.timeout)
        out["timeout"] = which.timeout->count();
    out["inputByteAmount"] = which.bytes;
    return out;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_lists.ipp>
#endif

#endif
