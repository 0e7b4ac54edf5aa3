// SPDX-License-Identifier: BSL-1.0
//
// The forms that the platform wants texts in. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_PATTERNS_HPP
#define INFERPP_PROVIDERS_BEDROCK_PATTERNS_HPP

#include <inferpp/core/config.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

// Each is the regular expression of the platform's model, and its length. *Source*: wire notes 1.2
// to 1.4, and the shapes of the control plane.

INFERPP_DECL bool is_job_name(std::string_view text) noexcept;
INFERPP_DECL bool is_role_arn(std::string_view text) noexcept;
INFERPP_DECL bool is_request_token(std::string_view text) noexcept;
INFERPP_DECL bool is_model_id(std::string_view text) noexcept;
INFERPP_DECL bool is_s3_uri(std::string_view text) noexcept;
INFERPP_DECL bool is_kms_key(std::string_view text) noexcept;
INFERPP_DECL bool is_account_id(std::string_view text) noexcept;
INFERPP_DECL bool is_vpc_item(std::string_view text) noexcept;
INFERPP_DECL bool is_tag_text(std::string_view text) noexcept;
INFERPP_DECL bool is_job_identifier(std::string_view text) noexcept;
INFERPP_DECL bool is_page_token(std::string_view text) noexcept;

/// A resource that may have tags. Wider than the platform's list, to which kinds are added.
INFERPP_DECL bool is_taggable(std::string_view text) noexcept;

// Of the runtime, whose models may be more things than those of jobs: any id or ARN that looks like
// one. *Source*: the shapes of the runtime.

INFERPP_DECL bool is_runtime_model(std::string_view text) noexcept;
INFERPP_DECL bool is_guardrail(std::string_view text) noexcept;
INFERPP_DECL bool is_guardrail_version(std::string_view text) noexcept;
INFERPP_DECL bool is_tool_name(std::string_view text) noexcept;
INFERPP_DECL bool is_tool_use_id(std::string_view text) noexcept;
INFERPP_DECL bool is_metadata_text(std::string_view text) noexcept;
INFERPP_DECL bool is_async_invocation(std::string_view text) noexcept;
INFERPP_DECL bool is_s3_place(std::string_view text) noexcept; ///< with any key
INFERPP_DECL bool is_visible_token(std::string_view text) noexcept;

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/patterns.ipp>
#endif

#endif
