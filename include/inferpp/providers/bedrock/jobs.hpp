// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's batch inference: a model invocation job runs a model over files of records in S3.

#ifndef INFERPP_PROVIDERS_BEDROCK_JOBS_HPP
#define INFERPP_PROVIDERS_BEDROCK_JOBS_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// The platform's words for the state of a job. *Source*: wire notes 1.9
enum class job_state {
    unknown,
    submitted,           ///< queued to be validated
    validating,          ///< access, names, sizes and counts are checked, not the records
    scheduled,           ///< waiting for capacity
    in_progress,         ///< results begin to appear
    stopping,            ///< to be stopped
    stopped,             ///< by the user
    completed,           ///< records may have failed, perhaps all of them
    partially_completed, ///< its time was over before all records were done
    failed,
    expired, ///< its time was over before it began
};
BOOST_DESCRIBE_ENUM(job_state, unknown, submitted, validating, scheduled, in_progress, stopping,
                    stopped, completed, partially_completed, failed, expired)

constexpr json_rules json_rules_of(job_state const*) noexcept
{
    return json_rules{naming::pascal_case};
}

/// A job: what `get_model_invocation_job` answers, and an item of the list.
/// *Source*: wire notes 1.3; older servers leave out the type and the four counters
struct model_invocation_job {
    model_invocation_job() = default;

    std::string job_arn;
    std::string job_name;
    std::string model_id;
    std::string client_request_token;
    std::string role_arn;
    word<job_state> status;
    std::string message; ///< why it has failed
    std::optional<date_time> submit_time;
    std::optional<date_time> last_modified_time;
    std::optional<date_time> end_time;
    job_input input_data_config;
    job_output output_data_config;
    std::optional<bedrock::vpc_config> vpc_config;
    std::optional<std::chrono::hours> timeout_duration_in_hours;
    std::optional<date_time> job_expiration_time;
    std::optional<word<invocation_type>> model_invocation_type;
    std::optional<std::uint64_t> total_record_count;
    std::optional<std::uint64_t> processed_record_count;
    std::optional<std::uint64_t> success_record_count;
    std::optional<std::uint64_t> error_record_count;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_invocation_job, (),
                      (job_arn, job_name, model_id, client_request_token, role_arn, status, message,
                       submit_time, last_modified_time, end_time, input_data_config,
                       output_data_config, vpc_config, timeout_duration_in_hours,
                       job_expiration_time, model_invocation_type, total_record_count,
                       processed_record_count, success_record_count, error_record_count, more))

constexpr json_rules json_rules_of(model_invocation_job const*) noexcept
{
    return json_rules{naming::camel_case}.required("job_arn");
}

/**
 * @brief The portable status of a job, with its counters.
 *
 * Completed says nothing of the records: where some have failed the job has succeeded in part, and
 * where all have it has failed.
 */
INFERPP_DECL job_status describe(model_invocation_job const& job);

/// GET /model-invocation-job/{id}. *Source*: wire notes 1.3
struct get_model_invocation_job {
    using provider = bedrock::provider;
    using response = model_invocation_job;
    static constexpr operation_info info{.name = "get_model_invocation_job",
                                         .route = "model-invocation-job/{job_identifier}"};

    /// @param id the job's ARN, or the twelve characters at the end of it
    explicit get_model_invocation_job(std::string id) : job_identifier(std::move(id)) {}

    std::string job_identifier;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(get_model_invocation_job, (), (job_identifier))

/// POST /model-invocation-job/{id}/stop. A job that has ended already is refused, as a conflict or
/// as not valid; `job::cancel` tells that apart. *Source*: wire notes 1.1
struct stop_model_invocation_job {
    using provider = bedrock::provider;
    using response = done;
    static constexpr operation_info info{.name = "stop_model_invocation_job", .method = "POST"};

    /// @param id the job's ARN, or the twelve characters at the end of it
    explicit stop_model_invocation_job(std::string id) : job_identifier(std::move(id)) {}

    std::string job_identifier;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
};

/// What came of stopping a job.
struct stop_receipt {
    stop_receipt() = default;

    std::optional<model_invocation_job> ended; ///< where it had ended before
};

/// Stops a job, and where that is refused, sees whether it has ended.
struct cancel_model_invocation_job : stop_model_invocation_job {
    using response = stop_receipt;
    using stop_model_invocation_job::stop_model_invocation_job;

    INFERPP_DECL static boost::asio::awaitable<response> perform(
        basic_client<bedrock::provider> with, cancel_model_invocation_job op, call_options call);
};

/// The answer to a submission.
struct job_receipt {
    job_receipt() = default;

    std::string job_arn;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_receipt, (), (job_arn, more))

constexpr json_rules json_rules_of(job_receipt const*) noexcept
{
    return json_rules{naming::camel_case}.required("job_arn");
}

/**
 * @brief POST /model-invocation-job: runs a model over the records of files in S3.
 *
 * @code
 * bedrock::create_model_invocation_job request{
 *     "nightly-2024-08-08", "arn:aws:iam::123456789012:role/batch",
 *     "anthropic.claude-3-haiku-20240307-v1:0", bedrock::s3_input{"s3://bucket/in/records.jsonl"},
 *     bedrock::s3_output{"s3://bucket/out/"}};
 * auto job = co_await client.submit(request);
 * auto ended = co_await job.result({.deadline = 24h, .min_interval = 30s, .max_interval = 5min});
 * std::cout << ended.success_record_count.value_or(0) << " records\n";
 * @endcode
 *
 * The result is the job's last description. `job_cancelled` for one that was stopped, `job_expired`
 * for one that never began in its time.
 *
 * **A second job is never started.** Each request object has a `client_request_token` from its
 * birth on, which its copies keep; the platform answers the same token with the same job. So a lost
 * answer is asked for again with the same request object, as this library does by itself. To be
 * safe from a crash between the request and its answer, keep the token before the job is submitted,
 * and submit the same request with it after the restart:
 *
 * @code
 * bedrock::create_model_invocation_job request = nightly(); // the same values each time
 * if (auto token = journal.find("nightly"))
 *     request.client_request_token = *token;                // this may have been sent before
 * else
 *     journal.put("nightly", request.client_request_token);
 * auto job = co_await client.submit(request);               // the first job, in any case
 * journal.put("nightly-job", job.resume_token());           // from here on `attach` is enough
 * @endcode
 *
 * A resume token holds the request's token too, as `resume_token::parse(text)->job.context`.
 *
 * *Source*: wire notes 1.2 and 1.8.
 */
struct create_model_invocation_job {
    using provider = bedrock::provider;
    using response = job_receipt;
    using status_operation = get_model_invocation_job;
    using result_operation = get_model_invocation_job;
    using cancel_operation = cancel_model_invocation_job;
    static constexpr operation_info info{.name = "create_model_invocation_job",
                                         .method = "POST",
                                         .route = "model-invocation-job",
                                         .repeat = idempotency::keyed};

    /**
     * @param name   unique in the account: 1 to 63 letters, digits, "+", "-" and "."
     * @param role   ARN of the role that may read the input and write the output
     * @param model  id or ARN of a model or of an inference profile
     * @param input  where the records lie
     * @param output where the results go
     */
    create_model_invocation_job(std::string name, std::string role, std::string model,
                                job_input input, job_output output)
        : job_name(std::move(name)),
          role_arn(std::move(role)),
          model_id(std::move(model)),
          input_data_config(std::move(input)),
          output_data_config(std::move(output))
    {
    }

    std::string job_name;
    std::string role_arn;
    std::string client_request_token = random_hex(16); ///< letters, digits, and "-" inside
    std::string model_id;
    job_input input_data_config;
    job_output output_data_config;
    std::optional<bedrock::vpc_config> vpc_config;
    std::optional<std::chrono::hours> timeout_duration_in_hours; ///< 24 to 168
    std::vector<tag> tags;                                       ///< at most 200
    std::optional<word<invocation_type>> model_invocation_type;

    static std::string job_id(job_receipt const& receipt) { return receipt.job_arn; }
    static job_status describe(model_invocation_job const& job) { return bedrock::describe(job); }
    INFERPP_DECL static job_status describe(stop_receipt const& receipt);
    std::string job_context() const { return client_request_token; }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_model_invocation_job, (),
                      (job_name, role_arn, client_request_token, model_id, input_data_config,
                       output_data_config, vpc_config, timeout_duration_in_hours, tags,
                       model_invocation_type))

constexpr json_rules json_rules_of(create_model_invocation_job const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// What a listing is sorted by.
enum class sort_by { unknown, creation_time };
BOOST_DESCRIBE_ENUM(sort_by, unknown, creation_time)

constexpr json_rules json_rules_of(sort_by const*) noexcept
{
    return json_rules{naming::pascal_case};
}

enum class sort_order { unknown, ascending, descending };
BOOST_DESCRIBE_ENUM(sort_order, unknown, ascending, descending)

constexpr json_rules json_rules_of(sort_order const*) noexcept
{
    return json_rules{naming::pascal_case};
}

/// A page of the listing.
struct job_page {
    job_page() = default;

    std::string next_token; ///< empty: the last page
    std::vector<model_invocation_job> invocation_job_summaries;
};
BOOST_DESCRIBE_STRUCT(job_page, (), (next_token, invocation_job_summaries))

constexpr json_rules json_rules_of(job_page const*) noexcept
{
    return json_rules{naming::camel_case}.nothing_required();
}

/**
 * @brief GET /model-invocation-jobs: the jobs of the account in the region, in pages.
 *
 * @code
 * bedrock::list_model_invocation_jobs listing;
 * listing.status_equals = bedrock::job_state::in_progress;
 * auto jobs = client.pages(listing);
 * while (auto job = co_await jobs.next())
 *     std::cout << job->job_name << '\n';
 * @endcode
 *
 * *Source*: wire notes 1.4.
 */
struct list_model_invocation_jobs {
    using provider = bedrock::provider;
    using response = job_page;
    using item = model_invocation_job;
    static constexpr operation_info info{.name = "list_model_invocation_jobs",
                                         .route = "model-invocation-jobs"};

    list_model_invocation_jobs() = default;

    std::optional<int> max_results;           ///< of a page: 1 to 1000
    std::optional<std::string> name_contains; ///< of the form of a name
    std::optional<std::string> next_token;    ///< of another page than the first
    std::optional<word<bedrock::sort_by>> sort_by;
    std::optional<word<bedrock::sort_order>> sort_order;
    std::optional<word<job_state>> status_equals;
    std::optional<date_time> submit_time_after;
    std::optional<date_time> submit_time_before;

    INFERPP_DECL result<void> validate() const;

    static std::vector<item> items(job_page& page)
    {
        return std::move(page.invocation_job_summaries);
    }
    INFERPP_DECL bool advance(job_page const& page);

private:
    bool goes_round_ = false; ///< the server has named the same page again
};
BOOST_DESCRIBE_STRUCT(list_model_invocation_jobs, (),
                      (max_results, name_contains, next_token, sort_by, sort_order, status_equals,
                       submit_time_after, submit_time_before))

constexpr json_rules json_rules_of(list_model_invocation_jobs const*) noexcept
{
    return json_rules{naming::camel_case};
}

static_assert(!fragile_temporary<get_model_invocation_job> &&
              !fragile_temporary<stop_model_invocation_job> &&
              !fragile_temporary<cancel_model_invocation_job> &&
              !fragile_temporary<create_model_invocation_job> &&
              !fragile_temporary<list_model_invocation_jobs>);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/jobs.ipp>
#endif

#endif
