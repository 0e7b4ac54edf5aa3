// SPDX-License-Identifier: BSL-1.0
//
// Which call the simulated Decthings answers how, and what it begins with. See
// decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_ROUTES_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_ROUTES_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::route const* decthings_simulator::platform::find_route(
    std::string_view api, std::string_view method) const
{
    using p = platform;
    constexpr spoken a = spoken::states;
    constexpr spoken b = spoken::versions;
    static constexpr route routes[] = {
        {"Model/createModel", &p::create_model, a},
        {"Model/createModel", &p::create_versioned_model, b},
        {"Model/waitForModelToBeCreated", &p::wait_for_model, a},
        {"Model/deleteModel", &p::delete_model},
        {"Model/updateModel", &p::update_model},
        {"Model/getModels", &p::get_models},
        {"Model/setFilesystemSize", &p::set_filesystem_size},
        {"Model/getFilesystemUsage", &p::get_filesystem_usage, a},
        {"Model/setImage", &p::set_image, a},
        {"Model/snapshotModel", &p::snapshot_model, a},
        {"Model/updateSnapshot", &p::update_snapshot, a},
        {"Model/deleteSnapshot", &p::delete_snapshot, a},
        {"Model/createState", &p::create_state, a},
        {"Model/uploadState", &p::upload_state, a},
        {"Model/cancelCreateState", &p::cancel_create_state, a},
        {"Model/getCreatingStates", &p::get_creating_states, a},
        {"Model/waitForStateToBeCreated", &p::wait_for_state, a},
        {"Model/updateModelState", &p::update_state, a},
        {"Model/setActiveModelState", &p::set_active_state, a},
        {"Model/deleteModelState", &p::delete_state, a},
        {"Model/getModelState", &p::get_state, a},
        {"Model/getSnapshotState", &p::get_snapshot_state, a},
        {"Model/createModelVersion", &p::create_version, b},
        {"Model/createModelVersionUploadWeights", &p::upload_version, b},
        {"Model/updateModelVersion", &p::update_version, b},
        {"Model/deleteModelVersion", &p::delete_version, b},
        {"Model/getWeights", &p::get_weights, b},
        {"Model/evaluate", &p::evaluate},
        {"Model/getEvaluations", &p::get_evaluations},
        {"Model/getFinishedEvaluationResult", &p::get_evaluation_result},
        {"Model/cancelEvaluation", &p::cancel_evaluation},
        {"Model/setUsedPersistentLaunchersForEvaluate", &p::set_launchers},
        {"Model/getUsedPersistentLaunchersForEvaluate", &p::get_launchers_used},
        {"Model/train", &p::train},
        {"Model/getTrainingStatus", &p::get_training},
        {"Model/getTrainingMetrics", &p::get_metrics},
        {"Model/getTrainingSysinfo", &p::get_training_sysinfo},
        {"Model/cancelTrainingSession", &p::cancel_training},
        {"Model/clearPreviousTrainingSession", &p::clear_training},
        {"Dataset/createDataset", &p::create_dataset},
        {"Dataset/updateDataset", &p::update_dataset},
        {"Dataset/deleteDataset", &p::delete_dataset},
        {"Dataset/getDatasets", &p::get_datasets},
        {"Dataset/addEntries", &p::add_entries},
        {"Dataset/addEntriesToNeedsReview", &p::add_entries_to_review},
        {"Dataset/finalizeNeedsReviewEntries", &p::finalize_entries},
        {"Dataset/getEntries", &p::get_entries},
        {"Dataset/getNeedsReviewEntries", &p::get_review_entries},
        {"Dataset/removeEntries", &p::remove_entries},
        {"Dataset/removeNeedsReviewEntries", &p::remove_review_entries},
        {"PersistentLauncher/createPersistentLauncher", &p::create_launcher},
        {"PersistentLauncher/getPersistentLaunchers", &p::get_launchers},
        {"PersistentLauncher/getSysinfo", &p::get_launcher_sysinfo},
        {"PersistentLauncher/deletePersistentLauncher", &p::delete_launcher},
        {"Spawned/spawnCommand", &p::spawn},
        {"Spawned/spawnCommandForModel", &p::spawn_for_model},
        {"Spawned/terminateSpawnedCommand", &p::terminate_command},
        {"Spawned/getSpawnedCommands", &p::get_commands},
        {"Spawned/writeToSpawnedCommand", &p::write_to_command},
        {"Spawned/subscribeToEvents", &p::subscribe},
        {"Spawned/unsubscribeFromEvents", &p::unsubscribe},
        {"Terminal/subscribeToEvents", &p::subscribe},
        {"Terminal/unsubscribeFromEvents", &p::unsubscribe},
        {"Debug/subscribeToEvents", &p::subscribe},
        {"Debug/unsubscribeFromEvents", &p::unsubscribe},
        {"Language/startLanguageServer", &p::start_language_server},
        {"Language/writeToLanguageServer", &p::write_to_language_server},
        {"Language/unsubscribeFromEvents", &p::unsubscribe},
        {"Terminal/launchTerminalSession", &p::launch_terminal},
        {"Terminal/terminateTerminalSession", &p::terminate_terminal},
        {"Terminal/getTerminalSessions", &p::get_terminals},
        {"Terminal/writeToTerminalSession", &p::write_to_terminal},
        {"Terminal/resizeTerminalSession", &p::resize_terminal},
        {"Terminal/addFilesystemAccessForTerminalSession", &p::add_terminal_access},
        {"Debug/launchDebugSession", &p::launch_debug},
        {"Debug/getDebugSessions", &p::get_debug},
        {"Debug/terminateDebugSession", &p::terminate_debug},
        {"Debug/sendToRemoteInspector", &p::inspect},
        // The vendor's JavaScript sends it in the later generation too.
        {"Debug/callCreateModelState", &p::debug_create_state},
        {"Debug/callInitializeWeights", &p::debug_create_state, b},
        {"Debug/callInstantiateModel", &p::debug_instantiate},
        {"Debug/callTrain", &p::debug_train},
        {"Debug/callEvaluate", &p::debug_evaluate},
        {"Debug/callGetModelState", &p::debug_get_state, a},
        {"Debug/callGetWeights", &p::debug_get_state, b},
        {"Debug/downloadStateData", &p::debug_download, a},
        {"Debug/downloadWeightData", &p::debug_download, b},
        {"Debug/getTrainingStatus", &p::debug_training},
        {"Debug/getTrainingMetrics", &p::debug_metrics},
        {"Debug/cancelTrainingSession", &p::debug_cancel},
        {"FS/lookup", &p::fs_lookup},
        {"FS/getattr", &p::fs_getattr},
        {"FS/setattr", &p::fs_setattr},
        {"FS/mknod", &p::fs_mknod},
        {"FS/read", &p::fs_read},
        {"FS/write", &p::fs_write},
        {"FS/symlink", &p::fs_symlink},
        {"FS/readlink", &p::fs_readlink},
        {"FS/mkdir", &p::fs_mkdir},
        {"FS/unlink", &p::fs_unlink},
        {"FS/rmdir", &p::fs_rmdir},
        {"FS/rename", &p::fs_rename},
        {"FS/link", &p::fs_link},
        {"FS/readdir", &p::fs_readdir},
        {"FS/rmdirAll", &p::fs_rmdir_all},
        {"FS/copy", &p::fs_copy},
        {"Image/createRepository", &p::create_repository},
        {"Image/updateRepository", &p::update_repository},
        {"Image/deleteRepository", &p::delete_repository},
        {"Image/getRepositories", &p::get_repositories},
        {"Organization/createOrganization", &p::create_organization},
        {"Organization/getOrganizations", &p::get_organizations},
        {"Organization/inviteUsersToOrganization", &p::invite_users},
        {"Organization/removeUsersFromOrganization", &p::remove_users},
        {"Organization/respondToOrganizationInvitation", &p::respond_to_invitation},
        {"Organization/assignRoles", &p::assign_roles},
        {"Organization/deleteOrganization", &p::delete_organization},
        {"User/findMatchingUsers", &p::find_users},
        {"User/getUsers", &p::get_users},
        {"User/getNotifications", &p::get_notifications},
        {"User/setNotification", &p::set_notification},
        {"User/getBillingStats", &p::get_billing},
        {"User/estimateAmountDue", &p::estimate_due},
        {"User/getQuotas", &p::get_quotas},
    };
    bool const later = options.generation == decthings_simulator_options::interface::versions;
    for (route const& one : routes) {
        auto const slash = one.name.find('/');
        // The vendor's documentation writes the name of the API in lower case too.
        if (inferpp::detail::iequals(api, one.name.substr(0, slash)) &&
            method == one.name.substr(slash + 1) &&
            (one.when == spoken::always || (one.when == spoken::versions) == later))
            return &one;
    }
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::dispatch(
    std::string_view api, std::string_view method, call& with)
{
    route const& which = *find_route(api, method);
    if (auto const next = refusals.find(std::string{which.name}); next != refusals.end()) {
        object const error = next->second.front();
        next->second.pop_front();
        if (next->second.empty())
            refusals.erase(next);
        throw refusal{error};
    }
    return (this->*which.handle)(with);
}

INFERPP_DECL std::optional<std::string> decthings_simulator::platform::user_of(
    simulated_request const& request) const
{
    constexpr std::string_view scheme = "Bearer ";
    auto const sent = request.headers.find("Authorization");
    if (!sent || !sent->starts_with(scheme) || sent->size() == scheme.size())
        return std::nullopt;
    std::string const key{sent->substr(scheme.size())};
    if (!options.api_key.empty() && key != options.api_key)
        return std::nullopt;
    return key;
}

INFERPP_DECL std::string decthings_simulator::platform::new_id(std::string const& kind)
{
    return kind + '-' + std::to_string(++counters[kind]);
}

/// Time has passed: what was to be made by now is there.
INFERPP_DECL void decthings_simulator::platform::tick()
{
    now = clock->now();
    today = clock->calendar();
    std::multimap<time_point, work*> ended;
    for (auto const& one : works)
        if (!one->collected && has_ended(*one))
            ended.emplace(end_of(*one), one.get());
    for (auto const& [when, one] : ended)
        collect(*one);
    std::erase_if(works, [this](auto const& one) {
        return one->what == work::kind::evaluate && end_of(*one) + options.kept_results < now;
    });
    std::erase_if(launchers,
                  [this](launcher const& one) { return one.deleting && running_on(one).empty(); });
}

INFERPP_DECL void decthings_simulator::platform::fill()
{
    for (decthings_model const& given : options.models) {
        model& made = add_model(given.id, given.name);
        state first;
        first.id = given.id + "-state";
        first.name = "first";
        first.created_at = today;
        first.data = given.state;
        made.active = first.id;
        made.states.push_back(std::move(first));
    }
    for (decthings_dataset const& given : options.datasets) {
        dataset made;
        made.id = given.id;
        made.name = given.name;
        made.created_at = today;
        made.about = {{"description", ""}, {"publicAccess", false}, {"tags", array{}}};
        for (decthings_parameter const& key : given.keys) {
            array types;
            if (!key.tensors.empty())
                types.emplace_back(key.tensors.front().type);
            made.keys.push_back(
                {{"name", key.name},
                 {"required", true},
                 {"rules",
                  {{"shape", array{}}, {"allowedTypes", types}, {"annotations", array{}}}}});
            made.entries.resize((std::max)(made.entries.size(), key.tensors.size()));
            for (std::size_t i = 0; i < key.tensors.size(); ++i)
                made.entries[i][key.name] = detail::decthings_encode(key.tensors[i]);
        }
        datasets.push_back(std::move(made));
    }
    notifications.push_back({{"id", new_id("notification")},
                             {"timestamp", stamp(today)},
                             {"viewed", false},
                             {"data", {{"type", "accountRegistered"}}}});
}

INFERPP_DECL std::vector<decthings_model> decthings_default_models()
{
    return {decthings_model{
        "model-1",
        "echo",
        {{"weights", detail::decthings_encode(decthings_tensor::floats({1, 2}, {2}))}}}};
}

INFERPP_DECL std::vector<decthings_dataset> decthings_default_datasets()
{
    decthings_parameter labels;
    labels.name = "label";
    for (char const* const text : {"one", "two", "three"}) {
        decthings_tensor one;
        one.type = "string";
        one.items.emplace_back("", text);
        labels.tensors.push_back(std::move(one));
    }
    decthings_parameter values;
    values.name = "value";
    for (float const number : {1.0F, 2.0F, 3.0F})
        values.tensors.push_back(decthings_tensor::floats({number}, {1}));
    return {decthings_dataset{"dataset-1", "numbers", {labels, values}}};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_calls.ipp>
#endif

#endif
