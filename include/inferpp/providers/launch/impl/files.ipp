// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_FILES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_FILES_IPP

#include <inferpp/codec/multipart.hpp>
#include <inferpp/providers/launch/files.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<void> upload_file::validate() const
{
    if (auto const given = check_given("filename", filename); !given)
        return given;
    return check_given("content_type", content_type);
}

INFERPP_DECL result<void> upload_file::prepare(http::request& message) const
{
    multipart_writer form{message.body};
    form.add_file("file", filename, content_type, content.view());
    form.finish();
    message.headers.set("Content-Type", form.content_type());
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
