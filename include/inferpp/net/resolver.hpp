// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_RESOLVER_HPP
#define INFERPP_NET_RESOLVER_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/net/clock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// Turns host names into addresses.
class resolver {
public:
    virtual ~resolver() = default;

    /**
     * @brief Looks up a host.
     * @param host a name or an IP address
     * @return at least one endpoint, in the order in which they are to be tried; else
     *         `errc::resolve_failed` or `errc::resolve_timeout`
     * *Cancellation*: `terminal`, at once.
     */
    virtual boost::asio::awaitable<result<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(
        std::string host, std::uint16_t port, clock::time_point deadline) = 0;

protected:
    resolver() = default;
    resolver(resolver const&) = default;
    resolver& operator=(resolver const&) = default;
};

/**
 * @brief The system's resolver (`getaddrinfo`) with a deadline.
 *
 * Lookups run on four threads of the library's own, made at the first lookup and never joined,
 * because `getaddrinfo` can't be interrupted: neither a deadline nor the end of the `io_context`
 * waits for it. Asio's resolver does, one lookup after the other.
 */
INFERPP_DECL std::shared_ptr<resolver> system_resolver();

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/resolver.ipp>
#endif

#endif
