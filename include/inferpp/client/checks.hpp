// SPDX-License-Identifier: BSL-1.0
//
// What operations refuse before any I/O, in the words of all platforms. Not part of the public
// interface.

#ifndef INFERPP_CLIENT_CHECKS_HPP
#define INFERPP_CLIENT_CHECKS_HPP

#include <inferpp/core/result.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::detail {

inline constexpr std::int64_t max_count = (std::numeric_limits<std::int64_t>::max)();

/// An argument that can't be right. @param message names the member and the legal range
INFERPP_DECL error refuse(std::string message);

/// Refuses where something does not hold. @param message names the member and the legal range
INFERPP_DECL result<void> require(bool holds, std::string_view message);

/// Refuses an empty member. @param name of the member
INFERPP_DECL result<void> check_given(std::string_view name, std::string_view value);

/// Refuses an optional number outside of its range. @param name of the member
INFERPP_DECL result<void> check_range(std::string_view name, std::optional<double> value,
                                      double low, double high);

/// The same for a count, which is at least `low`.
INFERPP_DECL result<void> check_count(std::string_view name, std::optional<std::int64_t> value,
                                      std::int64_t low, std::int64_t high = max_count);

/// The first of these that is an error.
INFERPP_DECL result<void> first_error(std::initializer_list<result<void>> checked);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/checks.ipp>
#endif

#endif
