// SPDX-License-Identifier: BSL-1.0
//
// Modzy's models: searching them, their versions, samples, tags and engines.

#ifndef INFERPP_PROVIDERS_MODZY_MODELS_HPP
#define INFERPP_PROVIDERS_MODZY_MODELS_HPP

#include <inferpp/providers/modzy/model_types.hpp>
#include <inferpp/providers/modzy/provider.hpp>

#include <cstdint>

namespace inferpp::inline INFERPP_ABI::modzy {

/**
 * @brief GET /models: models by the filters given, in pages.
 *
 * @code
 * modzy::list_models search;
 * search.name = "sentiment";
 * search.is_active = true;
 * auto models = client.pages(search);
 * @endcode
 *
 * Sorts by: modelId, author, submittedByEmail, name, isExpired, isActive, latestVersion,
 * isRecommended, lastActiveDateTime, expirationDateTime.
 *
 * *Source*: docs.modzy.com, "get all models"; wire notes 4.1.
 */
struct list_models : page_request {
    using provider = modzy::provider;
    using item = model_summary;
    using response = list_page<model_summary>;
    static constexpr operation_info info{.name = "list_models", .route = "models"};

    list_models() = default;

    std::optional<std::string> model_id;
    std::optional<std::string> author;
    std::optional<std::string> created_by_email;
    std::optional<std::string> name; ///< or a part of it
    std::optional<std::string> description;
    std::optional<bool> is_active;
    std::optional<bool> is_expired;
    std::optional<bool> is_recommended;
    std::optional<bool> is_commercial;
    std::optional<timestamp> last_active_date_time;
    std::optional<timestamp> expiration_date_time;
};
BOOST_DESCRIBE_STRUCT(list_models, (page_request),
                      (model_id, author, created_by_email, name, description, is_active, is_expired,
                       is_recommended, is_commercial, last_active_date_time, expiration_date_time))

/// GET /models/latest: every model with its latest version. *Source*: wire notes 4.1.
struct get_latest_models {
    using provider = modzy::provider;
    using response = std::vector<model_details>;
    static constexpr operation_info info{.name = "get_latest_models", .route = "models/latest"};

    get_latest_models() = default;
};

/// GET /models/{id}. *Source*: wire notes 4.1.
struct get_model {
    using provider = modzy::provider;
    using response = model_details;
    static constexpr operation_info info{.name = "get_model", .route = "models/{model}"};

    /// @param id identifier of the model
    explicit get_model(std::string id) : model(std::move(id)) {}

    std::string model;
};
BOOST_DESCRIBE_STRUCT(get_model, (), (model))

/// GET /models/{id}/related-models. *Source*: wire notes 4.1.
struct get_related_models {
    using provider = modzy::provider;
    using response = std::vector<model_details>;
    static constexpr operation_info info{.name = "get_related_models",
                                         .route = "models/{model}/related-models"};

    /// @param id identifier of the model
    explicit get_related_models(std::string id) : model(std::move(id)) {}

    std::string model;
};
BOOST_DESCRIBE_STRUCT(get_related_models, (), (model))

/// GET /models/{id}/versions: in pages, each with its number and little else.
/// *Source*: wire notes 4.1.
struct list_model_versions : page_request {
    using provider = modzy::provider;
    using item = model_version;
    using response = list_page<model_version>;
    static constexpr operation_info info{.name = "list_model_versions",
                                         .route = "models/{model}/versions"};

    /// @param id identifier of the model
    explicit list_model_versions(std::string id) : model(std::move(id)) {}

    std::string model;
    std::optional<std::string> version;
    std::optional<std::string> created_by;
    std::optional<timestamp> created_at;
    std::optional<timestamp> updated_at;
    std::optional<std::string> status;
    std::optional<bool> is_active;
    std::optional<bool> is_available;
    std::optional<bool> is_experimental;
};
BOOST_DESCRIBE_STRUCT(list_model_versions, (page_request),
                      (model, version, created_by, created_at, updated_at, status, is_active,
                       is_available, is_experimental))

/// What requests for one version have in common.
struct version_request {
    using provider = modzy::provider;

    std::string model;   ///< identifier of the model: "ed542963de"
    std::string version; ///< "1.0.1"

    /// Refuses what is no semantic version.
    INFERPP_DECL result<void> validate() const;

protected:
    version_request(std::string of_model, std::string with_version)
        : model(std::move(of_model)),
          version(std::move(with_version))
    {
    }
};
BOOST_DESCRIBE_STRUCT(version_request, (), (model, version))

/// GET /models/{id}/versions/{version}: among others the names and sizes of its inputs.
/// *Source*: wire notes 4.1.
struct get_model_version : version_request {
    using response = model_version;
    static constexpr operation_info info{.name = "get_model_version",
                                         .route = "models/{model}/versions/{version}"};

    get_model_version(std::string of_model, std::string with_version)
        : version_request(std::move(of_model), std::move(with_version))
    {
    }
};
BOOST_DESCRIBE_STRUCT(get_model_version, (version_request), ())

/// GET .../sample-input: a submission that the version can take. *Source*: wire notes 4.1.
struct get_sample_input : version_request {
    using response = boost::json::value;
    static constexpr operation_info info{.name = "get_sample_input",
                                         .route = "models/{model}/versions/{version}/sample-input"};

    get_sample_input(std::string of_model, std::string with_version)
        : version_request(std::move(of_model), std::move(with_version))
    {
    }
};
BOOST_DESCRIBE_STRUCT(get_sample_input, (version_request), ())

/// GET .../sample-output: results that the version gives. *Source*: wire notes 4.1.
struct get_sample_output : version_request {
    using response = boost::json::value;
    static constexpr operation_info info{
        .name = "get_sample_output", .route = "models/{model}/versions/{version}/sample-output"};

    get_sample_output(std::string of_model, std::string with_version)
        : version_request(std::move(of_model), std::move(with_version))
    {
    }
};
BOOST_DESCRIBE_STRUCT(get_sample_output, (version_request), ())

/// PATCH of a version's `processing`: how many engines it may have. Needs an administrator's key.
/// *Source*: wire notes 4.1.
struct set_engine_limits : version_request {
    using response = model_version;
    static constexpr operation_info info{.name = "set_engine_limits",
                                         .method = "PATCH",
                                         .route = "models/{model}/versions/{version}"};

    /// @param least 0 or more, @param most at least `least`
    set_engine_limits(std::string of_model, std::string with_version, std::int64_t least,
                      std::int64_t most)
        : version_request(std::move(of_model), std::move(with_version))
    {
        processing.minimum_parallel_capacity = least;
        processing.maximum_parallel_capacity = most;
    }

    engine_limits processing;

    /// As `version_request`; also limits out of range.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(set_engine_limits, (version_request), (processing))

/// GET /models/processing-engines. *Source*: wire notes 4.1.
struct get_engine_minimum {
    using provider = modzy::provider;
    using response = engine_minimum;
    static constexpr operation_info info{.name = "get_engine_minimum",
                                         .route = "models/processing-engines"};

    get_engine_minimum() = default;
};

/// GET /models/requirements/account: the resources that the account's models may ask for.
/// *Source*: wire notes 4.1.
struct get_account_requirements {
    using provider = modzy::provider;
    using response = std::vector<model_requirement>;
    static constexpr operation_info info{.name = "get_account_requirements",
                                         .route = "models/requirements/account"};

    get_account_requirements() = default;
};

/// GET /models/tags. *Source*: wire notes 4.1.
struct list_tags {
    using provider = modzy::provider;
    using response = std::vector<model_tag>;
    static constexpr operation_info info{.name = "list_tags", .route = "models/tags"};

    list_tags() = default;
};

/// GET /models/tags/{id,...}: the models that have these tags; unknown tags have none.
/// *Source*: wire notes 4.1.
struct get_tagged_models {
    using provider = modzy::provider;
    using response = tagged_models;
    static constexpr operation_info info{.name = "get_tagged_models"};

    /// @param identifiers of the tags, at least one
    explicit get_tagged_models(std::vector<std::string> identifiers) : tags(std::move(identifiers))
    {
    }

    std::vector<std::string> tags;

    /// Refuses an empty list.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
};

/// GET /resources/processing/engines: how many engines each version has. *Source*: wire notes 4.1.
struct get_processing_engines {
    using provider = modzy::provider;
    using response = std::vector<engine_counts>;
    static constexpr operation_info info{.name = "get_processing_engines",
                                         .route = "resources/processing/engines"};

    get_processing_engines() = default;
};

/// GET /resources/processing/models: the versions that run, their engines and queues.
/// *Source*: wire notes 4.1.
struct get_processing_models {
    using provider = modzy::provider;
    using response = std::vector<model_processing>;
    static constexpr operation_info info{.name = "get_processing_models",
                                         .route = "resources/processing/models"};

    get_processing_models() = default;
};

static_assert(!fragile_temporary<list_models> && !fragile_temporary<get_model> &&
              !fragile_temporary<list_model_versions> && !fragile_temporary<get_model_version> &&
              !fragile_temporary<set_engine_limits> && !fragile_temporary<get_tagged_models>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/models.ipp>
#endif

#endif
