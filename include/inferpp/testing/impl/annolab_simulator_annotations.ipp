// SPDX-License-Identifier: BSL-1.0
//
// Annotations and relations of the simulated AnnoLab. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_ANNOTATIONS_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_ANNOTATIONS_IPP

#include <inferpp/testing/annolab_simulator.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL annolab_simulator::platform::type& annolab_simulator::platform::type_of(
    project& in, object const& from)
{
    return find(in.types, from, "annoTypeIdentifier", "annotation type");
}

INFERPP_DECL annolab_simulator::platform::annotation& annolab_simulator::platform::add_annotation(
    project& in, source const& of, object const& from, bool prevent_duplication)
{
    annotation made;
    made.project = in.id;
    made.source = of.id;
    made.type = type_of(in, from).name;
    if (member(from, "layerIdentifier") != nullptr)
        made.layer = find(in.layers, from, "layerIdentifier", "layer").name;
    made.value = text_or(from, "value");
    for (std::string_view const name : {"offsets", "bbox", "textBounds", "imageBounds",
                                        "pageNumber", "endPageNumber", "isReviewed"})
        if (value const* const given = member(from, name))
            made.fields[name] = *given;
    if (auto const* const offsets = made.fields.if_contains("offsets")) {
        bool const good = offsets->is_array() && offsets->get_array().size() == 2 &&
                          offsets->at(0).is_int64() && offsets->at(1).is_int64();
        if (!good)
            throw refusal{400, "offsets must be an array of two integers"};
    }
    if (prevent_duplication)
        for (annotation& each : annotations)
            if (each.source == made.source && each.layer == made.layer && each.type == made.type &&
                each.fields == made.fields)
                return each;
    made.id = new_id();
    annotations.push_back(std::move(made));
    return annotations.back();
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(
    annotation const& which) const
{
    auto const in = std::find_if(projects.begin(), projects.end(),
                                 [&](project const& each) { return each.id == which.project; });
    auto const id_of = [](auto const& things, std::string const& name) {
        auto const found = std::find_if(things.begin(), things.end(),
                                        [&](auto const& each) { return each.name == name; });
        return found != things.end() ? value(found->id) : value(nullptr);
    };
    object out = which.fields;
    out["id"] = which.id;
    out["typeId"] = id_of(in->types, which.type);
    out["typeName"] = which.type;
    out["layerId"] = id_of(in->layers, which.layer);
    out["layerName"] = which.layer;
    out["sourceId"] = which.source;
    out["value"] = which.value;
    auto const of = std::find_if(sources.begin(), sources.end(),
                                 [&](source const& each) { return each.id == which.source; });
    if (auto const* const offsets = which.fields.if_contains("offsets"); of != sources.end()) {
        std::string_view const whole = of->text;
        std::size_t const size = whole.size();
        std::size_t first = 0;
        std::size_t last = size;
        if (offsets != nullptr) {
            auto const place = [&](std::size_t which_one) {
                auto const at = (std::max)(offsets->at(which_one).get_int64(), id_type{0});
                return (std::min)(static_cast<std::size_t>(at), size);
            };
            first = place(0);
            last = (std::max)(place(1), first);
            out["rawValue"] = whole.substr(first, last - first);
        }
    }
    return out;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_annotation(object const& body)
{
    project& in = project_of(body);
    source const& of = find(sources, body, "sourceIdentifier", "source");
    if (member(body, "layerIdentifier") == nullptr)
        throw refusal{400, "layerIdentifier is missing"};
    object out = describe(add_annotation(in, of, body, flag(body, "preventDuplication", true)));
    if (value const* const key = member(body, "clientId"))
        out["clientId"] = *key;
    return json(201, out);
}

/// The answer is a bare array, in which each has its `clientId` again.
INFERPP_DECL simulated_answer annolab_simulator::platform::create_annotations(object const& body)
{
    constexpr std::size_t most = 2'000;
    array const given = list(body, "annotations");
    if (given.empty() || given.size() > most)
        throw refusal{400, "annotations must have 1 to 2000 items"};
    bool const once = flag(body, "preventDuplication", true);
    array out;
    for (value const& each : given) {
        if (!each.is_object())
            throw refusal{400, "An annotation must be an object"};
        object const& item = each.get_object();
        project& in = project_of(item);
        source const& of = find(sources, item, "sourceIdentifier", "source");
        object made = describe(add_annotation(in, of, item, once));
        if (value const* const key = member(item, "clientId"))
            made["clientId"] = *key;
        out.push_back(std::move(made));
    }
    return json(201, out);
}

/// Annotations of one source, and relations between them by their `clientId`s.
INFERPP_DECL simulated_answer
annolab_simulator::platform::annotate(simulated_request const& request)
{
    object const body = body_of(request);
    source const& of = source_at(request);
    project& in = project_at(request.path[2], request.path[3]);
    bool const once = flag(body, "preventDuplication", true);
    std::map<std::string, id_type> keys;
    array made;
    for (value const& each : list(body, "annotations")) {
        if (!each.is_object())
            throw refusal{400, "An annotation must be an object"};
        object out = describe(add_annotation(in, of, each.get_object(), once));
        if (std::string const key = text_or(each.get_object(), "clientId"); !key.empty()) {
            keys[key] = out.at("id").get_int64();
            out["clientId"] = key;
        }
        made.push_back(std::move(out));
    }
    array related;
    for (value const& each : list(body, "relations")) {
        if (!each.is_object())
            throw refusal{400, "A relation must be an object"};
        object const& item = each.get_object();
        auto const end = [&](std::string_view name) {
            auto const found = keys.find(text(item, name));
            if (found == keys.end())
                throw refusal{400, std::string{name} + " is no clientId of this request"};
            return found->second;
        };
        related.push_back(
            describe(add_relation(in, item, end("predecessorId"), end("successorId"), once)));
    }
    return json(201, object{{"annotations", std::move(made)}, {"relations", std::move(related)}});
}

INFERPP_DECL annolab_simulator::platform::relation& annolab_simulator::platform::add_relation(
    project& in, object const& from, id_type predecessor, id_type successor,
    bool prevent_duplication)
{
    type const& of = type_of(in, from);
    if (!of.fields.at("isRelation").get_bool())
        throw refusal{400, "The annotation type " + of.name + " is none of relations"};
    for (id_type const end : {predecessor, successor})
        find_id(annotations, end, "annotation");
    relation made;
    made.project = in.id;
    made.predecessor = predecessor;
    made.successor = successor;
    made.type = of.name;
    made.value = text_or(from, "value");
    if (prevent_duplication)
        for (relation& each : relations)
            if (each.predecessor == predecessor && each.successor == successor &&
                each.type == made.type && each.value == made.value)
                return each;
    made.id = new_id();
    relations.push_back(std::move(made));
    return relations.back();
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(relation const& which) const
{
    object out;
    out["id"] = which.id;
    out["successorId"] = which.successor;
    out["predecessorId"] = which.predecessor;
    out["typeName"] = which.type;
    out["value"] = which.value;
    return out;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_relation(object const& body)
{
    auto const end = [&](std::string_view name) {
        value const* const id = member(body, name);
        if (id == nullptr || !id->is_int64())
            throw refusal{400, std::string{name} + " must be an integer"};
        return id->get_int64();
    };
    project& in = project_of(body);
    return json(201,
                describe(add_relation(in, body, end("predecessorId"), end("successorId"), true)));
}

/// Here ids are strings.
INFERPP_DECL simulated_answer annolab_simulator::platform::create_relations(object const& body)
{
    bool const once = flag(body, "preventDuplication", true);
    array out;
    for (value const& each : list(body, "relations")) {
        if (!each.is_object())
            throw refusal{400, "A relation must be an object"};
        object const& item = each.get_object();
        project& in = project_of(item);
        out.push_back(describe(add_relation(in, item, number_in(text(item, "predecessorId")),
                                            number_in(text(item, "successorId")), once)));
    }
    if (out.empty())
        throw refusal{400, "relations is empty"};
    return json(201, out);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_inferences.ipp>
#endif

#endif
