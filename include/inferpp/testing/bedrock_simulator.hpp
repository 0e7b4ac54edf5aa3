// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_BEDROCK_SIMULATOR_HPP
#define INFERPP_TESTING_BEDROCK_SIMULATOR_HPP

#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/bedrock_service.hpp>
#include <inferpp/testing/s3_simulator.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// What becomes of a simulated job.
struct bedrock_job_outcome {
    bedrock_job_outcome() = default;
    bedrock_job_outcome(std::uint64_t succeeded, std::uint64_t failed)
        : success(succeeded),
          error(failed)
    {
    }

    std::uint64_t success = 100; ///< records
    std::uint64_t error = 0;
    std::uint64_t left = 0; ///< not processed when its time is over
    /// "Completed", "PartiallyCompleted", "Failed" (while it is validated) or "Expired" (while it
    /// waits); any other word is shown as it is, and never changes.
    std::string ends = "Completed";
    std::string message; ///< of a job that fails
};

/// What a simulated model makes of one record.
struct bedrock_record_result {
    bedrock_record_result() = default;

    /// @param made the record's modelOutput
    explicit bedrock_record_result(boost::json::value made) : output(std::move(made)) {}

    /// The record fails.
    bedrock_record_result(int code, std::string message)
        : error_code(code),
          error_message(std::move(message))
    {
    }

    boost::json::value output;
    int error_code = 0; ///< 0: it succeeds
    std::string error_message;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

/// A record that a job has processed, which is what is paid for.
struct bedrock_processed_record {
    bedrock_processed_record() = default;

    std::string job_id;
    std::string record_id;
    bool failed = false;
};

/// How a simulated Bedrock behaves.
struct bedrock_simulator_options : bedrock_service_options {
    bedrock_simulator_options() = default;

    // How long a job stays in each state.
    std::chrono::milliseconds submitted{2'000};
    std::chrono::milliseconds validating{5'000};
    std::chrono::milliseconds scheduled{20'000};
    std::chrono::milliseconds running{60'000};
    std::chrono::milliseconds stopping{5'000};

    /// What becomes of a job; called once for each, when it is made. It is given the body of the
    /// request, and the job's id as "jobId". Empty: 100 records succeed.
    std::function<bedrock_job_outcome(boost::json::object const& job)> data;

    /// Where jobs find their input and leave their output: that of an `s3_simulator`. Null: jobs
    /// have no data, and `data` alone says what becomes of them. Otherwise it says how they end,
    /// and how many records are left; these succeed or fail as `model` has it.
    std::shared_ptr<s3_storage> storage;

    /// What the model makes of a record. It is given the line of the input, and the job as `data`
    /// is. Empty: a message that repeats what was asked, in the form of Converse where that is the
    /// job's type, else as {"echo": modelInput}.
    std::function<bedrock_record_result(boost::json::object const& record,
                                        boost::json::object const& job)>
        model;
    std::size_t min_records = 100;                ///< in a job; fewer are refused as Bedrock does
    std::size_t max_records = 50'000;             ///< in a file
    std::uint64_t max_file_bytes = 1'000'000'000; ///< of input

    std::size_t max_jobs = 1'000; ///< that have not ended; more are refused as over the quota
    /// What stopping a job that has ended is refused with. Which one Amazon uses is not documented.
    std::string stop_refusal = "ConflictException";
    bool old_answers = false; ///< without invocation type and counters, as before they were added
};

/**
 * @brief The control plane of Bedrock: model invocation jobs and tags.
 *
 * It checks signatures, API keys, the form of what is sent, idempotency tokens and names; jobs go
 * through their states on the clock. With a storage they read their input from S3 and write their
 * output there when they end, in another order. *Source*: wire notes 1, 6 and 10.
 */
class bedrock_simulator final : public simulator {
public:
    INFERPP_DECL explicit bedrock_simulator(boost::asio::any_io_executor executor,
                                            bedrock_simulator_options options = {});
    INFERPP_DECL ~bedrock_simulator() override;

    /// What a client is given as its endpoint.
    INFERPP_DECL std::string base_url() const;

    /// One more key that is good, such as one that a simulated STS has issued.
    INFERPP_DECL void accept(aws_key key);

    /// Jobs that were made.
    INFERPP_DECL std::size_t jobs() const noexcept;

    /// Every record that was processed, in order: none should be there twice that was asked for
    /// once. As of the last request, to it or to an S3 that shares the storage.
    INFERPP_DECL std::vector<bedrock_processed_record> const& processed() const noexcept;

    /// How often a record was processed, in all jobs.
    INFERPP_DECL std::size_t times_processed(std::string_view record_id) const noexcept;

    /// An error of the platform, for `inject`.
    INFERPP_DECL static fault error_fault(
        int status, std::string_view type, std::string_view message,
        bedrock_error_form form = bedrock_error_form::header_and_uri);

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    struct platform;
    std::shared_ptr<platform> platform_; ///< the storage knows it
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator.ipp>
#endif

#endif
