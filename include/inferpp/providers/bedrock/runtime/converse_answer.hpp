// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_ANSWER_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_ANSWER_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/runtime/assessments.hpp>
#include <inferpp/providers/bedrock/runtime/content.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// Why a model has ended.
enum class stop_reason {
    unknown,
    end_turn,                      ///< it has said what it wanted
    tool_use,                      ///< it waits for the result of a tool
    max_tokens,                    ///< the answer is as long as it may be
    stop_sequence,                 ///< one of the request's
    guardrail_intervened,          ///< the answer is the guardrail's
    content_filtered,              ///< the model's own filter has ended it
    malformed_model_output,        ///< what it said could not be read
    malformed_tool_use,            ///< nor how it would use a tool
    model_context_window_exceeded, ///< the conversation is too long for it
};
BOOST_DESCRIBE_ENUM(stop_reason, unknown, end_turn, tool_use, max_tokens, stop_sequence,
                    guardrail_intervened, content_filtered, malformed_model_output,
                    malformed_tool_use, model_context_window_exceeded)

/// Tokens that were kept, by how long they are.
struct cache_detail : shape {
    cache_detail() = default;

    std::string ttl; ///< "5m" or "1h"
    std::int64_t input_tokens = 0;
};
BOOST_DESCRIBE_STRUCT(cache_detail, (), (ttl, input_tokens))

/// What is billed.
struct token_usage : shape {
    token_usage() = default;

    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t total_tokens = 0;
    std::optional<std::int64_t> cache_read_input_tokens;
    std::optional<std::int64_t> cache_write_input_tokens;
    std::vector<cache_detail> cache_details;
};
BOOST_DESCRIBE_STRUCT(token_usage, (),
                      (input_tokens, output_tokens, total_tokens, cache_read_input_tokens,
                       cache_write_input_tokens, cache_details))

/// How long it took.
struct converse_metrics : shape {
    converse_metrics() = default;

    std::chrono::milliseconds latency{0}; ///< in the platform
};
BOOST_DESCRIBE_STRUCT(converse_metrics, (), (latency))

constexpr json_rules json_rules_of(converse_metrics const*) noexcept
{
    return json_rules{}.renamed("latency", "latencyMs").nothing_required();
}

/// What a guardrail has found in a conversation.
struct guardrail_trace_assessment : shape {
    guardrail_trace_assessment() = default;

    std::vector<std::string> model_output; ///< before the guardrail has changed it
    std::map<std::string, guardrail_assessment> input_assessment; ///< by the guardrail's id
    std::map<std::string, std::vector<guardrail_assessment>> output_assessments;
    std::string action_reason;
};
BOOST_DESCRIBE_STRUCT(guardrail_trace_assessment, (),
                      (model_output, input_assessment, output_assessments, action_reason))

/// Which model a router has chosen.
struct prompt_router_trace : shape {
    prompt_router_trace() = default;

    std::string invoked_model_id;
};
BOOST_DESCRIBE_STRUCT(prompt_router_trace, (), (invoked_model_id))

/// What has happened on the way to an answer.
struct converse_trace : shape {
    converse_trace() = default;

    std::optional<guardrail_trace_assessment> guardrail;
    std::optional<prompt_router_trace> prompt_router;
};
BOOST_DESCRIBE_STRUCT(converse_trace, (), (guardrail, prompt_router))

/// What a model gives; it may be something else than a message one day.
struct converse_output : shape, json_union<converse_output, alternative<"message", message>> {
    using json_union::json_union;
};

/// The answer to a `converse`.
struct converse_answer : shape {
    converse_answer() = default;

    converse_output output;
    word<runtime::stop_reason> stop_reason;
    token_usage usage;
    converse_metrics metrics;
    boost::json::value additional_model_response_fields;
    std::optional<converse_trace> trace;
    std::optional<runtime::performance_config> performance_config;
    std::optional<runtime::service_tier> service_tier;
    unknown_members more;

    // The code that reads the many types of an answer is compiled once.
    INFERPP_DECL static result<converse_answer> decode(http::response&& answer);

    /// What the model has said; null if the output is no message.
    runtime::message const* message() const noexcept { return output.get_if<"message">(); }

    /// The texts in it, one behind the other.
    std::string text() const { return message() != nullptr ? message()->text() : std::string{}; }
};
BOOST_DESCRIBE_STRUCT(converse_answer, (),
                      (output, stop_reason, usage, metrics, additional_model_response_fields, trace,
                       performance_config, service_tier, more))

constexpr json_rules json_rules_of(converse_answer const*) noexcept
{
    return json_rules{naming::camel_case}.required("output");
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/converse_answer.ipp>
#endif

#endif
