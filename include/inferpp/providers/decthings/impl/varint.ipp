// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_VARINT_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_VARINT_IPP

#include <inferpp/providers/decthings/varint.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL std::size_t varint_size(std::uint64_t value) noexcept
{
    if (value <= 252)
        return 1;
    if (value <= 0xffff)
        return 3;
    return value <= 0xffffffff ? 5 : 9;
}

INFERPP_DECL void append_varint(std::uint64_t value, std::string& out)
{
    std::size_t const size = varint_size(value);
    if (size > 1)
        out += size == 3 ? '\xfd' : size == 5 ? '\xfe' : '\xff';
    for (std::size_t left = size > 1 ? size - 1 : 1; left-- > 0;)
        out += static_cast<char>(value >> (8 * left) & 0xff);
}

INFERPP_DECL std::optional<std::uint64_t> take_varint(std::string_view& rest) noexcept
{
    if (rest.empty())
        return std::nullopt;
    auto const first = static_cast<unsigned char>(rest.front());
    std::size_t const width = first <= 252 ? 0 : std::size_t{2} << (first - 253);
    if (width == 0) {
        rest.remove_prefix(1);
        return first;
    }
    if (rest.size() - 1 < width)
        return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 1; i <= width; ++i)
        value = value << 8 | static_cast<unsigned char>(rest[i]);
    rest.remove_prefix(1 + width);
    return value;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
