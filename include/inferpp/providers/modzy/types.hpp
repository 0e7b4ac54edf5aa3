// SPDX-License-Identifier: BSL-1.0
//
// What Modzy answers: jobs and results, every documented field typed.
//
// Members that the platform may leave out keep their defaults; members that this version does not
// know stand in `more`. Durations are milliseconds on the wire.

#ifndef INFERPP_PROVIDERS_MODZY_TYPES_HPP
#define INFERPP_PROVIDERS_MODZY_TYPES_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::modzy {

/// Milliseconds, with a fraction where the platform sends one.
using milliseconds = std::chrono::duration<double, std::milli>;

/// The platform's words for the state of a job.
enum class job_state {
    unknown,
    open,                 ///< made without input, waiting for files
    submitted,            ///< accepted and queued
    pending,              ///< as submitted
    in_progress,          ///< at least one input is being processed
    completed,            ///< all inputs have ended, well or not
    completed_with_error, ///< the same, some not
    canceled,
    timedout, ///< the `timeout` of the submission has passed
    error,    ///< the job as a whole failed
};
BOOST_DESCRIBE_ENUM(job_state, unknown, open, submitted, pending, in_progress, completed,
                    completed_with_error, canceled, timedout, error)

constexpr json_rules json_rules_of(job_state const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// A model in a job.
struct model_reference {
    model_reference() = default;

    std::string identifier; ///< ten letters and digits: "ed542963de"
    std::string version;    ///< "1.0.1"
    std::string name;       ///< "Sentiment Analysis"
};
BOOST_DESCRIBE_STRUCT(model_reference, (), (identifier, version, name))

constexpr json_rules json_rules_of(model_reference const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// An API key of a user, without its secret part.
struct access_key {
    access_key() = default;

    std::string prefix; ///< the public part
    bool is_default = false;
};
BOOST_DESCRIBE_STRUCT(access_key, (), (prefix, is_default))

constexpr json_rules json_rules_of(access_key const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// Who submitted a job.
struct user {
    user() = default;

    std::string identifier;
    std::string external_identifier;
    std::string email;
    std::string first_name;
    std::string last_name;
    std::string status; ///< "ACTIVE"
    std::string title;
    std::string picture_url;
    std::vector<access_key> access_keys;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(user, (),
                      (identifier, external_identifier, email, first_name, last_name, status, title,
                       picture_url, access_keys, more))

constexpr json_rules json_rules_of(user const*)
{
    return json_rules{naming::camel_case}.renamed("picture_url", "pictureURL").nothing_required();
}

/// A team.
struct team {
    team() = default;

    std::string identifier;
};
BOOST_DESCRIBE_STRUCT(team, (), (identifier))

constexpr json_rules json_rules_of(team const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// The keys of a job's inputs. The platform writes them in three shapes; all are read.
struct input_keys {
    input_keys() = default;

    std::vector<std::string> keys;

    INFERPP_DECL static result<input_keys> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// The answer to a submission. It may come before the job can be asked for.
struct job_receipt {
    job_receipt() = default;

    std::string job_identifier;
    word<job_state> status{job_state::submitted}; ///< some servers leave it out
    model_reference model;
    std::uint64_t total_inputs = 0;
    input_keys job_inputs;
    std::string access_key; ///< prefix of the API key used
    bool explain = false;
    std::string job_type; ///< "batch"
    std::string account_identifier;
    modzy::team team;
    modzy::user user;
    timestamp submitted_at;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::uint64_t> input_byte_amount;
    std::optional<std::int64_t> hours_delete_input;
    bool image_classification_model = false;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_receipt, (),
                      (job_identifier, status, model, total_inputs, job_inputs, access_key, explain,
                       job_type, account_identifier, team, user, submitted_at, timeout,
                       input_byte_amount, hours_delete_input, image_classification_model, more))

constexpr json_rules json_rules_of(job_receipt const*)
{
    return json_rules{naming::camel_case}.required("job_identifier");
}

/// A job: the object that the vendor's `client.jobs.get` returns.
struct job_details {
    job_details() = default;

    std::string job_identifier;
    word<job_state> status;
    std::string account_identifier;
    bool explain = false; ///< whether explanations were asked for
    timestamp created_at;
    timestamp updated_at;
    timestamp submitted_at;
    std::string submitted_by;    ///< prefix of the API key used
    std::uint64_t pending = 0;   ///< inputs in the queue
    std::uint64_t completed = 0; ///< inputs with results
    std::uint64_t failed = 0;    ///< inputs that failed
    std::uint64_t total = 0;     ///< inputs submitted
    model_reference model;
    input_keys job_inputs;
    modzy::user user;
    modzy::team team;
    std::optional<milliseconds> elapsed_time;
    std::optional<milliseconds> queue_time;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::uint64_t> input_byte_amount;
    std::optional<std::int64_t> hours_delete_input;
    bool image_classification_model = false;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_details, (),
                      (job_identifier, status, account_identifier, explain, created_at, updated_at,
                       submitted_at, submitted_by, pending, completed, failed, total, model,
                       job_inputs, user, team, elapsed_time, queue_time, timeout, input_byte_amount,
                       hours_delete_input, image_classification_model, more))

constexpr json_rules json_rules_of(job_details const*)
{
    return json_rules{naming::camel_case}.required("job_identifier", "status");
}

/// The portable status of a job. COMPLETED says nothing about the inputs; the counters do.
INFERPP_DECL job_status describe(job_details const& job);

/// Votes on a result.
struct voting {
    voting() = default;

    std::int64_t up = 0;
    std::int64_t down = 0;
};
BOOST_DESCRIBE_STRUCT(voting, (), (up, down))

constexpr json_rules json_rules_of(voting const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// What the model made of one input.
struct input_result {
    input_result() = default;

    std::string status; ///< "SUCCESSFUL"
    std::string engine; ///< the process that did the work
    std::optional<milliseconds> input_fetching;
    std::optional<milliseconds> output_uploading;
    std::optional<milliseconds> model_latency;
    std::optional<milliseconds> queue_time;
    std::optional<milliseconds> elapsed_time; ///< of older servers, instead of the others
    timestamp start_time;
    timestamp update_time;
    timestamp end_time;
    std::optional<modzy::voting> voting;
    /// The outputs by the names that the model gives them, mostly "results.json". An output that is
    /// no JSON is the URL from which it can be had, as text.
    unknown_members outputs;

    /// The output of that name; null when there is none.
    INFERPP_DECL boost::json::value const* output(
        std::string_view name = "results.json") const noexcept;

    /// The output of that name as a `T`, see `decode_json`; `errc::bad_schema` when there is none.
    template <class T>
    result<T> output_as(std::string_view name = "results.json") const
    {
        boost::json::value const* const found = output(name);
        if (found == nullptr)
            return no_output(name);
        return decode_value<T>(*found);
    }

private:
    INFERPP_DECL static error no_output(std::string_view name);
};
BOOST_DESCRIBE_STRUCT(input_result, (),
                      (status, engine, input_fetching, output_uploading, model_latency, queue_time,
                       elapsed_time, start_time, update_time, end_time, voting, outputs))

constexpr json_rules json_rules_of(input_result const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// Why one input failed.
struct input_failure {
    input_failure() = default;

    std::string status; ///< "FAILED"
    std::string engine;
    std::string error; ///< the model's explanation
    std::optional<milliseconds> input_fetching;
    std::optional<milliseconds> output_uploading;
    std::optional<milliseconds> model_latency;
    std::optional<milliseconds> queue_time;
    std::optional<milliseconds> elapsed_time; ///< of older servers, instead of the others
    timestamp start_time;
    timestamp update_time;
    timestamp end_time;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(input_failure, (),
                      (status, engine, error, input_fetching, output_uploading, model_latency,
                       queue_time, elapsed_time, start_time, update_time, end_time, more))

constexpr json_rules json_rules_of(input_failure const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/**
 * @brief The results of a job so far. Each input is in `results`, in `failures`, or not done yet.
 *
 * `job::result` gives them when `finished`; `send(get_results{id})` at any time.
 */
struct job_results {
    job_results() = default;

    std::string job_identifier;
    std::string account_identifier;
    modzy::team team;
    std::uint64_t total = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    bool finished = false;
    bool explained = false;
    std::string submitted_by_key; ///< prefix of the API key used
    timestamp submitted_at;
    std::optional<milliseconds> initial_queue_time;
    std::optional<milliseconds> total_queue_time;
    std::optional<milliseconds> average_model_latency;
    std::optional<milliseconds> total_model_latency;
    std::optional<milliseconds> elapsed_time;
    std::optional<milliseconds> result_summarizing;
    std::optional<std::uint64_t> input_size;       ///< bytes
    std::map<std::string, input_result> results;   ///< by input key
    std::map<std::string, input_failure> failures; ///< by input key
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_results, (),
                      (job_identifier, account_identifier, team, total, completed, failed, finished,
                       explained, submitted_by_key, submitted_at, initial_queue_time,
                       total_queue_time, average_model_latency, total_model_latency, elapsed_time,
                       result_summarizing, input_size, results, failures, more))

constexpr json_rules json_rules_of(job_results const*)
{
    return json_rules{naming::camel_case}.required("job_identifier", "finished");
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/types.ipp>
#endif

#endif
