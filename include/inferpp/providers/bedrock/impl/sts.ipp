// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_STS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_STS_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>
#include <inferpp/providers/bedrock/signature.hpp>
#include <inferpp/providers/bedrock/sts.hpp>

#include <memory>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// The fields of a form, as the body of a request.
class form_writer {
public:
    explicit form_writer(std::string_view action)
    {
        add("Action", action);
        add("Version", "2011-06-15");
    }
    void add(std::string_view name, std::string_view value)
    {
        text_.append(text_.empty() ? "" : "&").append(name).append("=");
        append_percent_encoded(value, text_);
    }
    std::string take() && { return std::move(text_); }

private:
    std::string text_;
};

inline credential_call call_sts(sts_address const& sts, std::string_view action, form_writer form)
{
    credential_call call;
    call.what = std::string{action} + " of STS";
    call.to = sts.base.origin;
    call.message = http::request{"POST", sts.base.path};
    call.message.headers.set("Content-Type", "application/x-www-form-urlencoded");
    call.message.headers.set("Accept", "*/*");
    call.message.body = std::move(form).take();
    return call;
}

inline std::string session_name(std::string const& given)
{
    return given.empty() ? "inferpp-" + random_hex(8) : given;
}

// "arn:aws:sts::123456789012:assumed-role/name/session"
inline std::string_view account_in(std::string_view arn) noexcept
{
    for (int part = 0; part < 4; ++part) {
        auto const colon = arn.find(':');
        if (colon == std::string_view::npos)
            return {};
        arn.remove_prefix(colon + 1);
    }
    return arn.substr(0, arn.find(':'));
}

INFERPP_DECL result<credentials> read_sts_credentials(std::string_view body,
                                                      std::string_view action)
{
    auto const root = parse_xml(body);
    if (!root)
        return root.error();
    std::string const name{action};
    xml_element const* const outcome =
        root->name == name + "Response" ? root->find(name + "Result") : nullptr;
    xml_element const* const found = outcome != nullptr ? outcome->find("Credentials") : nullptr;
    if (found == nullptr)
        return error{errc::bad_content, "the answer of STS holds no credentials"};
    credentials read{std::string{found->text_of("AccessKeyId")},
                     secret{found->text_of("SecretAccessKey")},
                     secret{found->text_of("SessionToken")}};
    read.expires = parse_iso8601(found->text_of("Expiration"));
    if (read.access_key_id.empty() || read.secret_key.empty() || read.session_token.empty() ||
        !read.expires)
        return error{errc::bad_content, "the answer of STS lacks a part of the credentials"};
    if (xml_element const* const user = outcome->find("AssumedRoleUser"))
        read.account_id = account_in(user->text_of("Arn"));
    return read;
}

INFERPP_DECL boost::asio::awaitable<result<credentials>> assume_role(
    provider_services with, sts_address sts, role_step role,
    credentials_provider::credentials_ptr base)
{
    form_writer form{"AssumeRole"};
    form.add("RoleArn", role.role_arn);
    form.add("RoleSessionName", session_name(role.session_name));
    if (role.duration)
        form.add("DurationSeconds", std::to_string(role.duration->count()));
    if (!role.external_id.empty())
        form.add("ExternalId", role.external_id);
    auto call = call_sts(sts, "AssumeRole", std::move(form));
    auto const keys = std::make_shared<sigv4_keys>();
    call.sign = [sts, base, keys](http::request& message, sys_milliseconds now) {
        signing_scope const scope{sts.region, "sts"};
        sign_request(message, sts.base.origin, scope, *base, now, *keys);
    };
    auto const answer = co_await call_for_credentials(with, std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_sts_credentials(answer->body, "AssumeRole");
}

INFERPP_DECL boost::asio::awaitable<result<credentials>> assume_role_with_web_identity(
    provider_services with, sts_address sts, web_identity_step step,
    std::shared_ptr<environment const> from)
{
    auto const token = from->read_file(step.token_file);
    if (!token)
        co_return token.error();
    form_writer form{"AssumeRoleWithWebIdentity"};
    form.add("RoleArn", step.role_arn);
    form.add("RoleSessionName", session_name(step.session_name));
    form.add("WebIdentityToken", detail::trim(*token));
    auto call = call_sts(sts, "AssumeRoleWithWebIdentity", std::move(form));
    call.message.secrets.emplace_back(detail::trim(*token));
    auto const answer = co_await call_for_credentials(with, std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_sts_credentials(answer->body, "AssumeRoleWithWebIdentity");
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
