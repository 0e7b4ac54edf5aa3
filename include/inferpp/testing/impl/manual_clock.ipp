// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_MANUAL_CLOCK_IPP
#define INFERPP_TESTING_IMPL_MANUAL_CLOCK_IPP

#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL manual_clock::manual_clock(mode how)
    : how_(how),
      start_(std::chrono::steady_clock::now()),
      now_(start_)
{
}

INFERPP_DECL sys_milliseconds manual_clock::calendar() const noexcept
{
    constexpr std::chrono::sys_days origin{std::chrono::year{2030} / std::chrono::January / 1};
    return origin + std::chrono::floor<std::chrono::milliseconds>(elapsed());
}

INFERPP_DECL void manual_clock::arm(sleeper& who, time_point time)
{
    if (time <= now_) {
        who.timer.expires_at((time_point::min)());
        return;
    }
    who.timer.expires_at((time_point::max)());
    // Posted behind whatever is ready now; the earliest sleeper may be another one by then. Before
    // the sleeper is on the list: it is not taken off it again when this throws.
    if (how_ == mode::jumping)
        boost::asio::post(who.timer.get_executor(), [weak = weak_from_this()] {
            if (auto const alive = weak.lock())
                alive->jump();
        });
    sleepers_.emplace(time, &who);
}

INFERPP_DECL void manual_clock::disarm(sleeper& who) noexcept
{
    if (who.woken)
        return; // off the list already
    auto const found = std::find_if(sleepers_.begin(), sleepers_.end(),
                                    [&who](auto const& entry) { return entry.second == &who; });
    if (found != sleepers_.end())
        sleepers_.erase(found);
}

INFERPP_DECL void manual_clock::advance(duration by)
{
    now_ = saturating_add(now_, by);
    wake_due();
}

INFERPP_DECL void manual_clock::jump()
{
    if (sleepers_.empty())
        return;
    now_ = (std::max)(now_, sleepers_.begin()->first);
    wake_due();
}

INFERPP_DECL void manual_clock::wake_due()
{
    while (!sleepers_.empty() && sleepers_.begin()->first <= now_) {
        sleeper& due = *sleepers_.begin()->second;
        sleepers_.erase(sleepers_.begin());
        due.woken = true;
        due.timer.cancel();
    }
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
