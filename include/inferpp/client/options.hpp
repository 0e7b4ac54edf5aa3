// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_OPTIONS_HPP
#define INFERPP_CLIENT_OPTIONS_HPP

#include <inferpp/client/retry.hpp>
#include <inferpp/core/log.hpp>
#include <inferpp/net/transport.hpp>
#include <inferpp/net/transport_options.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace inferpp::inline INFERPP_ABI {

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
    /// The call as a whole, its retries included; otherwise `limits.total`. Must be positive.
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
