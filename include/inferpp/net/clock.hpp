// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_CLOCK_HPP
#define INFERPP_NET_CLOCK_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace inferpp::inline INFERPP_ABI {

class sleeper;

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
    INFERPP_DECL boost::asio::awaitable<error_code> sleep_until(time_point time);

    /// Lets the sleeper's timer end at `time`. For implementers.
    virtual void arm(sleeper& who, time_point time) = 0;

    /// The sleeper goes away; called once for each that was armed. For implementers.
    virtual void disarm(sleeper& who) noexcept = 0;

protected:
    clock() = default;
    clock(clock const&) = default;
    clock& operator=(clock const&) = default;
};

/**
 * @brief A coroutine that sleeps, as its clock sees it. Lives in the frame of that coroutine: with
 *        a hundred thousand jobs that wait, a frame of its own for each sleep would be too much.
 *
 * @code
 * sleeper asleep{executor, time, until};
 * auto const [code] = co_await asleep.timer.async_wait(as_tuple(deferred));
 * bool const slept = asleep.woken || !code; // else the coroutine was cancelled
 * @endcode
 */
class sleeper {
public:
    sleeper(boost::asio::any_io_executor const& executor, inferpp::clock& time,
            inferpp::clock::time_point until)
        : timer(executor),
          clock_(time)
    {
        clock_.arm(*this, until);
    }
    sleeper(sleeper const&) = delete;
    sleeper& operator=(sleeper const&) = delete;
    ~sleeper() { clock_.disarm(*this); }

    boost::asio::steady_timer timer;
    bool woken = false; ///< by a clock that cancels the timer when the time has come

private:
    inferpp::clock& clock_;
};

/// The machine's clock. @return the same object each time; it has no state
INFERPP_DECL std::shared_ptr<clock> real_clock();

/// `now + wait` without overflow. @param wait in any unit, also if the clock's own can't hold it;
/// not negative
template <class Rep, class Period>
clock::time_point saturating_add(clock::time_point now,
                                 std::chrono::duration<Rep, Period> wait) noexcept
{
    auto const room =
        std::chrono::floor<std::chrono::duration<Rep, Period>>((clock::time_point::max)() - now);
    return wait > room ? (clock::time_point::max)() : now + wait;
}

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/clock.ipp>
#endif

#endif
