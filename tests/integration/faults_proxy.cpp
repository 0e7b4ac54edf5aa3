// SPDX-License-Identifier: BSL-1.0
//
// Through a proxy: what it is told, and what it may do wrong. The cases X of tests/faults.md.

#include <inferpp/net/resolver.hpp>

#include "support/certificates.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"
#include "support/tunnel_proxy.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using support::raw_script;
using support::raw_server;
using support::simulated_world;
using support::started;
using support::tunnel_proxy;

namespace {

constexpr char const* target_host = "api.modzy.test";

/// Finds every name on 127.0.0.1, and remembers what it was asked for.
class noting_resolver final : public resolver {
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

support::authority const& test_authority()
{
    static support::authority const instance;
    return instance;
}

testing::modzy_simulator_options serving(std::string const& names)
{
    auto const who = test_authority().issue("server", names);
    testing::modzy_simulator_options with;
    with.certificate_pem = who.certificate;
    with.private_key_pem = who.key;
    return with;
}

/// A server of https with a name that only the proxy knows.
struct proxy_world : simulated_world {
    explicit proxy_world(std::string const& names = "DNS:api.modzy.test")
        : simulated_world(serving(names)), names_asked(std::make_shared<noting_resolver>())
    {
        options.base_url =
            std::string{"https://"} + target_host + ':' + std::to_string(simulator->port());
        options.tls.ca_pem = test_authority().pem();
        options.resolver = names_asked;
        options.proxy.host = "proxy.test";
    }
    void use(std::uint16_t port) { options.proxy.port = port; }

    /// A submission that the proxy does not let through.
    error refused_submission()
    {
        auto const e = error_of(client().submit(support::text_job()));
        CHECK(e.info().sent == sent_state::no);
        CHECK(e.info().phase == "proxy");
        CHECK(simulator->connections() == 0);
        support::check_complete(e, "submit_text");
        return e;
    }

    std::shared_ptr<noting_resolver> names_asked;
};

/// A proxy that gives one answer to CONNECT and no tunnel.
raw_script answering(std::string text, raw_script::end then = raw_script::end::hang)
{
    return raw_script{{std::move(text)}, then};
}

} // namespace

TEST_CASE("X01: TLS is spoken with the target through the tunnel, and verified against its name")
{
    proxy_world world;
    tunnel_proxy proxy{world.context, world.simulator->port()};
    world.use(proxy.port());
    auto const client = world.client();
    CHECK(!world.run(client.submit(support::text_job())).id().empty());
    CHECK(!world.run(client.submit(support::text_job())).id().empty());
    CHECK(world.simulator->jobs() == 2);
    REQUIRE(proxy.connections() == 1); // the tunnel is kept
    CHECK(contains(proxy.requests()[0], std::string{"CONNECT "} + target_host + ':' +
                                            std::to_string(world.simulator->port()) +
                                            " HTTP/1.1\r\n"));
    // The proxy looks the target's name up, not we.
    CHECK(world.names_asked->asked == std::vector<std::string>{"proxy.test"});
    // The server's name stands in the handshake; all else is unreadable.
    CHECK(proxy.sent_through().starts_with('\x16'));
    CHECK(contains(proxy.sent_through(), target_host));
    CHECK(!contains(proxy.sent_through(), "proxy.test"));
    CHECK(!contains(proxy.sent_through(), support::api_key));
}

TEST_CASE("X01: a certificate for the proxy's name, or any other, is refused")
{
    for (std::string const names : {"DNS:proxy.test", "DNS:other.test", "IP:127.0.0.1"}) {
        CAPTURE(names);
        proxy_world world{names};
        tunnel_proxy proxy{world.context, world.simulator->port()};
        world.use(proxy.port());
        auto const e = world.error_of(world.client().submit(support::text_job()));
        CHECK(e == errc::tls_failed);
        CHECK(contains(e.what(), target_host));
        CHECK(e.info().sent == sent_state::no);
        CHECK(e.info().attempts == 1);
        CHECK(world.simulator->ledger().empty());
    }
}

TEST_CASE("X01: a plain server is asked through a tunnel too, by its IPv6 address in brackets")
{
    simulated_world world;
    tunnel_proxy proxy{world.context, world.simulator->port()};
    world.options.base_url = "http://[2001:db8::1]:" + std::to_string(world.simulator->port());
    world.options.proxy.host = "127.0.0.1";
    world.options.proxy.port = proxy.port();
    CHECK(!world.run(world.client().submit(support::text_job())).id().empty());
    REQUIRE(proxy.connections() == 1);
    CHECK(contains(proxy.requests()[0],
                   "CONNECT [2001:db8::1]:" + std::to_string(world.simulator->port()) + " HTTP/1.1"));
}

TEST_CASE("X02: credentials go to the proxy, in CONNECT, and nowhere else")
{
    proxy_world world;
    tunnel_proxy proxy{world.context, world.simulator->port()};
    world.use(proxy.port());
    world.options.proxy.user = "user";
    world.options.proxy.password = secret{"pass:word"};
    CHECK(!world.run(world.client().submit(support::text_job())).id().empty());
    REQUIRE(proxy.connections() == 1);
    // printf 'user:pass:word' | base64
    CHECK(contains(proxy.requests()[0], "Proxy-Authorization: Basic dXNlcjpwYXNzOndvcmQ=\r\n"));
    REQUIRE(world.simulator->ledger().size() == 1);
    auto const& headers = world.simulator->ledger()[0].request.headers;
    CHECK(!headers.find("Proxy-Authorization"));
    for (auto const& field : headers)
        CHECK(!contains(field.value, "dXNlcjpwYXNzOndvcmQ="));
}

TEST_CASE("X02: a proxy that wants credentials, or others, is told apart and not asked again")
{
    for (bool const with_credentials : {false, true}) {
        CAPTURE(with_credentials);
        proxy_world world;
        raw_server proxy{world.context,
                         answering("HTTP/1.1 407 Proxy Authentication Required\r\n"
                                   "Proxy-Authenticate: Basic realm=\"x\"\r\n"
                                   "Content-Length: 0\r\n\r\n")};
        world.use(proxy.port());
        if (with_credentials) {
            world.options.proxy.user = "user";
            world.options.proxy.password = secret{"hunter2"};
        }
        auto const e = world.refused_submission();
        CHECK(e == errc::proxy_refused);
        CHECK(e.info().http_status == 407);
        CHECK(e.info().attempts == 1);
        CHECK(contains(e.what(), "proxy.password"));
        CHECK(!contains(e.what(), "hunter2"));
        REQUIRE(proxy.requests().size() == 1);
        CHECK(contains(proxy.requests()[0], "Proxy-Authorization") == with_credentials);
    }
}

TEST_CASE("X03: any answer to CONNECT but a 2xx is an error with its status, and never followed")
{
    for (int const status : {100, 301, 302, 307, 400, 401, 403, 404, 429, 500, 502, 503, 504}) {
        CAPTURE(status);
        proxy_world world;
        raw_server elsewhere{world.context, std::string{"HTTP/1.1 200 OK\r\n\r\n"}};
        raw_server proxy{world.context,
                         answering("HTTP/1.1 " + std::to_string(status) + " No\r\nLocation: " +
                                   elsewhere.url() + "/\r\nRetry-After: 0\r\n" +
                                   "Content-Length: 1000000000\r\n\r\nnot read")};
        world.use(proxy.port());
        auto const e = world.refused_submission();
        CHECK(e == errc::proxy_refused);
        CHECK(e == condition::transport);
        CHECK(e.info().http_status == status);
        CHECK(contains(e.what(), std::to_string(status)));
        CHECK(elsewhere.connections() == 0);
        support::run_until(world.context,
                           [&] { return proxy.closed_by_peer() == proxy.connections(); });
    }
}

TEST_CASE("X04: an answer to CONNECT in single bytes opens the tunnel")
{
    proxy_world world;
    tunnel_proxy proxy{world.context, world.simulator->port(),
                       "HTTP/1.0 201 Created\r\nVia: 1.1 x\r\nContent-Length: 0\r\n\r\n", 1};
    world.use(proxy.port());
    CHECK(!world.run(world.client().submit(support::text_job())).id().empty());
}

TEST_CASE("X04: a proxy that says more than its header, too much or nonsense is refused")
{
    struct {
        std::string answer;
        errc expected;
    } const cases[] = {
        {"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x01", errc::bad_http},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", errc::bad_http},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n", errc::header_too_large},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", errc::bad_http},
        {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", errc::bad_http},
    };
    for (auto const& [answer, expected] : cases) {
        CAPTURE(answer.substr(0, 64));
        proxy_world world;
        raw_server proxy{world.context, answering(answer)};
        world.use(proxy.port());
        auto const e = world.refused_submission();
        CHECK(e == expected);
        CHECK(e.info().attempts == 1);
        CHECK(proxy.connections() == 1);
    }
}

TEST_CASE("X05: a proxy that accepts and says nothing meets limits.connect")
{
    for (std::string const answer : {"", "HTTP/1.1 200 O"}) {
        CAPTURE(answer);
        proxy_world world;
        raw_server proxy{world.context, answering(answer)};
        world.use(proxy.port());
        world.options.limits.connect = 5ms;
        world.options.retry.max_attempts = 2;
        auto const e = world.refused_submission();
        CHECK(e == errc::connect_timeout);
        CHECK(e.info().attempts == 2); // nothing was sent to the server
        CHECK(proxy.connections() == 2);
    }
}

TEST_CASE("X05: the deadline of the call holds while a proxy says nothing")
{
    proxy_world world;
    raw_server proxy{world.context, answering("")};
    world.use(proxy.port());
    auto const e = world.error_of(world.client().submit(support::text_job(), {.timeout = 5ms}));
    CHECK(e == errc::deadline_exceeded);
    CHECK(e.info().phase == "proxy");
    CHECK(e.info().sent == sent_state::no);
}

TEST_CASE("X05: a proxy that closes instead of an answer is asked again")
{
    struct {
        std::string answer;
        raw_script::end then;
        bool reads;
    } const cases[] = {
        {"", raw_script::end::close, true},
        {"", raw_script::end::reset, true},
        {"", raw_script::end::close, false},
        {"HTTP/1.1 200 OK\r\nVia: x", raw_script::end::close, true},
        {"HTTP/1.1 200 OK\r\nVia: x", raw_script::end::reset, true},
    };
    for (auto const& c : cases) {
        CAPTURE(c.answer);
        CAPTURE(static_cast<int>(c.then));
        proxy_world world;
        raw_script script{{c.answer}, c.then};
        script.read_requests = c.reads;
        raw_server proxy{world.context, script};
        world.use(proxy.port());
        world.options.retry.max_attempts = 2;
        auto const e = world.refused_submission();
        CHECK(e == errc::connect_failed);
        CHECK(e.info().attempts == 2);
        CHECK(proxy.connections() == 2);
    }
}

TEST_CASE("X05: a proxy that can't be reached is named")
{
    proxy_world world;
    {
        raw_server const gone{world.context, std::string{}};
        world.use(gone.port());
    }
    world.options.retry.max_attempts = 1;
    auto const e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e == errc::connect_failed);
    CHECK(contains(e.what(), "the proxy proxy.test"));
    CHECK(e.info().sent == sent_state::no);
}

TEST_CASE("X06: CONNECT carries the target and the proxy's credentials, and nothing of the request")
{
    proxy_world world;
    tunnel_proxy proxy{world.context, world.simulator->port()};
    world.use(proxy.port());
    world.options.proxy.user = "u";
    auto const client = world.client();
    http::request message{"POST", "jobs?secret=query"};
    message.headers.set("X-Mine", "mine");
    message.body = "{}";
    world.run(client.raw(message));
    REQUIRE(proxy.connections() == 1);
    std::string const authority =
        std::string{target_host} + ':' + std::to_string(world.simulator->port());
    CHECK(proxy.requests()[0] == "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority +
                                     "\r\nProxy-Authorization: Basic dTo=\r\n\r\n");
}

TEST_CASE("X07: hosts on the list are asked directly")
{
    struct {
        char const* bypass;
        bool direct;
    } const cases[] = {
        {"", false},           {"modzy.test", true}, {".modzy.test", true}, {"other, *", true},
        {"modzy.tes", false},  {"api", false},       {"127.0.0.1", false},
    };
    for (auto const& [bypass, direct] : cases) {
        CAPTURE(bypass);
        proxy_world world;
        tunnel_proxy proxy{world.context, world.simulator->port()};
        world.use(proxy.port());
        world.options.proxy.bypass = bypass;
        CHECK(!world.run(world.client().submit(support::text_job())).id().empty());
        CHECK(proxy.connections() == (direct ? 0 : 1));
        CHECK(world.names_asked->asked ==
              std::vector<std::string>{direct ? target_host : "proxy.test"});
    }
}

TEST_CASE("X08: options of a proxy that can't be used are refused where the client is made")
{
    proxy_world world;
    world.use(0);
    try {
        world.client();
        FAIL("no exception");
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::invalid_argument);
        CHECK(contains(e.what(), "proxy.port"));
    }
    CHECK(world.names_asked->asked.empty());
}

TEST_CASE("X08: whatever stands in user and password, CONNECT is not broken by it")
{
    proxy_world world;
    tunnel_proxy proxy{world.context, world.simulator->port()};
    world.use(proxy.port());
    world.options.proxy.user = "a\r\nX-Injected: yes";
    world.options.proxy.password = secret{std::string(200, '\n')};
    CHECK(!world.run(world.client().submit(support::text_job())).id().empty());
    REQUIRE(proxy.connections() == 1);
    CHECK(!contains(proxy.requests()[0], "X-Injected"));
    CHECK(proxy.requests()[0].find("\r\n\r\n") == proxy.requests()[0].size() - 4);
}

TEST_CASE("C05: cancelled while the proxy is asked, the connection is closed")
{
    for (std::string const answer : {"", "HTTP/1.1 2"}) {
        CAPTURE(answer);
        proxy_world world;
        raw_server proxy{world.context, answering(answer)};
        world.use(proxy.port());
        started<job<modzy::text_job>> submission{world.context,
                                                 world.client().submit(support::text_job())};
        support::run_until(world.context, [&] { return proxy.requests().size() == 1; });
        support::settle(world.context);
        submission.cancel();
        auto const ended = submission.finish();
        REQUIRE(ended.has_error());
        CHECK(ended.error() == errc::cancelled);
        CHECK(ended.error().info().sent == sent_state::no);
        CHECK(ended.error().info().phase == "proxy");
        support::run_until(world.context, [&] { return proxy.closed_by_peer() == 1; });
        CHECK(proxy.connections() == 1);
    }
}
