// SPDX-License-Identifier: BSL-1.0
//
// What is sent again and what never is: a job must be started, and billed, once.

#include "support/modzy_world.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::details;
using support::fake_world;
using support::refusal;
using support::simulated_world;

namespace {

testing::fault on_submission()
{
    testing::fault wrong;
    wrong.method = "POST";
    return wrong;
}

/// The error of a submission that nobody knows the outcome of.
void check_unknown(error const& e)
{
    CHECK(e == errc::unknown_outcome);
    CHECK(e == condition::unknown_outcome);
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(e.info().attempts == 1);
    CHECK(e.info().cause);
    CHECK(support::contains(e.what(), "may have reached the server"));
    support::check_complete(e, "submit_text");
}

} // namespace

TEST_CASE("a submission that the server refused before acting is repeated")
{
    for (int const status : {408, 425, 429, 503}) {
        CAPTURE(status);
        simulated_world world;
        auto wrong = on_submission();
        wrong.status = status;
        world.simulator->inject(wrong);
        world.simulator->inject(wrong);
        auto const job = world.run(world.client().submit(support::text_job()));
        CHECK(!job.id().empty());
        CHECK(world.simulator->jobs() == 1);
        CHECK(world.simulator->count("POST", "/api/jobs") == 3);
    }
}

TEST_CASE("a submission that the server failed on is not repeated")
{
    for (int const status : {400, 401, 403, 404, 409, 413, 422, 500, 502, 504, 524}) {
        CAPTURE(status);
        simulated_world world;
        auto wrong = on_submission();
        wrong.status = status;
        wrong.body = refusal(status, "no");
        world.simulator->inject(wrong);
        auto const e = world.error_of(world.client().submit(support::text_job()));
        CHECK(e.info().http_status == status);
        CHECK(e.info().server_message == "no");
        CHECK(e.info().sent == sent_state::yes);
        CHECK(e.info().attempts == 1);
        // A gateway does not know what became of the request.
        CHECK((e == errc::unknown_outcome) == (status > 500));
        support::check_complete(e, "submit_text");
        CHECK(world.simulator->count("POST", "") == 1);
    }
}

TEST_CASE("a submission whose connection is cut before it took effect has an unknown outcome")
{
    simulated_world world;
    auto wrong = on_submission();
    wrong.refuse = true;
    world.simulator->inject(wrong);
    check_unknown(world.error_of(world.client().submit(support::text_job())));
    CHECK(world.simulator->jobs() == 0);
    CHECK(world.simulator->count("POST", "") == 1);
}

TEST_CASE("a submission whose answer is lost has an unknown outcome and started one job")
{
    for (std::size_t const bytes : {0U, 1U, 5U, 12U, 17U, 40U}) {
        for (bool const reset : {false, true}) {
            CAPTURE(bytes);
            CAPTURE(reset);
            simulated_world world;
            auto wrong = on_submission();
            wrong.cut_after = bytes;
            wrong.reset = reset;
            world.simulator->inject(wrong);
            check_unknown(world.error_of(world.client().submit(support::text_job())));
            CHECK(world.simulator->jobs() == 1);
            CHECK(world.simulator->count("POST", "") == 1);
        }
    }
}

TEST_CASE("the same on a connection that was kept from an earlier request")
{
    simulated_world world;
    auto const client = world.client();
    world.run(client.submit(support::text_job()));
    auto wrong = on_submission();
    wrong.cut_after = 0;
    world.simulator->inject(wrong);
    check_unknown(world.error_of(client.submit(support::text_job())));
    CHECK(world.simulator->jobs() == 2);
    CHECK(world.simulator->count("POST", "") == 2);
    CHECK(world.simulator->connections() == 1);
}

TEST_CASE("a submission whose answer breaks in its body has an unknown outcome that was answered")
{
    simulated_world world;
    auto wrong = on_submission();
    wrong.cut_after = 200;
    world.simulator->inject(wrong);
    auto const e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().sent == sent_state::yes);
    CHECK(e.info().http_status == 202);
    CHECK(e.info().attempts == 1);
    CHECK(e.info().cause == errc::truncated);
    CHECK(world.simulator->jobs() == 1);
    CHECK(world.simulator->count("POST", "") == 1);
}

TEST_CASE("a submission that ran into its time limit has an unknown outcome")
{
    simulated_world world;
    auto wrong = on_submission();
    wrong.delay = 10s;
    world.simulator->inject(wrong);
    auto const began = std::chrono::steady_clock::now();
    auto const e =
        world.error_of(world.client().submit(support::text_job(), {.timeout = 50ms}));
    check_unknown(e);
    CHECK(e.info().cause == errc::deadline_exceeded);
    CHECK(std::chrono::steady_clock::now() - began >= 50ms);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    CHECK(world.simulator->count("POST", "") == 1);

    world.options.limits.first_byte = 50ms;
    world.simulator->inject(wrong);
    auto const late = world.error_of(world.client().submit(support::text_job()));
    check_unknown(late);
    CHECK(late.info().cause == errc::first_byte_timeout);
    CHECK(world.simulator->count("POST", "") == 2);
}

TEST_CASE("a submission that can't have reached the server is repeated")
{
    fake_world world;
    world.transport->fail(errc::connect_failed, sent_state::no)
        .fail(errc::tls_timeout, sent_state::no)
        .reply(202, support::receipt());
    CHECK(world.run(world.client().submit(support::text_job())).id() == "j1");

    world.transport->fail(errc::write_failed, sent_state::no).reply(202, support::receipt());
    CHECK(world.run(world.client().submit(support::text_job())).id() == "j1");
}

TEST_CASE("what can't be cured by asking again is not repeated")
{
    for (errc const code : {errc::tls_failed, errc::resolve_failed, errc::bad_http,
                            errc::header_too_large, errc::body_too_large}) {
        CAPTURE(code);
        fake_world world;
        world.transport->fail(code, sent_state::no);
        modzy::get_job const ask{"j1"};
        auto const e = world.error_of(world.client().send(ask));
        CHECK(e == code);
        CHECK(e.info().attempts == 1);
    }
}

TEST_CASE("a read is repeated whatever broke on the way")
{
    simulated_world world;
    auto const client = world.client();
    auto const job = world.run(client.submit(support::text_job()));
    for (std::size_t const bytes : {0U, 30U, 200U}) {
        CAPTURE(bytes);
        testing::fault wrong;
        wrong.method = "GET";
        wrong.cut_after = bytes;
        world.simulator->inject(wrong);
        wrong.cut_after.reset();
        wrong.status = 500;
        world.simulator->inject(wrong);
        std::size_t const before = world.simulator->count("GET", "");
        CHECK(world.run(job.status()).counters->total == 1);
        CHECK(world.simulator->count("GET", "") == before + 3);
    }
}

TEST_CASE("max_attempts bounds the requests, of a client and of a call")
{
    fake_world world;
    world.options.retry.budget = 100;
    auto const client = world.client();
    modzy::get_job const ask{"j1"};
    for (int i = 0; i < 20; ++i)
        world.transport->reply(503, "");
    auto e = world.error_of(client.send(ask));
    CHECK(e.info().attempts == 3);
    CHECK(world.transport->requests().size() == 3);
    e = world.error_of(client.send(ask, {.max_attempts = 1}));
    CHECK(e.info().attempts == 1);
    e = world.error_of(client.send(ask, {.max_attempts = 7}));
    CHECK(e.info().attempts == 7);
    CHECK(world.transport->requests().size() == 11);
    CHECK(support::contains(e.what(), "attempts 7"));
}

TEST_CASE("the waits between attempts are within base and cap, and Retry-After is a floor")
{
    fake_world world;
    auto const client = world.client();
    modzy::get_job const ask{"j1"};
    world.transport->reply(503, "").reply(503, "").reply(200, details("SUBMITTED"));
    world.run(client.send(ask));
    CHECK(world.time->elapsed() <= 1500ms);

    auto const before = world.time->elapsed();
    world.transport->reply(429, "", support::header("Retry-After", "7"))
        .reply(200, details("SUBMITTED"));
    world.run(client.send(ask));
    CHECK(world.time->elapsed() - before >= 7s);
    CHECK(world.time->elapsed() - before <= 8s);
}

TEST_CASE("a wait that the server asks for beyond the limit ends the call and is told")
{
    fake_world world;
    auto const client = world.client();
    world.transport->reply(429, refusal(429, "quota"), support::header("Retry-After", "3600"));
    auto e = world.error_of(client.submit(support::text_job()));
    CHECK(e == condition::rate_limited);
    CHECK(e.info().retry_after == 1h);
    CHECK(e.info().attempts == 1);
    CHECK(world.time->elapsed() == 0s);

    // Within the limit, but past the end of the call.
    world.transport->reply(503, "", support::header("Retry-After", "60"));
    e = world.error_of(client.submit(support::text_job(), {.timeout = 30s}));
    CHECK(e == condition::overloaded);
    CHECK(e.info().retry_after == 60s);
    CHECK(world.time->elapsed() == 0s);
}

TEST_CASE("the time limit of a call holds over all its attempts")
{
    fake_world world;
    world.options.retry.max_attempts = 100;
    for (int i = 0; i < 100; ++i)
        world.transport->fail(errc::connect_failed, sent_state::no);
    modzy::get_job const ask{"j1"};
    auto const e = world.error_of(world.client().send(ask, {.timeout = 20s}));
    CHECK(e == errc::connect_failed);
    CHECK(world.time->elapsed() <= 20s);
    CHECK(e.info().attempts > 2);

    fake_world hanging;
    hanging.transport->hang();
    auto const late = hanging.error_of(hanging.client().send(ask, {.timeout = 5s}));
    CHECK(late == errc::deadline_exceeded);
    CHECK(hanging.time->elapsed() == 5s);
    CHECK(hanging.transport->requests().size() == 1);
}

TEST_CASE("a receipt that can't be read is a decode error that keeps the answer and is not repeated")
{
    for (char const* const body : {"<html>", "{\"jobIdentifier\":", "[]", "{}",
                                   R"({"jobIdentifier":17})", R"({"status":"SUBMITTED"})"}) {
        CAPTURE(body);
        fake_world world;
        world.transport->reply(202, body);
        auto const e = world.error_of(world.client().submit(support::text_job()));
        CHECK(e == condition::decode);
        CHECK(e.info().sent == sent_state::yes);
        CHECK(e.info().http_status == 202);
        CHECK(e.info().raw_body == body);
        support::check_complete(e, "submit_text");
        CHECK(world.transport->requests().size() == 1);
    }
}

TEST_CASE("a receipt with an empty job id is a decode error that says so")
{
    fake_world world;
    world.transport->reply(202, R"({"jobIdentifier":"","status":"SUBMITTED"})");
    auto const e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == condition::decode);
    CHECK(e.info().sent == sent_state::yes);
    CHECK(world.transport->requests().size() == 1);
}

TEST_CASE("wherever a run breaks, it ends in a typed error or the right result, and bills once")
{
    auto const broken = testing::for_each_failure_point([](auto const& transport) {
        fake_world world;
        world.options.transport = transport;
        transport->reply(202, support::receipt()).reply(200, details("SUBMITTED"));
        // A status and results in one, because an answer that breaks is used up.
        for (int i = 0; i < 4; ++i)
            transport->reply(200, R"({"jobIdentifier":"j1","status":"COMPLETED","total":1,)"
                                  R"("completed":1,"finished":true,"results":{"happy":{}}})");
        std::size_t posts = 0;
        try {
            auto const results =
                world.run(world.client().run(support::text_job(), {.deadline = 1h}));
            CHECK(results.finished);
            CHECK(results.results.count("happy") == 1);
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::unknown_outcome);
        }
        for (auto const& request : transport->requests())
            posts += request.method == "POST" ? 1 : 0;
        CHECK(posts == 1);
    });
    CHECK(broken == 12);
}

TEST_CASE("wherever a request breaks on real sockets, there is one job and one POST at most")
{
    // The bytes of an answer after which the connection is cut, on each of the requests of a run.
    for (char const* const method : {"POST", "GET"}) {
        for (std::size_t bytes = 0; bytes < 700; bytes += 37) {
            CAPTURE(method);
            CAPTURE(bytes);
            testing::modzy_simulator_options with;
            with.queue_time = 1ms;
            with.input_time = 1ms;
            simulated_world world{with};
            testing::fault wrong;
            wrong.method = method;
            wrong.cut_after = bytes;
            world.simulator->inject(wrong);
            auto const e =
                world.error_of(world.client().run(support::text_job(), support::quick()));
            if (std::string_view{method} == "GET")
                CHECK(!e.code());
            else
                CHECK((!e.code() || e == errc::unknown_outcome));
            CHECK(world.simulator->jobs() == 1);
            CHECK(world.simulator->count("POST", "") == 1);
        }
    }
}
