// SPDX-License-Identifier: BSL-1.0
//
// Completions of a text by a language model, in the platform's own interface. OpenAI's is in
// chat.hpp and text_completions.hpp.

#ifndef INFERPP_PROVIDERS_LAUNCH_COMPLETIONS_HPP
#define INFERPP_PROVIDERS_LAUNCH_COMPLETIONS_HPP

#include <inferpp/providers/launch/llm_types.hpp>
#include <inferpp/providers/launch/provider.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// A token and its probability.
struct completion_token {
    completion_token() = default;

    std::string token;
    double log_prob = 0;
};
BOOST_DESCRIBE_STRUCT(completion_token, (), (token, log_prob))

/// A completion.
struct completion_output {
    completion_output() = default;

    std::string text;
    std::optional<std::int64_t> num_prompt_tokens;
    std::int64_t num_completion_tokens = 0;
    std::vector<completion_token> tokens; ///< if they were asked for
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(completion_output, (),
                      (text, num_prompt_tokens, num_completion_tokens, tokens, more))

constexpr json_rules json_rules_of(completion_output const*)
{
    return json_rules{}.required("text");
}

/// What `send` of a `completion_request` gives.
struct completion {
    completion() = default;

    std::string request_id;
    std::optional<completion_output> output;
};
BOOST_DESCRIBE_STRUCT(completion, (), (request_id, output))

constexpr json_rules json_rules_of(completion const*)
{
    return json_rules{}.nothing_required();
}

/// A piece of a completion.
struct completion_piece {
    completion_piece() = default;

    std::string text;
    bool finished = false; ///< of the last piece; TensorRT-LLM never says it
    std::optional<std::int64_t> num_prompt_tokens;     ///< of the last piece
    std::optional<std::int64_t> num_completion_tokens; ///< so far
    std::optional<completion_token> token;             ///< if it was asked for
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(completion_piece, (),
                      (text, finished, num_prompt_tokens, num_completion_tokens, token, more))

constexpr json_rules json_rules_of(completion_piece const*)
{
    return json_rules{}.required("text");
}

/// An event of `stream` of a `completion_request`.
struct completion_event {
    completion_event() = default;

    std::string request_id;
    completion_piece output;

    /// @return nothing for an event without output; `errc::job_failed` for one that tells a failure
    INFERPP_DECL static result<std::optional<completion_event>> from_sse(
        sse_event_view const& event);
};

/// What a completion is asked with.
struct completion_settings : guided_decoding {
    using provider = launch::provider;

    completion_settings() = default;

    std::string model_endpoint_name;
    std::string prompt;
    std::int64_t max_new_tokens = 1; ///< at least 1
    double temperature = 0;          ///< 0 to 1
    std::vector<std::string> stop_sequences;
    bool return_token_log_probs = false;
    std::optional<double> presence_penalty;  ///< 0 to 2
    std::optional<double> frequency_penalty; ///< 0 to 2
    std::optional<std::int64_t> top_k;       ///< at least -1, which is all
    std::optional<double> top_p;             ///< more than 0, at most 1
    std::optional<bool> include_stop_str_in_output;
    std::optional<bool> skip_special_tokens; ///< by default true
    unknown_members more;                    ///< also sent

    /// Names the member that is out of range.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(completion_settings, (guided_decoding),
                      (model_endpoint_name, prompt, max_new_tokens, temperature, stop_sequences,
                       return_token_log_probs, presence_penalty, frequency_penalty, top_k, top_p,
                       include_stop_str_in_output, skip_special_tokens, more))

/// `send` of a `completion_request`: POST /v1/llm/completions-sync
struct sync_completion : completion_settings {
    using response = completion;
    static constexpr operation_info info{
        .name = "complete",
        .method = "POST",
        .route = "v1/llm/completions-sync?model_endpoint_name={model_endpoint_name}",
        .repeat = idempotency::unsafe};

    explicit sync_completion(completion_settings const& with) : completion_settings(with) {}
};
BOOST_DESCRIBE_STRUCT(sync_completion, (completion_settings), ())

/// `stream` of a `completion_request`: POST /v1/llm/completions-stream
struct stream_completion : completion_settings {
    using response = completion;
    using event = completion_event;
    using decoder = sse_events<completion_event>;
    static constexpr std::string_view media_type = "text/event-stream";
    static constexpr operation_info info{
        .name = "stream_completion",
        .method = "POST",
        .route = "v1/llm/completions-stream?model_endpoint_name={model_endpoint_name}",
        .repeat = idempotency::unsafe};

    explicit stream_completion(completion_settings const& with) : completion_settings(with) {}
};
BOOST_DESCRIBE_STRUCT(stream_completion, (completion_settings), ())

/**
 * @brief Asks a language model to complete a text; `send` it or `stream` it.
 *
 * @code
 * launch::completion_request request{"llama-2-7b", "Once upon a time", 100, 0.7};
 * auto stream = co_await client.stream(request);
 * while (auto event = co_await stream.next())
 *     std::cout << event->output.text;
 * @endcode
 *
 * Only endpoints of type streaming give streams. A failure after the start ends the stream with
 * `errc::job_failed`, whose `http_status` is that of the model; the end is that of the body.
 *
 * *Source*: wire notes 4.4
 */
struct completion_request : completion_settings {
    using send_form = sync_completion;
    using stream_form = stream_completion;

    /// @param endpoint its name, not its id
    /// @param max_tokens of the answer, at least 1
    /// @param heat the temperature, 0 to 1
    completion_request(std::string endpoint, std::string text, std::int64_t max_tokens, double heat)
    {
        model_endpoint_name = std::move(endpoint);
        prompt = std::move(text);
        max_new_tokens = max_tokens;
        temperature = heat;
    }
};

static_assert(!fragile_temporary<completion_request> && !fragile_temporary<sync_completion> &&
              !fragile_temporary<stream_completion>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/completions.ipp>
#endif

#endif
