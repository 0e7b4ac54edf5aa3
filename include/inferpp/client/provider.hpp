// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_PROVIDER_HPP
#define INFERPP_CLIENT_PROVIDER_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/log.hpp>
#include <inferpp/net/clock.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/net/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/core/ignore_unused.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// What a platform may use to get credentials. Must outlive the awaitable that it is given to.
struct provider_services {
    boost::asio::any_io_executor executor;
    inferpp::transport& transport;
    inferpp::clock& clock;
    inferpp::limits const& limits;
    logger const& log;
    clock::time_point deadline; ///< of the call that waits for them
};

/**
 * @brief What one platform adds to a request and reads from its errors.
 *
 * It sees only raw messages, never templates. A platform is one folder with a class like this,
 * its options and its operations. All but `name`, `base` and `read_error` has a default.
 */
class provider {
public:
    virtual ~provider() = default;

    /// "modzy"
    virtual std::string_view name() const noexcept = 0;

    /// The base URL; targets of operations are joined to its path.
    virtual url const& base() const noexcept = 0;

    /// The path that routes below another root of the platform are joined to; see
    /// `operation_info::root`. It is of the same origin.
    virtual std::string_view root(std::string_view name) const noexcept
    {
        boost::ignore_unused(name);
        return base().path;
    }

    /// Where a request goes, for platforms that put a part of the path into the host's name.
    /// Called once, before the first attempt.
    virtual void locate(http::request& message, origin& to) const
    {
        boost::ignore_unused(message, to);
    }

    // --- credentials -----------------------------------------------------------------------------

    /// Whether there are credentials that are good now. Any thread may ask.
    virtual bool is_ready(sys_milliseconds now) const
    {
        boost::ignore_unused(now);
        return true;
    }

    /// Gets new credentials; awaited before an attempt that finds none.
    virtual boost::asio::awaitable<result<void>> make_ready(provider_services with) const
    {
        boost::ignore_unused(with);
        co_return result<void>{};
    }

    /// Adds the credentials to a request. Called for each attempt.
    virtual void authorize(http::request& message) const { boost::ignore_unused(message); }

    /// The same for platforms whose credentials depend on the request and on the time: it is
    /// complete but for the headers that only the transport knows.
    virtual void sign(http::request& message, origin const& to, sys_milliseconds now) const
    {
        boost::ignore_unused(to, now);
        authorize(message);
    }

    // --- errors ----------------------------------------------------------------------------------

    /// Fills `server_message`, `server_code` and `request_id` from an answer whose status is no
    /// 2xx.
    virtual void read_error(http::response const& answer, error::particulars& info) const = 0;

    /// The HTTP status that says what an answer means, for platforms that tell errors apart in
    /// other ways than by their status.
    virtual int meaning(http::response const& answer) const { return answer.status; }

    /// The error that an answer with a 2xx status reports in its body, for platforms that do so; no
    /// error otherwise. One of `http_category()` is treated as that status would be.
    virtual error find_refusal(http::response const& answer) const
    {
        boost::ignore_unused(answer);
        return {};
    }

    /**
     * @brief Changes what is sent after a refusal that the platform knows how to avoid, such as one
     *        of a wrong clock. Asked once for a call.
     * @param refusal of a redirect the header alone
     * @param to      where the request goes; only to an origin that the platform itself knows
     * @return whether it is sent again at once
     */
    virtual bool adapt(http::response const& refusal, sys_milliseconds now, http::request& message,
                       origin& to) const
    {
        boost::ignore_unused(refusal, now, message, to);
        return false;
    }

protected:
    provider() = default;
    provider(provider const&) = default;
    provider& operator=(provider const&) = default;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
