// SPDX-License-Identifier: BSL-1.0
//
// Invocations whose answer takes long, such as videos: jobs that leave their result in S3.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_ASYNC_INVOKE_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_ASYNC_INVOKE_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/providers/bedrock/jobs.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// The platform's words for the state of an asynchronous invocation.
enum class async_state { unknown, in_progress, completed, failed };
BOOST_DESCRIBE_ENUM(async_state, unknown, in_progress, completed, failed)

constexpr json_rules json_rules_of(async_state const*) noexcept
{
    return json_rules{naming::pascal_case};
}

/// Where the result goes in S3.
struct async_s3_output : shape {
    async_s3_output() = default;

    /// @param uri "s3://bucket/folder"
    explicit async_s3_output(std::string uri) : s3_uri(std::move(uri)) {}

    std::string s3_uri;                      ///< at most 1024 characters
    std::optional<std::string> kms_key_id;   ///< ARN of a key or alias of KMS
    std::optional<std::string> bucket_owner; ///< the account that the bucket must belong to
};
BOOST_DESCRIBE_STRUCT(async_s3_output, (), (s3_uri, kms_key_id, bucket_owner))

/// Where the result goes; there may be other places one day.
struct async_output
    : shape,
      json_union<async_output, alternative<"s3_output_data_config", async_s3_output>> {
    using json_union::json_union;
};

/// An asynchronous invocation: what `get_async_invoke` answers, and an item of the list.
struct async_invocation : shape {
    async_invocation() = default;

    std::string invocation_arn;
    std::string model_arn;
    std::string client_request_token;
    word<async_state> status;
    std::string failure_message; ///< why it has failed
    std::optional<date_time> submit_time;
    std::optional<date_time> last_modified_time;
    std::optional<date_time> end_time;
    async_output output_data_config;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(async_invocation, (),
                      (invocation_arn, model_arn, client_request_token, status, failure_message,
                       submit_time, last_modified_time, end_time, output_data_config, more))

constexpr json_rules json_rules_of(async_invocation const*) noexcept
{
    return json_rules{naming::camel_case}.required("invocation_arn");
}

/// The portable status of an asynchronous invocation.
INFERPP_DECL job_status describe(async_invocation const& job);

/// GET /async-invoke/{invocation_arn}. *Source*: wire notes 2.4
struct get_async_invoke {
    using provider = runtime::provider;
    using response = async_invocation;
    static constexpr operation_info info{.name = "get_async_invoke",
                                         .route = "async-invoke/{invocation_arn}"};

    explicit get_async_invoke(std::string arn) : invocation_arn(std::move(arn)) {}

    std::string invocation_arn;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(get_async_invoke, (), (invocation_arn))

/// The answer to a submission.
struct async_receipt : shape {
    async_receipt() = default;

    std::string invocation_arn;
};
BOOST_DESCRIBE_STRUCT(async_receipt, (), (invocation_arn))

constexpr json_rules json_rules_of(async_receipt const*) noexcept
{
    return json_rules{naming::camel_case}.required("invocation_arn");
}

/**
 * @brief POST /async-invoke: asks a model for something that takes long, as a job.
 *
 * @code
 * runtime::start_async_invoke request{
 *     "amazon.nova-reel-v1:0", boost::json::value{{"taskType", "TEXT_VIDEO"}},
 *     runtime::async_s3_output{"s3://bucket/videos"}};
 * auto job = co_await client.submit(request);
 * auto done = co_await job.result({.deadline = 30min, .min_interval = 10s});
 * std::cout << done.output_data_config.get_if<"s3_output_data_config">()->s3_uri << '\n';
 * @endcode
 *
 * The result is the job's last description, which says where in S3 the model's output is. It can't
 * be cancelled.
 *
 * A second job is never started: each request object has a token from its birth on, by which the
 * platform knows it again; see `create_model_invocation_job` for how to keep it over a restart.
 *
 * *Source*: wire notes 2.4.
 */
struct start_async_invoke : shape {
    using provider = runtime::provider;
    using response = async_receipt;
    using status_operation = get_async_invoke;
    using result_operation = get_async_invoke;
    static constexpr operation_info info{.name = "start_async_invoke",
                                         .method = "POST",
                                         .route = "async-invoke",
                                         .repeat = idempotency::keyed};

    /**
     * @param model  id or ARN of the model, at most 256 characters
     * @param input  in the model's own language
     * @param output where the result goes
     */
    start_async_invoke(std::string model, boost::json::value input, async_output output)
        : model_id(std::move(model)),
          model_input(std::move(input)),
          output_data_config(std::move(output))
    {
    }

    std::string model_id;
    boost::json::value model_input;
    async_output output_data_config;
    std::string client_request_token = random_hex(16); ///< 1 to 256 visible ASCII characters
    std::vector<tag> tags;                             ///< at most 200

    static std::string job_id(async_receipt const& receipt) { return receipt.invocation_arn; }
    static job_status describe(async_invocation const& job) { return runtime::describe(job); }
    std::string job_context() const { return client_request_token; }

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(start_async_invoke, (),
                      (model_id, model_input, output_data_config, client_request_token, tags))

/// What a listing of asynchronous invocations is sorted by.
enum class async_sort_by { unknown, submission_time };
BOOST_DESCRIBE_ENUM(async_sort_by, unknown, submission_time)

constexpr json_rules json_rules_of(async_sort_by const*) noexcept
{
    return json_rules{naming::pascal_case};
}

/// A page of the listing.
struct async_page : shape {
    async_page() = default;

    std::string next_token; ///< empty: the last page
    std::vector<async_invocation> async_invoke_summaries;
};
BOOST_DESCRIBE_STRUCT(async_page, (), (next_token, async_invoke_summaries))

/// GET /async-invoke: the asynchronous invocations of the account in the region, in pages.
/// *Source*: wire notes 2.4
struct list_async_invokes : shape {
    using provider = runtime::provider;
    using response = async_page;
    using item = async_invocation;
    static constexpr operation_info info{.name = "list_async_invokes", .route = "async-invoke"};

    list_async_invokes() = default;

    std::optional<int> max_results;        ///< of a page: 1 to 1000
    std::optional<std::string> next_token; ///< of another page than the first
    std::optional<word<async_sort_by>> sort_by;
    std::optional<word<bedrock::sort_order>> sort_order;
    std::optional<word<async_state>> status_equals;
    std::optional<date_time> submit_time_after;
    std::optional<date_time> submit_time_before;

    INFERPP_DECL result<void> validate() const;

    static std::vector<item> items(async_page& page)
    {
        return std::move(page.async_invoke_summaries);
    }
    INFERPP_DECL bool advance(async_page const& page);

private:
    bool goes_round_ = false; ///< the server has named the same page again
};
BOOST_DESCRIBE_STRUCT(list_async_invokes, (),
                      (max_results, next_token, sort_by, sort_order, status_equals,
                       submit_time_after, submit_time_before))

static_assert(!fragile_temporary<get_async_invoke> && !fragile_temporary<start_async_invoke> &&
              !fragile_temporary<list_async_invokes>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/async_invoke.ipp>
#endif

#endif
