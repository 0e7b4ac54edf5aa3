// SPDX-License-Identifier: BSL-1.0
//
// One connection: requests and answers of HTTP/1.1. Not part of the public interface.

#ifndef INFERPP_NET_CONNECTION_HPP
#define INFERPP_NET_CONNECTION_HPP

#include <inferpp/net/channel.hpp>
#include <inferpp/net/transport.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::detail {

/// A connection to one origin, ready for a request.
class connection {
public:
    virtual ~connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Sends a request and reads the header of its answer.
    virtual boost::asio::awaitable<result<void>> exchange(http::request const& message,
                                                          limits const& bounds,
                                                          clock::time_point deadline) = 0;

    /// The header that was read; `body` stays null.
    virtual incoming head() const = 0;

    /// Reads the next bytes of the body, which stay until the next call; none at its end.
    virtual boost::asio::awaitable<result<std::string_view>> read_some(
        clock::duration idle, clock::time_point deadline) = 0;

    /// Whether the answer has been read to its end.
    virtual bool at_end() const noexcept = 0;

    /// Whether another request may follow: the answer has ended and left nothing behind.
    virtual bool reusable() const noexcept = 0;

    /// Stops the timers of a connection that is put aside.
    virtual void rest() noexcept = 0;

    /// Whether the peer has neither closed the resting connection nor said anything on it.
    virtual bool is_quiet() noexcept = 0;

    /// When it was connected.
    std::chrono::steady_clock::time_point born = std::chrono::steady_clock::now();

    /// Until when the server promised to keep it while it rests.
    std::optional<std::chrono::milliseconds> promised;

protected:
    connection() = default;
};

/// Speaks HTTP/1.1 on a channel.
INFERPP_DECL std::unique_ptr<connection> speak_http(channel_ptr on);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/connection.ipp>
#endif

#endif
