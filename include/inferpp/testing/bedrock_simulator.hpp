// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_BEDROCK_SIMULATOR_HPP
#define INFERPP_TESTING_BEDROCK_SIMULATOR_HPP

#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/bedrock_service.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

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

    std::size_t max_jobs = 1'000; ///< that have not ended; more are refused as over the quota
    /// What stopping a job that has ended is refused with. Which one Amazon uses is not documented.
    std::string stop_refusal = "ConflictException";
    bool old_answers = false; ///< without invocation type and counters, as before they were added
};

/**
 * @brief The control plane of Bedrock: model invocation jobs and tags.
 *
 * It checks signatures, API keys, the form of what is sent, idempotency tokens and names; jobs go
 * through their states on the clock. *Source*: wire notes 1 and 10.
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

    /// An error of the platform, for `inject`.
    INFERPP_DECL static fault error_fault(
        int status, std::string_view type, std::string_view message,
        bedrock_error_form form = bedrock_error_form::header_and_uri);

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator.ipp>
#endif

#endif
