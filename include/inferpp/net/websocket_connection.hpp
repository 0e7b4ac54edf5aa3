// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket on a channel. Not part of the public interface.

#ifndef INFERPP_NET_WEBSOCKET_CONNECTION_HPP
#define INFERPP_NET_WEBSOCKET_CONNECTION_HPP

#include <inferpp/net/channel.hpp>
#include <inferpp/net/websocket.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace inferpp::inline INFERPP_ABI::detail {

/// Asks the server of a channel for a WebSocket. All that is passed must outlive the awaitable.
/// @param upgrade its target and headers
/// @return an error of the status where the server declines
INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> speak_websocket(
    channel_ptr on, http::request const& upgrade, limits const& bounds, clock::time_point deadline);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/websocket_connection.ipp>
#endif

#endif
