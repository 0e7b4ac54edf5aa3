// SPDX-License-Identifier: BSL-1.0
//
// Many calls of one kind, so many at once: `basic_client::submit_all` and `send_all`.

#ifndef INFERPP_CLIENT_MANY_HPP
#define INFERPP_CLIENT_MANY_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/run_on.hpp>
#include <inferpp/core/as_result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// How many calls are made at once.
struct many_options {
    std::size_t concurrency = 16; ///< 1 to 100,000; a client's `max_connections` bounds it too
};
static_assert(std::is_trivially_copyable_v<many_options>); // safe inside co_await on g++ 12

/// One of many calls has ended.
template <class Key, class T>
struct finished {
    Key key;           ///< the caller's
    result<T> outcome; ///< a failure ends its own call only
};

namespace detail {

/// The calls on their way. Everything happens on the strand.
template <class Range, class Call, class Key, class T>
class many_calls : public std::enable_shared_from_this<many_calls<Range, Call, Key, T>> {
public:
    using event = finished<Key, T>;

    many_calls(boost::asio::any_io_executor const& executor, Range range, Call call,
               std::size_t concurrency)
        : strand(boost::asio::make_strand(executor)),
          range_(std::move(range)),
          call_(std::move(call)),
          concurrency_(concurrency),
          at_(std::ranges::begin(range_)),
          news_(strand)
    {
    }

    boost::asio::awaitable<result<std::optional<event>>> next()
    {
        if (!begun_) {
            begun_ = true;
            for (std::size_t i = 0; i < concurrency_ && more(); ++i)
                begin_worker();
        }
        while (done_.empty() && running_ > 0) {
            news_.expires_at((boost::asio::steady_timer::time_point::max)());
            co_await news_.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        }
        if (done_.empty() && foreign_) // behind all that has ended, which was paid for
            std::rethrow_exception(foreign_);
        if (done_.empty())
            co_return result<std::optional<event>>{std::nullopt};
        std::optional<event> first{std::move(done_.front())};
        done_.pop_front();
        co_return result<std::optional<event>>{std::move(first)};
    }

    /// Cancels what runs and begins nothing more.
    void stop()
    {
        stopped_ = true;
        for (auto& signal : signals_)
            signal.emit(boost::asio::cancellation_type::terminal);
    }

    boost::asio::any_io_executor strand;

private:
    // Whether there is another request. The caller's range may throw at any use.
    bool more()
    {
        if (stopped_ || foreign_)
            return false;
        try {
            return at_ != std::ranges::end(range_);
        }
        catch (...) {
            foreign_ = std::current_exception();
            return false;
        }
    }

    void begin_worker()
    {
        signals_.emplace_back();
        ++running_;
        boost::asio::co_spawn(strand, work(this->shared_from_this()),
                              boost::asio::bind_cancellation_slot(
                                  signals_.back().slot(),
                                  [self = this->shared_from_this()](std::exception_ptr const& e) {
                                      // Out of memory, or thrown by the caller's range: nothing to
                                      // go on with.
                                      if (e && !self->foreign_)
                                          self->foreign_ = e;
                                      --self->running_;
                                      self->news_.cancel();
                                  }));
    }

    static boost::asio::awaitable<void> work(std::shared_ptr<many_calls> self)
    {
        while (self->more()) {
            // Taken out before anything is awaited: the other workers go on with the next one.
            auto item = key_and_request(*self->at_);
            ++self->at_;
            auto outcome = co_await as_result(self->call_(item.second));
            self->done_.push_back(event{std::move(item.first), std::move(outcome)});
            self->news_.cancel();
        }
    }

    template <class Item>
    static auto key_and_request(Item&& item)
    {
        return std::pair{std::forward<Item>(item).first, std::forward<Item>(item).second};
    }

    Range range_;
    Call call_;
    std::size_t concurrency_;
    std::ranges::iterator_t<Range> at_;
    boost::asio::steady_timer news_;
    std::deque<event> done_;
    std::list<boost::asio::cancellation_signal> signals_;
    std::exception_ptr foreign_;
    std::size_t running_ = 0;
    bool begun_ = false;
    bool stopped_ = false;
};

/// The calls as a stream. Destroying it cancels what runs.
template <class Calls>
class many_events final : public event_source<typename Calls::event> {
public:
    explicit many_events(std::shared_ptr<Calls> calls) noexcept : calls_(std::move(calls)) {}
    many_events(many_events const&) = delete;
    many_events& operator=(many_events const&) = delete;
    ~many_events() override
    {
        // On their own executor, as cancellation has to be.
        boost::asio::post(calls_->strand, [calls = calls_] { calls->stop(); });
    }

    boost::asio::awaitable<result<std::optional<typename Calls::event>>> next() override
    {
        return run_on(calls_->strand, calls_->next());
    }

private:
    std::shared_ptr<Calls> calls_;
};

/// The stream of many calls. @param call makes the awaitable of one request
template <class Range, class Call>
auto call_all(boost::asio::any_io_executor const& executor, Range range, Call call,
              many_options const& options)
{
    constexpr std::size_t most = 100'000;
    if (options.concurrency < 1 || options.concurrency > most)
        throw failure{error{errc::invalid_argument, "concurrency must be 1 to 100,000"}};
    using item = std::ranges::range_value_t<Range>;
    using key = std::remove_cvref_t<decltype(std::declval<item&>().first)>;
    using answer = typename decltype(call(std::as_const(std::declval<item&>().second)))::value_type;
    using calls = many_calls<Range, Call, key, answer>;
    return event_stream<finished<key, answer>>{std::make_unique<many_events<calls>>(
        std::make_shared<calls>(executor, std::move(range), std::move(call), options.concurrency))};
}

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI

#endif
