// SPDX-License-Identifier: BSL-1.0
//
// Asking a model in its own language.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_INVOKE_MODEL_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_INVOKE_MODEL_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/providers/bedrock/runtime/model_answer.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>
#include <inferpp/providers/bedrock/runtime/tools.hpp>

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// What a model is told beside its body, in headers.
struct invocation_settings {
    invocation_settings() = default;

    std::string content_type = "application/json"; ///< of the body
    std::string accept = "application/json";       ///< of the answer
    std::optional<word<guardrail_trace>> trace;
    std::string guardrail_identifier; ///< lower-case letters and digits, or its ARN
    std::string guardrail_version;    ///< "DRAFT", or a number
    std::optional<word<latency>> performance_config_latency;
    std::optional<word<tier>> service_tier;
    /// For the log of invocations; at most 8500 bytes as JSON.
    std::map<std::string, std::string> request_metadata;

    /// Names the member that the platform would refuse.
    INFERPP_DECL result<void> check(std::string const& model_id) const;

    /// @param accept_name of the header that says what the answer is to be
    INFERPP_DECL result<void> write_headers(std::string_view accept_name, http::headers& out) const;

    /// Refuses a body that is larger than the platform takes.
    INFERPP_DECL static result<void> check_size(std::size_t bytes);
};

/// What the two forms of an invocation have in common. It is encoded from the request that it is
/// made from, which must outlive it.
template <class Request>
class invocation_form {
public:
    using provider = runtime::provider;

    explicit invocation_form(Request const& request) noexcept : request_(request) {}
    explicit invocation_form(Request&& request) = delete;

    result<void> validate() const { return request_.check(request_.model_id); }
    result<void> write_body(std::string& out) const { return request_.write_body(out); }

protected:
    Request const& request() const noexcept { return request_; }

private:
    Request const& request_;
};

/// `send` of an `invoke_model`: POST /model/{model_id}/invoke
template <class Request>
class send_invocation : public invocation_form<Request> {
public:
    using response = model_answer<typename Request::result_type>;
    static constexpr operation_info info{
        .name = "invoke_model", .method = "POST", .repeat = idempotency::unsafe, .held = true};

    using invocation_form<Request>::invocation_form;

    std::string target() const
    {
        return target_builder{}.path("model").path(this->request().model_id).path("invoke").str();
    }
    result<void> prepare(http::request& message) const
    {
        return this->request().write_headers("Accept", message.headers);
    }
};

/// `stream` of an `invoke_model`: POST /model/{model_id}/invoke-with-response-stream
template <class Request>
class stream_invocation : public invocation_form<Request> {
public:
    using event = model_chunk<typename Request::result_type>;
    using response = event;
    using decoder = chunk_decoder<typename Request::result_type>;
    static constexpr std::string_view media_type = "application/vnd.amazon.eventstream";
    static constexpr operation_info info{.name = "invoke_model_with_response_stream",
                                         .method = "POST",
                                         .repeat = idempotency::unsafe,
                                         .held = true};

    using invocation_form<Request>::invocation_form;

    std::string target() const
    {
        return target_builder{}
            .path("model")
            .path(this->request().model_id)
            .path("invoke-with-response-stream")
            .str();
    }
    result<void> prepare(http::request& message) const
    {
        return this->request().write_headers("X-Amzn-Bedrock-Accept", message.headers);
    }
};

/**
 * @brief Asks a model in its own language; `send` it or `stream` it.
 *
 * @code
 * runtime::invoke_model request{"amazon.titan-text-lite-v1",
 *                               boost::json::value{{"inputText", "What is a kite?"}}};
 * auto answer = co_await client.send(request);
 * std::cout << answer.body.at("results") << ' ' << answer.output_tokens.value_or(0) << " tokens\n";
 *
 * auto chunks = co_await client.stream(request);
 * while (auto chunk = co_await chunks.next())
 *     std::cout << chunk->body << '\n';
 * @endcode
 *
 * With types of your own: `runtime::invoke_model<titan_request, titan_answer>`. Of a stream
 * `Result` is what each of its chunks holds.
 *
 * Each call is billed, so one that may have arrived is not repeated. A model may take minutes:
 * `limits.held` is the limit of a call. An answer may have 25 MB, more than `limits.body_bytes`
 * allows by itself. A stream ends with the body of the answer, and mostly its last chunk has
 * `metrics`; one that breaks off ends in `errc::stream_truncated`.
 *
 * There is no `invoke_model_with_bidirectional_stream`: it needs HTTP/2, which this library does
 * not speak.
 *
 * *Source*: wire notes 2.1 and 2.2.
 *
 * @tparam Args   the body: a described struct, any JSON, or `bytes`, which are sent as they are
 * @tparam Result the answer: a described struct, any JSON, or `bytes`, which are what was received
 */
template <class Args = boost::json::value, class Result = boost::json::value>
struct invoke_model : invocation_settings {
    using result_type = Result;
    using send_form = send_invocation<invoke_model>;
    using stream_form = stream_invocation<invoke_model>;

    /// @param model id or ARN of a model, an inference profile, a prompt or a router
    invoke_model(std::string model, Args with) : model_id(std::move(model)), body(std::move(with))
    {
    }

    std::string model_id;
    Args body; ///< at most 25,000,000 bytes

    /// Appends the body as it is sent.
    result<void> write_body(std::string& out) const
    {
        if constexpr (std::same_as<Args, bytes>) {
            if (auto const fits = check_size(body.size()); !fits)
                return fits;
            out += body.view();
            return {};
        } else {
            std::size_t const before = out.size();
            if (auto const written = encode_json(body, out); !written)
                return written;
            return check_size(out.size() - before);
        }
    }
};

static_assert(!fragile_temporary<invoke_model<>> && !fragile_temporary<invoke_model<bytes, bytes>>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/invoke_model.ipp>
#endif

#endif
