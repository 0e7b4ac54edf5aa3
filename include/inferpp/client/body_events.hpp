// SPDX-License-Identifier: BSL-1.0
//
// Turns the body of an answer into the events of a stream. Not part of the public interface.

#ifndef INFERPP_CLIENT_BODY_EVENTS_HPP
#define INFERPP_CLIENT_BODY_EVENTS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/pipeline.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

template <stream_operation Op>
class body_events final : public event_source<typename Op::event> {
public:
    using event = typename Op::event;

    body_events(std::shared_ptr<pipeline> line, incoming answer)
        : line_(std::move(line)),
          answer_(std::move(answer)),
          decoder_(line_->limits().event_bytes)
    {
    }

    boost::asio::awaitable<result<std::optional<event>>> next() override
    {
        clock::time_point event_deadline{};
        while (true) {
            auto ready = take();
            if (!ready || *ready)
                co_return ready;
            if (over()) {
                co_await let_go();
                co_return ready;
            }
            auto const more = co_await read(event_deadline);
            if (!more)
                co_return more.error();
        }
    }

    boost::asio::awaitable<result<std::vector<event>>> next_some(std::size_t max) override
    {
        std::vector<event> some;
        clock::time_point event_deadline{};
        while (true) {
            while (some.size() < max) {
                auto ready = take();
                if (!ready) {
                    if (some.empty())
                        co_return ready.error();
                    failed_ = ready.error(); // behind the events that came before it
                }
                if (!ready || !*ready)
                    break;
                some.push_back(std::move(**ready));
            }
            if (some.empty() && over())
                co_await let_go();
            if (!some.empty() || over())
                co_return result<std::vector<event>>{std::move(some)};
            auto const more = co_await read(event_deadline);
            if (!more)
                co_return more.error();
        }
    }

private:
    // How long the end of a body may take behind the protocol's terminator.
    static constexpr std::chrono::milliseconds last_wait{100};
    static constexpr int last_reads = 4;

    // An event that needs no read.
    result<std::optional<event>> take()
    {
        if (failed_)
            return *failed_;
        auto ready = decoder_.next();
        if (!ready)
            return fail(ready.error());
        return ready;
    }

    bool over() const { return finished_ || decoder_.done(); }

    // Reads once. The buffer is in a frame of its own, since most events need none.
    // `event_deadline` is that of the awaited event, or zero before its first read.
    boost::asio::awaitable<result<void>> read(clock::time_point& event_deadline)
    {
        if (!answer_.body) {
            // The body has ended: is that an end of the protocol's too?
            finished_ = true;
            if (auto const whole = decoder_.finish(); !whole)
                co_return fail(whole.error());
            co_return result<void>{};
        }
        limits const& bounds = line_->limits();
        // Bytes without an event, such as comments, don't move it.
        if (event_deadline == clock::time_point{})
            event_deadline = saturating_add(line_->clock().now(), bounds.event_idle);
        else if (line_->clock().now() >= event_deadline) // the transport knows the machine's alone
            co_return fail(stalled(error{errc::deadline_exceeded}));
        std::array<char, 16384> buffer; // written before it is read
        auto const got = co_await answer_.body->read_some(buffer, bounds.idle, event_deadline);
        if (!got)
            co_return fail(stalled(got.error()));
        if (*got == 0) {
            answer_.body.reset();
            co_return result<void>{};
        }
        if (auto const fed = decoder_.feed({buffer.data(), *got}); !fed)
            co_return fail(fed.error());
        co_return result<void>{};
    }

    // Behind a terminator comes the end of the body, mostly at once. Read to there, the connection
    // can be used again; else it is closed.
    boost::asio::awaitable<void> let_go()
    {
        if (!answer_.body)
            co_return;
        std::array<char, 256> rest; // of no use
        auto const deadline = saturating_add(line_->clock().now(), last_wait);
        for (int i = 0; i < last_reads; ++i) {
            auto const got = co_await answer_.body->read_some(rest, last_wait, deadline);
            if (!got || *got == 0)
                break;
        }
        answer_.body.reset();
    }

    error fail(error e)
    {
        answer_.body.reset();
        e.edit().sent = sent_state::yes;
        return line_->complete(std::move(e), Op::info);
    }

    // A stream has no deadline of its own: what passed is the wait for an event.
    error stalled(error e) const
    {
        if (e == errc::deadline_exceeded)
            e = error{errc::idle_timeout, "the server sent no event for " +
                                              std::to_string(line_->limits().event_idle.count()) +
                                              " ms; raise limits.event_idle"};
        else if (e == errc::truncated)
            e = error{errc::stream_truncated};
        return e;
    }

    std::shared_ptr<pipeline> line_;
    incoming answer_;
    typename Op::decoder decoder_;
    std::optional<error> failed_; ///< given with the next event that is asked for
    bool finished_ = false;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
