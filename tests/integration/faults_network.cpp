// SPDX-License-Identifier: BSL-1.0
//
// Names, addresses and connections that fail. The ids are those of tests/faults.md.

#include "support/fault_world.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <dlfcn.h>
#include <netdb.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using support::raw_fault_world;
using support::raw_script;
using support::raw_server;
using support::scripted_resolver;
using support::simulated_world;

// --- a name server that hangs ------------------------------------------------------------------

namespace {

/// Lookups of names that end in ".hangs.test" wait here until the test lets them go.
class lookup_gate {
public:
    static lookup_gate& instance()
    {
        static lookup_gate gate;
        return gate;
    }
    void close()
    {
        std::lock_guard const lock{mutex_};
        open_ = false;
    }
    void open()
    {
        std::lock_guard const lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }
    void pass()
    {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        ++left_;
        changed_.notify_all();
    }
    /// Waits until so many lookups have come here and gone.
    void wait_for(int count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, 20s, [&] { return left_ >= count; });
    }
    int arrived()
    {
        std::lock_guard const lock{mutex_};
        return arrived_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true;
    int arrived_ = 0;
    int left_ = 0;
};

struct closed_gate {
    closed_gate() { lookup_gate::instance().close(); }
    closed_gate(closed_gate const&) = delete;
    closed_gate& operator=(closed_gate const&) = delete;
    ~closed_gate() { lookup_gate::instance().open(); }
};

} // namespace

// Takes the place of the system's in this program.
extern "C" int getaddrinfo(char const* host, char const* service, addrinfo const* hints,
                           addrinfo** found)
{
    using function = int (*)(char const*, char const*, addrinfo const*, addrinfo**);
    static auto const real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (host != nullptr && std::string_view{host}.ends_with(".hangs.test")) {
        lookup_gate::instance().pass();
        return EAI_NONAME;
    }
    return real(host, service, hints, found);
}

namespace {

/// A listener whose queue is full: connecting to it neither succeeds nor fails.
class full_queue {
public:
    explicit full_queue(asio::io_context& context) : acceptor_(context, tcp::v4())
    {
        acceptor_.bind({asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        for (int i = 0; i < 8; ++i) { // the kernel rounds the queue up
            filling_.push_back(std::make_unique<tcp::socket>(context));
            filling_.back()->async_connect(acceptor_.local_endpoint(), [](error_code) {});
        }
    }
    tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
    tcp::acceptor acceptor_;
    std::vector<std::unique_ptr<tcp::socket>> filling_;
};

/// A port on which nobody listens.
tcp::endpoint closed_port(asio::io_context& context, char const* address = "127.0.0.1")
{
    tcp::acceptor const acceptor{context, {asio::ip::make_address("127.0.0.1"), 0}};
    return {asio::ip::make_address(address), acceptor.local_endpoint().port()};
}

// TCP to the broadcast address: "network is unreachable", at once, on any system.
tcp::endpoint unreachable()
{
    return {asio::ip::make_address("255.255.255.255"), 9};
}

struct named_world : simulated_world {
    named_world() : names(std::make_shared<scripted_resolver>())
    {
        options.base_url = "http://api.some.test/api";
        options.resolver = names;
    }
    tcp::endpoint good() const { return {asio::ip::address_v4::loopback(), simulator->port()}; }

    std::shared_ptr<scripted_resolver> names;
};

class stopwatch {
public:
    std::chrono::milliseconds elapsed() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began_);
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

} // namespace

TEST_CASE("N01 N02: a name that is not there fails at once, a name server that asks to try again is")
{
    named_world world;
    world.names->failures = 100;
    world.names->cause = asio::error::host_not_found;
    auto e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::resolve_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().attempts == 1);
    CHECK(world.names->asked.size() == 1);

    world.names->failures = 1;
    world.names->cause = asio::error::host_not_found_try_again;
    world.names->addresses = {world.good()};
    world.names->asked.clear();
    int attempts = 0;
    world.options.on_attempt = [&](attempt_report const&) { ++attempts; };
    world.run(world.client().submit(support::text_job()));
    CHECK(attempts == 2);
    CHECK(world.names->asked.size() == 2);
    CHECK(world.simulator->jobs() == 1);
}

TEST_CASE("N03 N04: a lookup that hangs meets its limit, holds nobody up and may end after all is gone")
{
    int const before = lookup_gate::instance().arrived();
    {
        closed_gate const gate;
        stopwatch const watch;
        simulated_world world;
        auto options = world.options;
        options.base_url = "http://api.hangs.test/api";
        options.limits.resolve = 60ms;
        modzy::client const stuck{world.context.get_executor(), options};
        options.limits.resolve = 20s;
        modzy::client const patient{world.context.get_executor(), options};
        support::started<job<modzy::text_job>> other{world.context,
                                                     patient.submit(support::text_job())};
        auto const e = world.error_of(stuck.submit(support::text_job(), {.max_attempts = 1}));
        CHECK(e == errc::resolve_timeout);
        CHECK(e.info().sent == sent_state::no);
        CHECK(support::contains(e.what(), "limits.resolve"));

        // Others are not queued behind it.
        options.base_url = "http://localhost:" + std::to_string(world.simulator->port()) + "/api";
        modzy::client const free{world.context.get_executor(), options};
        world.run(free.submit(support::text_job()));
        CHECK(world.simulator->jobs() == 1);
        CHECK(!other.done());
        CHECK(watch.elapsed() < 10s);
        // Client and context go while two lookups hang.
    }
    lookup_gate::instance().wait_for(before + 2);
    CHECK(lookup_gate::instance().arrived() == before + 2);
}

TEST_CASE("N03: a lookup that hangs ends at once when the call is cancelled")
{
    closed_gate const gate;
    simulated_world world;
    world.options.base_url = "http://other.hangs.test/api";
    auto const client = world.client();
    support::started<job<modzy::text_job>> call{world.context, client.submit(support::text_job())};
    support::settle(world.context);
    stopwatch const watch;
    call.cancel();
    auto const ended = call.finish();
    REQUIRE(!ended);
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error().info().sent == sent_state::no);
    CHECK(watch.elapsed() < 3s);
}

TEST_CASE("N07: an address without a route is passed over")
{
    named_world world;
    world.names->addresses = {unreachable(), world.good()};
    world.run(world.client().submit(support::text_job()));
    CHECK(world.simulator->jobs() == 1);
    CHECK(world.simulator->connections() == 1);
}

TEST_CASE("N08: a second address is tried 250 ms after the first, which says nothing")
{
    named_world world;
    full_queue const dead{world.context};
    world.names->addresses = {dead.endpoint(), world.good()};
    stopwatch const watch;
    world.run(world.client().submit(support::text_job()));
    CHECK(watch.elapsed() >= 250ms);
    CHECK(watch.elapsed() < 8s); // and not the kernel's two minutes or the limit of 10 s
    CHECK(world.simulator->jobs() == 1);
}

TEST_CASE("N09: addresses that refuse cost no wait")
{
    named_world world;
    tcp::endpoint const four = closed_port(world.context);
    tcp::endpoint const six{asio::ip::make_address("::1"), four.port()};
    world.names->addresses.assign(12, four);
    world.names->addresses[0] = six;
    world.names->addresses.push_back(world.good());
    stopwatch const watch;
    world.run(world.client().submit(support::text_job()));
    CHECK(watch.elapsed() < 12 * 250ms);
    CHECK(world.simulator->jobs() == 1);
}

TEST_CASE("N10: when all addresses fail, one error names each with its cause")
{
    named_world world;
    full_queue const dead{world.context};
    tcp::endpoint const refused = closed_port(world.context, "127.0.0.7");
    world.names->addresses = {refused, unreachable()};
    auto e = world.error_of(world.client().submit(support::text_job(), {.max_attempts = 1}));
    CHECK(e == errc::connect_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().phase == "connect");
    CHECK(support::contains(e.what(), "api.some.test"));
    CHECK(support::contains(e.what(), "127.0.0.7: Connection refused"));
    CHECK(support::contains(e.what(), "255.255.255.255: Network is unreachable"));

    world.names->addresses = {refused, unreachable(), dead.endpoint()};
    world.options.limits.connect = 60ms;
    stopwatch const watch;
    e = world.error_of(world.client().submit(support::text_job(), {.max_attempts = 1}));
    CHECK(watch.elapsed() >= 60ms);
    CHECK(watch.elapsed() < 5s);
    CHECK(e == errc::connect_timeout);
    CHECK(support::contains(e.what(), "127.0.0.7: Connection refused"));
    CHECK(support::contains(e.what(), "255.255.255.255: Network is unreachable"));
    CHECK(support::contains(e.what(), "127.0.0.1: no answer"));
    CHECK(support::contains(e.what(), "limits.connect"));
    CHECK(world.simulator->connections() == 0);
}

TEST_CASE("N11 N12: a connection that ends before the answer begins is truncated, and no job starts twice")
{
    for (auto const how : {raw_script::end::close, raw_script::end::reset}) {
        raw_fault_world world{raw_script{{""}, how}};
        auto const got = world.ask();
        REQUIRE(!got);
        CHECK(got.error() == errc::truncated);
        CHECK(got.error().info().sent == sent_state::maybe);
        CHECK(world.server.connections() == 1);

        auto const e = support::error_of(world.context,
                                         world.client().submit(support::text_job()));
        CHECK(e == errc::unknown_outcome);
        CHECK(e.info().cause == errc::truncated);
        CHECK(e.info().attempts == 1);
        CHECK(world.server.connections() == 2);

        // What does no harm is asked again.
        http::request const get{"GET", "x"};
        auto const again = world.run(as_result(world.client().raw(get)));
        REQUIRE(!again);
        CHECK(again.error() == errc::truncated);
        CHECK(again.error().info().attempts == 3);
        CHECK(world.server.connections() == 5);
    }
}

TEST_CASE("N18: without a free descriptor that call fails, kept connections go on, and so does the next call")
{
#if defined(__SANITIZE_ADDRESS__)
    MESSAGE("skipped: the sanitizers look at memory through a pipe, which needs a descriptor");
#else
    simulated_world world;
    auto const kept = world.client();
    world.run(kept.submit(support::text_job()));

    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    int const lowest = ::dup(0);
    REQUIRE(lowest >= 0);
    ::close(lowest);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    auto const e =
        world.error_of(world.client().submit(support::text_job(), {.max_attempts = 1}));
    auto const through = world.run(as_result(kept.submit(support::text_job())));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);

    CHECK(e == errc::connect_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(support::contains(e.what(), "Too many open files"));
    CHECK(through.has_value());
    world.run(world.client().submit(support::text_job()));
    CHECK(world.simulator->jobs() == 3);
#endif
}
