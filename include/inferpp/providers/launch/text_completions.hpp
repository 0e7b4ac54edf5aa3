// SPDX-License-Identifier: BSL-1.0
//
// Completions of a text by a language model, in OpenAI's interface.

#ifndef INFERPP_PROVIDERS_LAUNCH_TEXT_COMPLETIONS_HPP
#define INFERPP_PROVIDERS_LAUNCH_TEXT_COMPLETIONS_HPP

#include <inferpp/providers/launch/llm_types.hpp>
#include <inferpp/providers/launch/provider.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// What is to be completed: a text, several, or either as tokens.
struct text_prompt {
    using token_list = std::vector<std::int64_t>;

    text_prompt() = default;
    text_prompt(std::string text) : value(std::move(text)) {}
    text_prompt(char const* text) : value(std::string{text}) {}
    text_prompt(std::vector<std::string> texts) : value(std::move(texts)) {}
    text_prompt(token_list tokens) : value(std::move(tokens)) {}
    text_prompt(std::vector<token_list> several) : value(std::move(several)) {}

    std::variant<std::string, std::vector<std::string>, token_list, std::vector<token_list>> value;

    INFERPP_DECL void to_json(json_writer& out) const;
};

/// An answer, or a piece of one.
struct text_choice {
    text_choice() = default;

    std::int64_t index = 0;
    std::string text;
    std::optional<word<launch::finish_reason>> finish_reason; ///< empty before the last piece
    boost::json::object logprobs;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(text_choice, (), (index, text, finish_reason, logprobs, more))

constexpr json_rules json_rules_of(text_choice const*)
{
    return json_rules{}.nothing_required();
}

/// What `send` of a `text_completion_request` gives, and each event of its stream.
struct text_completion {
    text_completion() = default;

    std::string id;
    std::string object;       ///< "text_completion"
    std::int64_t created = 0; ///< seconds since 1970
    std::string model;
    std::vector<text_choice> choices; ///< may be empty in an event
    std::optional<token_usage> usage;
    std::string system_fingerprint;
    unknown_members more;

    /// The text of the first choice; empty when there is none.
    std::string_view text() const noexcept
    {
        return choices.empty() ? std::string_view{} : std::string_view{choices.front().text};
    }

    /// @return `errc::job_failed` for an event that tells a failure
    INFERPP_DECL static result<std::optional<text_completion>> from_sse(
        sse_event_view const& event);
};
BOOST_DESCRIBE_STRUCT(text_completion, (),
                      (id, object, created, model, choices, usage, system_fingerprint, more))

constexpr json_rules json_rules_of(text_completion const*)
{
    return json_rules{}.required("id");
}

/// What a completion is asked with, but for the model.
struct text_completion_settings : openai_sampling {
    text_completion_settings() = default;

    text_prompt prompt;
    std::optional<bool> echo;             ///< the answer begins with the prompt
    std::optional<std::int64_t> logprobs; ///< of how many tokens at each place, 0 to 5
    std::optional<std::string> suffix;    ///< what comes after the answer
    unknown_members more;                 ///< also sent

    INFERPP_DECL result<void> check() const;
};
BOOST_DESCRIBE_STRUCT(text_completion_settings, (openai_sampling),
                      (prompt, echo, logprobs, suffix, more))

/// `send` of a `text_completion_request`: POST /v2/completions
struct sync_text_completion : text_completion_settings {
    using provider = launch::provider;
    using response = text_completion;
    static constexpr operation_info info{.name = "complete_text",
                                         .method = "POST",
                                         .route = "v2/completions",
                                         .repeat = idempotency::unsafe};

    template <class Request>
    explicit sync_text_completion(Request const& from)
        : text_completion_settings(from),
          model(from.model)
    {
    }

    std::string model;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(sync_text_completion, (text_completion_settings), (model))

/// `stream` of a `text_completion_request`: POST /v2/completions with "stream": true
struct stream_text_completion : text_completion_settings {
    using provider = launch::provider;
    using response = text_completion;
    using event = text_completion;
    using decoder = sse_events<text_completion>;
    static constexpr std::string_view media_type = "text/event-stream";
    static constexpr operation_info info{.name = "stream_text_completion",
                                         .method = "POST",
                                         .route = "v2/completions",
                                         .repeat = idempotency::unsafe};

    template <class Request>
    explicit stream_text_completion(Request const& from)
        : text_completion_settings(from),
          model(from.model),
          stream_options(from.stream_options)
    {
    }

    std::string model;
    bool stream = true;
    std::optional<launch::stream_options> stream_options;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(stream_text_completion, (text_completion_settings),
                      (model, stream, stream_options))

/**
 * @brief Asks a language model to complete a text, as OpenAI's interface has it; `send` it or
 *        `stream` it.
 *
 * @code
 * launch::text_completion_request request{"llama-2-7b", "Once upon a time"};
 * request.max_tokens = 100;
 * auto answer = co_await client.send(request);
 * std::cout << answer.text();
 * @endcode
 *
 * For endpoints of vLLM and SGLang. A failure after the start ends a stream with
 * `errc::job_failed`, whose `http_status` is that of the model. A stream ends with its body, or
 * with "[DONE]", which the platform itself does not send.
 *
 * *Source*: wire notes 4.5
 */
struct text_completion_request : text_completion_settings {
    using send_form = sync_text_completion;
    using stream_form = stream_text_completion;

    /// @param endpoint its name, not its id
    text_completion_request(std::string endpoint, text_prompt text) : model(std::move(endpoint))
    {
        prompt = std::move(text);
    }

    std::string model;
    std::optional<launch::stream_options> stream_options; ///< only for a stream
};

static_assert(!fragile_temporary<text_completion_request> &&
              !fragile_temporary<sync_text_completion> &&
              !fragile_temporary<stream_text_completion> && !fragile_temporary<text_prompt>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/text_completions.ipp>
#endif

#endif
