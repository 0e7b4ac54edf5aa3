// SPDX-License-Identifier: BSL-1.0
//
// What a bucket of S3 holds.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_LISTING_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_LISTING_HPP

#include <inferpp/codec/timestamp.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/// An object in a listing.
struct listed_object {
    listed_object() = default;

    std::string key;
    std::uint64_t size = 0;
    std::string etag; ///< in its quotes
    timestamp last_modified;
    std::string storage_class;
};

/// A page of a listing.
struct object_page {
    object_page() = default;

    std::vector<listed_object> objects;
    std::vector<std::string> folders; ///< with a `delimiter`: what keys have up to it in common
    std::string next_token;           ///< empty on the last page

    INFERPP_DECL static result<object_page> decode(http::response&& answer);
};

/**
 * @brief GET ?list-type=2: the objects whose keys begin alike, in order.
 *
 * @code
 * auto files = client.pages(s3::list_objects{"s3://bucket/out/abcdefghij12/"});
 * while (auto const file = co_await files.next())
 *     std::cout << file->key << '\n';
 * @endcode
 *
 * Keys of any characters come as they are. Pages give the objects alone; the folders of a page are
 * in the answer of `send`. *Source*: wire notes 6.4
 */
struct list_objects {
    using provider = s3::provider;
    using response = object_page;
    using item = listed_object;
    static constexpr operation_info info{.name = "list_objects"};

    /// @param those the bucket, and what the keys begin with
    explicit list_objects(s3_uri those) : prefix(std::move(those)) {}

    s3_uri prefix;
    std::string delimiter;             ///< "/" for one level of folders; empty: all keys
    std::string start_after;           ///< a key; the listing begins behind it
    std::optional<int> max_keys;       ///< on a page, 1 to 1000
    std::string continuation_token;    ///< `object_page::next_token`
    std::string expected_bucket_owner; ///< the account that the bucket must belong to; empty: any

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;

    static std::vector<listed_object> items(object_page& page) { return std::move(page.objects); }
    INFERPP_DECL bool advance(object_page const& page);

private:
    bool goes_round_ = false; ///< the server has named the same page again
};

static_assert(!fragile_temporary<list_objects>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/listing.ipp>
#endif

#endif
