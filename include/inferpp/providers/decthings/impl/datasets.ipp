// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_DATASETS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_DATASETS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/datasets.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> create_dataset::validate() const
{
    if (keys.empty())
        return refuse("keys is empty; a dataset has at least one");
    for (parameter_definition const& key : keys)
        if (key.name.empty())
            return refuse("keys has one without a name");
    return check_given("name", name);
}

INFERPP_DECL std::vector<dataset_column const*> dataset_columns::sorted() const
{
    std::vector<dataset_column const*> by_key;
    by_key.reserve(columns.size());
    for (dataset_column const& one : columns)
        by_key.push_back(&one);
    std::sort(by_key.begin(), by_key.end(),
              [](auto const* a, auto const* b) { return a->key < b->key; });
    return by_key;
}

INFERPP_DECL result<void> dataset_columns::check() const
{
    constexpr std::size_t most = 255;
    if (columns.empty())
        return refuse("keys is empty; an entry has a tensor for each key of the dataset");
    auto const by_key = sorted();
    for (std::size_t i = 0; i < by_key.size(); ++i) {
        std::string const name = inferpp::detail::printable(by_key[i]->key, 64);
        if (i > 0 && by_key[i]->key == by_key[i - 1]->key)
            return refuse("keys has " + name + " twice");
        if (by_key[i]->data.size() != entries())
            return refuse("keys: " + name + " has " + std::to_string(by_key[i]->data.size()) +
                          " tensors, and not " + std::to_string(entries()) + " as the first");
    }
    if (entries() == 0)
        return refuse("keys has no entry");
    if (entries() > most / columns.size())
        return refuse("keys must have at most 255 tensors in all; send the entries in parts of " +
                      std::to_string(most / columns.size()));
    return {};
}

INFERPP_DECL attachments dataset_columns::blobs() const
{
    attachments added;
    auto const by_key = sorted();
    for (std::size_t i = 0; i < entries(); ++i)
        for (dataset_column const* const column : by_key)
            added.add(std::span{&column->data[i], 1});
    return added;
}

INFERPP_DECL void dataset_columns::to_json(json_writer& out) const
{
    out.begin_array();
    for (dataset_column const* const column : sorted())
        out.string(column->key);
    out.end_array();
}

INFERPP_DECL result<void> finalize_needs_review_entries::validate() const
{
    if (indexes.size() != keys.entries())
        return refuse("keys must have one entry for each of the " + std::to_string(indexes.size()) +
                      " indexes");
    return added_entries::validate();
}

INFERPP_DECL result<void> entry_selection::check() const
{
    if (range_ ? range_->second < range_->first : indexes_.empty())
        return refuse(range_ ? "entries must not end before they begin" : "entries is empty");
    return {};
}

INFERPP_DECL void entry_selection::to_json(json_writer& out) const
{
    if (!range_)
        return write_json(indexes_, out);
    out.begin_object();
    out.key("start");
    out.number(range_->first);
    out.key("end");
    out.number(range_->second);
    out.end_object();
}

INFERPP_DECL result<void> removed_entries::validate() const
{
    if (entries.empty())
        return refuse("entries is empty");
    return check_given("dataset_id", dataset_id);
}

INFERPP_DECL tensor const& dataset_entries::at(std::size_t place, std::string_view key) const
{
    auto const found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end())
        throw failure{error{errc::bad_schema, "the dataset has no key '" +
                                                  inferpp::detail::printable(key, 64) + '\''}};
    return entries.at(place).data.at(static_cast<std::size_t>(found - keys.begin()));
}

INFERPP_DECL result<dataset_entries> dataset_entries::from_json(boost::json::value const& value)
{
    auto const* const object = value.if_object();
    auto const* const names = object != nullptr ? object->if_contains("keys") : nullptr;
    auto const* const indexes = object != nullptr ? object->if_contains("indexes") : nullptr;
    if (names == nullptr || indexes == nullptr)
        return error{errc::bad_schema, "expected an object with keys and indexes"};
    auto keys = decode_value<std::vector<std::string>>(*names);
    if (!keys)
        return below("keys", keys.error());
    auto const numbers = decode_value<std::vector<std::uint64_t>>(*indexes);
    if (!numbers)
        return below("indexes", numbers.error());
    dataset_entries read;
    read.keys = std::move(*keys);
    for (std::uint64_t const index : *numbers)
        read.entries.emplace_back().index = index;
    return read;
}

INFERPP_DECL result<void> dataset_entries::attach(blob_reader& blobs)
{
    for (dataset_entry& entry : entries)
        for (std::string const& key : keys) {
            auto const content = blobs.next();
            if (!content)
                return content.error();
            auto value = tensor::decode(*content);
            if (!value) {
                error e = value.error();
                e.edit().message += ", in entry " + std::to_string(entry.index) + " under '" +
                                    inferpp::detail::printable(key, 64) + '\'';
                return e;
            }
            entry.data.push_back(std::move(*value));
        }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
