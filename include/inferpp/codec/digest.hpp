// SPDX-License-Identifier: BSL-1.0
//
// Digests, and bits that nobody can guess; all of OpenSSL.

#ifndef INFERPP_CODEC_DIGEST_HPP
#define INFERPP_CODEC_DIGEST_HPP

#include <inferpp/core/config.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st; // of OpenSSL

namespace inferpp::inline INFERPP_ABI {

using sha256_digest = std::array<unsigned char, 32>;

/// SHA-256 of bytes that come in pieces.
class sha256 {
public:
    /// @throws std::bad_alloc
    INFERPP_DECL sha256();

    INFERPP_DECL void add(std::string_view data);

    /// Of all bytes so far; then it begins again.
    INFERPP_DECL sha256_digest finish();

private:
    struct closer {
        INFERPP_DECL void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, closer> context_;
};

/// Lower-case hexadecimal digits, two for each byte.
INFERPP_DECL std::string to_hex(std::span<unsigned char const> data);

/// SHA-256 of `data`.
INFERPP_DECL sha256_digest sha256_of(std::string_view data);

/// The same in 64 hexadecimal digits.
INFERPP_DECL std::string sha256_hex(std::string_view data);

/// HMAC with SHA-256 (RFC 2104). @param key of any length
INFERPP_DECL sha256_digest hmac_sha256(std::span<unsigned char const> key, std::string_view data);

/// SHA-1 in 40 hexadecimal digits: for names that others have made so, never as a safeguard.
/// @throws failure `unsupported` where the machine's policy forbids SHA-1
INFERPP_DECL std::string sha1_hex(std::string_view data);

/// So many random bytes in hexadecimal digits, fit for secrets and for names that must be unique.
INFERPP_DECL std::string random_hex(std::size_t bytes);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/digest.ipp>
#endif

#endif
