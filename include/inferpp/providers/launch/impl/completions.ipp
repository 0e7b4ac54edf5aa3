// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_COMPLETIONS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_COMPLETIONS_IPP

#include <inferpp/providers/launch/completions.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<std::optional<completion_event>> completion_event::from_sse(
    sse_event_view const& event)
{
    auto const document = read_llm_event(event);
    if (!document)
        return document.error();
    auto const* const given = member(*document, "output");
    if (given == nullptr || given->is_null())
        return std::optional<completion_event>{};
    auto output = decode_value<completion_piece>(*given);
    if (!output)
        return output.error();
    completion_event read;
    read.output = std::move(*output);
    if (auto const* const id = member(*document, "request_id"))
        read.request_id = text_of(*id);
    return std::optional<completion_event>{std::move(read)};
}

INFERPP_DECL result<void> completion_settings::validate() const
{
    if (top_p && !(*top_p > 0 && *top_p <= 1))
        return refuse("top_p must be more than 0 and at most 1");
    return first_error({check_given("model_endpoint_name", model_endpoint_name),
                        check_count("max_new_tokens", max_new_tokens, 1),
                        check_range("temperature", temperature, 0, 1),
                        check_range("presence_penalty", presence_penalty, 0, 2),
                        check_range("frequency_penalty", frequency_penalty, 0, 2),
                        check_count("top_k", top_k, -1)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
