// SPDX-License-Identifier: BSL-1.0

#include <inferpp/client/job_status.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/options.hpp>

#include "unit/support.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

static_assert(std::is_trivially_copyable_v<call_options> && std::is_aggregate_v<call_options>);
static_assert(std::is_trivially_copyable_v<poll_options> && std::is_aggregate_v<poll_options>);
static_assert(std::is_trivially_copyable_v<retry_options>);
static_assert(!fragile_temporary<client_options> && !fragile_temporary<transport_options> &&
              !fragile_temporary<tls_options>);

namespace {

template <class Options>
struct bad_option {
    std::function<void(Options&)> change;
    std::string message;
};

template <class Options>
void check_refused(Options const& good, std::vector<bad_option<Options>> const& cases)
{
    REQUIRE(validate(good).has_value());
    for (auto const& [change, message] : cases) {
        Options options = good;
        change(options);
        auto const valid = validate(options);
        REQUIRE_MESSAGE(valid.has_error(), message);
        CHECK(valid.error() == errc::invalid_argument);
        CHECK_MESSAGE(unit::contains(valid.error().what(), message), valid.error().what());
    }
}

} // namespace

TEST_CASE("call options out of range are refused by name")
{
    check_refused<call_options>(
        {},
        {{[](auto& o) { o.timeout = 0ms; }, "call_options.timeout must be at least 1 ms"},
         {[](auto& o) { o.timeout = -1ms; }, "call_options.timeout"},
         {[](auto& o) { o.max_attempts = 0; }, "call_options.max_attempts must be from 1 to 100"},
         {[](auto& o) { o.max_attempts = 101; }, "call_options.max_attempts"}});
    CHECK(validate(call_options{.timeout = 1ms, .max_attempts = 100}).has_value());
    CHECK(validate(call_options{.timeout = milliseconds::max()}).has_value());
}

TEST_CASE("poll options out of range are refused by name")
{
    double const nan = std::numeric_limits<double>::quiet_NaN();
    check_refused<poll_options>(
        {.deadline = 1min},
        {{[](auto& o) { o.deadline.reset(); }, "poll_options.deadline is not set"},
         {[](auto& o) { o.forever = true; }, "exclude each other"},
         {[](auto& o) { o.deadline = -1ms; }, "poll_options.deadline must be at least 0 ms"},
         {[](auto& o) { o.min_interval = 0ms; }, "poll_options.min_interval must be at least 1 ms"},
         {[](auto& o) { o.max_interval = o.min_interval - 1ms; },
          "poll_options.max_interval must be at least min_interval"},
         {[](auto& o) { o.growth = 0.99; }, "poll_options.growth must be from 1 to 10"},
         {[](auto& o) { o.growth = 10.01; }, "poll_options.growth"},
         {[nan](auto& o) { o.growth = nan; }, "poll_options.growth"},
         {[](auto& o) { o.not_found_grace = -1ms; },
          "poll_options.not_found_grace must be at least 0 ms"},
         {[](auto& o) { o.poll_timeout = 0ms; },
          "poll_options.poll_timeout must be at least 1 ms"}});
    CHECK(validate(poll_options{.forever = true}).has_value());
    CHECK(validate(poll_options{.deadline = 0ms}).has_value());
    CHECK(validate(poll_options{.deadline = milliseconds::max()}).has_value());
    CHECK(validate(poll_options{.forever = true,
                                .min_interval = 1ms,
                                .max_interval = 1ms,
                                .growth = 10,
                                .not_found_grace = 0ms,
                                .poll_timeout = 1ms})
              .has_value());
}

TEST_CASE("client options out of range are refused by name")
{
    using change = void (*)(limits&, milliseconds);
    std::pair<std::string, change> const times[] = {
        {"resolve", [](limits& l, milliseconds t) { l.resolve = t; }},
        {"connect", [](limits& l, milliseconds t) { l.connect = t; }},
        {"tls", [](limits& l, milliseconds t) { l.tls = t; }},
        {"write_idle", [](limits& l, milliseconds t) { l.write_idle = t; }},
        {"first_byte", [](limits& l, milliseconds t) { l.first_byte = t; }},
        {"idle", [](limits& l, milliseconds t) { l.idle = t; }},
        {"event_idle", [](limits& l, milliseconds t) { l.event_idle = t; }},
        {"total", [](limits& l, milliseconds t) { l.total = t; }},
    };
    std::vector<bad_option<client_options>> cases{
        {[](auto& o) { o.limits.header_bytes = 1023; },
         "limits.header_bytes must be at least 1024"},
        {[](auto& o) { o.limits.body_bytes = 0; }, "limits.body_bytes"},
        {[](auto& o) { o.limits.event_bytes = 0; }, "limits.event_bytes"},
        {[](auto& o) { o.retry.max_attempts = 0; }, "retry.max_attempts"},
        {[](auto& o) { o.retry.cap = 1ms; }, "retry.cap"},
    };
    for (auto const& [name, set] : times) {
        // The last would not fit the clock's nanoseconds.
        for (milliseconds const wrong : {0ms, -1ms, milliseconds::max()})
            cases.push_back({[apply = set, wrong](auto& o) { apply(o.limits, wrong); },
                             "limits." + name + " must be from 1 ms to 100 years"});
        client_options fine;
        set(fine.limits, 1ms);
        CHECK(validate(fine).has_value());
        set(fine.limits, std::chrono::hours{24 * 365 * 100});
        CHECK(validate(fine).has_value());
    }
    check_refused(client_options{}, cases);
}
