// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_AWS_VERIFIER_IPP
#define INFERPP_TESTING_IMPL_AWS_VERIFIER_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/aws_verifier.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// The parts of a signature.
struct aws_authorization {
    aws_authorization() = default;

    std::string access_key;
    std::string date;
    std::string region;
    std::string service;
    std::vector<std::string> names;
    std::string signature;
    std::string time;                             ///< X-Amz-Date
    std::string token;                            ///< X-Amz-Security-Token
    std::optional<std::chrono::seconds> good_for; ///< of a presigned URL
};

inline std::vector<std::string> split(std::string_view text, char at)
{
    std::vector<std::string> parts;
    std::istringstream stream{std::string{text}};
    for (std::string part; std::getline(stream, part, at);)
        parts.push_back(part);
    return parts;
}

inline std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        c = inferpp::detail::ascii_lower(c);
    return out;
}

/// Key, date, region and service. Whether that is a whole signature.
inline bool take_scope(aws_authorization& read, std::vector<std::string> const& scope)
{
    if (scope.size() != 5 || scope[4] != "aws4_request" || read.names.empty() ||
        read.signature.size() != 64)
        return false;
    read.access_key = scope[0];
    read.date = scope[1];
    read.region = scope[2];
    read.service = scope[3];
    return true;
}

/// Nothing when it is none of version 4.
inline std::optional<aws_authorization> parse_authorization(std::string_view header)
{
    constexpr std::string_view algorithm = "AWS4-HMAC-SHA256 ";
    if (!header.starts_with(algorithm))
        return std::nullopt;
    aws_authorization read;
    std::vector<std::string> scope;
    for (std::string const& each : split(header.substr(algorithm.size()), ',')) {
        std::string_view const part = inferpp::detail::trim(each);
        auto const equals = part.find('=');
        if (equals == std::string_view::npos)
            return std::nullopt;
        std::string_view const value = part.substr(equals + 1);
        if (part.starts_with("Credential="))
            scope = split(value, '/');
        else if (part.starts_with("SignedHeaders="))
            read.names = split(value, ';');
        else if (part.starts_with("Signature="))
            read.signature = value;
    }
    return take_scope(read, scope) ? std::optional{read} : std::nullopt;
}

/// A parameter of the query; empty where there is none.
inline std::string find_parameter(simulated_request const& request, std::string_view name)
{
    for (auto const& [each, value] : request.query)
        if (each == name)
            return value;
    return {};
}

/// The same of a presigned URL.
inline std::optional<aws_authorization> parse_presigned(simulated_request const& request)
{
    aws_authorization read;
    read.names = split(find_parameter(request, "X-Amz-SignedHeaders"), ';');
    read.signature = find_parameter(request, "X-Amz-Signature");
    read.time = find_parameter(request, "X-Amz-Date");
    read.token = find_parameter(request, "X-Amz-Security-Token");
    std::string const life = find_parameter(request, "X-Amz-Expires");
    int seconds = 0;
    auto const end = std::from_chars(life.data(), life.data() + life.size(), seconds);
    if (end.ec != std::errc{} || end.ptr != life.data() + life.size() || seconds < 1 ||
        seconds > 604'800 || find_parameter(request, "X-Amz-Algorithm") != "AWS4-HMAC-SHA256")
        return std::nullopt;
    read.good_for = std::chrono::seconds{seconds};
    auto const scope = split(find_parameter(request, "X-Amz-Credential"), '/');
    return take_scope(read, scope) ? std::optional{read} : std::nullopt;
}

/// Of a request; nothing where its signature is none of version 4.
inline std::optional<aws_authorization> find_signature(simulated_request const& request)
{
    auto const header = request.headers.find("Authorization");
    if (!header)
        return parse_presigned(request);
    auto read = parse_authorization(*header);
    if (read) {
        read->time = request.headers.find("X-Amz-Date").value_or("");
        read->token = request.headers.find("X-Amz-Security-Token").value_or("");
    }
    return read;
}

/// "20240801T120000Z" as a time.
inline std::optional<sys_milliseconds> parse_amz_date(std::string_view text)
{
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z')
        return std::nullopt;
    std::string iso{text.substr(0, 4)};
    iso.append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2));
    iso.append("T").append(text.substr(9, 2)).append(":").append(text.substr(11, 2));
    iso.append(":").append(text.substr(13, 2)).append("Z");
    return parse_iso8601(iso);
}

inline std::string amz_date(sys_milliseconds time)
{
    std::string text;
    for (char const c : format_iso8601(time).substr(0, 19))
        if (c != '-' && c != ':')
            text += c;
    return text + 'Z';
}

/// The path as the service's own code would write it.
inline std::string canonical_path(std::string_view path, bool as_sent)
{
    if (as_sent)
        return std::string{path};
    std::vector<std::string> kept;
    for (std::string const& segment : split(path, '/')) {
        if (segment.empty() || segment == ".")
            continue;
        if (segment == ".." && !kept.empty())
            kept.pop_back();
        else if (segment != "..") {
            std::string again;
            append_percent_encoded(segment, again);
            kept.push_back(again);
        }
    }
    std::string out;
    for (std::string const& segment : kept)
        out += '/' + segment;
    if (out.empty() || path.ends_with('/'))
        out += '/';
    return out;
}

inline std::string canonical_parameters(std::string_view query)
{
    std::multiset<std::string> sorted;
    for (std::string const& parameter : split(query, '&')) {
        if (parameter.empty() || parameter.starts_with("X-Amz-Signature="))
            continue;
        auto const equals = (std::min)(parameter.find('='), parameter.size());
        std::string text;
        append_percent_encoded(percent_decode(parameter.substr(0, equals)).value_or(""), text);
        text += '\x01'; // until it is sorted: before all that a name may hold
        if (equals < parameter.size())
            append_percent_encoded(percent_decode(parameter.substr(equals + 1)).value_or(""), text);
        sorted.insert(text);
    }
    std::string out;
    for (std::string const& parameter : sorted)
        out += (out.empty() ? "" : "&") + parameter;
    std::replace(out.begin(), out.end(), '\x01', '=');
    return out;
}

/// The values of a header, as they are signed.
inline std::string canonical_values(http::headers const& headers, std::string_view name)
{
    std::string out;
    bool first = true;
    for (auto const& field : headers) {
        if (!inferpp::detail::iequals(field.name, name))
            continue;
        out += first ? "" : ",";
        first = false;
        std::istringstream words{field.value};
        std::string text;
        for (std::string word; words >> word;)
            text += (text.empty() ? "" : " ") + word;
        out += text;
    }
    return out;
}

inline std::string hmac_text(std::string const& key, std::string_view data)
{
    auto const digest =
        hmac_sha256({reinterpret_cast<unsigned char const*>(key.data()), key.size()}, data);
    return {digest.begin(), digest.end()};
}

} // namespace detail

INFERPP_DECL std::string aws_verifier::region_of(simulated_request const& request)
{
    auto const read = detail::find_signature(request);
    return read ? read->region : std::string{};
}

INFERPP_DECL std::optional<aws_refusal> aws_verifier::check(simulated_request const& request,
                                                            std::string_view service,
                                                            std::string_view region,
                                                            sys_milliseconds now) const
{
    bool const in_header = request.headers.find("Authorization").has_value();
    if (!in_header && detail::find_parameter(request, "X-Amz-Algorithm").empty())
        return aws_refusal{403, "MissingAuthenticationTokenException",
                           "Missing Authentication Token"};
    auto const read = detail::find_signature(request);
    auto const time = detail::parse_amz_date(read ? read->time : "");
    auto const is_signed = [&read](std::string_view name) {
        return std::find(read->names.begin(), read->names.end(), name) != read->names.end();
    };
    if (!read || !time || !is_signed("host") || (in_header && !is_signed("x-amz-date")))
        return aws_refusal{403, "IncompleteSignatureException",
                           "Authorization header requires 'Credential', 'Signature' and "
                           "'SignedHeaders' with host and x-amz-date, and X-Amz-Date."};
    for (auto const& field : request.headers)
        if (std::string const name = detail::lower(field.name);
            name.starts_with("x-amz-") && !is_signed(name))
            return aws_refusal{403, "InvalidSignatureException",
                               "The header " + name + " is present but not signed."};

    auto const key = std::find_if(keys_.begin(), keys_.end(), [&read](aws_key const& each) {
        return each.access_key == read->access_key;
    });
    if (key == keys_.end() || read->token != key->session_token)
        return aws_refusal{403, "UnrecognizedClientException",
                           "The security token included in the request is invalid."};
    if (key->expires && *key->expires <= now)
        return aws_refusal{403, "ExpiredTokenException",
                           "The security token included in the request is expired"};
    if (read->service != service || (!region.empty() && read->region != region))
        return aws_refusal{403, "InvalidSignatureException",
                           "Credential should be scoped to a valid region and correct service: " +
                               std::string{service} + "."};
    std::string const minutes =
        std::to_string(std::chrono::duration_cast<std::chrono::minutes>(tolerance_).count()) +
        " min.)";
    if (read->good_for && *time + *read->good_for < now)
        return aws_refusal{403, "AccessDenied", "Request has expired"};
    if (!read->good_for && *time + tolerance_ < now)
        return aws_refusal{403, "InvalidSignatureException",
                           "Signature expired: " + read->time + " is now earlier than " +
                               detail::amz_date(now - tolerance_) + " (" + detail::amz_date(now) +
                               " - " + minutes};
    if (*time - tolerance_ > now)
        return aws_refusal{403, "InvalidSignatureException",
                           "Signature not yet current: " + read->time + " is still later than " +
                               detail::amz_date(now + tolerance_) + " (" + detail::amz_date(now) +
                               " + " + minutes};

    std::string hash = sha256_hex(request.body);
    if (auto const sent = request.headers.find("X-Amz-Content-Sha256")) {
        bool const unsigned_body =
            service == "s3" &&
            (*sent == "UNSIGNED-PAYLOAD" || *sent == "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        if (!unsigned_body && *sent != hash)
            return aws_refusal{400, "XAmzContentSHA256Mismatch",
                               "The provided 'x-amz-content-sha256' header does not match what was "
                               "computed."};
        hash = *sent;
    } else if (read->good_for && service == "s3") {
        hash = "UNSIGNED-PAYLOAD";
    }
    auto const mark = (std::min)(request.target.find('?'), request.target.size());
    std::string_view const target = request.target;
    std::string text =
        request.method + '\n' + detail::canonical_path(target.substr(0, mark), service == "s3") +
        '\n' + detail::canonical_parameters(target.substr((std::min)(mark + 1, target.size()))) +
        '\n';
    std::string names;
    for (std::string const& name : read->names) {
        text += name + ':' + detail::canonical_values(request.headers, name) + '\n';
        names += (names.empty() ? "" : ";") + name;
    }
    text += '\n' + names + '\n' + hash;
    std::string const scope =
        read->date + '/' + read->region + '/' + read->service + "/aws4_request";
    std::string const to_sign =
        "AWS4-HMAC-SHA256\n" + read->time + '\n' + scope + '\n' + sha256_hex(text);
    std::string derived = "AWS4" + key->secret_key;
    for (std::string const& part :
         {read->date, read->region, read->service, std::string{"aws4_request"}})
        derived = detail::hmac_text(derived, part);
    std::string const signature = detail::hmac_text(derived, to_sign);
    bool const sorted = std::is_sorted(read->names.begin(), read->names.end());
    if (!sorted || read->date != read->time.substr(0, 8) ||
        to_hex({reinterpret_cast<unsigned char const*>(signature.data()), signature.size()}) !=
            read->signature)
        return aws_refusal{403, "InvalidSignatureException",
                           "The request signature we calculated does not match the signature you "
                           "provided. Check your AWS Secret Access Key and signing method. Consult "
                           "the service documentation for details."};
    return std::nullopt;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
