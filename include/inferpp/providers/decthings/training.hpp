// SPDX-License-Identifier: BSL-1.0
//
// Training a model: a job that is polled. Its metrics are in metrics.hpp.

#ifndef INFERPP_PROVIDERS_DECTHINGS_TRAINING_HPP
#define INFERPP_PROVIDERS_DECTHINGS_TRAINING_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/decthings/parameters.hpp>
#include <inferpp/providers/decthings/run.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Where a training stands. It has ended when it is `completed` or `failed`.
enum class training_phase {
    unknown,
    starting,
    running,
    getting_state,
    getting_weights, ///< the same in the later generation
    completed,
    failed, ///< also when it was cancelled
};
BOOST_DESCRIBE_ENUM(training_phase, unknown, starting, running, getting_state, getting_weights,
                    completed, failed)

/// Where a training stands, with what belongs to the phase.
struct training_state {
    training_state() = default;

    word<training_phase> state;
    std::optional<run_durations> start_durations; ///< not of one that is starting
    std::optional<double> progress;               ///< of one that is running; 0 to 1 by custom
    std::optional<std::chrono::milliseconds> train_duration;
    std::optional<std::chrono::milliseconds> get_state_duration;
    std::optional<epoch_time> finished_at;
    std::string
        created_id; ///< of a completed one: the new state, or in the later generation version
    std::optional<run_failure> fail_reason; ///< of one that has failed
};
BOOST_DESCRIBE_STRUCT(training_state, (),
                      (state, start_durations, progress, train_duration, get_state_duration,
                       finished_at, created_id, fail_reason))

constexpr json_rules json_rules_of(training_state const*)
{
    return json_rules{naming::camel_case}
        .required("state")
        .renamed("created_id", "createdStateId")
        .also_read("created_id", "createdVersionId")
        .also_read("get_state_duration", "getWeightsDuration");
}

/// How many entries a metric has so far.
struct metric_amount {
    metric_amount() = default;

    std::string name;
    std::uint64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(metric_amount, (), (name, amount))

/// A training.
struct training_status {
    training_status() = default;

    std::string id;
    std::string model_id;
    std::string version_id; ///< in the later generation: the version that it began with
    std::string new_name;   ///< of the state, or version, that it makes
    epoch_time created_at;
    std::vector<metric_amount> metrics;
    decthings::execution_location execution_location;
    training_state status;
};
BOOST_DESCRIBE_STRUCT(training_status, (),
                      (id, model_id, version_id, new_name, created_at, metrics, execution_location,
                       status))

constexpr json_rules json_rules_of(training_status const*)
{
    return json_rules{naming::camel_case}
        .required("id", "status")
        .renamed("new_name", "newStateName")
        .also_read("new_name", "newVersionName");
}

/// The portable status of a training: with its progress, and the reason of a failure.
INFERPP_DECL job_status describe(training_state const& state);

/// What names a training of a model.
struct of_training {
    of_training(std::string model, std::string session)
        : model_id(std::move(model)),
          training_session_id(std::move(session))
    {
    }
    /// @param job a training, whose context is its model
    explicit of_training(job_ref const& job) : of_training(job.context, job.id) {}

    std::string model_id;
    std::string training_session_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error({check_given("model_id", model_id),
                            check_given("training_session_id", training_session_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_training, (), (model_id, training_session_id))

/// Model/getTrainingStatus, in both generations. *Source*: wire notes 5.4
struct get_training_status : call<get_training_status, training_status>, of_training {
    static constexpr operation_info info = rpc("get_training_status", "Model/getTrainingStatus");
    using of_training::of_training;
};
BOOST_DESCRIBE_STRUCT(get_training_status, (of_training), ())

/// Model/cancelTrainingSession, in both generations. The training ends as `failed`, with the reason
/// `cancelled`. *Source*: wire notes 5.4
struct cancel_training : call<cancel_training, nothing>, of_training {
    static constexpr operation_info info = rpc("cancel_training", "Model/cancelTrainingSession");
    using of_training::of_training;
};
BOOST_DESCRIBE_STRUCT(cancel_training, (of_training), ())

/// Model/clearPreviousTrainingSession, in both generations: forgets a training that has ended.
/// *Source*: wire notes 5.4
struct clear_training : call<clear_training, nothing>, of_training {
    static constexpr operation_info info =
        rpc("clear_training", "Model/clearPreviousTrainingSession");
    using of_training::of_training;
};
BOOST_DESCRIBE_STRUCT(clear_training, (of_training), ())

/// Model/getTrainingSysinfo, in both generations: how the machine of a training is used.
/// *Source*: wire notes 5.4
struct get_training_sysinfo : call<get_training_sysinfo, sysinfo_list>, of_training {
    static constexpr operation_info info = rpc("get_training_sysinfo", "Model/getTrainingSysinfo");
    using of_training::of_training;

    std::optional<epoch_time> from_timestamp; ///< only what is later
};
BOOST_DESCRIBE_STRUCT(get_training_sysinfo, (of_training), (from_timestamp))

/// The answer to the start of a training.
struct training_receipt {
    training_receipt() = default;

    std::string training_session_id;
};
BOOST_DESCRIBE_STRUCT(training_receipt, (), (training_session_id))

/// What makes an operation a job of training: how it is asked for, in both generations.
struct training_job {
    using status_operation = get_training_status;
    using result_operation = get_training_status;
    using cancel_operation = cancel_training;

    static std::string job_id(training_receipt const& receipt)
    {
        return receipt.training_session_id;
    }
    static job_status describe(training_status const& training)
    {
        return decthings::describe(training.status);
    }
};

/**
 * @brief Model/train: trains a state of a model, which becomes a new one.
 *
 * @code
 * decthings::train request{"model id", "trained",
 *                          decthings::execution_location::persistent("launcher id")};
 * request.params.emplace_back("images", decthings::dataset_reference{"dataset id", "image"});
 * auto job = co_await client.submit(request);
 * auto trained = co_await job.result({.deadline = 2h});
 * std::string const state = trained.status.created_id;
 * @endcode
 *
 * The job's id is that of the training session; its context is the model, so that another process
 * needs both, or the resume token, to `attach`. A training that fails is `errc::job_failed`.
 * `follow_metrics` streams its metrics. Where the answer is lost, `get_models` lists the ongoing
 * trainings of the model.
 *
 * *Source*: wire notes 5.4
 */
struct train : call<train, training_receipt>, training_job {
    static constexpr operation_info info = rpc("train", "Model/train", idempotency::unsafe);

    /// @param model, state_name, where as the members
    train(std::string model, std::string state_name, decthings::execution_location where)
        : model_id(std::move(model)),
          new_state_name(std::move(state_name)),
          execution_location(std::move(where))
    {
    }

    std::string model_id;
    std::optional<std::string> state_id; ///< to begin with; by default the active one
    std::string new_state_name;
    std::vector<parameter> params;
    decthings::execution_location execution_location;

    std::string job_context() const { return model_id; }
    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(train, (), (model_id, state_id, new_state_name, params, execution_location))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<train> && !fragile_temporary<get_training_status> &&
              !fragile_temporary<cancel_training> && !fragile_temporary<clear_training> &&
              !fragile_temporary<get_training_sysinfo>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/training.ipp>
#endif

#endif
