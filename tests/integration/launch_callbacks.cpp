// SPDX-License-Identifier: BSL-1.0
//
// Callbacks of the simulated Launch to a server of ours, and polling where they fail to come.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::launching;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

struct callback_world : simulated_world {
    explicit callback_world(testing::launch_simulator_options with = {},
                            launch::callback_options receiving = checked(),
                            testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : simulated_world(std::move(with), how),
          auth(*checked().auth),
          receiver(std::move(receiving)),
          server(std::make_unique<http_server>(context.get_executor(), http_server_options{},
                                               receiver.handler()))
    {
    }

    static launch::callback_options checked()
    {
        launch::callback_options options;
        options.auth = launch::basic_auth{"launch", secret{"our password"}};
        return options;
    }

    launch::endpoint_request<> request(std::string endpoint = "echo-async",
                                       json::object steer = {}) const
    {
        auto made = ask_echo(std::move(endpoint), std::move(steer));
        made.callback_url = "http://127.0.0.1:" + std::to_string(server->port()) + "/done";
        made.callback_auth = auth;
        return made;
    }

    /// Runs until so many callbacks were delivered, or given up.
    void wait_for_callbacks(std::size_t count)
    {
        support::run_until(context, [&] { return simulator->callbacks().size() >= count; });
    }

    launch::basic_auth auth;
    launch::callback_receiver receiver;
    std::unique_ptr<http_server> server;
};

poll_options rarely()
{
    return {.deadline = 100h, .min_interval = 10h, .max_interval = 10h};
}
poll_options soon()
{
    return {.deadline = 100h, .min_interval = 10ms, .max_interval = 1s};
}

asio::awaitable<launch::endpoint_response<>> complete(launch::client client,
                                                      launch::callback_receiver& receiver,
                                                      launch::endpoint_request<> request,
                                                      poll_options poll)
{
    auto const job = co_await client.submit(request);
    receiver.expect(job);
    co_return co_await job.result(poll);
}

testing::launch_simulator_options with_callbacks(std::size_t copies, bool native = false)
{
    testing::launch_simulator_options with;
    with.callback.copies = copies;
    with.callback.native_result = native;
    return with;
}

} // namespace

TEST_CASE("a callback completes its job long before the next poll")
{
    testing::launch_simulator_options native = with_callbacks(1, true);
    for (auto const& with : {testing::launch_simulator_options{}, native}) {
        callback_world world{with};
        auto const client = world.client();
        auto const job = world.run(client.submit(world.request()));
        world.receiver.expect(job);
        world.wait_for_callbacks(1);
        CHECK(world.simulator->callbacks()[0].status == 200);
        CHECK(world.simulator->callbacks()[0].task_id == job.id());
        auto const got = world.run(job.result(rarely()));
        CHECK(got.ok());
        CHECK(got.value().at("endpoint") == json::value("echo-async"));
        CHECK(world.simulator->count("GET", "async-tasks") == 0);
        CHECK(world.time->elapsed() < 1h);
    }
}

TEST_CASE("repeated callbacks, also before the job is expected, have one effect")
{
    auto with = with_callbacks(3);
    std::size_t told = 0;
    auto receiving = callback_world::checked();
    receiving.on_callback = [&told](launch::callback const&) { ++told; };
    callback_world world{with, receiving};
    auto const job = world.run(world.client().submit(world.request()));
    world.wait_for_callbacks(3);
    for (auto const& each : world.simulator->callbacks())
        CHECK(each.status == 200);
    CHECK(told == 1);
    world.receiver.expect(job);
    CHECK(world.run(job.result(rarely())).ok());
    CHECK(world.simulator->count("GET", "async-tasks") == 0);
}

TEST_CASE("a callback that comes before the answer to the submission is kept for the job")
{
    testing::launch_simulator_options with;
    with.task_create_time = 1h; // the task runs already
    callback_world world{with, callback_world::checked(), testing::manual_clock::mode::stepping};
    world.options.limits.total = 10h;
    world.options.limits.first_byte = 10h;
    auto const client = world.client();
    auto request = world.request("end_async000000000000000");
    support::started<launch::endpoint_response<>> waiting{
        world.context, complete(client, world.receiver, std::move(request), rarely())};
    support::run_until(world.context, [&] { return world.time->sleepers() == 2; });
    world.time->advance(1s);
    world.wait_for_callbacks(1);
    CHECK(world.simulator->callbacks()[0].status == 200);
    CHECK(!waiting.done());
    world.time->advance(1h);
    auto const got = waiting.finish();
    REQUIRE(got.has_value());
    CHECK(got->ok());
    CHECK(world.simulator->count("GET", "async-tasks") == 0);
}

TEST_CASE("without its callback a job is completed by polling")
{
    struct {
        char const* why;
        testing::launch_simulator_options with;
    } lost[] = {{"lost on its way", with_callbacks(0)}, {"late", {}}};
    lost[1].with.callback.delay = 50h;
    for (auto const& each : lost) {
        CAPTURE(each.why);
        callback_world world{each.with};
        auto const job = world.run(world.client().submit(world.request()));
        world.receiver.expect(job);
        CHECK(world.run(job.result(soon())).ok());
        CHECK(world.simulator->count("GET", "async-tasks") > 0);
        if (each.with.callback.copies > 0) { // behind the polling: taken, without effect
            world.wait_for_callbacks(1);
            CHECK(world.simulator->callbacks()[0].status == 200);
            CHECK(world.run(job.result(soon())).ok());
        }
    }
}

TEST_CASE("a task that failed sends no callback, and is found by polling")
{
    callback_world world;
    auto const e = world.error_of(complete(world.client(), world.receiver,
                                           world.request("echo-async", {{"lost", "oom"}}), soon()));
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "oom");
    CHECK(world.simulator->callbacks().empty());
    // A model that answers with an error does send one.
    auto const job =
        world.run(world.client().submit(world.request("echo-async", {{"status", 500}})));
    world.receiver.expect(job);
    world.wait_for_callbacks(1);
    auto const got = world.run(job.result(rarely()));
    CHECK(!got.ok());
    CHECK(got.status_code == 500);
}

TEST_CASE("the shapes of artifacts: bare, pickled, and an exception of theirs")
{
    callback_world world;
    auto const client = world.client();
    auto plain = world.request("artifact-async");
    auto pickled = world.request("artifact-async");
    pickled.return_pickled = true;
    auto raising = world.request("artifact-async", {{"status", 500}, {"traceback", "ValueError"}});
    std::vector<launch::endpoint_response<>> got;
    std::size_t calls = 0;
    for (auto const* const each : {&plain, &pickled, &raising}) {
        auto const job = world.run(client.submit(*each));
        world.receiver.expect(job);
        world.wait_for_callbacks(++calls);
        got.push_back(world.run(job.result(rarely())));
    }
    CHECK(got[0].ok());
    CHECK(!got[0].status_code);
    CHECK(got[1].ok());
    CHECK(got[1].result_url.has_value());
    CHECK(!got[2].ok());
    CHECK(got[2].traceback == "ValueError");
    CHECK(world.simulator->count("GET", "async-tasks") == 0);
}

TEST_CASE("a synchronous endpoint calls back without a task")
{
    std::vector<launch::callback> came;
    auto receiving = callback_world::checked();
    receiving.on_callback = [&came](launch::callback const& each) { came.push_back(each); };
    callback_world world{{}, receiving};
    CHECK(world.run(world.client().send(world.request("echo-sync"))).ok());
    world.wait_for_callbacks(1);
    REQUIRE(came.size() == 1);
    CHECK(came[0].task_id.empty());
    CHECK(launch::endpoint_response<>::from_json(came[0].document)->ok());
}

TEST_CASE("callbacks with wrong credentials are refused three times, and polling goes on")
{
    callback_world world;
    world.auth.password = secret{"another"};
    auto const job = world.run(world.client().submit(world.request()));
    world.receiver.expect(job);
    world.wait_for_callbacks(3);
    for (auto const& each : world.simulator->callbacks())
        CHECK(each.status == 401);
    CHECK(world.run(job.result(soon())).ok());
    CHECK(world.simulator->count("GET", "async-tasks") == 1);
}

TEST_CASE("a server that is gone, or that fails at first, loses no job")
{
    int failures = 2;
    auto receiving = callback_world::checked();
    receiving.on_callback = [&failures](launch::callback const&) {
        if (failures-- > 0)
            throw std::runtime_error{"not now"};
    };
    callback_world world{{}, receiving};
    auto const job = world.run(world.client().submit(world.request()));
    world.receiver.expect(job);
    world.wait_for_callbacks(3);
    CHECK(world.simulator->callbacks()[0].status == 500);
    CHECK(world.simulator->callbacks()[2].status == 200);
    CHECK(world.run(job.result(rarely())).ok());
    auto const request = world.request();
    world.server.reset();
    CHECK(world.run(complete(world.client(), world.receiver, request, soon())).ok());
}

TEST_CASE("hundreds of jobs at once, all told by callbacks")
{
    callback_world world;
    auto const client = world.client();
    using handle = job<launch::async_prediction<json::value>>;
    std::vector<handle> jobs;
    for (int i = 0; i < 300; ++i) {
        jobs.push_back(world.run(client.submit(world.request("echo-async", {{"text", i}}))));
        world.receiver.expect(jobs.back());
    }
    world.wait_for_callbacks(300);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        CHECK(world.run(jobs[i].result(rarely())).value() == json::value(i));
    CHECK(world.simulator->count("GET", "async-tasks") == 0);
}
