// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_PROXY_HPP
#define INFERPP_NET_PROXY_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief An HTTP proxy that is asked by CONNECT for a tunnel to the server.
 *
 * TLS is spoken through the tunnel with the server itself. The proxy looks the server's name up,
 * so that addresses behind a proxy can't be checked from here.
 */
struct proxy_options {
    proxy_options() = default;

    std::string host; ///< empty: no proxy
    std::uint16_t port = 8080;
    std::string user; ///< not empty: Basic credentials are sent with CONNECT
    secret password;
    /// Hosts that are asked directly, separated by commas: a name stands for itself and its
    /// subdomains (a leading dot makes no difference), with ":port" for that port only; IP
    /// addresses and CIDR ranges; "*" for all.
    std::string bypass;

    /**
     * @brief The proxy of `HTTPS_PROXY` (or `https_proxy`), with `NO_PROXY` (or `no_proxy`).
     * @return options without a host when the variable is not set; `invalid_argument`, without its
     *         value, when it is no `http://[user:password@]host[:port]`
     */
    INFERPP_DECL static result<proxy_options> from_env();

    /// The same from a text such as "http://user:password@proxy.example:3128".
    INFERPP_DECL static result<proxy_options> parse(std::string_view text);
};

/// Whether a host is on the list of `proxy_options::bypass`. @param host without brackets
INFERPP_DECL bool bypasses_proxy(std::string_view bypass, std::string_view host,
                                 std::uint16_t port);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/proxy.ipp>
#endif

#endif
