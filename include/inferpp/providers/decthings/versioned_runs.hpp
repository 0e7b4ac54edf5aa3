// SPDX-License-Identifier: BSL-1.0
//
// Versions of models in the later generation: making, evaluating, training and debugging them. See
// versioned_models.hpp.

#ifndef INFERPP_PROVIDERS_DECTHINGS_VERSIONED_RUNS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_VERSIONED_RUNS_HPP

#include <inferpp/providers/decthings/debug_sessions.hpp>
#include <inferpp/providers/decthings/evaluations.hpp>
#include <inferpp/providers/decthings/training.hpp>
#include <inferpp/providers/decthings/versioned_models.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings::versioned {

/// The outcome of a run. This generation sends a success as it is, and calls a failure an error of
/// the call; programs see the same as in the earlier one.
template <class Success>
class run_outcome : public decthings::run_outcome<Success> {
public:
    using decthings::run_outcome<Success>::run_outcome;

    static result<run_outcome> from_json(boost::json::value const& value)
    {
        auto content = decode_value<Success>(value);
        if (!content)
            return content.error();
        return run_outcome{std::move(*content)};
    }
    static result<run_outcome> from_refusal(boost::json::value const& value)
    {
        auto content = decode_value<failed_run>(value);
        if (!content)
            return content.error();
        return run_outcome{std::move(*content)};
    }
};

// --- versions ------------------------------------------------------------------------------------

/// A version that has been made.
struct created_version {
    created_version() = default;

    std::string version_id;
    run_durations durations; ///< of these `initialize_weights` is there
};
BOOST_DESCRIBE_STRUCT(created_version, (), (version_id, durations))

constexpr json_rules json_rules_of(created_version const*)
{
    return json_rules{naming::camel_case}.renamed("durations", "initializeWeightsDurations");
}

/**
 * @brief Model/createModelVersion: runs the model's code, whose result become the weights of a new
 *        version.
 *
 * The platform answers when it is done: see `limits::held`, or give `call_options::timeout`. Where
 * the answer is lost, `get_models` lists the versions of the model, also those being made. It can't
 * be cancelled. *Source*: wire notes 6
 */
struct create_version : call<create_version, run_outcome<created_version>> {
    static constexpr operation_info info =
        rpc("create_version", "Model/createModelVersion", idempotency::unsafe, true);

    create_version(std::string model, std::string name)
        : model_id(std::move(model)),
          version_name(std::move(name))
    {
    }

    std::string model_id;
    std::string version_name;
    std::vector<parameter> params;
    std::vector<mounted_version> mount_models;

    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_version, (), (model_id, version_name, params, mount_models))

/// The id of a version that was made.
struct version_receipt {
    version_receipt() = default;

    std::string version_id;
};
BOOST_DESCRIBE_STRUCT(version_receipt, (), (version_id))

/// Model/createModelVersionUploadWeights: a new version of weights that the caller has.
/// *Source*: wire notes 6
struct upload_version : call<upload_version, version_receipt> {
    static constexpr operation_info info =
        rpc("upload_version", "Model/createModelVersionUploadWeights", idempotency::unsafe);

    upload_version(std::string model, std::string name)
        : model_id(std::move(model)),
          version_name(std::move(name))
    {
    }

    std::string model_id;
    std::string version_name;
    std::vector<mounted_version> mount_models;
    std::vector<key_data> data; ///< at most 255 keys

    attachments blobs() const { return attach_keys(data); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(upload_version, (), (model_id, version_name, mount_models, data))

constexpr json_rules json_rules_of(upload_version const*)
{
    return json_rules{naming::camel_case}.renamed("data", "stateKeyNames").always_written("data");
}

/// What names a version of a model.
struct of_version {
    of_version(std::string model, std::string version)
        : model_id(std::move(model)),
          version_id(std::move(version))
    {
    }

    std::string model_id;
    std::string version_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), check_given("version_id", version_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_version, (), (model_id, version_id))

/// Model/updateModelVersion: changes what is given. *Source*: wire notes 6
struct update_version : call<update_version, nothing>, of_version {
    static constexpr operation_info info = rpc("update_version", "Model/updateModelVersion");
    using of_version::of_version;

    name_change properties;
};
BOOST_DESCRIBE_STRUCT(update_version, (of_version), (properties))

/// Model/deleteModelVersion. *Source*: wire notes 6
struct delete_version : call<delete_version, nothing>, of_version {
    static constexpr operation_info info = rpc("delete_version", "Model/deleteModelVersion");
    using of_version::of_version;
};
BOOST_DESCRIBE_STRUCT(delete_version, (of_version), ())

/// Model/getWeights: the weights of a version. *Source*: wire notes 3 and 6
struct get_weights : call<get_weights, keyed_data>, of_version {
    static constexpr operation_info info = rpc("get_weights", "Model/getWeights");
    using of_version::of_version;

    std::vector<std::string> keys; ///< by default all
};
BOOST_DESCRIBE_STRUCT(get_weights, (of_version), (keys))

// --- evaluating ----------------------------------------------------------------------------------

/// What becomes of an evaluation.
using evaluate_outcome = run_outcome<evaluation>;

/// Model/evaluate: runs a version on its input; see `decthings::evaluate`. *Source*: wire notes 6
struct evaluate : call<evaluate, evaluate_outcome>, of_version {
    static constexpr operation_info info =
        rpc("evaluate", "Model/evaluate", idempotency::unsafe, true);
    using of_version::of_version;

    std::vector<parameter> params;

    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error({of_version::validate(), check_parameters(params)});
    }
};
BOOST_DESCRIBE_STRUCT(evaluate, (of_version), (params))

/// Model/getFinishedEvaluationResult; see `decthings::get_evaluation_result`.
struct get_evaluation_result : call<get_evaluation_result, evaluate_outcome>, of_evaluation {
    static constexpr operation_info info =
        rpc("get_evaluation_result", "Model/getFinishedEvaluationResult", idempotency::safe, true);
    using of_evaluation::of_evaluation;
};
BOOST_DESCRIBE_STRUCT(get_evaluation_result, (of_evaluation), ())

/// Model/setUsedPersistentLaunchersForEvaluate: these, and no others. *Source*: wire notes 6
struct set_evaluation_launchers : call<set_evaluation_launchers, nothing>, of_version {
    static constexpr operation_info info =
        rpc("set_evaluation_launchers", "Model/setUsedPersistentLaunchersForEvaluate");
    using of_version::of_version;

    std::vector<evaluation_launcher> persistent_launchers;
};
BOOST_DESCRIBE_STRUCT(set_evaluation_launchers, (of_version), (persistent_launchers))

constexpr json_rules json_rules_of(set_evaluation_launchers const*)
{
    return json_rules{naming::camel_case}.always_written("persistent_launchers");
}

/// Model/getUsedPersistentLaunchersForEvaluate. *Source*: wire notes 6
struct get_evaluation_launchers : call<get_evaluation_launchers, evaluation_launchers>, of_version {
    static constexpr operation_info info =
        rpc("get_evaluation_launchers", "Model/getUsedPersistentLaunchersForEvaluate");
    using of_version::of_version;
};
BOOST_DESCRIBE_STRUCT(get_evaluation_launchers, (of_version), ())

// --- training ------------------------------------------------------------------------------------

/**
 * @brief Model/train: trains a version, which becomes a new one; see `decthings::train`.
 *
 * It is asked for, cancelled, and its metrics are followed, as in the earlier generation.
 * *Source*: wire notes 6
 */
struct train : call<train, training_receipt>, of_version, training_job {
    static constexpr operation_info info = rpc("train_version", "Model/train", idempotency::unsafe);

    /// @param model, version, name, where as the members
    train(std::string model, std::string version, std::string name,
          decthings::execution_location where)
        : of_version(std::move(model), std::move(version)),
          new_version_name(std::move(name)),
          execution_location(std::move(where))
    {
    }

    std::string new_version_name;
    std::vector<parameter> params;
    decthings::execution_location execution_location;

    std::string job_context() const { return model_id; }
    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(train, (of_version), (new_version_name, params, execution_location))

// --- debugging -----------------------------------------------------------------------------------

/// Debug/callInitializeWeights. *Source*: wire notes 6
struct debug_initialize_weights : call<debug_initialize_weights, debug_data>, debug_parameters {
    static constexpr operation_info info =
        rpc("debug_initialize_weights", "Debug/callInitializeWeights", idempotency::unsafe, true);
    using debug_parameters::debug_parameters;
};
BOOST_DESCRIBE_STRUCT(debug_initialize_weights, (debug_parameters), ())

/// Debug/callInstantiateModel. *Source*: wire notes 3 and 6
struct debug_instantiate : call<debug_instantiate, debug_model_receipt>, debug_instantiation {
    static constexpr operation_info info =
        rpc("debug_instantiate", "Debug/callInstantiateModel", idempotency::unsafe, true);
    using debug_instantiation::debug_instantiation;

    result<void> write_body(std::string& out) const
    {
        return write(out, "weights", "weightKeyNames");
    }
};

/// Debug/callGetWeights. *Source*: wire notes 6
struct debug_get_weights : call<debug_get_weights, debug_data>, of_debug_model {
    static constexpr operation_info info =
        rpc("debug_get_weights", "Debug/callGetWeights", idempotency::unsafe, true);
    using of_debug_model::of_debug_model;
};
BOOST_DESCRIBE_STRUCT(debug_get_weights, (of_debug_model), ())

/// Debug/downloadWeightData. *Source*: wire notes 6
struct debug_download_weights : call<debug_download_weights, keyed_data>, debug_download {
    static constexpr operation_info info =
        rpc("debug_download_weights", "Debug/downloadWeightData");
    using debug_download::debug_download;
};
BOOST_DESCRIBE_STRUCT(debug_download_weights, (debug_download), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_version> && !fragile_temporary<upload_version> &&
              !fragile_temporary<update_version> && !fragile_temporary<delete_version> &&
              !fragile_temporary<get_weights> && !fragile_temporary<evaluate> &&
              !fragile_temporary<get_evaluation_result> &&
              !fragile_temporary<set_evaluation_launchers> &&
              !fragile_temporary<get_evaluation_launchers> && !fragile_temporary<train> &&
              !fragile_temporary<debug_initialize_weights> &&
              !fragile_temporary<debug_instantiate> && !fragile_temporary<debug_get_weights> &&
              !fragile_temporary<debug_download_weights>);

} // namespace inferpp::inline INFERPP_ABI::decthings::versioned

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/versioned_runs.ipp>
#endif

#endif
