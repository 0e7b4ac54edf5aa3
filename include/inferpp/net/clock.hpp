// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_CLOCK_HPP
#define INFERPP_NET_CLOCK_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Time, as the retry and poll loops see it. Tests put a manual clock in its place.
 */
class clock {
public:
    using duration = std::chrono::steady_clock::duration;
    using time_point = std::chrono::steady_clock::time_point;

    virtual ~clock() = default;

    /// Steady time, for waits and deadlines.
    virtual time_point now() const noexcept = 0;

    /// The calendar, only to turn a date that a server sent into a delay.
    virtual sys_milliseconds calendar() const noexcept = 0;

    /// @brief Sleeps on the awaiting coroutine's executor.
    /// @return no error at `time`; `operation_aborted` as soon as the coroutine is cancelled
    virtual boost::asio::awaitable<error_code> sleep_until(time_point time) = 0;

protected:
    clock() = default;
    clock(clock const&) = default;
    clock& operator=(clock const&) = default;
};

/// The machine's clock. @return the same object each time; it has no state
INFERPP_DECL std::shared_ptr<clock> real_clock();

/// `now + wait` without overflow.
INFERPP_DECL clock::time_point saturating_add(clock::time_point now, clock::duration wait) noexcept;

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/clock.ipp>
#endif

#endif
