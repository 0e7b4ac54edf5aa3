// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/base64.hpp>

#include "unit/support.hpp"

#include <random>
#include <string>
#include <string_view>

using namespace inferpp;
using namespace std::string_view_literals;

namespace {

std::string base64(std::string_view data)
{
    std::string out;
    append_base64(data, out);
    return out;
}

std::string random_bytes(std::size_t size, unsigned seed)
{
    std::minstd_rand generator{seed};
    std::string data(size, '\0');
    for (char& c : data)
        c = static_cast<char>(generator() >> 8);
    return data;
}

} // namespace

TEST_CASE("base64 follows the vectors of RFC 4648")
{
    struct {
        std::string_view data;
        std::string_view text;
    } const cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\0"sv, "AA=="},
        {"\xfb\xff\xfe"sv, "+//+"},
        {"\xff\xff\xff\xff"sv, "/////w=="},
    };
    for (auto const& [data, text] : cases) {
        CAPTURE(std::string{text});
        CHECK(base64(data) == text);
        CHECK(decode_base64(text) == std::string{data});
        CHECK(base64_size(data.size()) == text.size());
    }
    std::string out = "kept:";
    append_base64("foo", out);
    CHECK(out == "kept:Zm9v");
}

TEST_CASE("base64 that is not whole, padded and canonical is refused")
{
    for (auto const text :
         {"Z"sv, "Zg"sv, "Zg="sv, "Zg==="sv, "Zm8"sv, "Zm9v="sv, "===="sv, "="sv, "Zg==Zg=="sv,
          "Z==="sv, "Zh=="sv, "Zm9="sv, // bits that no byte holds
          "Zm9v\n"sv, " Zm9v"sv, "Zm 9v"sv, "Zm9-"sv, "Zm9_"sv, "Zm9v\0\0\0\0"sv, "\xc3\xa9zz"sv})
        CHECK_MESSAGE(!decode_base64(text), std::string{text});
}

TEST_CASE("base64 of any size is read back, also around the pieces that OpenSSL is given")
{
    for (std::size_t size = 0; size < 200; ++size) {
        std::string const data = random_bytes(size, 1 + static_cast<unsigned>(size));
        CHECK(decode_base64(base64(data)) == data);
    }
    constexpr std::size_t piece = 3UL << 20;
    for (std::size_t const size :
         {piece - 1, piece, piece + 1, piece + 2, 2 * piece, 2 * piece + 1}) {
        CAPTURE(size);
        std::string const data = random_bytes(size, 7);
        std::string const text = base64(data);
        CHECK(text.size() == base64_size(size));
        auto const padding = text.find('=');
        CHECK((padding == std::string::npos || padding >= text.size() - 2));
        bool const same = decode_base64(text) == data;
        CHECK(same);
    }
}

TEST_CASE("data URLs are written and parsed")
{
    std::string out = "\"";
    append_data_url("text/plain", "hello", out);
    CHECK(out == "\"data:text/plain;base64,aGVsbG8=");

    struct {
        std::string_view text;
        std::string_view type;
        std::string_view data;
    } const cases[] = {
        {"data:text/plain;base64,aGVsbG8=", "text/plain", "hello"},
        {"DATA:text/plain;BASE64,aGVsbG8=", "text/plain", "hello"},
        {"data:text/plain;charset=utf-8;base64,aGVsbG8=", "text/plain;charset=utf-8", "hello"},
        {"data:,a%20b", "text/plain;charset=US-ASCII", "a b"},
        {"data:;base64,", "text/plain;charset=US-ASCII", ""},
        {"data:text/html,<p>,</p>", "text/html", "<p>,</p>"},
        {"data:image/png;base64,AA==", "image/png", "\0"sv},
    };
    for (auto const& [text, type, data] : cases) {
        CAPTURE(std::string{text});
        auto const url = parse_data_url(text);
        REQUIRE(url.has_value());
        CHECK(url->media_type == type);
        CHECK(url->data == data);
    }
    for (auto const text : {"", "data:", "data", "dat", "data:text/plain", "http://host/,",
                            "data:text/plain;base64,aGVsbG8", "data:text/plain;base64,a GVsbG8=",
                            "data:,a%2", "data:,%zz", " data:,a"})
        CHECK_MESSAGE(!parse_data_url(text), text);
}
