// SPDX-License-Identifier: BSL-1.0
//
// The functions of a job handle, one by one.

#include "support/echo_platform.hpp"
#include "support/modzy_world.hpp"

#include <boost/json/serialize.hpp>

#include <string>
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

using text_updates = event_stream<status_of<modzy::text_job>>;

asio::awaitable<std::vector<std::string>> words_by_next(text_updates& updates)
{
    std::vector<std::string> words;
    while (auto status = co_await updates.next())
        words.push_back(status->word);
    co_return words;
}

asio::awaitable<std::vector<phase>> phases_by_iterator(text_updates& updates)
{
    std::vector<phase> phases;
    for (auto it = co_await updates.begin(); it != updates.end(); co_await ++it)
        phases.push_back(it->phase);
    co_return phases;
}

} // namespace

TEST_CASE("status asks once and tells phase, word, counters, progress and the typed raw answer")
{
    fake_world world;
    world.transport->reply(200, details("IN_PROGRESS", 1, 1, 4));
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto const status = world.run(job.status());
    CHECK(status.phase == phase::running);
    CHECK(status.word == "IN_PROGRESS");
    REQUIRE(status.counters);
    CHECK(*status.counters == job_counters{4, 2, 1, 1});
    CHECK(status.progress == 0.5);
    CHECK(world.transport->requests().size() == 1);
}

TEST_CASE("each word of the platform has its phase")
{
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto const phase_of = [&](std::string const& body) {
        world.transport->reply(200, body);
        return world.run(job.status()).phase;
    };
    CHECK(phase_of(details("OPEN")) == phase::queued);
    CHECK(phase_of(details("SUBMITTED")) == phase::queued);
    CHECK(phase_of(details("PENDING")) == phase::queued);
    CHECK(phase_of(details("IN_PROGRESS")) == phase::running);
    CHECK(phase_of(details("COMPLETED", 1)) == phase::succeeded);
    CHECK(phase_of(details("COMPLETED", 1, 1, 2)) == phase::partially_succeeded);
    CHECK(phase_of(details("COMPLETED", 0, 1)) == phase::failed);
    CHECK(phase_of(details("COMPLETED_WITH_ERROR", 1, 1, 2)) == phase::partially_succeeded);
    CHECK(phase_of(details("CANCELED")) == phase::cancelled);
    CHECK(phase_of(details("TIMEDOUT")) == phase::expired);
    CHECK(phase_of(details("ERROR")) == phase::failed);
    CHECK(phase_of(details("PAUSED")) == phase::unknown);
}

TEST_CASE("an error of status names the job")
{
    fake_world world;
    world.transport->reply(404, support::refusal(404, "no such job"));
    auto const e = world.error_of(world.client().attach<modzy::text_job>("j1").status());
    CHECK(e == condition::not_found);
    CHECK(e.info().job_id == "j1");
    CHECK(support::contains(e.what(), "j1"));
    CHECK(e.info().provider == "modzy");
}

TEST_CASE("wait ends with the last status, and a job that failed is no error there")
{
    for (char const* const word : {"CANCELED", "TIMEDOUT", "ERROR"}) {
        CAPTURE(word);
        fake_world world;
        world.transport->reply(200, details("SUBMITTED")).reply(200, details(word));
        auto const job = world.client().attach<modzy::text_job>("j1");
        CHECK(world.run(job.wait({.deadline = 1h})).word == word);
    }
}

TEST_CASE("a job that expires ends wait() with phase expired, and result() with job_expired")
{
    testing::modzy_simulator_options with;
    with.queue_time = 1h;
    simulated_world world{with, simulated_world::time_of::manual};
    auto request = support::text_job();
    request.timeout = 10min;
    auto const job = world.run(world.client().submit(request));
    CHECK(world.run(job.wait({.deadline = 24h})).phase == phase::expired);
    auto const e = world.error_of(job.result({.deadline = 24h}));
    CHECK(e == errc::job_expired);
    CHECK(e == condition::job_failed);
    CHECK(e.info().job_id == job.id());
}

TEST_CASE("result of a job that ended without one says which end and why")
{
    auto const ends_with = [](char const* word) {
        fake_world world;
        world.transport->reply(200, details(word))
            .reply(404, support::refusal(404, "no results"));
        auto const job = world.client().attach<modzy::text_job>("j1");
        auto e = world.error_of(job.result({.deadline = 1h}));
        CHECK(e == condition::job_failed);
        CHECK(e.info().job_id == "j1");
        CHECK(support::contains(e.what(), word));
        support::check_complete(e, "submit_text");
        return e;
    };
    CHECK(ends_with("CANCELED") == errc::job_cancelled);
    CHECK(ends_with("TIMEDOUT") == errc::job_expired);
    CHECK(ends_with("ERROR") == errc::job_failed);
}

TEST_CASE("result of a job none of whose inputs succeeded tells an input's own reason")
{
    simulated_world world;
    auto const e = world.error_of(world.client().run(support::text_job(""), support::quick()));
    CHECK(e == errc::job_failed);
    CHECK(support::contains(e.info().server_message, "happy"));
    CHECK(support::contains(e.info().server_message, "empty"));
    CHECK(!e.info().job_id.empty());
}

TEST_CASE("a job that succeeds in part gives results and names the inputs that failed")
{
    simulated_world world;
    auto request = support::text_job();
    request.sources["sad"]["input.txt"] = "";
    auto const job = world.run(world.client().submit(request));
    auto const status = world.run(job.wait(support::quick()));
    CHECK(status.phase == phase::partially_succeeded);
    CHECK(status.progress == 1.0);
    auto const results = world.run(job.result(support::quick()));
    CHECK(results.finished);
    CHECK(results.results.size() == 1);
    CHECK(results.results.count("happy") == 1);
    REQUIRE(results.failures.count("sad") == 1);
    CHECK(support::contains(results.failures.at("sad").error, "empty"));
}

TEST_CASE("the results of the inputs that are done can be had while the job runs")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10min;
    with.input_time = 10min;
    simulated_world world{with, simulated_world::time_of::manual};
    auto request = support::text_job();
    request.sources["later"]["input.txt"] = "second";
    auto const client = world.client();
    auto const job = world.run(client.submit(request));
    modzy::get_results const ask{job.id()};
    CHECK(world.error_of(client.send(ask)) == condition::not_found);

    world.time->advance(25min);
    auto const some = world.run(client.send(ask));
    CHECK(!some.finished);
    CHECK(some.results.size() == 1);
    CHECK(some.results.count("happy") == 1);
    CHECK(some.completed == 1);

    world.time->advance(10min);
    CHECK(world.run(client.send(ask)).finished);
    CHECK(world.run(job.result({.deadline = 0ms})).results.size() == 2);
}

TEST_CASE("embedded bytes arrive as they are, with their media type")
{
    simulated_world world;
    std::string data;
    for (int i = 0; i < 256; ++i)
        data += static_cast<char>(i);
    modzy::embedded_job request{"ed542963de", "0.0.27"};
    request.sources["my-input"]["image"] = modzy::embedded_input{bytes{data}, "image/png"};
    auto const results = world.run(world.client().run(request, support::quick()));
    auto const* const output = results.results.at("my-input").output();
    REQUIRE(output != nullptr);
    auto const& seen = output->at("data").at("result").at("image");
    CHECK(seen.at("size").to_number<int>() == 256);
    CHECK(seen.at("mediaType").as_string() == "image/png");
    CHECK(seen.at("sha256").as_string() ==
          "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880");
}

TEST_CASE("updates gives each change once, the first and the last status included")
{
    fake_world world;
    world.transport->reply(200, details("SUBMITTED"))
        .reply(200, details("SUBMITTED"))
        .reply(200, details("IN_PROGRESS"))
        .reply(503, "")
        .reply(200, details("IN_PROGRESS"))
        .reply(200, details("IN_PROGRESS", 1, 0, 2)) // another counter is a change
        .reply(200, details("COMPLETED", 2, 0, 2));
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto updates = job.updates({.deadline = 1h});
    CHECK(world.transport->requests().empty());
    CHECK(world.run(words_by_next(updates)) ==
          std::vector<std::string>{"SUBMITTED", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"});
    CHECK(!world.run(updates.next()));
    CHECK(world.transport->left() == 0);
}

TEST_CASE("updates can be walked by its iterator")
{
    fake_world world;
    world.transport->reply(200, details("SUBMITTED")).reply(200, details("CANCELED"));
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto updates = job.updates({.deadline = 1h});
    CHECK(world.run(phases_by_iterator(updates)) ==
          std::vector<phase>{phase::queued, phase::cancelled});
}

TEST_CASE("updates goes on when a status goes back")
{
    fake_world world;
    world.transport->reply(200, details("IN_PROGRESS"))
        .reply(200, details("SUBMITTED"))
        .reply(200, details("COMPLETED", 1));
    auto updates = world.client().attach<modzy::text_job>("j1").updates({.deadline = 1h});
    CHECK(world.run(words_by_next(updates)) ==
          std::vector<std::string>{"IN_PROGRESS", "SUBMITTED", "COMPLETED"});
}

TEST_CASE("an unknown status word is told once, ends nothing, and the wait ends at the deadline")
{
    fake_world world;
    for (int i = 0; i < 100; ++i)
        world.transport->reply(200, details("PAUSED"));
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto updates = job.updates({.deadline = 5min});
    auto const first = world.run(updates.next());
    REQUIRE(first);
    CHECK(first->phase == phase::unknown);
    CHECK(first->word == "PAUSED");
    auto const e = world.error_of(updates.next());
    CHECK(e == errc::wait_timeout);
    CHECK(e == condition::timeout);
    CHECK(e.info().job_id == "j1");
    CHECK(world.time->elapsed() == 5min);
    CHECK(world.error_of(updates.next()) == errc::closed);
    CHECK(world.error_of(job.wait({.deadline = 1min})) == errc::wait_timeout);
}

TEST_CASE("updates fails as wait does, and refuses the same options")
{
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    auto invalid = job.updates({});
    CHECK(world.error_of(invalid.next()) == errc::invalid_argument);
    CHECK(world.transport->requests().empty());
    world.transport->reply(200, details("SUBMITTED")).reply(403, "");
    auto refused = job.updates({.deadline = 1h});
    CHECK(world.run(refused.next())->phase == phase::queued);
    auto const e = world.error_of(refused.next());
    CHECK(e == condition::forbidden);
    CHECK(e.info().job_id == "j1");
}

TEST_CASE("cancel is accepted by a running job, too late for one that has ended")
{
    testing::modzy_simulator_options with;
    with.queue_time = 1h;
    simulated_world world{with, simulated_world::time_of::manual};
    auto const client = world.client();
    auto const job = world.run(client.submit(support::text_job()));
    CHECK(world.run(job.cancel()) == cancel_outcome::accepted);
    CHECK(world.run(job.wait({.deadline = 1h})).phase == phase::cancelled);
    CHECK(world.error_of(job.result({.deadline = 1h})) == errc::job_cancelled);
    // It is cancelled already: the wish is fulfilled.
    CHECK(world.run(job.cancel()) == cancel_outcome::accepted);

    auto const other = world.run(client.submit(support::text_job()));
    world.time->advance(2h);
    CHECK(world.run(other.cancel()) == cancel_outcome::too_late);
    CHECK(world.run(other.wait({.deadline = 1h})).phase == phase::succeeded);
}

TEST_CASE("cancel takes a conflict as too late and tells any other error with the job's id")
{
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    world.transport->reply(409, "");
    CHECK(world.run(job.cancel()) == cancel_outcome::too_late);
    world.transport->reply(404, "");
    auto const e = world.error_of(job.cancel());
    CHECK(e == condition::not_found);
    CHECK(e.info().job_id == "j1");
}

TEST_CASE("a cancel that got no answer is repeated: it does no harm")
{
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    world.transport->fail(errc::truncated, sent_state::maybe).reply(202, details("CANCELED"));
    CHECK(world.run(job.cancel()) == cancel_outcome::accepted);
    CHECK(world.count("DELETE") == 2);
}

TEST_CASE("cancel says unsupported, without I/O, where the platform can't")
{
    asio::io_context context{1};
    auto const transport = std::make_shared<testing::fake_transport>();
    echo::options options;
    options.transport = transport;
    echo::client const client{context.get_executor(), options};
    auto const job = client.attach<echo::train>("t1");
    CHECK(support::run(context, job.cancel()) == cancel_outcome::unsupported);
    CHECK(transport->requests().empty());
}

TEST_CASE("the reason of a failed job that stands in its status is told")
{
    asio::io_context context{1};
    auto const transport = std::make_shared<testing::fake_transport>();
    transport->reply(200, R"({"word":"bad","why":"out of\nmemory"})");
    echo::options options;
    options.transport = transport;
    echo::client const client{context.get_executor(), options};
    auto const e = support::error_of(
        context, client.attach<echo::train>("t1").result({.deadline = 1min}));
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "out of\nmemory");
    CHECK(support::contains(e.what(), "out of"));
    CHECK(!support::contains(e.what(), "\n"));
}

TEST_CASE("words and ids of a hostile server stay on one line of errors and logs")
{
    fake_world world;
    world.transport->reply(202, R"({"jobIdentifier":"j\n1"})")
        .reply(200, R"({"jobIdentifier":"j1","status":"IN\nPROGRESS"})")
        .reply(200, R"({"jobIdentifier":"j1","status":"CANCELED"})")
        .reply(404, "line\nline");
    std::size_t lines = 0;
    world.options.log = logger{log_level::debug, [&](log_level, std::string_view line) {
                                   CHECK(line.find_first_of("\r\n") == std::string_view::npos);
                                   ++lines;
                               }};
    auto const e = world.error_of(world.client().run(support::text_job(), {.deadline = 1h}));
    CHECK(e == errc::job_cancelled);
    CHECK(!support::contains(e.what(), "\n"));
    CHECK(lines > 4);
}
