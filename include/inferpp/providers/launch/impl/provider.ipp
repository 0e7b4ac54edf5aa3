// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_PROVIDER_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/providers/launch/provider.hpp>

#include <boost/json/serialize.hpp>

#include <cstdlib>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL options options::from_env()
{
    char const* const key = std::getenv("SCALE_API_KEY");
    if (key == nullptr || *key == '\0')
        throw failure{error{errc::invalid_argument,
                            "the environment variable SCALE_API_KEY is not set; set it to an API "
                            "key of your Scale account"}};
    options read;
    read.api_key = secret{key};
    if (char const* const base = std::getenv("SCALE_LAUNCH_BASE_URL");
        base != nullptr && *base != '\0')
        read.base_url = base;
    return read;
}

INFERPP_DECL provider::provider(options const& with)
{
    auto parsed = parse_url(with.base_url, false);
    if (!parsed)
        throw failure{
            error{errc::invalid_argument, "options.base_url: " + parsed.error().info().message}};
    base_ = std::move(*parsed);
    std::string_view host = base_.path;
    while (host.ends_with('/'))
        host.remove_suffix(1);
    if (constexpr std::string_view newer = "/v1/launch"; host.ends_with(newer))
        host.remove_suffix(newer.size());
    legacy_root_.append(host).append("/v1/hosted_inference");
    if (with.api_key.empty())
        throw failure{error{errc::invalid_argument,
                            "options.api_key is empty; set it to an API key of your account"}};
    // The key is the user name, and there is no password.
    std::string user;
    user.reserve(with.api_key.reveal().size() + 1);
    user.append(with.api_key.reveal()).append(":");
    std::string header = "Basic ";
    header.reserve(header.size() + base64_size(user.size()));
    append_base64(user, header);
    authorization_ = secret{header};
}

INFERPP_DECL void provider::authorize(http::request& message) const
{
    message.headers.set("Authorization", authorization_.reveal());
}

// One entry of a 422: which member, and why.
inline std::string validation_message(boost::json::value const& entry)
{
    if (!entry.is_object())
        return boost::json::serialize(entry);
    std::string text;
    if (auto const* const place = entry.get_object().if_contains("loc");
        place != nullptr && place->is_array())
        for (boost::json::value const& step : place->get_array()) {
            text += text.empty() ? "" : ".";
            text += step.is_string()
                        ? std::string{step.get_string().data(), step.get_string().size()}
                        : boost::json::serialize(step);
        }
    if (auto const* const why = entry.get_object().if_contains("msg");
        why != nullptr && why->is_string())
        text += (text.empty() ? "" : ": ") +
                std::string{why->get_string().data(), why->get_string().size()};
    return text;
}

inline std::string detail_message(boost::json::value const& detail)
{
    if (detail.is_string())
        return {detail.get_string().data(), detail.get_string().size()};
    if (!detail.is_array())
        return boost::json::serialize(detail);
    std::string text;
    for (boost::json::value const& entry : detail.get_array())
        text += (text.empty() ? "" : "; ") + validation_message(entry);
    return text;
}

// Routes answer {"detail": ...}, the middleware before them {"error": ..., "request_id": ...}, and
// proxies anything.
INFERPP_DECL void provider::read_error(http::response const& answer, error::particulars& info) const
{
    info.server_message = answer.body;
    auto const parsed = parse_json(answer.body);
    if (parsed && parsed->is_object()) {
        boost::json::object const& body = parsed->get_object();
        if (auto const* const detail = body.if_contains("detail"))
            info.server_message = detail_message(*detail);
        else if (auto const* const error = body.if_contains("error"))
            info.server_message = detail_message(*error);
        if (auto const* const id = body.if_contains("request_id"); id != nullptr && id->is_string())
            info.request_id.assign(id->get_string().data(), id->get_string().size());
    }
    if (info.request_id.empty())
        if (auto const id = answer.headers.find("X-Request-Id"))
            info.request_id = *id;
    // The model may have run, or the task may have been queued: only the caller can know whether
    // it may run twice.
    auto const says = [&](char const* what) {
        return info.server_message.find(what) != std::string::npos;
    };
    // Envoy's words, also for a connection that broke while the model ran.
    bool const reset = says("reset before headers") && !says("connection failure") &&
                       !says("overflow");
    if (answer.status == 408 || says("broker") || reset)
        info.should_retry = false;
}

INFERPP_DECL std::optional<std::string> provider::find_endpoint(std::string const& endpoint) const
{
    std::lock_guard const lock{mutex_};
    auto const found = endpoints_.find(endpoint);
    if (found == endpoints_.end())
        return std::nullopt;
    return found->second;
}

INFERPP_DECL void provider::remember_endpoint(std::string const& endpoint,
                                              std::string const& id) const
{
    constexpr std::size_t most = 4096; // names may come from outside
    std::lock_guard const lock{mutex_};
    if (endpoints_.size() >= most)
        endpoints_.clear();
    endpoints_[endpoint] = id;
}

INFERPP_DECL void provider::forget_endpoint(std::string const& endpoint) const
{
    std::lock_guard const lock{mutex_};
    endpoints_.erase(endpoint);
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
