// SPDX-License-Identifier: BSL-1.0
//
// What can go wrong, in one vocabulary for every platform.
//
// `errc` says precisely what happened, `condition` is what programs branch on, `error` is the
// value with all the particulars, and `failure` the exception that carries it.

#ifndef INFERPP_CORE_ERROR_HPP
#define INFERPP_CORE_ERROR_HPP

#include <inferpp/core/config.hpp>

#include <boost/assert/source_location.hpp>
#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

using boost::system::error_code;

/// What happened, precisely. Each message says the cure.
enum class errc {
    invalid_argument = 1, ///< an argument, option or request member is out of its range
    resolve_failed,       ///< the host name has no address
    resolve_timeout,      ///< the name server did not answer in time
    connect_failed,       ///< no address accepted a connection
    connect_timeout,      ///< no address accepted a connection in time
    tls_failed,           ///< the handshake or the certificate was refused
    tls_timeout,          ///< the handshake did not finish in time
    write_failed,         ///< the connection broke while the request was sent
    write_timeout,        ///< the server stopped reading the request
    first_byte_timeout,   ///< the server did not begin to answer in time
    idle_timeout,         ///< the server stopped in the middle of its answer
    deadline_exceeded,    ///< the call as a whole took too long
    pool_timeout,         ///< no connection became free in time
    pool_full,            ///< too many calls wait for a connection already
    proxy_refused,        ///< the proxy did not open a tunnel
    redirect_refused,     ///< a redirect was not followed
    address_refused,      ///< a URL that the server gave leads to no public address
    truncated,            ///< the answer ended before it was complete
    bad_http,             ///< the answer breaks the rules of HTTP/1.1
    header_too_large,     ///< the answer's header is over the limit
    body_too_large,       ///< the answer's body is over the limit
    bad_json,             ///< the answer is no valid JSON
    bad_schema,           ///< the answer is JSON of an unexpected shape
    bad_content,          ///< the answer is damaged, or of another format than it should be
    stream_truncated,     ///< a stream ended without its terminator
    event_too_large,      ///< one event of a stream is over the limit
    unknown_outcome,      ///< a request that must not run twice may have reached the server
    job_failed,           ///< the job ended without a result
    job_cancelled,        ///< the job was cancelled
    job_expired,          ///< the platform gave the job up after its own time limit
    wait_timeout,         ///< the job is still running at the deadline of the wait
    unsupported,          ///< the platform has no such operation
    cancelled,            ///< the caller cancelled the operation
    closed,               ///< the object was closed and can't be used any more
};

/// What programs branch on: `if (e.code() == condition::rate_limited) ...`. Every code of this
/// library and of HTTP maps to one of these, and so do the usual ones of the system.
enum class condition {
    invalid_argument = 1,
    unauthorized,
    forbidden,
    not_found,
    conflict,
    rate_limited,
    overloaded,
    timeout,
    cancelled,
    transport,
    protocol,
    decode,
    job_failed,
    unknown_outcome,
};

/// Category of `errc`.
INFERPP_DECL boost::system::error_category const& client_category() noexcept;

/// Category whose values are HTTP status codes: 404 is `error_code{404, http_category()}`.
INFERPP_DECL boost::system::error_category const& http_category() noexcept;

/// Category of `condition`.
INFERPP_DECL boost::system::error_category const& condition_category() noexcept;

INFERPP_DECL error_code make_error_code(errc value) noexcept;
INFERPP_DECL boost::system::error_condition make_error_condition(condition value) noexcept;

/// Whether the server can have seen a request.
enum class sent_state : unsigned char {
    no,    ///< no byte of it was handed to the kernel
    maybe, ///< some bytes were, and no complete answer came back
    yes,   ///< the server answered
};

/// The words "no", "maybe" and "yes".
INFERPP_DECL std::string_view to_string(sent_state value) noexcept;

/**
 * @brief An error code with its particulars.
 *
 * A small regular value: two words beside the code, so that it is cheap inside a `result`. The
 * particulars are there only where something is known.
 *
 * *Thread safety*: distinct objects are safe, a shared one is not.
 */
class error {
public:
    /// All that may be known about an error. Every member may be empty.
    struct particulars {
        std::string message;        ///< ours: ASCII, never a secret, says the cure
        std::string server_message; ///< the server's own text: untrusted, at most 4 KiB
        std::string provider;       ///< "modzy"
        std::string operation;      ///< "submit_embedded"
        std::string phase;          ///< what was being done: "connect", "read body", "decode"
        std::string job_id;         ///< the job that the error is about
        std::string server_code;    ///< the server's word for the error: "ThrottlingException"
        std::string request_id;     ///< the platform's id of the request
        std::string json_path;      ///< where a decode error is: "$.results.happy.status"
        std::string raw_body;       ///< a 2xx answer that could not be read, at most 4 KiB
        error_code cause;           ///< what lies behind `unknown_outcome` and the timeouts
        int http_status = 0;        ///< 0: no answer
        int attempts = 0;           ///< requests made, retries included
        sent_state sent = sent_state::no;
        /// The wait that the server asked for.
        std::optional<std::chrono::milliseconds> retry_after;
        /// Whether the server wants the request again (`x-should-retry`).
        std::optional<bool> should_retry;
    };

    /// No error.
    error() noexcept = default;

    /// @param code    what happened
    /// @param message our explanation; empty: the code's own message
    INFERPP_DECL explicit error(error_code code, std::string message = {});

    /// The same for one of our codes.
    INFERPP_DECL explicit error(errc code, std::string message = {});

    INFERPP_DECL error(error const& other);
    INFERPP_DECL error& operator=(error const& other);
    error(error&&) noexcept = default;
    error& operator=(error&&) noexcept = default;
    ~error() = default;

    /// What happened: of `client_category()`, `http_category()`, Asio or OpenSSL.
    error_code const& code() const noexcept { return code_; }

    /// The particulars, read-only; all empty where nothing is known.
    INFERPP_DECL particulars const& info() const noexcept;

    /// The particulars, to be filled in.
    INFERPP_DECL particulars& edit();

    /// One line for a person: provider, operation, what happened, the server's words (made
    /// printable), status, attempts and whether the request was sent.
    INFERPP_DECL std::string what() const;

    /// Writes `what()`.
    template <class Char, class Traits>
    friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                        error const& e)
    {
        return out << e.what().c_str();
    }

    /// Compares the code with a portable condition.
    friend bool operator==(error const& e, condition c) noexcept
    {
        return e.code_ == make_error_condition(c);
    }

    /// Compares the code with one of ours.
    friend bool operator==(error const& e, errc c) noexcept
    {
        return e.code_ == make_error_code(c);
    }

private:
    error_code code_;
    std::unique_ptr<particulars> info_;
};

/**
 * @brief The exception of this library: a `boost::system::system_error` that carries an `error`.
 *
 * `what()` is `error::what()`, `code()` is `error::code()`.
 */
class failure : public boost::system::system_error {
public:
    INFERPP_DECL explicit failure(inferpp::error e);

    /// The error with its particulars.
    inferpp::error const& error() const noexcept { return *error_; }

    /// One line for a person; see `error::what()`.
    INFERPP_DECL char const* what() const noexcept override;

private:
    // Shared, because copying an exception must not throw.
    std::shared_ptr<inferpp::error const> error_;
    std::shared_ptr<std::string const> what_;
};

/// Throws `failure`. Found by `boost::system::result::value()`.
[[noreturn]] INFERPP_DECL void throw_exception_from_error(error const& e,
                                                          boost::source_location const& where);

/// The error behind an exception: that of a `failure`, the code of a `system_error`. Rethrows any
/// other exception. @pre called in a catch block.
INFERPP_DECL error current_error();

} // namespace inferpp::inline INFERPP_ABI

namespace boost::system {
template <>
struct is_error_code_enum<inferpp::errc> : std::true_type {
};
template <>
struct is_error_condition_enum<inferpp::condition> : std::true_type {
};
} // namespace boost::system

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/error.ipp>
#endif

#endif
