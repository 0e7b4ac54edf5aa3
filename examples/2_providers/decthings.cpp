// SPDX-License-Identifier: BSL-1.0
//
// Decthings: makes a state of a model from two tensors and a dataset, evaluates it, and watches a
// training.
//
// With DECTHINGS_API_KEY set it runs there, on a model "echo" and a dataset "numbers", else on a
// simulator inside this program.

#include <inferpp/decthings.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace decthings = inferpp::decthings;
using namespace std::chrono_literals;

// The id of the first model or dataset of that name.
template <class List>
asio::awaitable<std::string> find(decthings::client client, std::string name)
{
    List search;
    search.filter.emplace().names = {name};
    auto found = client.pages(search);
    auto const first = co_await found.next();
    if (!first)
        throw std::runtime_error{"there is nothing named " + name};
    co_return first->id;
}

// Rows and columns.
void print(decthings::tensor const& matrix)
{
    auto const numbers = matrix.view<float>();
    for (std::uint64_t row = 0; row < numbers.extent(0); ++row) {
        for (std::uint64_t column = 0; column < numbers.extent(1); ++column)
            std::cout << ' ' << numbers(row, column);
        std::cout << '\n';
    }
}

asio::awaitable<void> use_a_model(decthings::options options)
{
    decthings::client client{co_await asio::this_coro::executor, options};
    auto const model = co_await find<decthings::get_models>(client, "echo");
    auto const dataset = co_await find<decthings::get_datasets>(client, "numbers");
    auto const machine = decthings::execution_location::temporary({1, 512});

    // Tensors of numbers of any type and shape, moved in without a copy, beside data that is
    // already there.
    std::vector<float> weights{0.5F, 1, 1.5F, 2, 2.5F, 3};
    decthings::create_state make{model, "first", machine};
    make.params.emplace_back("weights", decthings::tensor{std::move(weights), {3, 2}});
    make.params.emplace_back("bias", decthings::tensor{0.25});
    make.params.emplace_back("examples", decthings::dataset_reference{dataset, "value"});

    // Held until the state is made, for 24 hours at most.
    auto const made = co_await client.send(make, {.timeout = 24h});
    if (auto const* const failed = made.failed()) { // the model's code has run, and failed
        std::cout << "no state: " << failed->reason.to_string() << '\n';
        co_return;
    }
    std::cout << "made a state in " << made->durations.create_state->count() << " ms\n";
    decthings::set_active_state const use{model, made->state_id};
    co_await client.send(use);

    decthings::evaluate ask{model};
    ask.params.emplace_back("x", decthings::tensor{std::vector{1.0F, 2.0F, 3.0F, 4.0F}, {2, 2}});
    auto const answer = co_await client.send(ask);
    std::cout << "x =\n";
    print(answer.value().at("x")); // value() throws where the run has failed
    std::cout << "sum = " << answer->at("sum").value<double>() << '\n';

    // A training is a job.
    decthings::train const better{model, "better", machine};
    auto const training = co_await client.submit(better);
    decthings::follow_metrics const all{
        model, training.id(), {.deadline = 24h, .min_interval = 50ms}};
    auto metrics = co_await client.stream(all);
    while (auto const entry = co_await metrics.next())
        std::cout << entry->name << ' ' << entry->value.value<float>() << '\n';
    auto const done = co_await training.result({.deadline = 1min, .min_interval = 50ms});
    std::cout << "the new state is named " << done.new_name << '\n';

    // A command, and what it puts out, as it comes.
    decthings::spawn_command greet{machine, "echo"};
    greet.args = {"hello"};
    auto command = co_await client.stream(greet);
    while (auto event = co_await command.next()) {
        if (event->exit)
            std::cout << "exit code " << event->exit->exit_code.value_or(-1) << '\n';
        else
            std::cout << event->data.view();
    }
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::decthings_simulator> simulator;
        decthings::options options;
        if (std::getenv("DECTHINGS_API_KEY") != nullptr) {
            options = decthings::options::from_env();
        } else {
            simulator =
                std::make_unique<inferpp::testing::decthings_simulator>(context.get_executor());
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, use_a_model(options), [&](std::exception_ptr e) {
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
