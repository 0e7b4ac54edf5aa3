// SPDX-License-Identifier: BSL-1.0
//
// What is told to a log, and what never is.

#include "support/modzy_world.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using support::details;
using support::fake_world;
using support::simulated_world;

namespace {

/// Keeps all lines of a level and the more serious ones.
struct recorder {
    explicit recorder(log_level threshold)
        : to(threshold, [this](log_level level, std::string_view line) {
              lines.emplace_back(level, line);
          })
    {
    }
    recorder(recorder const&) = delete;
    recorder& operator=(recorder const&) = delete;

    std::size_t count(log_level level, std::string_view part = {}) const
    {
        std::size_t found = 0;
        for (auto const& [at, line] : lines)
            found += at == level && support::contains(line, part) ? 1 : 0;
        return found;
    }

    std::vector<std::pair<log_level, std::string>> lines;
    logger to;
};

void play(fake_world& world)
{
    world.transport->reply(503, "")
        .reply(202, support::receipt())
        .reply(200, details("SUBMITTED"))
        .reply(200, details("IN_PROGRESS"))
        .reply(200, details("IN_PROGRESS"))
        .reply(200, details("COMPLETED", 1))
        .reply(200, support::results());
    world.run(world.client().run(support::text_job(), {.deadline = 1h}));
}

} // namespace

TEST_CASE("at info a log tells each phase of a job once")
{
    fake_world world;
    recorder log{log_level::info};
    world.options.log = log.to;
    play(world);
    CHECK(log.count(log_level::info) == 3);
    CHECK(log.count(log_level::info, "modzy job j1 is queued (SUBMITTED)") == 1);
    CHECK(log.count(log_level::info, "modzy job j1 is running (IN_PROGRESS)") == 1);
    CHECK(log.count(log_level::info, "modzy job j1 is succeeded (COMPLETED)") == 1);
    CHECK(log.count(log_level::warning) == 1);
    CHECK(log.count(log_level::debug) == 0);
}

TEST_CASE("at warning a log tells what is repeated, and when")
{
    fake_world world;
    recorder log{log_level::warning};
    world.options.log = log.to;
    play(world);
    REQUIRE(log.lines.size() == 1);
    CHECK(support::contains(log.lines[0].second, "submit_text"));
    CHECK(support::contains(log.lines[0].second, "503"));
    CHECK(support::contains(log.lines[0].second, "repeated in"));
}

TEST_CASE("at error a log tells the calls that failed, and off tells nothing")
{
    for (log_level const level : {log_level::off, log_level::error}) {
        fake_world world;
        recorder log{level};
        world.options.log = log.to;
        play(world);
        CHECK(log.lines.empty());
        world.transport->reply(403, support::refusal(403, "not yours"));
        modzy::get_job const ask{"j1"};
        auto const e = world.error_of(world.client().send(ask));
        CHECK(e == condition::forbidden);
        CHECK(log.lines.size() == (level == log_level::off ? 0 : 1));
        if (level == log_level::error)
            CHECK(support::contains(log.lines[0].second, "not yours"));
    }
}

TEST_CASE("at debug a log tells each request and answer, with method, address and duration")
{
    fake_world world;
    recorder log{log_level::debug};
    world.options.log = log.to;
    play(world);
    CHECK(log.count(log_level::debug, " > ") == 7);
    CHECK(log.count(log_level::debug, "modzy submit_text > POST https://modzy.test/api/jobs ") ==
          2);
    CHECK(log.count(log_level::debug, "modzy get_job > GET") == 4);
    CHECK(log.count(log_level::debug, "modzy get_results < 200 after") == 1);
    CHECK(log.count(log_level::debug, "Authorization: ***") == 7);
    for (auto const& [level, line] : log.lines)
        CHECK(line.find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("a server that tells the credentials it was sent does not bring them into logs and errors")
{
    fake_world world;
    recorder log{log_level::debug};
    world.options.log = log.to;
    std::string const key{support::api_key};
    world.transport->reply(401, support::refusal(401, "wrong key: " + key + ", ApiKey " + key))
        .reply(401, std::string(4090, 'x') + key);
    modzy::get_job const ask{"j1"};
    auto e = world.error_of(world.client().send(ask));
    CHECK(e.info().server_message == "wrong key: ***, ***");
    e = world.error_of(world.client().send(ask));
    CHECK(e.info().server_message.size() <= 4096);
    CHECK(!support::contains(e.info().server_message, key.substr(0, 4)));
    for (auto const& [level, line] : log.lines)
        CHECK(!support::contains(line, key));
}

TEST_CASE("neither key, body nor query is in any line of a log or in any error")
{
    std::string const key_marker = "KEYMARKER";
    std::string const body_marker = "BODYMARKER";
    std::string const query_marker = "QUERYMARKER";
    recorder log{log_level::debug};
    std::string told;
    auto const note = [&told](error const& e) {
        CHECK(e.code());
        told += e.what() + '\n' + e.info().message + '\n' + e.info().server_message + '\n' +
                e.info().raw_body + '\n';
    };

    testing::modzy_simulator_options with;
    with.api_key = "prefix." + key_marker;
    simulated_world world{with};
    world.options.api_key = secret{with.api_key};
    world.options.log = log.to;
    auto request = support::text_job(body_marker);
    request.sources["other"]["input.txt"] = "";
    auto const client = world.client();
    told += world.run(client.submit(request)).resume_token();
    CHECK(world.run(client.run(request, support::quick())).finished);

    for (auto const& change : {+[](testing::fault& f) { f.status = 503; },
                               +[](testing::fault& f) { f.status = 500; },
                               +[](testing::fault& f) { f.status = 401; },
                               +[](testing::fault& f) { f.cut_after = 0; },
                               +[](testing::fault& f) { f.cut_after = 100; },
                               +[](testing::fault& f) {
                                   f.status = 202;
                                   f.body = "no JSON";
                               },
                               +[](testing::fault& f) { f.refuse = true; }}) {
        testing::fault wrong;
        change(wrong);
        for (int i = 0; i < 3; ++i)
            world.simulator->inject(wrong);
        note(world.error_of(client.submit(request)));
        http::request ask{"GET", "things?token=" + query_marker};
        auto const got = world.run(as_result(client.raw(ask)));
        if (!got)
            note(got.error());
        http::request put{"PUT", "things?token=" + query_marker};
        put.body = body_marker;
        put.headers.set("X-Other-Key", key_marker);
        auto const done = world.run(as_result(client.raw(put)));
        if (!done)
            note(done.error());
    }
    world.options.api_key = secret{"wrong." + key_marker};
    note(world.error_of(world.client().submit(request)));
    world.options.base_url = "http://127.0.0.1:1";
    note(world.error_of(world.client().submit(request)));
    auto invalid = request;
    invalid.version = "x";
    note(world.error_of(world.client().submit(invalid)));

    CHECK(log.lines.size() > 50);
    for (auto const& [level, line] : log.lines)
        told += line + '\n';
    for (auto const& marker : {key_marker, body_marker, query_marker}) {
        auto const at = told.find(marker);
        CHECK(at == std::string::npos);
        if (at != std::string::npos)
            MESSAGE("found in: ", told.substr(at < 200 ? 0 : at - 200, 300));
    }
}
