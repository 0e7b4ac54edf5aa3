// SPDX-License-Identifier: BSL-1.0
//
// Who one is at AnnoLab, projects, and the directories of their sources.

#ifndef INFERPP_PROVIDERS_ANNOLAB_PROJECTS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_PROJECTS_HPP

#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A group that the owner of an API key belongs to.
struct group_membership {
    group_membership() = default;

    std::string group_name;
    bool is_single_user = false; ///< the user's own
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(group_membership, (), (group_name, is_single_user, more))

/// Whose API key it is.
struct key_info {
    key_info() = default;

    std::vector<group_membership> groups;
    unknown_members more;

    /// The name of the user's own group; empty when there is none.
    INFERPP_DECL std::string own_group() const;
};
BOOST_DESCRIBE_STRUCT(key_info, (), (groups, more))

/// GET /v1/api-key/info. *Source*: wire notes 4.1.
struct get_key_info {
    using provider = annolab::provider;
    using response = key_info;
    static constexpr operation_info info{.name = "get_key_info", .route = "api-key/info"};

    get_key_info() = default;
};

/// A project.
struct project_details {
    project_details() = default;

    std::int64_t id = 0;
    std::string name;
    std::int64_t group_id = 0;
    std::string group_name;
    std::string default_directory; ///< mostly "Uploads"
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(project_details, (),
                      (id, name, group_id, group_name, default_directory, more))

constexpr json_rules json_rules_of(project_details const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

/// POST /v1/project/create. Names are unique in a group: a second project of the name is refused.
/// *Source*: docs.annolab.ai, "Projects"; wire notes 4.2.
struct create_project {
    using provider = annolab::provider;
    using response = project_details;
    static constexpr operation_info info{.name = "create_project",
                                         .method = "POST",
                                         .route = "project/create",
                                         .repeat = idempotency::unsafe};

    /// @param of_group that will own it, @param with_name not empty
    create_project(std::string of_group, std::string with_name)
        : name(std::move(with_name)),
          group_name(std::move(of_group))
    {
    }

    std::string name;
    std::string group_name;
    bool is_public = false;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_project, (), (name, group_name, is_public))

/// GET /v1/project/{group}/{name}, or /v1/project/{id}. *Source*: wire notes 4.2.
struct get_project : project_request {
    using response = project_details;
    static constexpr operation_info info{.name = "get_project"};

    explicit get_project(project_ref which) : project_request(std::move(which)) {}

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string target() const;
};

/// A directory, in which sources lie.
struct directory_details {
    directory_details() = default;

    std::int64_t id = 0;
    std::string name;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(directory_details, (), (id, name, more))

constexpr json_rules json_rules_of(directory_details const*)
{
    return json_rules{naming::camel_case}.nothing_required().also_read("name", "directoryName");
}

/// POST /v1/directory/create. The vendor's SDK has the route and does not use it: the members of
/// the request are those of its neighbours. *Source*: wire notes 4.3.
struct create_directory : project_request {
    using response = directory_details;
    static constexpr operation_info info{.name = "create_directory",
                                         .method = "POST",
                                         .route = "directory/create",
                                         .repeat = idempotency::unsafe};

    create_directory(project_ref in, std::string with_name)
        : project_request(std::move(in)),
          directory_name(std::move(with_name))
    {
    }

    std::string directory_name;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_directory, (project_request), (directory_name))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<get_key_info> && !fragile_temporary<create_project> &&
              !fragile_temporary<get_project> && !fragile_temporary<create_directory>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/projects.ipp>
#endif

#endif
