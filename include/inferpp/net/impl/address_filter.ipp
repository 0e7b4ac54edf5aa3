// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_ADDRESS_FILTER_IPP
#define INFERPP_NET_IMPL_ADDRESS_FILTER_IPP

#include <inferpp/net/address_filter.hpp>

#include <array>
#include <cstdint>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

struct ipv4_range {
    std::uint32_t network;
    unsigned bits;
};

// RFC 6890 and the IANA registry of special-purpose addresses.
inline constexpr std::array<ipv4_range, 15> special_ipv4{{
    {0x00000000, 8},  // this network
    {0x0a000000, 8},  // private
    {0x64400000, 10}, // shared by carriers
    {0x7f000000, 8},  // loopback
    {0xa9fe0000, 16}, // link-local
    {0xac100000, 12}, // private
    {0xc0000000, 24}, // protocol assignments
    {0xc0000200, 24}, // documentation
    {0xc0586300, 24}, // 6to4 relays
    {0xc0a80000, 16}, // private
    {0xc6120000, 15}, // benchmarks
    {0xc6336400, 24}, // documentation
    {0xcb007100, 24}, // documentation
    {0xe0000000, 4},  // multicast
    {0xf0000000, 4},  // reserved, broadcast
}};

inline bool is_public_ipv4(std::uint32_t address) noexcept
{
    for (ipv4_range const& range : special_ipv4)
        if ((address ^ range.network) >> (32 - range.bits) == 0)
            return false;
    return true;
}

} // namespace detail

INFERPP_DECL bool is_public_address(boost::asio::ip::address const& address) noexcept
{
    if (address.is_v4())
        return detail::is_public_ipv4(address.to_v4().to_uint());
    auto const b = address.to_v6().to_bytes();
    auto const ipv4_at = [&b](std::size_t at) {
        return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
               std::uint32_t{b[at + 2]} << 8 | std::uint32_t{b[at + 3]};
    };
    bool leading_zeros = true;
    for (std::size_t i = 0; i < 10; ++i)
        leading_zeros = leading_zeros && b[i] == 0;
    if (leading_zeros && b[10] == 0xff && b[11] == 0xff) // ::ffff:a.b.c.d
        return detail::is_public_ipv4(ipv4_at(12));
    // Only 2000::/3 is handed out; everything else is local, multicast or reserved. Inside of it:
    if ((b[0] & 0xe0) != 0x20)
        return false;
    if (b[0] == 0x20 && b[1] == 0x01) {
        if (b[2] <= 0x01) // 2001::/23: Teredo, benchmarks, ORCHID
            return false;
        if (b[2] == 0x0d && b[3] == 0xb8) // documentation
            return false;
    }
    if (b[0] == 0x20 && b[1] == 0x02) // 6to4
        return false;
    return !(b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xf0) == 0); // documentation, RFC 9637
}

} // namespace inferpp::inline INFERPP_ABI

#endif
