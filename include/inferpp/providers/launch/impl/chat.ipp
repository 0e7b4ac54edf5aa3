// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_CHAT_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_CHAT_IPP

#include <inferpp/providers/launch/chat.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL std::string chat_completion::text() const
{
    return choices.empty() ? std::string{} : choices.front().message.text();
}

INFERPP_DECL result<std::optional<chat_chunk>> chat_chunk::from_sse(sse_event_view const& event)
{
    auto const document = read_llm_event(event);
    if (!document)
        return document.error();
    auto read = decode_value<chat_chunk>(*document);
    if (!read)
        return read.error();
    return std::optional<chat_chunk>{std::move(*read)};
}

INFERPP_DECL result<void> chat_settings::check() const
{
    constexpr std::int64_t most = 20;
    if (messages.empty())
        return refuse("messages is empty; a chat needs at least one");
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (messages[i].role.empty())
            return refuse("messages[" + std::to_string(i) + "].role is empty");
    if (auto const valid = check_sampling(); !valid)
        return valid;
    return check_count("top_logprobs", top_logprobs, 0, most);
}

INFERPP_DECL result<void> sync_chat::validate() const
{
    return first_error({check_given("model", model), check()});
}

INFERPP_DECL result<void> stream_chat::validate() const
{
    return first_error({check_given("model", model), check()});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
