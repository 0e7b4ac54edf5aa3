// SPDX-License-Identifier: BSL-1.0
//
// How to connect: plain data, apart from the transport that uses it.

#ifndef INFERPP_NET_TRANSPORT_OPTIONS_HPP
#define INFERPP_NET_TRANSPORT_OPTIONS_HPP

#include <inferpp/core/secret.hpp>
#include <inferpp/net/proxy.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace inferpp::inline INFERPP_ABI {

class resolver;

/**
 * @brief Whom to trust, and who we are.
 *
 * By default the system's certificate authorities are trusted: those that `SSL_CERT_FILE` and
 * `SSL_CERT_DIR` name, else OpenSSL's own, else the first bundle found where Debian, Fedora,
 * openSUSE, Alpine and macOS keep theirs.
 */
struct tls_options {
    tls_options() = default;

    std::string ca_file; ///< PEM file of authorities to trust instead of the system's
    std::string ca_pem;  ///< the same as text; both may be given

    std::string certificate_file; ///< PEM file of our certificate and its chain, for mutual TLS
    std::string private_key_file; ///< PEM file of its key; must fit
    secret private_key_password;  ///< where the key is encrypted

    /// Accepts any certificate of anybody. The API key goes to whoever answers.
    bool insecure_accept_any_certificate = false;
};

/// Options of the transport over TCP and TLS.
struct transport_options {
    transport_options() = default;

    tls_options tls;
    proxy_options proxy;

    std::size_t max_connections = 64; ///< to each origin; 1 or more
    std::size_t max_waiting = 1024;   ///< calls that wait for one; more fail at once
    std::size_t max_idle = 16;        ///< kept for later
    /// An idle connection older than that is not used; 1 ms or more. A server's `Keep-Alive:
    /// timeout` makes it shorter.
    std::chrono::milliseconds idle_timeout{30'000};
    /// A connection older than that is not used again; 1 ms or more.
    std::chrono::milliseconds max_age{600'000};

    std::shared_ptr<inferpp::resolver> resolver; ///< null: `system_resolver()`
};

} // namespace inferpp::inline INFERPP_ABI

#endif
