// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/sse.hpp>

#include <inferpp/client/operation.hpp>
#include <inferpp/codec/base64.hpp>

#include "unit/support.hpp"

#include <boost/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

constexpr sse_limits roomy{64UL << 20, 64UL << 20};

// What a parser made of a stream, written so that it can be compared and read.
struct outcome {
    std::vector<std::string> events; ///< type|data|id|retry
    std::string last_id;
    std::string retry;
    std::size_t comments = 0;
    bool rest = false;
    bool failed = false;

    friend bool operator==(outcome const&, outcome const&) = default;
};

std::string written(std::optional<std::chrono::milliseconds> retry)
{
    return retry ? std::to_string(retry->count()) : "none";
}

void take_all(sse_parser& parser, outcome& into)
{
    while (true) {
        auto const event = parser.next_view();
        if (!event) {
            CHECK(event.error() == errc::event_too_large);
            into.failed = true;
            return;
        }
        if (!*event)
            return;
        sse_event const own{**event};
        into.events.push_back(own.type + '|' + own.data + '|' + own.id + '|' + written(own.retry));
    }
}

outcome parse_cut_at(std::string_view stream, std::vector<std::size_t> const& cuts,
                     sse_limits limits = roomy)
{
    sse_parser parser{limits};
    outcome got;
    std::size_t at = 0;
    auto const feed = [&](std::size_t to) {
        if (got.failed)
            return;
        // In memory of its own, so that a read beyond it or after it is noticed.
        std::string const piece{stream.substr(at, to - at)};
        CHECK(parser.feed(piece).has_value());
        take_all(parser, got);
        at = to;
    };
    for (std::size_t const cut : cuts)
        feed(cut);
    feed(stream.size());
    got.rest = parser.finish() && !got.failed;
    got.last_id = parser.last_event_id();
    got.retry = written(parser.retry());
    got.comments = parser.comments();
    return got;
}

outcome parse_in_pieces_of(std::string_view stream, std::size_t size, sse_limits limits = roomy)
{
    std::vector<std::size_t> cuts;
    for (std::size_t at = size; at < stream.size(); at += size)
        cuts.push_back(at);
    return parse_cut_at(stream, cuts, limits);
}

void check_all_splits(std::string_view stream, outcome const& expected, sse_limits limits = roomy)
{
    CHECK(parse_cut_at(stream, {}, limits) == expected);
    for (std::size_t const size : {1U, 2U, 3U, 1460U, 16384U})
        if (stream.size() < 200'000 || size > 3)
            CHECK(parse_in_pieces_of(stream, size, limits) == expected);
    if (stream.size() <= 2000)
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            CAPTURE(cut);
            CHECK(parse_cut_at(stream, {cut}, limits) == expected);
        }
    if (stream.size() <= 60)
        for (std::size_t first = 0; first <= stream.size(); ++first)
            for (std::size_t second = first; second <= stream.size(); ++second)
                CHECK(parse_cut_at(stream, {first, second}, limits) == expected);
}

outcome check_all_splits(std::string_view stream, sse_limits limits = roomy)
{
    outcome whole = parse_cut_at(stream, {}, limits);
    check_all_splits(stream, whole, limits);
    return whole;
}

using strings = std::vector<std::string>;

strings events_of(std::string_view stream)
{
    CAPTURE(stream);
    return check_all_splits(stream).events;
}

// --- the shared cases ----------------------------------------------------------------------------

std::string joined(boost::json::value const& parts)
{
    std::string text;
    for (boost::json::value const& part : parts.as_array())
        text += unit::repeat(std::string_view{part.at(0).as_string()},
                             part.at(1).to_number<std::size_t>());
    return text;
}

std::string written_retry(boost::json::value const& from)
{
    if (from.is_null())
        return "none";
    if (from.is_string())
        return std::to_string(sse_parser::max_retry.count());
    return std::to_string(from.to_number<std::int64_t>());
}

void run_case(boost::json::object const& each)
{
    std::string const name{each.at("name").as_string()};
    CAPTURE(name);
    std::string stream;
    if (each.at("encoding") == "parts")
        stream = joined(each.at("input_parts"));
    else
        stream = each.at("input").as_string();
    if (each.at("encoding") == "base64")
        stream = decode_base64(stream).value();
    outcome expected;
    for (boost::json::value const& event : each.at("events").as_array()) {
        boost::json::object const& fields = event.as_object();
        std::string data;
        if (fields.contains("data_parts"))
            data = joined(fields.at("data_parts"));
        else
            data = fields.at("data").as_string();
        expected.events.push_back(std::string{fields.at("event").as_string()} + '|' + data + '|' +
                                  std::string{fields.at("id").as_string()} + '|' +
                                  written_retry(fields.at("retry")));
    }
    if (each.contains("events_repeat")) {
        std::string const event = expected.events.at(0);
        expected.events.assign(each.at("events_repeat").to_number<std::size_t>(), event);
    }
    expected.last_id = each.at("last_event_id").as_string();
    expected.retry = written_retry(each.at("final_retry"));
    outcome const whole = parse_cut_at(stream, {});
    expected.rest = whole.rest; // not in the cases
    expected.comments = whole.comments;
    if (each.contains("comments"))
        CHECK(whole.comments == each.at("comments").as_array().size());
    check_all_splits(stream, expected);
    if (each.contains("chunks")) {
        std::vector<std::size_t> cuts;
        for (boost::json::value const& cut : each.at("chunks").as_array())
            cuts.push_back(cut.to_number<std::size_t>());
        CHECK(parse_cut_at(stream, cuts) == expected);
    }
}

} // namespace

TEST_CASE("the shared cases of server-sent events hold however the stream is split")
{
    auto const path = unit::shared_path("vectors/http/sse-cases.json");
    if (path.empty())
        return;
    auto const cases = boost::json::parse(unit::read_file(path));
    CHECK(cases.as_array().size() >= 166);
    for (boost::json::value const& each : cases.as_array())
        run_case(each.as_object());
}

TEST_CASE("an event has a type, data, an id and a retry time, each where it was sent")
{
    outcome const got = check_all_splits("event: add\ndata: 1\nid: a7\nretry: 250\n\ndata:2\n\n");
    CHECK(got.events == strings{"add|1|a7|250", "message|2|a7|250"});
    CHECK(got.last_id == "a7");
    CHECK(got.retry == "250");
    CHECK_FALSE(got.rest);
}

TEST_CASE("LF, CR and CRLF end a line, and nothing else does")
{
    strings const expected{"message|a\nb|none|none"};
    for (std::string_view const end : {"\n", "\r", "\r\n"}) {
        std::string stream{"data: a$data: b$$data: c$$"};
        for (std::size_t at = 0; (at = stream.find('$', at)) != stream.npos; at += end.size())
            stream.replace(at, 1, end);
        CHECK(events_of(stream) == strings{"message|a\nb||none", "message|c||none"});
    }
    CHECK(events_of("data: a\r\ndata: b\rdata: c\n\r\n") == strings{"message|a\nb\nc||none"});
    CHECK(events_of("data: a\n\rdata: b\r\n\n") == strings{"message|a||none", "message|b||none"});
    CHECK(events_of("data: a\xe2\x80\xa8\v\f\xc2\x85z\n\n") ==
          strings{"message|a\xe2\x80\xa8\v\f\xc2\x85z||none"});
}

TEST_CASE("an event comes as soon as its empty line does, without waiting for the LF behind a CR")
{
    sse_parser parser;
    REQUIRE(parser.feed("data: a\r\r").has_value());
    CHECK(parser.next().value()->data == "a");
    REQUIRE(parser.feed("\ndata: b\r\n\r").has_value());
    CHECK(parser.next().value()->data == "b");
    CHECK_FALSE(parser.next().value().has_value());
    REQUIRE(parser.feed("\n").has_value());
    CHECK_FALSE(parser.next().value().has_value());
    CHECK_FALSE(parser.finish());
}

TEST_CASE("one byte order mark is skipped, at the start of the stream only")
{
    CHECK(events_of("\xef\xbb\xbf" "data: a\n\ndata: \xef\xbb\xbf\n\n") ==
          strings{"message|a||none", "message|\xef\xbb\xbf||none"});
    CHECK(events_of("\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\ndata: b\n\n") ==
          strings{"message|b||none"});
    CHECK(events_of("\xef\xbb" "data: a\n\ndata: b\n\n") == strings{"message|b||none"});
    CHECK(events_of("\n\xef\xbb\xbf" "data: a\n\n").empty());
    CHECK(events_of("\xef\xbb\xbf").empty());
}

TEST_CASE("data lines are joined by LF, and an event without any is none")
{
    CHECK(events_of("data: a\ndata\ndata:\ndata:  b \n\n") == strings{"message|a\n\n\n b ||none"});
    CHECK(events_of("data\n\n") == strings{"message|||none"});
    CHECK(events_of("event: x\n\ndata: a\n\n") == strings{"message|a||none"});
    CHECK(events_of("event: x\nevent\ndata: a\n\n") == strings{"message|a||none"});
    CHECK(events_of("Data: a\n data: b\ndata : c\ndatas: d\ndat: e\n{\"data\": 1}\n\n").empty());
}

TEST_CASE("an id counts from the end of its event on, and not at all with a NUL")
{
    outcome got = check_all_splits("id: 1\n\ndata: a\n\nid: 2\ndata: b");
    CHECK(got.events == strings{"message|a|1|none"});
    CHECK(got.last_id == "1");
    CHECK(got.rest);
    std::string_view const with_nul{"id: 1\nid: 2\0\ndata: a\n\nid\ndata: b\n\n", 34};
    got = check_all_splits(with_nul);
    CHECK(got.events == strings{"message|a|1|none", "message|b||none"});

    sse_parser resumed{roomy, "old"};
    REQUIRE(resumed.feed("data: a\n\nid: new\ndata: b").has_value());
    CHECK(resumed.next().value()->id == "old");
    CHECK_FALSE(resumed.next().value().has_value());
    CHECK(resumed.finish());
    CHECK(resumed.last_event_id() == "old");
    // The next connection's body, with a byte order mark of its own.
    REQUIRE(resumed.feed("\xef\xbb\xbf" "data: c\n\n").has_value());
    auto const event = resumed.next().value();
    CHECK(event->data == "c");
    CHECK(event->id == "old");
}

TEST_CASE("a retry time has digits only, counts at once and is cut to its maximum")
{
    CHECK(check_all_splits("retry: 20\nretry: 3s\nretry: -1\nretry:\nretry:  4\n").retry == "20");
    CHECK(check_all_splits("retry: 0\ndata: x").retry == "0");
    CHECK(check_all_splits("retry: " + std::string(300, '9') + "\n").retry ==
          std::to_string(1LL << 53));
}

TEST_CASE("invalid UTF-8 is replaced, and never swallows the end of a line")
{
    std::string const bad = "\xef\xbf\xbd";
    CHECK(events_of("data: a\xff\xe2\x82\ndata: b\n\n") ==
          strings{"message|a" + bad + bad + "\nb||none"});
    CHECK(events_of("event: \xc3\nid: \x80\ndata: \xf0\x9f\x98\n\n") ==
          strings{bad + '|' + bad + '|' + bad + "|none"});
    CHECK(events_of("data: caf\xc3\xa9 \xf0\x9f\x98\x80\n\n") ==
          strings{"message|caf\xc3\xa9 \xf0\x9f\x98\x80||none"});
}

TEST_CASE("what is left at the end is dropped and reported, comments apart")
{
    for (std::string_view const rest : {"data: b", "data: b\n", "data: b\r", "dat", "id: 1\n",
                                        "event: x\n", "\xef\xbb"}) {
        CAPTURE(rest);
        outcome const got = check_all_splits("data: a\n\n" + std::string{rest});
        CHECK(got.events == strings{"message|a||none"});
        CHECK(got.rest);
    }
    for (std::string_view const end : {"", "\n", ": ping", ": ping\n", "retry: 1\n", "unknown: x"})
        CHECK_FALSE(check_all_splits("data: a\r\n\r\n" + std::string{end}).rest);
}

TEST_CASE("a line or an event over its limit is an error behind the events before it, for ever")
{
    sse_limits const tight{8, 12};
    std::string const before = "data: 1\n\nevent: 12345678\ndata: 12345678\ndata: 123\n\n";
    outcome const fits = check_all_splits(before, tight);
    CHECK_FALSE(fits.failed);
    CHECK(fits.events.size() == 2);
    for (std::string const text :
         {"data: 123456789\n\n", "data:123456789", "event: 123456789\n", "id: 123456789",
          "retry: 123456789", "data: 12345678\ndata: 1234\n\n",
          "data\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\n"}) {
        CAPTURE(text);
        outcome const got = check_all_splits(before + text, tight);
        CHECK(got.failed);
        CHECK(got.events == fits.events);
    }

    sse_parser parser{tight};
    REQUIRE(parser.feed("data: 123456789").has_value());
    auto const e = parser.next().error();
    CHECK(e == errc::event_too_large);
    CHECK(e == condition::protocol);
    CHECK(unit::contains(e.what(), "8 bytes"));
    CHECK(parser.feed("\n\ndata: 1\n\n").error() == errc::event_too_large);
    CHECK(parser.next_view().error() == errc::event_too_large);
}

TEST_CASE("comments and unknown fields of any length are passed over")
{
    sse_limits const tight{8, 8};
    std::string const stream = ":" + std::string(1000, 'c') + "\nunknown: " +
                               std::string(1000, 'u') + "\r\n" + std::string(1000, 'n') +
                               "\ndata: ok\n:\n\n";
    outcome const got = check_all_splits(stream, tight);
    CHECK(got.events == strings{"message|ok||none"});
    CHECK(got.comments == 2);
    CHECK_FALSE(got.failed);
}

TEST_CASE("a view holds until the next call, also when its event came in pieces")
{
    sse_parser parser;
    REQUIRE(parser.feed("data: one ").has_value());
    CHECK(parser.next_view().value() == nullptr);
    REQUIRE(parser.feed("line\ndata: and another\nid: 1\n\ndata: tail").has_value());
    auto const& event = *parser.next_view().value();
    CHECK(event.data == "one line\nand another");
    CHECK(event.id == "1");
    CHECK(event.type == "message");
    CHECK_FALSE(event.retry.has_value());
}

TEST_CASE("events that are taken one for each feed don't pile up behind others")
{
    sse_parser parser;
    REQUIRE(parser.feed("data: 0\n\n").has_value());
    for (int i = 1; i < 1000; ++i) {
        REQUIRE(parser.feed("data: " + std::to_string(i) + "\n\n").has_value());
        CHECK(parser.next().value()->data == std::to_string(i - 1));
    }
}

// --- the decoder ---------------------------------------------------------------------------------

namespace unit_sse {

using numbers = std::map<std::string, int>;

// Of a protocol with events of several kinds.
struct message {
    message() = default;
    std::string text;

    static result<std::optional<message>> from_sse(sse_event_view const& event)
    {
        if (event.type == "ping")
            return std::optional<message>{};
        if (event.type == "error")
            return error{errc::job_failed, std::string{event.data}};
        message made;
        made.text = std::string{event.type} + ':' + std::string{event.data};
        return std::optional<message>{std::move(made)};
    }
};

struct subscribe {
    using provider = int;
    using response = std::string;
    using event = numbers;
    using decoder = sse_events<event>;
    static constexpr operation_info info{.name = "listen"};
    subscribe() = default;
    static std::string target() { return "listen"; }
};
static_assert(stream_operation<subscribe>);

// The values of "a", and how the stream ended.
template <class Decoder>
std::string decoded(std::string_view stream, std::size_t piece)
{
    Decoder decoder{1000};
    std::string all;
    auto const take = [&] {
        while (true) {
            auto event = decoder.next();
            REQUIRE(event.has_value());
            if (!*event)
                return;
            all += std::to_string((*event)->at("a")) + ' ';
        }
    };
    for (; !stream.empty(); stream.remove_prefix((std::min)(piece, stream.size()))) {
        REQUIRE(decoder.feed(stream.substr(0, piece)).has_value());
        take();
    }
    bool const was_done = decoder.done();
    auto const end = decoder.finish();
    take();
    if (!end)
        return all + (end.error() == errc::stream_truncated ? "truncated" : "?");
    CHECK(decoder.done() >= was_done);
    return all + (was_done ? "done" : "end");
}

} // namespace unit_sse

TEST_CASE("events of JSON end with the body, or with the marker where the protocol has one")
{
    using by_body = sse_events<unit_sse::numbers>;
    using by_marker = sse_events<unit_sse::numbers, sse_end::done_marker>;
    std::string const two = ": hi\n\ndata: {\"a\":1}\n\ndata:\n\ndata: {\"a\":\ndata: 2}\n\n";
    for (std::size_t const piece : {1U, 2U, 5U, 1000U}) {
        CAPTURE(piece);
        CHECK(unit_sse::decoded<by_body>(two, piece) == "1 2 end");
        CHECK(unit_sse::decoded<by_marker>(two, piece) == "1 2 truncated");
        for (std::string const marker : {"data: [DONE]\n\n", "data:[DONE]\r\n\r\n"}) {
            CHECK(unit_sse::decoded<by_body>(two + marker, piece) == "1 2 done");
            CHECK(unit_sse::decoded<by_marker>(two + marker, piece) == "1 2 done");
            CHECK(unit_sse::decoded<by_marker>(two + marker + two, piece) == "1 2 done");
        }
        // The marker is whole without its empty line; half of it isn't.
        CHECK(unit_sse::decoded<by_marker>(two + "data: [DONE]", piece) == "1 2 end");
        CHECK(unit_sse::decoded<by_marker>(two + "data: [DONE]\r", piece) == "1 2 end");
        CHECK(unit_sse::decoded<by_marker>(two + "data: [DONE", piece) == "1 2 truncated");
        CHECK(unit_sse::decoded<by_marker>(two + "data: {\"a\":3}\n", piece) == "1 2 truncated");
        // Half an event is a stream cut off, whatever HTTP says.
        CHECK(unit_sse::decoded<by_body>(two + "data: {\"a\":3}\n", piece) == "1 2 truncated");
        CHECK(unit_sse::decoded<by_body>(two + ": bye", piece) == "1 2 end");
        CHECK(unit_sse::decoded<by_body>("", piece) == "end");
        CHECK(unit_sse::decoded<by_marker>("", piece) == "truncated");
    }
}

TEST_CASE("an event of bad JSON, the wrong shape or too many bytes is an error")
{
    sse_events<unit_sse::numbers> events{20};
    REQUIRE(events.feed("data: {\"a\":1}\n\ndata: {\"a\":\"x\"}\n\ndata: [DON\n\n").has_value());
    CHECK(events.next().value()->at("a") == 1);
    auto const shape = events.next().error();
    CHECK(shape == errc::bad_schema);
    CHECK(shape.info().json_path == "$.a");
    CHECK(events.next().error() == errc::bad_json);
    REQUIRE(events.feed("data: " + std::string(21, ' ')).has_value());
    CHECK(events.next().error() == errc::event_too_large);
}

TEST_CASE("events can be read by the event's own type, or taken as they are")
{
    sse_events<unit_sse::message> events{100};
    REQUIRE(events
                .feed("event: delta\ndata: a\n\nevent: ping\ndata: {}\n\ndata: b\n\n"
                      "event: error\ndata: overloaded\n\n")
                .has_value());
    CHECK(events.next().value()->text == "delta:a");
    CHECK(events.next().value()->text == "message:b");
    CHECK(events.next().error() == errc::job_failed);

    sse_events<sse_event> raw{100};
    REQUIRE(raw.feed("id: 7\nevent: x\ndata: not JSON\n\n").has_value());
    auto const event = raw.next().value();
    CHECK(event->type == "x");
    CHECK(event->data == "not JSON");
    CHECK(event->id == "7");
}
