// SPDX-License-Identifier: BSL-1.0
//
// Organizations, to which models and datasets can belong.

#ifndef INFERPP_PROVIDERS_DECTHINGS_ORGANIZATIONS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_ORGANIZATIONS_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// What a member of an organization may do.
enum class member_role { unknown, admin, editor, viewer };
BOOST_DESCRIBE_ENUM(member_role, unknown, admin, editor, viewer)

/// A member of an organization.
struct organization_member {
    organization_member() = default;

    std::string user_id;
    std::string username;
    word<member_role> role;
};
BOOST_DESCRIBE_STRUCT(organization_member, (), (user_id, username, role))

/// Somebody who is invited, and has not answered.
struct invited_user {
    invited_user() = default;
    explicit invited_user(std::string address) : email(std::move(address)) {}

    std::string email;
};
BOOST_DESCRIBE_STRUCT(invited_user, (), (email))

/// The invitations of an organization. The vendor's clients declare one, where there must be a
/// list; both are read.
struct pending_invites {
    pending_invites() = default;

    std::vector<invited_user> users;

    INFERPP_DECL static result<pending_invites> from_json(boost::json::value const& value);
};

/// An organization.
struct organization {
    organization() = default;

    std::string id;
    std::string name;
    epoch_time created_at;
    std::vector<organization_member> members;
    std::optional<decthings::pending_invites> pending_invites;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(organization, (), (id, name, created_at, members, pending_invites, more))

constexpr json_rules json_rules_of(organization const*)
{
    return json_rules{naming::camel_case}.required("id", "name");
}

/// The id of an organization that was made.
struct organization_receipt {
    organization_receipt() = default;

    std::string organization_id;
};
BOOST_DESCRIBE_STRUCT(organization_receipt, (), (organization_id))

/// Organization/createOrganization. *Source*: wire notes 9
struct create_organization : call<create_organization, organization_receipt> {
    static constexpr operation_info info =
        rpc("create_organization", "Organization/createOrganization", idempotency::unsafe);

    explicit create_organization(std::string organization_name) : name(std::move(organization_name))
    {
    }

    std::string name;

    result<void> validate() const { return check_given("name", name); }
};
BOOST_DESCRIBE_STRUCT(create_organization, (), (name))

/// Which organizations a listing shows: those to which all that is set applies.
struct organization_filter {
    organization_filter() = default;

    std::vector<std::string> ids;
    std::vector<std::string> members; ///< ids of users
    std::vector<std::string> names;
    std::optional<std::string> search_name; ///< a part of the name
};
BOOST_DESCRIBE_STRUCT(organization_filter, (), (ids, members, names, search_name))

/// A page of organizations.
struct organization_list : list_answer {
    organization_list() = default;

    std::vector<organization> organizations;
};
BOOST_DESCRIBE_STRUCT(organization_list, (list_answer), (organizations))

/// Organization/getOrganizations; see `get_models`. *Source*: wire notes 9
struct get_organizations
    : list_call<get_organizations, organization_list, &organization_list::organizations> {
    static constexpr operation_info info =
        rpc("get_organizations", "Organization/getOrganizations");

    get_organizations() = default;

    std::optional<organization_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_organizations, (list_request), (filter))

/// What names an organization.
struct of_organization {
    explicit of_organization(std::string id) : organization_id(std::move(id)) {}

    std::string organization_id;

    result<void> validate() const { return check_given("organization_id", organization_id); }
};
BOOST_DESCRIBE_STRUCT(of_organization, (), (organization_id))

/// Organization/inviteUsersToOrganization. *Source*: wire notes 9
struct invite_users : call<invite_users, nothing>, of_organization {
    static constexpr operation_info info =
        rpc("invite_users", "Organization/inviteUsersToOrganization", idempotency::unsafe);

    invite_users(std::string id, std::vector<invited_user> whom)
        : of_organization(std::move(id)),
          users(std::move(whom))
    {
    }

    std::vector<invited_user> users;
};
BOOST_DESCRIBE_STRUCT(invite_users, (of_organization), (users))

constexpr json_rules json_rules_of(invite_users const*)
{
    return json_rules{naming::camel_case}.always_written("users");
}

/// Organization/removeUsersFromOrganization. *Source*: wire notes 9
struct remove_users : call<remove_users, nothing>, of_organization {
    static constexpr operation_info info =
        rpc("remove_users", "Organization/removeUsersFromOrganization");

    remove_users(std::string id, std::vector<std::string> whom)
        : of_organization(std::move(id)),
          user_ids(std::move(whom))
    {
    }

    std::vector<std::string> user_ids;
};
BOOST_DESCRIBE_STRUCT(remove_users, (of_organization), (user_ids))

constexpr json_rules json_rules_of(remove_users const*)
{
    return json_rules{naming::camel_case}.always_written("user_ids");
}

/// Organization/respondToOrganizationInvitation. *Source*: wire notes 9
struct respond_to_invitation : call<respond_to_invitation, nothing>, of_organization {
    static constexpr operation_info info =
        rpc("respond_to_invitation", "Organization/respondToOrganizationInvitation",
            idempotency::unsafe);

    respond_to_invitation(std::string id, bool accepted)
        : of_organization(std::move(id)),
          accept(accepted)
    {
    }

    bool accept;
};
BOOST_DESCRIBE_STRUCT(respond_to_invitation, (of_organization), (accept))

/// A role for a member.
struct role_assignment {
    role_assignment() = default;
    role_assignment(std::string user, word<member_role> new_role)
        : user_id(std::move(user)),
          role(std::move(new_role))
    {
    }

    std::string user_id;
    word<member_role> role;
};
BOOST_DESCRIBE_STRUCT(role_assignment, (), (user_id, role))

/// Organization/assignRoles: the role of a member; the vendor's clients take one for a call.
/// *Source*: wire notes 9
struct assign_role : call<assign_role, nothing>, of_organization {
    static constexpr operation_info info = rpc("assign_role", "Organization/assignRoles");

    assign_role(std::string id, role_assignment whom)
        : of_organization(std::move(id)),
          members(std::move(whom))
    {
    }

    role_assignment members;
};
BOOST_DESCRIBE_STRUCT(assign_role, (of_organization), (members))

/// Organization/deleteOrganization. *Source*: wire notes 9
struct delete_organization : call<delete_organization, nothing>, of_organization {
    static constexpr operation_info info =
        rpc("delete_organization", "Organization/deleteOrganization");
    using of_organization::of_organization;
};
BOOST_DESCRIBE_STRUCT(delete_organization, (of_organization), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_organization> && !fragile_temporary<get_organizations> &&
              !fragile_temporary<invite_users> && !fragile_temporary<remove_users> &&
              !fragile_temporary<respond_to_invitation> && !fragile_temporary<assign_role> &&
              !fragile_temporary<delete_organization>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/organizations.ipp>
#endif

#endif
