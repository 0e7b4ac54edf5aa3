// SPDX-License-Identifier: BSL-1.0
//
// The transport over real sockets: framing, limits, connections that are kept.

#include <inferpp/net/resolver.hpp>

#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::raw_script;
using support::raw_server;
using support::simulated_world;

namespace {

/// A client of a server that sends scripted bytes.
struct raw_world {
    explicit raw_world(std::vector<raw_script> scripts) : server(context, std::move(scripts))
    {
        options.base_url = server.url();
        options.api_key = secret{support::api_key};
        options.retry.base = 1ms;
        options.retry.cap = 2ms;
    }
    explicit raw_world(raw_script script) : raw_world(std::vector<raw_script>{std::move(script)})
    {
    }
    explicit raw_world(std::string answer) : raw_world(raw_script{{std::move(answer)}}) {}

    modzy::client client() { return modzy::client{context.get_executor(), options}; }

    /// One GET, one attempt.
    result<http::response> get()
    {
        http::request message{"GET", "x"};
        return support::run(context, as_result(client().raw(message, {.max_attempts = 1})));
    }
    template <class T>
    T run(asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }

    asio::io_context context{1};
    raw_server server;
    modzy::options options;
};

raw_script silent()
{
    raw_script script{{}, raw_script::end::hang};
    return script;
}

raw_script hanging_after(std::string text)
{
    return raw_script{{std::move(text)}, raw_script::end::hang};
}

std::string with_length(std::string const& body, std::string const& more = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
           "\r\n" + body;
}

/// Measures one attempt that a limit must end.
struct timed {
    timed() : began(std::chrono::steady_clock::now()) {}
    bool took_about(std::chrono::milliseconds limit) const
    {
        auto const took = std::chrono::steady_clock::now() - began;
        return took >= limit && took < limit + 5s;
    }
    std::chrono::steady_clock::time_point began;
};

/// Answers with fixed endpoints, or an error, or only at the deadline.
class test_resolver final : public resolver {
public:
    using endpoints = std::vector<asio::ip::tcp::endpoint>;

    asio::awaitable<result<endpoints>> resolve(std::string host, std::uint16_t port,
                                               clock::time_point deadline) override
    {
        asked.push_back(host + ':' + std::to_string(port));
        if (hangs) {
            asio::steady_timer timer{co_await asio::this_coro::executor, deadline};
            auto const [code] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
            co_return error{code ? errc::cancelled : errc::resolve_timeout};
        }
        if (addresses.empty()) {
            error e{errc::resolve_failed, "no such host"};
            e.edit().cause = failure_code;
            co_return e;
        }
        endpoints found;
        for (auto const& address : addresses)
            found.emplace_back(asio::ip::make_address(address), port);
        co_return found;
    }

    std::vector<std::string> asked;
    std::vector<std::string> addresses;
    error_code failure_code = asio::error::host_not_found;
    bool hangs = false;
};

} // namespace

// --- connections that are kept ---------------------------------------------------------------------

TEST_CASE("a connection is kept and used again")
{
    simulated_world world;
    auto const client = world.client();
    for (int i = 0; i < 5; ++i)
        world.run(client.submit(support::text_job()));
    CHECK(world.simulator->connections() == 1);
    CHECK(world.simulator->jobs() == 5);
}

TEST_CASE("requests at the same time have connections of their own, kept up to max_idle")
{
    simulated_world world;
    world.options.max_idle = 2;
    auto const client = world.client();
    auto const burst = [&] {
        std::size_t done = 0;
        for (int i = 0; i < 4; ++i)
            asio::co_spawn(world.context, client.submit(support::text_job()),
                           [&](std::exception_ptr e, job<modzy::text_job>) {
                               CHECK(!e);
                               ++done;
                           });
        support::run_until(world.context, [&] { return done == 4; });
    };
    burst();
    CHECK(world.simulator->connections() == 4);
    burst();
    CHECK(world.simulator->connections() == 6);
}

TEST_CASE("with max_idle zero each request has a connection of its own")
{
    simulated_world world;
    world.options.max_idle = 0;
    auto const client = world.client();
    world.run(client.submit(support::text_job()));
    world.run(client.submit(support::text_job()));
    CHECK(world.simulator->connections() == 2);
}

TEST_CASE("an idle connection that the server has closed is not used, even for a submission")
{
    std::string const receipt = support::receipt();
    raw_world world{raw_script{{with_length(receipt)}}};
    auto const client = world.client();
    for (int i = 0; i < 3; ++i) {
        world.run(client.submit(support::text_job()));
        support::run_for(world.context, 20ms); // the server's FIN arrives
    }
    CHECK(world.server.requests().size() == 3);
    CHECK(world.server.connections() == 3);
}

TEST_CASE("an idle connection on which the server spoke out of turn is not used")
{
    raw_world world{std::vector<raw_script>{
        raw_script{{with_length("one") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
                   raw_script::end::hang},
        raw_script{{with_length("two")}}}};
    auto const client = world.client();
    http::request const message{"GET", "x"};
    CHECK(world.run(client.raw(message)).body == "one");
    support::run_for(world.context, 20ms);
    CHECK(world.run(client.raw(message)).body == "two");
    CHECK(world.server.connections() == 2);
}

TEST_CASE("an idle connection that is too old is not used")
{
    simulated_world world;
    world.options.idle_timeout = 1ms;
    auto const client = world.client();
    world.run(client.submit(support::text_job()));
    support::run_for(world.context, 5ms);
    world.run(client.submit(support::text_job()));
    CHECK(world.simulator->connections() == 2);
}

TEST_CASE("a connection that the server announces to close is not kept")
{
    raw_world world{raw_script{{with_length("bye", "Connection: close\r\n")},
                               raw_script::end::hang}};
    auto const client = world.client();
    http::request const message{"GET", "x"};
    world.run(client.raw(message));
    world.run(client.raw(message));
    CHECK(world.server.connections() == 2);
}

// --- how a body ends ---------------------------------------------------------------------------------

TEST_CASE("a body ends by its length, by chunks or by the end of the connection, in pieces of any size")
{
    for (std::size_t const piece : {0U, 1U, 7U}) {
        CAPTURE(piece);
        auto const get = [piece](std::string answer) {
            raw_script script{{std::move(answer)}};
            script.piece = piece;
            raw_world world{script};
            auto const got = world.get();
            REQUIRE(got.has_value());
            return got->body;
        };
        CHECK(get(with_length("by its length")) == "by its length");
        CHECK(get(with_length("")) == "");
        CHECK(get("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nby \r\n6;x=y\r\nchunks\r\n0\r\n\r\n") == "by chunks");
        CHECK(get("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "");
        CHECK(get("HTTP/1.1 200 OK\r\n\r\nuntil it closes") == "until it closes");
        CHECK(get("HTTP/1.0 200 OK\r\n\r\n") == "");
    }
}

TEST_CASE("a large body arrives whole")
{
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i)
        body += std::to_string(i) + ',';
    raw_world world{with_length(body)};
    auto const got = world.get();
    REQUIRE(got.has_value());
    CHECK(got->body == body);

    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 0xffff) {
        auto const part = body.substr(at, 0xffff);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        chunked += size + part + "\r\n";
    }
    raw_world other{chunked + "0\r\n\r\n"};
    auto const same = other.get();
    REQUIRE(same.has_value());
    CHECK(same->body == body);
}

TEST_CASE("an answer that breaks off is truncated")
{
    for (char const* const answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
          "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 2", "H", ""}) {
        CAPTURE(answer);
        raw_world world{std::string{answer}};
        auto const got = world.get();
        REQUIRE(!got);
        CHECK(got.error() == errc::truncated);
        CHECK(got.error() == condition::transport);
        CHECK(support::contains(got.error().what(), world.server.url()));
        raw_script reset{{answer}, raw_script::end::reset};
        raw_world other{reset};
        auto const again = other.get();
        REQUIRE(!again);
        CHECK(again.error() == errc::truncated);
    }
}

TEST_CASE("a body over the limit is refused, announced or not")
{
    std::string const body(2000, 'x');
    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + body +
                          "\r\n0\r\n\r\n";
    for (std::string const& answer :
         {with_length(body), chunked, "HTTP/1.1 200 OK\r\n\r\n" + body}) {
        raw_world world{answer};
        world.options.limits.body_bytes = 1999;
        auto const got = world.get();
        REQUIRE(!got);
        CHECK(got.error() == errc::body_too_large);
        CHECK(support::contains(got.error().what(), "limits.body_bytes"));
        raw_world enough{answer};
        enough.options.limits.body_bytes = 2000;
        auto const whole = enough.get();
        REQUIRE(whole.has_value());
        CHECK(whole->body == body);
    }
    // Refused by its announcement: the body is not waited for.
    raw_world world{hanging_after("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n")};
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(got.error() == errc::body_too_large);
}

TEST_CASE("a header over the limit is refused")
{
    std::string const large = "HTTP/1.1 200 OK\r\nX-Large: " + std::string(3000, 'x') +
                              "\r\nContent-Length: 0\r\n\r\n";
    raw_world world{large};
    world.options.limits.header_bytes = 2048;
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(got.error() == errc::header_too_large);
    CHECK(got.error() == condition::protocol);
    raw_world enough{large};
    REQUIRE(enough.get().has_value());

    raw_world endless{raw_script{{"HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'y')}}};
    auto const never = endless.get();
    REQUIRE(!never);
    CHECK(never.error() == errc::header_too_large);
}

TEST_CASE("an answer without a body by its status or method is complete with its header")
{
    raw_world world{std::vector<raw_script>{
        hanging_after("HTTP/1.1 204 No Content\r\n\r\n"),
        hanging_after("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        hanging_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")}};
    world.options.max_idle = 0;
    world.options.limits.idle = 2s;
    auto none = world.get();
    REQUIRE(none.has_value());
    CHECK(none->status == 204);
    CHECK(none->body.empty());
    none = world.get();
    REQUIRE(none.has_value());
    CHECK(none->status == 304);
    CHECK(none->body.empty());

    http::request head{"HEAD", "x"};
    auto const got = world.run(as_result(world.client().raw(head, {.max_attempts = 1})));
    REQUIRE(got.has_value());
    CHECK(got->status == 200);
    CHECK(got->body.empty());
    CHECK(got->headers.find("Content-Length") == "5");
}

TEST_CASE("a connection is kept after a HEAD and a 204")
{
    raw_world world{raw_script{{"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
                                "HTTP/1.1 204 No Content\r\n\r\n", with_length("last")},
                               raw_script::end::hang}};
    world.options.limits.idle = 2s;
    auto const client = world.client();
    http::request const head{"HEAD", "x"};
    http::request const get{"GET", "x"};
    CHECK(world.run(client.raw(head)).status == 200);
    CHECK(world.run(client.raw(get)).status == 204);
    CHECK(world.run(client.raw(get)).body == "last");
    CHECK(world.server.connections() == 1);
}

TEST_CASE("informational answers are skipped, but not without end")
{
    std::string const informed = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                                 "Link: </x>\r\n\r\n";
    for (std::size_t const piece : {0U, 3U}) {
        raw_script script{{informed + with_length("real")}};
        script.piece = piece;
        raw_world world{script};
        auto const got = world.get();
        REQUIRE(got.has_value());
        CHECK(got->status == 200);
        CHECK(got->body == "real");
        CHECK(!got->headers.find("Link"));
    }
    std::string endless;
    for (int i = 0; i < 50; ++i)
        endless += "HTTP/1.1 102 Processing\r\n\r\n";
    raw_world world{endless};
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(got.error() == errc::bad_http);

    raw_world switched{std::string{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}};
    auto const other = switched.get();
    REQUIRE(!other);
    CHECK(other.error() == errc::bad_http);
}

TEST_CASE("an answer that is not HTTP/1.1, or whose framing is not plain, is refused")
{
    for (char const* const answer :
         {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "<html></html>\r\n\r\n",
          "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nxx",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n",
          "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
          "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n"}) {
        CAPTURE(answer);
        raw_world world{std::string{answer}};
        auto const got = world.get();
        REQUIRE(!got);
        CHECK(got.error() == errc::bad_http);
        CHECK(got.error() == condition::protocol);
    }
}

// --- time limits ---------------------------------------------------------------------------------

TEST_CASE("a server that accepts and says nothing meets limits.first_byte")
{
    raw_world world{silent()};
    world.options.limits.first_byte = 40ms;
    timed const clock;
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(clock.took_about(40ms));
    CHECK(got.error() == errc::first_byte_timeout);
    CHECK(got.error() == condition::timeout);
    CHECK(got.error().info().sent == sent_state::maybe);
    CHECK(support::contains(got.error().what(), "limits.first_byte"));
    support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });
}

TEST_CASE("a server that stops in its body meets limits.idle, one that drips does not")
{
    raw_world world{hanging_after("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")};
    world.options.limits.idle = 40ms;
    timed const clock;
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(clock.took_about(40ms));
    CHECK(got.error() == errc::idle_timeout);
    CHECK(got.error().info().sent == sent_state::yes);
    support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });

    raw_script drip{{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + std::string(20, 'x')}};
    drip.piece = 5;
    drip.pause = 10ms;
    raw_world slow{drip};
    slow.options.limits.idle = 5s;
    CHECK(slow.get().has_value());
}

TEST_CASE("the limit of the whole call ends a server that drips for ever")
{
    raw_script drip{{with_length(std::string(100'000, 'x'))}};
    drip.piece = 1;
    drip.pause = 1ms;
    raw_world world{drip};
    world.options.limits.total = 80ms;
    timed const clock;
    auto const got = world.get();
    REQUIRE(!got);
    CHECK(clock.took_about(80ms));
    CHECK(got.error() == errc::deadline_exceeded);
}

TEST_CASE("a server that stops reading meets limits.write_idle")
{
    asio::io_context context{1};
    asio::ip::tcp::acceptor acceptor{context,
                                     {asio::ip::address_v4::loopback(), 0}}; // never accepts
    modzy::options options;
    options.base_url =
        "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    options.api_key = secret{support::api_key};
    options.limits.write_idle = 60ms;
    modzy::client const client{context.get_executor(), options};
    http::request message{"POST", "x"};
    message.body.assign(64UL << 20, 'x');
    auto const e = support::error_of(context, client.raw(message));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().cause == errc::write_timeout);
    CHECK(e.info().sent == sent_state::maybe);
}

TEST_CASE("a server whose backlog is full meets limits.connect")
{
    asio::io_context context{1};
    asio::ip::tcp::acceptor acceptor{context, asio::ip::tcp::v4()};
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(0);
    auto const endpoint = acceptor.local_endpoint();
    std::vector<asio::ip::tcp::socket> filling;
    for (int i = 0; i < 8; ++i) { // the kernel rounds the backlog up
        filling.emplace_back(context);
        filling.back().async_connect(endpoint, [](error_code) {});
    }
    modzy::options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(endpoint.port());
    options.api_key = secret{support::api_key};
    options.limits.connect = 50ms;
    modzy::client const client{context.get_executor(), options};
    timed const clock;
    auto const e = support::error_of(context, client.submit(support::text_job(),
                                                            {.max_attempts = 1}));
    CHECK(clock.took_about(50ms));
    CHECK(e == errc::connect_timeout);
    CHECK(e.info().sent == sent_state::no);
    CHECK(support::contains(e.what(), "limits.connect"));
}

// --- names and addresses ---------------------------------------------------------------------------

TEST_CASE("a refused connection names the address and the cure")
{
    asio::io_context context{1};
    std::uint16_t port = 0;
    {
        asio::ip::tcp::acceptor const acceptor{context, {asio::ip::address_v4::loopback(), 0}};
        port = acceptor.local_endpoint().port();
    }
    modzy::options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(port);
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    modzy::client const client{context.get_executor(), options};
    auto const e = support::error_of(context, client.submit(support::text_job()));
    CHECK(e == errc::connect_failed);
    CHECK(e == condition::transport);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().attempts == 3);
    CHECK(e.info().cause == asio::error::connection_refused);
    CHECK(support::contains(e.what(), "127.0.0.1:" + std::to_string(port)));
    CHECK(support::contains(e.what(), "check host, port and firewall"));
}

TEST_CASE("all addresses of a host are tried in order")
{
    simulated_world world;
    auto const names = std::make_shared<test_resolver>();
    names->addresses = {"127.0.0.2", "127.0.0.3", "127.0.0.1"}; // the first two refuse
    world.options.base_url =
        "http://some.test:" + std::to_string(world.simulator->port()) + "/api";
    world.options.resolver = names;
    world.run(world.client().submit(support::text_job()));
    CHECK(world.simulator->jobs() == 1);
    CHECK(names->asked ==
          std::vector<std::string>{"some.test:" + std::to_string(world.simulator->port())});
    CHECK(world.simulator->ledger()[0].request.headers.find("Host") ==
          "some.test:" + std::to_string(world.simulator->port()));

    names->addresses = {"127.0.0.2", "127.0.0.3"};
    auto const e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::connect_failed);
    CHECK(support::contains(e.what(), "127.0.0.2"));
    CHECK(support::contains(e.what(), "127.0.0.3"));
}

TEST_CASE("a host without an address fails with resolve_failed and is asked for once")
{
    simulated_world world;
    auto const names = std::make_shared<test_resolver>();
    world.options.base_url = "http://none.test:1/api";
    world.options.resolver = names;
    auto e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::resolve_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(names->asked.size() == 1);
    // "Try again" is another matter.
    names->failure_code = asio::error::host_not_found_try_again;
    e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::resolve_failed);
    CHECK(names->asked.size() == 4);
}

TEST_CASE("a resolver that hangs meets limits.resolve, or the end of the call")
{
    simulated_world world;
    auto const names = std::make_shared<test_resolver>();
    names->hangs = true;
    world.options.base_url = "http://slow.test:1/api";
    world.options.resolver = names;
    world.options.limits.resolve = 40ms;
    timed const clock;
    auto e = world.error_of(world.client().submit(support::text_job(), {.max_attempts = 1}));
    CHECK(clock.took_about(40ms));
    CHECK(e == errc::resolve_timeout);
    CHECK(e.info().sent == sent_state::no);
    world.options.limits.resolve = 10s;
    e = world.error_of(world.client().submit(support::text_job(), {.timeout = 40ms}));
    CHECK(e == errc::deadline_exceeded);
    CHECK(e.info().sent == sent_state::no);
}

TEST_CASE("the system's resolver knows addresses and localhost, and says what it does not know")
{
    asio::io_context context{1};
    auto const resolve = [&](std::string const& host) {
        return support::run(context, system_resolver()->resolve(
                                         host, 80, std::chrono::steady_clock::now() + 20s));
    };
    auto found = resolve("127.0.0.1");
    REQUIRE(found.has_value());
    CHECK(*found == std::vector<asio::ip::tcp::endpoint>{
                        {asio::ip::make_address("127.0.0.1"), 80}});
    found = resolve("::1");
    REQUIRE(found.has_value());
    CHECK(found->at(0).address().is_v6());
    found = resolve("localhost");
    REQUIRE(found.has_value());
    for (auto const& endpoint : *found) {
        CHECK(endpoint.address().is_loopback());
        CHECK(endpoint.port() == 80);
    }
    found = resolve("a name with blanks");
    REQUIRE(!found);
    CHECK(found.error() == errc::resolve_failed);
    CHECK(found.error().info().sent == sent_state::no);
}

TEST_CASE("a lookup of the system's resolver ends at its deadline and when it is cancelled")
{
    asio::io_context context{1};
    auto const past = std::chrono::steady_clock::now() - 1s;
    auto const late = support::run(context, system_resolver()->resolve("localhost", 80, past));
    // The lookup may have been as fast.
    if (!late)
        CHECK(late.error() == errc::resolve_timeout);

    support::started<result<std::vector<asio::ip::tcp::endpoint>>> lookup{
        context, system_resolver()->resolve("localhost", 80, clock::time_point::max())};
    lookup.cancel();
    auto const ended = lookup.finish();
    if (ended && !*ended)
        CHECK(ended->error() == errc::cancelled);
}

TEST_CASE("a context may go while a lookup is under way")
{
    for (int i = 0; i < 20; ++i) {
        asio::io_context context{1};
        support::started<result<std::vector<asio::ip::tcp::endpoint>>> const lookup{
            context, system_resolver()->resolve("localhost", 80, clock::time_point::max())};
        context.poll_one();
    }
}

// --- what is sent ------------------------------------------------------------------------------------

TEST_CASE("what is sent has one Host, one length and the credentials, and nothing else of ours twice")
{
    raw_world world{raw_script{{with_length(support::receipt()), with_length("{}")},
                               raw_script::end::hang}};
    auto const client = world.client();
    world.run(client.submit(support::text_job()));
    http::request const get{"GET", "x"};
    world.run(client.raw(get));
    REQUIRE(world.server.requests().size() == 2);
    auto const& post = world.server.requests()[0];
    auto const count = [&](std::string_view name) {
        std::size_t found = 0;
        for (auto at = post.find(name); at != std::string::npos; at = post.find(name, at + 1))
            ++found;
        return found;
    };
    CHECK(post.starts_with("POST /api/jobs HTTP/1.1\r\nHost: 127.0.0.1:" +
                           std::to_string(world.server.port()) + "\r\n"));
    CHECK(count("Host:") == 1);
    CHECK(count("Content-Length:") == 1);
    CHECK(count("Authorization: ApiKey ") == 1);
    CHECK(count("User-Agent: ") == 1);
    CHECK(count("Content-Type: application/json") == 1);
    CHECK(count("Transfer-Encoding") == 0);
    CHECK(!support::contains(world.server.requests()[1], "Content-Length"));
}

TEST_CASE("a request that the server answers without reading it is answered")
{
    // A 413 before the body has been read, then the server waits for the rest.
    raw_script early{{"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
                     raw_script::end::hang};
    early.read_requests = false;
    raw_world world{early};
    auto const e = support::error_of(world.context,
                                     world.client().submit(support::text_job()));
    CHECK(e.info().http_status == 413);
}

TEST_CASE("a server that closes while a large request is written breaks neither program nor client")
{
    for (bool const reset : {false, true}) {
        raw_script closing{{""}, reset ? raw_script::end::reset : raw_script::end::close};
        closing.read_requests = false;
        raw_world world{std::vector<raw_script>{closing, raw_script{{with_length("fine")}}}};
        auto const client = world.client();
        http::request message{"POST", "x"};
        message.body.assign(32UL << 20, 'x');
        auto const e = support::error_of(world.context, client.raw(message));
        CHECK(e == errc::unknown_outcome);
        CHECK(e.info().sent == sent_state::maybe);
        CHECK(e.info().attempts == 1);
        http::request const get{"GET", "x"};
        CHECK(world.run(client.raw(get)).body == "fine");
    }
}

TEST_CASE("a job id of odd characters is encoded in targets, and an unusable one refused")
{
    std::string const odd = "a/b?c#d e%2F\xc3\xa9..";
    raw_world world{raw_script{{with_length(support::receipt()), with_length("{}")},
                               raw_script::end::hang}};
    auto const job = world.client().attach<modzy::text_job>(odd);
    world.run(as_result(job.status()));
    REQUIRE(!world.server.requests().empty());
    CHECK(world.server.requests()[0].starts_with(
        "GET /api/jobs/a%2Fb%3Fc%23d%20e%252F%C3%A9.. HTTP/1.1\r\n"));
    for (char const* const id : {"..", "."}) {
        auto const bad = world.client().attach<modzy::text_job>(id);
        CHECK(support::error_of(world.context, bad.status()) == errc::invalid_argument);
    }
    CHECK(world.server.requests().size() == 1);
}
