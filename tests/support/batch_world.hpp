// SPDX-License-Identifier: BSL-1.0
//
// A simulated Bedrock and the S3 that its jobs read from and write to.

#ifndef INFERPP_TESTS_SUPPORT_BATCH_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_BATCH_WORLD_HPP

#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/post.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/bedrock_world.hpp"

namespace support::bedrocking {

inline testing::bedrock_simulator_options with_storage(testing::bedrock_simulator_options with,
                                                       std::shared_ptr<testing::s3_storage> storage)
{
    with.storage = std::move(storage);
    return with;
}

struct batch_world : world {
    explicit batch_world(testing::bedrock_simulator_options with = {})
        : batch_world(std::move(with), std::make_shared<testing::s3_storage>())
    {
    }

    /// How often each record was paid for.
    std::map<std::string, int> paid() const
    {
        std::map<std::string, int> times;
        for (auto const& each : simulator->processed())
            ++times[each.record_id];
        return times;
    }

    std::shared_ptr<testing::s3_storage> storage;
    std::unique_ptr<testing::s3_simulator> s3;

private:
    batch_world(testing::bedrock_simulator_options with,
                std::shared_ptr<testing::s3_storage> shared)
        : world(with_storage(std::move(with), shared)),
          storage(shared)
    {
        storage->buckets["bucket"];
        testing::s3_simulator_options files;
        files.storage = storage;
        files.clock = time;
        s3 = std::make_unique<testing::s3_simulator>(context.get_executor(), std::move(files));
        options.s3_endpoint = s3->base_url();
    }
};

} // namespace support::bedrocking

#endif
