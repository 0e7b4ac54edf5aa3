// SPDX-License-Identifier: BSL-1.0
//
// A job on files of any size, which go up in parts.

#ifndef INFERPP_PROVIDERS_MODZY_FILE_JOB_HPP
#define INFERPP_PROVIDERS_MODZY_FILE_JOB_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/net/file_input.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/modzy/submissions.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::modzy {

/// A size in bytes as the platform writes it: "1M", "512Ki"; K, M, G, T are powers of 1000, with
/// an i or B after them powers of 1024. *Source*: wire notes 2.5.
struct data_size {
    data_size() = default;

    std::uint64_t bytes = 1024 * 1024;

    /// What can't be understood is 1 MiB, as the vendor's own clients have it.
    INFERPP_DECL static result<data_size> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// The limits of uploads.
struct job_features {
    job_features() = default;

    data_size input_chunk_maximum_size; ///< of one part
    std::uint64_t maximum_input_chunks = 200;
    std::uint64_t maximum_inputs_per_job = 10'000;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_features, (),
                      (input_chunk_maximum_size, maximum_input_chunks, maximum_inputs_per_job,
                       more))

/// GET /jobs/features. *Source*: wire notes 2.5.
struct get_features {
    using provider = modzy::provider;
    using response = job_features;
    static constexpr operation_info info{.name = "get_features", .route = "jobs/features"};

    get_features() = default;
};

/// POST /jobs without input: a job that waits for files. `append_input` brings them, `close_job`
/// starts it. `file_job` does all that.
struct open_job : job_request {
    static constexpr operation_info info{
        .name = "open_job", .method = "POST", .route = "jobs", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    open_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
};

/// POST /jobs/{id}/{input}/{data}: appends bytes to an input of an open job, one part after the
/// other. A part whose answer was lost may have been appended. *Source*: wire notes 2.4.
struct append_input {
    using provider = modzy::provider;
    using response = nothing;
    static constexpr operation_info info{.name = "append_input",
                                         .method = "POST",
                                         .route = "jobs/{job}/{input}/{data_key}",
                                         .repeat = idempotency::unsafe};

    /// @param to_job the job's identifier, @param part at most the limit of `get_features`
    append_input(std::string to_job, std::string input_key, std::string with_data_key, bytes part)
        : job(std::move(to_job)),
          input(std::move(input_key)),
          data_key(std::move(with_data_key)),
          data(std::move(part))
    {
    }

    std::string job;
    std::string input;
    std::string data_key;
    bytes data;

    INFERPP_DECL result<void> prepare(http::request& message) const;
};
BOOST_DESCRIBE_STRUCT(append_input, (), (job, input, data_key))

/// POST /jobs/{id}/close: starts an open job. *Source*: wire notes 2.4.
struct close_job {
    using provider = modzy::provider;
    using response = job_receipt;
    static constexpr operation_info info{.name = "close_job",
                                         .method = "POST",
                                         .route = "jobs/{job}/close",
                                         .repeat = idempotency::unsafe};

    /// @param id the job's identifier
    explicit close_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(close_job, (), (job))

using inferpp::file_input;

/**
 * @brief A job on files of any size: the vendor's `client.jobs.submit_file`.
 *
 * @code
 * modzy::file_job request{"ed542963de", "1.0.1"};
 * request.sources["recording"]["input.wav"] = std::filesystem::path{"recording.wav"};
 * auto job = co_await client.submit(request);
 * @endcode
 *
 * `submit` asks for the limits, opens a job, sends each file in parts, in order, and closes the
 * job, which starts it. Memory: two parts, whatever the size of the files. Where that fails before
 * the job is closed, or is cancelled, nothing was started: the open job is cancelled in the
 * background, and the error says `sent_state::no`. When the answer to the closing is lost, the job
 * is asked whether it was; an error after that has the job's id.
 *
 * *Cancellation*: `terminal`, also in the middle of a part.
 * *Lifetimes*: files are read while `submit` runs, and must not change.
 * *Source*: wire notes 2.4 and 2.5.
 */
struct file_job : job_request {
    static constexpr operation_info info{
        .name = "submit_file", .method = "POST", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    file_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    source_map<file_input> sources;

    /// Bytes in a part, 1 to 1 GiB; never more than the server takes. Larger parts are used for
    /// files that would have too many of them, up to 256 MiB.
    std::uint64_t part_bytes = 4 * 1024 * 1024;

    /// Told after each part how much of all files has been sent; the total is empty where one of
    /// the sizes is not known. Must not throw.
    http::progress_function progress;

    /// As `text_job::validate`; also a file that can't be opened, and `part_bytes` out of range.
    INFERPP_DECL result<void> validate() const;

    INFERPP_DECL static boost::asio::awaitable<job_receipt> perform(client with, file_job request,
                                                                    call_options call);
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<open_job> && !fragile_temporary<append_input> &&
              !fragile_temporary<close_job> && !fragile_temporary<file_job>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/file_job.ipp>
#endif

#endif
