// SPDX-License-Identifier: BSL-1.0
//
// How a job is waited for: when it is asked, what the wait survives, and where it ends.

#include "support/echo_platform.hpp"
#include "support/modzy_world.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::details;
using support::fake_world;
using support::refusal;
using support::simulated_world;

namespace {

/// Notes when each request begins, and passes it on.
class timed_transport final : public transport {
public:
    timed_transport(std::shared_ptr<transport> next, std::shared_ptr<testing::manual_clock> time)
        : next_(std::move(next)), time_(std::move(time))
    {
    }
    asio::awaitable<result<incoming>> open(origin const& to, http::request const& message,
                                           limits const& bounds,
                                           clock::time_point deadline) override
    {
        times.push_back(time_->elapsed());
        co_return co_await next_->open(to, message, bounds, deadline);
    }

    std::vector<clock::duration> times;

private:
    std::shared_ptr<transport> next_;
    std::shared_ptr<testing::manual_clock> time_;
};

/// A fake world that notes the times of its requests.
struct timed_world : fake_world {
    timed_world() : timed(std::make_shared<timed_transport>(transport, time))
    {
        options.transport = timed;
    }
    /// The script for so many polls of a running job.
    void running(int polls)
    {
        for (int i = 0; i < polls; ++i)
            transport->reply(200, details("IN_PROGRESS"));
    }
    job<modzy::text_job> attached() { return client().attach<modzy::text_job>("j1"); }
    job<modzy::text_job> submitted()
    {
        transport->reply(202, support::receipt());
        return run(client().submit(support::text_job()));
    }

    std::shared_ptr<timed_transport> timed;
};

} // namespace

TEST_CASE("a job of 24 hours ends at once in manual time, with a bounded number of polls")
{
    testing::modzy_simulator_options with;
    with.queue_time = 12h;
    with.input_time = 12h;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const began = std::chrono::steady_clock::now();
    poll_options poll{.deadline = 48h, .max_interval = 5min};
    auto const results = world.run(world.client().run(support::text_job(), poll));
    CHECK(results.finished);
    CHECK(results.results.size() == 1);
    CHECK(world.time->elapsed() >= 24h);
    CHECK(world.time->elapsed() < 24h + 11min);
    // Full jitter between 1 second and 5 minutes: about one poll in 150 seconds.
    std::size_t const polls = world.simulator->count("GET", "/api/jobs/");
    CHECK(polls > 24 * 60 / 5);
    CHECK(polls < 24 * 60);
    CHECK(world.simulator->jobs() == 1);
    CHECK(std::chrono::steady_clock::now() - began < 20s); // hundreds of requests; sanitizers
}

TEST_CASE("with a longer interval a job of 24 hours takes few polls and no time")
{
    timed_world world;
    world.running(200);
    auto const job = world.attached();
    poll_options poll{.deadline = 24h, .max_interval = 1h};
    auto const began = std::chrono::steady_clock::now();
    CHECK(world.error_of(job.wait(poll)) == errc::wait_timeout);
    CHECK(world.timed->times.size() < 100);
    CHECK(world.time->elapsed() == 24h);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("the first poll after a submission waits, after an attach it does not")
{
    timed_world world;
    auto const job = world.submitted();
    world.transport->reply(200, details("COMPLETED", 1));
    world.run(job.wait({.deadline = 1h}));
    REQUIRE(world.timed->times.size() == 2);
    CHECK(world.timed->times[1] - world.timed->times[0] >= 1s);
    CHECK(world.timed->times[1] - world.timed->times[0] <= 30s);

    auto const before = world.time->elapsed();
    world.transport->reply(200, details("COMPLETED", 1));
    world.run(world.attached().wait({.deadline = 1h}));
    CHECK(world.time->elapsed() == before);
}

TEST_CASE("delays between polls stay between floor and cap and grow on average")
{
    timed_world world;
    world.running(500);
    poll_options poll{.deadline = 1h, .min_interval = 100ms, .max_interval = 20s, .growth = 2};
    CHECK(world.error_of(world.attached().wait(poll)) == errc::wait_timeout);
    auto const& times = world.timed->times;
    REQUIRE(times.size() > 100);
    CHECK(times.front() == 0s);
    for (std::size_t i = 1; i + 1 < times.size(); ++i) {
        CHECK(times[i] - times[i - 1] >= 100ms);
        CHECK(times[i] - times[i - 1] <= 20s);
    }
    CHECK(times[4] - times[0] < 4s); // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 at most
}

TEST_CASE("the last poll is exactly at the deadline, and may still bring the end")
{
    timed_world world;
    world.running(200);
    CHECK(world.error_of(world.attached().wait({.deadline = 100s})) == errc::wait_timeout);
    CHECK(world.timed->times.back() == 100s);
    CHECK(world.time->elapsed() == 100s);

    timed_world lucky;
    lucky.transport->reply(200, details("IN_PROGRESS")).reply(200, details("COMPLETED", 1));
    poll_options poll{.deadline = 5s, .min_interval = 1h, .max_interval = 1h};
    CHECK(lucky.run(lucky.attached().wait(poll)).phase == phase::succeeded);
    CHECK(lucky.timed->times.back() == 5s);
}

TEST_CASE("a deadline of zero asks once")
{
    timed_world world;
    world.running(2);
    CHECK(world.error_of(world.attached().wait({.deadline = 0ms})) == errc::wait_timeout);
    CHECK(world.timed->times.size() == 1);
    auto const job = world.submitted();
    world.transport->reply(200, details("IN_PROGRESS"));
    CHECK(world.error_of(job.wait({.deadline = 0ms})) == errc::wait_timeout);
}

TEST_CASE("the handle is good for another wait after a deadline")
{
    timed_world world;
    world.running(1);
    auto const job = world.attached();
    auto const e = world.error_of(job.wait({.deadline = 0ms}));
    CHECK(e == errc::wait_timeout);
    CHECK(e.info().job_id == "j1");
    CHECK(support::contains(e.what(), "wait again"));
    world.transport->reply(200, details("COMPLETED", 1));
    CHECK(world.run(job.wait({.deadline = 0ms})).phase == phase::succeeded);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("a wait that says neither deadline nor forever is refused before any I/O")
{
    timed_world world;
    auto const job = world.attached();
    for (auto const& e : {world.error_of(job.wait({})), world.error_of(job.result({}))}) {
        CHECK(e == errc::invalid_argument);
        CHECK(support::contains(e.what(), "poll_options.deadline"));
        CHECK(e.info().job_id == "j1");
    }
    auto const refused = [&](poll_options poll, char const* member) {
        auto const e = world.error_of(job.wait(poll));
        CHECK(e == errc::invalid_argument);
        CHECK(support::contains(e.what(), member));
    };
    refused({.deadline = 1s, .forever = true}, "forever");
    refused({.deadline = -1ms}, "deadline");
    refused({.deadline = 1s, .min_interval = 0ms}, "min_interval");
    refused({.deadline = 1s, .min_interval = 2s, .max_interval = 1s}, "max_interval");
    refused({.deadline = 1s, .growth = 0.5}, "growth");
    refused({.deadline = 1s, .not_found_grace = -1ms}, "not_found_grace");
    refused({.deadline = 1s, .poll_timeout = 0ms}, "poll_timeout");
    CHECK(world.timed->times.empty());
}

TEST_CASE("forever waits until the end, a year if need be")
{
    timed_world world;
    world.running(300);
    world.transport->reply(200, details("COMPLETED", 1));
    poll_options poll{.forever = true, .min_interval = 24h, .max_interval = 48h};
    CHECK(world.run(world.attached().wait(poll)).phase == phase::succeeded);
    CHECK(world.time->elapsed() >= 300 * 24h);
}

TEST_CASE("errors of a poll that will pass do not end the wait")
{
    timed_world world;
    world.transport->reply(503, "")
        .reply(500, "<html>")
        .reply(429, refusal(429, "slow down"))
        .fail(errc::truncated, sent_state::maybe)
        .fail(errc::connect_failed, sent_state::no)
        .fail(errc::tls_timeout, sent_state::no)
        .fail(errc::idle_timeout, sent_state::yes)
        .reply_cut(200, {R"({"jobIdent)"})
        .hang()
        .reply(408, "")
        .reply(200, details("COMPLETED", 1));
    CHECK(world.run(world.attached().wait({.deadline = 24h})).phase == phase::succeeded);
    CHECK(world.transport->left() == 0);
    // One request a poll: the poll loop is the one that repeats.
    CHECK(world.timed->times.size() == 11);
}

TEST_CASE("a poll that hangs ends after poll_timeout")
{
    timed_world world;
    world.transport->hang().reply(200, details("COMPLETED", 1));
    poll_options poll{.deadline = 24h, .min_interval = 10ms, .max_interval = 10ms};
    poll.poll_timeout = 3s;
    CHECK(world.run(world.attached().wait(poll)).phase == phase::succeeded);
    CHECK(world.time->elapsed() == 3s + 10ms);
}

TEST_CASE("a server that asks for a longer wait gets it, but not beyond the deadline")
{
    timed_world world;
    world.transport->reply(429, "", support::header("Retry-After", "100"))
        .reply(503, "", support::header("Retry-After", "Tue, 01 Jan 2030 00:10:00 GMT"))
        .reply(429, "", support::header("Retry-After", "1000000"))
        .reply(200, details("COMPLETED", 1));
    poll_options poll{.deadline = 1h, .min_interval = 1s, .max_interval = 2s};
    CHECK(world.run(world.attached().wait(poll)).phase == phase::succeeded);
    auto const& times = world.timed->times;
    REQUIRE(times.size() == 4);
    CHECK(times[1] - times[0] >= 100s);
    CHECK(times[1] - times[0] <= 102s);
    CHECK(times[2] >= 10min); // the calendar of a manual clock begins at 2030
    CHECK(times[2] <= 10min + 2s);
    CHECK(times[3] == 1h);
}

TEST_CASE("a hint in the status sets the next poll, within the bounds of the options")
{
    asio::io_context context{1};
    auto const time = std::make_shared<testing::manual_clock>();
    auto const script = std::make_shared<testing::fake_transport>(time);
    auto const timed = std::make_shared<timed_transport>(script, time);
    script->reply(200, R"({"word":"busy","ask_again":5000})")
        .reply(200, R"({"word":"busy","ask_again":1})")
        .reply(200, R"({"word":"busy","ask_again":9000000})")
        .reply(200, R"({"word":"done"})");
    echo::options options;
    options.transport = timed;
    options.clock = time;
    echo::client const client{context.get_executor(), options};
    support::run(context, client.attach<echo::train>("t1").wait({.deadline = 1h}));
    REQUIRE(timed->times.size() == 4);
    CHECK(timed->times[1] - timed->times[0] == 5s);
    CHECK(timed->times[2] - timed->times[1] == 1s);
    CHECK(timed->times[3] - timed->times[2] == 30s);
}

TEST_CASE("errors of a poll that will not pass end the wait at once and name the job")
{
    for (int const status : {400, 401, 403, 410}) {
        CAPTURE(status);
        timed_world world;
        auto const job = world.submitted();
        world.transport->reply(status, refusal(status, "no"));
        auto const e = world.error_of(job.wait({.deadline = 1h}));
        CHECK(e.info().http_status == status);
        CHECK(e.info().server_message == "no");
        CHECK(e.info().job_id == "j1");
        CHECK(world.transport->left() == 0);
    }
    timed_world world;
    world.transport->reply(200, "<html>not JSON</html>");
    auto const e = world.error_of(world.attached().wait({.deadline = 1h}));
    CHECK(e == condition::decode);
    CHECK(e.info().job_id == "j1");
}

TEST_CASE("a 404 right after the submission is not there yet")
{
    testing::modzy_simulator_options with;
    with.not_found_for = 20s;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const results = world.run(world.client().run(support::text_job(), {.deadline = 1h}));
    CHECK(results.finished);
    CHECK(world.time->elapsed() >= 20s);
    CHECK(world.simulator->jobs() == 1);
}

TEST_CASE("a 404 after the grace is not_found")
{
    testing::modzy_simulator_options with;
    with.not_found_for = 24h;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const job = world.run(world.client().submit(support::text_job()));
    auto const e = world.error_of(job.wait({.deadline = 1h, .not_found_grace = 10s}));
    CHECK(e == condition::not_found);
    CHECK(e.info().job_id == job.id());
    CHECK(world.time->elapsed() >= 10s);
    CHECK(world.time->elapsed() < 1min);
}

TEST_CASE("a 404 of an attached job is not_found at once")
{
    timed_world world;
    world.transport->reply(404, refusal(404, "no such job"));
    auto const e = world.error_of(world.attached().wait({.deadline = 1h}));
    CHECK(e == condition::not_found);
    CHECK(world.time->elapsed() == 0s);
}

TEST_CASE("a 404 of a job that was there is not_found at once, also within the grace")
{
    timed_world world;
    auto const job = world.submitted();
    world.transport->reply(404, "").reply(200, details("SUBMITTED")).reply(404, "");
    poll_options poll{.deadline = 1h, .min_interval = 10ms, .max_interval = 20ms};
    CHECK(world.error_of(job.wait(poll)) == condition::not_found);
    CHECK(world.transport->left() == 0);
}

TEST_CASE("results that lag behind the status are waited for")
{
    testing::modzy_simulator_options with;
    with.results_lag = 5min;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const results = world.run(world.client().run(support::text_job(), {.deadline = 1h}));
    CHECK(results.finished);
    CHECK(world.time->elapsed() >= 5min);

    timed_world scripted;
    scripted.transport->reply(200, details("COMPLETED", 1))
        .reply(404, "")
        .reply(503, "")
        .reply(404, "")
        .reply(200, support::results(false))
        .reply(200, support::results(true));
    CHECK(scripted.run(scripted.attached().result({.deadline = 1h})).finished);
}

TEST_CASE("results that never come are not_found after the grace")
{
    timed_world world;
    world.transport->reply(200, details("COMPLETED", 1));
    for (int i = 0; i < 100; ++i)
        world.transport->reply(404, refusal(404, "no results"));
    auto const e = world.error_of(world.attached().result({.deadline = 1h}));
    CHECK(e == condition::not_found);
    CHECK(world.time->elapsed() >= 30s);
    CHECK(world.time->elapsed() < 2min);
}

TEST_CASE("the deadline holds during the lag of the results, and its error says so")
{
    timed_world world;
    world.transport->reply(200, details("COMPLETED", 1));
    for (int i = 0; i < 100; ++i)
        world.transport->reply(200, support::results(false));
    auto const e = world.error_of(world.attached().result({.deadline = 1min}));
    CHECK(e == errc::wait_timeout);
    CHECK(support::contains(e.what(), "ended"));
    CHECK(world.time->elapsed() == 1min);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("wait_timeout tells what the last poll met")
{
    timed_world world;
    for (int i = 0; i < 100; ++i)
        world.transport->reply(503, "");
    auto const e = world.error_of(world.attached().wait({.deadline = 1min}));
    CHECK(e == errc::wait_timeout);
    CHECK(e.info().cause == error_code{503, http_category()});
}

TEST_CASE("two hundred jobs wait side by side and each ends once")
{
    testing::modzy_simulator_options with;
    with.queue_time = 1h;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const client = world.client();
    std::size_t constexpr count = 200;
    std::size_t done = 0;
    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto const request = support::text_job("text " + std::to_string(i));
        poll_options const poll{.deadline = 24h, .max_interval = 10min};
        asio::co_spawn(world.context, client.run(request, poll),
                       [&](std::exception_ptr e, modzy::job_results results) {
                           ++done;
                           right += !e && results.results.count("happy") == 1 ? 1 : 0;
                       });
    }
    support::run_until(world.context, [&] { return done == count; });
    CHECK(right == count);
    CHECK(world.simulator->jobs() == count);
    CHECK(world.simulator->count("POST", "/api/jobs") == count);
}
