// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_FINE_TUNES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_FINE_TUNES_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/launch/fine_tunes.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL std::string cancel_fine_tune::target() const
{
    return target_builder{}.path("v1").path("llm").path("fine-tunes").path(id).path("cancel").str();
}

INFERPP_DECL result<void> create_fine_tune::validate() const
{
    return first_error({check_given("model", model), check_given("training_file", training_file)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
