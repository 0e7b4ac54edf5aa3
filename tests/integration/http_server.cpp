// SPDX-License-Identifier: BSL-1.0
//
// The small server for callbacks, against clients that behave, and clients that do not.

#include <inferpp/net/http_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using tcp = asio::ip::tcp;

namespace {

/// A client that sends what it is told and keeps what it gets.
class raw_client {
public:
    raw_client(asio::io_context& context, std::uint16_t port) : context_(context), socket_(context)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    void send(std::string const& text) { asio::write(socket_, asio::buffer(text)); }

    /// Runs until so many answers have come, each "end." at its end.
    std::string receive(std::size_t answers)
    {
        while (count(got_, "end.") < answers && read_some())
            ;
        return std::exchange(got_, {});
    }
    /// Runs until the server has closed the connection.
    std::string receive_all()
    {
        while (read_some())
            ;
        return std::exchange(got_, {});
    }
    error_code how_closed() const { return closed_; }

    static std::size_t count(std::string_view text, std::string_view part)
    {
        std::size_t found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
            ++found;
        return found;
    }

private:
    bool read_some()
    {
        bool done = false;
        char piece[4096];
        socket_.async_read_some(asio::buffer(piece), [&](error_code code, std::size_t size) {
            closed_ = code;
            got_.append(piece, size);
            done = true;
        });
        support::run_until(context_, [&] { return done; });
        return !closed_;
    }

    asio::io_context& context_;
    tcp::socket socket_;
    std::string got_;
    error_code closed_;
};

http::response say(int status, std::string text)
{
    http::response answer;
    answer.status = status;
    answer.body = std::move(text);
    return answer;
}

/// Answers "METHOD target body end."
http::response echo(http::request const& request)
{
    return say(200, request.method + ' ' + request.target + ' ' + request.body + " end.");
}

std::string const get = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";

struct world {
    explicit world(http_server::handler fn = echo, http_server_options options = {})
        : server(std::make_unique<http_server>(context.get_executor(), options, std::move(fn)))
    {
    }
    raw_client connect() { return {context, server->port()}; }

    asio::io_context context{1};
    std::unique_ptr<http_server> server;
};

error refused(http_server_options const& options)
{
    asio::io_context context;
    try {
        http_server const server{context.get_executor(), options, echo};
        return {};
    }
    catch (failure const& e) {
        return e.error();
    }
}

} // namespace

TEST_CASE("a server's connection is good for many requests, also for some at once")
{
    world here;
    auto client = here.connect();
    for (int i = 0; i < 3; ++i) {
        client.send(get);
        auto const answer = client.receive(1);
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(contains(answer, "GET /a?b  end."));
    }
    std::string const post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    client.send(get + post + get);
    auto const all = client.receive(3);
    CHECK(contains(all, "POST /p hello end."));
    for (char const c : post)
        client.send({c});
    CHECK(contains(client.receive(1), "POST /p hello end."));
    client.send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    CHECK(contains(client.receive(1), "POST /c abcde end."));
}

TEST_CASE("a server closes when the client wants it, and with HTTP/1.0")
{
    world here;
    for (char const* const last :
         {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
        auto client = here.connect();
        client.send(last);
        auto const answer = client.receive_all();
        CHECK(contains(answer, "GET /  end."));
        CHECK(client.how_closed() == asio::error::eof);
    }
}

TEST_CASE("a server hands on headers both ways, repeated ones too")
{
    world here{[](http::request const& request) {
        auto answer = say(201, std::string{request.headers.find("X-In").value_or("?")} + " end.");
        answer.headers.add("Set-Cookie", "a");
        answer.headers.add("Set-Cookie", "b");
        return answer;
    }};
    auto client = here.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nx-in: seen\r\n\r\n");
    auto const answer = client.receive(1);
    CHECK(answer.starts_with("HTTP/1.1 201 Created"));
    CHECK(contains(answer, "Set-Cookie: a\r\nSet-Cookie: b\r\n"));
    CHECK(contains(answer, "seen end."));
}

TEST_CASE("a header that is too large is refused with 431, a body with 413, garbage with 400")
{
    http_server_options options;
    options.header_bytes = 2000;
    options.body_bytes = 1000;
    std::size_t handled = 0;
    world here{[&handled](http::request const& request) {
                   ++handled;
                   return echo(request);
               },
               options};
    std::string const big(100'000, 'x');
    struct {
        std::string request;
        char const* status;
    } const cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + big + "\r\n\r\n", "431"},
        {"GET /" + big + " HTTP/1.1\r\n\r\n", "431"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + big, "413"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + big, "413"},
        {"nonsense\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "400"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.status);
        auto client = here.connect();
        client.send(each.request);
        CHECK(client.receive_all().starts_with("HTTP/1.1 " + std::string{each.status}));
        CHECK(client.how_closed() == asio::error::eof); // and no reset
    }
    CHECK(handled == 0);
    auto client = here.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + big.substr(0, 1000));
    CHECK(client.receive(1).starts_with("HTTP/1.1 200"));
}

TEST_CASE("a client that is slow is closed at the limit, wherever it stops")
{
    http_server_options options;
    options.idle_time = 20ms;
    options.request_time = 20ms;
    world here{echo, options};
    for (char const* const part :
         {"", "GE", "GET / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"}) {
        CAPTURE(part);
        auto client = here.connect();
        client.send(part);
        CHECK(client.receive_all().empty());
    }
    auto client = here.connect();
    client.send(get);
    CHECK(contains(client.receive_all(), "end.")); // idle behind its request
}

TEST_CASE("no more connections than allowed are served; the others wait their turn")
{
    http_server_options options;
    options.max_connections = 2;
    world here{echo, options};
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(std::make_unique<raw_client>(here.context, here.server->port()));
        clients.back()->send(get);
    }
    CHECK(contains(clients[0]->receive(1), "end."));
    CHECK(contains(clients[1]->receive(1), "end."));
    for (std::size_t i = 2; i < clients.size(); ++i) {
        clients[i - 2].reset();
        CHECK(contains(clients[i]->receive(1), "end."));
    }
}

TEST_CASE("a function that throws, or says nothing, is answered with 500, and the server goes on")
{
    int calls = 0;
    world here{[&calls](http::request const& request) -> http::response {
        switch (++calls) {
        case 1: throw std::runtime_error{"secret of ours"};
        case 2: throw 7; // NOLINT
        case 3: return {};
        case 4: return say(99, "");
        case 5: return say(1000, "");
        default: return echo(request);
        }
    }};
    auto client = here.connect();
    for (int i = 1; i <= 5; ++i) {
        CAPTURE(i);
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        if (i < 5)
            support::run_until(here.context, [&] { return calls == i; });
    }
    client.send(get);
    auto const all = client.receive(1);
    CHECK(raw_client::count(all, "HTTP/1.1 500") == 5);
    CHECK(raw_client::count(all, "HTTP/1.1 200") == 1);
    CHECK(!contains(all, "secret"));
}

TEST_CASE("a server that stops closes its connections and refuses new ones")
{
    world here;
    auto idle = here.connect();
    auto used = here.connect();
    used.send(get);
    CHECK(contains(used.receive(1), "end."));
    auto half = here.connect();
    half.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
    support::settle(here.context);
    auto const port = here.server->port();
    here.server->stop();
    here.server->stop();
    for (raw_client* const each : {&idle, &used, &half}) {
        CHECK(each->receive_all().empty());
        CHECK(each->how_closed());
    }
    tcp::socket late{here.context};
    error_code code;
    late.connect({asio::ip::address_v4::loopback(), port}, code);
    CHECK(code);
    here.server.reset();
}

TEST_CASE("a server may be stopped or destroyed by its own function")
{
    for (bool const destroy : {false, true}) {
        CAPTURE(destroy);
        asio::io_context context{1};
        std::unique_ptr<http_server> server;
        auto const held = std::make_shared<std::string>("kept to the end of the call");
        std::string seen;
        server =
            std::make_unique<http_server>(context.get_executor(), http_server_options{},
                                          [&server, &seen, destroy, held](http::request const&) {
                                              if (destroy)
                                                  server.reset();
                                              else
                                                  server->stop();
                                              seen = *held;
                                              return say(200, "never sent end.");
                                          });
        raw_client client{context, server->port()};
        client.send(get);
        (void)client.receive_all();
        CHECK(seen == *held);
        server.reset();
        support::settle(context);
        CHECK(held.use_count() == 1); // the function is gone
    }
}

TEST_CASE("a server that goes before it has begun, and one whose context goes first")
{
    {
        asio::io_context context{1};
        http_server const server{context.get_executor(), {}, echo};
    }
    {
        asio::io_context context{1};
        {
            http_server const server{context.get_executor(), {}, echo};
        }
        support::settle(context);
    }
    auto context = std::make_unique<asio::io_context>(1);
    http_server server{context->get_executor(), {}, echo};
    raw_client client{*context, server.port()};
    client.send("GET / HT");
    support::settle(*context);
    server.stop();
}

TEST_CASE("a server's options are refused by name")
{
    http_server_options options;
    options.address = "localhost";
    CHECK(contains(refused(options).what(), "address"));
    options = {};
    options.max_connections = 0;
    CHECK(contains(refused(options).what(), "max_connections"));
    options = {};
    options.request_time = 0ms;
    CHECK(contains(refused(options).what(), "request_time"));
    options = {};
    world const here;
    options.port = here.server->port();
    auto const taken = refused(options);
    CHECK(taken == errc::invalid_argument);
    CHECK(contains(taken.what(), std::to_string(options.port)));
    options.port = 0;
    options.address = "::1";
    auto const six = refused(options); // where there is IPv6
    CHECK((!six.code() || six == errc::invalid_argument));
}
