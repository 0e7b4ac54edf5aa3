// SPDX-License-Identifier: BSL-1.0
//
// A conversation with a model, in a form that is the same for all models.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/providers/bedrock/runtime/conversation.hpp>
#include <inferpp/providers/bedrock/runtime/converse_answer.hpp>
#include <inferpp/providers/bedrock/runtime/converse_stream.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

struct converse;

/// `stream` of a `converse`: POST /model/{model_id}/converse-stream. It is encoded from the request
/// that it is made from, which must outlive it.
class stream_converse {
public:
    using provider = runtime::provider;
    using response = converse_answer;
    using event = converse_event;
    using decoder = converse_decoder;
    static constexpr std::string_view media_type = "application/vnd.amazon.eventstream";
    static constexpr operation_info info{
        .name = "converse_stream", .method = "POST", .repeat = idempotency::unsafe, .held = true};

    explicit stream_converse(converse const& request) noexcept : request_(request) {}
    explicit stream_converse(converse&& request) = delete;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;

private:
    converse const& request_;
};

/**
 * @brief Asks a model for the next message of a conversation; `send` it or `stream` it.
 *
 * @code
 * runtime::converse request{"anthropic.claude-3-haiku-20240307-v1:0", "What is a kite?"};
 * request.inference_config.emplace().max_tokens = 200;
 *
 * auto answer = co_await client.send(request);
 * std::cout << answer.text();
 *
 * auto words = co_await client.stream(request);
 * while (auto event = co_await words.next())
 *     std::cout << event->text() << std::flush;
 * @endcode
 *
 * The platform keeps nothing of a conversation: what the model has said goes into `messages`, and
 * then what it is asked next. With tools the model may end with `stop_reason::tool_use`: its
 * message holds a `tool_use_block`, and the next one must hold a `tool_result_block` with the same
 * id.
 *
 * Each call is billed, so one that may have arrived is not repeated and ends in
 * `errc::unknown_outcome`; one that was refused as too many is. A model may take minutes:
 * `limits.held` is the limit of a call, and `call_options::timeout` that of this one.
 *
 * *Source*: wire notes 2.3.
 */
struct converse : conversation {
    using provider = runtime::provider;
    using response = converse_answer;
    using stream_form = stream_converse;
    static constexpr operation_info info{
        .name = "converse", .method = "POST", .repeat = idempotency::unsafe, .held = true};

    /// @param model id or ARN of a model, an inference profile, a prompt or a router
    explicit converse(std::string model) : model_id(std::move(model)) {}

    /// @param text what the user says first
    converse(std::string model, std::string text) : model_id(std::move(model))
    {
        messages.emplace_back(role::user, std::move(text));
    }

    std::string model_id;
    std::optional<runtime::guardrail_config> guardrail_config;
    /// Of `stream` alone: whether the guardrail looks at the words before they are sent, which is
    /// the default, or while they are.
    std::optional<word<stream_processing>> stream_processing_mode;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    // Not described: the code that writes the many types of a conversation is compiled once.
    INFERPP_DECL result<void> write_body(std::string& out) const;
};

static_assert(!fragile_temporary<converse> && !fragile_temporary<stream_converse>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/converse.ipp>
#endif

#endif
