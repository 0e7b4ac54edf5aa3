// SPDX-License-Identifier: BSL-1.0
//
// Answers that take time, and the client that may go away meanwhile.

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_STREAMS_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_STREAMS_IPP

#include <inferpp/testing/fault_proxy.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <charconv>
#include <type_traits>

namespace inferpp::inline INFERPP_ABI::testing {

/// Sees the client go away while a stream waits: the two are the same thread.
struct simulator::server::watch {
    explicit watch(tcp::socket& on) : socket(on) {}
    tcp::socket& socket;
    sleeper* asleep = nullptr;
    boost::asio::steady_timer* stalled = nullptr;
    bool tls = false;
    bool gone = false;
    bool over = false; ///< the socket may be no more

    /// What can be read now is the end of the connection, or a request that came too early.
    void look(error_code const& code)
    {
        if (over)
            return;
        error_code peeked;
        if (!code) {
            std::array<char, 1> byte{};
            error_code ignored;
            socket.non_blocking(true, ignored);
            socket.receive(boost::asio::buffer(byte), tcp::socket::message_peek, peeked);
        }
        if (!code && !peeked && !tls) // with TLS it is the notice of its end
            return;
        gone = true;
        if (asleep != nullptr)
            asleep->timer.cancel();
        if (stalled != nullptr)
            stalled->cancel();
    }
};

/// Ends the watch with the stream, and lets go of an answer that is held.
class simulator::server::watching {
public:
    explicit watching(std::shared_ptr<watch> const& on, std::shared_ptr<held_answer> held = {})
        : watch_(on),
          held_(std::move(held))
    {
        watch_->socket.async_wait(tcp::socket::wait_read,
                                  [on](error_code code) { on->look(code); });
    }
    watching(watching const&) = delete;
    watching& operator=(watching const&) = delete;
    ~watching() // also where the coroutine is destroyed while it waits
    {
        watch_->over = true;
        if (held_)
            held_->asleep_ = nullptr;
    }

private:
    std::shared_ptr<watch> watch_;
    std::shared_ptr<held_answer> held_;
};

INFERPP_DECL void held_answer::move_to(clock::time_point due)
{
    due_ = due;
    if (asleep_ != nullptr)
        asleep_->timer.cancel();
}

/// Time passes while the client waits. Returns whether it is still there.
INFERPP_DECL boost::asio::awaitable<bool> simulator::server::wait_for_client(
    std::shared_ptr<server> self, tcp::socket& socket, bool tls, inferpp::clock::time_point due,
    std::shared_ptr<held_answer> held)
{
    auto const client = std::make_shared<watch>(socket);
    client->tls = tls;
    watching const guard{client, held};
    inferpp::clock& clock = *self->options.clock;
    while (clock.now() < (held ? held->due_ : due)) {
        sleeper asleep{self->executor, clock, held ? held->due_ : due};
        client->asleep = &asleep;
        if (held)
            held->asleep_ = &asleep;
        co_await asleep.timer.async_wait(as_values);
        client->asleep = nullptr;
        if (held)
            held->asleep_ = nullptr;
        if (self->owner == nullptr || client->gone)
            co_return false;
    }
    error_code ignored;
    socket.cancel(ignored); // the watch: nothing else is under way
    co_return true;
}

/// Sends a body in chunks as it comes. Returns whether it came to its end.
template <class Stream>
boost::asio::awaitable<bool> simulator::server::send_stream(std::shared_ptr<server> self,
                                                            Stream& stream, tcp::socket& socket,
                                                            std::unique_ptr<answer_stream> body,
                                                            sending& on_its_way)
{
    auto const client = std::make_shared<watch>(socket);
    client->tls = !std::is_same_v<Stream, tcp::socket>;
    watching const guard{client};
    counted const busy{self->streams};
    inferpp::clock& time = *self->options.clock;
    bool const is_manual = self->options.clock != real_clock();
    auto due = time.now();
    std::array<char, 24> size{}; // of a chunk, as a line
    bool finished = false;
    while (!finished && self->owner != nullptr && !client->gone) {
        stream_step const step = body->next();
        if (step.wait > std::chrono::milliseconds::zero()) {
            due = saturating_add(due, step.wait);
            sleeper asleep{self->executor, time, due};
            client->asleep = &asleep;
            co_await asleep.timer.async_wait(as_values);
            client->asleep = nullptr;
        }
        if (self->owner == nullptr || client->gone)
            break;
        if (step.what == stream_step::kind::stall) {
            boost::asio::steady_timer stalled{self->executor,
                                              (boost::asio::steady_timer::time_point::max)()};
            client->stalled = &stalled;
            co_await stalled.async_wait(as_values);
            client->stalled = nullptr;
            break;
        }
        finished = step.what == stream_step::kind::end;
        if (step.data.empty() && !finished) {
            if (step.what == stream_step::kind::cut)
                break;
            continue;
        }
        std::string_view head;
        if (!step.data.empty()) {
            auto const digits = std::to_chars(size.data(), size.data() + 16, step.data.size(), 16);
            head = {size.data(), static_cast<std::size_t>(digits.ptr - size.data())};
        }
        std::string_view const line = head.empty() ? "" : "\r\n";
        std::string_view const tail = finished ? "0\r\n\r\n" : "";
        bool written = false;
        if (on_its_way.is_whole()) {
            std::array<boost::asio::const_buffer, 5> const parts{
                boost::asio::buffer(head), boost::asio::buffer(line),
                boost::asio::buffer(step.data), boost::asio::buffer(line),
                boost::asio::buffer(tail)};
            auto const [code, count] = co_await boost::asio::async_write(stream, parts, as_values);
            on_its_way.done += count;
            written = !code;
        } else {
            std::string text;
            text.append(head).append(line).append(step.data).append(line).append(tail);
            written = co_await send(self, stream, text, on_its_way);
        }
        if (!written) {
            finished = false;
            break;
        }
        if (step.what == stream_step::kind::cut)
            break;
        if (is_manual) // else time could jump before the client sees what was sent
            co_await detail::between_pieces(time, std::chrono::milliseconds::zero());
    }
    if (finished) {
        error_code ignored;
        socket.cancel(ignored); // the watch: nothing else is under way
    }
    co_return finished;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/simulator_websockets.ipp>
#endif

#endif
