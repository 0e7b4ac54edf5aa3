// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_EVENT_STREAM_HPP
#define INFERPP_CLIENT_EVENT_STREAM_HPP

#include <inferpp/core/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// Where the events of a stream come from. For implementers of streams and for tests.
template <class T>
class event_source {
public:
    virtual ~event_source() = default;

    /// The next event; nothing at the proper end; an error ends the stream.
    virtual boost::asio::awaitable<result<std::optional<T>>> next() = 0;

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
 * @endcode
 *
 * *Cancellation*: `terminal`; ends the stream. *Lifetimes*: the stream must outlive the awaitable
 * of `next()`; destroying it releases what it holds at once. *Thread safety*: unsafe when shared;
 * one `next()` at a time.
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
        if (!source_)
            throw failure{error{errc::closed, "the stream has failed before or was closed"}};
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
        if (failed.code()) {
            source_.reset();
            throw failure{std::move(failed)};
        }
        if (!event) {
            ended_ = true;
            source_.reset();
        }
        co_return event;
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
    std::unique_ptr<event_source<T>> source_;
    bool ended_ = false;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
