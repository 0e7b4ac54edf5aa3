// SPDX-License-Identifier: BSL-1.0
//
// The messages of a chat with a language model: texts, pictures, calls of tools.

#ifndef INFERPP_PROVIDERS_LAUNCH_CHAT_MESSAGES_HPP
#define INFERPP_PROVIDERS_LAUNCH_CHAT_MESSAGES_HPP

#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// A picture in a message.
struct chat_image {
    chat_image() = default;

    std::string url;                   ///< of http, or "data:image/png;base64,..."
    std::optional<std::string> detail; ///< "auto", "low", "high"
};
BOOST_DESCRIBE_STRUCT(chat_image, (), (url, detail))

/// A sound in a message.
struct chat_audio {
    chat_audio() = default;

    std::string data;   ///< in base64
    std::string format; ///< "wav" or "mp3"
};
BOOST_DESCRIBE_STRUCT(chat_audio, (), (data, format))

/// A part of a message's content.
struct chat_part {
    chat_part() = default;

    INFERPP_DECL static chat_part of_text(std::string text);
    /// @param url of http, or "data:image/png;base64,..."
    INFERPP_DECL static chat_part of_image(std::string url);
    /// @param base64 the sound, @param format "wav" or "mp3"
    INFERPP_DECL static chat_part of_audio(std::string base64, std::string format);

    std::string type; ///< "text", "image_url", "input_audio", "refusal", "file"
    std::optional<std::string> text;
    std::optional<chat_image> image_url;
    std::optional<chat_audio> input_audio;
    std::optional<std::string> refusal;
    unknown_members more; ///< also sent
};
BOOST_DESCRIBE_STRUCT(chat_part, (), (type, text, image_url, input_audio, refusal, more))

/// The content of a message: a text, or parts of several kinds.
struct chat_content {
    chat_content() = default;
    chat_content(std::string text) : value(std::move(text)) {}
    chat_content(char const* text) : value(std::string{text}) {}
    chat_content(std::vector<chat_part> parts) : value(std::move(parts)) {}

    std::variant<std::string, std::vector<chat_part>> value;

    /// The text, that of all parts joined.
    INFERPP_DECL std::string text() const;

    INFERPP_DECL static result<chat_content> from_json(boost::json::value const& from);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// What a model wants called, or may call.
struct called_function {
    called_function() = default;

    std::string name;
    std::string arguments; ///< JSON text, by the model: not always valid
};
BOOST_DESCRIBE_STRUCT(called_function, (), (name, arguments))

/// A call that a model asks for.
struct tool_call {
    tool_call() = default;

    std::string id;
    std::string type = "function";
    called_function function;
};
BOOST_DESCRIBE_STRUCT(tool_call, (), (id, type, function))

constexpr json_rules json_rules_of(tool_call const*)
{
    return json_rules{}.required("function");
}

/// What an event adds to the name and arguments of a call.
struct called_function_piece {
    called_function_piece() = default;

    std::string name;
    std::string arguments;
};
BOOST_DESCRIBE_STRUCT(called_function_piece, (), (name, arguments))

constexpr json_rules json_rules_of(called_function_piece const*)
{
    return json_rules{}.nothing_required();
}

/// What an event adds to a call: pieces of the same `index` belong together.
struct tool_call_piece {
    tool_call_piece() = default;

    std::int64_t index = 0;
    std::string id;   ///< in the first piece
    std::string type; ///< in the first piece
    called_function_piece function;
};
BOOST_DESCRIBE_STRUCT(tool_call_piece, (), (index, id, type, function))

constexpr json_rules json_rules_of(tool_call_piece const*)
{
    return json_rules{}.nothing_required();
}

/// A function that a model may ask to call.
struct function_definition {
    function_definition() = default;

    std::string name;
    std::optional<std::string> description;
    boost::json::object parameters; ///< their JSON schema
    std::optional<bool> strict;
};
BOOST_DESCRIBE_STRUCT(function_definition, (), (name, description, parameters, strict))

/// A tool: a function.
struct chat_tool {
    chat_tool() = default;
    explicit chat_tool(function_definition of) : function(std::move(of)) {}

    std::string type = "function";
    function_definition function;
};
BOOST_DESCRIBE_STRUCT(chat_tool, (), (type, function))

/// A message of a chat.
struct chat_message {
    chat_message() = default;
    /// @param who "system", "developer", "user", "assistant" or "tool"
    chat_message(std::string who, chat_content says)
        : role(std::move(who)),
          content(std::move(says))
    {
    }

    std::string role;
    std::optional<chat_content> content;
    std::optional<std::string> name;
    std::optional<std::string> refusal;
    std::optional<std::string> reasoning_content; ///< how the model came to its answer
    std::vector<tool_call> tool_calls;            ///< of an assistant
    std::optional<std::string> tool_call_id;      ///< of a tool: what it answers
    unknown_members more;                         ///< also sent

    /// The text of the content.
    std::string text() const { return content ? content->text() : std::string{}; }
};
BOOST_DESCRIBE_STRUCT(chat_message, (),
                      (role, content, name, refusal, reasoning_content, tool_calls, tool_call_id,
                       more))

constexpr json_rules json_rules_of(chat_message const*)
{
    return json_rules{}.also_read("reasoning_content", "reasoning").nothing_required();
}

static_assert(!std::is_aggregate_v<chat_message> && !std::is_aggregate_v<chat_content>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/chat_messages.ipp>
#endif

#endif
