// SPDX-License-Identifier: BSL-1.0
//
// HTTP messages as plain values: what operations make and transports carry.

#ifndef INFERPP_NET_HTTP_HPP
#define INFERPP_NET_HTTP_HPP

#include <inferpp/core/result.hpp>

#include <cstddef>
#include <optional>
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

    /// The value of the first field of that name. Valid until the headers are changed.
    INFERPP_DECL std::optional<std::string_view> find(std::string_view name) const noexcept;

    std::size_t size() const noexcept { return fields_.size(); }
    void reserve(std::size_t count) { fields_.reserve(count); }
    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }

private:
    std::vector<field> fields_;
};

/// A request. Host, Content-Length and Connection are the transport's to add.
struct request {
    request() = default;
    request(std::string_view m, std::string t) : method(m), target(std::move(t)) {}

    std::string method = "GET";
    std::string target = "/"; ///< path and query, percent-encoded
    http::headers headers;
    std::string body;
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
