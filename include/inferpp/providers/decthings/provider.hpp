// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_PROVIDER_HPP
#define INFERPP_PROVIDERS_DECTHINGS_PROVIDER_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/secret.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

class event_hub;

/**
 * @brief How to reach Decthings, beside what every client can be told.
 *
 * Answers with tensors of more than 16 MiB want a larger `limits.body_bytes`. Calls that are held
 * until their work is done have `limits.held`.
 *
 * *Source*: wire notes 1.1
 */
struct options : client_options {
    options() = default;

    /// Below it lie "Model/createState" and all other calls.
    std::string base_url = "https://api.decthings.com/v0";

    /// Of ws or wss, for events. Empty: "/ws" below the base URL.
    std::string ws_url;

    /// Blanks at its ends are ignored. Empty: the calls are made as nobody, which the platform
    /// refuses for most of them.
    secret api_key;

    /// Events that have come and that nobody has taken yet, of all streams of the client together,
    /// in bytes; at least 1. Where it does not do, the stream that lags most ends.
    std::size_t event_buffer_bytes = 64UL << 20;

    /**
     * @brief Options from the environment: `DECTHINGS_API_KEY`, and `DECTHINGS_BASE_URL` and
     *        `DECTHINGS_WS_URL` where they are set.
     * @throws failure `invalid_argument` when `DECTHINGS_API_KEY` is missing or empty
     */
    INFERPP_DECL static options from_env();
};

/// Credentials, addresses and errors of Decthings.
class provider final : public inferpp::provider {
public:
    using options = decthings::options;

    /// @throws failure `invalid_argument`, naming the option
    INFERPP_DECL explicit provider(options const& with);
    provider(provider const&) = delete;
    provider& operator=(provider const&) = delete;
    INFERPP_DECL ~provider() override;

    std::string_view name() const noexcept override { return "decthings"; }
    url const& base() const noexcept override { return base_; }
    INFERPP_DECL void authorize(http::request& message) const override;
    INFERPP_DECL void read_error(http::response const& answer,
                                 error::particulars& info) const override;
    /// What stands as `error` in an answer; see `api_error`. A run that has failed is none: it is
    /// the outcome of its call.
    INFERPP_DECL error find_refusal(http::response const& answer) const override;

    /// Where events come from: an absolute URL of ws or wss.
    std::string const& ws_url() const noexcept { return ws_url_; }

    /// Without blanks at its ends.
    secret const& api_key() const noexcept { return api_key_; }

    /// The WebSocket that all copies of a client share.
    std::shared_ptr<event_hub> const& hub() const noexcept { return hub_; }

private:
    url base_;
    std::string ws_url_;
    secret api_key_;
    secret authorization_;
    std::shared_ptr<event_hub> hub_;
};

// What the provider asks of a hub, whose class comes later: it has clients.

INFERPP_DECL std::shared_ptr<event_hub> make_event_hub(options const& with, std::string const& url,
                                                       secret const& key);
INFERPP_DECL void abandon_event_hub(event_hub& hub);

/// A client of Decthings; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/provider.ipp>
#endif

#endif
