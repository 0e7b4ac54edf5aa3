// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_BEDROCK_RUNTIME_SIMULATOR_HPP
#define INFERPP_TESTING_BEDROCK_RUNTIME_SIMULATOR_HPP

#include <inferpp/testing/bedrock_service.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// A request as a simulated model sees it.
struct bedrock_model_call {
    bedrock_model_call() = default;

    std::string model_id;
    bool conversation = false; ///< Converse; else InvokeModel
    bool streamed = false;
    boost::json::value body;

    /// The texts of the last message of a conversation.
    INFERPP_DECL std::string last_text() const;
};

/// Something that goes wrong inside a stream, instead of all that would come then.
struct bedrock_stream_fault {
    enum class kind {
        none,
        exception, ///< a message of type exception
        error,     ///< a message of type error
        unknown,   ///< an event of a later version; the stream then goes on
        damage,    ///< the next event with one bit changed
        cut,       ///< half of the next event, and the connection is closed
        end,       ///< the body ends as if it were complete
        stall,     ///< nothing more comes
    };

    bedrock_stream_fault() = default;
    bedrock_stream_fault(kind k, std::size_t events, std::string t = {}, std::string m = {})
        : what(k),
          after(events),
          type(std::move(t)),
          message(std::move(m))
    {
    }

    kind what = kind::none;
    std::size_t after = 0; ///< so many events come before it
    std::string type;      ///< "throttlingException", or the code of an error
    std::string message;
};

/// What a simulated model answers.
struct bedrock_model_reply {
    bedrock_model_reply() = default;

    /// Says a text.
    INFERPP_DECL static bedrock_model_reply says(std::string_view text);
    /// Answers an InvokeModel with this body.
    INFERPP_DECL static bedrock_model_reply invoked(boost::json::value body);
    /// Refuses: `refuses(429, "ThrottlingException", "Too many requests")`.
    INFERPP_DECL static bedrock_model_reply refuses(int status, std::string type,
                                                    std::string message);

    boost::json::array content; ///< of Converse: the blocks of the message, as on the wire
    std::string stop_reason = "end_turn";
    boost::json::value body;                ///< of InvokeModel
    std::vector<boost::json::value> chunks; ///< of its stream; empty: `body` as the only one
    /// Counted in words where they are not given.
    std::optional<std::int64_t> input_tokens;
    std::optional<std::int64_t> output_tokens;
    std::chrono::milliseconds delay{0}; ///< before the answer
    std::chrono::milliseconds pause{0}; ///< before each event of a stream
    bedrock_stream_fault fault;
    std::optional<aws_refusal> refusal;
};

/// What becomes of a simulated asynchronous invocation.
struct bedrock_async_outcome {
    bedrock_async_outcome() = default;

    std::string ends = "Completed"; ///< or "Failed"; another word is shown as it is, and stays
    std::string message;            ///< of one that fails
};

/// How a simulated runtime behaves.
struct bedrock_runtime_simulator_options : bedrock_service_options {
    bedrock_runtime_simulator_options() = default;

    /// Empty: a conversation's last text, or the body of an invocation, comes back.
    std::function<bedrock_model_reply(bedrock_model_call const&)> model;

    std::size_t piece_size = 0; ///< streams are written in pieces of so many bytes; 0: by the event
    bool padding = true;        ///< events have a member "p" of varying length

    std::chrono::milliseconds running{60'000}; ///< of an asynchronous invocation
    std::function<bedrock_async_outcome(boost::json::object const& request)> async_outcome;

    /// Guardrails intervene where a text has this word.
    std::string blocked_word = "forbidden";
};

/**
 * @brief The runtime of Bedrock: invocations, conversations, both streamed; asynchronous
 *        invocations; guardrails and counts of tokens.
 *
 * It checks signatures and the form of what is sent. What needs HTTP/2, the bidirectional stream,
 * is refused. *Source*: wire notes 2, 3 and 10.
 */
class bedrock_runtime_simulator final : public simulator {
public:
    INFERPP_DECL explicit bedrock_runtime_simulator(boost::asio::any_io_executor executor,
                                                    bedrock_runtime_simulator_options options = {});
    INFERPP_DECL ~bedrock_runtime_simulator() override;

    /// What a client is given as its runtime endpoint.
    INFERPP_DECL std::string base_url() const;

    /// One more key that is good.
    INFERPP_DECL void accept(aws_key key);

    /// Calls that the model has answered, which are those that would be billed.
    INFERPP_DECL std::size_t calls() const noexcept;

    /// Asynchronous invocations that were started.
    INFERPP_DECL std::size_t async_invocations() const noexcept;

private:
    INFERPP_DECL simulated_answer respond(simulated_request& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_runtime_simulator.ipp>
#endif

#endif
