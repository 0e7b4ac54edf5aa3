// SPDX-License-Identifier: BSL-1.0
//
// A batch's records: where they come from, how they are written, and how they are cut into jobs.

#include <inferpp/codec/json.hpp>
#include <inferpp/providers/bedrock/batch_parts.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>

#include <boost/json/parse.hpp>

#include <fstream>
#include <ranges>
#include <string>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

namespace {

struct prompt {
    prompt() = default;
    std::string input_text;
    int max_tokens = 0;
};
BOOST_DESCRIBE_STRUCT(prompt, (), (input_text, max_tokens))

std::vector<bedrock::batch_record> small_records(std::size_t count)
{
    std::vector<bedrock::batch_record> all;
    for (std::size_t i = 1; i <= count; ++i)
        all.emplace_back("r" + std::to_string(i), boost::json::value{{"n", i}});
    return all;
}

struct part {
    std::vector<std::string> lines;
    std::uint64_t bytes = 0;
};

boost::asio::awaitable<std::vector<part>> cut(bedrock::batch_records records,
                                              bedrock::batch_limits limits)
{
    std::vector<part> parts;
    bedrock::batch_splitter splitter{records.open(), limits};
    while (true) {
        bool const more = co_await splitter.next_part();
        if (!more)
            break;
        parts.emplace_back();
        while (auto const* line = co_await splitter.next_line())
            parts.back().lines.push_back(line->text);
        CHECK(splitter.records() == parts.back().lines.size());
        parts.back().bytes = splitter.bytes();
    }
    co_return parts;
}

std::string refusal(bedrock::batch_records records, bedrock::batch_limits limits = {})
{
    try {
        unit::run(cut(std::move(records), limits));
    }
    catch (failure const& e) {
        CHECK(e.code() == errc::invalid_argument);
        return e.error().info().message;
    }
    return "fine";
}

bedrock::batch_records one(bedrock::batch_record record)
{
    return bedrock::batch_records{std::vector<bedrock::batch_record>{std::move(record)}};
}

constexpr bedrock::batch_limits any_size{1, 1000, 1'000'000};

std::string only_line(bedrock::batch_record record)
{
    auto const parts = unit::run(cut(one(std::move(record)), any_size));
    REQUIRE(parts.size() == 1);
    REQUIRE(parts[0].lines.size() == 1);
    return parts[0].lines[0];
}

std::string file_of(unit::temporary_folder const& folder, std::string_view content)
{
    auto const path = folder.path() / "records.jsonl";
    std::ofstream{path, std::ios::binary} << content;
    return path.string();
}

} // namespace

TEST_CASE("a record is a JSON line with its id and its input")
{
    CHECK(only_line({"1", boost::json::value{{"inputText", "hi"}}}) ==
          "{\"recordId\":\"1\",\"modelInput\":{\"inputText\":\"hi\"}}\n");
    prompt typed;
    typed.input_text = "a\nb";
    typed.max_tokens = 7;
    CHECK(only_line({"a \"b\"", typed}) ==
          "{\"recordId\":\"a \\\"b\\\"\",\"modelInput\":{\"input_text"
          "\":\"a\\nb\",\"max_tokens\":7}}\n");
}

TEST_CASE("a record without an id gets one from its place: eleven letters and digits")
{
    std::vector<bedrock::batch_record> records(40,
                                               bedrock::batch_record{"", boost::json::object{}});
    auto const parts = unit::run(cut(bedrock::batch_records{records}, any_size));
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].lines[0] == "{\"recordId\":\"00000000001\",\"modelInput\":{}}\n");
    CHECK(parts[0].lines[39] == "{\"recordId\":\"00000000014\",\"modelInput\":{}}\n");
}

TEST_CASE("a record's text goes out as it is, its digits too, on one line")
{
    bedrock::batch_record record;
    record.record_id = "x";
    record.model_input = "{\n  \"t\": 0.70,\r\n  \"big\": 123456789012345678901234567890}";
    CHECK(only_line(record) == "{\"recordId\":\"x\",\"modelInput\":{   \"t\": 0.70,    \"big\": "
                               "123456789012345678901234567890}}\n");
}

TEST_CASE("what can't be a record is refused by its number and id")
{
    bedrock::batch_record bad;
    bad.record_id = "x";
    for (char const* text : {"", "[]", "1", "{", "{} {}", "{\"a\":1,}", "\"text\""}) {
        CAPTURE(text);
        bad.model_input = text;
        CHECK(refusal(one(bad), any_size) ==
              "records: record 1 (x) has an input that is no JSON object");
    }
    bad.model_input = "{\"modelId\":\"m\",\"messages\":[]}";
    CHECK(unit::contains(refusal(one(bad), any_size), "record 1 (x) has a modelId"));
    bad.model_input = "{\"a\":{\"modelId\":\"m\"}}";
    CHECK(refusal(one(bad), any_size) == "fine");
    bad.model_input = unit::repeat("[", 100);
    bad.model_input = "{\"a\":" + unit::repeat("[", 70) + unit::repeat("]", 70) + "}";
    CHECK(unit::contains(refusal(one(bad), any_size), "no JSON object"));
    bad.model_input = "{}";
    bad.record_id = std::string(257, 'x');
    CHECK(unit::contains(refusal(one(bad), any_size), "an id of more than 256 bytes"));
    bad.record_id = "\xff";
    CHECK(refusal(one(bad), any_size) == "records: record 1 has an id that is no UTF-8");
}

TEST_CASE("two records of a job can't have the same id")
{
    std::vector<bedrock::batch_record> records{
        {"a", boost::json::object{}}, {"b", boost::json::object{}}, {"a", boost::json::object{}}};
    CHECK(refusal(bedrock::batch_records{records}, any_size) ==
          "records: two records have the id a");
}

TEST_CASE("every number of records is cut into jobs of legal size")
{
    for (std::uint64_t min : {1U, 2U, 5U}) {
        for (std::uint64_t max : {2 * min, 2 * min + 1, 4 * min}) {
            for (std::size_t count = min; count <= 5 * max + 1; ++count) {
                CAPTURE(min);
                CAPTURE(max);
                CAPTURE(count);
                auto const parts = unit::run(
                    cut(bedrock::batch_records{small_records(count)}, {min, max, 1'000'000}));
                std::size_t number = 0;
                for (part const& each : parts) {
                    CHECK(each.lines.size() >= min);
                    CHECK(each.lines.size() <= max);
                    for (std::string const& line : each.lines) {
                        ++number;
                        CHECK(
                            line.starts_with("{\"recordId\":\"r" + std::to_string(number) + "\""));
                    }
                }
                CHECK(number == count);
                CHECK(parts.size() == (count + max - 1) / max);
            }
        }
    }
}

TEST_CASE("no file is over the limit of bytes, and none has too few records")
{
    std::vector<bedrock::batch_record> records;
    for (std::size_t i = 0; i < 500; ++i)
        records.emplace_back(
            "", boost::json::value{{"text", std::string(1 + (i * 7919) % 40'000, 'x')}});
    auto const parts = unit::run(cut(bedrock::batch_records{records}, {3, 1000, 1'000'000}));
    CHECK(parts.size() > 5);
    std::size_t count = 0;
    for (part const& each : parts) {
        std::uint64_t bytes = 0;
        for (std::string const& line : each.lines)
            bytes += line.size();
        CHECK(bytes == each.bytes);
        CHECK(bytes <= 1'000'000);
        CHECK(each.lines.size() >= 3);
        count += each.lines.size();
    }
    CHECK(count == 500);
}

TEST_CASE("records that no job can take are refused")
{
    CHECK(refusal(bedrock::batch_records{small_records(0)}) ==
          "records: there are 0; a job takes at least 100 (limits.min_records)");
    CHECK(refusal(bedrock::batch_records{small_records(99)}) ==
          "records: there are 99; a job takes at least 100 (limits.min_records)");
    CHECK(refusal(bedrock::batch_records{small_records(100)}) == "fine");
    std::vector<bedrock::batch_record> large(
        2, bedrock::batch_record{"", boost::json::value{{"t", std::string(600'000, 'x')}}});
    CHECK(unit::contains(refusal(bedrock::batch_records{large}, {2, 10, 1'000'000}),
                         "which a job must have, are over limits.max_bytes"));
    large = {1, bedrock::batch_record{"", boost::json::value{{"t", std::string(1'000'000, 'x')}}}};
    CHECK(unit::contains(refusal(bedrock::batch_records{large}, any_size),
                         "bytes; a job's file may have 1000000"));
}

TEST_CASE("limits out of range are refused by name")
{
    auto const message = [](bedrock::batch_limits limits) {
        auto const checked = bedrock::validate(limits);
        return checked ? std::string{"fine"} : checked.error().info().message;
    };
    CHECK(message({}) == "fine");
    CHECK(message({0, 10, 1'000'000}) == "limits.min_records must be at least 1");
    CHECK(message({6, 11, 1'000'000}) ==
          "limits.max_records must be at least twice limits.min_records");
    CHECK(message({1, 2, 999'999}) == "limits.max_bytes must be at least 1,000,000");
}

TEST_CASE("records come from ranges, views and functions, as often as they are asked for")
{
    std::vector<int> const numbers{1, 2, 3};
    auto const record_of = [](int n) {
        return bedrock::batch_record{std::to_string(n), boost::json::value{{"n", n}}};
    };
    bedrock::batch_records const viewed{numbers | std::views::transform(record_of)};
    bedrock::batch_records const made{[] {
        auto next =
            [n = 0]() mutable -> boost::asio::awaitable<std::optional<bedrock::batch_record>> {
            ++n;
            std::optional<bedrock::batch_record> one;
            if (n <= 3)
                one.emplace(std::to_string(n), boost::json::value{{"n", n}});
            co_return one;
        };
        return make_stream<bedrock::batch_record>(std::move(next));
    }};
    for (auto const& records : {viewed, made, bedrock::batch_records{small_records(3)}}) {
        for (int again = 0; again < 2; ++again) {
            auto const parts = unit::run(cut(records, any_size));
            REQUIRE(parts.size() == 1);
            CHECK(parts[0].lines.size() == 3);
            CHECK(unit::contains(parts[0].lines[2], "\"modelInput\":{\"n\":3}}"));
        }
    }
}

TEST_CASE("records are read from a file of JSON lines, with each digit")
{
    unit::temporary_folder const folder;
    auto const path = file_of(folder, "{\"recordId\":\"a\",\"modelInput\":{\"t\":0.70}}\r\n\n"
                                      "{ \"modelInput\" : { \"s\":\"}\\\"]\", \"l\":[{},[1]] } , "
                                      "\"recordId\" : \"b\" }\n"
                                      "{\"x\\\"\":{\"modelInput\":1},\"modelInput\":{}}");
    auto const parts = unit::run(cut(bedrock::records_in_file(path), any_size));
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].lines ==
          std::vector<std::string>{
              "{\"recordId\":\"a\",\"modelInput\":{\"t\":0.70}}\n",
              "{\"recordId\":\"b\",\"modelInput\":{ \"s\":\"}\\\"]\", \"l\":[{},[1]] } }\n",
              "{\"recordId\":\"00000000003\",\"modelInput\":{}}\n"});
}

TEST_CASE("a line of a file that is no record is refused by file and number")
{
    unit::temporary_folder const folder;
    auto const refused = [&](std::string_view line) {
        auto const path = file_of(folder, "{\"modelInput\":{}}\n" + std::string{line});
        std::string message = refusal(bedrock::records_in_file(path), any_size);
        REQUIRE(message.starts_with(path));
        return message.substr(path.size());
    };
    CHECK(refused("{\"recordId\":\"1\"}") == ", record 2: there is no modelInput");
    CHECK(refused("{\"recordId\":1,\"modelInput\":{}}") == ", record 2: recordId is no string");
    CHECK(unit::contains(refused("nonsense"), ", record 2: "));
    CHECK(unit::contains(refused("[]"), ", record 2: there is no modelInput"));
    CHECK(unit::contains(refusal(bedrock::records_in_file(folder.path() / "none")),
                         "cannot read file"));
}
