// SPDX-License-Identifier: BSL-1.0
//
// A client that finds its credentials where programs on Amazon's machines do: each place is a
// simulator of its own on loopback, and what it issues is good at the simulated Bedrock.

#include <inferpp/testing/aws_credentials.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/bedrock_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using support::bedrocking::fake_environment;

namespace {

struct world : support::bedrocking::world {
    world()
    {
        options.credentials = nullptr;
        options.machine = machine;
        machine->variables["HOME"] = "/home";
        machine->variables["AWS_EC2_METADATA_DISABLED"] = "true";
    }

    template <class Options>
    Options issuer()
    {
        Options made;
        made.clock = time;
        made.issued = [this](testing::aws_key const& key) { simulator->accept(key); };
        return made;
    }
    template <class Simulator, class Options>
    std::unique_ptr<Simulator> start(Options const& with)
    {
        return std::make_unique<Simulator>(context.get_executor(), with);
    }
    std::unique_ptr<testing::sts_simulator> start_sts(testing::sts_options with)
    {
        auto sts = start<testing::sts_simulator>(with);
        machine->variables["AWS_ENDPOINT_URL_STS"] = sts->origin_url();
        return sts;
    }
    std::unique_ptr<testing::instance_metadata_simulator> start_instance(
        testing::instance_metadata_options with)
    {
        auto instance = start<testing::instance_metadata_simulator>(with);
        machine->variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance->origin_url();
        machine->variables.erase("AWS_EC2_METADATA_DISABLED");
        return instance;
    }
    void config(std::string text) { machine->files["/home/.aws/config"] = std::move(text); }

    /// Lists the jobs. "fine", or the error.
    std::string list(bedrock::client const& by)
    {
        bedrock::list_model_invocation_jobs const op;
        auto const got = run(as_result(by.send(op)));
        return got ? "fine" : got.error().what();
    }
    std::string list() { return list(client()); }

    std::shared_ptr<fake_environment> machine = std::make_shared<fake_environment>();
};

constexpr std::string_view role_profile =
    "[default]\nrole_arn = arn:aws:iam::123456789012:role/batch\nsource_profile = base\n"
    "role_session_name = nightly\nduration_seconds = 1800\nexternal_id = outside\n"
    "[profile base]\naws_access_key_id = test\naws_secret_access_key = test\n";

} // namespace

TEST_CASE("credentials: from variables")
{
    world here;
    here.machine->variables["AWS_ACCESS_KEY_ID"] = "test";
    here.machine->variables["AWS_SECRET_ACCESS_KEY"] = "test";
    CHECK(here.list() == "fine");
    here.machine->variables["AWS_SECRET_ACCESS_KEY"] = "wrong-secret-key";
    std::string const wrong = here.list();
    CHECK(contains(wrong, "InvalidSignatureException"));
    CHECK(!contains(wrong, "wrong-secret-key"));
    here.machine->variables.erase("AWS_SECRET_ACCESS_KEY");
    CHECK(contains(here.list(), "of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY one is not set"));
}

TEST_CASE("credentials: from a profile, which may be named in code")
{
    world here;
    here.config("[profile other]\naws_access_key_id = test\naws_secret_access_key = test\n");
    CHECK(contains(here.list(), "no credentials were found"));
    here.options.profile = "other";
    CHECK(here.list() == "fine");
    // One that is named counts more than variables with keys.
    here.machine->variables["AWS_ACCESS_KEY_ID"] = "elsewhere";
    here.machine->variables["AWS_SECRET_ACCESS_KEY"] = "elsewhere";
    CHECK(here.list() == "fine");
    here.options.profile = "missing";
    CHECK(contains(here.list(), "the profile missing does not exist"));
}

TEST_CASE("credentials: what was tried, and why it failed, is told without a secret")
{
    world here;
    here.machine->variables["AWS_SECRET_ACCESS_KEY"] = "";
    here.config("[default]\nregion = us-east-1\n");
    std::string const told = here.list();
    CHECK(contains(told, "no credentials were found; tried: the environment (AWS_ACCESS_KEY_ID is "
                         "not set), the profile default (it has no credentials), the web identity "
                         "of the environment (AWS_WEB_IDENTITY_TOKEN_FILE is not set), the "
                         "container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set), the "
                         "instance (AWS_EC2_METADATA_DISABLED is set)"));
    bedrock::list_model_invocation_jobs const op;
    error const e = here.error_of(here.client().send(op));
    CHECK(e == condition::unauthorized);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().operation == "list_model_invocation_jobs");
    CHECK(here.simulator->ledger().empty());
    // And it is no answer.
    http::request const any{"GET", "/model-invocation-jobs"};
    CHECK(here.error_of(here.client().raw(any)) == condition::unauthorized);
    here.config("broken = secret-in-file");
    std::string const broken = here.list();
    CHECK(contains(broken, "the config file of Amazon's tools is malformed in line 1"));
    CHECK(!contains(broken, "secret-in-file"));
}

TEST_CASE("credentials: of a role, assumed with the keys of another profile")
{
    world here;
    auto with = here.issuer<testing::sts_options>();
    with.external_id = "outside";
    auto const sts = here.start_sts(with);
    here.config(std::string{role_profile});
    auto const client = here.client();
    CHECK(here.list(client) == "fine");
    CHECK(here.list(client) == "fine");
    CHECK(sts->issued() == 1);
    auto const& asked = sts->ledger().at(0).request;
    CHECK(contains(asked.body, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
                               "123456789012%3Arole%2Fbatch&RoleSessionName=nightly&"
                               "DurationSeconds=1800&ExternalId=outside"));
    // They live for half an hour.
    here.time->advance(29min);
    CHECK(here.list(client) == "fine");
    CHECK(sts->issued() == 2);
}

TEST_CASE("credentials: of a role, by those of any provider")
{
    world here;
    auto const sts = here.start_sts(here.issuer<testing::sts_options>());
    bedrock::credential_options where;
    where.region = "us-east-1";
    where.from = here.machine;
    bedrock::iam_role role{"arn:aws:iam::123456789012:role/batch"};
    role.duration = 900s;
    here.options.credentials = bedrock::role_credentials(
        role, bedrock::static_credentials(bedrock::credentials{"test", secret{"test"}}), where);
    CHECK(here.list() == "fine");
    CHECK(here.options.credentials->current()->account_id == "123456789012");
    CHECK(contains(here.options.credentials->current()->source, "the role arn:aws:iam::"));
    CHECK(contains(sts->ledger().at(0).request.body, "RoleSessionName=inferpp-"));
    role.duration = 60s;
    CHECK_THROWS_AS(bedrock::role_credentials(role, here.options.credentials), failure);
    CHECK_THROWS_AS(bedrock::role_credentials(bedrock::iam_role{}, here.options.credentials),
                    failure);
    CHECK_THROWS_AS(bedrock::role_credentials(bedrock::iam_role{"arn"}, nullptr), failure);
}

TEST_CASE("credentials: of a web identity, whose file is read each time")
{
    world here;
    auto const sts = here.start_sts(here.issuer<testing::sts_options>());
    here.machine->variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
    here.machine->variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/pod";
    here.machine->variables["AWS_ROLE_SESSION_NAME"] = "pod-1";
    here.machine->files["/token"] = "web-identity-token\n";
    auto const client = here.client();
    CHECK(here.list(client) == "fine");
    CHECK(!sts->ledger().at(0).request.headers.find("Authorization"));
    here.machine->files["/token"] = "rotated-identity";
    here.time->advance(55min);
    std::string const refused = here.list(client);
    CHECK(contains(refused, "the web identity of the environment: AssumeRoleWithWebIdentity of "
                            "STS"));
    CHECK(contains(refused, "InvalidIdentityToken"));
    CHECK(contains(refused, "The token *** is not good")); // the server has echoed it
    CHECK(!contains(refused, "rotated-identity"));
    here.machine->files["/token"] = "web-identity-token";
    CHECK(here.list(client) == "fine");
    here.machine->files.erase("/token");
    CHECK(contains(here.list(), "No such file"));
    here.machine->variables.erase("AWS_ROLE_ARN");
    CHECK(contains(here.list(), "AWS_ROLE_ARN is not set"));
}

TEST_CASE("credentials: of a container, with the token that its variables name")
{
    world here;
    auto with = here.issuer<testing::container_options>();
    with.authorization = "Basic container-token";
    auto const container = here.start<testing::container_simulator>(with);
    here.machine->variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
        container->origin_url() + "/v1/credentials?a=1";
    std::string const refused = here.list();
    CHECK(contains(refused, "the container: the container's credentials: HTTP status 403"));
    here.machine->variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic container-token";
    CHECK(here.list() == "fine");
    CHECK(container->ledger().back().request.target == "/v1/credentials?a=1");
    CHECK(container->ledger().back().request.headers.find("Accept") == "application/json");
    // A file wins, and is read each time.
    here.machine->variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/auth";
    here.machine->files["/auth"] = "wrong";
    CHECK(contains(here.list(), "HTTP status 403"));
    here.machine->files["/auth"] = "Basic container-token\n";
    CHECK(here.list() == "fine");
    // What would be another header, or would go to strangers, is not sent.
    here.machine->files["/auth"] = "a\r\nX-Evil: 1";
    std::size_t const before = container->ledger().size();
    CHECK(contains(here.list(), "the value of the header Authorization"));
    here.machine->variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://elsewhere.test/x";
    CHECK(contains(here.list(), "over http it must lead to this machine"));
    CHECK(container->ledger().size() == before);
}

TEST_CASE("credentials: of an instance, by version 2 of its metadata service")
{
    world here;
    auto const instance = here.start_instance(here.issuer<testing::instance_metadata_options>());
    auto const client = here.client();
    CHECK(here.list(client) == "fine");
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 1);
    CHECK(instance->count("PUT", "/latest/api/token") == 1);
    // The token is kept for the next time.
    here.time->advance(55min);
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 2);
    CHECK(instance->count("PUT", "/latest/api/token") == 1);
    // The service was restarted.
    instance->forget_tokens();
    here.time->advance(55min);
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 3);
    CHECK(instance->count("PUT", "/latest/api/token") == 2);
    CHECK(instance->ledger().at(0).request.headers.find("x-aws-ec2-metadata-token-ttl-seconds") ==
          "21600");
}

TEST_CASE("credentials: of an instance whose metadata service fails are used on")
{
    world here;
    // Bedrock takes them longer than they say.
    std::vector<testing::aws_key> keys;
    auto with = here.issuer<testing::instance_metadata_options>();
    with.issued = [&here](testing::aws_key key) {
        key.expires.reset();
        here.simulator->accept(key);
    };
    auto const instance = here.start_instance(with);
    auto const client = here.client();
    CHECK(here.list(client) == "fine");
    // It gives those that have expired already.
    instance->set_life(-1min);
    here.time->advance(55min);
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 2);
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 2); // for some minutes
    here.time->advance(20min);
    CHECK(here.list(client) == "fine");
    CHECK(instance->issued() == 3);
    // It does not answer at all.
    instance->stop();
    here.time->advance(20min);
    CHECK(here.list(client) == "fine");
}

TEST_CASE("credentials: an instance without a role, or a machine that is none, has none")
{
    world here;
    auto with = here.issuer<testing::instance_metadata_options>();
    with.role = "";
    auto instance = here.start_instance(with);
    CHECK(contains(here.list(), "the instance (the instance has no role)"));
    instance->stop();
    CHECK(contains(here.list(), "the instance (there is no metadata service: the metadata service "
                                "of the instance: "));
    with.role = "batch";
    with.has_version_2 = false;
    instance = here.start_instance(with);
    CHECK(contains(here.list(), "the metadata service of the instance: HTTP status 403"));
    with.has_version_2 = true;
    with.code = "AssumeRoleUnauthorizedAccess";
    instance = here.start_instance(with);
    CHECK(contains(here.list(), "refuses credentials: AssumeRoleUnauthorizedAccess no role"));
    here.machine->variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "nonsense";
    CHECK(contains(here.list(), "the endpoint of the metadata service"));
}

TEST_CASE("credentials: of who has logged in by `aws sso login`")
{
    world here;
    auto const sso = here.start<testing::sso_simulator>(here.issuer<testing::sso_options>());
    here.machine->variables["AWS_ENDPOINT_URL_SSO"] = sso->origin_url();
    here.machine->variables["AWS_ENDPOINT_URL_SSO_OIDC"] = sso->origin_url();
    here.config(
        "[default]\nsso_session = dev\nsso_account_id = 123456789012\nsso_role_name = R\n"
        "[sso-session dev]\nsso_region = us-east-1\nsso_start_url = https://d.test/start\n");
    CHECK(contains(here.list(), "nobody has logged in: cannot read file "
                                "'/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443."
                                "json': No such file"));
    std::string const file =
        "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json"; // SHA-1 of "dev"
    here.machine->files[file] =
        R"({"accessToken":"access-1","expiresAt":"2030-01-01T08:00:00Z","refreshToken":"refresh-1",
            "clientId":"client","clientSecret":"client-secret","region":"us-east-1",
            "registrationExpiresAt":"2031-01-01T00:00:00Z"})";
    auto const client = here.client();
    CHECK(here.list(client) == "fine");
    CHECK(sso->count("GET", "/federation/credentials?account_id=123456789012&role_name=R") == 1);
    CHECK(sso->count("POST", "/token") == 0);

    // A token that is about to expire is renewed, and the file is written for the other tools.
    here.time->advance(7h + 50min);
    CHECK(here.list(client) == "fine");
    CHECK(sso->count("POST", "/token") == 1);
    std::string const written = here.machine->files[file];
    CHECK(contains(written, R"("accessToken":"access-2")"));
    CHECK(contains(written, R"("refreshToken":"refresh-2")"));
    CHECK(contains(written, R"("expiresAt":"2030-01-01T15:50:00Z")"));
    CHECK(contains(written, R"("region":"us-east-1")")); // what is not ours is kept
    // Where it can't be written it is good all the same.
    here.machine->read_only = true;
    here.time->advance(7h + 50min);
    CHECK(here.list(client) == "fine");
    here.machine->read_only = false;

    // Nothing can be renewed any more.
    here.machine->files[file] = R"({"accessToken":"access-3","expiresAt":"2030-01-01T09:00:00Z"})";
    CHECK(contains(here.list(), "the login has expired; log in again by `aws sso login`"));
    here.machine->files[file] =
        R"({"accessToken":"forged-token","expiresAt":"2030-02-01T09:00:00Z"})";
    std::string const forged = here.list();
    CHECK(contains(forged, "the login is not good any more; log in again"));
    here.machine->files[file] = R"({"accessToken":"secret-token")";
    std::string const broken = here.list();
    CHECK(contains(broken, "of a login is not usable"));
    for (std::string const& told : {forged, broken}) {
        CHECK(!contains(told, "forged-token"));
        CHECK(!contains(told, "secret-token"));
    }
}

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)
TEST_CASE("credentials: that a program prints")
{
    world here;
    auto const prints = [&here](std::string const& command) {
        here.config("[default]\ncredential_process = " + command + "\n");
        return here.list();
    };
    CHECK(prints(R"(echo '{"Version":1,"AccessKeyId":"test","SecretAccessKey":"test"}')") ==
          "fine");
    CHECK(contains(prints("exit 3"), "ended with status 3; run it by hand"));
    CHECK(contains(prints("kill -9 $$"), "ended with status -9"));
    CHECK(contains(prints("/no/such/program"), "ended with status 127"));
    std::string const leaks = prints("echo my-secret-key; echo my-secret-key >&2; exit 1");
    CHECK(contains(leaks, "ended with status 1"));
    CHECK(!contains(leaks, "my-secret-key"));
    CHECK(contains(prints("echo my-secret-key"), "is no JSON object"));
    CHECK(!contains(prints("echo my-secret-key"), "my-secret-key"));
    CHECK(contains(prints(R"(echo '{"AccessKeyId":"test","SecretAccessKey":"test"}')"),
                   "is not of Version 1"));
    CHECK(contains(prints(R"(echo '{"Version":1,"AccessKeyId":"test"}')"), "lacks AccessKeyId or"));
    CHECK(contains(prints("yes"), "more than 64 KiB"));
}
#endif

TEST_CASE("credentials: are fetched once for many calls, and anew before they expire")
{
    world here;
    auto with = here.issuer<testing::sts_options>();
    with.external_id = "outside";
    auto const sts = here.start_sts(with);
    here.config(std::string{role_profile});
    auto const client = here.client();
    std::vector<std::unique_ptr<support::started<bedrock::job_page>>> calls;
    auto const start_ten = [&] {
        calls.clear();
        bedrock::list_model_invocation_jobs const op;
        for (int i = 0; i < 10; ++i)
            calls.push_back(std::make_unique<support::started<bedrock::job_page>>(here.context,
                                                                                  client.send(op)));
        for (auto const& each : calls)
            CHECK(each->finish().has_value());
    };
    start_ten();
    CHECK(sts->issued() == 1);
    here.time->advance(25min); // five are left of thirty
    start_ten();
    CHECK(sts->issued() == 2);
}

TEST_CASE("credentials: one provider serves several clients")
{
    world here;
    auto const instance = here.start_instance(here.issuer<testing::instance_metadata_options>());
    bedrock::credential_options where;
    where.from = here.machine;
    here.options.credentials = bedrock::instance_credentials(where);
    CHECK(here.list(here.client()) == "fine");
    CHECK(here.list(here.client()) == "fine");
    CHECK(instance->issued() == 1);
}

TEST_CASE("credentials: a service that fails for a moment is asked again, and only by itself")
{
    world here;
    auto with = here.issuer<testing::sts_options>();
    with.external_id = "outside";
    auto const sts = here.start_sts(with);
    here.config(std::string{role_profile});
    testing::fault busy;
    busy.status = 503;
    testing::fault cut;
    cut.cut_after = 0;
    sts->inject(busy);
    sts->inject(cut);
    CHECK(here.list() == "fine");
    CHECK(sts->ledger().size() == 3);
    // For good: the call itself is not repeated for it.
    for (int i = 0; i < 9; ++i)
        sts->inject(busy);
    bedrock::list_model_invocation_jobs const op;
    error const e = here.error_of(here.client().send(op));
    CHECK(e == condition::overloaded);
    CHECK(e.info().attempts == 1);
    CHECK(contains(e.what(), "no credentials from the environment (AWS_ACCESS_KEY_ID is not set), "
                             "the profile default: AssumeRole of STS: HTTP status 503"));
    CHECK(sts->ledger().size() == 6);
    sts->clear_faults();
    // One that is not there any more.
    sts->stop();
    CHECK(here.error_of(here.client().send(op)) == condition::overloaded);
}

TEST_CASE("credentials: STS is signed for with the clock that it has")
{
    world here;
    auto with = here.issuer<testing::sts_options>();
    with.external_id = "outside";
    // Its clock is an hour ahead of the client's, and Bedrock's is the client's.
    auto const ahead = std::make_shared<testing::manual_clock>();
    ahead->advance(1h);
    with.clock = ahead;
    auto const sts = here.start_sts(with);
    here.config(std::string{role_profile});
    CHECK(here.list() == "fine");
    CHECK(sts->ledger().size() == 2);
    CHECK(sts->ledger().at(0).status == 403);
}

TEST_CASE("credentials: a source that is configured and fails is not passed over")
{
    world here;
    auto const instance = here.start_instance(here.issuer<testing::instance_metadata_options>());
    here.config("[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n");
    CHECK(contains(here.list(), "the environment has no credentials (AWS_ACCESS_KEY_ID is not "
                                "set)"));
    here.config("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n"
                "mfa_serial = arn\n");
    CHECK(contains(here.list(), "the profile default has an mfa_serial"));
    here.config("[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Moon\n");
    CHECK(contains(here.list(), "credential_source that is none of"));
    here.config("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n"
                "duration_seconds = 5\n");
    CHECK(contains(here.list(), "duration_seconds that is no number from 900 to 43200"));
    CHECK(instance->ledger().empty());
}

TEST_CASE("credentials: that have expired are read anew by the next call")
{
    world here;
    testing::aws_key old{"old", "old"};
    old.expires = here.time->calendar();
    here.simulator->accept(old);
    here.config("[default]\naws_access_key_id = old\naws_secret_access_key = old\n");
    auto const client = here.client();
    CHECK(contains(here.list(client), "ExpiredTokenException"));
    CHECK(here.simulator->ledger().size() == 1); // and not sent again
    here.config("[default]\naws_access_key_id = test\naws_secret_access_key = test\n");
    CHECK(here.list(client) == "fine");
}
