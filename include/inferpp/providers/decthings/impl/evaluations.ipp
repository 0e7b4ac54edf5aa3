// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_EVALUATIONS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_EVALUATIONS_IPP

#include <inferpp/providers/decthings/evaluations.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> evaluate::validate() const
{
    return first_error({check_given("model_id", model_id), check_parameters(params),
                        snapshot_id ? check_given("snapshot_id", *snapshot_id) : result<void>{}});
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
