// SPDX-License-Identifier: BSL-1.0
//
// What the simulator and the fault proxy do wrong on demand, as a bare socket sees it.

#include "support/certificates.hpp"
#include "support/modzy_world.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using support::started;
using testing::connection_fault;
using testing::fault;
using testing::fault_proxy;
using testing::proxy_fault;

namespace {

constexpr auto as_values = asio::as_tuple(asio::deferred);

/// What came back, piece by piece, and how it ended.
struct seen {
    seen() = default;
    std::vector<std::string> pieces;
    std::string text;
    error_code end;
};

/// Sends a request and reads until the connection ends.
asio::awaitable<seen> talk(std::uint16_t port, std::string request, std::shared_ptr<seen> so_far)
{
    tcp::socket socket{co_await asio::this_coro::executor};
    tcp::endpoint const server{asio::ip::address_v4::loopback(), port};
    auto const [refused] = co_await socket.async_connect(server, as_values);
    REQUIRE(!refused);
    auto const [broken, sent] =
        co_await asio::async_write(socket, asio::buffer(request), as_values);
    CHECK(!broken);
    CHECK(sent == request.size());
    char piece[4096];
    while (!so_far->end) {
        auto const [code, got] = co_await socket.async_read_some(asio::buffer(piece), as_values);
        if (got > 0)
            so_far->pieces.emplace_back(piece, got);
        so_far->text.append(piece, got);
        so_far->end = code;
    }
    co_return *so_far;
}

/// A simulator in manual time, and a socket that talks to it or to a proxy before it.
struct tool_world : support::simulated_world {
    explicit tool_world(testing::modzy_simulator_options with = {})
        : simulated_world(std::move(with), time_of::manual),
          proxy(context.get_executor(), simulator->port(), time)
    {
        // The same answer each time, whole and untouched.
        whole = talk_to(simulator->port()).text;
        time->advance(1ms);
    }

    static std::string request(bool keep = false)
    {
        return std::string{"GET /api/nothing HTTP/1.1\r\nHost: x\r\n"} +
               (keep ? "" : "Connection: close\r\n") + "\r\n";
    }
    seen talk_to(std::uint16_t port)
    {
        return run(talk(port, request(), std::make_shared<seen>()));
    }
    seen meet(fault const& wrong)
    {
        simulator->inject(wrong);
        return talk_to(simulator->port());
    }
    seen meet(proxy_fault const& wrong)
    {
        proxy.inject(wrong);
        return talk_to(proxy.port());
    }
    /// What has come while the connection stays open; then the far end stops.
    std::string left_waiting(std::uint16_t port)
    {
        auto const so_far = std::make_shared<seen>();
        started<seen> waiting{context, talk(port, request(), so_far)};
        support::run_for(context, 30ms);
        CHECK_FALSE(waiting.done());
        proxy.stop();
        simulator->stop();
        CHECK(waiting.finish()->end == asio::error::eof);
        return so_far->text;
    }

    fault_proxy proxy;
    std::string whole;
};

} // namespace

// --- the simulator -------------------------------------------------------------------------------

TEST_CASE("the simulator cuts an answer with FIN or RST")
{
    tool_world world;
    for (std::size_t const k : {std::size_t{0}, std::size_t{10}, world.whole.size() - 1}) {
        fault wrong;
        wrong.cut_after = k;
        auto const finished = world.meet(wrong);
        CHECK(finished.text == world.whole.substr(0, k));
        CHECK(finished.end == asio::error::eof);
        wrong.reset = true;
        CHECK(world.meet(wrong).end == asio::error::connection_reset);
    }
}

TEST_CASE("the simulator slices and drips an answer, and the pieces arrive apart")
{
    tool_world world;
    fault wrong;
    wrong.slices = {5, 20};
    auto const sliced = world.meet(wrong);
    CHECK(sliced.text == world.whole);
    REQUIRE(sliced.pieces.size() == 3);
    CHECK(sliced.pieces[0].size() == 5);
    CHECK(sliced.pieces[1].size() == 15);
    wrong.slices.clear();
    wrong.drip = 1;
    wrong.pause = 10s;
    auto const before = world.time->now();
    auto const dripped = world.meet(wrong);
    CHECK(dripped.text == world.whole);
    CHECK(dripped.pieces.size() == world.whole.size());
    auto const pauses = static_cast<int>(world.whole.size() - 1);
    CHECK(world.time->now() - before == 10s * pauses);
}

TEST_CASE("the simulator stalls in an answer, until it stops")
{
    tool_world world;
    fault wrong;
    wrong.stall_after = 10;
    world.simulator->inject(wrong);
    CHECK(world.left_waiting(world.simulator->port()) == world.whole.substr(0, 10));
}

TEST_CASE("the simulator ends its half of a connection and goes on to listen")
{
    tool_world world;
    fault wrong;
    wrong.half_close = true;
    world.simulator->inject(wrong);
    auto const kept = world.run(
        talk(world.simulator->port(), tool_world::request(true), std::make_shared<seen>()));
    CHECK(kept.end == asio::error::eof);
    CHECK(kept.text.size() + std::string{"Connection: close\r\n"}.size() == world.whole.size());
}

TEST_CASE("the simulator lies about the length of an answer, and the client finds out")
{
    tool_world world;
    fault wrong;
    wrong.claimed_length = 9999;
    CHECK(support::contains(world.meet(wrong).text, "Content-Length: 9999\r\n"));

    world.simulator->inject(wrong);
    auto const shorter = world.error_of(world.client().submit(support::text_job()));
    CHECK(shorter == condition::unknown_outcome);
    wrong.claimed_length = 3;
    world.simulator->inject(wrong);
    auto const longer = world.error_of(world.client().submit(support::text_job()));
    CHECK(longer == condition::decode);
    CHECK(longer.info().sent == sent_state::yes);
}

TEST_CASE("the simulator ends a connection before it understands the request")
{
    tool_world world;
    connection_fault wrong;
    for (std::size_t const k : {0u, 1u, 20u}) {
        wrong.after_bytes = k;
        wrong.how = connection_fault::end::close;
        world.simulator->inject(wrong);
        auto const closed = world.talk_to(world.simulator->port());
        CHECK(closed.text.empty());
        CHECK(closed.end == asio::error::eof);
    }
    wrong.how = connection_fault::end::reset;
    world.simulator->inject(wrong);
    CHECK(world.talk_to(world.simulator->port()).end == asio::error::connection_reset);
    wrong.how = connection_fault::end::stall;
    world.simulator->inject(wrong);
    CHECK(world.left_waiting(world.simulator->port()).empty());
    CHECK(world.simulator->ledger().size() == 1);
}

TEST_CASE("a handshake that the simulator breaks is made again; one that it stalls times out")
{
    support::authority const issuer;
    auto const who = issuer.issue("localhost", "IP:127.0.0.1");
    testing::modzy_simulator_options with;
    with.certificate_pem = who.certificate;
    with.private_key_pem = who.key;
    support::simulated_world world{with};
    world.options.tls.ca_pem = issuer.pem();
    world.options.limits.tls = 30ms;
    connection_fault wrong;
    for (std::size_t const k : {0u, 1u, 100u}) {
        wrong.after_bytes = k;
        for (auto const how : {connection_fault::end::close, connection_fault::end::reset,
                               connection_fault::end::stall}) {
            wrong.how = how;
            world.simulator->inject(wrong);
            auto const client = world.client();
            auto const job = world.run(client.submit(support::text_job()));
            CHECK_FALSE(job.id().empty());
        }
    }
    CHECK(world.simulator->jobs() == 9);
    CHECK(world.simulator->connections() == 18);
}

// --- the proxy -----------------------------------------------------------------------------------

TEST_CASE("the proxy passes everything on and counts it")
{
    tool_world world;
    auto const plain = world.talk_to(world.proxy.port());
    CHECK(plain.text == world.whole);
    CHECK(plain.end == asio::error::eof);
    CHECK(world.proxy.connections() == 1);
    CHECK(world.proxy.bytes_to_client() == world.whole.size());
    CHECK(world.proxy.bytes_to_server() == tool_world::request().size());
    support::settle(world.context);
    CHECK(world.proxy.open_connections() == 0);
}

TEST_CASE("the proxy cuts either way with FIN or RST")
{
    tool_world world;
    for (bool const reset : {false, true}) {
        proxy_fault wrong;
        wrong.reset = reset;
        wrong.to_client.cut_after = 10;
        auto const answer = world.meet(wrong);
        CHECK(answer.text == world.whole.substr(0, 10));
        CHECK(answer.end == (reset ? asio::error::connection_reset : error_code{asio::error::eof}));
        wrong.to_client.cut_after.reset();
        wrong.to_server.cut_after = 10;
        auto const request = world.meet(wrong);
        CHECK(request.text.empty());
        CHECK(request.end == (reset ? asio::error::connection_reset : error_code{asio::error::eof}));
    }
    CHECK(world.proxy.bytes_to_server() == 2 * (tool_world::request().size() + 10));
}

TEST_CASE("the proxy slices, drips and delays")
{
    tool_world world;
    proxy_fault wrong;
    wrong.to_client.slices = {5, 20};
    auto const sliced = world.meet(wrong);
    CHECK(sliced.text == world.whole);
    REQUIRE(sliced.pieces.size() == 3);
    CHECK(sliced.pieces[1].size() == 15);

    auto const before = world.time->now();
    proxy_fault slow;
    slow.to_client.drip = 1;
    slow.to_client.pause = 1s;
    slow.to_server.delay = 1h;
    auto const dripped = world.meet(slow);
    CHECK(dripped.text == world.whole);
    CHECK(dripped.pieces.size() == world.whole.size());
    CHECK(world.time->now() - before ==
          1h + std::chrono::seconds{static_cast<int>(world.whole.size() - 1)});
}

TEST_CASE("the proxy flips a bit")
{
    tool_world world;
    proxy_fault wrong;
    wrong.to_client.flip_at = 9;
    auto const flipped = world.meet(wrong);
    REQUIRE(flipped.text.size() == world.whole.size());
    auto const first = std::mismatch(flipped.text.begin(), flipped.text.end(), world.whole.begin());
    CHECK(first.first - flipped.text.begin() == 9);
    CHECK((*first.first ^ *first.second) == 1);
    CHECK(std::equal(first.first + 1, flipped.text.end(), first.second + 1));
}

TEST_CASE("the proxy stalls one way, until it stops")
{
    tool_world world;
    proxy_fault wrong;
    wrong.to_client.stall_after = 10;
    world.proxy.inject(wrong);
    CHECK(world.left_waiting(world.proxy.port()) == world.whole.substr(0, 10));
}

TEST_CASE("the proxy ends one way of a connection, and the other goes on")
{
    tool_world world;
    proxy_fault wrong;
    wrong.to_server.half_close_after = tool_world::request().size();
    CHECK(world.meet(wrong).text == world.whole);
    wrong.to_server.half_close_after = 10; // the server never gets a whole request
    auto const none = world.meet(wrong);
    CHECK(none.text.empty());
    CHECK(none.end == asio::error::eof);
}

TEST_CASE("a proxy without a server closes what it accepts")
{
    asio::io_context context{1};
    std::uint16_t nobody = 0;
    {
        tcp::acceptor closing{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        nobody = closing.local_endpoint().port();
    }
    fault_proxy proxy{context.get_executor(), nobody};
    auto const none =
        support::run(context, talk(proxy.port(), "hello", std::make_shared<seen>()));
    CHECK(none.text.empty());
    CHECK(none.end);
}
