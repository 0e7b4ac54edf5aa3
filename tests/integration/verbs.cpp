// SPDX-License-Identifier: BSL-1.0
//
// The verbs of a client, one by one, on a scripted transport.

#include "support/echo_platform.hpp"
#include "support/modzy_world.hpp"

#include <boost/json/parse.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::fake_world;

namespace {

struct echo_world {
    echo_world()
        : time(std::make_shared<testing::manual_clock>()),
          transport(std::make_shared<testing::fake_transport>(time))
    {
        options.transport = transport;
        options.clock = time;
    }
    echo::client client() { return echo::client{context.get_executor(), options}; }
    template <class T>
    T run(asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }
    template <class T>
    error error_of(asio::awaitable<T> work)
    {
        return support::error_of(context, std::move(work));
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<testing::fake_transport> transport;
    echo::options options;
};

asio::awaitable<std::string> read_by_next(event_stream<echo::token>& stream)
{
    std::string all;
    while (auto event = co_await stream.next())
        all += event->text + '|';
    co_return all;
}

asio::awaitable<std::string> read_by_iterator(event_stream<echo::token>& stream)
{
    std::string all;
    for (auto it = co_await stream.begin(); it != stream.end(); co_await ++it)
        all += it->text + '|';
    co_return all;
}

asio::awaitable<std::string> read_items(pager<echo::list_models>& pages)
{
    std::string all;
    while (auto name = co_await pages.next())
        all += *name + '|';
    co_return all;
}

} // namespace

// --- send ----------------------------------------------------------------------------------------

TEST_CASE("send makes one call and gives the typed answer")
{
    fake_world world;
    world.transport->reply(200, support::details("IN_PROGRESS", 1, 0, 3));
    modzy::get_job const ask{"j1"};
    auto const answer = world.run(world.client().send(ask));
    CHECK(answer.job_identifier == "j1");
    CHECK(answer.status == modzy::job_state::in_progress);
    CHECK(answer.total == 3);

    REQUIRE(world.transport->requests().size() == 1);
    auto const& sent = world.transport->requests()[0];
    CHECK(sent.method == "GET");
    CHECK(sent.target == "/api/jobs/j1");
    CHECK(sent.headers.find("Authorization") == "ApiKey " + std::string{support::api_key});
    CHECK(sent.headers.find("Accept") == "application/json");
    CHECK(sent.headers.find("User-Agent").value().starts_with("inferpp/"));
    CHECK(!sent.headers.find("Content-Type"));
    CHECK(sent.body.empty());
}

TEST_CASE("send encodes the request at once, so request and client may go before the awaitable")
{
    fake_world world;
    world.transport->reply(200, support::details("SUBMITTED"));
    std::optional<asio::awaitable<modzy::job_details>> later;
    {
        auto client = world.client();
        auto ask = std::make_unique<modzy::get_job>(std::string(100, 'x'));
        later.emplace(client.send(*ask));
    }
    CHECK(world.run(std::move(*later)).job_identifier == "j1");
    CHECK(world.transport->requests()[0].target == "/api/jobs/" + std::string(100, 'x'));
}

TEST_CASE("a request that can't be valid fails before any I/O and names the member")
{
    fake_world world;
    auto const client = world.client();
    modzy::text_job const no_source{"ed542963de", "1.0.1"};
    auto e = world.error_of(client.submit(no_source));
    CHECK(e == errc::invalid_argument);
    CHECK(support::contains(e.what(), "sources"));
    support::check_complete(e, "submit_text");

    modzy::get_job const dots{".."};
    e = world.error_of(client.send(dots));
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().attempts == 0);

    auto version = support::text_job();
    version.version = "one";
    e = world.error_of(client.run(version, {.deadline = 1s}));
    CHECK(support::contains(e.what(), "version"));

    modzy::get_job const good{"j1"};
    e = world.error_of(client.send(good, {.timeout = 0ms}));
    CHECK(support::contains(e.what(), "call_options.timeout"));
    e = world.error_of(client.send(good, {.max_attempts = 0}));
    CHECK(support::contains(e.what(), "call_options.max_attempts"));
    CHECK(world.transport->requests().empty());
}

TEST_CASE("a refused call tells status, the server's words, its request id and what was sent")
{
    fake_world world;
    world.transport->reply(403, support::refusal(403, "not your job"),
                           support::header("X-Request-Id", "r-17"));
    modzy::get_job const ask{"j1"};
    auto const e = world.error_of(world.client().send(ask));
    CHECK(e == condition::forbidden);
    CHECK(e.info().http_status == 403);
    CHECK(e.info().server_message == "not your job");
    CHECK(e.info().request_id == "r-17");
    CHECK(e.info().attempts == 1);
    CHECK(e.info().sent == sent_state::yes);
    support::check_complete(e, "get_job");
}

TEST_CASE("an answer in another format than the platform's errors is still told")
{
    fake_world world;
    world.transport->reply(404, "<html>" + std::string(10'000, 'x') + "</html>");
    modzy::get_job const ask{"j1"};
    auto const e = world.error_of(world.client().send(ask));
    CHECK(e == condition::not_found);
    CHECK(e.info().server_message.starts_with("<html>xxx"));
    CHECK(e.info().server_message.size() <= 4096);
}

// --- submit, attach, run ---------------------------------------------------------------------------

TEST_CASE("submit gives a handle that knows the job's id and the receipt")
{
    fake_world world;
    world.transport->reply(202, support::receipt("27-a"));
    auto request = support::text_job();
    request.explain = true;
    request.timeout = 60s;
    auto const job = world.run(world.client().submit(request));
    CHECK(job.id() == "27-a");
    REQUIRE(job.receipt() != nullptr);
    CHECK(job.receipt()->status == modzy::job_state::submitted);
    CHECK(job.receipt()->total_inputs == 1);

    auto const& sent = world.transport->requests().at(0);
    CHECK(sent.method == "POST");
    CHECK(sent.target == "/api/jobs");
    CHECK(sent.headers.find("Content-Type") == "application/json");
    CHECK(boost::json::parse(sent.body) == boost::json::parse(R"({
        "model": {"identifier": "ed542963de", "version": "1.0.1"},
        "explain": true, "timeout": 60000,
        "input": {"type": "text", "sources": {"happy": {"input.txt": "I love it"}}}})"));
}

TEST_CASE("attach by id goes on with a job without any I/O")
{
    fake_world world;
    auto const job = world.client().attach<modzy::text_job>("j1");
    CHECK(job.id() == "j1");
    CHECK(job.receipt() == nullptr);
    CHECK(world.transport->requests().empty());
    world.transport->reply(200, support::details("COMPLETED", 1)).reply(200, support::results());
    CHECK(world.run(job.result({.deadline = 1min})).results.count("happy") == 1);
}

TEST_CASE("attach by resume token gives the same job, in another process too")
{
    fake_world first;
    first.transport->reply(202, support::receipt("id with spaces: and colons"));
    auto const token = first.run(first.client().submit(support::text_job())).resume_token();
    CHECK(!support::contains(token, support::api_key));
    CHECK(!support::contains(token, support::api_key.substr(7)));
    CHECK(token.starts_with("inferpp:1:modzy:submit_text:"));

    fake_world second;
    auto const job = second.client().attach<modzy::text_job>(token);
    CHECK(job.id() == "id with spaces: and colons");
    CHECK(job.resume_token() == token);
    second.transport->reply(200, support::details("SUBMITTED"));
    CHECK(second.run(job.status()).phase == phase::queued);
    CHECK(second.transport->requests()[0].target == "/api/jobs/id%20with%20spaces%3A%20and%20colons");
}

TEST_CASE("attach refuses a token of another platform, operation or endpoint, and a broken one")
{
    fake_world world;
    auto const client = world.client();
    auto const token = client.attach<modzy::text_job>("j1").resume_token();
    auto const refused = [&](std::string_view text) {
        try {
            auto const job = client.attach<modzy::text_job>(text);
            return error{};
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            support::check_complete(e.error(), "submit_text");
            return e.error();
        }
    };
    CHECK(!refused(token).code());

    resume_token parts = resume_token::parse(token).value();
    parts.provider = "launch";
    CHECK(support::contains(refused(parts.to_string()).what(), "launch"));
    parts = resume_token::parse(token).value();
    parts.operation = "submit_embedded";
    CHECK(support::contains(refused(parts.to_string()).what(), "submit_embedded"));
    parts = resume_token::parse(token).value();
    parts.endpoint = "https://elsewhere.test:443/api";
    CHECK(support::contains(refused(parts.to_string()).what(), "elsewhere.test"));
    parts = resume_token::parse(token).value();
    parts.job.id.clear();
    CHECK(refused(parts.to_string()).code());

    for (char const* const broken :
         {"", "inferpp:", "inferpp:1", "inferpp:2:modzy:submit_text:https%3A%2F%2Fmodzy.test:j1",
          "inferpp:1:modzy:submit_text:https%3A%2F%2Fmodzy.test%3A443%2Fapi",
          "inferpp:1:modzy:submit_text:%zz:j1", "inferpp:1:::::", "inferpp:1:a:b:c:d:e"}) {
        CAPTURE(broken);
        CHECK(refused(broken).code());
    }
    CHECK(world.transport->requests().empty());
}

TEST_CASE("run submits, waits and gives the typed result")
{
    fake_world world;
    world.transport->reply(202, support::receipt())
        .reply(200, support::details("SUBMITTED"))
        .reply(200, support::details("COMPLETED", 1))
        .reply(200, support::results());
    auto const results = world.run(world.client().run(support::text_job(), {.deadline = 1h}));
    CHECK(results.finished);
    REQUIRE(results.results.count("happy") == 1);
    auto const* const output = results.results.at("happy").output();
    REQUIRE(output != nullptr);
    CHECK(output->at("score").as_double() == 0.75);
    CHECK(world.count("POST") == 1);
    CHECK(world.transport->left() == 0);
}

TEST_CASE("run refuses poll options that can't be waited with before it submits anything")
{
    fake_world world;
    auto const client = world.client();
    auto const request = support::text_job();
    CHECK(world.error_of(client.run(request, {})) == errc::invalid_argument);
    CHECK(world.error_of(client.run(request, {.deadline = 1s, .forever = true})) ==
          errc::invalid_argument);
    CHECK(world.transport->requests().empty());
}

TEST_CASE("an error of run after the submission carries the job's id")
{
    fake_world world;
    world.transport->reply(202, support::receipt()).reply(401, support::refusal(401, "expired"));
    auto const e = world.error_of(world.client().run(support::text_job(), {.deadline = 1h}));
    CHECK(e == condition::unauthorized);
    CHECK(e.info().job_id == "j1");
}

// --- stream --------------------------------------------------------------------------------------

TEST_CASE("a stream gives its events however the body is split, by either loop")
{
    for (std::size_t const size : {1U, 2U, 3U, 7U, 1000U}) {
        CAPTURE(size);
        std::string const body = "{\"text\":\"one\"}\n{\"text\":\"two\"}\r\n\n{\"text\":\"three\"}";
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < body.size(); at += size)
            pieces.push_back(body.substr(at, size));
        echo_world world;
        world.transport->reply_in_pieces(200, pieces).reply_in_pieces(200, pieces);
        echo::generate const ask{"hello"};
        auto stream = world.run(world.client().stream(ask));
        CHECK(world.run(read_by_next(stream)) == "one|two|three|");
        CHECK(!world.run(stream.next()));

        auto again = world.run(world.client().stream(ask));
        CHECK(world.run(read_by_iterator(again)) == "one|two|three|");
        CHECK(world.transport->requests()[0].body == R"({"prompt":"hello"})");
    }
}

TEST_CASE("a stream reads nothing until it is asked, and its end is the body's")
{
    echo_world world;
    world.transport->reply_in_pieces(200, {});
    echo::generate const ask{"hello"};
    auto stream = world.run(world.client().stream(ask));
    CHECK(world.run(read_by_iterator(stream)).empty());
}

TEST_CASE("a stream that breaks off fails once with stream_truncated and is closed then")
{
    echo_world world;
    world.transport->reply_cut(200, {"{\"text\":\"one\"}\n", "{\"te"});
    echo::generate const ask{"hello"};
    auto stream = world.run(world.client().stream(ask));
    CHECK(world.run(stream.next())->text == "one");
    auto const e = world.error_of(stream.next());
    CHECK(e == errc::stream_truncated);
    CHECK(e == condition::transport);
    CHECK(e.info().provider == "echo");
    CHECK(e.info().operation == "generate");
    CHECK(e.info().sent == sent_state::yes);
    CHECK(world.error_of(stream.next()) == errc::closed);
}

TEST_CASE("a stream whose protocol has a terminator ends there and nowhere else")
{
    echo_world world;
    echo::generate_terminated const ask{"hello"};
    std::string const one = "{\"text\":\"one\"}\n";
    std::string const end = "{\"text\":\"[end]\"}\n";
    world.transport->reply_in_pieces(200, {one, end, "garbage that is not read"});
    auto whole = world.run(world.client().stream(ask));
    CHECK(world.run(read_by_next(whole)) == "one|");

    world.transport->reply_in_pieces(200, {one});
    auto broken = world.run(world.client().stream(ask));
    CHECK(world.run(broken.next())->text == "one");
    CHECK(world.error_of(broken.next()) == errc::stream_truncated);
}

TEST_CASE("a stream that the server refuses fails before there is a stream, and is not repeated")
{
    echo_world world;
    world.transport->reply(500, "oops");
    echo::generate const ask{"hello"};
    auto const e = world.error_of(world.client().stream(ask));
    CHECK(e == condition::overloaded);
    CHECK(e.info().server_message == "oops");
    CHECK(world.transport->requests().size() == 1);

    world.transport->reply(503, "busy").reply(200, "{\"text\":\"x\"}\n");
    auto stream = world.run(world.client().stream(ask));
    CHECK(world.run(stream.next())->text == "x");
}

TEST_CASE("an event that can't be read, or is over the limit, ends the stream")
{
    echo_world world;
    world.options.limits.event_bytes = 32;
    echo::generate const ask{"hello"};
    world.transport->reply_in_pieces(200, {"{\"text\":1}\n"});
    auto shaped = world.run(world.client().stream(ask));
    auto const e = world.error_of(shaped.next());
    CHECK(e == condition::decode);
    CHECK(e.info().json_path == "$.text");

    world.transport->reply_in_pieces(200, {"{\"text\":\"" + std::string(100, 'x')});
    auto large = world.run(world.client().stream(ask));
    CHECK(world.error_of(large.next()) == errc::event_too_large);
}

TEST_CASE("a closed stream lets its connection go and says so when it is asked")
{
    echo_world world;
    world.transport->reply_in_pieces(200, {"{\"text\":\"one\"}\n", "{\"text\":\"two\"}\n"});
    echo::generate const ask{"hello"};
    auto stream = world.run(world.client().stream(ask));
    CHECK(world.run(stream.next())->text == "one");
    stream.close();
    CHECK(world.error_of(stream.next()) == errc::closed);
    event_stream<echo::token> none;
    CHECK(world.error_of(none.next()) == errc::closed);
}

// --- pages ---------------------------------------------------------------------------------------

TEST_CASE("pages gives item after item and fetches a page only when it is needed")
{
    echo_world world;
    world.transport->reply(200, R"({"names":["a","b"],"next":"n/2"})")
        .reply(200, R"({"names":[],"next":"3"})")
        .reply(200, R"({"names":["c"]})");
    auto pages = world.client().pages(echo::list_models{});
    CHECK(world.transport->requests().empty());
    CHECK(world.run(pages.next()) == "a");
    CHECK(world.run(pages.next()) == "b");
    CHECK(world.transport->requests().size() == 1);
    CHECK(world.run(read_items(pages)) == "c|");
    CHECK(!world.run(pages.next()));
    REQUIRE(world.transport->requests().size() == 3);
    CHECK(world.transport->requests()[0].target == "/v1/models");
    CHECK(world.transport->requests()[1].target == "/v1/models?after=n%2F2");
    CHECK(world.transport->requests()[2].target == "/v1/models?after=3");
}

TEST_CASE("pages gives page after page, the first without the items already taken")
{
    echo_world world;
    world.transport->reply(200, R"({"names":["a","b","c"],"next":"2"})")
        .reply(200, R"({"names":["d"]})");
    auto pages = world.client().pages(echo::list_models{});
    CHECK(world.run(pages.next()) == "a");
    CHECK(world.run(pages.next_page()) == std::vector<std::string>{"b", "c"});
    CHECK(world.run(pages.next_page()) == std::vector<std::string>{"d"});
    CHECK(!world.run(pages.next_page()));
    CHECK(!world.run(pages.next()));
}

TEST_CASE("a page that fails can be asked for again")
{
    echo_world world;
    world.options.retry.max_attempts = 1;
    world.transport->reply(200, R"({"names":["a"],"next":"2"})")
        .reply(503, "busy")
        .reply(200, R"({"names":["b"]})");
    auto pages = world.client().pages(echo::list_models{});
    CHECK(world.run(pages.next()) == "a");
    auto const e = world.error_of(pages.next());
    CHECK(e == condition::overloaded);
    CHECK(e.info().operation == "list_models");
    CHECK(world.run(pages.next()) == "b");
    CHECK(!world.run(pages.next()));
}

// --- raw -----------------------------------------------------------------------------------------

TEST_CASE("raw gives any answer unparsed, through credentials, retry and limits")
{
    fake_world world;
    auto const client = world.client();
    for (int const status : {200, 204, 302, 404, 418, 500}) {
        CAPTURE(status);
        std::size_t const before = world.transport->requests().size();
        world.transport->reply(status, "as it is {", support::header("X-Some", "thing"));
        http::request message{"POST", "odd/path?x=1"};
        message.body = "anything";
        auto const answer = world.run(client.raw(message));
        CHECK(answer.status == status);
        CHECK(answer.body == "as it is {");
        CHECK(answer.headers.find("x-some") == "thing");
        REQUIRE(world.transport->requests().size() == before + 1);
        auto const& sent = world.transport->requests().back();
        CHECK(sent.target == "/api/odd/path?x=1");
        CHECK(sent.body == "anything");
        CHECK(sent.headers.find("Authorization") == "ApiKey " + std::string{support::api_key});
    }
}

TEST_CASE("raw repeats a GET that meets an overloaded server, and gives its last answer at the end")
{
    fake_world world;
    auto const client = world.client();
    world.transport->reply(503, "").reply(200, "fine");
    http::request message{"GET", "models"};
    CHECK(world.run(client.raw(message)).body == "fine");

    world.transport->reply(503, "1").reply(500, "2").reply(503, "3");
    auto const answer = world.run(client.raw(message));
    CHECK(answer.status == 503);
    CHECK(answer.body == "3");
    CHECK(world.transport->left() == 0);
}

TEST_CASE("raw sends another method than GET and HEAD again only if it can't have been seen")
{
    fake_world world;
    auto const client = world.client();
    http::request message{"PUT", "things/1"};
    world.transport->fail(errc::connect_failed, sent_state::no).reply(201, "made");
    CHECK(world.run(client.raw(message)).status == 201);
    world.transport->fail(errc::truncated, sent_state::maybe);
    auto const e = world.error_of(client.raw(message));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().operation == "raw");
}

TEST_CASE("raw refuses a request that would break the framing, and never shows the value")
{
    fake_world world;
    auto const client = world.client();
    http::request split{"GET", "x"};
    split.headers.set("X-Note", "secret\r\nEvil: 1");
    auto const e = world.error_of(client.raw(split));
    CHECK(e == errc::invalid_argument);
    CHECK(support::contains(e.what(), "X-Note"));
    CHECK(!support::contains(e.what(), "secret"));
    http::request length{"GET", "x"};
    length.headers.set("content-length", "5");
    CHECK(world.error_of(client.raw(length)) == errc::invalid_argument);
    http::request target{"GET", "a b"};
    CHECK(world.error_of(client.raw(target)) == errc::invalid_argument);
    CHECK(world.transport->requests().empty());
}

// --- the client itself -------------------------------------------------------------------------------

TEST_CASE("a client with an unusable option is refused where it is made, and names the option")
{
    fake_world world;
    auto const refused = [&](auto change) {
        auto options = world.options;
        change(options);
        try {
            modzy::client const client{world.context.get_executor(), options};
            return std::string{};
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            return std::string{e.what()};
        }
    };
    CHECK(support::contains(refused([](auto& o) { o.base_url = "ftp://x"; }), "base_url"));
    CHECK(support::contains(refused([](auto& o) { o.api_key = secret{}; }), "api_key"));
    CHECK(support::contains(refused([](auto& o) { o.limits.first_byte = 0ms; }),
                            "limits.first_byte"));
    CHECK(support::contains(refused([](auto& o) { o.retry.max_attempts = 0; }),
                            "retry.max_attempts"));
    CHECK(support::contains(refused([](auto& o) { o.limits.header_bytes = 10; }),
                            "limits.header_bytes"));

    auto const message = refused([](auto& o) { o.api_key = secret{"top.SECRET\n"}; });
    CHECK(support::contains(message, "Authorization"));
    CHECK(!support::contains(message, "SECRET"));
}

TEST_CASE("copies of a client share it, and all may go before what they started ends")
{
    fake_world world;
    world.transport->reply(202, support::receipt()).reply(200, support::details("COMPLETED", 1));
    std::optional<job<modzy::text_job>> kept;
    {
        auto const client = world.client();
        auto const copy = client;
        kept = world.run(copy.submit(support::text_job()));
    }
    auto waiting = kept->wait({.deadline = 1min});
    kept.reset();
    CHECK(world.run(std::move(waiting)).phase == phase::succeeded);
}
