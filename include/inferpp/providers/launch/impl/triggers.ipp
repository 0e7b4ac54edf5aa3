// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_TRIGGERS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_TRIGGERS_IPP

#include <inferpp/providers/launch/triggers.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<void> create_trigger::validate() const
{
    return first_error({check_given("name", name), check_given("cron_schedule", cron_schedule),
                        check_given("bundle_id", bundle_id)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
