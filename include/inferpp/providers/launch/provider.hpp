// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_PROVIDER_HPP
#define INFERPP_PROVIDERS_LAUNCH_PROVIDER_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/secret.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::launch {

/**
 * @brief How to reach Scale Launch, or a model-engine of one's own, beside what every client can be
 *        told.
 *
 * *Source*: wire notes 1.1 and 1.2.
 */
struct options : client_options {
    options() = default;

    /// Below it lie "v1/..." and "v2/...". The hosted service's; "http://localhost:5000" for a
    /// model-engine of one's own.
    std::string base_url = "https://api.scale.com/v1/launch";

    /// Must not be empty. It is sent as the user name of HTTP Basic.
    secret api_key;

    /**
     * @brief Options from the environment: `SCALE_API_KEY`, and `SCALE_LAUNCH_BASE_URL` where it is
     *        set.
     * @throws failure `invalid_argument` when `SCALE_API_KEY` is missing or empty
     */
    INFERPP_DECL static options from_env();
};

/// Credentials, base URL and errors of Launch.
class provider final : public inferpp::provider {
public:
    using options = launch::options;

    /// @throws failure `invalid_argument`, naming the option
    INFERPP_DECL explicit provider(options const& with);

    std::string_view name() const noexcept override { return "launch"; }
    url const& base() const noexcept override { return base_; }
    /// That of the three calls that are older than the interface: "/v1/hosted_inference" of the host.
    std::string_view root(std::string_view) const noexcept override { return legacy_root_; }
    INFERPP_DECL void authorize(http::request& message) const override;
    INFERPP_DECL void read_error(http::response const& answer,
                                 error::particulars& info) const override;

    // The ids of endpoints by their names, shared by all copies of a client. Any thread may call.

    /// The id that was remembered for a name.
    INFERPP_DECL std::optional<std::string> find_endpoint(std::string const& endpoint) const;
    INFERPP_DECL void remember_endpoint(std::string const& endpoint, std::string const& id) const;
    /// The name may stand for another endpoint now.
    INFERPP_DECL void forget_endpoint(std::string const& endpoint) const;

private:
    url base_;
    std::string legacy_root_;
    secret authorization_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::string> endpoints_;
};

/// A client of Launch; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/provider.ipp>
#endif

#endif
