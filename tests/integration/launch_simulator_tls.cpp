// SPDX-License-Identifier: BSL-1.0
//
// Streams of a simulator over TLS: what can be read while one goes on is the client's end.

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <string>

#include "integration/launch_simulator.hpp"
#include "support/certificates.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace launch_wire;

namespace {

/// Asks for streams, one after the other on one connection, and leaves inside of the last one.
boost::asio::awaitable<std::string> stream_over_tls(boost::asio::io_context& on, std::uint16_t port,
                                                    std::string request, bool politely)
{
    using boost::asio::ip::tcp;
    boost::asio::ssl::context tls{boost::asio::ssl::context::tls_client};
    boost::asio::ssl::stream<tcp::socket> stream{on, tls};
    tcp::endpoint const there{boost::asio::ip::address_v4::loopback(), port};
    co_await stream.next_layer().async_connect(there, boost::asio::use_awaitable);
    co_await stream.async_handshake(boost::asio::ssl::stream_base::client,
                                    boost::asio::use_awaitable);
    std::string all;
    std::array<char, 4096> piece{};
    for (int i = 0; i < 3; ++i) {
        co_await boost::asio::async_write(stream, boost::asio::buffer(request),
                                          boost::asio::use_awaitable);
        std::string one;
        while (!(i < 2 ? one.ends_with("\r\n0\r\n\r\n") : support::contains(one, "data: "))) {
            auto const got = co_await stream.async_read_some(boost::asio::buffer(piece),
                                                             boost::asio::use_awaitable);
            one.append(piece.data(), got);
        }
        all += one;
    }
    if (politely)
        co_await stream.async_shutdown(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return all;
}

} // namespace

TEST_CASE("streams over TLS keep the connection, and end with it")
{
    bool politely = false;
    SUBCASE("which the client closes")
    {
        politely = false;
    }
    SUBCASE("which the client closes with a notice")
    {
        politely = true;
    }
    support::authority const issuer;
    auto const who = issuer.issue("localhost", "IP:127.0.0.1");
    auto with = testing::launch_simulator_options{};
    with.certificate_pem = who.certificate;
    with.private_key_pem = who.key;
    std::size_t calls = 0;
    with.model = [&calls](testing::launch_call const&) {
        auto script = std::make_shared<testing::launch_script>();
        script->events.assign(2, testing::launch_event::result("token", 1s));
        if (++calls == 3)
            script->ending = testing::launch_ending::silence;
        return testing::launch_outcome::stream(script);
    };
    wire world{with};
    auto const request = message("POST", streaming_url(), R"({"args":{}})", basic);
    auto const all = support::run(
        world.context, stream_over_tls(world.context, world.simulator->port(), request, politely));
    CHECK(all.starts_with("HTTP/1.1 200 OK\r\n"));
    support::run_until(world.context, [&] { return world.simulator->requests_in_progress() == 0; });
    CHECK(world.simulator->connections() == 1);
    CHECK(world.simulator->ledger().size() == 3);
    CHECK(world.simulator->ledger()[1].complete);
    CHECK(!world.simulator->ledger()[2].complete);
}
