// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_INVOKE_MODEL_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_INVOKE_MODEL_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/runtime/conversation.hpp>
#include <inferpp/providers/bedrock/runtime/invoke_model.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<void> invocation_settings::check(std::string const& model_id) const
{
    return detail::first_error({check_model(model_id),
                                detail::check_given("content_type", content_type),
                                detail::check_given("accept", accept),
                                check_guardrail(guardrail_identifier, guardrail_version, false)});
}

INFERPP_DECL result<void> invocation_settings::write_headers(std::string_view accept_name,
                                                             http::headers& out) const
{
    constexpr std::size_t most_metadata = 8500;
    out.set("Content-Type", content_type);
    out.set(accept_name, accept);
    if (trace) { // in capitals here, and only here
        std::string shouted = trace->text();
        for (char& c : shouted)
            if (c >= 'a' && c <= 'z')
                c = static_cast<char>(c - 'a' + 'A');
        out.set("X-Amzn-Bedrock-Trace", shouted);
    }
    if (!guardrail_identifier.empty()) {
        out.set("X-Amzn-Bedrock-GuardrailIdentifier", guardrail_identifier);
        out.set("X-Amzn-Bedrock-GuardrailVersion", guardrail_version);
    }
    if (performance_config_latency)
        out.set("X-Amzn-Bedrock-PerformanceConfig-Latency", performance_config_latency->text());
    if (service_tier)
        out.set("X-Amzn-Bedrock-Service-Tier", service_tier->text());
    if (request_metadata.empty())
        return {};
    std::string metadata;
    if (auto const written = encode_json(request_metadata, metadata); !written)
        return written;
    for (char const c : metadata)
        if (c < ' ' || c > '~')
            return detail::refuse("request_metadata must be of printable ASCII characters");
    if (metadata.size() > most_metadata)
        return detail::refuse("request_metadata must have at most 8500 bytes as JSON");
    out.set("X-Amzn-Bedrock-Request-Metadata", metadata);
    return {};
}

INFERPP_DECL result<void> invocation_settings::check_size(std::size_t bytes)
{
    constexpr std::size_t most = 25'000'000;
    return detail::require(bytes <= most, "body must have at most 25,000,000 bytes");
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
