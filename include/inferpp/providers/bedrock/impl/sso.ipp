// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_SSO_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_SSO_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>
#include <inferpp/providers/bedrock/sso.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// The file of a login, as Amazon's tools write it.
struct sso_token_document {
    sso_token_document() = default;

    secret access_token;
    std::string expires_at;
    std::optional<secret> refresh_token;
    std::optional<std::string> client_id;
    std::optional<secret> client_secret;
    std::optional<std::string> registration_expires_at;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(sso_token_document, (),
                      (access_token, expires_at, refresh_token, client_id, client_secret,
                       registration_expires_at, more))

constexpr json_rules json_rules_of(sso_token_document const*) noexcept
{
    return json_rules{naming::camel_case}.required("access_token", "expires_at");
}

/// What a token is renewed with.
struct sso_renewal {
    sso_renewal() = default;

    std::string client_id;
    secret client_secret;
    std::string grant_type = "refresh_token";
    secret refresh_token;
};
BOOST_DESCRIBE_STRUCT(sso_renewal, (), (client_id, client_secret, grant_type, refresh_token))

constexpr json_rules json_rules_of(sso_renewal const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// The token that comes of it.
struct sso_renewed {
    sso_renewed() = default;

    secret access_token;
    std::chrono::seconds expires_in{0};
    std::optional<secret> refresh_token;
};
BOOST_DESCRIBE_STRUCT(sso_renewed, (), (access_token, expires_in, refresh_token))

constexpr json_rules json_rules_of(sso_renewed const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// Credentials as the portal writes them.
struct sso_role_credentials {
    sso_role_credentials() = default;

    std::string access_key_id;
    secret secret_access_key;
    secret session_token;
    std::int64_t expiration = 0; ///< milliseconds since 1970
};
BOOST_DESCRIBE_STRUCT(sso_role_credentials, (),
                      (access_key_id, secret_access_key, session_token, expiration))

constexpr json_rules json_rules_of(sso_role_credentials const*) noexcept
{
    return json_rules{naming::camel_case};
}

struct sso_role_answer {
    sso_role_answer() = default;

    sso_role_credentials role_credentials;
};
BOOST_DESCRIBE_STRUCT(sso_role_answer, (), (role_credentials))

constexpr json_rules json_rules_of(sso_role_answer const*) noexcept
{
    return json_rules{naming::camel_case};
}

inline result<sso_token_document> read_sso_document(std::string_view text, std::string const& file)
{
    auto read = decode_json<sso_token_document>(text);
    if (!read)
        return error{errc::bad_content, "the file '" + file +
                                            "' of a login is not usable; log in again by `aws "
                                            "sso login`"};
    return read;
}

INFERPP_DECL result<sso_token> sso_token::parse(std::string_view text, std::string const& file)
{
    auto const read = read_sso_document(text, file);
    if (!read)
        return read.error();
    auto const expires = parse_iso8601(read->expires_at);
    if (!expires)
        return error{errc::bad_content, "the file '" + file + "' has an expiresAt that is no date"};
    sso_token token;
    token.access_token = read->access_token;
    token.expires = *expires;
    token.refresh_token = read->refresh_token.value_or(secret{});
    token.client_id = read->client_id.value_or("");
    token.client_secret = read->client_secret.value_or(secret{});
    token.registration_expires = parse_iso8601(read->registration_expires_at.value_or(""));
    return token;
}

INFERPP_DECL std::string sso_token_file(std::string_view key)
{
    return sha1_hex(key) + ".json";
}

inline bool is_renewable(sso_token const& token, sys_milliseconds now) noexcept
{
    return !token.refresh_token.empty() && !token.client_id.empty() &&
           !token.client_secret.empty() &&
           (!token.registration_expires || now < *token.registration_expires);
}

// Asks for a new token.
inline boost::asio::awaitable<result<sso_renewed>> renew_sso_token(provider_services with, url oidc,
                                                                   sso_token old)
{
    sso_renewal form;
    form.client_id = old.client_id;
    form.client_secret = old.client_secret;
    form.refresh_token = old.refresh_token;
    credential_call call;
    call.what = "CreateToken of SSO OIDC";
    call.to = oidc.origin;
    call.message = http::request{"POST", join_target(oidc.path, "token")};
    call.message.headers.set("Content-Type", "application/json");
    call.message.secrets = {old.client_secret, old.refresh_token};
    if (auto const written = encode_json(form, call.message.body); !written)
        co_return written.error();
    call.attempts = 1; // a token may be used once
    auto const answer = co_await call_for_credentials(with, std::move(call));
    if (!answer)
        co_return answer.error();
    auto read = decode_json<sso_renewed>(std::string_view{answer->body});
    if (!read)
        co_return read.error();
    co_return read;
}

// The token of the file, renewed if need be.
inline boost::asio::awaitable<result<secret>> get_sso_token(provider_services with, url oidc,
                                                            std::string path, bool renews,
                                                            std::shared_ptr<environment const> from)
{
    auto const text = from->read_file(path);
    if (!text && is_missing_file(text.error()))
        co_return error{errc::invalid_argument,
                        "nobody has logged in: " + text.error().info().message +
                            "; log in by `aws sso login`"};
    if (!text)
        co_return text.error();
    auto const token = sso_token::parse(*text, path);
    if (!token)
        co_return token.error();
    auto const now = with.clock.calendar();
    if (token->expires - now > std::chrono::minutes{15})
        co_return token->access_token;
    error failed{errc::invalid_argument, "the login has expired; log in again by `aws sso login`"};
    if (renews && is_renewable(*token, now)) {
        auto const renewed = co_await renew_sso_token(with, std::move(oidc), *token);
        if (renewed) {
            auto document = read_sso_document(*text, path);
            if (!document)
                co_return document.error();
            document->access_token = renewed->access_token;
            document->expires_at =
                date_time{std::chrono::floor<std::chrono::seconds>(now + renewed->expires_in)}
                    .text();
            if (renewed->refresh_token)
                document->refresh_token = renewed->refresh_token;
            std::string written;
            // Where it can't be kept, it is good all the same.
            if (encode_json(*document, written))
                (void)from->write_file(path, written);
            co_return renewed->access_token;
        }
        failed = renewed.error();
    }
    if (token->expires > now)
        co_return token->access_token;
    co_return failed;
}

INFERPP_DECL boost::asio::awaitable<result<credentials>> sso_credentials(
    provider_services with, sso_address at, sso_step step, std::string cache_folder,
    std::shared_ptr<environment const> from)
{
    if (step.account_id.empty())
        co_return error{errc::invalid_argument,
                        "the profile leads to an access token instead of credentials; it needs "
                        "sso_account_id and sso_role_name"};
    if (cache_folder.empty())
        co_return error{errc::invalid_argument, "there is no home folder with the cache of logins"};
    bool const renews = !step.session.empty();
    std::string path = cache_folder + '/' + sso_token_file(renews ? step.session : step.start_url);
    auto const token =
        co_await get_sso_token(with, std::move(at.oidc), std::move(path), renews, std::move(from));
    if (!token)
        co_return token.error();
    credential_call call;
    call.what = "GetRoleCredentials of SSO";
    call.to = at.portal.origin;
    std::string const target = target_builder{}
                                   .path("federation")
                                   .path("credentials")
                                   .query("account_id", step.account_id)
                                   .query("role_name", step.role_name)
                                   .str();
    call.message = http::request{"GET", join_target(at.portal.path, target)};
    call.message.headers.set("Accept", "application/json");
    call.message.headers.set("x-amz-sso_bearer_token", token->reveal());
    auto const answer = co_await call_for_credentials(with, std::move(call));
    if (!answer && answer.error().info().http_status == 401)
        co_return error{error_code{401, http_category()},
                        "the login is not good any more; log in again by `aws sso login`"};
    if (!answer)
        co_return answer.error();
    auto const read = decode_json<sso_role_answer>(std::string_view{answer->body});
    if (!read)
        co_return read.error();
    sso_role_credentials const& role = read->role_credentials;
    credentials made{role.access_key_id, role.secret_access_key, role.session_token};
    made.expires = sys_milliseconds{std::chrono::milliseconds{role.expiration}};
    made.account_id = step.account_id;
    co_return made;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
