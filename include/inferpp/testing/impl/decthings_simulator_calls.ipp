// SPDX-License-Identifier: BSL-1.0
//
// What is in a request to the simulated Decthings, and lists in pages. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_CALLS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_CALLS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL boost::json::value const* decthings_simulator::platform::call::find(
    std::string_view name) const
{
    auto const* const found = params.if_contains(name);
    return found != nullptr && !found->is_null() ? found : nullptr;
}

INFERPP_DECL std::optional<std::string> decthings_simulator::platform::call::text_if(
    std::string_view name) const
{
    auto const* const found = find(name);
    if (found == nullptr)
        return std::nullopt;
    if (!found->is_string())
        refuse(name, "expected a string");
    return std::string{detail::decthings_text(*found)};
}

INFERPP_DECL std::string decthings_simulator::platform::call::text(std::string_view name) const
{
    auto found = text_if(name);
    if (!found)
        refuse(name, "expected a string");
    return *found;
}

INFERPP_DECL std::optional<std::uint64_t> decthings_simulator::platform::call::number_if(
    std::string_view name) const
{
    auto const* const found = find(name);
    if (found == nullptr)
        return std::nullopt;
    boost::json::error_code code;
    auto const number = found->to_number<std::uint64_t>(code);
    if (code)
        refuse(name, "expected an integer");
    return number;
}

INFERPP_DECL std::uint64_t decthings_simulator::platform::call::number(std::string_view name) const
{
    auto const found = number_if(name);
    if (!found)
        refuse(name, "expected an integer");
    return *found;
}

INFERPP_DECL bool decthings_simulator::platform::call::flag(std::string_view name,
                                                            bool otherwise) const
{
    auto const* const found = find(name);
    if (found == nullptr)
        return otherwise;
    if (!found->is_bool())
        refuse(name, "expected a boolean");
    return found->get_bool();
}

INFERPP_DECL boost::json::object const* decthings_simulator::platform::call::part_if(
    std::string_view name) const
{
    auto const* const found = find(name);
    if (found != nullptr && !found->is_object())
        refuse(name, "expected an object");
    return found != nullptr ? &found->get_object() : nullptr;
}

INFERPP_DECL boost::json::object const& decthings_simulator::platform::call::part(
    std::string_view name) const
{
    auto const* const found = part_if(name);
    if (found == nullptr)
        refuse(name, "expected an object");
    return *found;
}

INFERPP_DECL boost::json::array const* decthings_simulator::platform::call::list_if(
    std::string_view name) const
{
    auto const* const found = find(name);
    if (found != nullptr && !found->is_array())
        refuse(name, "expected an array");
    return found != nullptr ? &found->get_array() : nullptr;
}

INFERPP_DECL boost::json::array const& decthings_simulator::platform::call::list(
    std::string_view name) const
{
    auto const* const found = list_if(name);
    if (found == nullptr)
        refuse(name, "expected an array");
    return *found;
}

INFERPP_DECL std::vector<std::string> decthings_simulator::platform::call::texts(
    std::string_view name) const
{
    std::vector<std::string> all;
    if (auto const* const from = list_if(name))
        for (value const& one : *from) {
            if (!one.is_string())
                refuse(name, "expected an array of strings");
            all.emplace_back(detail::decthings_text(one));
        }
    return all;
}

INFERPP_DECL void decthings_simulator::platform::call::expect_blobs(std::size_t count) const
{
    if (blobs.size() != count)
        refuse("blobs",
               "expected " + std::to_string(count) + ", got " + std::to_string(blobs.size()));
}

/// A member of a provider of parameters, in either spelling.
inline std::string decthings_member(boost::json::object const& from, std::string_view name,
                                    std::string_view snake)
{
    for (std::string_view const one : {name, snake})
        if (auto const* const found = from.if_contains(one); found != nullptr && found->is_string())
            return std::string{detail::decthings_text(*found)};
    return {};
}

/// Parameters: those without `data` take the next blob.
INFERPP_DECL std::vector<decthings_parameter> decthings_simulator::platform::read_params(
    call const& with, array const& from) const
{
    constexpr std::size_t most = 255;
    std::vector<decthings_parameter> read;
    std::size_t next = 0;
    if (from.size() > most)
        call::refuse("params", "at most 255");
    for (value const& each : from) {
        auto const* const one = each.if_object();
        std::string const name = one != nullptr ? decthings_member(*one, "name", "name") : "";
        if (name.empty())
            call::refuse("params", "each has a name");
        decthings_parameter& added = read.emplace_back();
        added.name = name;
        auto const* const data = one->if_contains("data");
        if (data == nullptr || data->is_null()) {
            if (next == with.blobs.size())
                call::refuse("params", "there are fewer blobs than parameters");
            auto tensors = detail::decthings_decode(with.blobs[next++]);
            if (!tensors)
                call::refuse("params", "the data of " + name + " is malformed");
            added.tensors = std::move(*tensors);
            continue;
        }
        auto const* const source = data->if_object();
        if (source == nullptr || decthings_member(*source, "type", "type") != "dataset")
            call::refuse("params", "data is of the type dataset, or not there");
        added.dataset = decthings_member(*source, "datasetId", "dataset_id");
        std::string const key = decthings_member(*source, "datasetKey", "dataset_key");
        auto const found =
            std::find_if(datasets.begin(), datasets.end(),
                         [&](dataset const& which) { return which.id == added.dataset; });
        if (found == datasets.end())
            throw refusal{object{{"code", "dataset_not_found"}, {"datasetId", added.dataset}}};
        bool known = false;
        for (value const& definition : found->keys)
            known = known || detail::decthings_text(definition.at("name")) == key;
        if (!known)
            throw refusal{object{{"code", "dataset_key_not_found"},
                                 {"datasetId", added.dataset},
                                 {"datasetKey", key}}};
        for (auto const& entry : found->entries) {
            auto const tensors = detail::decthings_decode(entry.at(key));
            added.tensors.insert(added.tensors.end(), tensors->begin(), tensors->end());
        }
    }
    if (next != with.blobs.size())
        call::refuse("params", "there are more blobs than parameters");
    return read;
}

/// Blobs by the keys that a list names.
INFERPP_DECL decthings_state decthings_simulator::platform::read_keys(call const& with,
                                                                      std::string_view name) const
{
    auto const keys = with.texts(name);
    with.expect_blobs(keys.size());
    decthings_state read;
    for (std::size_t i = 0; i < keys.size(); ++i)
        read.emplace_back(keys[i], with.blobs[i]);
    return read;
}

INFERPP_DECL std::string decthings_simulator::platform::read_name(call const& with,
                                                                  std::string_view name)
{
    auto decoded = decode_base64(with.text(name));
    if (!decoded || decoded->empty() || decoded->find('/') != std::string::npos)
        call::refuse(name, "expected the name of a file, in base64");
    return *decoded;
}

INFERPP_DECL void decthings_simulator::platform::check_spec(object const& spec,
                                                            std::string_view name)
{
    auto const* const cpus = spec.if_contains("cpus");
    auto const* const memory = spec.if_contains("memoryMebibytes");
    bool const good = cpus != nullptr && cpus->is_number() && cpus->to_number<double>() > 0 &&
                      memory != nullptr && (memory->is_int64() || memory->is_uint64()) &&
                      memory->to_number<std::int64_t>() > 0;
    if (!good)
        call::refuse(name, "cpus and memoryMebibytes must be more than 0");
}

/// Where something is to run, as answers have it: with the machine of a persistent launcher.
INFERPP_DECL boost::json::object decthings_simulator::platform::read_location(
    call const& with) const
{
    object location = with.part("executionLocation");
    std::string const type = decthings_member(location, "type", "type");
    if (type == "temporaryLauncher") {
        auto const* const spec = location.if_contains("spec");
        if (spec == nullptr || !spec->is_object())
            call::refuse("executionLocation", "a temporary launcher has a spec");
        check_spec(spec->get_object(), "executionLocation.spec");
        return location;
    }
    if (type != "persistentLauncher")
        call::refuse("executionLocation", "its type is persistentLauncher or temporaryLauncher");
    std::string const id =
        decthings_member(location, "persistentLauncherId", "persistent_launcher_id");
    for (launcher const& one : launchers)
        if (one.id == id && !one.deleting) {
            location["spec"] = one.spec;
            return location;
        }
    throw refusal{"persistent_launcher_not_found"};
}

/// Whether one of the texts of a filter is this one; also where there is no such filter.
inline bool decthings_fits(boost::json::object const& filter, std::string_view name,
                           std::string_view text)
{
    auto const* const wanted = filter.if_contains(name);
    auto const* const list = wanted != nullptr ? wanted->if_array() : nullptr;
    if (list == nullptr)
        return true;
    for (boost::json::value const& one : *list)
        if (detail::decthings_text(one) == text)
            return true;
    return false;
}

/// A page of what fits the filter.
INFERPP_DECL boost::json::object decthings_simulator::platform::page(call const& with,
                                                                     std::string_view name,
                                                                     std::vector<object> items)
{
    static object const all;
    auto const* const given = with.part_if("filter");
    object const& filter = given != nullptr ? *given : all;
    auto const text = [](object const& from, std::string_view member) -> std::string_view {
        auto const* const found = from.if_contains(member);
        return found != nullptr ? detail::decthings_text(*found) : std::string_view{};
    };
    std::erase_if(items, [&](object const& item) {
        auto const* const owner = item.if_contains("owner");
        auto const* const search = filter.if_contains("searchName");
        bool const found =
            search == nullptr ||
            text(item, "name").find(detail::decthings_text(*search)) != std::string_view::npos;
        bool tagged = true;
        if (auto const* const tags = filter.if_contains("tags"))
            for (value const& tag : tags->as_array()) {
                auto const& its = item.at("tags").as_array();
                tagged = tagged && std::find(its.begin(), its.end(), tag) != its.end();
            }
        return !found || !tagged || !decthings_fits(filter, "ids", text(item, "id")) ||
               !decthings_fits(filter, "names", text(item, "name")) ||
               (owner != nullptr &&
                !decthings_fits(filter, "owners", text(owner->as_object(), "userId")));
    });
    std::string const by = with.text_if("sort").value_or("createdAt");
    std::string const direction = with.text_if("sortDirection").value_or("asc");
    if (direction != "asc" && direction != "desc")
        call::refuse("sortDirection", "asc or desc");
    // Not std::stable_sort: clang warns of what libstdc++ does in it.
    std::multimap<std::pair<double, std::string_view>, object const*> sorted;
    for (object const& item : items) {
        auto const* const found = item.if_contains(by);
        bool const number = found != nullptr && found->is_number();
        sorted.emplace(std::pair{number ? found->to_number<double>() : 0, text(item, by)}, &item);
    }
    std::vector<object const*> order;
    for (auto const& [key, item] : sorted)
        order.push_back(item);
    if (direction == "desc")
        std::reverse(order.begin(), order.end());
    constexpr std::uint64_t usual = 20;
    std::uint64_t const offset = with.number_if("offset").value_or(0);
    std::uint64_t const limit = with.number_if("limit").value_or(usual);
    array shown;
    for (std::uint64_t i = offset; i < order.size() && i - offset < limit; ++i)
        shown.push_back(*order[static_cast<std::size_t>(i)]);
    object answer;
    answer[name] = std::move(shown);
    answer["total"] = items.size();
    answer["offset"] = offset;
    answer["limit"] = limit;
    return answer;
}

/// The data of the keys that were asked for, or of all.
INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::keyed(
    decthings_state const& data, call const& with, std::string_view unknown_key, bool weights)
{
    auto wanted = with.texts("keys");
    if (wanted.empty())
        for (auto const& [key, content] : data)
            wanted.push_back(key);
    reply answer;
    array names;
    for (std::string const& key : wanted) {
        auto const found = std::find_if(data.begin(), data.end(),
                                        [&](auto const& one) { return one.first == key; });
        if (found == data.end())
            throw refusal{unknown_key};
        names.emplace_back(key);
        answer.blobs.push_back(found->second);
    }
    answer.result["stateKeyNames"] = names;
    if (weights) // which of the two a client reads depends on the client
        answer.result["weightKeyNames"] = names;
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_models.ipp>
#endif

#endif
