// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_INFERENCES_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_INFERENCES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/inferences.hpp>

#include <boost/json/object.hpp>

namespace inferpp::inline INFERPP_ABI::modzy {

/// An output as it stands on the wire.
struct encoded_output {
    encoded_output() = default;

    std::string data; ///< base64
    std::string content_type;
};
BOOST_DESCRIBE_STRUCT(encoded_output, (), (data, content_type))

INFERPP_DECL result<inference_output> inference_output::from_json(boost::json::value const& value)
{
    auto encoded = decode_value<encoded_output>(value);
    if (!encoded)
        return encoded.error();
    auto data = decode_base64(encoded->data);
    if (!data)
        return error{errc::bad_schema, "the output's data is no base64"};
    inference_output output;
    output.data = bytes{std::move(*data)};
    output.content_type = std::move(encoded->content_type);
    return output;
}

INFERPP_DECL void inference_output::to_json(json_writer& out) const
{
    out.begin_object();
    out.key("data");
    out.string_of([this](std::string& text) { append_base64(data.view(), text); });
    out.key("contentType");
    out.string(content_type);
    out.end_object();
}

INFERPP_DECL job_status inference_request::describe(inference const& asked)
{
    job_status status{phase::unknown, asked.status.text()};
    switch (asked.status.value()) {
    case inference_state::unknown: break;
    case inference_state::queued:
    case inference_state::fetching: status.phase = phase::queued; break;
    case inference_state::in_progress: status.phase = phase::running; break;
    case inference_state::complete: status.phase = phase::succeeded; break;
    case inference_state::canceled: status.phase = phase::cancelled; break;
    case inference_state::failed: status.phase = phase::failed; break;
    }
    return status;
}

INFERPP_DECL result<void> inference_request::validate() const
{
    if (model.identifier.empty())
        return refuse("model.identifier is empty; give that of a model, such as \"ed542963de\"");
    if (!is_semantic_version(model.version))
        return refuse("model.version must be a semantic version such as \"1.0.1\", not '" +
                      inferpp::detail::printable(model.version, 64) + '\'');
    if (inputs.empty())
        return refuse("inputs is empty; an inference needs the model's inputs");
    for (auto const& [key, input] : inputs) {
        if (key.empty())
            return refuse("inputs has an empty key; use the names of the model's inputs, such as "
                          "input.txt");
        if (auto const* const s3 = std::get_if<inference_s3>(&input.value);
            s3 != nullptr && s3->endpoint.has_value() == s3->region.has_value())
            return refuse("inputs['" + inferpp::detail::printable(key, 64) +
                          "'] needs exactly one of endpoint and region");
    }
    return {};
}

inline void write_inference_input(inference_input const& input, json_writer& out)
{
    if (auto const* const text = std::get_if<std::string>(&input.value)) {
        out.key("text");
        out.string(*text);
    } else if (auto const* const data = std::get_if<bytes>(&input.value)) {
        out.key("data"); // plain base64 here, and no data URL
        out.string_of([data](std::string& body) { append_base64(data->view(), body); });
    } else if (auto const* const s3 = std::get_if<inference_s3>(&input.value)) {
        out.key("s3");
        write_json(*s3, out);
    } else {
        out.key("azure");
        write_json(std::get<inference_azure>(input.value), out);
    }
}

INFERPP_DECL result<void> inference_request::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    writer.key("model");
    writer.begin_object();
    writer.key("identifier");
    writer.string(model.identifier);
    writer.key("version");
    writer.string(model.version);
    writer.end_object();
    writer.key("inputs");
    writer.begin_array();
    for (auto const& [key, input] : inputs) {
        writer.begin_object();
        writer.key("key");
        writer.string(key);
        write_inference_input(input, writer);
        writer.end_object();
    }
    writer.end_array();
    if (!tags.empty()) {
        writer.key("tags");
        write_json(tags, writer);
    }
    writer.key("explain");
    writer.boolean(explain);
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL result<void> inference_request::prepare(http::request& message) const
{
    for (auto const& [key, input] : inputs) {
        if (auto const* const s3 = std::get_if<inference_s3>(&input.value)) {
            message.secrets.push_back(s3->access_key_id);
            message.secrets.push_back(s3->access_key_secret);
        } else if (auto const* const azure = std::get_if<inference_azure>(&input.value)) {
            message.secrets.push_back(azure->storage_account_key);
        }
    }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
