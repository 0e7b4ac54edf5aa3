// SPDX-License-Identifier: BSL-1.0
//
// Turns the body of an answer into the events of a stream. Not part of the public interface.

#ifndef INFERPP_CLIENT_BODY_EVENTS_HPP
#define INFERPP_CLIENT_BODY_EVENTS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/pipeline.hpp>

#include <array>
#include <memory>
#include <optional>
#include <utility>

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
        limits const& bounds = line_->limits();
        auto const event_deadline = saturating_add(line_->clock().now(), bounds.event_idle);
        while (true) {
            auto ready = decoder_.next();
            if (!ready)
                co_return fail(ready.error());
            if (*ready)
                co_return ready;
            if (finished_ || decoder_.done())
                co_return std::optional<event>{};
            if (!answer_.body) {
                // The body has ended: is that an end of the protocol's too?
                finished_ = true;
                if (auto const whole = decoder_.finish(); !whole)
                    co_return fail(whole.error());
                continue;
            }
            std::array<char, 16384> buffer; // written before it is read
            auto const got = co_await answer_.body->read_some(buffer, bounds.idle, event_deadline);
            if (!got)
                co_return fail(stalled(got.error()));
            if (*got == 0) {
                answer_.body.reset();
                continue;
            }
            if (auto const fed = decoder_.feed({buffer.data(), *got}); !fed)
                co_return fail(fed.error());
        }
    }

private:
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
    bool finished_ = false;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
