// SPDX-License-Identifier: BSL-1.0
//
// Users, and what the caller's account is told, uses and costs.

#ifndef INFERPP_PROVIDERS_DECTHINGS_USERS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_USERS_HPP

#include <inferpp/providers/decthings/training.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// A user.
struct user {
    user() = default;

    std::string user_id;
    std::string username;
};
BOOST_DESCRIBE_STRUCT(user, (), (user_id, username))

/// Users.
struct user_list {
    user_list() = default;

    std::vector<user> users;
};
BOOST_DESCRIBE_STRUCT(user_list, (), (users))

/// User/findMatchingUsers: those whose name is like a text. *Source*: wire notes 9
struct find_users : call<find_users, user_list> {
    static constexpr operation_info info = rpc("find_users", "User/findMatchingUsers");

    explicit find_users(std::string term) : search_term(std::move(term)) {}

    std::string search_term;
};
BOOST_DESCRIBE_STRUCT(find_users, (), (search_term))

/// User/getUsers: those of these ids that there are. *Source*: wire notes 9
struct get_users : call<get_users, user_list> {
    static constexpr operation_info info = rpc("get_users", "User/getUsers");

    explicit get_users(std::vector<std::string> ids) : user_ids(std::move(ids)) {}

    std::vector<std::string> user_ids;
};
BOOST_DESCRIBE_STRUCT(get_users, (), (user_ids))

constexpr json_rules json_rules_of(get_users const*)
{
    return json_rules{naming::camel_case}.always_written("user_ids");
}

// --- notifications -------------------------------------------------------------------------------

enum class notification_type { unknown, account_registered, training_finished, alert };
BOOST_DESCRIBE_ENUM(notification_type, unknown, account_registered, training_finished, alert)

/// What can be done about an alert.
struct notification_fix {
    notification_fix() = default;

    std::string name;
    std::string url;
};
BOOST_DESCRIBE_STRUCT(notification_fix, (), (name, url))

/// What a notification says, with what belongs to its type.
struct notification_data {
    notification_data() = default;

    word<notification_type> type;
    std::string model_id; ///< of a training that has ended, as the next four
    std::string training_session_id;
    std::string new_name;       ///< of the state, or version, that it was to make
    word<training_phase> state; ///< failed or completed
    std::string subject;        ///< of an alert, as the next two
    std::string message;
    std::optional<notification_fix> fix;
};
BOOST_DESCRIBE_STRUCT(notification_data, (),
                      (type, model_id, training_session_id, new_name, state, subject, message, fix))

constexpr json_rules json_rules_of(notification_data const*)
{
    return json_rules{naming::camel_case}
        .required("type")
        .renamed("new_name", "newStateName")
        .also_read("new_name", "newVersionName");
}

/// A notification.
struct notification {
    notification() = default;

    std::string id;
    epoch_time timestamp;
    bool viewed = false;
    notification_data data;
};
BOOST_DESCRIBE_STRUCT(notification, (), (id, timestamp, viewed, data))

/// Notifications.
struct notification_list {
    notification_list() = default;

    std::vector<notification> notifications;
};
BOOST_DESCRIBE_STRUCT(notification_list, (), (notifications))

/// User/getNotifications: these, or all. *Source*: wire notes 9
struct get_notifications : call<get_notifications, notification_list> {
    static constexpr operation_info info = rpc("get_notifications", "User/getNotifications");

    get_notifications() = default;

    std::optional<std::vector<std::string>> notification_ids;
};
BOOST_DESCRIBE_STRUCT(get_notifications, (), (notification_ids))

/// What is done with a notification.
enum class notification_action { unknown, viewed, delete_ };
BOOST_DESCRIBE_ENUM(notification_action, unknown, viewed, delete_)

/// User/setNotification: marks a notification as seen, or deletes it. *Source*: wire notes 9
struct set_notification : call<set_notification, nothing> {
    static constexpr operation_info info = rpc("set_notification", "User/setNotification");

    set_notification(std::string id, word<notification_action> what)
        : notification_id(std::move(id)),
          action(std::move(what))
    {
    }

    std::string notification_id;
    word<notification_action> action;
};
BOOST_DESCRIBE_STRUCT(set_notification, (), (notification_id, action))

// --- costs and quotas ----------------------------------------------------------------------------

enum class month { unknown, jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec };
BOOST_DESCRIBE_ENUM(month, unknown, jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec)

constexpr json_rules json_rules_of(month const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// A month for which there is a bill.
struct billing_cycle {
    billing_cycle() = default;
    billing_cycle(std::int64_t of_year, word<decthings::month> of_month)
        : year(of_year),
          month(std::move(of_month))
    {
    }

    std::int64_t year = 0;
    word<decthings::month> month;
};
BOOST_DESCRIBE_STRUCT(billing_cycle, (), (year, month))

/// What machines cost. Costs are in US dollars here and below; what is missing is 0.
struct launcher_cost {
    launcher_cost() = default;

    double cpu_core_minutes = 0;
    double cpu_cost = 0;
    double memory_mebibyte_minutes = 0;
    double memory_cost = 0;
    double disk_mebibyte_minutes = 0;
    double disk_cost = 0;
};
BOOST_DESCRIBE_STRUCT(launcher_cost, (),
                      (cpu_core_minutes, cpu_cost, memory_mebibyte_minutes, memory_cost,
                       disk_mebibyte_minutes, disk_cost))

/// The same, before and after they were warm.
struct launcher_costs {
    launcher_costs() = default;

    launcher_cost during_warmup;
    launcher_cost after_warmup;
};
BOOST_DESCRIBE_STRUCT(launcher_costs, (), (during_warmup, after_warmup))

/// What transferred data costs.
struct data_cost {
    data_cost() = default;

    double bytes = 0;
    double cost = 0;
};
BOOST_DESCRIBE_STRUCT(data_cost, (), (bytes, cost))

/// What debugging calls cost.
struct debug_operation_cost {
    debug_operation_cost() = default;

    double amount = 0;
    double base_cost = 0;
    data_cost evaluate_input_data;
    data_cost evaluate_output_data;
};
BOOST_DESCRIBE_STRUCT(debug_operation_cost, (),
                      (amount, base_cost, evaluate_input_data, evaluate_output_data))

/// What one kind of work costs.
struct work_cost {
    work_cost() = default;

    double amount = 0;
    double base_cost = 0;
    std::optional<data_cost> input_data; ///< of evaluations, as the next
    std::optional<data_cost> output_data;
    launcher_costs launchers;
    std::optional<debug_operation_cost> operations; ///< of debug sessions
};
BOOST_DESCRIBE_STRUCT(work_cost, (),
                      (amount, base_cost, input_data, output_data, launchers, operations))

/// What models cost.
struct model_cost {
    model_cost() = default;

    double states_mebibyte_minutes = 0;
    double states_cost = 0;
    double filesystems_mebibyte_minutes = 0;
    double filesystems_cost = 0;
    work_cost evaluations;
    work_cost create_states;
    work_cost training_sessions;
    work_cost terminals;
    work_cost spawned_commands;
    work_cost debug_sessions;
};
BOOST_DESCRIBE_STRUCT(model_cost, (),
                      (states_mebibyte_minutes, states_cost, filesystems_mebibyte_minutes,
                       filesystems_cost, evaluations, create_states, training_sessions, terminals,
                       spawned_commands, debug_sessions))

/// What datasets cost.
struct dataset_cost {
    dataset_cost() = default;

    double data_mebibyte_minutes = 0;
    double data_cost = 0;
};
BOOST_DESCRIBE_STRUCT(dataset_cost, (), (data_mebibyte_minutes, data_cost))

/// What a day costs.
struct day_cost {
    day_cost() = default;

    std::int64_t day = 0; ///< of the month
    model_cost models;
    dataset_cost datasets;
    launcher_costs persistent_launchers;
};
BOOST_DESCRIBE_STRUCT(day_cost, (), (day, models, datasets, persistent_launchers))

/// What a month costs.
struct billing_stats : billing_cycle {
    billing_stats() = default;

    double total_cost = 0;
    std::vector<day_cost> per_day;
};
BOOST_DESCRIBE_STRUCT(billing_stats, (billing_cycle), (total_cost, per_day))

/// A part of a bill: what is missing costs nothing.
template <class T>
concept part_of_bill = std::same_as<T, launcher_cost> || std::same_as<T, launcher_costs> ||
    std::same_as<T, data_cost> || std::same_as<T, debug_operation_cost> ||
    std::same_as<T, work_cost> || std::same_as<T, model_cost> || std::same_as<T, dataset_cost> ||
    std::same_as<T, day_cost>;

template <part_of_bill T>
constexpr json_rules json_rules_of(T const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// User/getBillingStats. *Source*: wire notes 9
struct get_billing_stats : call<get_billing_stats, billing_stats> {
    static constexpr operation_info info = rpc("get_billing_stats", "User/getBillingStats");

    get_billing_stats() = default;

    std::optional<decthings::billing_cycle> billing_cycle; ///< by default the current one
    /// Ids of models, datasets and launchers that count; by default all.
    std::optional<std::vector<std::string>> resources;
};
BOOST_DESCRIBE_STRUCT(get_billing_stats, (), (billing_cycle, resources))

/// What has not been paid, in US dollars.
struct amount_due {
    amount_due() = default;

    double amount = 0;
};
BOOST_DESCRIBE_STRUCT(amount_due, (), (amount))

/// User/estimateAmountDue. *Source*: wire notes 9
struct estimate_amount_due : call<estimate_amount_due, amount_due> {
    static constexpr operation_info info = rpc("estimate_amount_due", "User/estimateAmountDue");

    estimate_amount_due() = default;
};
BOOST_DESCRIBE_STRUCT(estimate_amount_due, (), ())

/// How much of a quota was used in an hour.
struct quota_hour {
    quota_hour() = default;

    epoch_time hour_timestamp;
    double max_used = 0;
};
BOOST_DESCRIBE_STRUCT(quota_hour, (), (hour_timestamp, max_used))

/// How much of something may be used.
struct quota {
    quota() = default;

    std::string name;
    std::string unit;
    double limit = 0;
    std::optional<double> used; ///< by the later generation
    std::vector<quota_hour> history;
};
BOOST_DESCRIBE_STRUCT(quota, (), (name, unit, limit, used, history))

/// Quotas.
struct quota_list {
    quota_list() = default;

    std::vector<quota> quotas;
};
BOOST_DESCRIBE_STRUCT(quota_list, (), (quotas))

/// User/getQuotas. *Source*: wire notes 9
struct get_quotas : call<get_quotas, quota_list> {
    static constexpr operation_info info = rpc("get_quotas", "User/getQuotas");

    get_quotas() = default;
};
BOOST_DESCRIBE_STRUCT(get_quotas, (), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<find_users> && !fragile_temporary<get_users> &&
              !fragile_temporary<get_notifications> && !fragile_temporary<set_notification> &&
              !fragile_temporary<get_billing_stats> && !fragile_temporary<estimate_amount_due> &&
              !fragile_temporary<get_quotas>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
