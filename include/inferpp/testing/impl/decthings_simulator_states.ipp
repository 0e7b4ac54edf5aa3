// SPDX-License-Identifier: BSL-1.0
//
// States and snapshots of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_STATES_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_STATES_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::state* decthings_simulator::platform::find_state_if(
    model& of, std::string_view id)
{
    for (state& one : of.states)
        if (one.id == id)
            return &one;
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::state& decthings_simulator::platform::find_state(
    model& of, call const& with)
{
    auto* const found = find_state_if(of, with.text("stateId"));
    if (found == nullptr)
        throw refusal{"state_not_found"};
    return *found;
}

INFERPP_DECL decthings_simulator::platform::snapshot* decthings_simulator::platform::
    find_snapshot_if(model& of, std::string_view id)
{
    for (snapshot& one : of.snapshots)
        if (one.id == id)
            return &one;
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::snapshot& decthings_simulator::platform::find_snapshot(
    model& of, call const& with)
{
    auto* const found = find_snapshot_if(of, with.text("snapshotId"));
    if (found == nullptr)
        throw refusal{"snapshot_not_found"};
    return *found;
}

/// The states of the models that are to be mounted. `mounted` becomes the list as answers have it.
INFERPP_DECL std::map<std::string, decthings_state> decthings_simulator::platform::mount(
    array const& given, array& mounted)
{
    std::map<std::string, decthings_state> all;
    for (value const& each : given) {
        call one;
        if (!each.is_object())
            call::refuse("mountModels", "expected an array of objects");
        one.params = each.get_object();
        auto* const other = find_model_if(one.text("modelId"));
        if (other == nullptr)
            throw refusal{"model_to_mount_not_found"};
        auto const state_id = one.text_if("stateId");
        auto const snapshot_id = one.text_if("snapshotId");
        auto const version_id = one.text_if("versionId");
        if (state_id && snapshot_id)
            call::refuse("mountModels", "stateId and snapshotId exclude each other");
        object told{{"modelId", other->id}};
        if (snapshot_id) {
            auto const* const found = find_snapshot_if(*other, *snapshot_id);
            if (found == nullptr)
                throw refusal{"snapshot_for_model_to_mount_not_found"};
            told["snapshotId"] = *snapshot_id;
            all[other->id] = found->content.data;
        } else {
            auto const* const found = find_state_if(*other, state_id     ? *state_id
                                                            : version_id ? *version_id
                                                                         : other->active);
            if (found == nullptr)
                throw refusal{version_id ? "version_for_model_to_mount_not_found"
                                         : "state_for_model_to_mount_not_found"};
            if (version_id)
                told["versionId"] = *version_id;
            all[other->id] = found->data;
        }
        mounted.push_back(std::move(told));
    }
    return all;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::create_state(
    call& with)
{
    model const& of = find_model(with);
    decthings_call asked;
    asked.what = function::create_state;
    asked.model = of.name;
    std::string const name = with.text("name");
    asked.params = read_params(with, with.list("params"));
    array mounted;
    if (auto const* const mounts = with.list_if("mountModels"))
        asked.mounted = mount(*mounts, mounted);
    object const location = read_location(with);
    auto const making = start(work::kind::create_state, of, location, asked,
                              plan(location, {{"createState", options.run_time}}));
    making->id = new_id("state"); // that of the state, from the beginning
    making->name = name;
    making->mounted = mounted;
    return when_done(making, &platform::creation_of);
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::creation_of(
    work const& which) const
{
    object took = durations(which, end_of(which));
    took["total"] = total(which).count();
    if (has_failed(which))
        return object{{"failed", {{"durations", took}, {"error", failure_of(which)}}}};
    return object{{"success", {{"durations", took}, {"stateId", which.id}}}};
}

/// A state that is being made.
INFERPP_DECL std::shared_ptr<decthings_simulator::platform::work> decthings_simulator::platform::
    find_creation(call const& with)
{
    model& of = find_model(with);
    std::string const id = with.text("stateId");
    if (find_state_if(of, id) != nullptr)
        throw refusal{"state_already_created"};
    auto making = find_work(id, work::kind::create_state);
    if (!making || making->model != of.id || has_ended(*making))
        throw refusal{"state_not_found"};
    return making;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::wait_for_state(
    call& with)
{
    return when_done(find_creation(with), &platform::creation_of);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    cancel_create_state(call& with)
{
    cancel(*find_creation(with));
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_creating_states(call& with)
{
    model const& of = find_model(with);
    array states;
    for (auto const& one : works)
        if (one->model == of.id && one->what == work::kind::create_state && !has_ended(*one))
            states.push_back(
                {{"id", one->id}, {"name", one->name}, {"startedAt", stamp(one->started_at)}});
    return object{{"states", states}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::upload_state(
    call& with)
{
    model& of = find_model(with);
    state made;
    made.name = with.text("name");
    made.data = read_keys(with, "stateKeyNames");
    if (auto const* const mounts = with.list_if("mountModels"))
        mount(*mounts, made.mounted);
    auto const gone = with.texts("deleteStates");
    for (std::string const& id : gone) {
        if (find_state_if(of, id) == nullptr)
            throw refusal{"state_not_found"};
        if (id == of.active)
            throw refusal{"state_is_active"};
    }
    std::erase_if(of.states, [&](state const& one) {
        return std::find(gone.begin(), gone.end(), one.id) != gone.end();
    });
    made.id = new_id("state");
    made.created_at = today;
    std::string const id = made.id;
    of.states.push_back(std::move(made));
    return object{{"stateId", id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::update_state(
    call& with)
{
    state& which = find_state(find_model(with), with);
    if (auto const* const name = with.part("properties").if_contains("name"))
        which.name = detail::decthings_text(*name);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::set_active_state(
    call& with)
{
    model& of = find_model(with);
    of.active = find_state(of, with).id;
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_state(
    call& with)
{
    model& of = find_model(with);
    std::string const id = find_state(of, with).id;
    if (id == of.active)
        throw refusal{"state_is_active"};
    std::erase_if(of.states, [&](state const& one) { return one.id == id; });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_state(
    call& with)
{
    model& of = find_model(with);
    auto const* const which = find_state_if(of, with.text_if("stateId").value_or(of.active));
    if (which == nullptr)
        throw refusal{"state_not_found"};
    return keyed(which->data, with, "state_key_not_found", false);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_snapshot_state(call& with)
{
    return keyed(find_snapshot(find_model(with), with).content.data, with, "state_key_not_found",
                 false);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::snapshot_model(
    call& with)
{
    model& of = find_model(with);
    snapshot made;
    made.name = with.text("snapshotName");
    made.id = new_id("snapshot");
    made.created_at = today;
    made.fields = of.fields;
    made.files = of.files;
    if (state const* const active = find_state_if(of, of.active))
        made.content = *active;
    std::string const id = made.id;
    of.snapshots.push_back(std::move(made));
    return object{{"snapshotId", id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::update_snapshot(
    call& with)
{
    snapshot& which = find_snapshot(find_model(with), with);
    if (auto const* const name = with.part("properties").if_contains("name"))
        which.name = detail::decthings_text(*name);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_snapshot(
    call& with)
{
    model& of = find_model(with);
    std::string const id = find_snapshot(of, with).id;
    std::erase_if(of.snapshots, [&](snapshot const& one) { return one.id == id; });
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_runs.ipp>
#endif

#endif
