// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_MULTIPART_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_MULTIPART_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/s3/multipart.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

INFERPP_DECL result<multipart_upload> multipart_upload::decode(http::response&& answer)
{
    auto const document = read_document(answer, "InitiateMultipartUploadResult");
    if (!document)
        return document.error();
    multipart_upload begun;
    begun.upload_id = document->text_of("UploadId");
    if (begun.upload_id.empty())
        return error{errc::bad_content, "the upload that has begun has no id"};
    return begun;
}

INFERPP_DECL result<void> create_multipart_upload::validate() const
{
    return inferpp::detail::first_error({check_object("object", object), check()});
}

INFERPP_DECL std::string create_multipart_upload::target() const
{
    return s3_target{object}.query("uploads", "").str();
}

INFERPP_DECL result<void> create_multipart_upload::prepare(http::request& message) const
{
    apply(message);
    message.headers.erase("If-None-Match");
    // The type is newer than the notes; npm's client-s3 3.1169.0 has it, and the size below.
    message.headers.set("X-Amz-Checksum-Algorithm", "CRC32");
    message.headers.set("X-Amz-Checksum-Type", "FULL_OBJECT");
    return {};
}

INFERPP_DECL result<void> upload_request::validate() const
{
    return inferpp::detail::first_error(
        {object_request::validate(), inferpp::detail::check_given("upload_id", upload_id)});
}

INFERPP_DECL std::string upload_request::target() const
{
    return s3_target{object}.query("uploadId", upload_id).str();
}

INFERPP_DECL result<part> part::decode(http::response&& answer)
{
    part sent;
    sent.etag = header_text(answer.headers, "ETag");
    if (sent.etag.empty())
        return error{errc::bad_content, "the part has no ETag"};
    return sent;
}

INFERPP_DECL result<void> upload_part::validate() const
{
    constexpr std::uint64_t most = std::uint64_t{5} << 30;
    return inferpp::detail::first_error(
        {upload_request::validate(),
         inferpp::detail::require(number >= 1 && number <= max_parts_of_upload,
                                  "number must be from 1 to 10,000"),
         inferpp::detail::require(content.size() <= most, "content must have at most 5 GiB")});
}

INFERPP_DECL std::string upload_part::target() const
{
    return s3_target{object}
        .query("partNumber", static_cast<std::uint64_t>(number))
        .query("uploadId", upload_id)
        .str();
}

INFERPP_DECL result<void> upload_part::prepare(http::request& message) const
{
    set_content(message, content);
    message.progress = progress;
    return upload_request::prepare(message);
}

INFERPP_DECL result<void> complete_multipart_upload::validate() const
{
    namespace common = inferpp::detail;
    auto const in_order = [](part const& a, part const& b) { return a.number >= b.number; };
    bool const good = !parts.empty() && parts.front().number >= 1 &&
                      parts.back().number <= max_parts_of_upload &&
                      std::adjacent_find(parts.begin(), parts.end(), in_order) == parts.end();
    return common::first_error(
        {upload_request::validate(),
         common::require(good, "parts must be 1 or more, of rising numbers from 1 to 10,000"),
         common::require(std::none_of(parts.begin(), parts.end(),
                                      [](part const& each) { return each.etag.empty(); }),
                         "parts must each have the etag of its answer")});
}

INFERPP_DECL result<void> complete_multipart_upload::prepare(http::request& message) const
{
    xml_writer out{message.body};
    out.begin("CompleteMultipartUpload", "http://s3.amazonaws.com/doc/2006-03-01/");
    for (part const& each : parts) {
        out.begin("Part");
        out.element("ETag", each.etag);
        out.element("PartNumber", std::to_string(each.number));
        out.end();
    }
    out.end();
    http::headers& headers = message.headers;
    headers.set("Content-Type", "application/xml");
    if (crc32) {
        headers.set("X-Amz-Checksum-Crc32", checksum_text(*crc32));
        headers.set("X-Amz-Checksum-Type", "FULL_OBJECT");
    }
    if (size)
        headers.set("X-Amz-Mp-Object-Size", std::to_string(*size));
    if (only_if_absent)
        headers.set("If-None-Match", "*");
    return upload_request::prepare(message);
}

INFERPP_DECL result<object_info> complete_multipart_upload::decode(http::response&& answer)
{
    auto const document = read_document(answer, "CompleteMultipartUploadResult");
    if (!document)
        return document.error();
    object_info made = object_info::from(answer.headers);
    made.etag = document->text_of("ETag");
    made.size = 0;
    if (document->text_of("ChecksumType") != "COMPOSITE")
        made.crc32 = parse_checksum(document->text_of("ChecksumCRC32"));
    return made;
}

INFERPP_DECL result<part_page> part_page::decode(http::response&& answer)
{
    auto const document = read_document(answer, "ListPartsResult");
    if (!document)
        return document.error();
    part_page page;
    for (xml_element const& each : document->children) {
        if (each.name != "Part")
            continue;
        auto const number = parse_size(each.text_of("PartNumber"));
        auto const size = parse_size(each.text_of("Size"));
        if (!number || *number < 1 || *number > max_parts_of_upload || !size)
            return error{errc::bad_content, "a part in the listing has no number or no size"};
        part read{static_cast<int>(*number), std::string{each.text_of("ETag")}};
        read.size = *size;
        read.last_modified = timestamp{std::string{each.text_of("LastModified")}};
        page.parts.push_back(std::move(read));
    }
    if (document->text_of("IsTruncated") != "true")
        return page;
    page.next_marker = document->text_of("NextPartNumberMarker");
    if (page.next_marker.empty())
        return error{errc::bad_content, "the listing has more pages, but does not name the next"};
    return page;
}

INFERPP_DECL result<void> list_parts::validate() const
{
    if (goes_round_)
        return error{errc::bad_content, "the server names the same page again and again"};
    return inferpp::detail::first_error(
        {upload_request::validate(),
         inferpp::detail::require(!max_parts || (*max_parts >= 1 && *max_parts <= 1000),
                                  "max_parts must be from 1 to 1000")});
}

INFERPP_DECL std::string list_parts::target() const
{
    s3_target to{object};
    if (max_parts)
        to.query("max-parts", static_cast<std::uint64_t>(*max_parts));
    if (!part_number_marker.empty())
        to.query("part-number-marker", part_number_marker);
    return to.query("uploadId", upload_id).str();
}

INFERPP_DECL bool list_parts::advance(part_page const& page)
{
    if (page.next_marker.empty())
        return false;
    goes_round_ = part_number_marker == page.next_marker;
    part_number_marker = page.next_marker;
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
