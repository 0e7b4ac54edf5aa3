// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_MODEL_TYPES_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_MODEL_TYPES_IPP

#include <inferpp/providers/modzy/model_types.hpp>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL bool model_details::has_feature(std::string_view identifier) const noexcept
{
    for (model_feature const& feature : features)
        if (feature.identifier == identifier)
            return true;
    return false;
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
