// SPDX-License-Identifier: BSL-1.0
//
// What carries requests: an interface, so that tests swap it and user code compiles without Beast.

#ifndef INFERPP_NET_TRANSPORT_HPP
#define INFERPP_NET_TRANSPORT_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/net/clock.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/net/websocket.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Bounds in time and size of one request. Durations must be from 1 ms to 100 years.
 *
 * Each time limit ends a phase with an error of its own, see `errc`.
 */
struct limits {
    std::chrono::milliseconds pool{30'000};        ///< waiting for a free connection
    std::chrono::milliseconds resolve{5'000};      ///< looking up the host name
    std::chrono::milliseconds connect{10'000};     ///< connecting, all addresses together
    std::chrono::milliseconds tls{10'000};         ///< the TLS handshake
    std::chrono::milliseconds write_idle{30'000};  ///< between two pieces of the request sent
    std::chrono::milliseconds first_byte{60'000};  ///< from the request sent to the answer begun
    std::chrono::milliseconds idle{60'000};        ///< between two pieces of the answer
    std::chrono::milliseconds event_idle{300'000}; ///< between two events of a stream
    std::chrono::milliseconds total{120'000};      ///< a call as a whole, its retries included
    /// Instead of `first_byte` and `total`, for calls that are answered when their work is done.
    std::chrono::milliseconds held{3'600'000};

    std::size_t header_bytes = 64UL << 10; ///< an answer's header; at least 1 KiB
    std::size_t body_bytes = 16UL << 20;   ///< an answer's body that is read whole
    std::size_t event_bytes = 1UL << 20;   ///< one event of a stream
};

/// The body of a response, read piece by piece. Nothing is read from the server until asked for.
///
/// Destroying it before the end closes the connection.
class body_reader {
public:
    virtual ~body_reader() = default;

    /**
     * @brief Reads the next bytes of the body.
     * @param idle     the longest wait for the next byte
     * @param deadline ends the wait too
     * @return bytes that stay where they are until the next call or the reader's end, none at the
     *         end of a complete body; else an error such as `errc::truncated`, after which the
     *         reader can only be destroyed
     */
    virtual boost::asio::awaitable<result<std::string_view>> read_some(
        clock::duration idle, clock::time_point deadline) = 0;

protected:
    body_reader() = default;
    body_reader(body_reader const&) = default;
    body_reader& operator=(body_reader const&) = default;
};

/// A response whose header has arrived.
struct incoming {
    incoming() = default;

    int status = 0;
    http::headers headers;
    std::optional<std::uint64_t> content_length; ///< of the body, where the server said it
    std::unique_ptr<body_reader> body;           ///< null: there is no body
};

/**
 * @brief Sends requests to origins.
 *
 * A transport neither retries nor follows redirects; it tells in `error::info().sent` how far a
 * failed request got. *Thread safety*: used from one executor that runs one handler at a time.
 */
class transport {
public:
    virtual ~transport() = default;

    /// Called when a client is made for an origin, so that wrong options show there.
    virtual result<void> prepare(origin const& /*to*/) { return {}; }

    /**
     * @brief Sends a request and waits for the header of the answer.
     * @param to, message, bounds must outlive the awaitable
     * @param deadline the end of the call
     * *Cancellation*: `terminal`; the connection is closed.
     */
    virtual boost::asio::awaitable<result<incoming>> open(origin const& to,
                                                          http::request const& message,
                                                          limits const& bounds,
                                                          clock::time_point deadline) = 0;

    /**
     * @brief Opens a WebSocket on a connection of its own.
     * @param to, upgrade, bounds must outlive the awaitable; of `upgrade` the target and the
     * headers count
     * @return `errc::unsupported` from a transport that has none; an error of the status where the
     *         server declines
     */
    virtual boost::asio::awaitable<result<std::unique_ptr<websocket>>> open_websocket(
        origin const& /*to*/, http::request const& /*upgrade*/, limits const& /*bounds*/,
        clock::time_point /*deadline*/)
    {
        co_return error{errc::unsupported, "this transport has no WebSockets"};
    }

protected:
    transport() = default;
    transport(transport const&) = default;
    transport& operator=(transport const&) = default;
};

/**
 * @brief Reads a body to its end.
 * @param answer is left without its body reader
 * @return the body; `errc::body_too_large` as soon as it is known to exceed `bounds.body_bytes`
 */
INFERPP_DECL boost::asio::awaitable<result<std::string>> read_body(incoming& answer,
                                                                   limits const& bounds,
                                                                   clock::time_point deadline);

namespace detail {

/// What to reserve for a body of which `filled` bytes have come. A server's word on the length is
/// no reason to allocate it all, before some of it has come.
INFERPP_DECL std::size_t room_for_body(std::size_t filled, std::uint64_t announced) noexcept;

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/transport.ipp>
#endif

#endif
