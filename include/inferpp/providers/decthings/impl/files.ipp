// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_FILES_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_FILES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/providers/decthings/files.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<file_name> file_name::from_json(boost::json::value const& value)
{
    auto const* const text = value.if_string();
    auto decoded = text != nullptr ? decode_base64({text->data(), text->size()}) : std::nullopt;
    if (!decoded)
        return error{errc::bad_schema, "expected a name in base64"};
    return file_name{std::move(*decoded)};
}

INFERPP_DECL void file_name::to_json(json_writer& out) const
{
    out.string_of([this](std::string& text) { append_base64(name_, text); });
}

INFERPP_DECL result<void> of_filesystem::validate() const
{
    if (snapshot_id && version_id)
        return refuse("snapshot_id and version_id exclude each other");
    return check_given("model_id", model_id);
}

INFERPP_DECL result<void> of_name::check_name(std::string_view member, file_name const& name)
{
    if (name.str().find('/') != std::string::npos)
        return refuse(std::string{member} +
                      " must not contain a slash; see lookup_file for folders");
    return check_given(member, name.str());
}

INFERPP_DECL result<void> file_content::attach(blob_reader& blobs)
{
    auto content = blobs.next();
    if (!content)
        return content.error();
    data = std::move(*content);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
