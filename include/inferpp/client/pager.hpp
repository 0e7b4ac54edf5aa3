// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_PAGER_HPP
#define INFERPP_CLIENT_PAGER_HPP

#include <inferpp/client/job.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief The pages of a listing, fetched one by one when they are asked for.
 *
 * Items or pages, whichever suits: `next()` gives the rest of a page before it fetches another.
 * *Cancellation*: `terminal`; the same page can be asked for again. *Lifetimes*: the pager must
 * outlive the awaitable. *Thread safety*: unsafe when shared.
 */
template <page_operation Op>
class pager {
public:
    using item = typename Op::item;

    pager(std::shared_ptr<detail::pipeline> line, Op first, call_options call)
        : line_(std::move(line)),
          ask_(std::move(first)),
          call_(call)
    {
    }

    /// The next item; nothing after the last. @throws failure
    boost::asio::awaitable<std::optional<item>> next()
    {
        while (at_ == page_.size()) {
            auto fetched = co_await next_page();
            if (!fetched)
                co_return std::optional<item>{};
            page_ = std::move(*fetched);
            at_ = 0;
        }
        co_return std::optional<item>{std::move(page_[at_++])};
    }

    /// The next page, without the items that `next()` has given; nothing after the last.
    /// @throws failure
    boost::asio::awaitable<std::optional<std::vector<item>>> next_page()
    {
        using page = std::optional<std::vector<item>>;
        if (at_ < page_.size()) {
            page rest{std::vector<item>(
                std::make_move_iterator(page_.begin() + static_cast<std::ptrdiff_t>(at_)),
                std::make_move_iterator(page_.end()))};
            page_.clear();
            at_ = 0;
            co_return rest;
        }
        if (!more_)
            co_return page{};
        auto answer = co_await detail::call_whole(line_, ask_, call_);
        typename Op::response& listed = answer.value();
        more_ = ask_.advance(std::as_const(listed));
        co_return page{Op::items(listed)};
    }

private:
    std::shared_ptr<detail::pipeline> line_;
    Op ask_;
    call_options call_;
    std::vector<item> page_;
    std::size_t at_ = 0;
    bool more_ = true;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
