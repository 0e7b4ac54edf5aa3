// SPDX-License-Identifier: BSL-1.0
//
// Endpoints of Launch that serve a language model. They are named by their name, not by their id.

#ifndef INFERPP_PROVIDERS_LAUNCH_LLM_ENDPOINTS_HPP
#define INFERPP_PROVIDERS_LAUNCH_LLM_ENDPOINTS_HPP

#include <inferpp/providers/launch/endpoints.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// What runs a language model.
enum class inference_framework {
    unknown,
    deepspeed,
    text_generation_inference,
    vllm,
    lightllm,
    tensorrt_llm,
    sglang,
};
BOOST_DESCRIBE_ENUM(inference_framework, unknown, deepspeed, text_generation_inference, vllm,
                    lightllm, tensorrt_llm, sglang)

/// How the numbers of a model are made smaller.
enum class quantization { unknown, bitsandbytes, awq };
BOOST_DESCRIBE_ENUM(quantization, unknown, bitsandbytes, awq)

/// An endpoint that serves a language model.
struct llm_endpoint {
    llm_endpoint() = default;

    std::string id;
    std::string name;
    std::string model_name; ///< "llama-2-7b"
    std::string source;     ///< "hugging_face"
    word<endpoint_status> status;
    word<launch::inference_framework> inference_framework;
    std::string inference_framework_image_tag;
    std::optional<std::int64_t> num_shards;
    std::optional<word<quantization>> quantize;
    std::optional<std::string> checkpoint_path;
    std::optional<std::string> chat_template_override;
    std::optional<std::int64_t> task_expires_seconds;
    std::optional<std::int64_t> queue_message_timeout_seconds;
    std::optional<model_endpoint> spec; ///< the endpoint as `get_model_endpoint` gives it
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(llm_endpoint, (),
                      (id, name, model_name, source, status, inference_framework,
                       inference_framework_image_tag, num_shards, quantize, checkpoint_path,
                       chat_template_override, task_expires_seconds, queue_message_timeout_seconds,
                       spec, more))

constexpr json_rules json_rules_of(llm_endpoint const*)
{
    return json_rules{}.required("id", "name", "status");
}

/// The portable status, as a job: see `create_llm_endpoint`.
INFERPP_DECL job_status describe(llm_endpoint const& endpoint);

/// GET /v1/llm/model-endpoints/{name}. *Source*: wire notes 4.7
struct get_llm_endpoint {
    using provider = launch::provider;
    using response = llm_endpoint;
    static constexpr operation_info info{.name = "get_llm_endpoint",
                                         .route = "v1/llm/model-endpoints/{endpoint}"};

    explicit get_llm_endpoint(std::string name) : endpoint(std::move(name)) {}

    std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(get_llm_endpoint, (), (endpoint))

/// Endpoints that serve language models.
struct llm_endpoint_list {
    llm_endpoint_list() = default;

    std::vector<llm_endpoint> model_endpoints;
};
BOOST_DESCRIBE_STRUCT(llm_endpoint_list, (), (model_endpoints))

/// GET /v1/llm/model-endpoints: the account's own, and the public ones of others.
struct list_llm_endpoints {
    using provider = launch::provider;
    using response = llm_endpoint_list;
    static constexpr operation_info info{.name = "list_llm_endpoints",
                                         .route = "v1/llm/model-endpoints"};

    list_llm_endpoints() = default;

    std::optional<std::string> name;
    std::optional<word<listing_order>> order_by;
};
BOOST_DESCRIBE_STRUCT(list_llm_endpoints, (), (name, order_by))

/// What may be said of such an endpoint when it is made, and when it is changed. Hardware that is
/// not given is chosen by the platform for the model.
struct llm_endpoint_settings : hardware {
    llm_endpoint_settings() = default;

    std::optional<word<quantization>> quantize;
    std::optional<std::string> checkpoint_path;
    std::vector<std::string> post_inference_hooks;
    std::optional<std::int64_t> nodes_per_worker;
    std::optional<bool> optimize_costs;
    std::optional<bool> prewarm;
    std::optional<bool> high_priority;
    boost::json::object billing_tags;
    std::optional<std::string> default_callback_url; ///< of http or https
    std::optional<callback_auth> default_callback_auth;
    std::optional<bool> public_inference; ///< whether others may ask it; by default they may
    std::optional<std::int64_t> task_expires_seconds; ///< at least 1
    std::optional<std::string> chat_template_override;
    std::optional<bool> enable_startup_metrics;
    std::optional<std::int64_t> queue_message_timeout_seconds; ///< 1 to 43200

    INFERPP_DECL result<void> check_settings() const;
};
BOOST_DESCRIBE_STRUCT(llm_endpoint_settings, (hardware),
                      (quantize, checkpoint_path, post_inference_hooks, nodes_per_worker,
                       optimize_costs, prewarm, high_priority, billing_tags, default_callback_url,
                       default_callback_auth, public_inference, task_expires_seconds,
                       chat_template_override, enable_startup_metrics,
                       queue_message_timeout_seconds))

/// The request that makes an endpoint; see `create_llm_endpoint`.
struct post_llm_endpoint : llm_endpoint_settings {
    using provider = launch::provider;
    using response = endpoint_change;
    static constexpr operation_info info{.name = "create_llm_endpoint",
                                         .method = "POST",
                                         .route = "v1/llm/model-endpoints",
                                         .repeat = idempotency::unsafe};

    post_llm_endpoint(std::string endpoint, std::string model,
                      word<launch::inference_framework> framework)
        : name(std::move(endpoint)),
          model_name(std::move(model)),
          inference_framework(std::move(framework))
    {
    }

    std::string name; ///< 1 to 63 characters, and no other endpoint's
    std::string model_name;
    word<launch::inference_framework> inference_framework;
    word<launch::endpoint_type> endpoint_type = launch::endpoint_type::streaming;
    label_map labels; ///< "team" and "product" must be there
    boost::json::object metadata;
    std::int64_t min_workers = 0; ///< at least 0
    std::int64_t max_workers = 1; ///< at least `min_workers`
    std::int64_t per_worker = 1;  ///< at least 1
    std::string source = "hugging_face";
    std::string inference_framework_image_tag = "latest";
    std::int64_t num_shards = 1; ///< at least 1
    unknown_members more;        ///< also sent: what the framework takes, such as "max_model_len"

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(post_llm_endpoint, (llm_endpoint_settings),
                      (name, model_name, inference_framework, endpoint_type, labels, metadata,
                       min_workers, max_workers, per_worker, source, inference_framework_image_tag,
                       num_shards, more))

constexpr json_rules json_rules_of(post_llm_endpoint const*)
{
    return json_rules{}.always_written("metadata", "labels");
}

/**
 * @brief POST /v1/llm/model-endpoints: makes an endpoint that serves a language model.
 *
 * As a job it lasts until the endpoint is ready, and its id is the endpoint's name:
 *
 * @code
 * launch::create_llm_endpoint request{"my-llama", "llama-2-7b",
 *                                     launch::inference_framework::vllm};
 * request.labels = {{"team", "research"}, {"product", "demo"}};
 * auto making = co_await client.submit(request);
 * auto endpoint = co_await making.result({.deadline = 2h});
 * @endcode
 *
 * *Source*: wire notes 4.7
 */
struct create_llm_endpoint : post_llm_endpoint {
    using status_operation = get_llm_endpoint;
    using result_operation = get_llm_endpoint;

    /// @param endpoint its name, @param model "llama-2-7b"
    create_llm_endpoint(std::string endpoint, std::string model,
                        word<launch::inference_framework> framework)
        : post_llm_endpoint(std::move(endpoint), std::move(model), std::move(framework))
    {
    }

    static std::string job_id(endpoint_change const& change) { return change.endpoint; }
    static job_status describe(llm_endpoint const& made) { return launch::describe(made); }

    INFERPP_DECL static boost::asio::awaitable<endpoint_change> perform(client with,
                                                                        create_llm_endpoint op,
                                                                        call_options call);
};
BOOST_DESCRIBE_STRUCT(create_llm_endpoint, (post_llm_endpoint), ())

/// The request that changes an endpoint; see `update_llm_endpoint`.
struct put_llm_endpoint : llm_endpoint_settings {
    using provider = launch::provider;
    using response = endpoint_change;
    static constexpr operation_info info{.name = "update_llm_endpoint",
                                         .method = "PUT",
                                         .route = "v1/llm/model-endpoints/{endpoint}"};

    put_llm_endpoint(std::string name, word<launch::inference_framework> framework)
        : endpoint(std::move(name)),
          inference_framework(std::move(framework))
    {
    }

    std::string endpoint;
    word<launch::inference_framework> inference_framework; ///< that of the endpoint
    std::optional<std::string> model_name;
    std::optional<std::string> source;
    std::optional<std::string> inference_framework_image_tag;
    std::optional<std::int64_t> num_shards; ///< at least 1
    std::optional<boost::json::object> metadata;
    std::optional<bool> force_bundle_recreation;
    std::optional<std::int64_t> min_workers; ///< at least 0
    std::optional<std::int64_t> max_workers; ///< at least 0
    std::optional<std::int64_t> per_worker;  ///< at least 1
    std::optional<label_map> labels;         ///< all of them
    unknown_members more; ///< also sent: what the framework takes, such as "max_model_len"

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(put_llm_endpoint, (llm_endpoint_settings),
                      (endpoint, inference_framework, model_name, source,
                       inference_framework_image_tag, num_shards, metadata, force_bundle_recreation,
                       min_workers, max_workers, per_worker, labels, more))

/// PUT /v1/llm/model-endpoints/{name}: changes what is given. As a job it lasts until the endpoint
/// is ready again. The platform takes it for DeepSpeed, text-generation-inference, vLLM and SGLang.
struct update_llm_endpoint : put_llm_endpoint {
    using status_operation = get_llm_endpoint;
    using result_operation = get_llm_endpoint;

    /// @param framework that of the endpoint
    update_llm_endpoint(std::string name, word<launch::inference_framework> framework)
        : put_llm_endpoint(std::move(name), std::move(framework))
    {
    }

    static std::string job_id(endpoint_change const& change) { return change.endpoint; }
    static job_status describe(llm_endpoint const& changed) { return launch::describe(changed); }

    INFERPP_DECL static boost::asio::awaitable<endpoint_change> perform(client with,
                                                                        update_llm_endpoint op,
                                                                        call_options call);
};
BOOST_DESCRIBE_STRUCT(update_llm_endpoint, (put_llm_endpoint), ())

/// DELETE /v1/llm/model-endpoints/{name}: 403 when it is another's.
struct delete_llm_endpoint {
    using provider = launch::provider;
    using response = deletion;
    static constexpr operation_info info{.name = "delete_llm_endpoint",
                                         .method = "DELETE",
                                         .route = "v1/llm/model-endpoints/{endpoint}"};

    explicit delete_llm_endpoint(std::string name) : endpoint(std::move(name)) {}

    std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(delete_llm_endpoint, (), (endpoint))

/// Where the files of a model lie.
struct model_download {
    model_download() = default;

    std::map<std::string, std::string> urls; ///< by file name; `client.download` reads them
};
BOOST_DESCRIBE_STRUCT(model_download, (), (urls))

/// POST /v1/llm/model-endpoints/download: asks where the files of a fine-tuned model lie.
struct download_model {
    using provider = launch::provider;
    using response = model_download;
    static constexpr operation_info info{
        .name = "download_model", .method = "POST", .route = "v1/llm/model-endpoints/download"};

    explicit download_model(std::string model) : model_name(std::move(model)) {}

    std::string model_name;
    std::string download_format = "hugging_face";

    result<void> validate() const { return check_given("model_name", model_name); }
};
BOOST_DESCRIBE_STRUCT(download_model, (), (model_name, download_format))

static_assert(!fragile_temporary<get_llm_endpoint> && !fragile_temporary<list_llm_endpoints> &&
              !fragile_temporary<create_llm_endpoint> && !fragile_temporary<update_llm_endpoint> &&
              !fragile_temporary<delete_llm_endpoint> && !fragile_temporary<download_model>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/llm_endpoints.ipp>
#endif

#endif
