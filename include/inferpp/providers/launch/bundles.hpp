// SPDX-License-Identifier: BSL-1.0
//
// Model bundles of Launch, in the newer form: what an endpoint or a batch job runs. The older form
// is in bundles_v1.hpp.

#ifndef INFERPP_PROVIDERS_LAUNCH_BUNDLES_HPP
#define INFERPP_PROVIDERS_LAUNCH_BUNDLES_HPP

#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// Whose base image the code of a bundle runs in.
enum class framework_type { unknown, pytorch, tensorflow, custom_base_image };
BOOST_DESCRIBE_ENUM(framework_type, unknown, pytorch, tensorflow, custom_base_image)

/// The base image itself.
struct bundle_framework {
    bundle_framework() = default;

    /// @param tag "1.10.0-cuda11.3-cudnn8-runtime"
    INFERPP_DECL static bundle_framework pytorch(std::string tag);
    /// @param version "2.3.0"
    INFERPP_DECL static bundle_framework tensorflow(std::string version);
    INFERPP_DECL static bundle_framework custom(std::string repository, std::string tag);

    word<launch::framework_type> framework_type;
    std::optional<std::string> pytorch_image_tag;
    std::optional<std::string> tensorflow_version;
    std::optional<std::string> image_repository;
    std::optional<std::string> image_tag;
};
BOOST_DESCRIBE_STRUCT(bundle_framework, (),
                      (framework_type, pytorch_image_tag, tensorflow_version, image_repository,
                       image_tag))

/// What bundles of Python code have in common.
struct artifact_settings {
    artifact_settings() = default;

    std::string location; ///< where the code lies: "s3://..."
    bundle_framework framework;
    std::vector<std::string> requirements; ///< of pip: "numpy==1.21"
    boost::json::object app_config;        ///< handed to the code
};
BOOST_DESCRIBE_STRUCT(artifact_settings, (), (location, framework, requirements, app_config))

/// Functions of Python, pickled.
struct cloudpickle_artifact : artifact_settings {
    cloudpickle_artifact() = default;

    std::string load_predict_fn;
    std::string load_model_fn;
};
BOOST_DESCRIBE_STRUCT(cloudpickle_artifact, (artifact_settings), (load_predict_fn, load_model_fn))

constexpr json_rules json_rules_of(cloudpickle_artifact const*)
{
    return json_rules{}.always_written("requirements");
}

/// Modules of Python in a ZIP file.
struct zip_artifact : artifact_settings {
    zip_artifact() = default;

    std::string load_predict_fn_module_path; ///< "pkg.module.function"
    std::string load_model_fn_module_path;
};
BOOST_DESCRIBE_STRUCT(zip_artifact, (artifact_settings),
                      (load_predict_fn_module_path, load_model_fn_module_path))

constexpr json_rules json_rules_of(zip_artifact const*)
{
    return json_rules{}.always_written("requirements");
}

/// A container that answers HTTP.
struct runnable_image {
    runnable_image() = default;
    runnable_image(std::string image_repository, std::string image_tag,
                   std::vector<std::string> run)
        : repository(std::move(image_repository)),
          tag(std::move(image_tag)),
          command(std::move(run))
    {
    }

    std::string repository;
    std::string tag;
    std::vector<std::string> command;
    std::string protocol = "http";
    std::optional<std::string> predict_route;     ///< by default "/predict"
    std::optional<std::string> healthcheck_route; ///< by default "/readyz"
    std::map<std::string, std::string> env;
    std::optional<std::int64_t> readiness_initial_delay_seconds; ///< by default 120
    std::vector<std::string> extra_routes;
    std::vector<std::string> routes;
    std::optional<std::string> forwarder_type; ///< by default "default"
    std::vector<std::string> worker_command;
    std::map<std::string, std::string> worker_env;
};
BOOST_DESCRIBE_STRUCT(runnable_image, (),
                      (repository, tag, command, protocol, predict_route, healthcheck_route, env,
                       readiness_initial_delay_seconds, extra_routes, routes, forwarder_type,
                       worker_command, worker_env))

constexpr json_rules json_rules_of(runnable_image const*)
{
    return json_rules{}.required("repository", "tag").always_written("command");
}

/// A container that also answers with streams.
struct streaming_image : runnable_image {
    streaming_image() = default;

    std::vector<std::string> streaming_command;
    std::optional<std::string> streaming_predict_route; ///< by default "/stream"
};
BOOST_DESCRIBE_STRUCT(streaming_image, (runnable_image),
                      (streaming_command, streaming_predict_route))

constexpr json_rules json_rules_of(streaming_image const*)
{
    return json_rules{}
        .required("repository", "tag")
        .always_written("command", "streaming_command");
}

/// A container beside one of NVIDIA's Triton.
struct triton_image : runnable_image {
    triton_image() = default;

    std::string triton_model_repository;
    std::map<std::string, std::string> triton_model_replicas;
    double triton_num_cpu = 1;
    std::string triton_commit_tag;
    std::optional<std::string> triton_storage;
    std::optional<std::string> triton_memory;
    std::optional<std::int64_t> triton_readiness_initial_delay_seconds; ///< by default 300
};
BOOST_DESCRIBE_STRUCT(triton_image, (runnable_image),
                      (triton_model_repository, triton_model_replicas, triton_num_cpu,
                       triton_commit_tag, triton_storage, triton_memory,
                       triton_readiness_initial_delay_seconds))

constexpr json_rules json_rules_of(triton_image const*)
{
    return json_rules{}.required("repository", "tag").always_written("command");
}

/// What a bundle is made of; JSON for a kind that this version does not know.
struct bundle_flavor {
    bundle_flavor() = default;
    bundle_flavor(cloudpickle_artifact of) : value(std::move(of)) {}
    bundle_flavor(zip_artifact of) : value(std::move(of)) {}
    bundle_flavor(runnable_image of) : value(std::move(of)) {}
    bundle_flavor(streaming_image of) : value(std::move(of)) {}
    bundle_flavor(triton_image of) : value(std::move(of)) {}

    std::variant<boost::json::object, cloudpickle_artifact, zip_artifact, runnable_image,
                 streaming_image, triton_image>
        value;

    INFERPP_DECL static result<bundle_flavor> from_json(boost::json::value const& from);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// A model bundle.
struct model_bundle {
    model_bundle() = default;

    std::string id; ///< "bun_..."
    std::string name;
    boost::json::object metadata;
    timestamp created_at;
    std::vector<std::string> model_artifact_ids;
    std::optional<std::string> schema_location;
    bundle_flavor flavor;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_bundle, (),
                      (id, name, metadata, created_at, model_artifact_ids, schema_location, flavor,
                       more))

constexpr json_rules json_rules_of(model_bundle const*)
{
    return json_rules{}.required("id", "name");
}

/// The answer to the creation of a bundle.
struct bundle_receipt {
    bundle_receipt() = default;

    std::string model_bundle_id;
};
BOOST_DESCRIBE_STRUCT(bundle_receipt, (), (model_bundle_id))

/**
 * @brief POST /v2/model-bundles: makes a bundle.
 *
 * @code
 * launch::runnable_image image{"registry.example/sentiment", "1.0", {"python", "serve.py"}};
 * launch::create_bundle request{"sentiment", "s3://bucket/schema.json", image};
 * auto bundle = co_await client.send(request);
 * @endcode
 *
 * *Source*: wire notes 4.2 and the platform's OpenAPI document
 */
struct create_bundle {
    using provider = launch::provider;
    using response = bundle_receipt;
    static constexpr operation_info info{.name = "create_bundle",
                                         .method = "POST",
                                         .route = "v2/model-bundles",
                                         .repeat = idempotency::unsafe};

    /// @param schema where the schema of arguments and results lies
    create_bundle(std::string bundle, std::string schema, bundle_flavor of)
        : name(std::move(bundle)),
          schema_location(std::move(schema)),
          flavor(std::move(of))
    {
    }

    std::string name;
    std::string schema_location;
    bundle_flavor flavor;
    boost::json::object metadata;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_bundle, (), (name, schema_location, flavor, metadata))

/// POST /v2/model-bundles/clone-with-changes: a copy with another configuration.
struct clone_bundle {
    using provider = launch::provider;
    using response = bundle_receipt;
    static constexpr operation_info info{.name = "clone_bundle",
                                         .method = "POST",
                                         .route = "v2/model-bundles/clone-with-changes",
                                         .repeat = idempotency::unsafe};

    /// @param id of the bundle to copy
    explicit clone_bundle(std::string id) : original_model_bundle_id(std::move(id)) {}

    std::string original_model_bundle_id;
    boost::json::object new_app_config;

    result<void> validate() const
    {
        return check_given("original_model_bundle_id", original_model_bundle_id);
    }
};
BOOST_DESCRIBE_STRUCT(clone_bundle, (), (original_model_bundle_id, new_app_config))

/// Bundles.
struct bundle_list {
    bundle_list() = default;

    std::vector<model_bundle> model_bundles;
};
BOOST_DESCRIBE_STRUCT(bundle_list, (), (model_bundles))

/// GET /v2/model-bundles
struct list_bundles {
    using provider = launch::provider;
    using response = bundle_list;
    static constexpr operation_info info{.name = "list_bundles", .route = "v2/model-bundles"};

    list_bundles() = default;

    std::optional<std::string> model_name; ///< only those of that name
    std::optional<word<listing_order>> order_by;
};
BOOST_DESCRIBE_STRUCT(list_bundles, (), (model_name, order_by))

/// GET /v2/model-bundles/latest: the newest bundle of a name.
struct get_latest_bundle {
    using provider = launch::provider;
    using response = model_bundle;
    static constexpr operation_info info{.name = "get_latest_bundle",
                                         .route = "v2/model-bundles/latest"};

    explicit get_latest_bundle(std::string name) : model_name(std::move(name)) {}

    std::string model_name;
};
BOOST_DESCRIBE_STRUCT(get_latest_bundle, (), (model_name))

/// GET /v2/model-bundles/{id}
struct get_bundle {
    using provider = launch::provider;
    using response = model_bundle;
    static constexpr operation_info info{.name = "get_bundle",
                                         .route = "v2/model-bundles/{bundle}"};

    /// @param id "bun_..."
    explicit get_bundle(std::string id) : bundle(std::move(id)) {}

    std::string bundle;
};
BOOST_DESCRIBE_STRUCT(get_bundle, (), (bundle))

static_assert(!fragile_temporary<create_bundle> && !fragile_temporary<clone_bundle> &&
              !fragile_temporary<list_bundles> && !fragile_temporary<get_latest_bundle> &&
              !fragile_temporary<get_bundle> && !fragile_temporary<runnable_image>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/bundles.ipp>
#endif

#endif
