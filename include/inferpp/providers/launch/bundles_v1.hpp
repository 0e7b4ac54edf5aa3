// SPDX-License-Identifier: BSL-1.0
//
// Model bundles of Launch in the older form, which the platform has deprecated.

#ifndef INFERPP_PROVIDERS_LAUNCH_BUNDLES_V1_HPP
#define INFERPP_PROVIDERS_LAUNCH_BUNDLES_V1_HPP

#include <inferpp/providers/launch/bundles.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch::v1 {

/// How the code is packed.
enum class packaging { unknown, cloudpickle, zip, lira };
BOOST_DESCRIBE_ENUM(packaging, unknown, cloudpickle, zip, lira)

/// The base image that the code runs in.
struct environment_params {
    environment_params() = default;

    word<launch::framework_type> framework_type;
    std::optional<std::string> pytorch_image_tag;
    std::optional<std::string> tensorflow_version;
    std::optional<std::string> ecr_repo;
    std::optional<std::string> image_tag;
};
BOOST_DESCRIBE_STRUCT(environment_params, (),
                      (framework_type, pytorch_image_tag, tensorflow_version, ecr_repo, image_tag))

/// A model bundle.
struct model_bundle {
    model_bundle() = default;

    std::string id; ///< "bun_..."
    std::string name;
    std::string location;
    std::vector<std::string> requirements;
    environment_params env_params;
    word<packaging> packaging_type;
    boost::json::object metadata;
    boost::json::object app_config;
    timestamp created_at;
    std::vector<std::string> model_artifact_ids;
    std::optional<std::string> schema_location;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_bundle, (),
                      (id, name, location, requirements, env_params, packaging_type, metadata,
                       app_config, created_at, model_artifact_ids, schema_location, more))

constexpr json_rules json_rules_of(model_bundle const*)
{
    return json_rules{}.required("id", "name");
}

/// POST /v1/model-bundles: makes a bundle. *Source*: wire notes 4.2
struct create_bundle {
    using provider = launch::provider;
    using response = bundle_receipt;
    static constexpr operation_info info{.name = "create_bundle_v1",
                                         .method = "POST",
                                         .route = "v1/model-bundles",
                                         .repeat = idempotency::unsafe};

    /// @param place where the code lies: "s3://..."
    create_bundle(std::string bundle, std::string place, word<packaging> packed,
                  environment_params image)
        : name(std::move(bundle)),
          location(std::move(place)),
          packaging_type(std::move(packed)),
          env_params(std::move(image))
    {
    }

    std::string name;
    std::string location;
    word<packaging> packaging_type;
    environment_params env_params;
    std::vector<std::string> requirements; ///< of pip
    boost::json::object metadata;
    boost::json::object app_config;
    std::optional<std::string> schema_location;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_bundle, (),
                      (name, location, packaging_type, env_params, requirements, metadata,
                       app_config, schema_location))

constexpr json_rules json_rules_of(create_bundle const*)
{
    return json_rules{}.always_written("requirements");
}

/// POST /v1/model-bundles/clone-with-changes: a copy with another configuration.
struct clone_bundle {
    using provider = launch::provider;
    using response = bundle_receipt;
    static constexpr operation_info info{.name = "clone_bundle_v1",
                                         .method = "POST",
                                         .route = "v1/model-bundles/clone-with-changes",
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

/// GET /v1/model-bundles
struct list_bundles {
    using provider = launch::provider;
    using response = bundle_list;
    static constexpr operation_info info{.name = "list_bundles_v1", .route = "v1/model-bundles"};

    list_bundles() = default;

    std::optional<std::string> model_name; ///< only those of that name
    std::optional<word<listing_order>> order_by;
};
BOOST_DESCRIBE_STRUCT(list_bundles, (), (model_name, order_by))

/// GET /v1/model-bundles/latest: the newest bundle of a name.
struct get_latest_bundle {
    using provider = launch::provider;
    using response = model_bundle;
    static constexpr operation_info info{.name = "get_latest_bundle_v1",
                                         .route = "v1/model-bundles/latest"};

    explicit get_latest_bundle(std::string name) : model_name(std::move(name)) {}

    std::string model_name;
};
BOOST_DESCRIBE_STRUCT(get_latest_bundle, (), (model_name))

/// GET /v1/model-bundles/{id}
struct get_bundle {
    using provider = launch::provider;
    using response = model_bundle;
    static constexpr operation_info info{.name = "get_bundle_v1",
                                         .route = "v1/model-bundles/{bundle}"};

    /// @param id "bun_..."
    explicit get_bundle(std::string id) : bundle(std::move(id)) {}

    std::string bundle;
};
BOOST_DESCRIBE_STRUCT(get_bundle, (), (bundle))

static_assert(!fragile_temporary<create_bundle> && !fragile_temporary<clone_bundle> &&
              !fragile_temporary<list_bundles> && !fragile_temporary<get_latest_bundle> &&
              !fragile_temporary<get_bundle>);

} // namespace inferpp::inline INFERPP_ABI::launch::v1

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/bundles_v1.ipp>
#endif

#endif
