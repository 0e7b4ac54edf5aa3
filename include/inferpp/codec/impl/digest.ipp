// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_DIGEST_IPP
#define INFERPP_CODEC_IMPL_DIGEST_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/core/error.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <new>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL sha256::sha256() : context_(EVP_MD_CTX_new())
{
    // The only way in which it fails.
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc{};
}

INFERPP_DECL void sha256::closer::operator()(evp_md_ctx_st* context) const noexcept
{
    EVP_MD_CTX_free(context);
}

INFERPP_DECL void sha256::add(std::string_view data)
{
    EVP_DigestUpdate(context_.get(), data.data(), data.size());
}

INFERPP_DECL sha256_digest sha256::finish()
{
    sha256_digest digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    if (EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc{};
    return digest;
}

INFERPP_DECL std::string to_hex(std::span<unsigned char const> data)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * data.size());
    for (unsigned char const byte : data) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

INFERPP_DECL sha256_digest sha256_of(std::string_view data)
{
    sha256_digest digest{};
    if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc{};
    return digest;
}

INFERPP_DECL std::string sha256_hex(std::string_view data)
{
    return to_hex(sha256_of(data));
}

INFERPP_DECL sha256_digest hmac_sha256(std::span<unsigned char const> key, std::string_view data)
{
    sha256_digest digest{};
    // An empty key must not be a null pointer: that would mean the key of the call before.
    unsigned char const none = 0;
    if (HMAC(EVP_sha256(), key.empty() ? &none : key.data(), static_cast<int>(key.size()),
             reinterpret_cast<unsigned char const*>(data.data()), data.size(), digest.data(),
             nullptr) == nullptr)
        throw std::bad_alloc{};
    return digest;
}

INFERPP_DECL std::string sha1_hex(std::string_view data)
{
    std::array<unsigned char, 20> digest{};
    if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
        throw failure{error{errc::unsupported, "SHA-1 is not available on this machine"}};
    return to_hex(digest);
}

INFERPP_DECL std::string random_hex(std::size_t bytes)
{
    std::vector<unsigned char> random(bytes);
    if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1)
        throw failure{error{errc::unsupported, "the machine has no source of random bytes"}};
    return to_hex(random);
}

} // namespace inferpp::inline INFERPP_ABI

#endif
