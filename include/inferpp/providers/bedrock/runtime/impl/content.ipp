// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONTENT_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONTENT_IPP

#include <inferpp/providers/bedrock/runtime/content.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL std::string content_block::text() const
{
    std::string all;
    if (auto const* const plain = get_if<"text">())
        all = *plain;
    else if (auto const* const cited = get_if<"citations_content">())
        for (text_item const& each : cited->content)
            if (auto const* const words = each.get_if<"text">())
                all += *words;
    return all;
}

INFERPP_DECL std::string message::text() const
{
    std::string all;
    for (content_block const& each : content)
        all += each.text();
    return all;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
