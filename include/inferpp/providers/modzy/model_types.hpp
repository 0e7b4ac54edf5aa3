// SPDX-License-Identifier: BSL-1.0
//
// What Modzy answers about models, their versions and the engines that run them.

#ifndef INFERPP_PROVIDERS_MODZY_MODEL_TYPES_HPP
#define INFERPP_PROVIDERS_MODZY_MODEL_TYPES_HPP

#include <inferpp/providers/modzy/types.hpp>

#include <cstdint>

namespace inferpp::inline INFERPP_ABI::modzy {

/// A word that models are found by.
struct model_tag {
    model_tag() = default;

    std::string identifier; ///< "computer_vision"
    std::string name;       ///< "Computer Vision"
    std::string data_type;  ///< "Input Type"
    bool is_categorical = false;
};
BOOST_DESCRIBE_STRUCT(model_tag, (), (identifier, name, data_type, is_categorical))

/// What a model can do, such as "built-in-explainability".
struct model_feature {
    model_feature() = default;

    std::string identifier;
    std::string name;
    std::string description;
};
BOOST_DESCRIBE_STRUCT(model_feature, (), (identifier, name, description))

/// A picture that stands for a model.
struct model_image {
    model_image() = default;

    std::string url;
    std::string caption;
    std::string alt;
    std::string relation_type; ///< "background", "card", "thumbnail", "logo"
};
BOOST_DESCRIBE_STRUCT(model_image, (), (url, caption, alt, relation_type))

/// Who may see a model.
struct model_visibility {
    model_visibility() = default;

    std::string scope; ///< "ALL"
    boost::json::array teams;
};
BOOST_DESCRIBE_STRUCT(model_visibility, (), (scope, teams))

/// One line of `list_models`.
struct model_summary {
    model_summary() = default;

    std::string model_id; ///< what `job_request::model` takes
    std::string latest_version;
    std::vector<std::string> versions;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_summary, (), (model_id, latest_version, versions, more))

constexpr json_rules json_rules_of(model_summary const*)
{
    return json_rules{naming::camel_case}
        .also_read("model_id", "identifier")
        .also_read("model_id", "modelID")
        .required("model_id");
}

/// A model. The platform gives different members on different routes.
struct model_details {
    model_details() = default;

    std::string model_id; ///< what `job_request::model` takes
    std::string name;
    std::string author;
    std::string description;
    std::string long_description;
    std::string permalink;
    std::string latest_version;
    std::string latest_active_version;
    std::vector<std::string> versions;
    std::vector<std::string> active_versions;
    std::vector<model_feature> features;
    std::vector<model_tag> tags;
    std::vector<model_image> images;
    boost::json::array snapshot_images;
    std::optional<bool> is_active;
    std::optional<bool> is_available;
    std::optional<bool> is_commercial;
    std::optional<bool> is_experimental;
    std::optional<bool> is_expired;
    std::optional<bool> is_recommended;
    std::string source_type;
    std::string created_by_email;
    std::string created_by_full_name;
    timestamp creation_date_time;
    timestamp update_date_time;
    timestamp expiration_date;
    timestamp last_active_date_time;
    std::optional<model_visibility> visibility;
    unknown_members more;

    /// Whether the model has a feature, such as "built-in-explainability".
    INFERPP_DECL bool has_feature(std::string_view identifier) const noexcept;
};
BOOST_DESCRIBE_STRUCT(model_details, (),
                      (model_id, name, author, description, long_description, permalink,
                       latest_version, latest_active_version, versions, active_versions, features,
                       tags, images, snapshot_images, is_active, is_available, is_commercial,
                       is_experimental, is_expired, is_recommended, source_type, created_by_email,
                       created_by_full_name, creation_date_time, update_date_time, expiration_date,
                       last_active_date_time, visibility, more))

constexpr json_rules json_rules_of(model_details const*)
{
    return json_rules{naming::camel_case}
        .also_read("model_id", "identifier")
        .also_read("model_id", "modelID")
        .required("model_id");
}

/// An input that a model takes: its `name` is the data key of a job's sources.
struct model_input {
    model_input() = default;

    std::string name;                          ///< "input.txt"
    std::string accepted_media_types;          ///< "text/plain, application/json"
    std::optional<std::uint64_t> maximum_size; ///< bytes
    std::string description;
};
BOOST_DESCRIBE_STRUCT(model_input, (), (name, accepted_media_types, maximum_size, description))

/// An output that a model gives.
struct model_output_format {
    model_output_format() = default;

    std::string name;                          ///< "results.json"
    std::string media_type;                    ///< "application/json"
    std::optional<std::uint64_t> maximum_size; ///< bytes
    std::string description;
};
BOOST_DESCRIBE_STRUCT(model_output_format, (), (name, media_type, maximum_size, description))

/// How long a model may take.
struct model_timeout {
    model_timeout() = default;

    std::optional<milliseconds> status;
    std::optional<milliseconds> run;
};
BOOST_DESCRIBE_STRUCT(model_timeout, (), (status, run))

/// What a model needs to run.
struct model_requirement {
    model_requirement() = default;

    std::optional<std::int64_t> requirement_id;
    boost::json::value gpu_units; ///< a number, on some routes as text
    std::string cpu_amount;       ///< "1000m"
    std::string memory_amount;    ///< "2G"
    std::string status;           ///< "ACTIVE"; in the list of the account's
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_requirement, (),
                      (requirement_id, gpu_units, cpu_amount, memory_amount, status, more))

/// How many engines a version may have.
struct engine_limits {
    engine_limits() = default;

    std::int64_t minimum_parallel_capacity = 0;
    std::int64_t maximum_parallel_capacity = 1;
};
BOOST_DESCRIBE_STRUCT(engine_limits, (), (minimum_parallel_capacity, maximum_parallel_capacity))

/// How well a model did in some test.
struct model_statistic {
    model_statistic() = default;

    std::string label;
    std::string category;
    std::string type;
    std::string description;
    bool highlight = false;
    std::optional<std::int64_t> order;
    boost::json::value value;
};
BOOST_DESCRIBE_STRUCT(model_statistic, (),
                      (label, category, type, description, highlight, order, value))

/// One version of a model.
struct model_version {
    model_version() = default;

    std::string version;
    std::string status;
    timestamp created_at;
    timestamp updated_at;
    std::string created_by;
    std::string source_type;
    std::string long_description;
    std::string technical_details;
    std::string performance_summary;
    std::string version_history;
    std::string input_validation_schema;
    std::optional<bool> is_active;
    std::optional<bool> is_available;
    std::optional<bool> is_experimental;
    std::vector<model_input> inputs;
    std::vector<model_output_format> outputs;
    std::optional<model_timeout> timeout;
    std::optional<model_requirement> requirement;
    std::optional<engine_limits> processing;
    std::vector<model_statistic> statistics;
    boost::json::value sample_input;
    boost::json::value sample_output;
    unknown_members more; ///< also how its image was loaded
};
BOOST_DESCRIBE_STRUCT(model_version, (),
                      (version, status, created_at, updated_at, created_by, source_type,
                       long_description, technical_details, performance_summary, version_history,
                       input_validation_schema, is_active, is_available, is_experimental, inputs,
                       outputs, timeout, requirement, processing, statistics, sample_input,
                       sample_output, more))

constexpr json_rules json_rules_of(model_version const*)
{
    return json_rules{naming::camel_case}.required("version");
}

/// Tags, and the models that have them.
struct tagged_models {
    tagged_models() = default;

    std::vector<model_tag> tags;
    std::vector<model_details> models;
};
BOOST_DESCRIBE_STRUCT(tagged_models, (), (tags, models))

/// The engines that all models together keep at least.
struct engine_minimum {
    engine_minimum() = default;

    std::int64_t minimum_processing_engines_sum = 0;
};
BOOST_DESCRIBE_STRUCT(engine_minimum, (), (minimum_processing_engines_sum))

/// The engines of one version, counted by state.
struct engine_counts {
    engine_counts() = default;

    std::string identifier; ///< of the model
    std::string version;
    std::int64_t failed = 0;
    std::int64_t queued = 0;
    std::int64_t spinning_up = 0;
    std::int64_t spinning_down = 0;
    std::int64_t running = 0;
    std::int64_t ready = 0;
};
BOOST_DESCRIBE_STRUCT(engine_counts, (),
                      (identifier, version, failed, queued, spinning_up, spinning_down, running,
                       ready))

/// One condition of an engine.
struct engine_condition {
    engine_condition() = default;

    std::string type;
    std::string status;
};
BOOST_DESCRIBE_STRUCT(engine_condition, (), (type, status))

/// One engine of a version.
struct engine {
    engine() = default;

    std::string name;
    timestamp created_at;
    bool ready = false;
    std::vector<engine_condition> conditions;
};
BOOST_DESCRIBE_STRUCT(engine, (), (name, created_at, ready, conditions))

/// What waits for a version.
struct queue_length {
    queue_length() = default;

    std::uint64_t queued = 0;
};
BOOST_DESCRIBE_STRUCT(queue_length, (), (queued))

/// One version as it runs.
struct model_processing {
    model_processing() = default;

    std::string identifier; ///< of the model
    std::string version;
    timestamp deployed_at;
    std::vector<engine> engines;
    queue_length inputs;
    queue_length jobs;
    boost::json::array situations;
    boost::json::object model_deployment_state;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(model_processing, (),
                      (identifier, version, deployed_at, engines, inputs, jobs, situations,
                       model_deployment_state, more))

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/model_types.ipp>
#endif

#endif
