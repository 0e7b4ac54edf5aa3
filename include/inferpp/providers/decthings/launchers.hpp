// SPDX-License-Identifier: BSL-1.0
//
// Persistent launchers: machines that are kept, so that operations on them need not wait for one to
// boot. They cost as long as they are there.

#ifndef INFERPP_PROVIDERS_DECTHINGS_LAUNCHERS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_LAUNCHERS_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The id of a launcher that was made.
struct launcher_receipt {
    launcher_receipt() = default;

    std::string persistent_launcher_id;
};
BOOST_DESCRIBE_STRUCT(launcher_receipt, (), (persistent_launcher_id))

/// PersistentLauncher/createPersistentLauncher. It costs from then on: where the answer is lost,
/// see `get_persistent_launchers` for one of that name. *Source*: wire notes 8
struct create_persistent_launcher : call<create_persistent_launcher, launcher_receipt> {
    static constexpr operation_info info =
        rpc("create_persistent_launcher", "PersistentLauncher/createPersistentLauncher",
            idempotency::unsafe);

    create_persistent_launcher(std::string launcher_name, launcher_spec machine)
        : name(std::move(launcher_name)),
          spec(std::move(machine))
    {
    }

    std::string name;
    launcher_spec spec;

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error({check_given("name", name), spec.check("spec")});
    }
};
BOOST_DESCRIBE_STRUCT(create_persistent_launcher, (), (name, spec))

enum class launcher_phase { unknown, creating, active, deleting, recreating };
BOOST_DESCRIBE_ENUM(launcher_phase, unknown, creating, active, deleting, recreating)

/// Where a launcher stands.
struct launcher_state {
    launcher_state() = default;

    word<launcher_phase> type;
    std::optional<std::string> previous; ///< of one that is made again: "exit", "unknown"
};
BOOST_DESCRIBE_STRUCT(launcher_state, (), (type, previous))

/// What runs on a launcher.
enum class launcher_work {
    unknown,
    terminal,
    spawned,
    debug,
    create_model_state,
    train,
    evaluate,
};
BOOST_DESCRIBE_ENUM(launcher_work, unknown, terminal, spawned, debug, create_model_state, train,
                    evaluate)

/// Something that runs on a launcher.
struct launcher_task {
    launcher_task() = default;

    std::string id;
    word<launcher_work> type;
};
BOOST_DESCRIBE_STRUCT(launcher_task, (), (id, type))

/// A launcher. *Source*: wire notes 8
struct persistent_launcher {
    persistent_launcher() = default;

    std::string id;
    std::string name;
    std::optional<epoch_time> created_at;
    launcher_spec spec;
    launcher_state state;
    std::vector<launcher_task> running;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(persistent_launcher, (), (id, name, created_at, spec, state, running, more))

/// Which launchers a listing shows: those to which all that is set applies.
struct launcher_filter {
    launcher_filter() = default;

    std::vector<std::string> ids;
    std::optional<std::string> search_name; ///< a part of the name
};
BOOST_DESCRIBE_STRUCT(launcher_filter, (), (ids, search_name))

/// A page of launchers.
struct launcher_list : list_answer {
    launcher_list() = default;

    std::vector<persistent_launcher> persistent_launchers;
};
BOOST_DESCRIBE_STRUCT(launcher_list, (list_answer), (persistent_launchers))

/// PersistentLauncher/getPersistentLaunchers; see `get_models`. *Source*: wire notes 8
struct get_persistent_launchers
    : list_call<get_persistent_launchers, launcher_list, &launcher_list::persistent_launchers> {
    static constexpr operation_info info =
        rpc("get_persistent_launchers", "PersistentLauncher/getPersistentLaunchers");

    get_persistent_launchers() = default;

    std::optional<launcher_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_persistent_launchers, (list_request), (filter))

/// PersistentLauncher/getSysinfo: how a launcher is used. *Source*: wire notes 8
struct get_launcher_sysinfo : call<get_launcher_sysinfo, sysinfo_list> {
    static constexpr operation_info info =
        rpc("get_launcher_sysinfo", "PersistentLauncher/getSysinfo");

    explicit get_launcher_sysinfo(std::string id) : persistent_launcher_id(std::move(id)) {}

    std::string persistent_launcher_id;
    std::optional<epoch_time> from_timestamp; ///< only what is later
};
BOOST_DESCRIBE_STRUCT(get_launcher_sysinfo, (), (persistent_launcher_id, from_timestamp))

/// PersistentLauncher/deletePersistentLauncher. It goes when nothing runs on it any more.
/// *Source*: wire notes 8
struct delete_persistent_launcher : call<delete_persistent_launcher, nothing> {
    static constexpr operation_info info =
        rpc("delete_persistent_launcher", "PersistentLauncher/deletePersistentLauncher");

    explicit delete_persistent_launcher(std::string id) : persistent_launcher_id(std::move(id)) {}

    std::string persistent_launcher_id;
};
BOOST_DESCRIBE_STRUCT(delete_persistent_launcher, (), (persistent_launcher_id))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_persistent_launcher> &&
              !fragile_temporary<get_persistent_launchers> &&
              !fragile_temporary<get_launcher_sysinfo> &&
              !fragile_temporary<delete_persistent_launcher>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
