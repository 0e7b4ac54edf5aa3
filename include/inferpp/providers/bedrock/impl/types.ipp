// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_TYPES_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_TYPES_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <cmath>
#include <limits>

namespace inferpp::inline INFERPP_ABI::bedrock {

// "2024-08-08T15:19:26.125Z", without a fraction that is zero.
inline std::string utc_text(sys_milliseconds time)
{
    std::string text = format_iso8601(time); // "2021-08-02T21:19:52.529+00:00"
    text.resize(time == std::chrono::floor<std::chrono::seconds>(time) ? 19 : 23);
    return text + 'Z';
}

INFERPP_DECL date_time::date_time(sys_milliseconds time) : value_(utc_text(time)) {}

INFERPP_DECL result<date_time> date_time::from_json(boost::json::value const& value)
{
    if (!value.is_number()) {
        auto read = timestamp::from_json(value);
        if (!read)
            return read.error();
        return date_time{std::move(*read)};
    }
    double const seconds = value.to_number<double>();
    constexpr double farthest = 1e11; // some three thousand years
    if (!(std::abs(seconds) <= farthest))
        return error{errc::bad_schema, "the number is no date and time in seconds"};
    return date_time{sys_milliseconds{
        std::chrono::milliseconds{static_cast<std::int64_t>(std::llround(seconds * 1000))}}};
}

INFERPP_DECL result<void> check_tags(std::string_view member, std::vector<tag> const& tags)
{
    std::string const name{member};
    if (tags.size() > 200)
        return detail::refuse(name + " must be at most 200");
    for (tag const& each : tags)
        if (each.key.empty() || each.key.size() > 128 || !is_tag_text(each.key) ||
            !is_tag_text(each.value))
            return detail::refuse(name + ": the key '" + detail::printable(each.key, 128) +
                                  "' must have 1 to 128 characters and its value at most 256, "
                                  "letters, digits, blanks and ._:/=+@-");
    return {};
}

INFERPP_DECL result<done> done::decode(http::response&& answer)
{
    if (!detail::trim(answer.body).empty()) {
        auto const parsed = parse_json(answer.body);
        if (!parsed)
            return parsed.error();
        if (!parsed->is_object())
            return error{errc::bad_schema, "expected an empty body or an object"};
    }
    return done{};
}

INFERPP_DECL result<void> check_page(std::optional<int> const& max_results,
                                     std::optional<std::string> const& next_token, bool goes_round)
{
    if (goes_round)
        return error{errc::bad_schema, "the server names the same page again and again"};
    return detail::first_error(
        {detail::require(!max_results || (*max_results >= 1 && *max_results <= 1000),
                         "max_results must be from 1 to 1000"),
         detail::require(!next_token || is_page_token(*next_token),
                         "next_token must be 1 to 2048 characters without blanks")});
}

INFERPP_DECL bool turn_page(std::optional<std::string>& next_token, std::string const& given,
                            bool& goes_round)
{
    if (given.empty())
        return false;
    goes_round = next_token == given;
    next_token = given;
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
