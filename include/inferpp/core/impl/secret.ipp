// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_SECRET_IPP
#define INFERPP_CORE_IMPL_SECRET_IPP

#include <inferpp/core/secret.hpp>

#include <openssl/crypto.h>

#include <utility>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL secret::secret(std::string_view text) : text_(text.begin(), text.end()) {}

INFERPP_DECL secret::secret(secret const& other) = default;

INFERPP_DECL secret& secret::operator=(secret const& other)
{
    secret copy{other};
    text_.swap(copy.text_);
    return *this;
}

INFERPP_DECL secret::secret(secret&& other) noexcept = default;

INFERPP_DECL secret& secret::operator=(secret&& other) noexcept
{
    secret taken{std::move(other)};
    text_.swap(taken.text_); // the old text is overwritten with `taken`
    return *this;
}

INFERPP_DECL secret::~secret()
{
    OPENSSL_cleanse(text_.data(), text_.size());
}

} // namespace inferpp::inline INFERPP_ABI

#endif
