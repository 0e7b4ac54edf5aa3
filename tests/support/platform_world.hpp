// SPDX-License-Identifier: BSL-1.0
//
// What tests of any platform have: a context, a clock, and a client's options.

#ifndef INFERPP_TESTS_SUPPORT_PLATFORM_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_PLATFORM_WORLD_HPP

#include <inferpp/testing/manual_clock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include "support/run.hpp"

namespace support {

template <class Client>
struct platform_world {
    /// @param clock of both sides; null: the machine's
    explicit platform_world(std::shared_ptr<inferpp::testing::manual_clock> clock)
        : time(std::move(clock))
    {
        options.clock = time;
        options.retry.base = std::chrono::milliseconds{1};
        options.retry.cap = std::chrono::milliseconds{2};
    }

    Client client() { return Client{context.get_executor(), options}; }

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

    boost::asio::io_context context{1};
    std::shared_ptr<inferpp::testing::manual_clock> time;
    typename Client::options_type options;
};

} // namespace support

#endif
