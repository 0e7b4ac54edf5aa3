// SPDX-License-Identifier: BSL-1.0
//
// What the two interfaces to language models have in common.

#ifndef INFERPP_PROVIDERS_LAUNCH_LLM_TYPES_HPP
#define INFERPP_PROVIDERS_LAUNCH_LLM_TYPES_HPP

#include <inferpp/codec/sse.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// A failure that is told inside of a stream, whose HTTP status was 200. Both forms are read: the
/// platform's `{"status_code": 500, "content": {"error": "...", "timestamp": "..."}}`, and OpenAI's
/// `{"message": "...", "type": "...", "code": 500}`.
struct stream_failure {
    stream_failure() = default;

    std::optional<int> status_code;
    std::string message; ///< JSON text where it is no text
    std::string timestamp;

    INFERPP_DECL static result<stream_failure> from_json(boost::json::value const& value);

    /// `errc::job_failed` with the message, and the status as its `http_status`.
    INFERPP_DECL error to_error() const;
};

/// The document in an event, or the failure that it tells: that of a member "error".
INFERPP_DECL result<boost::json::value> read_llm_event(sse_event_view const& event);

/// How the words of an answer are limited. Not both interfaces know all of it.
struct guided_decoding {
    guided_decoding() = default;

    boost::json::object guided_json; ///< the answer is JSON of this schema
    std::optional<std::string> guided_regex;
    std::vector<std::string> guided_choice; ///< the answer is one of these
    std::optional<std::string> guided_grammar;
};
BOOST_DESCRIBE_STRUCT(guided_decoding, (),
                      (guided_json, guided_regex, guided_choice, guided_grammar))

/// What vLLM takes beside OpenAI's members.
struct vllm_sampling : guided_decoding {
    vllm_sampling() = default;

    std::optional<std::string> guided_decoding_backend;
    std::optional<std::string> guided_whitespace_pattern;
    std::optional<std::int64_t> best_of;
    std::optional<std::int64_t> top_k; ///< at least -1, which is all
    std::optional<double> min_p;
    std::optional<bool> use_beam_search;
    std::optional<double> length_penalty;
    std::optional<double> repetition_penalty;
    std::optional<bool> early_stopping;
    std::vector<std::int64_t> stop_token_ids;
    std::optional<bool> include_stop_str_in_output;
    std::optional<bool> ignore_eos;
    std::optional<std::int64_t> min_tokens;
    std::optional<bool> skip_special_tokens;           ///< by default true
    std::optional<bool> spaces_between_special_tokens; ///< by default true
    std::optional<bool> add_special_tokens;
};
BOOST_DESCRIBE_STRUCT(vllm_sampling, (guided_decoding),
                      (guided_decoding_backend, guided_whitespace_pattern, best_of, top_k, min_p,
                       use_beam_search, length_penalty, repetition_penalty, early_stopping,
                       stop_token_ids, include_stop_str_in_output, ignore_eos, min_tokens,
                       skip_special_tokens, spaces_between_special_tokens, add_special_tokens))

/// What OpenAI's two requests have in common, and vLLM's members.
struct openai_sampling : vllm_sampling {
    openai_sampling() = default;

    std::optional<double> temperature;      ///< 0 to 2; by default 1
    std::optional<double> top_p;            ///< 0 to 1; by default 1
    std::optional<std::int64_t> n;          ///< answers, 1 to 128; by default 1
    std::optional<std::int64_t> max_tokens; ///< at least 0; of text by default 16
    std::vector<std::string> stop;          ///< the answer ends before any of these
    std::optional<std::int64_t> seed;
    std::optional<double> frequency_penalty;        ///< -2 to 2; by default 0
    std::optional<double> presence_penalty;         ///< -2 to 2; by default 0
    std::map<std::string, std::int64_t> logit_bias; ///< by token: -100 to 100
    std::optional<std::string> user;
    boost::json::object response_format; ///< {"type": "json_object"}

    INFERPP_DECL result<void> check_sampling() const;
};
BOOST_DESCRIBE_STRUCT(openai_sampling, (vllm_sampling),
                      (temperature, top_p, n, max_tokens, stop, seed, frequency_penalty,
                       presence_penalty, logit_bias, user, response_format))

/// What a stream of OpenAI's is asked for.
struct stream_options {
    stream_options() = default;

    bool include_usage = false; ///< a last event without choices holds the tokens used
};
BOOST_DESCRIBE_STRUCT(stream_options, (), (include_usage))

/// The tokens used.
struct token_usage {
    token_usage() = default;

    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    std::int64_t total_tokens = 0;
    boost::json::object prompt_tokens_details;
    boost::json::object completion_tokens_details;
};
BOOST_DESCRIBE_STRUCT(token_usage, (),
                      (prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details,
                       completion_tokens_details))

constexpr json_rules json_rules_of(token_usage const*)
{
    return json_rules{}.nothing_required();
}

/// Why an answer has ended.
enum class finish_reason {
    unknown,
    stop,
    length,
    tool_calls,
    content_filter,
    function_call,
};
BOOST_DESCRIBE_ENUM(finish_reason, unknown, stop, length, tool_calls, content_filter, function_call)

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/llm_types.ipp>
#endif

#endif
