// SPDX-License-Identifier: BSL-1.0
//
// Whether and when a failed request is sent again: pure functions of data.

#ifndef INFERPP_CLIENT_RETRY_HPP
#define INFERPP_CLIENT_RETRY_HPP

#include <inferpp/client/operation_info.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/core/result.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace inferpp::inline INFERPP_ABI {

/// How often a call is repeated. Delays are drawn from zero to `base * 2^n`, at most `cap`.
struct retry_options {
    int max_attempts = 3;                 ///< 1 to 100; 1: never repeat
    std::chrono::milliseconds base{500};  ///< at least 1 ms
    std::chrono::milliseconds cap{8'000}; ///< at least base
    /// A server that asks for a longer wait gets no second request; the error says the wait.
    std::chrono::milliseconds max_retry_after{120'000};
    /// Failures in a row, of all calls of a client, after which none is repeated until calls
    /// succeed again; 1 or more. Half of it is what must be left.
    double budget = 20;
    /// What a success gives back of it; from 0 to 1.
    double budget_refund = 0.2;
};

/// @return `invalid_argument` that names the member and its legal range
INFERPP_DECL result<void> validate(retry_options const& options);

/**
 * @brief Whether a request that ended with `e` may be sent again at all.
 *
 * What the server can't have seen may be repeated, and what it refused before acting (408, 425,
 * 429, 503). Whatever else failed on the way or with a 5xx may have been executed, and is only
 * repeated where that does no harm.
 */
INFERPP_DECL bool may_repeat(idempotency repeat, error const& e) noexcept;

/**
 * @brief The delay before the next attempt; a pure function.
 * @param attempts attempts made so far, at least 1
 * @param left     time until the deadline of the call
 * @param random   from 0 up to but not including 1
 * @return empty when the call ends with `e`: the request may not be repeated, the attempts are
 *         used up, or the delay would pass the deadline
 */
INFERPP_DECL std::optional<std::chrono::milliseconds> next_retry_delay(
    retry_options const& options, idempotency repeat, error const& e, int attempts,
    std::chrono::milliseconds left, double random) noexcept;

/**
 * @brief Keeps retries from multiplying when a server is overloaded.
 *
 * Each failure that might be repeated takes one token, each success gives a part of one back; calls
 * are repeated while more than half of the tokens are left.
 */
class retry_budget {
public:
    explicit retry_budget(retry_options const& options) noexcept
        : most_(options.budget),
          refund_(options.budget_refund),
          left_(options.budget)
    {
    }

    void on_success() noexcept { left_ = (std::min)(most_, left_ + refund_); }

    /// Counts a failure. @return whether it may be repeated
    bool on_failure() noexcept
    {
        left_ = (std::max)(0.0, left_ - 1);
        return left_ > most_ / 2;
    }

private:
    double most_;
    double refund_;
    double left_;
};

/// The last error of a call as its caller sees it: `errc::unknown_outcome` when a request that
/// must not run twice may have been executed and nobody can tell.
INFERPP_DECL error final_error(idempotency repeat, error e);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/retry.ipp>
#endif

#endif
