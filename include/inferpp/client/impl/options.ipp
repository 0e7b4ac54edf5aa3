// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_OPTIONS_IPP
#define INFERPP_CLIENT_IMPL_OPTIONS_IPP

#include <inferpp/client/options.hpp>

#include <array>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<void> validate(client_options const& options)
{
    limits const& l = options.limits;
    std::array<std::pair<char const*, std::chrono::milliseconds>, 10> const times{
        std::pair{"pool", l.pool},
        {"resolve", l.resolve},
        {"connect", l.connect},
        {"tls", l.tls},
        {"write_idle", l.write_idle},
        {"first_byte", l.first_byte},
        {"idle", l.idle},
        {"event_idle", l.event_idle},
        {"total", l.total},
        {"held", l.held}};
    for (auto const& [name, value] : times)
        // Longer ones might not fit the nanoseconds of the clock.
        if (value < std::chrono::milliseconds{1} || value > std::chrono::years{100})
            return error{errc::invalid_argument,
                         "limits." + std::string{name} + " must be from 1 ms to 100 years"};
    if (l.header_bytes < 1024)
        return error{errc::invalid_argument, "limits.header_bytes must be at least 1024"};
    if (l.body_bytes == 0 || l.event_bytes == 0)
        return error{errc::invalid_argument,
                     "limits.body_bytes and limits.event_bytes must be at least 1"};
    return validate(options.retry);
}

INFERPP_DECL result<void> validate(call_options const& options)
{
    if (options.timeout && *options.timeout <= std::chrono::milliseconds::zero())
        return error{errc::invalid_argument, "call_options.timeout must be at least 1 ms"};
    if (options.max_attempts && (*options.max_attempts < 1 || *options.max_attempts > 100))
        return error{errc::invalid_argument, "call_options.max_attempts must be from 1 to 100"};
    return {};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
