// SPDX-License-Identifier: BSL-1.0
//
// Which request the simulated Modzy answers how. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_ROUTES_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_ROUTES_IPP

#include <inferpp/testing/modzy_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL http::response modzy_simulator::platform::route(simulated_request const& request)
{
    auto const& path = request.path;
    auto const access_key = credentials(request);
    bool const is_tags = path.size() >= 3 && path[0] == "api" && path[1] == "models" &&
                         path[2] == "tags" && request.method == "GET";
    // The vendor's SDK asks for tags without a key.
    if (!access_key && !(is_tags && !request.headers.find("Authorization")))
        return refuse(401, "The API key is missing or not valid");
    if (path.size() < 2 || path[0] != "api")
        return unknown(request);
    if (path[1] == "jobs")
        return route_jobs(request, *access_key);
    if (path[1] == "results")
        return route_results(request);
    if (path[1] == "models")
        return route_models(request);
    if (path[1] == "resources" && path.size() == 4 && path[2] == "processing" &&
        (path[3] == "engines" || path[3] == "models") && request.method == "GET")
        return resources(path[3]);
    if (path[1] == "inferences" && path.size() == 2 && request.method == "POST")
        return infer(request);
    if (path[1] == "inferences" && path.size() == 3 && request.method == "GET") {
        auto const which = inferences.find(path[2]);
        if (which == inferences.end())
            return refuse(404, "There is no inference " + path[2]);
        return inference_details(which->second);
    }
    return unknown(request);
}

INFERPP_DECL http::response modzy_simulator::platform::route_jobs(simulated_request const& request,
                                                                  std::string const& access_key)
{
    auto const& path = request.path;
    std::string const& method = request.method;
    std::size_t const depth = path.size();
    if (depth == 2) {
        if (method == "POST")
            return submit(request, access_key);
        if (method == "GET")
            return list_jobs(request);
        if (method == "DELETE")
            return cancel_all(access_key);
        return unknown(request);
    }
    // These names win over a job of that name.
    if (method == "GET" && depth == 3 && path[2] == "features")
        return features();
    if (method == "GET" && depth == 3 && path[2] == "history")
        return history(request);
    if (method == "GET" && path[2] == "statistics" && depth <= 4)
        return statistics(depth == 4 ? path[3] : std::string{}, depth == 3);
    bool const is_history = method == "GET" && path[2] == "history" && depth == 4;
    bool const is_close = method == "POST" && depth == 4 && path[3] == "close";
    bool const is_chunk = method == "POST" && depth == 5;
    bool const is_job = (method == "GET" || method == "DELETE") && depth == 3;
    if (!is_history && !is_close && !is_chunk && !is_job)
        return unknown(request);
    std::string const& id = path[is_history ? 3 : 2];
    job* const which = find(id);
    if (which == nullptr)
        return refuse(404, "There is no job " + id);
    if (is_history)
        return json(200, boost::json::array{details(*which)});
    if (is_close)
        return close(*which);
    if (is_chunk)
        return append(*which, request);
    if (method == "GET")
        return json(200, details(*which));
    cancel(*which);
    return json(202, details(*which));
}

INFERPP_DECL http::response modzy_simulator::platform::route_results(
    simulated_request const& request)
{
    auto const& path = request.path;
    std::size_t const depth = path.size();
    if (depth < 3)
        return unknown(request);
    job* const which = find(path[2]);
    if (which == nullptr)
        return refuse(404, "There is no job " + path[2]);
    if (depth == 5 && (path[3] == "upvote" || path[3] == "downvote" || path[3] == "vote"))
        return vote(*which, request.method, path[3], path[4]);
    if (request.method != "GET")
        return unknown(request);
    if (depth == 3)
        return results(*which);
    if (depth == 5 && path[3] == "datasource")
        return result_of(*which, path[4]);
    if (depth == 5)
        return output_of(*which, path[3], path[4]);
    if (depth == 7 && path[3] == "datasource" && path[5] == "output")
        return output_of(*which, path[4], path[6]);
    return unknown(request);
}

INFERPP_DECL http::response modzy_simulator::platform::route_models(
    simulated_request const& request)
{
    auto const& path = request.path;
    std::size_t const depth = path.size();
    bool const is_get = request.method == "GET";
    bool const is_patch = request.method == "PATCH";
    if (!is_get && !is_patch)
        return unknown(request);
    if (is_get && depth == 2)
        return list_models(request);
    if (is_get && depth == 3 && path[2] == "latest")
        return latest_models();
    if (is_get && depth == 3 && path[2] == "processing-engines")
        return minimum_engines();
    if (is_get && depth == 4 && path[2] == "requirements" && path[3] == "account")
        return requirements();
    if (is_get && depth == 3 && path[2] == "tags")
        return tags();
    if (is_get && depth == 4 && path[2] == "tags")
        return tags_and_models(path[3]);
    if (depth < 3)
        return unknown(request);
    modzy_catalog_model const* const model = find_model(path[2]);
    if (model == nullptr)
        return refuse(404, "There is no model " + path[2]);
    if (is_get && depth == 3)
        return model_details(*model);
    if (is_get && depth == 4 && path[3] == "related-models")
        return related(*model);
    if (is_get && depth == 4 && path[3] == "versions")
        return list_versions(request, *model);
    if (depth < 5 || path[3] != "versions")
        return unknown(request);
    modzy_catalog_version const* const version = find_version(path[2], path[4]);
    if (version == nullptr)
        return refuse(404, "There is no version " + path[4] + " of the model " + path[2]);
    if (is_patch && (depth == 5 || (depth == 6 && path[5] == "processing")))
        return set_engines(request, depth == 5, *model, path[4]);
    if (is_get && depth == 5)
        return version_details(*model, *version);
    if (is_get && depth == 6 && (path[5] == "sample-input" || path[5] == "sample-output")) {
        auto const& sample =
            path[5] == "sample-input" ? version->sample_input : version->sample_output;
        return sample.is_null() ? refuse(404, "The version has no " + path[5]) : json(200, sample);
    }
    return unknown(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
