// SPDX-License-Identifier: BSL-1.0
//
// What a model may be told beside the conversation: tools, limits, the form of its answer.
// *Source*: the shapes of the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_TOOLS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_TOOLS_HPP

#include <inferpp/providers/bedrock/runtime/guarded_content.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// How long an answer may be, and how it is drawn. What is not set is the model's own default.
struct inference_config : shape {
    inference_config() = default;

    std::optional<std::int64_t> max_tokens;  ///< at least 1
    std::optional<double> temperature;       ///< 0 to 1
    std::optional<double> top_p;             ///< 0 to 1
    std::vector<std::string> stop_sequences; ///< the answer ends before any of these; 2500 at most
};
BOOST_DESCRIBE_STRUCT(inference_config, (), (max_tokens, temperature, top_p, stop_sequences))

/// The schema of a tool's arguments; there may be other kinds than JSON Schema one day.
struct tool_input_schema : shape,
                           json_union<tool_input_schema, alternative<"json", boost::json::value>> {
    using json_union::json_union;
};

/// A tool of the program's.
struct tool_specification : shape {
    tool_specification() = default;

    /// @param n      1 to 64 letters, digits, "_" and "-"
    /// @param schema of the arguments, a JSON Schema
    tool_specification(std::string n, boost::json::value schema)
        : name(std::move(n)),
          input_schema(std::move(schema))
    {
    }

    std::string name;
    std::optional<std::string> description; ///< by which the model knows when to use it; not empty
    tool_input_schema input_schema;
    std::optional<bool> strict; ///< the arguments are made to fit the schema
};
BOOST_DESCRIBE_STRUCT(tool_specification, (), (name, description, input_schema, strict))

/// A tool of the model's.
struct system_tool : shape {
    system_tool() = default;
    explicit system_tool(std::string n) : name(std::move(n)) {}

    std::string name; ///< 1 to 64 letters, digits, "_" and "-"
};
BOOST_DESCRIBE_STRUCT(system_tool, (), (name))

/// A tool that the model may use, or a point to which the list is kept.
struct tool
    : shape,
      json_union<tool, alternative<"tool_spec", tool_specification>,
                 alternative<"system_tool", system_tool>, alternative<"cache_point", cache_point>> {
    using json_union::json_union;
};

/// The model decides.
struct auto_tool_choice : shape {
    auto_tool_choice() = default;
};
BOOST_DESCRIBE_STRUCT(auto_tool_choice, (), ())

/// The model must use one of the tools.
struct any_tool_choice : shape {
    any_tool_choice() = default;
};
BOOST_DESCRIBE_STRUCT(any_tool_choice, (), ())

/// The model must use this tool.
struct specific_tool_choice : shape {
    specific_tool_choice() = default;
    explicit specific_tool_choice(std::string n) : name(std::move(n)) {}

    std::string name;
};
BOOST_DESCRIBE_STRUCT(specific_tool_choice, (), (name))

/// Who decides whether a tool is used.
struct tool_choice
    : shape,
      json_union<tool_choice, alternative<"auto", auto_tool_choice>,
                 alternative<"any", any_tool_choice>, alternative<"tool", specific_tool_choice>> {
    using json_union::json_union;
};

/// The tools of a conversation.
struct tool_config : shape {
    tool_config() = default;

    std::vector<tool> tools; ///< at least one
    std::optional<runtime::tool_choice> tool_choice;
};
BOOST_DESCRIBE_STRUCT(tool_config, (), (tools, tool_choice))

/// How much is told about what a guardrail has found.
enum class guardrail_trace { unknown, enabled, disabled, enabled_full };
BOOST_DESCRIBE_ENUM(guardrail_trace, unknown, enabled, disabled, enabled_full)

/// The guardrail of a conversation.
struct guardrail_config : shape {
    guardrail_config() = default;
    guardrail_config(std::string identifier, std::string version)
        : guardrail_identifier(std::move(identifier)),
          guardrail_version(std::move(version))
    {
    }

    std::string guardrail_identifier; ///< lower-case letters and digits, or its ARN
    std::string guardrail_version;    ///< "DRAFT", or a number
    std::optional<word<guardrail_trace>> trace;
};
BOOST_DESCRIBE_STRUCT(guardrail_config, (), (guardrail_identifier, guardrail_version, trace))

/// Whether a guardrail looks at a stream before or while it is sent.
enum class stream_processing { unknown, sync, async };
BOOST_DESCRIBE_ENUM(stream_processing, unknown, sync, async)

/// A JSON Schema that an answer has to fit.
struct json_schema : shape {
    json_schema() = default;
    explicit json_schema(std::string text) : schema(std::move(text)) {}

    std::string schema; ///< as text
    std::optional<std::string> name;
    std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(json_schema, (), (schema, name, description))

/// What an answer has to fit; there may be other kinds one day.
struct output_structure : shape,
                          json_union<output_structure, alternative<"json_schema", json_schema>> {
    using json_union::json_union;
};

enum class output_type { unknown, json_schema };
BOOST_DESCRIBE_ENUM(output_type, unknown, json_schema)

/// The form of an answer.
struct output_format : shape {
    output_format() = default;
    explicit output_format(json_schema schema)
        : type(output_type::json_schema),
          structure(std::move(schema))
    {
    }

    word<output_type> type;
    output_structure structure;
};
BOOST_DESCRIBE_STRUCT(output_format, (), (type, structure))

/// What the answer is to be like.
struct output_config : shape {
    output_config() = default;

    std::optional<output_format> text_format;
    std::optional<std::string> effort; ///< that the model makes; at most 16 characters
};
BOOST_DESCRIBE_STRUCT(output_config, (), (text_format, effort))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
