// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_TRAINING_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_TRAINING_IPP

#include <inferpp/providers/decthings/training.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL job_status describe(training_state const& state)
{
    job_status told{phase::unknown, state.state.text()};
    switch (state.state.value()) {
    case training_phase::unknown: break;
    case training_phase::starting: told.phase = phase::queued; break;
    case training_phase::running:
        told.phase = phase::running;
        if (state.progress)
            told.progress = std::clamp(*state.progress, 0.0, 1.0);
        break;
    case training_phase::getting_state:
    case training_phase::getting_weights: told.phase = phase::running; break;
    case training_phase::completed: told.phase = phase::succeeded; break;
    case training_phase::failed:
        told.phase = phase::failed;
        if (state.fail_reason) {
            told.reason = state.fail_reason->to_string();
            if (state.fail_reason->code == run_failure_code::cancelled)
                told.phase = phase::cancelled;
            else if (state.fail_reason->code == run_failure_code::max_duration_exceeded)
                told.phase = phase::expired;
        }
        break;
    }
    return told;
}

INFERPP_DECL result<void> train::validate() const
{
    return first_error({check_given("model_id", model_id),
                        check_given("new_state_name", new_state_name), check_parameters(params),
                        state_id ? check_given("state_id", *state_id) : result<void>{},
                        execution_location.check("execution_location")});
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
