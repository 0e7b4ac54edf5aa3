// SPDX-License-Identifier: BSL-1.0
//
// Uploads in parts to the simulated S3. See s3_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_S3_SIMULATOR_UPLOADS_IPP
#define INFERPP_TESTING_IMPL_S3_SIMULATOR_UPLOADS_IPP

#include <inferpp/testing/s3_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// Text in a document, with the references that it needs.
inline std::string s3_escaped(std::string_view text)
{
    std::string out;
    for (char const c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += "&#x" + std::string(1, "0123456789abcdef"[c >> 4]) + "0123456789abcdef"[c & 15] +
                   ';';
        else
            out += c;
    }
    return out;
}

inline std::string s3_element(std::string_view name, std::string_view value)
{
    std::string out = "<" + std::string{name} + '>';
    out += s3_escaped(value);
    return out.append("</").append(name).append(">");
}

inline std::optional<int> small_number(std::string_view text)
{
    int read = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), read);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size())
        return std::nullopt;
    return read;
}

} // namespace detail

INFERPP_DECL s3_simulator::platform::upload& s3_simulator::platform::find_upload(
    place const& where, std::string const& id)
{
    auto const found = uploads.find(id);
    if (found == uploads.end() || found->second.bucket != where.bucket ||
        found->second.key != where.key)
        throw aws_refusal{404, "NoSuchUpload",
                          "The specified upload does not exist. The upload ID may be invalid, or "
                          "the upload may have been aborted or completed."};
    return found->second;
}

INFERPP_DECL http::response s3_simulator::platform::create(simulated_request const& request,
                                                           place const& where)
{
    upload made;
    made.bucket = where.bucket;
    made.key = where.key;
    if (auto const type = request.headers.find("Content-Type"))
        made.object.content_type = *type;
    made.object.encryption = request.headers.find("x-amz-server-side-encryption").value_or("");
    made.has_checksum = request.headers.find("x-amz-checksum-algorithm") ==
                        std::optional<std::string_view>{"CRC32"};
    made.whole_checksum = request.headers.find("x-amz-checksum-type") ==
                          std::optional<std::string_view>{"FULL_OBJECT"};
    std::string const id = "UP+LOAD/" + std::to_string(++begun) + '=';
    uploads[id] = std::move(made);
    return document("InitiateMultipartUploadResult", detail::s3_element("Bucket", where.bucket) +
                                                         detail::s3_element("Key", where.key) +
                                                         detail::s3_element("UploadId", id));
}

INFERPP_DECL http::response s3_simulator::platform::take_part(simulated_request const& request,
                                                              upload& into) const
{
    auto const number = detail::small_number(parameter(request, "partNumber").value_or(""));
    if (!number || *number < 1 || *number > 10'000)
        throw aws_refusal{400, "InvalidArgument",
                          "Part number must be an integer between 1 and 10000, inclusive"};
    part sent;
    sent.content = body_of(request);
    sent.size = sent.content.size();
    sent.md5 = detail::md5_of(sent.content);
    sent.crc32 = checked_crc32(request, sent.content);
    sent.modified = today;
    if (into.has_checksum && sent.crc32.empty())
        sent.crc32 = detail::crc32_text(sent.content);
    http::response answer;
    answer.status = 200;
    answer.headers.set("ETag", detail::quoted_hex(sent.md5));
    if (!sent.crc32.empty())
        answer.headers.set("x-amz-checksum-crc32", sent.crc32);
    if (!storage->keep_content) {
        if (*number == static_cast<int>(into.parts.size()) + 1) // in order, and once
            into.checksum.add(sent.content);
        sent.content.clear();
    }
    into.parts[*number] = std::move(sent);
    return answer;
}

INFERPP_DECL http::response s3_simulator::platform::complete(simulated_request const& request,
                                                             place const& where,
                                                             std::string const& id)
{
    upload& begun_upload = uploads[id];
    auto const body = parse_xml(request.body);
    if (!body || body->name != "CompleteMultipartUpload" || body->children.empty())
        throw aws_refusal{400, "MalformedXML", "The XML you provided was not well-formed"};
    s3_object made = begun_upload.object;
    std::string digests;
    std::string checksums;
    inferpp::crc32 whole = begun_upload.checksum;
    int last = 0;
    for (xml_element const& named : body->children) {
        int const number = detail::small_number(named.text_of("PartNumber")).value_or(0);
        auto const found = begun_upload.parts.find(number);
        if (found == begun_upload.parts.end() ||
            named.text_of("ETag") != detail::quoted_hex(found->second.md5))
            throw aws_refusal{400, "InvalidPart",
                              "One or more of the specified parts could not be found."};
        if (number <= last)
            throw aws_refusal{400, "InvalidPartOrder",
                              "The list of parts was not in ascending order."};
        last = number;
        part const& each = found->second;
        bool const is_last = &named == &body->children.back();
        if (!is_last && each.size < options.min_part_bytes)
            throw aws_refusal{400, "EntityTooSmall",
                              "Your proposed upload is smaller than the minimum allowed size"};
        made.size += each.size;
        made.content += each.content;
        whole.add(each.content);
        digests += each.md5;
        checksums += decode_base64(each.crc32).value_or("");
    }
    std::string const count = std::to_string(body->children.size());
    made.etag = detail::quoted_hex(detail::md5_of(digests));
    made.etag.insert(made.etag.size() - 1, '-' + count);
    if (begun_upload.whole_checksum)
        made.crc32 = detail::crc32_text(whole.value());
    else if (begun_upload.has_checksum)
        made.crc32 = detail::crc32_text(checksums) + '-' + count;
    made.is_composite = begun_upload.has_checksum && !begun_upload.whole_checksum;
    auto const expected = request.headers.find("x-amz-checksum-crc32");
    if (expected && *expected != made.crc32)
        throw aws_refusal{400, "BadDigest",
                          "The CRC32 you specified did not match the calculated checksum."};
    auto const size = request.headers.find("x-amz-mp-object-size");
    if (size && *size != std::to_string(made.size))
        throw aws_refusal{400, "InvalidRequest",
                          "The provided 'x-amz-mp-object-size' header does not match what was "
                          "computed."};
    check_absent(request, where);
    std::string inner = detail::s3_element("Location", "http://" + where.bucket + '/' + where.key) +
                        detail::s3_element("Bucket", where.bucket) +
                        detail::s3_element("Key", where.key) +
                        detail::s3_element("ETag", made.etag);
    if (!made.crc32.empty())
        inner +=
            detail::s3_element("ChecksumCRC32", made.crc32) +
            detail::s3_element("ChecksumType", made.is_composite ? "COMPOSITE" : "FULL_OBJECT");
    uploads.erase(id);
    store(where, std::move(made));
    return document("CompleteMultipartUploadResult", inner);
}

INFERPP_DECL http::response s3_simulator::platform::parts(simulated_request const& request,
                                                          place const& where, upload const& of,
                                                          std::string const& id) const
{
    int const after =
        detail::small_number(parameter(request, "part-number-marker").value_or("0")).value_or(0);
    int const most =
        detail::small_number(parameter(request, "max-parts").value_or("1000")).value_or(1000);
    std::string inner = detail::s3_element("Bucket", where.bucket) +
                        detail::s3_element("Key", where.key) + detail::s3_element("UploadId", id) +
                        detail::s3_element("MaxParts", std::to_string(most));
    int count = 0;
    int last = after;
    bool more = false;
    for (auto each = of.parts.upper_bound(after); each != of.parts.end(); ++each) {
        more = count == most;
        if (more)
            break;
        ++count;
        last = each->first;
        inner += "<Part>" + detail::s3_element("PartNumber", std::to_string(each->first)) +
                 detail::s3_element("LastModified",
                                    format_iso8601(each->second.modified).substr(0, 23) + 'Z') +
                 detail::s3_element("ETag", detail::quoted_hex(each->second.md5)) +
                 detail::s3_element("Size", std::to_string(each->second.size)) + "</Part>";
    }
    inner += detail::s3_element("NextPartNumberMarker", std::to_string(last)) +
             detail::s3_element("IsTruncated", more ? "true" : "false");
    return document("ListPartsResult", inner);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/s3_simulator_wire.ipp>
#endif

#endif
