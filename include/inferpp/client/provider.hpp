// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_PROVIDER_HPP
#define INFERPP_CLIENT_PROVIDER_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/net/http.hpp>

#include <boost/core/ignore_unused.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief What one platform adds to a request and reads from its errors.
 *
 * It sees only raw messages, never templates. A platform is one folder with a class like this,
 * its options and its operations.
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

    /// Adds the credentials to a request. Called for each attempt.
    virtual void authorize(http::request& message) const = 0;

    /// Fills `server_message` and `request_id` from an answer whose status is no 2xx.
    virtual void read_error(http::response const& answer, error::particulars& info) const = 0;

    /// The error that an answer with a 2xx status reports in its body, for platforms that do so; no
    /// error otherwise. One of `http_category()` is treated as that status would be.
    virtual error find_refusal(http::response const& answer) const
    {
        boost::ignore_unused(answer);
        return {};
    }

protected:
    provider() = default;
    provider(provider const&) = default;
    provider& operator=(provider const&) = default;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
