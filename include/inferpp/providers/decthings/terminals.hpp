// SPDX-License-Identifier: BSL-1.0
//
// Terminals on a launcher, with their output as events, or without.

#ifndef INFERPP_PROVIDERS_DECTHINGS_TERMINALS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_TERMINALS_HPP

#include <inferpp/providers/decthings/spawned.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// How a terminal is.
struct terminal_options {
    terminal_options() = default;

    std::vector<filesystem_access> add_filesystem_access;
    std::optional<std::uint64_t> terminate_after_inactive_seconds; ///< by default 1800
    std::optional<std::uint32_t> cols;
    std::optional<std::uint32_t> rows;
};
BOOST_DESCRIBE_STRUCT(terminal_options, (),
                      (add_filesystem_access, terminate_after_inactive_seconds, cols, rows))

/// The id of a terminal that was started.
struct terminal_receipt {
    terminal_receipt() = default;

    std::string terminal_session_id;
};
BOOST_DESCRIBE_STRUCT(terminal_receipt, (), (terminal_session_id))

class terminal_stream;

/// Terminal/launchTerminalSession: `client.send` gives the terminal's id, `client.stream` its
/// output too. *Source*: wire notes 9 and 10
struct launch_terminal : call<launch_terminal, terminal_receipt> {
    static constexpr operation_info info =
        rpc("launch_terminal", "Terminal/launchTerminalSession", idempotency::unsafe);
    using stream_form = session_call<launch_terminal, terminal_stream>;

    launch_terminal(std::string model, decthings::execution_location where)
        : model_id(std::move(model)),
          execution_location(std::move(where))
    {
    }

    std::string model_id;
    decthings::execution_location execution_location;
    std::optional<terminal_options> options;
    std::optional<no_events> subscribe_to_events{no_events{}};
    event_options events; ///< of `client.stream`

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), execution_location.check("execution_location")});
    }
};
BOOST_DESCRIBE_STRUCT(launch_terminal, (),
                      (model_id, execution_location, options, subscribe_to_events))

/// What names a terminal.
struct of_terminal {
    explicit of_terminal(std::string id) : terminal_session_id(std::move(id)) {}

    std::string terminal_session_id;
};
BOOST_DESCRIBE_STRUCT(of_terminal, (), (terminal_session_id))

/// Terminal/terminateTerminalSession. *Source*: wire notes 9
struct terminate_terminal : call<terminate_terminal, nothing>, of_terminal {
    static constexpr operation_info info =
        rpc("terminate_terminal", "Terminal/terminateTerminalSession");
    using of_terminal::of_terminal;
};
BOOST_DESCRIBE_STRUCT(terminate_terminal, (of_terminal), ())

/// A terminal that runs.
struct terminal_session {
    terminal_session() = default;

    std::string id;
    epoch_time started_at;
    std::string model_id;
    decthings::execution_location execution_location;
};
BOOST_DESCRIBE_STRUCT(terminal_session, (), (id, started_at, model_id, execution_location))

/// Terminals that run.
struct terminal_list {
    terminal_list() = default;

    std::vector<terminal_session> terminal_sessions;
};
BOOST_DESCRIBE_STRUCT(terminal_list, (), (terminal_sessions))

/// Terminal/getTerminalSessions: these, or all that run. *Source*: wire notes 9
struct get_terminals : call<get_terminals, terminal_list> {
    static constexpr operation_info info = rpc("get_terminals", "Terminal/getTerminalSessions");

    get_terminals() = default;

    std::optional<std::vector<std::string>> terminal_session_ids;
};
BOOST_DESCRIBE_STRUCT(get_terminals, (), (terminal_session_ids))

/// Terminal/writeToTerminalSession: what is typed. *Source*: wire notes 9
struct write_to_terminal : call<write_to_terminal, nothing>, of_terminal {
    static constexpr operation_info info =
        rpc("write_to_terminal", "Terminal/writeToTerminalSession", idempotency::unsafe);

    write_to_terminal(std::string id, shared_bytes input)
        : of_terminal(std::move(id)),
          data(std::move(input))
    {
    }

    shared_bytes data;

    attachments blobs() const { return attach_one(data); }
};
BOOST_DESCRIBE_STRUCT(write_to_terminal, (of_terminal), ())

/// The size of a terminal, in characters.
struct terminal_size {
    terminal_size() = default;
    terminal_size(std::uint32_t width, std::uint32_t height) : cols(width), rows(height) {}

    std::uint32_t cols = 80;
    std::uint32_t rows = 24;
};
BOOST_DESCRIBE_STRUCT(terminal_size, (), (cols, rows))

/// Terminal/resizeTerminalSession. *Source*: wire notes 9
struct resize_terminal : call<resize_terminal, nothing>, of_terminal {
    static constexpr operation_info info = rpc("resize_terminal", "Terminal/resizeTerminalSession");

    resize_terminal(std::string id, terminal_size to) : of_terminal(std::move(id)), size(to) {}

    terminal_size size;
};
BOOST_DESCRIBE_STRUCT(resize_terminal, (of_terminal), (size))

/// Terminal/addFilesystemAccessForTerminalSession: lets it reach the files of another model.
/// *Source*: wire notes 9
struct add_terminal_filesystem_access : call<add_terminal_filesystem_access, nothing>, of_terminal {
    static constexpr operation_info info =
        rpc("add_terminal_filesystem_access", "Terminal/addFilesystemAccessForTerminalSession");

    add_terminal_filesystem_access(std::string id, std::string model)
        : of_terminal(std::move(id)),
          model_id(std::move(model))
    {
    }

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(add_terminal_filesystem_access, (of_terminal), (model_id))

/// A terminal that runs, and its output.
class terminal_stream : public session_stream {
public:
    static constexpr session_kind kind = terminal_session_kind;

    using session_stream::session_stream;

    /// `write_to_terminal`.
    boost::asio::awaitable<void> write(shared_bytes input, call_options call = {}) const
    {
        return tell(write_to_terminal{id(), std::move(input)}, call);
    }

    /// `resize_terminal`.
    boost::asio::awaitable<void> resize(terminal_size to, call_options call = {}) const
    {
        return tell(resize_terminal{id(), to}, call);
    }

    /// `terminate_terminal`; the event `exited` comes then.
    boost::asio::awaitable<void> terminate(call_options call = {}) const
    {
        return tell(terminate_terminal{id()}, call);
    }
};

/// Terminal/subscribeToEvents, as it is sent.
struct terminal_subscription : call<terminal_subscription, nothing>, of_terminal {
    static constexpr operation_info info =
        rpc("subscribe_to_terminal", "Terminal/subscribeToEvents");
    using of_terminal::of_terminal;

    result<void> validate() const
    {
        return check_given("terminal_session_id", terminal_session_id);
    }
};
BOOST_DESCRIBE_STRUCT(terminal_subscription, (of_terminal), ())

/// Terminal/subscribeToEvents: `client.stream` gives what a terminal that runs puts out from now
/// on. *Source*: wire notes 9
struct subscribe_to_terminal : session_call<terminal_subscription, terminal_stream> {
    explicit subscribe_to_terminal(std::string terminal_session_id, event_options how = {})
        : session_call(terminal_subscription{terminal_session_id}, how, terminal_session_id)
    {
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<launch_terminal> && !fragile_temporary<terminate_terminal> &&
              !fragile_temporary<get_terminals> && !fragile_temporary<write_to_terminal> &&
              !fragile_temporary<resize_terminal> &&
              !fragile_temporary<add_terminal_filesystem_access> &&
              !fragile_temporary<launch_terminal::stream_form> &&
              !fragile_temporary<subscribe_to_terminal>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
