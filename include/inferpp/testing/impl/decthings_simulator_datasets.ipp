// SPDX-License-Identifier: BSL-1.0
//
// Datasets of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_DATASETS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_DATASETS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::platform::dataset* decthings_simulator::platform::find_dataset_if(
    std::string_view id)
{
    for (dataset& one : datasets)
        if (one.id == id)
            return &one;
    return nullptr;
}

/// The dataset of a call, of the version that the call wants.
INFERPP_DECL decthings_simulator::platform::dataset& decthings_simulator::platform::find_dataset(
    call const& with)
{
    auto* const found = find_dataset_if(with.text("datasetId"));
    if (found == nullptr)
        throw refusal{"dataset_not_found"};
    check_version(*found, with);
    return *found;
}

INFERPP_DECL std::string decthings_simulator::platform::version_of(dataset const& which)
{
    return which.id + "-v" + std::to_string(which.version);
}

INFERPP_DECL void decthings_simulator::platform::check_version(dataset const& which,
                                                               call const& with) const
{
    auto const wanted = with.text_if("datasetVersionId");
    if (wanted && *wanted != version_of(which))
        throw refusal{
            object{{"code", "incorrect_version_id"}, {"datasetVersionId", version_of(which)}}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::create_dataset(
    call& with)
{
    dataset made;
    made.name = with.text("name");
    made.keys = with.list("keys");
    if (made.keys.empty())
        call::refuse("keys", "a dataset has at least one");
    std::set<std::string_view> names;
    for (value const& key : made.keys) {
        auto const* const one = key.if_object();
        auto const* const name = one != nullptr ? one->if_contains("name") : nullptr;
        if (name == nullptr || detail::decthings_text(*name).empty() ||
            !names.insert(detail::decthings_text(*name)).second)
            call::refuse("keys", "each has a name of its own");
    }
    for (dataset const& one : datasets)
        if (one.name == made.name)
            throw refusal{"name_already_used"};
    made.id = new_id("new-dataset");
    made.created_at = today;
    made.about = {{"description", ""}, {"publicAccess", false}, {"tags", array{}}};
    overlay(with.params, made.about, {"description", "publicAccess", "tags"});
    object const answer{{"datasetId", made.id}, {"datasetVersionId", version_of(made)}};
    datasets.push_back(std::move(made));
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::update_dataset(
    call& with)
{
    dataset& which = find_dataset(with);
    object const& change = with.part("properties");
    if (auto const* const name = change.if_contains("name")) {
        for (dataset const& one : datasets)
            if (&one != &which && one.name == detail::decthings_text(*name))
                throw refusal{"name_already_used"};
        which.name = detail::decthings_text(*name);
    }
    overlay(change, which.about, {"description", "publicAccess", "tags"});
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::delete_dataset(
    call& with)
{
    std::string const id = find_dataset(with).id;
    std::erase_if(datasets, [&](dataset const& one) { return one.id == id; });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_datasets(
    call& with)
{
    auto const counted = [](std::vector<std::map<std::string, std::string>> const& entries) {
        std::uint64_t bytes = 0;
        for (auto const& entry : entries)
            for (auto const& [key, content] : entry)
                bytes += content.size();
        return object{{"count", entries.size()}, {"totalByteSize", bytes}};
    };
    std::vector<object> all;
    for (dataset const& one : datasets) {
        object told;
        put_common(told, one.about);
        told["id"] = one.id;
        told["name"] = one.name;
        told["createdAt"] = stamp(one.created_at);
        told["keys"] = one.keys;
        told["entries"] = counted(one.entries);
        told["needsReviewEntries"] = counted(one.review);
        told["entriesWaitingToBeDeleted"] = {{"count", one.removed},
                                             {"totalByteSize", one.removed_bytes}};
        told["versionId"] = version_of(one);
        all.push_back(std::move(told));
    }
    return page(with, "datasets", std::move(all));
}

/// Entries: for each one blob for each key, in the order of the keys, which are all of the
/// dataset's.
INFERPP_DECL std::vector<std::map<std::string, std::string>> decthings_simulator::platform::
    read_entries(dataset const& to, call const& with) const
{
    auto const keys = with.texts("keys");
    std::set<std::string> const given{keys.begin(), keys.end()};
    std::map<std::string, array> types;
    for (value const& definition : to.keys) {
        array& allowed = types[std::string{detail::decthings_text(definition.at("name"))}];
        if (auto const* const rules = definition.as_object().if_contains("rules"))
            if (auto const* const list = rules->as_object().if_contains("allowedTypes"))
                allowed = list->as_array();
    }
    bool complete = given.size() == keys.size() && given.size() == types.size();
    for (auto const& [name, allowed] : types)
        complete = complete && given.contains(name);
    if (!complete)
        call::refuse("keys", "expected each key of the dataset once");
    if (keys.empty() || with.blobs.size() % keys.size() != 0)
        call::refuse("keys", "the number of blobs is no multiple of that of the keys");
    std::vector<std::map<std::string, std::string>> read;
    for (std::size_t i = 0; i < with.blobs.size(); ++i) {
        if (i % keys.size() == 0)
            read.emplace_back();
        std::string const& key = keys[i % keys.size()];
        auto const tensors = detail::decthings_decode(with.blobs[i]);
        if (!tensors || tensors->size() != 1)
            call::refuse("keys", "expected one tensor for " + key);
        array const& allowed = types[key];
        bool const fits = allowed.empty() ||
                          std::find(allowed.begin(), allowed.end(), value(tensors->front().type)) !=
                              allowed.end();
        if (!fits)
            call::refuse("keys", tensors->front().type + " is not allowed for " + key);
        read.back()[key] = with.blobs[i]; // as it came, also where it is misspelt
    }
    if (to.entries.size() + to.review.size() + read.size() > options.entry_limit)
        throw refusal{"limit_exceeded"};
    return read;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::add_entries(
    call& with)
{
    dataset& to = find_dataset(with);
    auto const added = read_entries(to, with);
    to.entries.insert(to.entries.end(), added.begin(), added.end());
    ++to.version;
    return object{{"newDatasetVersionId", version_of(to)}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    add_entries_to_review(call& with)
{
    dataset& to = find_dataset(with);
    auto const added = read_entries(to, with);
    to.review.insert(to.review.end(), added.begin(), added.end());
    ++to.version;
    return object{{"newDatasetVersionId", version_of(to)}};
}

/// Indexes of entries that there are.
INFERPP_DECL std::vector<std::uint64_t> decthings_simulator::platform::indexes(
    call const& with, std::string_view name, std::size_t count)
{
    std::set<std::uint64_t> all;
    for (value const& each : with.list(name)) {
        boost::json::error_code code;
        auto const index = each.to_number<std::uint64_t>(code);
        if (code)
            call::refuse(name, "expected an array of integers");
        if (index >= count)
            throw refusal{"index_out_of_range"};
        all.insert(index);
    }
    return {all.begin(), all.end()};
}

/// Removes entries. Returns how large they were.
INFERPP_DECL std::uint64_t decthings_simulator::platform::remove(
    std::vector<std::map<std::string, std::string>>& from, std::vector<std::uint64_t> const& which)
{
    std::uint64_t bytes = 0;
    for (auto index = which.rbegin(); index != which.rend(); ++index) {
        for (auto const& [key, content] : from[static_cast<std::size_t>(*index)])
            bytes += content.size();
        from.erase(from.begin() + static_cast<std::ptrdiff_t>(*index));
    }
    return bytes;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::finalize_entries(
    call& with)
{
    dataset& of = find_dataset(with);
    auto const added = read_entries(of, with);
    auto const which = indexes(with, "indexes", of.review.size());
    if (added.size() != which.size())
        call::refuse("keys", "expected an entry for each index");
    of.entries.insert(of.entries.end(), added.begin(), added.end());
    std::uint64_t const bytes = remove(of.review, which);
    ++of.version;
    return object{{"newDatasetVersionId", version_of(of)}, {"removedBytesFromNeedsReview", bytes}};
}

INFERPP_DECL decthings_simulator::platform::reply decthings_simulator::platform::entries_of(
    std::vector<std::map<std::string, std::string>> const& from, dataset const& of,
    call const& with)
{
    std::vector<std::uint64_t> wanted;
    auto const* const given = with.find("entries");
    if (given != nullptr && given->is_object()) {
        call range;
        range.params = given->get_object();
        std::uint64_t const end = (std::min<std::uint64_t>)(range.number("end"), from.size());
        for (std::uint64_t i = range.number("start"); i < end; ++i)
            wanted.push_back(i);
    } else {
        for (value const& each : with.list("entries")) {
            boost::json::error_code code;
            wanted.push_back(each.to_number<std::uint64_t>(code));
            if (code)
                call::refuse("entries", "expected integers");
        }
    }
    reply answer;
    array keys;
    array found;
    for (value const& definition : of.keys)
        keys.push_back(definition.at("name"));
    for (std::uint64_t const index : wanted) {
        if (index >= from.size()) // those that there are not are not given
            continue;
        found.emplace_back(index);
        for (value const& key : keys)
            answer.blobs.push_back(
                from[static_cast<std::size_t>(index)].at(std::string{detail::decthings_text(key)}));
    }
    answer.result = {{"keys", keys}, {"indexes", found}};
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::get_entries(
    call& with)
{
    dataset const& of = find_dataset(with);
    return entries_of(of.entries, of, with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    get_review_entries(call& with)
{
    dataset const& of = find_dataset(with);
    return entries_of(of.review, of, with);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::remove_entries(
    call& with)
{
    dataset& from = find_dataset(with);
    auto const which = indexes(with, "entries", from.entries.size());
    std::uint64_t const bytes = remove(from.entries, which);
    from.removed += which.size();
    from.removed_bytes += bytes;
    ++from.version;
    return object{{"newDatasetVersionId", version_of(from)},
                  {"removedBytes", bytes},
                  {"newWaitingToRemoveBytes", from.removed_bytes},
                  {"newWaitingToRemoveAmount", from.removed}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    remove_review_entries(call& with)
{
    dataset& from = find_dataset(with);
    auto const which = indexes(with, "entries", from.review.size());
    std::uint64_t const bytes = remove(from.review, which);
    ++from.version;
    return object{{"newDatasetVersionId", version_of(from)}, {"removedBytes", bytes}};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_launchers.ipp>
#endif

#endif
