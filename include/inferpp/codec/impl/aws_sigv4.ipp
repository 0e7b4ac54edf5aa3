// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_AWS_SIGV4_IPP
#define INFERPP_CODEC_IMPL_AWS_SIGV4_IPP

#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <span>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

constexpr std::string_view sigv4_algorithm = "AWS4-HMAC-SHA256";

// The date and what follows it in a credential.
inline std::string scope_text(sigv4_scope const& scope)
{
    std::string text = sigv4_date(scope.time).substr(0, 8);
    text.append("/").append(scope.region).append("/").append(scope.service);
    return text.append("/aws4_request");
}

// Encodes each segment of a path.
inline void append_encoded_path(std::string_view path, std::string& out)
{
    while (true) {
        auto const slash = path.find('/');
        append_percent_encoded(path.substr(0, slash), out);
        if (slash == std::string_view::npos)
            return;
        out += '/';
        path.remove_prefix(slash + 1);
    }
}

// Without empty segments, "." and "..".
inline std::string resolve_path(std::string_view path)
{
    std::vector<std::string_view> kept;
    bool const folder = path.ends_with('/');
    while (!path.empty()) {
        auto const end = (std::min)(path.find('/'), path.size());
        std::string_view const segment = path.substr(0, end);
        path.remove_prefix((std::min)(end + 1, path.size()));
        if (segment == "..") {
            if (!kept.empty())
                kept.pop_back();
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
    }
    std::string out;
    for (std::string_view const segment : kept)
        out.append("/").append(segment);
    return folder || out.empty() ? out + '/' : out;
}

// Each name and value encoded anew, in order.
inline std::string canonical_query(std::string_view query)
{
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        auto const end = (std::min)(query.find('&'), query.size());
        std::string_view const parameter = query.substr(0, end);
        query.remove_prefix((std::min)(end + 1, query.size()));
        if (parameter.empty())
            continue;
        auto const equals = (std::min)(parameter.find('='), parameter.size());
        auto const encode = [](std::string_view text) {
            std::string out;
            auto const decoded = percent_decode(text);
            append_percent_encoded(decoded ? *decoded : text, out);
            return out;
        };
        parameters.emplace_back(encode(parameter.substr(0, equals)),
                                encode(parameter.substr((std::min)(equals + 1, parameter.size()))));
    }
    std::sort(parameters.begin(), parameters.end());
    std::string out;
    for (auto const& [name, value] : parameters)
        out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
    return out;
}

// Blanks at the ends are dropped, runs of them inside become one space.
inline void append_canonical_value(std::string_view value, std::string& out)
{
    bool blank = false;
    for (char const c : trim(value)) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank = true;
            continue;
        }
        if (blank)
            out += ' ';
        blank = false;
        out += c;
    }
}

inline std::map<std::string, std::string> canonical_headers(sigv4_request const& request)
{
    std::map<std::string, std::string> sorted;
    for (auto const& [name, value] : request.headers) {
        std::string lower{trim(name)};
        std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
        auto const [place, first] = sorted.try_emplace(std::move(lower));
        if (!first)
            place->second += ',';
        append_canonical_value(value, place->second);
    }
    return sorted;
}

inline std::string signed_names(std::map<std::string, std::string> const& headers)
{
    std::string names;
    for (auto const& [name, value] : headers)
        names.append(names.empty() ? "" : ";").append(name);
    return names;
}

inline std::span<unsigned char const> bytes_of(std::string_view text) noexcept
{
    return {reinterpret_cast<unsigned char const*>(text.data()), text.size()};
}

inline std::string signature_of(sigv4_request const& request, sigv4_scope const& scope,
                                sigv4_identity const& who, sigv4_keys& keys)
{
    std::string const text =
        sigv4_string_to_sign(sigv4_canonical_request(request, scope.path), scope);
    return to_hex(hmac_sha256(keys.find(who.secret_key, scope), text));
}

} // namespace detail

INFERPP_DECL sha256_digest sigv4_keys::find(std::string_view secret_key, sigv4_scope const& scope)
{
    constexpr std::size_t most = 8; // a bucket of another region has a key of its own
    std::string const wanted = detail::scope_text(scope);
    sha256_digest key{};
    std::lock_guard const lock{mutex_};
    for (entry const& known : entries_)
        if (known.scope == wanted && known.source.reveal() == secret_key) {
            std::copy_n(known.key.reveal().begin(), key.size(),
                        reinterpret_cast<char*>(key.data()));
            return key;
        }
    std::string first = "AWS4";
    first.reserve(first.size() + secret_key.size()); // no copy is left behind by growth
    first += secret_key;
    key = hmac_sha256(detail::bytes_of(first), wanted.substr(0, 8));
    OPENSSL_cleanse(first.data(), first.size());
    for (std::string_view const part :
         {scope.region, scope.service, std::string_view{"aws4_request"}})
        key = hmac_sha256(key, part);
    entry made;
    made.source = secret{secret_key};
    made.scope = wanted;
    made.key = secret{{reinterpret_cast<char const*>(key.data()), key.size()}};
    if (entries_.size() < most)
        entries_.push_back(std::move(made));
    else
        entries_[std::exchange(oldest_, (oldest_ + 1) % most)] = std::move(made);
    return key;
}

INFERPP_DECL std::string sigv4_date(std::chrono::sys_seconds time)
{
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{time - day};
    std::string out;
    auto const append = [&out](long value, std::size_t digits) {
        std::string const text = std::to_string(value);
        out.append(digits - (std::min)(digits, text.size()), '0').append(text);
    };
    append(static_cast<int>(date.year()), 4);
    append(static_cast<long>(static_cast<unsigned>(date.month())), 2);
    append(static_cast<long>(static_cast<unsigned>(date.day())), 2);
    out += 'T';
    append(clock.hours().count(), 2);
    append(clock.minutes().count(), 2);
    append(clock.seconds().count(), 2);
    return out + 'Z';
}

INFERPP_DECL std::string sigv4_canonical_request(sigv4_request const& request, sigv4_path path)
{
    std::string text = request.method + '\n';
    if (path == sigv4_path::as_sent)
        text += request.path.empty() ? "/" : request.path;
    else
        detail::append_encoded_path(detail::resolve_path(request.path), text);
    text.append("\n").append(detail::canonical_query(request.query)).append("\n");
    auto const headers = detail::canonical_headers(request);
    for (auto const& [name, value] : headers)
        text.append(name).append(":").append(value).append("\n");
    text.append("\n").append(detail::signed_names(headers));
    return text.append("\n").append(request.payload_hash);
}

INFERPP_DECL std::string sigv4_string_to_sign(std::string_view canonical_request,
                                              sigv4_scope const& scope)
{
    std::string text{detail::sigv4_algorithm};
    text.append("\n").append(sigv4_date(scope.time));
    text.append("\n").append(detail::scope_text(scope));
    return text.append("\n").append(sha256_hex(canonical_request));
}

INFERPP_DECL std::string sigv4_authorization(sigv4_request const& request, sigv4_scope const& scope,
                                             sigv4_identity const& who, sigv4_keys& keys)
{
    std::string text{detail::sigv4_algorithm};
    text.append(" Credential=").append(who.access_key_id).append("/");
    text += detail::scope_text(scope);
    text += ", SignedHeaders=" + detail::signed_names(detail::canonical_headers(request));
    return text + ", Signature=" + detail::signature_of(request, scope, who, keys);
}

INFERPP_DECL std::string sigv4_presigned_query(sigv4_request request, sigv4_scope const& scope,
                                               sigv4_identity const& who, sigv4_keys& keys,
                                               std::chrono::seconds expires,
                                               std::string_view session_token)
{
    std::string& query = request.query;
    auto const add = [&query](std::string_view name, std::string_view value) {
        query.append(query.empty() ? "" : "&").append(name).append("=");
        append_percent_encoded(value, query);
    };
    std::string credential{who.access_key_id};
    credential += '/' + detail::scope_text(scope);
    add("X-Amz-Algorithm", detail::sigv4_algorithm);
    add("X-Amz-Credential", credential);
    add("X-Amz-Date", sigv4_date(scope.time));
    add("X-Amz-Expires", std::to_string(expires.count()));
    add("X-Amz-SignedHeaders", detail::signed_names(detail::canonical_headers(request)));
    if (!session_token.empty())
        add("X-Amz-Security-Token", session_token);
    std::string const signature = detail::signature_of(request, scope, who, keys);
    add("X-Amz-Signature", signature);
    return query;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
