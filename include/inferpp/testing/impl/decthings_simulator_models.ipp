// SPDX-License-Identifier: BSL-1.0
//
// Models of the simulated Decthings, in both generations. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_MODELS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_MODELS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::model* decthings_simulator::platform::find_model_if(
    std::string_view id)
{
    for (auto const& one : models)
        if (one->id == id)
            return one.get();
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::model& decthings_simulator::platform::find_model(
    call const& with, std::string_view name)
{
    auto* const found = find_model_if(with.text(name));
    if (found == nullptr)
        throw refusal{"model_not_found"};
    return *found;
}

INFERPP_DECL void decthings_simulator::platform::check_new_name(std::string_view name) const
{
    if (name.empty())
        call::refuse("name", "is empty");
    for (auto const& one : models)
        if (one->name == name)
            throw refusal{"name_already_used"};
}

INFERPP_DECL decthings_simulator::platform::model& decthings_simulator::platform::add_model(
    std::string id, std::string name)
{
    auto made = std::make_unique<model>();
    made->id = std::move(id);
    made->name = std::move(name);
    made->created_at = today;
    made->about = {{"description", ""},
                   {"publicAccess", false},
                   {"tags", array{}},
                   {"language", "python"},
                   {"wasm", false}};
    object const spec{{"cpus", 1}, {"memoryMebibytes", 512}};
    made->fields = {{"filesystemSizeMebibytes", 1024},
                    {"parameterDefinitions",
                     {{"createState", array{}},
                      {"train", array{}},
                      {"evaluateInput", array{}},
                      {"evaluateOutput", array{}}}},
                    {"defaultLauncherSpecs", {{"createState", spec}, {"evaluate", spec}}},
                    {"maxDurationsSeconds",
                     {{"codeStartup", 60},
                      {"instantiateModel", 60},
                      {"createState", 600},
                      {"train", 3600},
                      {"evaluate", 60}}},
                    {"image",
                     {{"domain", "registry.decthings.com"},
                      {"repository", "decthings/python"},
                      {"reference", "latest"},
                      {"digest", "sha256:" + std::string(64, '0')}}}};
    made->files.files[1].mode = 040755;
    made->files.files[1].links = 2;
    models.push_back(std::move(made));
    return *models.back();
}

INFERPP_DECL void decthings_simulator::platform::put_common(object& into, object const& about)
{
    for (std::string_view const name : {"description", "publicAccess", "tags"})
        into[name] = about.at(name);
    into["owner"] = {{"type", "user"}, {"userId", "user-1"}, {"username", "ada"}};
    into["access"] = "readwrite";
}

INFERPP_DECL boost::json::object decthings_simulator::platform::describe(state const& which) const
{
    array keys;
    for (auto const& [key, content] : which.data)
        keys.push_back({{"key", key}, {"byteSize", content.size()}});
    return {{"id", which.id},
            {"name", which.name},
            {"trainingOperations", which.trainings},
            {"createdAt", stamp(which.created_at)},
            {"beingDeleted", false},
            {"state", keys},
            {"mountedModels", which.mounted}};
}

INFERPP_DECL boost::json::object decthings_simulator::platform::describe(
    snapshot const& which) const
{
    object told = which.fields;
    object content = describe(which.content);
    for (std::string_view const name : {"id", "trainingOperations", "createdAt", "beingDeleted"})
        content.erase(name);
    told["id"] = which.id;
    told["name"] = which.name;
    told["createdAt"] = stamp(which.created_at);
    told["state"] = content;
    return told;
}

INFERPP_DECL boost::json::object decthings_simulator::platform::describe(model const& which) const
{
    object told = which.fields;
    put_common(told, which.about);
    for (std::string_view const name : {"language", "wasm", "basedOnSnapshot"})
        if (auto const* const found = which.about.if_contains(name))
            told[name] = *found;
    object& image = told["image"].as_object();
    for (auto const& [name, target] : {std::pair{"domain", "targetDomain"},
                                       {"repository", "targetRepository"},
                                       {"reference", "targetReference"}})
        image[target] = image[name];
    bool making = false;
    array ongoing;
    array all;
    for (auto const& one : works) {
        if (one->model != which.id || !one->debug_session.empty())
            continue;
        making = making || (one->what == work::kind::make_model && !has_ended(*one));
        if (one->what == work::kind::train) {
            all.emplace_back(one->id);
            if (!has_ended(*one))
                ongoing.emplace_back(one->id);
        }
    }
    array states;
    for (state const& one : which.states)
        states.push_back(describe(one));
    array snapshots;
    for (snapshot const& one : which.snapshots)
        snapshots.push_back(describe(one));
    told["id"] = which.id;
    told["name"] = which.name;
    told["createdAt"] = stamp(which.created_at);
    told["beingCreated"] = making;
    told["ongoingTrainingSessions"] = ongoing;
    told["trainingSessions"] = all;
    told["states"] = states;
    told["activeState"] = which.active;
    told["snapshots"] = snapshots;
    return told;
}

/// Puts the members that a request has over others.
INFERPP_DECL void decthings_simulator::platform::overlay(
    object const& from, object& into, std::initializer_list<std::string_view> names)
{
    for (std::string_view const name : names)
        if (auto const* const found = from.if_contains(name); found != nullptr && !found->is_null())
            into[name] = *found;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::create_model(
    call& with)
{
    object const& chosen = with.part("options");
    call options_of;
    options_of.params = chosen;
    options_of.blobs = with.blobs;
    std::string const type = options_of.text("type");
    std::string const name = with.text("name");
    check_new_name(name);
    model const* original = nullptr;
    snapshot const* from = nullptr;
    if (type == "basedOnModelSnapshot" || type == "fromExisting") {
        model& found = find_model(options_of);
        original = &found;
        if (type == "basedOnModelSnapshot" || options_of.find("snapshotId") != nullptr)
            from = &find_snapshot(found, options_of);
    } else if (type == "code") {
        with.expect_blobs(0);
        options_of.text("language");
    } else if (type == "upload") {
        with.expect_blobs(1);
        options_of.text("format");
    } else {
        call::refuse("options.type", "code, upload, basedOnModelSnapshot or fromExisting");
    }
    // All that can be refused is before the model is there.
    decthings_state data;
    std::string state_name = "first";
    std::optional<decthings_call> asked;
    if (type == "basedOnModelSnapshot") {
        call initial;
        initial.params = options_of.part("initialState");
        initial.blobs = with.blobs;
        std::string const method = initial.text("method");
        if (method == "copy") {
            with.expect_blobs(0);
            data = from->content.data;
        } else if (method == "upload") {
            state_name = initial.text("name");
            data = read_keys(initial, "stateKeyNames");
        } else if (method == "create") {
            state_name = initial.text("name");
            check_spec(initial.part("launcherSpec"), "options.initialState.launcherSpec");
            asked.emplace();
            asked->what = function::create_state;
            asked->params = read_params(initial, initial.list("params"));
        } else {
            call::refuse("options.initialState.method", "copy, create or upload");
        }
    }

    std::string const id = new_id("new-model");
    model copy; // of what it is made from: adding one moves none
    if (original != nullptr)
        copy = *original;
    model& made = add_model(id, name);
    overlay(with.params, made.about, {"description", "publicAccess"});
    overlay(chosen, made.about, {"tags", "language", "wasm"});
    overlay(chosen, made.fields, {"parameterDefinitions"});
    if (original != nullptr) {
        made.fields = from != nullptr ? from->fields : copy.fields;
        made.files = from != nullptr ? from->files : copy.files;
        made.about["language"] = copy.about.at("language");
    }
    if (type == "basedOnModelSnapshot")
        made.about["basedOnSnapshot"] = {
            {"modelId", copy.id}, {"snapshotId", from->id}, {"noLongerExists", false}};
    if (type == "fromExisting") {
        if (from != nullptr) {
            data = from->content.data;
        } else if (state const* const active = find_state_if(copy, copy.active)) {
            data = active->data;
        }
    }
    if (type == "upload")
        made.files.files[add_file(made.files, 1, "model." + options_of.text("format"), 0100644)]
            .content = with.blobs[0];
    if (asked) {
        asked->model = name;
        auto const making = start(work::kind::make_model, made, {}, *asked,
                                  {{"createLauncher", options.launcher_time},
                                   {"codeStartup", options.startup_time},
                                   {"createState", options.make_time}});
        making->name = state_name;
        return object{{"modelId", id}, {"isNowCreating", true}};
    }
    state first;
    first.id = new_id("state");
    first.name = state_name;
    first.created_at = today;
    first.data = std::move(data);
    made.active = first.id;
    made.states.push_back(std::move(first));
    return object{{"modelId", id}, {"isNowCreating", false}};
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::model_creation_of(
    work const& which) const
{
    object const took = durations(which, end_of(which));
    if (!has_failed(which))
        return object{{"createModelSuccess", {{"createInitialStateDurations", took}}}};
    object error = failure_of(which);
    std::string_view const code = detail::decthings_text(error["code"]);
    if (code != "cancelled" && code != "server_overloaded" && code != "unknown")
        error = {{"code", "create_state_error"},
                 {"details", failure_of(which)},
                 {"createInitialStateDurations", took}};
    return object{{"createModelFailed", {{"error", error}}}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::wait_for_model(
    call& with)
{
    model const& of = find_model(with);
    for (auto const& one : works)
        if (one->model == of.id && one->what == work::kind::make_model && !has_ended(*one))
            return when_done(one, &platform::model_creation_of);
    throw refusal{"model_already_created"};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_model(
    call& with)
{
    std::string const id = find_model(with).id;
    for (auto const& one : works)
        if (one->model == id && !has_ended(*one))
            cancel(*one);
    std::erase_if(models, [&](auto const& one) { return one->id == id; });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::update_model(
    call& with)
{
    model& which = find_model(with);
    object const& change = with.part("properties");
    if (auto const* const name = change.if_contains("name")) {
        if (detail::decthings_text(*name) != which.name)
            check_new_name(detail::decthings_text(*name));
        which.name = detail::decthings_text(*name);
    }
    overlay(change, which.about, {"description", "publicAccess", "tags"});
    if (options.generation == decthings_simulator_options::interface::versions)
        return object{};
    overlay(change, which.fields, {"parameterDefinitions", "maxDurationsSeconds"});
    if (auto const* const specs = change.if_contains("defaultLauncherSpecs"))
        overlay(specs->as_object(), which.fields["defaultLauncherSpecs"].as_object(),
                {"createState", "evaluate"});
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_models(
    call& with)
{
    std::vector<object> all;
    for (auto const& one : models)
        all.push_back(options.generation == decthings_simulator_options::interface::versions
                          ? describe_versioned(*one)
                          : describe(*one));
    return page(with, "models", std::move(all));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    set_filesystem_size(call& with)
{
    model& which = find_model(with);
    std::uint64_t const size = with.number("newFilesystemSizeMebibytes");
    std::uint64_t used = 0;
    for (auto const& [inode, one] : which.files.files)
        used += one.content.size();
    constexpr std::uint64_t mebibyte = 1 << 20;
    if (size == 0 || used > size * mebibyte)
        throw refusal{"not_enough_space"};
    which.fields["filesystemSizeMebibytes"] = size;
    return object{};
}

/// A file system's size and how full it is.
inline boost::json::object decthings_usage(std::uint64_t mebibytes, std::size_t inodes,
                                           std::uint64_t bytes)
{
    constexpr std::uint64_t block = 4096;
    constexpr std::uint64_t blocks_of_one = (1 << 20) / block;
    constexpr std::uint64_t most_inodes = 65536;
    return {{"blockSize", block},
            {"totalBlocks", mebibytes * blocks_of_one},
            {"freeBlocks", mebibytes * blocks_of_one - (bytes + block - 1) / block},
            {"totalInodes", most_inodes},
            {"freeInodes", most_inodes - inodes}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_filesystem_usage(call& with)
{
    model const& which = find_model(with);
    std::uint64_t used = 0;
    for (auto const& [inode, one] : which.files.files)
        used += one.content.size();
    return decthings_usage(which.fields.at("filesystemSizeMebibytes").to_number<std::uint64_t>(),
                           which.files.files.size(), used);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::set_image(
    call& with)
{
    model& which = find_model(with);
    object image{{"domain", with.text("domain")},
                 {"repository", with.text("repository")},
                 {"reference", with.text("reference")},
                 {"digest", "sha256:" + std::string(64, '1')}};
    if (with.text("reference") == "missing")
        throw refusal{"image_not_found"};
    which.fields["image"] = std::move(image);
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_states.ipp>
#endif

#endif
