// SPDX-License-Identifier: BSL-1.0
//
// A socket with a time limit. Not part of the public interface.

#ifndef INFERPP_NET_TIMED_SOCKET_HPP
#define INFERPP_NET_TIMED_SOCKET_HPP

#include <inferpp/core/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

/**
 * @brief A stream over TCP that is closed when its time limit passes.
 *
 * The limit is moved for every read of a long answer, and almost never passes. So a timer runs to
 * the limit that it knew first, and looks there for how far the limit has moved since: a read then
 * costs no timer. While a limit is set, the context has something to wait for.
 *
 * After the limit each operation fails, with whatever code; `expired()` says why.
 */
class timed_socket {
public:
    using next_layer_type = boost::asio::ip::tcp::socket;
    using lowest_layer_type = next_layer_type::lowest_layer_type;
    using executor_type = next_layer_type::executor_type;
    using time_point = std::chrono::steady_clock::time_point;

    explicit timed_socket(boost::asio::ip::tcp::socket socket)
        : state_(std::make_shared<state>(std::move(socket)))
    {
    }
    timed_socket(timed_socket&&) noexcept = default;
    timed_socket& operator=(timed_socket&&) = delete;
    timed_socket(timed_socket const&) = delete;
    ~timed_socket()
    {
        if (state_)
            state_->end();
    }

    next_layer_type& next_layer() noexcept { return state_->socket; }
    next_layer_type const& next_layer() const noexcept { return state_->socket; }
    lowest_layer_type& lowest_layer() noexcept { return state_->socket.lowest_layer(); }
    executor_type get_executor() noexcept { return state_->socket.get_executor(); }

    /// Moves the limit.
    void expires_at(time_point limit)
    {
        state_->limit = limit;
        if (limit < state_->watched)
            watch(state_);
    }

    /// Takes the limit away, and leaves the context nothing to wait for.
    void expires_never()
    {
        state_->limit = never;
        state_->watched = never;
        state_->timer.cancel();
    }

    /// Whether the limit has passed.
    bool expired() const noexcept { return state_->expired; }

    template <class Buffers, class Token>
    auto async_read_some(Buffers const& buffers, Token&& token)
    {
        return state_->socket.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(Buffers const& buffers, Token&& token)
    {
        return state_->socket.async_write_some(buffers, std::forward<Token>(token));
    }

private:
    static constexpr time_point never = (time_point::max)();

    struct state {
        explicit state(boost::asio::ip::tcp::socket connected)
            : socket(std::move(connected)),
              timer(socket.get_executor())
        {
        }
        void end()
        {
            timer.cancel();
            error_code ignored;
            socket.close(ignored);
        }

        boost::asio::ip::tcp::socket socket;
        boost::asio::steady_timer timer;
        time_point limit = never;
        time_point watched = never; ///< when the timer ends; never: it does not run
        bool expired = false;
    };

    static void watch(std::shared_ptr<state> const& on)
    {
        on->watched = on->limit;
        on->timer.expires_at(on->watched); // cancels the wait before, if there is one
        on->timer.async_wait([weak = std::weak_ptr<state>{on}](error_code code) {
            auto const self = weak.lock();
            if (code || !self)
                return;
            self->watched = never;
            if (self->limit > std::chrono::steady_clock::now()) {
                if (self->limit != never)
                    watch(self);
                return;
            }
            self->expired = true;
            error_code ignored;
            self->socket.close(ignored);
        });
    }

    std::shared_ptr<state> state_;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
