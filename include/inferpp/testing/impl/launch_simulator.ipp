// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes and the OpenAPI document, not from the client's types: the two must
// agree by these alone. This file has the platform's state. The others, included after it, have the
// rest: _platform, _routes, _checks (of bodies), _model (what it gets and gives), _tasks, _streams,
// _callbacks, _endpoints, _bundles, _files, _batches, _jobs, _llm and _llm_jobs. Each includes the
// next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/launch_simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <random>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// As Python's `json.dumps` writes it, with spaces.
INFERPP_DECL std::string launch_dumps(boost::json::value const& value);
/// As Python's `repr` writes it, with single quotes.
INFERPP_DECL std::string launch_repr(boost::json::value const& value);

/// Takes the text up to a character, and that.
inline std::string_view launch_take(std::string_view& from, char until)
{
    auto const end = (std::min)(from.find(until), from.size());
    std::string_view const taken = from.substr(0, end);
    from.remove_prefix((std::min)(end + 1, from.size()));
    return taken;
}

/// What a conversation or a prompt ends with.
INFERPP_DECL std::string launch_last_words(launch_call const& call);

inline std::string launch_text(boost::json::value const& value)
{
    auto const* const text = value.if_string();
    return text != nullptr ? std::string{text->data(), text->size()} : std::string{};
}

/// A member; null when it is missing.
inline boost::json::value launch_member(boost::json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    return found != nullptr ? *found : boost::json::value{};
}

/// A member that is an integer.
inline std::int64_t launch_integer(boost::json::object const& from, std::string_view name,
                                   std::int64_t otherwise = 0)
{
    auto const* const found = from.if_contains(name);
    return found != nullptr && found->is_number()
               ? static_cast<std::int64_t>(found->to_number<double>())
               : otherwise;
}

inline bool launch_bool(boost::json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

} // namespace detail

/// Sends the callbacks; it may outlive the simulator.
struct launch_simulator::sender {
    launch_callback_options options;
    boost::asio::any_io_executor executor;
    std::shared_ptr<inferpp::clock> time;
    std::vector<launch_callback> log;
    std::set<sleeper*> asleep;
    bool stopped = false;

    struct delivery {
        delivery() = default;
        std::string task_id;
        std::string url;
        std::string authorization;
        std::string body;
        inferpp::clock::time_point due;
    };

    INFERPP_DECL static void send(std::shared_ptr<sender> self, delivery const& what);
    INFERPP_DECL static boost::asio::awaitable<void> deliver(std::shared_ptr<sender> self,
                                                             delivery what);
    INFERPP_DECL static boost::asio::awaitable<bool> sleep(std::shared_ptr<sender> self,
                                                           inferpp::clock::time_point until);
    INFERPP_DECL static boost::asio::awaitable<int> post(std::shared_ptr<sender> self,
                                                         delivery const& what);
    INFERPP_DECL void stop() noexcept;
};

struct launch_simulator::platform {
    using time_point = inferpp::clock::time_point;
    using milliseconds = std::chrono::milliseconds;
    using object = boost::json::object;
    using array = boost::json::array;
    using value = boost::json::value;

    /// Thrown: an answer that ends the handling of a request early.
    struct refusal {
        template <class Detail>
        refusal(int s, Detail&& d) : status(s),
                                     detail(value(std::forward<Detail>(d)))
        {
        }
        int status;
        value detail;
    };
    /// Thrown: what the platform did not foresee.
    struct internal_error {};

    struct call {
        explicit call(simulated_request& r) : request(r) {}

        simulated_request& request;
        std::string user;
        std::vector<std::string> ids; ///< parameters in the path
        value body;

        object const& fields() const { return body.get_object(); }
        std::optional<std::string> query(std::string_view name) const
        {
            for (auto const& [key, text] : request.query)
                if (key == name)
                    return text;
            return std::nullopt;
        }
    };

    struct route {
        std::string_view method;
        std::string_view pattern; ///< "{}" is a parameter
        simulated_answer (platform::*handler)(call&);
        std::string_view query = {}; ///< checks, see _checks
        std::string_view body = {};
        bool open = false; ///< wants no credentials, and is not limited
    };

    struct endpoint {
        launch_endpoint about;
        object fields; ///< as they were created
        std::string bundle;
        sys_milliseconds created_at;
        sys_milliseconds updated_at;
        std::optional<time_point> changed; ///< not: it was there from the beginning
        std::optional<time_point> deleted;
    };

    struct task {
        launch_outcome outcome;
        value result; ///< the container's answer
        value status_code;
        time_point started;
        time_point ended;
    };

    /// Something that is queued, runs, and ends, in this order unless it is cancelled.
    struct job {
        std::string id;
        std::string owner;
        object fields; ///< as they were created
        std::string what;
        sys_milliseconds created_at;
        time_point created;
        time_point started;
        time_point ended;
        std::string end = "SUCCESS";
        std::optional<time_point> cancelled;
        std::string result;           ///< of a batch job: the file
        std::vector<time_point> rows; ///< when each is done
    };

    /// What only has members: bundles and triggers.
    struct record {
        std::string id;
        std::string owner;
        object fields;
        sys_milliseconds created_at;
    };

    struct file {
        std::string owner;
        std::string name;
        std::string content;
    };

    /// A stream's events as they are sent.
    struct rendered {
        struct piece {
            milliseconds wait;
            std::string data;
        };
        std::vector<piece> pieces;
        std::size_t repeat = 1;
        launch_ending ending = launch_ending::complete;
        std::string half; ///< what is sent of the event that is cut
    };
    class stream;

    /// Which envelope the events of a stream have.
    enum class envelope { task, task_text, completion_v1, completion_v2, chat };

    platform(launch_simulator_options with, std::shared_ptr<sender> callbacks)
        : options(std::move(with)),
          sender_(std::move(callbacks))
    {
    }

    launch_simulator_options options;
    std::shared_ptr<sender> sender_;
    std::string origin;
    std::vector<std::unique_ptr<endpoint>> endpoints; ///< oldest first
    std::map<std::string, task> tasks;
    std::vector<record> bundles;
    std::vector<record> image_bundles;
    std::vector<record> triggers;
    std::vector<job> batch_jobs;
    std::vector<job> image_jobs;
    std::vector<job> fine_tunes;
    std::map<std::string, file> files;
    std::map<std::string, std::string> storage; ///< by "bucket/key"
    std::set<std::string> signatures;           ///< of URLs that may be put
    std::size_t predictions = 0;
    std::size_t leaks = 0;
    std::mt19937_64 random{std::random_device{}()};
    time_point now;         ///< when the request arrived
    sys_milliseconds today; ///< the same on the calendar

    std::shared_ptr<launch_script const> last_script;
    std::shared_ptr<rendered const> last_rendered;
    envelope last_envelope = envelope::task;

    // --- _platform -------------------------------------------------------------------------------

    INFERPP_DECL void fill();
    static simulated_answer json(value const& body, int status = 200)
    {
        return json_answer(status, boost::json::serialize(body));
    }
    INFERPP_DECL simulated_answer unexpected();
    INFERPP_DECL simulated_answer too_many() const;
    /// The local time of US/Pacific, as errors tell it.
    INFERPP_DECL std::string pacific() const;
    INFERPP_DECL static std::string stamp(sys_milliseconds at);
    INFERPP_DECL std::string new_id(std::string_view prefix);
    INFERPP_DECL std::string new_uuid();

    // --- _routes ---------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer answer(simulated_request& request, std::size_t in_progress);
    INFERPP_DECL simulated_answer run(route const& which, call& with);
    INFERPP_DECL std::string authenticate(simulated_request const& request) const;
    INFERPP_DECL static bool fits(std::string_view pattern, std::vector<std::string> const& path,
                                  std::size_t from, std::vector<std::string>& ids);
    INFERPP_DECL simulated_answer health(call& with);

    // --- _checks ---------------------------------------------------------------------------------

    struct problems {
        array list;
        std::vector<value> place;
    };
    INFERPP_DECL static std::string_view find_check(std::string_view name);
    INFERPP_DECL static void add_problem(problems& to, std::string_view type,
                                         std::string_view message, value const& input,
                                         object context = {});
    INFERPP_DECL static void check_fields(std::string_view check, value const& what, problems& to);
    INFERPP_DECL static void check_value(std::string_view type, value const& what, problems& to);
    INFERPP_DECL static void check_atom(std::string_view atom, value const& what, problems& to);
    INFERPP_DECL static void check_bounds(std::string_view bounds, value const& what, problems& to);
    INFERPP_DECL static void check_union(std::string_view check, value const& what, problems& to);
    INFERPP_DECL static void check_query(route const& which, call const& with);
    INFERPP_DECL static void check_body(route const& which, call& with);
    INFERPP_DECL static void check_labels(object const& labels);

    // --- _model ----------------------------------------------------------------------------------

    /// What came of a prediction after all attempts of the gateway.
    struct attempted {
        launch_outcome outcome;
        milliseconds took{0};
    };
    INFERPP_DECL launch_outcome predict(launch_call& with);
    INFERPP_DECL attempted attempt(launch_call& with, double seconds, std::int64_t retries);
    INFERPP_DECL static launch_call make_call(call const& from, launch_call::route via,
                                              std::string const& endpoint);
    /// The container's answer, in one of its forms.
    INFERPP_DECL value container_result(launch_endpoint const& by, object const& request,
                                        launch_outcome const& outcome);
    INFERPP_DECL static value container_error(launch_outcome const& outcome);
    INFERPP_DECL static value failure_of(launch_outcome const& outcome);

    // --- _tasks ----------------------------------------------------------------------------------

    INFERPP_DECL endpoint& usable(call const& with, bool allow_public);
    INFERPP_DECL simulated_answer sync_task(call& with);
    INFERPP_DECL simulated_answer streaming_task(call& with);
    INFERPP_DECL simulated_answer create_task(call& with);
    INFERPP_DECL simulated_answer get_task(call& with);
    INFERPP_DECL object task_answer(task const& which, std::string const& id, time_point at) const;
    INFERPP_DECL task run_task(launch_endpoint const& by, launch_call with, object const& request,
                               time_point from);
    INFERPP_DECL void call_back(launch_endpoint const& by, object const& request,
                                std::string const& user, value const& task_id, task const& what);

    // --- _streams --------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer start(std::shared_ptr<rendered const> what, milliseconds after);
    INFERPP_DECL std::shared_ptr<rendered const> render(launch_outcome const& outcome, envelope in,
                                                        object const& common);
    INFERPP_DECL std::string render_event(launch_event const& event, envelope in,
                                          object const& common, std::size_t index, bool last) const;
    static std::string sse(value const& payload)
    {
        return "data: " + boost::json::serialize(payload) + "\r\n\r\n";
    }

    // --- _endpoints ------------------------------------------------------------------------------

    INFERPP_DECL std::string_view status_of(endpoint const& which) const;
    INFERPP_DECL void bury();
    INFERPP_DECL endpoint* find_endpoint(std::string_view id, std::string const& user);
    INFERPP_DECL endpoint* find_llm(std::string_view name, std::string const& user, bool others);
    INFERPP_DECL object describe(endpoint const& which) const;
    INFERPP_DECL std::vector<endpoint*> select(call const& with, bool llm);
    INFERPP_DECL endpoint& add_endpoint(call const& with);
    INFERPP_DECL void begin_change(endpoint& which);
    INFERPP_DECL void check_workers(object const& fields, std::string_view type) const;
    INFERPP_DECL simulated_answer create_endpoint(call& with);
    INFERPP_DECL simulated_answer list_endpoints(call& with);
    INFERPP_DECL simulated_answer get_endpoint(call& with);
    INFERPP_DECL simulated_answer update_endpoint(call& with);
    INFERPP_DECL simulated_answer delete_endpoint(call& with);
    INFERPP_DECL simulated_answer restart_endpoint(call& with);
    INFERPP_DECL simulated_answer endpoint_schema(call& with);
    INFERPP_DECL simulated_answer endpoint_page(call& with);
    INFERPP_DECL simulated_answer creation_logs(call& with);

    // --- _bundles --------------------------------------------------------------------------------

    INFERPP_DECL record& add_record(std::vector<record>& to, call const& with,
                                    std::string_view prefix);
    INFERPP_DECL static record* find_record(std::vector<record>& in, std::string_view id,
                                            std::string const& user);
    INFERPP_DECL static std::vector<record const*> select(std::vector<record> const& in,
                                                          call const& with,
                                                          std::string_view name_parameter);
    INFERPP_DECL static object bundle_v1(record const& which);
    INFERPP_DECL static object bundle_v2(record const& which);
    INFERPP_DECL static object image_bundle(record const& which);
    INFERPP_DECL simulated_answer create_bundle(call& with);
    INFERPP_DECL simulated_answer clone_bundle(call& with);
    INFERPP_DECL simulated_answer list_bundles(call& with);
    INFERPP_DECL simulated_answer latest_bundle(call& with);
    INFERPP_DECL simulated_answer get_bundle(call& with);
    INFERPP_DECL simulated_answer create_image_bundle(call& with);
    INFERPP_DECL simulated_answer list_image_bundles(call& with);
    INFERPP_DECL simulated_answer latest_image_bundle(call& with);
    INFERPP_DECL simulated_answer get_image_bundle(call& with);
    INFERPP_DECL simulated_answer create_trigger(call& with);
    INFERPP_DECL simulated_answer list_triggers(call& with);
    INFERPP_DECL simulated_answer get_trigger(call& with);
    INFERPP_DECL simulated_answer update_trigger(call& with);
    INFERPP_DECL simulated_answer delete_trigger(call& with);
    INFERPP_DECL static object trigger(record const& which);

    // --- _files ----------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer upload_file(call& with);
    INFERPP_DECL simulated_answer list_files(call& with);
    INFERPP_DECL simulated_answer get_file(call& with);
    INFERPP_DECL simulated_answer delete_file(call& with);
    INFERPP_DECL simulated_answer file_content(call& with);
    INFERPP_DECL file& find_file(call const& with);
    INFERPP_DECL simulated_answer sign_upload(call& with);
    INFERPP_DECL simulated_answer use_storage(simulated_request& request);
    /// Where clients find an object.
    INFERPP_DECL std::string url_of(std::string const& name) const;
    INFERPP_DECL std::string const* find_object(std::string_view url) const;
    INFERPP_DECL std::string put_object(std::string name, std::string content);

    // --- _batches --------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer create_batch(call& with);
    INFERPP_DECL simulated_answer get_batch(call& with);
    INFERPP_DECL simulated_answer cancel_batch(call& with);
    INFERPP_DECL void run_rows(job& which);
    INFERPP_DECL static std::vector<std::vector<std::string>> read_csv(std::string_view text);
    INFERPP_DECL static std::string iso_duration(milliseconds time);

    // --- _jobs: what runs in images --------------------------------------------------------------

    INFERPP_DECL job& add_job(std::vector<job>& to, call const& with, std::string id,
                              std::string what);
    INFERPP_DECL static job* find_job(std::vector<job>& in, std::string_view id,
                                      std::string const& user);
    INFERPP_DECL std::string_view status_of(job const& which) const;
    INFERPP_DECL bool cancel(job& which) const;
    INFERPP_DECL simulated_answer create_image_job(call& with);
    INFERPP_DECL simulated_answer list_image_jobs(call& with);
    INFERPP_DECL simulated_answer get_image_job(call& with);
    INFERPP_DECL simulated_answer update_image_job(call& with);
    INFERPP_DECL simulated_answer create_fine_tune(call& with);
    INFERPP_DECL simulated_answer list_fine_tunes(call& with);
    INFERPP_DECL simulated_answer get_fine_tune(call& with);
    INFERPP_DECL simulated_answer cancel_fine_tune(call& with);
    INFERPP_DECL simulated_answer fine_tune_events(call& with);
    INFERPP_DECL object fine_tune(job const& which) const;

    // --- _llm ------------------------------------------------------------------------------------

    INFERPP_DECL endpoint& usable_llm(std::string const& name, call const& with, bool streams);
    INFERPP_DECL attempted complete(call& with, endpoint const& by, launch_call::route via);
    INFERPP_DECL static std::string text_of(launch_outcome const& outcome);
    INFERPP_DECL static std::vector<std::string> tokens_of(std::string_view text);
    INFERPP_DECL static std::size_t prompt_tokens(object const& request);
    INFERPP_DECL static launch_outcome in_tokens(launch_outcome outcome);
    INFERPP_DECL object stream_error(int status, std::string_view text) const;
    INFERPP_DECL simulated_answer completion_sync(call& with);
    INFERPP_DECL simulated_answer completion_stream(call& with);
    INFERPP_DECL simulated_answer chat_v2(call& with);
    INFERPP_DECL simulated_answer completion_v2(call& with);
    INFERPP_DECL simulated_answer openai(call& with, bool chat);

    // --- _llm_jobs -------------------------------------------------------------------------------

    INFERPP_DECL object llm(endpoint const& which) const;
    INFERPP_DECL simulated_answer create_llm(call& with);
    INFERPP_DECL simulated_answer list_llms(call& with);
    INFERPP_DECL simulated_answer get_llm(call& with);
    INFERPP_DECL simulated_answer update_llm(call& with);
    INFERPP_DECL simulated_answer delete_llm(call& with);
    INFERPP_DECL simulated_answer download_llm(call& with);
    INFERPP_DECL job& add_completions(call& with);
    INFERPP_DECL object completions(job const& which) const;
    INFERPP_DECL job& find_completions(call const& with);
    INFERPP_DECL simulated_answer create_completions_v1(call& with);
    INFERPP_DECL simulated_answer create_completions_v2(call& with);
    INFERPP_DECL simulated_answer get_completions(call& with);
    INFERPP_DECL simulated_answer update_completions(call& with);
    INFERPP_DECL simulated_answer cancel_completions(call& with);
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_platform.ipp>
#endif

#endif
