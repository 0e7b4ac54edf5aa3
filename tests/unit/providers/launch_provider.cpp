// SPDX-License-Identifier: BSL-1.0
//
// Launch's credentials, base URL, and errors in all shapes that servers and proxies give them.

#include <inferpp/providers/launch/provider.hpp>

#include <string>
#include <string_view>

#include "support/environment.hpp"
#include "unit/support.hpp"

using namespace inferpp;
namespace launch = inferpp::launch;

namespace {

launch::options good()
{
    launch::options options;
    options.api_key = secret{"KEY"};
    return options;
}

error::particulars read(int status, std::string body, std::string_view request_id = {})
{
    launch::provider const platform{good()};
    http::response answer;
    answer.status = status;
    answer.body = std::move(body);
    if (!request_id.empty())
        answer.headers.add("x-request-id", request_id);
    error::particulars info;
    platform.read_error(answer, info);
    return info;
}

error refusal_of(launch::options const& options)
{
    try {
        launch::provider const platform{options};
        return {};
    }
    catch (failure const& e) {
        return e.error();
    }
}

} // namespace

TEST_CASE("Launch's key is the user name of HTTP Basic, without a password")
{
    launch::provider const platform{good()};
    http::request message;
    platform.authorize(message);
    CHECK(message.headers.find("Authorization") == "Basic S0VZOg==");
    CHECK(platform.name() == "launch");
    CHECK(platform.base().origin.to_string() == "https://api.scale.com");
    CHECK(platform.base().path == "/v1/launch");
}

TEST_CASE("Launch's options are refused by name, before any I/O")
{
    auto options = good();
    options.api_key = secret{};
    CHECK(refusal_of(options) == errc::invalid_argument);
    CHECK(unit::contains(refusal_of(options).what(), "api_key"));
    options = good();
    for (char const* const bad : {"", "api.scale.com", "ftp://h", "https://u@h", "https://h?x"}) {
        CAPTURE(bad);
        options.base_url = bad;
        CHECK(refusal_of(options) == errc::invalid_argument);
        CHECK(unit::contains(refusal_of(options).what(), "base_url"));
    }
    options.base_url = "http://localhost:5000/";
    CHECK(!refusal_of(options).code());
}

TEST_CASE("Launch's options from the environment")
{
    support::environment_variable const key{"SCALE_API_KEY", "from the environment"};
    support::environment_variable const base{"SCALE_LAUNCH_BASE_URL", nullptr};
    auto const options = launch::options::from_env();
    CHECK(options.api_key.reveal() == "from the environment");
    CHECK(options.base_url == "https://api.scale.com/v1/launch");
    base.set("http://localhost:5000");
    CHECK(launch::options::from_env().base_url == "http://localhost:5000");
    base.set("");
    CHECK(launch::options::from_env().base_url == "https://api.scale.com/v1/launch");
    for (char const* const missing : {"", static_cast<char const*>(nullptr)}) {
        key.set(missing);
        CHECK_THROWS_WITH_AS((void)launch::options::from_env(), doctest::Contains("SCALE_API_KEY"),
                             failure);
    }
}

TEST_CASE("the routes of Launch answer errors as detail")
{
    CHECK(read(404, R"({"detail":"The specified endpoint could not be found."})").server_message ==
          "The specified endpoint could not be found.");
    auto const missing = read(422, R"({"detail":[{"type":"missing",)"
                                   R"("loc":["query","model_endpoint_id"],)"
                                   R"("msg":"Field required","input":null},)"
                                   R"({"loc":["body","args",0],"msg":"odd"}]})");
    CHECK(missing.server_message == "query.model_endpoint_id: Field required; body.args.0: odd");
    CHECK(unit::contains(read(400, R"({"detail":{"message":"from the container"}})").server_message,
                         "from the container"));
    CHECK(read(422, R"({"detail":[]})").server_message.empty());
    CHECK(!read(422, R"({"detail":["text",7,{"msg":"m"},{"loc":"x"}]})").server_message.empty());
    CHECK(!read(400, R"({"detail":null})").should_retry);
}

TEST_CASE("the middleware of Launch answers them as error, with an id of the request")
{
    auto const busy =
        read(429, R"({"error":"Too many requests","timestamp":"2026-07-01 10:00:00 PDT"})");
    CHECK(busy.server_message == "Too many requests");
    CHECK(busy.request_id.empty());
    CHECK(!busy.should_retry);
    auto const internal =
        read(500, R"({"error":"Internal error occurred.","timestamp":"t","request_id":"r-1"})");
    CHECK(internal.server_message == "Internal error occurred.");
    CHECK(internal.request_id == "r-1");
    CHECK(read(500, "{}", "from a header").request_id == "from a header");
    CHECK(read(500, R"({"error":{"message":"m"},"request_id":7})").request_id.empty());
}

TEST_CASE("proxies before Launch answer any text")
{
    for (char const* const text :
         {"downstream duration timeout", "<html>504</html>", "", "no healthy upstream", "[1]"}) {
        CAPTURE(text);
        auto const got = read(504, text);
        CHECK(got.server_message == text);
        CHECK(!got.should_retry);
    }
}

TEST_CASE("a prediction that may have run is not asked for again")
{
    CHECK(read(408, R"({"detail":"Request timed out."})").should_retry == false);
    CHECK(read(503, R"({"detail":"Message broker temporarily unavailable. Please retry."})")
              .should_retry == false);
    std::string const reset =
        "upstream connect error or disconnect/reset before headers. reset reason: ";
    CHECK(read(503, reset + "connection termination").should_retry == false);
    CHECK(read(503, reset + "local reset").should_retry == false);
    // These never came to the model.
    CHECK(!read(503, reset + "connection failure").should_retry);
    CHECK(!read(503, reset + "overflow").should_retry);
    CHECK(!read(503, "no healthy upstream").should_retry);
    CHECK(!read(429, R"({"error":"Too many requests"})").should_retry);
}

TEST_CASE("the ids of endpoints are remembered, forgotten, and bounded")
{
    launch::provider const platform{good()};
    CHECK(!platform.find_endpoint("a"));
    platform.remember_endpoint("a", "end_1");
    platform.remember_endpoint("a", "end_2");
    CHECK(platform.find_endpoint("a") == "end_2");
    platform.forget_endpoint("a");
    platform.forget_endpoint("never there");
    CHECK(!platform.find_endpoint("a"));
    for (int i = 0; i < 10'000; ++i)
        platform.remember_endpoint(std::to_string(i), "end");
    std::size_t known = 0;
    for (int i = 0; i < 10'000; ++i)
        known += platform.find_endpoint(std::to_string(i)) ? 1 : 0;
    CHECK(known > 0);
    CHECK(known <= 4096);
    CHECK(platform.find_endpoint("9999") == "end");
}
