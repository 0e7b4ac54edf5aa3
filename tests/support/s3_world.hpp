// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a simulated S3 and a client for it.

#ifndef INFERPP_TESTS_SUPPORT_S3_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_S3_WORLD_HPP

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/manual_clock.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/run.hpp"

namespace support::storing {

namespace bedrock = inferpp::bedrock;
namespace s3 = bedrock::s3;
namespace testing = inferpp::testing;

/// Both sides on real sockets, and in manual time.
struct world {
    explicit world(testing::s3_simulator_options with = {})
        : time(std::make_shared<testing::manual_clock>())
    {
        with.clock = time;
        simulator =
            std::make_unique<testing::s3_simulator>(context.get_executor(), std::move(with));
        options.region = "us-east-1";
        options.s3_endpoint = simulator->base_url();
        options.credentials =
            bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
        options.clock = time;
        options.retry.base = std::chrono::milliseconds{1};
        options.retry.cap = std::chrono::milliseconds{2};
    }

    s3::client client() { return s3::client{context.get_executor(), options}; }

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

    /// All of a body.
    std::string read(inferpp::pulled_body& body)
    {
        std::string all;
        while (true) {
            std::string_view const piece = run(body.read());
            if (piece.empty())
                return all;
            all += piece;
        }
    }

    boost::asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::unique_ptr<testing::s3_simulator> simulator;
    bedrock::options options;
};

} // namespace support::storing

#endif
