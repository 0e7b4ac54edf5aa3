// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_EVENT_STREAM_HPP
#define INFERPP_CLIENT_EVENT_STREAM_HPP

#include <inferpp/core/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// Where the events of a stream come from. For implementers of streams and for tests.
template <class T>
class event_source {
public:
    virtual ~event_source() = default;

    /// The next event; nothing at the proper end; an error ends the stream.
    virtual boost::asio::awaitable<result<std::optional<T>>> next() = 0;

    /// The events that are there, at least one, for which it waits, and at most `max`; none at the
    /// proper end. This is one event, until a source that knows what has arrived does better.
    virtual boost::asio::awaitable<result<std::vector<T>>> next_some(std::size_t max)
    {
        (void)max;
        std::vector<T> some;
        auto one = co_await next();
        if (!one)
            co_return one.error();
        if (*one)
            some.push_back(std::move(**one));
        co_return result<std::vector<T>>{std::move(some)};
    }

protected:
    event_source() = default;
    event_source(event_source const&) = default;
    event_source& operator=(event_source const&) = default;
};

/**
 * @brief Events one after the other, pulled by the caller. Nothing is read until it is awaited.
 *
 * @code
 * while (auto event = co_await stream.next())
 *     use(*event);
 *
 * for (auto it = co_await stream.begin(); it != stream.end(); co_await ++it)
 *     use(*it);
 *
 * while (true) {
 *     auto const events = co_await stream.next_some(100);
 *     if (events.empty())
 *         break;
 *     use_all(events);
 * }
 * @endcode
 *
 * *Cancellation*: `terminal`; ends the stream. *Lifetimes*: the stream must outlive the awaitables
 * that it gave; destroying it releases what it holds at once. *Thread safety*: unsafe when shared;
 * one event awaited at a time.
 */
template <class T>
class event_stream {
public:
    using value_type = T;

    /// A closed stream. Asio's `co_spawn` asks for it.
    event_stream() noexcept = default;

    explicit event_stream(std::unique_ptr<event_source<T>> source) noexcept
        : source_(std::move(source))
    {
    }
    event_stream(event_stream&&) noexcept = default;
    event_stream& operator=(event_stream&&) noexcept = default;

    /**
     * @brief The next event.
     * @return nothing once the stream has come to its proper end
     * @throws failure when it ends in any other way; `errc::closed` when it is asked again after
     *         that, or after `close()`
     */
    boost::asio::awaitable<std::optional<T>> next()
    {
        if (ended_)
            co_return std::optional<T>{};
        check_open();
        std::optional<T> event;
        error failed;
        try {
            auto got = co_await source_->next();
            if (got)
                event = std::move(*got);
            else
                failed = got.error();
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
        }
        settle(std::move(failed), !event);
        co_return event;
    }

    /**
     * @brief The events that have arrived, in one go: for consumers that are slower than the
     *        server, and for programs that handle events by the batch.
     * @param max the most events to be given, at least 1
     * @return at least one event, which it waits for if there is none; none once the stream has
     *         come to its proper end
     * @throws failure as `next()`; `invalid_argument` where `max` is 0. An error behind events is
     *         thrown by the call after the one that gives these
     */
    boost::asio::awaitable<std::vector<T>> next_some(std::size_t max)
    {
        std::vector<T> some;
        if (max == 0)
            throw failure{error{errc::invalid_argument, "next_some needs a max of at least 1"}};
        if (ended_)
            co_return some;
        check_open();
        error failed;
        try {
            auto got = co_await source_->next_some(max);
            if (got)
                some = std::move(*got);
            else
                failed = got.error();
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
        }
        settle(std::move(failed), some.empty());
        co_return some;
    }

    /**
     * @brief All events to the stream's end.
     * @param max how many there may be
     * @throws failure as `next()`; `errc::body_too_large` as soon as there is one more than `max`,
     *         and the stream is closed. The events before an error are lost: where they matter, use
     *         `next_some`
     */
    boost::asio::awaitable<std::vector<T>> collect(std::size_t max)
    {
        std::vector<T> all;
        while (true) {
            // One more than there may be, to see that there are too many.
            std::size_t const room = max - all.size();
            std::vector<T> some = co_await next_some(room < max_size ? room + 1 : room);
            if (some.empty())
                co_return all;
            if (some.size() > room) {
                close();
                throw failure{
                    error{errc::body_too_large, "the stream has more than " + std::to_string(max) +
                                                    " events; raise the maximum given to collect"}};
            }
            all.insert(all.end(), std::make_move_iterator(some.begin()),
                       std::make_move_iterator(some.end()));
        }
    }

    /// Walks a stream once; made by `begin()`.
    class iterator {
    public:
        T& operator*() const noexcept { return *event_; }
        T* operator->() const noexcept { return std::addressof(*event_); }

        /// Awaits the next event.
        boost::asio::awaitable<void> operator++() { event_ = co_await stream_->next(); }

        friend bool operator==(iterator const& a, iterator const& b) noexcept
        {
            return a.event_.has_value() == b.event_.has_value();
        }

    private:
        friend event_stream;
        event_stream* stream_ = nullptr;
        mutable std::optional<T> event_;
    };

    /// Awaits the first event. The stream must stay where it is while the iterator is used.
    boost::asio::awaitable<iterator> begin()
    {
        iterator it;
        it.stream_ = this;
        it.event_ = co_await next();
        co_return it;
    }

    iterator end() const noexcept { return {}; }

    /// Gives the stream up at once. Harmless when it has ended.
    void close() noexcept { source_.reset(); }

private:
    static constexpr std::size_t max_size = (std::numeric_limits<std::size_t>::max)();

    void check_open() const
    {
        if (!source_)
            throw failure{error{errc::closed, "the stream has failed before or was closed"}};
    }

    // What was awaited has come: an error, an event, or the end.
    void settle(error failed, bool ended)
    {
        if (failed.code()) {
            source_.reset();
            throw failure{std::move(failed)};
        }
        if (ended) {
            ended_ = true;
            source_.reset();
        }
    }

    std::unique_ptr<event_source<T>> source_;
    bool ended_ = false;
};

namespace detail {

template <class T, class Next>
class function_source final : public event_source<T> {
public:
    explicit function_source(Next next) : next_(std::move(next)) {}

    boost::asio::awaitable<result<std::optional<T>>> next() override
    {
        co_return result<std::optional<T>>{co_await next_()};
    }

private:
    Next next_;
};

} // namespace detail

/**
 * @brief A stream of what a function gives.
 * @param next each call gives an `awaitable<std::optional<T>>`: the next event, or nothing at the
 *             end; one call at a time, none after the end. What it throws ends the stream
 */
template <class T, std::invocable Next>
requires std::same_as<std::invoke_result_t<Next&>, boost::asio::awaitable<std::optional<T>>>
event_stream<T> make_stream(Next next)
{
    return event_stream<T>{std::make_unique<detail::function_source<T, Next>>(std::move(next))};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
