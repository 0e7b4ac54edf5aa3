// SPDX-License-Identifier: BSL-1.0
//
// Connecting to the first of several addresses that answers. Not part of the public interface.

#ifndef INFERPP_NET_DIAL_HPP
#define INFERPP_NET_DIAL_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/net/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

/// Address families in turn, beginning with that of the first address (RFC 8305 section 4).
INFERPP_DECL std::vector<boost::asio::ip::tcp::endpoint> interleave_families(
    std::vector<boost::asio::ip::tcp::endpoint> addresses);

/**
 * @brief Connects as RFC 8305 says: a second attempt begins 250 ms after the first, or at once
 *        when that fails; at most four at a time; the first that connects wins.
 * @param name of the host, for errors
 * @return the socket; `errc::connect_timeout` at `until`; `errc::connect_failed` with each address
 *         and its cause; `errc::cancelled`
 */
INFERPP_DECL boost::asio::awaitable<result<boost::asio::ip::tcp::socket>> dial(
    boost::asio::any_io_executor executor, std::vector<boost::asio::ip::tcp::endpoint> addresses,
    std::string name, clock::time_point until);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/dial.ipp>
#endif

#endif
