// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/crc32.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using inferpp::crc32;

namespace {

std::uint32_t crc_of(std::string_view data)
{
    crc32 crc;
    crc.add(data);
    return crc.value();
}

} // namespace

TEST_CASE("the checksum is that of the CRC catalogue and of zlib")
{
    CHECK(crc_of("") == 0);
    CHECK(crc_of("123456789") == 0xcbf43926); // the catalogue's check value
    CHECK(crc_of("a") == 0xe8b7be43);
    CHECK(crc_of("The quick brown fox jumps over the lazy dog") == 0x414fa339);
    CHECK(crc_of(std::string(32, '\0')) == 0x190a55ad);
    CHECK(crc_of(std::string(32, '\xff')) == 0xff6cab0b);
}

TEST_CASE("the checksum of pieces is that of the whole, however it is split")
{
    std::string data;
    for (int i = 0; i < 60; ++i)
        data += static_cast<char>(i * 37);
    std::uint32_t const whole = crc_of(data);
    for (std::size_t at = 0; at <= data.size(); ++at) {
        crc32 crc;
        crc.add(std::string_view{data}.substr(0, at));
        crc.add(std::string_view{data}.substr(at));
        CHECK(crc.value() == whole);
    }
    crc32 bytewise;
    for (char const c : data)
        bytewise.add(std::string_view{&c, 1});
    CHECK(bytewise.value() == whole);
}
