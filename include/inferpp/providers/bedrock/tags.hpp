// SPDX-License-Identifier: BSL-1.0
//
// Tags of Bedrock's resources, such as its jobs.

#ifndef INFERPP_PROVIDERS_BEDROCK_TAGS_HPP
#define INFERPP_PROVIDERS_BEDROCK_TAGS_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// POST /tagResource: adds tags, or replaces the values of those that are there.
/// *Source*: wire notes 1.1
struct tag_resource {
    using provider = bedrock::provider;
    using response = done;
    static constexpr operation_info info{
        .name = "tag_resource", .method = "POST", .route = "tagResource"};

    /// @param arn of the resource
    tag_resource(std::string arn, std::vector<tag> those)
        : resource_arn(std::move(arn)),
          tags(std::move(those))
    {
    }

    std::string resource_arn;
    std::vector<tag> tags; ///< at most 200

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(tag_resource, (), (resource_arn, tags))

constexpr json_rules json_rules_of(tag_resource const*) noexcept
{
    return json_rules{naming::camel_case}
        .renamed("resource_arn", "resourceARN")
        .always_written("tags");
}

/// POST /untagResource: takes tags away; those that are not there do no harm.
/// *Source*: wire notes 1.1
struct untag_resource {
    using provider = bedrock::provider;
    using response = done;
    static constexpr operation_info info{
        .name = "untag_resource", .method = "POST", .route = "untagResource"};

    /// @param arn of the resource @param keys of the tags
    untag_resource(std::string arn, std::vector<std::string> keys)
        : resource_arn(std::move(arn)),
          tag_keys(std::move(keys))
    {
    }

    std::string resource_arn;
    std::vector<std::string> tag_keys; ///< at most 200

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(untag_resource, (), (resource_arn, tag_keys))

constexpr json_rules json_rules_of(untag_resource const*) noexcept
{
    return json_rules{naming::camel_case}
        .renamed("resource_arn", "resourceARN")
        .always_written("tag_keys");
}

/// The tags of a resource.
struct tag_list {
    tag_list() = default;

    std::vector<tag> tags;
};
BOOST_DESCRIBE_STRUCT(tag_list, (), (tags))

/// POST /listTagsForResource. *Source*: wire notes 1.1
struct list_tags_for_resource {
    using provider = bedrock::provider;
    using response = tag_list;
    static constexpr operation_info info{
        .name = "list_tags_for_resource", .method = "POST", .route = "listTagsForResource"};

    /// @param arn of the resource
    explicit list_tags_for_resource(std::string arn) : resource_arn(std::move(arn)) {}

    std::string resource_arn;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(list_tags_for_resource, (), (resource_arn))

constexpr json_rules json_rules_of(list_tags_for_resource const*) noexcept
{
    return json_rules{naming::camel_case}.renamed("resource_arn", "resourceARN");
}

static_assert(!fragile_temporary<tag_resource> && !fragile_temporary<untag_resource> &&
              !fragile_temporary<list_tags_for_resource>);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/tags.ipp>
#endif

#endif
