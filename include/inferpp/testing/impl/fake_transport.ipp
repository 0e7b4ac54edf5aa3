// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_FAKE_TRANSPORT_IPP
#define INFERPP_TESTING_IMPL_FAKE_TRANSPORT_IPP

#include <inferpp/testing/fake_transport.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {

/// The body of a scripted answer.
class scripted_body final : public body_reader {
public:
    scripted_body(std::vector<std::string> pieces, bool cut) : pieces_(std::move(pieces)), cut_(cut)
    {
    }

    boost::asio::awaitable<result<std::string_view>> read_some(clock::duration,
                                                               clock::time_point) override
    {
        co_await boost::asio::post(co_await boost::asio::this_coro::executor,
                                   boost::asio::deferred);
        while (at_ < pieces_.size() && pieces_[at_].empty())
            ++at_;
        if (at_ == pieces_.size()) {
            if (!cut_)
                co_return std::string_view{};
            error e{errc::truncated};
            e.edit().sent = sent_state::yes;
            e.edit().phase = "read body";
            co_return e;
        }
        co_return std::string_view{pieces_[at_++]};
    }

private:
    std::vector<std::string> pieces_;
    std::size_t at_ = 0;
    bool cut_;
};

inline error scripted_failure(errc code, sent_state sent, std::string_view phase)
{
    error e{code};
    e.edit().sent = sent;
    e.edit().phase = phase;
    return e;
}

INFERPP_DECL fake_transport::fake_transport(std::shared_ptr<clock> time)
    : time_(time ? std::move(time) : real_clock())
{
}

INFERPP_DECL fake_transport& fake_transport::reply(int status, std::string body,
                                                   http::headers headers)
{
    scripted next;
    next.status = status;
    next.headers = std::move(headers);
    next.pieces.push_back(std::move(body));
    script_.push_back(std::move(next));
    return *this;
}

INFERPP_DECL fake_transport& fake_transport::reply_in_pieces(int status,
                                                             std::vector<std::string> pieces)
{
    scripted next;
    next.status = status;
    next.pieces = std::move(pieces);
    script_.push_back(std::move(next));
    return *this;
}

INFERPP_DECL fake_transport& fake_transport::reply_cut(int status, std::vector<std::string> pieces)
{
    reply_in_pieces(status, std::move(pieces));
    script_.back().cut = true;
    return *this;
}

INFERPP_DECL fake_transport& fake_transport::fail(errc code, sent_state sent)
{
    scripted next;
    next.code = code;
    next.sent = sent;
    script_.push_back(std::move(next));
    return *this;
}

INFERPP_DECL fake_transport& fake_transport::hang()
{
    script_.emplace_back();
    return *this;
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> fake_transport::open(
    origin const& to, http::request const& message, limits const& bounds,
    clock::time_point deadline)
{
    // As a real transport, this one never answers before it has been waited for.
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::deferred);
    auto const cancelling = co_await boost::asio::this_coro::cancellation_state;
    if (cancelling.cancelled() != boost::asio::cancellation_type::none)
        co_return scripted_failure(errc::cancelled, sent_state::no, "connect");
    if (breaks_here())
        co_return scripted_failure(errc::connect_failed, sent_state::no, "connect");
    requests_.push_back(message);
    origins_.push_back(to);
    if (breaks_here())
        co_return scripted_failure(errc::truncated, sent_state::maybe, "read header");
    if (script_.empty())
        co_return error{errc::unsupported, "the fake transport has no reply left for " +
                                               message.method + ' ' + message.target};
    scripted next = std::move(script_.front());
    script_.pop_front();
    if (next.code)
        co_return scripted_failure(*next.code, next.sent, "scripted");
    if (next.status == 0) {
        auto const first_byte = saturating_add(time_->now(), bounds.first_byte);
        error_code const stopped = co_await time_->sleep_until((std::min)(first_byte, deadline));
        if (stopped)
            co_return scripted_failure(errc::cancelled, sent_state::maybe, "read header");
        co_return scripted_failure(deadline < first_byte ? errc::deadline_exceeded
                                                         : errc::first_byte_timeout,
                                   sent_state::maybe, "read header");
    }
    incoming answer;
    answer.status = next.status;
    answer.headers = std::move(next.headers);
    if (breaks_here()) {
        next.pieces.clear();
        next.cut = true;
    }
    answer.body = std::make_unique<scripted_body>(std::move(next.pieces), next.cut);
    co_return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
