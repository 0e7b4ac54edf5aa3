// SPDX-License-Identifier: BSL-1.0
//
// The streams of the hub. See event_hub.ipp, which comes first.

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_STREAMS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_STREAMS_IPP

#include <inferpp/providers/decthings/event_hub.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> event_hub::take(
    std::shared_ptr<subscription> of, std::size_t max)
{
    auto const where = executor_of(of->with);
    auto work = take_here(std::move(of), max);
    return options_.thread_safe ? inferpp::detail::run_on(where, std::move(work)) : std::move(work);
}

INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> event_hub::take_here(
    std::shared_ptr<subscription> of, std::size_t max)
{
    while (of->ready.empty() && !of->ended) {
        auto const heard = co_await of->arrived.wait((clock::time_point::max)());
        if (heard == doorbell::heard::cancelled)
            co_return error{errc::cancelled};
    }
    std::vector<session_event> taken;
    while (!of->ready.empty() && taken.size() < max) {
        auto& [event, size] = of->ready.front();
        of->bytes -= size;
        buffered_ -= size;
        taken.push_back(std::move(event));
        of->ready.pop_front();
    }
    if (of->ready.empty())
        std::erase(waiting_, of.get());
    if (taken.empty() && of->failed.code())
        co_return of->failed;
    co_return taken;
}

INFERPP_DECL void event_hub::close(std::shared_ptr<subscription> of)
{
    if (!options_.thread_safe)
        close_here(*of);
    else
        boost::asio::post(executor_of(of->with),
                          [hub = shared_from_this(), of] { hub->close_here(*of); });
}

INFERPP_DECL void event_hub::close_here(subscription& which)
{
    which.closed = true;
    discard(which);
    drop(which);
    which.retry.ring();
    if (auto const call = which.asking.lock()) {
        call->failed = error{errc::closed};
        call->answered.ring();
    }
}

INFERPP_DECL void event_hub::listen(connection& on, std::shared_ptr<subscription> const& which)
{
    if (which->closed || which->listening)
        return;
    on.listeners.emplace(connection::key(which->kind, which->id), which);
    which->listening = true;
    which->subscribed = options_.clock->now();
}

/// @return whether nobody else listens to the session
INFERPP_DECL bool event_hub::forget(subscription& which)
{
    if (!std::exchange(which.listening, false) || !now_)
        return false;
    auto const [first, last] = now_->listeners.equal_range(connection::key(which.kind, which.id));
    std::size_t others = 0;
    auto found = last;
    for (auto one = first; one != last; ++one) {
        auto const listener = one->second.lock();
        if (listener.get() == &which)
            found = one;
        else
            ++others;
    }
    if (found != last)
        now_->listeners.erase(found);
    released();
    return others == 0;
}

/// Tells the server that its events are not wanted any more, where nobody else wants them.
INFERPP_DECL void event_hub::drop(subscription& which)
{
    if (forget(which))
        unsubscribe(which.kind, which.id);
}

INFERPP_DECL void event_hub::unsubscribe(session_kind const& kind, std::string_view id)
{
    if (!now_ || !now_->socket)
        return;
    std::string params;
    json_writer out{params};
    out.begin_object();
    out.key(kind.id_member);
    out.string(id);
    out.end_object();
    auto message = frame_socket_request(std::string{kind.api} + "/unsubscribeFromEvents", params,
                                        attachments{}, key_);
    if (!message || out.failed())
        return;
    connection::outgoing going;
    going.message = std::move(*message);
    now_->queue.push_back(std::move(going));
    now_->work.ring();
}

/// @param event or what is wrong with it, which ends the stream
INFERPP_DECL void event_hub::deliver(subscription& to, result<session_event> event,
                                     std::size_t size)
{
    if (to.ended || to.closed)
        return;
    if (!event) {
        drop(to);
        end(to, event.error());
        return;
    }
    to.failures = 0; // the connection does what it is there for
    bool const last = event->kind == session_event_kind::exited;
    if (make_room(to, size)) {
        put(to, std::move(*event), size);
        if (!last)
            return;
        forget(to); // the platform does so too
        end(to, error{});
        return;
    }
    drop(to);
    end(to, error{errc::body_too_large,
                  "the stream's events are not taken as fast as they come: there are more than " +
                      std::to_string(to.options.buffer_bytes) +
                      " bytes of them; raise events.buffer_bytes"});
}

/// @return whether there is room for an event, after others had to go
INFERPP_DECL bool event_hub::make_room(subscription& to, std::size_t size)
{
    if (size > to.options.buffer_bytes - (std::min)(to.bytes, to.options.buffer_bytes))
        return false;
    while (size > most_buffered_ - (std::min)(buffered_, most_buffered_) && !waiting_.empty()) {
        subscription& slowest =
            **std::max_element(waiting_.begin(), waiting_.end(),
                               [](auto const* a, auto const* b) { return a->bytes < b->bytes; });
        discard(slowest);
        drop(slowest);
        slowest.ended = false; // also where it has: its last events are missing
        end(slowest, error{errc::body_too_large,
                           "the events of all streams are not taken as fast as they come, and "
                           "those of this one were dropped: there are more than " +
                               std::to_string(most_buffered_) +
                               " bytes of them; raise options.event_buffer_bytes"});
        if (&slowest == &to)
            return true; // it has ended, and takes nothing
    }
    return size <= most_buffered_;
}

INFERPP_DECL void event_hub::put(subscription& to, session_event event, std::size_t size)
{
    if (to.ended)
        return;
    if (to.ready.empty())
        waiting_.push_back(&to);
    to.ready.emplace_back(std::move(event), size);
    to.bytes += size;
    buffered_ += size;
    to.arrived.ring();
}

INFERPP_DECL void event_hub::end(subscription& which, error why) const
{
    if (std::exchange(which.ended, true))
        return;
    if (why.code()) {
        why.edit().provider = "decthings";
        why.edit().operation = which.info.name;
        why.edit().job_id = which.id;
    }
    which.failed = std::move(why);
    which.arrived.ring();
}

/// Drops what nobody has taken.
INFERPP_DECL void event_hub::discard(subscription& which)
{
    std::erase(waiting_, &which);
    buffered_ -= std::exchange(which.bytes, 0);
    which.ready.clear();
}

// --- connections that break ----------------------------------------------------------------------

/// Whether another connection may do better.
inline bool is_lost_connection(error const& e) noexcept
{
    return e == condition::transport || e == condition::timeout || e == condition::overloaded ||
           e == condition::rate_limited;
}

/// What a stream ends in whose connection has.
inline error lost_events(error const& why)
{
    if (!is_lost_connection(why))
        return why;
    std::string message = why.info().message;
    if (message.empty())
        message = why.code().message();
    error e{errc::stream_truncated,
            "the connection that the events come over was lost (" + message +
                "), and what happens from now on is not heard; subscribe again, or set "
                "events.reconnect"};
    e.edit().cause = why.code();
    e.edit().sent = sent_state::yes;
    return e;
}

INFERPP_DECL void event_hub::lose(std::shared_ptr<subscription> which, error const& why)
{
    which->listening = false;
    if (which->ended || which->closed)
        return;
    auto const call = which->asking.lock();
    if (call && !call->answer) // its end is told there
        return;
    if (!which->options.reconnect || !is_lost_connection(why)) {
        end(*which, lost_events(why));
        return;
    }
    auto const now = options_.clock->now();
    if (now - which->subscribed > options_.retry.cap) // it was a good one, if one without events
        which->failures = 0;
    ++which->failures;
    // One gap is as good as two.
    if (which->ready.empty() || which->ready.back().first.kind != session_event_kind::gap) {
        session_event gap;
        gap.kind = session_event_kind::gap;
        gap.lost = why;
        constexpr std::size_t size = sizeof(session_event);
        put(*which, std::move(gap), size);
    }
    boost::asio::co_spawn(where_, subscribe_again(shared_from_this(), which, why),
                          [](std::exception_ptr) {});
}

INFERPP_DECL boost::asio::awaitable<void> event_hub::subscribe_again(
    self hub, std::shared_ptr<subscription> which, error why)
{
    std::string params;
    json_writer out{params};
    out.begin_object();
    out.key(which->kind.id_member);
    out.string(which->id);
    out.end_object();
    auto const message = frame_socket_request(std::string{which->kind.api} + "/subscribeToEvents",
                                              params, attachments{}, hub->key_);
    inferpp::clock& time = *hub->options_.clock;
    while (message && !which->closed) {
        auto const delay =
            next_retry_delay(hub->options_.retry, idempotency::safe, why, which->failures,
                             std::chrono::hours{24 * 365}, hub->random());
        if (!delay) {
            hub->end(*which, lost_events(why));
            co_return;
        }
        co_await which->retry.pause(time, saturating_add(time.now(), *delay));
        if (which->closed)
            co_return;
        auto const deadline = saturating_add(time.now(), hub->options_.limits.total);
        auto const answer = co_await hub->call_once(which->with, *message, which, deadline);
        if (answer)
            co_return;
        why = answer.error();
        ++which->failures;
    }
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/event_hub_connection.ipp>
#endif

#endif
