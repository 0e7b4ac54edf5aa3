// SPDX-License-Identifier: BSL-1.0
//
// A small HTTP/1.1 server, for what platforms send by themselves.

#ifndef INFERPP_NET_HTTP_SERVER_HPP
#define INFERPP_NET_HTTP_SERVER_HPP

#include <inferpp/net/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace inferpp::inline INFERPP_ABI {

/// How a server listens, and what it takes.
struct http_server_options {
    http_server_options() = default;

    std::string address = "127.0.0.1"; ///< "0.0.0.0" or "::" for everyone
    std::uint16_t port = 0;            ///< 0: one that is free
    std::size_t max_connections = 256; ///< more wait to be accepted; 1 to 65536
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 1024 * 1024;           ///< a larger one is refused with 413
    std::chrono::milliseconds request_time{10'000}; ///< to receive a request; to send its answer
    std::chrono::milliseconds idle_time{30'000};    ///< between two requests of a connection
};

/**
 * @brief Listens from its construction until `stop()` or its destruction, and answers each request
 *        with what a function says.
 *
 * It speaks plain HTTP: put it behind a proxy that ends TLS. A function that throws is answered
 * with 500, and what is no request or too large with 400, 413 or 431. *Lifetimes*: the function is
 * not called after `stop()`. *Thread safety*: all on the executor given, which runs one handler at
 * a time.
 */
class http_server {
public:
    using handler = std::function<http::response(http::request const&)>;

    /// @throws failure `invalid_argument` for options out of range, and when it can't listen there
    INFERPP_DECL http_server(boost::asio::any_io_executor executor, http_server_options options,
                             handler answer);
    INFERPP_DECL ~http_server();
    http_server(http_server const&) = delete;
    http_server& operator=(http_server const&) = delete;

    INFERPP_DECL std::uint16_t port() const noexcept;

    /// Stops listening and closes all connections.
    INFERPP_DECL void stop() noexcept;

private:
    struct listener;
    std::shared_ptr<listener> listener_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/http_server.ipp>
#endif

#endif
