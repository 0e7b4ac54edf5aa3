// SPDX-License-Identifier: BSL-1.0
//
// Batch jobs of Launch that run a Docker image, and the bundles that say which.

#ifndef INFERPP_PROVIDERS_LAUNCH_DOCKER_JOBS_HPP
#define INFERPP_PROVIDERS_LAUNCH_DOCKER_JOBS_HPP

#include <inferpp/providers/launch/batch_jobs.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// The machines of a job.
struct docker_resources : hardware {
    docker_resources() = default;

    std::optional<std::int64_t> nodes_per_worker; ///< at least 1
};
BOOST_DESCRIBE_STRUCT(docker_resources, (hardware), (nodes_per_worker))

// --- bundles -------------------------------------------------------------------------------------

/// The answer to the creation of a bundle.
struct docker_bundle_receipt {
    docker_bundle_receipt() = default;

    std::string docker_image_batch_job_bundle_id;
};
BOOST_DESCRIBE_STRUCT(docker_bundle_receipt, (), (docker_image_batch_job_bundle_id))

/// POST /v1/docker-image-batch-job-bundles: says which image jobs run, and how.
/// *Source*: wire notes 2.7
struct create_docker_bundle {
    using provider = launch::provider;
    using response = docker_bundle_receipt;
    static constexpr operation_info info{.name = "create_docker_bundle",
                                         .method = "POST",
                                         .route = "v1/docker-image-batch-job-bundles",
                                         .repeat = idempotency::unsafe};

    /// @param run the command, with its arguments
    create_docker_bundle(std::string bundle, std::string repository, std::string tag,
                         std::vector<std::string> run)
        : name(std::move(bundle)),
          image_repository(std::move(repository)),
          image_tag(std::move(tag)),
          command(std::move(run))
    {
    }

    std::string name;
    std::string image_repository;
    std::string image_tag;
    std::vector<std::string> command;
    std::map<std::string, std::string> env;
    /// Where a job's configuration is put in the container, as a file of JSON.
    std::optional<std::string> mount_location;
    docker_resources resource_requests;
    std::optional<bool> is_public; ///< whether others may use it; by default they may not

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_docker_bundle, (),
                      (name, image_repository, image_tag, command, env, mount_location,
                       resource_requests, is_public))

constexpr json_rules json_rules_of(create_docker_bundle const*)
{
    return json_rules{}.renamed("is_public", "public").always_written("command");
}

/// A bundle for jobs that run a Docker image.
struct docker_bundle : hardware {
    docker_bundle() = default;

    std::string id;
    std::string name;
    timestamp created_at;
    std::string image_repository;
    std::string image_tag;
    std::vector<std::string> command;
    std::map<std::string, std::string> env;
    std::optional<std::string> mount_location;
    std::optional<bool> is_public;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(docker_bundle, (hardware),
                      (id, name, created_at, image_repository, image_tag, command, env,
                       mount_location, is_public, more))

constexpr json_rules json_rules_of(docker_bundle const*)
{
    return json_rules{}.renamed("is_public", "public").required("id", "name");
}

/// Bundles.
struct docker_bundle_list {
    docker_bundle_list() = default;

    std::vector<docker_bundle> docker_image_batch_job_bundles;
};
BOOST_DESCRIBE_STRUCT(docker_bundle_list, (), (docker_image_batch_job_bundles))

/// GET /v1/docker-image-batch-job-bundles
struct list_docker_bundles {
    using provider = launch::provider;
    using response = docker_bundle_list;
    static constexpr operation_info info{.name = "list_docker_bundles",
                                         .route = "v1/docker-image-batch-job-bundles"};

    list_docker_bundles() = default;

    std::optional<std::string> bundle_name; ///< only those of that name
    std::optional<word<listing_order>> order_by;
};
BOOST_DESCRIBE_STRUCT(list_docker_bundles, (), (bundle_name, order_by))

/// GET /v1/docker-image-batch-job-bundles/latest: the newest bundle of a name.
struct get_latest_docker_bundle {
    using provider = launch::provider;
    using response = docker_bundle;
    static constexpr operation_info info{.name = "get_latest_docker_bundle",
                                         .route = "v1/docker-image-batch-job-bundles/latest"};

    explicit get_latest_docker_bundle(std::string name) : bundle_name(std::move(name)) {}

    std::string bundle_name;
};
BOOST_DESCRIBE_STRUCT(get_latest_docker_bundle, (), (bundle_name))

/// GET /v1/docker-image-batch-job-bundles/{id}
struct get_docker_bundle {
    using provider = launch::provider;
    using response = docker_bundle;
    static constexpr operation_info info{.name = "get_docker_bundle",
                                         .route = "v1/docker-image-batch-job-bundles/{bundle}"};

    /// @param id of the bundle
    explicit get_docker_bundle(std::string id) : bundle(std::move(id)) {}

    std::string bundle;
};
BOOST_DESCRIBE_STRUCT(get_docker_bundle, (), (bundle))

// --- jobs ----------------------------------------------------------------------------------------

/// The state of a job.
struct docker_job_state {
    docker_job_state() = default;

    word<batch_status> status;
};
BOOST_DESCRIBE_STRUCT(docker_job_state, (), (status))

/// GET /v1/docker-image-batch-jobs/{id}. A job that was cancelled is deleted: 404.
struct get_docker_job {
    using provider = launch::provider;
    using response = docker_job_state;
    static constexpr operation_info info{.name = "get_docker_job",
                                         .route = "v1/docker-image-batch-jobs/{job}"};

    /// @param id "ft-..."
    explicit get_docker_job(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_docker_job, (), (job))

/// PUT /v1/docker-image-batch-jobs/{id}: cancels and deletes it. No success: it is gone already.
struct cancel_docker_job {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{
        .name = "cancel_docker_job", .method = "PUT", .route = "v1/docker-image-batch-jobs/{job}"};

    /// @param id "ft-..."
    explicit cancel_docker_job(std::string id) : job(std::move(id)) {}

    std::string job;
    bool cancel = true;
};
BOOST_DESCRIBE_STRUCT(cancel_docker_job, (), (job, cancel))

/// What the answer to cancelling says of the job: without success it had ended before.
INFERPP_DECL job_status describe(success_answer const& cancelled);

/**
 * @brief POST /v1/docker-image-batch-jobs: runs a Docker image once.
 *
 * @code
 * launch::create_docker_job request{"bundle id"};
 * request.labels = {{"team", "research"}, {"product", "demo"}};
 * auto job = co_await client.submit(request);
 * auto done = co_await job.wait({.deadline = 6h});
 * @endcode
 *
 * *Source*: wire notes 2.7
 */
struct create_docker_job {
    using provider = launch::provider;
    using response = batch_receipt;
    using status_operation = get_docker_job;
    using result_operation = get_docker_job;
    using cancel_operation = cancel_docker_job;
    static constexpr operation_info info{.name = "create_docker_job",
                                         .method = "POST",
                                         .route = "v1/docker-image-batch-jobs",
                                         .repeat = idempotency::unsafe};

    /// Names no bundle yet.
    create_docker_job() {}
    /// @param bundle_id of the bundle to run
    explicit create_docker_job(std::string bundle_id)
        : docker_image_batch_job_bundle_id(std::move(bundle_id))
    {
    }

    // Exactly one of the two.
    std::optional<std::string> docker_image_batch_job_bundle_id;
    std::optional<std::string> docker_image_batch_job_bundle_name; ///< the newest of that name
    boost::json::object job_config;     ///< see `create_docker_bundle::mount_location`
    label_map labels;                   ///< "team" and "product" must be there
    docker_resources resource_requests; ///< instead of the bundle's
    std::optional<std::int64_t> override_job_max_runtime_s; ///< at least 1

    static std::string job_id(batch_receipt const& receipt) { return receipt.job_id; }
    static job_status describe(docker_job_state const& job) { return launch::describe(job.status); }
    static job_status describe(success_answer const& cancelled)
    {
        return launch::describe(cancelled);
    }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_docker_job, (),
                      (docker_image_batch_job_bundle_id, docker_image_batch_job_bundle_name,
                       job_config, labels, resource_requests, override_job_max_runtime_s))

/// A job in a listing.
struct docker_job {
    docker_job() = default;

    std::string id;
    std::string created_by;
    std::string owner;
    timestamp created_at;
    timestamp completed_at; ///< empty until it has ended
    word<batch_status> status;
    std::map<std::string, std::string> annotations;
    std::optional<std::int64_t> override_job_max_runtime_s;
    std::optional<std::int64_t> num_workers;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(docker_job, (),
                      (id, created_by, owner, created_at, completed_at, status, annotations,
                       override_job_max_runtime_s, num_workers, more))

constexpr json_rules json_rules_of(docker_job const*)
{
    return json_rules{}.required("id", "status");
}

/// Jobs.
struct docker_job_list {
    docker_job_list() = default;

    std::vector<docker_job> jobs;
};
BOOST_DESCRIBE_STRUCT(docker_job_list, (), (jobs))

/// GET /v1/docker-image-batch-jobs
struct list_docker_jobs {
    using provider = launch::provider;
    using response = docker_job_list;
    static constexpr operation_info info{.name = "list_docker_jobs",
                                         .route = "v1/docker-image-batch-jobs"};

    list_docker_jobs() = default;

    std::optional<std::string> trigger_id; ///< only those that a trigger has started
};
BOOST_DESCRIBE_STRUCT(list_docker_jobs, (), (trigger_id))

static_assert(!fragile_temporary<create_docker_bundle> && !fragile_temporary<list_docker_bundles> &&
              !fragile_temporary<get_latest_docker_bundle> &&
              !fragile_temporary<get_docker_bundle> && !fragile_temporary<get_docker_job> &&
              !fragile_temporary<cancel_docker_job> && !fragile_temporary<create_docker_job> &&
              !fragile_temporary<list_docker_jobs>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/docker_jobs.ipp>
#endif

#endif
