// SPDX-License-Identifier: BSL-1.0
//
// Triggers of Launch: they start jobs that run a Docker image, by the clock.

#ifndef INFERPP_PROVIDERS_LAUNCH_TRIGGERS_HPP
#define INFERPP_PROVIDERS_LAUNCH_TRIGGERS_HPP

#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// The answer to the creation of a trigger.
struct trigger_receipt {
    trigger_receipt() = default;

    std::string trigger_id;
};
BOOST_DESCRIBE_STRUCT(trigger_receipt, (), (trigger_id))

/// POST /v1/triggers: starts a job of a bundle again and again. *Source*: wire notes 4.8
struct create_trigger {
    using provider = launch::provider;
    using response = trigger_receipt;
    static constexpr operation_info info{.name = "create_trigger",
                                         .method = "POST",
                                         .route = "v1/triggers",
                                         .repeat = idempotency::unsafe};

    /// @param schedule of cron: "0 * * * *", @param bundle see `create_docker_bundle`
    create_trigger(std::string trigger, std::string schedule, std::string bundle)
        : name(std::move(trigger)),
          cron_schedule(std::move(schedule)),
          bundle_id(std::move(bundle))
    {
    }

    std::string name;
    std::string cron_schedule;
    std::string bundle_id;
    boost::json::object default_job_config;
    label_map default_job_metadata; ///< the labels of its jobs

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_trigger, (),
                      (name, cron_schedule, bundle_id, default_job_config, default_job_metadata))

/// A trigger.
struct trigger_details {
    trigger_details() = default;

    std::string id;
    std::string name;
    std::string owner;
    std::string created_by;
    timestamp created_at;
    std::string cron_schedule;
    std::string docker_image_batch_job_bundle_id;
    boost::json::object default_job_config;
    label_map default_job_metadata;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(trigger_details, (),
                      (id, name, owner, created_by, created_at, cron_schedule,
                       docker_image_batch_job_bundle_id, default_job_config, default_job_metadata,
                       more))

constexpr json_rules json_rules_of(trigger_details const*)
{
    return json_rules{}.required("id", "name");
}

/// Triggers.
struct trigger_list {
    trigger_list() = default;

    std::vector<trigger_details> triggers;
};
BOOST_DESCRIBE_STRUCT(trigger_list, (), (triggers))

/// GET /v1/triggers
struct list_triggers {
    using provider = launch::provider;
    using response = trigger_list;
    static constexpr operation_info info{.name = "list_triggers", .route = "v1/triggers"};

    list_triggers() = default;
};

/// GET /v1/triggers/{id}
struct get_trigger {
    using provider = launch::provider;
    using response = trigger_details;
    static constexpr operation_info info{.name = "get_trigger", .route = "v1/triggers/{trigger}"};

    /// @param id of the trigger
    explicit get_trigger(std::string id) : trigger(std::move(id)) {}

    std::string trigger;
};
BOOST_DESCRIBE_STRUCT(get_trigger, (), (trigger))

/// PUT /v1/triggers/{id}: another schedule, a pause, or its end.
struct update_trigger {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{
        .name = "update_trigger", .method = "PUT", .route = "v1/triggers/{trigger}"};

    /// @param id of the trigger
    explicit update_trigger(std::string id) : trigger(std::move(id)) {}

    std::string trigger;
    std::optional<std::string> cron_schedule;
    std::optional<bool> suspend;
};
BOOST_DESCRIBE_STRUCT(update_trigger, (), (trigger, cron_schedule, suspend))

/// DELETE /v1/triggers/{id}
struct delete_trigger {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{
        .name = "delete_trigger", .method = "DELETE", .route = "v1/triggers/{trigger}"};

    /// @param id of the trigger
    explicit delete_trigger(std::string id) : trigger(std::move(id)) {}

    std::string trigger;
};
BOOST_DESCRIBE_STRUCT(delete_trigger, (), (trigger))

static_assert(!fragile_temporary<create_trigger> && !fragile_temporary<list_triggers> &&
              !fragile_temporary<get_trigger> && !fragile_temporary<update_trigger> &&
              !fragile_temporary<delete_trigger>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/triggers.ipp>
#endif

#endif
