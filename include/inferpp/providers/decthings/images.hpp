// SPDX-License-Identifier: BSL-1.0
//
// Repositories of Docker images, at registry.decthings.com.

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMAGES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_IMAGES_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// A repository, which is known by its name.
struct image_repository {
    image_repository() = default;

    std::string name;
    std::string description;
    bool public_access = false;
    epoch_time created_at;
    decthings::owner owner;
    word<access_level> access;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(image_repository, (),
                      (name, description, public_access, created_at, owner, access, more))

constexpr json_rules json_rules_of(image_repository const*)
{
    return json_rules{naming::camel_case}.required("name");
}

/// Image/createRepository. *Source*: wire notes 9
struct create_repository : call<create_repository, nothing> {
    static constexpr operation_info info =
        rpc("create_repository", "Image/createRepository", idempotency::unsafe);

    explicit create_repository(std::string repository) : name(std::move(repository)) {}

    std::string name;
    std::string description;
    std::optional<bool> public_access; ///< whether all users may read it; by default they may not

    result<void> validate() const { return check_given("name", name); }
};
BOOST_DESCRIBE_STRUCT(create_repository, (), (name, description, public_access))

/// What of a repository can be changed.
struct repository_change {
    repository_change() = default;

    std::optional<std::string> description;
    std::optional<bool> public_access;
};
BOOST_DESCRIBE_STRUCT(repository_change, (), (description, public_access))

/// Image/updateRepository: changes what is given. *Source*: wire notes 9
struct update_repository : call<update_repository, nothing> {
    static constexpr operation_info info = rpc("update_repository", "Image/updateRepository");

    explicit update_repository(std::string repository) : name(std::move(repository)) {}

    std::string name;
    repository_change properties;
};
BOOST_DESCRIBE_STRUCT(update_repository, (), (name, properties))

/// Image/deleteRepository, with all that is in it. *Source*: wire notes 9
struct delete_repository : call<delete_repository, nothing> {
    static constexpr operation_info info = rpc("delete_repository", "Image/deleteRepository");

    explicit delete_repository(std::string repository) : name(std::move(repository)) {}

    std::string name;
};
BOOST_DESCRIBE_STRUCT(delete_repository, (), (name))

/// Which repositories a listing shows: those to which all that is set applies.
struct repository_filter {
    repository_filter() = default;

    std::vector<std::string> owners;
    std::vector<std::string> names;
    std::optional<std::string> search_name; ///< a part of the name
};
BOOST_DESCRIBE_STRUCT(repository_filter, (), (owners, names, search_name))

/// A page of repositories.
struct repository_list : list_answer {
    repository_list() = default;

    std::vector<image_repository> repositories;
};
BOOST_DESCRIBE_STRUCT(repository_list, (list_answer), (repositories))

/// Image/getRepositories; see `get_models`. *Source*: wire notes 9
struct get_repositories
    : list_call<get_repositories, repository_list, &repository_list::repositories> {
    static constexpr operation_info info = rpc("get_repositories", "Image/getRepositories");

    get_repositories() = default;

    std::optional<repository_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_repositories, (list_request), (filter))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_repository> && !fragile_temporary<update_repository> &&
              !fragile_temporary<delete_repository> && !fragile_temporary<get_repositories>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
