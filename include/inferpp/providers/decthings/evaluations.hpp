// SPDX-License-Identifier: BSL-1.0
//
// Evaluating a model: giving it input and getting its output.

#ifndef INFERPP_PROVIDERS_DECTHINGS_EVALUATIONS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_EVALUATIONS_HPP

#include <inferpp/providers/decthings/parameters.hpp>
#include <inferpp/providers/decthings/run.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// What a model gave.
struct evaluation : model_output {
    evaluation() = default;

    run_durations durations;
    execution_location executed_on_launcher;
};
BOOST_DESCRIBE_STRUCT(evaluation, (model_output), (durations, executed_on_launcher))

/// What becomes of an evaluation.
using evaluate_outcome = run_outcome<evaluation>;

/**
 * @brief Model/evaluate: runs the model on its input.
 *
 * @code
 * decthings::evaluate request{"model id"};
 * request.params.emplace_back("image", decthings::tensor{pixels, {28, 28}});
 * auto const outcome = co_await client.send(request);
 * for (float const score : outcome.value().at("scores").view<float>())
 *     std::cout << score << '\n';
 * @endcode
 *
 * Where it runs is up to `set_evaluation_launchers` and the model. The platform answers when it is
 * done: see `limits::held`, or give `call_options::timeout`. Where the answer is lost,
 * `get_evaluations` lists what runs and has run, and `get_evaluation_result` gives it for a few
 * minutes. `cancel_evaluation` ends it, and the call then gives the failure `cancelled`.
 *
 * *Source*: wire notes 5.3
 */
struct evaluate : call<evaluate, evaluate_outcome> {
    static constexpr operation_info info =
        rpc("evaluate", "Model/evaluate", idempotency::unsafe, true);

    explicit evaluate(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    std::vector<parameter> params;
    std::optional<std::string> snapshot_id; ///< instead of the model as it is now

    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(evaluate, (), (model_id, params, snapshot_id))

/// An evaluation that runs.
struct running_evaluation {
    running_evaluation() = default;

    std::string id;
    std::string version_id; ///< in the later generation
    epoch_time started_at;
};
BOOST_DESCRIBE_STRUCT(running_evaluation, (), (id, version_id, started_at))

constexpr json_rules json_rules_of(running_evaluation const*)
{
    return json_rules{naming::camel_case}.required("id", "started_at");
}

/// An evaluation that has ended.
struct finished_evaluation {
    finished_evaluation() = default;

    std::string id;
    std::string version_id; ///< in the later generation
    epoch_time started_at;
    epoch_time finished_at;
    bool success = false;
};
BOOST_DESCRIBE_STRUCT(finished_evaluation, (), (id, version_id, started_at, finished_at, success))

constexpr json_rules json_rules_of(finished_evaluation const*)
{
    return json_rules{naming::camel_case}.required("id", "success");
}

/// Evaluations of a model.
struct evaluation_list {
    evaluation_list() = default;

    std::vector<running_evaluation> running;
    std::vector<finished_evaluation> finished;
};
BOOST_DESCRIBE_STRUCT(evaluation_list, (), (running, finished))

/// Model/getEvaluations, in both generations. *Source*: wire notes 5.3
struct get_evaluations : call<get_evaluations, evaluation_list> {
    static constexpr operation_info info = rpc("get_evaluations", "Model/getEvaluations");

    explicit get_evaluations(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(get_evaluations, (), (model_id))

/// What names an evaluation of a model.
struct of_evaluation {
    of_evaluation(std::string model, std::string evaluation)
        : model_id(std::move(model)),
          evaluation_id(std::move(evaluation))
    {
    }

    std::string model_id;
    std::string evaluation_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), check_given("evaluation_id", evaluation_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_evaluation, (), (model_id, evaluation_id))

/// Model/getFinishedEvaluationResult: waits for an evaluation that still runs; the result is kept
/// for a few minutes. *Source*: wire notes 5.3
struct get_evaluation_result : call<get_evaluation_result, evaluate_outcome>, of_evaluation {
    static constexpr operation_info info =
        rpc("get_evaluation_result", "Model/getFinishedEvaluationResult", idempotency::safe, true);
    using of_evaluation::of_evaluation;
};
BOOST_DESCRIBE_STRUCT(get_evaluation_result, (of_evaluation), ())

/// Model/cancelEvaluation, in both generations. *Source*: wire notes 5.3
struct cancel_evaluation : call<cancel_evaluation, nothing>, of_evaluation {
    static constexpr operation_info info = rpc("cancel_evaluation", "Model/cancelEvaluation");
    using of_evaluation::of_evaluation;
};
BOOST_DESCRIBE_STRUCT(cancel_evaluation, (of_evaluation), ())

/// How much of the work before an evaluation a launcher has done already.
enum class warm_level { unknown, launcher, code_start, instantiated_model };
BOOST_DESCRIBE_ENUM(warm_level, unknown, launcher, code_start, instantiated_model)

/// A launcher on which a model is evaluated.
struct evaluation_launcher {
    evaluation_launcher() = default;
    evaluation_launcher(std::string id, word<warm_level> kept)
        : persistent_launcher_id(std::move(id)),
          level(std::move(kept))
    {
    }

    std::string persistent_launcher_id;
    word<warm_level> level;
};
BOOST_DESCRIBE_STRUCT(evaluation_launcher, (), (persistent_launcher_id, level))

/// Launchers on which a model is evaluated.
struct evaluation_launchers {
    evaluation_launchers() = default;

    std::vector<evaluation_launcher> used_persistent_launchers;
};
BOOST_DESCRIBE_STRUCT(evaluation_launchers, (), (used_persistent_launchers))

/// Model/setUsedPersistentLaunchersForEvaluate: these, and no others. *Source*: wire notes 5.3
struct set_evaluation_launchers : call<set_evaluation_launchers, nothing> {
    static constexpr operation_info info =
        rpc("set_evaluation_launchers", "Model/setUsedPersistentLaunchersForEvaluate");

    explicit set_evaluation_launchers(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    std::vector<evaluation_launcher> persistent_launchers;
};
BOOST_DESCRIBE_STRUCT(set_evaluation_launchers, (), (model_id, persistent_launchers))

constexpr json_rules json_rules_of(set_evaluation_launchers const*)
{
    return json_rules{naming::camel_case}.always_written("persistent_launchers");
}

/// Model/getUsedPersistentLaunchersForEvaluate. *Source*: wire notes 5.3
struct get_evaluation_launchers : call<get_evaluation_launchers, evaluation_launchers> {
    static constexpr operation_info info =
        rpc("get_evaluation_launchers", "Model/getUsedPersistentLaunchersForEvaluate");

    explicit get_evaluation_launchers(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(get_evaluation_launchers, (), (model_id))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<evaluate> && !fragile_temporary<get_evaluations> &&
              !fragile_temporary<get_evaluation_result> && !fragile_temporary<cancel_evaluation> &&
              !fragile_temporary<set_evaluation_launchers> &&
              !fragile_temporary<get_evaluation_launchers>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/evaluations.ipp>
#endif

#endif
