// SPDX-License-Identifier: BSL-1.0
//
// A value or an error. The inside of the library uses `result`; exceptions appear only at the
// public boundary, where `as_result` turns them back for those who prefer values.

#ifndef INFERPP_CORE_RESULT_HPP
#define INFERPP_CORE_RESULT_HPP

#include <inferpp/core/error.hpp>

#include <boost/system/result.hpp>

namespace inferpp::inline INFERPP_ABI {

/// A `T` or an `error`. `value()` throws `failure`.
template <class T>
using result = boost::system::result<T, error>;

} // namespace inferpp::inline INFERPP_ABI

#endif
