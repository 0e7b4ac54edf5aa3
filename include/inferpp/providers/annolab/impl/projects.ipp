// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_PROJECTS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_PROJECTS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/annolab/projects.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL std::string key_info::own_group() const
{
    for (group_membership const& group : groups)
        if (group.is_single_user)
            return group.group_name;
    return {};
}

INFERPP_DECL result<void> create_project::validate() const
{
    if (auto const given = check_given("name", name); !given)
        return given;
    return check_given("group_name", group_name);
}

INFERPP_DECL result<void> get_project::validate() const
{
    return check_project();
}

INFERPP_DECL std::string get_project::target() const
{
    target_builder to;
    to.path("project");
    if (!project.id())
        to.path(group.value_or(""));
    return to.path(project.text()).str();
}

INFERPP_DECL result<void> create_directory::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_given("directory_name", directory_name);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
