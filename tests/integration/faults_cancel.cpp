// SPDX-License-Identifier: BSL-1.0
//
// Cancelled on the way to a server: while a name is looked up, while connecting, in a handshake, on
// a client that several threads may use. The cases C of tests/faults.md that cancellation.cpp and
// the sweeps leave.

#include <inferpp/net/resolver.hpp>

#include "support/held_server.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::held_server;
using support::raw_script;
using support::raw_server;
using support::started;
using text_handle = job<modzy::text_job>;

namespace {

using endpoints = std::vector<asio::ip::tcp::endpoint>;

modzy::options options_for(std::string const& url)
{
    modzy::options options;
    options.base_url = url;
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    options.retry.cap = 2ms;
    return options;
}

/// Never answers.
class slow_resolver final : public resolver {
public:
    asio::awaitable<result<endpoints>> resolve(std::string, std::uint16_t,
                                               clock::time_point deadline) override
    {
        ++asked;
        asio::steady_timer timer{co_await asio::this_coro::executor, deadline};
        auto const [code] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
        error e{code ? errc::cancelled : errc::resolve_timeout};
        e.edit().phase = "resolve";
        co_return e;
    }
    int asked = 0;
};

/// Finds every name at the given endpoints.
class fixed_resolver final : public resolver {
public:
    explicit fixed_resolver(endpoints all) : found(std::move(all)) {}
    asio::awaitable<result<endpoints>> resolve(std::string, std::uint16_t,
                                               clock::time_point) override
    {
        co_return found;
    }
    endpoints found;
};

/// A port of loopback on which connecting hangs: its queue is full.
class full_port {
public:
    full_port(asio::io_context& context, asio::ip::address const& address) : acceptor_(context)
    {
        acceptor_.open(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4());
        acceptor_.bind({address, 0});
        acceptor_.listen(0);
        for (int i = 0; i < 4; ++i) {
            filling_.emplace_back(context);
            filling_.back().async_connect(acceptor_.local_endpoint(), [](error_code) {});
        }
        support::run_for(context, 5ms);
    }
    asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
    asio::ip::tcp::acceptor acceptor_;
    std::vector<asio::ip::tcp::socket> filling_;
};

std::size_t open_files()
{
    auto const all = std::filesystem::directory_iterator{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

error check_cancelled(started<text_handle>& submission, std::string_view phase)
{
    submission.cancel();
    auto const ended = submission.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error() == condition::cancelled);
    CHECK(ended.error().info().sent == sent_state::no);
    CHECK(ended.error().info().phase == phase);
    support::check_complete(ended.error(), "submit_text");
    CHECK(submission.completions() == 1);
    return ended.error();
}

} // namespace

TEST_CASE("C03: cancelled while the name is looked up, it ends at once")
{
    asio::io_context context{1};
    auto const names = std::make_shared<slow_resolver>();
    auto options = options_for("http://slow.test");
    options.resolver = names;
    modzy::client const client{context.get_executor(), options};
    started<text_handle> submission{context, client.submit(support::text_job())};
    support::run_until(context, [&] { return names->asked == 1; });
    support::settle(context);
    auto const began = std::chrono::steady_clock::now();
    check_cancelled(submission, "resolve");
    CHECK(std::chrono::steady_clock::now() - began < 1s); // the limit is 5 s
    CHECK(names->asked == 1);
}

TEST_CASE("C04: cancelled while one address is tried, or two at once, every socket is closed")
{
    std::size_t const before = open_files();
    for (auto const wait : {10ms, 270ms}) { // the second attempt begins after 250 ms
        CAPTURE(wait.count());
        asio::io_context context{1};
        full_port const first{context, asio::ip::address_v4::loopback()};
        full_port const second{context, asio::ip::address_v4::loopback()};
        std::size_t const idle = open_files();
        auto options = options_for("http://two.test");
        options.resolver =
            std::make_shared<fixed_resolver>(endpoints{first.endpoint(), second.endpoint()});
        modzy::client const client{context.get_executor(), options};
        started<text_handle> submission{context, client.submit(support::text_job())};
        support::run_for(context, wait);
        REQUIRE(!submission.done());
        CHECK(open_files() == idle + (wait > 250ms ? 2 : 1));
        check_cancelled(submission, "connect");
        support::settle(context);
        CHECK(open_files() == idle);
    }
    CHECK(open_files() == before);
}

TEST_CASE("C06: cancelled in a handshake with a silent peer, the connection is closed")
{
    for (std::string const answer : {"", "\x16\x03\x03\x40\x00half a record"}) {
        CAPTURE(answer.size());
        asio::io_context context{1};
        raw_script script{{answer}, raw_script::end::hang};
        script.read_requests = false;
        raw_server const server{context, script};
        modzy::client const client{context.get_executor(),
                                   options_for("https" + server.url().substr(4))};
        started<text_handle> submission{context, client.submit(support::text_job())};
        support::run_until(context, [&] { return server.connections() == 1; });
        support::run_for(context, 5ms);
        REQUIRE(!submission.done());
        check_cancelled(submission, "tls");
        support::run_until(context, [&] { return server.closed_by_peer() == 1; });
        CHECK(server.connections() == 1);
    }
}

TEST_CASE("C14: a client for several threads is cancelled like any other, at any moment")
{
    std::size_t cancelled = 0, served = 0;
    for (int moment = 0; moment < 60; ++moment) {
        CAPTURE(moment);
        asio::io_context context{1};
        held_server server{context, [](held_server::arrival const& which) {
                               return support::ok_answer(which.method() == "POST"
                                                             ? support::receipt()
                                                             : support::details("SUBMITTED"));
                           }};
        auto options = options_for(server.url());
        options.thread_safe = true;
        options.max_connections = 1;
        modzy::client const client{context.get_executor(), options};
        started<text_handle> submission{context, client.submit(support::text_job())};
        context.restart();
        for (int i = 0; i < moment; ++i)
            context.poll_one();
        submission.cancel();
        submission.cancel();
        auto const ended = submission.finish();
        CHECK(submission.completions() == 1);
        if (ended) {
            ++served;
            CHECK(ended->id() == "j1");
        } else {
            ++cancelled;
            CHECK(ended.error() == errc::cancelled);
        }
        CHECK(server.arrivals().size() <= 1);
        // The only place in the pool is free again.
        CHECK(support::run(context, client.send(modzy::get_job{"j1"})).job_identifier == "j1");
    }
    CHECK(cancelled > 0);
    CHECK(served > 0);
}

TEST_CASE("C14: a client for several threads leaves the queue when it is cancelled there")
{
    asio::io_context context{1};
    held_server server{context};
    auto options = options_for(server.url());
    options.thread_safe = true;
    options.max_connections = 1;
    modzy::client const client{context.get_executor(), options};
    http::request const message{"GET", "x"};
    started<http::response> busy{context, client.raw(message)};
    support::run_until(context, [&] { return server.arrivals().size() == 1; });
    started<http::response> first{context, client.raw(message)};
    started<http::response> second{context, client.raw(message)};
    support::settle(context);
    first.cancel();
    auto const ended = first.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::cancelled);
    CHECK(ended.error().info().phase == "wait for a connection");
    server.answer(0);
    CHECK(busy.finish().has_value());
    support::run_until(context, [&] { return server.arrivals().size() == 2; });
    server.answer(1);
    CHECK(second.finish().has_value());
    CHECK(server.connections() == 1);
}

TEST_CASE("C16: a context may go while names are looked up, addresses tried, hands shaken, and with strands")
{
    std::size_t const before = open_files();
    for (bool const thread_safe : {false, true}) {
        for (int where = 0; where < 4; ++where) {
            CAPTURE(thread_safe);
            CAPTURE(where);
            auto context = std::make_unique<asio::io_context>(1);
            {
                std::optional<full_port> full;
                std::optional<raw_server> silent;
                auto options = options_for("http://some.test");
                options.thread_safe = thread_safe;
                options.max_connections = 1;
                if (where == 0) {
                    options.resolver = std::make_shared<slow_resolver>();
                } else if (where == 1) {
                    full.emplace(*context, asio::ip::address_v4::loopback());
                    options.resolver =
                        std::make_shared<fixed_resolver>(endpoints{full->endpoint()});
                } else {
                    raw_script hangs{{}, raw_script::end::hang};
                    silent.emplace(*context, hangs);
                    options.base_url =
                        (where == 2 ? "https" : "http") + silent->url().substr(4);
                }
                modzy::client const client{context->get_executor(), options};
                started<text_handle> one{*context, client.submit(support::text_job())};
                started<text_handle> waits{*context, client.submit(support::text_job())};
                support::run_for(*context, 2ms);
                CHECK(!one.done());
                CHECK(!waits.done());
            }
            context.reset();
        }
    }
    CHECK(open_files() == before);
}

TEST_CASE("C17: total and partial cancellation do nothing before anything is sent either")
{
    asio::io_context context{1};
    auto const names = std::make_shared<slow_resolver>();
    auto options = options_for("http://slow.test");
    options.resolver = names;
    modzy::client const client{context.get_executor(), options};
    started<text_handle> submission{context, client.submit(support::text_job())};
    support::run_until(context, [&] { return names->asked == 1; });
    for (auto const type : {asio::cancellation_type::total, asio::cancellation_type::partial}) {
        submission.cancel(type);
        support::settle(context);
        CHECK(!submission.done());
    }
    check_cancelled(submission, "resolve");
}
