// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_PROVIDER_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/answer.hpp>
#include <inferpp/providers/decthings/provider.hpp>

#include <cstdlib>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL options options::from_env()
{
    char const* const key = std::getenv("DECTHINGS_API_KEY");
    if (key == nullptr || *key == '\0')
        throw failure{error{errc::invalid_argument,
                            "the environment variable DECTHINGS_API_KEY is not set; set it to an "
                            "API key of your Decthings account"}};
    options read;
    read.api_key = secret{key};
    if (char const* const base = std::getenv("DECTHINGS_BASE_URL");
        base != nullptr && *base != '\0')
        read.base_url = base;
    if (char const* const events = std::getenv("DECTHINGS_WS_URL");
        events != nullptr && *events != '\0')
        read.ws_url = events;
    return read;
}

inline failure bad_option(std::string_view name, error const& why)
{
    std::string message{name};
    message.append(": ").append(why.info().message);
    return failure{error{errc::invalid_argument, std::move(message)}};
}

INFERPP_DECL provider::provider(options const& with)
    : ws_url_(with.ws_url),
      api_key_(inferpp::detail::trim(with.api_key.reveal()))
{
    auto parsed = parse_url(with.base_url, false);
    if (!parsed)
        throw bad_option("options.base_url", parsed.error());
    base_ = std::move(*parsed);
    if (ws_url_.empty()) {
        std::string_view below = base_.path;
        while (below.ends_with('/'))
            below.remove_suffix(1);
        // "http" and "https" become "ws" and "wss".
        ws_url_ = base_.origin.to_string().replace(0, 4, "ws").append(below).append("/ws");
    } else {
        bool const known = ws_url_.starts_with("ws://") || ws_url_.starts_with("wss://");
        std::string as_http = ws_url_;
        auto const address = parse_url(known ? as_http.replace(0, 2, "http") : as_http);
        if (!address)
            throw bad_option("options.ws_url", address.error());
        if (!known)
            throw bad_option("options.ws_url",
                             error{errc::invalid_argument, "its scheme must be ws or wss"});
    }
    if (with.event_buffer_bytes == 0)
        throw bad_option("options.event_buffer_bytes",
                         error{errc::invalid_argument, "must be at least 1"});
    hub_ = make_event_hub(with, ws_url_, api_key_);
    if (api_key_.empty())
        return;
    std::string header = "Bearer ";
    header.reserve(header.size() + api_key_.reveal().size());
    authorization_ = secret{header.append(api_key_.reveal())};
}

INFERPP_DECL provider::~provider()
{
    if (hub_)
        abandon_event_hub(*hub_);
}

INFERPP_DECL void provider::authorize(http::request& message) const
{
    if (!authorization_.empty())
        message.headers.set("Authorization", authorization_.reveal());
}

INFERPP_DECL void provider::read_error(http::response const& answer, error::particulars& info) const
{
    info.server_message = answer.body;
    if (auto const said = find_api_error(answer)) {
        error const as_said = to_error(*said);
        info.server_message = as_said.info().server_message;
        info.server_details = as_said.info().server_details;
    }
}

INFERPP_DECL error provider::find_refusal(http::response const& answer) const
{
    auto const said = find_api_error(answer);
    if (!said || is_run_failure(said->code))
        return {};
    return to_error(*said);
}

} // namespace inferpp::inline INFERPP_ABI::decthings

// Behind the class that has it, and on which it builds.
#include <inferpp/providers/decthings/event_hub.hpp>

#endif
