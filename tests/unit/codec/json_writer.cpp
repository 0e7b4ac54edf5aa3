// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/json_writer.hpp>

#include "unit/support.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

using namespace inferpp;
using namespace std::string_view_literals;

namespace {

std::string string_of(std::string_view text)
{
    std::string out;
    json_writer writer{out};
    writer.string(text);
    CHECK_FALSE(writer.failed());
    return out;
}

std::string number_of(double value)
{
    std::string out;
    json_writer writer{out};
    writer.number(value);
    CHECK_FALSE(writer.failed());
    return out;
}

} // namespace

TEST_CASE("strings are escaped where JSON asks for it, and only there")
{
    CHECK(string_of("") == "\"\"");
    CHECK(string_of("plain / text") == "\"plain / text\"");
    CHECK(string_of("\"\\\n\r\t\b\f"sv) == R"("\"\\\n\r\t\u0008\u000c")");
    CHECK(string_of("a\0b\x1f\x7f"sv) == "\"a\\u0000b\\u001f\x7f\"");
    CHECK(string_of("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80") ==
          "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"");
    for (int c = 0; c < 0x80; ++c) {
        std::string const text{'<', static_cast<char>(c), '>'};
        std::string const written = string_of(text);
        CAPTURE(c);
        CHECK(boost::json::parse(written).as_string() == text);
        for (char const each : written)
            CHECK(static_cast<unsigned char>(each) >= 0x20);
    }
}

TEST_CASE("invalid UTF-8 is refused with its position, and the document stays well-formed")
{
    for (auto const text : {"\xff"sv, "\xc3"sv, "\xed\xa0\x80"sv, "\xc0\x80"sv, "\x80"sv}) {
        std::string out;
        json_writer writer{out};
        writer.begin_array();
        writer.string("abc" + std::string{text});
        writer.end_array();
        CHECK(writer.failed());
        CHECK(unit::contains(writer.message(), "at byte 3"));
        CHECK(boost::json::parse(out).is_array());
    }
    std::string out;
    json_writer writer{out};
    writer.begin_object();
    writer.key("\xff");
    writer.null();
    writer.end_object();
    CHECK(writer.failed());
}

TEST_CASE("numbers that are not finite are refused")
{
    for (double const value :
         {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN()}) {
        std::string out;
        json_writer writer{out};
        writer.number(value);
        CHECK(writer.failed());
        CHECK(out == "null");
        CHECK(unit::contains(writer.message(), "not finite"));
    }
}

TEST_CASE("integers are written whole")
{
    std::string out;
    json_writer writer{out};
    writer.begin_array();
    writer.number(std::numeric_limits<std::int64_t>::min());
    writer.number(std::numeric_limits<std::int64_t>::max());
    writer.number(std::numeric_limits<std::uint64_t>::max());
    writer.number(std::int64_t{0});
    writer.end_array();
    CHECK(out == "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
}

TEST_CASE("doubles are written so that the same bits are read back")
{
    CHECK(number_of(0.1) == "0.1");
    CHECK(number_of(1) == "1");
    CHECK(number_of(-0.0) == "-0");
    CHECK(number_of(1e300) == "1e+300");
    auto const check = [](double value) {
        std::string const text = number_of(value);
        double back = 0;
        auto const end = std::from_chars(text.data(), text.data() + text.size(), back);
        return end.ec == std::errc{} && end.ptr == text.data() + text.size() &&
               std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value);
    };
    using limits = std::numeric_limits<double>;
    for (double const value : {limits::max(), limits::lowest(), limits::min(), limits::denorm_min(),
                               limits::epsilon(), 5e-324, 9007199254740993.0, 1.0 / 3, -0.0})
        CHECK(check(value));

    std::mt19937_64 generator{20240607};
    int different = 0;
    int invalid = 0;
    for (int i = 0; i < 100'000;) {
        auto const value = std::bit_cast<double>(generator());
        if (!std::isfinite(value))
            continue;
        ++i;
        different += !check(value);
        if (i % 100 == 0) {
            boost::json::error_code code;
            boost::json::parse(number_of(value), code);
            invalid += code.failed();
        }
    }
    CHECK(different == 0);
    CHECK(invalid == 0);
}

TEST_CASE("separators stand between values and nowhere else")
{
    std::string out = "before [";
    json_writer writer{out};
    writer.begin_object();
    writer.key("empty");
    writer.begin_array();
    writer.end_array();
    writer.key("list");
    writer.begin_array();
    writer.string("ends with [");
    writer.string("ends with {");
    writer.string("ends with :");
    writer.string(",");
    writer.begin_array();
    writer.begin_object();
    writer.end_object();
    writer.begin_object();
    writer.key("[");
    writer.null();
    writer.key(":");
    writer.boolean(false);
    writer.end_object();
    writer.end_array();
    writer.boolean(true);
    writer.number(1.5);
    writer.string_of([](std::string& text) { text += "by hand:"; });
    writer.string_of([](std::string&) {});
    writer.null();
    writer.end_array();
    writer.key("last");
    writer.value(boost::json::parse(R"([null,true,-1,18446744073709551615,0.5,"s",{"k":[]}])"));
    writer.end_object();
    CHECK_FALSE(writer.failed());
    CHECK(out == R"(before [{"empty":[],"list":["ends with [","ends with {","ends with :",",",)"
                 R"([{},{"[":null,":":false}],true,1.5,"by hand:","",null],)"
                 R"("last":[null,true,-1,18446744073709551615,0.5,"s",{"k":[]}]})");
}

TEST_CASE("the first error is kept, with the path that its callers give")
{
    std::string out;
    json_writer writer{out};
    CHECK(writer.path() == "$");
    writer.fail("first");
    writer.error_in("[3]");
    writer.error_in(".name");
    writer.fail("second");
    CHECK(writer.message() == "first");
    CHECK(writer.path() == "$.name[3]");
}
