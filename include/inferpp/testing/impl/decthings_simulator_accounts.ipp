// SPDX-License-Identifier: BSL-1.0
//
// Images, organizations and users of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_ACCOUNTS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_ACCOUNTS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

#include <array>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL boost::json::object& decthings_simulator::platform::find_by(std::vector<object>& in,
                                                                         std::string_view member,
                                                                         std::string_view wanted,
                                                                         std::string_view code)
{
    for (object& one : in)
        if (detail::decthings_text(one.at(member)) == wanted)
            return one;
    throw refusal{code};
}

// --- images --------------------------------------------------------------------------------------

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    create_repository(call& with)
{
    std::string const name = with.text("name");
    if (name.empty())
        call::refuse("name", "is empty");
    for (object const& one : repositories)
        if (detail::decthings_text(one.at("name")) == name)
            throw refusal{"name_already_used"};
    object made{{"name", name},
                {"description", with.text("description")},
                {"publicAccess", with.flag("publicAccess", false)},
                {"createdAt", stamp(today)}};
    made["owner"] = {{"type", "user"}, {"userId", "user-1"}, {"username", "ada"}};
    made["access"] = "readwrite";
    repositories.push_back(std::move(made));
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    update_repository(call& with)
{
    object& which = find_by(repositories, "name", with.text("name"), "repository_not_found");
    overlay(with.part("properties"), which, {"description", "publicAccess"});
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    delete_repository(call& with)
{
    std::string const name = with.text("name");
    find_by(repositories, "name", name, "repository_not_found");
    std::erase_if(repositories, [&](object const& one) {
        return detail::decthings_text(one.at("name")) == name;
    });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_repositories(
    call& with)
{
    return page(with, "repositories", repositories);
}

// --- organizations -------------------------------------------------------------------------------

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    create_organization(call& with)
{
    std::string const name = with.text("name");
    for (object const& one : organizations)
        if (detail::decthings_text(one.at("name")) == name)
            throw refusal{"name_in_use"};
    std::string const id = new_id("organization");
    object const founder{{"userId", "user-1"}, {"username", "ada"}, {"role", "admin"}};
    organizations.push_back({{"id", id},
                             {"name", name},
                             {"createdAt", stamp(today)},
                             {"members", array{founder}},
                             {"pendingInvites", array{}}});
    return object{{"organizationId", id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_organizations(call& with)
{
    return page(with, "organizations", organizations);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::invite_users(
    call& with)
{
    object& which =
        find_by(organizations, "id", with.text("organizationId"), "organization_not_found");
    for (value const& one : with.list("users")) {
        if (!one.is_object() || !one.get_object().contains("email"))
            call::refuse("users", "each has an email");
        which["pendingInvites"].as_array().push_back(one);
    }
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::remove_users(
    call& with)
{
    object& which =
        find_by(organizations, "id", with.text("organizationId"), "organization_not_found");
    array& members = which["members"].as_array();
    for (std::string const& id : with.texts("userIds")) {
        auto const found = std::find_if(members.begin(), members.end(), [&](value const& one) {
            return detail::decthings_text(one.at("userId")) == id;
        });
        if (found == members.end())
            throw refusal{"member_not_found"};
        members.erase(found);
    }
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    respond_to_invitation(call& with)
{
    object& which =
        find_by(organizations, "id", with.text("organizationId"), "organization_not_found");
    array& invites = which["pendingInvites"].as_array();
    if (invites.empty())
        throw refusal{"invite_not_found"};
    if (with.flag("accept", false))
        which["members"].as_array().push_back(
            {{"userId", "user-2"}, {"username", "grace"}, {"role", "viewer"}});
    invites.erase(invites.begin());
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::assign_roles(
    call& with)
{
    object& which =
        find_by(organizations, "id", with.text("organizationId"), "organization_not_found");
    object const& assigned = with.part("members");
    for (value& one : which["members"].as_array())
        if (one.at("userId") == assigned.at("userId")) {
            one.as_object()["role"] = assigned.at("role");
            return object{};
        }
    throw refusal{"member_not_found"};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    delete_organization(call& with)
{
    std::string const id = with.text("organizationId");
    find_by(organizations, "id", id, "organization_not_found");
    std::erase_if(organizations,
                  [&](object const& one) { return detail::decthings_text(one.at("id")) == id; });
    return object{};
}

// --- users ---------------------------------------------------------------------------------------

struct decthings_user {
    std::string_view id;
    std::string_view name;
};
inline constexpr std::array<decthings_user, 2> decthings_users{
    {{"user-1", "ada"}, {"user-2", "grace"}}};

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::find_users(
    call& with)
{
    std::string const term = with.text("searchTerm");
    array found;
    for (auto const& [id, name] : decthings_users)
        if (name.find(term) != std::string_view::npos)
            found.push_back({{"userId", id}, {"username", name}});
    return object{{"users", found}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_users(
    call& with)
{
    auto const wanted = with.texts("userIds");
    array found;
    for (auto const& [id, name] : decthings_users)
        if (std::find(wanted.begin(), wanted.end(), id) != wanted.end())
            found.push_back({{"userId", id}, {"username", name}});
    return object{{"users", found}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_notifications(call& with)
{
    bool const all = with.find("notificationIds") == nullptr;
    auto const wanted = with.texts("notificationIds");
    array found;
    for (object const& one : notifications)
        if (all || std::find(wanted.begin(), wanted.end(), detail::decthings_text(one.at("id"))) !=
                       wanted.end())
            found.push_back(one);
    return object{{"notifications", found}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::set_notification(
    call& with)
{
    std::string const id = with.text("notificationId");
    object& which = find_by(notifications, "id", id, "notification_not_found");
    std::string const action = with.text("action");
    if (action == "viewed")
        which["viewed"] = true;
    else if (action == "delete")
        std::erase_if(notifications, [&](object const& one) {
            return detail::decthings_text(one.at("id")) == id;
        });
    else
        call::refuse("action", "viewed or delete");
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_billing(
    call& with)
{
    std::chrono::year_month_day const date{std::chrono::floor<std::chrono::days>(today)};
    constexpr std::array<std::string_view, 12> months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    object bill{{"year", static_cast<int>(date.year())},
                {"month", months[static_cast<unsigned>(date.month()) - 1]}};
    if (auto const* const cycle = with.part_if("billingCycle"))
        overlay(*cycle, bill, {"year", "month"});
    constexpr double price = 0.001;
    double const cost = price * static_cast<double>(runs);
    bill["totalCost"] = cost;
    bill["perDay"] =
        array{object{{"day", static_cast<unsigned>(date.day())},
                     {"models", {{"evaluations", {{"amount", runs}, {"baseCost", cost}}}}}}};
    return bill;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::estimate_due(
    call&)
{
    constexpr double price = 0.001;
    return object{{"amount", price * static_cast<double>(runs)}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_quotas(call&)
{
    object quota{{"name", "models"},
                 {"unit", ""},
                 {"limit", 100},
                 {"history", array{object{{"hourTimestamp",
                                           stamp(std::chrono::floor<std::chrono::hours>(today))},
                                          {"maxUsed", models.size()}}}}};
    if (options.generation == decthings_simulator_options::interface::versions)
        quota["used"] = models.size();
    return object{{"quotas", array{quota}}};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
