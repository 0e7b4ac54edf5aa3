// SPDX-License-Identifier: BSL-1.0
//
// Signs requests of this library. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_SIGNATURE_HPP
#define INFERPP_PROVIDERS_BEDROCK_SIGNATURE_HPP

#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What is signed for, and how the service wants it.
struct signing_scope {
    std::string_view region;
    std::string_view service;
    sigv4_path path = sigv4_path::encoded_again;
    bool sends_payload_hash = false; ///< S3 wants it as a header
};

/**
 * @brief Adds the signature, and what was added to the request by an earlier one is replaced.
 *
 * Signed are the host, the content type and all headers that begin with "x-amz". Where the request
 * has an X-Amz-Content-Sha256 of its own, that is what is signed for the body: the hash of one that
 * is read while it is sent. Without, such a body is not signed, which S3 takes over TLS.
 * @param now by the clock of the servers
 *
 * *Source*: wire notes 4.2.
 */
INFERPP_DECL void sign_request(http::request& message, origin const& to, signing_scope const& scope,
                               credentials const& with, sys_milliseconds now, sigv4_keys& keys);

/// Whether a request carries a signature by this key.
INFERPP_DECL bool is_signed_by(http::request const& message, credentials const& who);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/signature.ipp>
#endif

#endif
