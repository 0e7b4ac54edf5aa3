// SPDX-License-Identifier: BSL-1.0
//
// What the messages of a conversation consist of. *Source*: the shapes of the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONTENT_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONTENT_HPP

#include <inferpp/codec/blob.hpp>
#include <inferpp/providers/bedrock/runtime/citations.hpp>
#include <inferpp/providers/bedrock/runtime/guarded_content.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// Where an image, a video or a sound comes from: the bytes themselves, or an object in S3.
struct media_source : shape,
                      json_union<media_source, alternative<"bytes", blob>,
                                 alternative<"s3_location", s3_location>> {
    using json_union::json_union;

    media_source(bytes content) : json_union(blob{std::move(content)}) {}
};

/// Why a model could not make an image or a sound.
struct error_block : shape {
    error_block() = default;

    std::string message;
};
BOOST_DESCRIBE_STRUCT(error_block, (), (message))

enum class image_format { unknown, png, jpeg, gif, webp };
BOOST_DESCRIBE_ENUM(image_format, unknown, png, jpeg, gif, webp)

/// An image.
struct image_block : shape {
    image_block() = default;
    image_block(word<image_format> f, media_source s) : format(std::move(f)), source(std::move(s))
    {
    }

    word<image_format> format;
    media_source source;
    std::optional<error_block> error; ///< of one that a model was to make
};
BOOST_DESCRIBE_STRUCT(image_block, (), (format, source, error))

enum class video_format { unknown, mkv, mov, mp4, webm, flv, mpeg, mpg, wmv, three_gp };
BOOST_DESCRIBE_ENUM(video_format, unknown, mkv, mov, mp4, webm, flv, mpeg, mpg, wmv, three_gp)

/// A video.
struct video_block : shape {
    video_block() = default;
    video_block(word<video_format> f, media_source s) : format(std::move(f)), source(std::move(s))
    {
    }

    word<video_format> format;
    media_source source;
};
BOOST_DESCRIBE_STRUCT(video_block, (), (format, source))

enum class audio_format {
    unknown,
    mp3,
    opus,
    wav,
    aac,
    flac,
    mp4,
    ogg,
    mkv,
    mka,
    x_aac, ///< "x-aac" on the wire
    m4a,
    mpeg,
    mpga,
    pcm,
    webm,
};
BOOST_DESCRIBE_ENUM(audio_format, unknown, mp3, opus, wav, aac, flac, mp4, ogg, mkv, mka, x_aac,
                    m4a, mpeg, mpga, pcm, webm)

constexpr json_rules json_rules_of(audio_format const*) noexcept
{
    return json_rules{naming::kebab_case};
}

/// A sound.
struct audio_block : shape {
    audio_block() = default;
    audio_block(word<audio_format> f, media_source s) : format(std::move(f)), source(std::move(s))
    {
    }

    word<audio_format> format;
    media_source source;
    std::optional<error_block> error; ///< of one that a model was to make
};
BOOST_DESCRIBE_STRUCT(audio_block, (), (format, source, error))

enum class document_format { unknown, pdf, csv, doc, docx, xls, xlsx, html, txt, md };
BOOST_DESCRIBE_ENUM(document_format, unknown, pdf, csv, doc, docx, xls, xlsx, html, txt, md)

/// Where a document comes from: its bytes, an object in S3, its text, or its parts.
struct document_source
    : shape,
      json_union<document_source, alternative<"bytes", blob>,
                 alternative<"s3_location", s3_location>, alternative<"text", std::string>,
                 alternative<"content", std::vector<text_item>>> {
    using json_union::json_union;

    document_source(bytes content) : json_union(blob{std::move(content)}) {}
};

/// A document. Its name is shown to the model, so it should not come from strangers.
struct document_block : shape {
    document_block() = default;
    document_block(std::string n, document_source s) : name(std::move(n)), source(std::move(s)) {}

    std::optional<word<document_format>> format;
    std::string name; ///< 1 to 200 characters
    document_source source;
    std::optional<std::string> context; ///< what the model is told of it
    std::optional<citations_config> citations;
};
BOOST_DESCRIBE_STRUCT(document_block, (), (format, name, source, context, citations))

/// What a search has found, given to the model as a source.
struct search_result_block : shape {
    search_result_block() = default;

    std::string source; ///< such as its URL
    std::string title;
    std::vector<text_piece> content;
    std::optional<citations_config> citations;
};
BOOST_DESCRIBE_STRUCT(search_result_block, (), (source, title, content, citations))

/// A model wants a tool to be used.
struct tool_use_block : shape {
    tool_use_block() = default;
    tool_use_block(std::string id, std::string tool, boost::json::value arguments)
        : tool_use_id(std::move(id)),
          name(std::move(tool)),
          input(std::move(arguments))
    {
    }

    std::string tool_use_id; ///< of the answer too; 1 to 64 letters, digits and _.:-
    std::string name;        ///< of the tool; 1 to 64 letters, digits, "_" and "-"
    boost::json::value input;
    std::optional<std::string> type; ///< "server_tool_use": the platform uses it itself
};
BOOST_DESCRIBE_STRUCT(tool_use_block, (), (tool_use_id, name, input, type))

/// A part of what a tool answers.
struct tool_result_content
    : shape,
      json_union<tool_result_content, alternative<"json", boost::json::value>,
                 alternative<"text", std::string>, alternative<"image", image_block>,
                 alternative<"document", document_block>, alternative<"video", video_block>,
                 alternative<"search_result", search_result_block>> {
    using json_union::json_union;

    tool_result_content(char const* text) : json_union(std::string{text}) {}
};

enum class tool_status { unknown, success, error };
BOOST_DESCRIBE_ENUM(tool_status, unknown, success, error)

/// What a tool answers.
struct tool_result_block : shape {
    tool_result_block() = default;
    tool_result_block(std::string id, tool_result_content answer) : tool_use_id(std::move(id))
    {
        content.push_back(std::move(answer));
    }

    std::string tool_use_id; ///< that of the `tool_use_block`
    std::vector<tool_result_content> content;
    std::optional<word<tool_status>> status; ///< by default success
    std::optional<std::string> type;
};
BOOST_DESCRIBE_STRUCT(tool_result_block, (), (tool_use_id, content, status, type))

constexpr json_rules json_rules_of(tool_result_block const*) noexcept
{
    return json_rules_of(static_cast<shape const*>(nullptr)).always_written("content");
}

/// What a model has thought. It must be sent back as it is, with its signature.
struct reasoning_text : shape {
    reasoning_text() = default;

    std::string text;
    std::optional<std::string> signature;
};
BOOST_DESCRIBE_STRUCT(reasoning_text, (), (text, signature))

/// What a model has thought, in clear or encrypted.
struct reasoning_content
    : shape,
      json_union<reasoning_content, alternative<"reasoning_text", reasoning_text>,
                 alternative<"redacted_content", blob>> {
    using json_union::json_union;
};

/// Names a tool.
struct tool_reference : shape {
    tool_reference() = default;

    std::optional<std::string> type;        ///< 1 to 64 characters
    std::optional<std::string> name;        ///< 1 to 128 characters
    std::optional<std::string> server_name; ///< 1 to 128 characters
};
BOOST_DESCRIBE_STRUCT(tool_reference, (), (type, name, server_name))

/// From here on in the conversation there is one more tool.
struct tool_addition_block : shape {
    tool_addition_block() = default;

    tool_reference tool;
};
BOOST_DESCRIBE_STRUCT(tool_addition_block, (), (tool))

/// From here on in the conversation there is one tool less.
struct tool_removal_block : shape {
    tool_removal_block() = default;

    tool_reference tool;
};
BOOST_DESCRIBE_STRUCT(tool_removal_block, (), (tool))

/// A part of a message.
struct content_block
    : shape,
      json_union<content_block, alternative<"text", std::string>, alternative<"image", image_block>,
                 alternative<"document", document_block>, alternative<"video", video_block>,
                 alternative<"audio", audio_block>, alternative<"tool_use", tool_use_block>,
                 alternative<"tool_result", tool_result_block>,
                 alternative<"guard_content", guard_content>,
                 alternative<"cache_point", cache_point>,
                 alternative<"reasoning_content", reasoning_content>,
                 alternative<"citations_content", citations_block>,
                 alternative<"search_result", search_result_block>,
                 alternative<"tool_addition", tool_addition_block>,
                 alternative<"tool_removal", tool_removal_block>> {
    using json_union::json_union;

    content_block(char const* text) : json_union(std::string{text}) {}

    /// What can be read aloud: the text of a text, or that of citations; empty for all else.
    INFERPP_DECL std::string text() const;
};

enum class role { unknown, user, assistant, system };
BOOST_DESCRIBE_ENUM(role, unknown, user, assistant, system)

/// A message of a conversation.
struct message : shape {
    message() = default;
    message(word<runtime::role> from, std::string text) : role(std::move(from))
    {
        content.push_back(std::move(text));
    }
    message(word<runtime::role> from, std::vector<content_block> blocks)
        : role(std::move(from)),
          content(std::move(blocks))
    {
    }

    word<runtime::role> role;
    std::vector<content_block> content;

    /// The texts in it, one behind the other.
    INFERPP_DECL std::string text() const;
};
BOOST_DESCRIBE_STRUCT(message, (), (role, content))

/// A part of what a model is told before the conversation.
struct system_block : shape,
                      json_union<system_block, alternative<"text", std::string>,
                                 alternative<"guard_content", guard_content>,
                                 alternative<"cache_point", cache_point>> {
    using json_union::json_union;

    system_block(char const* text) : json_union(std::string{text}) {}
};

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/content.ipp>
#endif

#endif
