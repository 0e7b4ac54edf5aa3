// SPDX-License-Identifier: BSL-1.0
//
// The connection of the hub: one coroutine opens it and reads, one writes. See event_hub.ipp, which
// comes first.

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_CONNECTION_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_CONNECTION_IPP

#include <inferpp/client/server_message.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/decthings/answer.hpp>
#include <inferpp/providers/decthings/event_hub.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL void event_hub::start(std::shared_ptr<connection> on, client const& with)
{
    open_ = true;
    on->reading = true;
    boost::asio::co_spawn(
        where_, serve(shared_from_this(), on, with),
        boost::asio::bind_cancellation_slot(on->stop_reading.slot(), [on](std::exception_ptr) {}));
}

INFERPP_DECL boost::asio::awaitable<void> event_hub::serve(self hub, std::shared_ptr<connection> on,
                                                           std::optional<client> with)
{
    error why;
    try {
        auto opened = co_await as_result(with->open_websocket(hub->url_));
        with.reset(); // it may be the last one
        if (!opened) {
            why = opened.error();
            why.edit().operation.clear(); // it is that of the call that wants it
        } else if (!on->over) {
            on->socket = std::move(*opened);
            on->writing = true;
            boost::asio::co_spawn(hub->where_, write_all(hub, on),
                                  boost::asio::bind_cancellation_slot(on->stop_writing.slot(),
                                                                      [on](std::exception_ptr) {}));
            why = co_await read_all(hub, on);
        }
    }
    catch (boost::system::system_error const&) {
        why = current_error();
    }
    on->reading = false;
    hub->break_off(on, std::move(why));
}

INFERPP_DECL boost::asio::awaitable<error> event_hub::read_all(self hub,
                                                               std::shared_ptr<connection> on)
{
    while (!on->over) {
        auto got = co_await on->socket->read();
        if (!got)
            co_return got.error();
        if (!*got)
            co_return error{errc::truncated, "the server has closed the WebSocket"};
        error wrong = hub->receive(*on, std::move((*got)->data));
        if (wrong.code())
            co_return std::move(wrong);
    }
    co_return error{errc::closed};
}

INFERPP_DECL boost::asio::awaitable<void> event_hub::write_all(self hub,
                                                               std::shared_ptr<connection> on)
{
    error why;
    try {
        why = co_await write_queue(hub, on);
        if (!why.code() && !on->over) { // nobody needs it
            if (hub->now_ == on)
                hub->now_.reset();
            co_await on->socket->close();
            why = error{errc::closed};
        }
    }
    catch (boost::system::system_error const&) {
        why = current_error();
    }
    on->writing = false;
    hub->break_off(on, std::move(why));
}

/// Writes until nobody has needed the connection for a while, which is no error.
INFERPP_DECL boost::asio::awaitable<error> event_hub::write_queue(self hub,
                                                                  std::shared_ptr<connection> on)
{
    constexpr std::chrono::seconds kept{1};
    inferpp::clock& time = *hub->options_.clock;
    while (!on->over) {
        if (on->queue.empty() && on->in_use()) {
            co_await on->work.wait((clock::time_point::max)());
            continue;
        }
        if (on->queue.empty()) {
            auto heard = doorbell::heard::too_late;
            if (!hub->abandoned_)
                heard = co_await on->work.pause(time, saturating_add(time.now(), kept));
            if (heard == doorbell::heard::too_late && on->queue.empty() && !on->in_use())
                co_return error{};
            continue;
        }
        auto [data, who] = std::move(on->queue.front());
        on->queue.pop_front();
        std::uint32_t const id = on->next_id++;
        number_socket_request(data, id);
        if (who) {
            who->handed_over = true;
            connection::sent_call& sent = on->sent[id];
            if (who->of && who->of->id.empty()) {
                sent.starts = who->of->kind;
                ++on->starting;
            }
            sent.who = std::move(who);
        }
        websocket_message const message{std::move(data)};
        auto const written = co_await on->socket->write(message);
        if (written)
            continue;
        error why = written.error();
        if (auto const call = on->sent.find(id); call != on->sent.end()) {
            if (call->second.who) { // of this one it is known how far it got
                call->second.who->failed = why;
                call->second.who->answered.ring();
            }
            on->sent.erase(call);
        }
        co_return why;
    }
    co_return error{};
}

// --- what comes ----------------------------------------------------------------------------------

INFERPP_DECL error event_hub::receive(connection& on, std::string data)
{
    std::size_t const size = sizeof(session_event) + data.size();
    auto split = split_socket_message(shared_bytes{std::move(data)});
    if (!split)
        return split.error();
    if (split->is_event)
        receive_event(on, std::move(split->event), size);
    else
        receive_answer(on, *split);
    return {};
}

/// The error in an answer, or none.
INFERPP_DECL error event_hub::refused_by(http::response const& answer) const
{
    auto const said = find_api_error(answer);
    if (!said || is_run_failure(said->code))
        return {};
    error refused = to_error(*said);
    http::request secrets;
    secrets.secrets.push_back(key_);
    refused.edit().sent = sent_state::yes;
    inferpp::detail::bound_server_message(refused.edit(), secrets);
    return refused;
}

INFERPP_DECL void event_hub::receive_answer(connection& on, socket_message const& message)
{
    auto const found = on.sent.find(message.id);
    if (found == on.sent.end())
        return; // nobody waits, as after an unsubscription
    auto const call = std::move(found->second);
    on.sent.erase(found);
    http::response answer;
    answer.status = 200;
    answer.headers.set("Content-Type", octet_stream);
    if (call.starts) {
        --on.starting;
        // The events of a new session may be right behind.
        auto const opened = open_answer(answer, message.answer);
        auto const* const result = opened ? opened->result() : nullptr;
        auto const* const members = result != nullptr ? result->if_object() : nullptr;
        std::string_view const id =
            members != nullptr ? session_id(*members, *call.starts) : std::string_view{};
        if (!call.who && !id.empty())
            unsubscribe(*call.starts, id);
        if (call.who && !id.empty()) {
            call.who->of->id = id;
            listen(on, call.who->of);
            deliver_early(on, call.who->of);
        }
        if (on.starting == 0) { // the rest is for nobody
            on.early.clear();
            on.early_bytes = 0;
        }
    }
    if (!call.who)
        return;
    answer.body = message.answer.view();
    call.who->failed = refused_by(answer);
    if (!call.who->failed.code())
        call.who->answer = std::move(answer);
    call.who->answered.ring();
}

/// Events may overtake the answer that says which session they are of.
INFERPP_DECL void event_hub::deliver_early(connection& on, std::shared_ptr<subscription> const& to)
{
    std::string const key = connection::key(to->kind, to->id);
    for (connection::early_event& one : on.early)
        if (one.key == key)
            deliver(*to, std::move(one.event), one.size);
}

INFERPP_DECL void event_hub::receive_event(connection& on, socket_event event, std::size_t size)
{
    session_kind const* const kind = find_session_kind(event.api);
    if (kind == nullptr)
        return;
    std::string key = connection::key(*kind, session_id(event.params, *kind));
    std::vector<std::shared_ptr<subscription>> to;
    auto const [first, last] = on.listeners.equal_range(key);
    for (auto one = first; one != last; ++one)
        if (auto listener = one->second.lock())
            to.push_back(std::move(listener));
    if (to.empty() && on.starting == 0)
        return;
    auto const read = read_session_event(std::move(event));
    for (auto const& one : to)
        deliver(*one, read, size);
    constexpr std::size_t most_early = 1UL << 20;
    if (!to.empty() || size > most_early - on.early_bytes)
        return;
    on.early_bytes += size;
    connection::early_event& kept = on.early.emplace_back();
    kept.key = std::move(key);
    kept.event = read;
    kept.size = size;
}

// --- its end -------------------------------------------------------------------------------------

INFERPP_DECL void event_hub::break_off(std::shared_ptr<connection> const& on, error why)
{
    if (std::exchange(on->over, true))
        return;
    if (now_ == on)
        now_.reset();
    open_ = now_ != nullptr;
    if (!why.code())
        why = error{errc::closed};
    auto const fail = [&](waiting_call& call, sent_state sent) {
        call.failed = why;
        call.failed.edit().sent = sent;
        call.answered.ring();
    };
    auto const unsent = std::exchange(on->queue, {});
    auto const sent = std::exchange(on->sent, {});
    auto const listeners = std::exchange(on->listeners, {});
    for (auto const& one : unsent)
        if (one.who)
            fail(*one.who, sent_state::no);
    for (auto const& [id, one] : sent)
        if (one.who)
            fail(*one.who, sent_state::maybe);
    for (auto const& [key, one] : listeners)
        if (auto const which = one.lock())
            lose(which, why);
    stop(on);
}

/// Ends the coroutines of a connection that are still at it.
INFERPP_DECL void event_hub::stop(std::shared_ptr<connection> const& on) const
{
    boost::asio::post(where_, [on] {
        if (on->reading)
            on->stop_reading.emit(boost::asio::cancellation_type::terminal);
        if (on->writing)
            on->stop_writing.emit(boost::asio::cancellation_type::terminal);
    });
}

/// There is less that needs the connection.
INFERPP_DECL void event_hub::released()
{
    if (!now_ || now_->in_use())
        return;
    if (now_->socket)
        now_->work.ring();
    else
        break_off(std::shared_ptr<connection>{now_},
                  error{errc::closed}); // it is not worth opening
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
