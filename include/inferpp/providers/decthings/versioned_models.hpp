// SPDX-License-Identifier: BSL-1.0
//
// The later generation of Decthings' models: states and snapshots have become versions, and what
// was in a state are weights. The names of its calls and types are those of the earlier one, and
// mean something else; so they stand in a namespace of their own, and a program names the
// generation that it speaks by where it takes them from. What is the same in both stands in
// `decthings` alone.

#ifndef INFERPP_PROVIDERS_DECTHINGS_VERSIONED_MODELS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_VERSIONED_MODELS_HPP

#include <inferpp/providers/decthings/models.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings::versioned {

using decthings::json_rules_of;

// --- what a model is -----------------------------------------------------------------------------

enum class source_type { unknown, code, model };
BOOST_DESCRIBE_ENUM(source_type, unknown, code, model)

/// What a model is made of: code in a file system of its own, or a version of another model.
struct model_origin {
    model_origin() = default;

    word<source_type> type;
    std::uint64_t filesystem_size_mebibytes = 0; ///< of code, as the next five
    std::uint64_t block_size = 0;                ///< bytes
    std::uint64_t total_blocks = 0;
    std::uint64_t free_blocks = 0;
    std::uint64_t total_inodes = 0;
    std::uint64_t free_inodes = 0;
    std::string model_id; ///< of a model, as the next
    std::string version_id;
};
BOOST_DESCRIBE_STRUCT(model_origin, (),
                      (type, filesystem_size_mebibytes, block_size, total_blocks, free_blocks,
                       total_inodes, free_inodes, model_id, version_id))

constexpr json_rules json_rules_of(model_origin const*)
{
    return json_rules{naming::camel_case}.required("type");
}

/// The machines on which a version runs where none is named.
struct default_launchers {
    default_launchers() = default;

    std::optional<launcher_spec> initialize_weights;
    std::optional<launcher_spec> evaluate;
};
BOOST_DESCRIBE_STRUCT(default_launchers, (), (initialize_weights, evaluate))

/// How long the parts of a run may take.
struct max_durations {
    max_durations() = default;

    seconds code_startup{0};
    seconds instantiate_model{0};
    seconds initialize_weights{0};
    seconds train{0};
    seconds evaluate{0};
};
BOOST_DESCRIBE_STRUCT(max_durations, (),
                      (code_startup, instantiate_model, initialize_weights, train, evaluate))

constexpr json_rules json_rules_of(max_durations const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// How a version runs.
struct version_config {
    version_config() = default;

    decthings::parameter_definitions parameter_definitions;
    default_launchers default_launcher_specs;
    max_durations max_durations_seconds;
    model_image image;
};
BOOST_DESCRIBE_STRUCT(version_config, (),
                      (parameter_definitions, default_launcher_specs, max_durations_seconds, image))

constexpr json_rules json_rules_of(version_config const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// A version of another model, whose files and weights the code may read.
struct mounted_version {
    mounted_version() = default;
    mounted_version(std::string model, std::string version)
        : model_id(std::move(model)),
          version_id(std::move(version))
    {
    }

    std::string model_id;
    std::string version_id;
};
BOOST_DESCRIBE_STRUCT(mounted_version, (), (model_id, version_id))

enum class version_phase { unknown, initializing_weights, training, created };
BOOST_DESCRIBE_ENUM(version_phase, unknown, initializing_weights, training, created)

/// Where a version stands.
struct version_state {
    version_state() = default;

    word<version_phase> state;
    std::string training_session_id; ///< of one that is trained
    std::vector<key_size> weights;   ///< of one that is there
};
BOOST_DESCRIBE_STRUCT(version_state, (), (state, training_session_id, weights))

constexpr json_rules json_rules_of(version_state const*)
{
    return json_rules{naming::camel_case}.required("state");
}

/// A version of a model.
struct model_version {
    model_version() = default;

    std::string id;
    std::string name;
    epoch_time created_at;
    std::uint64_t filesystem_size_mebibytes = 0;
    version_config config;
    std::vector<mounted_version> mounted_models;
    std::vector<std::string> training_operations; ///< ids
    version_state status;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_version, (),
                      (id, name, created_at, filesystem_size_mebibytes, config, mounted_models,
                       training_operations, status, more))

constexpr json_rules json_rules_of(model_version const*)
{
    return json_rules{naming::camel_case}.required("id", "name", "status");
}

/// A model. *Source*: wire notes 6
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
    model_origin source;
    std::vector<model_version> versions;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model, (),
                      (id, name, description, public_access, created_at, tags, owner, access,
                       source, versions, more))

constexpr json_rules json_rules_of(model const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

// --- calls ---------------------------------------------------------------------------------------

/// A model that has a version of another one as its code.
struct version_source {
    version_source() = default;
    version_source(std::string model, std::string version)
        : model_id(std::move(model)),
          version_id(std::move(version))
    {
    }

    std::string model_id;
    std::string version_id;
};
BOOST_DESCRIBE_STRUCT(version_source, (), (model_id, version_id))

/// A copy of a model.
struct duplicate_source {
    duplicate_source() = default;
    explicit duplicate_source(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(duplicate_source, (), (model_id))

/// What a new model is made of.
class model_source {
public:
    model_source(code_source from) : from_(std::move(from)) {}
    model_source(version_source from) : from_(std::move(from)) {}
    model_source(duplicate_source from) : from_(std::move(from)) {}

    INFERPP_DECL result<void> check() const;
    INFERPP_DECL void to_json(json_writer& out) const;

private:
    std::variant<code_source, version_source, duplicate_source> from_;
};

/// Model/createModel. It has no version yet, see `create_version`. Names are unique, so that
/// `get_models` finds it where the answer is lost. *Source*: wire notes 6
struct create_model : call<create_model, model_receipt> {
    static constexpr operation_info info =
        rpc("create_model", "Model/createModel", idempotency::unsafe);

    /// @param model_name, from as the members
    create_model(std::string model_name, model_source from)
        : name(std::move(model_name)),
          options(std::move(from))
    {
    }

    std::string name;
    std::string description;
    std::optional<bool> public_access; ///< whether all users may read it; by default they may not
    std::vector<tag> tags;
    model_source options;

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error({check_given("name", name), options.check()});
    }
};
BOOST_DESCRIBE_STRUCT(create_model, (), (name, description, public_access, tags, options))

/// Model/updateModel: changes what is given. *Source*: wire notes 6
struct update_model : call<update_model, nothing> {
    static constexpr operation_info info = rpc("update_model", "Model/updateModel");

    explicit update_model(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    item_change properties;
};
BOOST_DESCRIBE_STRUCT(update_model, (), (model_id, properties))

/// A page of models.
struct model_list : list_answer {
    model_list() = default;

    std::vector<model> models;
};
BOOST_DESCRIBE_STRUCT(model_list, (list_answer), (models))

/// Model/getModels; see `decthings::get_models`. *Source*: wire notes 6
struct get_models : list_call<get_models, model_list, &model_list::models> {
    static constexpr operation_info info = rpc("get_models", "Model/getModels");

    get_models() = default;

    std::optional<item_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_models, (list_request), (filter))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_model> && !fragile_temporary<update_model> &&
              !fragile_temporary<get_models>);

} // namespace inferpp::inline INFERPP_ABI::decthings::versioned

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/versioned_models.ipp>
#endif

#endif
