// SPDX-License-Identifier: BSL-1.0
//
// What Amazon's services say when they refuse: by type, not by status. Not part of the public
// interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_AWS_ERROR_HPP
#define INFERPP_PROVIDERS_BEDROCK_AWS_ERROR_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/net/http.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// An error as a service has written it. Members that it has not written are empty.
struct aws_error {
    aws_error() = default;

    std::string type; ///< "ThrottlingException"
    std::string message;
    std::string request_id;
    std::string extended_id; ///< of S3
};

/**
 * @brief Reads an answer that is no success, in JSON or in XML.
 *
 * The type is the first of the header x-amzn-errortype, the body's `code` or `Code`, its `__type`;
 * what is around the name in it is cut off. Of a body in neither form the message is the body.
 * *Source*: wire notes 1.5 and 5.4
 */
INFERPP_DECL aws_error read_aws_error(http::response const& answer);

/**
 * @brief The status that says what an error means.
 *
 * Of throttling 429, and of a quota that is used up (see `is_worth_repeating`); of what a signature
 * or a key is refused for 401, of conflicts 409, of timeouts 408, of a model's failures 500. Of all
 * others the answer's own.
 * *Source*: wire notes 1.5 and 7.1
 */
INFERPP_DECL int meaning_of(std::string_view type, int status) noexcept;

/// Whether the same request may succeed a moment later, where `meaning_of` does not say so.
INFERPP_DECL std::optional<bool> is_worth_repeating(std::string_view type) noexcept;

/// Whether the service may have been led to refuse by a wrong clock.
INFERPP_DECL bool may_be_skew(std::string_view type) noexcept;

/// Whether credentials have expired.
INFERPP_DECL bool is_expired_token(std::string_view type) noexcept;

/// How far the server's clock is ahead of ours; nothing where it does not say.
INFERPP_DECL std::optional<std::chrono::milliseconds> clock_offset(
    http::headers const& headers, std::chrono::sys_time<std::chrono::milliseconds> now) noexcept;

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/aws_error.ipp>
#endif

#endif
