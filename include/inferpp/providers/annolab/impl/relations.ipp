// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_RELATIONS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_RELATIONS_IPP

#include <inferpp/providers/annolab/relations.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<void> create_relation::validate() const
{
    if (auto const given = check_given("project", project); !given)
        return given;
    if (auto const given = check_given("type", type); !given)
        return given;
    if (auto const valid = check_ids("predecessor_id", {predecessor_id}); !valid)
        return valid;
    return check_ids("successor_id", {successor_id});
}

INFERPP_DECL result<void> check_relations(std::vector<new_relation> const& relations,
                                          bool need_project)
{
    for (std::size_t i = 0; i < relations.size(); ++i) {
        new_relation const& each = relations[i];
        char const* const lacks = each.type.empty()             ? "type"
                                  : each.predecessor_id.empty() ? "predecessor_id"
                                  : each.successor_id.empty()   ? "successor_id"
                                  : need_project && each.project.value_or("").empty() ? "project"
                                                                                      : nullptr;
        if (lacks != nullptr)
            return refuse("relations[" + std::to_string(i) + "]: " + lacks + " is empty");
    }
    return {};
}

INFERPP_DECL result<void> create_relations::validate() const
{
    if (auto const given = check_given("relations", relations); !given)
        return given;
    return check_relations(relations, true);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
