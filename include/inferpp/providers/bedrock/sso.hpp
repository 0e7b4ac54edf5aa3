// SPDX-License-Identifier: BSL-1.0
//
// IAM Identity Center: credentials for who has logged in by `aws sso login`. Not part of the public
// interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_SSO_HPP
#define INFERPP_PROVIDERS_BEDROCK_SSO_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/environment.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Where its two services are.
struct sso_address {
    sso_address() = default;

    url portal;
    url oidc;
};

/// What a login has left behind. *Source*: wire notes 5.7
struct sso_token {
    sso_token() = default;

    secret access_token;
    sys_milliseconds expires{};
    secret refresh_token; ///< empty: it can't be renewed
    std::string client_id;
    secret client_secret;
    std::optional<sys_milliseconds> registration_expires;

    /// @return `errc::bad_content` that names the file and shows nothing of it
    INFERPP_DECL static result<sso_token> parse(std::string_view text, std::string const& file);
};

/// The name of the file of a login, without its folder. @param key the session's name, or the start
/// URL without one
INFERPP_DECL std::string sso_token_file(std::string_view key);

/**
 * @brief Credentials of a role for who has logged in. A token that is about to expire is renewed
 *        where that can be done, and the file is written again, as Amazon's tools do.
 * *Source*: wire notes 5.7
 */
INFERPP_DECL boost::asio::awaitable<result<credentials>> sso_credentials(
    provider_services with, sso_address at, sso_step step, std::string cache_folder,
    std::shared_ptr<environment const> from);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/sso.ipp>
#endif

#endif
