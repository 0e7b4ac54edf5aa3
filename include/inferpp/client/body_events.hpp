// SPDX-License-Identifier: BSL-1.0
//
// Turns the body of an answer into the events of a stream. Not part of the public interface.

#ifndef INFERPP_CLIENT_BODY_EVENTS_HPP
#define INFERPP_CLIENT_BODY_EVENTS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/pipeline.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
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
            auto const ready_to_read = begin_read(event_deadline);
            if (!ready_to_read)
                co_return ready_to_read.error();
            if (!answer_.body)
                continue;
            auto const fed =
                end_read(co_await answer_.body->read_some(line_->limits().idle, event_deadline));
            if (!fed)
                co_return fed.error();
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
            auto const ready_to_read = begin_read(event_deadline);
            if (!ready_to_read)
                co_return ready_to_read.error();
            if (!answer_.body)
                continue;
            auto const fed =
                end_read(co_await answer_.body->read_some(line_->limits().idle, event_deadline));
            if (!fed)
                co_return fed.error();
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

    // Before a read. Where the body has ended, it is the decoder's turn to say whether that is an
    // end of the protocol's too. `event_deadline` is that of the awaited event, or zero before its
    // first read. A read is made by the coroutine that awaits the event, and not by one of its own:
    // with thousands of streams, each frame is memory that the caches do not hold.
    result<void> begin_read(clock::time_point& event_deadline)
    {
        if (!answer_.body) {
            finished_ = true;
            if (auto const whole = decoder_.finish(); !whole)
                return fail(whole.error());
            return {};
        }
        // Bytes without an event, such as comments, don't move it.
        if (event_deadline == clock::time_point{})
            event_deadline = saturating_add(line_->clock().now(), line_->limits().event_idle);
        else if (line_->clock().now() >= event_deadline) // the transport knows the machine's alone
            return fail(stalled(error{errc::deadline_exceeded}));
        return {};
    }

    result<void> end_read(result<std::string_view> const& got)
    {
        if (!got)
            return fail(stalled(got.error()));
        if (got->empty())
            answer_.body.reset();
        else if (auto const fed = decoder_.feed(*got); !fed)
            return fail(fed.error());
        return {};
    }

    // Behind a terminator comes the end of the body, mostly at once. Read to there, the connection
    // can be used again; else it is closed.
    boost::asio::awaitable<void> let_go()
    {
        if (!answer_.body)
            co_return;
        auto const deadline = saturating_add(line_->clock().now(), last_wait);
        for (int i = 0; i < last_reads; ++i) {
            auto const got = co_await answer_.body->read_some(last_wait, deadline);
            if (!got || got->empty())
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
