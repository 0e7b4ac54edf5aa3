// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_ERROR_IPP
#define INFERPP_CORE_IMPL_ERROR_IPP

#include <inferpp/core/error.hpp>
#include <inferpp/core/text.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/generic_category.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

// The ids are fixed, so that categories from two shared objects still compare equal.
class client_category_type final : public boost::system::error_category {
public:
    constexpr client_category_type() noexcept : error_category(0x6a1f3b52c47d9e01ULL) {}
    char const* name() const noexcept override { return "inferpp.client"; }
    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::invalid_argument: return "invalid argument";
        case errc::resolve_failed:
            return "the host name could not be resolved; check the base URL and the name server";
        case errc::resolve_timeout:
            return "the name server did not answer in time; check it or raise limits.resolve";
        case errc::connect_failed:
            return "no connection could be made; check host, port and firewall";
        case errc::connect_timeout:
            return "no connection could be made in time; check the network or raise "
                   "limits.connect";
        case errc::tls_failed:
            return "the TLS handshake failed; check the server's certificate and tls.ca_file";
        case errc::tls_timeout: return "the TLS handshake did not finish in time; raise limits.tls";
        case errc::write_failed: return "the connection broke while the request was sent";
        case errc::write_timeout:
            return "the server stopped reading the request; raise limits.write_idle";
        case errc::first_byte_timeout:
            return "the server did not begin to answer in time; raise limits.first_byte";
        case errc::idle_timeout:
            return "the server stopped in the middle of its answer; raise limits.idle";
        case errc::deadline_exceeded:
            return "the call took too long; raise its timeout or limits.total";
        case errc::pool_timeout:
            return "no connection became free in time; raise max_connections or limits.pool";
        case errc::pool_full:
            return "too many calls wait for a connection; make fewer at once or raise max_waiting";
        case errc::proxy_refused:
            return "the proxy did not open a tunnel; check its address and credentials";
        case errc::redirect_refused: return "the redirect is not followed";
        case errc::address_refused:
            return "the URL that the server gave leads to no public address; set "
                   "allow_private_addresses if that is meant";
        case errc::truncated: return "the answer ended before it was complete";
        case errc::bad_http: return "the answer is no valid HTTP/1.1; check the base URL";
        case errc::header_too_large:
            return "the answer's header is too large; raise limits.header_bytes";
        case errc::body_too_large: return "the answer's body is too large; raise limits.body_bytes";
        case errc::bad_json: return "the answer is no valid JSON; check the base URL";
        case errc::bad_schema: return "the answer has an unexpected shape";
        case errc::bad_content: return "the answer is damaged, or of an unexpected format";
        case errc::stream_truncated: return "the stream ended without its terminator";
        case errc::event_too_large:
            return "an event of the stream is too large; raise limits.event_bytes";
        case errc::unknown_outcome:
            return "the request may have reached the server and was not repeated; look at the "
                   "platform before sending it again";
        case errc::job_failed: return "the job failed";
        case errc::job_cancelled: return "the job was cancelled";
        case errc::job_expired: return "the job ran into the platform's own time limit";
        case errc::wait_timeout:
            return "the job is still running at the deadline; wait again, or attach to it later";
        case errc::unsupported: return "the platform does not offer this operation";
        case errc::cancelled: return "cancelled by the caller";
        case errc::closed: return "the object was closed";
        }
        return "unknown error " + std::to_string(value);
    }
};

class http_category_type final : public boost::system::error_category {
public:
    constexpr http_category_type() noexcept : error_category(0x6a1f3b52c47d9e02ULL) {}
    char const* name() const noexcept override { return "inferpp.http"; }
    std::string message(int value) const override
    {
        std::string text = "HTTP status " + std::to_string(value);
        switch (value) {
        case 400:
        case 422: return text + ": the server refused the request's content";
        case 401: return text + ": the credentials are missing or wrong; check the API key";
        case 403: return text + ": the credentials do not allow this";
        case 404: return text + ": not found; check identifiers and the base URL";
        case 409: return text + ": conflict with the current state";
        case 413: return text + ": the request is too large for the server";
        case 429: return text + ": too many requests; slow down or raise the quota";
        default: return value >= 500 ? text + ": the server failed; try again later" : text;
        }
    }
};

inline std::optional<condition> condition_of_client(errc value) noexcept
{
    switch (value) {
    case errc::invalid_argument:
    case errc::unsupported:
    case errc::closed: return condition::invalid_argument;
    case errc::resolve_failed:
    case errc::connect_failed:
    case errc::tls_failed:
    case errc::proxy_refused:
    case errc::write_failed:
    case errc::truncated:
    case errc::stream_truncated: return condition::transport;
    case errc::resolve_timeout:
    case errc::connect_timeout:
    case errc::tls_timeout:
    case errc::write_timeout:
    case errc::first_byte_timeout:
    case errc::idle_timeout:
    case errc::deadline_exceeded:
    case errc::pool_timeout:
    case errc::wait_timeout: return condition::timeout;
    case errc::pool_full: return condition::overloaded;
    case errc::redirect_refused:
    case errc::address_refused:
    case errc::bad_http:
    case errc::header_too_large:
    case errc::body_too_large:
    case errc::event_too_large: return condition::protocol;
    case errc::bad_json:
    case errc::bad_schema:
    case errc::bad_content: return condition::decode;
    case errc::unknown_outcome: return condition::unknown_outcome;
    case errc::job_failed:
    case errc::job_cancelled:
    case errc::job_expired: return condition::job_failed;
    case errc::cancelled: return condition::cancelled;
    }
    return std::nullopt;
}

inline std::optional<condition> condition_of_http(int status) noexcept
{
    switch (status) {
    case 401: return condition::unauthorized;
    case 403: return condition::forbidden;
    case 404:
    case 410: return condition::not_found;
    case 408: return condition::timeout;
    case 409:
    case 412: return condition::conflict;
    case 429: return condition::rate_limited;
    default: break;
    }
    if (status >= 500)
        return condition::overloaded;
    if (status >= 400)
        return condition::invalid_argument;
    return condition::protocol; // a 1xx, 2xx or 3xx that the caller could not use
}

inline std::optional<condition> condition_of_system(error_code const& code) noexcept
{
    namespace sys = boost::system::errc;
    if (code == sys::operation_canceled)
        return condition::cancelled;
    if (code == sys::timed_out)
        return condition::timeout;
    if (code == sys::connection_refused || code == sys::connection_reset ||
        code == sys::connection_aborted || code == sys::broken_pipe ||
        code == sys::network_unreachable || code == sys::host_unreachable ||
        code == sys::not_connected)
        return condition::transport;
    return std::nullopt;
}

class condition_category_type final : public boost::system::error_category {
public:
    constexpr condition_category_type() noexcept : error_category(0x6a1f3b52c47d9e03ULL) {}
    char const* name() const noexcept override { return "inferpp.condition"; }
    std::string message(int value) const override
    {
        switch (static_cast<condition>(value)) {
        case condition::invalid_argument: return "invalid argument";
        case condition::unauthorized: return "unauthorized";
        case condition::forbidden: return "forbidden";
        case condition::not_found: return "not found";
        case condition::conflict: return "conflict";
        case condition::rate_limited: return "rate limited";
        case condition::overloaded: return "server overloaded or failing";
        case condition::timeout: return "timeout";
        case condition::cancelled: return "cancelled";
        case condition::transport: return "transport failure";
        case condition::protocol: return "protocol violation";
        case condition::decode: return "undecodable answer";
        case condition::job_failed: return "job ended without a result";
        case condition::unknown_outcome: return "unknown outcome";
        }
        return "unknown condition " + std::to_string(value);
    }
    bool equivalent(error_code const& code, int value) const noexcept override
    {
        std::optional<condition> found;
        if (code.category() == client_category())
            found = condition_of_client(static_cast<errc>(code.value()));
        else if (code.category() == http_category())
            found = condition_of_http(code.value());
        else
            found = condition_of_system(code);
        return found && static_cast<int>(*found) == value;
    }
};

} // namespace detail

INFERPP_DECL boost::system::error_category const& client_category() noexcept
{
    static constexpr detail::client_category_type instance;
    return instance;
}

INFERPP_DECL boost::system::error_category const& http_category() noexcept
{
    static constexpr detail::http_category_type instance;
    return instance;
}

INFERPP_DECL boost::system::error_category const& condition_category() noexcept
{
    static constexpr detail::condition_category_type instance;
    return instance;
}

INFERPP_DECL error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), client_category()};
}

INFERPP_DECL boost::system::error_condition make_error_condition(condition value) noexcept
{
    return {static_cast<int>(value), condition_category()};
}

INFERPP_DECL std::string_view to_string(sent_state value) noexcept
{
    switch (value) {
    case sent_state::no: return "no";
    case sent_state::maybe: return "maybe";
    case sent_state::yes: return "yes";
    }
    return "?";
}

INFERPP_DECL error::error(error_code code, std::string message) : code_(code)
{
    if (!message.empty())
        edit().message = std::move(message);
}

INFERPP_DECL error::error(errc code, std::string message)
    : error(make_error_code(code), std::move(message))
{
}

INFERPP_DECL error::error(error const& other)
    : code_(other.code_),
      info_(other.info_ ? std::make_unique<particulars>(*other.info_) : nullptr)
{
}

INFERPP_DECL error& error::operator=(error const& other)
{
    error copy{other};
    *this = std::move(copy);
    return *this;
}

INFERPP_DECL error::particulars const& error::info() const noexcept
{
    // Never destroyed: an error may be asked while the program ends.
    static particulars const& nothing = *std::make_unique<particulars>().release();
    return info_ ? *info_ : nothing;
}

INFERPP_DECL error::particulars& error::edit()
{
    if (!info_)
        info_ = std::make_unique<particulars>();
    return *info_;
}

INFERPP_DECL std::string error::what() const
{
    particulars const& i = info();
    std::string text;
    if (!i.provider.empty())
        text += i.provider + ' ';
    text += i.operation;
    if (!text.empty())
        text += ": ";
    text += i.message.empty() ? code_.message() : i.message;
    if (!i.json_path.empty())
        text += " at " + i.json_path;
    if (!i.server_message.empty())
        text += "; the server says: \"" + detail::printable(i.server_message, 256) + '"';

    std::string facts;
    auto const fact = [&facts](std::string_view name, std::string const& value) {
        if (!facts.empty())
            facts += ", ";
        facts.append(name).append(" ").append(value);
    };
    if (!i.job_id.empty())
        fact("job", detail::printable(i.job_id, 128));
    if (!i.server_code.empty())
        fact("code", detail::printable(i.server_code, 128));
    if (!i.request_id.empty())
        fact("request", detail::printable(i.request_id, 128));
    if (!i.phase.empty())
        fact("phase", i.phase);
    if (i.cause && text.find(i.cause.message()) == std::string::npos)
        fact("cause", i.cause.message());
    if (i.attempts > 0) {
        fact("attempts", std::to_string(i.attempts));
        fact("sent", std::string{to_string(i.sent)});
    }
    if (i.retry_after)
        fact("retry after", std::to_string(i.retry_after->count()) + " ms");
    return facts.empty() ? text : text + " [" + facts + ']';
}

INFERPP_DECL failure::failure(inferpp::error e)
    : system_error(e.code()),
      what_(std::make_shared<std::string const>(e.what()))
{
    error_ = std::make_shared<inferpp::error const>(std::move(e));
}

INFERPP_DECL char const* failure::what() const noexcept
{
    return what_->c_str();
}

INFERPP_DECL void throw_exception_from_error(error const& e, boost::source_location const&)
{
    throw failure{e};
}

INFERPP_DECL error current_error()
{
    try {
        throw;
    }
    catch (failure const& e) {
        return e.error();
    }
    catch (boost::system::system_error const& e) {
        if (e.code() == boost::system::errc::operation_canceled)
            return error{errc::cancelled};
        return error{e.code()};
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
