// SPDX-License-Identifier: BSL-1.0
//
// Messages by hand to a simulated Decthings, for the tests of the simulator itself: of our client
// only the transport takes part.

#ifndef INFERPP_TESTS_INTEGRATION_DECTHINGS_SIMULATOR_HPP
#define INFERPP_TESTS_INTEGRATION_DECTHINGS_SIMULATOR_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/decthings_world.hpp"
#include "support/hex.hpp"

namespace decthings_wire {

namespace json = boost::json;
namespace testing = inferpp::testing;

inline std::string text(json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

/// An answer, taken apart.
struct answer {
    json::object document;
    std::vector<std::string> blobs;

    json::object const& result() const
    {
        REQUIRE_MESSAGE(document.contains("result"), json::serialize(document));
        CHECK(document.size() == 1);
        return document.at("result").as_object();
    }
    json::object const& error() const
    {
        REQUIRE_MESSAGE(document.contains("error"), json::serialize(document));
        CHECK(document.size() == 1);
        return document.at("error").as_object();
    }
    std::string code() const { return text(error().at("code")); }
};

inline answer parse(std::string_view body)
{
    answer read;
    auto const take = [&] {
        std::uint64_t const size = unit::take_number(body);
        REQUIRE(size <= body.size());
        std::string taken{body.substr(0, static_cast<std::size_t>(size))};
        body.remove_prefix(taken.size());
        return taken;
    };
    read.document = json::parse(take()).as_object();
    while (!body.empty())
        read.blobs.push_back(take());
    return read;
}

inline std::string request_body(std::string_view params, std::vector<std::string> const& blobs)
{
    std::string body(1, static_cast<char>(blobs.size()));
    body += unit::number(params.size());
    for (std::string const& blob : blobs)
        body += unit::number(blob.size());
    body += params;
    for (std::string const& blob : blobs)
        body += blob;
    return body;
}

/// Talks to a simulator in manual time.
struct wire : support::decthing::simulated_world {
    using simulated_world::simulated_world;

    boost::asio::awaitable<inferpp::http::response> send(std::string method, std::string body)
    {
        inferpp::http::request message{"POST", std::move(method)};
        message.headers.set("Content-Type", "application/octet-stream");
        message.body = std::move(body);
        return client().raw(message);
    }
    /// An answer of the platform, which is of its type and has status 200.
    answer ask(std::string method, std::string_view params,
               std::vector<std::string> const& blobs = {})
    {
        return check(run(send(std::move(method), request_body(params, blobs))));
    }
    static answer check(inferpp::http::response const& whole)
    {
        REQUIRE_MESSAGE(whole.status == 200, whole.body);
        CHECK(whole.headers.find("Content-Type") == "application/octet-stream");
        return parse(whole.body);
    }
    /// The same, which goes on while a test does something else: the server has the request.
    support::started<inferpp::http::response> start(std::string method, std::string_view params,
                                                    std::vector<std::string> const& blobs = {})
    {
        auto const before = simulator->ledger().size();
        support::started<inferpp::http::response> going{
            context, send(std::move(method), request_body(params, blobs))};
        support::run_until(context, [&] { return simulator->ledger().size() > before; });
        settle();
        return going;
    }
    /// Runs what is ready, in the server too.
    void settle()
    {
        for (int i = 0; i < 10; ++i)
            support::settle(context);
    }
};

inline std::string const location =
    R"("executionLocation":{"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}})";

} // namespace decthings_wire

#endif
