// SPDX-License-Identifier: BSL-1.0
//
// Commands on a launcher, with their output as events, or without.

#ifndef INFERPP_PROVIDERS_DECTHINGS_SPAWNED_HPP
#define INFERPP_PROVIDERS_DECTHINGS_SPAWNED_HPP

#include <inferpp/providers/decthings/session_streams.hpp>
#include <inferpp/providers/decthings/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Tells the platform that nobody listens: over HTTP there are no events, and it would send them by
/// default. `client.stream` leaves it out.
struct no_events {
    no_events() = default;

    void to_json(json_writer& out) const { out.boolean(false); }
};

/// Another model whose files can be reached too.
struct filesystem_access {
    filesystem_access() = default;
    explicit filesystem_access(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(filesystem_access, (), (model_id))

/// How long a command may run.
struct command_options {
    command_options() = default;

    std::optional<std::uint64_t> timeout_seconds;                ///< by default 3600
    std::optional<std::uint64_t> timeout_after_inactive_seconds; ///< without output; by default 600
};
BOOST_DESCRIBE_STRUCT(command_options, (), (timeout_seconds, timeout_after_inactive_seconds))

/// The same for a command that reaches the files of a model.
struct model_command_options : command_options {
    model_command_options() = default;

    std::vector<filesystem_access> add_filesystem_access;
};
BOOST_DESCRIBE_STRUCT(model_command_options, (command_options), (add_filesystem_access))

/// What a command is.
struct command_request {
    command_request(decthings::execution_location where, std::string program)
        : execution_location(std::move(where)),
          command(std::move(program))
    {
    }

    decthings::execution_location execution_location;
    std::string command; ///< without arguments
    std::vector<std::string> args;
    event_options events; ///< of `client.stream`

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error(
            {execution_location.check("execution_location"), check_given("command", command)});
    }
};
BOOST_DESCRIBE_STRUCT(command_request, (), (execution_location, command, args))

/// The id of a command that was started.
struct command_receipt {
    command_receipt() = default;

    std::string spawned_command_id;
};
BOOST_DESCRIBE_STRUCT(command_receipt, (), (spawned_command_id))

class command_stream;

/**
 * @brief Spawned/spawnCommand.
 *
 * `client.send` starts the command and gives its id; `client.stream` gives its output too.
 *
 * @code
 * decthings::spawn_command list{decthings::execution_location::temporary({1, 512}), "ls"};
 * list.args = {"-l"};
 * auto command = co_await client.stream(list);
 * while (auto event = co_await command.next())
 *     if (event->kind == decthings::session_event_kind::output)
 *         std::cout << event->data.view();
 *     else if (event->exit)
 *         std::cout << "exit code " << event->exit->exit_code.value_or(-1) << '\n';
 * @endcode
 *
 * *Source*: wire notes 9 and 10
 */
struct spawn_command : call<spawn_command, command_receipt>, command_request {
    static constexpr operation_info info =
        rpc("spawn_command", "Spawned/spawnCommand", idempotency::unsafe);
    using stream_form = session_call<spawn_command, command_stream>;
    using command_request::command_request;

    std::optional<command_options> options;
    std::optional<no_events> subscribe_to_events{no_events{}};
};
BOOST_DESCRIBE_STRUCT(spawn_command, (command_request), (options, subscribe_to_events))

constexpr json_rules json_rules_of(spawn_command const*)
{
    return json_rules{naming::camel_case}.always_written("args");
}

/// Spawned/spawnCommandForModel: a command that reaches the files of a model. As `spawn_command`,
/// with events by `client.stream`. *Source*: wire notes 9
struct spawn_command_for_model : call<spawn_command_for_model, command_receipt>, command_request {
    static constexpr operation_info info =
        rpc("spawn_command_for_model", "Spawned/spawnCommandForModel", idempotency::unsafe);
    using stream_form = session_call<spawn_command_for_model, command_stream>;

    spawn_command_for_model(std::string model, decthings::execution_location where,
                            std::string program)
        : command_request(std::move(where), std::move(program)),
          model_id(std::move(model))
    {
    }

    std::string model_id;
    std::optional<model_command_options> options;
    std::optional<no_events> subscribe_to_events{no_events{}};

    /// Names the member that can't be valid.
    result<void> validate() const
    {
        return first_error({check_given("model_id", model_id), command_request::validate()});
    }
};
BOOST_DESCRIBE_STRUCT(spawn_command_for_model, (command_request),
                      (model_id, options, subscribe_to_events))

constexpr json_rules json_rules_of(spawn_command_for_model const*)
{
    return json_rules{naming::camel_case}.always_written("args");
}

/// Spawned/terminateSpawnedCommand. *Source*: wire notes 9
struct terminate_spawned_command : call<terminate_spawned_command, nothing> {
    static constexpr operation_info info =
        rpc("terminate_spawned_command", "Spawned/terminateSpawnedCommand");

    explicit terminate_spawned_command(std::string id) : spawned_command_id(std::move(id)) {}

    std::string spawned_command_id;
};
BOOST_DESCRIBE_STRUCT(terminate_spawned_command, (), (spawned_command_id))

/// A command that runs.
struct spawned_command {
    spawned_command() = default;

    std::string id;
    epoch_time started_at;
    std::optional<std::string> model_id;
    decthings::execution_location execution_location;
};
BOOST_DESCRIBE_STRUCT(spawned_command, (), (id, started_at, model_id, execution_location))

/// Commands that run.
struct spawned_command_list {
    spawned_command_list() = default;

    std::vector<spawned_command> spawned_commands;
};
BOOST_DESCRIBE_STRUCT(spawned_command_list, (), (spawned_commands))

/// Spawned/getSpawnedCommands: these, or all that run. *Source*: wire notes 9
struct get_spawned_commands : call<get_spawned_commands, spawned_command_list> {
    static constexpr operation_info info =
        rpc("get_spawned_commands", "Spawned/getSpawnedCommands");

    get_spawned_commands() = default;

    std::optional<std::vector<std::string>> spawned_command_ids;
};
BOOST_DESCRIBE_STRUCT(get_spawned_commands, (), (spawned_command_ids))

/// Spawned/writeToSpawnedCommand: to its standard input. *Source*: wire notes 9
struct write_to_spawned_command : call<write_to_spawned_command, nothing> {
    static constexpr operation_info info =
        rpc("write_to_spawned_command", "Spawned/writeToSpawnedCommand", idempotency::unsafe);

    write_to_spawned_command(std::string id, shared_bytes input)
        : spawned_command_id(std::move(id)),
          data(std::move(input))
    {
    }

    std::string spawned_command_id;
    shared_bytes data;

    attachments blobs() const { return attach_one(data); }
};
BOOST_DESCRIBE_STRUCT(write_to_spawned_command, (), (spawned_command_id))

/// A command that runs, and its output.
class command_stream : public session_stream {
public:
    static constexpr session_kind kind = command_session;

    using session_stream::session_stream;

    /// `write_to_spawned_command`.
    boost::asio::awaitable<void> write(shared_bytes input, call_options call = {}) const
    {
        return tell(write_to_spawned_command{id(), std::move(input)}, call);
    }

    /// `terminate_spawned_command`; the event `exited` comes then.
    boost::asio::awaitable<void> terminate(call_options call = {}) const
    {
        return tell(terminate_spawned_command{id()}, call);
    }
};

/// Spawned/subscribeToEvents, as it is sent.
struct command_subscription : call<command_subscription, nothing> {
    static constexpr operation_info info = rpc("subscribe_to_command", "Spawned/subscribeToEvents");

    explicit command_subscription(std::string id) : spawned_command_id(std::move(id)) {}

    std::string spawned_command_id;

    result<void> validate() const { return check_given("spawned_command_id", spawned_command_id); }
};
BOOST_DESCRIBE_STRUCT(command_subscription, (), (spawned_command_id))

/// Spawned/subscribeToEvents: `client.stream` gives what a command that runs puts out from now on.
/// *Source*: wire notes 9
struct subscribe_to_command : session_call<command_subscription, command_stream> {
    explicit subscribe_to_command(std::string spawned_command_id, event_options how = {})
        : session_call(command_subscription{spawned_command_id}, how, spawned_command_id)
    {
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<spawn_command> && !fragile_temporary<spawn_command_for_model> &&
              !fragile_temporary<terminate_spawned_command> &&
              !fragile_temporary<get_spawned_commands> &&
              !fragile_temporary<write_to_spawned_command> &&
              !fragile_temporary<spawn_command::stream_form> &&
              !fragile_temporary<spawn_command_for_model::stream_form> &&
              !fragile_temporary<subscribe_to_command>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
