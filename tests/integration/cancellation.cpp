// SPDX-License-Identifier: BSL-1.0
//
// Cancelling at every point: it is told once, the connection goes, the client stays usable.

#include "support/echo_platform.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::details;
using support::fake_world;
using support::raw_script;
using support::simulated_world;
using support::started;
using text_handle = job<modzy::text_job>;

namespace {

/// A world whose time stands still until it is told to move.
struct still_world : fake_world {
    still_world() : fake_world(testing::manual_clock::mode::stepping) {}

    /// A refusal after which the client sleeps for sure: jitter alone may be no time at all.
    testing::fake_transport& refuse_for_now()
    {
        return transport->reply(503, "", support::header("Retry-After", "5"));
    }
    void run_until_asleep()
    {
        support::run_until(context, [this] { return time->sleepers() > 0; });
    }
};

template <class T>
error check_cancelled(started<T>& operation)
{
    operation.cancel();
    auto const ended = operation.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error() == condition::cancelled);
    CHECK(operation.completions() == 1);
    return ended.error();
}

asio::awaitable<bool> succeeds(modzy::client client)
{
    modzy::get_job const ask{"j1"};
    auto const answer = co_await as_result(client.send(ask));
    if (!answer) // else every further co_await throws
        co_await asio::this_coro::reset_cancellation_state();
    auto const again = co_await as_result(client.send(ask));
    co_return answer.has_error() && again.has_value();
}

} // namespace

TEST_CASE("an operation cancelled before its first resume does not submit anything")
{
    fake_world world;
    world.transport->reply(202, support::receipt());
    started<text_handle> submission{world.context, world.client().submit(support::text_job()),
                                    true};
    auto const ended = submission.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == condition::cancelled);
    CHECK(submission.completions() == 1);
    CHECK(world.transport->requests().empty());
}

TEST_CASE("cancelled while it connects")
{
    asio::io_context context{1};
    asio::ip::tcp::acceptor acceptor{context, asio::ip::tcp::v4()};
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(0);
    std::vector<asio::ip::tcp::socket> filling;
    for (int i = 0; i < 8; ++i) {
        filling.emplace_back(context);
        filling.back().async_connect(acceptor.local_endpoint(), [](error_code) {});
    }
    support::run_for(context, 5ms);
    modzy::options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    options.api_key = secret{support::api_key};
    modzy::client const client{context.get_executor(), options};
    started<text_handle> submission{context, client.submit(support::text_job())};
    support::run_for(context, 10ms);
    REQUIRE(!submission.done());
    auto const e = check_cancelled(submission);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().provider == "modzy");
    CHECK(e.info().operation == "submit_text");
}

TEST_CASE("cancelled while the server's first byte is awaited: the connection is closed, the job may run")
{
    simulated_world world;
    testing::fault wrong;
    wrong.method = "POST";
    wrong.delay = 100ms;
    world.simulator->inject(wrong);
    auto const client = world.client();
    started<text_handle> submission{world.context, client.submit(support::text_job())};
    support::run_until(world.context, [&] { return world.simulator->ledger().size() == 1; });
    auto const e = check_cancelled(submission);
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(e.info().attempts == 1);

    // The client is usable, on a new connection; the first request was not repeated.
    CHECK(!world.run(client.submit(support::text_job())).id().empty());
    CHECK(world.simulator->connections() == 2);
    CHECK(world.simulator->count("POST", "") == 2);
}

TEST_CASE("cancelled while a body is read")
{
    asio::io_context context{1};
    raw_script stops{{"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{\"jobIdent"},
                     raw_script::end::hang};
    support::raw_server const server{context, stops};
    modzy::options options;
    options.base_url = server.url();
    options.api_key = secret{support::api_key};
    modzy::client const client{context.get_executor(), options};
    started<text_handle> submission{context, client.submit(support::text_job())};
    support::run_for(context, 20ms);
    REQUIRE(!submission.done());
    auto const e = check_cancelled(submission);
    CHECK(e.info().sent != sent_state::no);
    support::run_until(context, [&] { return server.closed_by_peer() == 1; });
}

TEST_CASE("cancelled while it waits before a retry")
{
    still_world world;
    world.refuse_for_now();
    started<text_handle> submission{world.context, world.client().submit(support::text_job())};
    world.run_until_asleep();
    auto const e = check_cancelled(submission);
    CHECK(e.info().attempts == 1);
    CHECK(e.info().cause == error_code{503, http_category()});
    CHECK(world.transport->requests().size() == 1);
    CHECK(world.time->sleepers() == 0);
}

TEST_CASE("cancelled between two polls: the job is left alone and the handle stays good")
{
    still_world world;
    world.transport->reply(200, details("IN_PROGRESS"));
    auto const job = world.client().attach<modzy::text_job>("j1");
    started<text_handle::status_type> waiting{world.context, job.wait({.deadline = 1h})};
    world.run_until_asleep();
    auto const e = check_cancelled(waiting);
    CHECK(e.info().job_id == "j1");
    support::settle(world.context);
    CHECK(world.count("DELETE") == 0);
    world.transport->reply(200, details("COMPLETED", 1));
    CHECK(world.run(job.wait({.deadline = 1h})).phase == phase::succeeded);
}

TEST_CASE("cancelled while a poll or the fetching of results is under way")
{
    for (bool const at_results : {false, true}) {
        CAPTURE(at_results);
        still_world world;
        if (at_results)
            world.transport->reply(200, details("COMPLETED", 1));
        world.transport->hang();
        auto const job = world.client().attach<modzy::text_job>("j1");
        started<modzy::job_results> waiting{world.context, job.result({.deadline = 1h})};
        world.run_until_asleep();
        auto const e = check_cancelled(waiting);
        CHECK(e.info().job_id == "j1");
    }
}

TEST_CASE("with on_abandon = cancel a wait that is cancelled sends exactly one DELETE")
{
    for (bool const polling : {false, true}) {
        CAPTURE(polling);
        still_world world;
        if (!polling)
            world.transport->reply(200, details("IN_PROGRESS"));
        else
            world.transport->hang();
        world.transport->reply(202, details("CANCELED"));
        auto const job = world.client().attach<modzy::text_job>("j1");
        poll_options poll{.deadline = 1h};
        poll.on_abandon = abandon::cancel;
        started<modzy::job_results> waiting{world.context, job.result(poll)};
        world.run_until_asleep();
        check_cancelled(waiting);
        support::settle(world.context);
        CHECK(world.count("DELETE") == 1);
        CHECK(world.transport->requests().back().target == "/api/jobs/j1");
        CHECK(world.transport->left() == 0);
    }
}

TEST_CASE("with on_abandon = cancel the deadline of a wait sends exactly one DELETE, else none")
{
    for (abandon const what : {abandon::leave, abandon::cancel}) {
        testing::modzy_simulator_options with;
        with.queue_time = 24h;
        simulated_world world{with, simulated_world::time_of::manual};
        poll_options poll{.deadline = 1min};
        poll.on_abandon = what;
        auto const e = world.error_of(world.client().run(support::text_job(), poll));
        CHECK(e == errc::wait_timeout);
        support::run_for(world.context, 30ms);
        CHECK(world.simulator->count("DELETE", "/api/jobs/") ==
              (what == abandon::cancel ? 1 : 0));
        auto const job = world.client().attach<modzy::text_job>(e.info().job_id);
        CHECK(world.run(job.status()).phase ==
              (what == abandon::cancel ? phase::cancelled : phase::queued));
    }
}

TEST_CASE("updates that are cancelled follow on_abandon too")
{
    still_world world;
    world.transport->reply(200, details("SUBMITTED")).reply(202, details("CANCELED"));
    auto const job = world.client().attach<modzy::text_job>("j1");
    poll_options poll{.deadline = 1h};
    poll.on_abandon = abandon::cancel;
    auto updates = job.updates(poll);
    CHECK(world.run(updates.next())->phase == phase::queued);
    started<std::optional<text_handle::status_type>> waiting{world.context, updates.next()};
    world.run_until_asleep();
    check_cancelled(waiting);
    support::settle(world.context);
    CHECK(world.count("DELETE") == 1);
}

TEST_CASE("a job that has ended, failed for good or is refused is not cancelled on abandon")
{
    poll_options poll{.deadline = 1h};
    poll.on_abandon = abandon::cancel;
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    world.transport->reply(200, details("ERROR")).reply(404, "");
    CHECK(world.error_of(job.result(poll)) == errc::job_failed);
    world.transport->reply(401, "");
    CHECK(world.error_of(job.result(poll)) == condition::unauthorized);
    world.transport->reply(200, details("COMPLETED", 1));
    for (int i = 0; i < 300; ++i)
        world.transport->reply(200, support::results(false));
    CHECK(world.error_of(job.result(poll)) == errc::wait_timeout);
    support::settle(world.context);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("a stream that is cancelled between two events ends and lets its connection go")
{
    asio::io_context context{1};
    raw_script stops{{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "f\r\n{\"text\":\"one\"}\n\r\n"},
                     raw_script::end::hang};
    support::raw_server const server{context, stops};
    echo::options options;
    options.base_url = server.url();
    echo::client const client{context.get_executor(), options};
    echo::generate const ask{"hello"};
    auto stream = support::run(context, client.stream(ask));
    CHECK(support::run(context, stream.next())->text == "one");
    started<std::optional<echo::token>> waiting{context, stream.next()};
    support::run_for(context, 10ms);
    REQUIRE(!waiting.done());
    check_cancelled(waiting);
    CHECK(support::error_of(context, stream.next()) == errc::closed);
    support::run_until(context, [&] { return server.closed_by_peer() == 1; });
}

TEST_CASE("a stream that is destroyed or closed before its end closes its connection")
{
    for (bool const by_close : {false, true}) {
        asio::io_context context{1};
        raw_script stops{{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "f\r\n{\"text\":\"one\"}\n\r\n"},
                         raw_script::end::hang};
        support::raw_server const server{context, stops};
        echo::options options;
        options.base_url = server.url();
        echo::client const client{context.get_executor(), options};
        echo::generate const ask{"hello"};
        {
            auto stream = support::run(context, client.stream(ask));
            CHECK(support::run(context, stream.next())->text == "one");
            if (by_close)
                stream.close();
            else
                stream = event_stream<echo::token>{};
            support::run_until(context, [&] { return server.closed_by_peer() == 1; });
        }
    }
}

TEST_CASE("cancelling twice, or after the end, is harmless")
{
    still_world world;
    world.refuse_for_now();
    started<text_handle> submission{world.context, world.client().submit(support::text_job())};
    world.run_until_asleep();
    submission.cancel();
    submission.cancel();
    CHECK(submission.finish().has_error());
    submission.cancel();
    support::settle(world.context);
    CHECK(submission.completions() == 1);
}

TEST_CASE("partial and total cancellation are ignored, as Asio does by default")
{
    still_world world;
    world.refuse_for_now().reply(202, support::receipt());
    started<text_handle> submission{world.context, world.client().submit(support::text_job())};
    world.run_until_asleep();
    submission.cancel(asio::cancellation_type::partial);
    submission.cancel(asio::cancellation_type::total);
    support::settle(world.context);
    CHECK(!submission.done());
    world.time->advance(10s);
    CHECK(submission.finish().has_value());
}

TEST_CASE("cancelled at every handler in turn, a run ends once, and the client works afterwards")
{
    for (std::size_t at = 0;; ++at) {
        CAPTURE(at);
        fake_world world;
        world.transport->reply(202, support::receipt()).reply(503, "");
        for (int i = 0; i < 2; ++i)
            world.transport->reply(200, details("SUBMITTED"));
        world.transport->reply(200, details("COMPLETED", 1)).reply(200, support::results());
        auto const client = world.client();
        started<modzy::job_results> running{world.context,
                                            client.run(support::text_job(), {.deadline = 1h})};
        world.context.restart();
        for (std::size_t i = 0; i < at; ++i)
            world.context.run_one();
        bool const was_done = running.done();
        running.cancel();
        auto const ended = running.finish();
        if (ended.has_error())
            CHECK(ended.error() == condition::cancelled);
        else
            CHECK(ended->finished);
        support::settle(world.context);
        CHECK(running.completions() == 1);
        CHECK(world.count("POST") <= 1);
        CHECK(world.time->sleepers() == 0);

        auto const fresh = std::make_shared<testing::fake_transport>();
        fresh->reply(200, details("SUBMITTED"));
        world.options.transport = fresh;
        modzy::get_job const ask{"j1"};
        CHECK(world.run(world.client().send(ask)).job_identifier == "j1");
        if (was_done)
            break;
        REQUIRE(at < 10'000);
    }
}

TEST_CASE("cancelled at every handler in turn on real sockets, at most one job is started")
{
    for (std::size_t at = 0;; ++at) {
        CAPTURE(at);
        testing::modzy_simulator_options with;
        with.queue_time = 1ms;
        with.input_time = 1ms;
        simulated_world world{with};
        auto const client = world.client();
        started<modzy::job_results> running{world.context,
                                            client.run(support::text_job(), support::quick())};
        world.context.restart();
        for (std::size_t i = 0; i < at && !running.done(); ++i)
            world.context.run_one();
        bool const was_done = running.done();
        running.cancel();
        auto const ended = running.finish();
        if (ended.has_error())
            CHECK(ended.error() == condition::cancelled);
        support::run_for(world.context, 1ms);
        CHECK(running.completions() == 1);
        CHECK(world.simulator->jobs() <= 1);
        CHECK(world.simulator->count("POST", "") <= 1);
        // No connection that is half used comes back from the pool.
        CHECK(!world.run(client.submit(support::text_job())).id().empty());
        if (was_done)
            break;
        REQUIRE(at < 10'000);
    }
}

TEST_CASE("a cancelled coroutine can go on once it has reset its cancellation state")
{
    still_world world;
    world.refuse_for_now().reply(200, details("SUBMITTED"));
    started<bool> working{world.context, succeeds(world.client())};
    world.run_until_asleep();
    working.cancel();
    auto const ended = working.finish();
    REQUIRE(ended.has_value());
    CHECK(*ended);
}

// --- objects that go ---------------------------------------------------------------------------------

TEST_CASE("client, job and options may go while their operations are under way")
{
    testing::modzy_simulator_options with;
    with.queue_time = 5ms;
    simulated_world world{with};
    std::optional<started<modzy::job_results>> waiting;
    {
        auto const client = world.client();
        auto const job = world.run(client.submit(support::text_job()));
        waiting.emplace(world.context, job.result(support::quick()));
    }
    auto const ended = waiting->finish();
    REQUIRE(ended.has_value());
    CHECK(ended->finished);
}

TEST_CASE("a context may go under operations that are suspended wherever they are")
{
    // Under the address sanitizer this shows what destructors touch.
    for (int where = 0; where < 6; ++where) {
        CAPTURE(where);
        if (where < 3) {
            still_world world;
            if (where == 0)
                world.transport->hang();
            else if (where == 1)
                world.refuse_for_now();
            else
                world.transport->reply(200, details("IN_PROGRESS"))
                    .reply(200, details("IN_PROGRESS"));
            auto const job = world.client().attach<modzy::text_job>("j1");
            started<text_handle::status_type> const asking{world.context, job.status()};
            started<text_handle::status_type> const waiting{world.context,
                                                            job.wait({.deadline = 1h})};
            world.run_until_asleep();
            support::settle(world.context);
        } else {
            simulated_world world;
            testing::fault slow;
            slow.delay = 10s;
            if (where != 4)
                world.simulator->inject(slow);
            started<modzy::job_results> const running{
                world.context, world.client().run(support::text_job(), {.deadline = 1h})};
            support::run_for(world.context, where == 5 ? 0ms : 10ms);
        }
    }
}

TEST_CASE("a simulator may go under requests that it is serving")
{
    simulated_world world;
    testing::fault slow;
    slow.delay = 5ms;
    world.simulator->inject(slow);
    started<text_handle> submission{world.context, world.client().submit(support::text_job())};
    support::run_until(world.context, [&] { return world.simulator->ledger().size() == 1; });
    world.simulator.reset();
    auto const ended = submission.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::unknown_outcome);
    support::run_for(world.context, 10ms);
}
