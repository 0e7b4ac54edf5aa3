// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_BUNDLES_V1_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_BUNDLES_V1_IPP

#include <inferpp/providers/launch/bundles_v1.hpp>

namespace inferpp::inline INFERPP_ABI::launch::v1 {

INFERPP_DECL result<void> create_bundle::validate() const
{
    return first_error(
        {check_given("name", name), check_given("location", location),
         check_given("packaging_type", packaging_type.text()),
         check_given("env_params.framework_type", env_params.framework_type.text())});
}

} // namespace inferpp::inline INFERPP_ABI::launch::v1

#endif
