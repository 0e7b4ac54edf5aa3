// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_DOCKER_JOBS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_DOCKER_JOBS_IPP

#include <inferpp/providers/launch/docker_jobs.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL job_status describe(success_answer const& cancelled)
{
    return cancelled.success ? job_status{phase::cancelled, "cancelled"}
                             : job_status{phase::expired, "not cancelled"};
}

INFERPP_DECL result<void> create_docker_bundle::validate() const
{
    return first_error(
        {check_given("name", name), check_given("image_repository", image_repository),
         check_given("image_tag", image_tag),
         check_count("resource_requests.gpus", resource_requests.gpus, 0),
         check_count("resource_requests.nodes_per_worker", resource_requests.nodes_per_worker, 1)});
}

INFERPP_DECL result<void> create_docker_job::validate() const
{
    if (docker_image_batch_job_bundle_id.has_value() ==
        docker_image_batch_job_bundle_name.has_value())
        return refuse("exactly one of docker_image_batch_job_bundle_id and "
                      "docker_image_batch_job_bundle_name must be set");
    return first_error(
        {check_labels(labels), check_count("resource_requests.gpus", resource_requests.gpus, 0),
         check_count("resource_requests.nodes_per_worker", resource_requests.nodes_per_worker, 1),
         check_count("override_job_max_runtime_s", override_job_max_runtime_s, 1)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
