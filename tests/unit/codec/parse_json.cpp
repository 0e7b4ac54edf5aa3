// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/json.hpp>

#include "unit/support.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;
using namespace std::string_view_literals;
namespace json = boost::json;
namespace fs = std::filesystem;

TEST_CASE("one document with blanks around it is parsed")
{
    for (auto const text : {"1"sv, " 1 "sv, "\r\n\t{}\r\n"sv, "[ ]"sv, "\"\\u0000\""sv,
                            "\xef\xbb\xbf{}"sv, "\xef\xbb\xbf 1"sv, "null"sv})
        CHECK_MESSAGE(parse_json(text).has_value(), std::string{text});
    CHECK(parse_json("\"a\\u0000b\"").value().as_string().size() == 3);
}

TEST_CASE("what is no JSON document is refused with the position")
{
    struct {
        std::string_view text;
        std::string_view position; // as the message ends
    } const cases[] = {
        {"", "at byte 0"},
        {"   ", "at byte 3"},
        {"{", "at byte 1"},
        {"[1,", "at byte 3"},
        {"\"abc", "at byte 4"},
        {"tru", "at byte 3"},
        {"{} {}", "at byte 3"},
        {"1 2", "at byte 2"},
        {"{}x", "at byte 2"},
        {"{}\0"sv, "at byte 2"},
        {"\xef\xbb\xbf{}x", "at byte 5"},
        {"\xef\xbb\xbf", "at byte 3"},
        {"<html>", "at byte 0"},
        {"[1,]", "at byte 3"},
        {"{\"a\":1,}", "at byte 7"},
        {"[1 2]", "at byte 3"},
        {"'a'", "at byte 0"},
    };
    for (auto const& [text, position] : cases) {
        CAPTURE(std::string{text});
        auto const parsed = parse_json(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error() == errc::bad_json);
        CHECK(parsed.error().info().phase == "decode");
        CAPTURE(parsed.error().info().message);
        CHECK(parsed.error().info().message.ends_with(position));
    }
}

TEST_CASE("dialects of JSON are refused")
{
    for (auto const text : {"\xef\xbb\xbf\xef\xbb\xbf{}"sv,
                            "// c\n1"sv,
                            "/* */1"sv,
                            "NaN"sv,
                            "Infinity"sv,
                            "0x10"sv,
                            "01"sv,
                            "+1"sv,
                            "{a:1}"sv,
                            "\"\n\""sv,
                            "\"\x01\""sv,
                            "\"\xff\""sv,
                            "\"\xc0\x80\""sv,
                            "\"\\ud800\""sv,
                            "\"\\udc00\\ud800\""sv,
                            "\"\\x41\""sv,
                            "1E2147483648"sv,
                            "True"sv,
                            "\xff\xfe{\0}\0"sv,
                            "\0"sv})
        CHECK_MESSAGE(parse_json(text).error() == errc::bad_json, std::string{text});
}

TEST_CASE("nesting is parsed to a depth of 64")
{
    auto const lists = [](std::size_t depth) {
        return unit::repeat("[", depth) + unit::repeat("]", depth);
    };
    auto const objects = [](std::size_t depth) {
        return unit::repeat("{\"a\":", depth - 1) + "{}" + unit::repeat("}", depth - 1);
    };
    CHECK(parse_json(lists(64)).has_value());
    CHECK(parse_json(objects(64)).has_value());
    CHECK(parse_json(lists(65)).error() == errc::bad_json);
    CHECK(parse_json(objects(65)).error() == errc::bad_json);
    CHECK(parse_json(lists(100'000)).error() == errc::bad_json);
    CHECK(parse_json(unit::repeat("[", 1'000'000)).error() == errc::bad_json);
}

TEST_CASE("a document is parsed into the memory given")
{
    json::monotonic_resource memory;
    auto const parsed = parse_json(R"({"a":[1,2,3]})", &memory);
    REQUIRE(parsed.has_value());
    CHECK(parsed->storage().get() == &memory);
    // What is decoded from it does not stay there.
    auto const copy = decode_value<json::value>(*parsed);
    REQUIRE(copy.has_value());
    CHECK(copy->storage().get() != &memory);
}

TEST_CASE("large documents are parsed")
{
    std::string text = "[0";
    for (int i = 1; i < 200'000; ++i)
        text += ',' + std::to_string(i);
    text += ']';
    auto const list = decode_json<std::vector<int>>(text);
    REQUIRE(list.has_value());
    CHECK(list->size() == 200'000);
    CHECK(list->back() == 199'999);
    std::string const key(1 << 20, 'k');
    CHECK(parse_json("{\"" + key + "\":1}").value().at(key) == 1);
}

TEST_CASE("JSONTestSuite: what is valid is taken and written back, what is invalid is refused")
{
    fs::path const folder = unit::shared_path("vectors/json-suite/test_parsing");
    if (folder.empty())
        return;
    int taken = 0;
    int refused = 0;
    for (auto const& entry : fs::directory_iterator{folder}) {
        std::string const name = entry.path().filename().string();
        CAPTURE(name);
        auto const parsed = parse_json(unit::read_file(entry.path()));
        if (name.starts_with("y_")) {
            ++taken;
            CHECK(parsed.has_value());
        } else if (name.starts_with("n_")) {
            ++refused;
            CHECK(parsed.has_error());
        }
        if (parsed && decode_value<json::value>(*parsed)) { // the others hold infinities
            std::string text;
            REQUIRE(encode_json(*parsed, text).has_value());
            CHECK(parse_json(text).has_value());
        }
    }
    CHECK(taken == 95);
    CHECK(refused == 188);
}
