// SPDX-License-Identifier: BSL-1.0
//
// Modzy's jobs: their state, their history, cancelling. How one is submitted is in submissions.hpp
// and file_job.hpp.

#ifndef INFERPP_PROVIDERS_MODZY_JOBS_HPP
#define INFERPP_PROVIDERS_MODZY_JOBS_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <cstdint>

namespace inferpp::inline INFERPP_ABI::modzy {

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

/// GET /jobs/{id}. *Source*: wire notes 2.7.
struct get_job {
    using provider = modzy::provider;
    using response = job_details;
    static constexpr operation_info info{.name = "get_job", .route = "jobs/{job}"};

    /// @param id the job's identifier
    explicit get_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_job, (), (job))

/// DELETE /jobs/{id}. Cancels what has not ended; what has been done so far keeps its results, and
/// what was not is credited back to the quota. *Source*: wire notes 2.9.
struct cancel_job {
    using provider = modzy::provider;
    using response = job_details;
    static constexpr operation_info info{
        .name = "cancel_job", .method = "DELETE", .route = "jobs/{job}"};

    /// @param id the job's identifier
    explicit cancel_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(cancel_job, (), (job))

/// DELETE /jobs: cancels every job of the API key that has not ended.
/// @return the jobs that were. *Source*: wire notes 2.0, J8
struct cancel_all_jobs {
    using provider = modzy::provider;
    using response = std::vector<job_details>;
    static constexpr operation_info info{
        .name = "cancel_all_jobs", .method = "DELETE", .route = "jobs"};

    cancel_all_jobs() = default;
};

/// What a history is filtered by: the platform's categories and a job's states.
enum class job_filter {
    unknown,
    all,
    pending,    ///< not ended
    terminated, ///< ended, in whatever way
    terminated_with_error,
    submitted,
    in_progress,
    completed,
    canceled,
    timedout,
    error,
};
BOOST_DESCRIBE_ENUM(job_filter, unknown, all, pending, terminated, terminated_with_error, submitted,
                    in_progress, completed, canceled, timedout, error)

constexpr json_rules json_rules_of(job_filter const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// One line of `list_jobs`.
struct job_summary {
    job_summary() = default;

    std::string job_identifier;
    word<job_state> status;
    model_reference model;
    timestamp submitted_at; ///< not by every server
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_summary, (), (job_identifier, status, model, submitted_at, more))

constexpr json_rules json_rules_of(job_summary const*)
{
    return json_rules{naming::camel_case}.required("job_identifier", "status");
}

/// GET /jobs: the jobs in brief, by the filters given. `get_job_history` tells more, in pages.
/// *Source*: wire notes 2.0, J2.
struct list_jobs {
    using provider = modzy::provider;
    using response = std::vector<job_summary>;
    static constexpr operation_info info{.name = "list_jobs", .route = "jobs"};

    list_jobs() = default;

    std::optional<timestamp> start_date;
    std::optional<timestamp> end_date; ///< only together with `start_date`
    std::optional<word<job_filter>> status;
    std::optional<std::string> model;      ///< its name, or a part of it
    std::optional<std::string> user;       ///< a name or email, or a part of it
    std::optional<std::string> access_key; ///< prefix of an API key

    /// Refuses an `end_date` alone, as the platform does.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(list_jobs, (), (start_date, end_date, status, model, user, access_key))

/**
 * @brief GET /jobs/history: jobs in full, in pages.
 *
 * @code
 * modzy::get_job_history history;
 * history.status = modzy::job_filter::terminated;
 * history.sort_by = {"submittedAt"};
 * auto jobs = client.pages(history);
 * while (auto job = co_await jobs.next())
 *     std::cout << job->job_identifier << '\n';
 * @endcode
 *
 * Sorts by: identifier, submittedBy, submittedJobs, status, createdAt (the default), updatedAt,
 * submittedAt, total, completed, fail, model.
 *
 * *Source*: docs.modzy.com, "list the job history"; wire notes 2.8.
 */
struct get_job_history : page_request {
    using provider = modzy::provider;
    using item = job_details;
    using response = list_page<job_details>;
    static constexpr operation_info info{.name = "get_job_history", .route = "jobs/history"};

    get_job_history() = default;

    std::optional<std::string> user;       ///< a name or email, or a part of it
    std::optional<std::string> access_key; ///< prefix of an API key
    std::optional<timestamp> start_date;   ///< not in the future
    std::optional<timestamp> end_date;     ///< only together with `start_date`
    std::optional<std::string> model;      ///< its name, or a part of it
    std::optional<std::string> model_identifier;
    std::optional<std::string> model_version;
    std::optional<std::string> search; ///< in all of these
    std::optional<word<job_filter>> status;

    /// Refuses an `end_date` alone, as the platform does, and what `page_request` refuses.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(get_job_history, (page_request),
                      (user, access_key, start_date, end_date, model, model_identifier,
                       model_version, search, status))

/// GET /jobs/history/{id}: what the history holds of one job. *Source*: wire notes 2.0, J6.
struct get_history_of_job {
    using provider = modzy::provider;
    using response = std::vector<job_details>;
    static constexpr operation_info info{.name = "get_history_of_job",
                                         .route = "jobs/history/{job}"};

    /// @param id the job's identifier
    explicit get_history_of_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_history_of_job, (), (job))

/// How often a model was used.
struct model_usage {
    model_usage() = default;

    std::string identifier;
    std::string name;
    std::string version;
    std::uint64_t processed_jobs_count = 0;
};
BOOST_DESCRIBE_STRUCT(model_usage, (), (identifier, name, version, processed_jobs_count))

/// How an API key was used.
struct key_statistics {
    key_statistics() = default;

    std::string access_key; ///< prefix of the API key
    std::uint64_t jobs_count = 0;
    timestamp last_api_usage;
    std::uint64_t models_count = 0;
    std::vector<model_usage> models_list;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(key_statistics, (),
                      (access_key, jobs_count, last_api_usage, models_count, models_list, more))

/// GET /jobs/statistics: of every API key of the account. *Source*: wire notes 2.0, J11.
struct get_statistics {
    using provider = modzy::provider;
    using response = std::vector<key_statistics>;
    static constexpr operation_info info{.name = "get_statistics", .route = "jobs/statistics"};

    get_statistics() = default;
};

/// GET /jobs/statistics/{prefix}: of one API key. *Source*: wire notes 2.0, J12.
struct get_key_statistics {
    using provider = modzy::provider;
    using response = key_statistics;
    static constexpr operation_info info{.name = "get_key_statistics",
                                         .route = "jobs/statistics/{access_key}"};

    /// @param prefix the public part of the API key
    explicit get_key_statistics(std::string prefix) : access_key(std::move(prefix)) {}

    std::string access_key;
};
BOOST_DESCRIBE_STRUCT(get_key_statistics, (), (access_key))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<get_job> && !fragile_temporary<cancel_job> &&
              !fragile_temporary<list_jobs> && !fragile_temporary<get_job_history>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/jobs.ipp>
#endif

#endif
