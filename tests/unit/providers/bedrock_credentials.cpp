// SPDX-License-Identifier: BSL-1.0
//
// Fetching credentials once for all, and ahead of time.

#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/testing/fake_transport.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/bedrock_environment.hpp"
#include "support/run.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::bedrocking::calendar_clock;
using credentials_ptr = bedrock::credentials_provider::credentials_ptr;

namespace {

constexpr sys_milliseconds today{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

/// Gives what it is told to give, when it is told to.
class told_credentials final : public bedrock::credentials_provider {
public:
    explicit told_credentials(asio::any_io_executor executor) : gate_(executor) {}

    std::string name() const override { return "told"; }

    /// The next fetch gives these; they live so long from `now` on.
    void give(std::string id, std::optional<std::chrono::milliseconds> life,
              sys_milliseconds now = today)
    {
        bedrock::credentials made{std::move(id), secret{"key"}};
        if (life)
            made.expires = now + *life;
        script_.emplace_back(std::move(made));
    }
    void fail(error e) { script_.emplace_back(std::move(e)); }

    /// From now on a fetch ends only after `open`.
    void close() { gate_.expires_at((std::chrono::steady_clock::time_point::max)()); }
    void open() { gate_.expires_at((std::chrono::steady_clock::time_point::min)()); }

    int fetches = 0;
    int at_once = 0;

protected:
    asio::awaitable<result<bedrock::credentials>> fetch(provider_services) override
    {
        ++fetches;
        ++at_once;
        auto const leave = std::shared_ptr<void>{nullptr, [this](void*) { --at_once; }};
        CHECK(at_once == 1);
        auto const [code] = co_await gate_.async_wait(asio::as_tuple(asio::deferred));
        if (code && gate_.expiry() == (std::chrono::steady_clock::time_point::max)())
            co_return error{errc::cancelled};
        if (script_.empty())
            co_return error{errc::unsupported, "nothing left"};
        auto next = std::move(script_.front());
        script_.pop_front();
        co_return next;
    }

private:
    asio::steady_timer gate_;
    std::deque<result<bedrock::credentials>> script_;
};

struct world {
    world() { provider->open(); }

    provider_services services(std::chrono::milliseconds time = 1min)
    {
        return provider_services{context.get_executor(), transport, clock, bounds, log,
                                 clock.now() + time};
    }
    auto get(std::chrono::milliseconds time = 1min)
    {
        return provider->get(services(time), clock.calendar());
    }
    /// Awaits credentials and gives their id, or the error's message.
    std::string id()
    {
        auto const got = support::run(context, get());
        return got ? (*got)->access_key_id : got.error().code().message();
    }
    bool ready() { return provider->is_ready(clock.calendar()); }

    asio::io_context context{1};
    testing::fake_transport transport;
    calendar_clock clock{today};
    limits bounds;
    logger log;
    std::shared_ptr<told_credentials> provider =
        std::make_shared<told_credentials>(context.get_executor());
};

using got_type = result<credentials_ptr>;

std::string id_of(result<got_type> const& got)
{
    if (got.has_error())
        return got.error().what();
    return *got ? (**got)->access_key_id : got->error().what();
}

} // namespace

TEST_CASE("credentials: those that never expire are fetched once")
{
    world here;
    CHECK(!here.ready());
    CHECK(here.provider->current() == nullptr);
    here.provider->give("one", std::nullopt);
    CHECK(here.id() == "one");
    CHECK(here.ready());
    here.clock.advance(std::chrono::years{50});
    CHECK(here.ready());
    CHECK(here.id() == "one");
    CHECK(here.provider->fetches == 1);
    CHECK(here.provider->current()->access_key_id == "one");
}

TEST_CASE("credentials: new ones are fetched 15 minutes ahead, and must be there 10 minutes ahead")
{
    world here;
    here.provider->give("one", 1h);
    CHECK(here.id() == "one");
    here.clock.advance(44min);
    CHECK(here.ready());
    here.clock.advance(1min);
    CHECK(!here.ready()); // one caller gets new ones
    here.provider->fail(error{errc::connect_failed});
    CHECK(here.id() == "one"); // in vain, and no matter
    CHECK(here.ready());       // for a minute
    here.clock.advance(1min);
    CHECK(!here.ready());
    here.provider->give("two", 1h, here.clock.calendar());
    CHECK(here.id() == "two");
    CHECK(here.ready());
    here.clock.advance(50min);
    CHECK(!here.ready());
    here.provider->fail(error{errc::connect_failed, "no"});
    CHECK(here.id() == make_error_code(errc::connect_failed).message());
    CHECK(here.provider->fetches == 4);
}

TEST_CASE("credentials: those that live for minutes are not fetched again at once")
{
    world here;
    here.provider->give("one", 4min);
    CHECK(here.id() == "one");
    CHECK(here.ready());
    here.clock.advance(119s);
    CHECK(here.ready());
    here.clock.advance(1s); // half of their life
    CHECK(!here.ready());
    here.provider->fail(error{errc::connect_failed});
    CHECK(here.id() == "one");
    here.clock.advance(60s); // three quarters
    here.provider->fail(error{errc::connect_failed});
    CHECK(here.id() == make_error_code(errc::connect_failed).message());
    // Those that have expired already are used, and asked for anew each time.
    here.provider->give("late", -1h, here.clock.calendar());
    CHECK(here.id() == "late");
    CHECK(!here.ready());
}

TEST_CASE("credentials: many callers wait for one fetch")
{
    world here;
    here.provider->close();
    here.provider->give("one", 1h);
    std::vector<std::unique_ptr<support::started<got_type>>> callers;
    for (int i = 0; i < 20; ++i)
        callers.push_back(std::make_unique<support::started<got_type>>(here.context, here.get()));
    support::settle(here.context);
    CHECK(here.provider->fetches == 1);
    here.provider->open();
    for (auto const& each : callers)
        CHECK(id_of(each->finish()) == "one");
    CHECK(here.provider->fetches == 1);
}

TEST_CASE("credentials: while one caller fetches ahead of time the others use the old")
{
    world here;
    here.provider->give("one", 1h);
    CHECK(here.id() == "one");
    here.clock.advance(46min);
    here.provider->close();
    here.provider->give("two", 1h, here.clock.calendar());
    support::started<got_type> first{here.context, here.get()};
    support::settle(here.context);
    CHECK(here.provider->fetches == 2);
    CHECK(here.ready());
    CHECK(here.id() == "one");
    here.provider->open();
    CHECK(id_of(first.finish()) == "two");
    CHECK(here.id() == "two");
    CHECK(here.provider->fetches == 2);
}

TEST_CASE("credentials: all who wait are told of a failure")
{
    world here;
    here.provider->close();
    here.provider->fail(error{error_code{401, http_category()}, "who are you"});
    support::started<got_type> first{here.context, here.get()};
    support::started<got_type> second{here.context, here.get()};
    support::settle(here.context);
    here.provider->open();
    CHECK(unit::contains(id_of(first.finish()), "who are you"));
    CHECK(unit::contains(id_of(second.finish()), "who are you"));
    CHECK(here.provider->fetches == 1);
    here.provider->give("one", 1h);
    CHECK(here.id() == "one"); // a failure is not kept
}

TEST_CASE("credentials: when the one who fetches is cancelled, another one does")
{
    world here;
    here.provider->close();
    here.provider->give("one", 1h);
    support::started<got_type> first{here.context, here.get()};
    support::started<got_type> second{here.context, here.get()};
    support::started<got_type> third{here.context, here.get()};
    support::settle(here.context);
    CHECK(here.provider->fetches == 1);
    first.cancel();
    auto const cancelled = first.finish();
    bool const is_cancelled = cancelled.has_error() ? cancelled.error() == condition::cancelled
                                                    : cancelled->error() == condition::cancelled;
    CHECK(is_cancelled);
    support::run_until(here.context, [&] { return here.provider->fetches == 2; });
    here.provider->open();
    CHECK(id_of(second.finish()) == "one");
    CHECK(id_of(third.finish()) == "one");
    CHECK(here.provider->fetches == 2);
}

TEST_CASE("credentials: who waits for another's fetch can be cancelled, and has a time of its own")
{
    world here;
    here.provider->close();
    here.provider->give("one", 1h);
    support::started<got_type> first{here.context, here.get()};
    support::settle(here.context);
    support::started<got_type> cancelled{here.context, here.get()};
    support::started<got_type> hurried{here.context, here.get(-1ms)};
    support::settle(here.context);
    auto const late = hurried.finish();
    REQUIRE(late.has_value());
    REQUIRE(late->has_error());
    CHECK(late->error() == errc::deadline_exceeded);
    CHECK(late->error().info().phase == "wait for credentials");
    cancelled.cancel();
    auto const given_up = cancelled.finish();
    CHECK((given_up.has_error() ? given_up.error() : given_up->error()) == condition::cancelled);
    here.provider->open();
    CHECK(id_of(first.finish()) == "one");
    CHECK(here.provider->fetches == 1);
}

TEST_CASE("credentials: a deadline of the one who fetches is no matter of the others")
{
    world here;
    here.provider->close();
    here.provider->fail(error{errc::deadline_exceeded});
    here.provider->give("one", 1h);
    support::started<got_type> first{here.context, here.get()};
    support::started<got_type> second{here.context, here.get()};
    support::settle(here.context);
    here.provider->open();
    CHECK(first.finish().value().error() == errc::deadline_exceeded);
    CHECK(id_of(second.finish()) == "one");
    CHECK(here.provider->fetches == 2);
}

TEST_CASE("credentials: what a server does not take is fetched anew")
{
    world here;
    here.provider->give("one", std::nullopt);
    CHECK(here.id() == "one");
    auto const one = here.provider->current();
    here.provider->reject(one);
    CHECK(!here.ready());
    CHECK(here.provider->current() == one); // a call that is being signed has them still
    here.provider->fail(error{errc::unsupported});
    CHECK(here.id() == make_error_code(errc::unsupported).message());
    CHECK(!here.ready());
    here.provider->give("two", std::nullopt);
    CHECK(here.id() == "two");
    here.provider->reject(one); // of another time
    CHECK(here.ready());
}

TEST_CASE("credentials: a wait ends with its context, whoever fetches")
{
    world here;
    here.provider->close();
    here.provider->give("one", 1h);
    support::started<got_type> first{here.context, here.get()};
    support::settle(here.context);
    {
        asio::io_context other{1};
        auto with = here.services();
        asio::co_spawn(other, here.provider->get(with, today), [](std::exception_ptr, got_type) {});
        other.poll();
    } // the waiter is gone
    here.provider->open();
    CHECK(id_of(first.finish()) == "one");
}

TEST_CASE("credentials: callers of several contexts are told, each on its own")
{
    world here;
    here.provider->close();
    here.provider->give("one", 1h);
    support::started<got_type> first{here.context, here.get()};
    support::settle(here.context);
    asio::io_context other{1};
    std::string told;
    asio::co_spawn(other, here.provider->get(here.services(), today),
                   [&told](std::exception_ptr, got_type got) {
                       told = got ? (*got)->access_key_id : got.error().what();
                   });
    other.poll();
    CHECK(told.empty());
    here.provider->open();
    CHECK(id_of(first.finish()) == "one");
    CHECK(told.empty());
    support::run_until(other, [&] { return !told.empty(); });
    CHECK(told == "one");
    CHECK(here.provider->fetches == 1);
}

TEST_CASE("credentials: a source that was asked in vain does not look like an answer of the call")
{
    error refused{error_code{404, http_category()}, "no such role"};
    refused.edit().http_status = 404;
    refused.edit().sent = sent_state::yes;
    error const told = bedrock::no_credentials("the instance", refused);
    CHECK(told == condition::unauthorized); // and not not_found, for which jobs wait
    CHECK(told.info().http_status == 0);
    CHECK(told.info().sent == sent_state::no);
    CHECK(unit::contains(told.what(), "no credentials from the instance: no such role"));
    CHECK(bedrock::no_credentials("x", error{errc::connect_timeout}) == condition::overloaded);
    CHECK(bedrock::no_credentials("x", error{error_code{500, http_category()}}) ==
          condition::overloaded);
    CHECK(bedrock::no_credentials("x", error{errc::cancelled}) == errc::cancelled);
    CHECK(bedrock::no_credentials("x", error{errc::deadline_exceeded}) == errc::deadline_exceeded);
    for (error const& reason : {error{errc::connect_failed}, refused})
        CHECK(!may_repeat(idempotency::safe, bedrock::no_credentials("x", reason)));
}
