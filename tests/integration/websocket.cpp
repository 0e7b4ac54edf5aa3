// SPDX-License-Identifier: BSL-1.0
//
// WebSockets over the real transport, against a simulator that echoes.

#include <inferpp/testing/fault_proxy.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/certificates.hpp"
#include "support/echo_platform.hpp"
#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::contains;

namespace {

// Sends back what it gets; obeys "close", "cut" and "flood".
class echo_handler final : public testing::websocket_handler {
public:
    explicit echo_handler(std::shared_ptr<testing::websocket_client> client)
        : client_(std::move(client))
    {
    }
    void received(std::string data, bool text) override
    {
        if (data == "close")
            client_->close();
        else if (data == "cut")
            client_->cut();
        else if (data == "last words") {
            client_->send("farewell", true);
            client_->cut_behind();
            client_->send("too late", true);
        } else if (data == "throw")
            throw std::runtime_error{"a bug of the platform"};
        else if (data == "flood")
            for (int i = 0; i < 100; ++i)
                client_->send(std::to_string(i), true);
        else
            client_->send(std::move(data), text);
    }

private:
    std::shared_ptr<testing::websocket_client> client_;
};

class echo_server final : public testing::simulator {
public:
    explicit echo_server(asio::any_io_executor on, testing::simulator_options with = {})
        : simulator(std::move(on), std::move(with))
    {
        start();
    }
    ~echo_server() override = default;

    std::string websocket_url(std::uint16_t at = 0) const
    {
        std::string const scheme = origin_url().starts_with("https") ? "wss" : "ws";
        return scheme + "://127.0.0.1:" + std::to_string(at == 0 ? port() : at) + "/v0/ws?x=1";
    }
    std::vector<std::shared_ptr<testing::websocket_client>> clients;

private:
    testing::simulated_answer respond(testing::simulated_request& request) override
    {
        testing::simulated_answer answer;
        answer.status = 404;
        if (request.target != "/v0/ws?x=1")
            return answer;
        answer.headers.set("X-Served-By", "test");
        answer.websocket = [this](std::shared_ptr<testing::websocket_client> client) {
            clients.push_back(client);
            return std::make_unique<echo_handler>(std::move(client));
        };
        return answer;
    }
};

struct world {
    explicit world(testing::simulator_options with = {})
    {
        server = std::make_unique<echo_server>(context.get_executor(), std::move(with));
        options.base_url = server->origin_url();
    }
    std::unique_ptr<websocket> open(std::string const& url)
    {
        return support::run(context,
                            echo::client{context.get_executor(), options}.open_websocket(url));
    }
    std::unique_ptr<websocket> open() { return open(server->websocket_url()); }
    error refused(std::string const& url)
    {
        return support::error_of(context,
                                 echo::client{context.get_executor(), options}.open_websocket(url));
    }
    result<void> write(websocket& to, std::string data, bool text = false)
    {
        websocket_message const message{std::move(data), text};
        return support::run(context, to.write(message));
    }
    result<std::optional<websocket_message>> read(websocket& from)
    {
        return support::run(context, from.read());
    }

    asio::io_context context{1};
    std::unique_ptr<echo_server> server;
    echo::options options;
};

} // namespace

TEST_CASE("messages of any size and both types go there and back")
{
    world here;
    auto const socket = here.open();
    CHECK(here.server->websockets() == 1);
    for (std::size_t const size :
         {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL, 300'000UL, 5'000'000UL})
        for (bool const text : {true, false}) {
            CAPTURE(size);
            std::string const data(size, 'x');
            REQUIRE(here.write(*socket, data, text).has_value());
            auto const back = here.read(*socket);
            REQUIRE(back.has_value());
            REQUIRE(back->has_value());
            bool const same = (*back)->data == data;
            CHECK(same);
            CHECK((*back)->text == text);
        }
    auto const& upgrade = here.server->ledger().at(0).request;
    CHECK(upgrade.target == "/v0/ws?x=1");
    CHECK(upgrade.headers.find("User-Agent")->starts_with("inferpp/"));
    CHECK(!upgrade.headers.find("Authorization"));
    CHECK(here.server->ledger().at(0).status == 101);
}

TEST_CASE("many messages wait until they are read, in order")
{
    world here;
    auto const socket = here.open();
    REQUIRE(here.write(*socket, "flood").has_value());
    for (int i = 0; i < 100; ++i)
        CHECK((*here.read(*socket))->data == std::to_string(i));
}

TEST_CASE("a WebSocket goes over TLS, with the client's trust")
{
    support::authority const issuer;
    auto const who = issuer.issue("sim", "IP:127.0.0.1");
    testing::simulator_options with;
    with.certificate_pem = who.certificate;
    with.private_key_pem = who.key;
    world here{with};
    CHECK(here.refused(here.server->websocket_url()) == errc::tls_failed);
    here.options.tls.ca_pem = issuer.pem();
    auto const socket = here.open();
    REQUIRE(here.write(*socket, "hello").has_value());
    CHECK((*here.read(*socket))->data == "hello");
    REQUIRE(here.write(*socket, "close").has_value());
    auto const end = here.read(*socket);
    REQUIRE(end.has_value());
    CHECK(!*end);
}

TEST_CASE("a goodbye is an end, a connection that breaks is not")
{
    world here;
    auto socket = here.open();
    REQUIRE(here.write(*socket, "close").has_value());
    auto end = here.read(*socket);
    REQUIRE(end.has_value());
    CHECK(!*end);

    socket = here.open();
    REQUIRE(here.write(*socket, "cut").has_value());
    end = here.read(*socket);
    REQUIRE(end.has_error());
    CHECK(end.error() == errc::truncated);
    CHECK(end.error() == condition::transport);
    // From then on it says the same.
    CHECK(here.read(*socket).error() == errc::truncated);
    CHECK(here.write(*socket, "x").error() == errc::truncated);

    socket = here.open();
    REQUIRE(here.write(*socket, "throw").has_value());
    CHECK(here.read(*socket).has_error());

    socket = here.open();
    support::run(here.context, socket->close());
    CHECK(here.write(*socket, "x").error() == errc::closed);
    socket.reset();
    support::run_until(here.context, [&] { return here.server->websockets() == 0; });
}

TEST_CASE("a connection that is cut behind what was sent gives that, and then an error")
{
    world here;
    auto socket = here.open();
    REQUIRE(here.write(*socket, "last words"));
    auto const farewell = here.read(*socket);
    REQUIRE((farewell && *farewell));
    CHECK((*farewell)->data == "farewell");
    auto const end = here.read(*socket);
    REQUIRE(end.has_error());
    CHECK(end.error() == condition::transport);
}

TEST_CASE("a server that declines is an error of its status")
{
    world here;
    auto const origin = here.server->websocket_url();
    auto e = here.refused(origin.substr(0, origin.find("/v0")) + "/elsewhere");
    CHECK(e == condition::not_found);
    CHECK(e.info().http_status == 404);
    CHECK(e.info().operation == "open_websocket");
    CHECK(here.refused("ftp://127.0.0.1/") == errc::invalid_argument);
    CHECK(here.refused("") == errc::invalid_argument);
    here.server->stop();
    CHECK(here.refused(origin) == errc::connect_failed);
}

TEST_CASE("a message over the limit is refused before it is read")
{
    world here;
    here.options.limits.body_bytes = 1000;
    auto const socket = here.open();
    REQUIRE(here.write(*socket, std::string(1000, 'x')).has_value());
    CHECK((*here.read(*socket))->data.size() == 1000);
    REQUIRE(here.write(*socket, std::string(1001, 'x')).has_value());
    auto const end = here.read(*socket);
    REQUIRE(end.has_error());
    CHECK(end.error() == errc::body_too_large);
    CHECK(contains(end.error().what(), "limits.body_bytes"));
}

TEST_CASE("a peer that has gone is found out by a ping, one that is silent is not given up")
{
    world here;
    here.options.limits.idle = 300ms;
    auto socket = here.open();
    // The peer answers pings: nothing comes for longer than the limit, and then something.
    support::started<result<std::optional<websocket_message>>> reading{here.context,
                                                                       socket->read()};
    support::run_for(here.context, 900ms);
    CHECK(!reading.done());
    here.server->clients.at(0)->send("late");
    auto const late = reading.finish();
    REQUIRE(late.has_value());
    CHECK((**late)->data == "late");

    testing::fault_proxy proxy{here.context.get_executor(), here.server->port()};
    testing::proxy_fault gone;
    gone.to_client.stall_after = 200; // behind the answer to the upgrade, about
    proxy.inject(gone);
    socket = here.open(here.server->websocket_url(proxy.port()));
    auto const begun = std::chrono::steady_clock::now();
    auto const end = here.read(*socket);
    REQUIRE(end.has_error());
    CHECK(end.error() == errc::idle_timeout);
    CHECK(std::chrono::steady_clock::now() - begun >= 250ms);
}

TEST_CASE("a peer that takes nothing more ends a write")
{
    world here;
    here.options.limits.write_idle = 300ms;
    asio::ip::tcp::acceptor acceptor{here.context, {asio::ip::address_v4::loopback(), 0}};
    using peer = boost::beast::websocket::stream<asio::ip::tcp::socket>;
    auto const accepted = std::make_shared<peer>(here.context);
    asio::co_spawn(
        here.context,
        [](asio::ip::tcp::acceptor& from, std::shared_ptr<peer> to) -> asio::awaitable<void> {
            co_await from.async_accept(to->next_layer(), asio::use_awaitable);
            co_await to->async_accept(asio::use_awaitable);
        }(acceptor, accepted),
        asio::detached);
    auto const socket = here.open(here.server->websocket_url(acceptor.local_endpoint().port()));
    auto const e = here.write(*socket, std::string(64'000'000, 'x'));
    REQUIRE(e.has_error());
    CHECK(e.error() == errc::write_timeout);
    CHECK(e.error().info().sent == sent_state::maybe);
    CHECK(here.read(*socket).error() == errc::write_timeout);
}

TEST_CASE("a WebSocket cut after any byte ends in an error, and never before what came is given")
{
    world here;
    testing::fault_proxy proxy{here.context.get_executor(), here.server->port()};
    auto const url = here.server->websocket_url(proxy.port());
    std::size_t whole = 0;
    for (std::size_t cut = 0; cut < 2000; ++cut) {
        CAPTURE(cut);
        testing::proxy_fault fault;
        fault.to_client.cut_after = cut;
        fault.reset = cut % 2 == 1;
        proxy.inject(fault);
        auto opened = [&]() -> std::unique_ptr<websocket> {
            try {
                return here.open(url);
            }
            catch (failure const& e) {
                CHECK(e.error() == condition::transport);
                return nullptr;
            }
        }();
        if (!opened)
            continue;
        auto const sent = here.write(*opened, "abcdef");
        if (sent)
            CHECK_NOTHROW(here.write(*opened, "close"));
        auto const first = here.read(*opened);
        if (!first) {
            CHECK(first.error() == condition::transport);
            continue;
        }
        REQUIRE(first->has_value());
        CHECK((*first)->data == "abcdef");
        auto const end = here.read(*opened);
        if (end) {
            CHECK(!*end);
            ++whole;
            break;
        }
        CHECK(end.error() == condition::transport);
    }
    CHECK(whole == 1);
}

TEST_CASE("a cancelled read ends the WebSocket and leaves nothing behind")
{
    world here;
    auto socket = here.open();
    support::started<result<std::optional<websocket_message>>> reading{here.context,
                                                                       socket->read()};
    support::settle(here.context);
    reading.cancel();
    auto const end = reading.finish();
    CHECK((end.has_error() || end->has_error()));
    socket.reset();
    support::run_until(here.context, [&] { return here.server->websockets() == 0; });
}

TEST_CASE("reading and writing at once, a simulator that stops, a client that goes")
{
    world here;
    auto socket = here.open();
    support::started<result<std::optional<websocket_message>>> reading{here.context,
                                                                       socket->read()};
    REQUIRE(here.write(*socket, "x").has_value());
    CHECK((**reading.finish())->data == "x");

    auto kept = here.server->clients.at(0);
    here.server->stop();
    CHECK(here.read(*socket).has_error());
    here.server.reset();
    kept->send("nobody is there");
    kept->close();
    kept->cut();
}

TEST_CASE("with thread_safe a WebSocket may be used from any thread")
{
    asio::io_context serving{1};
    echo_server server{serving.get_executor()};
    auto guard = asio::make_work_guard(serving);
    std::thread thread{[&] { serving.run(); }};
    {
        asio::thread_pool pool{3};
        echo::options options;
        options.base_url = server.origin_url();
        options.thread_safe = true;
        echo::client const client{pool.get_executor(), options};
        std::vector<std::future<int>> all;
        for (int i = 0; i < 8; ++i)
            all.push_back(asio::co_spawn(
                asio::make_strand(pool),
                [](echo::client with, std::string url) -> asio::awaitable<int> {
                    auto const socket = co_await with.open_websocket(std::move(url));
                    int right = 0;
                    for (int n = 0; n < 50; ++n) {
                        websocket_message const message{std::to_string(n)};
                        auto const sent = co_await socket->write(message);
                        auto const back = co_await socket->read();
                        if (sent && back && *back && (*back)->data == message.data)
                            ++right;
                    }
                    co_await socket->close();
                    co_return right;
                }(client, server.websocket_url()),
                asio::use_future));
        for (auto& one : all)
            CHECK(one.get() == 50);
        pool.join();
    }
    guard.reset();
    asio::post(serving, [&] { server.stop(); });
    thread.join();
}
