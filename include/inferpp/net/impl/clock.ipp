// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_CLOCK_IPP
#define INFERPP_NET_IMPL_CLOCK_IPP

#include <inferpp/net/clock.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

class real_clock_type final : public clock {
public:
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    sys_milliseconds calendar() const noexcept override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    void arm(sleeper& who, time_point time) override { who.timer.expires_at(time); }
    void disarm(sleeper&) noexcept override {}
};

} // namespace detail

INFERPP_DECL boost::asio::awaitable<error_code> clock::sleep_until(time_point time)
{
    sleeper asleep{co_await boost::asio::this_coro::executor, *this, time};
    auto const [code] =
        co_await asleep.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    if (asleep.woken || !code)
        co_return error_code{};
    co_return boost::asio::error::operation_aborted;
}

INFERPP_DECL std::shared_ptr<clock> real_clock()
{
    static auto const instance = std::make_shared<detail::real_clock_type>();
    return instance;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
