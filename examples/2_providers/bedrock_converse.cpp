// SPDX-License-Identifier: BSL-1.0
//
// Amazon Bedrock: a conversation whose words are printed as they come, in which the model uses a
// tool of this program's.
//
// With AWS_REGION and credentials (variables, ~/.aws, a role; or AWS_BEARER_TOKEN_BEDROCK) it asks
// there, and BEDROCK_MODEL names the model; else a simulator inside this program.

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
namespace runtime = inferpp::bedrock::runtime;

// Prints what the model says while it says it, and gives the message as a whole.
asio::awaitable<runtime::converse_answer> listen(runtime::client client, runtime::converse request)
{
    auto words = co_await client.stream(request);
    runtime::converse_fold whole;
    while (auto event = co_await words.next()) {
        std::cout << event->text() << std::flush;
        whole.add(*event).value();
    }
    std::cout << '\n';
    runtime::converse_answer answer = whole.answer().value();
    co_return answer;
}

// The tool.
boost::json::value weather_in(boost::json::value const& arguments)
{
    std::string const city{arguments.at("city").as_string()};
    return {{"city", city}, {"sky", city == "Oslo" ? "snow" : "sun"}};
}

// The next message: what the tools say that the model wants to be used.
runtime::message use_tools(runtime::message const& asked)
{
    runtime::message answer;
    answer.role = runtime::role::user;
    for (runtime::content_block const& block : asked.content)
        if (auto const* const use = block.get_if<"tool_use">()) {
            std::cout << "[" << use->name << ' ' << use->input << "]\n";
            answer.content.push_back(
                runtime::tool_result_block{use->tool_use_id, weather_in(use->input)});
        }
    return answer;
}

asio::awaitable<void> talk(bedrock::options options, std::string model)
{
    runtime::client client{co_await asio::this_coro::executor, options};

    runtime::tool_specification weather{"weather", boost::json::parse(R"({"type": "object",
            "properties": {"city": {"type": "string"}}, "required": ["city"]})")};
    weather.description = "The weather of today in a city";

    runtime::converse request{model, "Do I need boots in Oslo today?"};
    request.system.push_back("Answer in one sentence.");
    request.inference_config.emplace().max_tokens = 200;
    request.tool_config.emplace().tools.push_back(weather);

    auto answer = co_await listen(client, request);
    while (answer.stop_reason == runtime::stop_reason::tool_use) {
        request.messages.push_back(*answer.message());
        request.messages.push_back(use_tools(*answer.message()));
        answer = co_await listen(client, request);
    }
    std::cout << "(" << answer.stop_reason.text() << ", " << answer.usage.output_tokens
              << " tokens)\n";
}

// A model that asks for the weather first.
inferpp::testing::bedrock_model_reply simulated_model(
    inferpp::testing::bedrock_model_call const& call)
{
    using inferpp::testing::bedrock_model_reply;
    auto const& last = call.body.at("messages").as_array().back().at("content").at(0);
    if (auto const* const told = last.as_object().if_contains("toolResult")) {
        auto const& sky = told->at("content").at(0).at("json").at("sky");
        return bedrock_model_reply::says(sky == "snow" ? "Yes, there is snow."
                                                       : "No, it is sunny.");
    }
    auto reply = bedrock_model_reply::says("Let me look.");
    reply.content.push_back(boost::json::value{
        {"toolUse", {{"toolUseId", "t1"}, {"name", "weather"}, {"input", {{"city", "Oslo"}}}}}});
    reply.stop_reason = "tool_use";
    return reply;
}

int main()
{
    try {
        asio::io_context context{1};
        std::unique_ptr<inferpp::testing::bedrock_runtime_simulator> simulator;
        bedrock::options options;
        if (std::getenv("AWS_REGION") != nullptr) {
            options = bedrock::options::from_env();
        } else {
            inferpp::testing::bedrock_runtime_simulator_options with;
            with.model = simulated_model;
            simulator = std::make_unique<inferpp::testing::bedrock_runtime_simulator>(
                context.get_executor(), std::move(with));
            options.region = "us-east-1";
            options.runtime_endpoint = simulator->base_url();
            options.credentials =
                bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
        }
        char const* const model = std::getenv("BEDROCK_MODEL");

        std::exception_ptr error;
        asio::co_spawn(
            context,
            talk(options, model != nullptr ? model : "anthropic.claude-3-haiku-20240307-v1:0"),
            [&](std::exception_ptr e) {
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
