// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a far end and a Modzy client for them.

#ifndef INFERPP_TESTS_SUPPORT_MODZY_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_MODZY_WORLD_HPP

#include <inferpp/modzy.hpp>
#include <inferpp/testing/testing.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/platform_world.hpp"

namespace support {

namespace modzy = inferpp::modzy;

inline constexpr std::string_view api_key = "prefix.0123456789abcdef";

inline modzy::text_job text_job(std::string text = "I love it")
{
    modzy::text_job request{"ed542963de", "1.0.1"};
    request.sources["happy"]["input.txt"] = std::move(text);
    return request;
}

inline modzy::embedded_job embedded_job(std::string data = "some bytes")
{
    modzy::embedded_job request{"ed542963de", "0.0.27"};
    request.sources["my-input"]["input.txt"] = inferpp::bytes{std::move(data)};
    return request;
}

// --- what a Modzy server answers, written by hand ---------------------------------------------

inline std::string receipt(std::string_view id = "j1")
{
    return R"({"jobIdentifier":")" + std::string{id} + R"(","status":"SUBMITTED","totalInputs":1})";
}

inline std::string details(std::string_view word, int completed = 0, int failed = 0, int total = 1)
{
    return R"({"jobIdentifier":"j1","status":")" + std::string{word} + R"(","total":)" +
           std::to_string(total) + R"(,"pending":)" + std::to_string(total - completed - failed) +
           R"(,"completed":)" + std::to_string(completed) + R"(,"failed":)" +
           std::to_string(failed) + '}';
}

inline std::string results(bool finished = true)
{
    return std::string{R"({"jobIdentifier":"j1","total":1,"completed":1,"failed":0,"finished":)"} +
           (finished ? "true" : "false") +
           R"(,"results":{"happy":{"status":"SUCCESSFUL","results.json":{"score":0.75}}}})";
}

inline std::string refusal(int status, std::string_view message)
{
    return R"({"statusCode":)" + std::to_string(status) + R"(,"status":"x","message":")" +
           std::string{message} + R"("})";
}

inline inferpp::http::headers header(std::string_view name, std::string_view value)
{
    inferpp::http::headers headers;
    headers.add(name, value);
    return headers;
}

/// A client on a scripted transport, in manual time.
struct fake_world : platform_world<modzy::client> {
    explicit fake_world(
        inferpp::testing::manual_clock::mode how = inferpp::testing::manual_clock::mode::jumping)
        : platform_world(std::make_shared<inferpp::testing::manual_clock>(how)),
          transport(std::make_shared<inferpp::testing::fake_transport>(time))
    {
        options.base_url = "https://modzy.test/api";
        options.api_key = inferpp::secret{api_key};
        options.transport = transport;
        options.retry = inferpp::retry_options{}; // that of users
    }

    /// How many requests of a method there were.
    std::size_t count(std::string_view method) const
    {
        std::size_t found = 0;
        for (auto const& request : transport->requests())
            found += request.method == method ? 1 : 0;
        return found;
    }

    std::shared_ptr<inferpp::testing::fake_transport> transport;
};

/// A client and a simulator on real sockets, both in manual time if so wanted.
struct simulated_world : platform_world<modzy::client> {
    enum class time_of { machine, manual };

    explicit simulated_world(inferpp::testing::modzy_simulator_options with = {},
                             time_of which = time_of::machine)
        : platform_world(which == time_of::manual
                             ? std::make_shared<inferpp::testing::manual_clock>()
                             : nullptr)
    {
        with.clock = time;
        simulator =
            std::make_unique<inferpp::testing::modzy_simulator>(context.get_executor(), with);
        options.base_url = simulator->base_url();
        options.api_key = inferpp::secret{api_key};
    }

    std::unique_ptr<inferpp::testing::modzy_simulator> simulator;
};

/// Fast polls in real time.
inline inferpp::poll_options quick()
{
    return {.deadline = std::chrono::seconds{20},
            .min_interval = std::chrono::milliseconds{2},
            .max_interval = std::chrono::milliseconds{10}};
}

/// Any error must say what a caller needs.
inline void check_complete(inferpp::error const& e, std::string_view operation)
{
    CHECK(e.info().provider == "modzy");
    CHECK(e.info().operation == operation);
    CHECK(!e.what().empty());
}

} // namespace support

#endif
