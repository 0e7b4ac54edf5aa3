// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/connection_pool.hpp>

#include "unit/support.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using time_point = std::chrono::steady_clock::time_point;

/// A connection that counts those that live.
struct fake_connection {
    fake_connection(int number, time_point when) : id(number), born(when) { ++alive; }
    fake_connection(fake_connection const&) = delete;
    fake_connection& operator=(fake_connection const&) = delete;
    ~fake_connection() { --alive; }

    int id;
    time_point born;
    std::optional<std::chrono::milliseconds> promised;
    bool dead = false;

    static inline int alive = 0;
};

using pool_type = inferpp::detail::connection_pool<std::string, fake_connection>;
using inferpp::detail::pool_limits;
using reply = pool_type::reply;
using pointer = std::unique_ptr<fake_connection>;

bool is_alive(fake_connection const& connection)
{
    return !connection.dead;
}

pool_limits limits_of(std::size_t connections, std::size_t waiting = 8, std::size_t idle = 8)
{
    pool_limits limits;
    limits.max_connections = connections;
    limits.max_waiting = waiting;
    limits.max_idle = idle;
    limits.idle_timeout = 10s;
    limits.max_age = 60s;
    return limits;
}

/// A pool, its time, and connections with numbers.
struct world {
    explicit world(pool_limits limits) : pool(limits) {}

    reply ask(pool_type::waiter& who) { return pool.acquire(who, now, is_alive); }

    pointer connection() { return std::make_unique<fake_connection>(++made, now); }

    /// Connects, and gives back what was made.
    int leave_idle(std::string const& key = "a")
    {
        pool_type::waiter who{key};
        REQUIRE(ask(who) == reply::connect);
        auto fresh = connection();
        int const id = fresh->id;
        CHECK(pool.give_back(key, std::move(fresh), now) == nullptr);
        return id;
    }

    void check(std::size_t open, std::size_t idle, std::size_t waiting,
               std::string const& key = "a") const
    {
        CHECK(pool.open(key) == open);
        CHECK(pool.idle(key) == idle);
        CHECK(pool.waiting(key) == waiting);
    }

    pool_type pool;
    time_point now{1000h};
    int made = 0;
};

} // namespace

TEST_CASE("pool: connections are made up to the limit, and what comes after waits")
{
    world w{limits_of(2)};
    pool_type::waiter first{"a"}, second{"a"}, third{"a"};
    CHECK(w.ask(first) == reply::connect);
    CHECK(w.ask(second) == reply::connect);
    CHECK(w.ask(third) == reply::wait);
    CHECK(third.told() == reply::wait);
    w.check(2, 0, 1);
    // Another key has a limit of its own.
    pool_type::waiter other{"b"};
    CHECK(w.ask(other) == reply::connect);
    w.check(1, 0, 0, "b");
}

TEST_CASE("pool: waiters are served in their order, by whatever is there first")
{
    world w{limits_of(2)};
    pool_type::waiter first{"a"}, second{"a"};
    w.ask(first);
    w.ask(second);
    std::deque<pool_type::waiter> waiting;
    for (int i = 0; i < 4; ++i)
        CHECK(w.ask(waiting.emplace_back("a")) == reply::wait);

    // A connection that comes back.
    auto made = w.connection();
    auto const* const seen = made.get();
    CHECK(w.pool.give_back("a", std::move(made), w.now) == &waiting[0]);
    CHECK(waiting[0].told() == reply::use);
    made = waiting[0].take();
    CHECK(made.get() == seen);
    CHECK(waiting[0].take() == nullptr);

    // Room for a new one.
    CHECK(w.pool.give_up("a") == &waiting[1]);
    CHECK(waiting[1].told() == reply::connect);
    CHECK(waiting[1].take() == nullptr);

    // A newcomer does not overtake.
    CHECK(w.ask(waiting.emplace_back("a")) == reply::wait);
    CHECK(w.pool.give_back("a", std::move(made), w.now) == &waiting[2]);
    CHECK(w.pool.give_up("a") == &waiting[3]);
    CHECK(w.pool.give_back("a", waiting[2].take(), w.now) == &waiting[4]);
    w.check(2, 0, 0);
}

TEST_CASE("pool: the connection used last is lent first")
{
    world w{limits_of(3)};
    pool_type::waiter first{"a"}, second{"a"}, third{"a"};
    w.ask(first);
    w.ask(second);
    w.ask(third);
    for (int i = 0; i < 3; ++i)
        w.pool.give_back("a", w.connection(), w.now);
    w.check(3, 3, 0);
    for (int const id : {3, 2, 1}) {
        pool_type::waiter who{"a"};
        REQUIRE(w.ask(who) == reply::use);
        auto const lent = who.take();
        CHECK(lent->id == id);
        w.pool.give_up("a");
    }
    w.check(0, 0, 0);
}

TEST_CASE("pool: idle connections that can't be used are closed when one is wanted")
{
    world w{limits_of(2)};
    pool_type::waiter first{"a"}, second{"a"};
    w.ask(first);
    w.ask(second);
    for (int i = 0; i < 2; ++i) {
        auto made = w.connection();
        made->dead = i == 1; // the one that would be lent first
        w.pool.give_back("a", std::move(made), w.now);
    }
    pool_type::waiter who{"a"};
    CHECK(w.ask(who) == reply::use);
    auto lent = who.take();
    CHECK(lent->id == 1);
    w.check(1, 0, 0);
    lent->dead = true;
    w.pool.give_back("a", std::move(lent), w.now);
    pool_type::waiter next{"a"};
    CHECK(w.ask(next) == reply::connect);
    w.check(1, 0, 0);
    CHECK(fake_connection::alive == 0);
}

TEST_CASE("pool: no more than max_idle are kept, and the longest unused goes first")
{
    world w{limits_of(4, 8, 2)};
    std::deque<pool_type::waiter> busy;
    for (int i = 0; i < 4; ++i)
        CHECK(w.ask(busy.emplace_back("a")) == reply::connect);
    for (int i = 0; i < 4; ++i) {
        w.pool.give_back("a", w.connection(), w.now);
        w.now += 1s;
    }
    w.check(2, 2, 0);
    CHECK(fake_connection::alive == 2);
    pool_type::waiter who{"a"};
    CHECK(w.ask(who) == reply::use);
    CHECK(who.take()->id == 4);
}

TEST_CASE("pool: with max_idle zero a connection still passes on to one who waits")
{
    world w{limits_of(1, 8, 0)};
    pool_type::waiter first{"a"}, second{"a"};
    w.ask(first);
    w.ask(second);
    CHECK(w.pool.give_back("a", w.connection(), w.now) == &second);
    CHECK(second.told() == reply::use);
    CHECK(w.pool.give_back("a", second.take(), w.now) == nullptr);
    w.check(0, 0, 0);
    CHECK(fake_connection::alive == 0);
}

TEST_CASE("pool: a connection is lent up to its idle timeout, age and promise, not from then on")
{
    struct {
        std::optional<std::chrono::milliseconds> promised;
        std::chrono::milliseconds age; ///< when it is given back
        std::chrono::milliseconds idle;
        bool lent;
    } const cases[] = {
        {{}, 0ms, 9999ms, true},      {{}, 0ms, 10'000ms, false},
        {{}, 55'000ms, 4999ms, true}, {{}, 55'000ms, 5000ms, false},
        {4000ms, 0ms, 3999ms, true},  {4000ms, 0ms, 4000ms, false},
        {0ms, 0ms, 0ms, false},       {3600'000ms, 0ms, 10'000ms, false},
        // The clock jumps: the machine was asleep.
        {{}, 0ms, 86'400'000ms, false},
    };
    for (auto const& c : cases) {
        CAPTURE(c.age.count());
        CAPTURE(c.idle.count());
        for (bool const expired : {false, true}) {
            world w{limits_of(1)};
            pool_type::waiter who{"a"};
            w.ask(who);
            auto made = w.connection();
            made->promised = c.promised;
            w.now += c.age;
            CHECK(w.pool.give_back("a", std::move(made), w.now) == nullptr);
            w.now += c.idle;
            if (expired) {
                w.pool.expire(w.now);
                w.check(c.lent ? 1 : 0, c.lent ? 1 : 0, 0);
                CHECK(fake_connection::alive == (c.lent ? 1 : 0));
            }
            pool_type::waiter next{"a"};
            CHECK(w.ask(next) == (c.lent ? reply::use : reply::connect));
            w.check(1, 0, 0);
        }
    }
}

TEST_CASE("pool: a connection that is too old is not given back, and its place passes on")
{
    world w{limits_of(1)};
    pool_type::waiter first{"a"}, second{"a"};
    w.ask(first);
    w.ask(second);
    auto made = w.connection();
    w.now += 60s;
    CHECK(w.pool.give_back("a", std::move(made), w.now) == &second);
    CHECK(second.told() == reply::connect);
    CHECK(fake_connection::alive == 0);
    w.check(1, 0, 0);
}

TEST_CASE("pool: expire closes what is stale in all keys and nothing else")
{
    world w{limits_of(2)};
    w.leave_idle("a");
    w.leave_idle("b");
    pool_type::waiter busy{"c"};
    w.ask(busy);
    w.now += 5s;
    w.leave_idle("d");
    w.now += 5s;
    w.pool.expire(w.now);
    w.check(0, 0, 0, "a");
    w.check(0, 0, 0, "b");
    w.check(1, 0, 0, "c");
    w.check(1, 1, 0, "d");
    CHECK(fake_connection::alive == 1);
}

TEST_CASE("pool: a full queue refuses at once and changes nothing")
{
    world w{limits_of(1, 2)};
    pool_type::waiter busy{"a"}, first{"a"}, second{"a"}, third{"a"};
    w.ask(busy);
    w.ask(first);
    w.ask(second);
    CHECK(w.ask(third) == reply::full);
    w.check(1, 0, 2);
    CHECK(w.pool.leave(third, w.now) == nullptr);
    w.check(1, 0, 2);
    CHECK(w.pool.give_up("a") == &first);
    CHECK(w.ask(third) == reply::wait);
    // With no queue at all.
    world none{limits_of(1, 0)};
    CHECK(none.ask(busy) == reply::connect);
    pool_type::waiter late{"a"};
    CHECK(none.ask(late) == reply::full);
}

TEST_CASE("pool: one who leaves before being told is forgotten")
{
    world w{limits_of(1)};
    pool_type::waiter busy{"a"}, first{"a"}, second{"a"};
    w.ask(busy);
    w.ask(first);
    w.ask(second);
    CHECK(w.pool.leave(first, w.now) == nullptr);
    w.check(1, 0, 1);
    CHECK(w.pool.give_up("a") == &second);
    CHECK(w.pool.give_up("a") == nullptr);
    w.check(0, 0, 0);
    CHECK(w.pool.leave(first, w.now) == nullptr); // also when its key is gone
}

TEST_CASE("pool: what one who leaves was told passes on")
{
    enum class given { connection, place };
    for (auto const what : {given::connection, given::place}) {
        for (bool const another : {true, false}) {
            world w{limits_of(1)};
            pool_type::waiter busy{"a"}, first{"a"}, second{"a"};
            w.ask(busy);
            w.ask(first);
            if (another)
                w.ask(second);
            if (what == given::connection)
                CHECK(w.pool.give_back("a", w.connection(), w.now) == &first);
            else
                CHECK(w.pool.give_up("a") == &first);
            // Told, but it has not run since.
            CHECK(w.pool.leave(first, w.now) == (another ? &second : nullptr));
            if (another) {
                CHECK(second.told() ==
                      (what == given::connection ? reply::use : reply::connect));
                CHECK((second.take() != nullptr) == (what == given::connection));
                w.check(1, 0, 0);
            } else {
                std::size_t const kept = what == given::connection ? 1 : 0;
                w.check(kept, kept, 0);
            }
        }
    }
}

TEST_CASE("pool: one who has taken its connection leaves nothing behind")
{
    world w{limits_of(1)};
    w.leave_idle();
    pool_type::waiter who{"a"};
    CHECK(w.ask(who) == reply::use);
    auto lent = who.take();
    CHECK(w.pool.leave(who, w.now) == nullptr);
    w.check(1, 0, 0);
    CHECK(w.pool.give_back("a", std::move(lent), w.now) == nullptr);
    w.check(1, 1, 0);
}

TEST_CASE("pool: a hundred thousand random steps keep every promise")
{
    // Who holds what is kept a second time here, and compared after each step.
    struct request {
        explicit request(std::string const& to) : key(to), who(to) {}
        std::string key;
        pool_type::waiter who;
        bool waits = false;
        pointer lent;
    };
    constexpr std::size_t most = 3;
    constexpr std::size_t queue = 5;
    constexpr std::size_t idle = 2;
    std::mt19937 random{20240607};
    auto const below = [&](std::size_t n) { return random() % n; };
    std::vector<std::string> const keys{"a", "b", "c"};
    std::size_t served = 0, refused = 0, left = 0, handed_over = 0;
    {
        world w{limits_of(most, queue, idle)};
        std::vector<std::unique_ptr<request>> holding;
        std::map<std::string, std::deque<std::unique_ptr<request>>> waiting;

        auto const told = [&](pool_type::waiter* next, std::string const& key) {
            auto& line = waiting[key];
            if (next == nullptr) {
                CHECK(line.empty()); // else somebody waits beside a free place
                return;
            }
            REQUIRE(!line.empty());
            REQUIRE(next == &line.front()->who); // strictly in order
            REQUIRE(next->told() != reply::wait);
            auto one = std::move(line.front());
            line.pop_front();
            ++handed_over;
            if (one->who.told() == reply::use) {
                one->lent = one->who.take();
                REQUIRE(one->lent != nullptr);
                REQUIRE(!one->lent->dead);
            }
            holding.push_back(std::move(one));
        };
        auto const pick = [&] {
            std::size_t const at = below(holding.size());
            auto one = std::move(holding[at]);
            holding.erase(holding.begin() + static_cast<std::ptrdiff_t>(at));
            return one;
        };

        for (int step = 0; step < 100'000; ++step) {
            w.now += std::chrono::milliseconds{below(2000)};
            std::size_t const what = below(10);
            if (what < 4) {
                auto one = std::make_unique<request>(keys[below(keys.size())]);
                auto& line = waiting[one->key];
                bool const had_room = w.pool.open(one->key) < most || w.pool.idle(one->key) > 0;
                switch (w.pool.acquire(one->who, w.now, [&](fake_connection& c) {
                    c.dead = below(8) == 0;
                    return !c.dead;
                })) {
                case reply::use:
                    one->lent = one->who.take();
                    REQUIRE(one->lent != nullptr);
                    REQUIRE(w.now - one->lent->born < 60s);
                    [[fallthrough]];
                case reply::connect:
                    REQUIRE(had_room);
                    REQUIRE(line.empty());
                    holding.push_back(std::move(one));
                    ++served;
                    break;
                case reply::wait:
                    REQUIRE(!had_room);
                    line.push_back(std::move(one));
                    break;
                case reply::full:
                    REQUIRE(line.size() == queue);
                    ++refused;
                    break;
                }
            } else if (what < 7 && !holding.empty()) { // done, the connection is good
                auto one = pick();
                if (!one->lent)
                    one->lent = w.connection();
                if (below(4) == 0)
                    one->lent->promised = std::chrono::milliseconds{below(5000)};
                told(w.pool.give_back(one->key, std::move(one->lent), w.now), one->key);
            } else if (what == 7 && !holding.empty()) { // broken
                auto one = pick();
                one->lent.reset();
                told(w.pool.give_up(one->key), one->key);
            } else if (what == 8) { // gives up waiting
                auto& line = waiting[keys[below(keys.size())]];
                if (!line.empty()) {
                    auto const at = line.begin() + static_cast<std::ptrdiff_t>(below(line.size()));
                    CHECK(w.pool.leave((*at)->who, w.now) == nullptr);
                    line.erase(at);
                    ++left;
                }
            } else {
                w.pool.expire(w.now);
            }

            int lent = 0;
            std::size_t resting = 0;
            for (auto const& one : holding)
                lent += one->lent ? 1 : 0;
            for (auto const& key : keys) {
                auto const held = static_cast<std::size_t>(
                    std::count_if(holding.begin(), holding.end(),
                                  [&](auto const& one) { return one->key == key; }));
                REQUIRE(w.pool.open(key) == held + w.pool.idle(key));
                REQUIRE(w.pool.open(key) <= most);
                REQUIRE(w.pool.idle(key) <= idle);
                REQUIRE(w.pool.waiting(key) == waiting[key].size());
                if (!waiting[key].empty())
                    REQUIRE(held == most);
                resting += w.pool.idle(key);
            }
            REQUIRE(fake_connection::alive == lent + static_cast<int>(resting));
        }
        // Everybody goes home.
        while (!holding.empty()) {
            auto one = pick();
            one->lent.reset();
            told(w.pool.give_up(one->key), one->key);
        }
        w.pool.expire(w.now + 1h);
        for (auto const& key : keys)
            w.check(0, 0, 0, key);
    }
    CHECK(fake_connection::alive == 0);
    CHECK(served > 1000);
    CHECK(refused > 100);
    CHECK(left > 100);
    CHECK(handed_over > 1000);
}
