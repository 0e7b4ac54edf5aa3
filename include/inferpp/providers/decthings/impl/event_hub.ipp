// SPDX-License-Identifier: BSL-1.0
//
// Calls. The streams are in event_hub_streams.ipp, the connection is in event_hub_connection.ipp.

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_EVENT_HUB_IPP

#include <inferpp/client/run_on.hpp>
#include <inferpp/providers/decthings/event_hub.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <unordered_map>

namespace inferpp::inline INFERPP_ABI::decthings {

// --- waiting -------------------------------------------------------------------------------------

/// Who waits at a doorbell, for as long as it waits, also when its coroutine is destroyed.
class doorbell::guest {
public:
    guest(doorbell& at, boost::asio::steady_timer& timer) noexcept : at_(at)
    {
        at_.timer_ = &timer;
    }
    guest(guest const&) = delete;
    guest& operator=(guest const&) = delete;
    ~guest() { at_.timer_ = nullptr; }

private:
    doorbell& at_;
};

INFERPP_DECL void doorbell::ring() noexcept
{
    rung_ = true;
    if (timer_ != nullptr)
        timer_->cancel();
}

INFERPP_DECL boost::asio::awaitable<doorbell::heard> doorbell::wait(clock::time_point until)
{
    if (!std::exchange(rung_, false)) {
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, until};
        guest const waiting{*this, timer};
        auto const [code] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        if (!std::exchange(rung_, false))
            co_return code ? heard::cancelled : heard::too_late;
    }
    co_return heard::rung;
}

INFERPP_DECL boost::asio::awaitable<doorbell::heard> doorbell::pause(inferpp::clock& time,
                                                                     clock::time_point until)
{
    if (!std::exchange(rung_, false)) {
        sleeper asleep{co_await boost::asio::this_coro::executor, time, until};
        guest const waiting{*this, asleep.timer};
        auto const [code] =
            co_await asleep.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        if (!std::exchange(rung_, false))
            co_return code && !asleep.woken ? heard::cancelled : heard::too_late;
    }
    co_return heard::rung;
}

// --- what the hub has ----------------------------------------------------------------------------

struct waiting_call {
    waiting_call() = default;

    std::shared_ptr<subscription> of;
    doorbell answered;        ///< or failed
    bool handed_over = false; ///< to the network: the server may have got it
    std::optional<http::response> answer;
    error failed;
};

struct event_hub::connection {
    connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    struct outgoing {
        outgoing() = default;
        std::string message;
        std::shared_ptr<waiting_call> who; ///< null: nobody waits for the answer
    };
    struct sent_call {
        sent_call() = default;
        std::shared_ptr<waiting_call> who;  ///< null: who waited has gone
        std::optional<session_kind> starts; ///< the answer has the id of a new session
    };

    bool in_use() const noexcept { return calls > 0 || !listeners.empty(); }
    static std::string key(session_kind const& kind, std::string_view id)
    {
        return std::string{kind.api}.append("/").append(id);
    }

    std::unique_ptr<websocket> socket; ///< null while it is opened
    std::deque<outgoing> queue;
    std::map<std::uint32_t, sent_call> sent;
    std::unordered_multimap<std::string, std::weak_ptr<subscription>> listeners;
    /// What has come from sessions that nobody knows yet, while calls that start some wait for
    /// their answers: with their keys and sizes.
    struct early_event {
        early_event() = default;
        std::string key;
        result<session_event> event;
        std::size_t size = 0;
    };
    std::deque<early_event> early;
    std::size_t early_bytes = 0;
    std::size_t starting = 0; ///< such calls
    std::size_t calls = 0;    ///< that are waited for
    std::uint32_t next_id = 0;
    bool over = false;
    doorbell work; ///< for the writer: there is something to write, or less to keep it open for

    // Its two coroutines; each signal may be emitted as long as its own one runs.
    boost::asio::cancellation_signal stop_reading;
    boost::asio::cancellation_signal stop_writing;
    bool reading = false;
    bool writing = false;
};

/// The place of a call on a connection, which it leaves however it ends.
class event_hub::seat {
public:
    seat(event_hub& hub, std::shared_ptr<connection> on, std::shared_ptr<waiting_call> who)
        : hub_(hub),
          on_(std::move(on)),
          who_(std::move(who))
    {
        ++on_->calls;
    }
    seat(seat const&) = delete;
    seat& operator=(seat const&) = delete;
    ~seat()
    {
        --on_->calls;
        std::erase_if(on_->queue, [this](auto const& one) { return one.who == who_; });
        for (auto& [id, one] : on_->sent)
            if (one.who == who_)
                one.who.reset(); // a session that it starts is not listened to
        hub_.released();
    }

private:
    event_hub& hub_;
    std::shared_ptr<connection> on_;
    std::shared_ptr<waiting_call> who_;
};

INFERPP_DECL event_hub::event_hub(client_options options, std::string url, secret key,
                                  std::size_t buffer_bytes)
    : options_(std::move(options)),
      url_(std::move(url)),
      key_(std::move(key)),
      most_buffered_(buffer_bytes),
      random_(std::random_device{}())
{
    if (!options_.clock)
        options_.clock = real_clock();
}

INFERPP_DECL event_hub::~event_hub() = default;

INFERPP_DECL std::shared_ptr<event_hub> make_event_hub(options const& with, std::string const& url,
                                                       secret const& key)
{
    return std::make_shared<event_hub>(with, url, key, with.event_buffer_bytes);
}

INFERPP_DECL void abandon_event_hub(event_hub& hub)
{
    hub.abandon();
}

INFERPP_DECL boost::asio::any_io_executor event_hub::executor_of(client const& with)
{
    std::call_once(placed_, [&] {
        where_ = with.get_executor();
        if (options_.thread_safe)
            where_ = boost::asio::make_strand(where_);
    });
    return where_;
}

INFERPP_DECL void event_hub::abandon()
{
    if (!open_)
        return;
    auto const tell = [hub = shared_from_this()] {
        hub->abandoned_ = true;
        hub->released();
    };
    if (options_.thread_safe)
        boost::asio::post(where_, tell);
    else
        tell();
}

// --- calls ---------------------------------------------------------------------------------------

INFERPP_DECL boost::asio::awaitable<result<http::response>> event_hub::call(
    client with, operation_info info, result<std::string> message, std::shared_ptr<subscription> of,
    call_options how)
{
    if (!message)
        co_return message.error();
    if (auto const valid = inferpp::validate(how); !valid)
        co_return valid.error();
    auto const where = executor_of(with);
    auto work = call_here(std::move(with), info, std::move(*message), std::move(of), how);
    if (options_.thread_safe)
        work = inferpp::detail::run_on(where, std::move(work));
    co_return co_await std::move(work);
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> event_hub::call_here(
    client with, operation_info info, std::string message, std::shared_ptr<subscription> of,
    call_options how)
{
    inferpp::clock& time = *options_.clock;
    auto const deadline = saturating_add(time.now(), how.timeout.value_or(options_.limits.total));
    retry_options retry = options_.retry;
    retry.max_attempts = how.max_attempts.value_or(retry.max_attempts);
    for (int number = 1;; ++number) {
        auto const started = time.now();
        auto answer = co_await call_once(with, message, of, deadline);
        if (answer) {
            report(info, number, started, nullptr, std::nullopt);
            co_return answer;
        }
        error failed = answer.error();
        failed.edit().attempts = number;
        auto const left = std::chrono::floor<std::chrono::milliseconds>(deadline - time.now());
        auto const delay = next_retry_delay(retry, info.repeat, failed, number, left, random());
        report(info, number, started, &failed, delay);
        if (!delay)
            co_return final_error(info.repeat, std::move(failed));
        auto const stopped = co_await time.sleep_until(saturating_add(time.now(), *delay));
        if (stopped) {
            error e{errc::cancelled};
            e.edit().cause = failed.code();
            e.edit().attempts = number;
            e.edit().sent = failed.info().sent;
            e.edit().phase = "wait before a retry";
            co_return e;
        }
    }
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> event_hub::call_once(
    client with, std::string message, std::shared_ptr<subscription> of, clock::time_point deadline)
{
    bool const fresh = !now_;
    if (fresh)
        now_ = std::make_shared<connection>();
    auto const on = now_;
    auto const who = std::make_shared<waiting_call>();
    who->of = of;
    connection::outgoing going;
    going.message = std::move(message);
    going.who = who;
    on->queue.push_back(std::move(going));
    seat const taken{*this, on, who};
    if (of) {
        of->asking = who;
        if (!of->id.empty()) // events may come before the answer
            listen(*on, of);
    }
    on->work.ring();
    if (fresh)
        start(on, with);

    auto const heard = co_await who->answered.wait(deadline);
    error failed = who->failed;
    if (heard != doorbell::heard::rung) {
        failed =
            error{heard == doorbell::heard::cancelled ? errc::cancelled : errc::deadline_exceeded};
        failed.edit().phase = "wait for an answer over the WebSocket";
        failed.edit().sent = who->handed_over ? sent_state::maybe : sent_state::no;
    }
    if (failed.code()) {
        if (of)
            forget(*of);
        co_return failed;
    }
    co_return std::move(*who->answer);
}

INFERPP_DECL double event_hub::random()
{
    return std::uniform_real_distribution<double>{0, 1}(random_);
}

INFERPP_DECL void event_hub::report(operation_info const& info, int number,
                                    clock::time_point started, error const* failed,
                                    std::optional<std::chrono::milliseconds> again) const
{
    attempt_report told;
    told.operation = info.name;
    told.number = number;
    told.status = failed == nullptr ? 200 : failed->info().http_status;
    told.failure = failed;
    told.took = std::chrono::floor<std::chrono::milliseconds>(options_.clock->now() - started);
    told.repeated_in = again;
    if (options_.on_attempt)
        options_.on_attempt(told);
    log_level const level = again               ? log_level::warning
                            : failed == nullptr ? log_level::debug
                                                : log_level::error;
    if (!options_.log.enabled(level))
        return;
    std::string line = "decthings ";
    line.append(info.name).append(" over the WebSocket < ");
    line += failed != nullptr ? failed->what() : "an answer";
    line += " after " + std::to_string(told.took.count()) + " ms";
    if (again)
        line += ", repeated in " + std::to_string(again->count()) + " ms";
    options_.log.write(level, line);
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/event_hub_streams.ipp>
#endif

#endif
