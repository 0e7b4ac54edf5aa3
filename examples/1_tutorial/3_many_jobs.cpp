// SPDX-License-Identifier: BSL-1.0
//
// 3. Many jobs: a hundred texts, ten at once; each result comes when it is there, and one that
//    fails ends nothing but itself.
//
// With SCALE_API_KEY (and SCALE_LAUNCH_BASE_URL, SCALE_LAUNCH_ENDPOINT) set they run there, else on
// a simulator inside this program, whose model counts letters.

#include <inferpp/launch.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace launch = inferpp::launch;
using namespace std::chrono_literals;

// What the model takes and what it gives.
struct text {
    text() = default;
    std::string words;
};
BOOST_DESCRIBE_STRUCT(text, (), (words))

struct size {
    size() = default;
    int letters = 0;
};
BOOST_DESCRIBE_STRUCT(size, (), (letters))

using request_type = launch::endpoint_request<text, size>;

asio::awaitable<void> count_letters(launch::options options, std::string endpoint)
{
    launch::client client{co_await asio::this_coro::executor, options};

    std::vector<std::pair<int, request_type>> requests; // the key is ours, and comes back
    for (int i = 1; i <= 100; ++i) {
        request_type request{endpoint};
        request.args.emplace().words = std::string(static_cast<std::size_t>(i), 'x');
        requests.emplace_back(i, std::move(request));
    }

    auto results = client.submit_all(std::move(requests), {.deadline = 1min, .min_interval = 20ms},
                                     {.concurrency = 10});
    int letters = 0;
    while (auto one = co_await results.next()) { // in the order in which they end
        if (one->outcome)
            letters += one->outcome->value().letters;
        else
            std::cout << "text " << one->key << ": " << one->outcome.error().info().server_message
                      << '\n';
    }
    std::cout << letters << " letters in all\n";
}

// A model that counts, and fails on one text.
inferpp::testing::launch_outcome letter_counter(inferpp::testing::launch_call const& call)
{
    using inferpp::testing::launch_outcome;
    auto const count = call.at("args").at("words").as_string().size();
    launch_outcome outcome = launch_outcome::of({{"letters", count}});
    if (count == 13)
        outcome.lost = "the worker was lost";
    return outcome;
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::launch_simulator> simulator;
        launch::options options;
        std::string endpoint = "echo-async";
        if (std::getenv("SCALE_API_KEY") != nullptr) {
            options = launch::options::from_env();
            if (char const* const name = std::getenv("SCALE_LAUNCH_ENDPOINT"))
                endpoint = name;
        } else {
            inferpp::testing::launch_simulator_options with;
            with.model = letter_counter;
            simulator = std::make_unique<inferpp::testing::launch_simulator>(
                context.get_executor(), std::move(with));
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated-key"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, count_letters(options, endpoint), [&](std::exception_ptr e) {
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
