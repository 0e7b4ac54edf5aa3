// SPDX-License-Identifier: BSL-1.0
//
// What servers say is bounded, and freed of what they were sent. Not part of the public interface.

#ifndef INFERPP_CLIENT_SERVER_MESSAGE_HPP
#define INFERPP_CLIENT_SERVER_MESSAGE_HPP

#include <inferpp/core/error.hpp>
#include <inferpp/net/http.hpp>

namespace inferpp::inline INFERPP_ABI::detail {

/// Bounds the server's words in an error, and hides in them what the request held of secrets:
/// servers tell what they were sent, such as "wrong API key: ...", and what they tell is logged.
INFERPP_DECL void bound_server_message(error::particulars& info, http::request const& message);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/server_message.ipp>
#endif

#endif
