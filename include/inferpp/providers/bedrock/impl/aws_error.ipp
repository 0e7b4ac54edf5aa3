// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_AWS_ERROR_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_AWS_ERROR_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>

#include <algorithm>
#include <initializer_list>

namespace inferpp::inline INFERPP_ABI::bedrock {

// "ns#Name:http://..." is Name.
inline std::string bare_type(std::string_view text)
{
    text = text.substr(0, text.find(','));
    text = text.substr(0, text.find(':'));
    return std::string{detail::trim(text.substr(text.rfind('#') + 1))};
}

// The first of these members that is a text.
inline std::string first_text(boost::json::object const& from,
                              std::initializer_list<std::string_view> names)
{
    for (std::string_view const name : names)
        if (auto const* const found = from.if_contains(name);
            found != nullptr && found->is_string())
            return {found->get_string().data(), found->get_string().size()};
    return {};
}

inline std::string first_header(http::headers const& from,
                                std::initializer_list<std::string_view> names)
{
    for (std::string_view const name : names)
        if (auto const found = from.find(name))
            return std::string{*found};
    return {};
}

// <Error>, or <ErrorResponse><Error>. @return whether it is one
inline bool read_xml_error(std::string_view body, aws_error& into)
{
    if (!detail::trim(body).starts_with('<'))
        return false;
    auto const root = parse_xml(body);
    if (!root)
        return false;
    xml_element const* error = &*root;
    if (root->name == "ErrorResponse")
        error = root->find("Error");
    if (error == nullptr || error->name != "Error")
        return false;
    into.type = bare_type(error->text_of("Code"));
    into.message = error->text_of("Message");
    std::string_view const inner = error->text_of("RequestId");
    into.request_id = inner.empty() ? root->text_of("RequestId") : inner;
    into.extended_id = error->text_of("HostId");
    return true;
}

INFERPP_DECL aws_error read_aws_error(http::response const& answer)
{
    aws_error read;
    if (!read_xml_error(answer.body, read)) {
        auto const parsed = parse_json(answer.body);
        if (parsed && parsed->is_object()) {
            auto const& body = parsed->get_object();
            read.message = first_text(body, {"message", "Message"});
            read.type = bare_type(first_text(body, {"code", "Code", "__type"}));
        } else {
            read.message = answer.body; // proxies answer in HTML
        }
    }
    if (auto const type = answer.headers.find("x-amzn-errortype"))
        read.type = bare_type(*type);
    if (auto id = first_header(answer.headers,
                               {"x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"});
        !id.empty())
        read.request_id = std::move(id);
    if (auto id = first_header(answer.headers, {"x-amz-id-2"}); !id.empty())
        read.extended_id = std::move(id);
    return read;
}

inline bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) noexcept
{
    return std::find(types.begin(), types.end(), type) != types.end();
}

INFERPP_DECL bool is_expired_token(std::string_view type) noexcept
{
    return is_one_of(type, {"ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired"});
}

INFERPP_DECL int meaning_of(std::string_view type, int status) noexcept
{
    if (is_one_of(type,
                  {"Throttling", "ThrottlingException", "ThrottledException",
                   "RequestThrottledException", "RequestThrottled", "TooManyRequestsException",
                   "ProvisionedThroughputExceededException", "TransactionInProgressException",
                   "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
                   "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
                   "ServiceQuotaExceededException"}))
        return 429;
    if (is_expired_token(type) ||
        is_one_of(type,
                  {"UnrecognizedClientException", "InvalidClientTokenId",
                   "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
                   "IncompleteSignatureException", "MissingAuthenticationToken",
                   "MissingAuthenticationTokenException", "InvalidAccessKeyId", "AuthFailure",
                   "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "InvalidToken"}))
        return 401;
    if (is_one_of(type, {"AccessDeniedException", "AccessDenied", "OptInRequired"}))
        return 403;
    if (is_one_of(type, {"ConflictException", "ResourceInUseException"}))
        return 409;
    if (is_one_of(type, {"RequestTimeout", "RequestTimeoutException"}))
        return 408; // S3 answers it with 400
    if (type == "IDPCommunicationError")
        return 503;
    if (is_one_of(type, {"ModelErrorException", "ModelStreamErrorException"}))
        return 500; // the model has failed, and not the request, as their 424 would have it
    return status;
}

INFERPP_DECL std::optional<bool> is_worth_repeating(std::string_view type) noexcept
{
    // A model that took too long, or failed, will again, and a quota is not raised by waiting.
    if (is_one_of(type, {"ModelTimeoutException", "ModelErrorException",
                         "ModelStreamErrorException", "ServiceQuotaExceededException"}))
        return false;
    return std::nullopt;
}

INFERPP_DECL bool may_be_skew(std::string_view type) noexcept
{
    return is_one_of(type, {"AuthFailure", "InvalidSignatureException", "RequestExpired",
                            "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
                            "AccessDeniedException"});
}

INFERPP_DECL std::optional<std::chrono::milliseconds> clock_offset(http::headers const& headers,
                                                                   sys_milliseconds now) noexcept
{
    if (headers.find("Age")) // from a cache
        return std::nullopt;
    auto const date = headers.find("Date");
    auto const server =
        date ? parse_http_date(*date, std::chrono::floor<std::chrono::seconds>(now)) : std::nullopt;
    if (!server)
        return std::nullopt;
    return *server - now;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
