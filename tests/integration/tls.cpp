// SPDX-License-Identifier: BSL-1.0
//
// Whom the client trusts.

#include <inferpp/net/resolver.hpp>

#include "support/certificates.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using support::raw_script;
using support::simulated_world;

namespace {

support::authority const& test_authority()
{
    static support::authority const instance;
    return instance;
}

/// Finds every name on 127.0.0.1.
class loopback_resolver final : public resolver {
public:
    asio::awaitable<result<std::vector<asio::ip::tcp::endpoint>>> resolve(
        std::string, std::uint16_t port, clock::time_point) override
    {
        co_return std::vector<asio::ip::tcp::endpoint>(
            1, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), port});
    }
};

testing::modzy_simulator_options serving(support::identity const& who)
{
    testing::modzy_simulator_options with;
    with.certificate_pem = who.certificate;
    with.private_key_pem = who.key;
    return with;
}

struct tls_world : simulated_world {
    explicit tls_world(support::identity const& who) : simulated_world(serving(who))
    {
        options.tls.ca_pem = test_authority().pem();
        options.resolver = std::make_shared<loopback_resolver>();
    }
    void call_it(std::string const& host)
    {
        options.base_url = "https://" + host + ':' + std::to_string(simulator->port()) + "/api";
    }
    /// Submits a job; nothing may have been sent when the certificate is refused.
    error submit()
    {
        auto const e = error_of(client().submit(support::text_job()));
        if (e.code()) {
            CHECK(e == errc::tls_failed);
            CHECK(e == condition::transport);
            CHECK(e.info().sent == sent_state::no);
            CHECK(e.info().attempts == 1);
            CHECK(simulator->connections() == 1);
            CHECK(simulator->ledger().empty());
            support::check_complete(e, "submit_text");
        } else {
            CHECK(simulator->jobs() == 1);
        }
        return e;
    }
};

} // namespace

TEST_CASE("a server with a certificate of the named authority is trusted, by address and by name")
{
    tls_world address{test_authority().issue("some server", "IP:127.0.0.1")};
    CHECK(!address.submit().code());
    tls_world name{test_authority().issue("some server", "DNS:localhost")};
    name.call_it("localhost");
    CHECK(!name.submit().code());
    tls_world wildcard{test_authority().issue("some server", "DNS:*.api.test")};
    wildcard.call_it("eu.api.test");
    CHECK(!wildcard.submit().code());
}

TEST_CASE("a whole run works over TLS, on one connection that is kept")
{
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    auto const results = world.run(world.client().run(support::embedded_job(), support::quick()));
    CHECK(results.finished);
    CHECK(results.results.count("my-input") == 1);
    CHECK(world.simulator->connections() == 1);
    CHECK(world.simulator->ledger().size() > 2);
}

TEST_CASE("an authority can be named by a file")
{
    fs::path const file =
        fs::temp_directory_path() / ("inferpp-ca-" + std::to_string(::getpid()) + ".pem");
    std::ofstream{file} << test_authority().pem();
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    world.options.tls.ca_pem.clear();
    world.options.tls.ca_file = file.string();
    CHECK(!world.submit().code());
    fs::remove(file);
}

TEST_CASE("a certificate of an unknown authority is refused")
{
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    world.options.tls.ca_pem = support::authority{}.pem();
    auto e = world.submit();
    CHECK(support::contains(e.what(), "certificate"));
    CHECK(support::contains(e.what(), "tls.ca_file"));

    // The system's authorities don't know it either.
    tls_world other{test_authority().issue("x", "IP:127.0.0.1")};
    other.options.tls.ca_pem.clear();
    CHECK(other.submit() == errc::tls_failed);
}

TEST_CASE("a certificate for another host is refused")
{
    tls_world address{test_authority().issue("127.0.0.1", "IP:127.0.0.2")};
    CHECK(support::contains(address.submit().what(), "mismatch"));
    tls_world name{test_authority().issue("localhost", "DNS:other.test")};
    name.call_it("localhost");
    CHECK(support::contains(name.submit().what(), "mismatch"));
    tls_world name_for_address{test_authority().issue("x", "DNS:127.0.0.1")};
    CHECK(name_for_address.submit() == errc::tls_failed);
    tls_world partial{test_authority().issue("x", "DNS:ap*.host.test")};
    partial.call_it("api.host.test");
    CHECK(partial.submit() == errc::tls_failed);
    tls_world deep{test_authority().issue("x", "DNS:*.host.test")};
    deep.call_it("a.b.host.test");
    CHECK(deep.submit() == errc::tls_failed);
}

TEST_CASE("a certificate that names the host only in its subject is refused")
{
    tls_world name{test_authority().issue("localhost", "")};
    name.call_it("localhost");
    CHECK(support::contains(name.submit().what(), "mismatch"));
    tls_world address{test_authority().issue("127.0.0.1", "")};
    CHECK(address.submit() == errc::tls_failed);
}

TEST_CASE("a certificate that has expired, or is not valid yet, is refused")
{
    tls_world expired{test_authority().issue("x", "IP:127.0.0.1", -10, -1)};
    CHECK(support::contains(expired.submit().what(), "expired"));
    tls_world early{test_authority().issue("x", "IP:127.0.0.1", 2, 10)};
    CHECK(support::contains(early.submit().what(), "not yet valid"));
}

TEST_CASE("insecure_accept_any_certificate accepts any")
{
    for (auto const& who : {test_authority().issue("x", "DNS:other.test", -10, -1),
                            support::authority{}.issue("x", "IP:127.0.0.1")}) {
        tls_world world{who};
        world.options.tls.insecure_accept_any_certificate = true;
        CHECK(!world.submit().code());
    }
}

TEST_CASE("an authority that can't be read is refused where the client is made")
{
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    auto const refused = [&](std::string_view member) {
        try {
            auto const client = world.client();
            return false;
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            CHECK(support::contains(e.what(), member));
            return true;
        }
    };
    world.options.tls.ca_pem = "no certificate";
    CHECK(refused("tls.ca_pem"));
    world.options.tls.ca_pem.clear();
    world.options.tls.ca_file = "/nonexistent/ca.pem";
    CHECK(refused("tls.ca_file"));
}

TEST_CASE("a server that speaks no TLS fails the handshake before anything is sent")
{
    asio::io_context context{1};
    raw_script plain{{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
                     raw_script::end::hang};
    plain.read_requests = false;
    support::raw_server const server{context, plain};
    modzy::options options;
    options.base_url = "https://127.0.0.1:" + std::to_string(server.port());
    options.api_key = secret{support::api_key};
    modzy::client const client{context.get_executor(), options};
    auto const e = support::error_of(context, client.submit(support::text_job()));
    CHECK(e == errc::tls_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().attempts == 1);
    CHECK(server.connections() == 1);
}

TEST_CASE("a handshake that the server breaks off is repeated, because nothing was sent")
{
    asio::io_context context{1};
    raw_script closing{{""}};
    closing.read_requests = false;
    support::raw_server const server{context, closing};
    modzy::options options;
    options.base_url = "https://127.0.0.1:" + std::to_string(server.port());
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    modzy::client const client{context.get_executor(), options};
    auto const e = support::error_of(context, client.submit(support::text_job()));
    CHECK(e == errc::connect_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().attempts == 3);
    CHECK(e.info().phase == "tls");
}

TEST_CASE("a server that is silent in the handshake meets limits.tls")
{
    asio::io_context context{1};
    raw_script mute{{""}, raw_script::end::hang};
    mute.read_requests = false;
    support::raw_server const server{context, mute};
    modzy::options options;
    options.base_url = "https://127.0.0.1:" + std::to_string(server.port());
    options.api_key = secret{support::api_key};
    options.limits.tls = 40ms;
    modzy::client const client{context.get_executor(), options};
    auto const e = support::error_of(
        context, client.submit(support::text_job(), {.max_attempts = 1}));
    CHECK(e == errc::tls_timeout);
    CHECK(e.info().sent == sent_state::no);
    support::run_until(context, [&] { return server.closed_by_peer() == 1; });
}

TEST_CASE("an answer over TLS that is cut off is told as truncated or unknown")
{
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    testing::fault wrong;
    wrong.method = "POST";
    wrong.cut_after = 150;
    world.simulator->inject(wrong);
    wrong.cut_after = 0;
    wrong.reset = true;
    world.simulator->inject(wrong);
    for (int i = 0; i < 2; ++i) {
        auto const e = world.error_of(world.client().submit(support::text_job()));
        CHECK(e == errc::unknown_outcome);
        CHECK(e.info().cause == errc::truncated);
    }
    CHECK(world.simulator->jobs() == 2);
    CHECK(world.simulator->count("POST", "") == 2);
}

TEST_CASE("a large request arrives whole over TLS")
{
    tls_world world{test_authority().issue("x", "IP:127.0.0.1")};
    std::string const data(3'000'000, 'z');
    auto const results = world.run(world.client().run(support::embedded_job(data),
                                                      support::quick()));
    auto const& output = *results.results.at("my-input").output();
    CHECK(output.at("data").at("result").at("input.txt").at("size").to_number<std::size_t>() ==
          data.size());
}
