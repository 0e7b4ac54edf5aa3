// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_MANUAL_CLOCK_HPP
#define INFERPP_TESTING_MANUAL_CLOCK_HPP

#include <inferpp/net/clock.hpp>

#include <cstddef>
#include <map>
#include <memory>

namespace inferpp::inline INFERPP_ABI::testing {

/**
 * @brief Time under the control of a test: a job of 24 hours ends in milliseconds.
 *
 * By default the clock jumps by itself: when a coroutine sleeps and everything that was ready has
 * run, time moves on to the earliest sleeper. Give the same clock to a client and to a simulator,
 * and both live in that time. With `stepping` it moves by `advance` alone.
 *
 * Made by `std::make_shared`. *Thread safety*: used on one executor.
 */
class manual_clock final : public clock, public std::enable_shared_from_this<manual_clock> {
public:
    enum class mode { jumping, stepping };

    /// Starts at the machine's steady time, and at 2030-01-01 00:00 UTC.
    INFERPP_DECL explicit manual_clock(mode how = mode::jumping);

    time_point now() const noexcept override { return now_; }
    INFERPP_DECL sys_milliseconds calendar() const noexcept override;
    INFERPP_DECL void arm(sleeper& who, time_point time) override;
    INFERPP_DECL void disarm(sleeper& who) noexcept override;

    /// Moves time on and wakes the sleepers that are due. @param by at least zero
    INFERPP_DECL void advance(duration by);

    /// How long all the sleeping has taken.
    duration elapsed() const noexcept { return now_ - start_; }

    /// Coroutines that sleep now.
    std::size_t sleepers() const noexcept { return sleepers_.size(); }

private:
    INFERPP_DECL void wake_due();
    INFERPP_DECL void jump();

    mode how_;
    time_point start_;
    time_point now_;
    std::multimap<time_point, sleeper*> sleepers_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/manual_clock.ipp>
#endif

#endif
