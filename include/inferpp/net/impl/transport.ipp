// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_TRANSPORT_IPP
#define INFERPP_NET_IMPL_TRANSPORT_IPP

#include <inferpp/net/transport.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL boost::asio::awaitable<result<std::string>> read_body(incoming& answer,
                                                                   limits const& bounds,
                                                                   clock::time_point deadline)
{
    std::string body;
    if (!answer.body)
        co_return body;
    auto const reader = std::move(answer.body);
    std::uint64_t const announced = answer.content_length.value_or(0);
    bool too_large = announced > bounds.body_bytes;

    // A server's word on the length is no reason to allocate it all at once.
    constexpr std::size_t trusted = 1UL << 20;
    std::size_t room = static_cast<std::size_t>((std::min<std::uint64_t>)(announced, trusted));
    if (room == 0)
        room = 4096;
    // One byte more than allowed shows that a body is too large.
    std::size_t const most =
        bounds.body_bytes + (bounds.body_bytes < (std::numeric_limits<std::size_t>::max)() ? 1 : 0);
    std::size_t filled = 0;
    while (!too_large) {
        if (body.size() == filled)
            body.resize((std::min)((std::max)(filled * 2, room), most));
        auto const got =
            co_await reader->read_some(std::span{body}.subspan(filled), bounds.idle, deadline);
        if (!got) {
            error e = got.error();
            constexpr std::size_t shown = 4096;
            e.edit().raw_body = body.substr(0, (std::min)(filled, shown));
            co_return e;
        }
        filled += *got;
        if (*got == 0 || filled == announced) {
            // At the announced length the reader has seen the end already.
            body.resize(filled);
            co_return body;
        }
        too_large = filled > bounds.body_bytes;
    }
    error e{errc::body_too_large, "the answer's body is over " + std::to_string(bounds.body_bytes) +
                                      " bytes; raise limits.body_bytes"};
    e.edit().phase = "read body";
    e.edit().sent = sent_state::yes;
    co_return e;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
