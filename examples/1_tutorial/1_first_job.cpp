// SPDX-License-Identifier: BSL-1.0
//
// 1. A first job: files go in, a job is submitted and awaited, its typed results are printed.
//
//     1_first_job FILE...
//
// Each file is one input of the job. With MODZY_BASE_URL and MODZY_API_KEY set the job runs there
// (the model with MODZY_MODEL and MODZY_VERSION, if they are set), else on a simulator inside this
// program, whose model tells size, SHA-256 and media type of what it got.

#include <inferpp/modzy.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using namespace std::chrono_literals;

std::string media_type(std::filesystem::path const& file)
{
    std::string const extension = file.extension().string();
    if (extension == ".txt")
        return "text/plain";
    if (extension == ".png")
        return "image/png";
    if (extension == ".json")
        return "application/json";
    return "application/octet-stream";
}

std::string environment(char const* name, std::string fallback)
{
    char const* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : fallback;
}

// Reads the files into a job. One that can't be read is named and left out. Returns how many.
std::size_t add_files(modzy::embedded_job& request, std::vector<std::string> const& files)
{
    std::size_t unreadable = 0;
    for (std::string const& file : files) {
        try {
            modzy::embedded_input input{inferpp::bytes::from_file(file), media_type(file)};
            request.sources[file]["input"] = std::move(input);
        }
        catch (inferpp::failure const& e) {
            std::cout << file << ": FAILED: " << e.what() << '\n';
            ++unreadable;
        }
    }
    return unreadable;
}

// Returns how many inputs failed.
asio::awaitable<std::size_t> run_job(modzy::options options, std::vector<std::string> files)
{
    modzy::client client{co_await asio::this_coro::executor, options};

    modzy::embedded_job request{environment("MODZY_MODEL", "ed542963de"),
                                environment("MODZY_VERSION", "0.0.27")};
    std::size_t const unreadable = add_files(request, files);

    auto job = co_await client.submit(request);
    std::cout << "job " << job.id() << " submitted\n";

    auto updates = job.updates({.deadline = 10min, .min_interval = 50ms});
    while (auto status = co_await updates.next()) {
        std::cout << "progress: " << to_string(status->phase);
        if (status->counters)
            std::cout << ", " << status->counters->completed + status->counters->failed << " of "
                      << status->counters->total;
        std::cout << std::endl; // at once, also into a pipe
    }

    auto const answer = co_await inferpp::as_result(job.result({.deadline = 1min}));
    if (!answer && !(answer.error() == inferpp::condition::job_failed))
        throw inferpp::failure{answer.error()};
    // Also a job none of whose inputs succeeded says of each one why.
    modzy::get_results const ask{job.id()};
    auto const results = co_await client.send(ask);

    for (auto const& [file, result] : results.results)
        for (auto const& output : result.outputs.values)
            std::cout << file << ": " << output.key() << " = " << output.value() << '\n';
    for (auto const& [file, reason] : results.failures)
        std::cout << file << ": FAILED: " << reason.error << '\n';
    std::cout << results.results.size() << " succeeded, " << results.failures.size() + unreadable
              << " failed\n";
    co_return results.failures.size() + unreadable;
}

int main(int count, char** values)
{
    std::vector<std::string> const files(values + 1, values + count);
    if (files.empty()) {
        std::cerr << "usage: 1_first_job FILE...\n";
        return 2;
    }
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::modzy_simulator> simulator;
        modzy::options options;
        if (!environment("MODZY_BASE_URL", "").empty() &&
            !environment("MODZY_API_KEY", "").empty()) {
            options = modzy::options::from_env();
        } else {
            simulator = std::make_unique<inferpp::testing::modzy_simulator>(context.get_executor());
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated.key"};
        }
        std::cout << "asking " << inferpp::redacted_url(options.base_url) << '\n';

        std::exception_ptr error;
        std::size_t failed = 0;
        asio::co_spawn(context, run_job(options, files), [&](std::exception_ptr e, std::size_t n) {
            error = e;
            failed = n;
            if (simulator)
                simulator->stop();
        });
        context.run();
        if (error)
            std::rethrow_exception(error);
        return failed == 0 ? 0 : 1;
    }
    catch (std::exception const& e) {
        std::cerr << "error: " << e.what() << '\n';
        return 1;
    }
}
