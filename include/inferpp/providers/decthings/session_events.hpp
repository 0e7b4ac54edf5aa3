// SPDX-License-Identifier: BSL-1.0
//
// What happens in a command, a terminal, a debug session or a language server.

#ifndef INFERPP_PROVIDERS_DECTHINGS_SESSION_EVENTS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_SESSION_EVENTS_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/socket_messages.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

/// What has ended a session.
enum class exit_cause {
    unknown, ///< the platform's own "unknown", or a word that this version does not know
    terminated_on_request,
    launcher_terminated,
    inactive_timeout,
    process_exit,    ///< of a command or a terminal; with `exit_code` or `signal`
    code_terminated, ///< of a debug session; with `exit_code` or `signal`
    exception,       ///< of a debug session: the model's code threw; with `exception_details`
    timedout,        ///< of a language server
    oom,             ///< of a language server: out of memory
};
BOOST_DESCRIBE_ENUM(exit_cause, unknown, terminated_on_request, launcher_terminated,
                    inactive_timeout, process_exit, code_terminated, exception, timedout, oom)

constexpr json_rules json_rules_of(exit_cause const*)
{
    return json_rules{naming::as_written};
}

/// How a session has ended. *Source*: wire notes 10
struct exit_reason {
    exit_reason() = default;

    word<exit_cause> code;
    std::optional<std::int64_t> exit_code;
    std::optional<std::string> signal;
    bool out_of_memory = false;
    std::optional<std::string> exception_details;

    /// Whether it did what it was there for: a process that has ended with 0.
    bool succeeded() const noexcept { return exit_code == std::int64_t{0} && !out_of_memory; }

    /// The platform writes an object, or for language servers a word.
    INFERPP_DECL static result<exit_reason> from_json(boost::json::value const& value);
};

/// What an event is.
enum class session_event_kind {
    output,         ///< of stdout, or of a terminal or language server; in `data`
    error_output,   ///< of stderr; in `data`
    initialized,    ///< a debug session has started the model's code
    inspector_data, ///< what the model's code says to a debugger; in `data`
    exited,         ///< the last event: it has ended, as `exit` says
    /// The connection was lost, and what has happened until the next event may be lost; why is in
    /// `lost`. Only with `event_options::reconnect`.
    gap,
    unknown, ///< what this version does not know; see `name` and `params`
};

/// One event.
struct session_event {
    session_event() = default;

    session_event_kind kind = session_event_kind::unknown;
    std::string name; ///< as the platform calls it: "stdout"; empty for a gap
    shared_bytes data;
    std::optional<exit_reason> exit;
    error lost;
    boost::json::object params; ///< of one that is not known. Untrusted
};

/**
 * @brief How events are received.
 *
 * The platform sends events to the connection that asked for them, and never a second time: when
 * that breaks, what happens until somebody asks again is lost. Therefore a stream ends in an error
 * then, by default; a program that can live with gaps says so.
 */
struct event_options {
    event_options() = default;

    /// Go on after the connection was lost: an event `gap` says so at once, and the client connects
    /// and asks for the events again, as often and with such waits as `client_options::retry` says.
    bool reconnect = false;

    /// Events that have come and that nobody has taken yet, in bytes; at least 1. Where it does not
    /// do, the stream ends in `errc::body_too_large` behind them.
    std::size_t buffer_bytes = 4UL << 20;

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> check() const;
};

/// A kind of session.
struct session_kind {
    std::string_view api;       ///< "Spawned"
    std::string_view id_member; ///< "spawnedCommandId"

    friend bool operator==(session_kind const&, session_kind const&) = default;
};

inline constexpr session_kind command_session{"Spawned", "spawnedCommandId"};
inline constexpr session_kind terminal_session_kind{"Terminal", "terminalSessionId"};
inline constexpr session_kind debug_session_kind{"Debug", "debugSessionId"};
inline constexpr session_kind language_session{"Language", "languageServerId"};

/// The kind with events of that API; null where there is none.
INFERPP_DECL session_kind const* find_session_kind(std::string_view api) noexcept;

/// Text that stands as a member; empty where there is none.
INFERPP_DECL std::string_view session_id(boost::json::object const& in,
                                         session_kind const& kind) noexcept;

/// Reads an event. @return `errc::bad_schema` for one whose data or reason is not as it must be
INFERPP_DECL result<session_event> read_session_event(socket_event event);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/session_events.ipp>
#endif

#endif
