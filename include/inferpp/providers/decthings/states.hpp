// SPDX-License-Identifier: BSL-1.0
//
// The states of a model: made by running its code, or uploaded.

#ifndef INFERPP_PROVIDERS_DECTHINGS_STATES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_STATES_HPP

#include <inferpp/providers/decthings/parameters.hpp>
#include <inferpp/providers/decthings/run.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Another model, whose files and state the code may read: with its active state, another one, or
/// all as it was in a snapshot. A state and a snapshot exclude each other.
class model_to_mount {
public:
    /// With its active state.
    explicit model_to_mount(std::string model_id) : model_(std::move(model_id)) {}

    static model_to_mount with_state(std::string model_id, std::string state_id)
    {
        return {std::move(model_id), "stateId", std::move(state_id)};
    }
    static model_to_mount with_snapshot(std::string model_id, std::string snapshot_id)
    {
        return {std::move(model_id), "snapshotId", std::move(snapshot_id)};
    }

    /// Refuses empty ids.
    INFERPP_DECL result<void> check() const;

    INFERPP_DECL void to_json(json_writer& out) const;

private:
    model_to_mount(std::string model_id, std::string_view what, std::string which)
        : model_(std::move(model_id)),
          what_(what),
          which_(std::move(which))
    {
    }

    std::string model_;
    std::string_view what_; ///< the member that is set; none: the active state
    std::string which_;
};

/// A state that has been made.
struct created_state {
    created_state() = default;

    run_durations durations; ///< of these `create_state` is there
    std::string state_id;
};
BOOST_DESCRIBE_STRUCT(created_state, (), (durations, state_id))

/// What becomes of making a state.
using create_state_outcome = run_outcome<created_state>;

/**
 * @brief Model/createState: runs the model's `createModelState`, whose result becomes a new state.
 *
 * @code
 * decthings::create_state request{"model id", "first",
 *                                 decthings::execution_location::temporary({1, 512})};
 * request.params.emplace_back("learning rate", decthings::tensor{0.5f});
 * request.params.emplace_back("images", decthings::dataset_reference{"dataset id", "image"});
 * auto const outcome = co_await client.send(request);
 * std::string const state = outcome.value().state_id;
 * @endcode
 *
 * The platform answers when it is done: see `limits::held`, or give `call_options::timeout`. Where
 * the answer is lost the state may still be made: `get_creating_states` lists those being made, and
 * `get_models` those that are there, each with its name. `cancel_create_state` ends it, and the
 * call then gives the failure `cancelled`; cancelling the awaiting coroutine does not.
 *
 * *Source*: decthings.com/reference/model-createstate (seed); wire notes 5.1
 */
struct create_state : call<create_state, create_state_outcome> {
    static constexpr operation_info info =
        rpc("create_state", "Model/createState", idempotency::unsafe, true);

    /// @param model, state_name, where as the members
    create_state(std::string model, std::string state_name, decthings::execution_location where)
        : model_id(std::move(model)),
          name(std::move(state_name)),
          execution_location(std::move(where))
    {
    }

    std::string model_id;
    std::string name; ///< of the new state
    std::vector<parameter> params;
    std::vector<model_to_mount> mount_models;
    decthings::execution_location execution_location;

    attachments blobs() const { return attach_parameters(params); }
    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_state, (), (model_id, name, params, mount_models, execution_location))

/// A model whose files a state comes with. *Source*: wire notes 5.2 and 5.5
struct mounted_model {
    mounted_model() = default;
    explicit mounted_model(std::string model) : model_id(std::move(model)) {}
    mounted_model(std::string model, std::string snapshot)
        : model_id(std::move(model)),
          snapshot_id(std::move(snapshot))
    {
    }

    std::string model_id;
    std::optional<std::string> snapshot_id; ///< instead of the model as it is now
};
BOOST_DESCRIBE_STRUCT(mounted_model, (), (model_id, snapshot_id))

/// The id of a state that was made.
struct state_receipt {
    state_receipt() = default;

    std::string state_id;
};
BOOST_DESCRIBE_STRUCT(state_receipt, (), (state_id))

/// Model/uploadState: a new state of data that the caller has. Where the answer is lost, see
/// `get_models` for a state of that name. *Source*: wire notes 5.2
struct upload_state : call<upload_state, state_receipt> {
    static constexpr operation_info info =
        rpc("upload_state", "Model/uploadState", idempotency::unsafe);

    upload_state(std::string model, std::string state_name)
        : model_id(std::move(model)),
          name(std::move(state_name))
    {
    }

    std::string model_id;
    std::string name;
    std::vector<std::string> delete_states; ///< ids of states that go as the new one comes
    std::vector<mounted_model> mount_models;
    std::vector<key_data> data; ///< at most 255 keys

    attachments blobs() const { return attach_keys(data); }
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(upload_state, (), (model_id, name, delete_states, mount_models, data))

constexpr json_rules json_rules_of(upload_state const*)
{
    return json_rules{naming::camel_case}.renamed("data", "stateKeyNames").always_written("data");
}

/// What names a state of a model.
struct of_state {
    of_state(std::string model, std::string state)
        : model_id(std::move(model)),
          state_id(std::move(state))
    {
    }

    std::string model_id;
    std::string state_id;

    /// Refuses empty ids.
    result<void> validate() const
    {
        return first_error({check_given("model_id", model_id), check_given("state_id", state_id)});
    }
};
BOOST_DESCRIBE_STRUCT(of_state, (), (model_id, state_id))

/// Model/cancelCreateState: ends the making of a state. *Source*: wire notes 5.2
struct cancel_create_state : call<cancel_create_state, nothing>, of_state {
    static constexpr operation_info info = rpc("cancel_create_state", "Model/cancelCreateState");
    using of_state::of_state;
};
BOOST_DESCRIBE_STRUCT(cancel_create_state, (of_state), ())

/// Model/waitForStateToBeCreated: the outcome of a state that is being made, once it is known. For
/// who has lost the answer to `create_state`. *Source*: wire notes 5.2
struct wait_for_state : call<wait_for_state, create_state_outcome>, of_state {
    static constexpr operation_info info =
        rpc("wait_for_state", "Model/waitForStateToBeCreated", idempotency::safe, true);
    using of_state::of_state;
};
BOOST_DESCRIBE_STRUCT(wait_for_state, (of_state), ())

/// A state that is being made.
struct creating_state {
    creating_state() = default;

    std::string id;
    std::string name;
    epoch_time started_at;
};
BOOST_DESCRIBE_STRUCT(creating_state, (), (id, name, started_at))

/// States that are being made.
struct creating_states {
    creating_states() = default;

    std::vector<creating_state> states;
};
BOOST_DESCRIBE_STRUCT(creating_states, (), (states))

/// Model/getCreatingStates: the states of a model that are being made. *Source*: wire notes 5.2
struct get_creating_states : call<get_creating_states, creating_states> {
    static constexpr operation_info info = rpc("get_creating_states", "Model/getCreatingStates");

    explicit get_creating_states(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
};
BOOST_DESCRIBE_STRUCT(get_creating_states, (), (model_id))

/// What of a state, a snapshot or a version can be changed.
struct name_change {
    name_change() = default;

    std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(name_change, (), (name))

/// Model/updateModelState: changes what is given. *Source*: wire notes 5.2
struct update_state : call<update_state, nothing>, of_state {
    static constexpr operation_info info = rpc("update_state", "Model/updateModelState");
    using of_state::of_state;

    name_change properties;
};
BOOST_DESCRIBE_STRUCT(update_state, (of_state), (properties))

/// Model/setActiveModelState: the state that is used where none is named. *Source*: wire notes 5.2
struct set_active_state : call<set_active_state, nothing>, of_state {
    static constexpr operation_info info = rpc("set_active_state", "Model/setActiveModelState");
    using of_state::of_state;
};
BOOST_DESCRIBE_STRUCT(set_active_state, (of_state), ())

/// Model/deleteModelState: the active one can't be deleted. *Source*: wire notes 5.2
struct delete_state : call<delete_state, nothing>, of_state {
    static constexpr operation_info info = rpc("delete_state", "Model/deleteModelState");
    using of_state::of_state;
};
BOOST_DESCRIBE_STRUCT(delete_state, (of_state), ())

/// Model/getModelState: the data of a state. *Source*: wire notes 5.2
struct get_state : call<get_state, keyed_data> {
    static constexpr operation_info info = rpc("get_state", "Model/getModelState");

    explicit get_state(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    std::optional<std::string> state_id; ///< by default the active one
    std::vector<std::string> keys;       ///< by default all
};
BOOST_DESCRIBE_STRUCT(get_state, (), (model_id, state_id, keys))

/// Model/getSnapshotState: the data of a snapshot's state. *Source*: wire notes 5.2
struct get_snapshot_state : call<get_snapshot_state, keyed_data> {
    static constexpr operation_info info = rpc("get_snapshot_state", "Model/getSnapshotState");

    get_snapshot_state(std::string model, std::string snapshot)
        : model_id(std::move(model)),
          snapshot_id(std::move(snapshot))
    {
    }

    std::string model_id;
    std::string snapshot_id;
    std::vector<std::string> keys; ///< by default all
};
BOOST_DESCRIBE_STRUCT(get_snapshot_state, (), (model_id, snapshot_id, keys))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<create_state> && !fragile_temporary<upload_state> &&
              !fragile_temporary<cancel_create_state> && !fragile_temporary<wait_for_state> &&
              !fragile_temporary<get_creating_states> && !fragile_temporary<update_state> &&
              !fragile_temporary<set_active_state> && !fragile_temporary<delete_state> &&
              !fragile_temporary<get_state> && !fragile_temporary<get_snapshot_state>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/states.ipp>
#endif

#endif
