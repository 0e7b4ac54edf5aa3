// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_CONVERSE_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/providers/bedrock/runtime/converse.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL result<void> converse::validate() const
{
    return detail::first_error({check_model(model_id), check(),
                                guardrail_config
                                    ? check_guardrail(guardrail_config->guardrail_identifier,
                                                      guardrail_config->guardrail_version, false)
                                    : result<void>{}});
}

/// The guardrail of a stream.
struct guardrail_stream_config : guardrail_config {
    explicit guardrail_stream_config(guardrail_config const& from) : guardrail_config(from) {}

    std::optional<word<stream_processing>> stream_processing_mode;
};
BOOST_DESCRIBE_STRUCT(guardrail_stream_config, (guardrail_config), (stream_processing_mode))

INFERPP_DECL result<void> stream_converse::validate() const
{
    if (request_.stream_processing_mode && !request_.guardrail_config)
        return detail::refuse("stream_processing_mode is of a guardrail; set guardrail_config too");
    return request_.validate();
}

INFERPP_DECL std::string stream_converse::target() const
{
    return target_builder{}.path("model").path(request_.model_id).path("converse-stream").str();
}

inline result<void> write_conversation(converse const& request, bool streamed, std::string& out)
{
    json_writer writer{out};
    writer.begin_object();
    write_json_members(static_cast<conversation const&>(request), writer);
    if (request.guardrail_config) {
        guardrail_stream_config guardrail{*request.guardrail_config};
        if (streamed)
            guardrail.stream_processing_mode = request.stream_processing_mode;
        writer.key("guardrailConfig");
        write_json(guardrail, writer);
    }
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL std::string converse::target() const
{
    return target_builder{}.path("model").path(model_id).path("converse").str();
}

INFERPP_DECL result<void> converse::write_body(std::string& out) const
{
    return write_conversation(*this, false, out);
}

INFERPP_DECL result<void> stream_converse::write_body(std::string& out) const
{
    return write_conversation(request_, true, out);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
