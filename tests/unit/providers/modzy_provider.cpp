// SPDX-License-Identifier: BSL-1.0

#include <inferpp/modzy.hpp>

#include "support/environment.hpp"
#include "unit/support.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

using namespace inferpp;

namespace {

modzy::options options_for(std::string base_url, std::string_view key = "prefix.body")
{
    modzy::options options;
    options.base_url = std::move(base_url);
    options.api_key = secret{key};
    return options;
}

// The message of the failure to construct, or "".
template <class Make>
std::string refusal(Make make)
{
    try {
        make();
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::invalid_argument);
        return e.what();
    }
    return {};
}

class no_transport final : public transport {
public:
    boost::asio::awaitable<result<incoming>> open(origin const&, http::request const&,
                                                  limits const&, clock::time_point) override
    {
        co_return error{errc::connect_failed};
    }
};

} // namespace

TEST_CASE("modzy: the base URL is taken with and without /api and a slash at its end")
{
    struct {
        std::string url;
        std::string origin;
        std::string path;
    } const cases[] = {
        {"https://app.modzy.com/api", "https://app.modzy.com", "/api"},
        {"https://app.modzy.com/api/", "https://app.modzy.com", "/api"},
        {"https://app.modzy.com/api//", "https://app.modzy.com", "/api"},
        {"https://app.modzy.com", "https://app.modzy.com", "/api"},
        {"https://app.modzy.com/", "https://app.modzy.com", "/api"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080", "/api"},
        {"http://[::1]:8080/api", "http://[::1]:8080", "/api"},
        {"https://host/modzy", "https://host", "/modzy/api"},
        {"https://host/modzy/api/", "https://host", "/modzy/api"},
        {"https://host/myapi", "https://host", "/myapi/api"},
        {"https://api", "https://api", "/api"},
    };
    for (auto const& [url, origin, path] : cases) {
        CAPTURE(url);
        modzy::provider const platform{options_for(url)};
        CHECK(platform.base().origin.to_string() == origin);
        CHECK(platform.base().path == path);
        CHECK(platform.base().query.empty());
        CHECK(join_target(platform.base().path, "jobs/1") == path + "/jobs/1");
    }
    CHECK(modzy::provider{options_for(modzy::options{}.base_url)}.base().origin.host ==
          "app.modzy.com");
}

TEST_CASE("modzy: a bad base URL is refused by name")
{
    for (auto const* url :
         {"", "app.modzy.com", "ftp://app.modzy.com", "https://user:hunter2@app.modzy.com",
          "https://app.modzy.com/api?key=hunter2", "https://app.modzy.com/#hunter2",
          "https://app.modzy.com:0", "https://app.modzy.com:99999", "https://127.0.0.1%00.evil/",
          "https://app.modzy.com/a b", "https://app.modzy.com\r\n", "https://"}) {
        CAPTURE(url);
        auto const why = refusal([&] { modzy::provider{options_for(url)}; });
        CHECK(why.starts_with("options.base_url: "));
        CHECK_FALSE(unit::contains(why, "hunter2"));
    }
}

TEST_CASE("modzy: credentials go into one header")
{
    CHECK(unit::contains(refusal([] { modzy::provider{options_for("https://h", "")}; }),
                         "options.api_key is empty"));
    modzy::provider const platform{options_for("https://h")};
    CHECK(platform.name() == "modzy");
    http::request message{"GET", "/api/jobs/1"};
    platform.authorize(message);
    platform.authorize(message); // again for the next attempt
    CHECK(message.headers.size() == 1);
    CHECK(message.headers.find("Authorization") == "ApiKey prefix.body");
}

TEST_CASE("modzy: a team's token takes the place of an API key, with the team in its own header")
{
    modzy::options team;
    team.base_url = "https://h";
    team.team_id = "team-1";
    team.team_token = secret{"hunter2.token"};
    modzy::provider const platform{team};
    http::request message{"GET", "/api/jobs/1"};
    platform.authorize(message);
    platform.authorize(message);
    CHECK(message.headers.size() == 2);
    CHECK(message.headers.find("Authorization") == "Bearer hunter2.token");
    CHECK(message.headers.find("Modzy-Team-Id") == "team-1");

    auto both = team;
    both.api_key = secret{"hunter2.key"};
    auto no_id = team;
    no_id.team_id.clear();
    auto no_token = team;
    no_token.team_token = {};
    auto mixed = no_id;
    mixed.api_key = secret{"hunter2.key"};
    struct {
        modzy::options options;
        std::string message;
    } const cases[] = {
        {both, "options.api_key and options.team_id exclude each other"},
        {mixed, "options.api_key and options.team_id exclude each other"},
        {no_id, "options.team_id and options.team_token are only used together"},
        {no_token, "options.team_id and options.team_token are only used together"},
    };
    for (auto const& [options, message_of_it] : cases) {
        auto const& with = options; // a lambda can't capture a structured binding
        auto const why = refusal([&] { modzy::provider{with}; });
        CHECK_MESSAGE(unit::contains(why, message_of_it), why);
        CHECK_FALSE(unit::contains(why, "hunter2"));
    }
    boost::asio::io_context context;
    team.transport = std::make_shared<no_transport>();
    team.team_id = "team-1\n";
    CHECK(unit::contains(refusal([&] { modzy::client{context.get_executor(), team}; }),
                         "Modzy-Team-Id"));
}

TEST_CASE("modzy: a key that no header can hold is refused by the client and not shown")
{
    boost::asio::io_context context;
    for (auto const* key : {"hunter2\n", "hunter2\r\nX: y", "hun\x01ter2", "hunter2 "}) {
        auto const why = refusal([&] {
            auto options = options_for("https://h", key);
            options.transport = std::make_shared<no_transport>();
            modzy::client{context.get_executor(), options};
        });
        CHECK(unit::contains(why, "Authorization"));
        CHECK_FALSE(unit::contains(why, "hunter2"));
        CHECK_FALSE(unit::contains(why, "hun\\x01"));
    }
}

TEST_CASE("modzy: options of the client are checked before any I/O")
{
    boost::asio::io_context context;
    auto options = options_for("https://h");
    options.transport = std::make_shared<no_transport>();
    options.retry.max_attempts = 0;
    CHECK(unit::contains(refusal([&] {
                             modzy::client{context.get_executor(), options};
                         }),
                         "retry.max_attempts"));
    options.retry.max_attempts = 1;
    options.limits.total = std::chrono::milliseconds{0};
    CHECK(unit::contains(refusal([&] {
                             modzy::client{context.get_executor(), options};
                         }),
                         "limits.total"));
    options.limits.total = std::chrono::seconds{1};
    options.user_agent = "agent\n";
    CHECK(unit::contains(refusal([&] {
                             modzy::client{context.get_executor(), options};
                         }),
                         "User-Agent"));
    options.user_agent = "agent";
    CHECK(refusal([&] { modzy::client{context.get_executor(), options}; }).empty());
}

TEST_CASE("modzy: options come from the environment when asked for")
{
    {
        support::environment_variable const key{"MODZY_API_KEY", "prefix.body"};
        support::environment_variable const base{"MODZY_BASE_URL", "http://127.0.0.1:1/"};
        auto const options = modzy::options::from_env();
        CHECK(options.api_key.reveal() == "prefix.body");
        CHECK(options.base_url == "http://127.0.0.1:1/");
    }
    {
        support::environment_variable const key{"MODZY_API_KEY", ""};
        support::environment_variable const team{"MODZY_TEAM_ID", "team-1"};
        support::environment_variable const token{"MODZY_TEAM_TOKEN", "token"};
        auto const options = modzy::options::from_env();
        CHECK(options.api_key.empty());
        CHECK(options.team_id == "team-1");
        CHECK(options.team_token.reveal() == "token");
        support::environment_variable const first{"MODZY_API_KEY", "k"}; // wins
        CHECK(modzy::options::from_env().api_key.reveal() == "k");
        CHECK(modzy::options::from_env().team_id.empty());
        CHECK(modzy::options::from_env().team_token.empty());
    }
    support::environment_variable const no_token{"MODZY_TEAM_TOKEN", nullptr};
    for (char const* const missing : {static_cast<char const*>(nullptr), ""}) {
        {
            support::environment_variable const key{"MODZY_API_KEY", "k"};
            support::environment_variable const base{"MODZY_BASE_URL", missing};
            CHECK(modzy::options::from_env().base_url == modzy::options{}.base_url);
        }
        support::environment_variable const key{"MODZY_API_KEY", missing};
        CHECK(unit::contains(refusal([] { modzy::options::from_env(); }), "MODZY_API_KEY"));
    }
}

TEST_CASE("modzy: errors are read from JSON, and from what proxies send")
{
    modzy::provider const platform{options_for("https://h")};
    struct {
        std::string body;
        std::string message;
    } const cases[] = {
        {R"({"statusCode":404,"status":"NOT_FOUND","message":"No such job","reportErrorUrl":"x"})",
         "No such job"},
        {R"({"message":"Bad","technicalInformation":"field model"})", "Bad: field model"},
        {R"({"message":"Bad","technicalInformation":null})", "Bad"},
        {R"({"message":""})", R"({"message":""})"},
        {R"({"message":5})", R"({"message":5})"},
        {R"({"error":"other shape"})", R"({"error":"other shape"})"},
        {"<html>502 Bad Gateway</html>", "<html>502 Bad Gateway</html>"},
        {"\xff\xfe", "\xff\xfe"},
        {"[]", "[]"},
        {"", ""},
    };
    for (auto const& [body, message] : cases) {
        CAPTURE(body);
        http::response answer;
        answer.status = 404;
        answer.body = body;
        error::particulars info;
        platform.read_error(answer, info);
        CHECK(info.server_message == message);
        CHECK(info.request_id.empty());
    }
    http::response answer;
    answer.headers.add("x-request-id", "r-1");
    error::particulars info;
    platform.read_error(answer, info);
    CHECK(info.request_id == "r-1");
}
