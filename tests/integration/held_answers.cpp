// SPDX-License-Identifier: BSL-1.0
//
// Answers that a simulator holds until it is known what they are.

#include <inferpp/testing/manual_clock.hpp>
#include <inferpp/testing/simulator.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/echo_platform.hpp"
#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::started;

namespace {

using mode = testing::manual_clock::mode;

/// Works for an hour, or as long as the test wants.
class work final : public testing::held_answer {
public:
    work(clock::time_point due, int& made) : held_answer(due), made_(made) {}

    http::response make() override
    {
        ++made_;
        http::response answer;
        answer.status = 200;
        answer.body = "done";
        return answer;
    }

private:
    int& made_;
};

class working_server final : public testing::simulator {
public:
    working_server(asio::any_io_executor on, testing::simulator_options const& with)
        : simulator(std::move(on), with)
    {
        start();
    }
    ~working_server() override = default;

    std::vector<std::shared_ptr<work>> works;
    int made = 0;

private:
    testing::simulated_answer respond(testing::simulated_request&) override
    {
        testing::simulated_answer answer;
        works.push_back(std::make_shared<work>(clock().now() + 1h, made));
        answer.held = works.back();
        return answer;
    }
};

struct world {
    explicit world(mode how) : time(std::make_shared<testing::manual_clock>(how))
    {
        testing::simulator_options with;
        with.clock = time;
        server = std::make_unique<working_server>(context.get_executor(), with);
        options.base_url = server->origin_url() + "/v1";
        options.clock = time;
        options.retry.max_attempts = 1;
    }
    asio::awaitable<http::response> ask()
    {
        return echo::client{context.get_executor(), options}.raw(http::request{"GET", "/v1/work"},
                                                                 {.timeout = 24h});
    }
    /// Until so many requests are held.
    void wait_for(std::size_t count)
    {
        support::run_until(context, [&] { return server->works.size() == count; });
        support::settle(context);
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::unique_ptr<working_server> server;
    echo::options options;
};

} // namespace

TEST_CASE("a held answer comes when it is due")
{
    world here{mode::jumping};
    CHECK(support::run(here.context, here.ask()).body == "done");
    CHECK(here.time->elapsed() >= 1h);
    CHECK(here.server->made == 1);
}

TEST_CASE("a held answer can come earlier, at once or later than was thought")
{
    world here{mode::stepping};
    started<http::response> earlier{here.context, here.ask()};
    here.wait_for(1);
    started<http::response> later{here.context, here.ask()};
    here.wait_for(2);
    auto& works = here.server->works;
    CHECK(works[0]->due() == here.time->now() + 1h);
    works[0]->move_to(here.time->now() + 10min);
    works[1]->move_to(here.time->now() + 2h);
    here.time->advance(5min);
    support::settle(here.context);
    CHECK_FALSE(earlier.done());
    here.time->advance(5min);
    CHECK(earlier.finish()->body == "done");
    here.time->advance(1h);
    support::settle(here.context);
    CHECK_FALSE(later.done());
    works[1]->move_to(here.time->now());
    CHECK(later.finish()->body == "done");
    CHECK(here.server->made == 2);
    works[0]->move_to(here.time->now() + 1h); // it was given: nothing happens
}

TEST_CASE("a held answer is never made for a client that has gone")
{
    world here{mode::stepping};
    started<http::response> gone{here.context, here.ask()};
    here.wait_for(1);
    gone.cancel();
    CHECK(gone.finish().error() == condition::cancelled);
    support::run_until(here.context, [&] { return here.server->requests_in_progress() == 0; });
    here.time->advance(2h);
    support::settle(here.context);
    CHECK(here.server->made == 0);
}

TEST_CASE("a held answer outlives its simulator, and the program that waits for it")
{
    std::shared_ptr<work> left;
    std::shared_ptr<testing::manual_clock> time;
    {
        world here{mode::stepping};
        started<http::response> waiting{here.context, here.ask()};
        here.wait_for(1);
        left = here.server->works[0];
        time = here.time;
    } // all coroutines are destroyed where they wait
    left->move_to(time->now());
    left.reset();

    world here{mode::stepping};
    started<http::response> waiting{here.context, here.ask()};
    here.wait_for(1);
    left = here.server->works[0];
    here.server->stop();
    CHECK(waiting.finish().has_error());
    left->move_to(here.time->now());
    support::settle(here.context);
    CHECK(here.server->made == 0);
}
