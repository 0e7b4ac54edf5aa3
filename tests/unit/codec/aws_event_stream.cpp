// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/codec/json.hpp>

#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// A message with memory of its own.
struct owned_event {
    explicit owned_event(aws_event const& from) : payload(from.payload)
    {
        for (aws_event_header const& header : from.headers)
            headers.push_back(show(header));
    }

    static std::string show(aws_event_header const& header)
    {
        std::string text{header.name};
        text += '=' + std::to_string(header.value.index()) + ':';
        std::visit(
            [&text](auto const& value) {
                using type = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<type, std::string_view>)
                    text += value;
                else if constexpr (std::is_same_v<type, aws_event_bytes>)
                    text += value.data;
                else if constexpr (std::is_same_v<type, sys_milliseconds>)
                    text += std::to_string(value.time_since_epoch().count());
                else if constexpr (std::is_same_v<type, aws_event_uuid>)
                    text.append(value.begin(), value.end());
                else
                    text += std::to_string(value);
            },
            header.value);
        return text;
    }

    std::vector<std::string> headers;
    std::string payload;

    friend bool operator==(owned_event const&, owned_event const&) = default;
};

/// The messages of a stream that is fed in pieces, and how it ended.
struct decoded {
    std::vector<owned_event> events;
    error failed;
};

decoded decode(std::string_view stream, std::size_t piece = static_cast<std::size_t>(-1),
               std::size_t limit = aws_event_decoder::max_payload)
{
    decoded all;
    aws_event_decoder decoder{limit};
    do {
        std::string_view const next = stream.substr(0, piece);
        stream.remove_prefix(next.size());
        if (auto const fed = decoder.feed(next); !fed) {
            all.failed = fed.error();
            return all;
        }
        while (true) {
            auto const event = decoder.next();
            if (!event) {
                all.failed = event.error();
                CHECK(decoder.next().error().code() == event.error().code()); // for ever
                CHECK(decoder.finish().error().code() == event.error().code());
                return all;
            }
            if (*event == nullptr)
                break;
            all.events.emplace_back(**event);
        }
    } while (!stream.empty());
    if (auto const whole = decoder.finish(); !whole)
        all.failed = whole.error();
    return all;
}

std::string encode(std::vector<aws_event_header> const& headers, std::string_view payload)
{
    std::string out;
    REQUIRE(append_aws_event(headers, payload, out));
    return out;
}

std::vector<aws_event_header> all_types()
{
    aws_event_uuid uuid{};
    uuid[15] = 7;
    return {{"t", true},
            {"f", false},
            {"i8", std::int8_t{-49}},
            {"i16", std::int16_t{-300}},
            {"i32", std::int32_t{-70000}},
            {"i64", std::int64_t{-5'000'000'000}},
            {"bytes", aws_event_bytes{"\0\xff"sv}},
            {":event-type", "chunk"sv},
            {"at", sys_milliseconds{std::chrono::milliseconds{8675309}}},
            {"uuid", uuid}};
}

void append_big_endian(std::uint32_t value, std::string& out)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t crc_of(std::string_view data)
{
    crc32 sum;
    sum.add(data);
    return sum.value();
}

/// A message with right checksums around any bytes.
std::string frame(std::string_view headers, std::string_view payload,
                  std::optional<std::uint32_t> total = {}, std::optional<std::uint32_t> length = {})
{
    std::string out;
    append_big_endian(
        total.value_or(static_cast<std::uint32_t>(16 + headers.size() + payload.size())), out);
    append_big_endian(length.value_or(static_cast<std::uint32_t>(headers.size())), out);
    append_big_endian(crc_of(out), out);
    out.append(headers).append(payload);
    append_big_endian(crc_of(out), out);
    return out;
}

} // namespace

TEST_CASE("a message is read as the notes say")
{
    // The message without headers and payload, byte by byte.
    decoded const nothing =
        decode("\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff"sv);
    CHECK(!nothing.failed.code());
    REQUIRE(nothing.events.size() == 1);
    CHECK(nothing.events[0].headers.empty());
    CHECK(nothing.events[0].payload.empty());

    decoded const read = decode(frame("\x0b:event-type\x07\x00\x05"
                                      "chunk\x04"
                                      "flag\x00"s,
                                      R"({"bytes":"e30=","p":"ab"})"));
    CHECK(!read.failed.code());
    REQUIRE(read.events.size() == 1);
    CHECK(read.events[0].headers == std::vector{":event-type=6:chunk"s, "flag=0:1"s});
    CHECK(read.events[0].payload == R"({"bytes":"e30=","p":"ab"})");
}

TEST_CASE("what is written is read again, in pieces of any size")
{
    std::string const stream = encode(all_types(), "payload") + encode({}, "") +
                               encode({{"n", std::int32_t{1}}}, unit::repeat("x", 5000));
    decoded const whole = decode(stream);
    CHECK(!whole.failed.code());
    REQUIRE(whole.events.size() == 3);
    CHECK(whole.events[0].headers[7] == ":event-type=6:chunk");
    CHECK(whole.events[0].payload == "payload");
    CHECK(whole.events[1].headers.empty());
    CHECK(whole.events[1].payload.empty());
    CHECK(whole.events[2].payload.size() == 5000);
    for (std::size_t const piece : {1U, 2U, 7U, 13U, 100U, 4999U}) {
        CAPTURE(piece);
        decoded const pieces = decode(stream, piece);
        CHECK(!pieces.failed.code());
        CHECK(pieces.events == whole.events);
    }
    aws_event_decoder decoder;
    REQUIRE(decoder.feed(stream));
    auto const event = decoder.next();
    REQUIRE(event);
    CHECK((*event)->text(":event-type") == "chunk");
    CHECK((*event)->text("bytes").empty()); // no text
    CHECK((*event)->text("none").empty());
}

TEST_CASE("a stream that is cut off anywhere is truncated, and gives the messages before that")
{
    std::string const one = encode(all_types(), "one");
    std::string const stream = one + encode({}, "two");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        decoded const read = decode(std::string_view{stream}.substr(0, cut), 5);
        bool const between = cut == 0 || cut == one.size() || cut == stream.size();
        CHECK(read.failed.code().value() ==
              (between ? 0 : static_cast<int>(errc::stream_truncated)));
        CHECK(read.events.size() == (cut < one.size() ? 0U : cut < stream.size() ? 1U : 2U));
    }
}

TEST_CASE("no changed byte of a message passes")
{
    std::string const stream = encode(all_types(), "payload");
    for (std::size_t at = 0; at < stream.size(); ++at)
        for (unsigned const change : {1U, 0x80U, 0xffU}) {
            std::string changed = stream;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);
            decoded const read = decode(changed);
            CAPTURE(at);
            CHECK(read.failed == errc::bad_content);
            CHECK(read.events.empty());
        }
}

TEST_CASE("what is wrong inside of right checksums is an error")
{
    struct {
        std::string headers;
        std::string_view why;
    } const cases[] = {
        {"\0"s, "valid name"},                 // an empty name
        {"\x05no"s, "valid name"},             // a name that is cut off
        {"\x02\xc3(\x00"s, "valid name"},      // no UTF-8
        {"\x01n"s, "'n' can't be read"},       // no type
        {"\x01n\x0a"s, "'n' can't be read"},   // an unknown type
        {"\x01n\x60"s, "'n' can't be read"},   // likewise
        {"\x01n\x02"s, "'n' can't be read"},   // no byte
        {"\x01n\x04\0\0\0"s, "can't be read"}, // three bytes of four
        {"\x01n\x05\0\0\0\0"s, "can't be read"},
        {"\x01n\x06\0\x05ok"s, "can't be read"},
        {"\x01n\x07\0"s, "can't be read"},
        {"\x01n\x07\0\x02\xff\xff"s, "can't be read"}, // a text that is no UTF-8
        {"\x01n\x08\0"s, "can't be read"},
        {"\x01n\x09" + std::string(15, 'u'), "can't be read"},
        {"\x01n\x00\x01m\x00\x01n\x01"s, "'n' is there twice"},
    };
    for (auto const& [headers, why] : cases) {
        CAPTURE(std::string{why});
        decoded const read = decode(frame(headers, "payload"));
        CHECK(read.failed == errc::bad_content);
        CHECK(unit::contains(read.failed.what(), why));
    }
    decoded const fine = decode(frame("\x01n\x00"s, "payload"));
    CHECK(!fine.failed.code());
    CHECK(fine.events.size() == 1);
}

TEST_CASE("lengths that contradict each other are found before anything is waited for")
{
    for (auto const& message : {frame("", "", 15), frame("", "", 0), frame("", "", 16, 1),
                                frame("", "", 100, 85), frame("", "", 20, 0xffffffff)})
        CHECK(decode(message.substr(0, 12)).failed == errc::bad_content);
    CHECK(!decode(frame("", "", 16, 0)).failed.code());
    // What is too large, too.
    constexpr auto headers = static_cast<std::uint32_t>(aws_event_decoder::max_headers);
    constexpr auto payload = static_cast<std::uint32_t>(aws_event_decoder::max_payload);
    CHECK(decode(frame("", "", 16 + headers, headers)).failed == errc::stream_truncated);
    CHECK(decode(frame("", "", 17 + headers, headers + 1)).failed == errc::event_too_large);
    CHECK(decode(frame("", "", 16 + payload, 0)).failed == errc::stream_truncated);
    CHECK(decode(frame("", "", 17 + payload, 0)).failed == errc::event_too_large);
    CHECK(decode(frame("", "", 0xffffffff, 0)).failed == errc::event_too_large);
}

TEST_CASE("the limit of a payload is the caller's, and messages before it are given")
{
    std::string const stream = encode({}, "1234") + encode({}, "12345");
    decoded const read = decode(stream, 3, 4);
    CHECK(read.failed == errc::event_too_large);
    CHECK(read.events.size() == 1);
    CHECK(decode(stream, 3, 5).events.size() == 2);
}

TEST_CASE("what does not fit a message is not written")
{
    std::string const long_name(256, 'n');
    std::string const long_text(32768, 't');
    std::string out = "kept";
    auto const refused = [&out](std::vector<aws_event_header> const& headers,
                                std::string_view payload) {
        auto const written = append_aws_event(headers, payload, out);
        return !written && written.error() == errc::invalid_argument && out == "kept";
    };
    CHECK(refused({{"", true}}, ""));
    CHECK(refused({{long_name, true}}, ""));
    CHECK(refused({{"n", std::string_view{long_text}}}, ""));
    CHECK(refused({{"n", aws_event_bytes{long_text}}}, ""));
    std::vector<std::string> names;
    for (int i = 0; i < 5; ++i)
        names.push_back("n" + std::to_string(i));
    std::vector<aws_event_header> many;
    for (std::string const& name : names)
        many.push_back({name, std::string_view{long_text}.substr(1)});
    CHECK(refused(many, ""));
    CHECK(refused({}, std::string(aws_event_decoder::max_payload + 1, 'p')));
    many.pop_back();
    many.pop_back();
    CHECK(decode(encode(many, "p")).events.size() == 1);
}

// --- the public vectors
// ---------------------------------------------------------------------------

TEST_CASE("event streams: the public vectors")
{
    auto const folder = unit::shared_path("vectors/eventstream-vectors");
    if (folder.empty())
        return;
    std::size_t done = 0;
    for (auto const& entry : std::filesystem::directory_iterator{folder / "encoded/positive"}) {
        CAPTURE(entry.path().filename().string());
        std::string const stream = unit::read_file(entry.path());
        auto const expected =
            parse_json(unit::read_file(folder / "decoded/positive" / entry.path().filename()));
        REQUIRE(expected);
        auto const& message = expected->as_object();
        decoded const read = decode(stream, 7);
        CHECK(!read.failed.code());
        REQUIRE(read.events.size() == 1);
        CHECK(stream.size() == message.at("total_length").as_int64());
        auto const text_of = [](boost::json::value const& value) {
            return decode_base64(value.as_string().c_str()).value();
        };
        CHECK(read.events[0].payload == text_of(message.at("payload")));
        auto const& headers = message.at("headers").as_array();
        REQUIRE(read.events[0].headers.size() == headers.size());
        for (std::size_t i = 0; i < headers.size(); ++i) {
            auto const& header = headers[i].as_object();
            auto const type = header.at("type").as_int64();
            std::string wanted = header.at("name").as_string().c_str();
            wanted += '=' + std::to_string(type == 0 ? 0 : type - 1) + ':';
            auto const& value = header.at("value");
            wanted += value.is_string() ? text_of(value)
                      : value.is_bool() ? std::to_string(value.get_bool())
                                        : std::to_string(value.as_int64());
            CHECK(read.events[0].headers[i] == wanted);
        }
        // And written again byte by byte.
        aws_event_decoder decoder;
        REQUIRE(decoder.feed(stream));
        aws_event const again = **decoder.next();
        std::string out;
        REQUIRE(append_aws_event(again.headers, again.payload, out));
        CHECK(out == stream);
        ++done;
    }
    for (auto const& entry : std::filesystem::directory_iterator{folder / "encoded/negative"}) {
        CAPTURE(entry.path().filename().string());
        std::string const why =
            unit::read_file(folder / "decoded/negative" / entry.path().filename());
        decoded const read = decode(unit::read_file(entry.path()));
        CHECK(read.failed == errc::bad_content);
        CHECK(unit::contains(read.failed.what(), unit::contains(why, "Prelude")
                                                     ? "checksum of a message's lengths"
                                                     : "checksum of a message is wrong"));
        ++done;
    }
    for (auto const& entry : std::filesystem::directory_iterator{folder / "extra-smithy-rs"}) {
        std::string const name = entry.path().filename().string();
        CAPTURE(name);
        decoded const read = decode(unit::read_file(entry.path()));
        CHECK((read.failed.code().value() == 0) == name.starts_with("valid"));
        CHECK(read.events.size() == (name.starts_with("valid") ? 1U : 0U));
        if (name == "valid_with_all_headers_and_payload") {
            CHECK(read.events[0].payload == "some payload");
            std::vector<std::string> const wanted{
                "true=0:1",
                "false=0:0",
                "byte=1:50",
                "short=2:20000",
                "int=3:500000",
                "long=4:50000000000",
                "bytes=5:some bytes",
                "str=6:some str",
                "time=7:5000000000",
                "uuid=8:\xb7\x9b\xc9\x14\xde\x21\x4e\x13\xb8\xb2\xbc\x47\xe8\x5b\x7f\x0b"};
            CHECK(read.events[0].headers == wanted);
        }
        ++done;
    }
    std::string const recorded = unit::read_file(folder / "bedrock-chunk-recorded.bin");
    decoded const chunk = decode(recorded, 7);
    REQUIRE(chunk.events.size() == 1);
    CHECK(chunk.events[0].headers == std::vector{":event-type=6:chunk"s,
                                                 ":content-type=6:application/json"s,
                                                 ":message-type=6:event"s});
    CHECK(chunk.events[0].payload.starts_with(R"({"bytes":"eyJpZCI6)"));
    ++done;
    CHECK(done == 21); // none is left out
}
