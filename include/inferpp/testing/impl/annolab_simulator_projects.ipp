// SPDX-License-Identifier: BSL-1.0
//
// Projects, directories, types, layers and tags of the simulated AnnoLab. See
// annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_PROJECTS_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_PROJECTS_IPP

#include <inferpp/testing/annolab_simulator.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_answer annolab_simulator::platform::key_info() const
{
    array groups;
    for (std::string const& group : options.groups)
        groups.push_back(object{{"groupName", group},
                                {"groupId", &group - options.groups.data() + 1},
                                {"isSingleUser", &group == &options.groups.front()}});
    return json(200, object{{"groups", std::move(groups)}});
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(project const& which)
{
    object out;
    out["name"] = which.name;
    out["id"] = which.id;
    out["groupName"] = which.group;
    out["groupId"] = 1;
    out["defaultDirectory"] = which.directories.front().name;
    out["isPublic"] = which.is_public;
    return out;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_project(object const& body)
{
    project made;
    made.name = text(body, "name");
    made.group = text_or(body, "groupName", options.groups.front());
    made.is_public = flag(body, "isPublic", false);
    if (std::find(options.groups.begin(), options.groups.end(), made.group) == options.groups.end())
        throw refusal{403, "You are no member of the group " + made.group};
    for (project const& each : projects)
        if (each.group == made.group && each.name == made.name)
            throw refusal{409, "There is a project " + made.name};
    made.id = new_id();
    made.directories.push_back({new_id(), "Uploads"});
    projects.push_back(std::move(made));
    return json(201, describe(projects.back()));
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_directory(object const& body)
{
    project& in = project_of(body);
    named const made{new_id(), text(body, "directoryName")};
    for (named const& each : in.directories)
        if (each.name == made.name)
            throw refusal{409, "There is a directory " + made.name};
    in.directories.push_back(made);
    return json(201, object{{"id", made.id}, {"directoryName", made.name}, {"projectId", in.id}});
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_type(object const& body)
{
    project& in = project_of(body);
    type made;
    made.id = new_id();
    made.name = text(body, "typeName");
    for (type const& each : in.types)
        if (each.name == made.name)
            throw refusal{409, "There is an annotation type " + made.name};
    made.fields["isRelation"] = flag(body, "isRelation", false);
    made.fields["isDocumentClassification"] = flag(body, "isDocumentClassification", false);
    for (std::string_view const name : {"color", "category"})
        made.fields[name] = member(body, name) != nullptr ? *member(body, name) : value{};
    object out = made.fields;
    out["id"] = made.id;
    out["typeName"] = made.name;
    in.types.push_back(std::move(made));
    return json(201, out);
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_layer(object const& body)
{
    project& in = project_of(body);
    layer made;
    made.id = new_id();
    made.name = text(body, "layerName");
    made.is_gold = flag(body, "isGold", false);
    made.description = text_or(body, "description");
    for (layer const& each : in.layers)
        if (each.name == made.name)
            throw refusal{409, "There is a layer " + made.name};
    in.layers.push_back(made);
    object out;
    out["projectName"] = in.name;
    out["projectId"] = in.id;
    out["layerName"] = made.name;
    out["id"] = made.id;
    out["isGold"] = made.is_gold;
    out["description"] = made.description;
    return json(201, out);
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(tag const& which)
{
    object out;
    out["typeName"] = which.type_name;
    out["domainEntityId"] = which.id;
    out["attributes"] = which.attributes;
    out["createdBy"] = {{"id", 1}, {"email", "ada@example.invalid"}, {"username", "ada"}};
    return out;
}

/// POST and DELETE of tags by their values. The name of their list is not documented.
INFERPP_DECL simulated_answer
annolab_simulator::platform::edit_tags(simulated_request const& request)
{
    check(options.may_write, "Write");
    object const body = body_of(request);
    project& in = project_of(body);
    array const given = list(body, "tags");
    if (given.empty())
        throw refusal{400, "There is no tag in the request"};
    array answers;
    for (value const& each : given) {
        if (!each.is_object())
            throw refusal{400, "A tag must be an object"};
        tag wanted;
        wanted.type_name = text(each.get_object(), "typeName");
        wanted.attributes = list(each.get_object(), "attributes");
        auto found = std::find_if(in.tags.begin(), in.tags.end(), [&](tag const& known) {
            return known.type_name == wanted.type_name && known.attributes == wanted.attributes;
        });
        if (request.method == "DELETE") {
            if (found != in.tags.end())
                in.tags.erase(found);
            continue;
        }
        bool const is_new = found == in.tags.end();
        if (is_new) {
            wanted.id = new_id();
            found = in.tags.insert(found, wanted);
        }
        object out = describe(*found);
        out["status"] = is_new ? "Created" : "Found";
        answers.push_back(std::move(out));
    }
    if (request.method == "DELETE")
        return json(200, object{});
    return json(201, answers);
}

INFERPP_DECL simulated_answer
annolab_simulator::platform::edit_tag(simulated_request const& request)
{
    check(options.may_write, "Write");
    id_type const id = number_in(request.path[2]);
    for (project& in : projects)
        for (auto each = in.tags.begin(); each != in.tags.end(); ++each) {
            if (each->id != id)
                continue;
            if (request.method == "DELETE") {
                in.tags.erase(each);
                return json(200, object{});
            }
            object const body = body_of(request);
            each->type_name = text(body, "typeName");
            each->attributes = list(body, "attributes");
            return json(201, describe(*each));
        }
    throw refusal{404, "There is no tag " + request.path[2]};
}

/// The page stands in the body of the GET.
INFERPP_DECL simulated_answer
annolab_simulator::platform::list_tags(simulated_request const& request)
{
    constexpr std::size_t page_size = 1'000;
    project const& in = project_at(request.path[2], request.path[3]);
    std::size_t page = 1;
    if (!request.body.empty())
        if (object const body = body_of(request); member(body, "page") != nullptr)
            page = member(body, "page")->to_number<std::size_t>();
    array out;
    std::size_t const first = (page - 1) * page_size;
    for (std::size_t i = first; i < (std::min)(in.tags.size(), first + page_size); ++i)
        out.push_back(describe(in.tags[i]));
    return json(200, out);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_sources.ipp>
#endif

#endif
