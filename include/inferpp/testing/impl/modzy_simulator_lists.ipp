// SPDX-License-Identifier: BSL-1.0
//
// The simulated Modzy's lists: filters, order, pages. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_LISTS_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_LISTS_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <charconv>
#include <numeric>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

inline std::vector<std::string_view> modzy_split(std::string_view text, char mark)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        auto const end = (std::min)(text.find(mark, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

inline std::string modzy_lower(std::string_view text)
{
    std::string lower{text};
    for (char& c : lower)
        c = inferpp::detail::ascii_lower(c);
    return lower;
}

/// Less than zero when `a` comes before `b`: numbers and versions by value and first, other text by
/// letters.
inline int modzy_compare(boost::json::value const& a, boost::json::value const& b)
{
    if (a.is_number() && b.is_number()) {
        auto const x = a.to_number<double>();
        auto const y = b.to_number<double>();
        return x < y ? -1 : y < x ? 1 : 0;
    }
    if (a.is_bool() && b.is_bool())
        return static_cast<int>(a.get_bool()) - static_cast<int>(b.get_bool());
    std::string_view const x = a.is_string() ? modzy_view(a.get_string()) : std::string_view{};
    std::string_view const y = b.is_string() ? modzy_view(b.get_string()) : std::string_view{};
    auto const is_version = [](std::string_view text) {
        return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    };
    if (is_version(x) != is_version(y))
        return is_version(x) ? -1 : 1;
    if (!is_version(x))
        return x.compare(y);
    auto const left = modzy_split(x, '.');
    auto const right = modzy_split(y, '.');
    for (std::size_t i = 0; i < (std::min)(left.size(), right.size()); ++i) {
        if (left[i].size() != right[i].size())
            return left[i].size() < right[i].size() ? -1 : 1;
        if (int const order = left[i].compare(right[i]); order != 0)
            return order;
    }
    return left.size() < right.size() ? -1 : left.size() > right.size() ? 1 : 0;
}

} // namespace detail

/// A parameter of the query; nothing when it is missing or empty.
INFERPP_DECL std::optional<std::string> modzy_simulator::platform::parameter(
    simulated_request const& request, std::string_view name)
{
    for (auto const& [key, value] : request.query)
        if (key == name && !value.empty())
            return value;
    return std::nullopt;
}

/// Whether values fit a filter: "a;b" wants both, "a,b" one of them.
INFERPP_DECL bool modzy_simulator::platform::found(std::string_view wanted, match how,
                                                   std::vector<std::string_view> const& values)
{
    auto const fits_one = [&](std::string_view part) {
        return std::any_of(values.begin(), values.end(), [&](std::string_view value) {
            return how == match::exact
                       ? value == part
                       : detail::modzy_lower(value).find(detail::modzy_lower(part)) !=
                             std::string::npos;
        });
    };
    auto const fits_any = [&](std::string_view part) {
        auto const choices = detail::modzy_split(part, ',');
        return std::any_of(choices.begin(), choices.end(), fits_one);
    };
    auto const parts = detail::modzy_split(wanted, ';');
    return std::all_of(parts.begin(), parts.end(), fits_any);
}

INFERPP_DECL std::variant<sys_milliseconds, modzy_simulator::platform::refusal> modzy_simulator::
    platform::parse_date(std::string_view name, std::string text)
{
    // The vendor's SDK sends the plus of an offset as it is, and in a query that is a blank.
    std::replace(text.begin(), text.end(), ' ', '+');
    if (text.size() == 10)
        text += "T00:00:00";
    auto const time = parse_iso8601(text);
    if (!time)
        return refusal{400, std::string{name} + " is no date of ISO 8601"};
    return *time;
}

INFERPP_DECL bool modzy_simulator::platform::has_status(job const& which,
                                                        std::string_view word) const
{
    state const s = look(which, now);
    auto const is = [&](std::string_view other) { return inferpp::detail::iequals(word, other); };
    if (is("ALL"))
        return true;
    if (is("PENDING"))
        return !s.ended;
    if (is("TERMINATED"))
        return s.ended;
    if (is("TERMINATED_WITH_ERROR"))
        return s.ended && (s.failed > 0 || s.word == "ERROR" || s.word == "TIMEDOUT");
    return is(s.word);
}

INFERPP_DECL bool modzy_simulator::platform::fits(job const& which, std::string_view filter,
                                                  std::string const& value) const
{
    object const model = name_model(which.model, which.version);
    std::string_view const name = detail::modzy_text(model, "name");
    if (filter == "user")
        return found(value, match::similar, {"Ada", "Example", "ada@example.invalid"});
    if (filter == "accessKey")
        return found(value, match::similar, {which.access_key});
    if (filter == "model")
        return found(value, match::similar, {name, which.model, which.version});
    if (filter == "modelIdentifier")
        return found(value, match::exact, {which.model});
    if (filter == "modelVersion")
        return found(value, match::exact, {which.version});
    if (filter == "search") {
        std::string_view const word = look(which, now).word;
        return found(value, match::similar,
                     {which.id, which.model, which.version, name, which.access_key, word});
    }
    auto const parts = detail::modzy_split(value, ';');
    return std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
        auto const words = detail::modzy_split(part, ',');
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return has_status(which, word); });
    });
}

/// The jobs that the request's filters let through.
INFERPP_DECL std::optional<modzy_simulator::platform::refusal> modzy_simulator::platform::
    select_jobs(simulated_request const& request, std::vector<job const*>& chosen) const
{
    std::optional<sys_milliseconds> from;
    std::optional<sys_milliseconds> to;
    for (auto const& [name, limit] : {std::pair{"startDate", &from}, std::pair{"endDate", &to}}) {
        auto const text = parameter(request, name);
        if (!text)
            continue;
        auto const date = parse_date(name, *text);
        if (auto const* const why = std::get_if<refusal>(&date))
            return *why;
        *limit = std::get<sys_milliseconds>(date);
    }
    if (to && !from)
        return refusal{400, "endDate needs a startDate"};
    if (from && *from > today)
        return refusal{400, "startDate is in the future"};
    auto const status = parameter(request, "status");
    if (status) {
        constexpr std::array<std::string_view, 13> words{
            "ALL",       "PENDING",   "TERMINATED", "TERMINATED_WITH_ERROR",
            "SUBMITTED", "COMPLETED", "CANCELED",   "IN_PROGRESS",
            "TIMEDOUT",  "ERROR",     "OPEN",       "COMPLETED_WITH_ERROR",
            "FAILED"};
        for (auto const part : detail::modzy_split(*status, ';'))
            for (auto const word : detail::modzy_split(part, ','))
                if (std::none_of(words.begin(), words.end(), [&](std::string_view known) {
                        return inferpp::detail::iequals(known, word);
                    }))
                    return refusal{400, "There is no status " + std::string{word}};
    }
    for (job const* const one : by_age) {
        auto const at = one->open ? one->created_at : date(*one, one->submitted);
        bool good = is_visible(*one) && (!from || *from <= at) && (!to || at <= *to);
        for (char const* const name :
             {"user", "accessKey", "model", "modelIdentifier", "modelVersion", "search", "status"})
            if (auto const value = parameter(request, name); good && value)
                good = fits(*one, name, *value);
        if (good)
            chosen.push_back(one);
    }
    return std::nullopt;
}

INFERPP_DECL http::response modzy_simulator::platform::page_of(
    simulated_request const& request, std::vector<object> rows,
    std::vector<std::pair<std::string_view, std::string_view>> const& columns) const
{
    std::vector<std::string_view> order;
    std::string const sort = parameter(request, "sort-by").value_or("");
    if (!sort.empty())
        for (auto const name : detail::modzy_split(sort, ',')) {
            auto const known = std::find_if(columns.begin(), columns.end(),
                                            [&](auto const& one) { return one.first == name; });
            if (known == columns.end())
                return refuse(400, "sort-by knows no " + std::string{name});
            order.push_back(known->second);
        }
    std::string const direction = parameter(request, "direction").value_or("ASC");
    bool const down = inferpp::detail::iequals(direction, "DESC");
    if (!down && !inferpp::detail::iequals(direction, "ASC"))
        return refuse(400, "direction must be ASC or DESC");
    if (order.empty() && !columns.empty())
        order.push_back(columns.front().second);
    // Not std::stable_sort: clang warns of what libstdc++ does in it.
    boost::json::value const none;
    std::vector<std::size_t> places(rows.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
        for (auto const column : order) {
            auto const* const x = rows[a].if_contains(column);
            auto const* const y = rows[b].if_contains(column);
            int const difference =
                detail::modzy_compare(x != nullptr ? *x : none, y != nullptr ? *y : none);
            if (difference != 0)
                return down ? difference > 0 : difference < 0;
        }
        return a < b;
    });

    auto const number = [&](char const* name, std::size_t otherwise) -> std::optional<std::size_t> {
        auto const text = parameter(request, name);
        if (!text)
            return otherwise;
        std::size_t value = 0;
        auto const end = std::from_chars(text->data(), text->data() + text->size(), value);
        if (end.ec != std::errc{} || end.ptr != text->data() + text->size())
            return std::nullopt;
        return value;
    };
    auto const asked = number("page", 1);
    auto const size = number("per-page", 10);
    if (!asked || !size || *size == 0 || *asked > 1'000'000'000 || *size > 1'000'000'000)
        return refuse(400, "page and per-page must be whole numbers");
    std::size_t const page = (std::max<std::size_t>)(1, *asked); // clients disagree on the first
    std::size_t const begin = (std::min)(rows.size(), (page - 1) * *size);
    std::size_t const end = (std::min)(rows.size(), begin + *size);
    boost::json::array list;
    for (std::size_t i = begin; i < end; ++i) {
        object& row = rows[places[i]];
        for (auto const& [name, member] : columns)
            if (member.starts_with("~")) // there for the order alone
                row.erase(member);
        list.push_back(std::move(row));
    }
    auto answer = json(200, list);
    if (end == rows.size() && !(options.always_next && begin < end))
        return answer;
    std::string link = public_url + request.target.substr(0, request.target.find('?'));
    char mark = '?';
    auto const add = [&](std::string_view name, std::string_view value) {
        link += mark;
        mark = '&';
        append_percent_encoded(name, link);
        link += '=';
        append_percent_encoded(value, link);
    };
    for (auto const& [name, value] : request.query)
        if (name != "page")
            add(name, value);
    add("page", std::to_string(page + 1));
    answer.headers.set("Link", '<' + link + ">; rel=\"next\"");
    return answer;
}

INFERPP_DECL http::response modzy_simulator::platform::history(
    simulated_request const& request) const
{
    std::vector<job const*> chosen;
    if (auto const why = select_jobs(request, chosen))
        return refuse(*why);
    std::vector<object> rows;
    for (job const* const one : chosen) {
        rows.push_back(details(*one));
        rows.back()["~model"] = rows.back()["model"].at("name");
    }
    return page_of(request, std::move(rows),
                   {{"createdAt", "createdAt"},
                    {"identifier", "jobIdentifier"},
                    {"submittedBy", "submittedBy"},
                    {"submittedJobs", "submittedBy"},
                    {"status", "status"},
                    {"updatedAt", "updatedAt"},
                    {"submittedAt", "submittedAt"},
                    {"total", "total"},
                    {"completed", "completed"},
                    {"fail", "failed"},
                    {"model", "~model"}});
}

/// All jobs in short. Pages are cut only where the request asks for them.
INFERPP_DECL http::response modzy_simulator::platform::list_jobs(
    simulated_request const& request) const
{
    std::vector<job const*> chosen;
    if (auto const why = select_jobs(request, chosen))
        return refuse(*why);
    std::vector<object> rows;
    for (job const* const one : chosen) {
        object row = details(*one);
        object& brief = rows.emplace_back();
        for (char const* const name : {"jobIdentifier", "status", "model", "submittedAt"})
            brief[name] = row[name];
    }
    if (parameter(request, "per-page"))
        return page_of(request, std::move(rows), {});
    boost::json::array list;
    for (auto& row : rows)
        list.push_back(std::move(row));
    return json(200, list);
}

INFERPP_DECL http::response modzy_simulator::platform::list_models(
    simulated_request const& request) const
{
    std::vector<object> rows;
    for (auto const& one : options.models) {
        bool const expired = !one.expires.empty() && one.expires < format_iso8601(today);
        bool good = true;
        auto const text = [&](char const* name, match how, std::string const& value) {
            if (auto const wanted = parameter(request, name); good && wanted)
                good = found(*wanted, how, {value});
        };
        auto const flag = [&](char const* name, bool value) {
            if (auto const wanted = parameter(request, name); good && wanted)
                good = inferpp::detail::iequals(*wanted, value ? "true" : "false");
        };
        text("modelId", match::exact, one.identifier);
        text("author", match::similar, one.author);
        text("createdByEmail", match::similar, one.created_by);
        text("name", match::similar, one.name);
        text("description", match::similar, one.description);
        flag("isActive", one.is_active);
        flag("isExpired", expired);
        flag("isRecommended", one.is_recommended);
        flag("isCommercial", one.is_commercial);
        // Active since then; expired by then.
        for (auto const& [name, value, later] :
             {std::tuple{"lastActiveDateTime", &one.last_active, true},
              std::tuple{"expirationDateTime", &one.expires, false}}) {
            auto const wanted = parameter(request, name);
            if (!wanted)
                continue;
            auto const limit = parse_date(name, *wanted);
            if (auto const* const why = std::get_if<refusal>(&limit))
                return refuse(*why);
            auto const time = parse_iso8601(*value);
            good =
                good && time && (later ? *time >= std::get<0>(limit) : *time <= std::get<0>(limit));
        }
        if (!good)
            continue;
        object& row = rows.emplace_back();
        row["modelId"] = one.identifier;
        if (!one.versions.empty())
            row["latestVersion"] = one.versions.back().version;
        row["versions"] = model_versions(one, false);
        row["~author"] = one.author;
        row["~email"] = one.created_by;
        row["~name"] = one.name;
        row["~expired"] = expired;
        row["~active"] = one.is_active;
        row["~recommended"] = one.is_recommended;
        row["~lastActive"] = one.last_active;
        row["~expires"] = one.expires;
    }
    return page_of(request, std::move(rows),
                   {{"modelId", "modelId"},
                    {"author", "~author"},
                    {"submittedByEmail", "~email"},
                    {"name", "~name"},
                    {"isExpired", "~expired"},
                    {"isActive", "~active"},
                    {"latestVersion", "latestVersion"},
                    {"isRecommended", "~recommended"},
                    {"lastActiveDateTime", "~lastActive"},
                    {"expirationDateTime", "~expires"}});
}

INFERPP_DECL http::response modzy_simulator::platform::list_versions(
    simulated_request const& request, modzy_catalog_model const& which) const
{
    std::vector<object> rows;
    for (auto const& one : which.versions) {
        auto const fits_text = [&](char const* name, match how, std::string const& value) {
            auto const wanted = parameter(request, name);
            return !wanted || found(*wanted, how, {value});
        };
        auto const fits_flag = [&](char const* name, bool value) {
            auto const wanted = parameter(request, name);
            return !wanted || inferpp::detail::iequals(*wanted, value ? "true" : "false");
        };
        if (!fits_text("version", match::exact, one.version) ||
            !fits_text("createdAt", match::similar, one.created_at) ||
            !fits_text("updatedAt", match::similar, one.updated_at) ||
            !fits_text("createdBy", match::similar, which.created_by) ||
            !fits_text("status", match::similar, one.status) ||
            !fits_flag("isAvailable", one.is_available) || !fits_flag("isActive", one.is_active) ||
            !fits_flag("isExperimental", one.is_experimental))
            continue;
        object& row = rows.emplace_back();
        row["version"] = one.version;
        row["~created"] = one.created_at;
        row["~updated"] = one.updated_at;
        row["~status"] = one.status;
        row["~active"] = one.is_active;
        row["~available"] = one.is_available;
        row["~experimental"] = one.is_experimental;
    }
    return page_of(request, std::move(rows),
                   {{"version", "version"},
                    {"createdAt", "~created"},
                    {"updatedAt", "~updated"},
                    {"status", "~status"},
                    {"isActive", "~active"},
                    {"isAvailable", "~available"},
                    {"isExperimental", "~experimental"}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_models.ipp>
#endif

#endif
