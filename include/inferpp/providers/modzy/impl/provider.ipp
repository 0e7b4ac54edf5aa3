// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_PROVIDER_IPP

#include <inferpp/providers/modzy/provider.hpp>

#include <cstdlib>

namespace inferpp::inline INFERPP_ABI::modzy {

/// The body of an error. *Source*: wire notes 5.
struct error_body {
    error_body() = default;

    std::string message;
    std::string technical_information;
};
BOOST_DESCRIBE_STRUCT(error_body, (), (message, technical_information))

constexpr json_rules json_rules_of(error_body const*)
{
    return json_rules{naming::camel_case}.nothing_required();
}

// "" for a variable that is not set.
inline std::string_view environment(char const* name) noexcept
{
    char const* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

INFERPP_DECL options options::from_env()
{
    options read;
    read.api_key = secret{environment("MODZY_API_KEY")};
    if (read.api_key.empty()) {
        read.team_id = environment("MODZY_TEAM_ID");
        read.team_token = secret{environment("MODZY_TEAM_TOKEN")};
        if (read.team_id.empty() || read.team_token.empty())
            throw failure{error{errc::invalid_argument,
                                "the environment variable MODZY_API_KEY is not set; set it to "
                                "an API key of your Modzy account"}};
    }
    if (std::string_view const base = environment("MODZY_BASE_URL"); !base.empty())
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
    while (base_.path.ends_with('/'))
        base_.path.pop_back();
    if (!base_.path.ends_with("/api"))
        base_.path += "/api";
    bool const by_team = !with.team_id.empty() || !with.team_token.empty();
    if (by_team && !with.api_key.empty())
        throw failure{error{errc::invalid_argument,
                            "options.api_key and options.team_id exclude each other"}};
    if (by_team && (with.team_id.empty() || with.team_token.empty()))
        throw failure{error{errc::invalid_argument,
                            "options.team_id and options.team_token are only used together"}};
    if (!by_team && with.api_key.empty())
        throw failure{error{errc::invalid_argument,
                            "options.api_key is empty; set it to an API key of your account"}};
    std::string_view const key = by_team ? with.team_token.reveal() : with.api_key.reveal();
    std::string header;
    header.reserve(key.size() + 8); // no copy of a secret is left behind by growth
    header += by_team ? "Bearer " : "ApiKey ";
    header += key;
    authorization_ = secret{header};
    team_id_ = with.team_id;
}

INFERPP_DECL void provider::authorize(http::request& message) const
{
    message.headers.set("Authorization", authorization_.reveal());
    if (!team_id_.empty())
        message.headers.set("Modzy-Team-Id", team_id_);
}

INFERPP_DECL void provider::read_error(http::response const& answer, error::particulars& info) const
{
    auto const body = decode_json<error_body>(std::string_view{answer.body});
    if (body && !body->message.empty()) {
        info.server_message = body->message;
        if (!body->technical_information.empty())
            info.server_message += ": " + body->technical_information;
    } else {
        info.server_message = answer.body; // proxies answer in HTML
    }
    if (auto const id = answer.headers.find("X-Request-Id"))
        info.request_id = *id;
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
