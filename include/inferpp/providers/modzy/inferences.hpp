// SPDX-License-Identifier: BSL-1.0
//
// Modzy's newer interface for one input at once, with low latency.

#ifndef INFERPP_PROVIDERS_MODZY_INFERENCES_HPP
#define INFERPP_PROVIDERS_MODZY_INFERENCES_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <cstdint>
#include <map>
#include <variant>

namespace inferpp::inline INFERPP_ABI::modzy {

/// The platform's words for the state of an inference.
enum class inference_state {
    unknown,
    queued,
    fetching,
    in_progress,
    complete,
    canceled,
    failed,
};
BOOST_DESCRIBE_ENUM(inference_state, unknown, queued, fetching, in_progress, complete, canceled,
                    failed)

constexpr json_rules json_rules_of(inference_state const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// An object in S3, or in a storage that speaks its protocol.
struct inference_s3 {
    inference_s3() = default;

    std::optional<std::string> endpoint; ///< "https://grid.example"; or
    std::optional<std::string> region;   ///< "us-east-1": exactly one of the two
    std::string bucket;
    std::string path;
    secret access_key_id;
    secret access_key_secret;
};
BOOST_DESCRIBE_STRUCT(inference_s3, (),
                      (endpoint, region, bucket, path, access_key_id, access_key_secret))

/// A blob in Azure.
struct inference_azure {
    inference_azure() = default;

    std::string storage_account;
    secret storage_account_key;
    std::string container;
    std::string path;
};
BOOST_DESCRIBE_STRUCT(inference_azure, (), (storage_account, storage_account_key, container, path))

/// One input: a text in UTF-8, bytes, or where the platform can fetch it.
struct inference_input {
    inference_input() = default;
    inference_input(std::string text) : value(std::move(text)) {}
    inference_input(char const* text) : value(std::string{text}) {}
    inference_input(bytes data) : value(std::move(data)) {}
    inference_input(inference_s3 object) : value(std::move(object)) {}
    inference_input(inference_azure blob) : value(std::move(blob)) {}

    std::variant<std::string, bytes, inference_s3, inference_azure> value;
};

/// An output of the model.
struct inference_output {
    inference_output() = default;

    bytes data;
    std::string content_type; ///< may be empty

    INFERPP_DECL static result<inference_output> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// What the model made.
struct inference_result {
    inference_result() = default;

    std::map<std::string, inference_output> outputs; ///< by name: "results.json"
};
BOOST_DESCRIBE_STRUCT(inference_result, (), (outputs))

/// An inference: what was asked, how far it is, and its result.
struct inference {
    inference() = default;

    std::string identifier; ///< "inference-2HYZh8a4jtFi3xFc4e3TWRmclff"
    word<inference_state> status;
    model_reference model;
    boost::json::array inputs; ///< without their content: size, SHA-256, place
    std::map<std::string, std::string> tags;
    bool explain = false;
    timestamp submitted_at;
    timestamp completed_at;
    std::string elapsed_time; ///< "0.039s"
    inference_result result;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(inference, (),
                      (identifier, status, model, inputs, tags, explain, submitted_at, completed_at,
                       elapsed_time, result, more))

constexpr json_rules json_rules_of(inference const*)
{
    return json_rules{naming::camel_case}.required("identifier", "status");
}

/// GET /inferences/{id}. *Source*: wire notes 4.3.
struct get_inference {
    using provider = modzy::provider;
    using response = inference;
    static constexpr operation_info info{.name = "get_inference", .route = "inferences/{id}"};

    /// @param identifier of the inference
    explicit get_inference(std::string identifier) : id(std::move(identifier)) {}

    std::string id;
};
BOOST_DESCRIBE_STRUCT(get_inference, (), (id))

/**
 * @brief POST /inferences: one input of a model, at once.
 *
 * @code
 * modzy::inference_request request{"ed542963de", "1.0.1"};
 * request.inputs["input.txt"] = "I love it";
 * auto done = co_await client.run(request, {.deadline = 30s, .min_interval = 50ms});
 * std::cout << done.result.outputs.at("results.json").data.view();
 * @endcode
 *
 * It can't be cancelled. Why one failed is not told.
 *
 * *Source*: the vendor's protocol descriptions; wire notes 4.3. Its streaming form has no route.
 */
struct inference_request {
    using provider = modzy::provider;
    using response = inference;
    using status_operation = get_inference;
    using result_operation = get_inference;
    static constexpr operation_info info{.name = "submit_inference",
                                         .method = "POST",
                                         .route = "inferences",
                                         .repeat = idempotency::unsafe};

    /// @param with_model identifier of the model, @param version "1.0.1"
    inference_request(std::string with_model, std::string version)
        : model(std::move(with_model), std::move(version))
    {
    }

    model_reference model;
    std::map<std::string, inference_input> inputs; ///< by data key; one for each input of the model
    std::map<std::string, std::string> tags;       ///< yours
    bool explain = false;                          ///< also return explanations

    static std::string job_id(inference const& started) { return started.identifier; }
    INFERPP_DECL static job_status describe(inference const& asked);

    /// Names the member that can't be valid: no model, a version that is no semantic version, no
    /// input, an empty key, an S3 object without exactly one of `endpoint` and `region`.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    /// Keeps the credentials out of errors, where the server repeats them.
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

static_assert(!fragile_temporary<get_inference> && !fragile_temporary<inference_request>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/inferences.ipp>
#endif

#endif
