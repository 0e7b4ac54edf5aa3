// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_SUBMISSIONS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_SUBMISSIONS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/submissions.hpp>

#include <cstddef>

namespace inferpp::inline INFERPP_ABI::modzy {

// The type stands in a data URL inside a JSON string: nothing in it may end either.
inline bool is_media_type(std::string_view text) noexcept
{
    for (char const c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
            c == ',' || c == '"' || c == '\\')
            return false;
    auto const slash = text.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size();
}

// What can't be valid in one value; "" for nothing.

inline std::string_view fault_of_text(std::string const&) noexcept
{
    return "";
}

inline std::string_view fault_of_embedded(embedded_input const& input) noexcept
{
    return is_media_type(input.media_type) ? ""
                                           : ".media_type must be a media type such as "
                                             "\"image/png\", without blanks, commas and quotes";
}

inline std::string_view fault_of_object(s3_object const& object) noexcept
{
    return object.bucket.empty() ? ".bucket is empty" : object.key.empty() ? ".key is empty" : "";
}

inline std::string_view fault_of_blob(azure_blob const& blob) noexcept
{
    return blob.container.empty()   ? ".container is empty"
           : blob.file_path.empty() ? ".file_path is empty"
                                    : "";
}

INFERPP_DECL std::string job_request::failure_reason(job_results const& results)
{
    if (results.failures.empty())
        return {};
    auto const& [key, first] = *results.failures.begin();
    std::string reason = "input '" + key + "': " + first.error;
    if (results.failures.size() > 1)
        reason += " (and " + std::to_string(results.failures.size() - 1) + " more inputs failed)";
    return reason;
}

INFERPP_DECL result<void> job_request::validate_model() const
{
    if (model.empty())
        return refuse("model is empty; give the identifier of a model, such as \"ed542963de\"");
    if (!is_semantic_version(version))
        return refuse("version must be a semantic version such as \"1.0.1\", not '" +
                      inferpp::detail::printable(version, 64) + '\'');
    if (timeout && *timeout < std::chrono::milliseconds{1})
        return refuse("timeout must be at least 1 ms");
    return {};
}

INFERPP_DECL void job_request::write_head(json_writer& out) const
{
    out.key("model");
    out.begin_object();
    out.key("identifier");
    out.string(model);
    out.key("version");
    out.string(version);
    out.end_object();
    out.key("explain");
    out.boolean(explain);
    if (timeout) {
        out.key("timeout");
        out.number(std::int64_t{timeout->count()});
    }
}

// The envelope of a submission. What is described of a request is its `input`.
template <class Request>
result<void> job_request::write_submission(std::string_view type, Request const& request,
                                           std::string& out)
{
    json_writer writer{out};
    writer.begin_object();
    request.write_head(writer);
    writer.key("input");
    writer.begin_object();
    writer.key("type");
    writer.string(type);
    write_json_members(request, writer);
    writer.end_object();
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL result<void> text_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    return validate_sources(sources, fault_of_text);
}

INFERPP_DECL result<void> text_job::write_body(std::string& out) const
{
    return write_submission("text", *this, out);
}

INFERPP_DECL result<void> embedded_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    return validate_sources(sources, fault_of_embedded);
}

INFERPP_DECL void embedded_input::to_json(json_writer& out) const
{
    out.string_of([this](std::string& text) { append_data_url(media_type, data.view(), text); });
}

INFERPP_DECL result<void> embedded_job::write_body(std::string& out) const
{
    // Sized once: the bytes are copied into the request and nowhere else.
    std::size_t size = 512;
    for (auto const& [input_key, input] : sources) {
        size += 2 * input_key.size() + 16;
        for (auto const& [data_key, value] : input)
            size +=
                2 * data_key.size() + value.media_type.size() + base64_size(value.data.size()) + 64;
    }
    out.reserve(size);
    return write_submission("embedded", *this, out);
}

INFERPP_DECL result<void> s3_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    if (access_key_id.empty())
        return refuse("access_key_id is empty");
    if (secret_access_key.empty())
        return refuse("secret_access_key is empty");
    if (region.empty())
        return refuse("region is empty; give that of the bucket, such as \"us-east-1\"");
    return validate_sources(sources, fault_of_object);
}

INFERPP_DECL result<void> s3_job::write_body(std::string& out) const
{
    return write_submission(folders ? "aws-s3-folder" : "aws-s3", *this, out);
}

INFERPP_DECL result<void> storage_grid_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    if (access_key_id.empty())
        return refuse("access_key_id is empty");
    if (secret_access_key.empty())
        return refuse("secret_access_key is empty");
    auto const address = parse_url(endpoint);
    if (!address || !address->origin.tls)
        return refuse("endpoint must be a URL of https, such as \"https://grid.example\"");
    return validate_sources(sources, fault_of_object);
}

INFERPP_DECL result<void> storage_grid_job::write_body(std::string& out) const
{
    return write_submission("storage-grid", *this, out);
}

INFERPP_DECL result<void> azure_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    if (storage_account.empty())
        return refuse("storage_account is empty");
    if (storage_account_key.empty())
        return refuse("storage_account_key is empty");
    return validate_sources(sources, fault_of_blob);
}

INFERPP_DECL result<void> azure_job::write_body(std::string& out) const
{
    return write_submission("azureblob", *this, out);
}

INFERPP_DECL result<void> jdbc_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    if (!url.starts_with("jdbc:"))
        return refuse("url must be one of JDBC, such as \"jdbc:postgresql://host:5432/database\"");
    if (driver.empty())
        return refuse("driver is empty; give the class of the JDBC driver");
    if (query.empty())
        return refuse("query is empty");
    return {};
}

INFERPP_DECL result<void> jdbc_job::write_body(std::string& out) const
{
    return write_submission("jdbc", *this, out);
}

INFERPP_DECL result<void> s3_job::prepare(http::request& message) const
{
    message.secrets = {access_key_id, secret_access_key};
    return {};
}

INFERPP_DECL result<void> storage_grid_job::prepare(http::request& message) const
{
    message.secrets = {access_key_id, secret_access_key};
    return {};
}

INFERPP_DECL result<void> azure_job::prepare(http::request& message) const
{
    message.secrets = {storage_account_key};
    return {};
}

INFERPP_DECL result<void> jdbc_job::prepare(http::request& message) const
{
    message.secrets = {password};
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
