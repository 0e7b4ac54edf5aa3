// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_MODEL_ANSWER_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_MODEL_ANSWER_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/blob.hpp>
#include <inferpp/providers/bedrock/runtime/model_answer.hpp>

#include <charconv>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

inline std::optional<std::int64_t> count_in(http::headers const& from, std::string_view name)
{
    auto const text = from.find(name);
    std::int64_t count = 0;
    if (!text)
        return std::nullopt;
    auto const end = std::from_chars(text->data(), text->data() + text->size(), count);
    if (end.ec != std::errc{} || end.ptr != text->data() + text->size())
        return std::nullopt;
    return count;
}

INFERPP_DECL answer_headers::answer_headers(http::headers const& from)
{
    content_type = from.find("Content-Type").value_or("");
    request_id = from.find("x-amzn-RequestId").value_or("");
    if (auto const text = from.find("X-Amzn-Bedrock-PerformanceConfig-Latency"))
        performance_config_latency.emplace(*text);
    if (auto const text = from.find("X-Amzn-Bedrock-Service-Tier"))
        service_tier.emplace(*text);
    if (auto const count = count_in(from, "X-Amzn-Bedrock-Invocation-Latency"))
        invocation_latency = std::chrono::milliseconds{*count};
    input_tokens = count_in(from, "X-Amzn-Bedrock-Input-Token-Count");
    output_tokens = count_in(from, "X-Amzn-Bedrock-Output-Token-Count");
    cache_read_input_tokens = count_in(from, "X-Amzn-Bedrock-Cache-Read-Input-Token-Count");
    cache_write_input_tokens = count_in(from, "X-Amzn-Bedrock-Cache-Write-Input-Token-Count");
}

/// The payload of a chunk.
struct chunk_payload : shape {
    chunk_payload() = default;

    blob bytes;
};
BOOST_DESCRIBE_STRUCT(chunk_payload, (), (bytes))

// As base64 and within JSON, beside the padding that hides its size.
inline constexpr std::size_t around_chunk = 8UL << 10;

INFERPP_DECL chunk_messages::chunk_messages(std::size_t chunk_limit) noexcept
    : messages_(chunk_limit < aws_event_decoder::max_payload
                    ? base64_size(chunk_limit) + around_chunk
                    : chunk_limit)
{
}

INFERPP_DECL result<std::optional<std::string>> chunk_messages::next()
{
    while (true) {
        auto const got = messages_.next();
        if (!got)
            return got.error();
        if (!*got)
            return std::optional<std::string>{};
        if ((*got)->type != "chunk")
            continue; // of a later version
        auto payload = decode_json<chunk_payload>((*got)->payload);
        if (!payload)
            return payload.error();
        return std::optional<std::string>{std::move(payload->bytes).take()};
    }
}

INFERPP_DECL result<std::optional<invocation_metrics>> find_metrics(boost::json::value const& chunk)
{
    auto const* const found =
        chunk.is_object() ? chunk.get_object().if_contains("amazon-bedrock-invocationMetrics")
                          : nullptr;
    if (found == nullptr)
        return std::optional<invocation_metrics>{};
    auto read = decode_value<invocation_metrics>(*found);
    if (!read)
        return read.error();
    return std::optional<invocation_metrics>{std::move(*read)};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
