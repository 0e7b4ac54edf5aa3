// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_RETRY_IPP
#define INFERPP_CLIENT_IMPL_RETRY_IPP

#include <inferpp/client/retry.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cmath>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<void> validate(retry_options const& options)
{
    using std::chrono::milliseconds;
    auto const refuse = [](char const* message) { return error{errc::invalid_argument, message}; };
    if (options.max_attempts < 1 || options.max_attempts > 100)
        return refuse("retry.max_attempts must be from 1 to 100");
    if (options.base < milliseconds{1})
        return refuse("retry.base must be at least 1 ms");
    if (options.cap < options.base)
        return refuse("retry.cap must be at least retry.base");
    if (options.max_retry_after < milliseconds::zero())
        return refuse("retry.max_retry_after must be at least 0 ms");
    if (!(options.budget >= 1))
        return refuse("retry.budget must be at least 1");
    if (!(options.budget_refund >= 0 && options.budget_refund <= 1))
        return refuse("retry.budget_refund must be from 0 to 1");
    return {};
}

INFERPP_DECL bool may_repeat(idempotency repeat, error const& e) noexcept
{
    bool const harmless = repeat == idempotency::safe || repeat == idempotency::keyed;
    if (e.code().category() == http_category()) {
        if (e.info().should_retry)
            return *e.info().should_retry;
        switch (e.code().value()) {
        case 408:
        case 421:
        case 425:
        case 429:
        case 503: return true;
        case 500:
        case 502:
        case 504:
        case 520:
        case 521:
        case 522:
        case 523:
        case 524:
        case 529: return harmless;
        default: return false;
        }
    }
    if (e.code().category() != client_category())
        return false;
    switch (static_cast<errc>(e.code().value())) {
    case errc::resolve_failed: // a name that does not exist will not exist in a second
        return e.info().cause == boost::asio::error::host_not_found_try_again;
    case errc::resolve_timeout:
    case errc::pool_timeout:
    case errc::connect_failed:
    case errc::connect_timeout:
    case errc::tls_timeout: return true;
    case errc::write_failed:
    case errc::write_timeout:
    case errc::first_byte_timeout:
    case errc::idle_timeout:
    case errc::truncated: return harmless || e.info().sent == sent_state::no;
    default: return false;
    }
}

INFERPP_DECL std::optional<std::chrono::milliseconds> next_retry_delay(
    retry_options const& options, idempotency repeat, error const& e, int attempts,
    std::chrono::milliseconds left, double random) noexcept
{
    using std::chrono::milliseconds;
    if (attempts >= options.max_attempts || !may_repeat(repeat, e))
        return std::nullopt;
    // Beyond 2^30 any base of a millisecond or more has passed every cap in days.
    double const grown =
        static_cast<double>(options.base.count()) * std::pow(2.0, (std::min)(attempts - 1, 30));
    double const most = (std::min)(grown, static_cast<double>(options.cap.count()));
    milliseconds delay{static_cast<std::int64_t>(random * most)};
    if (auto const asked = e.info().retry_after) {
        if (*asked > options.max_retry_after)
            return std::nullopt;
        auto const spread = (std::min)(milliseconds{1000}, *asked / 10);
        delay = (std::max)(delay, *asked + milliseconds{static_cast<std::int64_t>(
                                               random * static_cast<double>(spread.count()))});
    }
    if (delay >= left)
        return std::nullopt;
    return delay;
}

inline bool is_gateway_error(error_code const& code) noexcept
{
    int const status = code.value();
    return status == 502 || status == 504 || (status >= 520 && status <= 524);
}

INFERPP_DECL error final_error(idempotency repeat, error e)
{
    bool const harmless = repeat == idempotency::safe || repeat == idempotency::keyed;
    // What a gateway says is no answer of the platform. A job that has failed has run.
    bool const answered =
        (e.code().category() == http_category() && !is_gateway_error(e.code())) ||
        e == condition::job_failed;
    // Moved is not done. 302 and 303 may come after the deed.
    int const status = e.info().http_status;
    bool const moved =
        e == errc::redirect_refused && (status == 301 || status == 307 || status == 308);
    if (harmless || answered || moved || e.info().sent == sent_state::no ||
        e == condition::cancelled || e == condition::invalid_argument)
        return e;
    error unknown{errc::unknown_outcome};
    auto& info = unknown.edit();
    info = e.info();
    info.cause = e.code();
    info.message = make_error_code(errc::unknown_outcome).message();
    return unknown;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
