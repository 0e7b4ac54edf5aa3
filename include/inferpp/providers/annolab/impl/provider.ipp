// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_PROVIDER_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/codec/redirect.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/annolab/provider.hpp>

#include <cstdlib>

namespace inferpp::inline INFERPP_ABI::annolab {

inline constexpr std::string_view version_path = "/v1";

INFERPP_DECL options options::from_env()
{
    char const* const key = std::getenv("ANNOLAB_API_KEY");
    if (key == nullptr || *key == '\0')
        throw failure{error{errc::invalid_argument,
                            "the environment variable ANNOLAB_API_KEY is not set; set it to an API "
                            "key of your AnnoLab account"}};
    options read;
    read.api_key = secret{key};
    if (char const* const base = std::getenv("ANNOLAB_BASE_URL"); base != nullptr && *base != '\0')
        read.base_url = base;
    return read;
}

INFERPP_DECL provider::provider(options const& with) : archives_(with.archives)
{
    auto parsed = parse_url(with.base_url, false);
    if (!parsed)
        throw failure{
            error{errc::invalid_argument, "options.base_url: " + parsed.error().info().message}};
    base_ = std::move(*parsed);
    while (base_.path.ends_with('/'))
        base_.path.pop_back();
    if (!base_.path.ends_with(version_path))
        base_.path += version_path;
    inference_root_ = base_.path + (with.older_inference_path ? "/model/infer" : "/infer");
    if (with.api_key.empty())
        throw failure{error{errc::invalid_argument,
                            "options.api_key is empty; set it to an API key of your account"}};
    constexpr std::size_t longest_name = 65'535;
    if (archives_.name_bytes < 1 || archives_.name_bytes > longest_name)
        throw failure{
            error{errc::invalid_argument, "options.archives.name_bytes must be 1 to 65,535"}};
    if (archives_.entries < 1 || archives_.entry_bytes < 1 || archives_.ratio < 1)
        throw failure{error{errc::invalid_argument,
                            "options.archives: entries, entry_bytes and ratio must be at least 1"}};
    std::string header = "Api-Key ";
    header.reserve(header.size() + with.api_key.reveal().size()); // growth would leave a copy
    header += with.api_key.reveal();
    authorization_ = secret{header};
}

INFERPP_DECL void provider::authorize(http::request& message) const
{
    message.headers.set("Authorization", authorization_.reveal());
}

INFERPP_DECL std::string provider::absolute(std::string_view given) const
{
    url root = base_;
    root.path.resize(root.path.size() - version_path.size() + 1); // its slash stays
    auto const to = resolve_reference(root, detail::trim(given));
    if (!to)
        throw failure{error{errc::bad_schema,
                            "the server gave a URL that is none: " + to.error().info().message}};
    return to->origin.to_string() + to->target();
}

INFERPP_DECL std::string message_text(boost::json::value const& message)
{
    if (message.is_string())
        return {message.get_string().data(), message.get_string().size()};
    std::string text;
    if (message.is_array())
        for (boost::json::value const& one : message.get_array())
            if (one.is_string()) {
                text += text.empty() ? "" : "; ";
                text.append(one.get_string().data(), one.get_string().size());
            }
    return text;
}

INFERPP_DECL void provider::read_error(http::response const& answer, error::particulars& info) const
{
    info.server_message = answer.body; // proxies answer in HTML
    auto const parsed = parse_json(answer.body);
    if (parsed && parsed->is_object())
        for (std::string_view const name : {"message", "error"})
            if (auto const* const message = parsed->get_object().if_contains(name))
                if (std::string text = message_text(*message); !text.empty()) {
                    info.server_message = std::move(text);
                    break;
                }
    if (auto const id = answer.headers.find("X-Request-Id"))
        info.request_id = *id;
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
