// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_TARGET_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_TARGET_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>

#include <algorithm>
#include <charconv>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

// Nothing is resolved: "..", "." and empty segments are keys like others.
INFERPP_DECL s3_target::s3_target(s3_uri const& of) : text_(of.bucket() + '/')
{
    std::string_view key = of.key();
    while (true) {
        auto const slash = key.find('/');
        append_percent_encoded(key.substr(0, slash), text_);
        if (slash == std::string_view::npos)
            return;
        text_ += '/';
        key.remove_prefix(slash + 1);
    }
}

INFERPP_DECL s3_target& s3_target::query(std::string_view name, std::string_view value)
{
    text_ += next_;
    next_ = '&';
    text_.append(name).append("=");
    append_percent_encoded(value, text_);
    return *this;
}

INFERPP_DECL result<void> check_object(std::string_view member, s3_uri const& object)
{
    return inferpp::detail::require(!object.key().empty(),
                                    std::string{member} + " must name an object, s3://bucket/key");
}

INFERPP_DECL result<void> check_owner(std::string const& account)
{
    return inferpp::detail::require(account.empty() || is_account_id(account),
                                    "expected_bucket_owner must be an account of twelve digits");
}

INFERPP_DECL void set_owner(http::request& message, std::string const& account)
{
    if (!account.empty())
        message.headers.set("X-Amz-Expected-Bucket-Owner", account);
}

INFERPP_DECL std::string checksum_text(std::uint32_t crc32)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(crc32 >> shift & 255);
    std::string text;
    append_base64(bytes, text);
    return text;
}

INFERPP_DECL std::optional<std::uint32_t> parse_checksum(std::string_view text)
{
    auto const bytes = decode_base64(text);
    if (!bytes || bytes->size() != 4)
        return std::nullopt;
    std::uint32_t read = 0;
    for (char const c : *bytes)
        read = read << 8 | static_cast<unsigned char>(c);
    return read;
}

INFERPP_DECL void set_content(http::request& message, shared_bytes const& content)
{
    message.source = http::memory_body({content});
    message.headers.set("X-Amz-Content-Sha256", sha256_hex(content.view()));
    inferpp::crc32 checksum;
    checksum.add(content.view());
    message.headers.set("X-Amz-Checksum-Crc32", checksum_text(checksum.value()));
}

INFERPP_DECL std::string header_text(http::headers const& headers, std::string_view name)
{
    return std::string{headers.find(name).value_or("")};
}

INFERPP_DECL std::optional<std::uint64_t> parse_size(std::string_view text) noexcept
{
    std::uint64_t read = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), read);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size())
        return std::nullopt;
    return read;
}

INFERPP_DECL std::optional<content_range> parse_content_range(std::string_view text) noexcept
{
    constexpr std::string_view unit = "bytes ";
    auto const dash = text.find('-');
    auto const slash = text.find('/');
    if (!text.starts_with(unit) || dash == std::string_view::npos ||
        slash == std::string_view::npos || dash > slash)
        return std::nullopt;
    auto const first = parse_size(text.substr(unit.size(), dash - unit.size()));
    auto const last = parse_size(text.substr(dash + 1, slash - dash - 1));
    auto const size = parse_size(text.substr(slash + 1));
    if (!first || !last || !size || *first > *last || *last >= *size)
        return std::nullopt;
    return content_range{*first, *size};
}

INFERPP_DECL result<xml_element> read_document(http::response const& answer, std::string_view root)
{
    auto document = parse_xml(answer.body);
    if (document && document->name != root)
        return error{errc::bad_content, "the answer is <" +
                                            inferpp::detail::printable(document->name, 64) +
                                            ">, not <" + std::string{root} + '>'};
    return document;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
