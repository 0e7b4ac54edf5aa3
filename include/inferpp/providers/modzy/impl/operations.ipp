// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_OPERATIONS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_OPERATIONS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/operations.hpp>

#include <cstddef>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL std::string get_job::target() const
{
    return target_builder{}.path("jobs").path(job_identifier).str();
}

INFERPP_DECL std::string cancel_job::target() const
{
    return target_builder{}.path("jobs").path(job_identifier).str();
}

INFERPP_DECL std::string get_results::target() const
{
    return target_builder{}.path("results").path(job_identifier).str();
}

inline error refuse(std::string message)
{
    return error{errc::invalid_argument, std::move(message)};
}

// Three numbers with dots, then an optional pre-release and build (semver.org 2.0.0).
inline bool is_semantic_version(std::string_view text) noexcept
{
    for (int part = 0; part < 3; ++part) {
        std::size_t digits = 0;
        while (digits < text.size() && inferpp::detail::is_digit(text[digits]))
            ++digits;
        if (digits == 0 || (part < 2 && (digits == text.size() || text[digits] != '.')))
            return false;
        text.remove_prefix(part < 2 ? digits + 1 : digits);
    }
    if (text.empty())
        return true;
    if ((text[0] != '-' && text[0] != '+') || text.size() == 1)
        return false;
    for (char const c : text)
        if (!inferpp::detail::is_digit(c) &&
            !(inferpp::detail::ascii_lower(c) >= 'a' && inferpp::detail::ascii_lower(c) <= 'z') &&
            c != '-' && c != '+' && c != '.')
            return false;
    return true;
}

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

template <class Sources>
result<void> validate_sources(Sources const& sources)
{
    if (sources.empty())
        return refuse("sources is empty; a job needs at least one input");
    for (auto const& [input_key, input] : sources) {
        if (input_key.empty())
            return refuse("sources has an empty input key; name each input");
        std::string const place = "sources['" + inferpp::detail::printable(input_key, 64) + "']";
        if (input.empty())
            return refuse(place + " is empty; give it the data keys that the model expects");
        for (auto const& [data_key, value] : input)
            if (data_key.empty())
                return refuse(place + " has an empty data key; use the names of the model's "
                                      "inputs, such as input.txt");
    }
    return {};
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

INFERPP_DECL result<void> text_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    return validate_sources(sources);
}

INFERPP_DECL result<void> text_job::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    write_head(writer);
    writer.key("input");
    writer.begin_object();
    writer.key("type");
    writer.string("text");
    writer.key("sources");
    write_json(sources, writer);
    writer.end_object();
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL result<void> embedded_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    if (result<void> const valid = validate_sources(sources); !valid)
        return valid;
    for (auto const& [input_key, input] : sources)
        for (auto const& [data_key, value] : input)
            if (!is_media_type(value.media_type))
                return refuse("sources['" + inferpp::detail::printable(input_key, 64) + "']['" +
                              inferpp::detail::printable(data_key, 64) +
                              "'].media_type must be a media type such as \"image/png\", without "
                              "blanks, commas and quotes");
    return {};
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

    json_writer writer{out};
    writer.begin_object();
    write_head(writer);
    writer.key("input");
    writer.begin_object();
    writer.key("type");
    writer.string("embedded");
    writer.key("sources");
    writer.begin_object();
    for (auto const& [input_key, input] : sources) {
        writer.key(input_key);
        writer.begin_object();
        for (auto const& [data_key, value] : input) {
            writer.key(data_key);
            writer.string_of([&data = value](std::string& text) {
                append_data_url(data.media_type, data.data.view(), text);
            });
        }
        writer.end_object();
    }
    writer.end_object();
    writer.end_object();
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
