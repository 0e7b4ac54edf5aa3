// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_ANSWER_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_ANSWER_IPP

#include <inferpp/providers/bedrock/runtime/converse_answer.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<converse_answer> converse_answer::decode(http::response&& answer)
{
    return decode_json<converse_answer>(answer.body);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
