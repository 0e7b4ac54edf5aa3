// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIALS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIALS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Fetching, of which those that wait see the end, whatever that is.
class credentials_provider::refresh {
public:
    explicit refresh(credentials_provider& home) noexcept : home_(home) {}
    refresh(refresh const&) = delete;
    refresh& operator=(refresh const&) = delete;
    ~refresh()
    {
        std::lock_guard const lock{home_.mutex_};
        home_.refreshing_ = false;
        ++home_.refreshed_;
        home_.outcome_.swap(what);
    }

    outcome what; ///< nothing: the others have to see for themselves

private:
    credentials_provider& home_;
};

INFERPP_DECL credentials_provider::credentials_ptr credentials_provider::current() const
{
    std::lock_guard const lock{mutex_};
    return current_;
}

INFERPP_DECL bool credentials_provider::is_ready(sys_milliseconds now) const
{
    std::lock_guard const lock{mutex_};
    age const how = age_at(now);
    return how == age::good || (how == age::aging && (refreshing_ || now < not_before_));
}

// With the mutex held.
INFERPP_DECL credentials_provider::age credentials_provider::age_at(sys_milliseconds now) const
{
    using std::chrono::milliseconds;
    if (!current_ || rejected_)
        return age::old;
    if (!current_->expires)
        return age::good;
    // Some sources give credentials that live for minutes.
    milliseconds const life = *current_->expires - fetched_;
    milliseconds const left = *current_->expires - now;
    if (left <= (std::min<milliseconds>)(std::chrono::minutes{10}, life / 4))
        return age::old;
    return left <= (std::min<milliseconds>)(std::chrono::minutes{15}, life / 2) ? age::aging
                                                                                : age::good;
}

INFERPP_DECL boost::asio::awaitable<result<credentials_provider::credentials_ptr>>
credentials_provider::get(provider_services with, sys_milliseconds now)
{
    while (true) {
        std::uint64_t before = 0;
        bool mine = false;
        {
            std::lock_guard const lock{mutex_};
            age const how = age_at(now);
            if (how == age::good || (how == age::aging && (refreshing_ || now < not_before_)))
                co_return current_;
            mine = !std::exchange(refreshing_, true);
            before = refreshed_;
        }
        if (!mine) {
            auto seen = co_await wait_for_another(before, with.deadline);
            if (seen)
                co_return std::move(*seen);
            continue;
        }
        refresh running{*this};
        auto fetched = co_await fetch(with);
        auto settled = settle(std::move(fetched), now);
        // How long this caller would wait is no matter of the others.
        if (settled || !(settled.error() == condition::cancelled ||
                         settled.error() == errc::deadline_exceeded))
            running.what = settled;
        co_return settled;
    }
}

// Who waits looks again and again: it may run on another context than who fetches, and nothing may
// be posted to a context that may be going just then.
INFERPP_DECL boost::asio::awaitable<credentials_provider::outcome> credentials_provider::
    wait_for_another(std::uint64_t before, clock::time_point deadline) const
{
    constexpr std::chrono::milliseconds pause{5};
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    std::optional<errc> given_up;
    while (!given_up) {
        auto const now = std::chrono::steady_clock::now();
        timer.expires_at(deadline - now > pause ? now + pause : deadline);
        auto const [code] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        std::lock_guard const lock{mutex_};
        if (refreshed_ != before)
            co_return outcome_;
        if (code)
            given_up = errc::cancelled;
        else if (now >= deadline)
            given_up = errc::deadline_exceeded;
    }
    error e{*given_up};
    e.edit().phase = "wait for credentials";
    co_return e;
}

INFERPP_DECL result<credentials_provider::credentials_ptr> credentials_provider::settle(
    result<credentials> fetched, sys_milliseconds now)
{
    std::lock_guard const lock{mutex_};
    if (fetched) {
        current_ = std::make_shared<credentials const>(std::move(*fetched));
        fetched_ = now;
        not_before_ = sys_milliseconds{};
        rejected_ = false;
        return current_;
    }
    if (age_at(now) == age::old)
        return fetched.error();
    not_before_ = now + std::chrono::minutes{1};
    return current_;
}

INFERPP_DECL void credentials_provider::reject(credentials_ptr const& which)
{
    std::lock_guard const lock{mutex_};
    rejected_ = rejected_ || current_ == which;
}

/// Credentials that are known.
class static_credentials_type final : public credentials_provider {
public:
    explicit static_credentials_type(credentials known) : known_(std::move(known)) {}

    std::string name() const override { return known_.source; }

protected:
    boost::asio::awaitable<result<credentials>> fetch(provider_services) override
    {
        co_return known_;
    }

private:
    credentials known_;
};

INFERPP_DECL std::shared_ptr<credentials_provider> static_credentials(credentials known)
{
    if (known.access_key_id.empty() || known.secret_key.empty())
        throw failure{
            error{errc::invalid_argument, "credentials need an access_key_id and a secret_key"}};
    if (known.source.empty())
        known.source = "static credentials";
    return std::make_shared<static_credentials_type>(std::move(known));
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
