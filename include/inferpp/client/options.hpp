// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_OPTIONS_HPP
#define INFERPP_CLIENT_OPTIONS_HPP

#include <inferpp/client/retry.hpp>
#include <inferpp/core/log.hpp>
#include <inferpp/net/transport.hpp>
#include <inferpp/net/transport_options.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace inferpp::inline INFERPP_ABI {

/// One attempt of a call, as an observer is told of it. Valid during the call of the observer.
struct attempt_report {
    attempt_report() = default;

    std::string_view operation;
    int number = 0;                          ///< from 1 on
    int status = 0;                          ///< 0: there was no answer
    inferpp::error const* failure = nullptr; ///< null: it succeeded
    std::chrono::milliseconds took{0};
    /// The wait before the next attempt; empty: this was the last one.
    std::optional<std::chrono::milliseconds> repeated_in;
};

/**
 * @brief What every client can be told; the options of a platform add its own to these.
 *
 * Precedence: options of one call, then these, then the environment (only where `from_env` is
 * called), then the defaults.
 */
struct client_options : transport_options {
    client_options() = default;

    inferpp::limits limits; ///< time and size limits
    retry_options retry;    ///< repeating failed requests
    logger log;             ///< logs nothing by default
    std::string user_agent; ///< empty: "inferpp/<version>"

    /// Told of each attempt; must not throw.
    std::function<void(attempt_report const&)> on_attempt;

    /// Lets several threads of one `io_context` share the client: its work then runs on a strand of
    /// its own, which costs a call about a microsecond. `log` and `on_attempt` may be called from
    /// any of these threads.
    bool thread_safe = false;

    /// Whether a URL that the server gave may lead to addresses that are not of the public
    /// internet. Empty: only if the base URL itself names such an address, or localhost.
    std::optional<bool> allow_private_addresses;

    /// Carries the requests; null: `make_https_transport` with the options above.
    std::shared_ptr<inferpp::transport> transport;
    /// Time for retries and polls; null: the machine's.
    std::shared_ptr<inferpp::clock> clock;
};

/// @return `invalid_argument` that names the member and its legal range
INFERPP_DECL result<void> validate(client_options const& options);

/// Options of one call. An aggregate that is safe inside a `co_await` expression:
/// `co_await client.send(op, {.timeout = 5s})`.
struct call_options {
    /// The call as a whole, its retries included; otherwise `limits.total`, or `limits.held` for
    /// an operation that is answered when its work is done. Must be positive.
    std::optional<std::chrono::milliseconds> timeout{};
    /// Otherwise `retry.max_attempts`; 1 to 100.
    std::optional<int> max_attempts{};
};
static_assert(std::is_trivially_copyable_v<call_options>);

/// @return `invalid_argument` that names the member and its legal range
INFERPP_DECL result<void> validate(call_options const& options);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/options.ipp>
#endif

#endif
