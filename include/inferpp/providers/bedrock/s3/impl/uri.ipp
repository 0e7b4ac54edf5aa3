// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_URI_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_URI_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline bool is_bucket_name(std::string_view name) noexcept
{
    auto const is_end = [](char c) {
        return inferpp::detail::is_digit(c) || (c >= 'a' && c <= 'z');
    };
    return name.size() >= 3 && name.size() <= 63 && is_end(name.front()) && is_end(name.back()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_end(c) || c == '-' || c == '.'; });
}

// What is wrong with them; empty if nothing is.
inline std::string_view fault_of_location(std::string_view bucket, std::string_view key) noexcept
{
    if (!is_bucket_name(bucket))
        return "the bucket must have 3 to 63 lower-case letters, digits, '-' and '.', the first "
               "and last a letter or digit";
    if (key.size() > 1024)
        return "the key must have at most 1024 bytes";
    if (inferpp::detail::valid_utf8_prefix(key) != key.size())
        return "the key must be valid UTF-8";
    return {};
}

INFERPP_DECL result<s3_uri> s3_uri::parse(std::string_view text)
{
    constexpr std::string_view scheme = "s3://";
    auto const refuse = [&](std::string_view why) {
        return error{errc::invalid_argument, '"' + inferpp::detail::printable(text, 128) +
                                                 "\" is no s3://bucket/key: " + std::string{why}};
    };
    if (!text.starts_with(scheme))
        return refuse("it does not begin with s3://");
    std::string_view const rest = text.substr(scheme.size());
    auto const slash = (std::min)(rest.find('/'), rest.size());
    s3_uri read;
    read.bucket_ = rest.substr(0, slash);
    read.key_ = rest.substr((std::min)(slash + 1, rest.size()));
    if (auto const fault = fault_of_location(read.bucket_, read.key_); !fault.empty())
        return refuse(fault);
    return read;
}

INFERPP_DECL s3_uri::s3_uri(std::string_view text) : s3_uri(parse(text).value()) {}

INFERPP_DECL s3_uri::s3_uri(std::string bucket, std::string key)
    : bucket_(std::move(bucket)),
      key_(std::move(key))
{
    if (auto const fault = fault_of_location(bucket_, key_); !fault.empty())
        throw failure{error{errc::invalid_argument, std::string{fault}}};
}

INFERPP_DECL std::string s3_uri::str() const
{
    return "s3://" + bucket_ + '/' + key_;
}

INFERPP_DECL std::string_view s3_uri::file_name() const noexcept
{
    std::string_view const key = key_;
    return key.substr(key.rfind('/') + 1);
}

INFERPP_DECL s3_uri s3_uri::join(std::string_view name) const
{
    std::string key = key_;
    if (!key.empty() && !key.ends_with('/'))
        key += '/';
    return {bucket_, key.append(name)};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
