// SPDX-License-Identifier: BSL-1.0
//
// Debug sessions: a model's code is kept running, and its functions are called one by one. Their
// output comes as events, see debug_streams.hpp. A function that throws is an error here:
// `errc::job_failed`, with `api_code::exception`.

#ifndef INFERPP_PROVIDERS_DECTHINGS_DEBUG_SESSIONS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_DEBUG_SESSIONS_HPP

#include <inferpp/providers/decthings/metrics.hpp>
#include <inferpp/providers/decthings/parameters.hpp>
#include <inferpp/providers/decthings/spawned.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// How a debug session is.
struct debug_options {
    debug_options() = default;

    std::optional<std::uint64_t> terminate_after_inactive_seconds; ///< by default 1800
    std::optional<bool> remote_inspector; ///< whether a debugger can be attached; by default it can
};
BOOST_DESCRIBE_STRUCT(debug_options, (), (terminate_after_inactive_seconds, remote_inspector))

/// The id of a debug session that was started.
struct debug_receipt {
    debug_receipt() = default;

    std::string debug_session_id;
};
BOOST_DESCRIBE_STRUCT(debug_receipt, (), (debug_session_id))

class debug_stream;

/// Debug/launchDebugSession: `client.send` gives the session's id, `client.stream` its events too.
/// *Source*: wire notes 9 and 10
struct launch_debug_session : call<launch_debug_session, debug_receipt> {
    static constexpr operation_info info =
        rpc("launch_debug_session", "Debug/launchDebugSession", idempotency::unsafe);
    using stream_form = session_call<launch_debug_session, debug_stream>;

    launch_debug_session(std::string model, decthings::execution_location where)
        : model_id(std::move(model)),
          execution_location(std::move(where))
    {
    }

    std::string model_id;
    decthings::execution_location execution_location;
    std::optional<debug_options> options;
    std::optional<no_events> subscribe_to_events{no_events{}};
    event_options events; ///< of `client.stream`

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), execution_location.check("execution_location")});
    }
};
BOOST_DESCRIBE_STRUCT(launch_debug_session, (),
                      (model_id, execution_location, options, subscribe_to_events))

/// A training in a debug session, in brief.
struct debug_training_summary {
    debug_training_summary() = default;

    std::string id;
    epoch_time created_at;
    word<training_phase> state;
};
BOOST_DESCRIBE_STRUCT(debug_training_summary, (), (id, created_at, state))

/// A debug session.
struct debug_session {
    debug_session() = default;

    std::string id;
    epoch_time started_at;
    std::string model_id;
    decthings::parameter_definitions parameter_definitions;
    std::vector<debug_training_summary> training_sessions;
    decthings::execution_location execution_location;
};
BOOST_DESCRIBE_STRUCT(debug_session, (),
                      (id, started_at, model_id, parameter_definitions, training_sessions,
                       execution_location))

/// Debug sessions that run.
struct debug_session_list {
    debug_session_list() = default;

    std::vector<debug_session> debug_sessions;
};
BOOST_DESCRIBE_STRUCT(debug_session_list, (), (debug_sessions))

/// Debug/getDebugSessions: these, or all that run. *Source*: wire notes 9
struct get_debug_sessions : call<get_debug_sessions, debug_session_list> {
    static constexpr operation_info info = rpc("get_debug_sessions", "Debug/getDebugSessions");

    get_debug_sessions() = default;

    std::optional<std::vector<std::string>> debug_session_ids;
};
BOOST_DESCRIBE_STRUCT(get_debug_sessions, (), (debug_session_ids))

/// What names a debug session.
struct of_debug_session {
    explicit of_debug_session(std::string id) : debug_session_id(std::move(id)) {}

    std::string debug_session_id;
};
BOOST_DESCRIBE_STRUCT(of_debug_session, (), (debug_session_id))

/// Debug/terminateDebugSession. *Source*: wire notes 9
struct terminate_debug_session : call<terminate_debug_session, nothing>, of_debug_session {
    static constexpr operation_info info =
        rpc("terminate_debug_session", "Debug/terminateDebugSession");
    using of_debug_session::of_debug_session;
};
BOOST_DESCRIBE_STRUCT(terminate_debug_session, (of_debug_session), ())

/// Debug/sendToRemoteInspector: what a debugger says. *Source*: wire notes 9
struct send_to_remote_inspector : call<send_to_remote_inspector, nothing>, of_debug_session {
    static constexpr operation_info info =
        rpc("send_to_remote_inspector", "Debug/sendToRemoteInspector", idempotency::unsafe);

    send_to_remote_inspector(std::string id, shared_bytes message)
        : of_debug_session(std::move(id)),
          data(std::move(message))
    {
    }

    shared_bytes data;

    attachments blobs() const { return attach_one(data); }
};
BOOST_DESCRIBE_STRUCT(send_to_remote_inspector, (of_debug_session), ())

// --- calling the model's functions ---------------------------------------------------------------

/// What calls a function with parameters.
struct debug_parameters : of_debug_session {
    using of_debug_session::of_debug_session;

    std::vector<parameter> params;

    attachments blobs() const { return attach_parameters(params); }
    result<void> validate() const { return check_parameters(params); }
};
BOOST_DESCRIBE_STRUCT(debug_parameters, (of_debug_session), (params))

/// What names an instantiated model of a debug session.
struct of_debug_model : of_debug_session {
    of_debug_model(std::string id, std::string instantiated)
        : of_debug_session(std::move(id)),
          instantiated_model_id(std::move(instantiated))
    {
    }

    std::string instantiated_model_id;
};
BOOST_DESCRIBE_STRUCT(of_debug_model, (of_debug_session), (instantiated_model_id))

/// What calls a function of an instantiated model with parameters.
struct debug_model_parameters : of_debug_model {
    using of_debug_model::of_debug_model;

    std::vector<parameter> params;

    attachments blobs() const { return attach_parameters(params); }
    result<void> validate() const { return check_parameters(params); }
};
BOOST_DESCRIBE_STRUCT(debug_model_parameters, (of_debug_model), (params))

/// A state, or weights, that the platform keeps in a debug session.
struct debug_data {
    debug_data() = default;

    std::string data_id;
    std::vector<key_size> state; ///< or the weights
};
BOOST_DESCRIBE_STRUCT(debug_data, (), (data_id, state))

constexpr json_rules json_rules_of(debug_data const*)
{
    return json_rules{naming::camel_case}.required("data_id").also_read("state", "weights");
}

/// Debug/callCreateModelState. *Source*: wire notes 9
struct debug_create_state : call<debug_create_state, debug_data>, debug_parameters {
    static constexpr operation_info info =
        rpc("debug_create_state", "Debug/callCreateModelState", idempotency::unsafe, true);
    using debug_parameters::debug_parameters;
};
BOOST_DESCRIBE_STRUCT(debug_create_state, (debug_parameters), ())

/// The answer to an instantiation.
struct debug_model_receipt {
    debug_model_receipt() = default;

    std::string instantiated_model_id;
};
BOOST_DESCRIBE_STRUCT(debug_model_receipt, (), (instantiated_model_id))

/// What instantiates a model: with a state, or weights, that the caller has, or that the session
/// keeps.
struct debug_instantiation {
    /// @param session, with as the members
    debug_instantiation(std::string session, std::vector<key_data> with)
        : debug_session_id(std::move(session)),
          source(std::move(with))
    {
    }
    /// @param data_id `debug_data::data_id`
    debug_instantiation(std::string session, std::string data_id)
        : debug_session_id(std::move(session)),
          source(std::move(data_id))
    {
    }

    std::string debug_session_id;
    std::variant<std::vector<key_data>, std::string> source; ///< at most 255 keys; or an id

    INFERPP_DECL attachments blobs() const;
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;

protected:
    /// @param data, keys how the source and its keys are called
    INFERPP_DECL result<void> write(std::string& out, std::string_view data,
                                    std::string_view keys) const;
};

/// Debug/callInstantiateModel. *Source*: wire notes 3 and 9
struct debug_instantiate : call<debug_instantiate, debug_model_receipt>, debug_instantiation {
    static constexpr operation_info info =
        rpc("debug_instantiate", "Debug/callInstantiateModel", idempotency::unsafe, true);
    using debug_instantiation::debug_instantiation;

    result<void> write_body(std::string& out) const
    {
        return write(out, "stateData", "stateKeyNames");
    }
};

/// Debug/callEvaluate. *Source*: wire notes 9
struct debug_evaluate : call<debug_evaluate, model_output>, debug_model_parameters {
    static constexpr operation_info info =
        rpc("debug_evaluate", "Debug/callEvaluate", idempotency::unsafe, true);
    using debug_model_parameters::debug_model_parameters;
};
BOOST_DESCRIBE_STRUCT(debug_evaluate, (debug_model_parameters), ())

/// Debug/callGetModelState. *Source*: wire notes 9
struct debug_get_state : call<debug_get_state, debug_data>, of_debug_model {
    static constexpr operation_info info =
        rpc("debug_get_state", "Debug/callGetModelState", idempotency::unsafe, true);
    using of_debug_model::of_debug_model;
};
BOOST_DESCRIBE_STRUCT(debug_get_state, (of_debug_model), ())

/// What reads data that a session keeps.
struct debug_download : of_debug_session {
    debug_download(std::string id, std::string which)
        : of_debug_session(std::move(id)),
          data_id(std::move(which))
    {
    }

    std::string data_id;
    std::vector<std::string> keys; ///< by default all
};
BOOST_DESCRIBE_STRUCT(debug_download, (of_debug_session), (data_id, keys))

/// Debug/downloadStateData. *Source*: wire notes 9
struct debug_download_state : call<debug_download_state, keyed_data>, debug_download {
    static constexpr operation_info info = rpc("debug_download_state", "Debug/downloadStateData");
    using debug_download::debug_download;
};
BOOST_DESCRIBE_STRUCT(debug_download_state, (debug_download), ())

// --- training ------------------------------------------------------------------------------------

/// A training in a debug session.
struct debug_training_status {
    debug_training_status() = default;

    std::string id;
    epoch_time created_at;
    std::vector<metric_amount> metrics;
    training_state status; ///< without a state that is made
};
BOOST_DESCRIBE_STRUCT(debug_training_status, (), (id, created_at, metrics, status))

/// What names a training of a debug session.
struct of_debug_training : of_debug_session {
    of_debug_training(std::string id, std::string session)
        : of_debug_session(std::move(id)),
          training_session_id(std::move(session))
    {
    }
    /// @param job a training, whose context is its debug session
    explicit of_debug_training(job_ref const& job) : of_debug_training(job.context, job.id) {}

    std::string training_session_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error({check_given("debug_session_id", debug_session_id),
                            check_given("training_session_id", training_session_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_debug_training, (of_debug_session), (training_session_id))

/// Debug/getTrainingStatus. *Source*: wire notes 9
struct get_debug_training : call<get_debug_training, debug_training_status>, of_debug_training {
    static constexpr operation_info info = rpc("get_debug_training", "Debug/getTrainingStatus");
    using of_debug_training::of_debug_training;
};
BOOST_DESCRIBE_STRUCT(get_debug_training, (of_debug_training), ())

/// Debug/cancelTrainingSession. *Source*: wire notes 9
struct cancel_debug_training : call<cancel_debug_training, nothing>, of_debug_training {
    static constexpr operation_info info =
        rpc("cancel_debug_training", "Debug/cancelTrainingSession");
    using of_debug_training::of_debug_training;
};
BOOST_DESCRIBE_STRUCT(cancel_debug_training, (of_debug_training), ())

/// Debug/getTrainingMetrics. *Source*: wire notes 9
struct get_debug_metrics : call<get_debug_metrics, training_metrics>, of_debug_training {
    static constexpr operation_info info = rpc("get_debug_metrics", "Debug/getTrainingMetrics");
    using of_debug_training::of_debug_training;

    std::vector<metric_range> metrics;
};
BOOST_DESCRIBE_STRUCT(get_debug_metrics, (of_debug_training), (metrics))

constexpr json_rules json_rules_of(get_debug_metrics const*)
{
    return json_rules{naming::camel_case}.always_written("metrics");
}

/// Debug/callTrain: a job, whose context is its debug session. *Source*: wire notes 9
struct debug_train : call<debug_train, training_receipt>, debug_model_parameters {
    using status_operation = get_debug_training;
    using result_operation = get_debug_training;
    using cancel_operation = cancel_debug_training;
    static constexpr operation_info info =
        rpc("debug_train", "Debug/callTrain", idempotency::unsafe);
    using debug_model_parameters::debug_model_parameters;

    std::string job_context() const { return debug_session_id; }
    static std::string job_id(training_receipt const& receipt)
    {
        return receipt.training_session_id;
    }
    static job_status describe(debug_training_status const& training)
    {
        return decthings::describe(training.status);
    }
};
BOOST_DESCRIBE_STRUCT(debug_train, (debug_model_parameters), ())

/// The metrics of a training in a debug session as they come; see `follow_metrics`.
struct follow_debug_metrics : metrics_stream<debug_train, get_debug_metrics> {
    static constexpr operation_info info{.name = "follow_debug_metrics"};

    follow_debug_metrics(std::string debug_session, std::string session, poll_options how)
        : metrics_stream(job_ref{std::move(session), std::move(debug_session)}, how)
    {
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<launch_debug_session> && !fragile_temporary<get_debug_sessions> &&
              !fragile_temporary<terminate_debug_session> &&
              !fragile_temporary<send_to_remote_inspector> &&
              !fragile_temporary<debug_create_state> && !fragile_temporary<debug_instantiate> &&
              !fragile_temporary<debug_evaluate> && !fragile_temporary<debug_get_state> &&
              !fragile_temporary<debug_download_state> && !fragile_temporary<debug_train> &&
              !fragile_temporary<get_debug_training> && !fragile_temporary<cancel_debug_training> &&
              !fragile_temporary<get_debug_metrics> && !fragile_temporary<follow_debug_metrics>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/debug_sessions.ipp>
#endif

#endif
