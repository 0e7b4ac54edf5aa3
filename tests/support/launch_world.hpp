// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a far end and a Launch client for them.

#ifndef INFERPP_TESTS_SUPPORT_LAUNCH_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_LAUNCH_WORLD_HPP

#include <inferpp/launch.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/launch_simulator.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/platform_world.hpp"

namespace support::launching {

namespace launch = inferpp::launch;
namespace testing = inferpp::testing;

inline constexpr std::string_view launch_key = "live_0123456789abcdef";
inline constexpr std::string_view endpoint_id = "end_0123456789abcdefghij";

/// Untyped, as most tests want it.
inline launch::endpoint_request<> ask(std::string endpoint, boost::json::object args = {})
{
    launch::endpoint_request<> request{std::move(endpoint)};
    request.args = std::move(args);
    return request;
}

/// The same for the model of the simulator, which does as it is told.
inline launch::endpoint_request<> ask_echo(std::string endpoint, boost::json::object steer = {})
{
    boost::json::object args;
    args["simulate"] = std::move(steer);
    return ask(std::move(endpoint), std::move(args));
}

// --- what a Launch server answers, written by hand ----------------------------------------------

inline std::string receipt(std::string_view id = "t1")
{
    return R"({"task_id":")" + std::string{id} + R"("})";
}

inline std::string task(std::string_view status, std::string_view result = "null",
                        std::string_view status_code = "null", std::string_view id = "t1")
{
    return R"({"task_id":")" + std::string{id} + R"(","status":")" + std::string{status} +
           R"(","result":)" + std::string{result} + R"(,"traceback":null,"status_code":)" +
           std::string{status_code} + '}';
}

inline std::string found(std::string_view name, std::string_view id = endpoint_id)
{
    return R"({"model_endpoints":[{"id":")" + std::string{id} + R"(","name":")" +
           std::string{name} + R"(","endpoint_type":"sync","status":"READY"}]})";
}

/// What both worlds have.
struct world_base : platform_world<launch::client> {
    explicit world_base(testing::manual_clock::mode how)
        : platform_world(std::make_shared<testing::manual_clock>(how))
    {
        options.api_key = inferpp::secret{launch_key};
    }
};

/// A client on a scripted transport, in manual time.
struct fake_world : world_base {
    explicit fake_world(testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : world_base(how),
          transport(std::make_shared<testing::fake_transport>(time))
    {
        options.base_url = "https://launch.test/v1/launch";
        options.transport = transport;
    }

    inferpp::http::request const& request(std::size_t index) const
    {
        REQUIRE(transport->requests().size() > index);
        return transport->requests()[index];
    }
    std::size_t requests() const { return transport->requests().size(); }

    std::shared_ptr<testing::fake_transport> transport;
};

/// A client and a simulator on real sockets, both in manual time.
struct simulated_world : world_base {
    explicit simulated_world(testing::launch_simulator_options with = {},
                             testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : world_base(how)
    {
        with.clock = time;
        simulator =
            std::make_unique<testing::launch_simulator>(context.get_executor(), std::move(with));
        options.base_url = simulator->base_url();
    }

    std::unique_ptr<testing::launch_simulator> simulator;
};

/// A simulator whose model is this.
inline testing::launch_simulator_options with_model(
    std::function<testing::launch_outcome(testing::launch_call const&)> model)
{
    testing::launch_simulator_options with;
    with.model = std::move(model);
    return with;
}

/// A simulator whose streams all are this.
inline testing::launch_simulator_options with_stream(testing::launch_script script)
{
    auto const shared = std::make_shared<testing::launch_script const>(std::move(script));
    return with_model(
        [shared](testing::launch_call const&) { return testing::launch_outcome::stream(shared); });
}

/// So many tokens "0", "1", ... and an ending.
inline testing::launch_script tokens(int count, testing::launch_ending ending,
                                     std::chrono::milliseconds wait = {})
{
    testing::launch_script script;
    for (int i = 0; i < count; ++i)
        script.events.push_back(
            testing::launch_event::result(boost::json::value(std::to_string(i)), wait));
    script.ending = ending;
    return script;
}

} // namespace support::launching

#endif
