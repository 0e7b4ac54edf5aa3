// SPDX-License-Identifier: BSL-1.0
//
// A network that misbehaves on demand, between a client and any server.

#ifndef INFERPP_TESTING_FAULT_PROXY_HPP
#define INFERPP_TESTING_FAULT_PROXY_HPP

#include <inferpp/net/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// What happens to the bytes that go one way over one connection. Offsets count from its start, as
/// the bytes are on the wire: with TLS, handshake and records. Members may be combined.
struct one_way_fault {
    one_way_fault() = default;

    /// The connection ends, both ways, when so many bytes have passed.
    std::optional<std::size_t> cut_after;
    /// Nothing more passes this way after so many bytes, its end neither. The other way goes on.
    std::optional<std::size_t> stall_after;
    /// This way ends with FIN after so many bytes. The other way goes on.
    std::optional<std::size_t> half_close_after;
    /// The lowest bit of the byte there is flipped.
    std::optional<std::size_t> flip_at;

    std::chrono::milliseconds delay{0}; ///< before the first byte passes
    std::vector<std::size_t> slices;    ///< offsets at which the stream is split; rising
    std::size_t drip = 0;               ///< passes pieces of at most so many bytes; 0: as they come
    std::chrono::milliseconds pause{0}; ///< between two pieces of a drip or slice
};

/// What happens to one connection.
struct proxy_fault {
    proxy_fault() = default;

    one_way_fault to_server;
    one_way_fault to_client;
    bool reset = false; ///< cuts with RST instead of FIN
};

/**
 * @brief A TCP proxy on loopback that can stand before any server, plain or TLS.
 *
 * It passes bytes on and does not understand them. Connections meet the injected faults in line,
 * one each; without one, nothing goes wrong. Listens on 127.0.0.1 from its construction until
 * `stop()` or its destruction.
 *
 * *Thread safety*: used on one executor that runs one handler at a time.
 */
class fault_proxy {
public:
    /**
     * @param port of the server, on 127.0.0.1
     * @param time in which delays and pauses pass; null: the machine's
     * @throws failure `invalid_argument` when no port is free
     */
    INFERPP_DECL fault_proxy(boost::asio::any_io_executor executor, std::uint16_t port,
                             std::shared_ptr<clock> time = nullptr);
    INFERPP_DECL ~fault_proxy();
    fault_proxy(fault_proxy const&) = delete;
    fault_proxy& operator=(fault_proxy const&) = delete;

    /// The port on which clients find it.
    INFERPP_DECL std::uint16_t port() const noexcept;

    /// The next connection meets this fault; faults wait in line.
    INFERPP_DECL void inject(proxy_fault next);

    /// Drops the faults that no connection has met.
    INFERPP_DECL void clear_faults() noexcept;

    /// Connections accepted so far, and those of them that are open.
    INFERPP_DECL std::size_t connections() const noexcept;
    INFERPP_DECL std::size_t open_connections() const noexcept;

    /// Bytes passed on so far, over all connections.
    INFERPP_DECL std::uint64_t bytes_to_server() const noexcept;
    INFERPP_DECL std::uint64_t bytes_to_client() const noexcept;

    /// Stops listening and closes all connections.
    INFERPP_DECL void stop() noexcept;

private:
    struct relay;
    std::shared_ptr<relay> relay_;
};

namespace detail {

/// A moment between two pieces of a stream: time passes, and what is ready runs, so that the other
/// side reads the pieces apart also in a manual time that costs nothing.
INFERPP_DECL boost::asio::awaitable<void> between_pieces(clock& time,
                                                         std::chrono::milliseconds pause);

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/fault_proxy.ipp>
#endif

#endif
