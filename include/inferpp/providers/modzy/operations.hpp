// SPDX-License-Identifier: BSL-1.0
//
// What Modzy can be asked: jobs on text and on bytes, their state, their results.

#ifndef INFERPP_PROVIDERS_MODZY_OPERATIONS_HPP
#define INFERPP_PROVIDERS_MODZY_OPERATIONS_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::modzy {

/// GET /jobs/{id}. *Source*: wire notes 2.7.
struct get_job {
    using provider = modzy::provider;
    using response = job_details;
    static constexpr operation_info info{.name = "get_job"};

    /// @param id the job's identifier
    explicit get_job(std::string id) : job_identifier(std::move(id)) {}

    std::string job_identifier;

    INFERPP_DECL std::string target() const;
};

/// DELETE /jobs/{id}. Cancels what has not ended; what has been done so far keeps its results.
/// *Source*: wire notes 2.9.
struct cancel_job {
    using provider = modzy::provider;
    using response = job_details;
    static constexpr operation_info info{.name = "cancel_job", .method = "DELETE"};

    /// @param id the job's identifier
    explicit cancel_job(std::string id) : job_identifier(std::move(id)) {}

    std::string job_identifier;

    INFERPP_DECL std::string target() const;
};

/// GET /results/{id}: what is there so far. `not_found` until the first results are. *Source*: wire
/// notes 3.1.
struct get_results {
    using provider = modzy::provider;
    using response = job_results;
    static constexpr operation_info info{.name = "get_results"};

    /// @param id the job's identifier
    explicit get_results(std::string id) : job_identifier(std::move(id)) {}

    std::string job_identifier;

    INFERPP_DECL std::string target() const;
};

/// What all submissions have in common.
struct job_request {
    using provider = modzy::provider;
    using response = job_receipt;
    using status_operation = get_job;
    using result_operation = get_results;
    using cancel_operation = cancel_job;

    std::string model;   ///< identifier of the model: "ed542963de"
    std::string version; ///< of the model: "1.0.1"
    /// Also return explanations, if the model can give them.
    bool explain = false;
    /// The platform gives the job up after that (`phase::expired`); at least 1 ms. Default: never.
    std::optional<std::chrono::milliseconds> timeout;

    static std::string target() { return "jobs"; }
    static std::string job_id(job_receipt const& receipt) { return receipt.job_identifier; }
    static job_status describe(job_details const& job) { return modzy::describe(job); }
    static bool result_ready(job_results const& results) { return results.finished; }
    /// Which inputs failed and why, for a job none of whose inputs succeeded.
    INFERPP_DECL static std::string failure_reason(job_results const& results);

protected:
    job_request(std::string with_model, std::string with_version)
        : model(std::move(with_model)),
          version(std::move(with_version))
    {
    }
    INFERPP_DECL result<void> validate_model() const;
    INFERPP_DECL void write_head(json_writer& out) const;
};

/**
 * @brief A job on texts: the vendor's `client.jobs.submit_text`.
 *
 * `sources[input key][data key]` is a text in UTF-8. Input keys are yours and name the results;
 * data keys are the model's, mostly file names such as "input.txt".
 */
struct text_job : job_request {
    static constexpr operation_info info{
        .name = "submit_text", .method = "POST", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    text_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    std::map<std::string, std::map<std::string, std::string>> sources;

    /// Names the member that can't be valid: no model, a version that is no semantic version, no
    /// source, an empty key, a timeout below 1 ms.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
};

/// Bytes as an input, with their media type.
struct embedded_input {
    embedded_input() = default;
    embedded_input(bytes content) : data(std::move(content)) {}
    embedded_input(bytes content, std::string type)
        : data(std::move(content)),
          media_type(std::move(type))
    {
    }

    bytes data;
    /// "image/png"; parameters may follow.
    std::string media_type = "application/octet-stream";
};

/**
 * @brief A job on bytes: the vendor's `client.jobs.submit_embedded`.
 *
 * `sources[input key][data key]` are bytes of any kind, sent inside the request as data URLs; meant
 * for small files. Input keys are yours and name the results; data keys are the model's, mostly
 * file names such as "input.txt".
 *
 * @code
 * modzy::embedded_job request{"ed542963de", "0.0.27"};
 * request.sources["my-input"]["input.txt"] = inferpp::bytes{text};
 * request.explain = true;
 * auto job = co_await client.submit(request);
 * @endcode
 *
 * An input that the model can't use fails alone: the job succeeds in part, and
 * `job_results::failures` names it.
 *
 * *Source*: docs.modzy.com, client.jobs.submit_embedded; wire notes 2.1 to 2.3.
 */
struct embedded_job : job_request {
    static constexpr operation_info info{
        .name = "submit_embedded", .method = "POST", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    embedded_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    std::map<std::string, std::map<std::string, embedded_input>> sources;

    /// As `text_job::validate`; also an unusable media type.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<text_job> && !fragile_temporary<embedded_job> &&
              !fragile_temporary<get_job> && !fragile_temporary<cancel_job> &&
              !fragile_temporary<get_results> && !fragile_temporary<options>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/operations.ipp>
#endif

#endif
