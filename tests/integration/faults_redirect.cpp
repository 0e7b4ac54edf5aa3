// SPDX-License-Identifier: BSL-1.0
//
// Redirects, and URLs that the server gives: what is followed, and with which credentials. The
// cases R of the project's catalogue of faults.

#include <inferpp/net/resolver.hpp>

#include "support/held_server.hpp"
#include "support/modzy_world.hpp"
#include "support/run.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using support::fake_world;
using support::header;
using support::held_server;
using support::ok_answer;

namespace {

std::string moved(int status, std::string const& location, std::string const& more = {})
{
    return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + location +
           "\r\nContent-Length: 0\r\n" + more + "\r\n";
}

/// Finds every name on 127.0.0.1 and counts the questions.
class loopback_resolver final : public resolver {
public:
    asio::awaitable<result<std::vector<asio::ip::tcp::endpoint>>> resolve(
        std::string host, std::uint16_t port, clock::time_point) override
    {
        asked.push_back(host);
        co_return std::vector<asio::ip::tcp::endpoint>(
            1, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), port});
    }
    std::vector<std::string> asked;
};

/// The configured server, another one, and what each answers in turn.
struct two_servers {
    two_servers()
    {
        options.base_url = home.url() + "/api";
        options.api_key = secret{support::api_key};
        options.retry.base = 1ms;
        options.retry.cap = 2ms;
    }
    modzy::client client() { return modzy::client{context.get_executor(), options}; }

    template <class T>
    result<T> run(asio::awaitable<T> work)
    {
        return support::run(context, as_result(std::move(work)));
    }
    static std::string next(std::deque<std::string>& answers)
    {
        if (answers.empty())
            return "HTTP/1.1 500 No answer left\r\nContent-Length: 0\r\n\r\n";
        std::string text = std::move(answers.front());
        answers.pop_front();
        return text;
    }

    asio::io_context context{1};
    std::deque<std::string> at_home;
    std::deque<std::string> elsewhere;
    held_server home{context, [this](held_server::arrival const&) { return next(at_home); }};
    held_server other{context, [this](held_server::arrival const&) { return next(elsewhere); }};
    modzy::options options;
};

bool has_credentials(held_server::arrival const& which)
{
    return contains(which.text, "Authorization") || contains(which.text, "ApiKey") ||
           contains(which.text, support::api_key);
}

} // namespace

TEST_CASE("R01: a read follows redirects of the same origin, with its credentials")
{
    for (int const status : {301, 302, 303, 307, 308}) {
        CAPTURE(status);
        two_servers world;
        world.at_home = {moved(status, "../v2/jobs/j1?x=1"),
                         ok_answer(support::details("SUBMITTED"))};
        auto const got = world.run(world.client().send(modzy::get_job{"j1"}));
        REQUIRE(got.has_value());
        REQUIRE(world.home.arrivals().size() == 2);
        CHECK(world.home.arrivals()[1].method() == "GET");
        CHECK(world.home.arrivals()[1].target() == "/api/v2/jobs/j1?x=1");
        CHECK(has_credentials(world.home.arrivals()[1]));
        CHECK(world.home.connections() == 1);
    }
}

TEST_CASE("R01: 307 and 308 carry a submission on, 303 asks for the answer, 301 and 302 do neither")
{
    for (int const status : {301, 302, 303, 307, 308}) {
        CAPTURE(status);
        two_servers world;
        world.at_home = {moved(status, "/api/elsewhere"), ok_answer(support::receipt())};
        auto const got = world.run(world.client().submit(support::text_job()));
        auto const& seen = world.home.arrivals();
        if (status <= 302) {
            REQUIRE(got.has_error());
            // 301 says that nothing was done here; 302 may come after the deed.
            error const& e = got.error();
            CHECK(e == (status == 301 ? errc::redirect_refused : errc::unknown_outcome));
            if (status == 302)
                CHECK(e.info().cause == make_error_code(errc::redirect_refused));
            CHECK(got.error().info().http_status == status);
            CHECK(got.error().info().attempts == 1);
            CHECK(seen.size() == 1);
            continue;
        }
        REQUIRE(got.has_value());
        CHECK(got->id() == "j1");
        REQUIRE(seen.size() == 2);
        CHECK(seen[1].target() == "/api/elsewhere");
        CHECK(has_credentials(seen[1]));
        if (status == 303) {
            CHECK(seen[1].method() == "GET");
            CHECK(seen[1].body().empty());
            CHECK(!contains(seen[1].text, "Content-Type"));
            CHECK(!contains(seen[1].text, "Content-Length"));
        } else {
            CHECK(seen[1].method() == "POST");
            CHECK(!seen[1].body().empty());
            CHECK(seen[1].body() == seen[0].body());
            CHECK(contains(seen[1].text, "Content-Type: application/json"));
        }
    }
}

TEST_CASE("R03: calls of the API never follow a redirect to another origin")
{
    for (int const status : {302, 303, 307, 308}) {
        for (bool const posts : {false, true}) {
            CAPTURE(status);
            CAPTURE(posts);
            two_servers world;
            for (int i = 0; i < 3; ++i)
                world.at_home.push_back(moved(status, world.other.url() + "/api/x"));
            error e;
            if (posts)
                e = world.run(world.client().submit(support::text_job())).error();
            else
                e = world.run(world.client().send(modzy::get_job{"j1"})).error();
            CHECK(e.info().http_status == status);
            CHECK(e.info().attempts == 1);
            CHECK(e.info().phase == "redirect");
            CHECK(world.home.arrivals().size() == 1);
            CHECK(world.other.connections() == 0);
            // What 302 and 303 say of a submission is not that nothing was done.
            if (posts && status < 307)
                CHECK(e.info().cause == make_error_code(errc::redirect_refused));
            else
                CHECK(e == errc::redirect_refused);
        }
    }
}

TEST_CASE("R01: a redirect without a location, with two, or to itself is refused and not repeated")
{
    for (std::string const& answer :
         {std::string{"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n\r\n"}, moved(302, ""),
          moved(302, "/a", "Location: /b\r\n"), moved(302, "/a", "Location: /a\r\n"),
          moved(302, "#x"), moved(302, "/api/jobs/j1"), moved(302, "http://u:p@127.0.0.1/"),
          moved(302, "javascript:x"), moved(302, "/a b"), moved(302, "/\xc3\xa9")}) {
        CAPTURE(answer);
        two_servers world;
        world.at_home = {answer, answer, answer};
        auto const got = world.run(world.client().send(modzy::get_job{"j1"}));
        REQUIRE(got.has_error());
        CHECK(got.error() == errc::redirect_refused);
        CHECK(got.error().info().sent == sent_state::yes);
        CHECK(world.home.arrivals().size() == 1);
    }
}

TEST_CASE("R02: five redirects are followed, six are not")
{
    for (int const count : {5, 6}) {
        for (bool const download : {false, true}) {
            CAPTURE(count);
            CAPTURE(download);
            two_servers world;
            for (int i = 0; i < count; ++i)
                world.at_home.push_back(moved(302, "/api/" + std::to_string(i)));
            world.at_home.push_back(ok_answer(support::details("SUBMITTED")));
            std::optional<error> failed;
            if (download) {
                auto const got = world.run(world.client().download(world.home.url() + "/r"));
                if (!got)
                    failed = got.error();
            } else {
                auto const got = world.run(world.client().send(modzy::get_job{"j1"}));
                if (!got)
                    failed = got.error();
            }
            CHECK(failed.has_value() == (count == 6));
            CHECK(world.home.arrivals().size() == 6);
            if (failed) {
                CHECK(*failed == errc::redirect_refused);
                CHECK(contains(failed->what(), "more than 5"));
            }
        }
    }
}

TEST_CASE("R04: a URL of the configured origin is read with credentials, any other without")
{
    two_servers world;
    world.at_home = {ok_answer("mine")};
    world.elsewhere = {ok_answer("theirs")};
    auto const client = world.client();
    // Some platforms end their URLs with a line end.
    auto const mine = world.run(client.download(world.home.url() + "/results/1?sig=a%2Fb\n"));
    REQUIRE(mine.has_value());
    CHECK(mine->body == "mine");
    REQUIRE(world.home.arrivals().size() == 1);
    CHECK(world.home.arrivals()[0].target() == "/results/1?sig=a%2Fb");
    CHECK(has_credentials(world.home.arrivals()[0]));

    auto const theirs = world.run(client.download(" \t" + world.other.url() + "/x?sig=1\r\n"));
    REQUIRE(theirs.has_value());
    CHECK(theirs->body == "theirs");
    REQUIRE(world.other.arrivals().size() == 1);
    CHECK(world.other.arrivals()[0].target() == "/x?sig=1");
    CHECK(!has_credentials(world.other.arrivals()[0]));
}

TEST_CASE("R03: credentials that were left behind do not come back, wherever the chain leads")
{
    two_servers world;
    world.at_home = {moved(302, world.other.url() + "/a"), moved(302, world.other.url() + "/c"),
                     ok_answer("end")};
    world.elsewhere = {moved(302, world.home.url() + "/b"), moved(302, world.home.url() + "/d")};
    auto const got = world.run(world.client().download(world.home.url() + "/start"));
    REQUIRE(got.has_value());
    CHECK(got->body == "end");
    REQUIRE(world.home.arrivals().size() == 3);
    REQUIRE(world.other.arrivals().size() == 2);
    CHECK(has_credentials(world.home.arrivals()[0]));
    CHECK(!has_credentials(world.home.arrivals()[1]));
    CHECK(!has_credentials(world.home.arrivals()[2]));
    for (auto const& which : world.other.arrivals()) {
        CHECK(!has_credentials(which));
        // Nothing but what any reader sends.
        CHECK(which.text.substr(which.text.find("\r\n")) ==
              "\r\nHost: 127.0.0.1:" + std::to_string(world.other.port()) +
                  "\r\nAccept: */*\r\nUser-Agent: inferpp/0.1.0\r\n\r\n");
    }
}

TEST_CASE("R03: a chain that begins elsewhere and leads home has no credentials there")
{
    two_servers world;
    world.elsewhere = {moved(302, world.home.url() + "/api/jobs")};
    world.at_home = {ok_answer("x")};
    CHECK(world.run(world.client().download(world.other.url() + "/r")).has_value());
    REQUIRE(world.home.arrivals().size() == 1);
    CHECK(!has_credentials(world.home.arrivals()[0]));
}

TEST_CASE("R03: after another attempt credentials stay where they were left")
{
    two_servers world;
    world.at_home = {moved(302, world.other.url() + "/a")};
    world.elsewhere = {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ok_answer("end")};
    CHECK(world.run(world.client().download(world.home.url() + "/r")).has_value());
    REQUIRE(world.other.arrivals().size() == 2);
    for (auto const& which : world.other.arrivals())
        CHECK(!has_credentials(which));
    CHECK(world.home.arrivals().size() == 1);
}

TEST_CASE("R05: a URL that leads to a private address is refused unless that is allowed")
{
    struct {
        char const* home; ///< host of the base URL
        std::optional<bool> allowed;
        bool read;
    } const cases[] = {
        {"api.modzy.test", {}, false},   {"api.modzy.test", false, false},
        {"api.modzy.test", true, true},  {"127.0.0.1", {}, true}, // development
        {"localhost", {}, true},         {"127.0.0.1", false, false},
    };
    for (auto const& c : cases) {
        for (bool const by_redirect : {false, true}) {
            CAPTURE(c.home);
            CAPTURE(by_redirect);
            two_servers world;
            auto const names = std::make_shared<loopback_resolver>();
            world.options.resolver = names;
            world.options.base_url =
                std::string{"http://"} + c.home + ':' + std::to_string(world.home.port());
            world.options.allow_private_addresses = c.allowed;
            std::string const away = "http://cdn.test:" + std::to_string(world.other.port()) + "/x";
            world.elsewhere = {ok_answer("private")};
            world.at_home = {moved(302, away)};
            std::string const start = by_redirect ? world.options.base_url + "/r" : away;
            auto const got = world.run(world.client().download(start));
            CHECK(got.has_value() == c.read);
            if (got)
                continue;
            CHECK(got.error() == errc::address_refused);
            CHECK(got.error().info().attempts == 1);
            CHECK(world.other.connections() == 0);
            // R06: looked up once, and what was looked up is what was judged.
            CHECK(std::count(names->asked.begin(), names->asked.end(), "cdn.test") == 1);
        }
    }
}

TEST_CASE("R05: the configured origin itself may be private")
{
    two_servers world;
    world.options.resolver = std::make_shared<loopback_resolver>();
    world.options.base_url = "http://api.modzy.test:" + std::to_string(world.home.port());
    world.at_home = {ok_answer("mine"), ok_answer(support::details("SUBMITTED"))};
    CHECK(world.run(world.client().download(world.options.base_url + "/r")).has_value());
    CHECK(world.run(world.client().send(modzy::get_job{"j1"})).has_value());
}

TEST_CASE("R08: a URL that is none, or hides an address, is refused before anything is asked")
{
    for (std::string const address :
         {"", "\n", "/relative", "results/1", "data:text/plain,x", "ftp://h/x", "file:///etc/passwd",
          "http://u:p@h/", "http://h:0/", "http://h:99999/", "http://2130706433/",
          "http://0x7f000001/", "http://127.1/", "http://0177.0.0.1/",
          "http://127.0.0.1%00.evil.test/", "http://h/a b", "http://h/a\nb", "http://h/#x"}) {
        CAPTURE(address);
        two_servers world;
        auto const names = std::make_shared<loopback_resolver>();
        world.options.resolver = names;
        world.options.allow_private_addresses = false;
        auto const got = world.run(world.client().download(address));
        REQUIRE(got.has_error());
        bool const odd = got.error() == errc::address_refused;
        CHECK((got.error() == errc::invalid_argument || odd));
        CHECK(world.home.connections() == 0);
        CHECK(world.other.connections() == 0);
        if (!odd)
            CHECK(names->asked.empty());
    }
}

TEST_CASE("a client of https reads no URL of http, whether given or by redirect")
{
    fake_world world;
    auto const client = world.client();
    auto const given = world.error_of(client.download("http://modzy.test/r"));
    CHECK(given == errc::invalid_argument);
    CHECK(world.transport->requests().empty());

    world.transport->reply(302, "", header("Location", "http://modzy.test/r"));
    auto const led = world.error_of(client.download("https://modzy.test/r"));
    CHECK(led == errc::redirect_refused);
    CHECK(contains(led.what(), "https to http"));

    world.transport->reply(302, "", header("Location", "https://cdn.test/r?sig=1"));
    world.transport->reply(302, "", header("Location", "http://cdn.test/r"));
    CHECK(world.error_of(client.download("https://modzy.test/r")) == errc::redirect_refused);
    REQUIRE(world.transport->requests().size() == 3);
    CHECK(world.transport->requests()[2].target == "/r?sig=1");
    CHECK(!world.transport->requests()[2].headers.find("Authorization"));
    CHECK(world.transport->requests()[2].public_address_only);
    CHECK(!world.transport->requests()[1].public_address_only);
}

TEST_CASE("a URL that can't be read tells its status, and is asked again where that helps")
{
    fake_world world;
    auto const client = world.client();
    world.transport->reply(403, "expired");
    auto const e = world.error_of(client.download("https://cdn.test/r?sig=hunter2"));
    CHECK(e == condition::forbidden);
    CHECK(e.info().http_status == 403);
    CHECK(e.info().operation == "download");
    CHECK(!contains(e.what(), "hunter2"));
    CHECK(world.transport->requests().size() == 1);

    world.transport->reply(503, "").fail(errc::truncated, sent_state::maybe).reply(200, "here");
    CHECK(world.run(client.download("https://cdn.test/r")).body == "here");
    world.options.limits.body_bytes = 3;
    world.transport->reply(200, "here");
    CHECK(world.error_of(world.client().download("https://cdn.test/r")) == errc::body_too_large);
}

TEST_CASE("raw gives a redirect as it is")
{
    two_servers world;
    world.at_home = {moved(302, world.other.url() + "/x")};
    auto const got = world.run(world.client().raw(http::request{"GET", "x"}));
    REQUIRE(got.has_value());
    CHECK(got->status == 302);
    CHECK(world.home.arrivals().size() == 1);
    CHECK(world.other.connections() == 0);
}
