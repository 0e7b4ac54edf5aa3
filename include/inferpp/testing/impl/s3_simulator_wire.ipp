// SPDX-License-Identifier: BSL-1.0
//
// What the simulated S3 reads and writes: addresses, bodies, listings, errors. See
// s3_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_S3_SIMULATOR_WIRE_IPP
#define INFERPP_TESTING_IMPL_S3_SIMULATOR_WIRE_IPP

#include <inferpp/testing/s3_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL http::response s3_simulator::platform::document(std::string_view root,
                                                             std::string const& inner)
{
    http::response answer;
    answer.status = 200;
    answer.headers.set("Content-Type", "application/xml");
    answer.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + std::string{root} +
                  " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inner;
    answer.body.append("</").append(root).append(">");
    return answer;
}

INFERPP_DECL http::response s3_simulator::platform::error(int status, std::string_view code,
                                                          std::string_view message)
{
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", "application/xml");
    answer.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>" +
                  detail::s3_element("Code", code) + detail::s3_element("Message", message) +
                  detail::s3_element("RequestId", "S3ERROR") +
                  detail::s3_element("HostId", "host/+=") + "</Error>";
    return answer;
}

INFERPP_DECL std::optional<std::string> s3_simulator::platform::parameter(
    simulated_request const& request, std::string_view name)
{
    for (auto const& [each, value] : request.query)
        if (each == name)
            return value;
    return std::nullopt;
}

// The bucket in the host or in the path; the key is all that is left, whatever it holds.
INFERPP_DECL s3_simulator::platform::place s3_simulator::platform::locate(
    simulated_request const& request) const
{
    std::string_view host = request.headers.find("Host").value_or("");
    host = host.substr(0, host.find(':'));
    std::string_view path = request.target;
    path = path.substr(0, path.find('?'));
    path.remove_prefix((std::min)(std::size_t{1}, path.size()));
    place where;
    if (std::string const domain = '.' + options.domain; host.ends_with(domain)) {
        where.bucket = host.substr(0, host.size() - domain.size());
    } else {
        auto const slash = (std::min)(path.find('/'), path.size());
        where.bucket = percent_decode(path.substr(0, slash)).value_or("");
        path.remove_prefix((std::min)(slash + 1, path.size()));
    }
    auto const key = percent_decode(path);
    if (!key || key->size() > 1024)
        throw aws_refusal{400, "InvalidURI", "Couldn't parse the specified URI."};
    where.key = *key;
    return where;
}

// What was sent, out of the chunks in which SDKs send what they do not know beforehand.
INFERPP_DECL std::string s3_simulator::platform::body_of(simulated_request const& request)
{
    auto const refuse = [](char const* why) { return aws_refusal{400, "IncompleteBody", why}; };
    std::string_view const encoding = request.headers.find("Content-Encoding").value_or("");
    if (encoding.find("aws-chunked") == std::string_view::npos) {
        if (!request.headers.find("Content-Length"))
            throw aws_refusal{411, "MissingContentLength",
                              "You must provide the Content-Length HTTP header."};
        return request.body;
    }
    if (request.headers.find("x-amz-content-sha256") !=
        std::optional<std::string_view>{"STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
        throw aws_refusal{501, "NotImplemented", "The simulator knows no signed chunks"};
    std::string content;
    std::string_view rest = request.body;
    while (true) {
        auto const line = rest.find("\r\n");
        std::uint64_t size = 0;
        auto const end =
            std::from_chars(rest.data(), rest.data() + (std::min)(line, rest.size()), size, 16);
        if (line == std::string_view::npos || end.ec != std::errc{} || end.ptr == rest.data())
            throw refuse("a chunk has no size");
        rest.remove_prefix(line + 2);
        if (size == 0)
            break;
        if (rest.size() < size + 2 || rest.substr(size, 2) != "\r\n")
            throw refuse("a chunk is shorter than its size");
        content += rest.substr(0, size);
        rest.remove_prefix(size + 2);
    }
    std::string_view const length =
        request.headers.find("x-amz-decoded-content-length").value_or("");
    if (length != std::to_string(content.size()))
        throw refuse("x-amz-decoded-content-length is wrong");
    std::string const trailer{inferpp::detail::trim(rest)};
    constexpr std::string_view name = "x-amz-checksum-crc32:";
    if (trailer.starts_with(name) && inferpp::detail::trim(std::string_view{trailer}.substr(
                                         name.size())) != detail::crc32_text(content))
        throw aws_refusal{400, "BadDigest", "The CRC32 you specified did not match"};
    return content;
}

// The checksum of a body, where the client has sent one.
INFERPP_DECL std::string s3_simulator::platform::checked_crc32(simulated_request const& request,
                                                               std::string_view body)
{
    std::string const computed = detail::crc32_text(body);
    if (auto const sent = request.headers.find("x-amz-checksum-crc32")) {
        if (*sent != computed)
            throw aws_refusal{400, "BadDigest",
                              "The CRC32 you specified did not match the calculated checksum."};
        return computed;
    }
    bool const in_trailer = request.headers.find("x-amz-trailer") ==
                            std::optional<std::string_view>{"x-amz-checksum-crc32"};
    return in_trailer ? computed : std::string{};
}

INFERPP_DECL http::response s3_simulator::platform::list(simulated_request const& request,
                                                         place const& where) const
{
    auto const& bucket = find_bucket(where.bucket);
    std::string const prefix = parameter(request, "prefix").value_or("");
    std::string const delimiter = parameter(request, "delimiter").value_or("");
    std::string const start_after = parameter(request, "start-after").value_or("");
    auto const token = parameter(request, "continuation-token");
    bool const encode = parameter(request, "encoding-type") == "url";
    int const asked =
        detail::small_number(parameter(request, "max-keys").value_or("1000")).value_or(-1);
    if (asked < 0)
        throw aws_refusal{400, "InvalidArgument", "Provided max-keys not an integer or too large"};
    std::size_t const most = (std::min)(static_cast<std::size_t>(asked), options.page_size);

    constexpr std::string_view mark = "1ueGcx+/=";
    std::string after;
    if (token) {
        auto const known = token->starts_with(mark) ? decode_base64(token->substr(mark.size()))
                                                    : std::optional<std::string>{};
        if (!known)
            throw aws_refusal{400, "InvalidArgument",
                              "The continuation token provided is incorrect"};
        after = *known;
    }
    auto const key_text = [encode](std::string_view key) {
        if (!encode)
            return std::string{key};
        std::string out; // blanks are '+', and '/' stays
        for (char const c : key)
            if (c == ' ' || c == '/')
                out += c == ' ' ? '+' : '/';
            else
                append_percent_encoded({&c, 1}, out);
        return out;
    };
    std::string entries;
    std::size_t count = 0;
    bool more = false;
    std::string last; // key or folder
    for (auto each = bucket.lower_bound(prefix); each != bucket.end(); ++each) {
        std::string const& key = each->first;
        if (!key.starts_with(prefix))
            break;
        auto const cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
        std::string const folder =
            cut == std::string::npos ? std::string{} : key.substr(0, cut + delimiter.size());
        std::string const& entry = folder.empty() ? key : folder;
        if (key <= start_after || entry <= after || entry == last)
            continue;
        more = count == most;
        if (more)
            break;
        ++count;
        last = entry;
        if (!folder.empty()) {
            entries += "<CommonPrefixes>" + detail::s3_element("Prefix", key_text(folder)) +
                       "</CommonPrefixes>";
            continue;
        }
        s3_object const& object = each->second;
        entries += "<Contents>" + detail::s3_element("Key", key_text(key)) +
                   detail::s3_element("LastModified",
                                      format_iso8601(object.modified).substr(0, 23) + 'Z') +
                   detail::s3_element("ETag", object.etag) +
                   detail::s3_element("Size", std::to_string(object.size)) +
                   detail::s3_element("StorageClass", "STANDARD") + "</Contents>";
    }
    std::string inner = detail::s3_element("Name", where.bucket) +
                        detail::s3_element("Prefix", key_text(prefix)) +
                        detail::s3_element("KeyCount", std::to_string(count)) +
                        detail::s3_element("MaxKeys", std::to_string(asked)) +
                        detail::s3_element("IsTruncated", more ? "true" : "false");
    if (encode)
        inner += detail::s3_element("EncodingType", "url");
    if (!delimiter.empty())
        inner += detail::s3_element("Delimiter", key_text(delimiter));
    if (token)
        inner += detail::s3_element("ContinuationToken", *token);
    if (!start_after.empty())
        inner += detail::s3_element("StartAfter", key_text(start_after));
    if (more) {
        std::string next{mark};
        append_base64(last, next);
        inner += detail::s3_element("NextContinuationToken", next);
    }
    return document("ListBucketResult", inner + entries);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
