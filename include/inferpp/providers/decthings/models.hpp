// SPDX-License-Identifier: BSL-1.0
//
// Models and their snapshots: making, changing, listing.

#ifndef INFERPP_PROVIDERS_DECTHINGS_MODELS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_MODELS_HPP

#include <inferpp/providers/decthings/model_types.hpp>
#include <inferpp/providers/decthings/parameters.hpp>
#include <inferpp/providers/decthings/run.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

// --- making a model ------------------------------------------------------------------------------

/// A model of code that is still to be written, in the model's file system.
struct code_source {
    code_source() = default;
    explicit code_source(word<model_language> in) : language(std::move(in)) {}

    std::optional<decthings::parameter_definitions> parameter_definitions;
    word<model_language> language;
    std::optional<std::string> preset; ///< "none", "empty", "tensorflowjs", "pytorch", "tensorflow"
    std::optional<bool> wasm;
};
BOOST_DESCRIBE_STRUCT(code_source, (), (parameter_definitions, language, preset, wasm))

/// A model that is a file.
struct file_source {
    file_source() = default;
    file_source(std::string file_format, shared_bytes content)
        : format(std::move(file_format)),
          data(std::move(content))
    {
    }

    std::optional<decthings::parameter_definitions> parameter_definitions;
    std::string format; ///< "tflite", "onnx"
    shared_bytes data;
};
BOOST_DESCRIBE_STRUCT(file_source, (), (parameter_definitions, format))

/// The first state of a model that is made from a snapshot: the snapshot's.
struct copied_state {
    copied_state() = default;
};
BOOST_DESCRIBE_STRUCT(copied_state, (), ())

/// The first state of a model that is made from a snapshot: one that its code makes.
struct made_state {
    made_state(std::string state_name, decthings::launcher_spec where)
        : name(std::move(state_name)),
          launcher_spec(std::move(where))
    {
    }

    std::string name;
    std::vector<parameter> params;
    decthings::launcher_spec launcher_spec;
};
BOOST_DESCRIBE_STRUCT(made_state, (), (name, params, launcher_spec))

/// The first state of a model that is made from a snapshot: one that the caller has.
struct uploaded_state {
    uploaded_state() = default;
    explicit uploaded_state(std::string state_name) : name(std::move(state_name)) {}

    std::string name;
    std::vector<key_data> data; ///< at most 255 keys
};
BOOST_DESCRIBE_STRUCT(uploaded_state, (), (name, data))

constexpr json_rules json_rules_of(uploaded_state const*)
{
    return json_rules{naming::camel_case}.renamed("data", "stateKeyNames").always_written("data");
}

/// A model that begins as a snapshot of another one.
struct snapshot_source {
    snapshot_source(std::string model, std::string snapshot)
        : model_id(std::move(model)),
          snapshot_id(std::move(snapshot))
    {
    }

    std::string model_id;
    std::string snapshot_id;
    std::variant<copied_state, made_state, uploaded_state> initial_state;
};

/// A copy of a model.
struct existing_source {
    existing_source() = default;
    explicit existing_source(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    std::optional<std::string> snapshot_id; ///< instead of the model as it is now
};
BOOST_DESCRIBE_STRUCT(existing_source, (), (model_id, snapshot_id))

/// What a new model is made of, and its tags.
class model_source {
public:
    model_source(code_source from) : from_(std::move(from)) {}
    model_source(file_source from) : from_(std::move(from)) {}
    model_source(snapshot_source from) : from_(std::move(from)) {}
    model_source(existing_source from) : from_(std::move(from)) {}

    std::vector<tag> tags;

    INFERPP_DECL result<void> check() const;
    INFERPP_DECL attachments blobs() const;
    INFERPP_DECL void to_json(json_writer& out) const;

private:
    std::variant<code_source, file_source, snapshot_source, existing_source> from_;
};

/// The answer to the making of a model.
struct model_receipt {
    model_receipt() = default;

    std::string model_id;
    bool is_now_creating = false; ///< it is not ready yet; see `wait_for_model`
};
BOOST_DESCRIBE_STRUCT(model_receipt, (), (model_id, is_now_creating))

constexpr json_rules json_rules_of(model_receipt const*)
{
    return json_rules{naming::camel_case}.required("model_id");
}

/**
 * @brief Model/createModel: makes a model.
 *
 * @code
 * decthings::create_model request{"digits", decthings::code_source{
 *                                               decthings::model_language::python}};
 * auto const made = co_await client.send(request);
 * @endcode
 *
 * Names are unique, so that `get_models` finds it where the answer is lost. *Source*: wire
 * notes 5.5
 */
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
    model_source options;

    attachments blobs() const { return options.blobs(); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_model, (), (name, description, public_access, options))

/// Why a model could not be made.
struct model_failure {
    model_failure() = default;

    run_failure reason; ///< of the run that was to make its first state, where there was one
    /// How long that run took. Not there where the making was cancelled or no server was free.
    std::optional<run_durations> durations;

    INFERPP_DECL static result<model_failure> from_json(boost::json::value const& value);
};

/// How long the making of a model's first state took.
struct model_created {
    model_created() = default;

    run_durations create_initial_state_durations;
};
BOOST_DESCRIBE_STRUCT(model_created, (), (create_initial_state_durations))

/// Model/waitForModelToBeCreated: what becomes of a model that is being made, once it is known.
/// *Source*: wire notes 5.5
struct wait_for_model : call<wait_for_model, run_outcome<model_created, model_failure>> {
    static constexpr operation_info info =
        rpc("wait_for_model", "Model/waitForModelToBeCreated", idempotency::safe, true);

    explicit wait_for_model(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(wait_for_model, (), (model_id))

// --- changing and listing ------------------------------------------------------------------------

/// Model/deleteModel, in both generations; also of a model that is being made.
/// *Source*: wire notes 5.5
struct delete_model : call<delete_model, nothing> {
    static constexpr operation_info info = rpc("delete_model", "Model/deleteModel");

    explicit delete_model(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(delete_model, (), (model_id))

/// What of anything with a name can be changed.
struct item_change {
    item_change() = default;

    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> public_access;
    std::optional<std::vector<tag>> tags; ///< all of them
};
BOOST_DESCRIBE_STRUCT(item_change, (), (name, description, public_access, tags))

/// What of a model can be changed.
struct model_change : item_change {
    model_change() = default;

    std::optional<decthings::parameter_definitions> parameter_definitions;
    std::optional<default_launchers> default_launcher_specs;
    std::optional<max_durations> max_durations_seconds; ///< all of them
};
BOOST_DESCRIBE_STRUCT(model_change, (item_change),
                      (parameter_definitions, default_launcher_specs, max_durations_seconds))

/// Model/updateModel: changes what is given. *Source*: wire notes 5.5
struct update_model : call<update_model, nothing> {
    static constexpr operation_info info = rpc("update_model", "Model/updateModel");

    explicit update_model(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    model_change properties;
};
BOOST_DESCRIBE_STRUCT(update_model, (), (model_id, properties))

/// A page of models.
struct model_list : list_answer {
    model_list() = default;

    std::vector<model> models;
};
BOOST_DESCRIBE_STRUCT(model_list, (list_answer), (models))

/**
 * @brief Model/getModels: models that the caller may see. One that is not there is just not listed.
 *
 * @code
 * decthings::get_models all;
 * all.filter.emplace().search_name = "digits";
 * auto models = client.pages(all);
 * while (auto model = co_await models.next())
 *     std::cout << model->name << '\n';
 * @endcode
 *
 * *Source*: wire notes 5.5
 */
struct get_models : list_call<get_models, model_list, &model_list::models> {
    static constexpr operation_info info = rpc("get_models", "Model/getModels");

    get_models() = default;

    std::optional<item_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_models, (list_request), (filter))

/// Model/setFilesystemSize, in both generations. *Source*: wire notes 5.5
struct set_filesystem_size : call<set_filesystem_size, nothing> {
    static constexpr operation_info info = rpc("set_filesystem_size", "Model/setFilesystemSize");

    set_filesystem_size(std::string model, std::uint64_t mebibytes)
        : model_id(std::move(model)),
          new_filesystem_size_mebibytes(mebibytes)
    {
    }

    std::string model_id;
    std::uint64_t new_filesystem_size_mebibytes;
};
BOOST_DESCRIBE_STRUCT(set_filesystem_size, (), (model_id, new_filesystem_size_mebibytes))

/// How full a file system is.
struct filesystem_usage {
    filesystem_usage() = default;

    std::uint64_t block_size = 0; ///< bytes
    std::uint64_t total_blocks = 0;
    std::uint64_t free_blocks = 0;
    std::uint64_t total_inodes = 0;
    std::uint64_t free_inodes = 0;
};
BOOST_DESCRIBE_STRUCT(filesystem_usage, (),
                      (block_size, total_blocks, free_blocks, total_inodes, free_inodes))

/// Model/getFilesystemUsage. *Source*: wire notes 5.5
struct get_filesystem_usage : call<get_filesystem_usage, filesystem_usage> {
    static constexpr operation_info info = rpc("get_filesystem_usage", "Model/getFilesystemUsage");

    explicit get_filesystem_usage(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(get_filesystem_usage, (), (model_id))

/// Model/setImage: the Docker image that the model runs in, such as "docker.io", "library/ubuntu",
/// "latest". It is copied, see `model_image`. *Source*: wire notes 5.5
struct set_image : call<set_image, nothing> {
    static constexpr operation_info info = rpc("set_image", "Model/setImage");

    set_image(std::string model, std::string from, std::string name, std::string tag_name)
        : model_id(std::move(model)),
          domain(std::move(from)),
          repository(std::move(name)),
          reference(std::move(tag_name))
    {
    }

    std::string model_id;
    std::string domain;
    std::string repository;
    std::string reference;
};
BOOST_DESCRIBE_STRUCT(set_image, (), (model_id, domain, repository, reference))

// --- snapshots -----------------------------------------------------------------------------------

/// The id of a snapshot that was made.
struct snapshot_receipt {
    snapshot_receipt() = default;

    std::string snapshot_id;
};
BOOST_DESCRIBE_STRUCT(snapshot_receipt, (), (snapshot_id))

/// Model/snapshotModel: keeps the model as it is. *Source*: wire notes 5.5
struct snapshot_model : call<snapshot_model, snapshot_receipt> {
    static constexpr operation_info info =
        rpc("snapshot_model", "Model/snapshotModel", idempotency::unsafe);

    snapshot_model(std::string model, std::string name)
        : model_id(std::move(model)),
          snapshot_name(std::move(name))
    {
    }

    std::string model_id;
    std::string snapshot_name;
};
BOOST_DESCRIBE_STRUCT(snapshot_model, (), (model_id, snapshot_name))

/// What names a snapshot of a model.
struct of_snapshot {
    of_snapshot(std::string model, std::string snapshot)
        : model_id(std::move(model)),
          snapshot_id(std::move(snapshot))
    {
    }

    std::string model_id;
    std::string snapshot_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), check_given("snapshot_id", snapshot_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_snapshot, (), (model_id, snapshot_id))

/// Model/updateSnapshot: changes what is given. *Source*: wire notes 5.5
struct update_snapshot : call<update_snapshot, nothing>, of_snapshot {
    static constexpr operation_info info = rpc("update_snapshot", "Model/updateSnapshot");
    using of_snapshot::of_snapshot;

    name_change properties;
};
BOOST_DESCRIBE_STRUCT(update_snapshot, (of_snapshot), (properties))

/// Model/deleteSnapshot. *Source*: wire notes 5.5
struct delete_snapshot : call<delete_snapshot, nothing>, of_snapshot {
    static constexpr operation_info info = rpc("delete_snapshot", "Model/deleteSnapshot");
    using of_snapshot::of_snapshot;
};
BOOST_DESCRIBE_STRUCT(delete_snapshot, (of_snapshot), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_model> && !fragile_temporary<wait_for_model> &&
              !fragile_temporary<delete_model> && !fragile_temporary<update_model> &&
              !fragile_temporary<get_models> && !fragile_temporary<set_filesystem_size> &&
              !fragile_temporary<get_filesystem_usage> && !fragile_temporary<set_image> &&
              !fragile_temporary<snapshot_model> && !fragile_temporary<update_snapshot> &&
              !fragile_temporary<delete_snapshot>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/models.ipp>
#endif

#endif
