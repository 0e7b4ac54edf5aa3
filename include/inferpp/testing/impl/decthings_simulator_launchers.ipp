// SPDX-License-Identifier: BSL-1.0
//
// Launchers of the simulated Decthings, and commands and terminals on them. See
// decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_LAUNCHERS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_LAUNCHERS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::launcher* decthings_simulator::platform::
    find_launcher_if(std::string_view id)
{
    for (launcher& one : launchers)
        if (one.id == id)
            return &one;
    return nullptr;
}

INFERPP_DECL decthings_simulator::platform::launcher& decthings_simulator::platform::find_launcher(
    call const& with)
{
    auto* const found = find_launcher_if(with.text("persistentLauncherId"));
    if (found == nullptr)
        throw refusal{"persistent_launcher_not_found"};
    return *found;
}

INFERPP_DECL boost::json::array decthings_simulator::platform::running_on(
    launcher const& which) const
{
    array all;
    for (auto const& one : works)
        if (one->launcher == which.id && !has_ended(*one))
            all.push_back({{"id", one->id},
                           {"type", one->what == work::kind::train      ? "train"
                                    : one->what == work::kind::evaluate ? "evaluate"
                                                                        : "createModelState"}});
    for (session const& one : sessions)
        if (auto const* const id = one.location.if_contains("persistentLauncherId");
            id != nullptr && detail::decthings_text(*id) == which.id)
            all.push_back({{"id", one.id}, {"type", one.kind}});
    return all;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::create_launcher(
    call& with)
{
    launcher made;
    made.name = with.text("name");
    made.spec = with.part("spec");
    check_spec(made.spec, "spec");
    made.id = new_id("launcher");
    made.created_at = today;
    launchers.push_back(made);
    return object{{"persistentLauncherId", made.id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_launchers(
    call& with)
{
    std::vector<object> all;
    for (launcher const& one : launchers) {
        bool const creating = today - one.created_at < options.launcher_time;
        all.push_back({{"id", one.id},
                       {"name", one.name},
                       {"createdAt", stamp(one.created_at)},
                       {"spec", one.spec},
                       {"state",
                        {{"type", one.deleting ? "deleting"
                                  : creating   ? "creating"
                                               : "active"}}},
                       {"running", running_on(one)}});
    }
    return page(with, "persistentLaunchers", std::move(all));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_launcher_sysinfo(call& with)
{
    launcher const& which = find_launcher(with);
    return object{{"sysinfo", sysinfo(with, now - (today - which.created_at), now)}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_launcher(
    call& with)
{
    launcher& which = find_launcher(with);
    if (which.deleting)
        throw refusal{"persistent_launcher_being_deleted"};
    which.deleting = true; // it goes as soon as nothing runs on it
    return object{};
}

// --- sessions ------------------------------------------------------------------------------------

INFERPP_DECL decthings_simulator::platform::session& decthings_simulator::platform::open_session(
    std::string kind, call const& with, std::string of)
{
    session made;
    made.location = read_location(with);
    if (auto const* const chosen = with.part_if("options"))
        made.options = *chosen;
    made.id = new_id(kind);
    made.kind = std::move(kind);
    made.model = std::move(of);
    made.started_at = today;
    if (with.find("command") != nullptr) {
        made.command = with.text("command");
        made.args = with.texts("args");
    }
    sessions.push_back(std::move(made));
    begin(sessions.back(), with);
    return sessions.back();
}

/// How the id of a session of a kind is called.
inline std::string_view decthings_id_of(std::string_view kind)
{
    return kind == "spawned"    ? "spawnedCommandId"
           : kind == "terminal" ? "terminalSessionId"
           : kind == "language" ? "languageServerId"
                                : "debugSessionId";
}

INFERPP_DECL decthings_simulator::platform::session& decthings_simulator::platform::find_session(
    std::string_view kind, call const& with)
{
    std::string const id = with.text(decthings_id_of(kind));
    for (session& one : sessions)
        if (one.kind == kind && one.id == id)
            return one;
    throw refusal{kind == "spawned"    ? "spawned_command_not_found"
                  : kind == "terminal" ? "terminal_session_not_found"
                  : kind == "language" ? "language_server_not_found"
                                       : "debug_session_not_found"};
}

/// Those that were asked for, or all.
INFERPP_DECL std::vector<decthings_simulator::platform::session*> decthings_simulator::platform::
    sessions_of(std::string_view kind, call const& with)
{
    std::string const ids = std::string{decthings_id_of(kind)} + 's';
    bool const all = with.find(ids) == nullptr;
    auto const wanted = with.texts(ids);
    std::vector<session*> found;
    for (session& one : sessions)
        if (one.kind == kind &&
            (all || std::find(wanted.begin(), wanted.end(), one.id) != wanted.end()))
            found.push_back(&one);
    return found;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::spawn(call& with)
{
    with.text("command");
    with.list("args");
    return object{{"spawnedCommandId", open_session("spawned", with, "").id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::spawn_for_model(
    call& with)
{
    model const& of = find_model(with);
    with.text("command");
    with.list("args");
    return object{{"spawnedCommandId", open_session("spawned", with, of.id).id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    terminate_command(call& with)
{
    return terminate("spawned", with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_commands(
    call& with)
{
    array all;
    for (session const* const one : sessions_of("spawned", with)) {
        object told{{"id", one->id},
                    {"startedAt", stamp(one->started_at)},
                    {"executionLocation", one->location}};
        if (!one->model.empty())
            told["modelId"] = one->model;
        all.push_back(std::move(told));
    }
    return object{{"spawnedCommands", all}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::write_to_command(
    call& with)
{
    with.expect_blobs(1);
    write(find_session("spawned", with), with.blobs[0]);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::launch_terminal(
    call& with)
{
    model const& of = find_model(with);
    return object{{"terminalSessionId", open_session("terminal", with, of.id).id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    terminate_terminal(call& with)
{
    return terminate("terminal", with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_terminals(
    call& with)
{
    array all;
    for (session const* const one : sessions_of("terminal", with))
        all.push_back({{"id", one->id},
                       {"startedAt", stamp(one->started_at)},
                       {"modelId", one->model},
                       {"executionLocation", one->location}});
    return object{{"terminalSessions", all}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    write_to_terminal(call& with)
{
    with.expect_blobs(1);
    write(find_session("terminal", with), with.blobs[0]);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::resize_terminal(
    call& with)
{
    session& which = find_session("terminal", with);
    call size;
    size.params = with.part("size");
    which.options["cols"] = size.number("cols");
    which.options["rows"] = size.number("rows");
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    add_terminal_access(call& with)
{
    session& which = find_session("terminal", with);
    object const access{{"modelId", find_model(with).id}};
    if (!which.options.contains("addFilesystemAccess"))
        which.options["addFilesystemAccess"] = array{};
    which.options["addFilesystemAccess"].as_array().push_back(access);
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_sessions.ipp>
#endif

#endif
