// SPDX-License-Identifier: BSL-1.0
//
// A stream by itself: one event at a time, by the batch, all of them; its end, its errors, its
// limits of time, and cancellation wherever it waits.

#include <inferpp/client/event_stream.hpp>
#include <inferpp/codec/sse.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/echo_platform.hpp"
#include "support/run.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;

namespace unit_event_stream {

// Numbers from 1 on, and then an end or an error. It has no batch path of its own.
class counting final : public event_source<int> {
public:
    counting(int last, errc failure) : last_(last), failure_(failure) {}
    asio::awaitable<result<std::optional<int>>> next() override
    {
        if (at_ < last_)
            co_return std::optional<int>{++at_};
        if (failure_ != errc{})
            co_return error{failure_};
        co_return std::optional<int>{};
    }

private:
    int at_ = 0;
    int last_;
    errc failure_;
};

event_stream<int> count_to(int last, errc failure = {})
{
    return event_stream<int>{std::make_unique<counting>(last, failure)};
}

// A body in pieces, each a while after the one before. Counts those that live.
class slow_body final : public body_reader {
public:
    slow_body(std::shared_ptr<inferpp::clock> time, std::deque<std::string> pieces, bool for_ever,
              std::size_t& living)
        : time_(std::move(time)),
          pieces_(std::move(pieces)),
          for_ever_(for_ever),
          living_(living)
    {
        ++living_;
    }
    ~slow_body() override { --living_; }

    asio::awaitable<result<std::string_view>> read_some(
        inferpp::clock::duration idle, inferpp::clock::time_point deadline) override
    {
        auto const limit = (std::min)(saturating_add(time_->now(), idle), deadline);
        auto const ready = time_->now() + 1s;
        auto const stopped = co_await time_->sleep_until((std::min)(ready, limit));
        if (stopped)
            co_return error{errc::cancelled};
        if (limit < ready)
            co_return error{limit == deadline ? errc::deadline_exceeded : errc::idle_timeout};
        if (pieces_.empty())
            co_return std::string_view{};
        piece_ = pieces_.front();
        pieces_.pop_front();
        if (for_ever_)
            pieces_.push_back(piece_);
        co_return std::string_view{piece_};
    }

private:
    std::shared_ptr<inferpp::clock> time_;
    std::deque<std::string> pieces_;
    std::string piece_;
    bool for_ever_;
    std::size_t& living_;
};

class slow_transport final : public transport {
public:
    explicit slow_transport(std::shared_ptr<inferpp::clock> time) : time_(std::move(time)) {}

    asio::awaitable<result<incoming>> open(origin const&, http::request const&, limits const&,
                                           inferpp::clock::time_point) override
    {
        incoming answer;
        answer.status = 200;
        answer.body = std::make_unique<slow_body>(time_, pieces, for_ever, living);
        co_return result<incoming>{std::move(answer)};
    }

    std::deque<std::string> pieces;
    bool for_ever = false;
    std::size_t living = 0;

private:
    std::shared_ptr<inferpp::clock> time_;
};

struct generate : echo::generate {
    using decoder = sse_events<echo::token>;
    using echo::generate::generate;
};

struct generate_marked : echo::generate {
    using decoder = sse_events<echo::token, sse_end::done_marker>;
    using echo::generate::generate;
};

struct slow_world {
    slow_world()
        : time(std::make_shared<testing::manual_clock>()),
          transport(std::make_shared<slow_transport>(time))
    {
        options.transport = transport;
        options.clock = time;
    }
    template <class Op>
    event_stream<echo::token> stream()
    {
        Op const ask{"hello"};
        return run(echo::client{context.get_executor(), options}.stream(ask));
    }
    template <class T>
    T run(asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }
    template <class T>
    error error_of(asio::awaitable<T> work)
    {
        return support::error_of(context, std::move(work));
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<slow_transport> transport;
    echo::options options;
};

std::string event(std::string_view text)
{
    return "data: {\"text\":\"" + std::string{text} + "\"}\n\n";
}

std::string texts(std::vector<echo::token> const& tokens)
{
    std::string all;
    for (echo::token const& each : tokens)
        all += each.text + '|';
    return all;
}

// Everything a program does with a stream that waits.
asio::awaitable<std::size_t> read_all_ways(event_stream<echo::token>& stream)
{
    std::size_t count = 0;
    auto const one = co_await stream.next();
    count += one ? 1 : 0;
    auto const some = co_await stream.next_some(10);
    count += some.size();
    auto const rest = co_await stream.collect(100);
    count += rest.size();
    co_return count;
}

} // namespace unit_event_stream

using namespace unit_event_stream;

TEST_CASE("a source without a batch path gives batches of one, and none at its end")
{
    using ints = std::vector<int>;
    auto stream = count_to(2);
    CHECK(unit::run(stream.next_some(5)) == ints{1});
    CHECK(unit::run(stream.next()) == 2);
    CHECK(unit::run(stream.next_some(5)).empty());
    CHECK(unit::run(stream.next_some(5)).empty());
    CHECK_FALSE(unit::run(stream.next()).has_value());
}

TEST_CASE("collect gives all events up to its maximum, and one more is an error")
{
    using ints = std::vector<int>;
    auto const collect = [](event_stream<int> stream, std::size_t max) {
        asio::io_context context{1};
        return support::run(context, stream.collect(max));
    };
    CHECK(collect(count_to(3), 3) == ints{1, 2, 3});
    CHECK(collect(count_to(3), 100) == ints{1, 2, 3});
    CHECK(collect(count_to(3), static_cast<std::size_t>(-1)) == ints{1, 2, 3});
    CHECK(collect(count_to(0), 0).empty());

    asio::io_context context{1};
    auto long_one = count_to(4);
    auto const e = support::error_of(context, long_one.collect(3));
    CHECK(e == errc::body_too_large);
    CHECK(unit::contains(e.what(), "more than 3 events"));
    CHECK(support::error_of(context, long_one.next()) == errc::closed);
    auto none_allowed = count_to(1);
    CHECK(support::error_of(context, none_allowed.collect(0)) == errc::body_too_large);

    auto partly_read = count_to(3);
    CHECK(unit::run(partly_read.next()) == 1);
    CHECK(unit::run(partly_read.collect(2)) == ints{2, 3});
    CHECK(unit::run(partly_read.collect(2)).empty()); // it has ended
}

TEST_CASE("a stream that fails throws once and is closed then, whichever way it is read")
{
    asio::io_context context{1};
    auto by_batch = count_to(1, errc::stream_truncated);
    CHECK(support::run(context, by_batch.next_some(9)).size() == 1);
    CHECK(support::error_of(context, by_batch.next_some(9)) == errc::stream_truncated);
    CHECK(support::error_of(context, by_batch.next_some(9)) == errc::closed);
    auto collected = count_to(1, errc::stream_truncated);
    CHECK(support::error_of(context, collected.collect(9)) == errc::stream_truncated);
    CHECK(support::error_of(context, collected.collect(9)) == errc::closed);
    auto closed = count_to(1);
    closed.close();
    CHECK(support::error_of(context, closed.next_some(9)) == errc::closed);
    CHECK(support::error_of(context, closed.collect(9)) == errc::closed);
}

TEST_CASE("a batch of no events is a mistake, and the stream lives on")
{
    asio::io_context context{1};
    auto stream = count_to(1);
    CHECK(support::error_of(context, stream.next_some(0)) == errc::invalid_argument);
    CHECK(support::run(context, stream.next()) == 1);
}

TEST_CASE("next_some gives what has arrived, at most as many as asked for, and waits for one")
{
    slow_world world;
    world.transport->pieces = {event("a") + event("b") + event("c") + "data: {\"te",
                               "xt\":\"d\"}\n", // no event yet
                               "\n" + event("e"), event("f")};
    auto stream = world.stream<generate>();
    CHECK(texts(world.run(stream.next_some(2))) == "a|b|");
    CHECK(world.time->elapsed() == 1s);
    CHECK(texts(world.run(stream.next_some(2))) == "c|");
    CHECK(world.time->elapsed() == 1s);
    CHECK(texts(world.run(stream.next_some(9))) == "d|e|");
    CHECK(world.time->elapsed() == 3s);
    CHECK(world.run(stream.next())->text == "f");
    CHECK(world.transport->living == 1);
    CHECK(world.run(stream.next_some(9)).empty());
    CHECK(world.transport->living == 0);
}

TEST_CASE("an error behind events comes after them, and lets the connection go at once")
{
    slow_world world;
    world.transport->pieces = {event("a") + event("b") + "data: oops\n\n" + event("c")};
    auto stream = world.stream<generate>();
    CHECK(texts(world.run(stream.next_some(9))) == "a|b|");
    CHECK(world.transport->living == 0);
    auto const e = world.error_of(stream.next());
    CHECK(e == errc::bad_json);
    CHECK(e.info().operation == "generate");
    CHECK(e.info().sent == sent_state::yes);
    CHECK(world.error_of(stream.next_some(9)) == errc::closed);

    auto collected = world.stream<generate>();
    CHECK(world.error_of(collected.collect(9)) == errc::bad_json);
    CHECK(world.error_of(collected.collect(9)) == errc::closed);
}

TEST_CASE("the end marker ends a stream, and one that needs it is truncated without")
{
    slow_world world;
    world.transport->pieces = {event("a"), event("b") + "data: [DONE]\n\n"};
    auto marked = world.stream<generate_marked>();
    CHECK(texts(world.run(marked.collect(2))) == "a|b|");
    auto tolerated = world.stream<generate>();
    CHECK(texts(world.run(tolerated.collect(2))) == "a|b|");
    CHECK(world.transport->living == 0);

    world.transport->pieces.back() = event("b");
    auto unmarked = world.stream<generate>();
    CHECK(texts(world.run(unmarked.collect(2))) == "a|b|");
    auto truncated = world.stream<generate_marked>();
    CHECK(world.run(truncated.next())->text == "a");
    CHECK(world.run(truncated.next())->text == "b");
    CHECK(world.error_of(truncated.next()) == errc::stream_truncated);
    CHECK(world.transport->living == 0);
}

TEST_CASE("keep-alive comments every second for an hour don't defeat the limit between events")
{
    for (bool const by_batch : {false, true}) {
        CAPTURE(by_batch);
        slow_world world;
        world.options.limits.event_idle = 1h;
        world.transport->pieces = {": keep-alive\n\n"};
        world.transport->for_ever = true;
        auto stream = world.stream<generate>();
        error e;
        if (by_batch)
            e = world.error_of(stream.next_some(9));
        else
            e = world.error_of(stream.next());
        CHECK(e == errc::idle_timeout);
        CHECK(unit::contains(e.what(), "limits.event_idle"));
        CHECK(world.time->elapsed() == 1h);
        CHECK(world.transport->living == 0);
    }
}

TEST_CASE("each event gives the next one the whole limit, and comments only keep the bytes coming")
{
    slow_world world;
    world.options.limits.event_idle = 100s;
    world.options.limits.idle = 2s; // comments keep within it
    for (std::size_t round = 0; round < 3; ++round) {
        world.transport->pieces.insert(world.transport->pieces.end(), 98, ":\n");
        world.transport->pieces.push_back(event("tick"));
    }
    world.transport->pieces.insert(world.transport->pieces.end(), 100, "data:\n\n"); // no events
    auto stream = world.stream<generate>();
    for (int round = 0; round < 3; ++round)
        CHECK(world.run(stream.next())->text == "tick");
    CHECK(world.time->elapsed() == 297s);
    CHECK(world.error_of(stream.next()) == errc::idle_timeout);
    CHECK(world.time->elapsed() == 397s);
}

TEST_CASE("a stream cancelled wherever it waits ends once and lets its connection go")
{
    bool cancelled = true;
    std::size_t runs = 0;
    for (std::size_t step = 0; cancelled; ++step, ++runs) {
        CAPTURE(step);
        slow_world world;
        world.transport->pieces = {event("a"), ": ping\n\n",       event("b") + event("c"),
                                   event("d"), "data: {\"text\":", "\"e\"}\n\n",
                                   event("f")};
        auto stream = world.stream<generate>();
        support::started<std::size_t> reading{world.context, read_all_ways(stream)};
        world.context.restart();
        cancelled = false;
        for (std::size_t handlers = 0; !reading.done(); ++handlers) {
            if (handlers == step) {
                cancelled = true;
                reading.cancel();
            }
            REQUIRE(world.context.run_one_for(support::watchdog) == 1);
        }
        support::settle(world.context);
        CHECK(reading.completions() == 1);
        auto const outcome = reading.outcome();
        if (outcome)
            CHECK(*outcome == 6);
        else
            CHECK(outcome.error() == condition::cancelled);
        CHECK((outcome.has_value() || cancelled));
        bool const let_go = world.transport->living == 0;
        stream.close();
        // A coroutine that is cancelled before it waits on the stream leaves that as it was.
        CHECK((let_go || !outcome.has_value()));
        CHECK(world.transport->living == 0);
        CHECK(world.time->sleepers() == 0);
    }
    CHECK(runs > 14);
}
