// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_OBJECTS_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_OBJECTS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>

#include <algorithm>
#include <limits>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

INFERPP_DECL result<void> write_options::check() const
{
    namespace common = inferpp::detail;
    return common::first_error(
        {check_owner(expected_bucket_owner),
         common::require(kms_key_id.empty() || server_side_encryption.starts_with("aws:kms"),
                         "kms_key_id needs a server_side_encryption of aws:kms"),
         common::require(kms_key_id.empty() || is_kms_key(kms_key_id),
                         "kms_key_id must be the id, alias or ARN of a key of KMS")});
}

INFERPP_DECL void write_options::apply(http::request& message) const
{
    http::headers& headers = message.headers;
    if (!content_type.empty())
        headers.set("Content-Type", content_type);
    if (!server_side_encryption.empty())
        headers.set("X-Amz-Server-Side-Encryption", server_side_encryption);
    if (!kms_key_id.empty())
        headers.set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", kms_key_id);
    if (only_if_absent)
        headers.set("If-None-Match", "*");
    set_owner(message, expected_bucket_owner);
    headers.set("Accept", "*/*");
}

INFERPP_DECL object_info object_info::from(http::headers const& headers)
{
    object_info read;
    read.etag = header_text(headers, "ETag");
    read.content_type = header_text(headers, "Content-Type");
    read.version_id = header_text(headers, "x-amz-version-id");
    read.storage_class = header_text(headers, "x-amz-storage-class");
    read.server_side_encryption = header_text(headers, "x-amz-server-side-encryption");
    if (auto const range = parse_content_range(header_text(headers, "Content-Range")))
        read.size = range->size;
    else
        read.size = parse_size(header_text(headers, "Content-Length")).value_or(0);
    // The other forms of dates are of the last century.
    read.last_modified = parse_http_date(header_text(headers, "Last-Modified"), {});
    // Of an object of several parts it may be one of the parts' checksums, "x-2".
    if (header_text(headers, "x-amz-checksum-type") != "COMPOSITE")
        read.crc32 = parse_checksum(header_text(headers, "x-amz-checksum-crc32"));
    return read;
}

INFERPP_DECL result<object_info> object_info::decode(http::response&& answer)
{
    return from(answer.headers);
}

INFERPP_DECL result<void> put_object::validate() const
{
    constexpr std::uint64_t most = 5'000'000'000;
    std::uint64_t size = content.size();
    if (wants_source_ && !source)
        return inferpp::detail::refuse("source is null");
    if (source) {
        auto const told = source->size();
        if (!told)
            return inferpp::detail::refuse("source has no known size, which S3 does not take; "
                                           "use s3::upload");
        size = *told;
    }
    return inferpp::detail::first_error(
        {check_object("object", object), check(),
         inferpp::detail::require(size <= most,
                                  "the content must have at most 5 GB; use s3::upload")});
}

INFERPP_DECL std::string put_object::target() const
{
    return s3_target{object}.str();
}

INFERPP_DECL result<void> put_object::prepare(http::request& message) const
{
    apply(message);
    message.progress = progress;
    if (!source) {
        set_content(message, content);
        return {};
    }
    message.source = source;
    if (crc32)
        message.headers.set("X-Amz-Checksum-Crc32", checksum_text(*crc32));
    return {};
}

INFERPP_DECL result<void> object_request::validate() const
{
    return inferpp::detail::first_error(
        {check_object("object", object), check_owner(expected_bucket_owner)});
}

INFERPP_DECL std::string object_request::target() const
{
    return s3_target{object}.str();
}

INFERPP_DECL result<void> object_request::prepare(http::request& message) const
{
    message.headers.set("Accept", "*/*");
    set_owner(message, expected_bucket_owner);
    return {};
}

INFERPP_DECL result<void> get_object::validate() const
{
    return inferpp::detail::first_error(
        {object_request::validate(),
         inferpp::detail::require(!count || *count > 0, "count must be at least 1"),
         inferpp::detail::require(!count || *count <= (std::numeric_limits<std::uint64_t>::max)() -
                                                          offset,
                                  "offset and count must not exceed 2^64 together")});
}

INFERPP_DECL result<void> get_object::prepare(http::request& message) const
{
    std::string range = "bytes=" + std::to_string(offset) + '-';
    if (count)
        range += std::to_string(offset + (*count - 1));
    if (offset > 0 || count)
        message.headers.set("Range", range);
    if (!if_match.empty())
        message.headers.set("If-Match", if_match);
    message.headers.set("X-Amz-Checksum-Mode", "ENABLED");
    return object_request::prepare(message);
}

INFERPP_DECL result<void> head_object::prepare(http::request& message) const
{
    message.headers.set("X-Amz-Checksum-Mode", "ENABLED");
    return object_request::prepare(message);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
