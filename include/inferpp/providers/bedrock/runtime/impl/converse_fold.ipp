// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_FOLD_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_FOLD_IPP

#include <inferpp/providers/bedrock/runtime/converse_fold.hpp>

#include <boost/json/serialize.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

// About what an event adds.
INFERPP_DECL std::size_t converse_fold::size_of(converse_event const& event) noexcept
{
    constexpr std::size_t each = 512; // a block of its own, at most
    auto const* const grown = event.get_if<"content_block_delta">();
    if (grown == nullptr)
        return each;
    block_delta const& delta = grown->delta;
    if (auto const* const text = delta.get_if<"text">())
        return each / 8 + text->size();
    if (auto const* const tool = delta.get_if<"tool_use">())
        return each / 8 + tool->input.size();
    if (auto const* const thought = delta.get_if<"reasoning_content">()) {
        if (auto const* const text = thought->get_if<"text">())
            return each + text->size();
        if (auto const* const bytes = thought->get_if<"redacted_content">())
            return each + bytes->size();
    }
    if (auto const* const image = delta.get_if<"image">(); image != nullptr && image->source)
        if (auto const* const bytes = image->source->get_if<"bytes">())
            return each + bytes->size();
    if (auto const* const results = delta.get_if<"tool_result">()) {
        std::size_t sum = each * (1 + results->size());
        for (tool_result_delta const& one : *results)
            if (auto const* const text = one.get_if<"text">())
                sum += text->size();
        return sum;
    }
    return each;
}

INFERPP_DECL void converse_fold::grow(block& which, block_delta const& by)
{
    if (auto const* const text = by.get_if<"text">()) {
        which.text += *text;
    } else if (auto const* const tool = by.get_if<"tool_use">()) {
        which.text += tool->input;
    } else if (auto const* const thought = by.get_if<"reasoning_content">()) {
        which.thought = true;
        if (auto const* const words = thought->get_if<"text">())
            which.text += *words;
        else if (auto const* const mark = thought->get_if<"signature">())
            which.signature = which.signature.value_or("") + *mark;
        else if (auto const* const hidden = thought->get_if<"redacted_content">())
            which.bytes.emplace(which.bytes ? std::move(*which.bytes) : std::string{})
                .append(hidden->view());
    } else if (auto const* const cited = by.get_if<"citation">()) {
        citation& made = which.citations.emplace_back();
        made.title = cited->title;
        made.source = cited->source;
        made.location = cited->location;
        for (text_piece const& each : cited->source_content)
            made.source_content.emplace_back(each.text);
    } else if (auto const* const image = by.get_if<"image">()) {
        if (image->error)
            which.error = image->error;
        if (!which.image)
            which.image.emplace();
        auto const* const bytes = image->source ? image->source->get_if<"bytes">() : nullptr;
        auto const* const place = image->source ? image->source->get_if<"s3_location">() : nullptr;
        if (bytes != nullptr)
            which.bytes.emplace(which.bytes ? std::move(*which.bytes) : std::string{})
                .append(bytes->view());
        if (place != nullptr)
            which.location = *place;
    } else if (auto const* const results = by.get_if<"tool_result">()) {
        for (tool_result_delta const& each : *results) {
            if (auto const* const document = each.get_if<"json">())
                which.results.emplace_back(*document);
            else if (auto const* const words = each.get_if<"text">()) {
                auto* const last =
                    which.results.empty() ? nullptr : which.results.back().get_if<"text">();
                if (last != nullptr)
                    *last += *words;
                else
                    which.results.emplace_back(*words);
            }
        }
    }
}

INFERPP_DECL result<void> converse_fold::add(converse_event const& event)
{
    std::size_t const size = size_of(event);
    if (size > left_)
        return error{errc::body_too_large,
                     "the stream is larger than it may be; raise the limit of converse_fold"};
    left_ -= size;
    if (auto const* const begin = event.get_if<"message_start">()) {
        role_ = begin->role;
    } else if (auto const* const starts = event.get_if<"content_block_start">()) {
        block& which = blocks_[starts->content_block_index];
        if (auto const* const tool = starts->start.get_if<"tool_use">())
            which.tool_use = *tool;
        else if (auto const* const answer = starts->start.get_if<"tool_result">())
            which.tool_result = *answer;
        else if (auto const* const image = starts->start.get_if<"image">())
            which.image = *image;
    } else if (auto const* const grown = event.get_if<"content_block_delta">()) {
        grow(blocks_[grown->content_block_index], grown->delta);
    } else if (auto const* const ends = event.get_if<"message_stop">()) {
        end_ = *ends;
    } else if (auto const* const told = event.get_if<"metadata">()) {
        told_ = *told;
    }
    return {};
}

INFERPP_DECL result<content_block> converse_fold::finish(block const& from)
{
    if (from.tool_use) {
        auto input = parse_json(from.text.empty() ? std::string_view{"{}"} : from.text);
        if (!input)
            return input.error();
        tool_use_block made{from.tool_use->tool_use_id, from.tool_use->name, std::move(*input)};
        made.type = from.tool_use->type;
        return content_block{std::move(made)};
    }
    if (from.tool_result) {
        tool_result_block made;
        made.tool_use_id = from.tool_result->tool_use_id;
        made.type = from.tool_result->type;
        made.status = from.tool_result->status;
        made.content = from.results;
        return content_block{std::move(made)};
    }
    if (from.image) {
        image_block made;
        made.format = from.image->format;
        made.error = from.error;
        if (from.location)
            made.source = *from.location;
        else
            made.source = blob{from.bytes.value_or("")};
        return content_block{std::move(made)};
    }
    if (from.thought) {
        if (from.bytes)
            return content_block{reasoning_content{blob{*from.bytes}}};
        reasoning_text made;
        made.text = from.text;
        made.signature = from.signature;
        return content_block{reasoning_content{std::move(made)}};
    }
    if (!from.citations.empty()) {
        citations_block made;
        made.content.emplace_back(from.text);
        made.citations = from.citations;
        return content_block{std::move(made)};
    }
    return content_block{from.text};
}

INFERPP_DECL result<converse_answer> converse_fold::answer() const
{
    message said;
    said.role = role_;
    for (auto const& [index, each] : blocks_) {
        auto made = finish(each);
        if (!made) {
            error e{made.error()};
            e.edit().json_path = "$.output.message.content[" + std::to_string(index) + ']';
            return e;
        }
        said.content.push_back(std::move(*made));
    }
    converse_answer whole;
    whole.output = std::move(said);
    whole.stop_reason = end_.stop_reason;
    whole.additional_model_response_fields = end_.additional_model_response_fields;
    whole.usage = told_.usage;
    whole.metrics = told_.metrics;
    whole.trace = told_.trace;
    whole.performance_config = told_.performance_config;
    whole.service_tier = told_.service_tier;
    return whole;
}

INFERPP_DECL boost::asio::awaitable<converse_answer> collect(event_stream<converse_event> stream,
                                                             std::size_t limit)
{
    converse_fold whole{limit};
    while (auto const event = co_await stream.next())
        whole.add(*event).value();
    converse_answer answer = whole.answer().value();
    co_return answer;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
