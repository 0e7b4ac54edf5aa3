// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_INSTRUMENTS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_INSTRUMENTS_IPP

#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/annolab/instruments.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::annolab {

/// One request of a search.
struct instrument_search_call {
    using provider = annolab::provider;
    using response = instrument_page;
    static constexpr operation_info info{.name = "search_instruments",
                                         .route = "instrument/search"};

    instrument_search_call(std::string query, bool post) : body(std::move(query)), by_post(post) {}

    std::string body;
    bool by_post;

    result<void> write_body(std::string& out) const
    {
        out = body;
        return {};
    }
    result<void> prepare(http::request& message) const
    {
        if (by_post)
            message.method = "POST";
        return {};
    }
};

INFERPP_DECL result<void> search_instruments::validate() const
{
    if (page < 1)
        return refuse("page must be at least 1");
    return check_project_name();
}

INFERPP_DECL boost::asio::awaitable<instrument_page> search_instruments::perform(
    client with, search_instruments search, call_options call)
{
    std::string query;
    encode_json(search, query).value();
    instrument_search_call const first{query, search.by_post_};
    auto found = co_await as_result(with.send(first, call));
    bool by_post = search.by_post_;
    if (!found && !by_post) {
        int const status = found.error().info().http_status;
        if (status == 404 || status == 405) {
            instrument_search_call const older{query, true};
            auto again = co_await as_result(with.send(older, call));
            // Where neither is there, the project is what is missing, as the first answer says.
            if (again || again.error().info().http_status != status) {
                found = std::move(again);
                by_post = true;
            }
        }
    }
    found.value().by_post = by_post;
    co_return std::move(*found);
}

INFERPP_DECL bool next_page(instrument_page const& listed, std::int64_t& page) noexcept
{
    // Without an instrument there is no end in sight, whatever the page says.
    if (!listed.has_more_pages || listed.results.empty())
        return false;
    page = (std::max)(page, listed.page) + 1; // never the same again
    return true;
}

INFERPP_DECL bool search_instruments::advance(instrument_page const& listed)
{
    by_post_ = listed.by_post;
    return next_page(listed, page);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
