// SPDX-License-Identifier: BSL-1.0
//
// The same operations for callbacks, futures and code without exceptions.

#include "support/echo_platform.hpp"
#include "support/modzy_world.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::details;
using support::fake_world;
using support::simulated_world;

namespace {

// All verbs of a job with errors as values; nothing here throws.
asio::awaitable<std::string> without_exceptions(modzy::client client)
{
    auto const request = support::text_job();
    auto const job = co_await as_result(client.submit(request));
    if (!job)
        co_return std::string{job.error().what()};
    auto const status = co_await as_result(job->status());
    if (!status)
        co_return std::string{status.error().what()};
    auto updates = job->updates(support::quick());
    std::string words;
    while (true) {
        auto const change = co_await as_result(updates.next());
        if (!change)
            co_return std::string{change.error().what()};
        if (!*change)
            break;
        words = (*change)->word;
    }
    auto const waited = co_await as_result(job->wait(support::quick()));
    auto const results = co_await as_result(job->result(support::quick()));
    auto const outcome = co_await as_result(job->cancel());
    auto const again = co_await as_result(client.run(request, support::quick()));
    modzy::get_job const ask{job->id()};
    auto const sent = co_await as_result(client.send(ask));
    http::request const plain{"GET", "jobs/unknown"};
    auto const raw = co_await as_result(client.raw(plain));
    if (!waited || !results || !outcome || !again || !sent || !raw)
        co_return std::string{"one has failed"};
    if (*outcome != cancel_outcome::too_late || raw->status != 404 || !again->finished)
        co_return std::string{"one is wrong"};
    co_return words;
}

} // namespace

TEST_CASE("each verb gives its errors as values to code without exceptions")
{
    simulated_world world;
    CHECK(world.run(without_exceptions(world.client())) == "COMPLETED");

    fake_world refusing;
    refusing.transport->reply(401, support::refusal(401, "who?"));
    CHECK(support::contains(refusing.run(without_exceptions(refusing.client())), "who?"));
}

TEST_CASE("a callback gets the value or the exception")
{
    fake_world world;
    world.transport->reply(202, support::receipt()).reply(403, "");
    auto const client = world.client();
    std::string id;
    asio::co_spawn(world.context, client.submit(support::text_job()),
                   [&id](std::exception_ptr e, job<modzy::text_job> made) {
                       CHECK(!e);
                       id = made.id();
                   });
    world.context.run();
    CHECK(id == "j1");

    std::exception_ptr failed;
    asio::co_spawn(world.context, client.submit(support::text_job()),
                   [&failed](std::exception_ptr e, job<modzy::text_job>) { failed = e; });
    world.context.restart();
    world.context.run();
    REQUIRE(failed);
    try {
        std::rethrow_exception(failed);
    }
    catch (failure const& e) {
        CHECK(e.code() == condition::forbidden);
    }
}

TEST_CASE("a callback gets errors as values through as_result")
{
    fake_world world;
    world.transport->reply(403, "");
    modzy::get_job const ask{"j1"};
    int status = 0;
    asio::co_spawn(world.context, as_result(world.client().send(ask)),
                   [&status](std::exception_ptr e, result<modzy::job_details> answer) {
                       CHECK(!e);
                       REQUIRE(answer.has_error());
                       status = answer.error().info().http_status;
                   });
    world.context.run();
    CHECK(status == 403);
}

TEST_CASE("a future gets the value or the exception, on another thread than the context's")
{
    simulated_world world;
    auto const client = world.client();
    auto const guard = asio::make_work_guard(world.context);
    std::thread thread{[&] { world.context.run(); }};

    auto results = asio::co_spawn(world.context, client.run(support::text_job(), support::quick()),
                                  asio::use_future);
    CHECK(results.wait_for(support::watchdog) == std::future_status::ready);
    CHECK(results.get().finished);
    auto job = asio::co_spawn(world.context, client.submit(support::text_job()), asio::use_future);
    CHECK(job.wait_for(support::watchdog) == std::future_status::ready);
    CHECK(!job.get().id().empty());
    modzy::get_job const unknown{"unknown"};
    auto missing = asio::co_spawn(world.context, client.send(unknown), asio::use_future);
    CHECK(missing.wait_for(support::watchdog) == std::future_status::ready);
    // Joined first: the count of an exception's owners is libstdc++'s own, which ThreadSanitizer
    // does not see.
    world.context.stop();
    thread.join();
    CHECK_THROWS_AS(missing.get(), failure);
}

TEST_CASE("a stream and its events can be had by futures")
{
    asio::io_context context{1};
    auto const transport = std::make_shared<testing::fake_transport>();
    transport->reply(200, "{\"text\":\"one\"}\n");
    echo::options options;
    options.transport = transport;
    echo::client const client{context.get_executor(), options};
    echo::generate const ask{"hello"};
    auto opened = asio::co_spawn(context, client.stream(ask), asio::use_future);
    context.run();
    auto stream = opened.get();
    auto event = asio::co_spawn(context, stream.next(), asio::use_future);
    context.restart();
    context.run();
    CHECK(event.get()->text == "one");
}

TEST_CASE("a strand of a context with several threads carries a client")
{
    asio::io_context context;
    auto const strand = asio::make_strand(context);
    auto const time = std::make_shared<testing::manual_clock>();
    auto const transport = std::make_shared<testing::fake_transport>(time);
    for (int i = 0; i < 100; ++i)
        transport->reply(200, details("COMPLETED", 1));
    modzy::options options;
    options.api_key = secret{support::api_key};
    options.transport = transport;
    options.clock = time;
    modzy::client const client{strand, options};
    std::vector<std::future<modzy::job_details>> answers;
    for (int i = 0; i < 100; ++i) {
        modzy::get_job const ask{"j1"};
        answers.push_back(asio::co_spawn(strand, client.send(ask), asio::use_future));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&context] { context.run(); });
    for (auto& thread : threads)
        thread.join();
    for (auto& answer : answers)
        CHECK(answer.get().job_identifier == "j1");
    CHECK(transport->requests().size() == 100);
}
