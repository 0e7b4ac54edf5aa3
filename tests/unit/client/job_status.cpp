// SPDX-License-Identifier: BSL-1.0

#include <inferpp/client/job_status.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using std::chrono::milliseconds;

namespace {

constexpr double almost_one = 0x1.fffffffffffffp-1;

poll_options with(milliseconds low, milliseconds high, double growth)
{
    return {.forever = true, .min_interval = low, .max_interval = high, .growth = growth};
}

} // namespace

TEST_CASE("phases have words, and some of them are the end")
{
    struct {
        phase value;
        std::string_view word;
        bool terminal;
    } const cases[] = {
        {phase::queued, "queued", false},
        {phase::running, "running", false},
        {phase::succeeded, "succeeded", true},
        {phase::partially_succeeded, "partially_succeeded", true},
        {phase::failed, "failed", true},
        {phase::cancelled, "cancelled", true},
        {phase::expired, "expired", true},
        {phase::unknown, "unknown", false},
    };
    for (auto const& [value, word, terminal] : cases) {
        CHECK(to_string(value) == word);
        CHECK(is_terminal(value) == terminal);
    }
}

TEST_CASE("the delay between polls is drawn between the floor and the grown value")
{
    auto const options = with(1s, 30s, 2);
    milliseconds const grown[] = {1s, 2s, 4s, 8s, 16s, 30s, 30s};
    for (std::uint64_t polls = 0; polls < 7; ++polls) {
        CAPTURE(polls);
        CHECK(next_poll_delay(options, polls, {}, 0) == 1s);
        CHECK(next_poll_delay(options, polls, {}, 0.5) == 1s + (grown[polls] - 1s) / 2);
        auto const most = next_poll_delay(options, polls, {}, almost_one);
        CHECK(most <= grown[polls]);
        CHECK(most >= grown[polls] - 1ms);
    }
}

TEST_CASE("the delay between polls stays between its bounds for any number of polls")
{
    milliseconds const year = std::chrono::hours{24 * 365};
    milliseconds const longest = milliseconds::max();
    for (auto const& options : {with(1ms, 1ms, 1), with(1ms, 10s, 10), with(1s, 30s, 1.5),
                                with(7s, 7s, 10), with(1ms, year, 1.0001), with(1s, longest, 10),
                                with(longest, longest, 10), with(longest, longest, 1)})
        for (std::uint64_t const polls : {0UL, 1UL, 64UL, 1000UL, 1001UL, 1UL << 32, UINT64_MAX})
            for (double const random : {0.0, 0.3, 0.999, almost_one, 1.0}) {
                CAPTURE(polls);
                CAPTURE(random);
                auto const delay = next_poll_delay(options, polls, {}, random);
                CHECK(delay >= options.min_interval);
                CHECK(delay <= options.max_interval);
            }
}

TEST_CASE("what the server asks for wins, within the bounds")
{
    auto const options = with(1s, 30s, 2);
    for (std::uint64_t const polls : {0UL, 5UL, UINT64_MAX})
        for (double const random : {0.0, almost_one}) {
            CHECK(next_poll_delay(options, polls, 5s, random) == 5s);
            CHECK(next_poll_delay(options, polls, 0ms, random) == 1s);
            CHECK(next_poll_delay(options, polls, -5s, random) == 1s);
            CHECK(next_poll_delay(options, polls, 1h, random) == 30s);
            CHECK(next_poll_delay(options, polls, milliseconds::max(), random) == 30s);
        }
}

TEST_CASE("two statuses are equal when they say the same of the job")
{
    job_status a{phase::running, "IN_PROGRESS"};
    job_status b = a;
    b.poll_after = 5s; // a hint, and not of the job
    CHECK((a == b));
    b.counters = job_counters{.total = 2};
    CHECK_FALSE((a == b));
    a.counters = job_counters{.total = 2};
    CHECK((a == b));
    b.progress = 0.5;
    CHECK_FALSE((a == b));
    CHECK_FALSE((job_status{phase::running, "A"} == job_status{phase::running, "B"}));
    CHECK((job_status{}.phase == phase::unknown));
}

TEST_CASE("a resume token is read back, whatever its parts hold")
{
    for (auto const id : {"2700725a-9c84-40ae-bbeb-4fce0d35424e"sv, "a:b"sv, "a/b?c#d%e f"sv,
                          "%3A"sv, ":"sv, "inferpp:1:x:y:z"sv, "line\r\nend"sv, "nul\0l"sv,
                          "\xc3\xa9"sv, "\xff"sv, "arn:aws:bedrock:us-east-1:1:job/x"sv, " "sv})
        for (auto const endpoint :
             {"https://app.modzy.com/api"sv, "http://[::1]:8080/a%20b"sv, ""sv}) {
            resume_token token;
            token.provider = "modzy";
            token.operation = "submit_embedded";
            token.endpoint = endpoint;
            token.job.id = id;
            std::string const text = token.to_string();
            CAPTURE(text);
            CHECK(text.starts_with("inferpp:1:modzy:submit_embedded:"));
            for (char const c : text) // fit for a file, an environment variable, a URL
                CHECK((c > 0x20 && c < 0x7f));
            auto const read = resume_token::parse(text);
            REQUIRE(read.has_value());
            CHECK(read->provider == token.provider);
            CHECK(read->operation == token.operation);
            CHECK(read->endpoint == token.endpoint);
            CHECK(read->job.id == token.job.id);
            CHECK(read->job.context.empty());

            token.job.context = endpoint;
            auto const with_context = resume_token::parse(token.to_string());
            REQUIRE(with_context.has_value());
            CHECK(with_context->job.id == token.job.id);
            CHECK(with_context->job.context == endpoint);
        }
    resume_token token;
    token.provider = "modzy";
    token.operation = "submit_text";
    token.endpoint = "https://app.modzy.com/api";
    token.job.id = "a b";
    std::string const text = "inferpp:1:modzy:submit_text:https%3A%2F%2Fapp.modzy.com%2Fapi:a%20b";
    CHECK(token.to_string() == text);
    token.job.context = "m:1";
    CHECK(token.to_string() == text + ":m%3A1");
}

TEST_CASE("what is no resume token of a known version is refused")
{
    for (auto const text : {""sv,
                            "inferpp"sv,
                            "inferpp:"sv,
                            "inferpp:1"sv,
                            "inferpp:1:"sv,
                            "inferpp:1:a:b:c"sv,
                            "inferpp:1:a:b:c:"sv,
                            "inferpp:1:a:b:c:d:"sv,
                            "inferpp:1:a:b:c:d:e:f"sv,
                            "inferpp:1:a:b:c:d:%"sv,
                            "inferpp:1::b:c:d"sv,
                            "inferpp:1:a::c:d"sv,
                            "inferpp:1:a:b:%:d"sv,
                            "inferpp:1:a:b:c:%2"sv,
                            "inferpp:1:a:b:c:%zz"sv,
                            "Inferpp:1:a:b:c:d"sv,
                            "other:1:a:b:c:d"sv,
                            " inferpp:1:a:b:c:d"sv,
                            ":::::"sv,
                            "::::::"sv}) {
        auto const read = resume_token::parse(text);
        REQUIRE_MESSAGE(read.has_error(), std::string{text});
        CHECK(read.error() == errc::invalid_argument);
    }
    for (auto const text : {"inferpp:2:a:b:c:d"sv, "inferpp:01:a:b:c:d"sv, "inferpp:x:a:b:c:d"sv}) {
        auto const read = resume_token::parse(text);
        REQUIRE_MESSAGE(read.has_error(), std::string{text});
        CHECK(unit::contains(read.error().what(), "version"));
    }
    CHECK(resume_token::parse("inferpp:1:a:b::d").has_value());
}
