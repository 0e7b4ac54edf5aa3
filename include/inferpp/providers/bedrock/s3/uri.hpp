// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_URI_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_URI_HPP

#include <inferpp/core/result.hpp>

#include <compare>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief Where something lies in S3: "s3://bucket/key".
 *
 * One that is not empty is always of a valid form: the bucket has 3 to 63 lower-case letters,
 * digits, '-' and '.', the first and last a letter or digit; the key is at most 1024 bytes of
 * UTF-8. Without a key it is the bucket itself. What Bedrock takes in a job is narrower: keys of
 * letters, digits, '/' and -!_*'(). alone, which the job's request checks.
 *
 * @code
 * bedrock::s3_uri const folder{"s3://my-bucket/in/"};
 * auto const file = folder / "records.jsonl"; // s3://my-bucket/in/records.jsonl
 * @endcode
 *
 * *Source*: wire notes 1.2 and 6.4.
 */
class s3_uri {
public:
    /// Empty: names nothing.
    s3_uri() = default;

    /// @param text "s3://bucket", "s3://bucket/key" @throws failure `invalid_argument`
    INFERPP_DECL s3_uri(std::string_view text);
    s3_uri(std::string const& text) : s3_uri(std::string_view{text}) {}
    s3_uri(char const* text) : s3_uri(std::string_view{text}) {}

    /// @throws failure `invalid_argument`
    INFERPP_DECL s3_uri(std::string bucket, std::string key);

    /// As the constructor. @return `invalid_argument` where that throws
    INFERPP_DECL static result<s3_uri> parse(std::string_view text);

    std::string const& bucket() const noexcept { return bucket_; }
    std::string const& key() const noexcept { return key_; } ///< as it is, without encoding
    bool empty() const noexcept { return bucket_.empty(); }

    /// "s3://bucket/key"
    INFERPP_DECL std::string str() const;

    /// What follows the key's last '/'; empty for a folder.
    INFERPP_DECL std::string_view file_name() const noexcept;

    /// With more behind the key, and one '/' between them.
    /// @throws failure `invalid_argument` when it becomes too long
    friend s3_uri operator/(s3_uri const& folder, std::string_view name)
    {
        return folder.join(name);
    }

    friend bool operator==(s3_uri const&, s3_uri const&) noexcept = default;
    friend auto operator<=>(s3_uri const&, s3_uri const&) noexcept = default;

private:
    INFERPP_DECL s3_uri join(std::string_view name) const;

    std::string bucket_;
    std::string key_;
};

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/uri.ipp>
#endif

#endif
