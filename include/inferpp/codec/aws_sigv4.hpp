// SPDX-License-Identifier: BSL-1.0
//
// Amazon's Signature Version 4: pure functions of data, without I/O.

#ifndef INFERPP_CODEC_AWS_SIGV4_HPP
#define INFERPP_CODEC_AWS_SIGV4_HPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// How a service wants the path in what is signed.
enum class sigv4_path : unsigned char {
    encoded_again, ///< resolved, and the encoded path encoded once more: all services but S3
    as_sent,       ///< S3, whose keys may hold anything
};

/// What a signature is made over.
struct sigv4_request {
    sigv4_request() = default;

    /// The payload's hash where a payload is not signed; S3 over TLS alone.
    static constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

    std::string method = "GET";
    std::string path = "/"; ///< as it is sent, percent-encoded
    std::string query;      ///< as it is sent, without the '?'
    /// The headers that are signed, in any order and case; Host must be among them, and for the
    /// header form X-Amz-Date. Values may be folded.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string payload_hash = sha256_hex(""); ///< `sha256_hex` of the body, or the text above
};

/// Where and when a signature is good.
struct sigv4_scope {
    std::string_view region;  ///< "us-east-1"
    std::string_view service; ///< "bedrock"
    std::chrono::sys_seconds time;
    sigv4_path path = sigv4_path::encoded_again;
};

/// Who signs.
struct sigv4_identity {
    std::string_view access_key_id;
    std::string_view secret_key;
};

/// Keys that were derived, so that it is done once for each day, region and service.
/// *Thread safety*: safe.
class sigv4_keys {
public:
    /// The key that signs.
    INFERPP_DECL sha256_digest find(std::string_view secret_key, sigv4_scope const& scope);

private:
    struct entry {
        entry() = default;

        secret source;
        std::string scope;
        secret key;
    };

    std::mutex mutex_;
    std::vector<entry> entries_;
    std::size_t oldest_ = 0;
};

/// "20150830T123600Z", as X-Amz-Date has it.
INFERPP_DECL std::string sigv4_date(std::chrono::sys_seconds time);

/// The canonical form of a request, of which the hash is signed.
INFERPP_DECL std::string sigv4_canonical_request(sigv4_request const& request, sigv4_path path);

/// The text that is signed. @param canonical_request of the function above
INFERPP_DECL std::string sigv4_string_to_sign(std::string_view canonical_request,
                                              sigv4_scope const& scope);

/**
 * @brief The value of the header Authorization.
 *
 * Session credentials need X-Amz-Security-Token among the headers that are signed.
 * *Source*: wire notes 4.1 and 4.2.
 */
INFERPP_DECL std::string sigv4_authorization(sigv4_request const& request, sigv4_scope const& scope,
                                             sigv4_identity const& who, sigv4_keys& keys);

/**
 * @brief The query of a URL that is good by itself for some time.
 * @param expires       1 s to 7 days
 * @param session_token empty where the credentials are not those of a session
 * @return the request's own query, and the parameters of the signature
 *
 * *Source*: wire notes 4.3.
 */
INFERPP_DECL std::string sigv4_presigned_query(sigv4_request request, sigv4_scope const& scope,
                                               sigv4_identity const& who, sigv4_keys& keys,
                                               std::chrono::seconds expires,
                                               std::string_view session_token);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/aws_sigv4.ipp>
#endif

#endif
