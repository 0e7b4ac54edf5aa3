// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/http.hpp>

#include "unit/support.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;
using namespace std::string_view_literals;

TEST_CASE("header fields keep their order and are found without regard to case")
{
    http::headers headers;
    headers.add("Link", "first");
    headers.add("X-Other", "");
    headers.add("link", "second");
    CHECK(headers.size() == 3);
    CHECK(headers.find("LINK") == "first");
    CHECK(headers.find("x-other") == "");
    CHECK_FALSE(headers.find("Lin").has_value());
    CHECK_FALSE(headers.find("").has_value());
    std::vector<std::string> values;
    for (auto const& field : headers)
        values.push_back(field.value);
    CHECK(values == std::vector<std::string>{"first", "", "second"});
}

TEST_CASE("setting a header replaces all fields of its name")
{
    http::headers headers;
    headers.add("Link", "first");
    headers.add("Accept", "a");
    headers.add("LINK", "second");
    headers.set("link", "third");
    CHECK(headers.size() == 2);
    CHECK(headers.find("Link") == "third");
    headers.set("Link", *headers.find("Link")); // from itself
    CHECK(headers.find("Link") == "third");
    headers.set("New", "n");
    CHECK(headers.size() == 3);
}

TEST_CASE("a request that can be sent is valid")
{
    http::request message{"POST", "/api/jobs?a=b%20c&d=~"};
    message.headers.set("Authorization", "ApiKey abc.def");
    message.headers.set("Accept", "application/json, text/plain; q=0.5");
    message.headers.set("X-Empty", "");
    message.headers.set("X-Tab", "a\tb");
    message.headers.set("X-Latin", "\xe9");
    message.headers.set("!#$%&'*+-.^_`|~09azAZ", "any token is a name");
    message.body = std::string(3, '\0');
    CHECK(http::validate(message).has_value());
    CHECK(http::validate(http::request{}).has_value());
}

TEST_CASE("a method that is no token is refused")
{
    for (auto const method : {""sv, "GE T"sv, "GET\r\nX: y"sv, "GET "sv, "G(T"sv, "\xc3\xa9"sv}) {
        auto const valid = http::validate(http::request{method, "/"});
        REQUIRE(valid.has_error());
        CHECK(valid.error() == errc::invalid_argument);
        CHECK(unit::contains(valid.error().what(), "method"));
    }
}

TEST_CASE("a target that would break the request line is refused and not shown")
{
    for (auto const target :
         {""sv, "jobs"sv, "?a"sv, "http://other/hunter2"sv, "/hunter2 b"sv,
          "/hunter2\r\nHost: evil"sv, "/hunter2\n"sv, "/hunter2\0"sv, "/\thunter2"sv,
          "/\x7fhunter2"sv, "/hunter2\xc3\xa9"sv, "/hunter2\x80"sv}) {
        CAPTURE(std::string{target});
        auto const valid = http::validate(http::request{"GET", std::string{target}});
        REQUIRE(valid.has_error());
        CHECK(valid.error() == errc::invalid_argument);
        CHECK(unit::contains(valid.error().what(), "target"));
        CHECK_FALSE(unit::contains(valid.error().what(), "hunter2"));
    }
}

TEST_CASE("a header that would break the request is refused by name, and its value not shown")
{
    struct {
        std::string_view name;
        std::string_view value;
        std::string_view shown;
    } const cases[] = {
        {"Authorization", "hunter2\n", "Authorization"}, // a key from a file with a line end
        {"Authorization", "hunter2\r\nX-Evil: 1", "Authorization"},
        {"Authorization", "hunter2\r", "Authorization"},
        {"Authorization", "hunter2\0"sv, "Authorization"},
        {"Authorization", "hun\x7fter hunter2", "Authorization"},
        {"Authorization", "\x1b[31mhunter2", "Authorization"},
        {"Authorization", " hunter2", "Authorization"},
        {"Authorization", "hunter2\t", "Authorization"},
        {"", "hunter2", "''"},
        {"X Y", "hunter2", "'X Y'"},
        {"X:", "hunter2", "'X:'"},
        {"X\r\nEvil", "hunter2", "'X\\x0d\\x0aEvil'"},
        {"X\0"sv, "hunter2", "'X\\x00'"},
        {"X\xc3\xa9", "hunter2", "'X\\xc3\\xa9'"},
    };
    for (auto const& [name, value, shown] : cases) {
        http::request message;
        message.headers.add("Accept", "application/json");
        message.headers.add(name, value);
        auto const valid = http::validate(message);
        CAPTURE(std::string{name});
        CAPTURE(std::string{value});
        REQUIRE(valid.has_error());
        CHECK(valid.error() == errc::invalid_argument);
        CHECK(unit::contains(valid.error().what(), shown));
        CHECK_FALSE(unit::contains(valid.error().what(), "hunter2"));
    }
}

TEST_CASE("headers that belong to the transport are refused")
{
    for (auto const* name : {"Host", "host", "Content-Length", "CONTENT-LENGTH",
                             "Transfer-Encoding", "transfer-encoding", "Connection"}) {
        http::request message;
        message.headers.add(name, "1");
        auto const valid = http::validate(message);
        REQUIRE(valid.has_error());
        CHECK(unit::contains(valid.error().what(), name));
    }
}
