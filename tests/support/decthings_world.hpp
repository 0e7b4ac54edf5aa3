// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a far end and a Decthings client for them.

#ifndef INFERPP_TESTS_SUPPORT_DECTHINGS_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_DECTHINGS_WORLD_HPP

#include <inferpp/decthings.hpp>
#include <inferpp/testing/decthings_simulator.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/platform_world.hpp"
#include "unit/providers/decthings_requests.hpp"

namespace support::decthing {

namespace decthings = inferpp::decthings;
namespace testing = inferpp::testing;

inline constexpr std::string_view api_key = "key-0123456789abcdef";

/// What all worlds have.
struct world_base : platform_world<decthings::client> {
    explicit world_base(testing::manual_clock::mode how)
        : platform_world(std::make_shared<testing::manual_clock>(how))
    {
        options.api_key = inferpp::secret{api_key};
    }
};

/// A client on a scripted transport, in manual time.
struct fake_world : world_base {
    explicit fake_world(testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : world_base(how),
          transport(std::make_shared<testing::fake_transport>(time))
    {
        options.base_url = "https://decthings.test/v0";
        options.transport = transport;
    }

    /// The next answer.
    fake_world& reply(std::string_view json, std::initializer_list<std::string_view> blobs = {})
    {
        transport->reply(200, unit::answer_body(json, blobs), unit::octet_stream());
        return *this;
    }

    inferpp::http::request const& request(std::size_t index) const
    {
        REQUIRE(transport->requests().size() > index);
        return transport->requests()[index];
    }
    std::size_t requests() const { return transport->requests().size(); }
    /// The JSON of a request.
    std::string json(std::size_t index) const
    {
        return unit::parse_request(unit::whole_body(request(index))).json;
    }

    std::shared_ptr<testing::fake_transport> transport;
};

/// A client and a simulator on real sockets, both in manual time.
struct simulated_world : world_base {
    explicit simulated_world(testing::decthings_simulator_options with = {},
                             testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : world_base(how)
    {
        with.clock = time;
        simulator =
            std::make_unique<testing::decthings_simulator>(context.get_executor(), std::move(with));
        options.base_url = simulator->base_url();
    }

    std::unique_ptr<testing::decthings_simulator> simulator;
};

/// A simulator that speaks the later generation.
inline testing::decthings_simulator_options with_versions()
{
    testing::decthings_simulator_options with;
    with.generation = testing::decthings_simulator_options::interface::versions;
    return with;
}

inline decthings::execution_location small_machine()
{
    return decthings::execution_location::temporary({1, 512});
}

} // namespace support::decthing

#endif
