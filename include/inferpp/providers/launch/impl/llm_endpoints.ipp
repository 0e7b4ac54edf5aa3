// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_LLM_ENDPOINTS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_LLM_ENDPOINTS_IPP

#include <inferpp/providers/launch/llm_endpoints.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL job_status describe(llm_endpoint const& endpoint)
{
    return describe(endpoint.status, endpoint.spec ? endpoint.spec->status_reason : std::string{});
}

INFERPP_DECL result<void> llm_endpoint_settings::check_settings() const
{
    constexpr std::int64_t longest = 43200;
    return first_error(
        {check_callback(default_callback_url, default_callback_auth), check_count("gpus", gpus, 0),
         check_count("nodes_per_worker", nodes_per_worker, 1),
         check_count("task_expires_seconds", task_expires_seconds, 1),
         check_count("queue_message_timeout_seconds", queue_message_timeout_seconds, 1, longest)});
}

INFERPP_DECL result<void> post_llm_endpoint::validate() const
{
    if (max_workers < min_workers)
        return refuse("max_workers must be at least min_workers");
    return first_error({check_endpoint_name(name), check_given("model_name", model_name),
                        check_given("inference_framework", inference_framework.text()),
                        check_labels(labels), check_count("min_workers", min_workers, 0),
                        check_count("per_worker", per_worker, 1),
                        check_count("num_shards", num_shards, 1), check_settings()});
}

INFERPP_DECL boost::asio::awaitable<endpoint_change> create_llm_endpoint::perform(
    client with, create_llm_endpoint op, call_options call)
{
    post_llm_endpoint const& post = op;
    auto change = co_await with.send(post, call);
    change.endpoint = op.name;
    co_return change;
}

INFERPP_DECL result<void> put_llm_endpoint::validate() const
{
    if (labels)
        if (auto const complete = check_labels(*labels); !complete)
            return complete;
    return first_error({check_given("inference_framework", inference_framework.text()),
                        check_count("num_shards", num_shards, 1),
                        check_count("min_workers", min_workers, 0),
                        check_count("max_workers", max_workers, 0),
                        check_count("per_worker", per_worker, 1), check_settings()});
}

INFERPP_DECL boost::asio::awaitable<endpoint_change> update_llm_endpoint::perform(
    client with, update_llm_endpoint op, call_options call)
{
    put_llm_endpoint const& put = op;
    auto change = co_await with.send(put, call);
    change.endpoint = op.endpoint;
    co_return change;
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
