// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_LAUNCH_SIMULATOR_HPP
#define INFERPP_TESTING_LAUNCH_SIMULATOR_HPP

#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// One prediction, as a simulated model gets it.
struct launch_call {
    launch_call() = default;

    enum class route { sync, async, stream, batch, completion, chat };

    route via = route::sync;
    std::string endpoint;     ///< its name; for a batch job the bundle's id
    boost::json::object body; ///< what the client sent; for a row of a batch job `url` or `args`
    std::size_t size = 0;     ///< bytes of that text
    std::string sha256;       ///< of that text, 64 hexadecimal digits
    std::string task_id;      ///< of an async task and a row of a batch job
    std::size_t attempt = 1;  ///< the gateway repeats what ends with 429 and 503

    /// A member of the body; null when it is missing.
    boost::json::value const& at(std::string_view name) const
    {
        return body.contains(name) ? body.at(name) : nothing_;
    }

private:
    boost::json::value nothing_;
};

/// One event of a model's stream.
struct launch_event {
    launch_event() = default;

    enum class kind {
        result,  ///< `value` as the container's event, in the route's envelope
        failure, ///< an error event with `status` and `text`; the stream ends with it
        comment, ///< a comment line with `text`
        raw,     ///< `text` as it is, without any framing
    };

    kind what = kind::result;
    std::chrono::milliseconds wait{0}; ///< before it
    boost::json::value value;          ///< for the LLM routes a text
    std::string text;
    int status = 500;

    static launch_event result(boost::json::value value, std::chrono::milliseconds wait = {})
    {
        launch_event event;
        event.value = std::move(value);
        event.wait = wait;
        return event;
    }
    static launch_event other(kind what, std::string text, std::chrono::milliseconds wait = {})
    {
        launch_event event;
        event.what = what;
        event.text = std::move(text);
        event.wait = wait;
        return event;
    }
};

/// How a model's stream ends after its events.
enum class launch_ending {
    complete, ///< the body ends as it should
    done,     ///< the same after an event `[DONE]`, as other gateways send it
    cut,      ///< the connection is closed inside of one more event
    broken,   ///< the connection is closed between two events, without the last chunk
    pings,    ///< nothing but the ping comments, for ever
    silence,  ///< nothing at all, for ever
};

/// A model's stream. Shared by all answers that send it: its bytes are made only once.
struct launch_script {
    launch_script() = default;

    std::vector<launch_event> events;
    std::size_t repeat = 1; ///< the events are sent so many times
    launch_ending ending = launch_ending::complete;
};

/// What a simulated model answers.
struct launch_outcome {
    launch_outcome() = default;

    int status = 200; ///< the container's: 400 is passed on, 429 and 503 are repeated, others fail
    boost::json::value result;                   ///< of a success; for the LLM routes a text
    std::string traceback;                       ///< of another status
    std::optional<std::string> raw;              ///< instead: a body that is no JSON
    std::chrono::milliseconds took{0};           ///< added to the times in the options
    std::shared_ptr<launch_script const> script; ///< of a stream; null: `result` in one event

    // Of async tasks.
    std::optional<std::string> lost; ///< the worker died: FAILURE with this text as its result
    bool undefined = false;          ///< the task ends in status UNDEFINED, as an expired one

    static launch_outcome of(boost::json::value result)
    {
        launch_outcome outcome;
        outcome.result = std::move(result);
        return outcome;
    }
    static launch_outcome failed(int status, std::string traceback)
    {
        launch_outcome outcome;
        outcome.status = status;
        outcome.traceback = std::move(traceback);
        return outcome;
    }
    static launch_outcome stream(std::shared_ptr<launch_script const> script)
    {
        launch_outcome outcome;
        outcome.script = std::move(script);
        return outcome;
    }
};

/**
 * @brief The model that a simulator has by default. Its result tells what arrived:
 *        `{"endpoint":NAME,"args":ARGS,"url":URL,"size":BYTES,"sha256":HEX}`, the latter two of the
 *        whole request body. A stream sends that three times, with an `index`.
 *
 * On the LLM routes the text is "You said: " and the prompt or last message.
 *
 * A client steers it by a member `simulate` of the arguments (of the body on the LLM routes), an
 * object whose members are all optional:
 * `status` and `traceback` as in `launch_outcome`; `raw`, `lost`, `undefined` likewise;
 * `fail_attempts`: so many attempts end with `status` before one succeeds; `after_ms`: time taken;
 * `events`: how many; `every_ms`: before each of them; `text`: instead of the usual result;
 * `failure`: the text of an error event behind them;
 * `ending`: "complete", "done", "cut", "broken", "pings", "silence".
 */
INFERPP_DECL launch_outcome launch_echo_model(launch_call const& call);

/// An endpoint that is there from the beginning.
struct launch_endpoint {
    launch_endpoint() = default;
    launch_endpoint(std::string i, std::string n, std::string t)
        : id(std::move(i)),
          name(std::move(n)),
          type(std::move(t))
    {
    }

    std::string id;                ///< "end_" and 20 characters
    std::string name;              ///< must be unique for its owner
    std::string type;              ///< "sync", "async" or "streaming"
    std::string owner;             ///< an API key; empty: every caller owns it
    bool artifact = false;         ///< its bundle is Python code, not an image with an HTTP server
    bool string_results = true;    ///< results of sync and async calls are JSON in a string
    bool public_inference = false; ///< others may use it too, but not by streaming tasks
    bool callback_hook = true;     ///< `post_inference_hooks` holds "callback"
    std::string callback_url;      ///< the default one
    boost::json::value callback_auth;     ///< the default one: null or an object
    std::optional<std::string> llm_model; ///< an LLM endpoint for this model
};

/// `end_sync0000000000000000` "echo-sync", `end_async000000000000000` "echo-async",
/// `end_stream00000000000000` "echo-stream", and `end_llm00000000000000000` "llama", which is
/// streaming; all runnable images. `end_artifact000000000000` "artifact-async" and
/// `end_artsync0000000000000` "artifact-sync" are Python code. `end_foreign0000000000000`
/// "foreign" (sync) belongs to another, `end_public00000000000000` "public" (streaming) too, but
/// everybody may use that.
INFERPP_DECL std::vector<launch_endpoint> launch_default_endpoints();

/// How callbacks are delivered.
struct launch_callback_options {
    launch_callback_options() = default;

    std::chrono::milliseconds delay{0};         ///< from the end of the task to the first attempt
    std::size_t copies = 1;                     ///< each is delivered so many times; 0: lost
    std::size_t attempts = 3;                   ///< in total, until a receiver answers 2xx
    std::chrono::milliseconds retry_wait{1000}; ///< before the second; doubles
    bool native_result = false; ///< `result` is JSON, as in the published docs, not JSON in a text
};

/// A callback that was delivered, or that nobody took.
struct launch_callback {
    launch_callback() = default;

    std::string task_id;
    std::string url;
    std::string body;
    std::size_t attempt = 1;
    int status = 0; ///< of the receiver; 0: it did not answer
};

/// How the simulated platform behaves.
struct launch_simulator_options : simulator_options {
    launch_simulator_options() = default;

    std::string api_key; ///< empty: any key is good, and each is a team of its own
    /// In URLs of files; empty: `origin_url()`.
    std::string public_url;

    std::vector<launch_endpoint> endpoints = launch_default_endpoints();
    std::function<launch_outcome(launch_call const&)> model = launch_echo_model;
    /// What files there are in the buckets, by "bucket/key".
    std::map<std::string, std::string> storage;

    std::chrono::milliseconds sync_time{0};             ///< a prediction takes at least so long
    std::chrono::milliseconds task_create_time{0};      ///< until the answer; the task runs already
    std::chrono::milliseconds task_queue_time{20};      ///< an async task is PENDING for that long
    std::chrono::milliseconds task_run_time{20};        ///< and STARTED for that long
    std::chrono::milliseconds endpoint_queue_time{20};  ///< UPDATE_PENDING for that long
    std::chrono::milliseconds endpoint_build_time{20};  ///< UPDATE_IN_PROGRESS for that long
    std::chrono::milliseconds endpoint_delete_time{20}; ///< DELETE_IN_PROGRESS for that long
    std::chrono::milliseconds job_queue_time{20};       ///< batch jobs and fine-tunes are PENDING
    std::chrono::milliseconds job_run_time{20};         ///< and RUNNING; batch jobs for each row
    std::chrono::milliseconds gateway_limit{300'000};   ///< a container that takes longer: 408
    std::chrono::milliseconds ping_interval{15'000};    ///< between two comments in streams

    launch_callback_options callback;

    // Trouble.
    std::optional<std::size_t> max_requests; ///< more at once are refused with 429
    std::size_t broker_failures = 0; ///< so many creations of async tasks are refused with 503
    std::set<std::string> failing_endpoints; ///< names that end in UPDATE_FAILED
    std::set<std::string> failing_jobs;      ///< names or ids of bundles, or models, to fail
    std::set<std::string> retired_llms;      ///< names that chat completions answer with 410
    bool endpoint_conflicts = false;         ///< changes while another one is under way: 409

    // Differences between servers.
    bool s3_urls = false;            ///< results are at "s3://bucket/key", as in open source
    bool duration_as_number = false; ///< of batch jobs, as on older servers
    bool failure_text = true;        ///< a task that failed has a text as its result, as since 2026
    bool status_reason = false;      ///< endpoints have that member, which OpenAPI does not list
    bool batch_v2_fails = false;     ///< v2 batch completions start, but answer 500
};

/**
 * @brief Scale Launch (model-engine) on loopback: predictions of all kinds, callbacks, batch jobs,
 *        endpoints, bundles, files, LLM completions, fine-tunes and triggers.
 *
 * Its API root is the origin, and "/v1/launch" below it; the three calls of the legacy root are
 * below "/v1/hosted_inference". Files at "/simulated-storage" are the buckets: whoever knows the
 * URL may get and put them, and whoever sends credentials there is counted.
 */
class launch_simulator final : public simulator {
public:
    /// @throws failure as `simulator`
    INFERPP_DECL explicit launch_simulator(boost::asio::any_io_executor executor,
                                           launch_simulator_options options = {});
    INFERPP_DECL ~launch_simulator() override;

    /// The API root: "http://127.0.0.1:12345"
    INFERPP_DECL std::string base_url() const;

    /// Async tasks accepted so far.
    INFERPP_DECL std::size_t tasks() const noexcept;

    /// Calls of the model so far: what a customer would pay for.
    INFERPP_DECL std::size_t predictions() const noexcept;

    /// Attempts to deliver callbacks, oldest first.
    INFERPP_DECL std::vector<launch_callback> const& callbacks() const noexcept;

    /// Requests to the storage that carried credentials, which is a leak.
    INFERPP_DECL std::size_t leaks() const noexcept;

    /// The file at a "bucket/key"; empty: there is none.
    INFERPP_DECL std::optional<std::string> stored(std::string const& name) const;

private:
    INFERPP_DECL simulated_answer respond(simulated_request& request) override;
    INFERPP_DECL void stopped() noexcept override;

    struct platform;
    struct sender;
    std::shared_ptr<sender> sender_;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator.ipp>
#endif

#endif
