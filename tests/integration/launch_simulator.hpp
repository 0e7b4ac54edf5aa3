// SPDX-License-Identifier: BSL-1.0
//
// Raw requests to a simulated Launch, for the tests of the simulator itself: our client stays out.

#ifndef INFERPP_TESTS_INTEGRATION_LAUNCH_SIMULATOR_HPP
#define INFERPP_TESTS_INTEGRATION_LAUNCH_SIMULATOR_HPP

#include <inferpp/testing/launch_simulator.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/run.hpp"

namespace launch_wire {

namespace json = boost::json;
namespace testing = inferpp::testing;

inline std::string text(json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

/// An answer as it came over the wire.
struct answer {
    int status = 0;
    std::string head;
    std::string rest;      ///< what follows the head, with its chunks
    std::string body;      ///< without them
    bool complete = false; ///< the length or the last chunk says so

    json::object object() const { return json::parse(body).as_object(); }
    bool has(std::string_view field) const { return support::contains(head, field); }
};

inline answer parse(std::string const& all)
{
    answer got;
    auto const end = all.find("\r\n\r\n");
    if (end == std::string::npos)
        return got;
    got.head = all.substr(0, end + 2);
    got.rest = all.substr(end + 4);
    std::from_chars(all.data() + 9, all.data() + 12, got.status);
    if (!got.has("Transfer-Encoding: chunked\r\n")) {
        got.body = got.rest;
        got.complete = got.has("Content-Length: " + std::to_string(got.body.size()) + "\r\n");
        return got;
    }
    std::string_view rest = got.rest;
    while (true) {
        std::size_t size = 0;
        auto const line = rest.find("\r\n");
        if (line == std::string_view::npos)
            return got;
        std::from_chars(rest.data(), rest.data() + line, size, 16);
        rest.remove_prefix(line + 2);
        got.body += rest.substr(0, size);
        if (size == 0 || rest.size() < size + 2) {
            got.complete = size == 0 && rest == "\r\n";
            return got;
        }
        rest.remove_prefix(size + 2);
    }
}

inline std::string message(std::string_view method, std::string_view target, std::string_view body,
                           std::string_view headers)
{
    std::string all{method};
    all.append(" ").append(target).append(" HTTP/1.1\r\nHost: launch\r\n").append(headers);
    return all + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// KEY as the user of HTTP Basic
inline constexpr std::string_view basic = "Authorization: Basic S0VZOg==\r\n";
inline constexpr std::string_view closing = "Connection: close\r\n";

struct wire {
    using done_function = std::function<bool(std::string const&)>;

    explicit wire(testing::launch_simulator_options with = {},
                  testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : time(std::make_shared<testing::manual_clock>(how))
    {
        with.clock = time;
        simulator = std::make_unique<testing::launch_simulator>(context.get_executor(), with);
    }

    /// Sends a request as it is written. The answer up to its end, or to what is enough.
    std::string exchange(std::string request, done_function enough = {})
    {
        return support::run(context, exchange_on(context, simulator->port(), std::move(request),
                                                 std::move(enough)));
    }
    /// The same, which goes on while a test does something else: the server has the request.
    support::started<std::string> start(std::string request, done_function enough = {})
    {
        auto const before = simulator->ledger().size();
        support::started<std::string> going{
            context,
            exchange_on(context, simulator->port(), std::move(request), std::move(enough))};
        support::run_until(context, [&] { return simulator->ledger().size() > before; });
        return going;
    }
    answer ask(std::string_view method, std::string_view target, std::string_view body = {},
               std::string_view headers = basic)
    {
        std::string const fields = std::string{headers} + std::string{closing};
        return parse(exchange(message(method, target, body, fields)));
    }
    json::object get(std::string_view target, int status = 200)
    {
        auto const got = ask("GET", target);
        CHECK(got.status == status);
        CHECK(got.has("Content-Type: application/json\r\n"));
        return got.object();
    }
    json::object post(std::string_view target, std::string_view body, int status = 200)
    {
        auto const got = ask("POST", target, body);
        CHECK_MESSAGE(got.status == status, got.body);
        return got.object();
    }
    /// The text of an error in the form of a route.
    std::string refused(int status, std::string_view method, std::string_view target,
                        std::string_view body = {})
    {
        auto const got = ask(method, target, body);
        CHECK_MESSAGE(got.status == status, got.body);
        auto const detail = got.object().at("detail");
        return detail.is_string() ? text(detail) : json::serialize(detail);
    }
    /// Runs what is ready, in the server too.
    void settle()
    {
        for (int i = 0; i < 10; ++i)
            support::settle(context);
    }

    static boost::asio::awaitable<std::string> exchange_on(boost::asio::io_context& on,
                                                           std::uint16_t port, std::string request,
                                                           done_function enough)
    {
        using boost::asio::ip::tcp;
        tcp::socket socket{on};
        tcp::endpoint const there{boost::asio::ip::address_v4::loopback(), port};
        co_await socket.async_connect(there, boost::asio::use_awaitable);
        co_await boost::asio::async_write(socket, boost::asio::buffer(request),
                                          boost::asio::use_awaitable);
        std::string all;
        std::array<char, 4096> piece{};
        while (true) {
            auto const [code, got] = co_await socket.async_read_some(
                boost::asio::buffer(piece), boost::asio::as_tuple(boost::asio::use_awaitable));
            all.append(piece.data(), got);
            if (code || (enough && enough(all)))
                co_return all;
        }
    }

    boost::asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::unique_ptr<testing::launch_simulator> simulator;
};

/// "/v1/sync-tasks?model_endpoint_id=end_sync0000000000000000" and the like
inline std::string target(std::string kind, std::string id)
{
    id.resize(20, '0');
    return "/v1/" + kind + "-tasks?model_endpoint_id=end_" + id;
}
inline std::string sync_url(std::string id = "sync")
{
    return target("sync", std::move(id));
}
inline std::string async_url(std::string id = "async")
{
    return target("async", std::move(id));
}
inline std::string streaming_url(std::string id = "stream")
{
    return target("streaming", std::move(id));
}

/// A request whose model is steered.
inline std::string steered(std::string_view how)
{
    return R"({"args":{"simulate":)" + std::string{how} + "}}";
}

/// A model that always answers the same.
inline testing::launch_simulator_options answering(testing::launch_outcome outcome)
{
    testing::launch_simulator_options with;
    with.model = [outcome](testing::launch_call const&) { return outcome; };
    return with;
}

} // namespace launch_wire

#endif
