// SPDX-License-Identifier: BSL-1.0
//
// Raw requests to a simulated Modzy, for the tests of the simulator itself.

#ifndef INFERPP_TESTS_INTEGRATION_MODZY_SIMULATOR_HPP
#define INFERPP_TESTS_INTEGRATION_MODZY_SIMULATOR_HPP

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/modzy_world.hpp"

namespace modzy_wire {

namespace json = boost::json;

inline std::string text(json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

/// Talks to a simulator in manual time without any of our types.
struct wire : support::simulated_world {
    explicit wire(inferpp::testing::modzy_simulator_options with = {})
        : simulated_world(std::move(with), time_of::manual)
    {
        options.retry.max_attempts = 1;
    }
    inferpp::http::response ask(std::string method, std::string target, std::string body = {})
    {
        inferpp::http::request message{method, std::move(target)};
        message.body = std::move(body);
        return run(client().raw(message));
    }
    json::object get(std::string target, int status = 200)
    {
        auto const answer = ask("GET", std::move(target));
        CHECK(answer.status == status);
        CHECK(answer.headers.find("Content-Type") == "application/json");
        return json::parse(answer.body).as_object();
    }
    json::array list(std::string target)
    {
        auto const answer = ask("GET", std::move(target));
        CHECK(answer.status == 200);
        return json::parse(answer.body).as_array();
    }
    /// A request that is refused with a status, in the platform's form. Returns the message.
    std::string refused(int status, std::string method, std::string target, std::string body = {})
    {
        auto const answer = ask(std::move(method), std::move(target), std::move(body));
        CHECK(answer.status == status);
        auto const error = json::parse(answer.body).as_object();
        CHECK(error.at("statusCode").to_number<int>() == status);
        return text(error.at("message"));
    }
    /// Sends a request as it is written, and gives the whole answer.
    std::string exchange(std::string const& request)
    {
        return run(exchange_on(context, simulator->port(), request));
    }
    static boost::asio::awaitable<std::string> exchange_on(boost::asio::io_context& on,
                                                           std::uint16_t port, std::string request)
    {
        using boost::asio::ip::tcp;
        tcp::socket socket{on};
        tcp::endpoint const there{boost::asio::ip::address_v4::loopback(), port};
        co_await socket.async_connect(there, boost::asio::use_awaitable);
        co_await boost::asio::async_write(socket, boost::asio::buffer(request),
                                          boost::asio::use_awaitable);
        std::string answer;
        std::array<char, 4096> piece{};
        while (true) {
            auto const [code, got] = co_await socket.async_read_some(
                boost::asio::buffer(piece), boost::asio::as_tuple(boost::asio::use_awaitable));
            answer.append(piece.data(), got);
            if (code)
                co_return answer;
        }
    }
    json::object submit(std::string body)
    {
        auto const answer = ask("POST", "jobs", std::move(body));
        CHECK(answer.status == 202);
        return json::parse(answer.body).as_object();
    }
};

inline std::string submission(std::string const& more = {})
{
    return R"({"model":{"identifier":"ed542963de","version":"1.0.1"},)" + more +
           R"("input":{"type":"text","sources":{"happy":{"input.txt":"I love it"},)"
           R"("angry":{"input.txt":""}}}})";
}

inline void check_members(json::object const& object, std::vector<char const*> const& names)
{
    for (char const* const name : names) {
        CAPTURE(name);
        CHECK(object.contains(name));
    }
}

inline void check_error(json::object const& body, int status, char const* reason)
{
    CHECK(body.at("statusCode").to_number<int>() == status);
    CHECK(text(body.at("status")) == reason);
    CHECK(!text(body.at("message")).empty());
    CHECK(body.contains("reportErrorUrl"));
}

} // namespace modzy_wire

#endif
