// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_CRC32_IPP
#define INFERPP_CODEC_IMPL_CRC32_IPP

#include <inferpp/codec/crc32.hpp>

#include <array>
#include <cstddef>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

/// What a byte does to the checksum, for each of eight bytes that are taken in at once
/// ("slicing by 8").
using crc32_tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr crc32_tables make_crc32_tables()
{
    crc32_tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = rest & 1 ? rest >> 1 ^ 0xedb88320 : rest >> 1;
        tables[0][byte] = rest;
    }
    for (std::size_t slice = 1; slice < tables.size(); ++slice)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            std::uint32_t const before = tables[slice - 1][byte];
            tables[slice][byte] = before >> 8 ^ tables[0][before & 255];
        }
    return tables;
}

inline constexpr crc32_tables crc32_table = make_crc32_tables();

} // namespace detail

INFERPP_DECL void crc32::add(std::string_view data) noexcept
{
    auto const& table = detail::crc32_table;
    auto const* at = reinterpret_cast<unsigned char const*>(data.data());
    std::size_t left = data.size();
    std::uint32_t state = state_;
    for (; left >= 8; left -= 8, at += 8) {
        std::uint32_t const low = state ^ (std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 |
                                           std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24);
        state = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^
                table[4][low >> 24] ^ table[3][at[4]] ^ table[2][at[5]] ^ table[1][at[6]] ^
                table[0][at[7]];
    }
    for (; left > 0; --left, ++at)
        state = state >> 8 ^ table[0][(state ^ *at) & 255];
    state_ = state;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
