// SPDX-License-Identifier: BSL-1.0
//
// Instruments and land abstracts of the simulated AnnoLab. An instrument is a source that has
// annotations; an abstract has all instruments of its project. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_SEARCH_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_SEARCH_IPP

#include <inferpp/testing/annolab_simulator.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::vector<boost::json::object> annolab_simulator::platform::find_instruments(
    project const& in, object const& body) const
{
    object const* filter = nullptr;
    if (value const* const given = member(body, "tagFilter"); given != nullptr)
        filter = given->if_object();
    array included;
    array excluded;
    if (filter != nullptr) {
        included = list(*filter, "includeTypes");
        for (value const& each : list(*filter, "canonicalTagTypes"))
            included.push_back(each);
        excluded = list(*filter, "excludeTypes");
    }
    std::string const part = text_or(body, "sourceFilter");
    bool const all = included.empty() && part.empty();
    auto const has_tag = [](source const& which, array const& types) {
        return std::any_of(which.tags.begin(), which.tags.end(), [&](value const& tag_of) {
            auto const* const type_of = tag_of.get_object().if_contains("typeName");
            return type_of != nullptr &&
                   std::find(types.begin(), types.end(), *type_of) != types.end();
        });
    };

    std::vector<object> found;
    for (source const& each : sources) {
        bool const fits = all || has_tag(each, included) ||
                          (!part.empty() && each.name.find(part) != std::string::npos);
        if (each.project != in.id || !fits || has_tag(each, excluded))
            continue;
        array of_source;
        for (annotation const& one : annotations)
            if (one.source == each.id) {
                object described = describe(one);
                described["annotationId"] = one.id;
                described.erase("id");
                of_source.push_back(std::move(described));
            }
        if (of_source.empty())
            continue;
        array tags;
        for (value const& tag_of : each.tags) {
            object attached = tag_of.get_object();
            attached["tagType"] = "Instrument";
            tags.push_back(std::move(attached));
        }
        object out;
        out["id"] = each.id;
        out["sourceReferenceId"] = each.id;
        out["sourceName"] = each.name;
        out["startPageNumber"] = 1;
        out["endPageNumber"] = 1;
        out["typeName"] = "Document";
        out["canonicalTags"] = std::move(tags);
        out["annotations"] = std::move(of_source);
        out["reviewedBy"] = nullptr;
        out["reviewedAt"] = nullptr;
        found.push_back(std::move(out));
    }
    return found;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::page_of(std::vector<object> const& all,
                                                                   object const& body, int status)
{
    constexpr std::size_t page_size = 100;
    std::size_t page = 1;
    if (value const* const given = member(body, "page"); given != nullptr) {
        if (!given->is_int64() || given->get_int64() < 1)
            throw refusal{400, "page must be an integer of at least 1"};
        page = static_cast<std::size_t>(given->get_int64());
    }
    std::size_t const first = (std::min)((page - 1) * page_size, all.size());
    std::size_t const last = (std::min)(first + page_size, all.size());
    array results;
    for (std::size_t i = first; i < last; ++i)
        results.push_back(all[i]);
    return json(status, object{{"page", page},
                               {"hasMorePages", last < all.size()},
                               {"results", std::move(results)}});
}

INFERPP_DECL simulated_answer
annolab_simulator::platform::search_instruments(simulated_request const& request)
{
    bool const is_get = request.method == "GET";
    if (is_get ? !options.search_by_get : !options.search_by_post)
        throw refusal{404, "Cannot " + request.method + ' ' + request.target};
    check(options.may_read, "Read");
    object const body = body_of(request);
    return page_of(find_instruments(project_of(body), body), body, is_get ? 200 : 201);
}

// --- abstracts
// ------------------------------------------------------------------------------------

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(abstract const& which) const
{
    object out;
    out["id"] = which.id;
    out["name"] = which.name;
    out["key"] = "abstract-" + std::to_string(which.id);
    out["projectId"] = which.project;
    out["tags"] = array{};
    out["instruments"] = array{};
    out["createdAt"] = date(which.created_at);
    out["updatedAt"] = date(which.created_at);
    out["createdBy"] = 1;
    out["updatedBy"] = 1;
    return out;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_abstract(object const& body)
{
    project const& in = project_of(body);
    abstract made;
    made.name = text(body, "name");
    if (list(body, "aois").empty())
        throw refusal{400, "aois must have at least one area"};
    for (value const& area : list(body, "aois")) {
        if (!area.is_object())
            throw refusal{400, "An area must be an object"};
        text(area.get_object(), "state");
        text(area.get_object(), "county");
    }
    made.id = new_id();
    made.project = in.id;
    made.created_at = today;
    abstracts.push_back(made);
    return json(201, describe(made));
}

INFERPP_DECL simulated_answer annolab_simulator::platform::search_abstract(object const& body)
{
    project const& in = project_of(body);
    std::string const name = text(body, "name");
    for (abstract const& each : abstracts)
        if (each.project == in.id && each.name == name)
            return json(201, describe(each));
    throw refusal{404, "There is no abstract " + name};
}

INFERPP_DECL simulated_answer annolab_simulator::platform::search_land(object const& body)
{
    project const& in = project_of(body);
    find(abstracts, body, "abstractIdentifier", "abstract");
    return page_of(find_instruments(in, {}), body, 201);
}

INFERPP_DECL simulated_answer annolab_simulator::platform::runsheet(id_type id) const
{
    if (std::none_of(abstracts.begin(), abstracts.end(),
                     [&](abstract const& each) { return each.id == id; }))
        throw refusal{404, "There is no abstract " + std::to_string(id)};
    std::int64_t ready = 0;
    std::int64_t running = 0;
    std::int64_t failed = 0;
    array all;
    object blockers;
    for (pending const& each : pendings) {
        if (each.abstract != id)
            continue;
        bool const has_failed = each.applied && !each.source;
        ++(has_failed ? failed : each.applied ? ready : running);
        if (has_failed)
            blockers[std::to_string(each.id)] = {{"reason", "The source could not be read"}};
        all.push_back({{"sourceId", each.source.value_or(each.id)},
                       {"name", each.from.name},
                       {"status", word(each)}});
    }
    object out;
    out["abstractId"] = id;
    out["status"] = running > 0 ? "PROCESSING" : failed > 0 ? "ERRORED" : "READY";
    out["counts"] = {{"sources", ready + running + failed},
                     {"ready", ready},
                     {"running", running},
                     {"failed", failed}};
    out["blockers"] = std::move(blockers);
    out["sources"] = std::move(all);
    return json(200, out);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
