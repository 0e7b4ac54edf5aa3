// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/log.hpp>

#include <string>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

TEST_CASE("a logger passes on its level and the more serious ones")
{
    log_level const all[] = {log_level::error, log_level::warning, log_level::info,
                             log_level::debug};
    for (log_level const threshold : {log_level::off, log_level::error, log_level::warning,
                                      log_level::info, log_level::debug}) {
        std::vector<log_level> seen;
        logger const log{threshold, [&seen](log_level level, std::string_view line) {
                             CHECK(line == "text");
                             seen.push_back(level);
                         }};
        for (log_level const level : all) {
            CHECK(log.enabled(level) == (level <= threshold));
            log.write(level, "text");
        }
        log.write(log_level::off, "text");
        CHECK(seen.size() == static_cast<std::size_t>(threshold));
        CHECK_FALSE(log.enabled(log_level::off));
    }
}

TEST_CASE("a logger without a function logs nothing")
{
    logger const log;
    CHECK_FALSE(log.enabled(log_level::error));
    CHECK_NOTHROW(log.write(log_level::error, "text"));
    logger const empty{log_level::debug, {}};
    CHECK_FALSE(empty.enabled(log_level::error));
    CHECK_NOTHROW(empty.write(log_level::error, "text"));
}

TEST_CASE("log levels have words")
{
    CHECK(to_string(log_level::off) == "off");
    CHECK(to_string(log_level::error) == "error");
    CHECK(to_string(log_level::warning) == "warning");
    CHECK(to_string(log_level::info) == "info");
    CHECK(to_string(log_level::debug) == "debug");
}

TEST_CASE("only headers that are known to be harmless are loggable")
{
    for (auto const* name :
         {"Content-Type", "content-length", "HOST", "Retry-After", "User-Agent", "X-Request-Id",
          "Date", "Accept", "X-Amz-Date", "X-Amz-Content-Sha256"})
        CHECK_MESSAGE(is_loggable_header(name), name);
    for (auto const* name :
         {"Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie",
          "X-Api-Key", "X-Amz-Security-Token", "Location", "Accep", "Accept-", "", "Modzy-Team-Id"})
        CHECK_MESSAGE(!is_loggable_header(name), name);
}

TEST_CASE("a redacted URL has neither its query nor its user information")
{
    struct {
        char const* given;
        char const* expected;
    } const cases[] = {
        {"https://host/path?token=1", "https://host/path"},
        {"https://host/path#part", "https://host/path"},
        {"https://host?a=b", "https://host"},
        {"https://user:word@host:8443/a@b?c", "https://host:8443/a@b"},
        {"https://user:w@rd@host", "https://host"},
        {"https://user@host", "https://host"},
        {"/jobs/1?page=2", "/jobs/1"},
        {"/jobs/a@b", "/jobs/a@b"},
        {"https://host/", "https://host/"},
        {"", ""},
    };
    for (auto const& [given, expected] : cases)
        CHECK(redacted_url(given) == expected);
}
