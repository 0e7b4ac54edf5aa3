// SPDX-License-Identifier: BSL-1.0
//
// Sources of the simulated AnnoLab, and how PDFs become some. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_SOURCES_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_SOURCES_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/testing/annolab_simulator.hpp>
#include <inferpp/testing/form_data.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL annolab_simulator::platform::named& annolab_simulator::platform::directory_of(
    project& in, object const& body, std::string_view name)
{
    return member(body, name) != nullptr ? find(in.directories, body, name, "directory")
                                         : in.directories.front();
}

INFERPP_DECL annolab_simulator::platform::source* annolab_simulator::platform::find_source(
    project const& in, id_type directory, std::string_view name)
{
    for (source& each : sources)
        if (each.project == in.id && each.directory == directory && each.name == name)
            return &each;
    return nullptr;
}

/// The source that a path names: /v1/source/{group}/{project}/{directory}/{source}
INFERPP_DECL annolab_simulator::platform::source& annolab_simulator::platform::source_at(
    simulated_request const& request)
{
    auto const& path = request.path;
    project const& in = project_at(path[2], path[3]);
    for (named const& directory : in.directories)
        if (directory.name == path[4])
            if (source* const found = find_source(in, directory.id, path[5]))
                return *found;
    throw refusal{404, "There is no source " + path[5] + " in " + path[4]};
}

INFERPP_DECL annolab_simulator::platform::source& annolab_simulator::platform::add_source(
    project const& in, id_type directory, std::string name)
{
    source made;
    made.id = new_id();
    made.name = std::move(name);
    made.project = in.id;
    made.directory = directory;
    made.created_at = today;
    sources.push_back(std::move(made));
    return sources.back();
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(source const& which) const
{
    auto const in = std::find_if(projects.begin(), projects.end(),
                                 [&](project const& each) { return each.id == which.project; });
    auto const directory =
        std::find_if(in->directories.begin(), in->directories.end(),
                     [&](named const& each) { return each.id == which.directory; });
    object out;
    out["id"] = which.id;
    out["projectName"] = in->name;
    out["projectId"] = in->id;
    out["directoryName"] = directory->name;
    out["directoryId"] = directory->id;
    out["name"] = which.name;
    out["sourceName"] = which.name;
    out["type"] = which.type;
    out["text"] = which.text;
    out["createdAt"] = date(which.created_at);
    out["tags"] = which.tags;
    return out;
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_text(object const& body)
{
    project& in = project_of(body);
    named const& directory = directory_of(in, body, "directoryIdentifier");
    std::string const name = text(body, "sourceName");
    if (find_source(in, directory.id, name) != nullptr)
        throw refusal{409, "There is a source " + name};
    if (!body.contains("text"))
        throw refusal{400, "text is missing"};
    source& made = add_source(in, directory.id, name);
    made.type = "text";
    made.text = text_or(body, "text");
    return json(201, describe(made));
}

INFERPP_DECL simulated_answer annolab_simulator::platform::delete_source(id_type id)
{
    find_id(sources, id, "source");
    std::erase_if(sources, [&](source const& each) { return each.id == id; });
    std::erase_if(annotations, [&](annotation const& each) { return each.source == id; });
    return json(200, object{});
}

// --- PDFs
// -----------------------------------------------------------------------------------------

INFERPP_DECL simulated_answer annolab_simulator::platform::init_pdf(object const& body)
{
    project& in = project_of(body);
    upload place;
    place.project = in.id;
    place.directory = directory_of(in, body, "directoryIdentifier").id;
    place.name = text(body, "sourceName");
    if (find_source(in, place.directory, place.name) != nullptr)
        throw refusal{409, "There is a source " + place.name};
    place.token = new_token();
    uploads.push_back(place);
    return json(201, object{{"uploadUrl", files_url + "/files/uploads/" + place.token +
                                              "?signature=" + place.token}});
}

INFERPP_DECL simulated_answer
annolab_simulator::platform::take_upload(simulated_request const& request)
{
    for (upload& place : uploads) {
        if (place.token != request.path[2])
            continue;
        if (request.query.empty() || request.query.front().second != place.token)
            throw refusal{403, "The signature is wrong"};
        if (request.headers.find("Content-Type") != "application/pdf")
            throw refusal{403, "The URL was signed for a Content-Type of application/pdf"};
        place.content = request.body;
        return json(200, object{});
    }
    throw refusal{404, "There is no place for this upload"};
}

INFERPP_DECL simulated_answer annolab_simulator::platform::create_pdf(object const& body)
{
    project& in = project_of(body);
    id_type const directory = directory_of(in, body, "directoryIdentifier").id;
    std::string const name = text(body, "sourceIdentifier");
    text(body, "preprocessor");
    // The newest one counts: an upload may be begun anew.
    auto const place = std::find_if(uploads.rbegin(), uploads.rend(), [&](upload const& each) {
        return each.project == in.id && each.directory == directory && each.name == name;
    });
    if (place == uploads.rend())
        throw refusal{404, "There is no upload of a source " + name};
    if (!place->content)
        throw refusal{400, "Nothing was uploaded for the source " + name};
    upload const from = std::move(*place);
    std::erase_if(uploads, [&](upload const& each) {
        return each.project == in.id && each.directory == directory &&
               (each.name == name || each.name.empty());
    });
    return receipt(begin_reading(from, body));
}

INFERPP_DECL simulated_answer
annolab_simulator::platform::upload_pdf(simulated_request const& request)
{
    object fields;
    upload from;
    for (auto const& part : detail::read_form(request)) {
        if (part.name == "file" && !part.filename.empty())
            from.content = std::string{part.content};
        else if (part.name == "tags" || part.name == "metadata") {
            auto parsed = parse_json(part.content);
            if (!parsed)
                throw refusal{400, part.name + " is no JSON"};
            fields[part.name] = std::move(*parsed);
        } else
            fields[part.name] = part.content;
    }
    if (!from.content)
        throw refusal{400, "The form has no file"};
    project& in = project_of(fields);
    from.project = in.id;
    from.directory = in.directories.front().id;
    from.name = text(fields, "sourceIdentifier");
    if (find_source(in, from.directory, from.name) != nullptr)
        throw refusal{409, "There is a source " + from.name};
    return receipt(begin_reading(std::move(from), fields));
}

INFERPP_DECL annolab_simulator::platform::pending& annolab_simulator::platform::begin_reading(
    upload from, object const& body)
{
    pending made;
    made.id = new_id();
    made.from = std::move(from);
    made.begun = now;
    made.created_at = today;
    made.tags = list(body, "tags");
    made.workflow = text_or(body, "workflow");
    if (!made.workflow.empty())
        made.execution = new_id();
    if (value const* const of = member(body, "abstractId"); of != nullptr)
        made.abstract = of->to_number<id_type>();
    pendings.push_back(std::move(made));
    return pendings.back();
}

INFERPP_DECL simulated_answer annolab_simulator::platform::receipt(pending const& which)
{
    project const& in = find_id(projects, which.from.project, "project");
    object out;
    out["projectName"] = in.name;
    out["projectId"] = in.id;
    out["directoryName"] =
        std::find_if(in.directories.begin(), in.directories.end(), [&](named const& each) {
            return each.id == which.from.directory;
        })->name;
    out["directoryId"] = which.from.directory;
    out["sourceName"] = which.from.name;
    out["pendingSource"] = describe(which);
    if (which.execution != 0)
        out["executionId"] = which.execution;
    return json(201, out);
}

/// Makes sources of the PDFs that have been read by now.
INFERPP_DECL void annolab_simulator::platform::read_pending()
{
    for (pending& which : pendings) {
        if (which.applied || !has_passed(which.begun, options.ingestion_time))
            continue;
        which.applied = true;
        std::string const& content = which.from.content.value();
        std::string read = options.read_pdf
                               ? options.read_pdf(content)
                               : "A PDF of " + std::to_string(content.size()) + " Bytes";
        auto const in = std::find_if(projects.begin(), projects.end(), [&](project const& each) {
            return each.id == which.from.project;
        });
        if (read.empty() || find_source(*in, which.from.directory, which.from.name) != nullptr)
            continue; // it has failed
        source& made = add_source(*in, which.from.directory, which.from.name);
        made.type = "pdf";
        made.text = std::move(read);
        made.content = content;
        made.tags = which.tags;
        which.source = made.id;
    }
}

INFERPP_DECL std::string_view annolab_simulator::platform::word(pending const& which) const
{
    if (!which.applied)
        return "Processing";
    return which.source ? "Complete" : "Errored";
}

INFERPP_DECL boost::json::object annolab_simulator::platform::describe(pending const& which) const
{
    object out;
    out["pendingSourceId"] = which.id;
    out["id"] = which.id;
    out["name"] = which.from.name;
    out["sourceType"] = "pdf";
    out["createdAt"] = date(which.created_at);
    out["expiresAt"] = date(which.created_at + std::chrono::hours{1});
    out["confirmedAt"] = date(which.created_at);
    out["status"] = word(which);
    out["finalSourceId"] = which.source ? value(*which.source) : value(nullptr);
    return out;
}

/// A workflow has two tasks: to read the PDF, and to do what it is called after.
INFERPP_DECL simulated_answer annolab_simulator::platform::execution(id_type id)
{
    for (pending const& which : pendings) {
        if (which.execution != id)
            continue;
        bool const read = which.source.has_value();
        bool const failed = which.applied && !read;
        bool const ended =
            read && has_passed(which.begun, options.ingestion_time + options.workflow_time);
        std::string_view const second = ended ? "Completed" : failed ? "Cancelled" : "Running";
        array tasks;
        tasks.push_back({{"id", 1},
                         {"taskType", "ocr"},
                         {"taskName", "Read"},
                         {"status", failed ? "Error"
                                    : read ? "Completed"
                                           : "Running"},
                         {"startTime", date(which.created_at)},
                         {"endTime", nullptr}});
        tasks.push_back({{"id", 2},
                         {"taskType", "workflow"},
                         {"taskName", which.workflow},
                         {"status", second},
                         {"startTime", nullptr},
                         {"endTime", nullptr}});
        object out;
        out["id"] = id;
        out["workflow"] = which.workflow;
        out["status"] = failed ? "Error" : ended ? "Completed" : "Running";
        out["projectId"] = which.from.project;
        out["startTime"] = date(which.created_at);
        out["endTime"] = nullptr;
        out["createdBy"] = 1;
        out["createdAt"] = date(which.created_at);
        out["sourceIds"] = read ? array{*which.source} : array{};
        out["tasks"] = std::move(tasks);
        return json(200, out);
    }
    throw refusal{404, "There is no execution " + std::to_string(id)};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_annotations.ipp>
#endif

#endif
