// SPDX-License-Identifier: BSL-1.0
//
// What a model is told in a conversation. *Source*: the shapes of the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSATION_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSATION_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/providers/bedrock/runtime/content.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>
#include <inferpp/providers/bedrock/runtime/tools.hpp>

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// All that a model is told, but for the guardrail.
struct conversation : shape {
    conversation() = default;

    std::vector<message> messages;
    std::vector<system_block> system; ///< what the model is told before them
    std::optional<runtime::inference_config> inference_config;
    std::optional<runtime::tool_config> tool_config;
    boost::json::value additional_model_request_fields; ///< parameters of this model's own
    std::map<std::string, text_item> prompt_variables;  ///< where the model is a prompt
    /// What the answer holds as `additional_model_response_fields`: at most 10 JSON pointers of 1
    /// to 256 characters.
    std::vector<std::string> additional_model_response_field_paths;
    /// For the log of invocations: at most 16, with names of 1 to 256 characters and values of at
    /// most 256: letters, digits, blanks and :_@$#=/+,-.
    std::map<std::string, std::string> request_metadata;
    std::optional<runtime::performance_config> performance_config;
    std::optional<runtime::service_tier> service_tier;
    std::optional<runtime::output_config> output_config;

    /// Names the member that the platform would refuse.
    INFERPP_DECL result<void> check() const;
};
BOOST_DESCRIBE_STRUCT(conversation, (),
                      (messages, system, inference_config, tool_config,
                       additional_model_request_fields, prompt_variables,
                       additional_model_response_field_paths, request_metadata, performance_config,
                       service_tier, output_config))

/// Refuses the id of a model that can't be one.
INFERPP_DECL result<void> check_model(std::string const& model_id);

/// Refuses a guardrail that can't be one. @param whole both identifier and version must be given
INFERPP_DECL result<void> check_guardrail(std::string const& identifier, std::string const& version,
                                          bool whole);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/conversation.ipp>
#endif

#endif
