// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_COUNT_TOKENS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_COUNT_TOKENS_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/codec/blob.hpp>
#include <inferpp/providers/bedrock/runtime/converse.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// A body of `invoke_model`, to be counted.
struct counted_invocation : shape {
    counted_invocation() = default;

    /// @param content at most 25,000,000 bytes
    explicit counted_invocation(bytes content) : body(std::move(content)) {}

    blob body;
};
BOOST_DESCRIBE_STRUCT(counted_invocation, (), (body))

/// What counts of a conversation.
struct counted_conversation : shape {
    counted_conversation() = default;
    explicit counted_conversation(conversation const& from)
        : messages(from.messages),
          system(from.system),
          tool_config(from.tool_config),
          additional_model_request_fields(from.additional_model_request_fields)
    {
    }

    std::vector<message> messages;
    std::vector<system_block> system;
    std::optional<runtime::tool_config> tool_config;
    boost::json::value additional_model_request_fields;
};
BOOST_DESCRIBE_STRUCT(counted_conversation, (),
                      (messages, system, tool_config, additional_model_request_fields))

/// What is counted.
struct counted_input : shape,
                       json_union<counted_input, alternative<"invoke_model", counted_invocation>,
                                  alternative<"converse", counted_conversation>> {
    using json_union::json_union;
};

/// The answer to a `count_tokens`.
struct token_count : shape {
    token_count() = default;

    std::int64_t input_tokens = 0; ///< what the request would be billed for
};
BOOST_DESCRIBE_STRUCT(token_count, (), (input_tokens))

constexpr json_rules json_rules_of(token_count const*) noexcept
{
    return json_rules{naming::camel_case}.required("input_tokens");
}

/**
 * @brief POST /model/{model_id}/count-tokens: how many tokens a request has, which costs nothing.
 *
 * @code
 * runtime::count_tokens const how_many{request}; // a converse
 * std::cout << (co_await client.send(how_many)).input_tokens << '\n';
 * @endcode
 *
 * *Source*: wire notes 2.4.
 */
struct count_tokens {
    using provider = runtime::provider;
    using response = token_count;
    static constexpr operation_info info{.name = "count_tokens", .method = "POST"};

    /// @param model id or ARN of a model, at most 256 characters
    count_tokens(std::string model, counted_input what)
        : model_id(std::move(model)),
          input(std::move(what))
    {
    }
    explicit count_tokens(converse const& request)
        : model_id(request.model_id),
          input(counted_conversation{request})
    {
    }

    std::string model_id;
    counted_input input;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> write_body(std::string& out) const; ///< compiled once, as `converse`
};

static_assert(!fragile_temporary<count_tokens>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/count_tokens.ipp>
#endif

#endif
