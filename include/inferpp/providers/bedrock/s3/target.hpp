// SPDX-License-Identifier: BSL-1.0
//
// What the operations of S3 have in common. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_TARGET_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_TARGET_HPP

#include <inferpp/codec/xml.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/// The target of a request in path style; the provider moves the bucket into the host. Query
/// parameters follow behind.
class s3_target {
public:
    INFERPP_DECL explicit s3_target(s3_uri const& of);

    INFERPP_DECL s3_target& query(std::string_view name, std::string_view value);
    s3_target& query(std::string_view name, std::uint64_t value)
    {
        return query(name, std::to_string(value));
    }

    std::string const& str() const noexcept { return text_; }

private:
    std::string text_;
    char next_ = '?';
};

/// Refuses a request that names no object. @param member of the request
INFERPP_DECL result<void> check_object(std::string_view member, s3_uri const& object);

/// The account that a bucket must belong to.
INFERPP_DECL result<void> check_owner(std::string const& account);
INFERPP_DECL void set_owner(http::request& message, std::string const& account);

/// A CRC-32 as S3 writes it: base64 of four bytes, the highest first.
INFERPP_DECL std::string checksum_text(std::uint32_t crc32);
INFERPP_DECL std::optional<std::uint32_t> parse_checksum(std::string_view text);

/// Sends bytes that are in memory, with their SHA-256 and CRC-32. They are neither copied nor
/// hashed again for another attempt.
INFERPP_DECL void set_content(http::request& message, shared_bytes const& content);

/// The first value of a header; empty without one.
INFERPP_DECL std::string header_text(http::headers const& headers, std::string_view name);

/// A count in digits alone.
INFERPP_DECL std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// "bytes 5-9/17": the first byte of a part, and the size of the whole.
struct content_range {
    std::uint64_t first;
    std::uint64_t size;
};
INFERPP_DECL std::optional<content_range> parse_content_range(std::string_view text) noexcept;

/// The document of an answer. @param root that it must have @return `errc::bad_content`
INFERPP_DECL result<xml_element> read_document(http::response const& answer, std::string_view root);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/target.ipp>
#endif

#endif
