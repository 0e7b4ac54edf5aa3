// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_DECTHINGS_SIMULATOR_HPP
#define INFERPP_TESTING_DECTHINGS_SIMULATOR_HPP

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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// A tensor, as a simulated model gets and gives it.
struct decthings_tensor {
    decthings_tensor() = default;

    std::string type = "f32"; ///< the platform's word
    std::vector<std::uint64_t> shape;
    /// The elements of numbers and booleans, packed, the least significant byte first.
    std::string data;
    /// The elements of the other types: for media the format and the file, else the latter alone.
    std::vector<std::pair<std::string, std::string>> items;

    /// A tensor of f32.
    INFERPP_DECL static decthings_tensor floats(std::vector<float> const& numbers,
                                                std::vector<std::uint64_t> shape);

    /// The elements of any type of number or boolean, as doubles; none of others.
    INFERPP_DECL std::vector<double> numbers() const;
};

/// What a simulated model is given, or gives, under one name.
struct decthings_parameter {
    decthings_parameter() = default;
    decthings_parameter(std::string n, std::vector<decthings_tensor> values)
        : name(std::move(n)),
          tensors(std::move(values))
    {
    }

    std::string name;
    std::vector<decthings_tensor> tensors;
    std::string dataset; ///< the id of the dataset that they come from, if they do
};

/// A state, or weights: data by keys, in their order.
using decthings_state = std::vector<std::pair<std::string, std::string>>;

/// A call of a model's function.
struct decthings_call {
    decthings_call() = default;

    enum class function { create_state, evaluate, train };

    function what = function::evaluate;
    std::string model; ///< its name
    std::vector<decthings_parameter> params;
    decthings_state state;                          ///< that is evaluated or trained
    std::map<std::string, decthings_state> mounted; ///< of other models, by their ids

    /// The parameter of a name; null when there is none.
    INFERPP_DECL decthings_parameter const* find(std::string_view name) const noexcept;
};

/// A value of a metric.
struct decthings_metric {
    decthings_metric() = default;
    decthings_metric(std::string n, decthings_tensor v) : name(std::move(n)), value(std::move(v)) {}

    std::string name;
    decthings_tensor value;
};

/// What becomes of such a call.
struct decthings_run {
    decthings_run() = default;

    /// Not empty: the run fails with it, as it is sent: `{{"code", "exception"}, {"at", "train"}}`.
    boost::json::object failure;
    std::vector<decthings_parameter> output;       ///< of an evaluation
    decthings_state state;                         ///< of the other two
    std::vector<decthings_metric> metrics;         ///< of a training, spread over its time
    std::optional<std::chrono::milliseconds> took; ///< instead of `run_time`

    /// A run that has thrown.
    INFERPP_DECL static decthings_run thrown(std::string details);
};

/**
 * @brief The model that a simulator has by default.
 *
 * Making a state keeps each parameter's tensors under its name. Evaluating gives each parameter
 * back under its name, and as `sum`, f64, the sum of all numbers in them and in the state. Training
 * keeps the state and gives the metric `loss`, f32, four times: 1, 1/2, 1/3, 1/4.
 *
 * A parameter `simulate`, a string with JSON, steers it: `{"fail": "why"}` makes it throw.
 */
INFERPP_DECL decthings_run decthings_sum_model(decthings_call const& call);

/// A model that is there from the beginning.
struct decthings_model {
    decthings_model() = default;
    decthings_model(std::string i, std::string n, decthings_state s)
        : id(std::move(i)),
          name(std::move(n)),
          state(std::move(s))
    {
    }

    std::string id;
    std::string name;
    decthings_state state; ///< of its active state, which has the id of the model and "-state"
};

/// A dataset that is there from the beginning: tensors by keys.
struct decthings_dataset {
    decthings_dataset() = default;
    decthings_dataset(std::string i, std::string n, std::vector<decthings_parameter> by_key)
        : id(std::move(i)),
          name(std::move(n)),
          keys(std::move(by_key))
    {
    }

    std::string id;
    std::string name;
    std::vector<decthings_parameter> keys; ///< as many tensors for each
};

/// `model-1` "echo", whose state has the key `weights`: f32 [2] {1, 2}.
INFERPP_DECL std::vector<decthings_model> decthings_default_models();

/// `dataset-1` "numbers" with the keys `label` and `value` and three entries: f32 {1}, {2}, {3} as
/// values, "one", "two", "three" as labels.
INFERPP_DECL std::vector<decthings_dataset> decthings_default_datasets();

/// What happens in a simulated session: an event.
struct decthings_session_step {
    decthings_session_step() = default;
    decthings_session_step(std::string name, std::string content,
                           std::chrono::milliseconds wait = {})
        : event(std::move(name)),
          data(std::move(content)),
          after(wait)
    {
    }

    /// The session has ended. @param why as it is sent: `{{"code", "process_exit"}, ...}`, "oom"
    INFERPP_DECL static decthings_session_step exit(boost::json::value why,
                                                    std::chrono::milliseconds wait = {});

    std::string event; ///< "stdout", "stderr", "data", "initialized", "remoteInspectorData", "exit"
    std::string data;  ///< of those that have some
    boost::json::value reason;          ///< of "exit"
    std::chrono::milliseconds after{0}; ///< the step before, or what made it happen
};

/// A session begins, or something is written to it.
struct decthings_session_call {
    decthings_session_call() = default;

    std::string api; ///< "Spawned", "Terminal", "Debug", "Language"
    std::string id;
    std::string command; ///< of Spawned
    std::vector<std::string> args;
    std::optional<std::string> input; ///< what is written; empty: it begins
};

/**
 * @brief The sessions that a simulator has by default.
 *
 * The command `echo` puts its arguments out and exits with 0; all others put out what is written to
 * them until they are terminated. So do terminals, language servers and, to a debugger, debug
 * sessions, which are initialized at once.
 */
INFERPP_DECL std::vector<decthings_session_step> decthings_echo_session(
    decthings_session_call const& call);

/// How the simulated platform behaves.
struct decthings_simulator_options : simulator_options {
    decthings_simulator_options() = default;

    enum class interface {
        states,   ///< that of 2024, with states and snapshots
        versions, ///< that of 2025, with versions and weights
    };

    std::string api_key; ///< empty: any key is good; none is good nowhere
    interface generation = interface::states;

    std::vector<decthings_model> models = decthings_default_models();
    std::vector<decthings_dataset> datasets = decthings_default_datasets();
    std::function<decthings_run(decthings_call const&)> model = decthings_sum_model;
    std::function<std::vector<decthings_session_step>(decthings_session_call const&)> session =
        decthings_echo_session;

    std::chrono::milliseconds launcher_time{20};     ///< making a temporary launcher
    std::chrono::milliseconds startup_time{20};      ///< starting the model's code
    std::chrono::milliseconds instantiate_time{20};  ///< instantiating the model
    std::chrono::milliseconds run_time{20};          ///< the function itself
    std::chrono::milliseconds get_state_time{20};    ///< after a training
    std::chrono::milliseconds make_time{20};         ///< making a model that has a first state
    std::chrono::milliseconds kept_results{300'000}; ///< how long evaluations are remembered
    std::size_t entry_limit = 1'000'000;             ///< of a dataset
};

/**
 * @brief Decthings on loopback: models, states, snapshots or versions, evaluations, trainings,
 *        datasets, launchers, files, debug sessions, commands, terminals, language servers, images,
 *        organizations and the account, all in memory; over HTTP, and over a WebSocket with events.
 *
 * Calls that the platform holds until their work is done are held, and end when the work is
 * cancelled. Tensors are checked; what the vendor's JavaScript writes wrongly (strings beyond
 * ASCII, audio, video) is read as it was meant. Errors that follow from no state (a quota, an
 * overload) are given by `refuse`.
 *
 * Events go to the connections that have subscribed, for as long as they are open; a session's
 * "exit" is its last. Any call may be made over the WebSocket.
 */
class decthings_simulator final : public simulator {
public:
    /// @throws failure as `simulator`
    INFERPP_DECL explicit decthings_simulator(boost::asio::any_io_executor executor,
                                              decthings_simulator_options options = {});
    INFERPP_DECL ~decthings_simulator() override;

    /// What goes into `decthings::options::base_url`: "http://127.0.0.1:12345/v0"
    INFERPP_DECL std::string base_url() const;

    /**
     * @brief The next call of a method is refused; refusals wait in line.
     * @param method "Model/createState"
     * @param error  as it is sent: `{{"code", "quota_exceeded"}}`
     */
    INFERPP_DECL void refuse(std::string method, boost::json::object error);

    /// Calls of the model's functions so far: what a customer would pay for.
    INFERPP_DECL std::size_t runs() const noexcept;

    /// What goes into `decthings::options::ws_url`: "ws://127.0.0.1:12345/v0/ws"
    INFERPP_DECL std::string ws_url() const;

    /// The methods called over WebSockets so far: "Spawned/spawnCommand".
    INFERPP_DECL std::vector<std::string> const& socket_calls() const noexcept;

    /// Something happens in a session; nothing where there is none of that id.
    INFERPP_DECL void happen(std::string_view id, decthings_session_step const& step);

    // --- what goes wrong with WebSockets; for cuts inside of messages, see `fault_proxy` ---------

    /// Ends all that are open, without goodbye.
    INFERPP_DECL void cut_sockets();

    /// So many more messages are sent over all WebSockets together, then the one that would send
    /// the next is cut.
    INFERPP_DECL void cut_after_messages(std::size_t count);

    /// Sends bytes as a message over all that are open.
    INFERPP_DECL void send_raw(std::string message, bool text = false);

    /// Answers wait until there are so many, and are sent last first.
    INFERPP_DECL void reverse_answers(std::size_t count);

private:
    INFERPP_DECL simulated_answer respond(simulated_request& request) override;

    struct platform;
    class socket;
    INFERPP_DECL simulated_answer accept_socket() const;
    std::shared_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator.ipp>
#endif

#endif
