// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_RESOLVER_IPP
#define INFERPP_NET_IMPL_RESOLVER_IPP

#include <inferpp/net/resolver.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <mutex>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// One lookup, shared by the coroutine that waits and the thread that works. Everything that
/// belongs to the io_context stays in the coroutine's frame; the thread reaches it only through
/// `waiter`, which the frame clears when it goes away for whatever reason.
struct lookup {
    std::mutex mutex;
    boost::asio::steady_timer* waiter = nullptr;
    error_code code;
    endpoints found;
    bool done = false;
};

class lookup_guard {
public:
    explicit lookup_guard(std::shared_ptr<lookup> state) noexcept : state_(std::move(state)) {}
    lookup_guard(lookup_guard const&) = delete;
    lookup_guard& operator=(lookup_guard const&) = delete;
    ~lookup_guard()
    {
        std::lock_guard const lock{state_->mutex};
        state_->waiter = nullptr;
    }

private:
    std::shared_ptr<lookup> state_;
};

inline void look_up(std::shared_ptr<lookup> const& state, std::string const& host,
                    std::string const& port)
{
    error_code code;
    endpoints found;
    {
        boost::asio::io_context context{1};
        boost::asio::ip::tcp::resolver blocking{context};
        for (auto const& entry : blocking.resolve(host, port, code))
            found.push_back(entry.endpoint());
    }
    std::lock_guard const lock{state->mutex};
    if (state->waiter == nullptr)
        return; // nobody waits any more
    state->code = code;
    state->found = std::move(found);
    state->done = true;
    boost::asio::post(state->waiter->get_executor(), [state] {
        std::lock_guard const inner{state->mutex};
        if (state->waiter != nullptr)
            state->waiter->cancel();
    });
}

class system_resolver_type final : public resolver {
public:
    boost::asio::awaitable<result<endpoints>> resolve(std::string host, std::uint16_t port,
                                                      clock::time_point deadline) override
    {
        error_code code;
        auto const literal = boost::asio::ip::make_address(host, code);
        if (!code)
            co_return endpoints(1, boost::asio::ip::tcp::endpoint{literal, port});

        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, deadline};
        auto const state = std::make_shared<lookup>();
        state->waiter = &timer;
        lookup_guard const guard{state};
        auto work = [state, host, port] { look_up(state, host, std::to_string(port)); };
        boost::asio::post(threads(), std::move(work));
        auto const [waited] =
            co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));

        std::lock_guard const lock{state->mutex};
        if (!state->done) {
            // Nothing cancels the timer but the lookup and the caller.
            error e{waited ? errc::cancelled : errc::resolve_timeout};
            e.edit().phase = "resolve";
            co_return e;
        }
        if (state->code || state->found.empty()) {
            error e{errc::resolve_failed, "the host name '" + host +
                                              "' could not be resolved; check the base URL and "
                                              "the name server"};
            e.edit().cause = state->code;
            e.edit().phase = "resolve";
            co_return e;
        }
        co_return std::move(state->found);
    }

private:
    static boost::asio::thread_pool& threads()
    {
        // Never destroyed, because the threads can't be joined while they look up.
        static auto& pool = *std::make_unique<boost::asio::thread_pool>(4).release();
        return pool;
    }
};

} // namespace detail

INFERPP_DECL std::shared_ptr<resolver> system_resolver()
{
    static auto const instance = std::make_shared<detail::system_resolver_type>();
    return instance;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
