// SPDX-License-Identifier: BSL-1.0
//
// The surface without exceptions: `auto r = co_await as_result(client.send(op));`

#ifndef INFERPP_CORE_AS_RESULT_HPP
#define INFERPP_CORE_AS_RESULT_HPP

#include <inferpp/core/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <type_traits>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Awaits an operation and gives its value, or its error as a value.
 *
 * `failure` becomes its `error`, any other `system_error` an `error` of its code. Exceptions that
 * are no `system_error` (out of memory, those of the user's own code) pass through.
 *
 * *Cancellation*: as the operation; a cancelled one ends with `errc::cancelled`. Asio makes each
 * further `co_await` of a cancelled coroutine throw, see `this_coro::reset_cancellation_state`.
 *
 * @code
 * auto reply = co_await inferpp::as_result(client.send(op));
 * if (!reply) std::cerr << reply.error().what();
 * @endcode
 */
template <class T>
boost::asio::awaitable<result<T>> as_result(boost::asio::awaitable<T> operation)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return result<T>{};
        } else {
            co_return result<T>{co_await std::move(operation)};
        }
    }
    catch (boost::system::system_error const&) {
        co_return result<T>{current_error()};
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
