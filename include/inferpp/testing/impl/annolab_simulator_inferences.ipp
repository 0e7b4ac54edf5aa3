// SPDX-License-Identifier: BSL-1.0
//
// Inferences of the simulated AnnoLab. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_INFERENCES_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_INFERENCES_IPP

#include <inferpp/testing/annolab_simulator.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL annolab_model_output annolab_name_model(annolab_model_input const& input)
{
    annolab_model_output output;
    output.failed = input.text.empty();
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::string_view const text = input.text;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_letter(text[end]))
            ++end;
        if (end > at && text[at] <= 'Z') {
            annolab_prediction found{"Name", std::string{text.substr(at, end - at)}};
            found.offsets = {static_cast<std::int64_t>(at), static_cast<std::int64_t>(end)};
            output.annotations.push_back(std::move(found));
        }
        at = (std::max)(end, at + 1);
    }
    return output;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::infer(object const& body)
{
    text(body, "groupName");
    project& in = project_of(body);
    inference made;
    value const* const model = member(body, "modelIdentifier");
    if (model == nullptr)
        throw refusal{400, "modelIdentifier is missing"};
    for (annolab_catalog_model const& each : options.models)
        if (means(*model, named{each.id, each.name}))
            made.model = &each;
    if (made.model == nullptr)
        throw refusal{404, "There is no such model"};
    layer const& into = find(in.layers, body, "outputLayerIdentifier", "layer");
    made.sources = ids(body, "sourceIds");
    if (made.sources.empty())
        throw refusal{400, "sourceIds must be an array of at least one source"};
    for (id_type const id : made.sources)
        if (find_id(sources, id, "source").project != in.id)
            throw refusal{404, "There is no source " + std::to_string(id) + " in the project"};
    made.id = new_id();
    made.project = in.id;
    made.layer = into.name;
    made.submitted = now;
    object out;
    out["inferenceJobId"] = made.id;
    out["status"] = options.words.queued;
    out["projectName"] = in.name;
    out["projectId"] = in.id;
    out["outputLayerName"] = into.name;
    out["outputLayerId"] = into.id;
    out["sourceIds"] = array(made.sources.begin(), made.sources.end());
    inferences.push_back(std::move(made));
    return json(201, out);
}

INFERPP_DECL std::string annolab_simulator::platform::word(inference const& which) const
{
    if (which.applied)
        return which.failed ? options.words.errored : options.words.finished;
    return has_passed(which.submitted, options.queue_time) ? options.words.running
                                                           : options.words.queued;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::inference_status(id_type id) const
{
    for (inference const& which : inferences)
        if (which.id == id) {
            object out;
            out["inferenceJobId"] = which.id;
            out["status"] = word(which);
            out["projectId"] = which.project;
            out["sourceIds"] = array(which.sources.begin(), which.sources.end());
            return json(200, out);
        }
    throw refusal{404, "There is no inference " + std::to_string(id)};
}

/// Lets those end that have run for long enough.
INFERPP_DECL void annolab_simulator::platform::run_inferences()
{
    for (inference& which : inferences)
        if (!which.applied && has_passed(which.submitted, options.queue_time + options.run_time))
            run(which);
}

INFERPP_DECL void annolab_simulator::platform::run(inference& which)
{
    which.applied = true;
    project& in = find_id(projects, which.project, "project");
    auto const& model = which.model->run ? which.model->run : options.model;
    std::vector<std::pair<source const*, annolab_prediction>> found;
    for (source const& each : sources) {
        if (std::find(which.sources.begin(), which.sources.end(), each.id) == which.sources.end())
            continue;
        annolab_model_input input;
        input.model = which.model->name;
        input.source_id = each.id;
        input.source_name = each.name;
        input.type = each.type;
        input.text = each.text;
        annolab_model_output output = model(input);
        which.failed = which.failed || output.failed;
        for (annolab_prediction& one : output.annotations)
            found.emplace_back(&each, std::move(one));
    }
    if (which.failed)
        return;
    for (auto const& [of, one] : found) {
        if (std::none_of(in.types.begin(), in.types.end(),
                         [&](type const& each) { return each.name == one.type; })) {
            type made;
            made.id = new_id();
            made.name = one.type;
            made.fields = {{"isRelation", false}, {"isDocumentClassification", !one.offsets}};
            in.types.push_back(std::move(made));
        }
        annotation made;
        made.id = new_id();
        made.project = in.id;
        made.source = of->id;
        made.type = one.type;
        made.layer = which.layer;
        made.value = one.value;
        if (one.offsets)
            made.fields["offsets"] = array{one.offsets->first, one.offsets->second};
        if (one.page) {
            made.fields["pageNumber"] = *one.page;
            made.fields["endPageNumber"] = *one.page;
        }
        annotations.push_back(std::move(made));
    }
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_exports.ipp>
#endif

#endif
