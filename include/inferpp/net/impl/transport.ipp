// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_TRANSPORT_IPP
#define INFERPP_NET_IMPL_TRANSPORT_IPP

#include <inferpp/net/transport.hpp>

#include <algorithm>
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
    while (!too_large) {
        auto const got = co_await reader->read_some(bounds.idle, deadline);
        if (!got) {
            error e = got.error();
            constexpr std::size_t shown = 4096;
            e.edit().raw_body = body.substr(0, shown);
            co_return e;
        }
        if (got->empty())
            co_return body;
        too_large = got->size() > bounds.body_bytes - body.size();
        if (too_large)
            break;
        std::size_t const filled = body.size() + got->size();
        if (filled > body.capacity() && filled < announced)
            body.reserve(detail::room_for_body(filled, announced));
        body += *got;
        if (filled == announced) // the reader has seen the end already
            co_return body;
    }
    error e{errc::body_too_large, "the answer's body is over " + std::to_string(bounds.body_bytes) +
                                      " bytes; raise limits.body_bytes"};
    e.edit().phase = "read body";
    e.edit().sent = sent_state::yes;
    co_return e;
}

INFERPP_DECL std::size_t detail::room_for_body(std::size_t filled, std::uint64_t announced) noexcept
{
    constexpr std::size_t trusted = 1UL << 20;
    auto const most = filled < trusted ? (std::min<std::uint64_t>)(announced, trusted) : announced;
    return (std::max<std::size_t>)(filled, static_cast<std::size_t>(most));
}

} // namespace inferpp::inline INFERPP_ABI

#endif
