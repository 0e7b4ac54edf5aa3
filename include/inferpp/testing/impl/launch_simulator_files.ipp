// SPDX-License-Identifier: BSL-1.0
//
// Files, signed uploads and the buckets of the simulated Launch. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_FILES_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_FILES_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/testing/form_data.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_answer launch_simulator::platform::upload_file(call& with)
{
    auto const parts = detail::read_form(with.request);
    auto const found = std::find_if(parts.begin(), parts.end(), [](detail::form_part const& part) {
        return part.name == "file";
    });
    if (found == parts.end() || found->filename.empty()) {
        problems wrong;
        wrong.place = {"body", "file"};
        add_problem(wrong, "missing", "Field required", nullptr);
        throw refusal{422, std::move(wrong.list)};
    }
    std::string const& name = found->filename;
    if (inferpp::detail::valid_utf8_prefix(found->content) != found->content.size())
        throw internal_error{}; // it is kept as text
    // The name is the id: a file of the same name is replaced.
    files[with.user + '/' + name] = {with.user, name, std::string{found->content}};
    return json(object{{"id", name}});
}

INFERPP_DECL launch_simulator::platform::file& launch_simulator::platform::find_file(
    call const& with)
{
    auto const found = files.find(with.user + '/' + with.ids[0]);
    if (found == files.end())
        throw refusal{404, "The specified file could not be found."};
    return found->second;
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_files(call& with)
{
    array list;
    for (auto const& [key, each] : files)
        if (each.owner == with.user)
            list.push_back(
                {{"id", each.name}, {"filename", each.name}, {"size", each.content.size()}});
    return json(object{{"files", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_file(call& with)
{
    file const& which = find_file(with);
    return json(
        object{{"id", which.name}, {"filename", which.name}, {"size", which.content.size()}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::delete_file(call& with)
{
    find_file(with);
    files.erase(with.user + '/' + with.ids[0]);
    return json(object{{"deleted", true}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::file_content(call& with)
{
    file const& which = find_file(with);
    return json(object{{"id", which.name}, {"content", which.content}});
}

// --- buckets -----------------------------------------------------------------------------------

/// Of the legacy root: a URL to which a client puts a file without credentials.
INFERPP_DECL simulated_answer launch_simulator::platform::sign_upload(call& with)
{
    bool const rows = with.request.target.find("batch_task") != std::string::npos;
    std::string const key = std::string{rows ? "batch/" : "bundles/"} + new_uuid();
    std::string const signature = new_id("");
    signatures.insert(signature);
    return json(object{
        {"signedUrl", origin + "/simulated-storage/uploads/" + key + "?signature=" + signature},
        {"bucket", "uploads"},
        {"key", key}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::use_storage(simulated_request& request)
{
    for (char const* const name : {"Authorization", "x-api-key", "Cookie"})
        if (request.headers.find(name)) {
            ++leaks;
            break;
        }
    std::string name;
    for (std::size_t i = 1; i < request.path.size(); ++i)
        name += (i > 1 ? "/" : "") + request.path[i];
    http::response answer;
    auto const refuse = [&](int status, std::string const& code) {
        answer.status = status;
        answer.headers.set("Content-Type", "application/xml");
        answer.body =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code></Error>";
        return answer;
    };
    if (request.method == "PUT") {
        bool const is_signed =
            std::any_of(request.query.begin(), request.query.end(), [this](auto const& pair) {
                return pair.first == "signature" && signatures.contains(pair.second);
            });
        if (!is_signed)
            return refuse(403, "AccessDenied");
        storage[name] = std::move(request.body);
        answer.status = 200;
        return answer;
    }
    auto const found = storage.find(name);
    if (found == storage.end() || (request.method != "GET" && request.method != "HEAD"))
        return refuse(404, "NoSuchKey");
    answer.status = 200;
    answer.headers.set("Content-Type", "application/octet-stream");
    answer.body = found->second;
    return answer;
}

INFERPP_DECL std::string launch_simulator::platform::url_of(std::string const& name) const
{
    if (options.s3_urls)
        return "s3://" + name;
    std::string url = origin + "/simulated-storage";
    std::string_view rest = name;
    while (!rest.empty()) {
        url += '/';
        append_percent_encoded(detail::launch_take(rest, '/'), url);
    }
    return url;
}

/// @param url "s3://bucket/key", or where this simulator serves that. @return null: there is none
INFERPP_DECL std::string const* launch_simulator::platform::find_object(std::string_view url) const
{
    std::string const here = origin + "/simulated-storage/";
    std::string name;
    if (url.starts_with(here)) {
        url = url.substr(0, url.find('?'));
        name = percent_decode(url.substr(here.size())).value_or(std::string{});
    } else if (auto const scheme = url.find("://"); scheme != std::string_view::npos) {
        name = url.substr(scheme + 3);
    }
    auto const found = storage.find(name);
    return found == storage.end() ? nullptr : &found->second;
}

/// @return where clients find it
INFERPP_DECL std::string launch_simulator::platform::put_object(std::string name,
                                                                std::string content)
{
    auto const url = url_of(name);
    storage[std::move(name)] = std::move(content);
    return url;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_batches.ipp>
#endif

#endif
