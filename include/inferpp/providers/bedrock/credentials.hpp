// SPDX-License-Identifier: BSL-1.0
//
// Credentials of Amazon's services, and what gets new ones before the old have expired.

#ifndef INFERPP_PROVIDERS_BEDROCK_CREDENTIALS_HPP
#define INFERPP_PROVIDERS_BEDROCK_CREDENTIALS_HPP

#include <inferpp/client/provider.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A key and what belongs to it: always replaced as a whole.
struct credentials {
    credentials() = default;
    credentials(std::string id, secret key, secret token = {})
        : access_key_id(std::move(id)),
          secret_key(std::move(key)),
          session_token(std::move(token))
    {
    }

    std::string access_key_id; ///< "AKIA..." or, of a session, "ASIA..."
    secret secret_key;
    secret session_token;                    ///< empty where they are not those of a session
    std::optional<sys_milliseconds> expires; ///< empty: never
    std::string account_id;                  ///< twelve digits, where the source tells it
    std::string source;                      ///< where they come from: "profile default"
};

/**
 * @brief Gives credentials, and fetches new ones ahead of their expiry.
 *
 * Share one between as many clients as you like, also of different executors: they are fetched
 * once for all that wait. Up to 15 minutes before they expire, and for at most half of their life,
 * one caller fetches new ones while the others use the old, and its failure does no harm; from 10
 * minutes before, and for at most a quarter of their life, all wait, and a failure is an error.
 *
 * Derive from it to get credentials from elsewhere: only `name` and `fetch` are to be written.
 *
 * *Thread safety*: safe. *Source*: wire notes 5.9.
 */
class credentials_provider {
public:
    using credentials_ptr = std::shared_ptr<credentials const>;

    credentials_provider(credentials_provider const&) = delete;
    credentials_provider& operator=(credentials_provider const&) = delete;
    virtual ~credentials_provider() = default;

    /// What errors and logs call it.
    virtual std::string name() const = 0;

    /// The last ones; null before the first were fetched.
    INFERPP_DECL credentials_ptr current() const;

    /// Whether the last ones can be used without asking for others.
    INFERPP_DECL bool is_ready(sys_milliseconds now) const;

    /**
     * @brief Credentials that are good, fetched if need be.
     * @param now by the clock of the servers, as far as it is known
     * @return them; `unauthorized` where there are none to be had, `overloaded` where the source
     *         may have some later: what was tried, and why it failed, is in the message
     *
     * *Cancellation*: `terminal`; others that wait for the same then fetch themselves.
     */
    INFERPP_DECL boost::asio::awaitable<result<credentials_ptr>> get(provider_services with,
                                                                     sys_milliseconds now);

    /// The server does not take these any more: if they are the last ones, `get` fetches others.
    INFERPP_DECL void reject(credentials_ptr const& which);

protected:
    credentials_provider() = default;

    /// Gets new ones. Never called a second time before the first call has ended.
    virtual boost::asio::awaitable<result<credentials>> fetch(provider_services with) = 0;

private:
    class refresh;
    using outcome = std::optional<result<credentials_ptr>>;
    enum class age : unsigned char { good, aging, old };

    INFERPP_DECL age age_at(sys_milliseconds now) const;
    INFERPP_DECL result<credentials_ptr> settle(result<credentials> fetched, sys_milliseconds now);
    INFERPP_DECL boost::asio::awaitable<outcome> wait_for_another(std::uint64_t before,
                                                                  clock::time_point deadline) const;

    mutable std::mutex mutex_; ///< of all that follows
    credentials_ptr current_;
    sys_milliseconds fetched_{};
    sys_milliseconds not_before_{}; ///< where a fetch ahead of time has failed: the next one
    bool refreshing_ = false;
    bool rejected_ = false;       ///< the current ones
    std::uint64_t refreshed_ = 0; ///< how often somebody has tried
    outcome outcome_;             ///< of the last time
};

/// Credentials that are known. @throws failure `invalid_argument` without an id or a key
INFERPP_DECL std::shared_ptr<credentials_provider> static_credentials(credentials known);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/credentials.ipp>
#endif

#endif
