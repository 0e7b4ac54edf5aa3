// SPDX-License-Identifier: BSL-1.0
//
// What several of AnnoLab's requests and answers have in common.
//
// Members that the platform may leave out keep their defaults; members that this version does not
// know stand in `more`.

#ifndef INFERPP_PROVIDERS_ANNOLAB_TYPES_HPP
#define INFERPP_PROVIDERS_ANNOLAB_TYPES_HPP

#include <inferpp/client/checks.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/timestamp.hpp>
#include <inferpp/providers/annolab/provider.hpp>

#include <boost/json/array.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::annolab {

/**
 * @brief How the platform names things: by their id, or by a name that is theirs alone.
 *
 * On the wire an id is a number and a name a text, "12" too.
 */
class name_or_id {
public:
    /// None: an empty name.
    name_or_id() = default;
    name_or_id(std::string name) : name_(std::move(name)) {}
    name_or_id(std::string_view name) : name_(name) {}
    name_or_id(char const* name) : name_(name) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    name_or_id(T id) : id_(static_cast<std::int64_t>(id)) {}

    bool empty() const noexcept { return !id_ && name_.empty(); }

    /// Nothing for a name.
    std::optional<std::int64_t> id() const noexcept { return id_; }

    /// Empty for an id.
    std::string const& name() const noexcept { return name_; }

    /// Either as text.
    std::string text() const { return id_ ? std::to_string(*id_) : name_; }

    INFERPP_DECL static result<name_or_id> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

    friend bool operator==(name_or_id const&, name_or_id const&) = default;

private:
    std::string name_;
    std::optional<std::int64_t> id_;
};

/// A project: by its id, or by its name and that of the group that owns it.
struct project_ref {
    project_ref(std::int64_t id) : project(id) {}
    project_ref(std::string of_group, name_or_id name)
        : group(std::move(of_group)),
          project(std::move(name))
    {
    }

    std::string group;
    name_or_id project;
};

/// What all requests about a project have in common.
struct project_request {
    using provider = annolab::provider;

    name_or_id project;
    std::optional<std::string> group; ///< that owns the project; needed beside a name

protected:
    INFERPP_DECL explicit project_request(project_ref in);

    /// Refuses no project, and a name without a group.
    INFERPP_DECL result<void> check_project() const;
    /// Also refuses an id, and a project without a group: for requests that go by names.
    INFERPP_DECL result<void> check_project_name() const;
};
BOOST_DESCRIBE_STRUCT(project_request, (), (project, group))

constexpr json_rules project_rules()
{
    return json_rules{naming::camel_case}
        .nothing_required()
        .renamed("project", "projectIdentifier")
        .renamed("group", "groupName");
}

/// The platform's style, for every type that does not say otherwise: names in camelCase, and
/// nothing is sure to be there.
template <class T>
constexpr json_rules json_rules_of(T const*)
{
    if constexpr (std::derived_from<T, project_request>)
        return project_rules();
    else
        return json_rules{naming::camel_case}.nothing_required();
}

/// The answer to a request whose answer says nothing.
struct nothing {
    nothing() = default;

    static result<nothing> decode(http::response&&) { return nothing{}; }
};

/// From one character of a text up to but not including another.
struct text_range {
    text_range() = default;
    text_range(std::int64_t from, std::int64_t to) : begin(from), end(to) {}

    std::int64_t begin = 0;
    std::int64_t end = 0;

    INFERPP_DECL static result<text_range> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

    friend bool operator==(text_range const&, text_range const&) = default;
};

/// A rectangle on a page.
struct box {
    box() = default;
    box(double left, double top, double right, double bottom)
        : x1(left),
          y1(top),
          x2(right),
          y2(bottom)
    {
    }

    double x1 = 0;
    double y1 = 0;
    double x2 = 0;
    double y2 = 0;

    INFERPP_DECL static result<box> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

    friend bool operator==(box const&, box const&) = default;
};

/// One or more polygons, as GeoJSON has them.
struct bounds {
    bounds() = default;
    bounds(std::string kind, boost::json::array points)
        : type(std::move(kind)),
          coordinates(std::move(points))
    {
    }

    std::string type = "Polygon"; ///< or "MultiPolygon"
    boost::json::array coordinates;
};
BOOST_DESCRIBE_STRUCT(bounds, (), (type, coordinates))

/// A user of the platform.
struct user {
    user() = default;

    std::int64_t id = 0;
    std::string email;
    std::string username;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, email, username, more))

/**
 * @brief What one of the platform's words for the state of a job means.
 *
 * They differ from job to job and from release to release, and not all are documented: those of
 * inferences, exports, sources, workflows and abstracts are known here, in any case.
 * @return `phase::unknown` for any other
 * *Source*: wire notes 2.3 and 3.
 */
INFERPP_DECL phase phase_of(std::string_view word) noexcept;

/// The id of a job as text; empty where the platform gave none.
INFERPP_DECL std::string id_text(std::int64_t id);

using inferpp::detail::refuse;

/// Refuses what is empty. @param name of the member
template <class T>
result<void> check_given(char const* name, T const& value)
{
    if (value.empty())
        return refuse(std::string{name} + " is empty");
    return {};
}

/// Refuses ids below 1. @param name of the member
INFERPP_DECL result<void> check_ids(char const* name, std::vector<std::int64_t> const& ids);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/types.ipp>
#endif

#endif
