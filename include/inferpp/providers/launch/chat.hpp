// SPDX-License-Identifier: BSL-1.0
//
// Chats with a language model, in OpenAI's interface. What they are made of is in
// chat_messages.hpp.

#ifndef INFERPP_PROVIDERS_LAUNCH_CHAT_HPP
#define INFERPP_PROVIDERS_LAUNCH_CHAT_HPP

#include <inferpp/providers/launch/chat_messages.hpp>
#include <inferpp/providers/launch/llm_types.hpp>
#include <inferpp/providers/launch/provider.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

// --- what is answered ----------------------------------------------------------------------------

/// One answer of a chat.
struct chat_choice {
    chat_choice() = default;

    std::int64_t index = 0;
    chat_message message;
    std::optional<word<launch::finish_reason>> finish_reason;
    boost::json::object logprobs;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(chat_choice, (), (index, message, finish_reason, logprobs, more))

constexpr json_rules json_rules_of(chat_choice const*)
{
    return json_rules{}.required("message");
}

/// What `send` of a `chat_request` gives.
struct chat_completion {
    chat_completion() = default;

    std::string id;
    std::string object;       ///< "chat.completion"
    std::int64_t created = 0; ///< seconds since 1970
    std::string model;
    std::vector<chat_choice> choices;
    std::optional<token_usage> usage;
    std::string system_fingerprint;
    std::string service_tier;
    unknown_members more;

    /// The text of the first choice; empty when there is none, such as beside tool calls.
    INFERPP_DECL std::string text() const;
};
BOOST_DESCRIBE_STRUCT(chat_completion, (),
                      (id, object, created, model, choices, usage, system_fingerprint, service_tier,
                       more))

constexpr json_rules json_rules_of(chat_completion const*)
{
    return json_rules{}.required("id");
}

/// What an event adds to an answer.
struct chat_delta {
    chat_delta() = default;

    std::string role; ///< in the first event
    std::string content;
    std::string reasoning_content;
    std::string refusal;
    std::vector<tool_call_piece> tool_calls;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(chat_delta, (), (role, content, reasoning_content, refusal, tool_calls, more))

constexpr json_rules json_rules_of(chat_delta const*)
{
    return json_rules{}.also_read("reasoning_content", "reasoning").nothing_required();
}

/// A piece of one answer of a chat.
struct chat_chunk_choice {
    chat_chunk_choice() = default;

    std::int64_t index = 0;
    chat_delta delta;
    std::optional<word<launch::finish_reason>> finish_reason; ///< in the last piece
    boost::json::object logprobs;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(chat_chunk_choice, (), (index, delta, finish_reason, logprobs, more))

constexpr json_rules json_rules_of(chat_chunk_choice const*)
{
    return json_rules{}.nothing_required();
}

/// An event of `stream` of a `chat_request`.
struct chat_chunk {
    chat_chunk() = default;

    std::string id;
    std::string object;       ///< "chat.completion.chunk"
    std::int64_t created = 0; ///< seconds since 1970
    std::string model;
    std::vector<chat_chunk_choice> choices; ///< empty in an event that tells the usage
    std::optional<token_usage> usage;
    std::string system_fingerprint;
    std::string service_tier;
    unknown_members more;

    /// What is added to the text of the first choice; may be empty.
    std::string_view text() const noexcept
    {
        return choices.empty() ? std::string_view{}
                               : std::string_view{choices.front().delta.content};
    }

    /// @return `errc::job_failed` for an event that tells a failure
    INFERPP_DECL static result<std::optional<chat_chunk>> from_sse(sse_event_view const& event);
};
BOOST_DESCRIBE_STRUCT(chat_chunk, (),
                      (id, object, created, model, choices, usage, system_fingerprint, service_tier,
                       more))

constexpr json_rules json_rules_of(chat_chunk const*)
{
    return json_rules{}.nothing_required();
}

// --- what is asked -------------------------------------------------------------------------------

/// What a chat is asked with, but for the model.
struct chat_settings : openai_sampling {
    chat_settings() = default;

    std::vector<chat_message> messages; ///< at least one

    std::optional<std::int64_t> max_completion_tokens; ///< instead of `max_tokens`
    std::optional<bool> logprobs;
    std::optional<std::int64_t> top_logprobs; ///< 0 to 20, together with `logprobs`
    std::vector<chat_tool> tools;
    boost::json::value tool_choice; ///< "none", "auto", "required", or an object that names one
    std::optional<bool> parallel_tool_calls;
    std::optional<std::string> reasoning_effort; ///< "low", "medium", "high"
    std::vector<std::string> modalities;         ///< "text", "audio"
    boost::json::object audio;
    boost::json::object prediction;
    boost::json::object web_search_options;
    std::map<std::string, std::string> metadata;
    std::optional<std::string> service_tier; ///< "auto", "default", "flex"
    std::optional<bool> store;

    // vLLM's.
    std::optional<bool> echo;
    std::optional<bool> add_generation_prompt;
    std::optional<bool> continue_final_message;
    std::vector<std::map<std::string, std::string>> documents;
    std::optional<std::string> chat_template;
    boost::json::object chat_template_kwargs;
    std::optional<std::int64_t> priority;

    unknown_members more; ///< also sent

    INFERPP_DECL result<void> check() const;
};
BOOST_DESCRIBE_STRUCT(chat_settings, (openai_sampling),
                      (messages, max_completion_tokens, logprobs, top_logprobs, tools, tool_choice,
                       parallel_tool_calls, reasoning_effort, modalities, audio, prediction,
                       web_search_options, metadata, service_tier, store, echo,
                       add_generation_prompt, continue_final_message, documents, chat_template,
                       chat_template_kwargs, priority, more))

/// `send` of a `chat_request`: POST /v2/chat/completions
struct sync_chat : chat_settings {
    using provider = launch::provider;
    using response = chat_completion;
    static constexpr operation_info info{.name = "chat",
                                         .method = "POST",
                                         .route = "v2/chat/completions",
                                         .repeat = idempotency::unsafe};

    template <class Request>
    explicit sync_chat(Request const& from) : chat_settings(from),
                                              model(from.model)
    {
    }

    std::string model;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(sync_chat, (chat_settings), (model))

/// `stream` of a `chat_request`: POST /v2/chat/completions with "stream": true
struct stream_chat : chat_settings {
    using provider = launch::provider;
    using response = chat_completion;
    using event = chat_chunk;
    using decoder = sse_events<chat_chunk>;
    static constexpr std::string_view media_type = "text/event-stream";
    static constexpr operation_info info{.name = "stream_chat",
                                         .method = "POST",
                                         .route = "v2/chat/completions",
                                         .repeat = idempotency::unsafe};

    template <class Request>
    explicit stream_chat(Request const& from)
        : chat_settings(from),
          model(from.model),
          stream_options(from.stream_options)
    {
    }

    std::string model;
    bool stream = true;
    std::optional<launch::stream_options> stream_options;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(stream_chat, (chat_settings), (model, stream, stream_options))

/**
 * @brief Asks a language model for the next message of a chat; `send` it or `stream` it.
 *
 * @code
 * launch::chat_request request{"llama-3-8b"};
 * request.messages.emplace_back("system", "Answer in one sentence.");
 * request.messages.emplace_back("user", "What is an otter?");
 * auto stream = co_await client.stream(request);
 * while (auto chunk = co_await stream.next())
 *     std::cout << chunk->text();
 * @endcode
 *
 * For endpoints of vLLM and SGLang. An endpoint that was put out of service answers 410. A failure
 * after the start ends a stream with `errc::job_failed`, whose `http_status` is that of the model.
 * A stream ends with its body, or with "[DONE]", which the platform itself does not send.
 *
 * *Source*: wire notes 4.5 and the platform's OpenAPI document
 */
struct chat_request : chat_settings {
    using send_form = sync_chat;
    using stream_form = stream_chat;

    /// @param endpoint its name, not its id
    explicit chat_request(std::string endpoint) : model(std::move(endpoint)) {}
    /// With one message, of the user.
    chat_request(std::string endpoint, chat_content says) : model(std::move(endpoint))
    {
        messages.emplace_back("user", std::move(says));
    }

    std::string model;
    std::optional<launch::stream_options> stream_options; ///< only for a stream
};

static_assert(!fragile_temporary<chat_request> && !fragile_temporary<sync_chat> &&
              !fragile_temporary<stream_chat>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/chat.ipp>
#endif

#endif
