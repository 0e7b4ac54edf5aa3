// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_MANUAL_CLOCK_HPP
#define INFERPP_TESTING_MANUAL_CLOCK_HPP

#include <inferpp/net/clock.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
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
    INFERPP_DECL ~manual_clock() override;

    INFERPP_DECL time_point now() const noexcept override;
    INFERPP_DECL sys_milliseconds calendar() const noexcept override;
    INFERPP_DECL boost::asio::awaitable<error_code> sleep_until(time_point time) override;

    /// Moves time on and wakes the sleepers that are due. @param by at least zero
    INFERPP_DECL void advance(duration by);

    /// How long all the sleeping has taken.
    INFERPP_DECL duration elapsed() const noexcept;

    /// Coroutines that sleep now.
    INFERPP_DECL std::size_t sleepers() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/manual_clock.ipp>
#endif

#endif
