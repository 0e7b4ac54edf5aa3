// SPDX-License-Identifier: BSL-1.0
//
// The way to one origin: a connected socket, through a proxy's tunnel, with TLS. What is spoken on
// it comes later. Not part of the public interface.

#ifndef INFERPP_NET_CHANNEL_HPP
#define INFERPP_NET_CHANNEL_HPP

#include <inferpp/net/proxy.hpp>
#include <inferpp/net/tls_context.hpp>
#include <inferpp/net/transport.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace inferpp::inline INFERPP_ABI::detail {

/// A plain or a secured stream. Known to those alone who speak on it.
struct channel;

/// Lets the declarations do without `channel` and what it includes.
struct channel_deleter {
    INFERPP_DECL void operator()(channel* gone) const noexcept;
};
using channel_ptr = std::unique_ptr<channel, channel_deleter>;

/**
 * @brief Makes a channel of a connected socket.
 * @param through the proxy that the socket leads to; null: none
 * @param tls     null for a plain one
 * All that is passed must outlive the awaitable.
 */
INFERPP_DECL boost::asio::awaitable<result<channel_ptr>> open_channel(
    boost::asio::ip::tcp::socket socket, origin const& to, proxy_options const* through,
    std::shared_ptr<tls_context> tls, limits const& bounds, clock::time_point deadline);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/channel.ipp>
#endif

#endif
