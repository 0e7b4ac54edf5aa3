// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_MODZY_SIMULATOR_HPP
#define INFERPP_TESTING_MODZY_SIMULATOR_HPP

#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {

/// One input of a job, as a simulated model gets it.
struct modzy_model_input {
    modzy_model_input() = default;

    struct value {
        value() = default;
        std::string data;
        std::string media_type; ///< "text/plain" for the inputs of a text job
    };

    std::string model;
    std::string version;
    std::string input_key;
    std::map<std::string, value> data; ///< by data key
    bool explain = false;
};

/// What a simulated model makes of one input: outputs by name, or an error.
struct modzy_model_output {
    modzy_model_output() = default;

    boost::json::object outputs;
    std::string error; ///< not empty: the input has failed

    /// An input that has failed.
    static modzy_model_output failed(std::string why)
    {
        modzy_model_output output;
        output.error = std::move(why);
        return output;
    }
};

/// The model that a simulator has by default: `results.json` tells the size, SHA-256 and media type
/// of each data item; an empty item fails. So results depend on the bytes that arrived.
INFERPP_DECL modzy_model_output modzy_digest_model(modzy_model_input const& input);

/// How the simulated platform behaves.
struct modzy_simulator_options : simulator_options {
    modzy_simulator_options() = default;

    std::string api_key;                        ///< empty: any key is good
    std::chrono::milliseconds queue_time{20};   ///< SUBMITTED for that long
    std::chrono::milliseconds input_time{20};   ///< for each input on one engine
    std::size_t engines = 1;                    ///< inputs processed at once; at least 1
    std::chrono::milliseconds not_found_for{0}; ///< jobs are unknown for that long
    std::chrono::milliseconds results_lag{0};   ///< results are unfinished for that much longer
    bool receipt_without_status = false;        ///< as servers of release 0.5
    std::size_t max_input_bytes = 64UL << 20;   ///< an item over it fails alone
    std::function<modzy_model_output(modzy_model_input const&)> model = modzy_digest_model;
};

/**
 * @brief Modzy on loopback: text and embedded jobs, their state, cancelling, results.
 *
 * Good enough for the vendor's own SDK. What it does not know it answers as the platform answers
 * the unknown: 404 in the platform's error format.
 */
class modzy_simulator final : public simulator {
public:
    /// @throws failure as `simulator`
    INFERPP_DECL explicit modzy_simulator(boost::asio::any_io_executor executor,
                                          modzy_simulator_options options = {});
    INFERPP_DECL ~modzy_simulator() override;

    /// What goes into `modzy::options::base_url`: "http://127.0.0.1:12345/api"
    INFERPP_DECL std::string base_url() const;

    /// Jobs accepted so far: what a customer would pay for.
    INFERPP_DECL std::size_t jobs() const noexcept;

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator.ipp>
#endif

#endif
