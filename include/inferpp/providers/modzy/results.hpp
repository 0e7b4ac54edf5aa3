// SPDX-License-Identifier: BSL-1.0
//
// What Modzy's models made of the inputs of a job, in full or in part, and votes on it.

#ifndef INFERPP_PROVIDERS_MODZY_RESULTS_HPP
#define INFERPP_PROVIDERS_MODZY_RESULTS_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <cstdint>
#include <map>

namespace inferpp::inline INFERPP_ABI::modzy {

/// Votes on a result.
struct voting {
    voting() = default;

    std::int64_t up = 0;
    std::int64_t down = 0;
};
BOOST_DESCRIBE_STRUCT(voting, (), (up, down))

/// When and where one input was processed. Older servers give `elapsed_time` alone.
struct input_processing {
    input_processing() = default;

    std::string status; ///< "SUCCESSFUL", "FAILED"
    std::string engine; ///< the process that did the work
    std::optional<milliseconds> input_fetching;
    std::optional<milliseconds> output_uploading;
    std::optional<milliseconds> model_latency;
    std::optional<milliseconds> queue_time;
    std::optional<milliseconds> elapsed_time;
    timestamp start_time;
    timestamp update_time;
    timestamp end_time;
};
BOOST_DESCRIBE_STRUCT(input_processing, (),
                      (status, engine, input_fetching, output_uploading, model_latency, queue_time,
                       elapsed_time, start_time, update_time, end_time))

/// What the model made of one input.
struct input_result : input_processing {
    input_result() = default;

    std::optional<modzy::voting> voting;
    /// The outputs by the names that the model gives them, mostly "results.json". An output that is
    /// no JSON is the URL from which it can be had, see `output_url`.
    unknown_members outputs;

    /// The output of that name; null when there is none.
    INFERPP_DECL boost::json::value const* output(
        std::string_view name = "results.json") const noexcept;

    /// The URL of an output that is no JSON, for `client.download(url)`; empty when there is no
    /// such output, or it is JSON and stands in `output`.
    INFERPP_DECL std::string output_url(std::string_view name) const;

    /// The output of that name as a `T`, see `decode_json`; `errc::bad_schema` when there is none.
    /// `model_output` is the shape that most of the platform's own models give.
    template <class T>
    result<T> output_as(std::string_view name = "results.json") const
    {
        boost::json::value const* const found = output(name);
        if (found == nullptr)
            return no_output(name);
        return decode_value<T>(*found);
    }

private:
    INFERPP_DECL static error no_output(std::string_view name);
};
BOOST_DESCRIBE_STRUCT(input_result, (input_processing), (voting, outputs))

/// Why one input failed.
struct input_failure : input_processing {
    input_failure() = default;

    std::string error; ///< the model's explanation
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(input_failure, (input_processing), (error, more))

/**
 * @brief The results of a job so far. Each input is in `results`, in `failures`, or not done yet.
 *
 * `job::result` gives them when `finished`; `send(get_results{id})` at any time.
 */
struct job_results {
    job_results() = default;

    std::string job_identifier;
    std::string account_identifier;
    modzy::team team;
    std::uint64_t total = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    bool finished = false;
    bool explained = false;
    std::string submitted_by_key; ///< prefix of the API key used
    timestamp submitted_at;
    std::optional<milliseconds> initial_queue_time;
    std::optional<milliseconds> total_queue_time;
    std::optional<milliseconds> average_model_latency;
    std::optional<milliseconds> total_model_latency;
    std::optional<milliseconds> job_processed_time; ///< of older servers
    std::optional<milliseconds> elapsed_time;
    timestamp starting_result_summarizing;
    std::optional<milliseconds> result_summarizing;
    std::optional<std::uint64_t> input_size;       ///< bytes
    std::map<std::string, input_result> results;   ///< by input key
    std::map<std::string, input_failure> failures; ///< by input key
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(job_results, (),
                      (job_identifier, account_identifier, team, total, completed, failed, finished,
                       explained, submitted_by_key, submitted_at, initial_queue_time,
                       total_queue_time, average_model_latency, total_model_latency,
                       job_processed_time, elapsed_time, starting_result_summarizing,
                       result_summarizing, input_size, results, failures, more))

constexpr json_rules json_rules_of(job_results const*)
{
    return json_rules{naming::camel_case}
        .required("job_identifier", "finished")
        .also_read("initial_queue_time", "jobQueueTime")
        .also_read("elapsed_time", "jobElapsedTime");
}

/// GET /results/{id}: what is there so far. `not_found` until the first results are. *Source*: wire
/// notes 3.1.
struct get_results {
    using provider = modzy::provider;
    using response = job_results;
    static constexpr operation_info info{.name = "get_results", .route = "results/{job}"};

    /// @param id the job's identifier
    explicit get_results(std::string id) : job(std::move(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_results, (), (job))

/// GET /results/{id}/datasource/{input}: the result of one input, as JSON, since its shape is not
/// documented. *Source*: wire notes 3.0, R2.
struct get_input_result {
    using provider = modzy::provider;
    using response = boost::json::object;
    static constexpr operation_info info{.name = "get_input_result",
                                         .route = "results/{job}/datasource/{input}"};

    /// @param of_job the job's identifier, @param key the key of the input
    get_input_result(std::string of_job, std::string key)
        : job(std::move(of_job)),
          input(std::move(key))
    {
    }

    std::string job;
    std::string input;
};
BOOST_DESCRIBE_STRUCT(get_input_result, (), (job, input))

/// One output as the model wrote it.
struct output_content {
    output_content() = default;

    bytes data;
    std::string media_type; ///< as the server says: "image/png"

    INFERPP_DECL static result<output_content> decode(http::response&& answer);
};

/// GET /results/{id}/datasource/{input}/output/{name}: one output as the model wrote it, up to
/// `limits.body_bytes`. *Source*: wire notes 3.0, R3.
struct get_output {
    using provider = modzy::provider;
    using response = output_content;
    static constexpr operation_info info{
        .name = "get_output", .route = "results/{job}/datasource/{input}/output/{output}"};

    /// @param of_job the job's identifier, @param key the key of the input, @param name of the
    ///        output
    get_output(std::string of_job, std::string key, std::string name = "results.json")
        : job(std::move(of_job)),
          input(std::move(key)),
          output(std::move(name))
    {
    }

    std::string job;
    std::string input;
    std::string output;

    INFERPP_DECL static result<void> prepare(http::request& message);
};
BOOST_DESCRIBE_STRUCT(get_output, (), (job, input, output))

/// What the caller thinks of a result.
enum class vote_kind {
    unknown,
    no_votes,
    up,
    down,
};
BOOST_DESCRIBE_ENUM(vote_kind, unknown, no_votes, up, down)

constexpr json_rules json_rules_of(vote_kind const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// A vote on a result.
struct vote {
    vote() = default;

    word<vote_kind> value{vote_kind::no_votes};
};
BOOST_DESCRIBE_STRUCT(vote, (), (value))

constexpr json_rules json_rules_of(vote const*)
{
    return json_rules{}.renamed("value", "vote").nothing_required();
}

/// What the four requests on votes have in common: the result that they are about.
struct vote_request {
    using provider = modzy::provider;

    std::string job;   ///< the job's identifier
    std::string input; ///< the key of the input

protected:
    vote_request(std::string of_job, std::string key)
        : job(std::move(of_job)),
          input(std::move(key))
    {
    }
};
BOOST_DESCRIBE_STRUCT(vote_request, (), (job, input))

/// GET /results/{id}/vote/{input}: the caller's own vote. *Source*: wire notes 3.0, R5.
struct get_vote : vote_request {
    using response = vote;
    static constexpr operation_info info{.name = "get_vote", .route = "results/{job}/vote/{input}"};

    get_vote(std::string of_job, std::string key) : vote_request(std::move(of_job), std::move(key))
    {
    }
};
BOOST_DESCRIBE_STRUCT(get_vote, (vote_request), ())

/// POST /results/{id}/upvote/{input}; a second vote replaces the first. *Source*: as `get_vote`.
struct vote_up : vote_request {
    using response = nothing;
    static constexpr operation_info info{
        .name = "vote_up", .method = "POST", .route = "results/{job}/upvote/{input}"};

    vote_up(std::string of_job, std::string key) : vote_request(std::move(of_job), std::move(key))
    {
    }
};
BOOST_DESCRIBE_STRUCT(vote_up, (vote_request), ())

/// POST /results/{id}/downvote/{input}; a second vote replaces the first. *Source*: as `get_vote`.
struct vote_down : vote_request {
    using response = nothing;
    static constexpr operation_info info{
        .name = "vote_down", .method = "POST", .route = "results/{job}/downvote/{input}"};

    vote_down(std::string of_job, std::string key) : vote_request(std::move(of_job), std::move(key))
    {
    }
};
BOOST_DESCRIBE_STRUCT(vote_down, (vote_request), ())

/// DELETE /results/{id}/vote/{input}: takes the vote back. *Source*: as `get_vote`.
struct reset_vote : vote_request {
    using response = nothing;
    static constexpr operation_info info{
        .name = "reset_vote", .method = "DELETE", .route = "results/{job}/vote/{input}"};

    reset_vote(std::string of_job, std::string key)
        : vote_request(std::move(of_job), std::move(key))
    {
    }
};
BOOST_DESCRIBE_STRUCT(reset_vote, (vote_request), ())

static_assert(!fragile_temporary<get_results> && !fragile_temporary<get_output> &&
              !fragile_temporary<get_vote> && !fragile_temporary<vote_up>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/results.ipp>
#endif

#endif
