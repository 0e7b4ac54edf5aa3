// SPDX-License-Identifier: BSL-1.0
//
// The state of a job in words that hold for every platform, and how to wait for it.

#ifndef INFERPP_CLIENT_JOB_STATUS_HPP
#define INFERPP_CLIENT_JOB_STATUS_HPP

#include <inferpp/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// Where a job stands.
enum class phase : unsigned char {
    queued,
    running,
    succeeded,
    partially_succeeded, ///< ended; some inputs have results and some failed
    failed,
    cancelled,
    expired, ///< the platform's own time limit passed
    unknown, ///< a word that this version does not know; not terminal
};

INFERPP_DECL std::string_view to_string(phase value) noexcept;

/// Whether the job has ended.
constexpr bool is_terminal(phase value) noexcept
{
    return value != phase::queued && value != phase::running && value != phase::unknown;
}

/// Inputs of a job by their state.
struct job_counters {
    std::uint64_t total = 0;
    std::uint64_t pending = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;

    friend bool operator==(job_counters const&, job_counters const&) noexcept = default;
};

/// The state of a job.
struct job_status {
    job_status() = default;
    job_status(inferpp::phase where, std::string platform_word)
        : phase(where),
          word(std::move(platform_word))
    {
    }

    inferpp::phase phase = inferpp::phase::unknown;
    std::string word;                     ///< the platform's own: "IN_PROGRESS"
    std::optional<job_counters> counters; ///< where the platform counts
    std::optional<double> progress;       ///< 0 to 1, where it can be said
    std::string reason;                   ///< why the job failed, where the platform says it here

    /// When the server wants to be asked again.
    std::optional<std::chrono::milliseconds> poll_after;

    /// Whether the two say the same of the job; the hint is not of the job.
    friend bool operator==(job_status const& a, job_status const& b) noexcept
    {
        return a.phase == b.phase && a.word == b.word && a.counters == b.counters &&
               a.progress == b.progress && a.reason == b.reason;
    }
};

/// What becomes of the remote job when waiting for it is given up.
enum class abandon : unsigned char {
    leave,  ///< it runs on and can be attached to
    cancel, ///< it is cancelled in the background, best effort, once
};

/**
 * @brief How to wait for a job. Either `deadline` or `forever` must be set.
 *
 * The delay between two polls grows from `min_interval` towards `max_interval` by `growth`, each
 * with full jitter between the floor and the grown value; what the server asks for wins, within
 * the two bounds (the Retry-After of a refused poll within an hour). The last poll is made at the
 * deadline, and may take `poll_timeout` more.
 */
struct poll_options {
    /// From the call on; at least zero.
    std::optional<std::chrono::milliseconds> deadline{};
    bool forever = false;
    std::chrono::milliseconds min_interval{1'000};  ///< at least 1 ms
    std::chrono::milliseconds max_interval{30'000}; ///< at least min_interval
    double growth = 1.5;                            ///< 1 to 10
    /// How long after its submission a job may be unknown to the server.
    std::chrono::milliseconds not_found_grace{30'000};
    /// The longest that one poll may take; at least 1 ms.
    std::chrono::milliseconds poll_timeout{15'000};
    abandon on_abandon = abandon::leave;
};
static_assert(std::is_trivially_copyable_v<poll_options>); // safe inside co_await on g++ 12

/// @return `invalid_argument` that names the member and its legal range
INFERPP_DECL result<void> validate(poll_options const& options);

/**
 * @brief The delay before the next poll; a pure function.
 * @param polls  polls made so far
 * @param hint   what the server asked for
 * @param random from 0 up to but not including 1
 */
INFERPP_DECL std::chrono::milliseconds next_poll_delay(
    poll_options const& options, std::uint64_t polls, std::optional<std::chrono::milliseconds> hint,
    double random) noexcept;

/// What a platform is asked about a job with.
struct job_ref {
    job_ref() = default;
    explicit job_ref(std::string job_id, std::string job_context = {})
        : id(std::move(job_id)),
          context(std::move(job_context))
    {
    }

    std::string id;
    /// What else its platform needs to find it, such as the model that it belongs to: the operation
    /// says what. Empty where the id is enough.
    std::string context;
};

/**
 * @brief Names a job for another process or another day. Holds no secret.
 *
 * As text: `inferpp:1:<provider>:<operation>:<endpoint>:<id>`, and `:<context>` where there is one;
 * those from the endpoint on are percent-encoded.
 */
struct resume_token {
    resume_token() = default;

    std::string provider;
    std::string operation;
    std::string endpoint;
    job_ref job;

    INFERPP_DECL std::string to_string() const;

    /// @return `invalid_argument` for anything but a token of a version that is known
    INFERPP_DECL static result<resume_token> parse(std::string_view text);
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/job_status.ipp>
#endif

#endif
