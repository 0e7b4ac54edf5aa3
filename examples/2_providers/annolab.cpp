// SPDX-License-Identifier: BSL-1.0
//
// AnnoLab: makes a project with a text and a PDF, runs a model on both, and prints what it
// annotated, first as a whole, then one annotation at a time.
//
// With ANNOLAB_BASE_URL and ANNOLAB_API_KEY set that happens there, else on a simulator inside this
// program.

#include <inferpp/annolab.hpp>
#include <inferpp/testing/annolab_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace annolab = inferpp::annolab;
using namespace std::chrono_literals;

constexpr inferpp::poll_options patience{.deadline = 5min, .min_interval = 50ms};

// A thing that exists already is as good as one that was made.
template <class Create>
asio::awaitable<void> create_if_missing(annolab::client client, Create create)
{
    auto const made = co_await inferpp::as_result(client.send(create));
    if (!made && made.error() != inferpp::condition::conflict)
        throw inferpp::failure{made.error()};
}

// A text and a PDF; their ids.
asio::awaitable<std::vector<std::int64_t>> create_sources(annolab::client client,
                                                          annolab::project_ref project)
{
    annolab::create_text_source const text{project, "deed.txt",
                                           "This deed was recorded in Travis County for Ada."};
    auto const source = co_await client.send(text);

    // Uploaded to where the platform says, without our API key, and then read by the platform.
    annolab::create_pdf_source const pdf{project, "deed.pdf", inferpp::bytes{"%PDF-1.7 ..."}};
    auto const reading = co_await client.submit(pdf);
    auto const read = co_await reading.result(patience);

    std::vector<std::int64_t> ids{source.id, read.final_source_id.value()};
    co_return ids;
}

asio::awaitable<void> annotate(annolab::options options)
{
    annolab::client client{co_await asio::this_coro::executor, options};
    annolab::get_key_info const ask;
    auto const me = co_await client.send(ask);

    annolab::project_ref const project{me.own_group(), "My Project"};
    annolab::create_project const make{project.group, project.project.name()};
    co_await create_if_missing(client, make);
    annolab::create_layer const layer{project, "Predictions"};
    co_await create_if_missing(client, layer);
    auto const sources = co_await create_sources(client, project);

    annolab::infer_batch const request{project, "Staple + Classify Documents", sources,
                                       "Predictions"};
    auto const job = co_await client.submit(request);
    auto const predicted = co_await job.result(patience);
    for (auto const& annotation : predicted.annotations)
        std::cout << (annotation.source_id == sources[0] ? "deed.txt" : "deed.pdf") << ": "
                  << annotation.type_name << " '" << annotation.value << "' at "
                  << annotation.offsets.value().begin << '\n';

    // However many there are: they are read while the archive is downloaded.
    annolab::stream_predictions const all{job.ref(), patience};
    auto stream = co_await client.stream(all);
    std::size_t count = 0;
    while (auto const annotation = co_await stream.next())
        ++count;
    std::cout << "the stream has " << count << " annotations\n";
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::annolab_simulator> simulator;
        annolab::options options;
        if (std::getenv("ANNOLAB_BASE_URL") != nullptr &&
            std::getenv("ANNOLAB_API_KEY") != nullptr) {
            options = annolab::options::from_env();
        } else {
            simulator =
                std::make_unique<inferpp::testing::annolab_simulator>(context.get_executor());
            options.base_url = simulator->base_url();
            options.api_key = inferpp::secret{"simulated-key"};
        }

        std::exception_ptr error;
        asio::co_spawn(context, annotate(options), [&](std::exception_ptr e) {
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
