// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_HTTPS_TRANSPORT_HPP
#define INFERPP_NET_HTTPS_TRANSPORT_HPP

#include <inferpp/net/transport.hpp>

#include <boost/asio/any_io_executor.hpp>

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

/**
 * @brief HTTP/1.1 over TCP and TLS with kept-alive connections.
 *
 * TLS 1.2 at least; the certificate's chain and its subject alternative names are verified.
 *
 * @param executor runs one handler at a time: a single-threaded context's, or a strand
 * @throws failure `invalid_argument` when an option is out of range
 */
INFERPP_DECL std::shared_ptr<transport> make_https_transport(
    boost::asio::any_io_executor executor, transport_options options = {});

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/https_transport.ipp>
#endif

#endif
