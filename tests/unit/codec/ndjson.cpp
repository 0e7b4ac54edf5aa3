// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/ndjson.hpp>

#include "unit/support.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;

namespace {

std::vector<std::string> taken(ndjson_decoder& decoder)
{
    std::vector<std::string> lines;
    while (auto line = decoder.next())
        lines.push_back(std::move(*line));
    return lines;
}

} // namespace

TEST_CASE("lines are the same however the stream is split")
{
    std::string_view const stream = "{\"a\":1}\n\n\r\n[2]\r\n \"caf\xc3\xa9\"\r\n\n3";
    std::vector<std::string> const expected{"{\"a\":1}", "[2]", " \"caf\xc3\xa9\"", "3"};
    for (std::size_t i = 0; i <= stream.size(); ++i)
        for (std::size_t j = i; j <= stream.size(); ++j) {
            CAPTURE(i);
            CAPTURE(j);
            ndjson_decoder decoder;
            std::vector<std::string> lines;
            for (auto const part :
                 {stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}) {
                REQUIRE(decoder.feed(part).has_value());
                for (auto& line : taken(decoder))
                    lines.push_back(std::move(line));
            }
            CHECK(lines.size() == 3);
            decoder.finish();
            for (auto& line : taken(decoder))
                lines.push_back(std::move(line));
            CHECK(lines == expected);
        }
}

TEST_CASE("lines of single bytes come as soon as they are complete")
{
    ndjson_decoder decoder;
    for (char const c : std::string_view{"12\r"})
        REQUIRE(decoder.feed({&c, 1}).has_value());
    CHECK_FALSE(decoder.next().has_value());
    REQUIRE(decoder.feed("\n").has_value());
    CHECK(decoder.next() == "12");
    decoder.finish();
    CHECK_FALSE(decoder.next().has_value());
    decoder.finish();
    CHECK_FALSE(decoder.next().has_value());
}

TEST_CASE("an empty stream has no lines")
{
    for (auto const* text : {"", "\n", "\r\n\r\n", "\r"}) {
        ndjson_decoder decoder;
        REQUIRE(decoder.feed(text).has_value());
        decoder.finish();
        CHECK_FALSE(decoder.next().has_value());
    }
}

TEST_CASE("a line over the limit is refused at once, in one piece or many")
{
    ndjson_decoder whole{4};
    CHECK(whole.feed("1234\n1234\n").has_value());
    CHECK(taken(whole).size() == 2);
    CHECK(whole.feed("12345").error() == errc::event_too_large);

    ndjson_decoder pieces{4};
    for (int i = 0; i < 4; ++i)
        CHECK(pieces.feed("x").has_value());
    CHECK(pieces.feed("x").error() == errc::event_too_large);
    CHECK(ndjson_decoder{4}.feed(std::string(100, ' ')).error() == condition::protocol);
}

TEST_CASE("events are decoded line by line, and a bad one is an error")
{
    using event = std::map<std::string, int>;
    ndjson_events<event> events{100};
    REQUIRE(events.feed("{\"a\":1}\n{\"a\":2}\n{\"a\":\"x\"}\n{]\n{\"a\":3}").has_value());
    CHECK(events.next().value()->at("a") == 1);
    CHECK(events.next().value()->at("a") == 2);
    auto const wrong = events.next();
    REQUIRE(wrong.has_error());
    CHECK(wrong.error() == errc::bad_schema);
    CHECK(wrong.error().info().json_path == "$.a");
    CHECK(events.next().error() == errc::bad_json);
    CHECK_FALSE(events.next().value().has_value());
    CHECK(events.finish().has_value());
    CHECK(events.next().value()->at("a") == 3);
    CHECK_FALSE(events.next().value().has_value());
    CHECK_FALSE(events.done()); // a complete body is the end
    CHECK(events.feed(std::string(101, 'x')).error() == errc::event_too_large);
}
