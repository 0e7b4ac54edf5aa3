// SPDX-License-Identifier: BSL-1.0
//
// Datasets: tensors by keys, one of each key in every entry.

#ifndef INFERPP_PROVIDERS_DECTHINGS_DATASETS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_DATASETS_HPP

#include <inferpp/providers/decthings/models.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// How many entries there are, and how large they are.
struct entry_count {
    entry_count() = default;

    std::uint64_t count = 0;
    std::uint64_t total_byte_size = 0;
};
BOOST_DESCRIBE_STRUCT(entry_count, (), (count, total_byte_size))

/// A dataset. *Source*: wire notes 7
struct dataset {
    dataset() = default;

    std::string id;
    std::string name;
    std::string description;
    bool public_access = false;
    epoch_time created_at;
    std::vector<tag> tags;
    decthings::owner owner;
    word<access_level> access;
    std::vector<parameter_definition> keys;
    entry_count entries;
    entry_count needs_review_entries;
    entry_count entries_waiting_to_be_deleted;
    std::string version_id; ///< changes with the entries
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(dataset, (),
                      (id, name, description, public_access, created_at, tags, owner, access, keys,
                       entries, needs_review_entries, entries_waiting_to_be_deleted, version_id,
                       more))

constexpr json_rules json_rules_of(dataset const*)
{
    return json_rules{naming::camel_case}.required("id", "name", "version_id");
}

/// The answer to the making of a dataset.
struct dataset_receipt {
    dataset_receipt() = default;

    std::string dataset_id;
    std::string dataset_version_id;
};
BOOST_DESCRIBE_STRUCT(dataset_receipt, (), (dataset_id, dataset_version_id))

/// Dataset/createDataset. Names are unique, so that `get_datasets` finds it where the answer is
/// lost. *Source*: wire notes 7
struct create_dataset : call<create_dataset, dataset_receipt> {
    static constexpr operation_info info =
        rpc("create_dataset", "Dataset/createDataset", idempotency::unsafe);

    create_dataset(std::string dataset_name, std::vector<parameter_definition> dataset_keys)
        : name(std::move(dataset_name)),
          keys(std::move(dataset_keys))
    {
    }

    std::string name;
    std::string description;
    std::optional<bool> public_access;
    std::vector<tag> tags;
    std::vector<parameter_definition> keys; ///< at least one

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_dataset, (), (name, description, public_access, tags, keys))

/// Dataset/updateDataset: changes what is given. *Source*: wire notes 7
struct update_dataset : call<update_dataset, nothing> {
    static constexpr operation_info info = rpc("update_dataset", "Dataset/updateDataset");

    explicit update_dataset(std::string dataset) : dataset_id(std::move(dataset)) {}

    std::string dataset_id;
    item_change properties;
};
BOOST_DESCRIBE_STRUCT(update_dataset, (), (dataset_id, properties))

/// Dataset/deleteDataset. *Source*: wire notes 7
struct delete_dataset : call<delete_dataset, nothing> {
    static constexpr operation_info info = rpc("delete_dataset", "Dataset/deleteDataset");

    explicit delete_dataset(std::string dataset) : dataset_id(std::move(dataset)) {}

    std::string dataset_id;
};
BOOST_DESCRIBE_STRUCT(delete_dataset, (), (dataset_id))

/// A page of datasets.
struct dataset_list : list_answer {
    dataset_list() = default;

    std::vector<dataset> datasets;
};
BOOST_DESCRIBE_STRUCT(dataset_list, (list_answer), (datasets))

/// Dataset/getDatasets: datasets that the caller may see; see `get_models`. *Source*: wire notes 7
struct get_datasets : list_call<get_datasets, dataset_list, &dataset_list::datasets> {
    static constexpr operation_info info = rpc("get_datasets", "Dataset/getDatasets");

    get_datasets() = default;

    std::optional<item_filter> filter;
};
BOOST_DESCRIBE_STRUCT(get_datasets, (list_request), (filter))

// --- entries -------------------------------------------------------------------------------------

/// The tensors of one key, one for each entry.
struct dataset_column {
    dataset_column() = default;
    dataset_column(std::string name, std::vector<tensor> tensors)
        : key(std::move(name)),
          data(std::move(tensors))
    {
    }

    std::string key;
    std::vector<tensor> data;
};

/// Entries to be added, by keys: as many for each key, and at most 255 tensors in all.
class dataset_columns {
public:
    dataset_columns() = default;
    dataset_columns(std::vector<dataset_column> by_key) : columns(std::move(by_key)) {}

    std::vector<dataset_column> columns;

    void add(std::string key, std::vector<tensor> data)
    {
        columns.emplace_back(std::move(key), std::move(data));
    }

    /// How many entries there are.
    std::size_t entries() const noexcept
    {
        return columns.empty() ? 0 : columns.front().data.size();
    }

    INFERPP_DECL result<void> check() const;
    INFERPP_DECL attachments blobs() const;
    /// The keys, sorted, as the platform wants them.
    INFERPP_DECL void to_json(json_writer& out) const;

private:
    INFERPP_DECL std::vector<dataset_column const*> sorted() const;
};

/// The version of a dataset after a change.
struct dataset_change {
    dataset_change() = default;

    std::string new_dataset_version_id;
    std::uint64_t removed_bytes = 0;
    std::uint64_t removed_bytes_from_needs_review = 0; ///< of `finalize_needs_review_entries`
    std::uint64_t new_waiting_to_remove_bytes = 0;     ///< of `remove_entries`, as the next
    std::uint64_t new_waiting_to_remove_amount = 0;
};
BOOST_DESCRIBE_STRUCT(dataset_change, (),
                      (new_dataset_version_id, removed_bytes, removed_bytes_from_needs_review,
                       new_waiting_to_remove_bytes, new_waiting_to_remove_amount))

constexpr json_rules json_rules_of(dataset_change const*)
{
    return json_rules{naming::camel_case}.required("new_dataset_version_id");
}

/// What adds entries.
struct added_entries {
    explicit added_entries(std::string dataset) : dataset_id(std::move(dataset)) {}

    std::string dataset_id;
    dataset_columns keys;
    /// That the dataset must be of: otherwise it is `api_code::incorrect_version_id`. By default
    /// any.
    std::optional<std::string> dataset_version_id;

    attachments blobs() const { return keys.blobs(); }
    result<void> validate() const
    {
        return first_error({check_given("dataset_id", dataset_id), keys.check()});
    }
};
BOOST_DESCRIBE_STRUCT(added_entries, (), (dataset_id, keys, dataset_version_id))

/**
 * @brief Dataset/addEntries: adds entries.
 *
 * @code
 * decthings::add_entries request{"dataset id"};
 * request.keys.add("image", images);  // std::vector<decthings::tensor>
 * request.keys.add("label", labels);  // as many
 * auto const changed = co_await client.send(request);
 * @endcode
 *
 * Where the answer is lost, the dataset's version says whether they were added.
 * *Source*: wire notes 7
 */
struct add_entries : call<add_entries, dataset_change>, added_entries {
    static constexpr operation_info info =
        rpc("add_entries", "Dataset/addEntries", idempotency::unsafe);
    using added_entries::added_entries;
};
BOOST_DESCRIBE_STRUCT(add_entries, (added_entries), ())

/// Dataset/addEntriesToNeedsReview: the same for entries that are still to be looked at.
struct add_entries_to_needs_review : call<add_entries_to_needs_review, dataset_change>,
                                     added_entries {
    static constexpr operation_info info =
        rpc("add_entries_to_needs_review", "Dataset/addEntriesToNeedsReview", idempotency::unsafe);
    using added_entries::added_entries;
};
BOOST_DESCRIBE_STRUCT(add_entries_to_needs_review, (added_entries), ())

/// Dataset/finalizeNeedsReviewEntries: entries that have been looked at, with their tensors as they
/// are to be, one entry for each index. *Source*: wire notes 7
struct finalize_needs_review_entries : call<finalize_needs_review_entries, dataset_change>,
                                       added_entries {
    static constexpr operation_info info = rpc(
        "finalize_needs_review_entries", "Dataset/finalizeNeedsReviewEntries", idempotency::unsafe);

    finalize_needs_review_entries(std::string dataset, std::vector<std::uint64_t> which)
        : added_entries(std::move(dataset)),
          indexes(std::move(which))
    {
    }

    std::vector<std::uint64_t> indexes;

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(finalize_needs_review_entries, (added_entries), (indexes))

/// Which entries: these, or those from one index up to but not including another.
class entry_selection {
public:
    entry_selection(std::initializer_list<std::uint64_t> indexes) : indexes_(indexes) {}
    entry_selection(std::vector<std::uint64_t> indexes) : indexes_(std::move(indexes)) {}

    static entry_selection range(std::uint64_t begin, std::uint64_t end)
    {
        entry_selection chosen{std::vector<std::uint64_t>{}};
        chosen.range_.emplace(begin, end);
        return chosen;
    }

    /// Refuses none, and a range that ends before it begins.
    INFERPP_DECL result<void> check() const;
    INFERPP_DECL void to_json(json_writer& out) const;

private:
    std::vector<std::uint64_t> indexes_;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> range_; ///< instead of these
};

/// An entry of a dataset: a tensor for each key.
struct dataset_entry {
    dataset_entry() = default;

    std::uint64_t index = 0;
    std::vector<tensor> data; ///< in the order of `dataset_entries::keys`
};

/// Entries of a dataset. Those that there are not are not among them.
struct dataset_entries {
    dataset_entries() = default;

    std::vector<std::string> keys;
    std::vector<dataset_entry> entries;

    /// The tensor of a key in one of `entries`. @throws failure `errc::bad_schema` when there is no
    /// such key; std::out_of_range when there is no such place
    INFERPP_DECL tensor const& at(std::size_t place, std::string_view key) const;

    INFERPP_DECL static result<dataset_entries> from_json(boost::json::value const& value);
    INFERPP_DECL result<void> attach(blob_reader& blobs);
};

/// What reads entries.
struct selected_entries {
    selected_entries(std::string dataset, entry_selection which)
        : dataset_id(std::move(dataset)),
          entries(std::move(which))
    {
    }

    std::string dataset_id;
    entry_selection entries;
    std::optional<std::string> dataset_version_id; ///< as in `added_entries`

    result<void> validate() const
    {
        return first_error({check_given("dataset_id", dataset_id), entries.check()});
    }
};
BOOST_DESCRIBE_STRUCT(selected_entries, (), (dataset_id, entries, dataset_version_id))

/// Dataset/getEntries. *Source*: wire notes 7
struct get_entries : call<get_entries, dataset_entries>, selected_entries {
    static constexpr operation_info info = rpc("get_entries", "Dataset/getEntries");
    using selected_entries::selected_entries;
};
BOOST_DESCRIBE_STRUCT(get_entries, (selected_entries), ())

/// Dataset/getNeedsReviewEntries: the same of entries that are still to be looked at.
struct get_needs_review_entries : call<get_needs_review_entries, dataset_entries>,
                                  selected_entries {
    static constexpr operation_info info =
        rpc("get_needs_review_entries", "Dataset/getNeedsReviewEntries");
    using selected_entries::selected_entries;
};
BOOST_DESCRIBE_STRUCT(get_needs_review_entries, (selected_entries), ())

/// What removes entries.
struct removed_entries {
    removed_entries(std::string dataset, std::vector<std::uint64_t> which)
        : dataset_id(std::move(dataset)),
          entries(std::move(which))
    {
    }

    std::string dataset_id;
    std::vector<std::uint64_t> entries;            ///< their indexes; at least one
    std::optional<std::string> dataset_version_id; ///< as in `added_entries`

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(removed_entries, (), (dataset_id, entries, dataset_version_id))

/// Dataset/removeEntries: those behind them move up, so that it is not repeated by chance.
/// *Source*: wire notes 7
struct remove_entries : call<remove_entries, dataset_change>, removed_entries {
    static constexpr operation_info info =
        rpc("remove_entries", "Dataset/removeEntries", idempotency::unsafe);
    using removed_entries::removed_entries;
};
BOOST_DESCRIBE_STRUCT(remove_entries, (removed_entries), ())

/// Dataset/removeNeedsReviewEntries: the same of entries that are still to be looked at.
struct remove_needs_review_entries : call<remove_needs_review_entries, dataset_change>,
                                     removed_entries {
    static constexpr operation_info info =
        rpc("remove_needs_review_entries", "Dataset/removeNeedsReviewEntries", idempotency::unsafe);
    using removed_entries::removed_entries;
};
BOOST_DESCRIBE_STRUCT(remove_needs_review_entries, (removed_entries), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_dataset> && !fragile_temporary<update_dataset> &&
              !fragile_temporary<delete_dataset> && !fragile_temporary<get_datasets> &&
              !fragile_temporary<add_entries> && !fragile_temporary<add_entries_to_needs_review> &&
              !fragile_temporary<finalize_needs_review_entries> &&
              !fragile_temporary<get_entries> && !fragile_temporary<get_needs_review_entries> &&
              !fragile_temporary<remove_entries> &&
              !fragile_temporary<remove_needs_review_entries>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/datasets.ipp>
#endif

#endif
