// SPDX-License-Identifier: BSL-1.0
//
// A batch from its records to its results: files of legal size in S3, one job for each, and their
// outputs read back.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUN_BATCH_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUN_BATCH_HPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/providers/bedrock/batch_parts.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>
#include <inferpp/providers/bedrock/batch_state.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/read_batch.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What a million tokens of a model cost in a batch, in whatever currency.
struct token_prices {
    double input = 0;
    double output = 0;
};

/// What a batch will do, and what it takes.
struct batch_plan {
    batch_plan() = default;

    std::uint64_t records = 0;
    std::uint64_t bytes = 0;       ///< that are uploaded
    std::vector<batch_part> parts; ///< one job each

    /// An estimate: a token for each four bytes of the inputs. Only the model can count.
    std::uint64_t input_tokens = 0;
    /// The sum of what the records allow at most (`max_tokens`, `inferenceConfig.maxTokens` and the
    /// like); empty where some of them allow any number.
    std::optional<std::uint64_t> most_output_tokens;

    /// What the tokens cost at these prices: the input alone, and with all the output that is
    /// allowed, where that is known. S3 takes its own for storage and requests.
    double least_cost(token_prices const& prices) const noexcept
    {
        return prices.input * static_cast<double>(input_tokens) / 1e6;
    }
    std::optional<double> most_cost(token_prices const& prices) const noexcept
    {
        if (!most_output_tokens)
            return std::nullopt;
        return least_cost(prices) + prices.output * static_cast<double>(*most_output_tokens) / 1e6;
    }
};

/// The answer to the submission of a batch.
struct batch_receipt {
    batch_receipt() = default;

    std::string run_id;
    std::string bucket_owner;
    std::uint64_t parts = 0; ///< jobs in all; some may have to wait for others to end
    std::uint64_t records = 0;
};

/**
 * @brief Runs a model over any number of records, however many jobs that takes.
 *
 * @code
 * bedrock::run_batch batch{role, "anthropic.claude-3-haiku-20240307-v1:0", "s3://bucket/batches/",
 *                          rows | std::views::transform(record_of)};
 * bedrock::batch_plan const plan = co_await batch.plan(); // what it will do, without doing it
 * journal.put("batch", batch.run_id);                     // before anything costs
 * auto job = co_await client.submit(batch);
 * auto outputs = co_await job.result({.deadline = 24h, .min_interval = 30s, .max_interval = 5min});
 * while (auto output = co_await outputs.next())
 *     use(output->record_id, output->model_output);
 * @endcode
 *
 * **What is done.** The records become JSON lines in files under "folder/run_id/", which are
 * uploaded while they are made: one file, and one job, for as many records as `limits` allow. Then
 * "plan.json" is written beside them, which is the point from which on the batch exists; then the
 * jobs are created. Jobs beyond the number that the account may have at once are created by the
 * polls, once others have ended.
 *
 * **After a crash**, submit the same batch with the same `run_id` again, at any time. Where there
 * is no plan yet, nothing has been paid, and the records are read and uploaded from the beginning.
 * Where there is one, it counts: the records are not even read, and no job is created twice, since
 * name and token of each follow from the `run_id`. With the job's resume token, `attach` does the
 * same without the records. Two processes that submit the same run end up with one batch.
 *
 * Not done here: the role and the buckets, and deleting "folder/run_id/". An upload that was killed
 * may leave parts in S3, for which buckets have a lifecycle rule.
 *
 * *Errors*: `invalid_argument` before any I/O for what can't be right, and for the records as they
 * are read, by number and id; as those of S3 and of `create_model_invocation_job`.
 * *Cancellation*: before the plan is written there is no batch; after that it goes on in the
 * account, as with any job. *Source*: wire notes 1.2, 1.8, 6.
 */
struct run_batch {
    using provider = bedrock::provider;
    using response = batch_receipt;
    using status_operation = get_batch;
    using result_operation = read_batch;
    using cancel_operation = stop_batch;
    static constexpr operation_info info{.name = "run_batch"};

    /**
     * @param role    ARN of the role that may read and write the folder
     * @param model   id or ARN of a model or of an inference profile
     * @param in      "s3://bucket/folder/", for any number of batches
     * @param records see `batch_records`
     */
    run_batch(std::string role, std::string model, s3_uri in, batch_records of)
        : role_arn(std::move(role)),
          model_id(std::move(model)),
          folder(std::move(in)),
          records(std::move(of))
    {
    }

    /// Names the run: 8 to 40 letters and digits. Kept by copies.
    std::string run_id = random_hex(16);
    std::string role_arn;
    std::string model_id;
    s3_uri folder;
    batch_records records;
    std::optional<word<invocation_type>> model_invocation_type; ///< empty: InvokeModel
    batch_limits limits;
    std::optional<std::chrono::hours> timeout_duration_in_hours; ///< of each job: 24 to 168
    std::vector<tag> tags;                                       ///< of each job
    std::optional<bedrock::vpc_config> vpc_config;
    std::optional<std::string> s3_encryption_key_id; ///< of KMS, for the outputs
    std::optional<std::string> s3_bucket_owner;      ///< the account that the bucket must belong to
    /// Told after each record that was taken for the upload; must not throw.
    std::function<void(std::uint64_t records)> on_record;

    /// Reads all records, and says what would be done. No I/O but that of the records.
    INFERPP_DECL boost::asio::awaitable<batch_plan> plan() const;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static boost::asio::awaitable<batch_receipt> perform(client with, run_batch op,
                                                                      call_options call);

    static std::string job_id(batch_receipt const& receipt) { return receipt.run_id; }
    static job_status describe(batch_state const& batch) { return bedrock::describe(batch); }
    std::string job_context() const { return folder.str(); }
    INFERPP_DECL static std::string job_context(std::string folder, batch_receipt const& receipt);
};

/**
 * @brief The records of an ended batch that have no result, to be sent again as a batch of their
 *        own.
 *
 * @code
 * bedrock::run_batch again{batch.role_arn, batch.model_id, batch.folder,
 *                          bedrock::unfinished_records(client, job.ref())};
 * @endcode
 *
 * @param which of the outcomes; a record that the model refused is refused again
 */
INFERPP_DECL batch_records unfinished_records(client with, job_ref batch,
                                              std::vector<record_outcome> which = {
                                                  record_outcome::failed, record_outcome::missing});

static_assert(!fragile_temporary<run_batch>);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/run_batch.ipp>
#endif

#endif
