// SPDX-License-Identifier: BSL-1.0
//
// What the simulated S3 checks, and the ways to it: buckets in the host, other regions, presigned
// URLs, other clocks.

#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/codec/digest.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "support/fault_world.hpp"
#include "support/s3_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using support::contains;
using support::storing::world;
namespace asio = boost::asio;
namespace s3 = bedrock::s3;

namespace {

/// The URL of an object that is good by itself for some time.
std::string presigned(world& here, std::string const& method, std::string const& path,
                      std::chrono::seconds life, std::string_view key = "test")
{
    sigv4_request request;
    request.method = method;
    request.path = path;
    request.payload_hash = sigv4_request::unsigned_payload;
    std::string const host = here.simulator->base_url().substr(std::string{"http://"}.size());
    request.headers.emplace_back("Host", host);
    sigv4_scope scope{"us-east-1", "s3",
                      std::chrono::floor<std::chrono::seconds>(here.time->calendar())};
    scope.path = sigv4_path::as_sent;
    sigv4_keys keys;
    sigv4_identity const who{"test", key};
    return here.simulator->base_url() + path + '?' +
           sigv4_presigned_query(request, scope, who, keys, life, {});
}

/// A client that has nothing to do with the server of the URLs, and sends it no credentials.
s3::client stranger(world& here)
{
    auto options = here.options;
    options.s3_endpoint = "http://localhost:1";
    return s3::client{here.context.get_executor(), options};
}

} // namespace

TEST_CASE("s3: a bucket in the host is reached, written to and listed")
{
    testing::s3_simulator_options with;
    with.domain = "storage.test";
    world here{std::move(with)};
    auto const names = std::make_shared<support::scripted_resolver>();
    names->addresses.emplace_back(asio::ip::address_v4::loopback(), here.simulator->port());
    here.options.resolver = names;
    here.options.s3_endpoint = "http://storage.test:" + std::to_string(here.simulator->port());
    auto const client = here.client();
    for (std::string_view const key : {"a/b c", "/a", "a//b", ".."}) {
        CAPTURE(key);
        bedrock::s3_uri const object{"bucket", std::string{key}};
        here.run(client.send(s3::put_object{object, shared_bytes{key}}));
        CHECK(here.simulator->storage().content("bucket", key) == key);
        auto body = here.run(client.send(s3::get_object{object}));
        CHECK(here.read(body) == key);
    }
    CHECK(here.run(client.send(s3::list_objects{"s3://bucket"})).objects.size() == 4);
    CHECK(names->asked.front() == "bucket.storage.test");
    CHECK(here.simulator->ledger().front().request.target == "/a/b%20c");
    here.simulator->storage().buckets["bucket.with.dots"];
    s3::put_object const dotted{"s3://bucket.with.dots/key", shared_bytes{"x"}};
    here.run(client.send(dotted)); // over http there is no certificate to fit
    CHECK(names->asked.back() == "bucket.with.dots.storage.test");
}

TEST_CASE("s3: a bucket of another region is signed for there, with its body sent again")
{
    for (int const status : {301, 307, 400}) {
        CAPTURE(status);
        testing::s3_simulator_options with;
        with.wrong_region_status = status;
        world here{std::move(with)};
        here.simulator->storage().buckets["far"];
        here.simulator->storage().regions["far"] = "eu-central-1";
        auto const client = here.client();
        s3::put_object const put{"s3://far/key", shared_bytes{"content"}};
        here.run(client.send(put));
        CHECK(here.simulator->storage().content("far", "key") == "content");
        CHECK(here.simulator->count("PUT", "/far/key") == 2);
        CHECK(here.run(client.send(s3::head_object{"s3://far/key"})).size == 7);
        CHECK(here.simulator->count("HEAD", "/far/key") == 1); // it is known now
        here.run(client.send(s3::put_object{"s3://bucket/key", shared_bytes{"x"}}));
        CHECK(here.simulator->count("PUT", "/bucket/key") == 1);
    }
    // HEAD learns it, too, without a body that would say it.
    testing::s3_simulator_options with;
    with.wrong_region_status = 400;
    world here{std::move(with)};
    here.simulator->storage().regions["bucket"] = "eu-central-1";
    here.simulator->storage().put("bucket", "key", "x");
    CHECK(here.run(here.client().send(s3::head_object{"s3://bucket/key"})).size == 1);
}

TEST_CASE("s3: presigned URLs are good for their time, their method and their key alone")
{
    world here;
    auto const by = stranger(here);
    std::string const path = "/bucket/in%20put/a%2Bb";
    here.run(by.upload(presigned(here, "PUT", path, 60s), bytes{"content"}));
    CHECK(here.simulator->storage().content("bucket", "in put/a+b") == "content");
    CHECK(!here.simulator->ledger().back().request.headers.find("Authorization"));
    std::string const url = presigned(here, "GET", path, 60s);
    CHECK(here.run(by.download(url)).body == "content");
    here.time->advance(61s);
    error const late = here.error_of(by.download(url));
    CHECK(late == condition::forbidden);
    CHECK(here.error_of(by.download(presigned(here, "PUT", path, 60s))) == condition::unauthorized);
    CHECK(here.error_of(by.download(presigned(here, "GET", path, 60s, "other"))) ==
          condition::unauthorized);
    std::string const there = here.simulator->base_url();
    CHECK(here.error_of(by.download(there + path)) == condition::forbidden); // without any
}

TEST_CASE("s3: wrong keys, clocks and checksums are told apart")
{
    world here;
    s3::put_object const put{"s3://bucket/key", shared_bytes{"content"}};
    auto const code_of = [&](bedrock::credentials who) {
        here.options.credentials = bedrock::static_credentials(std::move(who));
        return here.error_of(here.client().send(put)).info().server_code;
    };
    CHECK(code_of({"test", secret{"other"}}) == "SignatureDoesNotMatch");
    CHECK(code_of({"other", secret{"test"}}) == "InvalidAccessKeyId");
    testing::aws_key gone{"gone", "gone"};
    gone.expires = here.time->calendar();
    here.simulator->accept(gone);
    CHECK(code_of({"gone", secret{"gone"}}) == "ExpiredToken");

    here.options.credentials =
        bedrock::static_credentials(bedrock::credentials{"test", secret{"test"}});
    s3::put_object damaged{"s3://bucket/key", http::memory_body({shared_bytes{"content"}})};
    damaged.crc32 = 1;
    CHECK(here.error_of(here.client().send(damaged)).info().server_code == "BadDigest");
    s3::put_object const streamed{"s3://bucket/key", http::memory_body({shared_bytes{"content"}})};
    here.run(here.client().send(streamed));
    CHECK(here.simulator->ledger().back().request.headers.find("X-Amz-Content-Sha256") ==
          "UNSIGNED-PAYLOAD");

    // A clock that is wrong by an hour is put right, once.
    auto const slow = std::make_shared<testing::manual_clock>();
    slow->advance(1h);
    here.options.clock = slow;
    here.run(here.client().send(put));
    CHECK(here.simulator->count("PUT", "/bucket/key") == 7);
}

TEST_CASE("s3: a client that waits for 100-continue is told to go on")
{
    world here;
    asio::ip::tcp::socket socket{here.context};
    socket.connect({asio::ip::address_v4::loopback(), here.simulator->port()});
    std::string const head = "PUT /bucket/key HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n"
                             "Expect: 100-continue\r\n\r\n";
    asio::write(socket, asio::buffer(head));
    std::string answer(1000, '\0');
    std::size_t got = 0;
    bool done = false;
    socket.async_read_some(asio::buffer(answer), [&](error_code, std::size_t count) {
        got = count;
        done = true;
    });
    support::run_until(here.context, [&] { return done; });
    CHECK(answer.substr(0, got) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(here.simulator->ledger().empty());
    asio::write(socket, asio::buffer(std::string{"content"}));
    done = false;
    socket.async_read_some(asio::buffer(answer), [&](error_code, std::size_t count) {
        got = count;
        done = true;
    });
    support::run_until(here.context, [&] { return done; });
    CHECK(answer.starts_with("HTTP/1.1 403 ")); // nobody has signed it
    CHECK(here.simulator->ledger().at(0).request.body == "content");
}

TEST_CASE("s3: a busy S3 is asked again, and what can't be helped is told at once")
{
    world here;
    auto const slow_down = testing::s3_simulator::error_fault(503, "SlowDown", "reduce your rate");
    here.simulator->inject(slow_down);
    here.simulator->inject(testing::s3_simulator::error_fault(500, "InternalError", "again"));
    s3::put_object const put{"s3://bucket/key", shared_bytes{"content"}};
    here.run(here.client().send(put));
    CHECK(here.simulator->ledger().size() == 3);
    for (int i = 0; i < 3; ++i)
        here.simulator->inject(slow_down);
    error const e = here.error_of(here.client().send(put));
    CHECK(e == condition::rate_limited);
    CHECK(e.info().attempts == 3);
}
