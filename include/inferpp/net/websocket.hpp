// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket as platforms use it: an interface, so that user code compiles without Beast.

#ifndef INFERPP_NET_WEBSOCKET_HPP
#define INFERPP_NET_WEBSOCKET_HPP

#include <inferpp/core/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// One message.
struct websocket_message {
    websocket_message() = default;
    explicit websocket_message(std::string content, bool is_text = false)
        : data(std::move(content)),
          text(is_text)
    {
    }

    std::string data;
    bool text = false; ///< of type text; otherwise binary
};

/**
 * @brief A WebSocket (RFC 6455): messages both ways on one connection.
 *
 * Pings are answered while a message is awaited. When nothing has come for half of `limits::idle`
 * the peer is asked by a ping, and after the whole of it the connection has ended in
 * `errc::idle_timeout`. Destroying it closes the connection at once.
 *
 * *Cancellation*: `terminal`; the connection has then ended. *Lifetimes*: it must outlive the
 * awaitables. *Thread safety*: used on one executor that runs one handler at a time; one message is
 * read and one written at a time, but both at once.
 */
class websocket {
public:
    virtual ~websocket() = default;
    websocket(websocket const&) = delete;
    websocket& operator=(websocket const&) = delete;

    /**
     * @brief The next message.
     * @return nothing after the peer has said that it closes; else an error such as
     *         `errc::truncated`, or `errc::body_too_large` for one over `limits::body_bytes`
     */
    virtual boost::asio::awaitable<result<std::optional<websocket_message>>> read() = 0;

    /**
     * @brief Sends a message.
     * @param message must outlive the awaitable
     * @return `errc::write_timeout` where the peer takes nothing for `limits::write_idle`; its
     *         `sent` says whether it may have got something of the message
     */
    virtual boost::asio::awaitable<result<void>> write(websocket_message const& message) = 0;

    /// Says goodbye and waits a second for the peer's. No message is read or written after that.
    virtual boost::asio::awaitable<void> close() = 0;

protected:
    websocket() = default;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
