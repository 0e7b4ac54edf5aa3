// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_REDIRECT_HPP
#define INFERPP_CODEC_REDIRECT_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/result.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// Resolves a reference such as "../x?y=1" against a base (RFC 3986 section 5), strictly.
/// @return the URL without a fragment; `invalid_argument` as `parse_url`
INFERPP_DECL result<url> resolve_reference(url const& base, std::string_view reference);

/// What a redirect leads to.
struct redirect_target {
    redirect_target() = default;

    url to;
    std::string method;
    bool keep_body = false;
    bool same_origin = false; ///< credentials may only go along if this and all before were
};

/// Whether a status is a redirect that can be followed: 301, 302, 303, 307 or 308.
constexpr bool is_redirect(int status) noexcept
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/**
 * @brief Where a redirect leads; a pure function.
 *
 * 303 becomes GET; 301 and 302 are followed for GET and HEAD alone, 307 and 308 with method and
 * body. From https it never leads to http, from a request with a body never to another origin.
 * @param location the header's value; empty when there is none or more than one
 * @return `errc::redirect_refused`, saying why
 */
INFERPP_DECL result<redirect_target> follow_redirect(int status, std::string_view method,
                                                     url const& from, std::string_view location);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/redirect.ipp>
#endif

#endif
