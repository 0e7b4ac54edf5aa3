// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_HTTPS_TRANSPORT_IPP
#define INFERPP_NET_IMPL_HTTPS_TRANSPORT_IPP

#include <inferpp/net/address_filter.hpp>
#include <inferpp/net/connection.hpp>
#include <inferpp/net/connection_pool.hpp>
#include <inferpp/net/dial.hpp>
#include <inferpp/net/https_transport.hpp>
#include <inferpp/net/resolver.hpp>
#include <inferpp/net/tls_context.hpp>
#include <inferpp/net/websocket_connection.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

using origin_pool = connection_pool<origin, connection>;

/// A call that waits for a connection, in its coroutine's frame.
class pool_waiter final : public origin_pool::waiter {
public:
    pool_waiter(origin const& to, boost::asio::any_io_executor const& executor)
        : waiter(to),
          wake(executor)
    {
    }
    boost::asio::steady_timer wake;
};

/// The pool with its timers. Outlives the transport as long as a connection is lent.
class shared_pool {
public:
    explicit shared_pool(pool_limits limits) noexcept : pool(limits) {}

    void give_back(origin const& to, std::unique_ptr<connection> done)
    {
        done->rest();
        tell(pool.give_back(to, std::move(done), std::chrono::steady_clock::now()));
    }
    void give_up(origin const& to) { tell(pool.give_up(to)); }
    void leave(pool_waiter& who) { tell(pool.leave(who, std::chrono::steady_clock::now())); }

    origin_pool pool;

private:
    static void tell(origin_pool::waiter* next)
    {
        if (next != nullptr)
            static_cast<pool_waiter*>(next)->wake.cancel();
    }
};

/// A place in the pool, with its connection once there is one. Gives both back when it goes.
class lease {
public:
    lease(std::shared_ptr<shared_pool> home, origin to) noexcept
        : home_(std::move(home)),
          to_(std::move(to))
    {
    }
    lease(lease&& other) noexcept = default;
    lease& operator=(lease&&) = delete;
    lease(lease const&) = delete;
    ~lease() { end(); }

    /// Takes the place over that the pool has reserved.
    void hold(std::unique_ptr<connection> lent) noexcept
    {
        held_ = true;
        lent_ = std::move(lent);
    }
    /// Closes the connection and keeps the place.
    void drop() noexcept { lent_.reset(); }
    connection* operator->() const noexcept { return lent_.get(); }
    explicit operator bool() const noexcept { return lent_ != nullptr; }

    /// Back to the pool, or closed where that may not be.
    void end() noexcept
    {
        if (!home_ || !std::exchange(held_, false))
            return;
        if (lent_ && lent_->reusable())
            return home_->give_back(to_, std::move(lent_));
        lent_.reset();
        home_->give_up(to_);
    }

private:
    std::shared_ptr<shared_pool> home_;
    origin to_;
    std::unique_ptr<connection> lent_;
    bool held_ = false;
};

/// Reads one body. The connection is given back by the call that finds the end, or with the reader:
/// what was read last stands in its buffer.
class lent_body final : public body_reader {
public:
    explicit lent_body(lease from) noexcept : lease_(std::move(from)) {}

    boost::asio::awaitable<result<std::string_view>> read_some(clock::duration idle,
                                                               clock::time_point deadline) override
    {
        if (lease_ && !lease_->at_end())
            return lease_->read_some(idle, deadline);
        lease_.end();
        return nothing();
    }

private:
    static boost::asio::awaitable<result<std::string_view>> nothing()
    {
        co_return std::string_view{};
    }

    lease lease_;
};

class https_transport_type final : public transport {
public:
    https_transport_type(boost::asio::any_io_executor executor, transport_options options)
        : executor_(std::move(executor)),
          options_(std::move(options))
    {
        auto const require = [](bool holds, char const* message) {
            if (!holds)
                throw failure{error{errc::invalid_argument, message}};
        };
        using std::chrono::milliseconds;
        require(options_.max_connections > 0, "max_connections must be at least 1");
        require(options_.idle_timeout >= milliseconds{1}, "idle_timeout must be at least 1 ms");
        require(options_.max_age >= milliseconds{1}, "max_age must be at least 1 ms");
        require(options_.proxy.port != 0, "proxy.port must be from 1 to 65535");
        pool_limits limits;
        limits.max_connections = options_.max_connections;
        limits.max_waiting = options_.max_waiting;
        limits.max_idle = options_.max_idle;
        limits.idle_timeout =
            (std::min<milliseconds>)(options_.idle_timeout, std::chrono::years{1});
        limits.max_age = (std::min<milliseconds>)(options_.max_age, std::chrono::years{1});
        shared_ = std::make_shared<shared_pool>(limits);
        if (!options_.resolver)
            options_.resolver = system_resolver();
    }

    result<void> prepare(origin const& to) override
    {
        if (!to.tls || tls_)
            return {};
        auto made = tls_context::make(options_.tls);
        if (!made)
            return made.error();
        tls_ = std::move(*made);
        return {};
    }

    boost::asio::awaitable<result<incoming>> open(origin const& to, http::request const& message,
                                                  limits const& bounds,
                                                  clock::time_point deadline) override
    {
        // Asio throws from any co_await of a cancelled coroutine.
        sent_state sent = sent_state::no;
        try {
            if (auto const ready = prepare(to); !ready)
                co_return ready.error();
            lease used{shared_, to};
            while (true) {
                sent = sent_state::no;
                auto const reused = co_await borrow(used, to, bounds, deadline);
                if (!reused)
                    co_return reused.error();
                if (!used) {
                    auto way = co_await connect(to, message, bounds, deadline);
                    if (!way)
                        co_return way.error();
                    used.hold(speak_http(std::move(*way)));
                }
                sent = sent_state::maybe;
                auto const exchanged = co_await used->exchange(message, bounds, deadline);
                if (exchanged)
                    break;
                used.drop();
                // The server closed the kept connection before anything of the request left.
                bool const again = *reused && exchanged.error().info().sent == sent_state::no &&
                                   exchanged.error() == errc::write_failed && !message.source;
                if (!again)
                    co_return exchanged.error();
                used.end();
            }
            incoming answer = used->head();
            if (!used->at_end())
                answer.body = std::make_unique<lent_body>(std::move(used));
            co_return answer;
        }
        catch (boost::system::system_error const&) {
            error e = current_error();
            e.edit().sent = sent;
            co_return e;
        }
    }

    boost::asio::awaitable<result<std::unique_ptr<websocket>>> open_websocket(
        origin const& to, http::request const& upgrade, limits const& bounds,
        clock::time_point deadline) override
    {
        try {
            if (auto const ready = prepare(to); !ready)
                co_return ready.error();
            auto way = co_await connect(to, upgrade, bounds, deadline);
            if (!way)
                co_return way.error();
            co_return co_await speak_websocket(std::move(*way), upgrade, bounds, deadline);
        }
        catch (boost::system::system_error const&) {
            co_return current_error();
        }
    }

private:
    /// Gets a place in the pool, and a connection if one is free. Returns whether there is one.
    boost::asio::awaitable<result<bool>> borrow(lease& into, origin const& to, limits const& bounds,
                                                clock::time_point deadline)
    {
        pool_waiter me{to, executor_};
        auto const now = std::chrono::steady_clock::now();
        if (now - expired_ > std::chrono::seconds{1}) {
            expired_ = now;
            shared_->pool.expire(now);
        }
        auto const reply =
            shared_->pool.acquire(me, now, [](connection& idle) { return idle.is_quiet(); });
        if (reply == origin_pool::reply::full)
            co_return error{errc::pool_full};
        if (reply == origin_pool::reply::wait) {
            waiting_guard const guard{*shared_, me};
            auto const limit = saturating_add(now, bounds.pool);
            me.wake.expires_at((std::min)(limit, deadline));
            auto const [code] =
                co_await me.wake.async_wait(boost::asio::as_tuple(boost::asio::deferred));
            if (me.told() == origin_pool::reply::wait) {
                error e{code               ? errc::cancelled
                        : deadline < limit ? errc::deadline_exceeded
                                           : errc::pool_timeout};
                e.edit().phase = "wait for a connection";
                co_return e;
            }
            into.hold(me.take());
            guard.served();
            co_return static_cast<bool>(into);
        }
        into.hold(me.take());
        co_return static_cast<bool>(into);
    }

    /// Takes a waiter out of the queue if its coroutine ends while it waits.
    class waiting_guard {
    public:
        waiting_guard(shared_pool& pool, pool_waiter& who) noexcept : pool_(pool), who_(who) {}
        waiting_guard(waiting_guard const&) = delete;
        waiting_guard& operator=(waiting_guard const&) = delete;
        ~waiting_guard()
        {
            if (!served_)
                pool_.leave(who_);
        }
        void served() const noexcept { served_ = true; }

    private:
        shared_pool& pool_;
        pool_waiter& who_;
        mutable bool served_ = false;
    };

    boost::asio::awaitable<result<channel_ptr>> connect(origin const& to,
                                                        http::request const& message,
                                                        limits const& bounds,
                                                        clock::time_point deadline)
    {
        bool const tunnel = !message.direct && !options_.proxy.host.empty() &&
                            !bypasses_proxy(options_.proxy.bypass, to.host, to.port);
        std::string const& host = tunnel ? options_.proxy.host : to.host;
        std::uint16_t const port = tunnel ? options_.proxy.port : to.port;
        auto const resolve_until = saturating_add(std::chrono::steady_clock::now(), bounds.resolve);
        auto addresses =
            co_await options_.resolver->resolve(host, port, (std::min)(resolve_until, deadline));
        if (!addresses)
            co_return by_deadline(addresses.error(), errc::resolve_timeout,
                                  deadline < resolve_until);
        if (message.public_address_only && !tunnel) {
            std::erase_if(*addresses, [](auto const& endpoint) {
                return !is_public_address(endpoint.address());
            });
            if (addresses->empty()) {
                error e{errc::address_refused};
                e.edit().phase = "resolve";
                co_return e;
            }
        }
        auto const connect_until = saturating_add(std::chrono::steady_clock::now(), bounds.connect);
        std::string name = tunnel ? "the proxy " + host : to.to_string();
        auto socket = co_await dial(executor_, std::move(*addresses), std::move(name),
                                    (std::min)(connect_until, deadline));
        if (!socket)
            co_return by_deadline(socket.error(), errc::connect_timeout, deadline < connect_until);
        proxy_options const* const through = tunnel ? &options_.proxy : nullptr;
        co_return co_await open_channel(std::move(*socket), to, through, tls_, bounds, deadline);
    }

    static error by_deadline(error e, errc on_limit, bool deadline_first)
    {
        if (!deadline_first || !(e == on_limit))
            return e;
        error late{errc::deadline_exceeded};
        late.edit().phase = e.info().phase;
        return late;
    }

    boost::asio::any_io_executor executor_;
    transport_options options_;
    std::shared_ptr<shared_pool> shared_;
    std::shared_ptr<tls_context> tls_;
    std::chrono::steady_clock::time_point expired_;
};

} // namespace inferpp::inline INFERPP_ABI::detail

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL std::shared_ptr<transport> make_https_transport(boost::asio::any_io_executor executor,
                                                             transport_options options)
{
    return std::make_shared<detail::https_transport_type>(std::move(executor), std::move(options));
}

} // namespace inferpp::inline INFERPP_ABI

#endif
