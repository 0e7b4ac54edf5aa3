// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_COUNT_TOKENS_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_COUNT_TOKENS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/runtime/count_tokens.hpp>
#include <inferpp/providers/bedrock/runtime/invoke_model.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<void> count_tokens::validate() const
{
    auto const* const invocation = input.get_if<"invoke_model">();
    return detail::first_error(
        {detail::require(model_id.size() <= 256 && is_runtime_model(model_id),
                         "model_id must be the id or ARN of a model, at most 256 characters"),
         invocation != nullptr ? invocation_settings::check_size(invocation->body.size())
                               : result<void>{}});
}

INFERPP_DECL std::string count_tokens::target() const
{
    return target_builder{}.path("model").path(model_id).path("count-tokens").str();
}

INFERPP_DECL result<void> count_tokens::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    writer.key("input");
    write_json(input, writer);
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
