// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/json.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
namespace bedrock = inferpp::bedrock;

namespace {

/// Sections as one line: "name{key=value,...}".
std::string show(bedrock::profile_sections const& sections)
{
    std::string out;
    for (auto const& [name, section] : sections) {
        out += name + '{';
        for (auto const& [key, value] : section)
            out += key + '=' + value + ',';
        out += '}';
    }
    return out;
}

std::string profiles(std::string_view config, std::string_view credentials = {})
{
    auto const read = bedrock::parse_profile_files(config, credentials);
    if (read.has_error()) {
        CHECK(read.error() == errc::invalid_argument);
        return read.error().info().message;
    }
    return show(read->profiles);
}

} // namespace

TEST_CASE("profiles are sections of the config file and of the credentials file")
{
    CHECK(profiles("").empty());
    CHECK(profiles("[default]\nregion = us-east-1\n[profile a]\r\nb=c\r\n") ==
          "a{b=c,}default{region=us-east-1,}");
    CHECK(profiles("[a]\nb=c\n[profilex]\nb=c\n[profile]\nb=c").empty());
    CHECK(profiles("", "[a]\nb=c\n[profile x]\nb=c") == "a{b=c,}");
    CHECK(profiles("[profile a]\nb=1\nc=1", "[a]\nc=2\nd=2") == "a{b=1,c=2,d=2,}");
    CHECK(profiles("[default]\nx=1\n[profile default]\ny=2", "[default]\nz=3") ==
          "default{y=2,z=3,}");
}

TEST_CASE("comments, continuations and sub-properties follow the common rules")
{
    CHECK(profiles("# c\n; c\n[profile a] # c\nb = 1 # c\nc = 2#3 ; c\n") == "a{b=1,c=2#3,}");
    CHECK(profiles("[profile a]\nb = 1\n  2 # no comment\n\t\n 3") == "a{b=1\n2 # no comment\n3,}");
    CHECK(profiles("[profile a]\nB-C =\n d = 1\n e =\n") == "a{b-c=\nd = 1\ne =,}");
    CHECK(profiles("[profile a]\nno good = 1\n more\nb = 2") == "a{b=2,}");
    CHECK(profiles("[profile no good]\nb = 1\n more\n[profile a]\nb = 2") == "a{b=2,}");
}

TEST_CASE("what is malformed is told by file and line, without its text")
{
    CHECK(profiles("\nb = secret") == "the config file of Amazon's tools is malformed in line 2: "
                                      "Expected a profile definition");
    CHECK(unit::contains(profiles("[profile a"), "must end with ']'"));
    CHECK(unit::contains(profiles("[profile a] b"), "must end with ']'"));
    CHECK(unit::contains(profiles("", "[a]\nsecret"),
                         "the credentials file of Amazon's tools is malformed in line 2: Expected "
                         "an '=' sign"));
    CHECK(unit::contains(profiles("[profile a]\n= x"), "did not have a name"));
    CHECK(unit::contains(profiles("[profile a]\n x"), "found continuation"));
    CHECK(unit::contains(profiles("[profile a]\nb = 1\n[profile a]\n x"), "found continuation"));
    CHECK(unit::contains(profiles("[profile a]\nb =\n x"), "sub-property"));
    CHECK(unit::contains(profiles("[profile a]\nb =\n = x"), "Sub-property did not have a name"));
    for (std::string const& text : {profiles("[profile a]\nsecret"), profiles("secret = x")})
        CHECK(!unit::contains(text, "secret"));
}

TEST_CASE("values are found by name")
{
    auto const read = bedrock::parse_profile_files(
        "[profile a]\nRegion = r\nservices = s\n[services s]\nbedrock =\n endpoint_url = u\n"
        "  ENDPOINT_URL=v\n[sso-session d]\nsso_region = t",
        "");
    REQUIRE(read.has_value());
    CHECK(read->find("a", "region") == "r");
    CHECK(read->find("a", "none").empty());
    CHECK(read->find("b", "region").empty());
    CHECK(show(read->sso_sessions) == "d{sso_region=t,}");
    auto const& services = read->services.at("s");
    CHECK(bedrock::find_sub_property(bedrock::find_property(services, "bedrock"), "endpoint_url") ==
          "v");
    CHECK(bedrock::find_sub_property("\na = 1\nno", "b").empty());
    CHECK(bedrock::find_property(services, "s3").empty());
}

// --- the public vectors
// ---------------------------------------------------------------------------

TEST_CASE("profile files: the public vectors")
{
    auto const path =
        unit::shared_path("vectors/credentials-vectors/aws-runtime/profile-parser-tests.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    std::size_t done = 0;
    for (auto const& each : parsed->at("tests").as_array()) {
        auto const& test = each.as_object();
        CAPTURE(test.at("name").as_string().c_str());
        auto const input = [&test](std::string_view name) {
            auto const* const file = test.at("input").as_object().if_contains(name);
            return file != nullptr ? std::string{file->as_string().c_str()} : std::string{};
        };
        auto const read =
            bedrock::parse_profile_files(input("configFile"), input("credentialsFile"));
        auto const& output = test.at("output").as_object();
        if (auto const* const wrong = output.if_contains("errorContaining")) {
            REQUIRE(read.has_error());
            CHECK(unit::contains(read.error().what(), wrong->as_string().c_str()));
        } else {
            REQUIRE(read.has_value());
            auto const expected = [&output](std::string_view name) {
                bedrock::profile_sections sections;
                if (auto const* const found = output.at("config").as_object().if_contains(name))
                    for (auto const& section : found->as_object()) {
                        auto& into = sections[std::string{section.key()}];
                        for (auto const& value : section.value().as_object())
                            into[std::string{value.key()}] = value.value().as_string().c_str();
                    }
                return show(sections);
            };
            CHECK(show(read->profiles) == expected("profiles"));
            CHECK(show(read->sso_sessions) == expected("sso_sessions"));
        }
        ++done;
    }
    CHECK(done == 65); // none is left out
}
