// SPDX-License-Identifier: BSL-1.0
//
// Runs coroutines for tests: to their end, or until a real time limit, never for ever.

#ifndef INFERPP_TESTS_SUPPORT_RUN_HPP
#define INFERPP_TESTS_SUPPORT_RUN_HPP

#include <inferpp/core/as_result.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

namespace support {

/// Real time after which a test is given up. Generous: sanitizers and busy machines are slow.
inline constexpr std::chrono::seconds watchdog{30};

/// Runs handlers until `done()`; fails the test when it takes too long.
template <class Done>
void run_until(boost::asio::io_context& context, Done done)
{
    auto const limit = std::chrono::steady_clock::now() + watchdog;
    context.restart();
    while (!done()) {
        if (context.run_one_until(limit) == 0)
            throw std::runtime_error{std::chrono::steady_clock::now() >= limit
                                         ? "the test hangs: its time limit has passed"
                                         : "the test hangs: nothing is left to run"};
    }
}

/// Runs what is ready now and what follows from it without waiting.
inline void settle(boost::asio::io_context& context)
{
    context.restart();
    context.poll();
}

/// Runs what goes on in the background for some real time.
inline void run_for(boost::asio::io_context& context, std::chrono::milliseconds time)
{
    context.restart();
    context.run_for(time);
}

/// An operation in flight that can be cancelled.
template <class T>
class started {
    static_assert(!std::is_void_v<T>);

    struct shared {
        // Outlives the operation, and so the slot that it uses.
        boost::asio::cancellation_signal signal;
        std::size_t completions = 0;
        std::exception_ptr thrown;
        std::optional<T> value;
    };

public:
    started(boost::asio::io_context& context, boost::asio::awaitable<T> work,
            bool cancel_before_first_resume = false)
        : context_(context), state_(std::make_shared<shared>())
    {
        // On the context, as programs do; the emission is then at once.
        auto held = std::make_shared<boost::asio::awaitable<T>>(std::move(work));
        boost::asio::post(context, [state = state_, &context, held, cancel_before_first_resume] {
            boost::asio::co_spawn(
                context, std::move(*held),
                boost::asio::bind_cancellation_slot(
                    state->signal.slot(), [state](std::exception_ptr thrown, T value) {
                        ++state->completions;
                        state->thrown = thrown;
                        if (!thrown)
                            state->value.emplace(std::move(value));
                    }));
            if (cancel_before_first_resume)
                state->signal.emit(boost::asio::cancellation_type::terminal);
        });
    }

    bool done() const { return state_->completions > 0; }
    std::size_t completions() const { return state_->completions; }

    /// Cancels from the context; harmless when the operation has ended.
    void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal)
    {
        boost::asio::post(context_, [state = state_, type] {
            if (state->completions == 0)
                state->signal.emit(type);
        });
    }

    /// Runs until the operation has ended. Its value, or its error.
    inferpp::result<T> finish()
    {
        run_until(context_, [this] { return done(); });
        return outcome();
    }

    /// @pre done()
    inferpp::result<T> outcome()
    {
        REQUIRE(state_->completions == 1);
        if (!state_->thrown)
            return inferpp::result<T>{boost::system::in_place_value, std::move(*state_->value)};
        try {
            std::rethrow_exception(state_->thrown);
        }
        catch (boost::system::system_error const&) {
            return inferpp::result<T>{boost::system::in_place_error, inferpp::current_error()};
        }
    }

private:
    boost::asio::io_context& context_;
    std::shared_ptr<shared> state_;
};

/// Runs an operation to its end and gives its value; throws what it throws.
template <class T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> work)
{
    std::exception_ptr thrown;
    if constexpr (std::is_void_v<T>) {
        auto const done = std::make_shared<std::optional<std::exception_ptr>>();
        boost::asio::co_spawn(context, std::move(work),
                              [done](std::exception_ptr e) { *done = e; });
        run_until(context, [&] { return done->has_value(); });
        if (**done)
            std::rethrow_exception(**done);
    } else {
        struct ended {
            std::exception_ptr thrown;
            std::optional<T> value;
            bool done = false;
        };
        auto const state = std::make_shared<ended>();
        boost::asio::co_spawn(context, std::move(work), [state](std::exception_ptr e, T value) {
            state->thrown = e;
            if (!e)
                state->value.emplace(std::move(value));
            state->done = true;
        });
        run_until(context, [&] { return state->done; });
        if (state->thrown)
            std::rethrow_exception(state->thrown);
        return std::move(*state->value);
    }
}

/// The error with which an operation ends; none when it succeeds.
template <class T>
inferpp::error error_of(boost::asio::io_context& context, boost::asio::awaitable<T> work)
{
    try {
        run(context, std::move(work));
        return {};
    }
    catch (inferpp::failure const& e) {
        return e.error();
    }
}

inline bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

} // namespace support

#endif
