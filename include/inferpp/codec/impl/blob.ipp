// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_BLOB_IPP
#define INFERPP_CODEC_IMPL_BLOB_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/blob.hpp>

#include <string>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<blob> blob::from_json(boost::json::value const& value)
{
    if (!value.is_string())
        return error{errc::bad_schema, "expected bytes as a text in base64"};
    auto decoded = decode_base64({value.get_string().data(), value.get_string().size()});
    if (!decoded)
        return error{errc::bad_schema, "the text is no base64"};
    return blob{std::move(*decoded)};
}

INFERPP_DECL void blob::to_json(json_writer& out) const
{
    out.string_of([this](std::string& text) { append_base64(view(), text); });
}

} // namespace inferpp::inline INFERPP_ABI

#endif
