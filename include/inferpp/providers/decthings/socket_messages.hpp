// SPDX-License-Identifier: BSL-1.0
//
// Messages over Decthings' WebSocket: calls and their answers as over HTTP, each with a number, and
// events. Pure functions, without I/O. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_DECTHINGS_SOCKET_MESSAGES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_SOCKET_MESSAGES_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/framing.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

/**
 * @brief Puts a call together.
 * @param route  "Spawned/spawnCommand"
 * @param params a JSON object
 * @return the message, whose first 4 bytes are for its number; `errc::invalid_argument` for more
 *         than 255 blobs
 *
 * *Source*: wire notes 1.6
 */
INFERPP_DECL result<std::string> frame_socket_request(std::string_view route,
                                                      std::string_view params,
                                                      attachments const& with, secret const& key);

/// Writes the number of a call into its message.
INFERPP_DECL void number_socket_request(std::string& message, std::uint32_t id) noexcept;

/// An event as it came.
struct socket_event {
    socket_event() = default;

    std::string_view api; ///< "Spawned"; of the message
    std::string name;     ///< "stdout"
    boost::json::object params;
    blob_reader blobs;
};

/// A message of the server, taken apart as far as to see where it goes.
struct socket_message {
    socket_message() = default;

    bool is_event = false;
    std::uint32_t id = 0; ///< of the call that is answered
    shared_bytes answer;  ///< laid out as an answer over HTTP
    socket_event event;
};

/// Takes a message of the server apart, which its parts share. @return `errc::bad_schema` for one
/// that is neither an answer nor an event. *Source*: wire notes 1.6
INFERPP_DECL result<socket_message> split_socket_message(shared_bytes const& message);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/socket_messages.ipp>
#endif

#endif
