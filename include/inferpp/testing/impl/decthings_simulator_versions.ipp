// SPDX-License-Identifier: BSL-1.0
//
// The later interface of the simulated Decthings: a version is a state with another name. See
// decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_VERSIONS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_VERSIONS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::state& decthings_simulator::platform::find_version(
    model& of, call const& with)
{
    auto* const found = find_state_if(of, with.text("versionId"));
    if (found == nullptr)
        throw refusal{"model_version_not_found"};
    return *found;
}

/// A member under another name.
inline void decthings_rename(boost::json::object& in, std::string_view from, std::string_view to)
{
    if (auto* const found = in.if_contains(from)) {
        boost::json::value content = std::move(*found);
        in.erase(from);
        in[to] = std::move(content);
    }
}

INFERPP_DECL boost::json::object decthings_simulator::platform::describe_versioned(
    model const& which) const
{
    object told;
    put_common(told, which.about);
    told["id"] = which.id;
    told["name"] = which.name;
    told["createdAt"] = stamp(which.created_at);
    if (auto const* const based = which.about.if_contains("basedOn")) {
        told["source"] = *based;
    } else {
        constexpr std::uint64_t blocks_of_mebibyte = 256;
        std::uint64_t const size =
            which.fields.at("filesystemSizeMebibytes").to_number<std::uint64_t>();
        told["source"] = {{"type", "code"},
                          {"filesystemSizeMebibytes", size},
                          {"blockSize", 4096},
                          {"totalBlocks", size * blocks_of_mebibyte},
                          {"freeBlocks", size * blocks_of_mebibyte},
                          {"totalInodes", 65536},
                          {"freeInodes", 65536 - which.files.files.size()}};
    }
    object config = which.fields;
    object& specs = config["defaultLauncherSpecs"].as_object();
    decthings_rename(specs, "createState", "initializeWeights");
    decthings_rename(config["maxDurationsSeconds"].as_object(), "createState", "initializeWeights");
    value const size = config.at("filesystemSizeMebibytes");
    config.erase("filesystemSizeMebibytes");
    auto const version = [&](std::string_view id, std::string_view name, sys_milliseconds created,
                             array const& mounted, array const& trainings, object status) {
        return object{{"id", id},
                      {"name", name},
                      {"createdAt", stamp(created)},
                      {"filesystemSizeMebibytes", size},
                      {"config", config},
                      {"mountedModels", mounted},
                      {"trainingOperations", trainings},
                      {"status", std::move(status)}};
    };
    array versions;
    for (state const& one : which.states) {
        array weights;
        for (auto const& [key, content] : one.data)
            weights.push_back({{"key", key}, {"byteSize", content.size()}});
        versions.push_back(version(one.id, one.name, one.created_at, one.mounted, one.trainings,
                                   {{"state", "created"}, {"weights", weights}}));
    }
    for (auto const& one : works) {
        if (one->model != which.id || has_ended(*one) || !one->debug_session.empty())
            continue;
        if (one->what == work::kind::create_state)
            versions.push_back(version(one->id, one->name, one->started_at, one->mounted, {},
                                       {{"state", "initializingWeights"}}));
        if (one->what == work::kind::train)
            versions.push_back(version(one->id + "-version", one->name, one->started_at, {}, {},
                                       {{"state", "training"}, {"trainingSessionId", one->id}}));
    }
    told["versions"] = versions;
    return told;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    create_versioned_model(call& with)
{
    call options_of;
    options_of.params = with.part("options");
    std::string const type = options_of.text("type");
    std::string const name = with.text("name");
    with.expect_blobs(0);
    check_new_name(name);
    std::optional<model> copy;
    object based;
    if (type == "code") {
        options_of.text("language");
    } else if (type == "basedOnModel") {
        model& original = find_model(options_of);
        based = {{"type", "model"},
                 {"modelId", original.id},
                 {"versionId", find_version(original, options_of).id}};
    } else if (type == "duplicateExisting") {
        copy = find_model(options_of);
    } else {
        call::refuse("options.type", "code, basedOnModel or duplicateExisting");
    }
    model& made = add_model(new_id("new-model"), name);
    overlay(with.params, made.about, {"description", "publicAccess", "tags"});
    overlay(options_of.params, made.fields, {"parameterDefinitions"});
    if (!based.empty())
        made.about["basedOn"] = based;
    if (copy) {
        made.fields = copy->fields;
        made.files = copy->files;
        for (state one : copy->states) {
            one.id = new_id("version");
            made.states.push_back(std::move(one));
        }
    }
    return object{{"modelId", made.id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::create_version(
    call& with)
{
    model const& of = find_model(with);
    decthings_call asked;
    asked.what = function::create_state;
    asked.model = of.name;
    std::string const name = with.text("versionName");
    asked.params = read_params(with, with.list("params"));
    array mounted;
    if (auto const* const mounts = with.list_if("mountModels"))
        asked.mounted = mount(*mounts, mounted);
    auto const making = start(work::kind::create_state, of, {}, asked,
                              {{"createLauncher", options.launcher_time},
                               {"codeStartup", options.startup_time},
                               {"initializeWeights", options.run_time}});
    making->id = new_id("version");
    making->name = name;
    making->mounted = mounted;
    return when_done(making, &platform::version_creation_of);
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::
    version_creation_of(work const& which) const
{
    object took = durations(which, end_of(which));
    took["total"] = total(which).count();
    reply answer;
    if (has_failed(which))
        answer.error = {{"code", "initialize_weights_failed"},
                        {"durations", took},
                        {"reason", failure_of(which)}};
    else
        answer.result = {{"versionId", which.id}, {"initializeWeightsDurations", took}};
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::upload_version(
    call& with)
{
    model& of = find_model(with);
    state made;
    made.name = with.text("versionName");
    // One of the vendor's clients calls them by their old name, another one leaves them out.
    made.data = read_keys(with, with.find("weightKeyNames") != nullptr ? "weightKeyNames"
                                                                       : "stateKeyNames");
    if (auto const* const mounts = with.list_if("mountModels"))
        mount(*mounts, made.mounted);
    made.id = new_id("version");
    made.created_at = today;
    std::string const id = made.id;
    of.states.push_back(std::move(made));
    return object{{"versionId", id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::update_version(
    call& with)
{
    state& which = find_version(find_model(with), with);
    if (auto const* const name = with.part("properties").if_contains("name"))
        which.name = detail::decthings_text(*name);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_version(
    call& with)
{
    model& of = find_model(with);
    std::string const id = find_version(of, with).id;
    std::erase_if(of.states, [&](state const& one) { return one.id == id; });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_weights(
    call& with)
{
    return keyed(find_version(find_model(with), with).data, with, "weight_key_not_found", true);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_datasets.ipp>
#endif

#endif
