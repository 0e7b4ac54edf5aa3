// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/inflate.hpp>

#include <boost/beast/zlib/deflate_stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::string_view_literals;

namespace {

namespace zlib = boost::beast::zlib;

struct unpacked {
    std::string data;
    std::size_t used = 0; ///< bytes of the input
    bool done = false;
    error failed;
};

/// Unpacks input that comes in pieces of `piece` bytes; each in memory of its own.
unpacked unpack(std::string_view packed, std::size_t piece)
{
    unpacked out;
    inflater inflate;
    while (!packed.empty() && !inflate.done()) {
        std::string const held{packed.substr(0, piece)};
        packed.remove_prefix(held.size());
        std::string_view input = held;
        while (true) {
            auto const got = inflate.next(input);
            if (!got) {
                out.failed = got.error();
                return out;
            }
            out.data += *got;
            if (got->empty())
                break;
        }
        out.used += held.size() - input.size();
    }
    out.done = inflate.done();
    return out;
}

std::string pack(std::string_view data, int level, zlib::Strategy how)
{
    zlib::deflate_stream stream;
    stream.reset(level, 15, 8, how);
    std::string packed(stream.upper_bound(data.size()) + 64, '\0');
    zlib::z_params at;
    at.next_in = data.data();
    at.avail_in = data.size();
    at.next_out = packed.data();
    at.avail_out = packed.size();
    boost::system::error_code code;
    stream.write(at, zlib::Flush::finish, code);
    packed.resize(at.total_out);
    return packed;
}

/// Text with much and with little to compress.
std::string sample(std::size_t size)
{
    std::string text;
    std::uint32_t state = 12345;
    while (text.size() < size) {
        state = state * 1664525 + 1013904223;
        if (state >> 31)
            text += "{\"layerName\":\"Gold Set\",\"id\":" + std::to_string(state >> 20) + "}\n";
        else
            text += static_cast<char>(state >> 24);
    }
    text.resize(size);
    return text;
}

void check_refused(std::string_view stream, std::string_view why)
{
    // Codes are looked up by more bits than they may have.
    std::string const packed = std::string{stream} + std::string(8, '\0');
    for (std::size_t const piece : {packed.size(), std::size_t{1}}) {
        auto const out = unpack(packed, piece);
        CAPTURE(why);
        CHECK(out.failed == errc::bad_content);
        CHECK(out.failed == condition::decode);
        CHECK(unit::contains(out.failed.info().message, why));
    }
}

} // namespace

TEST_CASE("deflated data is unpacked, and the byte behind its end is not taken")
{
    struct {
        std::string_view packed;
        std::string_view data;
    } const cases[] = {
        {"\x03\x00"sv, ""},             // a block of fixed codes without data
        {"\x01\x00\x00\xff\xff"sv, ""}, // a stored block without data
        {"\x01\x03\x00\xfc\xff"
         "abc"sv,
         "abc"},                                          // stored
        {"\x4b\x04\x00"sv, "a"},                          // one literal
        {"\x4b\x4c\x84\x01\x00"sv, "aaaaaaaaaa"},         // a match that repeats what it writes
        {"\x00\x01\x00\xfe\xff\x61\x4b\x04\x00"sv, "aa"}, // two blocks
        {"\x05\xe0\x01\x05\x00\x00\x00\x00\x20\xfc\x7f\x1d"sv, ""}, // no distances
        {"\x02\x00\x00\x00\xff\xff\x03\x00"sv, ""},                 // a flushed stream
    };
    for (auto const& each : cases)
        for (std::size_t piece = 1; piece <= each.packed.size() + 3; ++piece) {
            CAPTURE(each.data);
            CAPTURE(piece);
            auto const out = unpack(std::string{each.packed} + "PK\1\2", piece);
            CHECK(!out.failed.code());
            CHECK(out.done);
            CHECK(out.data == each.data);
            CHECK(out.used == each.packed.size());
        }
}

TEST_CASE("data of every level and strategy is unpacked, however it is split")
{
    for (std::size_t const size : {0U, 1U, 300U, 70'000U, 150'000U})
        for (int const level : {0, 1, 4, 6, 9})
            for (auto const how :
                 {zlib::Strategy::normal, zlib::Strategy::filtered, zlib::Strategy::huffman,
                  zlib::Strategy::rle, zlib::Strategy::fixed})
                for (std::size_t const piece : {1U, 7U, 4096U, 1'000'000U}) {
                    std::string const data = sample(size);
                    std::string const packed = pack(data, level, how);
                    auto const out = unpack(packed + "PK\7\x08 and more", piece);
                    bool const same = out.data == data;
                    CHECK(same);
                    CHECK(out.done);
                    CHECK(out.used == packed.size());
                }
}

TEST_CASE("a stream that is cut anywhere is not done")
{
    std::string const packed = pack(sample(3000), 9, zlib::Strategy::normal);
    for (std::size_t size = 0; size < packed.size(); ++size) {
        auto const out = unpack(std::string_view{packed}.substr(0, size), 64);
        CHECK(!out.done);
        CHECK(!out.failed.code());
    }
}

TEST_CASE("what is no deflate stream is refused, with what is wrong")
{
    // Made with a writer of single bits, and refused by zlib for the same reasons.
    check_refused("\x07"sv, "a block of no known type");
    check_refused("\x01\x01\x00\x00\x00"sv, "the size of a stored block");
    check_refused("\xf5\x00\x00"sv, "too many symbols");
    check_refused("\x05\xe0\x01\x04\x00\x00\x00\x40\x10\x00"sv, "the code of the code lengths");
    check_refused("\x05\xe0\x01\x04\x00\x00\x00\x00\x00\x00"sv, "the code of the code lengths");
    check_refused("\x05\xe0\x05\x05\x00\x00\x00\x00\x00\x04"sv, "a repeated code length");
    check_refused("\x05\xe0\x01\x05\x00\x00\x00\x00\x20\xfc\xff\x0f"sv, "a repeated code length");
    check_refused("\x05\xe0\x01\x05\x00\x00\x00\x00\x20\xfc\xbf\x0d"sv, "a block without an end");
    check_refused("\x05\xe0\x81\x05\x00\x00\x00\xc0\x20\xfc\xff\xf5\x00"sv, "the codes of a block");
    check_refused("\x05\xe0\x01\x05\x00\x00\x00\x00\x20\xfc\x7f\x9d"sv, "a code of no symbol");
    check_refused("\x0d\xe0\x01\x05\x00\x00\x00\x00\x20\xfc\x7f\x5d\x02"sv,
                  "the distance of a match");
    check_refused("\x1b\x03"sv, "the length of a match");
    check_refused("\x03\x3e"sv, "the distance of a match");
    check_refused("\x03\x02\x00"sv, "a match before the beginning");
}

TEST_CASE("an error stays until the stream is begun anew")
{
    inflater inflate;
    std::string_view bad = "\x07";
    CHECK(inflate.next(bad).error() == errc::bad_content);
    std::string_view good = "\x4b\x04\x00"sv;
    CHECK(inflate.next(good).error() == errc::bad_content);
    CHECK(!inflate.done());
    inflate.reset();
    CHECK(inflate.next(good).value() == "a");
    CHECK(inflate.done());
    CHECK(inflate.next(good).value().empty());
}

TEST_CASE("a small stream that becomes large is given in pieces of at most 64 KiB")
{
    std::string const packed = pack(std::string(5'000'000, 'x'), 9, zlib::Strategy::normal);
    REQUIRE(packed.size() < 6'000);
    inflater inflate;
    std::string_view input = packed;
    std::size_t total = 0;
    std::size_t largest = 0;
    while (!inflate.done()) {
        std::size_t const size = inflate.next(input).value().size();
        total += size;
        largest = (std::max)(largest, size);
    }
    CHECK(total == 5'000'000);
    CHECK(largest <= 65'536);
}
