// SPDX-License-Identifier: BSL-1.0
//
// The configuration that Amazon's tools share: ~/.aws/config and ~/.aws/credentials.

#ifndef INFERPP_PROVIDERS_BEDROCK_PROFILE_FILES_HPP
#define INFERPP_PROVIDERS_BEDROCK_PROFILE_FILES_HPP

#include <inferpp/core/result.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A section of a file: values by their names in lower case. A value of several lines has LF
/// between them; one with sub-properties is those lines, each behind an LF.
using profile_section = std::map<std::string, std::string, std::less<>>;
using profile_sections = std::map<std::string, profile_section, std::less<>>;

/// Both files together.
struct profile_files {
    profile_files() = default;

    profile_sections profiles;
    profile_sections sso_sessions; ///< `[sso-session NAME]`
    profile_sections services;     ///< `[services NAME]`

    /// A value of a profile; empty when there is none.
    INFERPP_DECL std::string_view find(std::string_view profile, std::string_view name) const;
};

/// A value of a section; empty when there is none.
INFERPP_DECL std::string_view find_property(profile_section const& section, std::string_view name);

/// A sub-property in a value such as "\nendpoint_url = https://..."; empty when there is none.
INFERPP_DECL std::string_view find_sub_property(std::string_view value, std::string_view name);

/**
 * @brief Reads both files; either may be empty.
 *
 * In the config file a profile is `[profile NAME]` or `[default]`, of which `[profile default]`
 * wins; in the credentials file it is `[NAME]`, and what stands there wins. Sections and
 * properties with names that are not valid are passed over.
 * @return `invalid_argument` that names the file and the line, and shows nothing of it
 *
 * *Source*: wire notes 5.3.
 */
INFERPP_DECL result<profile_files> parse_profile_files(std::string_view config,
                                                       std::string_view credentials);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/profile_files.ipp>
#endif

#endif
