// SPDX-License-Identifier: BSL-1.0
//
// HTTP messages as plain values: what operations make and transports carry.

#ifndef INFERPP_NET_HTTP_HPP
#define INFERPP_NET_HTTP_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/core/shared_bytes.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::http {

/// Header fields in the order in which they were added. Names are compared without case.
class headers {
public:
    struct field {
        field(std::string_view n, std::string_view v) : name(n), value(v) {}
        std::string name;
        std::string value;
    };

    /// Adds a field, also when there is one of that name.
    void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

    /// Replaces all fields of that name by one.
    INFERPP_DECL void set(std::string_view name, std::string_view value);

    /// Removes all fields of that name.
    INFERPP_DECL void erase(std::string_view name);

    /// The value of the first field of that name. Valid until the headers are changed.
    INFERPP_DECL std::optional<std::string_view> find(std::string_view name) const noexcept;

    std::size_t size() const noexcept { return fields_.size(); }
    void reserve(std::size_t count) { fields_.reserve(count); }
    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }

private:
    std::vector<field> fields_;
};

/**
 * @brief A body that is read while it is sent: a file, or whatever a program makes.
 */
class body_source {
public:
    virtual ~body_source() = default;

    /// Bytes in all; empty: not known, and sent in chunks.
    virtual std::optional<std::uint64_t> size() const = 0;

    /// Reads the next bytes. @return 0 at the end; an error ends the call with it
    virtual boost::asio::awaitable<result<std::size_t>> read(std::span<char> into) = 0;

    /// Begins again, for another attempt. @return an error where that can't be: there is none then
    virtual result<void> rewind() = 0;

protected:
    body_source() = default;
    body_source(body_source const&) = default;
    body_source& operator=(body_source const&) = default;
};

/**
 * @brief The bytes of a file, read in pieces, so that it may be larger than the memory.
 * @throws failure `invalid_argument`, naming the file, when it can't be opened
 *
 * Reading blocks the thread for one piece of at most 64 KiB. A file that becomes shorter while it
 * is sent ends the call with an error.
 */
INFERPP_DECL std::shared_ptr<body_source> file_body(std::filesystem::path const& path);

/// Bytes in memory, one piece after the other, without joining them: each is copied once, into what
/// is sent. Any number of such bodies may share them.
INFERPP_DECL std::shared_ptr<body_source> memory_body(std::vector<shared_bytes> pieces);

/// Reads from a body until so many bytes have come, or it is at its end.
INFERPP_DECL boost::asio::awaitable<result<std::string>> read_up_to(body_source& from,
                                                                    std::size_t size);

/// How much of a request's body has been handed to the kernel. @param total empty: not known
using progress_function =
    std::function<void(std::uint64_t sent, std::optional<std::uint64_t> total)>;

/// A request. Host, Content-Length and Connection are the transport's to add.
struct request {
    request() = default;
    request(std::string_view m, std::string t) : method(m), target(std::move(t)) {}

    std::string method = "GET";
    std::string target = "/"; ///< path and query, percent-encoded
    http::headers headers;
    std::string body;
    std::shared_ptr<body_source> source; ///< instead of `body`, where it is not null
    progress_function progress;          ///< told while a `source` is sent
    std::vector<secret> secrets;         ///< what the body holds of them; kept out of errors
    /// Connects to addresses of the public internet alone; for URLs that a server gave.
    bool public_address_only = false;
    bool direct = false; ///< never through a proxy; for servers on the machine's own network
};

/// A response whose body has been read whole.
struct response {
    response() = default;

    int status = 0;
    http::headers headers;
    std::string body;
};

/**
 * @brief Checks what is about to be sent: the method and header names are tokens, header values
 *        and the target hold no control characters, nothing sets Host, Content-Length,
 *        Transfer-Encoding or Connection.
 * @return `errc::invalid_argument` that names the field and never shows its value
 */
INFERPP_DECL result<void> validate(request const& message);

} // namespace inferpp::inline INFERPP_ABI::http

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/http.ipp>
#endif

#endif
