// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_CHAT_MESSAGES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_CHAT_MESSAGES_IPP

#include <inferpp/providers/launch/chat_messages.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL chat_part chat_part::of_text(std::string text)
{
    chat_part part;
    part.type = "text";
    part.text = std::move(text);
    return part;
}

INFERPP_DECL chat_part chat_part::of_image(std::string url)
{
    chat_part part;
    part.type = "image_url";
    part.image_url.emplace().url = std::move(url);
    return part;
}

INFERPP_DECL chat_part chat_part::of_audio(std::string base64, std::string format)
{
    chat_part part;
    part.type = "input_audio";
    part.input_audio.emplace().data = std::move(base64);
    part.input_audio->format = std::move(format);
    return part;
}

INFERPP_DECL std::string chat_content::text() const
{
    if (auto const* const plain = std::get_if<std::string>(&value))
        return *plain;
    std::string all;
    for (chat_part const& part : std::get<std::vector<chat_part>>(value))
        all += part.text.value_or("");
    return all;
}

INFERPP_DECL result<chat_content> chat_content::from_json(boost::json::value const& from)
{
    if (from.is_string())
        return chat_content{std::string{from.get_string().data(), from.get_string().size()}};
    auto parts = decode_value<std::vector<chat_part>>(from);
    if (!parts)
        return parts.error();
    return chat_content{std::move(*parts)};
}

INFERPP_DECL void chat_content::to_json(json_writer& out) const
{
    if (auto const* const plain = std::get_if<std::string>(&value))
        out.string(*plain);
    else
        write_json(std::get<std::vector<chat_part>>(value), out);
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
