// SPDX-License-Identifier: BSL-1.0
//
// How to connect: plain data, apart from the transport that uses it.

#ifndef INFERPP_NET_TRANSPORT_OPTIONS_HPP
#define INFERPP_NET_TRANSPORT_OPTIONS_HPP

#include <inferpp/core/config.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace inferpp::inline INFERPP_ABI {

class resolver;

/// Whom to trust. By default the system's certificate authorities; `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` are OpenSSL's own way to name others.
struct tls_options {
    tls_options() = default;

    std::string ca_file; ///< PEM file of authorities to trust instead of the system's
    std::string ca_pem;  ///< the same as text; both may be given

    /// Accepts any certificate of anybody. The API key goes to whoever answers.
    bool insecure_accept_any_certificate = false;
};

/// Options of the transport over TCP and TLS.
struct transport_options {
    transport_options() = default;

    tls_options tls;
    std::size_t max_idle = 16;                       ///< idle connections kept for each origin
    std::chrono::milliseconds idle_timeout{30'000};  ///< an idle connection older is not used
    std::shared_ptr<inferpp::resolver> resolver;     ///< null: `system_resolver()`
};

} // namespace inferpp::inline INFERPP_ABI

#endif
