// SPDX-License-Identifier: BSL-1.0
//
// Runs a coroutine on another executor. Not part of the public interface.

#ifndef INFERPP_CLIENT_RUN_ON_HPP
#define INFERPP_CLIENT_RUN_ON_HPP

#include <inferpp/core/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

/// What came of work on another executor.
template <class T>
struct run_on_outcome {
    run_on_outcome() = default;

    std::exception_ptr failed;
    T value{};
};

/// Starts `run_on`. Boost 1.81's own `co_spawn` keeps a bare pointer to its cancellation signal,
/// which a cancellation from another thread can outlive; here both sides share it, and it is
/// emitted on the executor where the work runs.
template <class T>
struct start_on {
    template <class Handler>
    void operator()(Handler handler, boost::asio::any_io_executor where,
                    boost::asio::awaitable<T> work) const
    {
        auto const signal = std::make_shared<boost::asio::cancellation_signal>();
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            slot.assign([signal, where](boost::asio::cancellation_type type) {
                boost::asio::post(where, [signal, type] { signal->emit(type); });
            });
        auto const back = boost::asio::get_associated_executor(handler, where);
        boost::asio::co_spawn(
            where, std::move(work),
            boost::asio::bind_cancellation_slot(
                signal->slot(),
                [signal, back, guard = boost::asio::make_work_guard(back),
                 handler = std::move(handler)](std::exception_ptr failed, T value) mutable {
                    run_on_outcome<T> outcome;
                    outcome.failed = failed;
                    outcome.value = std::move(value);
                    boost::asio::post(back, [handler = std::move(handler),
                                             outcome = std::move(outcome)]() mutable {
                        handler(std::move(outcome));
                    });
                }));
    }
};

/// Runs `work` on `where` and comes back with its result. *Cancellation*: passed on.
template <class T>
boost::asio::awaitable<T> run_on(boost::asio::any_io_executor where, boost::asio::awaitable<T> work)
{
    auto operation =
        boost::asio::async_initiate<boost::asio::deferred_t const, void(run_on_outcome<T>)>(
            start_on<T>{}, boost::asio::deferred, where, std::move(work));
    run_on_outcome<T> outcome = co_await std::move(operation);
    if (outcome.failed)
        std::rethrow_exception(outcome.failed);
    co_return std::move(outcome.value);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
