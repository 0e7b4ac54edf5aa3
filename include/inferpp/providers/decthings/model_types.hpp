// SPDX-License-Identifier: BSL-1.0
//
// What a model is. Members that the platform may leave out keep their defaults; members that this
// version does not know stand in `more`.

#ifndef INFERPP_PROVIDERS_DECTHINGS_MODEL_TYPES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_MODEL_TYPES_HPP

#include <inferpp/providers/decthings/states.hpp>
#include <inferpp/providers/decthings/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The languages that models are written in.
enum class model_language { unknown, go, javascript, typescript, python, rust };
BOOST_DESCRIBE_ENUM(model_language, unknown, go, javascript, typescript, python, rust)

/// How much of an image has been copied.
struct image_progress {
    image_progress() = default;

    std::uint64_t total_bytes = 0;
    std::uint64_t copied_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(image_progress, (), (total_bytes, copied_bytes))

/// The Docker image that a model runs in. The target is the one that was asked for, which is
/// copied first.
struct model_image {
    model_image() = default;

    std::string domain; ///< "docker.io"
    std::string repository;
    std::string reference; ///< "latest"
    std::string digest;
    std::string target_domain;
    std::string target_repository;
    std::string target_reference;
    std::optional<image_progress> progress;
    std::optional<std::string> target_error;
};
BOOST_DESCRIBE_STRUCT(model_image, (),
                      (domain, repository, reference, digest, target_domain, target_repository,
                       target_reference, progress, target_error))

constexpr json_rules json_rules_of(model_image const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// Seconds, with a fraction where the platform sends one.
using seconds = std::chrono::duration<double>;

/// How long the parts of a run may take.
struct max_durations {
    max_durations() = default;

    seconds code_startup{0};
    seconds instantiate_model{0};
    seconds create_state{0};
    seconds train{0};
    seconds evaluate{0};
};
BOOST_DESCRIBE_STRUCT(max_durations, (),
                      (code_startup, instantiate_model, create_state, train, evaluate))

constexpr json_rules json_rules_of(max_durations const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// The machines on which a model runs where none is named.
struct default_launchers {
    default_launchers() = default;

    std::optional<launcher_spec> create_state;
    std::optional<launcher_spec> evaluate;
};
BOOST_DESCRIBE_STRUCT(default_launchers, (), (create_state, evaluate))

/// A state of a model.
struct model_state {
    model_state() = default;

    std::string id;
    std::string name;
    std::vector<std::string> training_operations; ///< ids
    epoch_time created_at;
    bool being_deleted = false;
    std::vector<key_size> state;
    std::vector<mounted_model> mounted_models;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_state, (),
                      (id, name, training_operations, created_at, being_deleted, state,
                       mounted_models, more))

constexpr json_rules json_rules_of(model_state const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

/// The state in a snapshot.
struct snapshot_state {
    snapshot_state() = default;

    std::string name;
    std::vector<key_size> state;
    std::vector<mounted_model> mounted_models;
};
BOOST_DESCRIBE_STRUCT(snapshot_state, (), (name, state, mounted_models))

constexpr json_rules json_rules_of(snapshot_state const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// A model as it was at some time.
struct model_snapshot {
    model_snapshot() = default;

    std::string id;
    std::string name;
    epoch_time created_at;
    std::uint64_t filesystem_size_mebibytes = 0;
    decthings::parameter_definitions parameter_definitions;
    default_launchers default_launcher_specs;
    max_durations max_durations_seconds;
    model_image image;
    snapshot_state state;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_snapshot, (),
                      (id, name, created_at, filesystem_size_mebibytes, parameter_definitions,
                       default_launcher_specs, max_durations_seconds, image, state, more))

constexpr json_rules json_rules_of(model_snapshot const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

/// The snapshot that a model was made from.
struct snapshot_origin {
    snapshot_origin() = default;

    std::string model_id;
    std::string snapshot_id;
    bool no_longer_exists = false;
};
BOOST_DESCRIBE_STRUCT(snapshot_origin, (), (model_id, snapshot_id, no_longer_exists))

/// A model. *Source*: wire notes 5.5
struct model {
    model() = default;

    std::string id;
    std::string name;
    std::string description;
    bool public_access = false;
    epoch_time created_at;
    std::vector<tag> tags;
    decthings::owner owner;
    word<access_level> access;
    bool being_created = false;
    word<model_language> language;
    bool wasm = false;
    model_image image;
    decthings::parameter_definitions parameter_definitions;
    default_launchers default_launcher_specs;
    max_durations max_durations_seconds;
    std::uint64_t filesystem_size_mebibytes = 0;
    std::vector<std::string> ongoing_training_sessions; ///< ids
    std::vector<std::string> training_sessions;         ///< ids
    std::vector<model_state> states;
    std::string active_state; ///< its id
    std::vector<model_snapshot> snapshots;
    std::optional<snapshot_origin> based_on_snapshot;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model, (),
                      (id, name, description, public_access, created_at, tags, owner, access,
                       being_created, language, wasm, image, parameter_definitions,
                       default_launcher_specs, max_durations_seconds, filesystem_size_mebibytes,
                       ongoing_training_sessions, training_sessions, states, active_state,
                       snapshots, based_on_snapshot, more))

constexpr json_rules json_rules_of(model const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

/// Which models, datasets or repositories a listing shows: those to which all that is set applies.
struct item_filter {
    item_filter() = default;

    std::vector<std::string> owners;
    std::vector<tag> tags;
    std::vector<std::string> ids;
    std::vector<std::string> names;
    std::optional<std::string> search_name; ///< a part of the name
};
BOOST_DESCRIBE_STRUCT(item_filter, (), (owners, tags, ids, names, search_name))

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
