// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_LOG_IPP
#define INFERPP_CORE_IMPL_LOG_IPP

#include <inferpp/core/log.hpp>
#include <inferpp/core/text.hpp>

#include <array>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL std::string_view to_string(log_level level) noexcept
{
    switch (level) {
    case log_level::off: return "off";
    case log_level::error: return "error";
    case log_level::warning: return "warning";
    case log_level::info: return "info";
    case log_level::debug: return "debug";
    }
    return "?";
}

INFERPP_DECL bool is_loggable_header(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 20> harmless{"accept",        "age",
                                                        "allow",         "cache-control",
                                                        "connection",    "content-length",
                                                        "content-type",  "date",
                                                        "etag",          "expires",
                                                        "host",          "keep-alive",
                                                        "last-modified", "retry-after",
                                                        "server",        "transfer-encoding",
                                                        "user-agent",    "x-amz-content-sha256",
                                                        "x-amz-date",    "x-request-id"};
    for (std::string_view const known : harmless)
        if (detail::iequals(known, name))
            return true;
    return false;
}

INFERPP_DECL std::string redacted_url(std::string_view url)
{
    url = url.substr(0, url.find_first_of("?#"));
    auto const scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return std::string{url};
    auto const authority = scheme + 3;
    auto const path = url.find('/', authority);
    auto const at = url.substr(0, path).rfind('@');
    if (at == std::string_view::npos || at < authority)
        return std::string{url};
    std::string out{url.substr(0, authority)};
    return out.append(url.substr(at + 1));
}

} // namespace inferpp::inline INFERPP_ABI

#endif
