// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_TENSOR_VIEW_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_TENSOR_VIEW_IPP

#include <inferpp/providers/decthings/tensor_view.hpp>
#include <inferpp/providers/decthings/varint.hpp>

namespace inferpp::inline INFERPP_ABI::decthings::detail {

// Tensors hold only what has been checked; what is taken here is there.
INFERPP_DECL std::string_view take_item(std::string_view& rest) noexcept
{
    auto const size = static_cast<std::size_t>(take_varint(rest).value_or(0));
    std::string_view const item = rest.substr(0, size);
    rest.remove_prefix(item.size());
    return item;
}

INFERPP_DECL media_view split_media(std::string_view item) noexcept
{
    std::size_t const format = item.empty() ? 0 : static_cast<unsigned char>(item.front());
    return {item.substr(1, format), item.substr(1 + format)};
}

} // namespace inferpp::inline INFERPP_ABI::decthings::detail

#endif
