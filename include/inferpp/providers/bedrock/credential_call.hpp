// SPDX-License-Identifier: BSL-1.0
//
// Calls to the services that give credentials. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_CALL_HPP
#define INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_CALL_HPP

#include <inferpp/client/provider.hpp>
#include <inferpp/client/retry.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What a source of credentials has: some, or a reason why it has none that is no failure, such as
/// that it is not configured.
struct source_answer {
    source_answer(credentials those) : found(std::move(those)) {}
    explicit source_answer(std::string why) : why_not(std::move(why)) {}

    std::optional<credentials> found;
    std::string why_not;
};

/// A request to one of these services, and how it is made.
struct credential_call {
    credential_call() = default;

    std::string what; ///< for errors: "AssumeRole of STS"
    origin to;
    http::request message;
    int attempts = 3;
    /// Of an attempt, for services on the machine itself or near to it; empty: the client's limits.
    std::optional<std::chrono::milliseconds> limit;
    /// Whether there may be nobody at that address: then one attempt is enough.
    bool may_be_nobody = false;
    /// Called before each attempt.
    std::function<void(http::request&, sys_milliseconds now)> sign;
};

/**
 * @brief Makes the call, again where that helps: getting credentials changes nothing.
 * @return the answer, with a status of 2xx; else what went wrong, as a client's call would say it.
 *         The clock of a service that refuses for the time is taken over once.
 */
INFERPP_DECL boost::asio::awaitable<result<http::response>> call_for_credentials(
    provider_services with, credential_call call);

/**
 * @brief What a source that was asked in vain says to the call that waits for it: `unauthorized`,
 *        or `overloaded` where it may have credentials later. It is not repeated for that; the
 *        source has been asked as often as it is worth.
 * @param source as `credentials_provider::name`
 */
INFERPP_DECL error no_credentials(std::string const& source, error const& reason);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/credential_call.ipp>
#endif

#endif
