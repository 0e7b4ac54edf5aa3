// SPDX-License-Identifier: BSL-1.0
//
// Many completions by a language model at once, from a file or a list to a file.

#ifndef INFERPP_PROVIDERS_LAUNCH_BATCH_COMPLETIONS_HPP
#define INFERPP_PROVIDERS_LAUNCH_BATCH_COMPLETIONS_HPP

#include <inferpp/providers/launch/chat.hpp>
#include <inferpp/providers/launch/completions.hpp>
#include <inferpp/providers/launch/docker_jobs.hpp>
#include <inferpp/providers/launch/text_completions.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

// --- what is asked -------------------------------------------------------------------------------

/// The model, and how vLLM runs it.
struct batch_model {
    batch_model() = default;
    explicit batch_model(std::string name) : model(std::move(name)) {}

    std::string model;
    std::optional<std::string> checkpoint_path;
    std::optional<std::int64_t> num_shards;         ///< at least 1, by default 1
    std::optional<std::int64_t> max_context_length; ///< tokens, at least 1
    std::optional<std::int64_t> seed;
    std::optional<std::string> response_role; ///< of the answers in a chat: "assistant"
    label_map labels;                         ///< of the older form only
    unknown_members more;                     ///< also sent: what vLLM takes, such as "dtype"
};
BOOST_DESCRIBE_STRUCT(batch_model, (),
                      (model, checkpoint_path, num_shards, max_context_length, seed, response_role,
                       labels, more))

constexpr json_rules json_rules_of(batch_model const*)
{
    return json_rules{}.required("model");
}

/// Prompts in the platform's own form.
struct batch_prompts {
    batch_prompts() = default;

    std::vector<std::string> prompts;
    std::int64_t max_new_tokens = 1; ///< at least 1
    double temperature = 0;          ///< 0 to 1
    std::vector<std::string> stop_sequences;
    std::optional<bool> return_token_log_probs;
    std::optional<double> presence_penalty;  ///< 0 to 2
    std::optional<double> frequency_penalty; ///< 0 to 2
    std::optional<std::int64_t> top_k;       ///< at least -1, which is all
    std::optional<double> top_p;             ///< more than 0, at most 1
    std::optional<bool> skip_special_tokens; ///< by default true

    /// Names the member that is out of range.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(batch_prompts, (),
                      (prompts, max_new_tokens, temperature, stop_sequences, return_token_log_probs,
                       presence_penalty, frequency_penalty, top_k, top_p, skip_special_tokens))

/// What a model may use while it answers.
struct batch_tool {
    batch_tool() = default;

    std::string name = "code_evaluator";                   ///< the only one so far
    std::optional<std::int64_t> max_iterations;            ///< by default 10
    std::optional<std::int64_t> execution_timeout_seconds; ///< by default 60
    std::optional<bool> should_retry_on_error;             ///< by default true
};
BOOST_DESCRIBE_STRUCT(batch_tool, (),
                      (name, max_iterations, execution_timeout_seconds, should_retry_on_error))

/// What both forms have in common.
struct batch_completion_settings : hardware {
    batch_completion_settings() = default;

    batch_model model_config;
    std::string output_data_path; ///< where the file of answers is put: "s3://..."
    /// Where the file of requests lies. Exactly one of this and `content` must be given.
    std::optional<std::string> input_data_path;
    label_map labels;                             ///< some platforms want "team" and "product"
    std::optional<std::int64_t> data_parallelism; ///< 1 to 64; more than 1 is not for all platforms
    std::optional<std::int64_t> max_runtime_sec;  ///< 1 to 172800, by default a day
    std::optional<std::string> priority;
    std::optional<batch_tool> tool_config;
    std::optional<std::int64_t> nodes_per_worker;

    INFERPP_DECL result<void> check(bool has_content) const;
};
BOOST_DESCRIBE_STRUCT(batch_completion_settings, (hardware),
                      (model_config, output_data_path, input_data_path, labels, data_parallelism,
                       max_runtime_sec, priority, tool_config, nodes_per_worker))

/// Requests: prompts in the platform's form, or requests of OpenAI's interface. All go to the model
/// of the job.
struct batch_content {
    batch_content() = default;
    batch_content(batch_prompts prompts) : value(std::move(prompts)) {}
    batch_content(std::vector<text_completion_settings> texts) : value(std::move(texts)) {}
    batch_content(std::vector<chat_settings> chats) : value(std::move(chats)) {}

    std::variant<batch_prompts, std::vector<text_completion_settings>, std::vector<chat_settings>>
        value;

    /// Names the member that is out of range.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL void to_json(json_writer& out) const;
};

// --- the older form ------------------------------------------------------------------------------

namespace v1 {

/**
 * @brief POST /v1/llm/batch-completions: the older form, whose job is one of a Docker image.
 * *Source*: wire notes 4.6
 */
struct create_batch_completion : batch_completion_settings {
    using provider = launch::provider;
    using response = batch_receipt;
    using status_operation = get_docker_job;
    using result_operation = get_docker_job;
    using cancel_operation = cancel_docker_job;
    static constexpr operation_info info{.name = "create_batch_completion_v1",
                                         .method = "POST",
                                         .route = "v1/llm/batch-completions",
                                         .repeat = idempotency::unsafe};

    /// @param output where the file of answers is put: "s3://..."
    create_batch_completion(batch_model model, std::string output)
    {
        model_config = std::move(model);
        output_data_path = std::move(output);
    }

    std::optional<batch_prompts> content; ///< instead of `input_data_path`

    static std::string job_id(batch_receipt const& receipt) { return receipt.job_id; }
    static job_status describe(docker_job_state const& job) { return launch::describe(job.status); }
    static job_status describe(success_answer const& cancelled)
    {
        return launch::describe(cancelled);
    }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_batch_completion, (batch_completion_settings), (content))

static_assert(!fragile_temporary<create_batch_completion>);

} // namespace v1

// --- the newer form ------------------------------------------------------------------------------

/// The words of the newer form for the state of a job.
enum class batch_completion_status { unknown, queued, running, completed, failed, cancelled };
BOOST_DESCRIBE_ENUM(batch_completion_status, unknown, queued, running, completed, failed, cancelled)

/// A job of completions.
struct batch_completion {
    batch_completion() = default;

    std::string job_id;
    std::optional<std::string> input_data_path;
    std::string output_data_path; ///< where the answers lie; see `read_batch_completions`
    batch_model model_config;
    std::optional<std::string> priority;
    word<batch_completion_status> status;
    timestamp created_at;
    timestamp expires_at;
    timestamp completed_at; ///< empty until it has ended
    std::map<std::string, std::string> metadata;
    unknown_members more;

    /// Reads a job, and one in an envelope: {"job": ...}.
    INFERPP_DECL static result<batch_completion> decode(http::response&& answer);
};
BOOST_DESCRIBE_STRUCT(batch_completion, (),
                      (job_id, input_data_path, output_data_path, model_config, priority, status,
                       created_at, expires_at, completed_at, metadata, more))

constexpr json_rules json_rules_of(batch_completion const*)
{
    return json_rules{}.required("job_id", "status");
}

/// The portable status.
INFERPP_DECL job_status describe(batch_completion const& job);

/// GET /v2/batch-completions/{id}
struct get_batch_completion {
    using provider = launch::provider;
    using response = batch_completion;
    static constexpr operation_info info{.name = "get_batch_completion",
                                         .route = "v2/batch-completions/{job}"};

    /// @param id of the job
    explicit get_batch_completion(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_batch_completion, (), (job))

/// POST /v2/batch-completions/{id}/actions/cancel
struct cancel_batch_completion {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{.name = "cancel_batch_completion", .method = "POST"};

    /// @param id of the job
    explicit cancel_batch_completion(std::string id) : job(std::move(id)) {}

    std::string job;

    INFERPP_DECL std::string target() const;
};

/// The answer to a change.
struct batch_completion_change : batch_completion {
    batch_completion_change() = default;

    bool success = false;

    INFERPP_DECL static result<batch_completion_change> decode(http::response&& answer);
};
BOOST_DESCRIBE_STRUCT(batch_completion_change, (batch_completion), (success))

constexpr json_rules json_rules_of(batch_completion_change const*)
{
    return json_rules{}.required("job_id", "success");
}

/// POST /v2/batch-completions/{id}: another priority. The open platform answers 500: it has not
/// made this yet.
struct update_batch_completion {
    using provider = launch::provider;
    using response = batch_completion_change;
    static constexpr operation_info info{.name = "update_batch_completion",
                                         .method = "POST",
                                         .route = "v2/batch-completions/{job_id}"};

    /// @param id of the job
    explicit update_batch_completion(std::string id) : job_id(std::move(id)) {}

    std::string job_id;
    std::optional<std::string> priority;

    INFERPP_DECL result<void> write_body(std::string& out) const;
    INFERPP_DECL std::string target() const;
};

/**
 * @brief POST /v2/batch-completions: many completions or chats by a language model.
 *
 * @code
 * launch::batch_prompts prompts;
 * prompts.prompts = {"Once upon a time", "In the beginning"};
 * prompts.max_new_tokens = 100;
 * launch::create_batch_completion request{launch::batch_model{"llama-2-7b"}, "s3://bucket/out"};
 * request.content = prompts;
 * auto job = co_await client.submit(request);
 * auto done = co_await job.result({.deadline = 24h});
 * @endcode
 *
 * *Source*: wire notes 4.6
 */
struct create_batch_completion : batch_completion_settings {
    using provider = launch::provider;
    using response = batch_completion;
    using status_operation = get_batch_completion;
    using result_operation = get_batch_completion;
    using cancel_operation = cancel_batch_completion;
    static constexpr operation_info info{.name = "create_batch_completion",
                                         .method = "POST",
                                         .route = "v2/batch-completions",
                                         .repeat = idempotency::unsafe};

    /// @param output where the file of answers is put: "s3://..."
    create_batch_completion(batch_model model, std::string output)
    {
        model_config = std::move(model);
        output_data_path = std::move(output);
    }

    std::optional<batch_content> content; ///< instead of `input_data_path`

    static std::string job_id(batch_completion const& started) { return started.job_id; }
    static job_status describe(batch_completion const& job) { return launch::describe(job); }
    static job_status describe(success_answer const& cancelled)
    {
        return launch::describe(cancelled);
    }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_batch_completion, (batch_completion_settings), (content))

/// Reads a file of answers in the platform's form: one for each prompt, empty for one that failed.
INFERPP_DECL result<std::vector<std::optional<completion_output>>> read_batch_completions(
    std::string_view file);

static_assert(!fragile_temporary<get_batch_completion> &&
              !fragile_temporary<cancel_batch_completion> &&
              !fragile_temporary<update_batch_completion> &&
              !fragile_temporary<create_batch_completion> && !fragile_temporary<batch_content>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/batch_completions.ipp>
#endif

#endif
