// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_JOB_STATUS_IPP
#define INFERPP_CLIENT_IMPL_JOB_STATUS_IPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/url.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL std::string_view to_string(phase value) noexcept
{
    switch (value) {
    case phase::queued: return "queued";
    case phase::running: return "running";
    case phase::succeeded: return "succeeded";
    case phase::partially_succeeded: return "partially_succeeded";
    case phase::failed: return "failed";
    case phase::cancelled: return "cancelled";
    case phase::expired: return "expired";
    case phase::unknown: return "unknown";
    }
    return "?";
}

INFERPP_DECL result<void> validate(poll_options const& options)
{
    using std::chrono::milliseconds;
    auto const refuse = [](char const* message) { return error{errc::invalid_argument, message}; };
    if (!options.deadline && !options.forever)
        return refuse("poll_options.deadline is not set; set it, or forever = true");
    if (options.deadline && options.forever)
        return refuse("poll_options.deadline and forever exclude each other");
    if (options.deadline && *options.deadline < milliseconds::zero())
        return refuse("poll_options.deadline must be at least 0 ms");
    if (options.min_interval < milliseconds{1})
        return refuse("poll_options.min_interval must be at least 1 ms");
    if (options.max_interval < options.min_interval)
        return refuse("poll_options.max_interval must be at least min_interval");
    if (!(options.growth >= 1 && options.growth <= 10))
        return refuse("poll_options.growth must be from 1 to 10");
    if (options.not_found_grace < milliseconds::zero())
        return refuse("poll_options.not_found_grace must be at least 0 ms");
    if (options.poll_timeout < milliseconds{1})
        return refuse("poll_options.poll_timeout must be at least 1 ms");
    return {};
}

INFERPP_DECL std::chrono::milliseconds next_poll_delay(
    poll_options const& options, std::uint64_t polls, std::optional<std::chrono::milliseconds> hint,
    double random) noexcept
{
    if (hint)
        return std::clamp(*hint, options.min_interval, options.max_interval);
    auto const floor = static_cast<double>(options.min_interval.count());
    auto const cap = static_cast<double>(options.max_interval.count());
    // Beyond a thousand polls any growth has reached the cap.
    double const grown =
        floor *
        std::pow(options.growth, static_cast<double>((std::min<std::uint64_t>)(polls, 1000)));
    double const delay = floor + random * ((std::min)(cap, grown) - floor);
    if (delay >= cap) // as a double, the longest of durations is no std::int64_t
        return options.max_interval;
    return std::chrono::milliseconds{static_cast<std::int64_t>(delay)};
}

INFERPP_DECL std::string resume_token::to_string() const
{
    std::string text = "inferpp:1:" + provider + ':' + operation + ':';
    append_percent_encoded(endpoint, text);
    text += ':';
    append_percent_encoded(job.id, text);
    if (!job.context.empty()) {
        text += ':';
        append_percent_encoded(job.context, text);
    }
    return text;
}

INFERPP_DECL result<resume_token> resume_token::parse(std::string_view text)
{
    auto const refuse = [](char const* message) { return error{errc::invalid_argument, message}; };
    std::array<std::string_view, 7> parts;
    std::size_t count = 0;
    for (std::size_t start = 0; start <= text.size(); ++count) {
        auto const end = (std::min)(text.find(':', start), text.size());
        if (count == parts.size())
            return refuse("the resume token is malformed");
        parts[count] = text.substr(start, end - start);
        start = end + 1;
    }
    if (parts[0] != "inferpp")
        return refuse("the text is no resume token");
    if (parts[1] != "1")
        return refuse("the resume token is of a version that this inferpp does not know");
    auto const endpoint = percent_decode(parts[4]);
    auto const id = percent_decode(parts[5]);
    auto const context = percent_decode(parts[6]);
    bool const whole = count == 6 || (count == 7 && !parts[6].empty());
    if (!whole || parts[2].empty() || parts[3].empty() || !endpoint || !id || id->empty() ||
        !context)
        return refuse("the resume token is malformed");
    resume_token token;
    token.provider = parts[2];
    token.operation = parts[3];
    token.endpoint = *endpoint;
    token.job = job_ref{*id, *context};
    return token;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
