// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/proxy.hpp>

#include <inferpp/codec/json.hpp>

#include "unit/support.hpp"

#include <cstdlib>
#include <map>
#include <string>

using namespace inferpp;

namespace {

/// Sets the variables of proxies for a test, and puts back what was there.
class environment {
public:
    explicit environment(std::map<std::string, std::string> const& values)
    {
        for (char const* const name :
             {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy",
              "ALL_PROXY", "REQUEST_METHOD"}) {
            if (char const* const value = std::getenv(name))
                before_[name] = value;
            ::unsetenv(name);
        }
        for (auto const& [name, value] : values)
            ::setenv(name.c_str(), value.c_str(), 1);
        set_ = values;
    }
    environment(environment const&) = delete;
    environment& operator=(environment const&) = delete;
    ~environment()
    {
        for (auto const& [name, value] : set_)
            ::unsetenv(name.c_str());
        for (auto const& [name, value] : before_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }

private:
    std::map<std::string, std::string> before_;
    std::map<std::string, std::string> set_;
};

} // namespace

TEST_CASE("a proxy is read from its URL")
{
    struct {
        char const* text;
        char const* host;
        unsigned port;
        char const* user;
        char const* password;
    } const cases[] = {
        {"http://proxy.example:3128", "proxy.example", 3128, "", ""},
        {"http://proxy.example:3128/", "proxy.example", 3128, "", ""},
        {"HTTP://Proxy.Example", "proxy.example", 80, "", ""},
        {"http://10.0.0.1:8080", "10.0.0.1", 8080, "", ""},
        {"http://[::1]:8080", "::1", 8080, "", ""},
        {"http://user:word@proxy.example:1", "proxy.example", 1, "user", "word"},
        {"http://user@proxy.example:1", "proxy.example", 1, "user", ""},
        {"http://user:@proxy.example:1", "proxy.example", 1, "user", ""},
        {"http://us%40er:w%3Ao%2fr%25d@proxy.example:1", "proxy.example", 1, "us@er", "w:o/r%d"},
        {"http://user:a:b@proxy.example:1", "proxy.example", 1, "user", "a:b"},
        {"http://user:p@ss@proxy.example:1", "proxy.example", 1, "user", "p@ss"},
    };
    for (auto const& c : cases) {
        CAPTURE(c.text);
        auto const parsed = proxy_options::parse(c.text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->host == c.host);
        CHECK(parsed->port == c.port);
        CHECK(parsed->user == c.user);
        CHECK(parsed->password.reveal() == c.password);
        CHECK(parsed->bypass.empty());
    }
}

TEST_CASE("what is no proxy's URL is refused, and never shown")
{
    for (std::string const text :
         {"", "proxy.example:3128", "https://proxy.example:443", "socks5://proxy.example:1080",
          "ftp://proxy.example", "http://", "http://:3128", "http://proxy.example:0",
          "http://proxy.example:65536", "http://proxy.example:port", "http://proxy.example/path",
          "http://proxy.example?x=1", "http://proxy.example#x", "http://pro xy.example",
          "http://proxy.example\r\nX: y", "http://user:hunter2%0d%0aX@proxy.example:1",
          "http://user%0a:hunter2@proxy.example:1", "http://user:hunter2%00@proxy.example:1",
          "http://user:hunter2%7f@proxy.example:1", "http://user:hunter2%@proxy.example:1",
          "http://user:hunter2%zz@proxy.example:1", "http://user:hunter2@", "http://hunter2@:1",
          "http://user:hunter2@https://proxy.example"}) {
        CAPTURE(text);
        auto const parsed = proxy_options::parse(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error() == errc::invalid_argument);
        CHECK(unit::contains(parsed.error().what(), "proxy"));
        CHECK(!unit::contains(parsed.error().what(), "hunter2"));
        CHECK(!unit::contains(parsed.error().what(), "proxy.example"));
    }
}

TEST_CASE("a proxy comes from the environment when asked for")
{
    using values = std::map<std::string, std::string>;
    struct {
        values set;
        char const* host;
        unsigned port;
        char const* bypass;
    } const cases[] = {
        {values{}, "", 8080, ""},
        {values{{"HTTPS_PROXY", ""}}, "", 8080, ""},
        {values{{"HTTPS_PROXY", "http://upper:1"}}, "upper", 1, ""},
        {values{{"https_proxy", "http://lower:2"}}, "lower", 2, ""},
        {values{{"HTTPS_PROXY", "http://upper:1"}, {"https_proxy", "http://lower:2"}}, "upper", 1,
         ""},
        {values{{"HTTPS_PROXY", ""}, {"https_proxy", "http://lower:2"}}, "lower", 2, ""},
        {values{{"HTTPS_PROXY", "bare.example:3128"}}, "bare.example", 3128, ""},
        {values{{"HTTPS_PROXY", "http://upper:1"}, {"NO_PROXY", "a,b"}}, "upper", 1, "a,b"},
        {values{{"HTTPS_PROXY", "http://upper:1"}, {"no_proxy", "c"}}, "upper", 1, "c"},
        {values{{"HTTPS_PROXY", "http://upper:1"}, {"NO_PROXY", "a"}, {"no_proxy", "c"}}, "upper",
         1, "a"},
        // Not the proxy for https; a CGI program must not take it from a request's header.
        {values{{"HTTP_PROXY", "http://plain:3"}, {"http_proxy", "http://plain:3"}}, "", 8080, ""},
        {values{{"HTTP_PROXY", "http://evil:3"}, {"REQUEST_METHOD", "GET"}}, "", 8080, ""},
        {values{{"ALL_PROXY", "http://all:4"}}, "", 8080, ""},
    };
    for (auto const& c : cases) {
        environment const with{c.set};
        auto const found = proxy_options::from_env();
        REQUIRE(found.has_value());
        CHECK(found->host == c.host);
        CHECK(found->port == c.port);
        CHECK(found->bypass == c.bypass);
    }
}

TEST_CASE("a bad proxy in the environment is refused and not shown")
{
    for (std::string const text : {"socks5://user:hunter2@h:1", "http://u:hunter2%0d%0a@h:1",
                                   "https://user:hunter2@h:1", "user:hunter2@h:99999"}) {
        CAPTURE(text);
        environment const with{{{"HTTPS_PROXY", text}}};
        auto const found = proxy_options::from_env();
        REQUIRE(found.has_error());
        CHECK(found.error() == errc::invalid_argument);
        CHECK(!unit::contains(found.error().what(), "hunter2"));
    }
}

TEST_CASE("the list of hosts without a proxy has names, addresses, ranges, ports and a star")
{
    struct {
        char const* list;
        char const* host;
        std::uint16_t port;
        bool bypass;
    } const cases[] = {
        {"", "api.example.com", 443, false},
        {"", "localhost", 443, false}, // only what is on the list
        {"*", "api.example.com", 443, true},
        {"x, *", "10.0.0.1", 443, true},
        {"example.com", "example.com", 443, true},
        {"example.com", "api.example.com", 443, true},
        {"example.com", "notexample.com", 443, false},
        {"example.com", "example.com.evil.org", 443, false},
        {".example.com", "api.example.com", 443, true},
        {".example.com", "example.com", 443, true}, // a leading dot makes no difference
        {".example.com", "notexample.com", 443, false},
        {"EXAMPLE.com", "api.Example.COM", 443, true},
        {" example.com , other.org ", "other.org", 443, true},
        {"example.com.", "example.com", 443, true},
        {"example.com", "example.com.", 443, true},
        {"example.com:8443", "example.com", 8443, true},
        {"example.com:8443", "api.example.com", 8443, true},
        {"example.com:8443", "example.com", 443, false},
        {"*.example.com", "api.example.com", 443, false},
        {"com", "example.com", 443, true},
        {",,,", "example.com", 443, false},
        {".", "example.com", 443, false},
        {":443", "example.com", 443, false},
        {"10.0.0.0/8", "10.1.2.3", 443, true},
        {"10.0.0.0/8", "11.1.2.3", 443, false},
        {"10.1.2.3/8", "10.9.9.9", 443, true}, // bits beyond the prefix are ignored
        {"0.0.0.0/0", "8.8.8.8", 443, true},
        {"10.0.0.0/33", "10.0.0.1", 443, false},
        {"10.0.0.0/", "10.0.0.1", 443, false},
        {"10.0.0.0/8", "example.com", 443, false},
        {"10.0.0.0/8", "fd12::1", 443, false},
        {"10.0.0.1", "10.0.0.1", 443, true},
        {"10.0.0.1", "10.0.0.11", 443, false},
        {"0.0.1", "10.0.0.1", 443, false}, // addresses have no subdomains
        {"fd00::/8", "fd12::1", 443, true},
        {"fd00::/8", "fe80::1", 443, false},
        {"::1", "::1", 443, true},
        {"0:0::1", "::1", 443, true},
        {"[::1]", "::1", 443, true},
        {"::1", "[::1]", 443, true},
        {"::1", "example.com", 443, false},
    };
    for (auto const& c : cases) {
        CAPTURE(c.list);
        CAPTURE(c.host);
        CHECK(bypasses_proxy(c.list, c.host, c.port) == c.bypass);
    }
}

TEST_CASE("the list of hosts without a proxy agrees with the project's collection of cases")
{
    auto const path = unit::shared_path("vectors/http/no-proxy-cases.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    auto const& list = parsed->as_array();
    CHECK(list.size() > 30);
    for (auto const& entry : list) {
        std::string const no_proxy{entry.at("no_proxy").as_string().c_str()};
        std::string const host{entry.at("host").as_string().c_str()};
        auto const port = entry.at("port").to_number<std::uint16_t>();
        CAPTURE(no_proxy);
        CAPTURE(host);
        bool expected = false;
        if (entry.at("bypass").is_bool())
            expected = entry.at("bypass").as_bool();
        else // where programs disagree: what proxy_options::bypass says
            expected = no_proxy == ".example.com" || no_proxy == "example.com:8443";
        CHECK(bypasses_proxy(no_proxy, host, port) == expected);
    }
}
