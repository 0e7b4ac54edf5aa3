// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/crc32.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;

namespace {

std::uint32_t crc_of(std::string_view data, std::size_t piece)
{
    crc32 sum;
    for (; !data.empty(); data.remove_prefix((std::min)(piece, data.size())))
        sum.add(data.substr(0, piece));
    return sum.value();
}

// Bit by bit, as the catalogue defines it.
std::uint32_t slow_crc_of(std::string_view data)
{
    std::uint32_t state = 0xffffffff;
    for (char const c : data) {
        state ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            state = (state & 1) != 0 ? state >> 1 ^ 0xedb88320 : state >> 1;
    }
    return ~state;
}

} // namespace

TEST_CASE("CRC-32 is that of the catalogue, in pieces of any size")
{
    CHECK(crc_of("", 1) == 0);
    CHECK(crc_of("123456789", 9) == 0xcbf43926);
    std::string const data = unit::repeat(std::string_view{"\x00\xff inferpp", 10}, 30);
    for (std::size_t const piece : {1U, 3U, 7U, 8U, 9U, 64U, 1000U}) {
        CAPTURE(piece);
        CHECK(crc_of(data, piece) == slow_crc_of(data));
    }
}
