// SPDX-License-Identifier: BSL-1.0
//
// A platform of the tests' own, with the kinds of operation that Modzy does not have.

#ifndef INFERPP_TESTS_SUPPORT_ECHO_PLATFORM_HPP
#define INFERPP_TESTS_SUPPORT_ECHO_PLATFORM_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/codec/ndjson.hpp>
#include <inferpp/testing/fake_transport.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support::echo {

using inferpp::error;
using inferpp::operation_info;

struct options : inferpp::client_options {
    options() = default;
    std::string base_url = "https://echo.test/v1";
};

class provider final : public inferpp::provider {
public:
    using options = echo::options;
    explicit provider(options const& with) : base_(inferpp::parse_url(with.base_url, false).value())
    {
    }
    std::string_view name() const noexcept override { return "echo"; }
    inferpp::url const& base() const noexcept override { return base_; }
    void authorize(inferpp::http::request& message) const override
    {
        message.headers.set("Authorization", "Bearer t");
    }
    void read_error(inferpp::http::response const& answer,
                    error::particulars& info) const override
    {
        info.server_message = answer.body;
    }

private:
    inferpp::url base_;
};

using client = inferpp::basic_client<provider>;

// --- a stream ------------------------------------------------------------------------------------

struct token {
    token() = default;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(token, (), (text))

struct generate {
    using provider = echo::provider;
    using response = std::string;
    using event = token;
    using decoder = inferpp::ndjson_events<token>;
    static constexpr operation_info info{
        .name = "generate", .method = "POST", .repeat = inferpp::idempotency::unsafe};

    explicit generate(std::string with) : prompt(std::move(with)) {}

    std::string prompt;

    static std::string target() { return "generate"; }
};
BOOST_DESCRIBE_STRUCT(generate, (), (prompt))

/// As `ndjson_events<token>`, but the protocol has a terminator: a token "[end]".
class terminated_tokens {
public:
    explicit terminated_tokens(std::size_t limit) : lines_(limit) {}
    inferpp::result<void> feed(std::string_view data) { return lines_.feed(data); }
    inferpp::result<std::optional<token>> next()
    {
        if (done_)
            return std::optional<token>{};
        auto event = lines_.next();
        if (event && *event && (*event)->text == "[end]") {
            done_ = true;
            return std::optional<token>{};
        }
        return event;
    }
    inferpp::result<void> finish()
    {
        if (!done_)
            return error{inferpp::errc::stream_truncated};
        return {};
    }
    bool done() const noexcept { return done_; }

private:
    inferpp::ndjson_events<token> lines_;
    bool done_ = false;
};

struct generate_terminated : generate {
    using decoder = terminated_tokens;
    static constexpr operation_info info{
        .name = "generate_terminated", .method = "POST", .repeat = inferpp::idempotency::unsafe};
    using generate::generate;
};

// --- a listing -----------------------------------------------------------------------------------

struct listing {
    listing() = default;
    std::vector<std::string> names;
    std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(listing, (), (names, next))

struct list_models {
    using provider = echo::provider;
    using response = listing;
    using item = std::string;
    static constexpr operation_info info{.name = "list_models"};

    list_models() = default;

    std::string cursor;

    std::string target() const
    {
        inferpp::target_builder built;
        built.path("models");
        if (!cursor.empty())
            built.query("after", cursor);
        return built.str();
    }
    static std::vector<std::string> items(listing& page) { return std::move(page.names); }
    bool advance(listing const& page)
    {
        cursor = page.next.value_or("");
        return page.next.has_value();
    }
};

// --- a job without a cancel operation ------------------------------------------------------------

struct ticket {
    ticket() = default;
    std::string id;
};
BOOST_DESCRIBE_STRUCT(ticket, (), (id))

struct progress_report {
    progress_report() = default;
    std::string word;
    std::optional<int> ask_again; ///< milliseconds
    std::string why;
};
BOOST_DESCRIBE_STRUCT(progress_report, (), (word, ask_again, why))

constexpr inferpp::json_rules json_rules_of(progress_report const*)
{
    return inferpp::json_rules{inferpp::naming::as_written}.required("word");
}

struct get_progress {
    using provider = echo::provider;
    using response = progress_report;
    static constexpr operation_info info{.name = "get_progress"};
    explicit get_progress(std::string with) : id(std::move(with)) {}
    std::string id;
    std::string target() const { return inferpp::target_builder{}.path("jobs").path(id).str(); }
};

struct get_outcome {
    using provider = echo::provider;
    using response = token;
    static constexpr operation_info info{.name = "get_outcome"};
    explicit get_outcome(std::string with) : id(std::move(with)) {}
    std::string id;
    std::string target() const
    {
        return inferpp::target_builder{}.path("jobs").path(id).path("outcome").str();
    }
};

struct train {
    using provider = echo::provider;
    using response = ticket;
    using status_operation = get_progress;
    using result_operation = get_outcome;
    static constexpr operation_info info{
        .name = "train", .method = "POST", .repeat = inferpp::idempotency::unsafe};

    explicit train(std::string with) : name(std::move(with)) {}

    std::string name;

    static std::string target() { return "jobs"; }
    static std::string job_id(ticket const& made) { return made.id; }
    static inferpp::job_status describe(progress_report const& report)
    {
        using inferpp::phase;
        phase where = phase::unknown;
        if (report.word == "busy")
            where = phase::running;
        else if (report.word == "done")
            where = phase::succeeded;
        else if (report.word == "bad")
            where = phase::failed;
        inferpp::job_status status{where, report.word};
        if (report.ask_again)
            status.poll_after = std::chrono::milliseconds{*report.ask_again};
        status.reason = report.why;
        return status;
    }
};
BOOST_DESCRIBE_STRUCT(train, (), (name))

} // namespace support::echo

#endif
