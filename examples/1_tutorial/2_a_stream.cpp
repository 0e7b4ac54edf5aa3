// SPDX-License-Identifier: BSL-1.0
//
// 2. A stream: a model's answer is shown while it is made.
//
// With SCALE_API_KEY (and SCALE_LAUNCH_BASE_URL, SCALE_LAUNCH_ENDPOINT) set it is asked there, else
// on a simulator inside this program, whose model sends a text word by word.

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

asio::awaitable<void> tell_a_story(launch::options options, std::string endpoint)
{
    launch::client client{co_await asio::this_coro::executor, options};

    launch::endpoint_request<boost::json::value, std::string> request{endpoint};
    request.args = {{"prompt", "Tell me a story."}};

    auto words = co_await client.stream(request);
    while (auto word = co_await words.next()) // nothing once the stream has come to its proper end
        std::cout << word->value() << std::flush;
    std::cout << '\n';
}

// A model that sends a text word by word.
inferpp::testing::launch_outcome storyteller(inferpp::testing::launch_call const&)
{
    using inferpp::testing::launch_event;
    auto const script = std::make_shared<inferpp::testing::launch_script>();
    for (char const* const word :
         {"Once ", "upon ", "a ", "time ", "there ", "was ", "a ", "job ", "that ", "ended."})
        script->events.push_back(launch_event::result(word, 5ms));
    return inferpp::testing::launch_outcome::stream(script);
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::launch_simulator> simulator;
        launch::options options;
        std::string endpoint = "echo-stream";
        if (std::getenv("SCALE_API_KEY") != nullptr) {
            options = launch::options::from_env();
            if (char const* const name = std::getenv("SCALE_LAUNCH_ENDPOINT"))
                endpoint = name;
        } else {
            inferpp::testing::launch_simulator_options with;
            with.model = storyteller;
            simulator = std::make_unique<inferpp::testing::launch_simulator>(
                context.get_executor(), std::move(with));
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated-key"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, tell_a_story(options, endpoint), [&](std::exception_ptr e) {
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
