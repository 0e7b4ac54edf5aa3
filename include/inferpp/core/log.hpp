// SPDX-License-Identifier: BSL-1.0
//
// Logging into a function of the user's. The library itself never prints.

#ifndef INFERPP_CORE_LOG_HPP
#define INFERPP_CORE_LOG_HPP

#include <inferpp/core/config.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

enum class log_level : unsigned char {
    off,
    error,   ///< a call failed
    warning, ///< an attempt failed and is repeated
    info,    ///< a job changed its phase
    debug,   ///< each request and response, redacted
};

/// The words "error", "warning", "info" and "debug".
INFERPP_DECL std::string_view to_string(log_level level) noexcept;

/**
 * @brief A threshold and a function that takes lines.
 *
 * Lines are one line of text without an end of line. They never hold a body, a query string, a
 * secret, or a header whose name is not on the allow-list of `is_loggable_header`.
 *
 * *Thread safety*: the function is called on the client's executor.
 */
class logger {
public:
    using sink = std::function<void(log_level, std::string_view line)>;

    /// Logs nothing.
    logger() noexcept = default;

    /// @param threshold lines of this level and the more serious ones are passed on
    /// @param output    takes them; must not throw
    logger(log_level threshold, sink output) : threshold_(threshold), output_(std::move(output)) {}

    /// Whether a line of this level would be passed on: ask before making the text.
    bool enabled(log_level level) const noexcept
    {
        return level != log_level::off && level <= threshold_ && output_;
    }

    void write(log_level level, std::string_view line) const
    {
        if (enabled(level))
            output_(level, line);
    }

private:
    log_level threshold_ = log_level::off;
    sink output_;
};

/// Whether a header's value may be logged. An allow-list: what is not known to be harmless is
/// written as `***`. @param name in any case.
INFERPP_DECL bool is_loggable_header(std::string_view name) noexcept;

/// A URL or a target without its query and its user information, for logs and errors.
INFERPP_DECL std::string redacted_url(std::string_view url);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/log.ipp>
#endif

#endif
