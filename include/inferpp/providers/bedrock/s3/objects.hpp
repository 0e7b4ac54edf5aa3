// SPDX-License-Identifier: BSL-1.0
//
// Objects of S3: to write, read, ask for and delete one. `upload` writes what is larger than the
// memory, and `read_object` reads it in spite of broken connections.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_OBJECTS_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_OBJECTS_HPP

#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/// How an object is written.
struct write_options {
    write_options() = default;

    std::string content_type;           ///< "application/jsonl"; empty: S3 calls it binary
    std::string server_side_encryption; ///< "AES256", "aws:kms"; empty: the bucket's own
    std::string kms_key_id;             ///< of "aws:kms"; empty: the account's own
    std::string expected_bucket_owner;  ///< the account that the bucket must belong to; empty: any
    /// Fails with 412 where there is an object of that key, and never replaces one.
    bool only_if_absent = false;

    /// Refuses what can't be sent.
    INFERPP_DECL result<void> check() const;
    INFERPP_DECL void apply(http::request& message) const;
};

/// What S3 knows of an object.
struct object_info {
    object_info() = default;

    std::string etag;       ///< in its quotes; of this version, and good for If-Match
    std::uint64_t size = 0; ///< of the whole object, also where a part of it was asked for
    std::string content_type;
    std::string version_id;    ///< empty in a bucket without versions
    std::string storage_class; ///< empty: STANDARD
    std::string server_side_encryption;
    std::optional<std::chrono::sys_seconds> last_modified;
    std::optional<std::uint32_t> crc32; ///< of the whole object, where S3 has it

    /// From the headers of an answer, such as `pulled_body::headers()`.
    INFERPP_DECL static object_info from(http::headers const& headers);

    INFERPP_DECL static result<object_info> decode(http::response&& answer);
};

/// A request about one object.
struct object_request {
    using provider = s3::provider;

    explicit object_request(s3_uri what) : object(std::move(what)) {}

    s3_uri object;
    std::string expected_bucket_owner; ///< the account that the bucket must belong to; empty: any

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// PUT: writes an object of at most 5 GB in one request. It is repeated as a whole when that helps.
/// *Source*: wire notes 6.4
struct put_object : write_options {
    using provider = s3::provider;
    using response = object_info; ///< without a size; of headers that S3 sends for a new object
    static constexpr operation_info info{.name = "put_object", .method = "PUT"};

    /// @param bytes in memory, which are shared and not copied. Their SHA-256 is signed, and their
    ///              CRC-32 checked by S3.
    put_object(s3_uri to, shared_bytes bytes) : object(std::move(to)), content(std::move(bytes)) {}

    /// @param body whose size is known; it is sent once, and not signed, which S3 takes over https
    ///             alone
    put_object(s3_uri to, std::shared_ptr<http::body_source> body)
        : object(std::move(to)),
          source(std::move(body)),
          wants_source_(true)
    {
    }

    s3_uri object;
    shared_bytes content;
    std::shared_ptr<http::body_source> source; ///< instead of `content`, where it is not null
    std::optional<std::uint32_t> crc32;        ///< of the source, for S3 to check
    http::progress_function progress;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;

private:
    bool wants_source_ = false;
};

/**
 * @brief GET: an object, or a part of it, read piece by piece by the caller.
 *
 * @code
 * s3::get_object const get{"s3://bucket/out/records.jsonl.out"};
 * auto body = co_await client.send(get);
 * auto const about = s3::object_info::from(body.headers());
 * @endcode
 *
 * A connection that breaks ends the body; see `read_object` for one that goes on.
 * *Source*: wire notes 6.4
 */
struct get_object : object_request {
    using response = pulled_body;
    static constexpr operation_info info{.name = "get_object"};

    using object_request::object_request;

    std::uint64_t offset = 0;           ///< where to begin; behind the end it is an error 416
    std::optional<std::uint64_t> count; ///< bytes at most, 1 or more; empty: to the end
    std::string if_match;               ///< an ETag; of another version the answer is 412

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// HEAD: what S3 knows of an object. Its errors have a status and no words: S3 sends none.
/// *Source*: wire notes 6.4
struct head_object : object_request {
    using response = object_info;
    static constexpr operation_info info{.name = "head_object", .method = "HEAD"};

    using object_request::object_request;

    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// DELETE: also of an object that is not there, without an error. *Source*: wire notes 6.4
struct delete_object : object_request {
    using response = done;
    static constexpr operation_info info{.name = "delete_object", .method = "DELETE"};

    using object_request::object_request;
};

static_assert(!fragile_temporary<write_options> && !fragile_temporary<object_request> &&
              !fragile_temporary<put_object> && !fragile_temporary<get_object> &&
              !fragile_temporary<head_object> && !fragile_temporary<delete_object>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/objects.ipp>
#endif

#endif
