// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_HTTP_DATE_IPP
#define INFERPP_CODEC_IMPL_HTTP_DATE_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

inline constexpr std::array<std::string_view, 12> month_names{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
inline constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed",
                                                           "Thu", "Fri", "Sat"};

/// Reads a text from left to right; after the first mismatch everything fails.
class text_cursor {
public:
    explicit text_cursor(std::string_view text) noexcept : rest_(text) {}

    bool ok() const noexcept { return ok_; }
    bool at_end() const noexcept { return ok_ && rest_.empty(); }

    void literal(std::string_view expected) noexcept
    {
        ok_ = ok_ && rest_.size() >= expected.size() &&
              iequals(rest_.substr(0, expected.size()), expected);
        if (ok_)
            rest_.remove_prefix(expected.size());
    }
    /// Skips one character if it is there.
    bool skip(char c) noexcept
    {
        bool const there = ok_ && rest_.starts_with(c);
        if (there)
            rest_.remove_prefix(1);
        return there;
    }
    int number(std::size_t digits) noexcept
    {
        int value = 0;
        ok_ = ok_ && rest_.size() >= digits;
        for (std::size_t i = 0; ok_ && i < digits; ++i) {
            ok_ = is_digit(rest_[i]);
            value = value * 10 + (rest_[i] - '0');
        }
        if (ok_)
            rest_.remove_prefix(digits);
        return value;
    }
    unsigned month() noexcept
    {
        for (unsigned i = 0; ok_ && i < month_names.size(); ++i)
            if (iequals(rest_.substr(0, 3), month_names[i])) {
                rest_.remove_prefix(3);
                return i + 1;
            }
        ok_ = false;
        return 0;
    }
    void letters() noexcept
    {
        while (ok_ && !rest_.empty() && ascii_lower(rest_[0]) >= 'a' &&
               ascii_lower(rest_[0]) <= 'z')
            rest_.remove_prefix(1);
    }
    char peek() const noexcept { return ok_ && !rest_.empty() ? rest_[0] : '\0'; }

private:
    std::string_view rest_;
    bool ok_ = true;
};

struct clock_time {
    int hour = 0;
    int minute = 0;
    int second = 0;
};

inline clock_time read_clock_time(text_cursor& at) noexcept
{
    clock_time t;
    t.hour = at.number(2);
    at.literal(":");
    t.minute = at.number(2);
    at.literal(":");
    t.second = at.number(2);
    return t;
}

inline std::optional<std::chrono::sys_seconds> make_time(int year, unsigned month, int day,
                                                         clock_time t) noexcept
{
    std::chrono::year_month_day const date{std::chrono::year{year}, std::chrono::month{month},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || t.hour > 23 || t.minute > 59 || t.second > 60) // 60: a leap second
        return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{t.hour} +
           std::chrono::minutes{t.minute} + std::chrono::seconds{t.second};
}

inline int full_year(int two_digits, std::chrono::sys_seconds now) noexcept
{
    std::chrono::year_month_day const today{std::chrono::floor<std::chrono::days>(now)};
    int const this_year = static_cast<int>(today.year());
    int year = this_year - this_year % 100 + 100 + two_digits;
    while (year > this_year + 50)
        year -= 100;
    return year;
}

} // namespace detail

INFERPP_DECL std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now) noexcept
{
    detail::text_cursor at{detail::trim(text)};
    at.letters(); // the name of the day says nothing that the date doesn't
    int year = 0;
    int day = 0;
    unsigned month = 0;
    detail::clock_time time;
    if (at.skip(',')) {
        at.literal(" ");
        day = at.number(2);
        if (at.skip('-')) { // Sunday, 06-Nov-94 08:49:37 GMT
            month = at.month();
            at.literal("-");
            year = detail::full_year(at.number(2), now);
        } else { // Sun, 06 Nov 1994 08:49:37 GMT
            at.literal(" ");
            month = at.month();
            at.literal(" ");
            year = at.number(4);
        }
        at.literal(" ");
        time = detail::read_clock_time(at);
        at.literal(" GMT");
    } else { // Sun Nov  6 08:49:37 1994
        at.literal(" ");
        month = at.month();
        at.literal(" ");
        day = at.skip(' ') ? at.number(1) : at.number(2);
        at.literal(" ");
        time = detail::read_clock_time(at);
        at.literal(" ");
        year = at.number(4);
    }
    if (!at.at_end())
        return std::nullopt;
    return detail::make_time(year, month, day, time);
}

INFERPP_DECL std::string format_http_date(std::chrono::sys_seconds time)
{
    auto const days = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{days};
    std::chrono::hh_mm_ss const clock{time - days};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  detail::day_names[std::chrono::weekday{days}.c_encoding()].data(),
                  static_cast<unsigned>(date.day()),
                  detail::month_names[static_cast<unsigned>(date.month()) - 1].data(),
                  static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

INFERPP_DECL std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view value, sys_milliseconds now) noexcept
{
    constexpr std::int64_t most = 10LL * 366 * 24 * 3600 * 1000;
    value = detail::trim(value);
    if (value.empty())
        return std::nullopt;
    if (!detail::is_digit(value[0])) {
        auto const date = parse_http_date(value, std::chrono::floor<std::chrono::seconds>(now));
        if (!date)
            return std::nullopt;
        std::int64_t const wait =
            (std::chrono::time_point_cast<std::chrono::milliseconds>(*date) - now).count();
        return std::chrono::milliseconds{std::clamp<std::int64_t>(wait, 0, most)};
    }
    std::int64_t wait = 0;
    std::int64_t unit = 1000; // of the next digit, once the point has been seen
    bool fraction = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '.' && !fraction && i + 1 < value.size()) {
            fraction = true;
            continue;
        }
        if (!detail::is_digit(value[i]))
            return std::nullopt;
        int const digit = value[i] - '0';
        if (!fraction)
            wait = (std::min)(most, wait * 10 + digit * 1000);
        else
            wait += digit * (unit /= 10);
    }
    return std::chrono::milliseconds{(std::min)(most, wait)};
}

INFERPP_DECL std::optional<sys_milliseconds> parse_iso8601(std::string_view text) noexcept
{
    detail::text_cursor at{text};
    int const year = at.number(4);
    at.literal("-");
    int const month = at.number(2);
    at.literal("-");
    int const day = at.number(2);
    if (!at.skip(' '))
        at.literal("T");
    detail::clock_time const clock = detail::read_clock_time(at);
    std::chrono::milliseconds fraction{0};
    if (at.skip('.')) {
        int unit = 100;
        if (!detail::is_digit(at.peek()))
            return std::nullopt;
        for (; detail::is_digit(at.peek()); unit /= 10)
            fraction += std::chrono::milliseconds{at.number(1) * unit};
    }
    std::chrono::minutes offset{0};
    if (char const sign = at.peek(); sign == '+' || sign == '-') {
        at.skip(sign);
        int const hours = at.number(2);
        at.skip(':');
        int const minutes = at.number(2);
        if (hours > 23 || minutes > 59)
            return std::nullopt;
        offset = std::chrono::minutes{hours * 60 + minutes} * (sign == '-' ? -1 : 1);
    } else if (!at.at_end()) {
        at.literal("Z");
    }
    if (!at.at_end())
        return std::nullopt;
    auto const seconds = detail::make_time(year, static_cast<unsigned>(month), day, clock);
    if (!seconds)
        return std::nullopt;
    return std::chrono::time_point_cast<std::chrono::milliseconds>(*seconds) + fraction - offset;
}

INFERPP_DECL std::string format_iso8601(sys_milliseconds time)
{
    auto const days = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{days};
    std::chrono::hh_mm_ss const clock{time - days};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d+00:00",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

} // namespace inferpp::inline INFERPP_ABI

#endif
