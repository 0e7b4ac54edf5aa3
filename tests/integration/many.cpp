// SPDX-License-Identifier: BSL-1.0
//
// Many calls at once: in the order in which they end, never more than allowed, each on its own.

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::launching;
namespace asio = boost::asio;
namespace json = boost::json;
using request_type = launch::endpoint_request<>;
using item = std::pair<int, request_type>;

namespace {

/// A request whose prediction takes so long.
item timed(int key, int milliseconds)
{
    return {key, ask_echo("echo-async", {{"after_ms", milliseconds}})};
}
item timed_sync(int key, int milliseconds)
{
    return {key, ask_echo("echo-sync", {{"after_ms", milliseconds}})};
}

poll_options often()
{
    return {.deadline = 24h, .min_interval = 1ms, .max_interval = 1ms};
}

template <class Stream>
std::vector<int> keys_of(simulated_world& world, Stream& stream)
{
    std::vector<int> keys;
    while (auto const one = world.run(stream.next())) {
        CHECK(one->outcome.has_value());
        keys.push_back(one->key);
    }
    return keys;
}

/// Requests that are counted when they are read, and one that can't be.
struct reading {
    int reads = 0;
    int bad = -1;
};
auto counted(int count, std::shared_ptr<reading> seen)
{
    return std::views::iota(0, count) | std::views::transform([seen](int i) {
               ++seen->reads;
               if (i == seen->bad)
                   throw std::runtime_error{"this request can't be made"};
               return timed_sync(i, 1);
           });
}

} // namespace

TEST_CASE("many jobs give their results in the order in which they end, with their keys")
{
    simulated_world world;
    std::vector<item> requests{timed(1, 900), timed(2, 100), timed(3, 500), timed(4, 300)};
    auto stream = world.client().submit_all(requests, often());
    CHECK(world.simulator->predictions() == 0); // nothing happens before the first is awaited
    CHECK(keys_of(world, stream) == std::vector<int>{2, 4, 3, 1});
    CHECK(world.simulator->tasks() == 4);
    CHECK(!world.run(stream.next()));
}

TEST_CASE("never more at once than allowed, and never fewer while there is work")
{
    for (std::size_t const concurrency : {1U, 3U}) {
        CAPTURE(concurrency);
        // The simulator's own count, when the model is called.
        auto const watched = std::make_shared<testing::launch_simulator const*>(nullptr);
        auto const most = std::make_shared<std::size_t>(0);
        auto with = with_model([watched, most](testing::launch_call const&) {
            *most = std::max(*most, (*watched)->requests_in_progress());
            auto outcome = testing::launch_outcome::of(1);
            outcome.took = 10s;
            return outcome;
        });
        simulated_world world{with};
        *watched = world.simulator.get();
        std::vector<item> requests;
        for (int i = 0; i < 20; ++i)
            requests.push_back({i, ask("end_sync0000000000000000")});
        auto stream = world.client().send_all(std::move(requests), {.concurrency = concurrency});
        CHECK(keys_of(world, stream).size() == 20);
        CHECK(*most == concurrency);
        CHECK(world.simulator->connections() == concurrency);
    }
}

TEST_CASE("one that fails ends nothing but itself, and its error says which job it was")
{
    simulated_world world;
    auto const client = world.client();
    std::map<std::string, request_type> requests;
    requests.emplace("good", ask("echo-async"));
    requests.emplace("lost", ask_echo("echo-async", {{"lost", "the worker was lost"}}));
    requests.emplace("dropped", ask_echo("echo-async", {{"undefined", true}}));
    requests.emplace("nowhere", ask("no such endpoint"));
    requests.emplace("invalid", request_type{"echo-async"});
    requests.emplace("refused", ask_echo("echo-async", {{"status", 500}}));
    auto stream = client.submit_all(requests, often());
    std::map<std::string, error> failed;
    std::set<std::string> good;
    while (auto const one = world.run(stream.next()))
        if (one->outcome)
            good.insert(one->key);
        else
            failed[one->key] = one->outcome.error();
    CHECK(good == std::set<std::string>{"good", "refused"});
    CHECK(failed.size() == 4);
    CHECK(failed["lost"] == errc::job_failed);
    CHECK(!failed["lost"].info().job_id.empty());
    CHECK(failed["dropped"] == errc::job_expired);
    CHECK(failed["nowhere"] == condition::not_found);
    CHECK(failed["invalid"] == errc::invalid_argument);

    std::vector<item> synchronous{{1, ask_echo("echo-sync", {{"status", 500}})},
                                  {2, ask("echo-sync")}};
    auto answers = client.send_all(synchronous);
    std::size_t bad = 0;
    while (auto const one = world.run(answers.next()))
        bad += one->outcome ? 0 : 1;
    CHECK(bad == 1);
}

TEST_CASE("a range may be empty, a view, or read only once")
{
    simulated_world world;
    auto const client = world.client();
    auto none = client.submit_all(std::vector<item>{}, often());
    CHECK(!world.run(none.next()));
    CHECK(!world.run(none.next()));

    auto const seen = std::make_shared<reading>();
    auto view = client.send_all(counted(5, seen), {.concurrency = 2});
    CHECK(keys_of(world, view).size() == 5);

    std::istringstream numbers{"3 1 2"};
    auto once = std::views::istream<int>(numbers) |
                std::views::transform([](int i) { return timed_sync(i, i); });
    auto stream = client.send_all(std::move(once), {.concurrency = 3});
    auto keys = keys_of(world, stream);
    std::ranges::sort(keys);
    CHECK(keys == std::vector<int>{1, 2, 3});
}

TEST_CASE("requests are read as they are needed")
{
    simulated_world world;
    auto const client = world.client();
    auto const seen = std::make_shared<reading>();
    auto stream = client.send_all(counted(1'000'000, seen), {.concurrency = 2});
    for (int i = 0; i < 10; ++i)
        CHECK(world.run(stream.next()).has_value());
    CHECK(seen->reads < 100);
}

TEST_CASE("a range that throws ends the stream behind the results that are there")
{
    for (int const bad : {0, 1, 4}) {
        for (std::size_t const concurrency : {1U, 3U}) {
            CAPTURE(bad);
            CAPTURE(concurrency);
            simulated_world world;
            auto const seen = std::make_shared<reading>();
            seen->bad = bad;
            auto stream = world.client().send_all(counted(9, seen), {.concurrency = concurrency});
            int given = 0;
            bool thrown = false;
            try {
                while (world.run(stream.next()))
                    ++given;
            }
            catch (std::runtime_error const& e) {
                thrown = support::contains(e.what(), "can't be made");
            }
            CHECK(thrown);
            CHECK(given >= bad);
            CHECK(world.simulator->predictions() == static_cast<std::size_t>(given));
            CHECK_THROWS_AS((void)world.run(stream.next()), std::runtime_error);
        }
    }
}

TEST_CASE("a stream destroyed in the middle cancels what runs and submits nothing more")
{
    for (abandon const what : {abandon::leave, abandon::cancel}) {
        simulated_world world;
        std::vector<item> requests{timed(0, 1)};
        for (int i = 1; i < 20; ++i)
            requests.push_back(timed(i, 1'000'000));
        auto poll = often();
        poll.max_interval = 100s;
        poll.growth = 10;
        poll.on_abandon = what;
        {
            auto stream = world.client().submit_all(std::move(requests), poll, {.concurrency = 4});
            CHECK(world.run(stream.next())->key == 0);
        }
        support::settle(world.context);
        auto const tasks = world.simulator->tasks();
        CHECK(tasks >= 4);
        CHECK(tasks <= 5);
        auto const polls = world.simulator->count("GET", "async-tasks");
        support::settle(world.context);
        CHECK(world.simulator->count("GET", "async-tasks") == polls);
        CHECK(world.simulator->tasks() == tasks);
        CHECK(world.time->sleepers() == 0);
    }
}

TEST_CASE("a stream of many that is cancelled while it waits is closed, and its calls too")
{
    simulated_world world{{}, testing::manual_clock::mode::stepping};
    std::vector<item> requests{timed(1, 1000), timed(2, 1000)};
    auto const client = world.client();
    auto stream = client.submit_all(requests, often());
    using event = std::optional<finished<int, launch::endpoint_response<>>>;
    support::started<event> waiting{world.context, stream.next()};
    support::run_until(world.context, [&] { return world.simulator->tasks() == 2; });
    waiting.cancel();
    CHECK(waiting.finish().error() == condition::cancelled);
    CHECK(world.error_of(stream.next()) == errc::closed);
    support::run_until(world.context, [&] { return world.time->sleepers() == 0; });
}

TEST_CASE("options of many calls out of range are refused at once")
{
    simulated_world world;
    auto const client = world.client();
    for (std::size_t const wrong : {std::size_t{0}, std::size_t{100'001}}) {
        std::vector<item> requests{timed(1, 0)};
        CHECK_THROWS_WITH_AS((void)client.submit_all(requests, often(), {.concurrency = wrong}),
                             doctest::Contains("concurrency"), failure);
    }
    // Options of the waits are those of each job.
    std::vector<item> requests{timed(1, 0)};
    auto stream = client.submit_all(requests, poll_options{});
    auto const one = world.run(stream.next());
    REQUIRE(one.has_value());
    CHECK(one->outcome.error() == errc::invalid_argument);
    CHECK(world.simulator->tasks() == 0);
}

TEST_CASE("a thousand jobs, of which some fail, all end once")
{
    simulated_world world;
    std::vector<item> requests;
    for (int i = 0; i < 1000; ++i)
        requests.emplace_back(i, i % 10 == 0 ? ask_echo("echo-async", {{"lost", "gone"}})
                                             : ask_echo("echo-async", {{"after_ms", i % 7}}));
    auto poll = often();
    poll.max_interval = 50ms;
    auto stream = world.client().submit_all(std::move(requests), poll, {.concurrency = 50});
    std::set<int> seen;
    std::size_t failures = 0;
    while (auto const one = world.run(stream.next())) {
        CHECK(seen.insert(one->key).second);
        failures += one->outcome ? 0 : 1;
    }
    CHECK(seen.size() == 1000);
    CHECK(failures == 100);
    CHECK(world.simulator->tasks() == 1000);
    CHECK(world.simulator->predictions() == 1000);
}
