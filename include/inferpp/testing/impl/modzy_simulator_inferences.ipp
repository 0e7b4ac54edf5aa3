// SPDX-License-Identifier: BSL-1.0
//
// The simulated Modzy's single inferences. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_INFERENCES_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_INFERENCES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::string modzy_simulator::platform::new_ksuid()
{
    constexpr std::string_view digits =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string id = "inference-";
    for (int i = 0; i < 27; ++i)
        id += digits[static_cast<std::size_t>(random() % digits.size())];
    return id;
}

/// Reads one input and notes it without its data and secrets. Returns what is wrong with it.
INFERPP_DECL std::string modzy_simulator::platform::read_inference_input(
    object const& from, inference& into, modzy_model_input& input) const
{
    std::string const key{detail::modzy_text(from, "key")};
    if (key.empty())
        return "each input must have a key";
    std::string_view form;
    for (std::string_view const one : {"text", "data", "s3", "azure"}) {
        if (!from.contains(one))
            continue;
        if (!form.empty())
            return "the input '" + key + "' must have one of text, data, s3 and azure";
        form = one;
    }
    if (form.empty())
        return "the input '" + key + "' must have one of text, data, s3 and azure";
    modzy_model_input::value& item = input.data[key];
    object shown;
    if (form == "text" || form == "data") {
        if (!from.at(form).is_string())
            return "the input '" + key + "' must be text";
        std::string_view const text = detail::modzy_view(from.at(form).get_string());
        if (form == "text") {
            item = whole(std::string{text}, "text/plain");
        } else {
            auto decoded = decode_base64(text);
            if (!decoded)
                return "the data of the input '" + key + "' is no base64";
            item = whole(std::move(*decoded), "application/octet-stream");
        }
    } else {
        object const* const source = detail::modzy_object(from, form);
        if (source == nullptr)
            return "the input '" + key + "' must be an object";
        bool const azure = form == "azure";
        std::string_view const place = azure ? "container" : "bucket";
        std::string_view const id = azure ? "storageAccount" : "accessKeyId";
        std::string_view const secret = azure ? "storageAccountKey" : "accessKeySecret";
        for (std::string_view const name : {id, secret, place, std::string_view{"path"}})
            if (detail::modzy_text(*source, name).empty())
                return std::string{form} + '.' + std::string{name} + " is required";
        if (!azure && source->contains("endpoint") == source->contains("region"))
            return "s3 must have one of endpoint and region";
        into.fetches = true;
        for (std::string_view const name :
             {std::string_view{"endpoint"}, std::string_view{"region"}, place,
              std::string_view{"storageAccount"}, std::string_view{"path"}})
            if (auto const* const value = source->if_contains(name))
                shown[name] = *value;
        auto const found = options.storage.objects.find(stored_name(*source, place, "path"));
        if (!trusts(detail::modzy_text(*source, id), detail::modzy_text(*source, secret)))
            into.outcome = modzy_model_output::failed("the storage refuses the credentials");
        else if (found == options.storage.objects.end())
            into.outcome = modzy_model_output::failed("the storage has no such object");
        else
            item = whole(found->second, "application/octet-stream");
    }
    shown["sizeInBytes"] = item.size;
    shown["sha256Digest"] = item.sha256;
    object redacted{{"key", key}};
    redacted[form] = std::move(shown);
    into.inputs.push_back(std::move(redacted));
    return {};
}

INFERPP_DECL http::response modzy_simulator::platform::infer(simulated_request const& request)
{
    auto const parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object())
        return refuse(400, "The body is no JSON object");
    object const& body = parsed->get_object();
    object const* const model = detail::modzy_object(body, "model");
    auto const* const inputs = body.if_contains("inputs");
    inference fresh;
    if (model != nullptr) {
        fresh.model = detail::modzy_text(*model, "identifier");
        fresh.version = detail::modzy_text(*model, "version");
    }
    if (fresh.model.empty() || fresh.version.empty())
        return refuse(400, "model.identifier and model.version are required");
    if (!options.unknown_models && find_version(fresh.model, fresh.version) == nullptr)
        return refuse(404, "There is no model " + fresh.model + " in version " + fresh.version);
    if (inputs == nullptr || !inputs->is_array() || inputs->get_array().empty())
        return refuse(400, "inputs must have at least one input");
    if (auto const* const explain = body.if_contains("explain"))
        fresh.explain = explain->is_bool() && explain->get_bool();
    if (object const* const tags = detail::modzy_object(body, "tags"))
        fresh.tags = *tags;
    fresh.id = new_ksuid();
    fresh.submitted = now;
    fresh.submitted_at = today;
    modzy_model_input work;
    work.model = fresh.model;
    work.version = fresh.version;
    work.input_key = fresh.id;
    work.explain = fresh.explain;
    for (auto const& one : inputs->get_array()) {
        std::string const wrong = one.is_object()
                                      ? read_inference_input(one.get_object(), fresh, work)
                                      : std::string{"each input must be an object"};
        if (!wrong.empty())
            return refuse(400, wrong);
    }
    if (fresh.outcome.error.empty())
        fresh.outcome = run(std::move(work));
    std::string const id = fresh.id;
    return inference_details(inferences[id] = std::move(fresh));
}

INFERPP_DECL http::response modzy_simulator::platform::inference_details(
    inference const& which) const
{
    // It is fetched for as long as it is processed.
    auto const started = which.submitted + options.queue_time;
    auto const running =
        started + (which.fetches ? options.input_time : std::chrono::milliseconds{0});
    auto const done = running + options.input_time;
    auto const stamp_z = [&](time_point at) {
        std::string text = format_iso8601(which.submitted_at + milliseconds(at - which.submitted));
        return text.replace(text.size() - 6, 6, "Z");
    };
    bool const ended = now >= done;
    bool const good = which.outcome.error.empty();
    object out;
    out["identifier"] = which.id;
    out["model"] = name_model(which.model, which.version);
    out["inputs"] = which.inputs;
    out["tags"] = which.tags;
    out["explain"] = which.explain;
    out["status"] = now < started   ? "QUEUED"
                    : now < running ? "FETCHING"
                    : !ended        ? "IN_PROGRESS"
                    : good          ? "COMPLETE"
                                    : "FAILED";
    out["submittedAt"] = stamp_z(which.submitted);
    if (!ended)
        return json(200, out);
    out["completedAt"] = stamp_z(done);
    std::array<char, 32> elapsed{};
    auto const spent = milliseconds(done - which.submitted).count();
    std::snprintf(elapsed.data(), elapsed.size(), "%lld.%03llds",
                  static_cast<long long>(spent / 1000), static_cast<long long>(spent % 1000));
    out["elapsedTime"] = elapsed.data();
    if (!good)
        return json(200, out);
    object outputs;
    auto const add = [&](std::string_view name, std::string_view data, std::string_view type) {
        std::string encoded;
        append_base64(data, encoded);
        outputs[name] = {{"data", encoded}, {"contentType", type}};
    };
    for (auto const& output : which.outcome.outputs) {
        std::string text;
        json_writer writer{text};
        writer.value(output.value());
        add({output.key().data(), output.key().size()}, text, ""); // as the platform was seen to
    }
    for (auto const& [name, raw] : which.outcome.raw)
        add(name, raw.data, raw.media_type);
    out["result"] = {{"outputs", std::move(outputs)}};
    return json(200, out);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_inputs.ipp>
#endif

#endif
