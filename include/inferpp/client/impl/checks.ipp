// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_CHECKS_IPP
#define INFERPP_CLIENT_IMPL_CHECKS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/json_writer.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL error refuse(std::string message)
{
    return error{errc::invalid_argument, std::move(message)};
}

INFERPP_DECL result<void> require(bool holds, std::string_view message)
{
    if (holds)
        return {};
    return refuse(std::string{message});
}

INFERPP_DECL result<void> check_given(std::string_view name, std::string_view value)
{
    if (value.empty())
        return refuse(std::string{name} + " is empty");
    return {};
}

INFERPP_DECL result<void> check_range(std::string_view name, std::optional<double> value,
                                      double low, double high)
{
    if (!value || (*value >= low && *value <= high))
        return {};
    std::string message{name};
    message += " must be from ";
    json_writer{message}.number(low);
    message += " to ";
    json_writer{message}.number(high);
    return refuse(std::move(message));
}

INFERPP_DECL result<void> check_count(std::string_view name, std::optional<std::int64_t> value,
                                      std::int64_t low, std::int64_t high)
{
    if (!value || (*value >= low && *value <= high))
        return {};
    if (high == max_count)
        return refuse(std::string{name} + " must be at least " + std::to_string(low));
    return refuse(std::string{name} + " must be from " + std::to_string(low) + " to " +
                  std::to_string(high));
}

INFERPP_DECL result<void> first_error(std::initializer_list<result<void>> checked)
{
    for (result<void> const& one : checked)
        if (!one)
            return one;
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
