// SPDX-License-Identifier: BSL-1.0
//
// Model endpoints of Launch: making them, waiting until they are ready, changing and deleting them.

#ifndef INFERPP_PROVIDERS_LAUNCH_ENDPOINTS_HPP
#define INFERPP_PROVIDERS_LAUNCH_ENDPOINTS_HPP

#include <inferpp/providers/launch/predictions.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

// --- what is answered ----------------------------------------------------------------------------

/// What an endpoint is asked by: `send`, `submit` or `stream` of an `endpoint_request`.
enum class endpoint_type { unknown, async, sync, streaming };
BOOST_DESCRIBE_ENUM(endpoint_type, unknown, async, sync, streaming)

/// The platform's words for the state of an endpoint.
enum class endpoint_status {
    unknown,
    ready, ///< does not mean that there are workers: see `deployment_state`
    update_pending,
    update_in_progress,
    update_failed, ///< also when it could not be made
    delete_in_progress,
};
BOOST_DESCRIBE_ENUM(endpoint_status, unknown, ready, update_pending, update_in_progress,
                    update_failed, delete_in_progress)

constexpr json_rules json_rules_of(endpoint_status const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// The workers of an endpoint.
struct deployment_state {
    deployment_state() = default;

    std::int64_t min_workers = 0;
    std::int64_t max_workers = 0;
    std::int64_t per_worker = 0;
    std::int64_t concurrent_requests_per_worker = 0;
    std::optional<std::int64_t> forwarder_max_concurrency;
    std::optional<std::int64_t> available_workers;
    std::optional<std::int64_t> unavailable_workers;
};
BOOST_DESCRIBE_STRUCT(deployment_state, (),
                      (min_workers, max_workers, per_worker, concurrent_requests_per_worker,
                       forwarder_max_concurrency, available_workers, unavailable_workers))

constexpr json_rules json_rules_of(deployment_state const*)
{
    return json_rules{}.nothing_required();
}

/// The machines of an endpoint.
struct resource_state : hardware {
    resource_state() = default;

    std::int64_t nodes_per_worker = 1;
    std::optional<bool> optimize_costs;
};
BOOST_DESCRIBE_STRUCT(resource_state, (hardware), (nodes_per_worker, optimize_costs))

constexpr json_rules json_rules_of(resource_state const*)
{
    return json_rules{}.nothing_required();
}

/// An endpoint.
struct model_endpoint {
    model_endpoint() = default;

    std::string id; ///< "end_..."
    std::string name;
    word<launch::endpoint_type> endpoint_type;
    std::string destination;
    std::string deployment_name;
    boost::json::object metadata;
    std::string bundle_name;
    word<endpoint_status> status;
    std::string status_reason; ///< why the last change failed; not by every server
    std::vector<std::string> post_inference_hooks;
    std::optional<std::string> default_callback_url;
    std::optional<callback_auth> default_callback_auth;
    label_map labels;
    std::string aws_role;
    std::string results_s3_bucket;
    std::string created_by;
    timestamp created_at;
    timestamp last_updated_at;
    std::optional<launch::deployment_state> deployment_state;
    std::optional<launch::resource_state> resource_state;
    std::optional<std::int64_t> num_queued_items; ///< of an asynchronous endpoint
    std::optional<bool> public_inference;
    std::optional<std::int64_t> task_expires_seconds;
    std::optional<std::int64_t> queue_message_timeout_seconds;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_endpoint, (),
                      (id, name, endpoint_type, destination, deployment_name, metadata, bundle_name,
                       status, status_reason, post_inference_hooks, default_callback_url,
                       default_callback_auth, labels, aws_role, results_s3_bucket, created_by,
                       created_at, last_updated_at, deployment_state, resource_state,
                       num_queued_items, public_inference, task_expires_seconds,
                       queue_message_timeout_seconds, more))

constexpr json_rules json_rules_of(model_endpoint const*)
{
    return json_rules{}.required("id", "name", "status");
}

/// An endpoint as a job: READY is success, UPDATE_FAILED failure with its reason.
INFERPP_DECL job_status describe(word<endpoint_status> const& status, std::string reason);

/// The answer to a creation or a change, which goes on behind it.
struct endpoint_change {
    endpoint_change() = default;

    std::string endpoint_creation_task_id; ///< can't be asked for; see the endpoint instead
    std::string endpoint;                  ///< what was changed, as it was named in the request
};
BOOST_DESCRIBE_STRUCT(endpoint_change, (), (endpoint_creation_task_id, endpoint))

constexpr json_rules json_rules_of(endpoint_change const*)
{
    return json_rules{}.required("endpoint_creation_task_id");
}

// --- asking --------------------------------------------------------------------------------------

/// GET /v1/model-endpoints/{id}. *Source*: wire notes 4.1
struct get_model_endpoint {
    using provider = launch::provider;
    using response = model_endpoint;
    static constexpr operation_info info{.name = "get_model_endpoint",
                                         .route = "v1/model-endpoints/{endpoint}"};

    /// @param id "end_..."
    explicit get_model_endpoint(std::string id) : endpoint(std::move(id)) {}

    std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(get_model_endpoint, (), (endpoint))

/// Endpoints of the account.
struct endpoint_list {
    endpoint_list() = default;

    std::vector<model_endpoint> model_endpoints;
};
BOOST_DESCRIBE_STRUCT(endpoint_list, (), (model_endpoints))

/// GET /v1/model-endpoints: all of the account's own, or those of a name.
struct list_model_endpoints {
    using provider = launch::provider;
    using response = endpoint_list;
    static constexpr operation_info info{.name = "list_model_endpoints",
                                         .route = "v1/model-endpoints"};

    list_model_endpoints() = default;

    std::optional<std::string> name; ///< the whole of it
    std::optional<word<listing_order>> order_by;
};
BOOST_DESCRIBE_STRUCT(list_model_endpoints, (), (name, order_by))

/// An endpoint that was asked for by its name.
struct named_model_endpoint : model_endpoint {
    named_model_endpoint() = default;

    /// @return 404 when there is none
    INFERPP_DECL static result<named_model_endpoint> decode(http::response&& answer);
};

/// GET /v1/model-endpoints?name=: the account's own endpoint of that name, 404 when there is none.
struct find_model_endpoint {
    using provider = launch::provider;
    using response = named_model_endpoint;
    static constexpr operation_info info{.name = "find_model_endpoint",
                                         .route = "v1/model-endpoints"};

    explicit find_model_endpoint(std::string endpoint) : name(std::move(endpoint)) {}

    std::string name;
};
BOOST_DESCRIBE_STRUCT(find_model_endpoint, (), (name))

// --- changing ------------------------------------------------------------------------------------

/// Refuses credentials without a URL, and what is no URL.
INFERPP_DECL result<void> check_callback(std::optional<std::string> const& url,
                                         std::optional<callback_auth> const& auth);

/// Refuses a name that no endpoint can have.
INFERPP_DECL result<void> check_endpoint_name(std::string_view name);

/// What may be said of an endpoint when it is made, and when it is changed.
struct endpoint_settings {
    endpoint_settings() = default;

    /// "callback" calls the callback URL after each asynchronous prediction; "logging", "billing".
    std::vector<std::string> post_inference_hooks;
    std::optional<bool> optimize_costs;
    std::optional<std::int64_t> concurrent_requests_per_worker; ///< at least 1
    std::optional<std::int64_t> forwarder_max_concurrency;      ///< 1 to 20
    std::optional<bool> prewarm;
    std::optional<bool> high_priority;
    boost::json::object billing_tags;
    std::optional<std::string> default_callback_url; ///< of http or https
    std::optional<callback_auth> default_callback_auth;
    std::optional<bool> public_inference; ///< whether others may ask it; by default they may not
    std::optional<std::int64_t> queue_message_timeout_seconds; ///< 1 to 43200
    std::optional<std::int64_t> task_expires_seconds;          ///< at least 1; by default a day

    INFERPP_DECL result<void> check_settings() const;
};
BOOST_DESCRIBE_STRUCT(endpoint_settings, (),
                      (post_inference_hooks, optimize_costs, concurrent_requests_per_worker,
                       forwarder_max_concurrency, prewarm, high_priority, billing_tags,
                       default_callback_url, default_callback_auth, public_inference,
                       queue_message_timeout_seconds, task_expires_seconds))

/// The request that makes an endpoint; see `create_model_endpoint`.
struct post_model_endpoint : endpoint_settings {
    using provider = launch::provider;
    using response = endpoint_change;
    static constexpr operation_info info{.name = "create_model_endpoint",
                                         .method = "POST",
                                         .route = "v1/model-endpoints",
                                         .repeat = idempotency::unsafe};

    post_model_endpoint(std::string endpoint, std::string bundle_id,
                        word<launch::endpoint_type> type)
        : name(std::move(endpoint)),
          model_bundle_id(std::move(bundle_id)),
          endpoint_type(std::move(type))
    {
    }

    std::string name; ///< 1 to 63 characters, and no other endpoint's
    std::string model_bundle_id;
    word<launch::endpoint_type> endpoint_type;
    label_map labels; ///< "team" and "product" must be there
    boost::json::object metadata;
    quantity cpus = 3;
    quantity memory = "8Gi";
    quantity storage = "16Gi";
    std::int64_t gpus = 0; ///< at least 0
    std::optional<word<launch::gpu_type>> gpu_type;
    std::int64_t min_workers = 1; ///< at least 0; at least 1 for most synchronous ones
    std::int64_t max_workers = 1; ///< at least `min_workers`; the platform takes up to 250
    std::int64_t per_worker = 1;  ///< calls at once for each; 1 for streaming ones
    std::optional<std::int64_t> nodes_per_worker; ///< at least 1

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(post_model_endpoint, (endpoint_settings),
                      (name, model_bundle_id, endpoint_type, labels, metadata, cpus, memory,
                       storage, gpus, gpu_type, min_workers, max_workers, per_worker,
                       nodes_per_worker))

constexpr json_rules json_rules_of(post_model_endpoint const*)
{
    return json_rules{}.always_written("metadata", "labels");
}

/**
 * @brief POST /v1/model-endpoints: makes an endpoint.
 *
 * As a job it lasts until the endpoint is ready, and its id is the endpoint's name:
 *
 * @code
 * launch::create_model_endpoint request{"sentiment", "bun_...", launch::endpoint_type::async};
 * request.labels = {{"team", "research"}, {"product", "demo"}};
 * auto making = co_await client.submit(request);
 * auto endpoint = co_await making.result({.deadline = 30min});
 * @endcode
 *
 * An endpoint that can't be made is `errc::job_failed`, with the platform's reason where it gives
 * one; `get_creation_logs` says more on the hosted service. To wait for an endpoint that somebody
 * else has made: `client.attach<launch::create_model_endpoint>("sentiment")`.
 *
 * *Source*: wire notes 4.1
 */
struct create_model_endpoint : post_model_endpoint {
    using status_operation = find_model_endpoint;
    using result_operation = find_model_endpoint;

    /// @param endpoint its name, @param bundle_id "bun_..."
    create_model_endpoint(std::string endpoint, std::string bundle_id,
                          word<launch::endpoint_type> type)
        : post_model_endpoint(std::move(endpoint), std::move(bundle_id), std::move(type))
    {
    }

    static std::string job_id(endpoint_change const& change) { return change.endpoint; }
    static job_status describe(model_endpoint const& made)
    {
        return launch::describe(made.status, made.status_reason);
    }

    INFERPP_DECL static boost::asio::awaitable<endpoint_change> perform(client with,
                                                                        create_model_endpoint op,
                                                                        call_options call);
};
BOOST_DESCRIBE_STRUCT(create_model_endpoint, (post_model_endpoint), ())

/// The request that changes an endpoint; see `update_model_endpoint`.
struct put_model_endpoint : endpoint_settings, hardware {
    using provider = launch::provider;
    using response = endpoint_change;
    static constexpr operation_info info{
        .name = "update_model_endpoint", .method = "PUT", .route = "v1/model-endpoints/{endpoint}"};

    explicit put_model_endpoint(std::string id) : endpoint(std::move(id)) {}

    std::string endpoint;
    std::optional<std::string> model_bundle_id;
    std::optional<boost::json::object> metadata;
    std::optional<std::int64_t> min_workers; ///< at least 0
    std::optional<std::int64_t> max_workers; ///< at least 0
    std::optional<std::int64_t> per_worker;  ///< at least 1
    std::optional<label_map> labels;         ///< all of them

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(put_model_endpoint, (endpoint_settings, hardware),
                      (endpoint, model_bundle_id, metadata, min_workers, max_workers, per_worker,
                       labels))

/**
 * @brief PUT /v1/model-endpoints/{id}: changes what is given, and leaves the rest.
 *
 * As a job it lasts until the endpoint is ready again; its id is the endpoint's.
 * *Source*: wire notes 4.1
 */
struct update_model_endpoint : put_model_endpoint {
    using status_operation = get_model_endpoint;
    using result_operation = get_model_endpoint;

    /// @param id "end_..."
    explicit update_model_endpoint(std::string id) : put_model_endpoint(std::move(id)) {}

    static std::string job_id(endpoint_change const& change) { return change.endpoint; }
    static job_status describe(model_endpoint const& changed)
    {
        return launch::describe(changed.status, changed.status_reason);
    }

    INFERPP_DECL static boost::asio::awaitable<endpoint_change> perform(client with,
                                                                        update_model_endpoint op,
                                                                        call_options call);
};
BOOST_DESCRIBE_STRUCT(update_model_endpoint, (put_model_endpoint), ())

/// DELETE /v1/model-endpoints/{id}
struct delete_model_endpoint {
    using provider = launch::provider;
    using response = deletion;
    static constexpr operation_info info{.name = "delete_model_endpoint",
                                         .method = "DELETE",
                                         .route = "v1/model-endpoints/{endpoint}"};

    /// @param id "end_..."
    explicit delete_model_endpoint(std::string id) : endpoint(std::move(id)) {}

    std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(delete_model_endpoint, (), (endpoint))

/// The answer to a restart.
struct restart {
    restart() = default;

    bool restarted = false;
};
BOOST_DESCRIBE_STRUCT(restart, (), (restarted))

/// POST /v1/model-endpoints/{id}/restart. Not for endpoints with several nodes a worker.
struct restart_model_endpoint {
    using provider = launch::provider;
    using response = restart;
    static constexpr operation_info info{
        .name = "restart_model_endpoint", .method = "POST", .repeat = idempotency::unsafe};

    /// @param id "end_..."
    explicit restart_model_endpoint(std::string id) : endpoint(std::move(id)) {}

    std::string endpoint;

    INFERPP_DECL std::string target() const;
};

/// GET /v1/model-endpoints-schema.json: the arguments and results of the account's endpoints, as
/// an OpenAPI document.
struct get_endpoints_schema {
    using provider = launch::provider;
    using response = boost::json::value;
    static constexpr operation_info info{.name = "get_endpoints_schema",
                                         .route = "v1/model-endpoints-schema.json"};

    get_endpoints_schema() = default;
};

/// GET /v1/model-endpoints-api: the same as a page in HTML.
struct get_endpoints_page {
    using provider = launch::provider;
    using response = std::string;
    static constexpr std::string_view media_type = "text/html";
    static constexpr operation_info info{.name = "get_endpoints_page",
                                         .route = "v1/model-endpoints-api"};

    get_endpoints_page() = default;
};

static_assert(!fragile_temporary<get_model_endpoint> && !fragile_temporary<list_model_endpoints> &&
              !fragile_temporary<find_model_endpoint> &&
              !fragile_temporary<create_model_endpoint> &&
              !fragile_temporary<update_model_endpoint> &&
              !fragile_temporary<delete_model_endpoint> &&
              !fragile_temporary<restart_model_endpoint>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/endpoints.ipp>
#endif

#endif
