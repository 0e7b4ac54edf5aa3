// SPDX-License-Identifier: BSL-1.0
//
// What a model answers in its own language, as a whole and in chunks.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_MODEL_ANSWER_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_MODEL_ANSWER_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>
#include <inferpp/providers/bedrock/runtime/stream_messages.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// What the headers of an answer say. The counts are not of the documented interface, and may be
/// missing. *Source*: wire notes 2.1
struct answer_headers {
    answer_headers() = default;
    INFERPP_DECL explicit answer_headers(http::headers const& from);

    std::string content_type;
    std::string request_id;
    std::optional<word<latency>> performance_config_latency;
    std::optional<word<tier>> service_tier;
    std::optional<std::chrono::milliseconds> invocation_latency;
    std::optional<std::int64_t> input_tokens;
    std::optional<std::int64_t> output_tokens;
    std::optional<std::int64_t> cache_read_input_tokens;
    std::optional<std::int64_t> cache_write_input_tokens;
};

/// The answer to an `invoke_model`.
template <class Result>
struct model_answer : answer_headers {
    model_answer() = default;

    Result body{};

    static result<model_answer> decode(http::response&& answer)
    {
        model_answer read;
        static_cast<answer_headers&>(read) = answer_headers{answer.headers};
        if constexpr (std::same_as<Result, bytes>) {
            read.body = bytes{std::move(answer.body)};
        } else {
            auto body = decode_json<Result>(answer.body);
            if (!body)
                return body.error();
            read.body = std::move(*body);
        }
        return read;
    }
};

/// What a streamed invocation has cost, as it stands in the last chunk of most models.
/// *Source*: wire notes 2.2
struct invocation_metrics : shape {
    invocation_metrics() = default;

    std::optional<std::int64_t> input_token_count;
    std::optional<std::int64_t> output_token_count;
    std::optional<std::int64_t> cache_read_input_token_count;
    std::optional<std::int64_t> cache_write_input_token_count;
    std::optional<std::chrono::milliseconds> invocation_latency;
    std::optional<std::chrono::milliseconds> first_byte_latency;
};
BOOST_DESCRIBE_STRUCT(invocation_metrics, (),
                      (input_token_count, output_token_count, cache_read_input_token_count,
                       cache_write_input_token_count, invocation_latency, first_byte_latency))

/// A chunk of a streamed invocation.
template <class Result>
struct model_chunk {
    model_chunk() = default;

    Result body{};
    std::optional<invocation_metrics> metrics;
};

/// Reads the chunks of a stream as they are sent: bytes in base64, in JSON, in messages.
class chunk_messages {
public:
    /// @param chunk_limit bytes of one chunk
    INFERPP_DECL explicit chunk_messages(std::size_t chunk_limit) noexcept;

    result<void> feed(std::string_view data) { return messages_.feed(data); }
    INFERPP_DECL result<std::optional<std::string>> next();
    result<void> finish() const { return messages_.finish(); }

private:
    stream_messages messages_;
};

/// The metrics in a chunk, if there are some.
INFERPP_DECL result<std::optional<invocation_metrics>> find_metrics(
    boost::json::value const& chunk);

/// Reads the chunks of a stream. It has no event that ends it: it ends with the body.
template <class Result>
class chunk_decoder {
public:
    /// @param chunk_limit bytes of one chunk
    explicit chunk_decoder(std::size_t chunk_limit) noexcept : chunks_(chunk_limit) {}

    result<void> feed(std::string_view data) { return chunks_.feed(data); }
    result<void> finish() const { return chunks_.finish(); }
    bool done() const noexcept { return false; }

    result<std::optional<model_chunk<Result>>> next()
    {
        auto got = chunks_.next();
        if (!got)
            return got.error();
        if (!*got)
            return std::optional<model_chunk<Result>>{};
        auto made = std::make_optional<model_chunk<Result>>();
        if constexpr (std::same_as<Result, bytes>) {
            made->body = bytes{std::move(**got)};
        } else {
            auto const document = parse_json(**got);
            if (!document)
                return document.error();
            auto metrics = find_metrics(*document);
            if (!metrics)
                return metrics.error();
            made->metrics = std::move(*metrics);
            auto body = decode_value<Result>(*document);
            if (!body)
                return body.error();
            made->body = std::move(*body);
        }
        return made;
    }

private:
    chunk_messages chunks_;
};

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/model_answer.ipp>
#endif

#endif
