// SPDX-License-Identifier: BSL-1.0
//
// The public vectors of Amazon's credential chain: scripts of what is asked and answered.

#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>
#include <inferpp/providers/bedrock/credential_sources.hpp>
#include <inferpp/providers/bedrock/endpoint.hpp>
#include <inferpp/providers/bedrock/metadata.hpp>
#include <inferpp/providers/bedrock/sso.hpp>
#include <inferpp/testing/fake_transport.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/bedrock_environment.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using support::bedrocking::calendar_clock;
using support::bedrocking::fake_environment;

namespace {

using object = boost::json::object;

std::string text_of(boost::json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

std::string member(object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    return found != nullptr && found->is_string() ? text_of(*found) : std::string{};
}

template <class T>
std::string what_of(result<T> const& got)
{
    return got.has_value() ? "fine" : got.error().what();
}

boost::json::value read_json(fs::path const& path)
{
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    return *parsed;
}

// Amazon's Rust client has made the vectors, and says things in its own way. What it says, and
// what we say in its place.
std::string our_words(std::string const& words)
{
    std::map<std::string, std::string> const known{
        {"No such file or directory (os error 2)", "No such file or directory"},
        {"the credential provider was not enabled", "no credentials"},
        {"provider was not enabled", "has no credentials"},
        {"failed to read `/home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json`: No "
         "such file or directory (os error 2)",
         "'/home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json': No such file"},
        {"an error occurred while loading credentials",
         "GetRoleCredentials of SSO: HTTP status 503"},
        {"`web_identity_token_file` was specified but `role_arn` was missing",
         "has a web_identity_token_file but no role_arn"},
        {"InvalidIdentityTokenException: No OpenIDConnect provider found in your account",
         "No OpenIDConnect provider found in your account"},
        {"request forbidden: IMDS is disabled", "the metadata service of the instance: HTTP status "
                                                "403"},
        {"could not parse profile file", "is malformed in line 2"},
        {"selected profile will resolve an access token instead of credentials",
         "leads to an access token instead of credentials"},
        {"an error occurred while loading credentials: Error retrieving credentials: external "
         "process exited with code exit status: 1",
         "ended with status 1"},
        {"Error retrieving credentials from external process, could not parse response: invalid "
         "JSON in response",
         "the output of the credential_process is no JSON object"},
        {"profile must contain `source_profile`", "neither source_profile nor credential_source"},
        {"profile contained both source_profile and credential_source",
         "both source_profile and credential_source"},
        {"profile missing aws_secret_access_key", "but no aws_secret_access_key"},
        {"profile missing aws_access_key_id", "but no aws_access_key_id"},
        {"profile `B` did not contain credential information", "the profile B has no credentials"},
        {"could not find source profile B referenced from A",
         "the profile B does not exist; the profile A names it"},
        {"No profiles were defined", "the profile A does not exist"},
        {"profile formed an infinite loop", "leads back to itself"},
        {"`role_arn` was missing", "has a web_identity_token_file but no role_arn"},
        {"if `sso_role_name` is set, then `sso_account_id` must also be set",
         "one of sso_account_id and sso_role_name"},
        {"if `sso_account_id` is set, then `sso_role_name` must also be set",
         "one of sso_account_id and sso_role_name"},
        {"`sso_region` can only be specified in the [sso-session] config when a session name is "
         "given",
         "belong into the section of that"},
        {"sso-session named `oops` (referenced by profile `A`) was not found",
         "the profile A names the sso-session oops, which does not exist"},
        {"No environment variables were set to configure ECS provider", ""},
        {"URI did not specify a host", "it has no scheme"},
        {"`error` is not a valid endpoint mode", "must be IPv4 or IPv6, not 'error'"},
        {"`IPv7` is not a valid endpoint mode", "must be IPv4 or IPv6, not 'IPv7'"},
        {"invalid uri character", "is not usable"},
    };
    auto const found = known.find(words);
    INFO("no translation of: ", words);
    REQUIRE(found != known.end());
    return found->second;
}

std::shared_ptr<fake_environment> read_environment(fs::path const& folder)
{
    auto made = std::make_shared<fake_environment>();
    auto const variables = read_json(folder / "env.json");
    for (auto const& variable : variables.as_object())
        made->variables[std::string{variable.key()}] = text_of(variable.value());
    std::error_code ignored;
    if (fs::exists(folder / "fs", ignored))
        for (auto const& entry : fs::recursive_directory_iterator{folder / "fs"})
            if (entry.is_regular_file())
                made->files['/' + entry.path().lexically_relative(folder / "fs").generic_string()] =
                    unit::read_file(entry.path());
    return made;
}

/// A request as the script wants it.
struct wanted_request {
    std::string method;
    std::string uri;
    object headers;
    std::string body;
};

// Gives the transport its answers. Returns the requests that are expected.
std::vector<wanted_request> read_traffic(fs::path const& path, testing::fake_transport& transport)
{
    std::vector<wanted_request> wanted;
    struct answer {
        int status = 0;
        std::string body;
    };
    std::vector<answer> answers;
    auto const parsed = read_json(path);
    for (auto const& each : parsed.at("events").as_array()) {
        auto const& action = each.at("action").as_object();
        if (auto const* const request = action.if_contains("Request")) {
            auto const& of = request->at("request").as_object();
            wanted_request made;
            made.method = member(of, "method");
            made.uri = member(of, "uri");
            made.headers = of.at("headers").as_object();
            wanted.push_back(std::move(made));
            answers.emplace_back();
        } else if (auto const* const response = action.if_contains("Response")) {
            answers.back().status =
                static_cast<int>(response->at("response").at("Ok").at("status").as_int64());
        } else if (auto const* const data = action.if_contains("Data")) {
            std::string const text = text_of(data->at("data").at("Utf8"));
            bool const sent = text_of(data->at("direction")) == "Request";
            (sent ? wanted.back().body : answers.back().body) += text;
        }
    }
    for (answer const& each : answers)
        transport.reply(each.status, each.body);
    // We try harder than the script.
    if (!answers.empty() && answers.back().status >= 500)
        for (int i = 0; i < 2; ++i)
            transport.reply(answers.back().status, answers.back().body);
    return wanted;
}

std::set<std::string> parameters(std::string_view text, bool names_only)
{
    std::set<std::string> found;
    while (!text.empty()) {
        auto const end = (std::min)(text.find('&'), text.size());
        std::string_view const parameter = text.substr(0, end);
        text.remove_prefix((std::min)(end + 1, text.size()));
        bool const whole = !names_only || parameter.starts_with("Action=");
        found.emplace(whole ? parameter : parameter.substr(0, parameter.find('=')));
    }
    return found;
}

void check_request(wanted_request const& wanted, http::request const& message, origin const& to)
{
    auto const at = parse_url(wanted.uri);
    REQUIRE(at.has_value());
    CHECK(message.method == wanted.method);
    CHECK(to.to_string() == at->origin.to_string());
    auto const mark = (std::min)(message.target.find('?'), message.target.size());
    CHECK(message.target.substr(0, mark) == at->path);
    CHECK(parameters(
              std::string_view{message.target}.substr((std::min)(mark + 1, message.target.size())),
              false) == parameters(at->query, false));
    for (auto const& header : wanted.headers) {
        std::string const name{header.key()};
        std::string const value = text_of(header.value().as_array().at(0));
        // Host and length are the transport's; the others belong to the day of the script.
        bool skip = false;
        for (std::string_view const other :
             {"host", "content-length", "user-agent", "x-amz-user-agent", "x-amz-date",
              "x-amz-security-token", "authorization"})
            skip = skip || detail::iequals(name, other);
        CAPTURE(name);
        if (!skip)
            CHECK(message.headers.find(name).value_or("none") == value);
        if (detail::iequals(name, "authorization")) {
            std::string const own{message.headers.find(name).value_or("none")};
            CHECK(own.starts_with("AWS4-HMAC-SHA256 Credential="));
            CHECK(unit::contains(own, "/sts/aws4_request, "));
        }
    }
    // The values of the scripts' forms are not those of their files.
    CHECK(parameters(message.body, true) == parameters(wanted.body, true));
}

void check_case(fs::path const& folder, bool profile_alone)
{
    auto const machine = read_environment(folder);
    testing::fake_transport transport;
    auto const wanted = read_traffic(folder / "http-traffic.json", transport);
    // Long before anything in the scripts expires.
    calendar_clock time{std::chrono::sys_days{std::chrono::year{2009} / std::chrono::January / 1}};
    inferpp::bedrock::credential_options with;
    with.from = machine;
    auto const provider = profile_alone ? inferpp::bedrock::profile_credentials(with)
                                        : inferpp::bedrock::default_credentials(with);
    boost::asio::io_context context{1};
    limits const bounds;
    logger const log;
    provider_services const services{context.get_executor(), transport, time, bounds, log,
                                     time.now() + 1min};
    auto done = boost::asio::co_spawn(context, provider->get(services, time.calendar()),
                                      boost::asio::use_future);
    context.run();
    auto const got = done.get();

    auto const test = read_json(folder / "test-case.json");
    auto const& expected = test.at("result").as_object();
    if (auto const* const words = expected.if_contains("ErrorContains")) {
        REQUIRE(got.has_error());
        CHECK(unit::contains(got.error().what(), our_words(text_of(*words))));
    } else {
        CAPTURE(what_of(got));
        REQUIRE(got.has_value());
        auto const& ok = expected.at("Ok").as_object();
        auto const& have = **got;
        CHECK(have.access_key_id == member(ok, "access_key_id"));
        CHECK(have.secret_key.reveal() == member(ok, "secret_access_key"));
        CHECK(have.session_token.reveal() == member(ok, "session_token"));
        // Rust's client tells the account where a variable or answer has it, as ours does.
        CHECK(have.account_id == member(ok, "account_id"));
        if (auto const* const expiry = ok.if_contains("expiry")) {
            REQUIRE(have.expires.has_value());
            CHECK(std::chrono::floor<std::chrono::seconds>(*have.expires)
                      .time_since_epoch()
                      .count() == expiry->as_int64());
        } else {
            CHECK(!have.expires);
        }
    }
    auto const& requests = transport.requests();
    CHECK(requests.size() >= wanted.size());
    for (std::size_t i = 0; i < (std::min)(wanted.size(), requests.size()); ++i) {
        CAPTURE(i);
        check_request(wanted[i], requests[i], transport.origins()[i]);
    }
}

std::size_t check_folder(fs::path const& folder, bool profile_alone)
{
    std::size_t done = 0;
    for (auto const& entry : fs::directory_iterator{folder}) {
        CAPTURE(entry.path().filename().string());
        check_case(entry.path(), profile_alone);
        ++done;
    }
    return done;
}

// A plan as the vectors write it.
boost::json::array show(inferpp::bedrock::credential_plan const& plan)
{
    using namespace inferpp::bedrock;
    boost::json::array chain;
    object first;
    auto const put = [](object& into, char const* name, std::string_view value) {
        if (!value.empty())
            into[name] = value;
    };
    if (auto const* const known = std::get_if<credentials>(&plan.first)) {
        object key;
        put(key, "access_key_id", known->access_key_id);
        put(key, "secret_access_key", known->secret_key.reveal());
        put(key, "account_id", known->account_id);
        first["AccessKey"] = key;
    } else if (auto const* const source = std::get_if<named_source>(&plan.first)) {
        first["NamedSource"] = *source == named_source::instance    ? "Ec2InstanceMetadata"
                               : *source == named_source::container ? "EcsContainer"
                                                                    : "Environment";
    } else if (auto const* const token = std::get_if<web_identity_step>(&plan.first)) {
        object step;
        put(step, "role_arn", token->role_arn);
        put(step, "web_identity_token_file", token->token_file);
        put(step, "role_session_name", token->session_name);
        first["WebIdentityToken"] = step;
    } else if (auto const* const sso = std::get_if<sso_step>(&plan.first)) {
        object step;
        put(step, "sso_account_id", sso->account_id);
        put(step, "sso_region", sso->region);
        put(step, "sso_role_name", sso->role_name);
        put(step, "sso_start_url", sso->start_url);
        put(step, "sso_session", sso->session);
        first["Sso"] = step;
    }
    chain.push_back(first);
    for (role_step const& each : plan.roles) {
        object step;
        put(step, "role_arn", each.role_arn);
        put(step, "role_session_name", each.session_name);
        put(step, "external_id", each.external_id);
        chain.push_back(object{{"AssumeRole", step}});
    }
    return chain;
}

inferpp::bedrock::profile_sections sections(object const& from, std::string_view name)
{
    inferpp::bedrock::profile_sections made;
    if (auto const* const found = from.if_contains(name))
        for (auto const& section : found->as_object()) {
            auto& into = made[std::string{section.key()}];
            for (auto const& value : section.value().as_object())
                into[std::string{value.key()}] = text_of(value.value());
        }
    return made;
}

} // namespace

TEST_CASE("credentials: the public vectors of the default chain")
{
    auto const folder = unit::shared_path(
        "vectors/credentials-vectors/aws-config/default-credential-provider-chain");
    if (!folder.empty())
        CHECK(check_folder(folder, false) == 29); // none is left out
}

TEST_CASE("credentials: the public vectors of profiles")
{
    auto const folder =
        unit::shared_path("vectors/credentials-vectors/aws-config/profile-provider");
    if (!folder.empty())
        CHECK(check_folder(folder, true) == 18); // none is left out
}

TEST_CASE("credentials: the public vectors of what a profile leads to")
{
    auto const path =
        unit::shared_path("vectors/credentials-vectors/aws-config/assume-role-tests.json");
    if (path.empty())
        return;
    std::size_t done = 0;
    auto const tests = read_json(path);
    for (auto const& test : tests.as_array()) {
        CAPTURE(text_of(test.at("docs")));
        inferpp::bedrock::profile_files files;
        files.profiles = sections(test.at("input").as_object(), "profiles");
        files.sso_sessions = sections(test.at("input").as_object(), "sso_sessions");
        auto const plan = inferpp::bedrock::plan_credentials(
            files, text_of(test.at("input").at("selected_profile")));
        auto const& output = test.at("output").as_object();
        ++done;
        if (auto const* const chain = output.if_contains("ProfileChain")) {
            CAPTURE(what_of(plan));
            REQUIRE(plan.has_value());
            REQUIRE(plan->has_value());
            CHECK(show(**plan) == chain->as_array());
        } else if (text_of(output.at("Error")) ==
                   "profile `A` did not contain credential information") {
            // No error here: the chain goes on, as the vector imds_config_with_no_creds wants it.
            REQUIRE(plan.has_value());
            CHECK(!plan->has_value());
        } else {
            REQUIRE(plan.has_error());
            CHECK(unit::contains(plan.error().what(), our_words(text_of(output.at("Error")))));
        }
    }
    CHECK(done == 28); // none is left out
}

TEST_CASE("credentials: the public vectors of containers")
{
    auto const path = unit::shared_path("vectors/credentials-vectors/aws-config/ecs-tests.json");
    if (path.empty())
        return;
    std::size_t done = 0;
    auto const tests = read_json(path);
    for (auto const& test : tests.at("tests").as_array()) {
        CAPTURE(text_of(test.at("docs")));
        fake_environment machine;
        for (auto const& variable : test.at("env").as_object())
            machine.variables[std::string{variable.key()}] = text_of(variable.value());
        auto const address = inferpp::bedrock::container_address(machine);
        auto const& expected = test.at("result").as_object();
        if (expected.contains("Ok")) {
            REQUIRE(address.has_value());
            REQUIRE(address->has_value());
            CHECK((*address)->origin.to_string() + (*address)->target() == member(expected, "Ok"));
        } else if (machine.variables.empty()) {
            REQUIRE(address.has_value());
            CHECK(!address->has_value());
        } else {
            REQUIRE(address.has_error());
            CHECK(unit::contains(address.error().what(),
                                 our_words(member(expected, "ErrorContains"))));
        }
        ++done;
    }
    CHECK(done == 11); // none is left out
}

TEST_CASE("credentials: the public vectors of the metadata service")
{
    auto const path = unit::shared_path(
        "vectors/credentials-vectors/aws-config/imds-config/imds-endpoint-tests.json");
    if (path.empty())
        return;
    std::size_t done = 0;
    std::size_t skipped = 0;
    auto const tests = read_json(path);
    for (auto const& test : tests.at("tests").as_array()) {
        CAPTURE(text_of(test.at("docs")));
        auto const& fields = test.as_object();
        if (fields.contains("endpoint_override") || fields.contains("mode_override")) {
            MESSAGE("skipped: '", text_of(test.at("docs")),
                    "': there is no option for the address beside variables and profile");
            ++skipped;
            continue;
        }
        fake_environment machine;
        for (auto const& variable : test.at("env").as_object())
            machine.variables[std::string{variable.key()}] = text_of(variable.value());
        for (auto const& file : test.at("fs").as_object())
            machine.files[std::string{file.key()}] = text_of(file.value());
        auto const files = inferpp::bedrock::read_profile_files(machine);
        REQUIRE(files.has_value());
        auto const base = inferpp::bedrock::instance_address(machine, *files, "default");
        auto const& expected = test.at("result").as_object();
        if (expected.contains("Ok")) {
            REQUIRE(base.has_value());
            CHECK(base->origin.to_string() + join_target(base->path, "latest/api/token") ==
                  member(expected, "Ok"));
        } else {
            REQUIRE(base.has_error());
            CHECK(unit::contains(base.error().what(), our_words(member(expected, "Err"))));
        }
        ++done;
    }
    CHECK(done == 11);
    CHECK(skipped == 3);
}

TEST_CASE("credentials: the public vectors of where files lie")
{
    auto const path =
        unit::shared_path("vectors/credentials-vectors/aws-runtime/file-location-tests.json");
    if (path.empty())
        return;
    std::size_t done = 0;
    auto const tests = read_json(path);
    for (auto const& test : tests.at("tests").as_array()) {
        CAPTURE(text_of(test.at("name")));
        fake_environment machine;
        for (auto const& variable : test.at("environment").as_object())
            machine.variables[std::string{variable.key()}] = text_of(variable.value());
        auto const where = inferpp::bedrock::locate_profile_files(
            machine, text_of(test.at("platform")) == "windows");
        CHECK(where.config == text_of(test.at("configLocation")));
        CHECK(where.credentials == text_of(test.at("credentialsLocation")));
        if (test.as_object().contains("profile"))
            CHECK(inferpp::bedrock::configured_profile(machine) == text_of(test.at("profile")));
        ++done;
    }
    CHECK(done == 9); // none is left out
}

TEST_CASE("credentials: the public vectors of logins")
{
    auto const folder =
        unit::shared_path("vectors/credentials-vectors/aws-config/default-token-provider-chain");
    if (folder.empty())
        return;
    // They are about the token itself, of which credentials are made here.
    std::size_t done = 0;
    for (auto const& entry : fs::directory_iterator{folder}) {
        CAPTURE(entry.path().filename().string());
        auto const machine = read_environment(entry.path());
        auto const files = inferpp::bedrock::read_profile_files(*machine);
        REQUIRE(files.has_value());
        auto const plan = inferpp::bedrock::plan_credentials(
            *files, inferpp::bedrock::configured_profile(*machine));
        REQUIRE(plan.has_value());
        REQUIRE(plan->has_value());
        auto const* const step = std::get_if<inferpp::bedrock::sso_step>(&(*plan)->first);
        REQUIRE(step != nullptr);
        std::string const file =
            "/home/.aws/sso/cache/" + inferpp::bedrock::sso_token_file(step->session);
        auto const text = machine->read_file(file);
        REQUIRE(text.has_value());
        auto const token = inferpp::bedrock::sso_token::parse(*text, file);
        REQUIRE(token.has_value());
        auto const test = read_json(entry.path() / "test-case.json");
        auto const& ok = test.at("result").at("Ok").as_object();
        CHECK(token->access_token.reveal() == member(ok, "token"));
        CHECK(token->expires == parse_iso8601(member(ok, "expiration")));
        ++done;
    }
    CHECK(done == 3); // none is left out
    MESSAGE("skipped: login-provider-test-cases.json: `aws login` is not supported, see the wire "
            "notes 5.8; recursion-detection.json: it is no matter of credentials");
}
