// SPDX-License-Identifier: BSL-1.0
//
// Amazon Bedrock: a batch of a thousand records, from a range to its results, with a progress bar.
//
// With BATCH_FOLDER ("s3://bucket/folder/"), BATCH_ROLE (an ARN) and BATCH_MODEL set it runs there,
// with the credentials and the region of the environment; else against simulators of Bedrock and
// S3 inside this program.

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
namespace testing = inferpp::testing;
using namespace std::chrono_literals;

// The body that the model takes, and the part of its answer that is of interest.
struct question {
    question() = default;
    std::string prompt;
    int max_gen_len = 0;
};
BOOST_DESCRIBE_STRUCT(question, (), (prompt, max_gen_len))

struct completion {
    completion() = default;
    std::string generation;
};
BOOST_DESCRIBE_STRUCT(completion, (), (generation))

bedrock::batch_record square_of(int number)
{
    question body;
    body.prompt = "What is the square of " + std::to_string(number) + "?";
    body.max_gen_len = 16;
    return bedrock::batch_record{std::to_string(number), body};
}

void draw(inferpp::job_status const& status)
{
    auto const done = static_cast<std::size_t>(status.progress.value_or(0) * 40);
    std::cerr << "\r[" << std::string(done, '#') << std::string(40 - done, ' ') << "] "
              << status.word << "    " << (is_terminal(status.phase) ? "\n" : "") << std::flush;
}

asio::awaitable<void> run(bedrock::client client, bedrock::run_batch batch,
                          inferpp::poll_options waiting)
{
    bedrock::batch_plan const plan = co_await batch.plan();
    std::cout << plan.records << " records in " << plan.parts.size() << " jobs, about "
              << plan.input_tokens << " tokens in and at most "
              << plan.most_output_tokens.value_or(0) << " out\n";

    // A program that may crash keeps batch.run_id now: submitting the batch again with it goes on.
    auto job = co_await client.submit(batch);
    auto updates = job.updates(waiting);
    while (auto status = co_await updates.next())
        draw(*status);

    auto outputs = co_await job.result(waiting);
    std::map<int, std::string> squares; // they come in another order than that of the records
    std::uint64_t failed = 0;
    while (auto output = co_await outputs.next()) {
        if (output->outcome == bedrock::record_outcome::succeeded) {
            squares[std::stoi(output->record_id)] = output->output_as<completion>().generation;
        } else {
            ++failed;
            std::cout << output->model_input.at("prompt").as_string().c_str() << ' '
                      << output->error_message << '\n';
        }
    }
    for (int const number : {1, 12, 1000})
        std::cout << number << " -> " << squares.at(number) << '\n';
    std::cout << squares.size() << " squares, " << failed << " failed\n";

    // These records are a batch of their own, if a job takes so few, or go to the runtime.
    auto rest = bedrock::unfinished_records(client, job.ref()).open();
    while (auto record = co_await rest.next())
        std::cout << "to be sent again: " << record->model_input << '\n';
}

// A model that can square numbers, but for one.
testing::bedrock_record_result simulated_model(boost::json::object const& record,
                                               boost::json::object const&)
{
    std::string const text{record.at("modelInput").at("prompt").as_string()};
    auto const number = std::stoull(text.substr(text.rfind(' ') + 1));
    if (number == 13)
        return testing::bedrock_record_result{400, "I will not square 13"};
    return testing::bedrock_record_result{
        boost::json::value{{"generation", std::to_string(number * number)}}};
}

int main()
{
    try {
        asio::io_context context{1};
        auto numbers = std::views::iota(1, 1001) | std::views::transform(square_of);
        std::unique_ptr<testing::s3_simulator> s3;
        std::unique_ptr<testing::bedrock_simulator> simulator;
        bedrock::options options;
        std::string folder = "s3://bucket/batches/";
        std::string role = "arn:aws:iam::123456789012:role/batch";
        std::string model = "meta.llama3-8b-instruct-v1:0";
        inferpp::poll_options waiting{.deadline = 24h, .min_interval = 30s, .max_interval = 5min};
        if (char const* const given = std::getenv("BATCH_FOLDER")) {
            options = bedrock::options::from_env();
            folder = given;
            role = std::getenv("BATCH_ROLE");
            model = std::getenv("BATCH_MODEL");
        } else {
            testing::bedrock_simulator_options with;
            with.storage = std::make_shared<testing::s3_storage>();
            with.storage->buckets["bucket"];
            testing::s3_simulator_options files;
            files.storage = with.storage;
            s3 = std::make_unique<testing::s3_simulator>(context.get_executor(), files);
            with.model = simulated_model;
            with.submitted = with.validating = with.scheduled = 20ms;
            with.running = 200ms;
            simulator = std::make_unique<testing::bedrock_simulator>(context.get_executor(),
                                                                     std::move(with));
            options.region = "us-east-1";
            options.endpoint = simulator->base_url();
            options.s3_endpoint = s3->base_url();
            options.credentials =
                bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
            waiting.min_interval = 10ms;
            waiting.max_interval = 50ms;
        }

        bedrock::run_batch batch{role, model, folder, bedrock::batch_records{numbers}};
        batch.limits.max_records = 400; // of a job; 50,000 if left alone
        std::exception_ptr error;
        asio::co_spawn(context,
                       run(bedrock::client{context.get_executor(), options}, batch, waiting),
                       [&](std::exception_ptr e) {
                           error = e;
                           if (simulator) {
                               simulator->stop();
                               s3->stop();
                           }
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
