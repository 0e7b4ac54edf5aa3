// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_RELATIONS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_RELATIONS_HPP

#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// One end of a relation: an annotation by its id, or by the `client_id` of the same request. On
/// the wire it is always a text.
class relation_end {
public:
    relation_end() = default;
    relation_end(std::string client_id) : text_(std::move(client_id)) {}
    relation_end(char const* client_id) : text_(client_id) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    relation_end(T id) : text_(std::to_string(id)) {}

    bool empty() const noexcept { return text_.empty(); }
    void to_json(json_writer& out) const { out.string(text_); }

private:
    std::string text_;
};

/// A relation as a request makes it.
struct new_relation {
    new_relation() = default;
    /// @param from the parent, @param to the child
    new_relation(name_or_id of_type, relation_end from, relation_end to)
        : type(std::move(of_type)),
          predecessor_id(std::move(from)),
          successor_id(std::move(to))
    {
    }

    name_or_id type; ///< one that is of relations
    relation_end predecessor_id;
    relation_end successor_id;
    std::optional<std::string> value;
    std::optional<bool> reviewed;
    std::optional<name_or_id> project;
};
BOOST_DESCRIBE_STRUCT(new_relation, (),
                      (type, predecessor_id, successor_id, value, reviewed, project))

constexpr json_rules json_rules_of(new_relation const*)
{
    return json_rules{naming::camel_case}
        .renamed("type", "annoTypeIdentifier")
        .renamed("reviewed", "isReviewed")
        .renamed("project", "projectIdentifier");
}

/// A relation.
struct relation {
    relation() = default;

    std::int64_t id = 0;
    std::int64_t predecessor_id = 0;
    std::int64_t successor_id = 0;
    std::int64_t type_id = 0;
    std::string type_name;
    std::string value;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(relation, (),
                      (id, predecessor_id, successor_id, type_id, type_name, value, more))

/// POST /v1/relation/create: makes a relation, or gives the one that is equal. *Source*:
/// docs.annolab.ai, "Relations"; wire notes 4.7.
struct create_relation {
    using provider = annolab::provider;
    using response = relation;
    static constexpr operation_info info{
        .name = "create_relation", .method = "POST", .route = "relation/create"};

    /// @param from, to ids of annotations
    create_relation(name_or_id in_project, name_or_id of_type, std::int64_t from, std::int64_t to)
        : type(std::move(of_type)),
          project(std::move(in_project)),
          predecessor_id(from),
          successor_id(to)
    {
    }

    name_or_id type;
    name_or_id project;
    std::int64_t predecessor_id; ///< the parent
    std::int64_t successor_id;   ///< the child
    std::string value;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_relation, (), (type, project, predecessor_id, successor_id, value))

constexpr json_rules json_rules_of(create_relation const*)
{
    return json_rules{naming::camel_case}
        .renamed("type", "annoTypeIdentifier")
        .renamed("project", "projectIdentifier");
}

/// POST /v1/relation/bulk-create. Each relation needs its `project`. The shape of the answer is not
/// established. *Source*: wire notes 4.7.
struct create_relations {
    using provider = annolab::provider;
    using response = boost::json::value;
    static constexpr operation_info info{.name = "create_relations",
                                         .method = "POST",
                                         .route = "relation/bulk-create",
                                         .repeat = idempotency::unsafe};

    explicit create_relations(std::vector<new_relation> items) : relations(std::move(items)) {}

    std::vector<new_relation> relations;
    bool prevent_duplication = true;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_relations, (), (relations, prevent_duplication))

/// Refuses relations without a type or an end, and if `need_project` without a project.
INFERPP_DECL result<void> check_relations(std::vector<new_relation> const& relations,
                                          bool need_project);

static_assert(!fragile_temporary<create_relation> && !fragile_temporary<create_relations>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/relations.ipp>
#endif

#endif
