// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/dial.hpp>

#include "unit/support.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

using namespace inferpp;

TEST_CASE("address families take turns, beginning with that of the first address")
{
    using list = std::vector<std::string>;
    struct {
        list given;
        list expected;
    } const cases[] = {
        {{}, {}},
        {{"1.0.0.1"}, {"1.0.0.1"}},
        {{"1.0.0.1", "1.0.0.2"}, {"1.0.0.1", "1.0.0.2"}},
        {{"2000::1", "2000::2", "1.0.0.1"}, {"2000::1", "1.0.0.1", "2000::2"}},
        {{"1.0.0.1", "2000::1"}, {"1.0.0.1", "2000::1"}},
        {{"1.0.0.1", "1.0.0.2", "1.0.0.3", "2000::1"},
         {"1.0.0.1", "2000::1", "1.0.0.2", "1.0.0.3"}},
        {{"2000::1", "1.0.0.1", "1.0.0.2", "1.0.0.3", "2000::2"},
         {"2000::1", "1.0.0.1", "2000::2", "1.0.0.2", "1.0.0.3"}},
        // The order within a family is the resolver's.
        {{"2000::9", "2000::1", "1.0.0.9", "1.0.0.1"},
         {"2000::9", "1.0.0.9", "2000::1", "1.0.0.1"}},
    };
    for (auto const& c : cases) {
        std::vector<boost::asio::ip::tcp::endpoint> endpoints;
        for (auto const& text : c.given)
            endpoints.emplace_back(boost::asio::ip::make_address(text), 443);
        list mixed;
        for (auto const& endpoint : detail::interleave_families(endpoints)) {
            CHECK(endpoint.port() == 443);
            mixed.push_back(endpoint.address().to_string());
        }
        CHECK(mixed == c.expected);
    }
}
