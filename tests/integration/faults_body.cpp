// SPDX-License-Identifier: BSL-1.0
//
// Request bodies that are read while they are sent.

#include <inferpp/client/pipeline.hpp>

#include "support/echo_platform.hpp"
#include "support/held_server.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace echo = support::echo;
using support::contains;
using support::held_server;
using support::raw_script;
using support::raw_server;
using support::simulated_world;
using support::started;

namespace {

/// Makes a body piece by piece.
class generator final : public http::body_source {
public:
    explicit generator(std::vector<std::string> parts) : pieces(std::move(parts)) {}

    std::optional<std::uint64_t> size() const override { return says; }

    asio::awaitable<result<std::size_t>> read(std::span<char> into) override
    {
        auto const executor = co_await asio::this_coro::executor;
        if (sleeps) {
            asio::steady_timer timer{executor, 1h};
            auto const [code] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
            woken = static_cast<bool>(code);
        } else {
            co_await asio::post(executor, asio::deferred); // as one that waits for something
        }
        ++reads;
        if (at == pieces.size() && endless)
            at = 0;
        if (at == pieces.size()) {
            if (fails)
                co_return *fails;
            co_return std::size_t{0};
        }
        std::string const& piece = pieces[at++];
        REQUIRE(piece.size() <= into.size());
        std::memcpy(into.data(), piece.data(), piece.size());
        co_return piece.size();
    }

    result<void> rewind() override
    {
        ++rewinds;
        if (!can_rewind)
            return error{errc::unsupported, "it can't be made twice"};
        at = 0;
        return {};
    }

    std::vector<std::string> pieces;
    std::optional<std::uint64_t> says;
    std::optional<error> fails; ///< behind the last piece
    bool endless = false;
    bool can_rewind = true;
    bool sleeps = false;
    bool woken = false;
    std::size_t at = 0;
    std::size_t reads = 0;
    int rewinds = 0;
};

std::string bytes_of(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(i * 131 % 251);
    return out;
}

http::request upload(std::shared_ptr<http::body_source> source, std::string_view method = "POST")
{
    http::request message{method, "upload"};
    message.source = std::move(source);
    return message;
}

/// What the observer of an upload was told.
struct told {
    std::vector<std::uint64_t> sent;
    std::optional<std::uint64_t> total;

    void listen(http::request& message)
    {
        message.progress = [this](std::uint64_t so_far, std::optional<std::uint64_t> all) {
            sent.push_back(so_far);
            total = all;
        };
    }
};

} // namespace

TEST_CASE("a file is sent whole, with its length and progress")
{
    for (std::size_t const size : {0u, 1u, 16383u, 16384u, 16385u, 65536u, 300'001u}) {
        CAPTURE(size);
        fs::path const path =
            fs::temp_directory_path() / ("inferpp-upload-" + std::to_string(::getpid()));
        std::string const content = bytes_of(size);
        std::ofstream{path, std::ios::binary} << content;
        {
            simulated_world world;
            auto message = upload(http::file_body(path), "PUT");
            told progress;
            progress.listen(message);
            world.run(world.client().raw(message));
            REQUIRE(world.simulator->ledger().size() == 1);
            auto const& request = world.simulator->ledger()[0].request;
            CHECK(request.method == "PUT");
            CHECK((request.body == content));
            CHECK(request.headers.find("Content-Length") == std::to_string(size));
            CHECK(!request.headers.find("Transfer-Encoding"));
            CHECK(std::is_sorted(progress.sent.begin(), progress.sent.end()));
            if (size > 0) {
                REQUIRE(!progress.sent.empty());
                CHECK(progress.sent.back() == size);
                CHECK(progress.total == size);
                CHECK(progress.sent.size() == (size + 65535) / 65536);
            }
        }
        fs::remove(path);
    }
}

TEST_CASE("a body of unknown size is sent in chunks, of pieces of any size")
{
    std::vector<std::string> single;
    for (char const c : bytes_of(500))
        single.emplace_back(1, c);
    std::vector<std::vector<std::string>> const cases{
        {}, {"x"}, {"ab", "c", "0\r\n\r\n"}, {bytes_of(65536), bytes_of(65535), "x"}, single};
    for (auto const& pieces : cases) {
        std::string content;
        for (auto const& piece : pieces)
            content += piece;
        CAPTURE(content.size());
        simulated_world world;
        auto message = upload(std::make_shared<generator>(pieces));
        told progress;
        progress.listen(message);
        auto const client = world.client();
        world.run(client.raw(message));
        REQUIRE(world.simulator->ledger().size() == 1);
        auto const& request = world.simulator->ledger()[0].request;
        CHECK((request.body == content));
        CHECK(request.headers.find("Transfer-Encoding") == "chunked");
        CHECK(!request.headers.find("Content-Length"));
        CHECK(progress.sent.size() == pieces.size());
        CHECK(!progress.total);
        if (!pieces.empty())
            CHECK(progress.sent.back() == content.size());
        // The connection is good for more.
        world.run(client.raw(http::request{"GET", "x"}));
        CHECK(world.simulator->connections() == 1);
    }
}

TEST_CASE("a body of another size than it said ends the call, and its connection")
{
    struct {
        std::uint64_t says;
        std::vector<std::string> pieces;
    } const cases[] = {
        {10, {"12345"}}, {10, {}}, {10, {"12345", "123456"}}, {0, {"x"}}, {3, {"1234"}},
    };
    for (auto const& c : cases) {
        CAPTURE(c.says);
        simulated_world world;
        auto const source = std::make_shared<generator>(c.pieces);
        source->says = c.says;
        auto const client = world.client();
        auto const e = world.error_of(client.raw(upload(source)));
        CHECK(e == errc::invalid_argument);
        CHECK(contains(e.what(), "size"));
        CHECK(e.info().phase == "read the request's body");
        CHECK(e.info().attempts == 1);
        // Nothing that looks whole, unless a header alone is.
        std::size_t const whole = c.says == 0 ? 1 : 0;
        CHECK(world.simulator->ledger().size() == whole);
        world.run(client.raw(http::request{"GET", "x"}));
        CHECK(world.simulator->connections() == 2);
        CHECK(world.simulator->ledger().size() == whole + 1);
    }
}

TEST_CASE("a body that fails ends the call with its own error, and nothing whole arrives")
{
    for (bool const known : {true, false}) {
        simulated_world world;
        auto const source = std::make_shared<generator>(std::vector<std::string>{"abc"});
        source->fails = error{errc::invalid_argument, "the camera is gone"};
        if (known)
            source->says = 100;
        auto const client = world.client();
        auto const e = world.error_of(client.raw(upload(source)));
        CHECK(e == errc::invalid_argument);
        CHECK(contains(e.what(), "the camera is gone"));
        CHECK(e.info().attempts == 1);
        CHECK(e.info().sent == sent_state::maybe);
        CHECK(world.simulator->ledger().empty());
        world.run(client.raw(http::request{"GET", "x"}));
        CHECK(world.simulator->connections() == 2);
    }
}

TEST_CASE("another attempt sends the body from its start")
{
    simulated_world world;
    for (int i = 0; i < 2; ++i) {
        testing::fault busy;
        busy.status = 503;
        world.simulator->inject(busy);
    }
    std::vector<std::string> const pieces{bytes_of(1000), bytes_of(2000)};
    auto const source = std::make_shared<generator>(pieces);
    world.run(world.client().raw(upload(source)));
    REQUIRE(world.simulator->ledger().size() == 3);
    for (auto const& line : world.simulator->ledger())
        CHECK((line.request.body == pieces[0] + pieces[1]));
    CHECK(source->rewinds == 2);
}

TEST_CASE("a body that can't begin again makes the first attempt the last")
{
    simulated_world world;
    testing::fault busy;
    busy.status = 503;
    world.simulator->inject(busy);
    auto const source = std::make_shared<generator>(std::vector<std::string>{"abc"});
    source->can_rewind = false;
    CHECK(world.run(world.client().raw(upload(source))).status == 503);
    CHECK(source->rewinds == 1);
    CHECK(world.simulator->ledger().size() == 1);
}

TEST_CASE("a kept connection that is dead costs a body no byte twice")
{
    asio::io_context context{1};
    held_server server{context, [](held_server::arrival const&) { return support::ok_answer(); }};
    modzy::options options;
    options.base_url = server.url();
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    modzy::client const client{context.get_executor(), options};
    support::run(context, client.raw(http::request{"GET", "x"}));
    server.close(0);
    auto const source = std::make_shared<generator>(std::vector<std::string>{"abc"});
    source->says = 3;
    CHECK(support::run(context, client.raw(upload(source))).status == 200);
    REQUIRE(server.arrivals().size() == 2);
    CHECK(server.arrivals()[1].body() == "abc");
}

TEST_CASE("a server that refuses a large body before it was sent is heard, and the upload ends")
{
    for (bool const known : {true, false}) {
        CAPTURE(known);
        asio::io_context context{1};
        raw_script hasty{{"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
                          "big"}};
        hasty.read_requests = false;
        raw_server const server{context, hasty};
        modzy::options options;
        options.base_url = server.url();
        options.api_key = secret{support::api_key};
        modzy::client const client{context.get_executor(), options};
        auto const source =
            std::make_shared<generator>(std::vector<std::string>{bytes_of(65536)});
        source->endless = true;
        if (known)
            source->says = 1ULL << 40;
        auto const answer = support::run(context, as_result(client.raw(upload(source))));
        REQUIRE(answer.has_value());
        CHECK(answer->status == 413);
        CHECK(answer->body == "big");
        CHECK(server.connections() == 1);
        CHECK(source->reads < 1000);
    }
}

TEST_CASE("a redirect that keeps the body sends it from its start, or is refused")
{
    for (bool const can_rewind : {true, false}) {
        for (bool const known : {true, false}) {
            CAPTURE(can_rewind);
            CAPTURE(known);
            simulated_world world;
            testing::fault moved;
            moved.status = 307;
            moved.headers.set("Location", "/api/elsewhere");
            world.simulator->inject(moved);
            auto const source = std::make_shared<generator>(std::vector<std::string>{"ab", "c"});
            source->can_rewind = can_rewind;
            if (known)
                source->says = 3;
            // No verb follows redirects with such a body yet: the layer below does.
            echo::options options;
            options.base_url = world.simulator->origin_url() + "/api";
            auto const line = std::make_shared<detail::pipeline>(
                world.context.get_executor(), std::make_shared<echo::provider const>(options),
                options);
            operation_info info;
            info.name = "upload";
            info.method = "POST";
            auto const answer = world.run(line->execute(upload(source), info, call_options{}));
            REQUIRE(answer.has_error());
            if (can_rewind) {
                CHECK(answer.error() == condition::unauthorized); // not Modzy's credentials
                REQUIRE(world.simulator->ledger().size() == 2);
                CHECK(world.simulator->ledger()[1].request.body == "abc");
            } else {
                CHECK(answer.error() == errc::redirect_refused);
                CHECK(world.simulator->ledger().size() == 1);
            }
        }
    }
}

TEST_CASE("C07: cancelled while a body is sent to a server that does not read: closed, maybe sent")
{
    asio::io_context context{1};
    asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    asio::ip::tcp::socket peer{context};
    acceptor.async_accept(peer, [](error_code) {});
    modzy::options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    options.api_key = secret{support::api_key};
    modzy::client const client{context.get_executor(), options};
    auto const source = std::make_shared<generator>(std::vector<std::string>{bytes_of(65536)});
    source->endless = true;
    started<http::response> sending{context, client.raw(upload(source))};
    std::size_t before = 0;
    do { // until the buffers of the kernel are full
        before = source->reads;
        support::run_for(context, 5ms);
    } while (source->reads != before || before == 0);
    sending.cancel();
    auto const ended = sending.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error().info().sent == sent_state::maybe);
    CHECK(ended.error().info().phase == "write");
    // The peer reads to an end: the connection is closed.
    std::vector<char> into(1 << 20);
    error_code code;
    while (!code)
        peer.read_some(asio::buffer(into), code);
    CHECK((code == asio::error::eof || code == asio::error::connection_reset));
}

TEST_CASE("C12: cancelled while the body is made, its coroutine is cancelled too")
{
    simulated_world world;
    auto const source = std::make_shared<generator>(std::vector<std::string>{"abc"});
    source->sleeps = true;
    started<http::response> sending{world.context, world.client().raw(upload(source))};
    support::run_until(world.context, [&] { return world.simulator->connections() == 1; });
    support::settle(world.context);
    REQUIRE(!sending.done());
    sending.cancel();
    auto const ended = sending.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(source->woken);
    CHECK(world.simulator->ledger().empty());
}

TEST_CASE("a server that stops reading a streamed body meets limits.write_idle")
{
    asio::io_context context{1};
    asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    asio::ip::tcp::socket peer{context};
    acceptor.async_accept(peer, [](error_code) {});
    modzy::options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    options.api_key = secret{support::api_key};
    options.limits.write_idle = 20ms;
    modzy::client const client{context.get_executor(), options};
    auto const source = std::make_shared<generator>(std::vector<std::string>{bytes_of(65536)});
    source->endless = true;
    auto const ended = support::run(context, as_result(client.raw(upload(source))));
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::unknown_outcome);
    CHECK(ended.error().info().cause == make_error_code(errc::write_timeout));
    CHECK(ended.error().info().attempts == 1);
}
