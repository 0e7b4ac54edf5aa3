// SPDX-License-Identifier: BSL-1.0
//
// Scale Launch: a prediction at once, one whose end is told by a callback, and the three ways in
// which one can fail.
//
// With SCALE_API_KEY (and SCALE_LAUNCH_BASE_URL) set it asks there, else a simulator inside this
// program. The platform must be able to reach the callback's URL: on the hosted service, set
// CALLBACK_URL to a public one that leads to the port printed.

#include <inferpp/launch.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
namespace launch = inferpp::launch;
using namespace std::chrono_literals;

struct review {
    review() = default;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(review, (), (text))

struct sentiment {
    sentiment() = default;
    std::string label;
    double score = 0;
};
BOOST_DESCRIBE_STRUCT(sentiment, (), (label, score))

using request_type = launch::endpoint_request<review, sentiment>;

request_type ask(std::string endpoint, std::string text)
{
    request_type request{std::move(endpoint)};
    request.args.emplace().text = std::move(text);
    return request;
}

asio::awaitable<void> predict_at_once(launch::client client)
{
    auto const request = ask("echo-sync", "I love it");
    auto const answer = co_await client.send(request);
    std::cout << "at once: " << answer.value().label << ' ' << answer.value().score << '\n';
}

asio::awaitable<void> predict_with_callback(launch::client client)
{
    launch::callback_options with;
    with.auth = launch::basic_auth{"launch", inferpp::secret{"a password of ours"}};
    launch::callback_receiver receiver{with};
    inferpp::http_server server{client.get_executor(), {}, receiver.handler()};

    auto request = ask("echo-async", "I hate it");
    request.callback_auth = *with.auth;
    request.callback_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/done";
    if (char const* const url = std::getenv("CALLBACK_URL"))
        request.callback_url = url;

    auto job = co_await client.submit(request);
    receiver.expect(job);
    // The callback ends the wait; polling, which is rare here, would do it otherwise.
    auto const answer = co_await job.result({.deadline = 10min, .min_interval = 30s});
    std::cout << "by callback: " << answer.value().label << ' ' << answer.value().score << '\n';
}

asio::awaitable<void> fail_in_three_ways(launch::client client)
{
    // The platform says FAILURE: an error with the traceback.
    auto const lost = ask("echo-async", "lose me");
    auto const failed = co_await inferpp::as_result(
        client.run(lost, {.deadline = 1min, .min_interval = 20ms}));
    std::cout << "failure: " << failed.error().info().server_message << '\n';

    // The model answers with an error of its own: a response that is not ok().
    auto const refused = ask("echo-async", "refuse me");
    auto const answer = co_await client.run(refused, {.deadline = 1min, .min_interval = 20ms});
    std::cout << "not ok: status " << answer.status_code.value_or(0) << '\n';

    // The platform has dropped the task: it has expired.
    auto const dropped = ask("echo-async", "drop me");
    auto const expired = co_await inferpp::as_result(
        client.run(dropped, {.deadline = 1min, .min_interval = 20ms}));
    std::cout << "dropped: " << (expired.error() == inferpp::errc::job_expired ? "expired" : "?")
              << '\n';
}

asio::awaitable<void> run(launch::options options, bool simulated)
{
    launch::client client{co_await asio::this_coro::executor, options};
    co_await predict_at_once(client);
    co_await predict_with_callback(client);
    if (simulated)
        co_await fail_in_three_ways(client);
}

// A model that knows three words.
inferpp::testing::launch_outcome simulated_model(inferpp::testing::launch_call const& call)
{
    using inferpp::testing::launch_outcome;
    std::string const text{call.at("args").at("text").as_string()};
    if (text == "refuse me")
        return launch_outcome::failed(500, "the model refuses");
    bool const good = text.find("love") != std::string::npos;
    auto outcome = launch_outcome::of({{"label", good ? "good" : "bad"}, {"score", 0.9}});
    if (text == "lose me")
        outcome.lost = "Worker exited prematurely";
    outcome.undefined = text == "drop me";
    return outcome;
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::launch_simulator> simulator;
        launch::options options;
        if (std::getenv("SCALE_API_KEY") != nullptr) {
            options = launch::options::from_env();
        } else {
            inferpp::testing::launch_simulator_options with;
            with.model = simulated_model;
            simulator = std::make_unique<inferpp::testing::launch_simulator>(
                context.get_executor(), std::move(with));
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated-key"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, run(options, simulator != nullptr), [&](std::exception_ptr e) {
            error = e;
            if (simulator)
                simulator->stop();
        });
        context.run();
        if (error)
            std::rethrow_exception(error);
        return 0;
    }
    catch (std::exception const& e) {
        std::cerr << "error: " << e.what() << '\n';
        return 1;
    }
}
