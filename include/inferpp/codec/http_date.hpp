// SPDX-License-Identifier: BSL-1.0
//
// Dates as HTTP headers write them, and as JSON answers do.

#ifndef INFERPP_CODEC_HTTP_DATE_HPP
#define INFERPP_CODEC_HTTP_DATE_HPP

#include <inferpp/core/config.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// A point in time with milliseconds, UTC.
using sys_milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

/**
 * @brief Parses an HTTP date in its three forms (RFC 9110 section 5.6.7).
 * @param text such as "Sun, 06 Nov 1994 08:49:37 GMT"
 * @param now  gives the century to a year of two digits: the last year with these digits that is
 *             not more than 50 years ahead
 * @return the time; empty when the text is no such date
 */
INFERPP_DECL std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now) noexcept;

/// Writes the preferred form, "Sun, 06 Nov 1994 08:49:37 GMT".
INFERPP_DECL std::string format_http_date(std::chrono::sys_seconds time);

/**
 * @brief Reads a Retry-After header: seconds (a fraction is taken too) or a date.
 * @param now the time of the answer, by the system's clock
 * @return the wait, never negative, at most 10 years; empty when the value is neither
 */
INFERPP_DECL std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view value, sys_milliseconds now) noexcept;

/**
 * @brief Parses a date and time of ISO 8601 as JSON answers carry it.
 * @param text "2021-08-02T21:19:52.529+00:00"; the fraction and the offset ("Z", "+hh:mm",
 *             "+hhmm", none: UTC) may vary
 */
INFERPP_DECL std::optional<sys_milliseconds> parse_iso8601(std::string_view text) noexcept;

/// Writes "2021-08-02T21:19:52.529+00:00".
INFERPP_DECL std::string format_iso8601(sys_milliseconds time);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/http_date.ipp>
#endif

#endif
