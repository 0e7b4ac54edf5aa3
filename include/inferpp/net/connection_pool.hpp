// SPDX-License-Identifier: BSL-1.0
//
// Which connection a request gets: a state machine without any I/O or clock. Not part of the public
// interface.

#ifndef INFERPP_NET_CONNECTION_POOL_HPP
#define INFERPP_NET_CONNECTION_POOL_HPP

#include <inferpp/core/config.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

/// Bounds of a pool; see `transport_options` for their meaning.
struct pool_limits {
    std::size_t max_connections = 64;
    std::size_t max_waiting = 1024;
    std::size_t max_idle = 16;
    std::chrono::steady_clock::duration idle_timeout = std::chrono::seconds{30};
    std::chrono::steady_clock::duration max_age = std::chrono::minutes{10};
};

/**
 * @brief The connections of each key: in use, idle, and who waits for one.
 *
 * The last used idle connection is lent first; waiters are served in their order, by whatever is
 * there first, a connection that comes back or room for a new one. Whoever was told to connect, or
 * holds a connection, owns one of the `max_connections` places until `give_back` or `give_up`.
 *
 * @tparam Key        what connections are interchangeable by
 * @tparam Connection is held by `unique_ptr`; destroying it closes it. Its members `born` and
 *                    `promised` say when it was connected and how long its server keeps it
 */
template <class Key, class Connection>
class connection_pool {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// What a request is told.
    enum class reply {
        use,     ///< here is a connection
        connect, ///< make one; a place is reserved
        wait,    ///< until the waiter is told otherwise
        full,    ///< too many wait already
    };

    /// A request that waits. Lives with it; must `leave` before it is destroyed unless it was told.
    class waiter {
    public:
        explicit waiter(Key key) : key_(std::move(key)) {}
        waiter(waiter const&) = delete;
        waiter& operator=(waiter const&) = delete;

        /// `wait` until it is told; then `use` or `connect`.
        reply told() const noexcept { return told_; }

        /// The connection, once, after `use`.
        std::unique_ptr<Connection> take() noexcept { return std::move(granted_); }

    private:
        friend connection_pool;
        Key key_;
        reply told_ = reply::wait;
        std::unique_ptr<Connection> granted_;
    };

    explicit connection_pool(pool_limits limits) noexcept : limits_(limits) {}

    /**
     * @brief A request wants a connection.
     * @param usable `bool(Connection&)`: whether an idle one may be lent; the others are closed
     * @param who    is queued when the reply is `wait`; holds the connection when it is `use`
     */
    template <class Usable>
    reply acquire(waiter& who, time_point now, Usable usable)
    {
        place& at = places_[who.key_];
        drop_stale(at, now);
        while (!at.idle.empty()) {
            idle_connection last = std::move(at.idle.back());
            at.idle.pop_back();
            if (usable(*last.connection)) {
                who.granted_ = std::move(last.connection);
                return who.told_ = reply::use; // its place passes to the request
            }
            --at.open;
        }
        if (at.open < limits_.max_connections) {
            ++at.open;
            return who.told_ = reply::connect;
        }
        if (at.waiting.size() >= limits_.max_waiting)
            return reply::full;
        at.waiting.push_back(&who);
        return reply::wait;
    }

    /// A request is done with its connection, which may serve another. Without memory for it, it
    /// is closed.
    /// @return the waiter that gets it and has to be woken, or null
    waiter* give_back(Key const& key, std::unique_ptr<Connection> connection,
                      time_point now) noexcept
    {
        place& at = places_.find(key)->second;
        if (now - connection->born >= limits_.max_age ||
            (at.waiting.empty() && limits_.max_idle == 0)) {
            connection.reset();
            return give_up(key);
        }
        if (waiter* const next = pop(at)) {
            next->granted_ = std::move(connection);
            next->told_ = reply::use;
            return next;
        }
        try {
            if (at.idle.size() == at.idle.capacity())
                at.idle.reserve(2 * at.idle.size() + 1);
        }
        catch (std::bad_alloc const&) {
            connection.reset();
            return give_up(key);
        }
        at.idle.push_back(idle_connection{std::move(connection), now});
        if (at.idle.size() > limits_.max_idle) {
            at.idle.erase(at.idle.begin());
            --at.open;
        }
        return nullptr;
    }

    /// A request gives up the place that it had: its connection is gone, or could not be made.
    /// @return the waiter that may connect now and has to be woken, or null
    waiter* give_up(Key const& key) noexcept
    {
        auto const found = places_.find(key);
        place& at = found->second;
        if (waiter* const next = pop(at)) {
            next->told_ = reply::connect; // the place passes on
            return next;
        }
        if (--at.open == 0)
            places_.erase(found);
        return nullptr;
    }

    /**
     * @brief A waiter stops waiting: timed out or cancelled.
     *
     * What it may have been told in the meantime goes to the next one.
     * @return the waiter that has to be woken instead, or null
     */
    waiter* leave(waiter& who, time_point now)
    {
        switch (who.told_) {
        case reply::use:
            if (who.granted_)
                return give_back(who.key_, std::move(who.granted_), now);
            return nullptr; // taken: the request holds it
        case reply::connect: return give_up(who.key_);
        default: break;
        }
        if (auto const at = places_.find(who.key_); at != places_.end())
            std::erase(at->second.waiting, &who);
        return nullptr;
    }

    /// Closes what has been idle for too long or is too old.
    void expire(time_point now)
    {
        for (auto at = places_.begin(); at != places_.end();) {
            drop_stale(at->second, now);
            at = at->second.open == 0 ? places_.erase(at) : std::next(at);
        }
    }

    /// Connections of a key, lent, reserved and idle.
    std::size_t open(Key const& key) const { return count(key, &place::open_count); }
    std::size_t idle(Key const& key) const { return count(key, &place::idle_count); }
    std::size_t waiting(Key const& key) const { return count(key, &place::waiting_count); }

private:
    struct idle_connection {
        std::unique_ptr<Connection> connection;
        time_point since;
    };
    struct place {
        std::size_t open = 0;
        std::vector<idle_connection> idle; ///< the last used at the end
        std::deque<waiter*> waiting;

        std::size_t open_count() const noexcept { return open; }
        std::size_t idle_count() const noexcept { return idle.size(); }
        std::size_t waiting_count() const noexcept { return waiting.size(); }
    };

    static waiter* pop(place& at)
    {
        if (at.waiting.empty())
            return nullptr;
        waiter* const next = at.waiting.front();
        at.waiting.pop_front();
        return next;
    }

    void drop_stale(place& at, time_point now)
    {
        at.open -= std::erase_if(at.idle, [&](idle_connection const& e) {
            auto const kept = e.connection->promised ? (std::min<duration>)(limits_.idle_timeout,
                                                                            *e.connection->promised)
                                                     : limits_.idle_timeout;
            return now - e.since >= kept || now - e.connection->born >= limits_.max_age;
        });
    }

    std::size_t count(Key const& key, std::size_t (place::*what)() const noexcept) const
    {
        auto const at = places_.find(key);
        return at == places_.end() ? 0 : (at->second.*what)();
    }

    pool_limits limits_;
    std::map<Key, place> places_;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
