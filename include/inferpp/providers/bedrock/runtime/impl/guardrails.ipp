// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_GUARDRAILS_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_GUARDRAILS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/runtime/conversation.hpp>
#include <inferpp/providers/bedrock/runtime/guardrails.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<guardrail_verdict> guardrail_verdict::decode(http::response&& answer)
{
    return decode_json<guardrail_verdict>(answer.body);
}

INFERPP_DECL result<void> apply_guardrail::validate() const
{
    return detail::first_error(
        {check_guardrail(guardrail_identifier, guardrail_version, true),
         detail::check_given("source", source.text()),
         detail::require(!content.empty(), "content must hold at least one text or image")});
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
