// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a simulated Bedrock and a client for it.

#ifndef INFERPP_TESTS_SUPPORT_BEDROCK_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_BEDROCK_WORLD_HPP

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/bedrock_environment.hpp"
#include "support/run.hpp"

namespace support::bedrocking {

namespace testing = inferpp::testing;

inline bedrock::create_model_invocation_job request(std::string name = "my-job")
{
    return bedrock::create_model_invocation_job{
        std::move(name), "arn:aws:iam::123456789012:role/batch",
        "anthropic.claude-3-haiku-20240307-v1:0", bedrock::s3_input{"s3://bucket/in/"},
        bedrock::s3_output{"s3://bucket/out/"}};
}

/// Both sides on real sockets, and in manual time.
struct world {
    explicit world(testing::bedrock_simulator_options with = {})
        : time(std::make_shared<testing::manual_clock>())
    {
        with.clock = time;
        simulator =
            std::make_unique<testing::bedrock_simulator>(context.get_executor(), std::move(with));
        options.region = "us-east-1";
        options.endpoint = simulator->base_url();
        options.credentials =
            bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
        options.clock = time;
        options.retry.base = std::chrono::milliseconds{1};
        options.retry.cap = std::chrono::milliseconds{2};
    }

    bedrock::client client() { return bedrock::client{context.get_executor(), options}; }

    template <class T>
    T run(boost::asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }
    template <class T>
    inferpp::error error_of(boost::asio::awaitable<T> work)
    {
        return support::error_of(context, std::move(work));
    }

    boost::asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::unique_ptr<testing::bedrock_simulator> simulator;
    bedrock::options options;
};

} // namespace support::bedrocking

#endif
