// SPDX-License-Identifier: BSL-1.0
//
// Exports of the simulated AnnoLab, and their archives. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_EXPORTS_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_EXPORTS_IPP

#include <inferpp/testing/annolab_simulator.hpp>
#include <inferpp/testing/zip_writer.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

/// Sends an archive in pieces.
class annolab_simulator::platform::download final : public answer_stream {
public:
    download(std::shared_ptr<std::string const> content, std::size_t piece)
        : content_(std::move(content)),
          piece_(piece)
    {
    }

    stream_step next() override
    {
        stream_step step;
        if (at_ == content_->size()) {
            step.what = stream_step::kind::end;
            return step;
        }
        step.data = std::string_view{*content_}.substr(at_, piece_);
        at_ += step.data.size();
        return step;
    }

private:
    std::shared_ptr<std::string const> content_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

INFERPP_DECL simulated_answer annolab_simulator::platform::begin_export(project const& of,
                                                                        object request)
{
    archive made;
    made.id = new_id();
    made.project = of.id;
    made.request = std::move(request);
    made.begun = now;
    made.token = new_token();
    std::string const path = "/v1/export/status/" + std::to_string(made.id);
    archives.push_back(std::move(made));
    return json(201, object{{"exportStatusUrl", options.relative_urls ? path : public_url + path},
                            {"exportJob", {{"status", "initalized"}}}});
}

INFERPP_DECL simulated_answer annolab_simulator::platform::export_project(object const& body)
{
    project& of = project_of(body);
    for (id_type const id : ids(body, "sourceIds"))
        find_id(sources, id, "source");
    for (value const& name : list(body, "annotationLayerNames"))
        if (std::none_of(of.layers.begin(), of.layers.end(),
                         [&](layer const& each) { return name == value(each.name); }))
            throw refusal{404, "There is no such layer"};
    return begin_export(of, body);
}

INFERPP_DECL simulated_answer annolab_simulator::platform::export_instruments(object const& body)
{
    return begin_export(project_of(body), body);
}

INFERPP_DECL boost::json::object annolab_simulator::platform::export_status(
    archive const& which) const
{
    object out;
    if (!has_passed(which.begun, options.export_time / 2)) {
        out["status"] = "initalized"; // as the platform writes it
    } else if (!has_passed(which.begun, options.export_time)) {
        out["status"] = "started";
    } else if (!options.export_error.empty()) {
        out["status"] = "errored";
        out["error"] = options.export_error;
    } else {
        out["status"] = "finished";
        out["downloadUrl"] = files_url + "/files/downloads/" + std::to_string(which.id) +
                             "?signature=" + which.token;
    }
    return out;
}

INFERPP_DECL simulated_answer
annolab_simulator::platform::send_archive(simulated_request const& request)
{
    archive& which = find_id(archives, number_in(request.path[2]), "archive");
    if (request.query.empty() || request.query.front().second != which.token)
        throw refusal{403, "The signature is wrong"};
    if (!which.content)
        which.content = std::make_shared<std::string const>(make_archive(which));
    simulated_answer answer;
    answer.status = 200;
    answer.headers.set("Content-Type", "application/zip");
    answer.stream = std::make_unique<download>(which.content, options.file_piece);
    return answer;
}

INFERPP_DECL std::string annolab_simulator::platform::make_archive(archive const& which) const
{
    auto const of = std::find_if(projects.begin(), projects.end(),
                                 [&](project const& each) { return each.id == which.project; });
    auto const given = [&](std::string_view name) {
        return options.ignore_filters ? array{} : list(which.request, name);
    };
    array const wanted_sources = given("sourceIds");
    array const wanted_layers = given("annotationLayerNames");
    auto const has = [](array const& all, auto const& one) {
        return all.empty() || std::find(all.begin(), all.end(), value(one)) != all.end();
    };

    zip_writer out;
    zip_entry_form form;
    form.level = options.compression;
    auto const line = [](std::string& text, object const& of_line) {
        json_writer writer{text};
        writer.value(of_line);
        text += '\n';
    };
    auto const add = [&](std::string_view kind, std::string const& lines) {
        out.add(of->name + '.' + std::string{kind} + ".jsonl", lines, form);
    };

    std::string source_lines;
    std::string bounds_lines;
    for (source const& each : sources) {
        if (each.project != of->id || !has(wanted_sources, each.id))
            continue;
        object const all = describe(each);
        line(source_lines, {{"sourceId", each.id},
                            {"sourceName", each.name},
                            {"directoryName", all.at("directoryName")},
                            {"type", each.type},
                            {"text", each.text}});
        line(bounds_lines, {{"sourceId", each.id}, {"textBounds", array{}}});
        if (each.type == "pdf" && flag(which.request, "includeSources", false))
            out.add(std::string{all.at("directoryName").get_string()} + '/' + each.name,
                    each.content, form);
    }
    if (flag(which.request, "includeSources", false))
        add("sources", source_lines);
    if (flag(which.request, "includeTextBounds", false))
        add("text-bounds", bounds_lines);

    std::string annotation_lines;
    std::vector<id_type> exported;
    for (annotation const& each : annotations) {
        if (each.project != of->id || !has(wanted_sources, each.source) ||
            !has(wanted_layers, each.layer))
            continue;
        exported.push_back(each.id);
        object one;
        one["id"] = each.id;
        one["sourceId"] = each.source;
        one["typeName"] = each.type;
        one["value"] = each.value;
        for (std::string_view const name :
             {"offsets", "textBounds", "imageBounds", "pageNumber", "endPageNumber"}) {
            value const* const found = each.fields.if_contains(name);
            one[name] = found != nullptr ? *found : value(nullptr);
        }
        one["layerName"] = each.layer;
        line(annotation_lines, one);
    }
    add("annotations", annotation_lines);

    std::string layer_lines;
    for (layer const& each : of->layers)
        if (has(wanted_layers, each.name))
            line(layer_lines, {{"name", each.name},
                               {"isGoldSet", each.is_gold},
                               {"description", each.description}});
    add("layers", layer_lines);

    std::string relation_lines;
    auto const is_exported = [&](id_type id) {
        return std::find(exported.begin(), exported.end(), id) != exported.end();
    };
    for (relation const& each : relations)
        if (is_exported(each.predecessor) && is_exported(each.successor))
            line(relation_lines, {{"predecessorId", each.predecessor},
                                  {"successorId", each.successor},
                                  {"typeName", each.type},
                                  {"value", each.value}});
    add("relations", relation_lines);

    if (flag(which.request, "includeAnnotationTypes", false)) {
        std::string type_lines;
        for (type const& each : of->types) {
            object one = each.fields;
            one["name"] = each.name;
            line(type_lines, one);
        }
        add("atntypes", type_lines);
    }
    return out.finish();
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_search.ipp>
#endif

#endif
