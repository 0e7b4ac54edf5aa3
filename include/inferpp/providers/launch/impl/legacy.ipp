// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_LEGACY_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_LEGACY_IPP

#include <inferpp/providers/launch/legacy.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

inline boost::asio::awaitable<uploaded> upload_to(client with, presigned_upload to, bytes content,
                                                  call_options call)
{
    co_await with.upload(to.signed_url, std::move(content), call);
    uploaded done;
    done.location = to.location();
    co_return done;
}

INFERPP_DECL boost::asio::awaitable<uploaded> upload_batch_input::perform(client with,
                                                                          upload_batch_input upload,
                                                                          call_options call)
{
    request_batch_upload const ask;
    auto to = co_await with.send(ask, call);
    co_return co_await upload_to(with, std::move(to), std::move(upload.content), call);
}

INFERPP_DECL boost::asio::awaitable<uploaded> upload_bundle::perform(client with,
                                                                     upload_bundle upload,
                                                                     call_options call)
{
    request_bundle_upload const ask;
    auto to = co_await with.send(ask, call);
    co_return co_await upload_to(with, std::move(to), std::move(upload.content), call);
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
