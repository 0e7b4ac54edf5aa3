// SPDX-License-Identifier: BSL-1.0
//
// Modzy: finds a model, sends it a file in parts, waits, and shows what it saw and why.
//
// With MODZY_BASE_URL and MODZY_API_KEY set the job runs there, else on a simulator inside this
// program.

#include <inferpp/modzy.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using namespace std::chrono_literals;

// The first active model of that name, and its latest version.
asio::awaitable<modzy::model_version> find_version(modzy::client client, std::string name,
                                                   std::string& model)
{
    modzy::list_models search;
    search.name = name;
    search.is_active = true;
    auto models = client.pages(search);
    auto const found = co_await models.next();
    if (!found)
        throw std::runtime_error{"there is no model named " + name};
    model = found->model_id;
    modzy::get_model_version const ask{model, found->latest_version};
    co_return co_await client.send(ask);
}

// The explanation: which pixels made the model decide.
void print_mask(modzy::image_mask const& mask)
{
    std::cout << "  because of " << mask.count() << " of its " << mask.width() << " x "
              << mask.height() << " pixels:\n";
    for (std::size_t y = 0; y < mask.height(); ++y) {
        std::cout << "    ";
        for (std::size_t x = 0; x < mask.width(); ++x)
            std::cout << (mask.at(x, y) ? '#' : '.');
        std::cout << '\n';
    }
}

asio::awaitable<void> classify(modzy::options options, std::string photo)
{
    modzy::client client{co_await asio::this_coro::executor, options};

    std::string model;
    auto const version = co_await find_version(client, "Image Classification", model);
    std::string const data_key = version.inputs.at(0).name;
    std::cout << "model " << model << ' ' << version.version << " takes " << data_key << '\n';

    // A file of any size: it is read and sent in parts.
    modzy::file_job request{model, version.version};
    request.sources["photo"][data_key] = std::filesystem::path{photo};
    request.explain = true;
    request.part_bytes = 200;
    request.progress = [](std::uint64_t sent, std::optional<std::uint64_t> total) {
        std::cout << "sent " << sent << " of " << total.value_or(0) << " bytes\n";
    };

    auto job = co_await client.submit(request);
    auto results = co_await job.result({.deadline = 5min, .min_interval = 50ms});

    for (auto const& [input, result] : results.results) {
        auto const output = result.output_as<modzy::model_output>().value();
        for (auto const& prediction : output.class_predictions)
            std::cout << input << ": " << prediction.class_ << ' ' << prediction.score << '\n';
        if (output.mask)
            print_mask(*output.mask);
        modzy::vote_up const vote{job.id(), input};
        co_await client.send(vote);
    }
    for (auto const& [input, failure] : results.failures)
        std::cout << input << " failed: " << failure.error << '\n';

    modzy::get_job_history history;
    history.model_identifier = model;
    history.status = modzy::job_filter::terminated;
    auto jobs = client.pages(history);
    while (auto done = co_await jobs.next())
        if (done->job_identifier == job.id())
            std::cout << "the history has the job: " << done->status.text() << ", "
                      << done->completed << " of " << done->total << " inputs\n";
}

int main(int count, char** values)
{
    if (count != 2) {
        std::cerr << "usage: modzy PHOTO\n";
        return 2;
    }
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::modzy_simulator> simulator;
        modzy::options options;
        if (std::getenv("MODZY_BASE_URL") != nullptr && std::getenv("MODZY_API_KEY") != nullptr) {
            options = modzy::options::from_env();
        } else {
            simulator = std::make_unique<inferpp::testing::modzy_simulator>(context.get_executor());
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated.key"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, classify(options, values[1]), [&](std::exception_ptr e) {
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
