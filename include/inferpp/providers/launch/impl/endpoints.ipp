// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_ENDPOINTS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_ENDPOINTS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/launch/endpoints.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL job_status describe(word<endpoint_status> const& status, std::string reason)
{
    job_status told{phase::unknown, status.text()};
    switch (status.value()) {
    case endpoint_status::unknown: break;
    case endpoint_status::ready: told.phase = phase::succeeded; break;
    case endpoint_status::update_pending: told.phase = phase::queued; break;
    case endpoint_status::update_in_progress: told.phase = phase::running; break;
    case endpoint_status::update_failed:
        told.phase = phase::failed;
        told.reason = std::move(reason);
        break;
    case endpoint_status::delete_in_progress: told.phase = phase::cancelled; break;
    }
    return told;
}

INFERPP_DECL result<named_model_endpoint> named_model_endpoint::decode(http::response&& answer)
{
    auto read = decode_json<endpoint_list>(answer.body);
    if (!read)
        return read.error();
    if (read->model_endpoints.empty()) {
        error e{error_code{404, http_category()},
                "there is no endpoint of that name; endpoints of others are found by their id "
                "alone"};
        e.edit().http_status = 404;
        return e;
    }
    named_model_endpoint found;
    static_cast<model_endpoint&>(found) = std::move(read->model_endpoints.front());
    return found;
}

INFERPP_DECL result<void> check_callback(std::optional<std::string> const& url,
                                         std::optional<callback_auth> const& auth)
{
    if (auth && !url)
        return refuse("default_callback_auth needs a default_callback_url");
    if (url)
        if (auto const parsed = parse_url(*url); !parsed)
            return refuse("default_callback_url: " + parsed.error().info().message);
    return {};
}

INFERPP_DECL result<void> check_endpoint_name(std::string_view name)
{
    constexpr std::size_t longest = 63;
    if (name.empty() || name.size() > longest)
        return refuse("name must have 1 to 63 characters");
    return {};
}

INFERPP_DECL result<void> endpoint_settings::check_settings() const
{
    constexpr std::int64_t longest = 43200;
    constexpr std::int64_t most = 20;
    return first_error(
        {check_callback(default_callback_url, default_callback_auth),
         check_count("concurrent_requests_per_worker", concurrent_requests_per_worker, 1),
         check_count("forwarder_max_concurrency", forwarder_max_concurrency, 1, most),
         check_count("queue_message_timeout_seconds", queue_message_timeout_seconds, 1, longest),
         check_count("task_expires_seconds", task_expires_seconds, 1)});
}

INFERPP_DECL result<void> post_model_endpoint::validate() const
{
    if (endpoint_type == launch::endpoint_type::streaming && per_worker != 1)
        return refuse("per_worker must be 1 for a streaming endpoint");
    if (max_workers < min_workers)
        return refuse("max_workers must be at least min_workers");
    return first_error({check_endpoint_name(name), check_given("model_bundle_id", model_bundle_id),
                        check_given("endpoint_type", endpoint_type.text()), check_labels(labels),
                        check_count("gpus", gpus, 0), check_count("min_workers", min_workers, 0),
                        check_count("per_worker", per_worker, 1),
                        check_count("nodes_per_worker", nodes_per_worker, 1), check_settings()});
}

INFERPP_DECL boost::asio::awaitable<endpoint_change> create_model_endpoint::perform(
    client with, create_model_endpoint op, call_options call)
{
    post_model_endpoint const& post = op;
    auto change = co_await with.send(post, call);
    change.endpoint = op.name;
    co_return change;
}

INFERPP_DECL result<void> put_model_endpoint::validate() const
{
    if (labels)
        if (auto const complete = check_labels(*labels); !complete)
            return complete;
    return first_error({check_count("gpus", gpus, 0), check_count("min_workers", min_workers, 0),
                        check_count("max_workers", max_workers, 0),
                        check_count("per_worker", per_worker, 1), check_settings()});
}

INFERPP_DECL boost::asio::awaitable<endpoint_change> update_model_endpoint::perform(
    client with, update_model_endpoint op, call_options call)
{
    put_model_endpoint const& put = op;
    auto change = co_await with.send(put, call);
    change.endpoint = op.endpoint;
    co_return change;
}

INFERPP_DECL std::string restart_model_endpoint::target() const
{
    return target_builder{}.path("v1").path("model-endpoints").path(endpoint).path("restart").str();
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
