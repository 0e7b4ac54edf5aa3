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
#include <vector>

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

/// Whose answer tells what else is needed to find the job.
struct train_by_name : train {
    static constexpr operation_info info{.name = "train_by_name",
                                         .method = "POST",
                                         .route = "models/{model}/trainings",
                                         .repeat = idempotency::unsafe};
    explicit train_by_name(std::string of) : train(std::move(of)) {}
    std::string job_context() const { return model; }
    static std::string job_context(std::string of_request, ticket const& made)
    {
        return of_request + "+" + made.id;
    }
};
BOOST_DESCRIBE_STRUCT(train_by_name, (train), ())

/// A page that takes two requests.
struct list_words {
    using provider = integration_needs::provider;
    using item = std::string;
    using response = std::vector<std::string>;
    static constexpr operation_info info{.name = "list_words"};
    list_words() = default;
    int page = 1;
    result<void> validate() const
    {
        if (page < 1)
            return error{errc::invalid_argument, "page"};
        return {};
    }
    static asio::awaitable<response> perform(client with, list_words op, call_options call)
    {
        ask first;
        first.text = std::to_string(op.page);
        auto const one = co_await with.send(first, call);
        auto const two = co_await with.send(first, call);
        response both;
        both.push_back(one.text);
        both.push_back(two.text);
        co_return both;
    }
    static std::vector<item> items(response& listed) { return std::move(listed); }
    bool advance(response const&) { return ++page < 3; }
};

/// A result that is downloaded, which may take long.
struct download_result {
    using provider = integration_needs::provider;
    using response = std::string;
    static constexpr operation_info info{.name = "download_result", .held = true};
    explicit download_result(std::string) {}
    static asio::awaitable<std::string> perform(client with, download_result, call_options call)
    {
        auto body = co_await with.open("https://files.test/x", call);
        std::string all;
        while (true) {
            auto const piece = co_await body.read();
            if (piece.empty())
                break;
            all += piece;
        }
        co_return all + ' ' + std::to_string(call.timeout.value_or(0ms).count());
    }
};

struct render : train {
    using result_operation = download_result;
    static constexpr operation_info info{.name = "render",
                                         .method = "POST",
                                         .route = "models/{model}/trainings",
                                         .repeat = idempotency::unsafe};
    explicit render(std::string of) : train(std::move(of)) {}
};
BOOST_DESCRIBE_STRUCT(render, (train), ())

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

TEST_CASE("the answer to a submission adds to what its job is found with")
{
    world here;
    here.transport->reply(200, R"({"id":"t1"})").reply(200, R"({"word":"busy"})");
    train_by_name const op{"m"};
    auto const job = here.run(here.client().submit(op));
    CHECK(job.ref().id == "t1");
    CHECK(job.ref().context == "m+t1");
    CHECK(here.client().attach<train_by_name>(job.resume_token()).ref().context == "m+t1");
    here.run(job.status());
    CHECK(here.target(1) == "GET /v1/models/m%2Bt1/trainings/t1");
}

TEST_CASE("a page may take several requests")
{
    world here;
    for (std::string const word : {"a", "b", "c", "d"})
        here.transport->reply(200, R"({"text":")" + word + R"("})");
    auto words = here.client().pages(list_words{});
    std::string all;
    while (auto const word = here.run(words.next()))
        all += *word;
    CHECK(all == "abcd");
    CHECK(here.transport->requests().at(2).body == R"({"text":"2"})");
    list_words wrong;
    wrong.page = 0;
    auto none = here.client().pages(wrong);
    CHECK(here.error_of(none.next()) == errc::invalid_argument);
    CHECK(here.transport->requests().size() == 4);
}

TEST_CASE("a result that takes long may take the rest of the wait, and not one poll's time")
{
    world here;
    here.options.limits.held = 2h;
    here.transport->reply(200, R"({"id":"t"})")
        .reply(200, R"({"word":"done"})")
        .reply_in_pieces(200, {"a", "b"});
    render const op{"m"};
    auto const found = here.run(here.client().run(op, {.deadline = 1h, .min_interval = 1ms}));
    CHECK(contains(found, "ab 3"));
    CHECK(std::stol(found.substr(3)) > 3'500'000); // an hour, without the first poll

    world bounded;
    bounded.options.limits.held = 2h;
    bounded.transport->reply(200, R"({"id":"t"})").reply(200, R"({"word":"done"})").reply(200, "x");
    CHECK(bounded.run(bounded.client().run(op, {.forever = true})) == "x 7200000");
}

TEST_CASE("an upload carries the headers with which its URL was signed, and no credentials")
{
    world here;
    here.transport->reply(200, "").reply(200, "");
    http::headers headers;
    headers.set("Content-Type", "application/pdf");
    headers.set("x-ms-blob-type", "BlockBlob");
    auto const client = here.client();
    here.run(client.upload("https://storage.test/a?sig=s", bytes{"data"}, headers));
    here.run(client.upload("https://storage.test/a?sig=s", bytes{"data"}, {.timeout = 5s}));
    auto const& sent = here.transport->requests().at(0);
    CHECK(here.target(0) == "PUT /a?sig=s");
    CHECK(sent.headers.find("Content-Type") == "application/pdf");
    CHECK(sent.headers.find("x-ms-blob-type") == "BlockBlob");
    CHECK(!sent.headers.find("Authorization"));
    CHECK(sent.body == "data");
    CHECK(!here.transport->requests().at(1).headers.find("Content-Type"));

    http::headers wrong;
    wrong.add("Content-Length", "4");
    CHECK(here.error_of(client.upload("https://storage.test/a", bytes{"data"}, wrong)) ==
          errc::invalid_argument);
    CHECK(here.transport->requests().size() == 2);
}
