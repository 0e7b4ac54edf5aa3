// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_ADDRESS_FILTER_HPP
#define INFERPP_NET_ADDRESS_FILTER_HPP

#include <inferpp/core/config.hpp>

#include <boost/asio/ip/address.hpp>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Whether an address belongs to the public internet.
 *
 * Loopback, private, link-local (with the metadata services of clouds), shared, documentation,
 * multicast and reserved ranges do not, nor do IPv6 forms that carry such an IPv4 address or lead
 * to one (mapped, compatible, NAT64, 6to4, Teredo). For URLs that a server gives: what is asked is
 * the address that is connected to, because names and odd spellings say nothing.
 */
INFERPP_DECL bool is_public_address(boost::asio::ip::address const& address) noexcept;

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/address_filter.ipp>
#endif

#endif
