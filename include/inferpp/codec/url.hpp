// SPDX-License-Identifier: BSL-1.0
//
// Absolute http and https URLs, and the targets that are sent to them.

#ifndef INFERPP_CODEC_URL_HPP
#define INFERPP_CODEC_URL_HPP

#include <inferpp/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// Scheme, host and port: what a connection belongs to and credentials are bound to.
struct origin {
    bool tls = true;
    std::string host; ///< lower case, IPv6 without its brackets
    std::uint16_t port = 443;

    /// The value of the Host header: the port only when it is not the scheme's own.
    INFERPP_DECL std::string authority() const;

    /// "https://host:port"
    INFERPP_DECL std::string to_string() const;

    friend bool operator==(origin const&, origin const&) noexcept = default;
    friend auto operator<=>(origin const&, origin const&) noexcept = default;
};

/// An absolute URL of scheme http or https.
struct url {
    inferpp::origin origin;
    std::string path = "/"; ///< percent-encoded, begins with '/'
    std::string query;      ///< percent-encoded, without the '?'

    /// The path and query as they stand in a request line.
    std::string target() const { return query.empty() ? path : path + '?' + query; }
};

/**
 * @brief Parses an absolute URL strictly.
 * @return the URL; else `invalid_argument`, naming what is wrong: a scheme other than http and
 *         https, user information, a fragment, a host that is neither letters, digits, hyphens and
 *         dots nor an IP address in its usual form, a port outside of 1 to 65535, characters that
 *         must be percent-encoded. A query is taken only if `allow_query`.
 */
INFERPP_DECL result<url> parse_url(std::string_view text, bool allow_query = true);

/// Appends `text` with every byte but letters, digits and `-._~` percent-encoded.
INFERPP_DECL void append_percent_encoded(std::string_view text, std::string& out);

/// @return the decoded bytes; empty when a `%` is not followed by two hexadecimal digits
INFERPP_DECL std::optional<std::string> percent_decode(std::string_view text);

/**
 * @brief Builds the target of a request below a base path.
 *
 * Segments and query values are percent-encoded, so that an identifier never becomes a path.
 * A segment that is empty, "." or ".." can't be sent (servers and proxies would resolve it) and
 * makes the target invalid.
 *
 * @code
 * std::string t = target_builder{}.path("jobs").path(id).query("page", "2").str();
 * @endcode
 */
class target_builder {
public:
    target_builder() = default;

    /// One more segment, encoded.
    INFERPP_DECL target_builder& path(std::string_view segment);

    /// One more query parameter, name and value encoded.
    INFERPP_DECL target_builder& query(std::string_view name, std::string_view value);

    /// The target without a leading slash; empty when a segment could not be sent.
    INFERPP_DECL std::string str() const;

private:
    std::string path_;
    std::string query_;
    bool valid_ = true;
};

/// Joins a base path such as "/api/" and a relative target with exactly one slash between them.
INFERPP_DECL std::string join_target(std::string_view base_path, std::string_view target);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/url.ipp>
#endif

#endif
