// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_HTTPS_TRANSPORT_HPP
#define INFERPP_NET_HTTPS_TRANSPORT_HPP

#include <inferpp/net/transport.hpp>
#include <inferpp/net/transport_options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief HTTP/1.1 over TCP and TLS with kept-alive connections.
 *
 * TLS 1.2 at least; the certificate's chain and its subject alternative names are verified.
 *
 * @param executor runs one handler at a time: a single-threaded context's, or a strand
 * @throws failure `invalid_argument` when an option is out of range
 */
INFERPP_DECL std::shared_ptr<transport> make_https_transport(boost::asio::any_io_executor executor,
                                                             transport_options options = {});

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/https_transport.ipp>
#endif

#endif
