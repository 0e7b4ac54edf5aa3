// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_VERSIONED_RUNS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_VERSIONED_RUNS_IPP

#include <inferpp/providers/decthings/versioned_runs.hpp>

namespace inferpp::inline INFERPP_ABI::decthings::versioned {

inline result<void> check_mounts(std::vector<mounted_version> const& mounts)
{
    for (mounted_version const& one : mounts)
        if (one.model_id.empty() || one.version_id.empty())
            return refuse("mount_models has an empty model_id or version_id");
    return {};
}

INFERPP_DECL result<void> create_version::validate() const
{
    return first_error({check_given("model_id", model_id),
                        check_given("version_name", version_name), check_parameters(params),
                        check_mounts(mount_models)});
}

INFERPP_DECL result<void> upload_version::validate() const
{
    return first_error({check_given("model_id", model_id),
                        check_given("version_name", version_name), check_keys(data),
                        check_mounts(mount_models)});
}

INFERPP_DECL result<void> train::validate() const
{
    return first_error({of_version::validate(), check_given("new_version_name", new_version_name),
                        check_parameters(params), execution_location.check("execution_location")});
}

} // namespace inferpp::inline INFERPP_ABI::decthings::versioned

#endif
