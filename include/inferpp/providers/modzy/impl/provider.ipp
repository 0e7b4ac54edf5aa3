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

INFERPP_DECL options options::from_env()
{
    char const* const key = std::getenv("MODZY_API_KEY");
    if (key == nullptr || *key == '\0')
        throw failure{error{errc::invalid_argument,
                            "the environment variable MODZY_API_KEY is not set; set it to "
                            "an API key of your Modzy account"}};
    options read;
    read.api_key = secret{key};
    if (char const* const base = std::getenv("MODZY_BASE_URL"); base != nullptr && *base != '\0')
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
    if (with.api_key.empty())
        throw failure{error{errc::invalid_argument,
                            "options.api_key is empty; set it to an API key of your account"}};
    std::string header = "ApiKey ";
    header.reserve(header.size() + with.api_key.reveal().size());
    header += with.api_key.reveal();
    authorization_ = secret{header};
}

INFERPP_DECL void provider::authorize(http::request& message) const
{
    message.headers.set("Authorization", authorization_.reveal());
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
