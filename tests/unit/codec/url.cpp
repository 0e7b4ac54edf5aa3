// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/url.hpp>

#include "unit/support.hpp"

#include <string>
#include <string_view>

using namespace inferpp;
using namespace std::string_view_literals;

TEST_CASE("usable URLs are parsed into origin, path and query")
{
    struct {
        std::string_view text;
        std::string_view origin;
        std::string_view host;
        unsigned port;
        std::string_view target;
    } const cases[] = {
        {"https://app.modzy.com", "https://app.modzy.com", "app.modzy.com", 443, "/"},
        {"https://app.modzy.com/api", "https://app.modzy.com", "app.modzy.com", 443, "/api"},
        {"HTTPS://APP.Modzy.com/API/", "https://app.modzy.com", "app.modzy.com", 443, "/API/"},
        {"http://localhost:8080/", "http://localhost:8080", "localhost", 8080, "/"},
        {"https://host:443", "https://host", "host", 443, "/"},
        {"http://host:80", "http://host", "host", 80, "/"},
        {"http://host:443", "http://host:443", "host", 443, "/"},
        {"https://host:80", "https://host:80", "host", 80, "/"},
        {"https://host:1", "https://host:1", "host", 1, "/"},
        {"https://host:65535", "https://host:65535", "host", 65535, "/"},
        {"https://127.0.0.1/a", "https://127.0.0.1", "127.0.0.1", 443, "/a"},
        {"https://255.255.255.255", "https://255.255.255.255", "255.255.255.255", 443, "/"},
        {"https://[::1]:8443/a", "https://[::1]:8443", "::1", 8443, "/a"},
        {"https://[2001:DB8::1]", "https://[2001:db8::1]", "2001:db8::1", 443, "/"},
        {"https://[1:2:3:4:5:6:7:8]", "https://[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", 443, "/"},
        {"https://[::ffff:127.0.0.1]", "https://[::ffff:127.0.0.1]", "::ffff:127.0.0.1", 443, "/"},
        {"https://[::]", "https://[::]", "::", 443, "/"},
        {"https://[1::]", "https://[1::]", "1::", 443, "/"},
        {"https://a-b.c_d.example./x", "https://a-b.c_d.example.", "a-b.c_d.example.", 443, "/x"},
        {"https://1password.com", "https://1password.com", "1password.com", 443, "/"},
        {"https://3com", "https://3com", "3com", 443, "/"},
        {"https://host?a=b", "https://host", "host", 443, "/?a=b"},
        {"https://host/p?a=b?c/d@e", "https://host", "host", 443, "/p?a=b?c/d@e"},
        {"https://host/a%20b/%C3%A9", "https://host", "host", 443, "/a%20b/%C3%A9"},
        {"https://host/-._~!$&'()*+,;=:@/", "https://host", "host", 443, "/-._~!$&'()*+,;=:@/"},
    };
    for (auto const& [text, origin, host, port, target] : cases) {
        CAPTURE(std::string{text});
        auto const parsed = parse_url(text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->origin.to_string() == origin);
        CHECK(parsed->origin.host == host);
        CHECK(parsed->origin.port == port);
        CHECK(parsed->target() == target);
    }
}

TEST_CASE("unusable URLs are refused, and the error says why")
{
    struct {
        std::string_view text;
        std::string_view why;
    } const cases[] = {
        {"", "scheme"},
        {"host", "scheme"},
        {"host:443", "scheme"},
        {"//host", "scheme"},
        {"https:/host", "scheme"},
        {"ftp://host", "scheme"},
        {"wss://host", "scheme"},
        {"://host", "scheme"},
        {" https://host", "scheme"},
        {"https://user@host", "user information"},
        {"https://user:word@host/", "user information"},
        {"https://@host", "user information"},
        {"https://host\\@evil", "user information"},
        {"https://host/#part", "fragment"},
        {"https://host#", "fragment"},
        {"https://host/?a#b", "fragment"},
        {"https://", "host"},
        {"https:///path", "host"},
        {"https://:443", "host"},
        {"https://?a", "host"},
        {"https://host..name", "host"},
        {"https://.host", "host"},
        {"https://-host", "host"},
        {"https://host-", "host"},
        {"https://ho st", "host"},
        {"https://host\r\n", "host"},
        {"https://host\0"sv, "host"},
        {"https://127.0.0.1%00.evil/", "host"},
        {"https://h%6fst", "host"},
        {"https://host\\evil", "host"},
        {"https://h\xc3\xb6st", "host"},
        {"https://2130706433", "host"},
        {"https://0x7f000001", "host"},
        {"https://127.1", "host"},
        {"https://0177.0.0.1", "host"},
        {"https://256.0.0.1", "host"},
        {"https://1.2.3.4.5", "host"},
        {"https://1.2.3", "host"},
        {"https://1.2.3.4.", "host"},
        {"https://host.0x7f", "host"},
        {"https://host:", "port"},
        {"https://host:0", "port"},
        {"https://host:65536", "port"},
        {"https://host:99999", "port"},
        {"https://host:4294967739", "port"},
        {"https://host:-1", "port"},
        {"https://host:+80", "port"},
        {"https://host:80a", "port"},
        {"https://host: 80", "port"},
        {"https://host:80:80", "port"},
        {"https://[::1", "IPv6"},
        {"https://[::1]x", "IPv6"},
        {"https://[]", "IPv6"},
        {"https://[1]", "IPv6"},
        {"https://[::g]", "IPv6"},
        {"https://[fe80::1%25eth0]", "IPv6"},
        {"https://[127.0.0.1]", "IPv6"},
        {"https://[:::]", "IPv6"},
        {"https://[1::2::3]", "IPv6"},
        {"https://[1:2:3:4:5:6:7]", "IPv6"},
        {"https://[1:2:3:4:5:6:7:8:9]", "IPv6"},
        {"https://[12345::]", "IPv6"},
        {"https://[:1:2:3:4:5:6:7]", "IPv6"},
        {"https://[1:2:3:4:5:6:7:]", "IPv6"},
        {"https://[::1.2.3]", "IPv6"},
        {"https://[::256.0.0.1]", "IPv6"},
        {"https://[::1.2.3.4:5]", "IPv6"},
        {"https://[::1]:0", "port"},
        {"https://::1", "host"},
        {"https://host/a b", "percent-encode"},
        {"https://host/\r\nX: y", "percent-encode"},
        {"https://host/\0"sv, "percent-encode"},
        {"https://host/\xc3\xa9", "percent-encode"},
        {"https://host/%", "percent-encode"},
        {"https://host/%2", "percent-encode"},
        {"https://host/%zz", "percent-encode"},
        {"https://host/a?b=\"", "percent-encode"},
        {"https://host/<>", "percent-encode"},
        {"https://host/a|b", "percent-encode"},
    };
    for (auto const& [text, why] : cases) {
        CAPTURE(std::string{text});
        auto const parsed = parse_url(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error() == errc::invalid_argument);
        CAPTURE(parsed.error().info().message);
        auto const reason = parsed.error().info().message.find("' is not usable: ");
        REQUIRE(reason != std::string::npos);
        CHECK(unit::contains(parsed.error().info().message.substr(reason), why));
    }
    CHECK(parse_url("https://" + std::string(63, 'a') + ".b").has_value());
    CHECK(parse_url("https://" + std::string(64, 'a') + ".b").has_error());
    CHECK(parse_url("https://" + unit::repeat("a.", 126) + "b").has_value()); // 253
    CHECK(parse_url("https://" + unit::repeat("a.", 127) + "b").has_error());
}

TEST_CASE("the error of a URL shows neither credentials nor the query")
{
    for (auto const* text :
         {"https://user:hunter2@host/path", "https://hunter2@host", "user:hunter2@host",
          "ftp://user:hunter2@host", "https://host:0/?key=hunter2", "https://host:0#hunter2",
          "https://user:hunter2@ho@st", "https://host/a b?key=hunter2", "hunter2@host"}) {
        auto const parsed = parse_url(text);
        REQUIRE_MESSAGE(parsed.has_error(), text);
        CHECK_MESSAGE(!unit::contains(parsed.error().what(), "hunter2"), parsed.error().what());
    }
    CHECK(unit::contains(parse_url("https://ho st/api").error().what(), "https://ho st/api"));
}

TEST_CASE("a query is refused where none may be")
{
    CHECK(parse_url("https://host/api", false).has_value());
    CHECK(unit::contains(parse_url("https://host/api?a=b", false).error().what(), "query"));
    CHECK(parse_url("https://host/api?", false).has_error());
}

TEST_CASE("origins are equal when scheme, host and port are")
{
    auto const of = [](std::string_view text) { return parse_url(text).value().origin; };
    CHECK((of("https://host/a") == of("https://HOST:443/b")));
    CHECK((of("https://host") != of("http://host")));
    CHECK((of("https://host") != of("https://host:8443")));
    CHECK((of("https://host") != of("https://host.")));
    CHECK(of("https://[::1]:8443").authority() == "[::1]:8443");
    CHECK(of("https://[::1]").authority() == "[::1]");
    CHECK(of("http://host:8080").authority() == "host:8080");
}

TEST_CASE("percent-encoding leaves unreserved characters only, and is undone exactly")
{
    std::string out = "kept:";
    append_percent_encoded("aZ09-._~ /?#%&+=\r\n\xc3\xa9\0"sv, out);
    CHECK(out == "kept:aZ09-._~%20%2F%3F%23%25%26%2B%3D%0D%0A%C3%A9%00");

    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    std::string encoded;
    append_percent_encoded(all, encoded);
    CHECK(percent_decode(encoded) == all);
    CHECK(percent_decode("%c3%A9+") == "\xc3\xa9+");
    CHECK(percent_decode("") == "");
    for (auto const text : {"%", "%2", "a%", "%zz", "%2g", "%g2", "%%20", "%-1", "% 1"})
        CHECK_MESSAGE(!percent_decode(text), text);
}

TEST_CASE("an identifier becomes one segment of a target, whatever it holds")
{
    struct {
        std::string_view id;
        std::string_view target;
    } const cases[] = {
        {"2700725a-9c84", "jobs/2700725a-9c84"},
        {"../../admin", "jobs/..%2F..%2Fadmin"},
        {"a/b?c#d", "jobs/a%2Fb%3Fc%23d"},
        {"%2f", "jobs/%252f"},
        {"%2e%2e", "jobs/%252e%252e"},
        {"a b\r\n", "jobs/a%20b%0D%0A"},
        {"\xc3\xa9", "jobs/%C3%A9"},
        {"...", "jobs/..."},
        {" ", "jobs/%20"},
        {"\0"sv, "jobs/%00"},
        {"", ""},
        {".", ""},
        {"..", ""},
    };
    for (auto const& [id, target] : cases) {
        CAPTURE(std::string{id});
        CHECK(target_builder{}.path("jobs").path(id).str() == target);
    }
    CHECK(target_builder{}.path("..").path("jobs").query("a", "b").str().empty());
    CHECK(target_builder{}.path("jobs").query("per-page", "10").query("q", "a&b=c d").str() ==
          "jobs?per-page=10&q=a%26b%3Dc%20d");
    CHECK(target_builder{}.query("a", "").str() == "?a=");
    CHECK(target_builder{}.str().empty());
}

TEST_CASE("a base path and a target are joined with one slash")
{
    for (auto const* base : {"/api", "/api/", "/api//"})
        for (auto const* target : {"jobs/1", "/jobs/1", "//jobs/1"})
            CHECK(join_target(base, target) == "/api/jobs/1");
    CHECK(join_target("", "jobs") == "/jobs");
    CHECK(join_target("/", "jobs") == "/jobs");
    CHECK(join_target("/", "") == "/");
    CHECK(join_target("/api", "?a=b") == "/api/?a=b");
}
