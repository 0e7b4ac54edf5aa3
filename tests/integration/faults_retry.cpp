// SPDX-License-Identifier: BSL-1.0
//
// When and how often a call is made again, seen from outside. The cases Y of tests/faults.md.

#include <inferpp/codec/json.hpp>
#include <inferpp/net/https_transport.hpp>
#include <inferpp/net/resolver.hpp>

#include "support/echo_platform.hpp"
#include "support/held_server.hpp"
#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"
#include "unit/support.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using std::chrono::milliseconds;
using support::contains;
using support::fake_world;
using support::header;
using support::held_server;
using support::raw_script;
using support::raw_server;

namespace {

/// Manual time with a calendar that the test sets.
class dated_clock final : public inferpp::clock {
public:
    explicit dated_clock(std::shared_ptr<testing::manual_clock> steady)
        : steady_(std::move(steady)), start_(steady_->now())
    {
    }
    time_point now() const noexcept override { return steady_->now(); }
    sys_milliseconds calendar() const noexcept override
    {
        return base + std::chrono::floor<milliseconds>(steady_->now() - start_);
    }
    void arm(sleeper& who, time_point time) override { steady_->arm(who, time); }
    void disarm(sleeper& who) noexcept override { steady_->disarm(who); }

    sys_milliseconds base{1'700'000'000s};

private:
    std::shared_ptr<testing::manual_clock> steady_;
    time_point start_;
};

/// What the observer of attempts was told.
struct seen_attempt {
    std::string operation;
    int number = 0;
    int status = 0;
    std::optional<error> failure;
    std::optional<milliseconds> repeated_in;
};

struct observed_world : fake_world {
    observed_world()
    {
        options.on_attempt = [this](attempt_report const& told) {
            seen_attempt one;
            one.operation = told.operation;
            one.number = told.number;
            one.status = told.status;
            if (told.failure != nullptr)
                one.failure = *told.failure;
            one.repeated_in = told.repeated_in;
            seen.push_back(one);
        };
    }
    std::vector<seen_attempt> seen;
};

modzy::options options_for(std::string const& url)
{
    modzy::options options;
    options.base_url = url;
    options.api_key = secret{support::api_key};
    options.retry.base = 1ms;
    options.retry.cap = 2ms;
    return options;
}

} // namespace

TEST_CASE("Y01: a Retry-After of any form is waited for, or ends the call at once when it is too long")
{
    auto const path = unit::shared_path("vectors/http/retry-after-cases.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    for (auto const& entry : parsed->as_array()) {
        std::string const name{entry.at("name").as_string().c_str()};
        std::string const value{entry.at("value").as_string().c_str()};
        CAPTURE(name);
        fake_world world;
        auto const dated = std::make_shared<dated_clock>(world.time);
        dated->base = sys_milliseconds{
            std::chrono::seconds{entry.at("now").to_number<std::int64_t>()}};
        world.options.clock = dated;
        world.options.retry.max_retry_after = 1h;
        world.options.limits.total = 2h;
        world.transport->reply(429, support::refusal(429, "slow down"),
                               header("Retry-After", value));
        world.transport->reply(202, support::receipt());
        auto const& wanted = entry.at("expect_seconds");
        auto const outcome = world.run(as_result(world.client().submit(support::text_job())));
        if (wanted.is_string()) { // more than anybody waits
            REQUIRE(outcome.has_error());
            CHECK(outcome.error() == condition::rate_limited);
            CHECK(outcome.error().info().retry_after > 1h);
            CHECK(outcome.error().info().attempts == 1);
            CHECK(world.time->elapsed() == 0ms);
            continue;
        }
        CHECK(outcome.has_value());
        CHECK(world.transport->requests().size() == 2);
        milliseconds asked{0}; // what makes no sense is as if it were not there
        if (name == "float")
            asked = 1500ms;
        else if (!wanted.is_null())
            asked = std::chrono::seconds{wanted.to_number<std::int64_t>()};
        CHECK(world.time->elapsed() >= asked);
        CHECK(world.time->elapsed() <= std::max<milliseconds>(asked + std::min<milliseconds>(1s, asked / 10), 500ms));
    }
}

TEST_CASE("Y01: a Retry-After beyond the deadline ends the call at once with the wanted wait")
{
    observed_world world;
    world.transport->reply(429, support::refusal(429, "slow down"), header("Retry-After", "5"));
    auto const e =
        world.error_of(world.client().submit(support::text_job(), {.timeout = 4s}));
    CHECK(e == condition::rate_limited);
    CHECK(e.info().http_status == 429);
    CHECK(e.info().retry_after == 5s);
    CHECK(e.info().attempts == 1);
    CHECK(world.time->elapsed() == 0ms);
    REQUIRE(world.seen.size() == 1);
    CHECK(!world.seen[0].repeated_in);
}

TEST_CASE("Y02: every attempt sends the same bytes and is told to the observer")
{
    observed_world world;
    world.transport->reply(503, support::refusal(503, "busy"));
    world.transport->fail(errc::connect_failed, sent_state::no);
    world.transport->reply(202, support::receipt());
    CHECK(world.run(world.client().submit(support::text_job())).id() == "j1");

    auto const& requests = world.transport->requests();
    REQUIRE(requests.size() == 3);
    for (auto const& request : requests) {
        CHECK(request.method == "POST");
        CHECK(request.target == requests[0].target);
        CHECK(request.body == requests[0].body);
        CHECK(request.headers.find("Authorization") ==
              requests[0].headers.find("Authorization"));
        CHECK(request.headers.size() == requests[0].headers.size());
    }
    REQUIRE(world.seen.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(world.seen[i].operation == "submit_text");
        CHECK(world.seen[i].number == static_cast<int>(i) + 1);
    }
    CHECK(world.seen[0].status == 503);
    REQUIRE(world.seen[0].failure);
    CHECK(*world.seen[0].failure == condition::overloaded);
    REQUIRE(world.seen[0].repeated_in);
    CHECK(*world.seen[0].repeated_in <= 500ms);
    CHECK(world.seen[1].status == 0);
    REQUIRE(world.seen[1].failure);
    CHECK(*world.seen[1].failure == errc::connect_failed);
    REQUIRE(world.seen[1].repeated_in);
    CHECK(*world.seen[1].repeated_in <= 1000ms);
    CHECK(world.seen[2].status == 202);
    CHECK(!world.seen[2].failure);
    CHECK(!world.seen[2].repeated_in);
    CHECK(world.time->elapsed() == *world.seen[0].repeated_in + *world.seen[1].repeated_in);
}

TEST_CASE("Y03: the observer is told of a failure that is not repeated")
{
    observed_world world;
    world.transport->reply(500, support::refusal(500, "broken"));
    auto const e = world.error_of(world.client().submit(support::text_job()));
    CHECK(e.info().attempts == 1);
    REQUIRE(world.seen.size() == 1);
    CHECK(world.seen[0].status == 500);
    CHECK(!world.seen[0].repeated_in);
}

TEST_CASE("Y05: after a 421 the request is made again on a new connection")
{
    asio::io_context context{1};
    bool misdirected = true;
    held_server server{context, [&](held_server::arrival const& which) {
                           if (which.method() == "POST" && std::exchange(misdirected, false))
                               return std::string{"HTTP/1.1 421 Misdirected Request\r\n"
                                                  "Content-Length: 0\r\n\r\n"};
                           return support::ok_answer(support::receipt());
                       }};
    modzy::client const client{context.get_executor(), options_for(server.url())};
    support::run(context, client.raw(http::request{"GET", "x"}));
    CHECK(support::run(context, client.submit(support::text_job())).id() == "j1");
    REQUIRE(server.arrivals().size() == 3);
    CHECK(server.arrivals()[1].connection == 0);
    CHECK(server.arrivals()[2].connection == 1);
    CHECK(server.arrivals()[1].body() == server.arrivals()[2].body());
}

TEST_CASE("Y05: 408 and 425 are repeated, 409 is not unless the server says so")
{
    struct {
        int status;
        char const* word; ///< x-should-retry
        std::size_t requests;
    } const cases[] = {
        {408, nullptr, 2}, {425, nullptr, 2}, {409, nullptr, 1},   {409, "true", 2},
        {500, "true", 2},  {400, "true", 2},  {503, "false", 1},   {429, "false", 1},
        {503, "maybe", 2}, {409, "maybe", 1},
    };
    for (auto const& c : cases) {
        CAPTURE(c.status);
        fake_world world;
        http::headers headers;
        if (c.word != nullptr)
            headers.add("X-Should-Retry", c.word);
        world.transport->reply(c.status, support::refusal(c.status, "no"), headers);
        world.transport->reply(202, support::receipt());
        auto const outcome = world.run(as_result(world.client().submit(support::text_job())));
        CHECK(outcome.has_value() == (c.requests == 2));
        CHECK(world.transport->requests().size() == c.requests);
    }
}

TEST_CASE("Y06: when too many calls fail none is repeated, until calls succeed again")
{
    fake_world world;
    world.options.retry.max_attempts = 10;
    auto const client = world.client();
    modzy::get_job const ask{"j1"};
    constexpr std::size_t calls = 100;
    for (int i = 0; i < 1000; ++i)
        world.transport->reply(503, support::refusal(503, "busy"));
    error last;
    for (std::size_t i = 0; i < calls; ++i)
        last = world.error_of(client.send(ask));
    CHECK(last == condition::overloaded);
    CHECK(contains(last.what(), "retry.budget"));
    CHECK(last.info().attempts == 1);
    // Half of the budget of 20 is the reserve.
    CHECK(world.transport->requests().size() > calls);
    CHECK(world.transport->requests().size() <= calls + 10);

    fake_world again; // one client's budget is not another's
    again.transport->reply(503, "");
    again.transport->reply(200, support::details("SUBMITTED"));
    again.run(again.client().send(ask));
    CHECK(again.transport->requests().size() == 2);
}

TEST_CASE("Y06: a budget comes back with successes")
{
    fake_world world;
    world.options.retry.budget = 4;
    world.options.retry.budget_refund = 1;
    auto const client = world.client();
    modzy::get_job const ask{"j1"};
    auto const fails_once = [&] {
        std::size_t const before = world.transport->requests().size();
        world.transport->reply(503, "");
        auto const e = world.error_of(client.send(ask));
        return e.code() && world.transport->requests().size() == before + 1;
    };
    world.transport->reply(503, "").reply(503, "").reply(503, "");
    CHECK(world.error_of(client.send(ask)).info().attempts == 2); // 3 left, then 2 of 4
    CHECK(fails_once());
    CHECK(world.transport->left() == 1);
    for (int i = 0; i < 8; ++i) { // the 503 that is left, and successes
        if (world.transport->left() == 0)
            world.transport->reply(200, support::details("SUBMITTED"));
        world.error_of(client.send(ask));
    }
    world.transport->reply(503, "").reply(200, support::details("SUBMITTED"));
    CHECK(!world.error_of(client.send(ask)).code());
    CHECK(world.transport->left() == 0);
}

TEST_CASE("Y08: a call whose deadline comes before the next attempt does not sleep first")
{
    for (auto const timeout : {1ms, 500ms, 2999ms}) {
        fake_world world;
        world.transport->reply(503, support::refusal(503, "busy"), header("Retry-After", "3"));
        auto const e = world.error_of(
            world.client().submit(support::text_job(), {.timeout = timeout}));
        CHECK(e == condition::overloaded);
        CHECK(e.info().retry_after == 3s);
        CHECK(world.time->elapsed() == 0ms);
        CHECK(world.transport->requests().size() == 1);
    }
}

TEST_CASE("Y09: the deadline of a call ends each phase and is told with it")
{
    asio::io_context context{1};
    raw_server const silent{context, raw_script{{}, raw_script::end::hang}};
    raw_script half{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12"}, raw_script::end::hang};
    raw_server const stuck{context, half};
    struct {
        std::string url;
        char const* phase;
        sent_state sent;
    } const cases[] = {
        {silent.url(), "read header", sent_state::maybe},
        {stuck.url(), "read body", sent_state::yes},
        {"https" + silent.url().substr(4), "tls", sent_state::no},
    };
    for (auto const& c : cases) {
        CAPTURE(c.phase);
        modzy::client const client{context.get_executor(), options_for(c.url)};
        http::request const message{"GET", "x"};
        auto const e = support::error_of(context, client.raw(message, {.timeout = 5ms}));
        CHECK(e == errc::deadline_exceeded);
        CHECK(e == condition::timeout);
        CHECK(e.info().phase == c.phase);
        CHECK(e.info().sent == c.sent);
        CHECK(e.info().attempts == 1);
    }
}

TEST_CASE("Y10: a stream may be longer than any call, as long as events come")
{
    using pieces = std::vector<std::string>;
    fake_world world{testing::manual_clock::mode::stepping};
    echo::options options;
    options.transport = world.transport;
    options.clock = world.time;
    pieces events;
    for (int i = 0; i < 60; ++i)
        events.push_back(R"({"text": ")" + std::to_string(i) + "\"}\n");
    world.transport->reply_in_pieces(200, events);
    echo::client const client{world.context.get_executor(), options};
    auto stream = world.run(client.stream(echo::generate{"x"}));
    int count = 0;
    while (true) {
        auto const event = world.run(stream.next());
        if (!event)
            break;
        CHECK(event->text == std::to_string(count));
        ++count;
        world.time->advance(11min);
    }
    CHECK(count == 60);
    CHECK(world.time->elapsed() > options.limits.total);
}

TEST_CASE("Y11: the longest of limits is none, the shortest is refused")
{
    fake_world world;
    world.options.limits.total = std::chrono::years{100};
    world.options.retry.base = milliseconds::max();
    world.options.retry.cap = milliseconds::max();
    world.options.retry.max_retry_after = milliseconds::max();
    world.transport->reply(503, "", header("Retry-After", "99999999999999999999"));
    auto const client = world.client();
    auto const e = world.error_of(client.submit(support::text_job()));
    CHECK(e == condition::overloaded); // beyond a hundred years
    for (auto const timeout : {milliseconds::max(), milliseconds{1}}) {
        world.transport->reply(202, support::receipt());
        CHECK(world.run(client.submit(support::text_job(), {.timeout = timeout})).id() == "j1");
    }
    for (auto const timeout : {0ms, -1ms, milliseconds::min()}) {
        auto const refused =
            world.error_of(client.submit(support::text_job(), {.timeout = timeout}));
        CHECK(refused == errc::invalid_argument);
        CHECK(contains(refused.what(), "timeout"));
    }
    CHECK(world.transport->requests().size() == 3);
}

TEST_CASE("Y12: a calendar that is set back during a wait does not lengthen it")
{
    fake_world world;
    auto const dated = std::make_shared<dated_clock>(world.time);
    world.options.clock = dated;
    world.options.on_attempt = [&](attempt_report const&) { dated->base -= 1h; };
    world.transport->reply(503, "", header("Retry-After", "Tue, 14 Nov 2023 22:14:20 GMT"));
    world.transport->reply(202, support::receipt());
    world.run(world.client().submit(support::text_job()));
    CHECK(world.time->elapsed() >= 60s);
    CHECK(world.time->elapsed() <= 61s);
}

TEST_CASE("Y13: ten thousand clients that fail at once do not come back at once")
{
    std::mt19937 random{42};
    std::uniform_real_distribution<double> const between{0.0, 1.0};
    auto draw = between;
    error busy{error_code{503, http_category()}};
    for (auto const asked : {std::optional<milliseconds>{}, std::optional<milliseconds>{60s}}) {
        busy.edit().retry_after = asked;
        std::array<int, 10> tenths{};
        milliseconds const from = asked.value_or(0ms);
        milliseconds const width = asked ? 1000ms : 500ms;
        for (int i = 0; i < 10'000; ++i) {
            auto const delay = next_retry_delay(retry_options{}, idempotency::safe, busy, 1,
                                                milliseconds{1h}, draw(random));
            REQUIRE(delay.has_value());
            REQUIRE(*delay >= from);
            REQUIRE(*delay < from + width);
            ++tenths[static_cast<std::size_t>((*delay - from) * 10 / width)];
        }
        for (int const share : tenths)
            CHECK(share < 1200);
    }
}
