// SPDX-License-Identifier: BSL-1.0
//
// The WebSocket that all copies of a client share: calls over it, and the events of all streams.
// Not part of the public interface.

#ifndef INFERPP_PROVIDERS_DECTHINGS_EVENT_HUB_HPP
#define INFERPP_PROVIDERS_DECTHINGS_EVENT_HUB_HPP

#include <inferpp/providers/decthings/provider.hpp>
#include <inferpp/providers/decthings/session_events.hpp>
#include <inferpp/providers/decthings/socket_messages.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Where one coroutine waits until it is told to go on. Used on one executor.
class doorbell {
public:
    enum class heard { rung, too_late, cancelled };

    doorbell() = default;
    doorbell(doorbell const&) = delete;
    doorbell& operator=(doorbell const&) = delete;

    /// Whoever waits goes on; or the next one, at once.
    INFERPP_DECL void ring() noexcept;

    /// Waits, at most until a point in real time: for what comes over the network.
    INFERPP_DECL boost::asio::awaitable<heard> wait(clock::time_point until);

    /// Waits, at most until a point in the client's time: for what is only a pause.
    INFERPP_DECL boost::asio::awaitable<heard> pause(inferpp::clock& time, clock::time_point until);

private:
    class guest;

    boost::asio::steady_timer* timer_ = nullptr; ///< of who waits
    bool rung_ = false;
};

/// A call whose answer is awaited.
struct waiting_call;

/// What a stream and the hub share. What is before `ready` is set before the hub gets it; all else
/// is used on the hub's executor alone.
struct subscription {
    subscription(client through, session_kind of, event_options how, operation_info by)
        : with(std::move(through)),
          kind(of),
          options(how),
          info(by)
    {
    }
    subscription(subscription const&) = delete;
    subscription& operator=(subscription const&) = delete;

    client with;
    session_kind kind;
    event_options options;
    operation_info info; ///< for errors
    /// Empty until the answer to the call that starts the session; then it does not change.
    std::string id;

    std::deque<std::pair<session_event, std::size_t>> ready; ///< with what each counts in bytes
    std::size_t bytes = 0;                                   ///< of these
    bool listening = false;                                  ///< the connection knows it
    bool ended = false;  ///< behind what is ready comes the end, or `failed`
    bool closed = false; ///< nobody takes anything any more
    error failed;
    doorbell arrived; ///< something is ready, or it has ended
    doorbell retry;   ///< of the wait before events are asked for again
    std::weak_ptr<waiting_call> asking;
    int failures = 0; ///< in a row, of its connections
    clock::time_point subscribed;
};

/**
 * @brief The connection, and who uses it.
 *
 * Opened by the first call, closed a moment after the last call and the last stream. When it
 * breaks, calls and streams end, or go on over the next one, as each of them allows.
 *
 * *Thread safety*: as the client's that it belongs to.
 */
class event_hub : public std::enable_shared_from_this<event_hub> {
public:
    INFERPP_DECL event_hub(client_options options, std::string url, secret key,
                           std::size_t buffer_bytes);
    event_hub(event_hub const&) = delete;
    event_hub& operator=(event_hub const&) = delete;
    INFERPP_DECL ~event_hub();

    /// Makes a call; it is repeated as one over HTTP would be.
    /// @param message without its number
    /// @param of the stream that it is for, or null
    /// @return an answer laid out as one over HTTP, which is no refusal
    INFERPP_DECL boost::asio::awaitable<result<http::response>> call(
        client with, operation_info info, result<std::string> message,
        std::shared_ptr<subscription> of, call_options how);

    /// The events of a stream that are there, at least one and at most `max`; none at its end.
    INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> take(
        std::shared_ptr<subscription> of, std::size_t max);

    /// Nobody takes the events of a stream any more.
    INFERPP_DECL void close(std::shared_ptr<subscription> of);

    /// The client has gone, with all its copies, calls and streams.
    INFERPP_DECL void abandon();

    secret const& key() const noexcept { return key_; }

private:
    using self = std::shared_ptr<event_hub>;
    struct connection;
    class seat;

    // --- calls -----------------------------------------------------------------------------------

    INFERPP_DECL boost::asio::any_io_executor executor_of(client const& with);
    INFERPP_DECL boost::asio::awaitable<result<http::response>> call_here(
        client with, operation_info info, std::string message, std::shared_ptr<subscription> of,
        call_options how);
    INFERPP_DECL boost::asio::awaitable<result<http::response>> call_once(
        client with, std::string message, std::shared_ptr<subscription> of,
        clock::time_point deadline);
    INFERPP_DECL double random();
    INFERPP_DECL void report(operation_info const& info, int number, clock::time_point started,
                             error const* failed,
                             std::optional<std::chrono::milliseconds> again) const;

    // --- streams ---------------------------------------------------------------------------------

    INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> take_here(
        std::shared_ptr<subscription> of, std::size_t max);
    INFERPP_DECL void close_here(subscription& which);
    INFERPP_DECL void listen(connection& on, std::shared_ptr<subscription> const& which);
    INFERPP_DECL bool forget(subscription& which);
    INFERPP_DECL void drop(subscription& which);
    INFERPP_DECL void deliver(subscription& to, result<session_event> event, std::size_t size);
    INFERPP_DECL bool make_room(subscription& to, std::size_t size);
    INFERPP_DECL void put(subscription& to, session_event event, std::size_t size);
    INFERPP_DECL void end(subscription& which, error why) const;
    INFERPP_DECL void lose(std::shared_ptr<subscription> which, error const& why);
    INFERPP_DECL static boost::asio::awaitable<void> subscribe_again(
        self hub, std::shared_ptr<subscription> which, error why);
    INFERPP_DECL void discard(subscription& which);
    INFERPP_DECL void unsubscribe(session_kind const& kind, std::string_view id);

    // --- the connection --------------------------------------------------------------------------

    INFERPP_DECL void start(std::shared_ptr<connection> on, client const& with);
    INFERPP_DECL static boost::asio::awaitable<void> serve(self hub, std::shared_ptr<connection> on,
                                                           std::optional<client> with);
    INFERPP_DECL static boost::asio::awaitable<error> read_all(self hub,
                                                               std::shared_ptr<connection> on);
    INFERPP_DECL static boost::asio::awaitable<void> write_all(self hub,
                                                               std::shared_ptr<connection> on);
    INFERPP_DECL static boost::asio::awaitable<error> write_queue(self hub,
                                                                  std::shared_ptr<connection> on);
    INFERPP_DECL error receive(connection& on, std::string data);
    INFERPP_DECL error refused_by(http::response const& answer) const;
    INFERPP_DECL void receive_answer(connection& on, socket_message const& message);
    INFERPP_DECL void deliver_early(connection& on, std::shared_ptr<subscription> const& to);
    INFERPP_DECL void receive_event(connection& on, socket_event event, std::size_t size);
    INFERPP_DECL void break_off(std::shared_ptr<connection> const& on, error why);
    INFERPP_DECL void stop(std::shared_ptr<connection> const& on) const;
    INFERPP_DECL void released();

    client_options options_;
    std::string url_;
    secret key_;
    std::size_t most_buffered_;

    std::once_flag placed_;
    boost::asio::any_io_executor where_; ///< set by the first call
    std::atomic<bool> open_ = false;     ///< there is a connection

    // Used there alone.
    std::shared_ptr<connection> now_;
    std::vector<subscription*> waiting_; ///< streams with events that nobody has taken yet
    std::size_t buffered_ = 0;           ///< bytes of these
    std::minstd_rand random_;
    bool abandoned_ = false;
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/event_hub.ipp>
#endif

#endif
