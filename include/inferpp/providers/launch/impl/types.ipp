// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_TYPES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_TYPES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <boost/json/serialize.hpp>

#include <charconv>
#include <cmath>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL std::string text_of(boost::json::value const& value)
{
    if (value.is_null())
        return {};
    if (value.is_string())
        return {value.get_string().data(), value.get_string().size()};
    return boost::json::serialize(value);
}

INFERPP_DECL boost::json::value const* member(boost::json::value const& of,
                                              std::string_view name) noexcept
{
    return of.is_object() ? of.get_object().if_contains(name) : nullptr;
}

INFERPP_DECL result<void> check_labels(label_map const& labels)
{
    for (char const* const name : {"team", "product"})
        if (!labels.contains(name))
            return refuse(std::string{"labels has no '"} + name +
                          "'; the platform wants 'team' and 'product'");
    return {};
}

INFERPP_DECL result<void> check_given(std::string_view name, std::string_view value)
{
    if (value.empty())
        return refuse(std::string{name} + " is empty");
    return {};
}

INFERPP_DECL result<void> check_range(std::string_view name, std::optional<double> value,
                                      double low, double high)
{
    if (!value || (*value >= low && *value <= high))
        return {};
    std::string message{name};
    message += " must be from ";
    json_writer{message}.number(low);
    message += " to ";
    json_writer{message}.number(high);
    return refuse(std::move(message));
}

INFERPP_DECL result<void> check_count(std::string_view name, std::optional<std::int64_t> value,
                                      std::int64_t low, std::int64_t high)
{
    if (!value || (*value >= low && *value <= high))
        return {};
    if (high == max_count)
        return refuse(std::string{name} + " must be at least " + std::to_string(low));
    return refuse(std::string{name} + " must be from " + std::to_string(low) + " to " +
                  std::to_string(high));
}

INFERPP_DECL quantity::quantity(double count) : number_(true)
{
    if (std::isfinite(count))
        json_writer{text_}.number(count);
    else
        text_ = "nan"; // refused when it is written
}

INFERPP_DECL result<quantity> quantity::from_json(boost::json::value const& value)
{
    if (value.is_string())
        return quantity{std::string{value.get_string().data(), value.get_string().size()}};
    if (!value.is_number())
        return error{errc::bad_schema, "expected a string or a number"};
    quantity read{boost::json::serialize(value)};
    read.number_ = true;
    return read;
}

INFERPP_DECL void quantity::to_json(json_writer& out) const
{
    if (!number_)
        return out.string(text_);
    auto const parsed = parse_json(text_);
    if (!parsed)
        return out.fail("the amount is no finite number");
    out.value(*parsed);
}

INFERPP_DECL job_status describe(word<batch_status> const& status)
{
    job_status told{phase::unknown, status.text()};
    switch (status.value()) {
    case batch_status::unknown: break;
    case batch_status::undefined: break;
    case batch_status::pending: told.phase = phase::queued; break;
    case batch_status::running: told.phase = phase::running; break;
    case batch_status::success: told.phase = phase::succeeded; break;
    case batch_status::failure: told.phase = phase::failed; break;
    case batch_status::cancelled: told.phase = phase::cancelled; break;
    case batch_status::timeout: told.phase = phase::expired; break;
    }
    return told;
}

// Takes "12.5H" off the front. @return the number; `unit` becomes the letter
inline std::optional<double> take_part(std::string_view& text, char& unit) noexcept
{
    std::size_t size = 0;
    while (size < text.size() &&
           (inferpp::detail::is_digit(text[size]) || text[size] == '.' || text[size] == ','))
        ++size;
    constexpr std::size_t longest = 32;
    if (size == 0 || size == text.size() || size > longest ||
        !inferpp::detail::is_digit(text.front()) || !inferpp::detail::is_digit(text[size - 1]))
        return std::nullopt;
    char digits[longest];
    for (std::size_t i = 0; i < size; ++i)
        digits[i] = text[i] == ',' ? '.' : text[i];
    double value = 0;
    auto const end = std::from_chars(digits, digits + size, value, std::chars_format::fixed);
    if (end.ec != std::errc{} || end.ptr != digits + size)
        return std::nullopt;
    unit = text[size];
    text.remove_prefix(size + 1);
    return value;
}

INFERPP_DECL std::optional<std::chrono::duration<double>> parse_iso8601_duration(
    std::string_view text) noexcept
{
    double sign = 1;
    if (text.starts_with('-') || text.starts_with('+')) {
        sign = text.front() == '-' ? -1 : 1;
        text.remove_prefix(1);
    }
    if (!text.starts_with('P'))
        return std::nullopt;
    text.remove_prefix(1);
    constexpr std::string_view units = "WDTHMS"; // in the order in which they must come
    constexpr double lengths[] = {604800, 86400, 0, 3600, 60, 1};
    constexpr std::size_t mark = 2;
    std::size_t next = 0;
    bool any = false;
    double seconds = 0;
    while (!text.empty()) {
        if (text.front() == 'T') {
            if (next > mark)
                return std::nullopt;
            next = mark + 1;
            any = false; // something must follow it
            text.remove_prefix(1);
            continue;
        }
        char unit = 0;
        auto const value = take_part(text, unit);
        auto const found = units.find(unit);
        if (!value || found == std::string_view::npos || found == mark || found < next ||
            (found > mark) != (next > mark))
            return std::nullopt;
        seconds += *value * lengths[found];
        next = found + 1;
        any = true;
    }
    if (!any)
        return std::nullopt;
    return std::chrono::duration<double>{sign * seconds};
}

INFERPP_DECL result<job_duration> job_duration::from_json(boost::json::value const& value)
{
    job_duration read;
    if (value.is_string()) {
        read.text_.assign(value.get_string().data(), value.get_string().size());
        read.time_ = parse_iso8601_duration(read.text_);
    } else if (value.is_number()) {
        auto const seconds = decode_value<double>(value);
        if (!seconds)
            return seconds.error();
        read.text_ = boost::json::serialize(value);
        read.time_ = std::chrono::duration<double>{*seconds};
    } else {
        return error{errc::bad_schema, "expected a duration: a string or a number of seconds"};
    }
    return read;
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
