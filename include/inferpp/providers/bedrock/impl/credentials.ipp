// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIALS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIALS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A caller that waits for what another one fetches. Lives as long as its coroutine's frame; the
/// timer is only touched on that coroutine's executor.
class credentials_provider::waiter {
public:
    waiter(boost::asio::any_io_executor const& executor, clock::time_point deadline)
        : wake(executor, deadline)
    {
    }
    boost::asio::steady_timer wake;
    bool told = false;
    outcome what;
};

/// Fetching, of which the waiters are told the end, whatever that is.
class credentials_provider::refresh {
public:
    explicit refresh(credentials_provider& home) noexcept : home_(home) {}
    refresh(refresh const&) = delete;
    refresh& operator=(refresh const&) = delete;
    ~refresh() { home_.tell(what); }

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
    if (!current_)
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
    auto const executor = co_await boost::asio::this_coro::executor;
    while (true) {
        std::shared_ptr<waiter> me;
        {
            std::lock_guard const lock{mutex_};
            age const how = age_at(now);
            if (how == age::good || (how == age::aging && (refreshing_ || now < not_before_)))
                co_return current_;
            if (!refreshing_) {
                refreshing_ = true;
            } else {
                me = std::make_shared<waiter>(executor, with.deadline);
                waiters_.push_back(me);
            }
        }
        if (!me) {
            refresh running{*this};
            auto fetched = co_await fetch(with);
            auto settled = settle(std::move(fetched), now);
            // How long this caller would wait is no matter of the others.
            if (settled || !(settled.error() == condition::cancelled ||
                             settled.error() == errc::deadline_exceeded))
                running.what = settled;
            co_return settled;
        }
        auto const [code] =
            co_await me->wake.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        std::lock_guard const lock{mutex_};
        if (!me->told) {
            error e{code ? errc::cancelled : errc::deadline_exceeded};
            e.edit().phase = "wait for credentials";
            co_return e;
        }
        if (me->what)
            co_return *me->what;
    }
}

INFERPP_DECL result<credentials_provider::credentials_ptr> credentials_provider::settle(
    result<credentials> fetched, sys_milliseconds now)
{
    std::lock_guard const lock{mutex_};
    if (fetched) {
        current_ = std::make_shared<credentials const>(std::move(*fetched));
        fetched_ = now;
        not_before_ = sys_milliseconds{};
        return current_;
    }
    if (age_at(now) == age::old)
        return fetched.error();
    not_before_ = now + std::chrono::minutes{1};
    return current_;
}

INFERPP_DECL void credentials_provider::tell(outcome const& what)
{
    std::lock_guard const lock{mutex_};
    refreshing_ = false;
    for (auto const& each : waiters_) {
        auto const waiting = each.lock();
        if (!waiting)
            continue; // given up
        waiting->told = true;
        waiting->what = what;
        boost::asio::post(waiting->wake.get_executor(), [each] {
            if (auto const still = each.lock())
                still->wake.cancel();
        });
    }
    waiters_.clear();
}

INFERPP_DECL void credentials_provider::reject(credentials_ptr const& which)
{
    std::lock_guard const lock{mutex_};
    if (current_ == which)
        current_.reset();
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
