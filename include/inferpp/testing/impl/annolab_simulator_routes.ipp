// SPDX-License-Identifier: BSL-1.0
//
// Which request the simulated AnnoLab answers how, and to whom. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_ROUTES_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_ROUTES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/testing/annolab_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_answer annolab_simulator::platform::answer(simulated_request const& request)
{
    // What was due by now has happened.
    read_pending();
    run_inferences();
    try {
        auto const& path = request.path;
        if (path.size() == 3 && path[0] == "files")
            return route_file(request);
        if (!is_authorized(request))
            throw refusal{401, "The API key is missing or wrong"};
        return route(request);
    }
    catch (refusal const& why) {
        return json(why.status, object{{"message", inferpp::detail::printable(why.message, 1000)}});
    }
}

/// The scheme in any case: the vendor's own pages write it in two.
INFERPP_DECL bool annolab_simulator::platform::is_authorized(simulated_request const& request) const
{
    constexpr std::string_view scheme = "Api-Key ";
    auto const header = request.headers.find("Authorization");
    if (!header || header->size() <= scheme.size() ||
        !inferpp::detail::iequals(header->substr(0, scheme.size()), scheme))
        return false;
    return options.api_key.empty() || header->substr(scheme.size()) == options.api_key;
}

/// Uploads and downloads, which the URL alone allows.
INFERPP_DECL simulated_answer
annolab_simulator::platform::route_file(simulated_request const& request)
{
    if (options.files_elsewhere && request.headers.find("Authorization"))
        throw refusal{400, "Only one way to authenticate is allowed"};
    if (request.method == "PUT" && request.path[1] == "uploads")
        return take_upload(request);
    if (request.method == "GET" && request.path[1] == "downloads")
        return send_archive(request);
    throw refusal{404, "There is no such file"};
}

INFERPP_DECL simulated_answer annolab_simulator::platform::route(simulated_request const& request)
{
    if (!request.path.empty() && request.path[0] == "v1") {
        if (auto answer = route_create(request))
            return std::move(*answer);
        if (auto answer = route_source(request))
            return std::move(*answer);
        if (auto answer = route_more(request))
            return std::move(*answer);
    }
    throw refusal{404, "Cannot " + request.method + ' ' + request.target};
}

/// The requests that are a POST of an object to a path without identifiers.
INFERPP_DECL std::optional<simulated_answer> annolab_simulator::platform::route_create(
    simulated_request const& request)
{
    using p = platform;
    struct entry {
        std::string_view path;
        simulated_answer (p::*answer)(object const& body);
        bool annolab_simulator_options::*permission;
        std::string_view name;
    };
    using o = annolab_simulator_options;
    static constexpr entry entries[] = {
        {"/v1/project/create", &p::create_project, &o::may_write, "Write"},
        {"/v1/directory/create", &p::create_directory, &o::may_write, "Write"},
        {"/v1/source/create-text", &p::create_text, &o::may_write, "Write"},
        {"/v1/source/init-pdf", &p::init_pdf, &o::may_write, "Write"},
        {"/v1/source/create-pdf", &p::create_pdf, &o::may_write, "Write"},
        {"/v1/annotation-type/create", &p::create_type, &o::may_write, "Write"},
        {"/v1/layer/create", &p::create_layer, &o::may_write, "Write"},
        {"/v1/annotation/create", &p::create_annotation, &o::may_write, "Write"},
        {"/v1/annotation/bulk-create", &p::create_annotations, &o::may_write, "Write"},
        {"/v1/relation/create", &p::create_relation, &o::may_write, "Write"},
        {"/v1/relation/bulk-create", &p::create_relations, &o::may_write, "Write"},
        {"/v1/infer/batch", &p::infer, &o::may_run, "Model Run"},
        {"/v1/model/infer/batch", &p::infer, &o::may_run, "Model Run"},
        {"/v1/export/project", &p::export_project, &o::may_read, "Read"},
        {"/v1/export/instruments", &p::export_instruments, &o::may_read, "Read"},
        {"/v1/abstract/create", &p::create_abstract, &o::may_write, "Write"},
        {"/v1/abstract/search", &p::search_abstract, &o::may_read, "Read"},
        {"/v1/abstract/land/instruments/search", &p::search_land, &o::may_read, "Read"},
    };
    if (request.method != "POST")
        return std::nullopt;
    for (entry const& each : entries)
        if (request.target == each.path) {
            check(options.*each.permission, each.name);
            return (this->*each.answer)(body_of(request));
        }
    return std::nullopt;
}

INFERPP_DECL std::optional<simulated_answer> annolab_simulator::platform::route_source(
    simulated_request const& request)
{
    auto const& path = request.path;
    std::string const& method = request.method;
    if (path.size() < 3 || path[1] != "source")
        return std::nullopt;
    if (method == "POST" && path.size() == 3 && path[2] == "upload-pdf") {
        check(options.may_write, "Write");
        return upload_pdf(request);
    }
    if (method == "POST" && path.size() == 7 && path[6] == "annotations") {
        check(options.may_write, "Write");
        return annotate(request);
    }
    if (path.size() != 3 && path.size() != 6)
        return std::nullopt;
    if (method == "GET") {
        check(options.may_read, "Read");
        return json(200, describe(path.size() == 3 ? find_id(sources, number_in(path[2]), "source")
                                                   : source_at(request)));
    }
    if (method == "DELETE") {
        check(options.may_write, "Write");
        return delete_source(path.size() == 3 ? number_in(path[2]) : source_at(request).id);
    }
    return std::nullopt;
}

INFERPP_DECL std::optional<simulated_answer> annolab_simulator::platform::route_more(
    simulated_request const& request)
{
    auto const& path = request.path;
    bool const is_get = request.method == "GET";
    std::size_t const depth = path.size();
    auto const below = [&](std::size_t size, std::string_view first, std::string_view second = {}) {
        return depth == size && path[1] == first && (second.empty() || path[2] == second);
    };
    if (below(2, "tag") && (request.method == "POST" || request.method == "DELETE"))
        return edit_tags(request);
    if (below(3, "tag") && (request.method == "POST" || request.method == "DELETE"))
        return edit_tag(request);
    if (below(3, "instrument", "search") && (is_get || request.method == "POST"))
        return search_instruments(request);
    if (!is_get)
        return std::nullopt;
    if (below(3, "api-key", "info"))
        return key_info();
    if (below(4, "infer", "batch"))
        return inference_status(number_in(path[3]));
    if (below(5, "model", "infer") && path[3] == "batch")
        return inference_status(number_in(path[4]));
    check(options.may_read, "Read");
    if (below(3, "project"))
        return json(200, describe(find_id(projects, number_in(path[2]), "project")));
    if (below(4, "project"))
        return json(200, describe(project_at(path[2], path[3])));
    if (below(5, "project") && path[4] == "tags")
        return list_tags(request);
    if (below(3, "pending-source"))
        return json(200, describe(find_id(pendings, number_in(path[2]), "pending source")));
    if (below(4, "workflow", "execution"))
        return execution(number_in(path[3]));
    if (below(4, "export", "status"))
        return json(200, export_status(find_id(archives, number_in(path[3]), "export")));
    if (below(4, "abstract", "runsheet-status"))
        return runsheet(number_in(path[3]));
    return std::nullopt;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_requests.ipp>
#endif

#endif
