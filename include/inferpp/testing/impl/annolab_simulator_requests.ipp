// SPDX-License-Identifier: BSL-1.0
//
// What the simulated AnnoLab reads from requests. See annolab_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_REQUESTS_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_REQUESTS_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/testing/annolab_simulator.hpp>

#include <charconv>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_answer annolab_simulator::platform::json(int status, value const& body)
{
    std::string text;
    json_writer out{text};
    out.value(body);
    return simulated_answer{json_answer(status, std::move(text))};
}

INFERPP_DECL boost::json::object annolab_simulator::platform::body_of(
    simulated_request const& request)
{
    auto parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object())
        throw refusal{400, "The body is no JSON object"};
    return std::move(parsed->get_object());
}

/// Null where it is missing or null.
INFERPP_DECL boost::json::value const* annolab_simulator::platform::member(
    object const& from, std::string_view name) noexcept
{
    value const* const found = from.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

INFERPP_DECL std::string annolab_simulator::platform::text_or(object const& from,
                                                              std::string_view name,
                                                              std::string other)
{
    value const* const found = member(from, name);
    if (found == nullptr)
        return other;
    if (!found->is_string())
        throw refusal{400, std::string{name} + " must be a string"};
    return {found->get_string().data(), found->get_string().size()};
}

INFERPP_DECL std::string annolab_simulator::platform::text(object const& from,
                                                           std::string_view name)
{
    std::string found = text_or(from, name);
    if (found.empty())
        throw refusal{400, std::string{name} + " must be a string that is not empty"};
    return found;
}

INFERPP_DECL bool annolab_simulator::platform::flag(object const& from, std::string_view name,
                                                    bool other)
{
    value const* const found = member(from, name);
    if (found != nullptr && !found->is_bool())
        throw refusal{400, std::string{name} + " must be a boolean"};
    return found != nullptr ? found->get_bool() : other;
}

INFERPP_DECL boost::json::array annolab_simulator::platform::list(object const& from,
                                                                  std::string_view name)
{
    value const* const found = member(from, name);
    if (found == nullptr)
        return {};
    if (!found->is_array())
        throw refusal{400, std::string{name} + " must be an array"};
    return found->get_array();
}

INFERPP_DECL std::vector<std::int64_t> annolab_simulator::platform::ids(object const& from,
                                                                        std::string_view name)
{
    std::vector<id_type> found;
    for (value const& each : list(from, name)) {
        if (!each.is_int64())
            throw refusal{400, std::string{name} + " must be an array of integers"};
        found.push_back(each.get_int64());
    }
    return found;
}

INFERPP_DECL std::int64_t annolab_simulator::platform::number_in(std::string const& segment)
{
    id_type number = 0;
    auto const end = std::from_chars(segment.data(), segment.data() + segment.size(), number);
    if (end.ec != std::errc{} || end.ptr != segment.data() + segment.size())
        throw refusal{400, "An id must be an integer"};
    return number;
}

INFERPP_DECL bool annolab_simulator::platform::means(value const& identifier, named const& thing)
{
    if (identifier.is_int64())
        return identifier.get_int64() == thing.id;
    if (!identifier.is_string())
        throw refusal{400, "An identifier must be a number or a string"};
    std::string_view const name{identifier.get_string().data(), identifier.get_string().size()};
    return name == thing.name || name == std::to_string(thing.id);
}

/// By `projectIdentifier` and `groupName`, or `projectOwner` and `projectName`.
INFERPP_DECL annolab_simulator::platform::project& annolab_simulator::platform::project_of(
    object const& body)
{
    if (member(body, "projectName") != nullptr)
        return project_at(text(body, "projectOwner"), text(body, "projectName"));
    value const* const identifier = member(body, "projectIdentifier");
    if (identifier == nullptr)
        throw refusal{400, "projectIdentifier is missing"};
    std::string const group = text_or(body, "groupName");
    for (project& each : projects)
        if (means(*identifier, each) &&
            (identifier->is_int64() || group.empty() || each.group == group))
            return each;
    throw refusal{404, "There is no such project"};
}

INFERPP_DECL annolab_simulator::platform::project& annolab_simulator::platform::project_at(
    std::string const& group, std::string const& name)
{
    for (project& each : projects)
        if (each.group == group && each.name == name)
            return each;
    throw refusal{404, "There is no project " + name + " in the group " + group};
}

INFERPP_DECL std::string annolab_simulator::platform::date(sys_milliseconds time)
{
    std::string text = format_iso8601(time);
    text.replace(text.find('+'), std::string::npos, "Z");
    return text;
}

INFERPP_DECL void annolab_simulator::platform::check(bool permission, std::string_view name) const
{
    if (!permission)
        throw refusal{403, "This needs the permission \"" + std::string{name} + '"'};
}

INFERPP_DECL std::string annolab_simulator::platform::new_token()
{
    return std::to_string(random()) + std::to_string(random());
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_projects.ipp>
#endif

#endif
