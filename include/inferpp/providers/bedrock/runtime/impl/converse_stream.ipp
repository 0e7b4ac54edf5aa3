// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_STREAM_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_STREAM_IPP

#include <inferpp/providers/bedrock/runtime/converse_stream.hpp>

#include <boost/json/object.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL std::string_view converse_event::text() const noexcept
{
    auto const* const grown = get_if<"content_block_delta">();
    auto const* const words = grown != nullptr ? grown->delta.get_if<"text">() : nullptr;
    return words != nullptr ? std::string_view{*words} : std::string_view{};
}

INFERPP_DECL result<std::optional<converse_event>> converse_decoder::next()
{
    auto const got = messages_.next();
    if (!got)
        return got.error();
    if (!*got)
        return std::optional<converse_event>{};
    auto payload = parse_json((*got)->payload);
    if (!payload)
        return payload.error();
    // In the body of an answer, the union would look so.
    boost::json::object union_of_events;
    union_of_events.emplace((*got)->type, std::move(*payload));
    auto event = converse_event::from_json(std::move(union_of_events));
    if (!event)
        return event.error();
    stopped_ = stopped_ || event->get_if<"message_stop">() != nullptr;
    told_ = told_ || event->get_if<"metadata">() != nullptr;
    return std::optional<converse_event>{std::move(*event)};
}

INFERPP_DECL result<void> converse_decoder::finish() const
{
    if (auto const whole = messages_.finish(); !whole)
        return whole;
    if (!done())
        return error{errc::stream_truncated,
                     stopped_ ? "the stream ended without its metadata event"
                              : "the stream ended without its messageStop event"};
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
