// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_MANUAL_CLOCK_IPP
#define INFERPP_TESTING_IMPL_MANUAL_CLOCK_IPP

#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/core/ignore_unused.hpp>

#include <map>

namespace inferpp::inline INFERPP_ABI::testing {

struct manual_clock::state {
    /// A sleeping coroutine; lives in its frame.
    struct sleeper {
        boost::asio::steady_timer timer;
        bool woken = false;
    };

    /// Keeps a sleeper in the list for as long as its frame lives.
    class entry {
    public:
        entry(state& home, time_point time, sleeper& who)
            : home_(home), at_(home.sleepers.emplace(time, &who))
        {
        }
        entry(entry const&) = delete;
        entry& operator=(entry const&) = delete;
        ~entry() { home_.sleepers.erase(at_); }

    private:
        state& home_;
        std::multimap<time_point, sleeper*>::iterator at_;
    };

    void wake_due()
    {
        for (auto const& [time, who] : sleepers) {
            if (time > now)
                break;
            who->woken = true;
            who->timer.cancel();
        }
    }

    mode how;
    time_point start;
    time_point now;
    std::multimap<time_point, sleeper*> sleepers;
};

INFERPP_DECL manual_clock::manual_clock(mode how)
    : state_(std::make_unique<state>())
{
    state_->how = how;
    state_->start = std::chrono::steady_clock::now();
    state_->now = state_->start;
}

INFERPP_DECL manual_clock::~manual_clock() = default;

INFERPP_DECL clock::time_point manual_clock::now() const noexcept
{
    return state_->now;
}

INFERPP_DECL sys_milliseconds manual_clock::calendar() const noexcept
{
    constexpr std::chrono::sys_days origin{std::chrono::year{2030} / std::chrono::January / 1};
    return origin + std::chrono::floor<std::chrono::milliseconds>(elapsed());
}

INFERPP_DECL boost::asio::awaitable<error_code> manual_clock::sleep_until(time_point time)
{
    auto const self = shared_from_this();
    if (time <= state_->now)
        co_return error_code{};
    auto const executor = co_await boost::asio::this_coro::executor;
    state::sleeper me{boost::asio::steady_timer(executor, time_point::max()), false};
    state::entry const listed{*state_, time, me};
    if (state_->how == mode::jumping) {
        // Posted behind whatever is ready now; the earliest sleeper may be another one by then.
        boost::asio::post(executor, [weak = weak_from_this()] {
            auto const alive = weak.lock();
            if (!alive || alive->state_->sleepers.empty())
                return;
            auto const next = alive->state_->sleepers.begin()->first;
            if (next > alive->state_->now)
                alive->state_->now = next;
            alive->state_->wake_due();
        });
    }
    auto const [code] = co_await me.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    boost::ignore_unused(code);
    if (me.woken)
        co_return error_code{};
    co_return boost::asio::error::operation_aborted;
}

INFERPP_DECL void manual_clock::advance(duration by)
{
    state_->now = saturating_add(state_->now, by);
    state_->wake_due();
}

INFERPP_DECL clock::duration manual_clock::elapsed() const noexcept
{
    return state_->now - state_->start;
}

INFERPP_DECL std::size_t manual_clock::sleepers() const noexcept
{
    return state_->sleepers.size();
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
