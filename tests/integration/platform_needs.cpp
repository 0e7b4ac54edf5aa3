// SPDX-License-Identifier: BSL-1.0
//
// What some platforms need of the core: errors inside a 2xx answer, calls that are held until their
// work is done, jobs that an id alone does not find, results that take a job of their own.

#include <inferpp/client/client.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;

namespace integration_needs {

struct options : client_options {
    options() = default;
};

/// Reports errors as `{"error": <status>, "why": ...}` with status 200.
class provider final : public inferpp::provider {
public:
    using options = integration_needs::options;
    explicit provider(options const&) : base_(parse_url("https://needs.test/v1", false).value()) {}
    std::string_view name() const noexcept override { return "needs"; }
    url const& base() const noexcept override { return base_; }
    void authorize(http::request& message) const override
    {
        message.headers.set("Authorization", "Bearer very-secret");
    }
    void read_error(http::response const& answer, error::particulars& info) const override
    {
        info.server_message = answer.body;
    }
    error find_refusal(http::response const& answer) const override
    {
        auto const parsed = parse_json(answer.body);
        if (!parsed || !parsed->is_object() || !parsed->get_object().contains("error"))
            return {};
        error e{error_code{parsed->at("error").to_number<int>(), http_category()}};
        e.edit().server_message = std::string{parsed->at("why").as_string()};
        e.edit().server_details = answer.body;
        return e;
    }

private:
    url base_;
};

using client = basic_client<provider>;

struct answer {
    answer() = default;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(answer, (), (text))

struct ask {
    using provider = integration_needs::provider;
    using response = answer;
    static constexpr operation_info info{.name = "ask", .method = "POST", .route = "ask"};
    ask() = default;
    std::string text = "?";
};
BOOST_DESCRIBE_STRUCT(ask, (), (text))

struct ask_and_wait : ask {
    static constexpr operation_info info{.name = "ask_and_wait",
                                         .method = "POST",
                                         .route = "ask",
                                         .repeat = idempotency::unsafe,
                                         .held = true};
    ask_and_wait() = default;
};
BOOST_DESCRIBE_STRUCT(ask_and_wait, (ask), ())

/// The operation reads the answer, not its type.
struct ask_in_capitals : ask {
    ask_in_capitals() = default;
    static result<answer> decode(http::response&& whole)
    {
        answer read;
        for (char const c : whole.body)
            read.text += static_cast<char>(c - 'a' + 'A');
        return read;
    }
};
BOOST_DESCRIBE_STRUCT(ask_in_capitals, (ask), ())

// --- a job below a model, whose result is exported by another job --------------------------------

struct ticket {
    ticket() = default;
    std::string id;
};
BOOST_DESCRIBE_STRUCT(ticket, (), (id))

struct state {
    state() = default;
    std::string word;
};
BOOST_DESCRIBE_STRUCT(state, (), (word))

inline job_status describe_state(state const& now)
{
    phase where = phase::running;
    if (now.word == "done")
        where = phase::succeeded;
    else if (now.word == "bad")
        where = phase::failed;
    return job_status{where, now.word};
}

struct get_export {
    using provider = integration_needs::provider;
    using response = state;
    static constexpr operation_info info{.name = "get_export", .route = "exports/{id}"};
    explicit get_export(std::string with) : id(std::move(with)) {}
    std::string id;
};
BOOST_DESCRIBE_STRUCT(get_export, (), (id))

/// Two requests.
struct read_export {
    using provider = integration_needs::provider;
    using response = std::string;
    static constexpr operation_info info{.name = "read_export"};
    explicit read_export(std::string with) : id(std::move(with)) {}
    std::string id;
    static asio::awaitable<std::string> perform(client with, read_export op, call_options call)
    {
        ask const first;
        auto const one = co_await with.send(first, call);
        auto const two = co_await with.send(first, call);
        co_return op.id + one.text + two.text;
    }
};

struct start_export {
    using provider = integration_needs::provider;
    using response = ticket;
    using status_operation = get_export;
    using result_operation = read_export;
    static constexpr operation_info info{
        .name = "start_export", .method = "POST", .route = "exports"};
    explicit start_export(job_ref const& of) : job(of.id), model(of.context) {}
    std::string job;
    std::string model;
    static std::string job_id(ticket const& made) { return made.id; }
    static job_status describe(state const& now) { return describe_state(now); }
};
BOOST_DESCRIBE_STRUCT(start_export, (), (job, model))

struct get_training {
    using provider = integration_needs::provider;
    using response = state;
    static constexpr operation_info info{.name = "get_training",
                                         .route = "models/{model}/trainings/{id}"};
    explicit get_training(job_ref const& of) : id(of.id), model(of.context) {}
    std::string id;
    std::string model;
};
BOOST_DESCRIBE_STRUCT(get_training, (), (id, model))

struct cancel_training : get_training {
    using response = state;
    static constexpr operation_info info{
        .name = "cancel_training", .method = "DELETE", .route = "models/{model}/trainings/{id}"};
    using get_training::get_training;
};
BOOST_DESCRIBE_STRUCT(cancel_training, (get_training), ())

struct train {
    using provider = integration_needs::provider;
    using response = ticket;
    using status_operation = get_training;
    using result_operation = start_export;
    using cancel_operation = cancel_training;
    static constexpr operation_info info{.name = "train",
                                         .method = "POST",
                                         .route = "models/{model}/trainings",
                                         .repeat = idempotency::unsafe};
    explicit train(std::string of) : model(std::move(of)) {}
    std::string model;
    std::string job_context() const { return model; }
    static std::string job_id(ticket const& made) { return made.id; }
    static job_status describe(state const& now) { return describe_state(now); }
};
BOOST_DESCRIBE_STRUCT(train, (), (model))

} // namespace integration_needs

using namespace integration_needs;

namespace {

static_assert(job_operation<train> && job_operation<start_export>);
static_assert(std::same_as<job<train>::result_type, std::string>);

struct world {
    world()
        : time(std::make_shared<testing::manual_clock>()),
          transport(std::make_shared<testing::fake_transport>(time))
    {
        options.transport = transport;
        options.clock = time;
    }
    integration_needs::client client()
    {
        return integration_needs::client{context.get_executor(), options};
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
    std::string target(std::size_t index) const
    {
        auto const& sent = transport->requests().at(index);
        return sent.method + ' ' + sent.target;
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<testing::fake_transport> transport;
    integration_needs::options options;
};

} // namespace

TEST_CASE("an error inside a 200 is an error, as its status would be")
{
    world here;
    here.transport->reply(200, R"({"error":404,"why":"no very-secret thing"})");
    auto const e = here.error_of(here.client().send(ask{}));
    CHECK(e == condition::not_found);
    CHECK(e.info().http_status == 200);
    CHECK(e.info().sent == sent_state::yes);
    CHECK(e.info().attempts == 1);
    CHECK(e.info().operation == "ask");
    CHECK(e.info().server_message == "no *** thing");
}

TEST_CASE("an error inside a 200 is repeated where its status would be, after the wait it asks for")
{
    world here;
    http::headers wait;
    wait.set("Retry-After", "7");
    here.transport->reply(200, R"({"error":429,"why":"slow down"})", wait)
        .reply(200, R"({"text":"at last"})");
    CHECK(here.run(here.client().send(ask{})).text == "at last");
    CHECK(here.time->elapsed() >= 7s);
}

TEST_CASE("the members of a server's error come whole and without secrets, or not at all")
{
    world here;
    std::string const body =
        R"({"error":400,"why":"?","of":"very-secret)" + std::string(16'000, 'x') + "\"}";
    here.transport->reply(200, body);
    auto e = here.error_of(here.client().send(ask{}));
    CHECK(e.info().server_details.size() > 16'000);
    CHECK(contains(e.info().server_details, R"("of":"***xxx)"));
    CHECK(!contains(e.what(), "***")); // members are for programs
    CHECK(parse_json(e.info().server_details).has_value());

    here.transport->reply(200,
                          R"({"error":400,"why":"?","of":")" + std::string(16'384, 'x') + "\"}");
    e = here.error_of(here.client().send(ask{}));
    CHECK(e == condition::invalid_argument);
    CHECK(e.info().server_details.empty());
}

TEST_CASE("a raw answer is not looked into")
{
    world here;
    here.transport->reply(200, R"({"error":404,"why":"?"})");
    auto const whole = here.run(here.client().raw(http::request{"GET", "/x"}));
    CHECK(whole.status == 200);
    CHECK(contains(whole.body, "404"));
}

TEST_CASE("an operation may read the answer itself")
{
    world here;
    here.transport->reply(200, "abc");
    CHECK(here.run(here.client().send(ask_in_capitals{})).text == "ABC");
}

TEST_CASE("a held call waits for limits.held, an ordinary one for limits.total")
{
    world here;
    here.transport->hang();
    auto e = here.error_of(here.client().send(ask{}, {.max_attempts = 1}));
    CHECK(e == condition::timeout);
    CHECK(here.time->elapsed() >= 59s);
    CHECK(here.time->elapsed() <= 121s);

    world held;
    held.options.limits.held = 2h;
    held.transport->hang();
    e = held.error_of(held.client().send(ask_and_wait{}));
    CHECK(e == errc::unknown_outcome);
    CHECK(held.time->elapsed() >= 2h);
    CHECK(held.time->elapsed() < 2h + 1min);

    world shorter;
    shorter.transport->hang();
    e = shorter.error_of(shorter.client().send(ask_and_wait{}, {.timeout = 90s}));
    CHECK(e == errc::unknown_outcome);
    CHECK(shorter.time->elapsed() >= 90s);
    CHECK(shorter.time->elapsed() < 92s);

    world refused;
    refused.options.limits.held = 0s;
    CHECK_THROWS_WITH_AS(refused.client(), doctest::Contains("limits.held"), failure);
}

TEST_CASE("a job is asked about with its context, here and in another process")
{
    world here;
    here.transport->reply(200, R"({"id":"t 1"})").reply(200, R"({"word":"busy"})");
    train const op{"m/1"};
    auto const job = here.run(here.client().submit(op));
    CHECK(job.id() == "t 1");
    CHECK(here.run(job.status()).phase == phase::running);
    CHECK(here.target(1) == "GET /v1/models/m%2F1/trainings/t%201");

    auto const again = here.client().attach<train>(job.resume_token());
    CHECK(again.id() == "t 1");
    CHECK(again.resume_token() == job.resume_token());
    here.transport->reply(200, R"({"word":"bad"})").reply(200, R"({"word":"busy"})");
    CHECK(here.run(again.status()).phase == phase::failed);
    CHECK(here.target(2) == here.target(1));
    CHECK(here.run(again.cancel()) == cancel_outcome::accepted);
    CHECK(here.target(3) == "DELETE /v1/models/m%2F1/trainings/t%201");

    auto const by_hand = here.client().attach<train>(job_ref{"t2", "m2"});
    here.transport->reply(200, R"({"word":"busy"})");
    CHECK(here.run(by_hand.status()).phase == phase::running);
    CHECK(here.target(4) == "GET /v1/models/m2/trainings/t2");
}

TEST_CASE("a new job that is not there yet is asked about again, also where a 200 says so")
{
    world here;
    std::string const none = R"({"error":404,"why":"no such training"})";
    here.transport->reply(200, R"({"id":"t"})")
        .reply(200, none)
        .reply(404, "none")
        .reply(200, R"({"word":"bad"})");
    auto const job = here.run(here.client().submit(train{"m"}));
    CHECK(here.run(job.wait({.deadline = 1h})).phase == phase::failed);

    here.transport->reply(200, none);
    auto const old = here.client().attach<train>(job_ref{"t", "m"});
    here.time->advance(1h);
    here.transport->reply(200, R"({"word":"busy"})").reply(200, none);
    CHECK(here.error_of(here.client()
                            .attach<train>(job_ref{"t", "m"})
                            .wait({.deadline = 1h, .not_found_grace = 0s})) ==
          condition::not_found);
    CHECK(here.error_of(old.wait({.deadline = 1h})) == condition::not_found); // it was there
}

TEST_CASE("a result that takes a job of its own is waited for within the same deadline")
{
    world here;
    here.transport
        ->reply(200, R"({"id":"t"})")             // train
        .reply(200, R"({"word":"busy"})")         // ask
        .reply(200, R"({"word":"done"})")         // ask
        .reply(200, R"({"id":"x"})")              // export
        .reply(200, R"({"word":"busy"})")         // ask
        .fail(errc::truncated, sent_state::maybe) // ask, in vain
        .reply(200, R"({"word":"done"})")         // ask
        .reply(200, R"({"text":"one"})")
        .reply(200, R"({"text":"two"})");
    train const op{"m"};
    CHECK(here.run(here.client().run(op, {.deadline = 1h})) == "xonetwo");
    CHECK(here.transport->left() == 0);
    CHECK(here.transport->requests().at(3).body == R"({"job":"t","model":"m"})");
    CHECK(here.target(4) == "GET /v1/exports/x");
}

TEST_CASE("errors of a result's own job name the job that was asked for")
{
    world here;
    here.transport->reply(200, R"({"id":"t"})")
        .reply(200, R"({"word":"done"})")
        .reply(200, R"({"id":"x"})")
        .reply(200, R"({"word":"bad"})");
    train const op{"m"};
    auto e = here.error_of(here.client().run(op, {.deadline = 1h}));
    CHECK(e == errc::job_failed);
    CHECK(e.info().job_id == "t");

    world late;
    late.transport->reply(200, R"({"id":"t"})")
        .reply(200, R"({"word":"done"})")
        .reply(200, R"({"id":"x"})");
    for (int i = 0; i < 40; ++i)
        late.transport->reply(200, R"({"word":"busy"})");
    e = late.error_of(late.client().run(op, {.deadline = 2min}));
    CHECK(e == errc::wait_timeout);
    CHECK(contains(e.what(), "ask again"));
    CHECK(late.time->elapsed() >= 2min);
    CHECK(late.time->elapsed() < 3min);
}
