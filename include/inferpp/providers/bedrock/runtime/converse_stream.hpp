// SPDX-License-Identifier: BSL-1.0
//
// The events of a conversation that is streamed, and what they add up to.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_STREAM_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_STREAM_HPP

#include <inferpp/providers/bedrock/runtime/converse_answer.hpp>
#include <inferpp/providers/bedrock/runtime/stream_messages.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// The message begins.
struct message_start : shape {
    message_start() = default;

    word<runtime::role> role;
};
BOOST_DESCRIBE_STRUCT(message_start, (), (role))

/// A tool is about to be used.
struct tool_use_start : shape {
    tool_use_start() = default;

    std::string tool_use_id;
    std::string name;
    std::optional<std::string> type; ///< "server_tool_use": the platform uses it itself
};
BOOST_DESCRIBE_STRUCT(tool_use_start, (), (tool_use_id, name, type))

/// The answer of a tool that the platform has used.
struct tool_result_start : shape {
    tool_result_start() = default;

    std::string tool_use_id;
    std::optional<std::string> type;
    std::optional<word<tool_status>> status;
};
BOOST_DESCRIBE_STRUCT(tool_result_start, (), (tool_use_id, type, status))

/// An image.
struct image_start : shape {
    image_start() = default;

    word<image_format> format;
};
BOOST_DESCRIBE_STRUCT(image_start, (), (format))

/// What begins, where that is not a text.
struct block_start
    : shape,
      json_union<block_start, alternative<"tool_use", tool_use_start>,
                 alternative<"tool_result", tool_result_start>, alternative<"image", image_start>> {
    using json_union::json_union;
};

/// A block of the message begins. Those of texts mostly have no such event.
struct content_block_start : shape {
    content_block_start() = default;

    std::int64_t content_block_index = 0;
    block_start start;
};
BOOST_DESCRIBE_STRUCT(content_block_start, (), (content_block_index, start))

/// A piece of a tool's arguments: a part of a JSON text.
struct tool_use_delta : shape {
    tool_use_delta() = default;

    std::string input;
};
BOOST_DESCRIBE_STRUCT(tool_use_delta, (), (input))

/// A piece of a tool's answer.
struct tool_result_delta : shape,
                           json_union<tool_result_delta, alternative<"text", std::string>,
                                      alternative<"json", boost::json::value>> {
    using json_union::json_union;
};

/// A piece of what the model has thought.
struct reasoning_delta
    : shape,
      json_union<reasoning_delta, alternative<"text", std::string>,
                 alternative<"redacted_content", blob>, alternative<"signature", std::string>> {
    using json_union::json_union;
};

/// A source of what is said in the block.
struct citation_delta : shape {
    citation_delta() = default;

    std::optional<std::string> title;
    std::optional<std::string> source;
    std::vector<text_piece> source_content;
    std::optional<citation_location> location;
};
BOOST_DESCRIBE_STRUCT(citation_delta, (), (title, source, source_content, location))

/// A piece of an image.
struct image_delta : shape {
    image_delta() = default;

    std::optional<media_source> source;
    std::optional<error_block> error;
};
BOOST_DESCRIBE_STRUCT(image_delta, (), (source, error))

/// What is added to a block.
struct block_delta
    : shape,
      json_union<block_delta, alternative<"text", std::string>,
                 alternative<"tool_use", tool_use_delta>,
                 alternative<"tool_result", std::vector<tool_result_delta>>,
                 alternative<"reasoning_content", reasoning_delta>,
                 alternative<"citation", citation_delta>, alternative<"image", image_delta>> {
    using json_union::json_union;
};

/// A block of the message grows.
struct content_block_delta : shape {
    content_block_delta() = default;

    block_delta delta;
    std::int64_t content_block_index = 0;
};
BOOST_DESCRIBE_STRUCT(content_block_delta, (), (delta, content_block_index))

/// A block of the message is complete.
struct content_block_stop : shape {
    content_block_stop() = default;

    std::int64_t content_block_index = 0;
};
BOOST_DESCRIBE_STRUCT(content_block_stop, (), (content_block_index))

/// The message is complete.
struct message_stop : shape {
    message_stop() = default;

    word<runtime::stop_reason> stop_reason;
    boost::json::value additional_model_response_fields;
};
BOOST_DESCRIBE_STRUCT(message_stop, (), (stop_reason, additional_model_response_fields))

/// What the message has cost. Comes behind its end.
struct stream_metadata : shape {
    stream_metadata() = default;

    token_usage usage;
    converse_metrics metrics;
    std::optional<converse_trace> trace;
    std::optional<runtime::performance_config> performance_config;
    std::optional<runtime::service_tier> service_tier;
};
BOOST_DESCRIBE_STRUCT(stream_metadata, (),
                      (usage, metrics, trace, performance_config, service_tier))

/**
 * @brief An event of a conversation that is streamed. One that this version does not know is kept.
 *
 * @code
 * if (auto const* begins = event.get_if<"content_block_start">()) ...
 * @endcode
 */
struct converse_event : shape,
                        json_union<converse_event, alternative<"message_start", message_start>,
                                   alternative<"content_block_start", content_block_start>,
                                   alternative<"content_block_delta", content_block_delta>,
                                   alternative<"content_block_stop", content_block_stop>,
                                   alternative<"message_stop", message_stop>,
                                   alternative<"metadata", stream_metadata>> {
    using json_union::json_union;

    /// What is said: the text of a delta; empty for all other events.
    INFERPP_DECL std::string_view text() const noexcept;
};

/// Reads the events of a conversation. It ends when both the message's end and what it has cost
/// have come; a body that ends before is `errc::stream_truncated`.
class converse_decoder {
public:
    /// @param event_limit bytes of one event
    explicit converse_decoder(std::size_t event_limit) noexcept : messages_(event_limit) {}

    result<void> feed(std::string_view data) { return messages_.feed(data); }
    INFERPP_DECL result<std::optional<converse_event>> next();
    INFERPP_DECL result<void> finish() const;
    bool done() const noexcept { return stopped_ && told_; }

private:
    stream_messages messages_;
    bool stopped_ = false; ///< the message has ended
    bool told_ = false;    ///< and what it has cost has been told
};

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/converse_stream.ipp>
#endif

#endif
