// SPDX-License-Identifier: BSL-1.0
//
// What several of Modzy's answers have in common.
//
// Members that the platform may leave out keep their defaults; members that this version does not
// know stand in `more`. Durations are milliseconds on the wire.

#ifndef INFERPP_PROVIDERS_MODZY_TYPES_HPP
#define INFERPP_PROVIDERS_MODZY_TYPES_HPP

#include <inferpp/client/checks.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/timestamp.hpp>
#include <inferpp/net/http.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::modzy {

/// Milliseconds, with a fraction where the platform sends one.
using milliseconds = std::chrono::duration<double, std::milli>;

/**
 * @brief What all listings in pages have in common; `client.pages(listing)` walks them.
 *
 * *Source*: wire notes 2.8 and 4.1.
 */
struct page_request {
    page_request() = default;

    /// Names of the platform's members, the first counts most; each listing names its own.
    std::vector<std::string> sort_by;
    std::optional<std::string> direction; ///< "ASC" or "DESC"; default: the platform's, "ASC"
    int page = 1;                         ///< the first one asked for; from 1
    int per_page = 100;                   ///< items in a page, 1 to 1000

    /// Names the member that is out of range.
    INFERPP_DECL result<void> validate() const;

    template <class Page>
    static auto items(Page& listed)
    {
        return std::move(listed.items);
    }

    /// The server's link to a next page may stand on the last page too: only a full page is
    /// followed by another.
    template <class Page>
    bool advance(Page const& listed)
    {
        if (!listed.more || listed.items.size() < static_cast<std::size_t>(per_page))
            return false;
        ++page;
        return true;
    }
};
BOOST_DESCRIBE_STRUCT(page_request, (), (sort_by, direction, page, per_page))

/// The platform's style, for every type that does not say otherwise: names in camelCase, and
/// nothing is sure to be there.
template <class T>
constexpr json_rules json_rules_of(T const*)
{
    json_rules const rules = json_rules{naming::camel_case}.nothing_required();
    if constexpr (std::derived_from<T, page_request>)
        return rules.renamed("sort_by", "sort-by").renamed("per_page", "per-page");
    else
        return rules;
}

/// Whether the answer links to a next page.
INFERPP_DECL bool links_to_next(http::headers const& headers) noexcept;

/// One page of a listing.
template <class T>
struct list_page {
    list_page() = default;

    std::vector<T> items;
    bool more = false; ///< the server names a next page, which is not always right

    static result<list_page> decode(http::response&& answer)
    {
        auto read = decode_json<std::vector<T>>(answer.body);
        if (!read)
            return read.error();
        list_page page;
        page.items = std::move(*read);
        page.more = links_to_next(answer.headers);
        return page;
    }
};

/// The answer to a request whose answer says nothing.
struct nothing {
    nothing() = default;

    static result<nothing> decode(http::response&&) { return nothing{}; }
};

/// A model, as jobs and inferences name it.
struct model_reference {
    model_reference() = default;
    model_reference(std::string with_identifier, std::string with_version)
        : identifier(std::move(with_identifier)),
          version(std::move(with_version))
    {
    }

    std::string identifier; ///< ten letters and digits: "ed542963de"
    std::string version;    ///< "1.0.1"
    std::string name;       ///< "Sentiment Analysis"
};
BOOST_DESCRIBE_STRUCT(model_reference, (), (identifier, version, name))

/// An API key of a user, without its secret part.
struct access_key {
    access_key() = default;

    std::string prefix; ///< the public part
    bool is_default = false;
};
BOOST_DESCRIBE_STRUCT(access_key, (), (prefix, is_default))

/// Who submitted a job.
struct user {
    user() = default;

    std::string identifier;
    std::string external_identifier;
    std::string email;
    std::string first_name;
    std::string last_name;
    std::string status; ///< "ACTIVE"
    std::string title;
    std::string picture_url;
    std::vector<access_key> access_keys;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(user, (),
                      (identifier, external_identifier, email, first_name, last_name, status, title,
                       picture_url, access_keys, more))

constexpr json_rules json_rules_of(user const*)
{
    return json_rules{naming::camel_case}.renamed("picture_url", "pictureURL").nothing_required();
}

/// A team.
struct team {
    team() = default;

    std::string identifier;
};
BOOST_DESCRIBE_STRUCT(team, (), (identifier))

using inferpp::detail::refuse;

/// Three numbers with dots, then an optional pre-release and build (semver.org 2.0.0).
INFERPP_DECL bool is_semantic_version(std::string_view text) noexcept;

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/types.ipp>
#endif

#endif
