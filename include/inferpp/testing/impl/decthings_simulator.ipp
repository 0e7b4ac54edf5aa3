// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state. The others, included after it, have the rest: _http, _wire
// (messages and tensors), _routes, _calls (what is in a request), _models, _states, _runs,
// _training, _versions, _datasets, _launchers, _sessions (events), _sockets, _debug, _files and
// _accounts. Each includes the next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <set>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// JSON and blobs, taken out of a message.
struct decthings_message {
    boost::json::object json;
    std::vector<std::string> blobs;
};

INFERPP_DECL void decthings_put_number(std::uint64_t value, std::string& out);
INFERPP_DECL std::optional<std::uint64_t> decthings_take_number(std::string_view& from);
/// Nothing for a message that is malformed.
INFERPP_DECL std::optional<decthings_message> decthings_parse(std::string_view body);
INFERPP_DECL std::string decthings_write(boost::json::object const& json,
                                         std::vector<std::string> const& blobs);
INFERPP_DECL std::string decthings_encode(decthings_tensor const& one);
/// All tensors in a blob; nothing where one is malformed.
INFERPP_DECL std::optional<std::vector<decthings_tensor>> decthings_decode(std::string_view blob);

inline std::string_view decthings_text(boost::json::value const& value)
{
    auto const* const text = value.if_string();
    return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

} // namespace detail

struct decthings_simulator::platform {
    using time_point = inferpp::clock::time_point;
    using milliseconds = std::chrono::milliseconds;
    using object = boost::json::object;
    using array = boost::json::array;
    using value = boost::json::value;
    using function = decthings_call::function;

    /// Thrown: an error that ends a call.
    struct refusal {
        refusal(std::string_view code) : error({{"code", code}}) {}
        explicit refusal(object whole) : error(std::move(whole)) {}
        object error;
    };

    /// What a call gives: a result and its blobs, or an error where that is not empty.
    struct reply {
        reply() = default;
        reply(object with, std::vector<std::string> data = {})
            : result(std::move(with)),
              blobs(std::move(data))
        {
        }
        object result;
        std::vector<std::string> blobs;
        object error;
    };

    /// A call that is answered when its work is done. Who waits is told when that moves.
    class pending {
    public:
        pending(time_point when, std::function<reply()> then) : due(when), make(std::move(then)) {}

        void move_to(time_point when)
        {
            due = when;
            if (moved)
                moved();
        }

        time_point due;
        std::function<reply()> make;
        std::function<void()> moved;
    };

    /// What a handler gives: a reply, or one later.
    struct outcome {
        outcome(reply with) : now(std::move(with)) {}
        outcome(object with) : now(std::move(with)) {}
        outcome(std::shared_ptr<pending> work) : later(std::move(work)) {}
        reply now;
        std::shared_ptr<pending> later;
    };

    /// A call, with what it was given. The functions throw `invalid_parameter`.
    struct call {
        std::string user;       ///< the API key
        std::string api;        ///< "Spawned"
        socket* over = nullptr; ///< the WebSocket that it came over; null: HTTP
        object params;
        std::vector<std::string> blobs;

        [[noreturn]] static void refuse(std::string_view name, std::string_view reason)
        {
            throw refusal{
                object{{"code", "invalid_parameter"}, {"parameterName", name}, {"reason", reason}}};
        }
        INFERPP_DECL value const* find(std::string_view name) const;
        INFERPP_DECL std::string text(std::string_view name) const;
        INFERPP_DECL std::optional<std::string> text_if(std::string_view name) const;
        INFERPP_DECL std::uint64_t number(std::string_view name) const;
        INFERPP_DECL std::optional<std::uint64_t> number_if(std::string_view name) const;
        INFERPP_DECL bool flag(std::string_view name, bool otherwise) const;
        INFERPP_DECL object const& part(std::string_view name) const;
        INFERPP_DECL object const* part_if(std::string_view name) const;
        INFERPP_DECL array const& list(std::string_view name) const;
        INFERPP_DECL array const* list_if(std::string_view name) const;
        INFERPP_DECL std::vector<std::string> texts(std::string_view name) const;
        /// All of the blobs, which must be so many.
        INFERPP_DECL void expect_blobs(std::size_t count) const;
    };

    using handler = outcome (platform::*)(call&);
    enum class spoken { always, states, versions };
    struct route {
        std::string_view name;
        handler handle;
        spoken when = spoken::always;
    };

    /// A file, or a folder.
    struct file {
        std::uint32_t mode = 0;
        std::uint64_t links = 1;
        std::uint64_t device = 0;
        std::string content; ///< or where a link leads
        std::map<std::string, std::uint64_t> names;
        std::int64_t accessed = 0; ///< seconds
        std::int64_t accessed_nsec = 0;
        std::int64_t changed = 0;
        std::int64_t changed_nsec = 0;
    };
    struct filesystem {
        std::map<std::uint64_t, file> files;
        std::uint64_t next = 2; ///< inode; 1 is the root
    };

    /// A state, or a version.
    struct state {
        std::string id;
        std::string name;
        sys_milliseconds created_at;
        decthings_state data;
        array mounted;   ///< as they were asked for
        array trainings; ///< ids
    };

    struct snapshot {
        std::string id;
        std::string name;
        sys_milliseconds created_at;
        object fields;
        state content;
        filesystem files;
    };

    struct model {
        std::string id;
        std::string name;
        sys_milliseconds created_at;
        object about;  ///< description, publicAccess, tags, and what it is based on
        object fields; ///< what it shares with its snapshots, or versions
        std::vector<state> states;
        std::string active;
        std::vector<snapshot> snapshots;
        std::map<std::string, array> launchers; ///< for evaluations; by version, or ""
        filesystem files;
    };

    /// A part of a run and how long it takes.
    struct stage {
        std::string_view name; ///< as it stands in durations: "codeStartup"
        milliseconds time{0};
    };

    /// Something that runs, or has run: the model's code, or nothing but time.
    struct work {
        enum class kind { make_model, create_state, evaluate, train };

        std::string id;
        kind what = kind::evaluate;
        std::string model;
        std::string name;     ///< of what it makes
        std::string version;  ///< that it began with
        std::string launcher; ///< a persistent one
        object location;      ///< as answers have it
        array mounted;
        std::vector<stage> stages;
        decthings_run run;
        sys_milliseconds started_at;
        time_point started;
        std::optional<time_point> cancelled;
        bool collected = false; ///< what it makes is there
        std::vector<std::weak_ptr<pending>> waiting;
        std::string debug_session; ///< of a training in one
    };

    struct dataset {
        std::string id;
        std::string name;
        sys_milliseconds created_at;
        object about;
        array keys; ///< definitions
        std::uint64_t version = 1;
        /// Entries, and those that need a review: blobs by key.
        std::vector<std::map<std::string, std::string>> entries;
        std::vector<std::map<std::string, std::string>> review;
        std::uint64_t removed = 0; ///< entries that wait to be deleted
        std::uint64_t removed_bytes = 0;
    };

    struct launcher {
        std::string id;
        std::string name;
        sys_milliseconds created_at;
        object spec;
        bool deleting = false;
    };

    /// A command, a terminal, a debug session or a language server.
    struct session {
        std::string id;
        std::string kind; ///< "spawned", "terminal", "debug", "language"
        std::string command;
        std::vector<std::string> args;
        std::string model;
        object location;
        sys_milliseconds started_at;
        object options;
        std::string input;                                   ///< what was written to it
        std::map<std::string, decthings_state> kept;         ///< by data id
        std::map<std::string, decthings_state> instantiated; ///< by id
    };

    explicit platform(decthings_simulator_options with) : options(std::move(with)) {}

    decthings_simulator_options options;
    std::shared_ptr<inferpp::clock> clock;
    std::vector<std::unique_ptr<model>> models; ///< oldest first, as all that follow
    std::vector<std::shared_ptr<work>> works;
    std::vector<dataset> datasets;
    std::vector<launcher> launchers;
    std::vector<session> sessions;
    std::vector<object> repositories;
    std::vector<object> organizations;
    std::vector<object> notifications;
    std::map<std::string, std::deque<object>> refusals;
    std::map<std::string, std::uint64_t> counters; ///< of ids
    std::size_t runs = 0;
    std::vector<socket*> sockets; ///< that are open
    std::vector<std::string> socket_calls;
    std::optional<std::size_t> messages_left; ///< until a WebSocket is cut
    std::size_t answers_held = 0;             ///< so many are sent last first
    boost::asio::any_io_executor executor;
    std::weak_ptr<platform> weak;
    time_point now;         ///< when the call arrived
    sys_milliseconds today; ///< the same on the calendar

    // --- _routes ---------------------------------------------------------------------------------

    INFERPP_DECL void fill();
    INFERPP_DECL void tick();
    INFERPP_DECL outcome dispatch(std::string_view api, std::string_view method, call& with);
    INFERPP_DECL std::optional<std::string> user_of(simulated_request const& request) const;
    INFERPP_DECL route const* find_route(std::string_view api, std::string_view method) const;
    INFERPP_DECL std::string new_id(std::string const& kind);
    static std::int64_t stamp(sys_milliseconds at) { return at.time_since_epoch().count(); }
    sys_milliseconds date(time_point at) const
    {
        return today + std::chrono::floor<milliseconds>(at - now);
    }

    // --- _calls: what is in a request, and lists in pages ----------------------------------------

    INFERPP_DECL std::vector<decthings_parameter> read_params(call const& with,
                                                              array const& from) const;
    INFERPP_DECL decthings_state read_keys(call const& with, std::string_view name) const;
    INFERPP_DECL static std::string read_name(call const& with, std::string_view name);
    INFERPP_DECL object read_location(call const& with) const;
    INFERPP_DECL static void check_spec(object const& spec, std::string_view name);
    INFERPP_DECL static object page(call const& with, std::string_view name,
                                    std::vector<object> items);
    INFERPP_DECL static reply keyed(decthings_state const& data, call const& with,
                                    std::string_view unknown_key, bool weights);

    // --- _models ---------------------------------------------------------------------------------

    INFERPP_DECL static void overlay(object const& from, object& into,
                                     std::initializer_list<std::string_view> names);
    INFERPP_DECL model& find_model(call const& with, std::string_view name = "modelId");
    INFERPP_DECL model* find_model_if(std::string_view id);
    INFERPP_DECL void check_new_name(std::string_view name) const;
    INFERPP_DECL model& add_model(std::string id, std::string name);
    INFERPP_DECL object describe(model const& which) const;
    INFERPP_DECL object describe(state const& which) const;
    INFERPP_DECL object describe(snapshot const& which) const;
    INFERPP_DECL static void put_common(object& into, object const& about);
    INFERPP_DECL reply model_creation_of(work const& which) const;
    INFERPP_DECL outcome create_model(call&), wait_for_model(call&), delete_model(call&),
        update_model(call&), get_models(call&), set_filesystem_size(call&),
        get_filesystem_usage(call&), set_image(call&);

    // --- _states: states and snapshots -----------------------------------------------------------

    INFERPP_DECL state* find_state_if(model& of, std::string_view id);
    INFERPP_DECL state& find_state(model& of, call const& with);
    INFERPP_DECL snapshot* find_snapshot_if(model& of, std::string_view id);
    INFERPP_DECL snapshot& find_snapshot(model& of, call const& with);
    INFERPP_DECL std::map<std::string, decthings_state> mount(array const& models, array& mounted);
    INFERPP_DECL reply creation_of(work const& which) const;
    INFERPP_DECL std::shared_ptr<work> find_creation(call const& with);
    INFERPP_DECL outcome create_state(call&), upload_state(call&), cancel_create_state(call&),
        get_creating_states(call&), wait_for_state(call&), update_state(call&),
        set_active_state(call&), delete_state(call&), get_state(call&), get_snapshot_state(call&),
        snapshot_model(call&), update_snapshot(call&), delete_snapshot(call&);

    // --- _runs: what runs, and evaluations -------------------------------------------------------

    INFERPP_DECL std::shared_ptr<work> start(work::kind what, model const& of, object location,
                                             decthings_call const& asked,
                                             std::vector<stage> stages);
    INFERPP_DECL std::vector<stage> plan(object const& location, std::vector<stage> rest) const;
    static time_point end_of(work const& which)
    {
        time_point end = which.started;
        for (stage const& one : which.stages)
            end += one.time;
        return which.cancelled ? (std::min)(end, *which.cancelled) : end;
    }
    bool has_ended(work const& which) const { return end_of(which) <= now; }
    INFERPP_DECL bool has_failed(work const& which) const;
    INFERPP_DECL object failure_of(work const& which) const;
    INFERPP_DECL static object durations(work const& which, time_point until);
    INFERPP_DECL void cancel(work& which);
    INFERPP_DECL void collect(work& which);
    INFERPP_DECL outcome when_done(std::shared_ptr<work> which,
                                   reply (platform::*then)(work const&) const);
    INFERPP_DECL std::shared_ptr<work> find_work(std::string_view id, work::kind what);
    INFERPP_DECL decthings_run call_model(decthings_call const& asked);
    INFERPP_DECL static reply output_of(decthings_run const& run);
    static milliseconds total(work const& which)
    {
        return std::chrono::floor<milliseconds>(end_of(which) - which.started);
    }
    INFERPP_DECL reply evaluation_of(work const& which) const;
    INFERPP_DECL object evaluation_launcher(model const& of, std::string const& version) const;
    INFERPP_DECL outcome evaluate(call& with);
    INFERPP_DECL std::shared_ptr<work> find_evaluation(call const& with);
    INFERPP_DECL outcome get_evaluations(call&), get_evaluation_result(call&),
        cancel_evaluation(call&), set_launchers(call&), get_launchers_used(call&);

    // --- _training -------------------------------------------------------------------------------

    INFERPP_DECL outcome train(call& with);
    INFERPP_DECL work& find_training(call const& with, std::string const& debug_session = {});
    INFERPP_DECL object training_state(work const& which) const;
    INFERPP_DECL std::size_t metric_count(work const& which) const;
    INFERPP_DECL array metric_amounts(work const& which) const;
    INFERPP_DECL reply metrics_of(work const& which, call const& with) const;
    INFERPP_DECL array sysinfo(call const& with, time_point begin, time_point end) const;
    INFERPP_DECL outcome get_training(call&), get_metrics(call&), get_training_sysinfo(call&),
        cancel_training(call&), clear_training(call&);

    // --- _versions: the later interface ----------------------------------------------------------

    INFERPP_DECL state& find_version(model& of, call const& with);
    INFERPP_DECL object describe_versioned(model const& which) const;
    INFERPP_DECL outcome create_versioned_model(call& with);
    INFERPP_DECL reply version_creation_of(work const& which) const;
    INFERPP_DECL outcome create_version(call&), upload_version(call&), update_version(call&),
        delete_version(call&), get_weights(call&);

    // --- _datasets -------------------------------------------------------------------------------

    INFERPP_DECL dataset* find_dataset_if(std::string_view id);
    INFERPP_DECL dataset& find_dataset(call const& with);
    INFERPP_DECL void check_version(dataset const& which, call const& with) const;
    INFERPP_DECL static std::string version_of(dataset const& which);
    INFERPP_DECL std::vector<std::map<std::string, std::string>> read_entries(
        dataset const& to, call const& with) const;
    INFERPP_DECL static reply entries_of(
        std::vector<std::map<std::string, std::string>> const& from, dataset const& of,
        call const& with);
    INFERPP_DECL static std::vector<std::uint64_t> indexes(call const& with, std::string_view name,
                                                           std::size_t count);
    INFERPP_DECL static std::uint64_t remove(std::vector<std::map<std::string, std::string>>& from,
                                             std::vector<std::uint64_t> const& which);
    INFERPP_DECL outcome create_dataset(call&), update_dataset(call&), delete_dataset(call&),
        get_datasets(call&), add_entries(call&), add_entries_to_review(call&),
        finalize_entries(call&), get_entries(call&), get_review_entries(call&),
        remove_entries(call&), remove_review_entries(call&);

    // --- _launchers: launchers, commands and terminals -------------------------------------------

    INFERPP_DECL launcher* find_launcher_if(std::string_view id);
    INFERPP_DECL launcher& find_launcher(call const& with);
    INFERPP_DECL array running_on(launcher const& which) const;
    INFERPP_DECL session& open_session(std::string kind, call const& with, std::string of);
    INFERPP_DECL session& find_session(std::string_view kind, call const& with);
    INFERPP_DECL std::vector<session*> sessions_of(std::string_view kind, call const& with);
    INFERPP_DECL outcome create_launcher(call&), get_launchers(call&), get_launcher_sysinfo(call&),
        delete_launcher(call&), spawn(call&), spawn_for_model(call&), terminate_command(call&),
        get_commands(call&), write_to_command(call&), launch_terminal(call&),
        terminate_terminal(call&), get_terminals(call&), write_to_terminal(call&),
        resize_terminal(call&), add_terminal_access(call&);

    // --- _sessions: what happens in them ---------------------------------------------------------

    INFERPP_DECL static std::string_view api_of(session const& which);
    INFERPP_DECL void begin(session const& which, call const& with);
    INFERPP_DECL void write(session& to, std::string const& input);
    INFERPP_DECL void play(decthings_session_call const& told);
    INFERPP_DECL static boost::asio::awaitable<void> play_steps(
        std::weak_ptr<platform> in, std::shared_ptr<inferpp::clock> time, std::string id,
        std::vector<decthings_session_step> steps);
    INFERPP_DECL void happen(std::string_view id, decthings_session_step const& step);
    INFERPP_DECL outcome terminate(std::string_view kind, call const& with);
    INFERPP_DECL outcome subscribe(call&), unsubscribe(call&), start_language_server(call&),
        write_to_language_server(call&);

    // --- _debug ----------------------------------------------------------------------------------

    INFERPP_DECL decthings_run debug_call(function what, session const& in, call const& with,
                                          std::string_view instantiated);
    INFERPP_DECL object keep(session& in, decthings_state data);
    INFERPP_DECL decthings_state& find_instantiated(session& in, call const& with);
    INFERPP_DECL outcome after_run(reply then) const;
    INFERPP_DECL outcome launch_debug(call&), get_debug(call&), terminate_debug(call&),
        inspect(call&), debug_create_state(call&), debug_instantiate(call&), debug_train(call&),
        debug_evaluate(call&), debug_get_state(call&), debug_download(call&), debug_training(call&),
        debug_metrics(call&), debug_cancel(call&);

    // --- _files ----------------------------------------------------------------------------------

    INFERPP_DECL filesystem& files_of(call const& with);
    INFERPP_DECL static file& find_file(filesystem& in, std::uint64_t inode);
    INFERPP_DECL static file& find_folder(filesystem& in, std::uint64_t inode);
    INFERPP_DECL static std::uint64_t child(filesystem& in, std::uint64_t folder,
                                            std::string const& name);
    INFERPP_DECL object stat(file const& which) const;
    INFERPP_DECL std::uint64_t add_file(filesystem& in, std::uint64_t folder,
                                        std::string const& name, std::uint32_t mode);
    INFERPP_DECL static void drop(filesystem& in, std::uint64_t inode);
    INFERPP_DECL static bool is_below(filesystem& in, std::uint64_t inode, std::uint64_t folder);
    INFERPP_DECL std::uint64_t copy_tree(filesystem& in, std::uint64_t inode);
    INFERPP_DECL object entry(filesystem& in, std::uint64_t inode) const;
    INFERPP_DECL outcome fs_lookup(call&), fs_getattr(call&), fs_setattr(call&), fs_mknod(call&),
        fs_read(call&), fs_write(call&), fs_symlink(call&), fs_readlink(call&), fs_mkdir(call&),
        fs_unlink(call&), fs_rmdir(call&), fs_rename(call&), fs_link(call&), fs_readdir(call&),
        fs_rmdir_all(call&), fs_copy(call&);

    // --- _accounts: images, organizations and users ----------------------------------------------

    INFERPP_DECL static object& find_by(std::vector<object>& in, std::string_view member,
                                        std::string_view wanted, std::string_view code);
    INFERPP_DECL outcome create_repository(call&), update_repository(call&),
        delete_repository(call&), get_repositories(call&), create_organization(call&),
        get_organizations(call&), invite_users(call&), remove_users(call&),
        respond_to_invitation(call&), assign_roles(call&), delete_organization(call&),
        find_users(call&), get_users(call&), get_notifications(call&), set_notification(call&),
        get_billing(call&), estimate_due(call&), get_quotas(call&);
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_http.ipp>
#endif

#endif
