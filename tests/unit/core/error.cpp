// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/error.hpp>
#include <inferpp/core/result.hpp>

#include "unit/support.hpp"

#include <boost/asio/error.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>

using namespace inferpp;

namespace {

constexpr int condition_count = 14;

// The one condition that a code matches; 0 for none, -1 for several.
int condition_of(error_code const& code)
{
    int found = 0;
    for (int i = 1; i <= condition_count; ++i)
        if (code == make_error_condition(static_cast<condition>(i)))
            found = found == 0 ? i : -1;
    return found;
}

int number(condition value)
{
    return static_cast<int>(value);
}

} // namespace

TEST_CASE("every code of the library has a message and maps to its one condition")
{
    struct {
        errc code;
        condition expected;
    } const cases[] = {
        {errc::invalid_argument, condition::invalid_argument},
        {errc::resolve_failed, condition::transport},
        {errc::resolve_timeout, condition::timeout},
        {errc::connect_failed, condition::transport},
        {errc::connect_timeout, condition::timeout},
        {errc::tls_failed, condition::transport},
        {errc::tls_timeout, condition::timeout},
        {errc::write_failed, condition::transport},
        {errc::write_timeout, condition::timeout},
        {errc::first_byte_timeout, condition::timeout},
        {errc::idle_timeout, condition::timeout},
        {errc::deadline_exceeded, condition::timeout},
        {errc::pool_timeout, condition::timeout},
        {errc::pool_full, condition::overloaded},
        {errc::proxy_refused, condition::transport},
        {errc::redirect_refused, condition::protocol},
        {errc::address_refused, condition::protocol},
        {errc::truncated, condition::transport},
        {errc::bad_http, condition::protocol},
        {errc::header_too_large, condition::protocol},
        {errc::body_too_large, condition::protocol},
        {errc::bad_json, condition::decode},
        {errc::bad_schema, condition::decode},
        {errc::bad_content, condition::decode},
        {errc::stream_truncated, condition::transport},
        {errc::event_too_large, condition::protocol},
        {errc::unknown_outcome, condition::unknown_outcome},
        {errc::job_failed, condition::job_failed},
        {errc::job_cancelled, condition::job_failed},
        {errc::job_expired, condition::job_failed},
        {errc::wait_timeout, condition::timeout},
        {errc::unsupported, condition::invalid_argument},
        {errc::cancelled, condition::cancelled},
        {errc::closed, condition::invalid_argument},
    };
    int last = 0;
    for (auto const& [code, expected] : cases) {
        CAPTURE(static_cast<int>(code));
        CHECK(static_cast<int>(code) == last + 1); // the table leaves none out
        last = static_cast<int>(code);
        error_code const made = code;
        CHECK(made.category() == client_category());
        CHECK_FALSE(made.message().empty());
        CHECK_FALSE(unit::contains(made.message(), "unknown error"));
        CHECK(condition_of(made) == number(expected));
        CHECK(error{code} == expected);
        CHECK(error{code} == code);
    }
    CHECK(make_error_code(static_cast<errc>(last + 1)).message() ==
          "unknown error " + std::to_string(last + 1));
    CHECK(condition_of(make_error_code(static_cast<errc>(last + 1))) == 0);
    CHECK(condition_of(error_code{}) == 0);
}

TEST_CASE("every condition has a message")
{
    for (int i = 1; i <= condition_count; ++i) {
        CAPTURE(i);
        auto const made = make_error_condition(static_cast<condition>(i));
        CHECK_FALSE(made.message().empty());
        CHECK_FALSE(unit::contains(made.message(), "unknown condition"));
    }
    CHECK(
        unit::contains(make_error_condition(static_cast<condition>(condition_count + 1)).message(),
                       "unknown condition"));
}

TEST_CASE("HTTP statuses map to conditions")
{
    struct {
        int status;
        condition expected;
    } const cases[] = {
        {400, condition::invalid_argument}, {401, condition::unauthorized},
        {403, condition::forbidden},        {404, condition::not_found},
        {405, condition::invalid_argument}, {408, condition::timeout},
        {409, condition::conflict},         {410, condition::not_found},
        {412, condition::conflict},         {413, condition::invalid_argument},
        {422, condition::invalid_argument}, {429, condition::rate_limited},
        {500, condition::overloaded},       {502, condition::overloaded},
        {503, condition::overloaded},       {504, condition::overloaded},
        {529, condition::overloaded},       {204, condition::protocol},
        {304, condition::protocol},         {101, condition::protocol},
    };
    for (auto const& [status, expected] : cases) {
        CAPTURE(status);
        error_code const code{status, http_category()};
        CHECK(condition_of(code) == number(expected));
        CHECK(unit::contains(code.message(), std::to_string(status)));
    }
}

TEST_CASE("the usual codes of Asio map to conditions")
{
    namespace net = boost::asio::error;
    CHECK(condition_of(net::operation_aborted) == number(condition::cancelled));
    CHECK(condition_of(net::timed_out) == number(condition::timeout));
    for (auto const code :
         {net::connection_refused, net::connection_reset, net::connection_aborted, net::broken_pipe,
          net::network_unreachable, net::host_unreachable, net::not_connected})
        CHECK(condition_of(code) == number(condition::transport));
    CHECK(condition_of(boost::system::errc::make_error_code(
              boost::system::errc::no_such_file_or_directory)) == 0);
}

TEST_CASE("categories of the same id are equal, so that two shared objects agree")
{
    struct twin : boost::system::error_category {
        explicit twin(unsigned long long id) : error_category(id) {}
        char const* name() const noexcept override { return "twin"; }
        std::string message(int) const override { return {}; }
    };
    CHECK((twin{0x6a1f3b52c47d9e01ULL} == client_category()));
    CHECK((twin{0x6a1f3b52c47d9e02ULL} == http_category()));
    CHECK((twin{0x6a1f3b52c47d9e03ULL} == condition_category()));
    CHECK((client_category() != http_category()));
    CHECK(std::string{client_category().name()} == "inferpp.client");
    CHECK(std::string{http_category().name()} == "inferpp.http");
    CHECK(std::string{condition_category().name()} == "inferpp.condition");
}

TEST_CASE("the text of a failure has all that is known, and the server's words made harmless")
{
    error e{error_code{429, http_category()}};
    auto& info = e.edit();
    info.provider = "modzy";
    info.operation = "submit_embedded";
    info.server_message = "slow\r\ndown \x1b[31m\xff\"";
    info.job_id = "j-1\n";
    info.request_id = "r-9";
    info.phase = "read body";
    info.attempts = 3;
    info.sent = sent_state::yes;
    info.retry_after = std::chrono::milliseconds{1500};
    failure const thrown{e};
    CHECK(std::string{thrown.what()} ==
          "modzy submit_embedded: HTTP status 429: too many requests; slow down or raise the quota"
          "; the server says: \"slow\\x0d\\x0adown \\x1b[31m\\xff\"\""
          " [job j-1\\x0a, request r-9, phase read body, attempts 3, sent yes, "
          "retry after 1500 ms]");
    CHECK(thrown.what() == thrown.error().what());
    CHECK(thrown.code() == e.code());
    CHECK(thrown.error().info().server_message == e.info().server_message); // as it came
}

TEST_CASE("the text of an error without particulars is its code's message")
{
    CHECK(error{errc::closed}.what() == make_error_code(errc::closed).message());
    CHECK(error{errc::closed, "shut"}.what() == "shut");

    error e{errc::unknown_outcome};
    e.edit().cause = make_error_code(errc::first_byte_timeout);
    e.edit().json_path = "$.a[3]";
    e.edit().operation = "get_job";
    e.edit().attempts = 1;
    e.edit().sent = sent_state::maybe;
    std::string const text = e.what();
    CHECK(text.starts_with("get_job: the request may have reached the server"));
    CHECK(unit::contains(text, " at $.a[3] [cause the server did not begin to answer in time"));
    CHECK(unit::contains(text, ", attempts 1, sent maybe]"));
}

TEST_CASE("a long message of the server is cut in the text")
{
    error e{error_code{500, http_category()}};
    e.edit().server_message = std::string(4096, 'x');
    CHECK(e.what().size() < 512);
    CHECK(unit::contains(e.what(), "xxx...\""));
}

TEST_CASE("errors are values: copies are independent and moves carry everything")
{
    error a{errc::truncated, "first"};
    error b = a;
    b.edit().message = "second";
    CHECK(a.info().message == "first");
    a = b;
    CHECK(a.info().message == "second");
    error const& alias = a;
    a = alias;
    CHECK(a.info().message == "second");
    error const c = std::move(a);
    CHECK(c == errc::truncated);
    CHECK(c.info().message == "second");
    b = error{};
    CHECK_FALSE(b.code());
    CHECK(b.info().message.empty());
    CHECK(b.info().attempts == 0);
    static_assert(std::is_nothrow_move_constructible_v<error>);
    static_assert(std::is_nothrow_move_assignable_v<error>);
    static_assert(std::is_nothrow_copy_constructible_v<failure>);
}

TEST_CASE("current_error keeps a failure, takes the code of a system_error and rethrows the rest")
{
    auto const caught = [](auto const& thrown) {
        try {
            throw thrown;
        }
        catch (...) {
            return current_error();
        }
    };
    error e{errc::bad_schema, "here"};
    e.edit().json_path = "$.x";
    CHECK(caught(failure{e}).info().json_path == "$.x");
    CHECK(caught(boost::system::system_error{boost::asio::error::connection_reset}).code() ==
          boost::asio::error::connection_reset);
    CHECK(caught(boost::system::system_error{boost::asio::error::operation_aborted}) ==
          errc::cancelled);
    CHECK_THROWS_AS(caught(std::runtime_error{"not ours"}), std::runtime_error);
    CHECK_THROWS_AS(caught(std::system_error{std::make_error_code(std::errc::io_error)}),
                    std::system_error);
    CHECK_THROWS_AS(caught(42), int);
}

TEST_CASE("the value of a result that is an error throws a failure with its particulars")
{
    result<int> const wrong = error{errc::bad_json, "at byte 3"};
    try {
        (void)wrong.value();
        FAIL("did not throw");
    }
    catch (failure const& e) {
        CHECK(e.error() == condition::decode);
        CHECK(e.error().info().message == "at byte 3");
    }
    CHECK(result<int>{7}.value() == 7);
    CHECK_NOTHROW(result<void>{}.value());
    CHECK_THROWS_AS(result<void>{error{errc::closed}}.value(), failure);
}

TEST_CASE("sent states have words")
{
    CHECK(to_string(sent_state::no) == "no");
    CHECK(to_string(sent_state::maybe) == "maybe");
    CHECK(to_string(sent_state::yes) == "yes");
}

TEST_CASE("an error is written to a stream as its text")
{
    error e{errc::connect_failed, "no connection"};
    e.edit().provider = "modzy";
    e.edit().server_message = "line\nbreak";
    std::ostringstream narrow;
    narrow << e << '|' << error{errc::cancelled};
    CHECK(narrow.str() == e.what() + '|' + error{errc::cancelled}.what());
    CHECK(narrow.str().find('\n') == std::string::npos);
    std::wostringstream wide;
    wide << e;
    std::string const text = e.what();
    CHECK(wide.str() == std::wstring{text.begin(), text.end()});
}
