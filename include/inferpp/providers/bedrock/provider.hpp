// SPDX-License-Identifier: BSL-1.0
//
// Amazon Bedrock: where it is, who we are, and what its errors mean. The control plane is
// `bedrock::client`, the runtime `bedrock::runtime::client`, storage `bedrock::s3::client`: all
// three are made from the same options.

#ifndef INFERPP_PROVIDERS_BEDROCK_PROVIDER_HPP
#define INFERPP_PROVIDERS_BEDROCK_PROVIDER_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/providers/bedrock/credential_sources.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/endpoint.hpp>
#include <inferpp/providers/bedrock/environment.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief How to reach Bedrock, beside what every client can be told.
 *
 * What is set in code counts more than what `from_env` has found. That is also so for a
 * `bearer_key`: Amazon's own clients prefer that of the environment even to credentials that are
 * passed to them; here `credentials` win, wherever the key comes from.
 *
 * *Source*: wire notes 1.11 and 5.
 */
struct options : client_options {
    options() = default;

    /// "us-east-1"; must not be empty.
    std::string region;

    /// Who signs. Null: the default chain, see `default_credentials`, which each client then has
    /// for itself.
    std::shared_ptr<credentials_provider> credentials;

    /// An API key of Bedrock, instead of credentials. It goes over https only, or to this machine,
    /// unless `bearer_over_http`. S3 does not take it.
    secret bearer_key;
    bool bearer_over_http = false;

    /// URLs instead of the region's, such as those of a VPC endpoint; a path is a prefix. Empty:
    /// the region's. With one of them FIPS and dual-stack are refused.
    std::string endpoint;         ///< of the control plane
    std::string runtime_endpoint; ///< of the runtime
    std::string s3_endpoint;      ///< of S3

    bool use_fips = false;      ///< endpoints with validated cryptography
    bool use_dualstack = false; ///< endpoints that are reached by IPv6 too
    bool path_style = false;    ///< of S3: the bucket stands in the path, not in the host

    /// For the default chain: the profile; empty: `AWS_PROFILE`, or "default".
    std::string profile;

    /// For the default chain: where variables and files are; null: on this machine.
    std::shared_ptr<environment const> machine;

    /**
     * @brief Options from variables, and from the profile in ~/.aws/config.
     *
     * `AWS_REGION`, `AWS_DEFAULT_REGION`; `AWS_BEARER_TOKEN_BEDROCK`;
     * `AWS_ENDPOINT_URL_BEDROCK`, `_BEDROCK_RUNTIME`, `_S3`, and `AWS_ENDPOINT_URL` for all;
     * `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`; and the profile's properties of the
     * same meaning. Credentials are left to the default chain, which looks when they are needed.
     * @param profile empty: `AWS_PROFILE`, or "default"
     * @param machine null: this one
     * @throws failure `invalid_argument` when no region is set, or a profile file is malformed
     */
    INFERPP_DECL static options from_env(std::string profile = {},
                                         std::shared_ptr<environment const> machine = {});
};

/// What the three services have in common.
class service_provider : public inferpp::provider {
public:
    url const& base() const noexcept override { return base_; }
    std::string const& region() const noexcept { return region_; }

    /// Who signs; null with a bearer key.
    std::shared_ptr<credentials_provider> const& credentials() const noexcept
    {
        return credentials_;
    }

    INFERPP_DECL bool is_ready(sys_milliseconds now) const override;
    INFERPP_DECL boost::asio::awaitable<result<void>> make_ready(
        provider_services with) const override;
    INFERPP_DECL void authorize(http::request& message) const override;
    INFERPP_DECL void sign(http::request& message, origin const& to,
                           sys_milliseconds now) const override;

    INFERPP_DECL void read_error(http::response const& answer,
                                 error::particulars& info) const override;
    INFERPP_DECL int meaning(http::response const& answer) const override;

    /// Takes the server's clock over, if a refusal may be due to ours.
    INFERPP_DECL bool adapt(http::response const& refusal, sys_milliseconds now,
                            http::request& message, origin& to) const override;

protected:
    /// One of the services.
    struct service {
        service_id id;
        std::string_view signing_name;
        bool takes_bearer = true;
        sigv4_path path = sigv4_path::encoded_again;
        bool sends_payload_hash = false;
    };

    /// @param custom endpoint, or empty @throws failure `invalid_argument`, naming the option
    INFERPP_DECL service_provider(options const& with, service const& which,
                                  std::string const& custom);

    /// The same for another region than that of the options.
    INFERPP_DECL void sign_for(http::request& message, origin const& to, sys_milliseconds now,
                               std::string_view region) const;

    /// Our clock, put right by what the servers have said of theirs.
    INFERPP_DECL sys_milliseconds corrected(sys_milliseconds now) const noexcept;

private:
    service service_;
    url base_;
    std::string region_;
    secret authorization_; ///< with a bearer key
    std::shared_ptr<credentials_provider> credentials_;
    mutable sigv4_keys keys_;
    mutable std::atomic<std::chrono::milliseconds::rep> skew_{0};
};

/// Bedrock's control plane.
class provider final : public service_provider {
public:
    using options = bedrock::options;

    /// @throws failure `invalid_argument`, naming the option
    explicit provider(options const& with)
        : service_provider(with, service{services::control_plane, "bedrock"}, with.endpoint),
          options_(with)
    {
    }
    std::string_view name() const noexcept override { return "bedrock"; }

    /// What it was made from; for clients of the other services.
    options const& made_from() const noexcept { return options_; }

private:
    options options_;
};

/// A client of the control plane; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/provider.ipp>
#endif

#endif
