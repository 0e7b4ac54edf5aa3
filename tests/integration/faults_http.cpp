// SPDX-License-Identifier: BSL-1.0
//
// Answers that break the rules of HTTP/1.1, or bend them. The ids are those of tests/faults.md.

#include "support/fault_world.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using support::raw_fault_world;
using support::raw_script;

namespace {

std::string with_length(std::string const& body, std::string const& more = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
           "\r\n" + body;
}

std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The error of a GET that is answered with these bytes; then the next request must work.
error refused(std::string bytes, std::size_t piece = 0)
{
    raw_script first{{std::move(bytes)}};
    first.piece = piece;
    raw_script const second{{with_length("fine")}, raw_script::end::hang};
    raw_fault_world world{std::vector<raw_script>{first, second}};
    auto const client = world.client();
    auto const got = world.ask(client);
    auto const next = world.ask(client);
    CHECK(next.has_value());
    if (next)
        CHECK(next->body == "fine");
    CHECK(world.server.connections() == 2);
    return got ? error{} : got.error();
}

/// What a GET gets and how many connections two GETs need.
struct exchange {
    std::string body;
    int status = 0;
    http::headers headers;
    std::size_t connections = 0;
};

exchange accepted(std::string bytes, std::string_view method = "GET")
{
    raw_script const first{{std::move(bytes), with_length("second")}, raw_script::end::hang};
    raw_script const second{{with_length("second")}, raw_script::end::hang};
    raw_fault_world world{std::vector<raw_script>{first, second}};
    auto const client = world.client();
    auto const got = world.ask(client, method);
    exchange out;
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().what()));
    out.body = got->body;
    out.status = got->status;
    out.headers = got->headers;
    auto const next = world.ask(client);
    REQUIRE_MESSAGE(next.has_value(), (next ? "" : next.error().what()));
    CHECK(next->body == "second");
    out.connections = world.server.connections();
    return out;
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (char const c : text.substr(0, 80))
        out += c >= 32 && c < 127 ? c : '.';
    return out;
}

} // namespace

TEST_CASE("H01 H14: an answer shorter than its framing says is truncated")
{
    CHECK(refused("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123456789") == errc::truncated);
    CHECK(refused(chunked + "3\r\nabc\r\n") == errc::truncated);
    CHECK(refused(chunked + "3\r\nabc\r\n0\r\n") == errc::truncated);
    CHECK(refused(chunked + "3\r\nabc\r\n0\r\n\r") == errc::truncated);
    CHECK(refused("HTTP/1.1 200 OK\r\nContent-Le") == errc::truncated);
}

TEST_CASE("H02: what follows an answer is not taken for the next one")
{
    auto const got = accepted(with_length("first") + with_length("smuggled"));
    CHECK(got.body == "first");
    CHECK(got.connections == 2);
    auto const in_chunks = accepted(chunked + "5\r\nfirst\r\n0\r\n\r\n" + with_length("smuggled"));
    CHECK(in_chunks.body == "first");
    CHECK(in_chunks.connections == 2);
}

TEST_CASE("H04 H05 H06 H10: lengths that are no lengths, or are two, are refused")
{
    std::vector<std::string> answers;
    for (char const* const length : {"-1", "+2", "0x2", "2a", "", "18446744073709551616", "2,3", "2 2"})
        answers.push_back("HTTP/1.1 200 OK\r\nContent-Length: " + std::string{length} +
                          "\r\n\r\nab");
    answers.push_back("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc");
    answers.push_back("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "0\r\n\r\n");
    answers.push_back("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
                      "0\r\n\r\n");
    for (char const* const size : {"0x2", "-2", "", "1ffffffffffffffff", " 2", "g"})
        answers.push_back(chunked + size + "\r\nab\r\n0\r\n\r\n");
    answers.push_back(chunked + "2\r\nabc\r\n0\r\n\r\n"); // a chunk longer than it says
    answers.push_back(chunked + "2\nab\n0\n\n\r\n");
    for (auto const& answer : answers) {
        CAPTURE(escaped(answer.substr(17)));
        CHECK(refused(answer) == errc::bad_http);
    }
}

TEST_CASE("H07 H08 H09: transfer codings other than chunked are refused")
{
    for (char const* const head :
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding:",
          "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked"}) {
        CAPTURE(head);
        CHECK(refused(std::string{head} + "\r\n\r\n1\r\nx\r\n0\r\n\r\n") == errc::bad_http);
    }
    CHECK(accepted("HTTP/1.1 200 OK\r\ntransfer-encoding: ChunkED \r\n\r\n1\r\nx\r\n0\r\n\r\n").body == "x");
}

TEST_CASE("H11: extensions of chunks are skipped, and a flood of them is refused")
{
    auto const few = accepted(chunked + "3;a=b;c=\"d\"\r\nabc\r\n0;last\r\n\r\n");
    CHECK(few.body == "abc");
    CHECK(few.connections == 1);

    auto e = refused(chunked + "1;a=" + std::string(1UL << 20, 'x') + "\r\ny\r\n0\r\n\r\n");
    CHECK((e == errc::bad_http || e == errc::header_too_large));
    std::string each = chunked;
    for (int i = 0; i < 3000; ++i)
        each += "1;a=" + std::string(100, 'x') + "\r\ny\r\n";
    e = refused(each + "0\r\n\r\n");
    CHECK(e == errc::bad_http);
}

TEST_CASE("H12 H13: trailers change nothing, and a flood of them is refused")
{
    for (char const* const trailer : {"X-Sum: 1", "Connection: keep-alive", "Connection: close"}) {
        CAPTURE(trailer);
        auto const got =
            accepted(chunked + "3\r\nabc\r\n0\r\n" + std::string{trailer} + "\r\n\r\n");
        CHECK(got.body == "abc");
        CHECK(got.connections == 2); // it may say anything of the framing
        CHECK(got.headers.size() == 1);
    }
    for (char const* const trailer : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
        CAPTURE(trailer);
        CHECK(refused(chunked + "3\r\nabc\r\n0\r\n" + std::string{trailer} + "\r\n\r\n") ==
              errc::bad_http);
    }
    std::string flood = chunked + "3\r\nabc\r\n0\r\n";
    for (int i = 0; i < 4000; ++i)
        flood += "X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n";
    auto e = refused(flood + "\r\n");
    CHECK((e == errc::bad_http || e == errc::header_too_large));
    e = refused(chunked + "0\r\nX: " + std::string(1UL << 20, 'x') + "\r\n\r\n");
    CHECK((e == errc::bad_http || e == errc::header_too_large));
}

TEST_CASE("H15: a header may have 64 KiB and not more")
{
    std::string const large(60'000, 'x');
    CHECK(accepted(with_length("ok", "X: " + large + "\r\n")).body == "ok");
    CHECK(refused(with_length("ok", "X: " + large + "\r\nY: " + large + "\r\n")) ==
          errc::header_too_large);
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "X-Number: " + std::to_string(i) + "\r\n";
    CHECK(accepted(with_length("ok", many)).headers.size() == 1001);
    CHECK(refused("HTTP/1.1 200 " + std::string(70'000, 'r') + "\r\n\r\n") ==
          errc::header_too_large);
    CHECK(refused("HTTP/1.1 200 OK\r\n" + std::string(70'000, 'n')) == errc::header_too_large);
}

TEST_CASE("H16 H17: a body over the limit is refused, and a promise of 8 GB allocates nothing")
{
    for (bool const known : {true, false}) {
        std::string answer = known ? with_length(std::string(100'000, 'x')) : chunked;
        for (int i = 0; !known && i < 100; ++i)
            answer += "400\r\n" + std::string(1024, 'x') + "\r\n";
        raw_fault_world world{answer};
        world.options.limits.body_bytes = 50'000;
        auto const got = world.ask();
        REQUIRE(!got);
        CHECK(got.error() == errc::body_too_large);
    }
    raw_fault_world world{std::string{"HTTP/1.1 200 OK\r\nContent-Length: 8000000000\r\n\r\nabc"}};
    world.options.limits.body_bytes = 1UL << 40;
    auto const got = world.ask();
    REQUIRE(!got);
    CHECK(got.error() == errc::truncated);
}

TEST_CASE("H18 H19: header lines that are none are refused")
{
    for (std::string const& line :
         {std::string{"A b: c"}, std::string{"A : c"}, std::string{"no colon"}, std::string{": c"},
          std::string{"A: b\rc"}, std::string{"A: b\0c", 6}, std::string{"A: b\x7f"},
          std::string{"A\0: b", 5}, std::string{"A: b\nB: c"}}) {
        CAPTURE(escaped(line));
        CHECK(refused("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + line + "\r\n\r\n") ==
              errc::bad_http);
    }
    CHECK(refused("HTTP/1.1 200 OK\nContent-Length: 0\n\n") == errc::bad_http);
    CHECK(refused("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == errc::bad_http);
    auto const folded = accepted(with_length("ok", "A: one\r\n two\r\n"));
    CHECK(folded.body == "ok");
    CHECK(folded.headers.find("A") == "one two");
}

TEST_CASE("H20: a status is three digits")
{
    for (char const* const line : {"HTTP/1.1 000 x", "HTTP/1.1 20 x", "HTTP/1.1 2000 x",
                                   "HTTP/1.1 2x0 x", "HTTP/1.1 -20 x", "HTTP/1.1  200 OK",
                                   "HTTP/1.1 ", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "HTTP/1.1 200",
                                   "HTTP/11 200 OK", "http/1.1 200 OK"}) {
        CAPTURE(line);
        CHECK(refused(std::string{line} + "\r\nContent-Length: 0\r\n\r\n") == errc::bad_http);
    }
    CHECK(accepted("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").status == 200);
    CHECK(accepted("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n").status == 999);
    raw_fault_world world{std::string{"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"}};
    auto const e = support::error_of(world.context, world.client().submit(support::text_job()));
    CHECK(e.info().http_status == 999);
    CHECK(e.info().attempts == 1);
}

TEST_CASE("H21: other protocols are refused, and the error shows how they begin")
{
    std::string const preface{"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80", 15}; // HTTP/2 SETTINGS
    std::string const alert{"\x15\x03\x03\0\x02\x02\x28", 7};
    struct protocol {
        std::string bytes;
        std::string shown;
    };
    for (protocol const& other :
         {protocol{"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0"}, protocol{preface, "x12"},
          protocol{alert, "x15"}, protocol{"220 mail.test ESMTP\r\n", "220 mail.test"},
          protocol{"<html>hello</html>\n", "<html>hello"}, protocol{"+OK redis\r\n", "+OK redis"},
          protocol{"ICY 200 OK\r\n\r\n", "ICY 200"},
          protocol{std::string(5000, 'A') + "\r\n\r\n", std::string(64, 'A')}}) {
        CAPTURE(other.shown);
        auto const e = refused(other.bytes);
        CHECK(e == errc::bad_http);
        CHECK(support::contains(e.what(), other.shown));
        CHECK(e.what().size() < 500);
        for (char const c : e.what())
            CHECK((c >= 32 && c < 127));
    }
}

TEST_CASE("H22 H23 H24: informational answers are skipped, but neither many nor large ones")
{
    std::string few;
    for (int i = 0; i < 5; ++i)
        few += "HTTP/1.1 103 Early Hints\r\nLink: </" + std::to_string(i) + ">\r\n\r\n";
    auto const got = accepted(few + with_length("ok"));
    CHECK(got.body == "ok");
    CHECK(got.headers.size() == 1);
    CHECK(got.connections == 1);
    CHECK(refused(few + few + with_length("ok")) == errc::bad_http);
    CHECK(refused("HTTP/1.1 102 Processing\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n" +
                  with_length("ok")) == errc::header_too_large);
    CHECK(refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n") == errc::bad_http);

    // Not one limit of time for each of them.
    raw_script slow{{few + few + few}};
    slow.piece = 1;
    slow.pause = 1ms;
    raw_fault_world world{slow};
    world.options.limits.first_byte = 30ms;
    auto const late = world.ask();
    REQUIRE(!late);
    CHECK(late.error() == errc::first_byte_timeout);
}

TEST_CASE("H25: an answer without a body has none, and bytes behind it close the connection")
{
    for (char const* const line : {"204 No Content", "304 Not Modified"}) {
        std::string const head = "HTTP/1.1 " + std::string{line} + "\r\n";
        auto plain = accepted(head + "\r\n");
        CHECK(plain.body.empty());
        CHECK(plain.connections == 1);
        for (std::string const& body :
             {std::string{"Content-Length: 5\r\n\r\nstray"},
              std::string{"Transfer-Encoding: chunked\r\n\r\n5\r\nstray\r\n0\r\n\r\n"}}) {
            CAPTURE(escaped(head + body));
            auto const stray = accepted(head + body);
            CHECK(stray.body.empty());
            CHECK(stray.connections == 2);
        }
    }
    auto const head = accepted("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD");
    CHECK(head.body.empty());
    CHECK(head.connections == 1);
    auto const stray = accepted("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray", "HEAD");
    CHECK(stray.body.empty());
    CHECK(stray.connections == 2);
    auto const coded = accepted(chunked + "5\r\nstray\r\n0\r\n\r\n", "HEAD");
    CHECK(coded.body.empty());
    CHECK(coded.connections == 2);
}

TEST_CASE("H26: an answer that comes before the request was read is told, however it is closed")
{
    for (char const* const line : {"413 Too Large", "401 Unauthorized"}) {
        CAPTURE(line);
        raw_script early{{"HTTP/1.1 " + std::string{line} +
                          "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}};
        early.read_requests = false;
        raw_fault_world world{early};
        http::request message{"POST", "x"};
        message.body.assign(16UL << 20, 'x');
        auto const got = world.run(as_result(world.client().raw(message, {.max_attempts = 1})));
        REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().what()));
        CHECK(got->status == std::stoi(line));
        CHECK(world.server.connections() == 1);
    }
}

TEST_CASE("H28: a content coding that nobody asked for is handed on as it is")
{
    std::string const packed{"\x1f\x8b\x08\0\0\0\0\0", 8};
    auto const got = accepted(with_length(packed, "Content-Encoding: gzip\r\n"));
    CHECK(got.body == packed);
    CHECK(got.headers.find("Content-Encoding") == "gzip");
    raw_fault_world world{with_length(packed, "Content-Encoding: gzip\r\n")};
    auto const e = support::error_of(world.context, world.client().submit(support::text_job()));
    CHECK(e == condition::decode);
}

TEST_CASE("H31: a captive portal's page is no answer, and the error keeps its beginning")
{
    raw_fault_world world{with_length("<html>Please pay for the network</html>",
                                      "Content-Type: text/html\r\n")};
    modzy::get_job const ask{"j1"};
    auto const e = support::error_of(world.context, world.client().send(ask));
    CHECK(e == condition::decode);
    CHECK(support::contains(e.info().raw_body, "Please pay"));
}

TEST_CASE("H32 H33: a connection is closed where the answer says so, or ends with it")
{
    raw_fault_world until_close{std::vector<raw_script>{
        raw_script{{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nuntil the end"}},
        raw_script{{with_length("second")}, raw_script::end::hang}}};
    auto const client = until_close.client();
    auto const got = until_close.ask(client);
    REQUIRE(got.has_value());
    CHECK(got->body == "until the end");
    CHECK(until_close.ask(client).has_value());
    CHECK(until_close.server.connections() == 2);

    CHECK(accepted(with_length("x", "Connection: close\r\n")).connections == 2);
    CHECK(accepted(with_length("x", "Connection: keep-alive, close\r\n")).connections == 2);
    CHECK(accepted(with_length("x", "Connection: keep-alive\r\nConnection: close\r\n")).connections == 2);
    CHECK(accepted("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx").connections == 2);
    CHECK(accepted(with_length("x", "Connection: keep-alive\r\n")).connections == 1);
}
