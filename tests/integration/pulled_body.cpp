// SPDX-License-Identifier: BSL-1.0
//
// Answers that the caller reads piece by piece: `basic_client::open`.

#include <inferpp/testing/manual_clock.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/echo_platform.hpp"
#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::contains;

namespace {

struct world {
    world() : time(std::make_shared<testing::manual_clock>())
    {
        transport = std::make_shared<testing::fake_transport>(time);
        options.transport = transport;
        options.clock = time;
    }
    asio::awaitable<pulled_body> open(std::string url)
    {
        return echo::client{context.get_executor(), options}.open(std::move(url));
    }
    /// Reads to the end; the pieces are separated by bars.
    static asio::awaitable<std::string> read_all(pulled_body body)
    {
        std::string all;
        while (true) {
            std::string_view const piece = co_await body.read();
            if (piece.empty())
                co_return all;
            all.append(piece).append("|");
        }
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<testing::fake_transport> transport;
    echo::options options;
};

} // namespace

TEST_CASE("a body is pulled piece by piece, whatever the limit for whole ones")
{
    world here;
    here.options.limits.body_bytes = 4;
    here.transport->reply_in_pieces(200, {"one", "two", "three"});
    auto body = support::run(here.context, here.open("https://files.test/a?signature=s"));
    CHECK(body.status() == 200);
    CHECK(support::run(here.context, world::read_all(std::move(body))) == "one|two|three|");
    auto const& asked = here.transport->requests().at(0);
    CHECK(!asked.headers.find("Authorization")); // of another origin
    CHECK(asked.target == "/a?signature=s");

    here.transport->reply(200, "");
    body = support::run(here.context, here.open("https://echo.test/b"));
    CHECK(here.transport->requests().at(1).headers.find("Authorization"));
    CHECK(support::run(here.context, body.read()).empty());
    CHECK(support::run(here.context, body.read()).empty()); // and again
    CHECK(support::run(here.context, pulled_body{}.read()).empty());
}

TEST_CASE("a pulled body that breaks off is an error, behind what came before")
{
    world here;
    here.transport->reply_cut(200, {"one"});
    auto body = support::run(here.context, here.open("https://files.test/a"));
    CHECK(support::run(here.context, body.read()) == "one");
    auto const e = support::error_of(here.context, body.read());
    CHECK(e == errc::truncated);
    CHECK(e.info().operation == "download");
    CHECK(e.info().provider == "echo");
    CHECK(e.info().http_status == 200);
    CHECK(e.info().sent == sent_state::yes);
}

TEST_CASE("opening is repeated where that helps, and refuses what download refuses")
{
    world here;
    here.transport->reply(503, "busy").reply(200, "there");
    auto body = support::run(here.context, here.open(" https://files.test/a\n"));
    CHECK(support::run(here.context, world::read_all(std::move(body))) == "there|");

    here.transport->reply(404, "no such file");
    auto e = support::error_of(here.context, here.open("https://files.test/a"));
    CHECK(e == condition::not_found);
    CHECK(contains(e.info().server_message, "no such file"));
    e = support::error_of(here.context, here.open("http://files.test/a"));
    CHECK(e == errc::invalid_argument);
    CHECK(here.transport->left() == 0);
}

TEST_CASE("a body has the time with which it was opened, and no limit without one")
{
    world here;
    here.transport->reply_in_pieces(200, {"one", "two"}).reply_in_pieces(200, {"one", "two"});
    echo::client const client{here.context.get_executor(), here.options};
    auto body = support::run(here.context, client.open("https://files.test/a", {.timeout = 1min}));
    CHECK(support::run(here.context, body.read()) == "one");
    here.time->advance(1min);
    auto const e = support::error_of(here.context, body.read());
    CHECK(e == errc::deadline_exceeded);
    CHECK(e.info().operation == "download");

    auto patient = support::run(here.context, client.open("https://files.test/a"));
    here.time->advance(24h);
    CHECK(support::run(here.context, world::read_all(std::move(patient))) == "one|two|");
}
