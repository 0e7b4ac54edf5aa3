// SPDX-License-Identifier: BSL-1.0
//
// What becomes of the model's code when it is run. A run that starts and fails is no error of the
// call: it is an outcome, as a success is.

#ifndef INFERPP_PROVIDERS_DECTHINGS_RUN_HPP
#define INFERPP_PROVIDERS_DECTHINGS_RUN_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The parts of a run.
enum class run_stage {
    unknown,
    code_startup,
    create_state,
    instantiate_model,
    evaluate,
    train,
    get_state,
    initialize_weights, ///< this and the next two in the later generation
    load_weights,
    get_weights,
};
BOOST_DESCRIBE_ENUM(run_stage, unknown, code_startup, create_state, instantiate_model, evaluate,
                    train, get_state, initialize_weights, load_weights, get_weights)

/// Why a run has failed.
enum class run_failure_code {
    unknown,
    launcher_terminated,
    cancelled,
    server_overloaded,
    invalid_executable_file,
    read_executable_file_failed,
    max_duration_exceeded, ///< with `at`
    code_terminated,       ///< with `exit_code`, `signal` and `oom`
    exception,             ///< with `at` and `exception_details`
    invalid_output,        ///< with `reason` and `details`
};
BOOST_DESCRIBE_ENUM(run_failure_code, unknown, launcher_terminated, cancelled, server_overloaded,
                    invalid_executable_file, read_executable_file_failed, max_duration_exceeded,
                    code_terminated, exception, invalid_output)

constexpr json_rules json_rules_of(run_failure_code const*) noexcept
{
    return {};
}

/// What is wrong with the output of a model.
enum class output_fault { unknown, invalid, not_applicable_to_parameter_definitions };
BOOST_DESCRIBE_ENUM(output_fault, unknown, invalid, not_applicable_to_parameter_definitions)

constexpr json_rules json_rules_of(output_fault const*) noexcept
{
    return {};
}

/// Why a run has failed, with what belongs to the code. *Source*: wire notes 4, RUN
struct run_failure {
    run_failure() = default;

    word<run_failure_code> code;
    std::optional<word<run_stage>> at;
    std::optional<std::int64_t> exit_code;
    std::optional<std::string> signal;
    bool oom = false; ///< it ran out of memory
    std::optional<std::string> exception_details;
    std::optional<word<output_fault>> reason;
    std::optional<std::string> details;

    /// One line: "exception at evaluate: ZeroDivisionError". Holds what the platform says, which is
    /// untrusted, cut to 4 KiB.
    INFERPP_DECL std::string to_string() const;

    /// `errc::job_failed`, `job_cancelled` for `cancelled`, `job_expired` for
    /// `max_duration_exceeded`; `to_string()` is the server's message.
    INFERPP_DECL error to_error() const;
};
BOOST_DESCRIBE_STRUCT(run_failure, (),
                      (code, at, exit_code, signal, oom, exception_details, reason, details))

constexpr json_rules json_rules_of(run_failure const*)
{
    return json_rules{naming::camel_case}.required("code");
}

/// How long the parts of a run took; a part that was not needed is empty, such as making a launcher
/// where a warm one was used.
struct run_durations {
    run_durations() = default;

    std::optional<std::chrono::milliseconds> total;
    std::optional<std::chrono::milliseconds> create_launcher;
    std::optional<std::chrono::milliseconds> code_startup;
    std::optional<std::chrono::milliseconds> create_state;
    std::optional<std::chrono::milliseconds> instantiate_model;
    std::optional<std::chrono::milliseconds> evaluate;
    std::optional<std::chrono::milliseconds> initialize_weights; ///< in the later generation
};
BOOST_DESCRIBE_STRUCT(run_durations, (),
                      (total, create_launcher, code_startup, create_state, instantiate_model,
                       evaluate, initialize_weights))

constexpr json_rules json_rules_of(run_durations const*)
{
    return json_rules{naming::camel_case}.also_read("instantiate_model", "createInstantiatedModel");
}

/// A run that has failed.
struct failed_run {
    failed_run() = default;

    run_durations durations;
    std::optional<execution_location> executed_on_launcher; ///< of evaluations
    run_failure reason;
};
BOOST_DESCRIBE_STRUCT(failed_run, (), (durations, executed_on_launcher, reason))

constexpr json_rules json_rules_of(failed_run const*)
{
    return json_rules{naming::camel_case}.required("reason").also_read("reason", "error");
}

/// What stands in an outcome, and which of the two it is.
struct chosen_outcome {
    std::string_view name; ///< of the member
    boost::json::object content;
    bool success = false;
};

/// Looks for the one member that there must be, under the names of `success` and `failed` in all
/// calls that have them. A `totalDuration` beside the durations is put among them.
INFERPP_DECL result<chosen_outcome> choose_outcome(boost::json::value const& value);

/**
 * @brief A success, or what has failed: the answer to a call that runs the model's code.
 *
 * @code
 * auto const outcome = co_await client.send(request);
 * if (outcome)
 *     use(outcome->state_id);
 * else
 *     std::cerr << outcome.failed()->reason.to_string() << '\n';
 *
 * auto const state = (co_await client.send(request)).value(); // throws job_failed instead
 * @endcode
 */
template <class Success, class Failed = failed_run>
class run_outcome {
public:
    /// A success without content. Decoding asks for it.
    run_outcome() = default;
    run_outcome(Success content) : content_(std::move(content)) {}
    run_outcome(Failed content) : content_(std::move(content)) {}

    /// Whether it is a success.
    explicit operator bool() const noexcept { return content_.index() == 0; }

    /// The one of the two that it is; null for the other.
    Success const* success() const noexcept { return std::get_if<Success>(&content_); }
    Failed const* failed() const noexcept { return std::get_if<Failed>(&content_); }

    /// The success. @throws failure `run_failure::to_error()`
    Success& value() &
    {
        check();
        return std::get<Success>(content_);
    }
    Success const& value() const&
    {
        check();
        return std::get<Success>(content_);
    }
    Success&& value() &&
    {
        check();
        return std::get<Success>(std::move(content_));
    }

    /// @pre it is a success
    Success const* operator->() const noexcept { return success(); }
    Success const& operator*() const noexcept { return *success(); }

    static result<run_outcome> from_json(boost::json::value const& value)
    {
        auto chosen = choose_outcome(value);
        if (!chosen)
            return chosen.error();
        auto read_as =
            chosen->success ? read<Success>(chosen->content) : read<Failed>(chosen->content);
        if (!read_as)
            return below(chosen->name, read_as.error());
        return read_as;
    }

    /// The tensors of a success that has some.
    result<void> attach(blob_reader& blobs) requires takes_blobs<Success>
    {
        auto* const content = std::get_if<Success>(&content_);
        return content != nullptr ? content->attach(blobs) : result<void>{};
    }

protected:
    template <class T>
    static result<run_outcome> read(boost::json::value const& value)
    {
        auto content = decode_value<T>(value);
        if (!content)
            return content.error();
        return run_outcome{std::move(*content)};
    }

private:
    void check() const
    {
        if (auto const* const broken = failed())
            throw failure{broken->reason.to_error()};
    }

    std::variant<Success, Failed> content_;
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/run.ipp>
#endif

#endif
