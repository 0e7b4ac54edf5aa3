// SPDX-License-Identifier: BSL-1.0
//
// What is sent, whatever a program puts into a request; and JSON that does not fit. The cases Q and
// J of tests/faults.md that unit tests leave.

#include <inferpp/codec/json.hpp>

#include "support/modzy_world.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using support::contains;
using support::fake_world;
using support::simulated_world;

namespace {

constexpr std::string_view marker = "hunter2";

/// A client whose transport must not be asked.
error refused(fake_world& world, http::request message)
{
    auto const e = world.error_of(world.client().raw(std::move(message)));
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().sent == sent_state::no);
    CHECK(world.transport->requests().empty());
    CHECK(!contains(e.what(), marker));
    return e;
}

} // namespace

TEST_CASE("Q01: CR, LF, NUL and other controls are refused wherever a program can put them")
{
    for (std::string const& bad : std::vector<std::string>{
             "\r\nX: hunter2", "\nhunter2", "\rhunter2", std::string("\0hunter2", 8), "\x7fhunter2",
             "\x01hunter2"}) {
        fake_world world;
        http::request in_value{"GET", "x"};
        in_value.headers.add("X-Mine", "a" + bad);
        CHECK(contains(refused(world, in_value).what(), "X-Mine"));
        http::request in_name{"GET", "x"};
        in_name.headers.add("X" + bad.substr(0, bad.find("hunter2")), "a");
        refused(world, in_name);
        refused(world, http::request{"GET", "x" + bad});
        refused(world, http::request{"GET", "x?y=" + bad});
        refused(world, http::request{"GET" + bad, "x"});

        world.options.user_agent = "a" + bad;
        CHECK_THROWS_AS(world.client(), failure const&);
        world.options.user_agent.clear();
        world.options.base_url = "https://modzy" + bad + ".test";
        CHECK_THROWS_AS(world.client(), failure const&);
    }
}

TEST_CASE("Q02: an API key with a line end is refused where the client is made, and not shown")
{
    for (std::string const end : {"\n", "\r\n", " ", "\t"}) {
        fake_world world;
        world.options.api_key = secret{"prefix.hunter2" + end};
        try {
            world.client();
            FAIL("no exception");
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            CHECK(!contains(e.what(), marker));
        }
    }
}

TEST_CASE("Q03: an identifier is one segment of the target, whatever it holds")
{
    struct {
        std::string id;
        char const* segment; ///< null: can't be sent
    } const cases[] = {
        {"../../admin", "..%2F..%2Fadmin"}, {"a/b", "a%2Fb"},       {"a%2fb", "a%252fb"},
        {"a?b=c", "a%3Fb%3Dc"},             {"a#b", "a%23b"},       {"a b", "a%20b"},
        {"\xc3\xa9", "%C3%A9"},             {"a\r\nb", "a%0D%0Ab"}, {std::string("a\0b", 3), "a%00b"},
        {"..", nullptr},                    {".", nullptr},         {"", nullptr},
    };
    for (auto const& [id, segment] : cases) {
        CAPTURE(id);
        fake_world world;
        world.transport->reply(200, support::details("SUBMITTED"));
        auto const e = world.error_of(world.client().send(modzy::get_job{id}));
        if (segment == nullptr) {
            CHECK(e == errc::invalid_argument);
            CHECK(world.transport->requests().empty());
            continue;
        }
        CHECK(!e.code());
        REQUIRE(world.transport->requests().size() == 1);
        CHECK(world.transport->requests()[0].target ==
              "/api/jobs/" + std::string{segment});
    }
}

TEST_CASE("Q04: a base URL that can't be right is refused where the client is made")
{
    for (std::string const url :
         {"", "modzy.test", "ftp://modzy.test", "https://", "https://:443", "https://u:hunter2@h",
          "https://h#x", "https://h?x=hunter2", "https://h:0", "https://h:65536", "https://h:99999",
          "https://h:x", "https://127.0.0.1%00.evil.test/", "https://h h", "https://h\r\n",
          "https://\xc3\xa9", "https://127.1", "https://0x7f000001"}) {
        CAPTURE(url);
        fake_world world;
        world.options.base_url = url;
        try {
            world.client();
            FAIL("no exception");
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            CHECK(!contains(e.what(), marker));
        }
    }
}

TEST_CASE("Q05: headers that frame the request are the transport's")
{
    for (std::string const name :
         {"Host", "host", "Content-Length", "CONTENT-LENGTH", "Transfer-Encoding", "Connection"}) {
        fake_world world;
        http::request message{"POST", "x"};
        message.headers.add(name, "hunter2");
        CHECK(contains(refused(world, message).what(), name));
    }
}

TEST_CASE("Q06: bodies around the sizes of buffers and records are sent whole, with their length")
{
    simulated_world world;
    auto const client = world.client();
    std::size_t sent = 0;
    for (std::size_t const size : {0u, 1u, 4095u, 4096u, 4097u, 16383u, 16384u, 16385u, 65535u,
                                   65536u, 65537u, 1'000'000u}) {
        CAPTURE(size);
        http::request message{"POST", "x"};
        message.body.assign(size, 'x');
        for (std::size_t i = 0; i < size; i += 997)
            message.body[i] = static_cast<char>(i);
        world.run(client.raw(message));
        REQUIRE(world.simulator->ledger().size() == ++sent);
        auto const& request = world.simulator->ledger().back().request;
        CHECK((request.body == message.body));
        CHECK(request.headers.find("Content-Length") == std::to_string(size));
    }
    for (std::string const method : {"GET", "DELETE", "HEAD"}) {
        world.run(client.raw(http::request{method, "x"}));
        CHECK(!world.simulator->ledger().back().request.headers.find("Content-Length"));
    }
    CHECK(world.simulator->connections() == 1);
}

TEST_CASE("Q07: text that is no UTF-8 never leaves in a request of JSON")
{
    fake_world world;
    for (std::string const text : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80"}) {
        auto const e = world.error_of(world.client().submit(support::text_job(text)));
        CHECK(e == errc::invalid_argument);
        CHECK(e.info().sent == sent_state::no);
        CHECK(!e.info().json_path.empty());
    }
    CHECK(world.transport->requests().empty());
}

TEST_CASE("J03 J04 J10: an answer that is no JSON is a decode error that keeps it, and is not repeated")
{
    for (std::string const& body : std::vector<std::string>{
             "", " \n", "\xef\xbb\xbf\xef\xbb\xbf{}", "{}{}", "{} x", "{\"jobIdentifier\":", "[1,2",
             "{\"jobIdentifier\":\"\xff\"}", "{\"jobIdentifier\":\"\\ud800\"}", "nul", "<html>"}) {
        CAPTURE(body);
        fake_world world;
        world.transport->reply(200, body);
        auto const e = world.error_of(world.client().send(modzy::get_job{"j1"}));
        CHECK(e == condition::decode);
        CHECK(e == errc::bad_json);
        CHECK(e.info().sent == sent_state::yes);
        CHECK(e.info().http_status == 200);
        CHECK(e.info().attempts <= 1);
        CHECK(e.info().raw_body == body);
        CHECK(world.transport->requests().size() == 1);
    }
}

TEST_CASE("J03: one byte order mark before an answer is skipped")
{
    fake_world world;
    world.transport->reply(200, "\xef\xbb\xbf" + support::details("SUBMITTED"));
    CHECK(world.run(world.client().send(modzy::get_job{"j1"})).job_identifier == "j1");
}

TEST_CASE("J02 J11: an answer that is nested deeply, or is one long value, is bounded")
{
    fake_world world;
    auto const client = world.client();
    for (std::size_t const depth : {65u, 1000u, 1'000'000u}) {
        world.transport->reply(200, std::string(depth, '[') + std::string(depth, ']'));
        auto const e = world.error_of(client.send(modzy::get_job{"j1"}));
        CHECK(e == errc::bad_json);
        CHECK(e.info().raw_body.size() <= 4096);
    }
    std::string const key(1 << 20, 'k');
    world.transport->reply(200, R"({"jobIdentifier":"j1","status":"SUBMITTED",")" + key + "\":1}");
    CHECK(world.run(client.send(modzy::get_job{"j1"})).job_identifier == "j1");
}

TEST_CASE("J05: an answer of another shape names the place, and unknown members do no harm")
{
    struct {
        char const* body;
        char const* path; ///< null: taken
    } const cases[] = {
        {R"({"jobIdentifier":"j1","status":"SUBMITTED","brandNew":{"a":[1]}})", nullptr},
        {R"({"jobIdentifier":"j1","status":"SUBMITTED","total":null})", nullptr},
        {R"({"status":"SUBMITTED"})", "$.jobIdentifier"},
        {R"({"jobIdentifier":7,"status":"SUBMITTED"})", "$.jobIdentifier"},
        {R"({"jobIdentifier":null,"status":"SUBMITTED"})", "$.jobIdentifier"},
        {R"({"jobIdentifier":"j1","status":"SUBMITTED","total":"three"})", "$.total"},
        {R"({"jobIdentifier":"j1","status":"SUBMITTED","total":1.5})", "$.total"},
        {R"({"jobIdentifier":"j1","status":"SUBMITTED","total":1e30})", "$.total"},
        {R"([])", "$"},
        {R"(null)", "$"},
    };
    for (auto const& [body, path] : cases) {
        CAPTURE(body);
        fake_world world;
        world.transport->reply(200, body);
        auto const e = world.error_of(world.client().send(modzy::get_job{"j1"}));
        CHECK(static_cast<bool>(e.code()) == (path != nullptr));
        if (path == nullptr)
            continue;
        CHECK(e == errc::bad_schema);
        CHECK(e == condition::decode);
        CHECK(e.info().json_path == path);
        CHECK(world.transport->requests().size() == 1);
    }
}

TEST_CASE("J07: numbers are read as the double that was written, or one next to it")
{
    std::mt19937_64 random{7};
    std::uniform_real_distribution<double> draw{0.0, 1.0};
    int far_off = 0;
    for (int i = 0; i < 100'000; ++i) {
        double const value = draw(random);
        char text[32];
        auto const end = std::to_chars(text, text + sizeof text, value);
        auto const parsed = parse_json({text, static_cast<std::size_t>(end.ptr - text)});
        REQUIRE(parsed.has_value());
        double const read = parsed->to_number<double>();
        far_off += read < std::nextafter(value, -1.0) || read > std::nextafter(value, 2.0);
    }
    CHECK(far_off == 0);
}

TEST_CASE("J12: an answer of JSON is the same however its bytes arrive")
{
    std::string const whole = R"({"jobIdentifier":"j1","status":"SUBMITTED","total":12})";
    for (std::size_t at = 0; at <= whole.size(); ++at) {
        fake_world world;
        std::vector<std::string> pieces;
        if (at > 0)
            pieces.push_back(whole.substr(0, at));
        if (at < whole.size())
            pieces.push_back(whole.substr(at));
        world.transport->reply_in_pieces(200, pieces);
        auto const answer = world.run(world.client().send(modzy::get_job{"j1"}));
        CHECK(answer.job_identifier == "j1");
        CHECK(answer.total == 12);
    }
}
