// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSATION_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSATION_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/runtime/conversation.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<void> check_model(std::string const& model_id)
{
    return detail::require(
        is_runtime_model(model_id),
        "model_id must be the id of a model such as vendor.name-v1:0, or the ARN of a "
        "model, inference profile, prompt or endpoint, at most 2048 characters");
}

INFERPP_DECL result<void> check_guardrail(std::string const& identifier, std::string const& version,
                                          bool whole)
{
    return detail::first_error(
        {detail::require(!(whole ? identifier.empty() || version.empty()
                                 : identifier.empty() != version.empty()),
                         "guardrail_identifier and guardrail_version must both be set"),
         detail::require(
             identifier.empty() || is_guardrail(identifier),
             "guardrail_identifier must be of lower-case letters and digits, or the ARN of a "
             "guardrail, at most 2048 characters"),
         detail::require(version.empty() || is_guardrail_version(version),
                         "guardrail_version must be DRAFT, or a number of 1 to 8 digits")});
}

inline result<void> check_inference(inference_config const& with)
{
    constexpr std::size_t most_stops = 2500;
    bool empty_stop = false;
    for (std::string const& each : with.stop_sequences)
        empty_stop = empty_stop || each.empty();
    return detail::first_error(
        {detail::check_count("inference_config.max_tokens", with.max_tokens, 1),
         detail::check_range("inference_config.temperature", with.temperature, 0, 1),
         detail::check_range("inference_config.top_p", with.top_p, 0, 1),
         detail::require(
             with.stop_sequences.size() <= most_stops && !empty_stop,
             "inference_config.stop_sequences must be at most 2500, none of them empty")});
}

inline result<void> check_tools(tool_config const& with)
{
    if (with.tools.empty())
        return detail::refuse("tool_config.tools must hold at least one tool");
    for (tool const& each : with.tools) {
        std::string const* name = nullptr;
        if (auto const* const own = each.get_if<"tool_spec">()) {
            name = &own->name;
            if (own->description && own->description->empty())
                return detail::refuse("the description of a tool must not be empty; leave it out");
        } else if (auto const* const system = each.get_if<"system_tool">()) {
            name = &system->name;
        }
        if (name != nullptr && !is_tool_name(*name))
            return detail::refuse("the name of a tool must be 1 to 64 letters, digits, '_' and "
                                  "'-'");
    }
    return {};
}

inline result<void> check_block(content_block const& block)
{
    if (auto const* const use = block.get_if<"tool_use">())
        return detail::first_error(
            {detail::require(is_tool_use_id(use->tool_use_id),
                             "tool_use_id must be 1 to 64 letters, digits and _.:-"),
             detail::require(is_tool_name(use->name),
                             "the name of a tool must be 1 to 64 letters, digits, '_' and '-'")});
    if (auto const* const answer = block.get_if<"tool_result">())
        return detail::require(is_tool_use_id(answer->tool_use_id),
                               "tool_use_id must be 1 to 64 letters, digits and _.:-");
    if (auto const* const document = block.get_if<"document">())
        return detail::require(!document->name.empty() && document->name.size() <= 200,
                               "the name of a document must be 1 to 200 characters");
    return {};
}

inline result<void> check_metadata(std::map<std::string, std::string> const& metadata)
{
    if (metadata.size() > 16)
        return detail::refuse("request_metadata must have at most 16 members");
    for (auto const& [name, value] : metadata)
        if (name.empty() || !is_metadata_text(name) || !is_metadata_text(value))
            return detail::refuse(
                "request_metadata must have names of 1 to 256 characters and values of at most "
                "256: letters, digits, blanks and :_@$#=/+,-.");
    return {};
}

INFERPP_DECL result<void> conversation::check() const
{
    for (message const& each : messages) {
        if (each.role.text().empty())
            return detail::refuse("the role of a message is empty; set it to role::user or "
                                  "role::assistant");
        for (content_block const& block : each.content)
            if (auto const valid = check_block(block); !valid)
                return valid;
    }
    bool fields_fit = additional_model_response_field_paths.size() <= 10;
    for (std::string const& each : additional_model_response_field_paths)
        fields_fit = fields_fit && !each.empty() && each.size() <= 256;
    return detail::first_error(
        {inference_config ? check_inference(*inference_config) : result<void>{},
         tool_config ? check_tools(*tool_config) : result<void>{},
         detail::require(fields_fit,
                         "additional_model_response_field_paths must be at most 10, each of 1 "
                         "to 256 characters"),
         check_metadata(request_metadata),
         detail::require(!output_config || !output_config->effort ||
                             output_config->effort->size() <= 16,
                         "output_config.effort must be at most 16 characters")});
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
