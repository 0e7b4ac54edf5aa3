// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_SERVER_MESSAGE_IPP
#define INFERPP_CLIENT_IMPL_SERVER_MESSAGE_IPP

#include <inferpp/client/server_message.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/core/log.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::detail {

inline void hide(std::string& text, std::string_view what)
{
    constexpr std::size_t shortest = 4; // less is no secret, and would be found everywhere
    if (what.size() < shortest)
        return;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
        text.replace(at, what.size(), "***");
}

inline void hide_secrets(std::string& text, http::request const& message)
{
    for (auto const& field : message.headers)
        if (!is_loggable_header(field.name)) {
            std::string_view const value = field.value;
            hide(text, value);
            std::string_view const bare = value.substr(value.find(' ') + 1);
            hide(text, bare); // without "ApiKey " or "Bearer "
            // A server has read the name and the password, and one of them is the key.
            if (value.starts_with("Basic "))
                if (auto const pair = decode_base64(bare)) {
                    auto const colon = (std::min)(pair->find(':'), pair->size());
                    hide(text, std::string_view{*pair}.substr(0, colon));
                    hide(text, std::string_view{*pair}.substr((std::min)(colon + 1, pair->size())));
                }
        }
    for (secret const& each : message.secrets)
        hide(text, each.reveal());
    if (auto const query = message.target.find('?'); query != std::string::npos)
        hide(text, std::string_view{message.target}.substr(query + 1));
}

INFERPP_DECL void bound_server_message(error::particulars& info, http::request const& message)
{
    constexpr std::size_t most = 4096;
    info.server_message.resize((std::min)(info.server_message.size(), 2 * most));
    hide_secrets(info.server_message, message);
    info.server_message.resize((std::min)(info.server_message.size(), most));
    info.server_code.resize((std::min)(info.server_code.size(), std::size_t{256}));
    if (info.server_details.size() > 4 * most) // a part of it would be no JSON
        info.server_details.clear();
    hide_secrets(info.server_details, message);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
