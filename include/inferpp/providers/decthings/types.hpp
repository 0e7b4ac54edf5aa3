// SPDX-License-Identifier: BSL-1.0
//
// What several of Decthings' calls have in common.
//
// The platform does not say in which unit it counts durations and points in time, only that they
// are integers; milliseconds are assumed, the latter from 1970 on (wire notes 4).

#ifndef INFERPP_PROVIDERS_DECTHINGS_TYPES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_TYPES_HPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/call.hpp>
#include <inferpp/providers/decthings/tensor_view.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

using inferpp::detail::check_count;
using inferpp::detail::check_given;
using inferpp::detail::first_error;
using inferpp::detail::refuse;

/// The platform's style, for every type that does not say otherwise. Parameters of a model are
/// written also where there are none.
template <class T>
constexpr json_rules json_rules_of(T const*)
{
    json_rules const rules{naming::camel_case};
    if constexpr (requires(T const& of) { of.params; })
        return rules.always_written("params");
    else
        return rules;
}

/// The answer to a call that has nothing to say.
struct nothing {
    nothing() = default;
};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

/// A point in time.
class epoch_time {
public:
    epoch_time() = default;
    explicit epoch_time(sys_milliseconds time) : count_(time.time_since_epoch().count()) {}
    explicit epoch_time(std::int64_t count) noexcept : count_(count) {}

    sys_milliseconds time() const noexcept
    {
        return sys_milliseconds{std::chrono::milliseconds{count_}};
    }

    /// As it stands on the wire.
    std::int64_t count() const noexcept { return count_; }

    INFERPP_DECL static result<epoch_time> from_json(boost::json::value const& value);
    void to_json(json_writer& out) const { out.number(count_); }

    friend auto operator<=>(epoch_time const&, epoch_time const&) noexcept = default;

private:
    std::int64_t count_ = 0;
};

// --- where things run ----------------------------------------------------------------------------

/// Graphics processors of a machine.
struct gpu_spec {
    gpu_spec() = default;
    gpu_spec(std::string kind, std::uint64_t how_many) : model(std::move(kind)), count(how_many) {}

    std::string model; ///< "L4", "A100 80GB"
    std::uint64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(gpu_spec, (), (model, count))

/// A machine.
struct launcher_spec {
    launcher_spec() = default;
    launcher_spec(double processors, std::uint64_t mebibytes)
        : cpus(processors),
          memory_mebibytes(mebibytes)
    {
    }

    double cpus = 0;                    ///< more than 0
    std::uint64_t memory_mebibytes = 0; ///< at least 1
    std::optional<std::uint64_t> disk_mebibytes;
    std::optional<std::uint64_t> swap_mebibytes;
    std::optional<gpu_spec> gpus;

    /// Names the member that can't be valid. @param name of the whole
    INFERPP_DECL result<void> check(std::string_view name) const;
};
BOOST_DESCRIBE_STRUCT(launcher_spec, (),
                      (cpus, memory_mebibytes, disk_mebibytes, swap_mebibytes, gpus))

/// A machine that is kept, and is warm; see `create_persistent_launcher`.
struct persistent_launcher_location {
    persistent_launcher_location() = default;
    explicit persistent_launcher_location(std::string id) : persistent_launcher_id(std::move(id)) {}

    std::string persistent_launcher_id;
    std::optional<launcher_spec> spec; ///< in answers only
};
BOOST_DESCRIBE_STRUCT(persistent_launcher_location, (), (persistent_launcher_id, spec))

/// A machine that is made for one operation.
struct temporary_launcher_location {
    temporary_launcher_location() = default;
    explicit temporary_launcher_location(launcher_spec machine) : spec(std::move(machine)) {}

    launcher_spec spec;
};
BOOST_DESCRIBE_STRUCT(temporary_launcher_location, (), (spec))

/**
 * @brief Where an operation runs, or has run.
 *
 * @code
 * auto const here = decthings::execution_location::temporary({1, 512}); // 1 CPU, 512 MiB
 * auto const there = decthings::execution_location::persistent("launcher id");
 * @endcode
 *
 * *Source*: wire notes 4
 */
class execution_location {
public:
    /// Nowhere: a kind of location in an answer that this version does not know.
    execution_location() = default;
    execution_location(persistent_launcher_location where) : where_(std::move(where)) {}
    execution_location(temporary_launcher_location where) : where_(std::move(where)) {}

    static execution_location persistent(std::string id)
    {
        return persistent_launcher_location{std::move(id)};
    }
    static execution_location temporary(launcher_spec machine)
    {
        return temporary_launcher_location{std::move(machine)};
    }

    /// The machine, by its kind; null for the other.
    persistent_launcher_location const* persistent() const noexcept
    {
        return std::get_if<persistent_launcher_location>(&where_);
    }
    temporary_launcher_location const* temporary() const noexcept
    {
        return std::get_if<temporary_launcher_location>(&where_);
    }

    /// Refuses an empty id and a machine that can't be. @param name of the member
    INFERPP_DECL result<void> check(std::string_view name) const;

    INFERPP_DECL static result<execution_location> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

private:
    std::variant<std::monostate, persistent_launcher_location, temporary_launcher_location> where_;
};

/// What a machine was using at a point in time.
struct sysinfo_point {
    sysinfo_point() = default;

    epoch_time timestamp;
    double cpus = 0;
    std::uint64_t memory = 0;
    std::optional<std::uint64_t> disk;
};
BOOST_DESCRIBE_STRUCT(sysinfo_point, (), (timestamp, cpus, memory, disk))

/// How a machine was used.
struct sysinfo_list {
    sysinfo_list() = default;

    std::vector<sysinfo_point> sysinfo;
};
BOOST_DESCRIBE_STRUCT(sysinfo_list, (), (sysinfo))

// --- what things are -----------------------------------------------------------------------------

/// A label.
struct tag {
    tag() = default;
    tag(std::string name, std::string content) : tag_(std::move(name)), value(std::move(content)) {}

    std::string tag_;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(tag, (), (tag_, value))

enum class owner_type { unknown, user, organization };
BOOST_DESCRIBE_ENUM(owner_type, unknown, user, organization)

/// To whom something belongs: a user or an organization.
struct owner {
    owner() = default;

    word<owner_type> type;
    std::string user_id; ///< of a user, as the next
    std::string username;
    std::string organization_id; ///< of an organization, as the next
    std::string organization_name;
};
BOOST_DESCRIBE_STRUCT(owner, (), (type, user_id, username, organization_id, organization_name))

constexpr json_rules json_rules_of(owner const*)
{
    return json_rules{naming::camel_case}.required("type");
}

/// What the caller may do with something.
enum class access_level { unknown, read, readwrite };
BOOST_DESCRIBE_ENUM(access_level, unknown, read, readwrite)

/// What tensors a parameter takes.
struct tensor_rules {
    tensor_rules() = default;

    std::vector<std::int64_t> shape; ///< -1: any size
    std::vector<word<element_type>> allowed_types;
    std::vector<std::string> annotations;
};
BOOST_DESCRIBE_STRUCT(tensor_rules, (), (shape, allowed_types, annotations))

constexpr json_rules json_rules_of(tensor_rules const*)
{
    return json_rules{naming::camel_case}.always_written("shape", "allowed_types", "annotations");
}

/// A parameter of a model, or a key of a dataset.
struct parameter_definition {
    parameter_definition() = default;
    parameter_definition(std::string parameter, tensor_rules takes)
        : name(std::move(parameter)),
          rules(std::move(takes))
    {
    }

    std::string name;
    bool required = true;
    tensor_rules rules;
};
BOOST_DESCRIBE_STRUCT(parameter_definition, (), (name, required, rules))

constexpr json_rules json_rules_of(parameter_definition const*)
{
    return json_rules{naming::camel_case}.required("name");
}

/// The parameters of a model. The first are those of `create_state`, and of a version's
/// initialization in the later generation too.
struct parameter_definitions {
    parameter_definitions() = default;

    std::vector<parameter_definition> create_state;
    std::vector<parameter_definition> train;
    std::vector<parameter_definition> evaluate_input;
    std::vector<parameter_definition> evaluate_output;
};
BOOST_DESCRIBE_STRUCT(parameter_definitions, (),
                      (create_state, train, evaluate_input, evaluate_output))

constexpr json_rules json_rules_of(parameter_definitions const*)
{
    return json_rules{naming::camel_case}.always_written("create_state", "train", "evaluate_input",
                                                         "evaluate_output");
}

// --- data by keys --------------------------------------------------------------------------------

/// A key and how much data there is under it.
struct key_size {
    key_size() = default;

    std::string key;
    std::uint64_t byte_size = 0;
};
BOOST_DESCRIBE_STRUCT(key_size, (), (key, byte_size))

/// Data under a key: a part of a model's state, or of its weights. In JSON it is its key.
struct key_data {
    key_data() = default;
    key_data(std::string name, shared_bytes content)
        : key(std::move(name)),
          data(std::move(content))
    {
    }

    std::string key;
    shared_bytes data;

    INFERPP_DECL static result<key_data> from_json(boost::json::value const& value);
    void to_json(json_writer& out) const { out.string(key); }
};

/// Refuses more keys than a request can carry, empty ones and the same one twice.
INFERPP_DECL result<void> check_keys(std::vector<key_data> const& data);

/// The data of the keys, to be sent.
INFERPP_DECL attachments attach_keys(std::vector<key_data> const& data);

/// Bytes that are sent as they are.
inline attachments attach_one(shared_bytes const& data)
{
    attachments added;
    added.add(data);
    return added;
}

/// Data by keys in an answer.
struct keyed_data {
    keyed_data() = default;

    std::vector<key_data> data;

    /// The data of a key; null when there is none.
    INFERPP_DECL shared_bytes const* find(std::string_view key) const noexcept;

    INFERPP_DECL result<void> attach(blob_reader& blobs);
};
BOOST_DESCRIBE_STRUCT(keyed_data, (), (data))

constexpr json_rules json_rules_of(keyed_data const*)
{
    // The vendor's clients disagree on the name for weights.
    return json_rules{naming::camel_case}
        .renamed("data", "stateKeyNames")
        .also_read("data", "weightKeyNames");
}

// --- listings ------------------------------------------------------------------------------------

enum class sort_direction { unknown, asc, desc };
BOOST_DESCRIBE_ENUM(sort_direction, unknown, asc, desc)

/// What all listings in pages can be asked.
struct list_request {
    list_request() = default;

    std::optional<std::uint64_t> offset; ///< items to skip; by default none
    std::optional<std::uint64_t> limit;  ///< of one page; by default 20
    std::optional<std::string> sort;     ///< a member of the items; by default "createdAt"
    std::optional<word<decthings::sort_direction>> sort_direction;
};
BOOST_DESCRIBE_STRUCT(list_request, (), (offset, limit, sort, sort_direction))

/// What the platform says of a page beside its items.
struct list_answer {
    list_answer() = default;

    std::uint64_t total = 0; ///< of all pages
    std::uint64_t offset = 0;
    std::uint64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(list_answer, (), (total, offset, limit))

/// A listing whose pages are `Page`s with `Items` in them; `client.pages(op)` walks them.
template <class Op, class Page, auto Items>
struct list_call : call<Op, Page>, list_request {
    using item =
        typename std::remove_reference_t<decltype(std::declval<Page&>().*Items)>::value_type;

    static std::vector<item> items(Page& page) { return std::move(page.*Items); }

    bool advance(Page const& page)
    {
        std::uint64_t const next = page.offset + (page.*Items).size();
        offset = next;
        return !(page.*Items).empty() && next < page.total;
    }

protected:
    list_call() = default;
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/types.ipp>
#endif

#endif
