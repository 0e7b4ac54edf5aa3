// SPDX-License-Identifier: BSL-1.0
//
// Where Bedrock is, who we are, and what its errors mean.

#include <inferpp/bedrock.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/bedrock_environment.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::bedrocking::fake_environment;

namespace {

std::string base_of(bedrock::service_id const& service, std::string region, bool fips = false,
                    bool dualstack = false, std::string custom = {})
{
    bedrock::endpoint_settings with;
    with.region = std::move(region);
    with.use_fips = fips;
    with.use_dualstack = dualstack;
    with.custom = std::move(custom);
    auto const base = bedrock::find_endpoint(service, with);
    return base ? base->origin.to_string() + (base->path == "/" ? "" : base->path)
                : base.error().info().message;
}

http::response refusal(int status, std::string_view body,
                       std::vector<std::pair<std::string, std::string>> const& headers = {})
{
    http::response answer;
    answer.status = status;
    answer.body = body;
    for (auto const& [name, value] : headers)
        answer.headers.add(name, value);
    return answer;
}

bedrock::credentials some_keys()
{
    return bedrock::credentials{"AKIDEXAMPLE", secret{"secretkeyEXAMPLE"}};
}

struct world {
    world() : transport(std::make_shared<testing::fake_transport>(time))
    {
        options.region = "us-east-1";
        options.credentials = bedrock::static_credentials(some_keys());
        options.transport = transport;
        options.clock = time;
    }

    template <class Op>
    auto send(Op op)
    {
        asio::io_context context{1};
        bedrock::client client{context.get_executor(), options};
        auto done = asio::co_spawn(context, as_result(client.send(op)), asio::use_future);
        context.run();
        return done.get();
    }
    auto get() { return send(bedrock::get_model_invocation_job{"abcdefghij12"}); }

    std::string header(std::size_t index, std::string_view name) const
    {
        return std::string{transport->requests().at(index).headers.find(name).value_or("none")};
    }

    std::shared_ptr<testing::manual_clock> time = std::make_shared<testing::manual_clock>();
    std::shared_ptr<testing::fake_transport> transport;
    bedrock::options options;
};

constexpr std::string_view small_job = R"({"jobArn":"arn:x","status":"Completed"})";

std::string failure_of(bedrock::options const& options)
{
    asio::io_context context{1};
    try {
        bedrock::client const client{context.get_executor(), options};
        return "fine";
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::invalid_argument);
        return e.error().info().message;
    }
}

} // namespace

TEST_CASE("bedrock: endpoints are made of service, region and partition")
{
    using bedrock::services::control_plane;
    using bedrock::services::runtime;
    using bedrock::services::s3;
    using bedrock::services::sso;
    CHECK(base_of(control_plane, "us-east-1") == "https://bedrock.us-east-1.amazonaws.com");
    CHECK(base_of(runtime, "eu-west-3", true) ==
          "https://bedrock-runtime-fips.eu-west-3.amazonaws.com");
    CHECK(base_of(control_plane, "us-gov-east-1", false, true) ==
          "https://bedrock.us-gov-east-1.api.aws");
    CHECK(base_of(control_plane, "cn-north-1", true, true) ==
          "https://bedrock-fips.cn-north-1.api.amazonwebservices.com.cn");
    CHECK(base_of(control_plane, "us-iso-east-1") == "https://bedrock.us-iso-east-1.c2s.ic.gov");
    CHECK(base_of(control_plane, "us-isob-east-1") ==
          "https://bedrock.us-isob-east-1.sc2s.sgov.gov");
    CHECK(base_of(control_plane, "us-isof-south-1") ==
          "https://bedrock.us-isof-south-1.csp.hci.ic.gov");
    CHECK(base_of(control_plane, "eu-isoe-west-1") ==
          "https://bedrock.eu-isoe-west-1.cloud.adc-e.uk");
    CHECK(base_of(control_plane, "eusc-de-east-1") ==
          "https://bedrock.eusc-de-east-1.amazonaws.eu");
    CHECK(base_of(control_plane, "moon-base-1") == "https://bedrock.moon-base-1.amazonaws.com");
    CHECK(base_of(control_plane, "cn-odd") == "https://bedrock.cn-odd.amazonaws.com");
    CHECK(base_of(s3, "us-east-1", true, true) ==
          "https://s3-fips.dualstack.us-east-1.amazonaws.com");
    CHECK(base_of(sso, "us-east-2", true, true) == "https://portal.sso-fips.us-east-2.api.aws");
    CHECK(base_of(control_plane, "", false, false, "http://h:1/base/") == "http://h:1/base");
    CHECK(unit::contains(base_of(control_plane, ""), "no region is set"));
    CHECK(unit::contains(base_of(control_plane, "us east"), "must be a name such as us-east-1"));
    CHECK(
        unit::contains(base_of(control_plane, "x.evil.test/"), "must be a name such as us-east-1"));
    CHECK(unit::contains(base_of(control_plane, "us-east-1", true, false, "https://h"), "FIPS"));
    CHECK(unit::contains(base_of(control_plane, "us-east-1", false, true, "https://h"),
                         "dual-stack"));
    CHECK(unit::contains(base_of(control_plane, "us-east-1", false, false, "h"), "has no scheme"));
}

TEST_CASE("bedrock: endpoints: the public vectors")
{
    auto const folder = unit::shared_path("vectors/endpoint-vectors");
    if (folder.empty())
        return;
    struct {
        char const* file;
        bedrock::service_id service;
    } const files[] = {{"bedrock-endpoint-tests.json", bedrock::services::control_plane},
                       {"bedrock-runtime-endpoint-tests.json", bedrock::services::runtime}};
    std::size_t done = 0;
    for (auto const& [file, service] : files) {
        auto const parsed = parse_json(unit::read_file(folder / file));
        REQUIRE(parsed.has_value());
        for (auto const& test : parsed->at("testCases").as_array()) {
            CAPTURE(std::string{test.at("documentation").as_string().c_str()});
            boost::json::object params;
            if (auto const* const given = test.as_object().if_contains("params"))
                params = given->as_object();
            auto const text = [&params](char const* name) {
                return params.contains(name) ? std::string{params.at(name).as_string().c_str()}
                                             : std::string{};
            };
            auto const flag = [&params](char const* name) {
                return params.contains(name) && params.at(name).as_bool();
            };
            std::string const got = base_of(service, text("Region"), flag("UseFIPS"),
                                            flag("UseDualStack"), text("Endpoint"));
            auto const& expect = test.at("expect").as_object();
            if (expect.contains("endpoint"))
                CHECK(got == expect.at("endpoint").at("url").as_string().c_str());
            else
                CHECK(!got.starts_with("http"));
            ++done;
        }
    }
    CHECK(done == 42);
}

TEST_CASE("bedrock: options come from variables and the profile")
{
    auto const machine = std::make_shared<fake_environment>();
    CHECK_THROWS_AS(bedrock::options::from_env("", machine), failure);
    machine->variables = {{"HOME", "/home"}};
    machine->files["/home/.aws/config"] =
        "[default]\nregion = eu-west-1\nuse_fips_endpoint = true\nservices = local\n"
        "endpoint_url = https://all.test\n[services local]\ns3 =\n endpoint_url = http://s3.test\n"
        "[profile other]\nregion = us-west-2\n";
    auto read = bedrock::options::from_env("", machine);
    CHECK(read.region == "eu-west-1");
    CHECK(read.use_fips);
    CHECK(!read.use_dualstack);
    CHECK(read.endpoint == "https://all.test");
    CHECK(read.runtime_endpoint == "https://all.test");
    CHECK(read.s3_endpoint == "http://s3.test");
    CHECK(read.credentials == nullptr);
    CHECK(read.bearer_key.empty());
    CHECK(bedrock::options::from_env("other", machine).region == "us-west-2");
    CHECK(bedrock::options::from_env("other", machine).endpoint.empty());
    CHECK_THROWS_AS(bedrock::options::from_env("none", machine), failure);

    machine->variables["AWS_REGION"] = "ap-south-1";
    machine->variables["AWS_DEFAULT_REGION"] = "unused";
    machine->variables["AWS_BEARER_TOKEN_BEDROCK"] = " key ";
    machine->variables["AWS_USE_FIPS_ENDPOINT"] = "false";
    machine->variables["AWS_USE_DUALSTACK_ENDPOINT"] = "TRUE";
    machine->variables["AWS_ENDPOINT_URL_BEDROCK"] = "https://control.test";
    machine->variables["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = "https://runtime.test";
    machine->variables["AWS_ENDPOINT_URL"] = "https://rest.test";
    read = bedrock::options::from_env("", machine);
    CHECK(read.region == "ap-south-1");
    CHECK(!read.use_fips);
    CHECK(read.use_dualstack);
    CHECK(read.bearer_key.reveal() == "key");
    CHECK(read.endpoint == "https://control.test");
    CHECK(read.runtime_endpoint == "https://runtime.test");
    CHECK(read.s3_endpoint == "https://rest.test");
    machine->variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    CHECK(bedrock::options::from_env("", machine).endpoint.empty());
    machine->files["/home/.aws/config"] = "broken";
    CHECK_THROWS_AS(bedrock::options::from_env("", machine), failure);
}

TEST_CASE("bedrock: wrong options are told before any I/O")
{
    world here;
    here.options.region = "";
    CHECK(unit::contains(failure_of(here.options), "options.region is empty"));
    here.options.region = "us-east-1";
    here.options.endpoint = "ftp://x";
    CHECK(unit::contains(failure_of(here.options), "the endpoint of bedrock"));
    here.options.endpoint = "http://elsewhere.test";
    here.options.credentials = nullptr;
    here.options.bearer_key = secret{"key"};
    CHECK(unit::contains(failure_of(here.options), "over http"));
    here.options.bearer_over_http = true;
    CHECK(failure_of(here.options) == "fine");
    here.options.bearer_over_http = false;
    for (char const* const near : {"http://127.0.0.1:1", "http://localhost", "http://[::1]:80"}) {
        here.options.endpoint = near;
        CHECK(failure_of(here.options) == "fine");
    }
    here.options.endpoint = "";
    here.options.bearer_key = secret{"two\nlines"};
    CHECK(unit::contains(failure_of(here.options), "Authorization"));
    // A short-lived key tells its region.
    std::string const query =
        "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=AKID%2F20240801%2F"
        "eu-west-1%2Fbedrock%2Faws4_request&X-Amz-Date=20240801T000000Z";
    std::string key = "bedrock-api-key-";
    append_base64(query, key);
    here.options.bearer_key = secret{key};
    CHECK(unit::contains(failure_of(here.options), "good in the region eu-west-1 alone"));
    here.options.region = "eu-west-1";
    CHECK(failure_of(here.options) == "fine");
    CHECK_THROWS_AS(bedrock::static_credentials(bedrock::credentials{}), failure);
}

TEST_CASE("bedrock: requests are signed for the service, the host and the time")
{
    world here;
    here.transport->reply(200, std::string{small_job});
    REQUIRE(here.get().has_value());
    CHECK(here.transport->origins()[0].to_string() == "https://bedrock.us-east-1.amazonaws.com");
    CHECK(here.header(0, "X-Amz-Date") == "20300101T000000Z");
    CHECK(here.header(0, "X-Amz-Security-Token") == "none");
    CHECK(here.header(0, "X-Amz-Content-Sha256") == "none"); // S3 alone wants it
    CHECK(here.header(0, "Authorization")
              .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/us-east-1/bedrock/"
                           "aws4_request, SignedHeaders=host;x-amz-date, Signature="));
    bedrock::credentials session{"ASIA1", secret{"key"}, secret{"session"}};
    here.options.credentials = bedrock::static_credentials(session);
    here.transport->reply(200, std::string{small_job});
    REQUIRE(here.get().has_value());
    CHECK(here.header(1, "X-Amz-Security-Token") == "session");
    CHECK(unit::contains(here.header(1, "Authorization"), "x-amz-security-token,"));
}

TEST_CASE("bedrock: an API key goes as it is, and credentials set in code count more")
{
    world here;
    here.options.credentials = nullptr;
    here.options.bearer_key = secret{"bedrock-api-key-ABC"};
    here.transport->reply(200, std::string{small_job}).reply(200, std::string{small_job});
    REQUIRE(here.get().has_value());
    CHECK(here.header(0, "Authorization") == "Bearer bedrock-api-key-ABC");
    CHECK(here.header(0, "X-Amz-Date") == "none");
    here.options.credentials = bedrock::static_credentials(some_keys());
    REQUIRE(here.get().has_value());
    CHECK(here.header(1, "Authorization").starts_with("AWS4-"));
}

TEST_CASE("bedrock: the runtime and S3 are signed for by the same options")
{
    world here;
    asio::io_context context{1};
    bedrock::runtime::client const runtime{context.get_executor(), here.options};
    CHECK(runtime.platform().base().origin.to_string() ==
          "https://bedrock-runtime.us-east-1.amazonaws.com");
    bedrock::s3::client const s3{context.get_executor(), here.options};
    CHECK(s3.platform().base().origin.to_string() == "https://s3.us-east-1.amazonaws.com");
    here.transport->reply(200, "").reply(200, "");
    http::request put{"PUT", "/bucket/a%20b//c"};
    put.body = "content";
    auto done = asio::co_spawn(
        context,
        [](bedrock::s3::client from, http::request message,
           bedrock::runtime::client other) -> asio::awaitable<void> {
            co_await from.raw(message);
            co_await other.raw(message);
        }(s3, put, runtime),
        asio::use_future);
    context.run();
    done.get();
    CHECK(unit::contains(here.header(0, "Authorization"), "/us-east-1/s3/aws4_request"));
    CHECK(here.header(0, "X-Amz-Content-Sha256") == sha256_hex("content"));
    CHECK(unit::contains(here.header(0, "Authorization"), "x-amz-content-sha256;"));
    CHECK(unit::contains(here.header(1, "Authorization"), "/us-east-1/bedrock/aws4_request"));
}

TEST_CASE("bedrock: the type of an error is found wherever it stands")
{
    std::vector<http::response> const answers{
        refusal(400, "{}", {{"X-Amzn-ErrorType", "FooError"}}),
        refusal(400, "{}", {{"x-amzn-errortype", "FooError:http://internal.amazon.com/coral/"}}),
        refusal(400, R"({"code":"FooError"})"),
        refusal(400, R"({"code":"ns.a#FooError:http://x"})"),
        refusal(400, R"({"__type":"ns.a#FooError"})"),
        refusal(400, R"({"__type":"FooError:http://x","code":null})"),
        refusal(400, "<Error><Code>FooError</Code></Error>"),
        refusal(400, "<ErrorResponse xmlns='u'><Error><Code>FooError</Code></Error>"
                     "</ErrorResponse>"),
        refusal(400, R"({"code":"Other","__type":"Another"})",
                {{"x-amzn-errortype", "FooError,more"}}),
    };
    for (http::response const& answer : answers)
        CHECK(bedrock::read_aws_error(answer).type == "FooError");
    CHECK(bedrock::read_aws_error(refusal(500, "")).type.empty());
    CHECK(bedrock::read_aws_error(refusal(400, R"({"Message":"m","__type":7})")).message == "m");
    auto const html = bedrock::read_aws_error(
        refusal(403, "<html>no</html>", {{"x-amzn-errortype", "AccessDenied"}}));
    CHECK(html.type == "AccessDenied");
    CHECK(html.message == "<html>no</html>");
    auto const s3 = bedrock::read_aws_error(
        refusal(404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message>"
                     "<RequestId>r</RequestId><HostId>h</HostId></Error>"));
    CHECK(s3.type == "NoSuchKey");
    CHECK(s3.message == "m");
    CHECK(s3.request_id == "r");
    CHECK(s3.extended_id == "h");
}

TEST_CASE("bedrock: errors: the public vectors of the protocol")
{
    auto const path = unit::shared_path("vectors/protocol-vectors/output-rest-json.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    std::size_t done = 0;
    for (auto const& suite : parsed->as_array())
        for (auto const& test : suite.at("cases").as_array()) {
            std::string const id = test.at("id").as_string().c_str();
            if (!id.starts_with("RestJsonFooError"))
                continue;
            CAPTURE(id);
            auto const& answer = test.at("response").as_object();
            http::response made;
            made.status = static_cast<int>(answer.at("status_code").as_int64());
            for (auto const& header : answer.at("headers").as_object())
                made.headers.add(std::string{header.key()}, header.value().as_string().c_str());
            if (answer.contains("body") && answer.at("body").is_string())
                made.body = answer.at("body").as_string().c_str();
            CHECK(bedrock::read_aws_error(made).type == "FooError");
            ++done;
        }
    CHECK(done == 9);
}

TEST_CASE("bedrock: errors become the portable conditions by their type")
{
    struct {
        int status;
        std::string_view type;
        condition is;
    } const cases[] = {
        {400, "ValidationException", condition::invalid_argument},
        {403, "AccessDeniedException", condition::forbidden},
        {404, "ResourceNotFoundException", condition::not_found},
        {400, "ConflictException", condition::conflict},
        {400, "ServiceQuotaExceededException", condition::rate_limited},
        {429, "ThrottlingException", condition::rate_limited},
        {400, "ThrottlingException", condition::rate_limited},
        {503, "SlowDown", condition::rate_limited},
        {500, "InternalServerException", condition::overloaded},
        {503, "ServiceUnavailableException", condition::overloaded},
        {403, "ExpiredTokenException", condition::unauthorized},
        {403, "UnrecognizedClientException", condition::unauthorized},
        {403, "InvalidSignatureException", condition::unauthorized},
        {400, "TooManyTagsException", condition::invalid_argument},
        {418, "FutureException", condition::invalid_argument},
        {408, "ModelTimeoutException", condition::timeout},
        {400, "RequestTimeout", condition::timeout},
    };
    for (auto const& [status, type, is] : cases) {
        CAPTURE(std::string{type});
        world here;
        here.options.retry.max_attempts = 1;
        http::headers headers;
        headers.set("x-amzn-ErrorType", type);
        headers.set("x-amzn-RequestId", "r-1");
        here.transport->reply(status, R"({"message":"why"})", headers);
        auto const got = here.get();
        REQUIRE(got.has_error());
        CHECK(got.error() == is);
        CHECK(got.error().info().server_code == type);
        CHECK(got.error().info().server_message == "why");
        CHECK(got.error().info().request_id == "r-1");
        CHECK(got.error().info().http_status == status);
        CHECK(got.error().info().provider == "bedrock");
    }
}

TEST_CASE("bedrock: what is sent again follows the type of the error")
{
    auto const attempts = [](int status, std::string_view type) {
        world here;
        http::headers headers;
        headers.set("x-amzn-ErrorType", type);
        for (int i = 0; i < 3; ++i)
            here.transport->reply(status, "{}", headers);
        auto const got = here.get();
        REQUIRE(got.has_error());
        return here.transport->requests().size();
    };
    CHECK(attempts(429, "ThrottlingException") == 3);
    CHECK(attempts(400, "ThrottlingException") == 3);
    CHECK(attempts(503, "") == 3);
    CHECK(attempts(500, "InternalServerException") == 3);
    CHECK(attempts(502, "") == 3);
    CHECK(attempts(429, "ModelNotReadyException") == 3);
    CHECK(attempts(400, "RequestTimeout") == 3);
    CHECK(attempts(501, "") == 1);
    CHECK(attempts(408, "ModelTimeoutException") == 1);
    CHECK(attempts(424, "ModelErrorException") == 1);
    CHECK(attempts(400, "ServiceQuotaExceededException") == 1);
    CHECK(attempts(403, "ExpiredTokenException") == 1);
    CHECK(attempts(400, "ValidationException") == 1);
}

TEST_CASE("bedrock: the wait that the service asks for is in milliseconds")
{
    world here;
    http::headers headers;
    headers.set("x-amzn-ErrorType", "ThrottlingException");
    headers.set("x-amz-retry-after", "2500");
    here.transport->reply(429, "{}", headers).reply(200, std::string{small_job});
    CHECK(here.get().has_value());
    CHECK(here.time->elapsed() >= 2500ms);
    CHECK(here.time->elapsed() <= 2750ms);
}

TEST_CASE("bedrock: a wrong clock is put right once, and stays so")
{
    world here;
    auto const skewed = [&here](char const* type, std::chrono::seconds ahead) {
        http::headers headers;
        headers.set("x-amzn-ErrorType", type);
        headers.set("Date", format_http_date(std::chrono::floor<std::chrono::seconds>(
                                here.time->calendar() + ahead)));
        return headers;
    };
    asio::io_context context{1};
    bedrock::client const client{context.get_executor(), here.options};
    auto const get = [&] {
        bedrock::get_model_invocation_job const op{"abcdefghij12"};
        auto done = asio::co_spawn(context, as_result(client.send(op)), asio::use_future);
        context.restart();
        context.run();
        return done.get();
    };
    here.transport->reply(403, "{}", skewed("InvalidSignatureException", 1h))
        .reply(200, std::string{small_job})
        .reply(200, std::string{small_job});
    CHECK(get().has_value());
    CHECK(here.time->elapsed() == 0s); // at once
    CHECK(here.header(0, "X-Amz-Date") == "20300101T000000Z");
    CHECK(here.header(1, "X-Amz-Date") == "20300101T010000Z");
    CHECK(get().has_value());
    CHECK(here.header(2, "X-Amz-Date") == "20300101T010000Z");

    // The server's word is not taken twice in one call, nor for less than four minutes.
    here.transport->reply(403, "{}", skewed("RequestTimeTooSkewed", 2h))
        .reply(403, "{}", skewed("RequestTimeTooSkewed", 3h));
    CHECK(get().error() == condition::unauthorized);
    CHECK(here.header(4, "X-Amz-Date") == "20300101T020000Z");
    here.transport->reply(403, "{}", skewed("InvalidSignatureException", 2h + 3min));
    CHECK(get().error() == condition::unauthorized);
    here.transport->reply(400, "{}", skewed("ValidationException", 9h));
    CHECK(get().error() == condition::invalid_argument);
    http::headers cached = skewed("InvalidSignatureException", 9h);
    cached.set("Age", "1");
    here.transport->reply(403, "{}", cached);
    CHECK(get().error() == condition::unauthorized);
    CHECK(here.transport->left() == 0);
    // And back.
    here.transport->reply(403, "{}", skewed("AccessDeniedException", 0s))
        .reply(200, std::string{small_job});
    CHECK(get().has_value());
    CHECK(here.header(9, "X-Amz-Date") == "20300101T000000Z");
}

TEST_CASE("bedrock: nothing that a server echoes shows a secret")
{
    world here;
    bedrock::credentials session{"ASIA1", secret{"key"}, secret{"session-token-1"}};
    here.options.credentials = bedrock::static_credentials(session);
    here.transport->reply(403, R"({"message":"token session-token-1 is bad"})");
    auto const got = here.get();
    REQUIRE(got.has_error());
    CHECK(!unit::contains(got.error().what(), "session-token-1"));
    CHECK(unit::contains(got.error().what(), "token *** is bad"));
}
