// SPDX-License-Identifier: BSL-1.0
//
// What the tests of faults share: a client of a raw server, and names that lead where a test wants.

#ifndef INFERPP_TESTS_SUPPORT_FAULT_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_FAULT_WORLD_HPP

#include <inferpp/net/resolver.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/modzy_world.hpp"
#include "support/raw_server.hpp"

namespace support {

/// Options that retry at once.
inline modzy::options eager_options(std::string base_url)
{
    modzy::options options;
    options.base_url = std::move(base_url);
    options.api_key = inferpp::secret{api_key};
    options.retry.base = std::chrono::milliseconds{1};
    options.retry.cap = std::chrono::milliseconds{2};
    return options;
}

/// A client of a server that sends scripted bytes.
struct raw_fault_world {
    explicit raw_fault_world(std::vector<raw_script> scripts)
        : server(context, std::move(scripts)),
          options(eager_options(server.url()))
    {
    }
    explicit raw_fault_world(raw_script script)
        : raw_fault_world(std::vector<raw_script>{std::move(script)})
    {
    }
    explicit raw_fault_world(std::string answer) : raw_fault_world(raw_script{{std::move(answer)}})
    {
    }

    modzy::client client() { return modzy::client{context.get_executor(), options}; }

    /// One request, one attempt.
    inferpp::result<inferpp::http::response> ask(modzy::client const& by,
                                                 std::string_view method = "GET")
    {
        inferpp::http::request const message{method, "x"};
        return support::run(context, inferpp::as_result(by.raw(message, {.max_attempts = 1})));
    }
    inferpp::result<inferpp::http::response> ask() { return ask(client()); }

    template <class T>
    T run(boost::asio::awaitable<T> work)
    {
        return support::run(context, std::move(work));
    }

    boost::asio::io_context context{1};
    raw_server server;
    modzy::options options;
};

/// Knows the same addresses for each name; may fail at first.
class scripted_resolver final : public inferpp::resolver {
public:
    using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

    boost::asio::awaitable<inferpp::result<endpoints>> resolve(std::string host, std::uint16_t,
                                                               inferpp::clock::time_point) override
    {
        asked.push_back(std::move(host));
        if (failures > 0) {
            --failures;
            inferpp::error e{inferpp::errc::resolve_failed};
            e.edit().cause = cause;
            co_return e;
        }
        co_return addresses;
    }

    endpoints addresses;
    std::vector<std::string> asked;
    int failures = 0;
    inferpp::error_code cause = boost::asio::error::host_not_found_try_again;
};

} // namespace support

#endif
