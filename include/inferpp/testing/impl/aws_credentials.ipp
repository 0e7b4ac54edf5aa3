// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from what asks these services.

#ifndef INFERPP_TESTING_IMPL_AWS_CREDENTIALS_IPP
#define INFERPP_TESTING_IMPL_AWS_CREDENTIALS_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/testing/aws_credentials.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

inline std::string iso_seconds(sys_milliseconds time)
{
    return format_iso8601(time).substr(0, 19) + 'Z';
}

inline std::map<std::string, std::string> form_of(std::string_view body)
{
    std::map<std::string, std::string> fields;
    while (!body.empty()) {
        auto const end = (std::min)(body.find('&'), body.size());
        std::string_view const field = body.substr(0, end);
        body.remove_prefix((std::min)(end + 1, body.size()));
        auto const equals = (std::min)(field.find('='), field.size());
        fields[std::string{field.substr(0, equals)}] =
            percent_decode(field.substr((std::min)(equals + 1, field.size()))).value_or("");
    }
    return fields;
}

inline http::response plain_answer(int status, std::string body, std::string_view type)
{
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", type);
    answer.body = std::move(body);
    return answer;
}

inline std::string json_keys(aws_key const& key)
{
    boost::json::object body;
    body["AccessKeyId"] = key.access_key;
    body["SecretAccessKey"] = key.secret_key;
    body["Token"] = key.session_token;
    body["Expiration"] = iso_seconds(*key.expires);
    return boost::json::serialize(body);
}

} // namespace detail

INFERPP_DECL aws_issuer::aws_issuer(boost::asio::any_io_executor executor,
                                    aws_issuer_options options)
    : simulator(std::move(executor), options),
      options_(std::move(options))
{
}

INFERPP_DECL aws_key aws_issuer::issue(std::optional<std::chrono::milliseconds> life)
{
    std::string const number = std::to_string(++count_);
    aws_key key{"ASIA" + number, "secret-of-session-" + number, "token-of-session-" + number};
    key.expires = clock().calendar() + life.value_or(options_.life);
    if (options_.issued)
        options_.issued(key);
    return key;
}

// --- STS -----------------------------------------------------------------------------------------

INFERPP_DECL sts_simulator::sts_simulator(boost::asio::any_io_executor executor, sts_options with)
    : aws_issuer(std::move(executor), with),
      with_(std::move(with)),
      verifier_(with_.keys)
{
    start();
}

INFERPP_DECL sts_simulator::~sts_simulator()
{
    stop();
}

INFERPP_DECL http::response sts_simulator::refuse(aws_refusal const& why) const
{
    auto answer = detail::plain_answer(
        why.status,
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender"
        "</Type><Code>" +
            why.type + "</Code><Message>" + why.message +
            "</Message></Error><RequestId>sts-1</RequestId></ErrorResponse>",
        "text/xml");
    answer.headers.set(
        "Date", format_http_date(std::chrono::floor<std::chrono::seconds>(clock().calendar())));
    return answer;
}

INFERPP_DECL http::response sts_simulator::answer(simulated_request const& request)
{
    auto form = detail::form_of(request.body);
    std::string const action = form["Action"];
    if (request.method != "POST" || form["Version"] != "2011-06-15" ||
        request.headers.find("Content-Type") != "application/x-www-form-urlencoded")
        return refuse({400, "InvalidAction", "Could not find operation"});
    if (action == "AssumeRole") {
        if (auto const wrong = verifier_.check(request, "sts", with_.region, clock().calendar()))
            return refuse(*wrong);
        if (form["ExternalId"] != with_.external_id)
            return refuse({403, "AccessDenied",
                           "User is not authorized to perform: "
                           "sts:AssumeRole"});
    } else if (action == "AssumeRoleWithWebIdentity") {
        if (request.headers.find("Authorization"))
            return refuse({400, "InvalidAction", "This operation is not signed"});
        if (form["WebIdentityToken"] != with_.web_identity)
            return refuse({400, "InvalidIdentityToken",
                           "The token " + form["WebIdentityToken"] + " is not good"});
    } else {
        return refuse({400, "InvalidAction", "Could not find operation " + action});
    }
    if (!form["RoleArn"].starts_with("arn:aws:iam::") || form["RoleSessionName"].size() < 2 ||
        form["RoleSessionName"].size() > 64)
        return refuse({400, "ValidationError", "RoleArn or RoleSessionName is not valid"});
    std::optional<std::chrono::milliseconds> life;
    if (std::string const seconds = form["DurationSeconds"]; !seconds.empty())
        life = std::chrono::seconds{std::stoi(seconds)};
    aws_key const key = issue(life);
    return detail::plain_answer(
        200,
        '<' + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <" +
            action + "Result>\n    <AssumedRoleUser><Arn>arn:aws:sts::" + with_.account_id +
            ":assumed-role/r/" + form["RoleSessionName"] +
            "</Arn></AssumedRoleUser>\n    <Credentials>\n      <AccessKeyId>" + key.access_key +
            "</AccessKeyId>\n      <SecretAccessKey>" + key.secret_key +
            "</SecretAccessKey>\n      <SessionToken>" + key.session_token +
            "</SessionToken>\n      <Expiration>" + detail::iso_seconds(*key.expires) +
            "</Expiration>\n    </Credentials>\n  </" + action + "Result>\n</" + action +
            "Response>\n",
        "text/xml");
}

// --- instances -----------------------------------------------------------------------------------

INFERPP_DECL instance_metadata_simulator::instance_metadata_simulator(
    boost::asio::any_io_executor executor, instance_metadata_options with)
    : aws_issuer(std::move(executor), with),
      with_(std::move(with))
{
    start();
}

INFERPP_DECL instance_metadata_simulator::~instance_metadata_simulator()
{
    stop();
}

INFERPP_DECL std::string instance_metadata_simulator::token() const
{
    return "metadata-token-" + std::to_string(generation_) + "==";
}

INFERPP_DECL http::response instance_metadata_simulator::answer(simulated_request const& request)
{
    auto const plain = [](int status, std::string body) {
        return detail::plain_answer(status, std::move(body), "text/plain");
    };
    constexpr std::string_view ttl = "x-aws-ec2-metadata-token-ttl-seconds";
    if (request.target == "/latest/api/token") {
        if (request.method != "PUT" || !with_.has_version_2)
            return plain(403, "Forbidden");
        auto const life = request.headers.find(ttl);
        if (!life || !request.body.empty())
            return plain(400, "Bad Request");
        auto answer = plain(200, token());
        answer.headers.set(ttl, *life);
        return answer;
    }
    if (request.headers.find("x-aws-ec2-metadata-token") != token())
        return plain(401, "Unauthorized");
    std::string const folder = "/latest/meta-data/iam/security-credentials/";
    if (request.method != "GET" || with_.role.empty() || !request.target.starts_with(folder))
        return plain(404, "<html>Not Found</html>");
    if (request.target == folder)
        return plain(200, with_.role + '\n');
    if (request.target != folder + with_.role)
        return plain(404, "<html>Not Found</html>");
    if (with_.code != "Success")
        return plain(200, R"({"Code":")" + with_.code + R"(","Message":"no role"})");
    std::string body = detail::json_keys(issue());
    body.insert(1, R"("Code":"Success","Type":"AWS-HMAC",)");
    return plain(200, body);
}

// --- containers ----------------------------------------------------------------------------------

INFERPP_DECL container_simulator::container_simulator(boost::asio::any_io_executor executor,
                                                      container_options with)
    : aws_issuer(std::move(executor), with),
      with_(std::move(with))
{
    start();
}

INFERPP_DECL container_simulator::~container_simulator()
{
    stop();
}

INFERPP_DECL http::response container_simulator::answer(simulated_request const& request)
{
    if (request.method != "GET" ||
        request.headers.find("Authorization").value_or("") != with_.authorization)
        return json_answer(403, R"({"code":"AccessDenied","message":"no"})");
    return json_answer(200, detail::json_keys(issue()));
}

// --- IAM Identity Center -------------------------------------------------------------------------

INFERPP_DECL sso_simulator::sso_simulator(boost::asio::any_io_executor executor, sso_options with)
    : aws_issuer(std::move(executor), with),
      with_(std::move(with))
{
    start();
}

INFERPP_DECL sso_simulator::~sso_simulator()
{
    stop();
}

INFERPP_DECL http::response sso_simulator::renew(simulated_request const& request)
{
    boost::system::error_code code;
    auto const parsed = boost::json::parse(request.body, code);
    auto const is = [&parsed](char const* name, std::string const& wanted) {
        auto const* const found = parsed.get_object().if_contains(name);
        return found != nullptr && found->is_string() && found->get_string() == wanted;
    };
    if (code || !parsed.is_object() || !is("clientId", with_.client_id) ||
        !is("clientSecret", with_.client_secret) || !is("grantType", "refresh_token") ||
        !is("refreshToken", with_.refresh_token))
        return json_answer(400, R"({"error":"invalid_grant","message":"refused"})");
    std::string const number = std::to_string(++renewals_);
    with_.access_token = "access-" + number;
    with_.refresh_token = "refresh-" + number;
    boost::json::object body;
    body["accessToken"] = with_.access_token;
    body["refreshToken"] = with_.refresh_token;
    body["tokenType"] = "Bearer";
    body["expiresIn"] = with_.token_life.count();
    return json_answer(200, boost::json::serialize(body));
}

INFERPP_DECL http::response sso_simulator::answer(simulated_request const& request)
{
    if (request.method == "POST" && request.target == "/token")
        return renew(request);
    bool const asks = request.method == "GET" && request.path.size() == 2 &&
                      request.path[0] == "federation" && request.path[1] == "credentials";
    if (!asks)
        return json_answer(404, "{}");
    if (request.headers.find("x-amz-sso_bearer_token") != with_.access_token)
        return json_answer(401, R"({"message":"Session token not found or invalid",)"
                                R"("__type":"com.amazonaws.switchboard.portal#)"
                                R"(UnauthorizedException"})");
    aws_key const key = issue();
    boost::json::object role;
    role["accessKeyId"] = key.access_key;
    role["secretAccessKey"] = key.secret_key;
    role["sessionToken"] = key.session_token;
    role["expiration"] = key.expires->time_since_epoch().count();
    boost::json::object body;
    body["roleCredentials"] = role;
    return json_answer(200, boost::json::serialize(body));
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
