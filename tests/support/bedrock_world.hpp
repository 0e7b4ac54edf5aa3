// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a simulated service of Bedrock and a client for it.

#ifndef INFERPP_TESTS_SUPPORT_BEDROCK_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_BEDROCK_WORLD_HPP

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/bedrock_environment.hpp"
#include "support/platform_world.hpp"

namespace support::bedrocking {

namespace testing = inferpp::testing;

inline bedrock::create_model_invocation_job request(std::string name = "my-job")
{
    return bedrock::create_model_invocation_job{
        std::move(name), "arn:aws:iam::123456789012:role/batch",
        "anthropic.claude-3-haiku-20240307-v1:0", bedrock::s3_input{"s3://bucket/in/"},
        bedrock::s3_output{"s3://bucket/out/"}};
}

/// Both sides on real sockets, and in manual time. @tparam Endpoint the option that leads there
template <class Simulator, class Options, class Client, std::string bedrock::options::*Endpoint>
struct basic_world : platform_world<Client> {
    explicit basic_world(Options with = {})
        : platform_world<Client>(std::make_shared<testing::manual_clock>())
    {
        with.clock = this->time;
        simulator = std::make_unique<Simulator>(this->context.get_executor(), std::move(with));
        this->options.region = "us-east-1";
        this->options.*Endpoint = simulator->base_url();
        this->options.credentials =
            bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
    }

    std::unique_ptr<Simulator> simulator;
};

/// The control plane.
using world = basic_world<testing::bedrock_simulator, testing::bedrock_simulator_options,
                          bedrock::client, &bedrock::options::endpoint>;

/// The runtime.
using runtime_world =
    basic_world<testing::bedrock_runtime_simulator, testing::bedrock_runtime_simulator_options,
                bedrock::runtime::client, &bedrock::options::runtime_endpoint>;

} // namespace support::bedrocking

#endif
