// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_STATES_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_STATES_IPP

#include <inferpp/providers/decthings/states.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> model_to_mount::check() const
{
    return first_error({check_given("mount_models: the model's id", model_),
                        what_.empty()
                            ? result<void>{}
                            : check_given("mount_models: " + std::string{what_}, which_)});
}

INFERPP_DECL void model_to_mount::to_json(json_writer& out) const
{
    out.begin_object();
    out.key("modelId");
    out.string(model_);
    if (!what_.empty()) {
        out.key(what_);
        out.string(which_);
    }
    out.end_object();
}

INFERPP_DECL result<void> create_state::validate() const
{
    for (model_to_mount const& one : mount_models)
        if (auto const valid = one.check(); !valid)
            return valid;
    return first_error({check_given("model_id", model_id), check_given("name", name),
                        check_parameters(params), execution_location.check("execution_location")});
}

INFERPP_DECL result<void> upload_state::validate() const
{
    for (mounted_model const& one : mount_models)
        if (one.model_id.empty())
            return refuse("mount_models has an empty model_id");
    return first_error(
        {check_given("model_id", model_id), check_given("name", name), check_keys(data)});
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
