// SPDX-License-Identifier: BSL-1.0
//
// Where credentials come from: the default chain, and each of its links by itself.

#ifndef INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_SOURCES_HPP
#define INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_SOURCES_HPP

#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/environment.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// How credentials are looked for. What is set here counts more than variables and files.
struct credential_options {
    credential_options() = default;

    /// Of the profile files; empty: `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`, or "default".
    std::string profile;
    /// Of STS; empty: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile.
    std::string region;
    /// Of STS and IAM Identity Center; empty: `AWS_USE_FIPS_ENDPOINT` and so on, or the profile's.
    std::optional<bool> use_fips;
    std::optional<bool> use_dualstack;
    /// Null: the machine.
    std::shared_ptr<environment const> from;
};

/**
 * @brief The default chain, the same as that of Amazon's own clients. The first of these that is
 *        configured is taken, and if it fails, that is an error:
 *
 * 1. the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`;
 * 2. the profile of ~/.aws/config and ~/.aws/credentials, with all that it may name: keys, roles to
 *    be assumed, a web identity, a login by `aws sso login`, a program;
 * 3. a web identity: `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`;
 * 4. a container: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `_FULL_URI`;
 * 5. the metadata service of an EC2 instance, version 2, unless `AWS_EC2_METADATA_DISABLED`.
 *
 * Variables and files are read when credentials are fetched, and again when they are refreshed. A
 * profile of options is looked at first, before the variables with keys.
 *
 * *Source*: wire notes 5.
 */
INFERPP_DECL std::shared_ptr<credentials_provider> default_credentials(
    credential_options with = {});

/// The variables alone.
INFERPP_DECL std::shared_ptr<credentials_provider> environment_credentials(
    credential_options with = {});

/// The profile alone. *Source*: wire notes 5.3
INFERPP_DECL std::shared_ptr<credentials_provider> profile_credentials(
    credential_options with = {});

/// The web identity of the variables alone. *Source*: wire notes 5.4
INFERPP_DECL std::shared_ptr<credentials_provider> web_identity_credentials(
    credential_options with = {});

/// The container alone: ECS, or EKS Pod Identity. *Source*: wire notes 5.5
INFERPP_DECL std::shared_ptr<credentials_provider> container_credentials(
    credential_options with = {});

/// The metadata service of an instance alone. *Source*: wire notes 5.6
INFERPP_DECL std::shared_ptr<credentials_provider> instance_credentials(
    credential_options with = {});

/// A role to be assumed.
struct iam_role {
    iam_role() = default;
    explicit iam_role(std::string arn) : role_arn(std::move(arn)) {}

    std::string role_arn;
    std::string session_name; ///< 2 to 64 characters; empty: one is made
    std::string external_id;
    std::optional<std::chrono::seconds> duration; ///< 900 s to 12 h; by default an hour
};

/**
 * @brief Credentials of a role, got by those of another provider.
 *
 * @code
 * options.credentials = bedrock::role_credentials(
 *     bedrock::iam_role{"arn:aws:iam::123456789012:role/batch"}, bedrock::default_credentials());
 * @endcode
 * @throws failure `invalid_argument` for a role that can't be
 */
INFERPP_DECL std::shared_ptr<credentials_provider> role_credentials(
    iam_role which, std::shared_ptr<credentials_provider> base, credential_options with = {});

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/credential_sources.ipp>
#endif

#endif
