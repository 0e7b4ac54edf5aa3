// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_SESSION_STREAMS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_SESSION_STREAMS_IPP

#include <inferpp/providers/decthings/session_streams.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL session_event_source::~session_event_source()
{
    from_->with.platform().hub()->close(from_);
}

INFERPP_DECL boost::asio::awaitable<result<std::optional<session_event>>> session_event_source::
    next()
{
    auto some = co_await next_some(1);
    if (!some)
        co_return some.error();
    std::optional<session_event> one;
    if (!some->empty())
        one = std::move(some->front());
    co_return one;
}

INFERPP_DECL boost::asio::awaitable<result<std::vector<session_event>>> session_event_source::
    next_some(std::size_t max)
{
    return from_->with.platform().hub()->take(from_, max);
}

INFERPP_DECL session_stream::session_stream(std::unique_ptr<session_event_source> source,
                                            subscription const& of)
    : event_stream(std::move(source)),
      id_(of.id),
      through_(of.with)
{
}

INFERPP_DECL void check_subscribed(subscription const& of)
{
    if (of.id.empty())
        throw failure{error{errc::bad_schema, "the answer has no id of the new session"}};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
