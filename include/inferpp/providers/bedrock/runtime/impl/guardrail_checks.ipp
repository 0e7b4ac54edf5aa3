// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_GUARDRAIL_CHECKS_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_GUARDRAIL_CHECKS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/runtime/guardrail_checks.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<void> invoke_guardrail_checks::validate() const
{
    auto const& filter = checks.content_filter;
    auto const& attack = checks.prompt_attack;
    auto const& entities = checks.sensitive_information;
    bool const said = std::all_of(messages.begin(), messages.end(), [](auto const& each) {
        return !each.role.text().empty() && !each.content.empty();
    });
    return detail::first_error(
        {detail::require(!messages.empty() && said,
                         "messages must be at least one, each with a role and content"),
         detail::require(filter || attack || entities, "checks must name at least one check"),
         detail::require(!filter || (!filter->categories.empty() && filter->categories.size() <= 5),
                         "checks.content_filter.categories must be 1 to 5"),
         detail::require(!attack || (!attack->categories.empty() && attack->categories.size() <= 3),
                         "checks.prompt_attack.categories must be 1 to 3"),
         detail::require(!entities ||
                             (!entities->entities.empty() && entities->entities.size() <= 31),
                         "checks.sensitive_information.entities must be 1 to 31")});
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
