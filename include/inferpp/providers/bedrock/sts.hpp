// SPDX-License-Identifier: BSL-1.0
//
// Amazon's Security Token Service: credentials of a role. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_STS_HPP
#define INFERPP_PROVIDERS_BEDROCK_STS_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/environment.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Where STS is, and the region that requests are signed for.
struct sts_address {
    sts_address() = default;

    url base;
    std::string region;
};

/// AssumeRole. *Source*: wire notes 5.4
INFERPP_DECL boost::asio::awaitable<result<credentials>> assume_role(
    provider_services with, sts_address sts, role_step role,
    credentials_provider::credentials_ptr base);

/// AssumeRoleWithWebIdentity. The file with the token is read each time. *Source*: wire notes 5.4
INFERPP_DECL boost::asio::awaitable<result<credentials>> assume_role_with_web_identity(
    provider_services with, sts_address sts, web_identity_step step,
    std::shared_ptr<environment const> from);

/// Credentials in an answer of STS. @param action "AssumeRole"
INFERPP_DECL result<credentials> read_sts_credentials(std::string_view body,
                                                      std::string_view action);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/sts.ipp>
#endif

#endif
