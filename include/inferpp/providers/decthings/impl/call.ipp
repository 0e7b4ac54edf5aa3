// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_CALL_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_CALL_IPP

#include <inferpp/providers/decthings/call.hpp>

#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> frame(http::request& message, attachments const& with)
{
    auto framed = frame_request({}, message.body, with);
    if (!framed)
        return framed.error();
    message.headers.set("Content-Type", octet_stream);
    message.headers.set("Accept", octet_stream);
    message.body = std::move(framed->head);
    if (framed->rest.empty())
        return {};
    std::vector<shared_bytes> pieces;
    pieces.reserve(1 + framed->rest.size());
    pieces.emplace_back(std::move(message.body));
    pieces.insert(pieces.end(), framed->rest.begin(), framed->rest.end());
    message.body.clear();
    message.source = http::memory_body(std::move(pieces));
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
