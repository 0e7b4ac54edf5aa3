// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/clock.hpp>

#include "unit/support.hpp"

#include <chrono>

using namespace inferpp;
using namespace std::chrono_literals;

TEST_CASE("adding to a time never overflows, whatever the unit")
{
    constexpr auto never = clock::time_point::max();
    clock::time_point const now{1'000'000s};
    CHECK((saturating_add(now, 0ms) == now));
    CHECK((saturating_add(now, 5s) == now + 5s));
    CHECK((saturating_add(now, 1500ms) == now + 1500ms));
    CHECK((saturating_add(now, clock::duration::max()) == never));
    CHECK((saturating_add(now, never - now) == never));
    CHECK((saturating_add(now, never - now - 1ns) == never - 1ns));
    CHECK((saturating_add(never, 0ns) == never));
    CHECK((saturating_add(never, 1ns) == never));
    CHECK((saturating_add(never, 1ms) == never));
    // These do not even fit the clock's own unit.
    CHECK((saturating_add(now, std::chrono::milliseconds::max()) == never));
    CHECK((saturating_add(now, std::chrono::seconds::max()) == never));
    CHECK((saturating_add(now, std::chrono::hours{24 * 366 * 1000}) == never));
    CHECK((saturating_add(clock::time_point{}, std::chrono::milliseconds::max()) == never));
}

TEST_CASE("the real clock is one object, steady and on the calendar")
{
    auto const one = real_clock();
    CHECK(one == real_clock());
    auto const before = one->now();
    CHECK((one->now() >= before));
    CHECK((one->calendar() >
           sys_milliseconds{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}}));
}
