// SPDX-License-Identifier: BSL-1.0
//
// The requests of an upload in parts, one by one. `upload` makes them all.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_MULTIPART_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_MULTIPART_HPP

#include <inferpp/codec/timestamp.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/// The most parts that an object may be made of.
inline constexpr int max_parts_of_upload = 10'000;

/// An upload that has begun.
struct multipart_upload {
    multipart_upload() = default;

    std::string upload_id;

    INFERPP_DECL static result<multipart_upload> decode(http::response&& answer);
};

/// POST ?uploads: begins an upload in parts. What of it is not completed costs storage until it is
/// aborted. The object's checksum will be the CRC-32 of the whole. *Source*: wire notes 6.4
struct create_multipart_upload : write_options {
    using provider = s3::provider;
    using response = multipart_upload;
    /// Asked twice it begins two: one of them without parts, which costs nothing.
    static constexpr operation_info info{.name = "create_multipart_upload", .method = "POST"};

    /// @param to whose `only_if_absent` counts when the upload is completed
    explicit create_multipart_upload(s3_uri to) : object(std::move(to)) {}

    s3_uri object;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// A request about an upload that has begun.
struct upload_request : object_request {
    /// @param id of the upload
    upload_request(s3_uri to, std::string id)
        : object_request(std::move(to)),
          upload_id(std::move(id))
    {
    }

    std::string upload_id;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
};

/// A part of an object.
struct part {
    part() = default;
    part(int n, std::string tag) : number(n), etag(std::move(tag)) {}

    int number = 0;
    std::string etag; ///< in its quotes

    // Of `list_parts`:
    std::uint64_t size = 0;
    timestamp last_modified;

    INFERPP_DECL static result<part> decode(http::response&& answer);
};

/// PUT ?partNumber&uploadId: sends a part, or replaces one. All but the last have 5 MiB or more.
/// *Source*: wire notes 6.4
struct upload_part : upload_request {
    using response = part; ///< without its number
    static constexpr operation_info info{.name = "upload_part", .method = "PUT"};

    /// @param part_number 1 to 10,000; the order of the parts in the object
    /// @param bytes       of which the SHA-256 is signed; S3 checks their CRC-32
    upload_part(s3_uri to, std::string id, int part_number, shared_bytes bytes)
        : upload_request(std::move(to), std::move(id)),
          number(part_number),
          content(std::move(bytes))
    {
    }

    int number;
    shared_bytes content;
    http::progress_function progress;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// POST ?uploadId: makes the parts an object. S3 may work for some time before it answers.
/// *Source*: wire notes 6.4
struct complete_multipart_upload : upload_request {
    using response = object_info; ///< its `etag`, and what its headers say
    static constexpr operation_info info{
        .name = "complete_multipart_upload", .method = "POST", .held = true};

    /// @param all in the order of their numbers
    complete_multipart_upload(s3_uri to, std::string id, std::vector<part> all)
        : upload_request(std::move(to), std::move(id)),
          parts(std::move(all))
    {
    }

    std::vector<part> parts;
    std::optional<std::uint32_t> crc32; ///< of the whole object, for S3 to check
    std::optional<std::uint64_t> size;  ///< of the whole object, for S3 to check
    bool only_if_absent = false;        ///< as in `write_options`

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;

    INFERPP_DECL static result<object_info> decode(http::response&& answer);
};

/// DELETE ?uploadId: gives an upload up, and frees what its parts take. *Source*: wire notes 6.4
struct abort_multipart_upload : upload_request {
    using response = done;
    static constexpr operation_info info{.name = "abort_multipart_upload", .method = "DELETE"};

    using upload_request::upload_request;
};

/// A page of the parts of an upload.
struct part_page {
    part_page() = default;

    std::vector<part> parts;
    std::string next_marker; ///< empty on the last page

    INFERPP_DECL static result<part_page> decode(http::response&& answer);
};

/// GET ?uploadId: the parts that have arrived. *Source*: wire notes 6.4
struct list_parts : upload_request {
    using response = part_page;
    using item = part;
    static constexpr operation_info info{.name = "list_parts"};

    using upload_request::upload_request;

    std::optional<int> max_parts;   ///< on a page, 1 to 1000
    std::string part_number_marker; ///< `part_page::next_marker`

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;

    static std::vector<part> items(part_page& page) { return std::move(page.parts); }
    INFERPP_DECL bool advance(part_page const& page);

private:
    bool goes_round_ = false; ///< the server has named the same page again
};

static_assert(!fragile_temporary<create_multipart_upload> && !fragile_temporary<upload_part> &&
              !fragile_temporary<complete_multipart_upload> &&
              !fragile_temporary<abort_multipart_upload> && !fragile_temporary<list_parts>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/multipart.ipp>
#endif

#endif
