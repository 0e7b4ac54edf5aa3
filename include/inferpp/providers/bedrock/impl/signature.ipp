// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_SIGNATURE_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_SIGNATURE_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/signature.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace inferpp::inline INFERPP_ABI::bedrock {

// Proxies may add others or change them. The trace id is theirs, too.
inline bool is_signed(std::string_view name)
{
    return detail::iequals(name, "Content-Type") || (detail::iequals(name.substr(0, 5), "x-amz") &&
                                                     !detail::iequals(name, "x-amzn-trace-id"));
}

INFERPP_DECL void sign_request(http::request& message, origin const& to, signing_scope const& scope,
                               credentials const& with, sys_milliseconds now, sigv4_keys& keys)
{
    constexpr std::string_view hash_header = "X-Amz-Content-Sha256";
    auto const time = std::chrono::floor<std::chrono::seconds>(now);
    http::headers& headers = message.headers;
    headers.set("X-Amz-Date", sigv4_date(time));
    if (with.session_token.empty())
        headers.erase("X-Amz-Security-Token");
    else
        headers.set("X-Amz-Security-Token", with.session_token.reveal());
    sigv4_request request;
    if (auto const own = headers.find(hash_header)) {
        request.payload_hash = *own;
    } else if (message.source) {
        request.payload_hash = sigv4_request::unsigned_payload;
    } else {
        request.payload_hash = sha256_hex(message.body);
    }
    if (scope.sends_payload_hash)
        headers.set(hash_header, request.payload_hash);
    request.method = message.method;
    auto const mark = (std::min)(message.target.find('?'), message.target.size());
    request.path = message.target.substr(0, mark);
    request.query = message.target.substr((std::min)(mark + 1, message.target.size()));
    request.headers.emplace_back("Host", to.authority());
    for (auto const& field : headers)
        if (is_signed(field.name))
            request.headers.emplace_back(field.name, field.value);
    sigv4_scope const signed_for{scope.region, scope.service, time, scope.path};
    sigv4_identity const who{with.access_key_id, with.secret_key.reveal()};
    headers.set("Authorization", sigv4_authorization(request, signed_for, who, keys));
}

INFERPP_DECL bool is_signed_by(http::request const& message, credentials const& who)
{
    auto const header = message.headers.find("Authorization");
    return header &&
           header->find("Credential=" + who.access_key_id + '/') != std::string_view::npos;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
