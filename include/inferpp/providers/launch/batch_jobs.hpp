// SPDX-License-Identifier: BSL-1.0
//
// Batch jobs on Launch: a model bundle is run over many inputs, once.

#ifndef INFERPP_PROVIDERS_LAUNCH_BATCH_JOBS_HPP
#define INFERPP_PROVIDERS_LAUNCH_BATCH_JOBS_HPP

#include <inferpp/codec/ndjson.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/responses.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

// --- the input -----------------------------------------------------------------------------------

/// The input of a batch job as CSV, one URL a row; the ids are "0", "1", and so on.
/// *Source*: wire notes 2.6
INFERPP_DECL std::string csv_of_urls(std::vector<std::string> const& urls);

/// The same with ids of one's own, which come back with the results: pairs of an id and a URL.
INFERPP_DECL std::string csv_of_urls(std::vector<std::pair<std::string, std::string>> const& urls);

/// The input of a batch job as CSV, the arguments of one call a row: pairs of an id and JSON text.
INFERPP_DECL std::string csv_of_json(std::vector<std::pair<std::string, std::string>> const& args);

/// The same of described structs, or any JSON; the ids are "0", "1", and so on.
/// @return `errc::invalid_argument` for what JSON can't hold
template <class Args>
result<std::string> csv_of_args(std::vector<Args> const& args)
{
    std::vector<std::pair<std::string, std::string>> rows;
    rows.reserve(args.size());
    for (Args const& one : args) {
        std::string json;
        if (auto const written = encode_json(one, json); !written)
            return written.error();
        rows.emplace_back(std::to_string(rows.size()), std::move(json));
    }
    return csv_of_json(rows);
}

// --- the job -------------------------------------------------------------------------------------

/// The state of a batch job.
struct batch_job {
    batch_job() = default;

    word<batch_status> status;
    /// Where the results lie, such as "s3://bucket/key": empty until they are written. If it is a
    /// URL of http, `client.download` reads it; see `read_batch_results`.
    std::optional<std::string> result;
    /// Goes on growing after FAILURE and TIMEOUT.
    job_duration duration;
    std::optional<std::uint64_t> num_tasks_pending; ///< empty while the job is PENDING
    std::optional<std::uint64_t> num_tasks_completed;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(batch_job, (),
                      (status, result, duration, num_tasks_pending, num_tasks_completed, more))

constexpr json_rules json_rules_of(batch_job const*)
{
    return json_rules{}.required("status");
}

/// The portable status of a batch job, with its counters.
INFERPP_DECL job_status describe(batch_job const& job);

/// GET /v1/batch-jobs/{id}. *Source*: wire notes 2.6
struct get_batch_job {
    using provider = launch::provider;
    using response = batch_job;
    static constexpr operation_info info{.name = "get_batch_job", .route = "v1/batch-jobs/{job}"};

    /// @param id of the job
    explicit get_batch_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_batch_job, (), (job))

/// PUT /v1/batch-jobs/{id}: cancels it. A job that has ended already is "cancelled" with success
/// too, and keeps its state. *Source*: wire notes 2.6
struct cancel_batch_job {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{
        .name = "cancel_batch_job", .method = "PUT", .route = "v1/batch-jobs/{job}"};

    /// @param id of the job
    explicit cancel_batch_job(std::string id) : job(std::move(id)) {}

    std::string job;
    bool cancel = true;
};
BOOST_DESCRIBE_STRUCT(cancel_batch_job, (), (job, cancel))

/// How the results are written.
enum class serialization {
    unknown,
    json,   ///< see `read_batch_results`
    pickle, ///< of use in Python alone
};
BOOST_DESCRIBE_ENUM(serialization, unknown, json, pickle)

constexpr json_rules json_rules_of(serialization const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// The machines of a batch job. What is not given: 3 CPUs, 12Gi, a GPU (give 0 for none), 50
/// workers, 40 calls at once for each.
struct batch_resources : hardware {
    batch_resources() = default;

    std::optional<std::int64_t> max_workers;
    std::optional<std::int64_t> per_worker;
    std::optional<std::int64_t> concurrent_requests_per_worker;
};
BOOST_DESCRIBE_STRUCT(batch_resources, (hardware),
                      (max_workers, per_worker, concurrent_requests_per_worker))

/// The answer to a submission of a batch job.
struct batch_receipt {
    batch_receipt() = default;

    std::string job_id;
};
BOOST_DESCRIBE_STRUCT(batch_receipt, (), (job_id))

/**
 * @brief POST /v1/batch-jobs: runs a model bundle over a file of inputs.
 *
 * @code
 * launch::create_batch_job request{"bun_...", input.location};
 * request.labels = {{"team", "research"}, {"product", "demo"}};
 * auto job = co_await client.submit(request);
 * auto done = co_await job.result({.deadline = 6h});
 * std::cout << done.result.value_or("");
 * @endcode
 *
 * A job that takes longer than `timeout_seconds` ends as `errc::job_expired`; what it has done by
 * then is in the result file all the same, see `get_batch_job`.
 *
 * *Source*: wire notes 2.6
 */
struct create_batch_job {
    using provider = launch::provider;
    using response = batch_receipt;
    using status_operation = get_batch_job;
    using result_operation = get_batch_job;
    using cancel_operation = cancel_batch_job;
    static constexpr operation_info info{.name = "create_batch_job",
                                         .method = "POST",
                                         .route = "v1/batch-jobs",
                                         .repeat = idempotency::unsafe};

    /// @param bundle_id "bun_..." @param input where the CSV lies, readable by the platform
    create_batch_job(std::string bundle_id, std::string input)
        : model_bundle_id(std::move(bundle_id)),
          input_path(std::move(input))
    {
    }

    std::string model_bundle_id;
    std::string input_path;
    word<serialization> serialization_format = serialization::json;
    label_map labels; ///< "team" and "product" must be there
    batch_resources resource_requests;
    /// For building and running; more than 0, by default 12 hours.
    std::optional<std::chrono::duration<double>> timeout_seconds;

    static std::string job_id(batch_receipt const& receipt) { return receipt.job_id; }
    static job_status describe(batch_job const& job) { return launch::describe(job); }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_batch_job, (),
                      (model_bundle_id, input_path, serialization_format, labels, resource_requests,
                       timeout_seconds))

// --- the results ---------------------------------------------------------------------------------

/// One row of the result file.
template <class Result = boost::json::value>
struct batch_result : endpoint_response<Result> {
    batch_result() = default;

    std::string id; ///< of the row in the input

    static inferpp::result<batch_result> from_json(boost::json::value const& document)
    {
        auto read = endpoint_response<Result>::from_json(document);
        if (!read)
            return read.error();
        batch_result row;
        static_cast<endpoint_response<Result>&>(row) = std::move(*read);
        if (auto const* const id = document.get_object().if_contains("id");
            id != nullptr && id->is_string())
            row.id.assign(id->get_string().data(), id->get_string().size());
        return row;
    }
};

/**
 * @brief Reads a result file in JSON: one result a row, in the order of the input.
 *
 * After a time limit some may be PENDING and not `ok()`.
 * @tparam Result what the model gives: a described struct, or any JSON
 * @return the rows, or an error that names the first line that can't be read
 */
template <class Result = boost::json::value>
result<std::vector<batch_result<Result>>> read_batch_results(std::string_view file)
{
    ndjson_decoder lines{file.size() + 1};
    if (auto const fed = lines.feed(file); !fed)
        return fed.error();
    lines.finish();
    std::vector<batch_result<Result>> rows;
    while (auto const line = lines.next()) {
        auto row = decode_json<batch_result<Result>>(*line);
        if (!row) {
            error e = row.error();
            e.edit().message = "result " + std::to_string(rows.size()) + ": " + e.info().message;
            return e;
        }
        rows.push_back(std::move(*row));
    }
    return rows;
}

static_assert(!fragile_temporary<get_batch_job> && !fragile_temporary<cancel_batch_job> &&
              !fragile_temporary<create_batch_job>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/batch_jobs.ipp>
#endif

#endif
