// SPDX-License-Identifier: BSL-1.0
//
// Operations that take several requests: the verbs go through `perform`, and errors are complete.

#include "support/echo_platform.hpp"
#include "support/run.hpp"

#include <inferpp/testing/manual_clock.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace echo = support::echo;
using support::contains;
using support::started;

namespace integration_composed {

/// Two trainings, of which the second counts; neither aggregate nor routed.
struct train_twice {
    using provider = echo::provider;
    using response = echo::ticket;
    using status_operation = echo::get_progress;
    using result_operation = echo::get_outcome;
    static constexpr operation_info info{
        .name = "train_twice", .method = "POST", .repeat = idempotency::unsafe};

    explicit train_twice(std::string with) : name(std::move(with)) {}

    std::string name;
    enum class trouble { none, own_error, system_error, foreign } what = trouble::none;

    result<void> validate() const
    {
        if (name.empty())
            return error{errc::invalid_argument, "name is empty"};
        return {};
    }
    static std::string job_id(echo::ticket const& made) { return made.id; }
    static job_status describe(echo::progress_report const& report)
    {
        return echo::train::describe(report);
    }
    static asio::awaitable<echo::ticket> perform(echo::client with, train_twice op,
                                                 call_options call)
    {
        echo::train const first{op.name + " 1"};
        auto const made = co_await with.send(first, call);
        if (op.what == trouble::own_error)
            throw failure{error{errc::unsupported, "no second " + made.id}};
        if (op.what == trouble::system_error)
            throw boost::system::system_error{asio::error::eof};
        if (op.what == trouble::foreign)
            throw std::logic_error{"a bug"};
        echo::train const second{op.name + " 2"};
        co_return co_await with.send(second, call);
    }
};

/// No job: just two calls.
struct greet_twice {
    using provider = echo::provider;
    using response = std::string;
    static constexpr operation_info info{.name = "greet_twice"};
    greet_twice() = default;
    static asio::awaitable<std::string> perform(echo::client with, greet_twice, call_options call)
    {
        echo::get_progress const ask{"a"};
        auto const one = co_await with.send(ask, call);
        auto const two = co_await with.send(ask, call);
        co_return one.word + two.word;
    }
};

/// An aggregate: its temporaries are refused as those of other operations.
struct fragile {
    using provider = echo::provider;
    using response = std::string;
    static constexpr operation_info info{.name = "fragile"};
    std::string name;
    static asio::awaitable<std::string> perform(echo::client, fragile op, call_options)
    {
        co_return op.name;
    }
};

struct answers_otherwise {
    using provider = echo::provider;
    using response = int;
    static constexpr operation_info info{.name = "answers_otherwise"};
    answers_otherwise() = default;
    static asio::awaitable<std::string> perform(echo::client, answers_otherwise, call_options);
};

} // namespace integration_composed

using namespace integration_composed;

namespace {

static_assert(composed_operation<train_twice> && job_operation<train_twice>);
static_assert(composed_operation<greet_twice> && !job_operation<greet_twice>);
static_assert(!composed_operation<echo::train> && !composed_operation<answers_otherwise>);
static_assert(!operation<answers_otherwise>);

template <class Op>
concept sends_temporary = requires(echo::client const& client, Op op) {
    client.send(std::move(op));
};
template <class Op>
concept sends_named = requires(echo::client const& client, Op const op) { client.send(op); };
static_assert(sends_temporary<train_twice> && sends_named<fragile> && !sends_temporary<fragile>);

struct world {
    explicit world(testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : time(std::make_shared<testing::manual_clock>(how)),
          transport(std::make_shared<testing::fake_transport>(time))
    {
        options.transport = transport;
        options.clock = time;
        options.retry.max_attempts = 1;
    }
    echo::client client() { return echo::client{context.get_executor(), options}; }
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
    testing::fake_transport& two_trainings()
    {
        return transport->reply(200, R"({"id":"t1"})").reply(200, R"({"id":"t2"})");
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<testing::fake_transport> transport;
    echo::options options;
};

} // namespace

TEST_CASE("send, submit and run go through perform")
{
    world here;
    here.two_trainings();
    train_twice const op{"n"};
    CHECK(here.run(here.client().send(op)).id == "t2");
    REQUIRE(here.transport->requests().size() == 2);
    CHECK(here.transport->requests()[0].body == R"({"name":"n 1"})");
    CHECK(here.transport->requests()[1].body == R"({"name":"n 2"})");

    here.two_trainings().reply(200, R"({"word":"done"})");
    auto const job = here.run(here.client().submit(op));
    CHECK(job.id() == "t2");
    REQUIRE(job.receipt() != nullptr);
    CHECK(job.receipt()->id == "t2");
    CHECK(contains(job.resume_token(), ":train_twice:"));
    CHECK(here.run(job.status()).phase == phase::succeeded);
    auto const attached = here.client().attach<train_twice>(job.resume_token());
    CHECK(attached.id() == "t2");

    here.two_trainings()
        .reply(200, R"({"word":"busy"})")
        .reply(200, R"({"word":"done"})")
        .reply(200, R"({"text":"result"})");
    CHECK(here.run(here.client().run(op, {.deadline = 1h})).text == "result");
    CHECK(here.transport->left() == 0);

    greet_twice const greet;
    here.transport->reply(200, R"({"word":"a"})").reply(200, R"({"word":"b"})");
    CHECK(here.run(here.client().send(greet)) == "ab");
}

TEST_CASE("no request is made before the awaitable is awaited, and client and operation may go")
{
    world here;
    here.two_trainings();
    auto work = [&] {
        auto const client = here.client();
        train_twice const op{"kept"};
        return client.submit(op);
    }();
    support::settle(here.context);
    CHECK(here.transport->requests().empty());
    CHECK(here.run(std::move(work)).id() == "t2");
    CHECK(here.transport->requests()[1].body == R"({"name":"kept 2"})");
}

TEST_CASE("poll options that can't be waited with are refused before any I/O")
{
    for (int which = 0; which < 4; ++which) {
        CAPTURE(which);
        world here;
        here.two_trainings();
        train_twice const op{"n"};
        poll_options poll{};
        if (which == 1) {
            poll.deadline = 1h;
            poll.min_interval = 0ms;
        } else if (which == 2) {
            poll.deadline = -1ms;
        } else if (which == 3) {
            poll.deadline = 1h;
            poll.growth = 0.5;
        }
        auto const e = here.error_of(here.client().run(op, poll));
        CHECK(e == errc::invalid_argument);
        CHECK(e.info().provider == "echo");
        CHECK(e.info().operation == "train_twice");
        CHECK(e.info().sent == sent_state::no);
        CHECK(here.transport->requests().empty());
    }
}

TEST_CASE("an operation that is not valid, and call options out of range, make no request")
{
    world here;
    train_twice const nameless{""};
    for (auto const& e : {here.error_of(here.client().send(nameless)),
                          here.error_of(here.client().submit(nameless)),
                          here.error_of(here.client().run(nameless, {.deadline = 1h}))}) {
        CHECK(e == errc::invalid_argument);
        CHECK(contains(e.what(), "name is empty"));
        CHECK(e.info().provider == "echo");
        CHECK(e.info().operation == "train_twice");
    }
    train_twice const op{"n"};
    auto const e = here.error_of(here.client().send(op, {.max_attempts = 0}));
    CHECK(e == errc::invalid_argument);
    CHECK(here.transport->requests().empty());
}

TEST_CASE("errors have provider and operation: of the request that failed, or of the whole")
{
    using trouble = train_twice::trouble;
    {
        world here;
        here.transport->reply(200, R"({"id":"t1"})").reply(403, "not you");
        train_twice const op{"n"};
        auto const e = here.error_of(here.client().submit(op));
        CHECK(e == condition::forbidden);
        CHECK(e.info().provider == "echo");
        CHECK(e.info().operation == "train");
        CHECK(e.info().server_message == "not you");
    }
    for (trouble const what : {trouble::own_error, trouble::system_error}) {
        world here;
        here.two_trainings();
        train_twice op{"n"};
        op.what = what;
        auto const e = here.error_of(here.client().submit(op));
        CHECK(e.info().provider == "echo");
        CHECK(e.info().operation == "train_twice");
        if (what == trouble::own_error)
            CHECK(contains(e.what(), "no second t1"));
        else
            CHECK(e.code() == asio::error::eof);
    }
    world here; // what is none of ours passes as it is
    here.two_trainings();
    train_twice op{"n"};
    op.what = trouble::foreign;
    auto work = here.client().submit(op);
    CHECK_THROWS_AS(here.run(std::move(work)), std::logic_error);
}

TEST_CASE("a receipt without an id is refused, and the error says that a request was sent")
{
    world here;
    here.transport->reply(200, R"({"id":"t1"})").reply(200, R"({"id":""})");
    train_twice const op{"n"};
    auto const e = here.error_of(here.client().submit(op));
    CHECK(e == errc::bad_schema);
    CHECK(e.info().operation == "train_twice");
    CHECK(e.info().sent == sent_state::yes);
}

TEST_CASE("a composed operation can be cancelled at each of its requests")
{
    for (int step = 0; step < 2; ++step) {
        CAPTURE(step);
        world here{testing::manual_clock::mode::stepping};
        if (step > 0)
            here.transport->reply(200, R"({"id":"t1"})");
        here.transport->hang();
        train_twice const op{"n"};
        started<job<train_twice>> submission{here.context, here.client().submit(op)};
        support::run_until(here.context, [&] { return here.time->sleepers() > 0; });
        submission.cancel();
        auto const ended = submission.finish();
        REQUIRE(ended.has_error());
        CHECK(ended.error() == errc::cancelled);
        CHECK(ended.error().info().provider == "echo");
        CHECK(submission.completions() == 1);
    }
    world here;
    train_twice const op{"n"};
    started<job<train_twice>> submission{here.context, here.client().submit(op), true};
    auto const ended = submission.finish();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == condition::cancelled);
    CHECK(here.transport->requests().empty());
}
