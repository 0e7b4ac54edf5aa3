// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

constexpr sigv4_identity example{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};

constexpr std::chrono::sys_seconds first_of_august{
    std::chrono::sys_days{std::chrono::year{2024} / std::chrono::August / 1}};

sigv4_scope scope_at(std::chrono::sys_seconds time, std::string_view service = "bedrock")
{
    return sigv4_scope{"us-east-1", service, time};
}

std::string path_of(std::string_view path)
{
    sigv4_request request;
    request.path = path;
    std::istringstream lines{sigv4_canonical_request(request, sigv4_path::encoded_again)};
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    return line;
}

std::string query_of(std::string_view query)
{
    sigv4_request request;
    request.query = query;
    std::istringstream lines{sigv4_canonical_request(request, sigv4_path::as_sent)};
    std::string line;
    for (int i = 0; i < 3; ++i)
        std::getline(lines, line);
    return line;
}

/// A request as the public vectors write it. The path is not encoded.
struct written_request {
    explicit written_request(std::string const& text)
    {
        auto const end = text.find("\n\n");
        std::string const head = text.substr(0, end);
        body = end == std::string::npos ? "" : text.substr(end + 2);
        std::istringstream lines{head};
        std::string line;
        std::getline(lines, line);
        auto const first = line.find(' ');
        auto last = line.rfind(" HTTP/1.1");
        last = last == std::string::npos ? line.size() : last;
        request.method = line.substr(0, first);
        std::string const target = line.substr(first + 1, last - first - 1);
        auto const mark = (std::min)(target.find('?'), target.size());
        request.path = target.substr(0, mark);
        request.query = target.substr((std::min)(mark + 1, target.size()));
        while (std::getline(lines, line)) {
            if (line.starts_with(' ')) {
                request.headers.back().second += '\n' + line;
                continue;
            }
            auto const colon = line.find(':');
            request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
        }
    }

    sigv4_request request;
    std::string body;
};

// As a client writes the path into the request line.
std::string encoded(std::string_view path)
{
    std::string out;
    for (char const c : path) {
        if (c == '/')
            out += '/';
        else
            append_percent_encoded({&c, 1}, out);
    }
    return out;
}

std::string signature_in(std::string_view text)
{
    auto const at = text.find("Signature=");
    return std::string{text.substr(at + 10, 64)};
}

} // namespace

TEST_CASE("a path is resolved and encoded once more, for all services but S3")
{
    CHECK(path_of("") == "/");
    CHECK(path_of("/") == "/");
    CHECK(path_of("/a/b") == "/a/b");
    CHECK(path_of("/a//b/") == "/a/b/");
    CHECK(path_of("/./a/../b/.") == "/b");
    CHECK(path_of("/../..") == "/");
    CHECK(path_of("/a/..//") == "/");
    CHECK(path_of("/job/arn%3Aaws%2Fx") == "/job/arn%253Aaws%252Fx");
    CHECK(path_of("/a b/~-._") == "/a%20b/~-._");
    sigv4_request request;
    request.path = "/k//a%20b/../c";
    CHECK(
        sigv4_canonical_request(request, sigv4_path::as_sent).starts_with("GET\n/k//a%20b/../c\n"));
}

TEST_CASE("a query is sorted and encoded anew")
{
    CHECK(query_of("").empty());
    CHECK(query_of("b=2&a=1") == "a=1&b=2");
    CHECK(query_of("uploads") == "uploads=");
    CHECK(query_of("a=2&a=1&A=3") == "A=3&a=1&a=2");
    CHECK(query_of("x=a%2fb&&y=a+b") == "x=a%2Fb&y=a%2Bb");
    CHECK(query_of("p=out%2F&k=%zz") == "k=%25zz&p=out%2F");
}

TEST_CASE("headers are sorted, their blanks folded, and those of a name joined in their order")
{
    sigv4_request request;
    request.headers = {{"X-Amz-Date", "20240801T000000Z"},
                       {"My-Header", "  a   b \n  c "},
                       {"host", "example.test"},
                       {"my-header", "\"x   y\""}};
    CHECK(sigv4_canonical_request(request, sigv4_path::encoded_again) ==
          "GET\n/\n\nhost:example.test\nmy-header:a b c,\"x y\"\nx-amz-date:20240801T000000Z\n\n"
          "host;my-header;x-amz-date\n" +
              sha256_hex(""));
}

TEST_CASE("dates are written in two digits")
{
    CHECK(sigv4_date(first_of_august) == "20240801T000000Z");
    CHECK(sigv4_date(first_of_august + 36h + 2min + 3s) == "20240802T120203Z");
}

TEST_CASE("the header form names credential, headers and signature")
{
    // The signature was made apart, with Python's hmac from the notes' steps; so was the next one.
    sigv4_request request;
    request.headers = {{"Host", "bedrock.us-east-1.amazonaws.com"},
                       {"X-Amz-Date", "20240801T000000Z"}};
    request.path = "/model-invocation-jobs";
    request.query = "maxResults=1";
    sigv4_keys keys;
    std::string const value =
        sigv4_authorization(request, scope_at(first_of_august), example, keys);
    CHECK(value.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240801/us-east-1/bedrock/"
                            "aws4_request, SignedHeaders=host;x-amz-date, Signature="));
    CHECK(signature_in(value) ==
          "e7459f7794fd860164e58427b06d5cdc2d0d1f5c506e5f625033e87ca37f88b8");
    request.headers.emplace_back("X-Amz-Security-Token", "token");
    std::string const session =
        sigv4_authorization(request, scope_at(first_of_august), example, keys);
    CHECK(unit::contains(session, "SignedHeaders=host;x-amz-date;x-amz-security-token,"));
    CHECK(signature_in(session) != signature_in(value));
}

TEST_CASE("the presigned form puts all of it into the query, the signature last")
{
    sigv4_request request;
    request.headers = {{"Host", "b.s3.us-east-1.amazonaws.com"}};
    request.path = "/k%20ey";
    request.query = "partNumber=1";
    request.payload_hash = sigv4_request::unsigned_payload;
    sigv4_scope scope = scope_at(first_of_august, "s3");
    scope.path = sigv4_path::as_sent;
    sigv4_keys keys;
    std::string const query = sigv4_presigned_query(request, scope, example, keys, 15min, "to/ken");
    CHECK(query.starts_with(
        "partNumber=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20240801"
        "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20240801T000000Z&X-Amz-Expires=900&"
        "X-Amz-SignedHeaders=host&X-Amz-Security-Token=to%2Fken&X-Amz-Signature="));
    CHECK(query.size() == query.find("X-Amz-Signature=") + 16 + 64);
    CHECK(signature_in(query) ==
          "5e102aca15a086153816fae44d9de6ad38091a70e4949e5bda2eee4a36515c27");
}

TEST_CASE("keys are kept for each secret, day, region and service")
{
    sigv4_keys keys;
    std::set<std::string> seen;
    auto const key = [&keys](std::string_view secret_key, sigv4_scope const& scope) {
        return to_hex(keys.find(secret_key, scope));
    };
    auto const scope = scope_at(first_of_august);
    std::string const first = key("secret", scope);
    CHECK(key("secret", scope_at(first_of_august + 23h)) == first); // the same day
    for (int round = 0; round < 2; ++round) {                       // more than are kept
        for (int day = 0; day < 10; ++day)
            seen.insert(key("secret", scope_at(first_of_august + day * 24h)));
        seen.insert(key("other", scope));
        seen.insert(key("secret", scope_at(first_of_august, "s3")));
        seen.insert(key("secret", sigv4_scope{"eu-west-1", "bedrock", first_of_august}));
    }
    CHECK(seen.size() == 13);
    CHECK(seen.count(first) == 1);
    // The example of Amazon's documentation.
    sigv4_scope const documented{
        "us-east-1", "iam",
        std::chrono::sys_days{std::chrono::year{2015} / std::chrono::August / 30}};
    CHECK(key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", documented) ==
          "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

// --- the public suite
// -----------------------------------------------------------------------------

TEST_CASE("signing: the public suite")
{
    auto const folder = unit::shared_path("vectors/sigv4-suite/v4");
    if (folder.empty())
        return;
    std::size_t done = 0;
    for (auto const& entry : std::filesystem::directory_iterator{folder}) {
        CAPTURE(entry.path().filename().string());
        auto const file = [&entry](char const* name) {
            return unit::read_file(entry.path() / name);
        };
        auto const parsed = parse_json(file("context.json"));
        REQUIRE(parsed);
        auto const& context = parsed->as_object();
        auto const text = [](boost::json::object const& from, std::string_view name) {
            auto const* const found = from.if_contains(name);
            return found != nullptr ? std::string{found->as_string().c_str()} : std::string{};
        };
        auto const flag = [&context](std::string_view name) {
            return context.contains(name) && context.at(name).as_bool();
        };
        auto const& credentials = context.at("credentials").as_object();
        std::string const id = text(credentials, "access_key_id");
        std::string const secret_key = text(credentials, "secret_access_key");
        std::string const token = text(credentials, "token");
        sigv4_identity const who{id, secret_key};
        std::string const region = text(context, "region");
        std::string const service = text(context, "service");
        auto const time = parse_iso8601(text(context, "timestamp"));
        REQUIRE(time);
        sigv4_scope scope{region, service, std::chrono::floor<std::chrono::seconds>(*time)};

        written_request written{file("request.txt")};
        // Paths that are not resolved are signed by the rule of S3, encoded as a client sends them.
        if (!flag("normalize")) {
            scope.path = sigv4_path::as_sent;
            written.request.path = encoded(written.request.path);
        }
        written.request.payload_hash = sha256_hex(written.body);
        sigv4_keys keys;

        sigv4_request request = written.request;
        request.headers.emplace_back("X-Amz-Date", sigv4_date(scope.time));
        if (flag("sign_body"))
            request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
        bool const signs_token = !token.empty() && !flag("omit_session_token");
        if (signs_token)
            request.headers.emplace_back("X-Amz-Security-Token", token);
        std::string const canonical = sigv4_canonical_request(request, scope.path);
        CHECK(canonical == file("header-canonical-request.txt"));
        CHECK(sigv4_string_to_sign(canonical, scope) == file("header-string-to-sign.txt"));
        std::string const value = sigv4_authorization(request, scope, who, keys);
        CHECK(signature_in(value) == file("header-signature.txt"));
        CHECK(unit::contains(file("header-signed-request.txt"), "Authorization:" + value));

        std::string const query = sigv4_presigned_query(
            written.request, scope, who, keys,
            std::chrono::seconds{context.at("expiration_in_seconds").as_int64()},
            signs_token ? token : "");
        CHECK(signature_in(query) == file("query-signature.txt"));
        sigv4_request signed_request = written.request;
        signed_request.query = query.substr(0, query.find("&X-Amz-Signature="));
        std::string const signed_text = sigv4_canonical_request(signed_request, scope.path);
        CHECK(signed_text == file("query-canonical-request.txt"));
        CHECK(sigv4_string_to_sign(signed_text, scope) == file("query-string-to-sign.txt"));
        ++done;
    }
    CHECK(done == 38); // none is left out
}

TEST_CASE("signing: the vectors of paths that are encoded twice")
{
    auto const folder = unit::shared_path("vectors/sigv4-suite/extra-smithy-rs");
    if (folder.empty())
        return;
    auto const file = [&folder](char const* name) { return unit::read_file(folder / name); };
    written_request const plain{file("double-url-encode/request.txt")};
    std::string const canonical = sigv4_canonical_request(plain.request, sigv4_path::encoded_again);
    CHECK(canonical == file("double-url-encode/header-canonical-request.txt"));
    sigv4_scope const scope{"us-east-2", "lambda",
                            std::chrono::sys_days{std::chrono::year{2021} / std::chrono::May / 11} +
                                15h + 40min + 45s};
    CHECK(sigv4_string_to_sign(canonical, scope) + '\n' ==
          file("double-url-encode/header-string-to-sign.txt"));
    sigv4_keys keys;
    CHECK(signature_in(sigv4_authorization(plain.request, scope, example, keys)) ==
          "4b93abbcc68be32bd64c18e2c71150660ab4c29bbd6c32a383a7517a88fc1804");
    // Of the other one only this file agrees with itself, but for the date.
    written_request segments{file("double-encode-path/request.txt")};
    for (auto& [name, value] : segments.request.headers)
        if (detail::iequals(name, "X-Amz-Date"))
            value = "20210511T154045Z";
    CHECK(sigv4_canonical_request(segments.request, sigv4_path::encoded_again) ==
          file("double-encode-path/header-canonical-request.txt"));
}

TEST_CASE("signing: what Amazon's own clients have sent")
{
    auto const path = unit::shared_path("vectors/bedrock-captured-requests.jsonl");
    if (path.empty())
        return;
    std::size_t done = 0;
    std::istringstream lines{unit::read_file(path)};
    for (std::string line; std::getline(lines, line);) {
        auto const parsed = parse_json(line);
        REQUIRE(parsed);
        auto const& row = parsed->as_object();
        std::string const check = row.at("check").as_string().c_str();
        auto const& headers = row.at("headers").as_object();
        if (!headers.contains("authorization") ||
            !std::string_view{headers.at("authorization").as_string()}.starts_with("AWS4"))
            continue; // four have a bearer token
        CAPTURE(row.at("set").as_string().c_str());
        CAPTURE(row.at("n").as_int64());
        std::string const value = headers.at("authorization").as_string().c_str();
        bool const s3 = unit::contains(value, "/s3/aws4_request");
        sigv4_request request;
        request.method = row.at("method").as_string().c_str();
        std::string const target = row.at("url").as_string().c_str();
        auto const mark = (std::min)(target.find('?'), target.size());
        request.path = target.substr(0, mark);
        request.query = target.substr((std::min)(mark + 1, target.size()));
        auto const names_at = value.find("SignedHeaders=") + 14;
        std::istringstream names{value.substr(names_at, value.find(',', names_at) - names_at)};
        for (std::string name; std::getline(names, name, ';');)
            request.headers.emplace_back(name, headers.at(name).as_string().c_str());
        request.payload_hash = headers.at("x-amz-content-sha256").as_string().c_str();
        std::string const date = headers.at("x-amz-date").as_string().c_str();
        std::string const iso = date.substr(0, 4) + '-' + date.substr(4, 2) + '-' +
                                date.substr(6, 2) + 'T' + date.substr(9, 2) + ':' +
                                date.substr(11, 2) + ':' + date.substr(13, 2) + 'Z';
        sigv4_scope scope{"us-east-1", s3 ? "s3" : "bedrock",
                          std::chrono::floor<std::chrono::seconds>(parse_iso8601(iso).value())};
        scope.path = s3 ? sigv4_path::as_sent : sigv4_path::encoded_again;
        sigv4_identity const who{"AKIDEXAMPLE", "secretkeyEXAMPLE"};
        sigv4_keys keys;
        CHECK(sigv4_authorization(request, scope, who, keys) == value);
        ++done;
    }
    CHECK(done == 74); // all but the four with a bearer token
}
