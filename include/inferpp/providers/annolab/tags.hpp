// SPDX-License-Identifier: BSL-1.0
//
// AnnoLab's canonical tags: what sources and instruments are about, in a project's own words.

#ifndef INFERPP_PROVIDERS_ANNOLAB_TAGS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_TAGS_HPP

#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// One attribute of a tag: "Make", "CESSNA".
struct tag_attribute {
    tag_attribute() = default;
    tag_attribute(std::string with_name, std::string with_value)
        : name(std::move(with_name)),
          value(std::move(with_value))
    {
    }

    std::string name;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(tag_attribute, (), (name, value))

/// A tag as a request makes it.
struct new_tag {
    new_tag() = default;
    explicit new_tag(std::string of_type) : type_name(std::move(of_type)) {}

    std::string type_name; ///< "Airframe Inventory"
    std::vector<tag_attribute> attributes;
};
BOOST_DESCRIBE_STRUCT(new_tag, (), (type_name, attributes))

constexpr json_rules json_rules_of(new_tag const*)
{
    return json_rules{naming::camel_case}.always_written("attributes");
}

/// A tag.
struct tag {
    tag() = default;

    std::string type_name;
    std::vector<tag_attribute> attributes;
    std::optional<std::int64_t> domain_entity_id;
    std::string status;   ///< in the answer to its creation: "Created" or "Found"
    std::string tag_type; ///< of an attached one, what it is attached to: "Instrument"
    std::optional<std::int64_t> annotation_id; ///< of an attached one
    std::optional<user> created_by;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(tag, (),
                      (type_name, attributes, domain_entity_id, status, tag_type, annotation_id,
                       created_by, more))

/**
 * @brief What requests with a list of tags have in common.
 *
 * How the platform calls the list is not in the part of its documentation that could be had: where
 * "tags" is wrong, `list_name` is the place to say it.
 */
struct tag_list_request : project_request {
    std::vector<new_tag> tags;
    std::string list_name = "tags";

    /// Refuses no tag, one without a type, and an empty `list_name`.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;

protected:
    tag_list_request(project_ref in, std::vector<new_tag> with)
        : project_request(std::move(in)),
          tags(std::move(with))
    {
    }
};

/// The tags in the answer, which may be the list or stand in it.
struct tag_list {
    tag_list() = default;

    std::vector<tag> tags;

    INFERPP_DECL static result<tag_list> decode(http::response&& answer);
};

/// POST /v1/tag: makes tags, or finds those that are equal. *Source*: docs.annolab.ai, "Canonical
/// Tags"; wire notes 4.8.
struct create_tags : tag_list_request {
    using response = tag_list;
    static constexpr operation_info info{.name = "create_tags", .method = "POST", .route = "tag"};

    create_tags(project_ref in, std::vector<new_tag> with)
        : tag_list_request(std::move(in), std::move(with))
    {
    }
};

/// DELETE /v1/tag: deletes tags by their values, and takes them from what they are attached to.
/// *Source*: as `create_tags`.
struct delete_tags : tag_list_request {
    using response = nothing;
    static constexpr operation_info info{.name = "delete_tags", .method = "DELETE", .route = "tag"};

    delete_tags(project_ref in, std::vector<new_tag> with)
        : tag_list_request(std::move(in), std::move(with))
    {
    }
};

/// POST /v1/tag/{domainEntityId}: changes the type and attributes of a tag. *Source*: as
/// `create_tags`.
struct update_tag {
    using provider = annolab::provider;
    using response = tag;
    static constexpr operation_info info{
        .name = "update_tag", .method = "POST", .route = "tag/{domain_entity}"};

    /// @param id its domain entity's id
    update_tag(std::int64_t id, new_tag to)
        : domain_entity(id),
          type_name(std::move(to.type_name)),
          attributes(std::move(to.attributes))
    {
    }

    std::int64_t domain_entity;
    std::string type_name;
    std::vector<tag_attribute> attributes;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(update_tag, (), (domain_entity, type_name, attributes))

constexpr json_rules json_rules_of(update_tag const*)
{
    return json_rules{naming::camel_case}.always_written("attributes");
}

/// DELETE /v1/tag/{domainEntityId}. *Source*: as `create_tags`.
struct delete_tag {
    using provider = annolab::provider;
    using response = nothing;
    static constexpr operation_info info{
        .name = "delete_tag", .method = "DELETE", .route = "tag/{domain_entity}"};

    /// @param id its domain entity's id
    explicit delete_tag(std::int64_t id) : domain_entity(id) {}

    std::int64_t domain_entity;
};
BOOST_DESCRIBE_STRUCT(delete_tag, (), (domain_entity))

/// A page of `list_tags`.
struct tag_page {
    tag_page() = default;

    std::vector<tag> items;

    INFERPP_DECL static result<tag_page> decode(http::response&& answer);
};

/**
 * @brief GET /v1/project/{group}/{project}/tags: a project's tags, in pages.
 *
 * The answer does not say whether it is the last one. The documentation gives two sizes for a page,
 * 1,000 and 10,000: less than 1,000 tags are taken for the end.
 *
 * *Source*: as `create_tags`; wire notes 1.2.
 */
struct list_tags : project_request {
    using item = tag;
    using response = tag_page;
    static constexpr operation_info info{.name = "list_tags"};

    explicit list_tags(project_ref of) : project_request(std::move(of)) {}

    std::int64_t page = 1; ///< the first one asked for; from 1. It is sent in a body

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    static std::vector<tag> items(tag_page& listed) { return std::move(listed.items); }
    INFERPP_DECL bool advance(tag_page const& listed);
};

static_assert(!fragile_temporary<create_tags> && !fragile_temporary<delete_tags> &&
              !fragile_temporary<update_tag> && !fragile_temporary<delete_tag> &&
              !fragile_temporary<list_tags>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/tags.ipp>
#endif

#endif
