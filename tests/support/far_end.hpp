// SPDX-License-Identifier: BSL-1.0
//
// Servers on one thread of their own.

#ifndef INFERPP_TESTS_SUPPORT_FAR_END_HPP
#define INFERPP_TESTS_SUPPORT_FAR_END_HPP

#include <boost/asio/io_context.hpp>

#include <thread>

namespace support {

class far_end {
public:
    far_end() = default;
    far_end(far_end const&) = delete;
    far_end& operator=(far_end const&) = delete;
    ~far_end() { stop(); }

    boost::asio::io_context& context() { return context_; }
    void start()
    {
        thread_ = std::thread{[this] { context_.run(); }};
    }
    /// What the servers have counted may be read from here on.
    void stop()
    {
        context_.stop();
        if (thread_.joinable())
            thread_.join();
    }

private:
    boost::asio::io_context context_{1};
    std::thread thread_;
};

} // namespace support

#endif
