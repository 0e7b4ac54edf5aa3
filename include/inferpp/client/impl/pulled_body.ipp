// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_PULLED_BODY_IPP
#define INFERPP_CLIENT_IMPL_PULLED_BODY_IPP

#include <inferpp/client/pulled_body.hpp>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL boost::asio::awaitable<std::string_view> pulled_body::read()
{
    if (!answer_.body)
        co_return std::string_view{};
    error failed;
    try {
        // A transport knows the machine's clock alone.
        if (line_->clock().now() < deadline_) {
            auto const got = co_await answer_.body->read_some(line_->limits().idle, deadline_);
            if (got && got->empty())
                answer_.body.reset();
            if (got)
                co_return *got;
            failed = got.error();
        } else {
            failed = error{errc::deadline_exceeded};
        }
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    answer_.body.reset();
    failed.edit().http_status = answer_.status;
    failed.edit().sent = sent_state::yes;
    throw failure{line_->complete(std::move(failed), info_)};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
