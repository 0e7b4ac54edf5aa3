// SPDX-License-Identifier: BSL-1.0
//
// The simulated Modzy's catalog of models, tags and engines. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_MODELS_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_MODELS_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <set>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL modzy_catalog_model const* modzy_simulator::platform::find_model(
    std::string_view id) const
{
    for (auto const& model : options.models)
        if (model.identifier == id)
            return &model;
    return nullptr;
}

INFERPP_DECL modzy_catalog_version const* modzy_simulator::platform::find_version(
    std::string_view id, std::string_view version) const
{
    if (auto const* const model = find_model(id))
        for (auto const& one : model->versions)
            if (one.version == version)
                return &one;
    return nullptr;
}

INFERPP_DECL boost::json::object modzy_simulator::platform::tag(std::string const& name)
{
    std::string id;
    for (char const c : name)
        id += c == ' ' ? '_' : inferpp::detail::ascii_lower(c);
    return {{"identifier", id}, {"name", name}, {"dataType", "Any"}, {"isCategorical", true}};
}

INFERPP_DECL boost::json::array modzy_simulator::platform::model_tags(
    modzy_catalog_model const& which)
{
    boost::json::array list;
    for (auto const& name : which.tags)
        list.push_back(tag(name));
    return list;
}

INFERPP_DECL boost::json::array modzy_simulator::platform::model_features(
    modzy_catalog_model const& which)
{
    boost::json::array list;
    for (auto const& feature : which.features)
        list.push_back(
            object{{"identifier", feature}, {"name", feature}, {"description", "A feature"}});
    return list;
}

INFERPP_DECL boost::json::array modzy_simulator::platform::model_images(
    modzy_catalog_model const& which)
{
    boost::json::array list;
    for (char const* const relation : {"background", "card", "thumbnail", "logo"})
        list.push_back(
            object{{"url", "/modzy-images/" + which.identifier + '/' + relation + ".png"},
                   {"caption", which.name},
                   {"relationType", relation}});
    return list;
}

INFERPP_DECL boost::json::array modzy_simulator::platform::model_versions(
    modzy_catalog_model const& which, bool active_only)
{
    boost::json::array list;
    for (auto const& version : which.versions)
        if (version.is_active || !active_only)
            list.emplace_back(version.version);
    return list;
}

INFERPP_DECL http::response modzy_simulator::platform::model_details(
    modzy_catalog_model const& which) const
{
    auto const active = model_versions(which, true);
    object out;
    out["modelId"] = which.identifier;
    if (!which.versions.empty())
        out["latestVersion"] = which.versions.back().version;
    if (!active.empty())
        out["latestActiveVersion"] = active.back();
    out["versions"] = model_versions(which, false);
    out["author"] = which.author;
    out["name"] = which.name;
    out["description"] = which.description;
    out["permalink"] = which.identifier + "-permalink";
    out["features"] = model_features(which);
    out["isActive"] = which.is_active;
    out["isRecommended"] = which.is_recommended;
    out["isCommercial"] = which.is_commercial;
    out["isExpired"] = !which.expires.empty() && which.expires < format_iso8601(today);
    if (!which.expires.empty())
        out["expirationDate"] = which.expires;
    out["tags"] = model_tags(which);
    out["images"] = model_images(which);
    out["snapshotImages"] = boost::json::array{};
    out["lastActiveDateTime"] = which.last_active;
    out["createdByEmail"] = which.created_by;
    out["createdByFullName"] = "Ada Example";
    out["visibility"] = {{"scope", "ALL"}};
    return json(200, out);
}

INFERPP_DECL http::response modzy_simulator::platform::latest_models() const
{
    boost::json::array list;
    for (auto const& which : options.models) {
        if (which.versions.empty())
            continue;
        auto const& version = which.versions.back();
        list.push_back(object{{"identifier", which.identifier},
                              {"name", which.name},
                              {"author", which.author},
                              {"description", which.description},
                              {"longDescription", which.description},
                              {"latestVersion", version.version},
                              {"activeVersions", model_versions(which, true)},
                              {"tags", model_tags(which)},
                              {"features", model_features(which)},
                              {"images", model_images(which)},
                              {"isActive", which.is_active},
                              {"isAvailable", version.is_available},
                              {"isCommercial", which.is_commercial},
                              {"isExperimental", version.is_experimental},
                              {"isRecommended", which.is_recommended},
                              {"permalink", which.identifier + "-permalink"},
                              {"sourceType", "docker"},
                              {"creationDateTime", version.created_at},
                              {"updateDateTime", version.updated_at}});
    }
    return json(200, list);
}

INFERPP_DECL http::response modzy_simulator::platform::related(
    modzy_catalog_model const& which) const
{
    boost::json::array list;
    for (auto const& id : which.related)
        if (auto const* const other = find_model(id))
            list.push_back(object{{"identifier", other->identifier},
                                  {"name", other->name},
                                  {"author", other->author},
                                  {"description", other->description},
                                  {"latestVersion", other->versions.back().version},
                                  {"versions", model_versions(*other, false)},
                                  {"tags", model_tags(*other)}});
    return json(200, list);
}

INFERPP_DECL http::response modzy_simulator::platform::version_details(
    modzy_catalog_model const& model, modzy_catalog_version const& which) const
{
    auto const items = [](std::vector<modzy_catalog_item> const& from, char const* type) {
        boost::json::array list;
        for (auto const& item : from)
            list.push_back(object{{"name", item.name},
                                  {type, item.media_type},
                                  {"maximumSize", item.maximum_size},
                                  {"description", "An item"}});
        return list;
    };
    object out;
    out["version"] = which.version;
    out["createdAt"] = which.created_at;
    out["updatedAt"] = which.updated_at;
    out["inputValidationSchema"] = "";
    out["createdBy"] = model.created_by;
    out["timeout"] = {{"status", 60'000}, {"run", 60'000}};
    out["requirement"] = {{"requirementId", 1}};
    out["containerImage"] = {
        {"uploadStatus", "COMPLETED"},     {"loadStatus", "COMPLETED"},
        {"uploadPercentage", 100},         {"loadPercentage", 100},
        {"containerImageSize", 1000000},   {"registryHost", "registry.invalid"},
        {"repositoryNamespace", "models"}, {"repositoryName", model.identifier}};
    out["loadStatus"] = {{"step", "COMPLETED"}, {"stepName", "Loaded"}, {"percentage", 100}};
    out["runStatus"] = {{"step", "COMPLETED"}, {"stepName", "Run"}, {"percentage", 100}};
    out["inputs"] = items(which.inputs, "acceptedMediaTypes");
    out["outputs"] = items(which.outputs, "mediaType");
    out["statistics"] = boost::json::array{object{{"label", "Accuracy"},
                                                  {"category", "performance"},
                                                  {"type", "percentage"},
                                                  {"description", "Right answers"},
                                                  {"highlight", true},
                                                  {"order", 1},
                                                  {"value", 90.5}}};
    out["isActive"] = which.is_active;
    out["isAvailable"] = which.is_available;
    out["isExperimental"] = which.is_experimental;
    out["longDescription"] = model.description;
    out["technicalDetails"] = "";
    out["performanceSummary"] = "";
    out["sourceType"] = "docker";
    out["versionHistory"] = "";
    out["status"] = which.status;
    if (!which.sample_input.is_null())
        out["sampleInput"] = which.sample_input;
    if (!which.sample_output.is_null())
        out["sampleOutput"] = which.sample_output;
    out["processing"] = {{"minimumParallelCapacity", which.minimum_engines},
                         {"maximumParallelCapacity", which.maximum_engines}};
    out["model"] = {{"identifier", model.identifier}, {"name", model.name}};
    return json(200, out);
}

/// Takes both forms of the change: within "processing", or that object alone.
INFERPP_DECL http::response modzy_simulator::platform::set_engines(simulated_request const& request,
                                                                   bool wrapped,
                                                                   modzy_catalog_model const& model,
                                                                   std::string const& version)
{
    auto const body = parse_json(request.body);
    object const* change = body && body->is_object() ? &body->get_object() : nullptr;
    if (wrapped && change != nullptr)
        change = detail::modzy_object(*change, "processing");
    if (change == nullptr)
        return refuse(400, "The body has no processing object");
    auto& all = options.models[static_cast<std::size_t>(&model - options.models.data())].versions;
    auto const which = std::find_if(all.begin(), all.end(), [&](modzy_catalog_version const& one) {
        return one.version == version;
    });
    auto const number = [&](char const* name, std::int64_t otherwise) {
        auto const* const value = change->if_contains(name);
        if (value == nullptr)
            return otherwise;
        return value->is_int64() ? value->get_int64() : -1;
    };
    std::int64_t const least = number("minimumParallelCapacity", which->minimum_engines);
    std::int64_t const most = number("maximumParallelCapacity", which->maximum_engines);
    if (least < 0 || most < least)
        return refuse(400, "The capacities must be whole numbers with 0 <= minimum <= maximum");
    which->minimum_engines = least;
    which->maximum_engines = most;
    return version_details(model, *which);
}

INFERPP_DECL http::response modzy_simulator::platform::minimum_engines() const
{
    std::int64_t sum = 0;
    for (auto const& model : options.models)
        for (auto const& version : model.versions)
            sum += version.minimum_engines;
    return json(200, object{{"minimumProcessingEnginesSum", sum}});
}

INFERPP_DECL http::response modzy_simulator::platform::requirements()
{
    return json(200, boost::json::array{object{{"requirementId", 1},
                                               {"status", "ACTIVE"},
                                               {"gpuUnits", "0"},
                                               {"cpuAmount", "1000m"},
                                               {"memoryAmount", "2G"}}});
}

INFERPP_DECL http::response modzy_simulator::platform::tags() const
{
    boost::json::array list;
    std::set<std::string> seen;
    for (auto const& model : options.models)
        for (auto const& name : model.tags)
            if (seen.insert(name).second)
                list.push_back(tag(name));
    return json(200, list);
}

INFERPP_DECL http::response modzy_simulator::platform::tags_and_models(std::string_view ids) const
{
    if (ids == "count") {
        std::set<std::string> seen;
        for (auto const& model : options.models)
            seen.insert(model.tags.begin(), model.tags.end());
        return json(200, object{{"count", seen.size()}});
    }
    std::set<std::string> wanted;
    while (!ids.empty()) {
        auto const end = (std::min)(ids.find(','), ids.size());
        wanted.emplace(ids.substr(0, end));
        ids.remove_prefix((std::min)(end + 1, ids.size()));
    }
    boost::json::array tags;
    boost::json::array models;
    std::set<std::string> seen;
    for (auto const& model : options.models) {
        bool chosen = false;
        for (auto const& name : model.tags) {
            object one = tag(name);
            std::string const id{detail::modzy_text(one, "identifier")};
            if (!wanted.contains(id))
                continue;
            chosen = true;
            if (seen.insert(id).second)
                tags.push_back(std::move(one));
        }
        if (chosen)
            models.push_back(object{{"identifier", model.identifier},
                                    {"name", model.name},
                                    {"author", model.author},
                                    {"description", model.description},
                                    {"tags", model_tags(model)},
                                    {"features", model_features(model)}});
    }
    return json(200, object{{"tags", std::move(tags)}, {"models", std::move(models)}});
}

/// What the engines do: inputs that wait and run, by version of a model.
INFERPP_DECL http::response modzy_simulator::platform::resources(std::string_view what) const
{
    boost::json::array list;
    for (auto const& model : options.models)
        for (auto const& version : model.versions) {
            std::size_t queued = 0;
            std::size_t queued_jobs = 0;
            for (job const* const one : by_age) {
                state const s = look(*one, now);
                if (one->model != model.identifier || one->version != version.version || s.ended)
                    continue;
                queued += one->inputs.size() - s.completed - s.failed;
                ++queued_jobs;
            }
            std::size_t const running = (std::min)(queued, options.engines);
            object out{{"identifier", model.identifier}, {"version", version.version}};
            if (what == "engines") {
                out["failed"] = 0;
                out["queued"] = queued - running;
                out["spinningUp"] = 0;
                out["spinningDown"] = 0;
                out["running"] = running;
                out["ready"] = options.engines - running;
            } else {
                object engine{{"name", "model-batch-" + model.identifier + "-simulated"},
                              {"createdAt", version.created_at},
                              {"ready", true}};
                engine["conditions"] =
                    boost::json::array{object{{"type", "Ready"}, {"status", "True"}}};
                out["deployedAt"] = version.created_at;
                out["engines"] = boost::json::array{std::move(engine)};
                out["inputs"] = {{"queued", queued}};
                out["jobs"] = {{"queued", queued_jobs}};
                out["situations"] = boost::json::array{};
                out["modelDeploymentState"] = {
                    {"hasError", false}, {"ready", true}, {"beingMonitored", true}};
            }
            list.push_back(std::move(out));
        }
    return json(200, list);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_results.ipp>
#endif

#endif
