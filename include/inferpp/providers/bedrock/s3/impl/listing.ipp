// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_LISTING_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_LISTING_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/s3/listing.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

// A key as a listing has it: XML can't hold all characters that a key can.
inline result<std::string> decode_key(std::string_view text, bool encoded)
{
    std::string key{text};
    if (!encoded)
        return key;
    std::replace(key.begin(), key.end(), '+', ' ');
    auto decoded = percent_decode(key);
    if (!decoded)
        return error{errc::bad_content, "a key in the listing is not encoded rightly: " +
                                            inferpp::detail::printable(text, 64)};
    return std::move(*decoded);
}

inline result<listed_object> read_listed(xml_element const& from, bool encoded)
{
    listed_object read;
    auto key = decode_key(from.text_of("Key"), encoded);
    if (!key)
        return key.error();
    read.key = std::move(*key);
    auto const size = parse_size(from.text_of("Size"));
    if (read.key.empty() || !size)
        return error{errc::bad_content, "an object in the listing has no key or no size"};
    read.size = *size;
    read.etag = from.text_of("ETag");
    read.last_modified = timestamp{std::string{from.text_of("LastModified")}};
    read.storage_class = from.text_of("StorageClass");
    return read;
}

INFERPP_DECL result<object_page> object_page::decode(http::response&& answer)
{
    auto const document = read_document(answer, "ListBucketResult");
    if (!document)
        return document.error();
    bool const encoded = document->text_of("EncodingType") == "url";
    object_page page;
    for (xml_element const& each : document->children) {
        if (each.name == "Contents") {
            auto read = read_listed(each, encoded);
            if (!read)
                return read.error();
            page.objects.push_back(std::move(*read));
        } else if (each.name == "CommonPrefixes") {
            auto read = decode_key(each.text_of("Prefix"), encoded);
            if (!read)
                return read.error();
            page.folders.push_back(std::move(*read));
        }
    }
    if (document->text_of("IsTruncated") != "true")
        return page;
    page.next_token = document->text_of("NextContinuationToken");
    if (page.next_token.empty())
        return error{errc::bad_content, "the listing has more pages, but does not name the next"};
    return page;
}

INFERPP_DECL result<void> list_objects::validate() const
{
    namespace common = inferpp::detail;
    if (goes_round_)
        return error{errc::bad_content, "the server names the same page again and again"};
    return common::first_error(
        {common::require(!prefix.empty(), "prefix must name a bucket, s3://bucket/prefix"),
         common::require(!max_keys || (*max_keys >= 1 && *max_keys <= 1000),
                         "max_keys must be from 1 to 1000"),
         common::require(start_after.size() <= 1024, "start_after must have at most 1024 bytes"),
         check_owner(expected_bucket_owner)});
}

INFERPP_DECL std::string list_objects::target() const
{
    s3_target to{s3_uri{prefix.bucket(), {}}};
    if (!continuation_token.empty())
        to.query("continuation-token", continuation_token);
    if (!delimiter.empty())
        to.query("delimiter", delimiter);
    to.query("encoding-type", "url").query("list-type", "2");
    if (max_keys)
        to.query("max-keys", static_cast<std::uint64_t>(*max_keys));
    if (!prefix.key().empty())
        to.query("prefix", prefix.key());
    if (!start_after.empty())
        to.query("start-after", start_after);
    return to.str();
}

INFERPP_DECL result<void> list_objects::prepare(http::request& message) const
{
    message.headers.set("Accept", "*/*");
    set_owner(message, expected_bucket_owner);
    return {};
}

INFERPP_DECL bool list_objects::advance(object_page const& page)
{
    if (page.next_token.empty())
        return false;
    goes_round_ = continuation_token == page.next_token;
    continuation_token = page.next_token;
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
