// SPDX-License-Identifier: BSL-1.0
//
// The receiver of callbacks as a function: what is taken, what is refused, what is remembered.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::launching;
namespace json = boost::json;
using response_type = launch::endpoint_response<>;

namespace {

std::string const right = "Basic dXNlcjpwdw=="; // user:pw

launch::callback_options checked()
{
    launch::callback_options options;
    options.auth = launch::basic_auth{"user", secret{"pw"}};
    return options;
}

http::request post(std::string body, std::string const& authorization = right)
{
    http::request request{"POST", "/done"};
    if (!authorization.empty())
        request.headers.set("Authorization", authorization);
    request.body = std::move(body);
    return request;
}

std::string body(std::string_view task_id, std::string_view result = "7")
{
    return R"({"result":")" + std::string{result} + R"(","status_code":200,"task_id":")" +
           std::string{task_id} + R"("})";
}

int code_of(launch::callback_receiver& receiver, std::string text)
{
    return receiver.receive(post(std::move(text))).status;
}

/// A task that was submitted, whose status nobody can tell: only a callback ends the wait.
struct waiting_world : fake_world {
    waiting_world() : fake_world(testing::manual_clock::mode::stepping) {}

    job<launch::async_prediction<json::value>> submit(std::string const& id)
    {
        transport->reply(200, receipt(id));
        return run(client().submit(ask(std::string{endpoint_id})));
    }
    static poll_options rarely()
    {
        return {.deadline = 100h, .min_interval = 1h, .max_interval = 1h};
    }
};

} // namespace

TEST_CASE("the five bodies of a callback read as the task that they are about")
{
    struct {
        char const* text;
        char const* id;
        bool ok;
    } const cases[] = {
        {R"({"result":"7","status_code":200,"task_id":"T"})", "T", true},
        {R"({"result":"{\"y\": 1}","task_id":"T"})", "T", true},
        {R"({"result_url":"s3://bucket/key.pkl","task_id":"T"})", "T", true},
        {R"({"detail":{"traceback":"boom"},"task_id":"T"})", "T", false},
        {R"({"result":"{\"a\":1}","task_id":null})", "", true},
        {R"({"task_id":"T","result":7})", "T", true},
        {R"({"result":"no","status_code":500,"task_id":"T","unknown":[]})", "T", false},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        auto const got = launch::callback::parse(each.text);
        REQUIRE(got.has_value());
        CHECK(got->task_id == each.id);
        auto const read = response_type::from_json(got->document);
        REQUIRE(read.has_value());
        CHECK(read->ok() == each.ok);
        CHECK(read->task_id == each.id);
    }
    auto const seven = launch::callback::parse(cases[0].text);
    CHECK(response_type::from_json(seven->document)->value() == json::value(7));
    auto const url = launch::callback::parse(cases[2].text);
    CHECK(response_type::from_json(url->document)->result_url == "s3://bucket/key.pkl");
    auto const failed = launch::callback::parse(cases[3].text);
    CHECK(response_type::from_json(failed->document)->traceback == "boom");
}

TEST_CASE("what is no callback is answered with 400 and remembered nowhere")
{
    launch::callback_receiver receiver{checked()};
    for (char const* const garbage :
         {"", "{", "[]", "7", "null", "\"x\"", "{}", R"({"task_id":"T"})",
          R"({"status":"SUCCESS"})", "\xff\xfe"}) {
        CAPTURE(garbage);
        CHECK(code_of(receiver, garbage) == 400);
    }
    CHECK(code_of(receiver, std::string(5000, '[')) == 400);
    CHECK(code_of(receiver, body("T")) == 200);
}

TEST_CASE("wrong credentials are answered with 401, and another method with 405")
{
    std::size_t told = 0;
    auto options = checked();
    options.on_callback = [&told](launch::callback const&) { ++told; };
    launch::callback_receiver receiver{options};
    for (char const* const wrong :
         {"", "Basic", "Basic ", "Basic dXNlcjpwdw=", "Basic dXNlcjpwdw==x",
          "Bearer dXNlcjpwdw==", "Basic dXNlcjpwWA==", "user:pw"}) {
        CAPTURE(wrong);
        auto const answer = receiver.receive(post(body("T"), wrong));
        CHECK(answer.status == 401);
        CHECK(answer.headers.find("WWW-Authenticate").has_value());
    }
    auto get = post("");
    get.method = "GET";
    CHECK(receiver.receive(get).status == 405);
    CHECK(receiver.receive(get).headers.find("Allow") == "POST");
    get.headers.erase("Authorization");
    CHECK(receiver.receive(get).status == 401);
    CHECK(told == 0);
    CHECK(code_of(receiver, body("T")) == 200);
    CHECK(told == 1);

    launch::callback_receiver open{launch::callback_options{}};
    CHECK(open.receive(post(body("T"), "")).status == 200);
    CHECK(open.receive(post(body("T2"), "Basic anything")).status == 200);
}

TEST_CASE("repeated callbacks are answered with 200 without effect; those of sync calls have any")
{
    std::vector<std::string> told;
    auto options = checked();
    options.on_callback = [&told](launch::callback const& came) { told.push_back(came.task_id); };
    launch::callback_receiver receiver{options};
    for (int i = 0; i < 3; ++i)
        CHECK(code_of(receiver, body("T")) == 200);
    CHECK(told.size() == 1);
    for (int i = 0; i < 2; ++i)
        CHECK(code_of(receiver, R"({"result":"1","task_id":null})") == 200);
    CHECK(told.size() == 3);
    CHECK(told.back().empty());
}

TEST_CASE("a callback whose observer throws counts as not received")
{
    int calls = 0;
    auto options = checked();
    options.on_callback = [&calls](launch::callback const&) {
        if (++calls == 1)
            throw std::runtime_error{"the database is away"};
    };
    launch::callback_receiver receiver{options};
    CHECK_THROWS_AS(code_of(receiver, body("T")), std::runtime_error);
    CHECK(code_of(receiver, body("T")) == 200);
    CHECK(code_of(receiver, body("T")) == 200);
    CHECK(calls == 2);
}

TEST_CASE("only the last callbacks are remembered")
{
    auto options = checked();
    options.kept = 0;
    CHECK_THROWS_AS(launch::callback_receiver{options}, failure);
    std::size_t told = 0;
    options.kept = 2;
    options.on_callback = [&told](launch::callback const&) { ++told; };
    launch::callback_receiver receiver{options};
    for (char const* const id : {"a", "b", "b", "c", "c", "b"})
        CHECK(code_of(receiver, body(id)) == 200);
    CHECK(told == 3);
    CHECK(code_of(receiver, body("a")) == 200); // forgotten: it is new again
    CHECK(told == 4);
}

TEST_CASE("a callback ends the wait at once, though the next poll is an hour away")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    auto const job = world.submit("T");
    receiver.expect(job);
    support::started<response_type> waiting{world.context, job.result(world.rarely())};
    support::run_until(world.context, [&] { return world.time->sleepers() == 1; });
    CHECK(code_of(receiver, body("T")) == 200);
    auto const got = waiting.finish();
    REQUIRE(got.has_value());
    CHECK(got->value() == json::value(7));
    CHECK(world.requests() == 1); // the submission
    CHECK(world.time->elapsed() == 0s);
    CHECK(world.time->sleepers() == 0);
    world.time->advance(2h); // nobody is left to be woken
    // Whoever asks later gets the same, without asking.
    CHECK(world.run(job.status()).phase == phase::succeeded);
    CHECK(world.run(job.result(world.rarely())).value() == json::value(7));
    CHECK(world.requests() == 1);
}

TEST_CASE("everybody who waits for a job is told")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    auto const job = world.submit("T");
    auto const other = world.client().attach<launch::async_prediction<json::value>>("T");
    receiver.expect(job);
    receiver.expect(other);
    world.transport->reply(200, task("STARTED", "null", "null", "T"));
    support::started<response_type> one{world.context, job.result(world.rarely())};
    support::started<response_type> two{world.context, job.result(world.rarely())};
    support::started<response_type> third{world.context, other.result(world.rarely())};
    support::run_until(world.context, [&] { return world.time->sleepers() == 3; });
    CHECK(code_of(receiver, body("T")) == 200);
    for (auto* const each : {&one, &two, &third})
        CHECK(each->finish()->value() == json::value(7));
    CHECK(world.requests() == 2);
}

TEST_CASE("a callback may come before its job is expected")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    CHECK(code_of(receiver, body("T")) == 200);
    auto const job = world.submit("T");
    receiver.expect(job);
    CHECK(world.run(job.result(world.rarely())).value() == json::value(7));
    CHECK(world.requests() == 1);
    receiver.expect(job); // harmless
    CHECK(code_of(receiver, body("T")) == 200);
}

TEST_CASE("a callback that overtakes a poll counts, also where the poll fails")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    auto const job = world.client().attach<launch::async_prediction<json::value>>("T");
    receiver.expect(job);
    world.transport->reply(401, R"({"detail":"Could not authenticate user"})");
    support::started<response_type> waiting{world.context, job.result(world.rarely())};
    support::run_until(world.context, [&] { return world.requests() == 1; });
    CHECK(code_of(receiver, body("T")) == 200);
    auto const got = waiting.finish();
    REQUIRE(got.has_value());
    CHECK(got->value() == json::value(7));
}

TEST_CASE("a callback that can't be read as the job's result makes the job ask")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    world.transport->reply(200, receipt("T"));
    launch::endpoint_request<json::value, int> request{std::string{endpoint_id}};
    request.args = json::object{};
    auto const job = world.run(world.client().submit(request));
    receiver.expect(job);
    using typed = launch::endpoint_response<int>;
    support::started<typed> waiting{world.context, job.result(world.rarely())};
    support::run_until(world.context, [&] { return world.time->sleepers() == 1; });
    world.transport->reply(200, task("SUCCESS", R"({"result":"8"})", "200", "T"));
    CHECK(code_of(receiver, body("T", "no number")) == 200);
    CHECK(waiting.finish()->value() == 8);
}

TEST_CASE("a job that nobody holds is not kept, and one that is cancelled is not told")
{
    waiting_world world;
    launch::callback_receiver receiver{checked()};
    std::optional<job<launch::async_prediction<json::value>>> job{world.submit("T")};
    receiver.expect(*job);
    weak_job<launch::async_prediction<json::value>> const weak{*job};
    CHECK(weak.lock().has_value());
    {
        support::started<response_type> waiting{world.context, job->result(world.rarely())};
        support::run_until(world.context, [&] { return world.time->sleepers() == 1; });
        waiting.cancel();
        CHECK(waiting.finish().error() == condition::cancelled);
    }
    job.reset();
    CHECK(!weak.lock());
    CHECK(code_of(receiver, body("T")) == 200);
    // It is kept for who attaches later.
    auto const later = world.client().attach<launch::async_prediction<json::value>>("T");
    receiver.expect(later);
    CHECK(world.run(later.status()).phase == phase::succeeded);
    CHECK(!weak_job<launch::async_prediction<json::value>>{}.lock());
}

TEST_CASE("thousands of jobs: each is told its own, and strangers don't push them out")
{
    waiting_world world;
    auto options = checked();
    options.kept = 10;
    launch::callback_receiver receiver{options};
    auto const client = world.client();
    using handle = job<launch::async_prediction<json::value>>;
    std::vector<handle> jobs;
    for (int i = 0; i < 3000; ++i) {
        jobs.push_back(client.attach<launch::async_prediction<json::value>>(std::to_string(i)));
        receiver.expect(jobs.back());
        receiver.expect(client.attach<launch::async_prediction<json::value>>("gone")); // at once
    }
    for (int i = 0; i < 100; ++i)
        CHECK(code_of(receiver, body("stranger" + std::to_string(i))) == 200);
    for (int i = 0; i < 3000; ++i)
        CHECK(code_of(receiver, body(std::to_string(i), std::to_string(2 * i))) == 200);
    for (int i = 0; i < 3000; i += 97) {
        auto const status = world.run(jobs[static_cast<std::size_t>(i)].status());
        CHECK(status.raw->value() == json::value(2 * i));
    }
    CHECK(world.requests() == 0);
}

TEST_CASE("a receiver is asked from its own observer")
{
    waiting_world world;
    auto options = checked();
    options.kept = 1;
    std::unique_ptr<launch::callback_receiver> receiver;
    auto const job = world.client().attach<launch::async_prediction<json::value>>("T");
    options.on_callback = [&](launch::callback const& came) {
        receiver->expect(job);
        if (came.task_id != "other")
            CHECK(code_of(*receiver, body("other")) == 200);
    };
    receiver = std::make_unique<launch::callback_receiver>(options);
    CHECK(code_of(*receiver, body("T")) == 200);
    CHECK(world.run(job.status()).phase == phase::succeeded);
}
