// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/redirect.hpp>

#include <inferpp/codec/json.hpp>

#include "unit/support.hpp"

#include <string>

using namespace inferpp;

namespace {

std::string text_of(url const& value)
{
    return (value.origin.tls ? "https://" : "http://") + value.origin.host + ':' +
           std::to_string(value.origin.port) + value.target();
}

url parsed(std::string const& text)
{
    return parse_url(text).value();
}

} // namespace

TEST_CASE("references are resolved as RFC 3986 section 5.4 has it")
{
    // The RFC's base is "http://a/b/c/d;p?q". Its fragments are dropped here.
    url const base = parsed("http://a/b/c/d;p?q");
    struct {
        char const* reference;
        char const* expected;
    } const cases[] = {
        {"g", "/b/c/g"},
        {"./g", "/b/c/g"},
        {"g/", "/b/c/g/"},
        {"/g", "/g"},
        {"?y", "/b/c/d;p?y"},
        {"g?y", "/b/c/g?y"},
        {"#s", "/b/c/d;p?q"},
        {"g#s", "/b/c/g"},
        {"g?y#s", "/b/c/g?y"},
        {";x", "/b/c/;x"},
        {"g;x", "/b/c/g;x"},
        {"g;x?y#s", "/b/c/g;x?y"},
        {"", "/b/c/d;p?q"},
        {".", "/b/c/"},
        {"./", "/b/c/"},
        {"..", "/b/"},
        {"../", "/b/"},
        {"../g", "/b/g"},
        {"../..", "/"},
        {"../../", "/"},
        {"../../g", "/g"},
        // 5.4.2: more ".." than there are segments, and dots that are no dot segments.
        {"../../../g", "/g"},
        {"../../../../g", "/g"},
        {"/./g", "/g"},
        {"/../g", "/g"},
        {"g.", "/b/c/g."},
        {".g", "/b/c/.g"},
        {"g..", "/b/c/g.."},
        {"..g", "/b/c/..g"},
        {"./../g", "/b/g"},
        {"./g/.", "/b/c/g/"},
        {"g/./h", "/b/c/g/h"},
        {"g/../h", "/b/c/h"},
        {"g;x=1/./y", "/b/c/g;x=1/y"},
        {"g;x=1/../y", "/b/c/y"},
        {"g?y/./x", "/b/c/g?y/./x"},
        {"g?y/../x", "/b/c/g?y/../x"},
        {"g#s/./x", "/b/c/g"},
        {"g#s/../x", "/b/c/g"},
        // Not of the RFC.
        {"//", nullptr},
        {"g?", "/b/c/g"},
        {"g?a:b", "/b/c/g?a:b"},
        {"/a:b", "/a:b"},
        {"./a:b", "/b/c/a:b"},
        {"//b:99/x", "http://b:99/x"},
        {"//b", "http://b:80/"},
        {"HTTPS://B/x/../y", "https://b:443/y"},
        {"http://a/b/./c", "/b/c"},
        {"g:h", nullptr}, // another scheme
        {"http:g", nullptr}, // allowed by old parsers, refused by strict ones
        {"a b", nullptr},
        {"a\r\nb", nullptr},
        {"\xc3\xa9", nullptr},
        {"/%zz", nullptr},
    };
    for (auto const& [reference, expected] : cases) {
        CAPTURE(reference);
        auto const resolved = resolve_reference(base, reference);
        REQUIRE(resolved.has_value() == (expected != nullptr));
        if (expected == nullptr) {
            CHECK(resolved.error() == errc::invalid_argument);
            continue;
        }
        std::string const wanted =
            std::string_view{expected}.starts_with('/') ? "http://a:80" + std::string{expected}
                                                        : expected;
        CHECK(text_of(*resolved) == wanted);
    }
}

TEST_CASE("references are resolved against bases without a path, with a port, of an IPv6 host")
{
    struct {
        char const* base;
        char const* reference;
        char const* expected;
    } const cases[] = {
        {"https://h", "x", "https://h:443/x"},
        {"https://h", "?x", "https://h:443/?x"},
        {"https://h", "..", "https://h:443/"},
        {"https://h/?q", "", "https://h:443/?q"},
        {"https://h:8443/a/b", "c", "https://h:8443/a/c"},
        {"https://h:8443/a", "//h/c", "https://h:443/c"},
        {"http://[::1]:80/a/", "b", "http://::1:80/a/b"},
        {"http://h/a", "//[::1]:81/c", "http://::1:81/c"},
    };
    for (auto const& c : cases) {
        CAPTURE(c.base);
        CAPTURE(c.reference);
        auto const resolved = resolve_reference(parsed(c.base), c.reference);
        REQUIRE(resolved.has_value());
        CHECK(text_of(*resolved) == c.expected);
    }
}

TEST_CASE("redirects are 301, 302, 303, 307 and 308 and no other status")
{
    for (int status = 100; status < 600; ++status)
        CHECK(is_redirect(status) == (status == 301 || status == 302 || status == 303 ||
                                      status == 307 || status == 308));
    for (int const status : {200, 300, 304, 305, 306, 309, 400})
        CHECK(follow_redirect(status, "GET", parsed("https://h/a"), "/b").error() ==
              errc::redirect_refused);
}

TEST_CASE("a redirect keeps the method and body or becomes a GET, by status and method")
{
    struct {
        int status;
        char const* method;
        char const* becomes; ///< null: refused
        bool keeps_body;
    } const cases[] = {
        {301, "GET", "GET", false},       {301, "HEAD", "HEAD", false},
        {301, "POST", nullptr, false},    {301, "DELETE", nullptr, false},
        {302, "GET", "GET", false},       {302, "HEAD", "HEAD", false},
        {302, "POST", nullptr, false},    {302, "PUT", nullptr, false},
        {303, "GET", "GET", false},       {303, "HEAD", "HEAD", false},
        {303, "POST", "GET", false},      {303, "PUT", "GET", false},
        {303, "DELETE", "GET", false},    {307, "GET", "GET", false},
        {307, "HEAD", "HEAD", false},     {307, "POST", "POST", true},
        {307, "PUT", "PUT", true},        {307, "DELETE", "DELETE", false},
        {308, "GET", "GET", false},       {308, "POST", "POST", true},
        {308, "PATCH", "PATCH", true},    {308, "DELETE", "DELETE", false},
    };
    for (auto const& c : cases) {
        CAPTURE(c.status);
        CAPTURE(c.method);
        auto const target = follow_redirect(c.status, c.method, parsed("https://h/a"), "/b?c=d");
        REQUIRE(target.has_value() == (c.becomes != nullptr));
        if (!target) {
            CHECK(target.error() == errc::redirect_refused);
            continue;
        }
        CHECK(target->method == c.becomes);
        CHECK(target->keep_body == c.keeps_body);
        CHECK(target->same_origin);
        CHECK(text_of(target->to) == "https://h:443/b?c=d");
    }
}

TEST_CASE("a redirect to another origin is one of a GET or HEAD, and never from https to http")
{
    struct {
        int status;
        char const* method;
        char const* from;
        char const* location;
        bool followed;
        bool same_origin;
    } const cases[] = {
        {302, "GET", "https://h/a", "https://other/b", true, false},
        {302, "HEAD", "https://h/a", "https://other/b", true, false},
        {302, "GET", "https://h/a", "https://sub.h/b", true, false},
        {302, "GET", "https://h/a", "https://h:8443/b", true, false},
        {302, "GET", "https://h/a", "//other/b", true, false},
        {302, "GET", "https://h/a", "https://H:443/b", true, true},
        {302, "GET", "http://h/a", "https://h/b", true, false},
        {302, "GET", "http://h/a", "http://other/b", true, false},
        {302, "GET", "https://h/a", "http://h/b", false, false},
        {302, "GET", "https://h/a", "http://h:443/b", false, false},
        {303, "POST", "https://h/a", "https://other/b", true, false},
        {307, "POST", "https://h/a", "https://other/b", false, false},
        {308, "PUT", "https://h/a", "https://h:8443/b", false, false},
        {307, "DELETE", "https://h/a", "https://other/b", false, false},
    };
    for (auto const& c : cases) {
        CAPTURE(c.method);
        CAPTURE(c.from);
        CAPTURE(c.location);
        auto const target = follow_redirect(c.status, c.method, parsed(c.from), c.location);
        REQUIRE(target.has_value() == c.followed);
        if (target)
            CHECK(target->same_origin == c.same_origin);
        else
            CHECK(target.error() == errc::redirect_refused);
    }
}

TEST_CASE("a redirect to where it came from is refused, unless the request becomes another")
{
    url const from = parsed("https://h/a?b=c");
    for (std::string const location :
         {"", "#x", "https://h/a?b=c", "https://H:443/a?b=c#d", "?b=c", "/x/../a?b=c"})
        CHECK(follow_redirect(302, "GET", from, location).has_error());
    CHECK(follow_redirect(303, "POST", from, "/a?b=c").has_value());
    CHECK(follow_redirect(307, "POST", from, "/a?b=c").has_error());
    CHECK(follow_redirect(302, "GET", from, "?b=d").has_value());
    CHECK(follow_redirect(302, "GET", from, "/a").has_value());
}

TEST_CASE("a refused redirect says why, without the server's query or credentials")
{
    struct {
        char const* location;
        char const* why;
    } const cases[] = {
        {"", "Location"},
        {"http://h/x?sig=hunter2", "https to http"},
        {"https://u:hunter2@h/x", "user"},
        {"file:///etc/passwd?hunter2", "scheme"},
        {"https://h:0/?x=hunter2", "port"},
    };
    for (auto const& [location, why] : cases) {
        auto const target = follow_redirect(302, "GET", parsed("https://h/a"), location);
        REQUIRE(target.has_error());
        CAPTURE(target.error().what());
        CHECK(unit::contains(target.error().what(), why));
        CHECK(!unit::contains(target.error().what(), "hunter2"));
    }
}

TEST_CASE("redirects agree with the project's collection of cases")
{
    auto const path = unit::shared_path("vectors/http/redirect-cases.json");
    if (path.empty())
        return;
    auto const read = parse_json(unit::read_file(path));
    REQUIRE(read.has_value());
    auto const& list = read->as_array();
    CHECK(list.size() > 40);
    for (auto const& entry : list) {
        auto const text = [&](char const* name) {
            return std::string{entry.at(name).as_string().c_str()};
        };
        std::string const name = text("name");
        CAPTURE(name);
        auto const& object = entry.as_object();
        // Several locations, or none, reach the function as an empty one.
        std::string location;
        if (auto const* const value = object.if_contains("location"))
            if (value->is_string())
                location = value->as_string().c_str();
        auto const target = follow_redirect(entry.at("status").to_number<int>(), text("method"),
                                            parsed(text("url")), location);
        // Whether an address may be connected to is decided where it is known.
        bool const by_address = name == "get-private-over-https";
        REQUIRE(target.has_value() == (entry.at("follow").as_bool() || by_address));
        if (!target) {
            CHECK(target.error() == errc::redirect_refused);
            continue;
        }
        if (by_address)
            continue;
        CHECK(text_of(target->to) == text_of(parsed(text("to"))));
        CHECK(target->method == text("new_method"));
        CHECK(target->keep_body == entry.at("keep_body").as_bool());
        // That a chain which has left the origin has lost its credentials, its caller knows.
        bool const was_stripped = name == "get-back-to-origin-after-other";
        if (!was_stripped)
            CHECK(target->same_origin == entry.at("keep_credentials").as_bool());
    }
}
