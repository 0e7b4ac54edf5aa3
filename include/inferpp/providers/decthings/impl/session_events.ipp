// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_SESSION_EVENTS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_SESSION_EVENTS_IPP

#include <inferpp/providers/decthings/session_events.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::decthings {

/// A reason as it stands on the wire, where it is an object.
struct exit_members {
    exit_members() = default;

    word<exit_cause> code;
    std::optional<std::int64_t> exit_code;
    std::optional<std::string> signal;
    std::optional<bool> oom;
    std::optional<std::string> exception_details;
};
BOOST_DESCRIBE_STRUCT(exit_members, (), (code, exit_code, signal, oom, exception_details))

constexpr json_rules json_rules_of(exit_members const*)
{
    return json_rules{naming::camel_case};
}

INFERPP_DECL result<exit_reason> exit_reason::from_json(boost::json::value const& value)
{
    exit_reason read;
    if (auto const* const text = value.if_string()) {
        read.code = word<exit_cause>{std::string_view{text->data(), text->size()}};
        read.out_of_memory = read.code == exit_cause::oom;
        return read;
    }
    auto members = decode_value<exit_members>(value);
    if (!members)
        return members.error();
    read.code = std::move(members->code);
    read.exit_code = members->exit_code;
    read.signal = std::move(members->signal);
    read.out_of_memory = members->oom.value_or(false);
    read.exception_details = std::move(members->exception_details);
    return read;
}

INFERPP_DECL result<void> event_options::check() const
{
    if (buffer_bytes == 0)
        return error{errc::invalid_argument, "events.buffer_bytes must be at least 1"};
    return {};
}

INFERPP_DECL session_kind const* find_session_kind(std::string_view api) noexcept
{
    static constexpr session_kind all[] = {command_session, terminal_session_kind,
                                           debug_session_kind, language_session};
    for (session_kind const& one : all)
        if (one.api == api)
            return &one;
    return nullptr;
}

INFERPP_DECL std::string_view session_id(boost::json::object const& in,
                                         session_kind const& kind) noexcept
{
    auto const* const found = in.if_contains(kind.id_member);
    auto const* const text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

inline session_event_kind session_event_kind_of(std::string_view name) noexcept
{
    struct row {
        std::string_view name;
        session_event_kind kind;
    };
    static constexpr row rows[] = {
        {"stdout", session_event_kind::output},
        {"data", session_event_kind::output},
        {"stderr", session_event_kind::error_output},
        {"initialized", session_event_kind::initialized},
        {"remoteInspectorData", session_event_kind::inspector_data},
        {"exit", session_event_kind::exited},
    };
    for (row const& one : rows)
        if (one.name == name)
            return one.kind;
    return session_event_kind::unknown;
}

INFERPP_DECL result<session_event> read_session_event(socket_event event)
{
    session_event read;
    read.kind = session_event_kind_of(event.name);
    read.name = std::move(event.name);
    switch (read.kind) {
    case session_event_kind::output:
    case session_event_kind::error_output:
    case session_event_kind::inspector_data: {
        auto data = event.blobs.next();
        if (!data)
            return data.error();
        read.data = std::move(*data);
        break;
    }
    case session_event_kind::exited: {
        auto const* const reason = event.params.if_contains("reason");
        if (reason == nullptr)
            return error{errc::bad_schema, "the event \"exit\" has no reason"};
        auto exit = exit_reason::from_json(*reason);
        if (!exit)
            return exit.error();
        read.exit = std::move(*exit);
        break;
    }
    case session_event_kind::unknown: {
        read.params = std::move(event.params);
        if (event.blobs.finish()) // without data
            return read;
        auto data = event.blobs.next();
        if (!data)
            return data.error();
        read.data = std::move(*data);
        return read;
    }
    case session_event_kind::initialized:
    case session_event_kind::gap: break;
    }
    if (auto const ended = event.blobs.finish(); !ended)
        return ended.error();
    return read;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
