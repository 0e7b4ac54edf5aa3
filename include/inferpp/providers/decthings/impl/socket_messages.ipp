// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_SOCKET_MESSAGES_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_SOCKET_MESSAGES_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/providers/decthings/socket_messages.hpp>

#include <cstddef>
#include <utility>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The number of a call, the most significant byte first.
inline constexpr std::size_t socket_number_size = 4;

INFERPP_DECL result<std::string> frame_socket_request(std::string_view route,
                                                      std::string_view params,
                                                      attachments const& with, secret const& key)
{
    auto const slash = route.find('/');
    std::string json = R"({"api":")";
    json.append(route.substr(0, slash)).append(R"(","method":")");
    json.append(route.substr(slash + 1)).append(R"(","params":)").append(params);
    if (!key.empty()) {
        json += R"(,"apiKey":)";
        json_writer text{json};
        text.string(key.reveal());
        if (text.failed())
            return error{errc::invalid_argument, "options.api_key " + text.message()};
    }
    json += '}';
    auto framed = frame_request(std::string(socket_number_size, '\0'), json, with);
    if (!framed)
        return framed.error();
    std::string message = std::move(framed->head); // one message is sent from one place
    for (shared_bytes const& piece : framed->rest)
        message += piece.view();
    return message;
}

INFERPP_DECL void number_socket_request(std::string& message, std::uint32_t id) noexcept
{
    for (std::size_t i = socket_number_size; i-- > 0; id >>= 8)
        message[i] = static_cast<char>(id & 0xff);
}

inline error malformed_message(std::string why)
{
    error e{errc::bad_schema, "a message over the WebSocket " + std::move(why)};
    e.edit().phase = "decode";
    return e;
}

INFERPP_DECL result<socket_message> split_socket_message(shared_bytes const& message)
{
    std::string_view const whole = message.view();
    if (whole.empty())
        return malformed_message("is empty");
    socket_message split;
    split.is_event = whole[0] != '\0';
    if (!split.is_event) {
        constexpr std::size_t head = 1 + socket_number_size;
        if (whole.size() < head)
            return malformed_message("ends inside of its number");
        for (char const c : whole.substr(1, socket_number_size))
            split.id = split.id << 8 | static_cast<unsigned char>(c);
        split.answer = message.part(head);
        return split;
    }
    std::size_t const named = whole.size() < 2 ? 0 : static_cast<unsigned char>(whole[1]);
    if (whole.size() < 2 + named)
        return malformed_message("ends inside of the name of its API");
    split.event.api = whole.substr(2, named);
    auto const rest = split_answer(message.part(2 + named));
    if (!rest)
        return malformed_message("ends inside of its JSON");
    auto const parsed = parse_json(rest->json);
    if (!parsed)
        return parsed.error();
    auto const* const members = parsed->if_object();
    auto const* const name = members != nullptr ? members->if_contains("event") : nullptr;
    auto const* const params = members != nullptr ? members->if_contains("params") : nullptr;
    if (name == nullptr || !name->is_string() || params == nullptr || !params->is_object())
        return malformed_message("is an event without a name or parameters");
    split.event.name = std::string_view{name->get_string().data(), name->get_string().size()};
    split.event.params = params->get_object();
    split.event.blobs = rest->blobs;
    return split;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
