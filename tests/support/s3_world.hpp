// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a simulated S3 and a client for it.

#ifndef INFERPP_TESTS_SUPPORT_S3_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_S3_WORLD_HPP

#include <inferpp/testing/s3_simulator.hpp>

#include <string>
#include <string_view>

#include "support/bedrock_world.hpp"

namespace support::storing {

namespace bedrock = inferpp::bedrock;
namespace s3 = bedrock::s3;
namespace testing = inferpp::testing;

/// Both sides on real sockets, and in manual time.
struct world : bedrocking::basic_world<testing::s3_simulator, testing::s3_simulator_options,
                                       s3::client, &bedrock::options::s3_endpoint> {
    using basic_world::basic_world;

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
};

} // namespace support::storing

#endif
