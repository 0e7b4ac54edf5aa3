// SPDX-License-Identifier: BSL-1.0
//
// How a profile leads to credentials: where the first ones come from, and the roles that are
// assumed with them. A pure function of the profile files. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_PLAN_HPP
#define INFERPP_PROVIDERS_BEDROCK_CREDENTIAL_PLAN_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A role to be assumed.
struct role_step {
    role_step() = default;

    std::string role_arn;
    std::string session_name; ///< empty: one is made
    std::string external_id;
    std::optional<std::chrono::seconds> duration;
};

/// A role to be assumed with the token in a file.
struct web_identity_step {
    web_identity_step() = default;

    std::string role_arn;
    std::string token_file;
    std::string session_name;
};

/// Credentials of IAM Identity Center.
struct sso_step {
    sso_step() = default;

    std::string account_id; ///< empty: the profile is for tokens, not for credentials
    std::string role_name;
    std::string region;
    std::string start_url;
    std::string session; ///< empty: the older form, without one
};

/// A program that prints credentials.
struct process_step {
    process_step() = default;

    std::string command;
    std::string account_id; ///< where the program does not tell it
};

/// A source outside of the profile.
enum class named_source : unsigned char { environment, container, instance };

/// The way to credentials.
struct credential_plan {
    credential_plan() = default;

    std::variant<credentials, named_source, web_identity_step, sso_step, process_step> first;
    std::vector<role_step> roles; ///< in the order in which they are assumed
};

/**
 * @brief The way that a profile describes.
 * @return nothing where the profile says nothing about credentials, or does not exist although it
 *         is only the default; `invalid_argument` for what contradicts itself, naming the profile
 *         and the property
 *
 * *Source*: wire notes 5.3.
 */
INFERPP_DECL result<std::optional<credential_plan>> plan_credentials(profile_files const& files,
                                                                     std::string_view profile);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/credential_plan.ipp>
#endif

#endif
