// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/timestamp.hpp>

#include "unit/support.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

using namespace inferpp;
using namespace std::chrono;

namespace {

sys_seconds at(std::int64_t seconds_since_1970)
{
    return sys_seconds{seconds{seconds_since_1970}};
}

std::optional<std::int64_t> http_date(std::string_view text, std::int64_t now = 1'700'000'000)
{
    auto const time = parse_http_date(text, at(now));
    return time ? std::optional{std::int64_t{time->time_since_epoch().count()}} : std::nullopt;
}

std::optional<std::int64_t> iso(std::string_view text)
{
    auto const time = parse_iso8601(text);
    return time ? std::optional{std::int64_t{time->time_since_epoch().count()}} : std::nullopt;
}

constexpr std::int64_t cap = -1; // in tables: a wait of more than two minutes

// The wait in milliseconds as `expected` has it: none, exact, or just long.
void check_retry_after(std::string_view value, std::int64_t now,
                       std::optional<std::int64_t> expected)
{
    CAPTURE(std::string{value});
    auto const wait = parse_retry_after(value, at(now));
    REQUIRE(wait.has_value() == expected.has_value());
    if (!expected)
        return;
    CHECK(*wait <= hours{24} * 366 * 10);
    if (*expected == cap)
        CHECK(*wait > minutes{2});
    else
        CHECK(wait->count() == *expected);
}

} // namespace

TEST_CASE("HTTP dates are parsed in their three forms")
{
    constexpr std::int64_t example = 784111777; // of RFC 9110
    CHECK(http_date("Sun, 06 Nov 1994 08:49:37 GMT") == example);
    CHECK(http_date("Sunday, 06-Nov-94 08:49:37 GMT") == example);
    CHECK(http_date("Sun Nov  6 08:49:37 1994") == example);
    CHECK(http_date("  Sun, 06 Nov 1994 08:49:37 GMT\t") == example);
    CHECK(http_date("sun, 06 nov 1994 08:49:37 gmt") == example);
    CHECK(http_date("Mon, 06 Nov 1994 08:49:37 GMT") == example); // the date decides
    CHECK(http_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    CHECK(http_date("Mon, 01 Jan 1900 00:00:00 GMT") == -2208988800);
    CHECK(http_date("Thu, 29 Feb 2024 00:00:00 GMT") == 1709164800);
    CHECK(http_date("Fri, 31 Dec 1999 23:59:60 GMT") == 946684800); // a leap second
    CHECK(http_date("Tue Nov 14 22:15:20 2023") == 1700000120);
}

TEST_CASE("a year of two digits is at most 50 years ahead")
{
    constexpr std::int64_t in_2023 = 1'700'000'000;
    auto const year = [](std::string_view digits, std::int64_t now) {
        auto const time =
            parse_http_date("Sunday, 01-Jan-" + std::string{digits} + " 00:00:00 GMT", at(now));
        return static_cast<int>(year_month_day{floor<days>(time.value())}.year());
    };
    CHECK(year("23", in_2023) == 2023);
    CHECK(year("24", in_2023) == 2024);
    CHECK(year("73", in_2023) == 2073);
    CHECK(year("74", in_2023) == 1974);
    CHECK(year("99", in_2023) == 1999);
    CHECK(year("00", in_2023) == 2000);
    constexpr std::int64_t in_2099 = 4'080'000'000;
    CHECK(year("00", in_2099) == 2100);
    CHECK(year("49", in_2099) == 2149);
    CHECK(year("50", in_2099) == 2050);
}

TEST_CASE("what is no HTTP date is refused")
{
    for (auto const text : {"",
                            "Sun",
                            "Sun,",
                            "Sun, 06 Nov 1994",
                            "Sun, 06 Nov 1994 08:49:37",
                            "06 Nov 1994 08:49:37 GMT",
                            "Sun, 6 Nov 1994 08:49:37 GMT",
                            "Sun, 06 Nov 94 08:49:37 GMT",
                            "Sun, 06 Now 1994 08:49:37 GMT",
                            "Sun, 31 Feb 1994 08:49:37 GMT",
                            "Sun, 00 Nov 1994 08:49:37 GMT",
                            "Sun, 29 Feb 2023 08:49:37 GMT",
                            "Sun, 06 Nov 1994 24:00:00 GMT",
                            "Sun, 06 Nov 1994 08:60:37 GMT",
                            "Sun, 06 Nov 1994 08:49:61 GMT",
                            "Sun, 06 Nov 1994 8:49:37 GMT",
                            "Sun, 06 Nov 1994 08:49 GMT",
                            "Sun, 06 Nov 1994 08:49:37 UTC",
                            "Sun, 06 Nov 1994 08:49:37 +0000",
                            "Sun, 06 Nov 1994 08:49:37 PST",
                            "Sun, 06 Nov 1994 08:49:37 GMTx",
                            "Sun, 06 Nov 1994 08:49:37 GMT x",
                            "Sun, 06-Nov-1994 08:49:37 GMT",
                            "Sun Nov 6 08:49:37 1994",
                            "Sun Nov  6 08:49:37 94",
                            "Sun Nov  6 08:49:37 1994 GMT",
                            "1994-11-06T08:49:37Z",
                            "Sun,  06 Nov 1994 08:49:37 GMT",
                            "Sun, -6 Nov 1994 08:49:37 GMT"})
        CHECK_MESSAGE(!http_date(text), text);
}

TEST_CASE("HTTP dates are written in the preferred form and read back")
{
    CHECK(format_http_date(at(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(format_http_date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    for (std::int64_t time = -2'000'000'000; time < 10'000'000'000; time += 86'399 * 997)
        CHECK(http_date(format_http_date(at(time))) == time);
}

TEST_CASE("Retry-After is seconds or a date, and nothing else")
{
    struct {
        std::string_view value;
        std::optional<std::int64_t> expected;
    } const cases[] = {
        {"120", 120'000},
        {"0", 0},
        {"007", 7'000},
        {"  120\t", 120'000},
        {"1.5", 1'500}, // RFC 9110 has integers only; some platforms send fractions
        {"0.25", 250},
        {"0.0009", 0},
        {"1.99999999999999999999999", 1'999},
        {"", {}},
        {" ", {}},
        {"-1", {}},
        {"+5", {}},
        {".5", {}},
        {"5.", {}},
        {"1.2.3", {}},
        {"0x10", {}},
        {"soon", {}},
        {"5s", {}},
        {"1e3", {}},
        {"1,000", {}},
        {"1 2", {}},
        {"120 seconds", {}},
        {"nan", {}},
        {"inf", {}},
        {"86400", cap},
        {"2147483648", cap},
        {"9223372036854775808", cap},
        {"99999999999999999999999", cap},
        {"99999999999999999999999.9", cap},
        {"Tue, 14 Nov 2023 22:15:20 GMT", 120'000},
        {"Tuesday, 14-Nov-23 22:15:20 GMT", 120'000},
        {"Tue Nov 14 22:15:20 2023", 120'000},
        {"Tue, 14 Nov 2023 22:13:20 GMT", 0},
        {"Tue, 14 Nov 2023 22:00:00 GMT", 0},
        {"Mon, 01 Jan 1900 00:00:00 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", cap},
        {"Tue, 14 Nov 2023 22:15:20 UTC", {}},
        {"2023-11-14T22:15:20Z", {}},
    };
    for (auto const& [value, expected] : cases)
        check_retry_after(value, 1'700'000'000, expected);
    // A date is taken from the millisecond on.
    CHECK(parse_retry_after("Tue, 14 Nov 2023 22:15:20 GMT", at(1'700'000'119) + milliseconds{1})
              ->count() == 999);
}

TEST_CASE("Retry-After agrees with the project's collection of cases")
{
    auto const path = unit::shared_path("vectors/http/retry-after-cases.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    auto const& list = parsed->as_array();
    CHECK(list.size() > 40);
    for (auto const& entry : list) {
        std::string const name{entry.at("name").as_string().c_str()};
        CAPTURE(name);
        auto const& wanted = entry.at("expect_seconds");
        std::optional<std::int64_t> expected;
        if (wanted.is_string()) // "cap"
            expected = cap;
        else if (!wanted.is_null())
            expected = wanted.to_number<std::int64_t>() * 1000;
        if (name == "float") // where we deliberately take more
            expected = 1500;
        check_retry_after(entry.at("value").as_string().c_str(),
                          entry.at("now").to_number<std::int64_t>(), expected);
    }
}

TEST_CASE("ISO 8601 is parsed with any fraction and offset")
{
    constexpr std::int64_t time = 1627939192529; // 2021-08-02T21:19:52.529Z
    struct {
        std::string_view text;
        std::int64_t expected;
    } const cases[] = {
        {"2021-08-02T21:19:52.529+00:00", time},
        {"2021-08-02T21:19:52.529+0000", time},
        {"2021-08-02T21:19:52.529Z", time},
        {"2021-08-02t21:19:52.529z", time},
        {"2021-08-02 21:19:52.529", time},
        {"2021-08-02T21:19:52.529", time},
        {"2021-08-02T23:49:52.529+02:30", time},
        {"2021-08-02T18:49:52.529-0230", time},
        {"2021-08-03T00:19:52.529+03:00", time},
        {"2021-08-02T21:19:52.529999999Z", time},
        {"2021-08-02T21:19:52.5Z", time - 29},
        {"2021-08-02T21:19:52.52Z", time - 9},
        {"2021-08-02T21:19:52Z", time - 529},
        {"2021-08-02T21:19:52-00:00", time - 529},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };
    for (auto const& [text, expected] : cases) {
        CAPTURE(std::string{text});
        CHECK(iso(text) == expected);
    }
    for (auto const text : {"",
                            "2021",
                            "2021-08-02",
                            "2021-08-02T",
                            "2021-08-02T21:19",
                            "2021-08-02T21:19:52.",
                            "2021-08-02T21:19:52.Z",
                            "2021-08-02T21:19:52,5Z",
                            "2021-8-2T21:19:52Z",
                            "2021-13-02T21:19:52Z",
                            "2021-00-02T21:19:52Z",
                            "2021-02-29T21:19:52Z",
                            "2021-08-32T21:19:52Z",
                            "2021-08-02T24:00:00Z",
                            "2021-08-02T21:60:52Z",
                            "2021-08-02T21:19:61Z",
                            "2021-08-02T21:19:52X",
                            "2021-08-02T21:19:52ZZ",
                            "2021-08-02T21:19:52+24:00",
                            "2021-08-02T21:19:52+00:60",
                            "2021-08-02T21:19:52+00",
                            "2021-08-02T21:19:52+0:00",
                            "2021-08-02T21:19:52 Z",
                            " 2021-08-02T21:19:52Z",
                            "2021-08-02T21:19:52Z ",
                            "20210802T211952Z",
                            "-021-08-02T21:19:52Z",
                            "date-time"})
        CHECK_MESSAGE(!iso(text), text);
}

TEST_CASE("ISO 8601 is written with milliseconds and read back")
{
    CHECK(format_iso8601(sys_milliseconds{milliseconds{1627939192529}}) ==
          "2021-08-02T21:19:52.529+00:00");
    CHECK(format_iso8601(sys_milliseconds{milliseconds{-1}}) == "1969-12-31T23:59:59.999+00:00");
    for (std::int64_t time = -2'000'000'000'000; time < 10'000'000'000'000; time += 86'399'009'973)
        CHECK(iso(format_iso8601(sys_milliseconds{milliseconds{time}})) == time);
}

TEST_CASE("a timestamp keeps the server's text and knows the time where it can")
{
    auto const known = decode_json<timestamp>("\"2021-08-02T21:19:52.529+0000\"").value();
    CHECK(known.text() == "2021-08-02T21:19:52.529+0000");
    REQUIRE(known.time().has_value());
    CHECK(known.time()->time_since_epoch().count() == 1627939192529);

    auto const other = decode_json<timestamp>("\"yesterday\"").value();
    CHECK(other.text() == "yesterday");
    CHECK_FALSE(other.time().has_value());

    auto const none = decode_json<timestamp>("null").value();
    CHECK(none.text().empty());
    CHECK_FALSE(none.time().has_value());
    CHECK(decode_json<timestamp>("1627939192").error() == errc::bad_schema);

    std::string out;
    CHECK(encode_json(timestamp{sys_milliseconds{}}, out).has_value());
    CHECK(out == "\"1970-01-01T00:00:00.000+00:00\"");
}
