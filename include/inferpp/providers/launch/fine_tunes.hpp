// SPDX-License-Identifier: BSL-1.0
//
// Fine-tunes of language models on Launch.

#ifndef INFERPP_PROVIDERS_LAUNCH_FINE_TUNES_HPP
#define INFERPP_PROVIDERS_LAUNCH_FINE_TUNES_HPP

#include <inferpp/providers/launch/docker_jobs.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// A fine-tune.
struct fine_tune {
    fine_tune() = default;

    std::string id;
    std::optional<std::string> fine_tuned_model; ///< its name, once it has succeeded
    word<batch_status> status;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(fine_tune, (), (id, fine_tuned_model, status, more))

/// GET /v1/llm/fine-tunes/{id}. *Source*: wire notes 4.7
struct get_fine_tune {
    using provider = launch::provider;
    using response = fine_tune;
    static constexpr operation_info info{.name = "get_fine_tune",
                                         .route = "v1/llm/fine-tunes/{id}"};

    /// @param fine_tune_id of the fine-tune
    explicit get_fine_tune(std::string fine_tune_id) : id(std::move(fine_tune_id)) {}

    std::string id;
};
BOOST_DESCRIBE_STRUCT(get_fine_tune, (), (id))

/// PUT /v1/llm/fine-tunes/{id}/cancel
struct cancel_fine_tune {
    using provider = launch::provider;
    using response = success_answer;
    static constexpr operation_info info{.name = "cancel_fine_tune", .method = "PUT"};

    /// @param fine_tune_id of the fine-tune
    explicit cancel_fine_tune(std::string fine_tune_id) : id(std::move(fine_tune_id)) {}

    std::string id;

    INFERPP_DECL std::string target() const;
};

/// The answer to the start of a fine-tune.
struct fine_tune_receipt {
    fine_tune_receipt() = default;

    std::string id;
};
BOOST_DESCRIBE_STRUCT(fine_tune_receipt, (), (id))

/**
 * @brief POST /v1/llm/fine-tunes: trains a model further.
 *
 * @code
 * launch::create_fine_tune request{"llama-2-7b", file.id};
 * request.hyperparameters["epochs"] = 1;
 * auto job = co_await client.submit(request);
 * auto done = co_await job.result({.deadline = 24h});
 * std::cout << done.fine_tuned_model.value_or("");
 * @endcode
 *
 * Why one failed is in its events: `get_fine_tune_events`.
 *
 * *Source*: wire notes 4.7
 */
struct create_fine_tune {
    using provider = launch::provider;
    using response = fine_tune_receipt;
    using status_operation = get_fine_tune;
    using result_operation = get_fine_tune;
    using cancel_operation = cancel_fine_tune;
    static constexpr operation_info info{.name = "create_fine_tune",
                                         .method = "POST",
                                         .route = "v1/llm/fine-tunes",
                                         .repeat = idempotency::unsafe};

    /// @param of_model its name, @param training id of a file, or a URL
    create_fine_tune(std::string of_model, std::string training)
        : model(std::move(of_model)),
          training_file(std::move(training))
    {
    }

    std::string model;
    std::string training_file;
    std::optional<std::string> validation_file;
    boost::json::object hyperparameters;
    std::optional<std::string> suffix; ///< a part of the name of what comes out
    boost::json::object wandb_config;  ///< for Weights & Biases

    static std::string job_id(fine_tune_receipt const& receipt) { return receipt.id; }
    static job_status describe(fine_tune const& tune) { return launch::describe(tune.status); }
    static job_status describe(success_answer const& cancelled)
    {
        return launch::describe(cancelled);
    }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_fine_tune, (),
                      (model, training_file, validation_file, hyperparameters, suffix,
                       wandb_config))

constexpr json_rules json_rules_of(create_fine_tune const*)
{
    return json_rules{}.always_written("hyperparameters");
}

/// Fine-tunes.
struct fine_tune_list {
    fine_tune_list() = default;

    std::vector<fine_tune> jobs;
};
BOOST_DESCRIBE_STRUCT(fine_tune_list, (), (jobs))

/// GET /v1/llm/fine-tunes
struct list_fine_tunes {
    using provider = launch::provider;
    using response = fine_tune_list;
    static constexpr operation_info info{.name = "list_fine_tunes", .route = "v1/llm/fine-tunes"};

    list_fine_tunes() = default;
};

/// Something that a fine-tune has logged.
struct fine_tune_event {
    fine_tune_event() = default;

    std::optional<std::chrono::duration<double>> timestamp; ///< since 1970
    std::string message;
    std::string level; ///< "info"
};
BOOST_DESCRIBE_STRUCT(fine_tune_event, (), (timestamp, message, level))

/// What a fine-tune has logged.
struct fine_tune_event_list {
    fine_tune_event_list() = default;

    std::vector<fine_tune_event> events;
};
BOOST_DESCRIBE_STRUCT(fine_tune_event_list, (), (events))

/// GET /v1/llm/fine-tunes/{id}/events
struct get_fine_tune_events {
    using provider = launch::provider;
    using response = fine_tune_event_list;
    static constexpr operation_info info{.name = "get_fine_tune_events",
                                         .route = "v1/llm/fine-tunes/{id}/events"};

    /// @param fine_tune_id of the fine-tune
    explicit get_fine_tune_events(std::string fine_tune_id) : id(std::move(fine_tune_id)) {}

    std::string id;
};
BOOST_DESCRIBE_STRUCT(get_fine_tune_events, (), (id))

static_assert(!fragile_temporary<get_fine_tune> && !fragile_temporary<cancel_fine_tune> &&
              !fragile_temporary<create_fine_tune> && !fragile_temporary<list_fine_tunes> &&
              !fragile_temporary<get_fine_tune_events>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/fine_tunes.ipp>
#endif

#endif
