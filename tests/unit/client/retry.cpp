// SPDX-License-Identifier: BSL-1.0

#include <inferpp/client/retry.hpp>

#include "unit/support.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <climits>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr idempotency all_kinds[] = {idempotency::safe, idempotency::keyed,
                                     idempotency::reconcilable, idempotency::unsafe};
constexpr double almost_one = 0x1.fffffffffffffp-1;
constexpr milliseconds forever{std::numeric_limits<milliseconds::rep>::max()};

bool is_harmless(idempotency repeat)
{
    return repeat == idempotency::safe || repeat == idempotency::keyed;
}

error with_sent(error e, sent_state sent)
{
    e.edit().sent = sent;
    return e;
}

error refused(int status)
{
    return with_sent(error{error_code{status, http_category()}}, sent_state::yes);
}

error asks_to_wait(milliseconds wait)
{
    error e = refused(429);
    e.edit().retry_after = wait;
    return e;
}

} // namespace

TEST_CASE("what may be repeated follows the idempotency, the error and what was sent")
{
    enum class repeated { always, if_harmless, if_unsent, never };
    struct {
        errc code;
        repeated when;
    } const cases[] = {
        {errc::invalid_argument, repeated::never},
        {errc::resolve_failed, repeated::never},
        {errc::resolve_timeout, repeated::always},
        {errc::connect_failed, repeated::always},
        {errc::connect_timeout, repeated::always},
        {errc::tls_failed, repeated::never}, // the certificate
        {errc::tls_timeout, repeated::always},
        {errc::write_failed, repeated::if_unsent},
        {errc::write_timeout, repeated::if_unsent},
        {errc::first_byte_timeout, repeated::if_unsent},
        {errc::idle_timeout, repeated::if_unsent},
        {errc::deadline_exceeded, repeated::never},
        {errc::truncated, repeated::if_unsent},
        {errc::bad_http, repeated::never},
        {errc::header_too_large, repeated::never},
        {errc::body_too_large, repeated::never},
        {errc::bad_json, repeated::never},
        {errc::bad_schema, repeated::never},
        {errc::bad_content, repeated::never},
        {errc::stream_truncated, repeated::never},
        {errc::event_too_large, repeated::never},
        {errc::unknown_outcome, repeated::never},
        {errc::job_failed, repeated::never},
        {errc::job_cancelled, repeated::never},
        {errc::job_expired, repeated::never},
        {errc::wait_timeout, repeated::never},
        {errc::unsupported, repeated::never},
        {errc::cancelled, repeated::never},
        {errc::closed, repeated::never},
    };
    for (auto const& [code, when] : cases)
        for (idempotency const repeat : all_kinds)
            for (sent_state const sent : {sent_state::no, sent_state::maybe, sent_state::yes}) {
                CAPTURE(make_error_code(code).message());
                CAPTURE(static_cast<int>(repeat));
                CAPTURE(to_string(sent).data());
                bool const expected =
                    when == repeated::always || (when == repeated::if_unsent &&
                                                 (is_harmless(repeat) || sent == sent_state::no));
                CHECK(may_repeat(repeat, with_sent(error{code}, sent)) == expected);
            }
}

TEST_CASE("a name server's temporary failure may be repeated, a name that is not there may not")
{
    for (idempotency const repeat : all_kinds) {
        error e{errc::resolve_failed};
        e.edit().cause = boost::asio::error::host_not_found;
        CHECK_FALSE(may_repeat(repeat, e));
        e.edit().cause = boost::asio::error::host_not_found_try_again;
        CHECK(may_repeat(repeat, e));
    }
}

TEST_CASE("an answer may be repeated when the server did not act, or where that does no harm")
{
    for (idempotency const repeat : all_kinds) {
        CAPTURE(static_cast<int>(repeat));
        for (int const status : {408, 421, 425, 429, 503})
            CHECK_MESSAGE(may_repeat(repeat, refused(status)), status);
        for (int const status : {500, 502, 504, 520, 521, 522, 523, 524, 529})
            CHECK_MESSAGE(may_repeat(repeat, refused(status)) == is_harmless(repeat), status);
        for (int const status : {301, 302, 304, 400, 401, 403, 404, 405, 409, 410, 412,
                                 413, 415, 422, 426, 431, 451, 501, 505, 507, 511})
            CHECK_MESSAGE(!may_repeat(repeat, refused(status)), status);
    }
}

TEST_CASE("codes of other libraries are not repeated")
{
    for (idempotency const repeat : all_kinds) {
        CHECK_FALSE(may_repeat(repeat, error{error_code{boost::asio::error::connection_reset}}));
        CHECK_FALSE(may_repeat(repeat, error{}));
    }
}

TEST_CASE("the delay before a retry is drawn from zero to the grown base, at most the cap")
{
    retry_options const options{.max_attempts = 100, .base = 500ms, .cap = 8s};
    auto const delay = [&options](int attempts, double random) {
        return next_retry_delay(options, idempotency::safe, refused(503), attempts, forever,
                                random);
    };
    milliseconds const most[] = {500ms, 1s, 2s, 4s, 8s, 8s, 8s};
    for (int attempts = 1; attempts <= 7; ++attempts) {
        CAPTURE(attempts);
        CHECK(delay(attempts, 0) == 0ms);
        CHECK(delay(attempts, 0.5) == most[attempts - 1] / 2);
        CHECK(delay(attempts, almost_one) < most[attempts - 1]);
        CHECK(delay(attempts, almost_one) >= most[attempts - 1] - 1ms);
    }
}

TEST_CASE("the delay does not overflow, however many attempts and however long the cap")
{
    retry_options options{.max_attempts = INT_MAX, .base = 500ms, .cap = 8s};
    for (int const attempts : {10, 31, 32, 63, 64, 65, 1000, INT_MAX - 1}) {
        CAPTURE(attempts);
        auto const delay = next_retry_delay(options, idempotency::safe, refused(503), attempts,
                                            forever, almost_one);
        REQUIRE(delay.has_value());
        CHECK(*delay <= 8s);
        CHECK(*delay >= 7s);
    }
    CHECK_FALSE(next_retry_delay(options, idempotency::safe, refused(503), INT_MAX, forever, 0)
                    .has_value());
    options.base = forever;
    options.cap = forever;
    for (double const random : {0.0, 0.5, almost_one}) {
        auto const delay = next_retry_delay(options, idempotency::safe, refused(503), INT_MAX - 1,
                                            forever, random);
        if (delay)
            CHECK(*delay >= 0ms);
    }
}

TEST_CASE("attempts are counted, and what may not be repeated is not")
{
    retry_options options;
    CHECK(next_retry_delay(options, idempotency::unsafe, refused(503), 1, 1min, 0).has_value());
    CHECK(next_retry_delay(options, idempotency::unsafe, refused(503), 2, 1min, 0).has_value());
    CHECK_FALSE(
        next_retry_delay(options, idempotency::unsafe, refused(503), 3, 1min, 0).has_value());
    CHECK_FALSE(
        next_retry_delay(options, idempotency::unsafe, refused(500), 1, 1min, 0).has_value());
    CHECK_FALSE(next_retry_delay(options, idempotency::safe, refused(404), 1, 1min, 0).has_value());
    options.max_attempts = 1;
    CHECK_FALSE(next_retry_delay(options, idempotency::safe, refused(503), 1, 1min, 0).has_value());
}

TEST_CASE("Retry-After is a floor under the delay, with a spread of at most a tenth or a second")
{
    retry_options const options{.max_attempts = 100, .base = 500ms, .cap = 8s};
    auto const delay = [&options](milliseconds asked, double random) {
        return next_retry_delay(options, idempotency::unsafe, asks_to_wait(asked), 1, forever,
                                random);
    };
    CHECK(delay(0ms, 0) == 0ms);
    CHECK(delay(0ms, 0.5) == 250ms); // the back-off's own
    CHECK(delay(1s, 0) == 1s);
    CHECK(delay(1s, 0.5) == 1050ms);
    CHECK(delay(1s, almost_one).value() <= 1100ms);
    CHECK(delay(60s, 0.5) == 60s + 500ms);
    CHECK(delay(60s, almost_one).value() <= 61s);
    CHECK(delay(120s, 0) == 120s); // more than the cap of the back-off, but not of the wait
    CHECK_FALSE(delay(120s + 1ms, 0).has_value());
    CHECK_FALSE(delay(forever, almost_one).has_value());

    retry_options patient = options;
    patient.max_retry_after = forever;
    auto const long_wait =
        next_retry_delay(patient, idempotency::safe, asks_to_wait(24h), 1, forever, almost_one);
    REQUIRE(long_wait.has_value());
    CHECK(*long_wait >= 24h);
    CHECK(*long_wait <= 24h + 1s);
}

TEST_CASE("nobody waits for a retry that would come after the deadline")
{
    retry_options const options;
    auto const delay = [&options](error const& e, milliseconds left, double random) {
        return next_retry_delay(options, idempotency::safe, e, 1, left, random);
    };
    CHECK(delay(refused(503), 251ms, 0.5) == 250ms);
    CHECK_FALSE(delay(refused(503), 250ms, 0.5).has_value());
    CHECK_FALSE(delay(refused(503), 0ms, 0).has_value());
    CHECK_FALSE(delay(refused(503), -1s, 0).has_value());
    CHECK(delay(asks_to_wait(10s), 11s, 0) == 10s);
    CHECK_FALSE(delay(asks_to_wait(10s), 10s, 0).has_value());
}

TEST_CASE("retry options out of range are refused by name")
{
    struct {
        std::function<void(retry_options&)> change;
        std::string member;
    } const cases[] = {
        {[](retry_options& o) { o.max_attempts = 0; }, "retry.max_attempts must be from 1 to 100"},
        {[](retry_options& o) { o.max_attempts = -1; }, "retry.max_attempts"},
        {[](retry_options& o) { o.max_attempts = 101; }, "retry.max_attempts"},
        {[](retry_options& o) { o.base = 0ms; }, "retry.base must be at least 1 ms"},
        {[](retry_options& o) { o.base = -1ms; }, "retry.base"},
        {[](retry_options& o) { o.cap = o.base - 1ms; }, "retry.cap must be at least retry.base"},
        {[](retry_options& o) { o.max_retry_after = -1ms; }, "retry.max_retry_after"},
    };
    for (auto const& [change, member] : cases) {
        retry_options options;
        CHECK(validate(options).has_value());
        change(options);
        auto const valid = validate(options);
        REQUIRE_MESSAGE(valid.has_error(), member);
        CHECK(valid.error() == errc::invalid_argument);
        CHECK(unit::contains(valid.error().what(), member));
    }
    CHECK(
        validate(retry_options{.max_attempts = 1, .base = 1ms, .cap = 1ms, .max_retry_after = 0ms})
            .has_value());
    CHECK(validate(retry_options{.max_attempts = 100}).has_value());
}

TEST_CASE("the outcome is unknown exactly where an unsafe request may have been executed")
{
    for (int code = 1; code <= static_cast<int>(errc::closed); ++code)
        for (idempotency const repeat : all_kinds)
            for (sent_state const sent : {sent_state::no, sent_state::maybe, sent_state::yes}) {
                error given = with_sent(error{static_cast<errc>(code), "ours"}, sent);
                given.edit().attempts = 2;
                CAPTURE(given.code().message());
                CAPTURE(static_cast<int>(repeat));
                CAPTURE(to_string(sent).data());
                error const seen = final_error(repeat, given);
                bool const known = is_harmless(repeat) || sent == sent_state::no ||
                                   given == condition::cancelled ||
                                   given == condition::invalid_argument;
                CHECK((seen == errc::unknown_outcome) ==
                      (!known || static_cast<errc>(code) == errc::unknown_outcome));
                CHECK(seen.info().attempts == 2);
                CHECK(seen.info().sent == sent);
                if (known) {
                    CHECK(seen.code() == given.code());
                    CHECK(seen.info().message == "ours");
                } else {
                    CHECK(seen.info().cause == given.code());
                    CHECK(unit::contains(seen.what(), "was not repeated"));
                }
            }
    // An answer tells what became of the request; that of a gateway does not.
    for (int const status : {400, 404, 409, 429, 500, 503})
        CHECK(final_error(idempotency::unsafe, refused(status)).code().value() == status);
    for (int const status : {502, 504, 520, 522, 524})
        CHECK(final_error(idempotency::unsafe, refused(status)) == errc::unknown_outcome);
}

static_assert(std::is_trivially_copyable_v<retry_options>);

TEST_CASE("the server's own word on repeating wins over the status and the idempotency")
{
    struct {
        int status;
        std::optional<bool> wanted;
        idempotency repeat;
        bool repeated;
    } const cases[] = {
        {400, true, idempotency::unsafe, true},   {500, true, idempotency::unsafe, true},
        {409, true, idempotency::safe, true},     {429, false, idempotency::safe, false},
        {503, false, idempotency::keyed, false},  {503, {}, idempotency::unsafe, true},
        {500, {}, idempotency::unsafe, false},    {500, {}, idempotency::keyed, true},
    };
    for (auto const& c : cases) {
        CAPTURE(c.status);
        error e = refused(c.status);
        e.edit().should_retry = c.wanted;
        CHECK(may_repeat(c.repeat, e) == c.repeated);
    }
    // Without an answer there is no such word.
    error broken = with_sent(error{errc::truncated}, sent_state::maybe);
    broken.edit().should_retry = true;
    CHECK(!may_repeat(idempotency::unsafe, broken));
}

TEST_CASE("a budget repeats while more than half of it is left")
{
    retry_options options;
    options.budget = 10;
    options.budget_refund = 0.5;
    retry_budget budget{options};
    for (int i = 0; i < 4; ++i)
        CHECK(budget.on_failure());
    CHECK(!budget.on_failure()); // 5 of 10 is not more than half
    CHECK(!budget.on_failure());
    budget.on_success();
    budget.on_success();
    CHECK(!budget.on_failure()); // 4
    for (int i = 0; i < 5; ++i)
        budget.on_success();
    CHECK(budget.on_failure()); // 6.5 - 1
    CHECK(!budget.on_failure());
}

TEST_CASE("a budget neither overflows nor goes below zero")
{
    retry_options options;
    options.budget = 3;
    options.budget_refund = 1;
    retry_budget budget{options};
    for (int i = 0; i < 1000; ++i)
        budget.on_success();
    CHECK(budget.on_failure());
    CHECK(!budget.on_failure());
    for (int i = 0; i < 1000; ++i)
        CHECK(!budget.on_failure());
    // From zero it takes as many successes as from just under it.
    budget.on_success();
    budget.on_success();
    CHECK(!budget.on_failure());
    for (int i = 0; i < 2; ++i)
        budget.on_success();
    CHECK(budget.on_failure()); // 3 - 1 of 3
}

TEST_CASE("a budget of one never repeats, and without a refund a budget does not come back")
{
    retry_options one;
    one.budget = 1;
    retry_budget least{one};
    least.on_success();
    CHECK(!least.on_failure());

    retry_options options;
    options.budget = 4;
    options.budget_refund = 0;
    retry_budget budget{options};
    CHECK(budget.on_failure());
    CHECK(!budget.on_failure());
    for (int i = 0; i < 100; ++i)
        budget.on_success();
    CHECK(!budget.on_failure());
}

TEST_CASE("a storm of failures makes at most the reserve of extra requests, and a share of the calls")
{
    // Each call meets failures alone and has ten attempts: 100 calls would make 1000 requests.
    retry_options options;
    retry_budget budget{options};
    int requests = 0;
    for (int call = 0; call < 100; ++call)
        for (int attempt = 0; attempt < 10; ++attempt) {
            ++requests;
            if (!budget.on_failure())
                break;
        }
    CHECK(requests <= 100 + static_cast<int>(options.budget / 2));
    // With every other call a success, extra requests are at most the share that a success refunds.
    requests = 0;
    for (int call = 0; call < 1000; ++call) {
        ++requests;
        if (call % 2 == 0)
            budget.on_success();
        else
            for (int attempt = 0; attempt < 10 && budget.on_failure(); ++attempt)
                ++requests;
    }
    CHECK(requests <= 1000 + 500 * 0.2 + options.budget / 2);
}

TEST_CASE("a refused redirect leaves the outcome unknown only where it may follow the deed")
{
    for (int const status : {301, 302, 303, 307, 308}) {
        CAPTURE(status);
        error e = with_sent(error{errc::redirect_refused}, sent_state::yes);
        e.edit().http_status = status;
        bool const known = status == 301 || status >= 307;
        CHECK(final_error(idempotency::unsafe, e) ==
              (known ? errc::redirect_refused : errc::unknown_outcome));
        CHECK(final_error(idempotency::safe, e) == errc::redirect_refused);
    }
}
