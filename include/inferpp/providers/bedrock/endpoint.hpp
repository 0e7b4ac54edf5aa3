// SPDX-License-Identifier: BSL-1.0
//
// Where Amazon's services are: by region and partition, or where the user says.

#ifndef INFERPP_PROVIDERS_BEDROCK_ENDPOINT_HPP
#define INFERPP_PROVIDERS_BEDROCK_ENDPOINT_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A service as its endpoints are named.
struct service_id {
    std::string_view host;    ///< the first part of the host: "bedrock"
    std::string_view setting; ///< in the profile: "bedrock"; in variables in upper case
    /// Has the host's suffix of every partition, with "dualstack" before the region: S3.
    bool dualstack_in_host = false;
};

namespace services {
inline constexpr service_id control_plane{"bedrock", "bedrock"};
inline constexpr service_id runtime{"bedrock-runtime", "bedrock_runtime"};
inline constexpr service_id s3{"s3", "s3", true};
inline constexpr service_id sts{"sts", "sts"};
inline constexpr service_id sso{"portal.sso", "sso"};
inline constexpr service_id sso_oidc{"oidc", "sso_oidc"};
} // namespace services

/// What an endpoint depends on.
struct endpoint_settings {
    endpoint_settings() = default;

    std::string region;         ///< "us-east-1"
    std::string custom;         ///< a URL, instead of the region's; its path is a prefix
    bool use_fips = false;      ///< of the region's endpoints, one with validated cryptography
    bool use_dualstack = false; ///< one that is reached by IPv6 too
};

/**
 * @brief The base URL of a service.
 * @return `invalid_argument` without a region, for a region that can't be part of a host's name,
 *         and for a custom endpoint with FIPS or dual-stack
 *
 * *Source*: wire notes 1.11.
 */
INFERPP_DECL result<url> find_endpoint(service_id const& service, endpoint_settings const& with);

/**
 * @brief The endpoint that variables or a profile name for a service.
 *
 * The first of: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the profile's `services` section,
 * its `endpoint_url`. None of them counts with `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true`, or
 * `ignore_configured_endpoint_urls` in the profile.
 * @return a URL as it is written there; empty when there is none
 */
INFERPP_DECL std::string configured_endpoint(service_id const& service, environment const& from,
                                             profile_files const& files, std::string_view profile);

/// The region, FIPS and dual-stack that variables or a profile set; no endpoint.
INFERPP_DECL endpoint_settings configured_settings(environment const& from,
                                                   profile_files const& files,
                                                   std::string_view profile);

/// The profile that is meant: `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`, or "default".
INFERPP_DECL std::string configured_profile(environment const& from);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/endpoint.ipp>
#endif

#endif
