// SPDX-License-Identifier: BSL-1.0
//
// Checks of what a user passes. Not part of the public interface.

#ifndef INFERPP_CORE_CHECK_HPP
#define INFERPP_CORE_CHECK_HPP

#include <inferpp/core/result.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

/// An argument that can't be right. @param message names the member and the legal range
inline error refuse(std::string message)
{
    return error{errc::invalid_argument, std::move(message)};
}

/// Refuses where something does not hold. @param message names the member and the legal range
inline result<void> require(bool holds, std::string_view message)
{
    if (holds)
        return {};
    return refuse(std::string{message});
}

/// The first of these that is an error.
inline result<void> first_error(std::initializer_list<result<void>> checked)
{
    for (result<void> const& each : checked)
        if (!each)
            return each;
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
