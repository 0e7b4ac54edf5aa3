// SPDX-License-Identifier: BSL-1.0
//
// Asking a model on Launch: one request type, for synchronous, asynchronous and streaming endpoints.

#ifndef INFERPP_PROVIDERS_LAUNCH_PREDICTIONS_HPP
#define INFERPP_PROVIDERS_LAUNCH_PREDICTIONS_HPP

#include <inferpp/core/as_result.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/responses.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// Credentials of HTTP Basic with which the platform calls back.
struct basic_auth {
    basic_auth() = default;
    basic_auth(std::string name, secret with_password)
        : username(std::move(name)),
          password(std::move(with_password))
    {
    }

    std::string username;
    secret password;
};
BOOST_DESCRIBE_STRUCT(basic_auth, (), (username, password))

/// A client certificate with which the platform calls back, both in PEM.
struct mtls_auth {
    mtls_auth() = default;
    mtls_auth(std::string certificate, secret private_key)
        : cert(std::move(certificate)),
          key(std::move(private_key))
    {
    }

    std::string cert;
    secret key;
};
BOOST_DESCRIBE_STRUCT(mtls_auth, (), (cert, key))

/// How the platform proves who it is when it calls back.
struct callback_auth {
    callback_auth() = default;
    callback_auth(basic_auth with) : value(std::move(with)) {}
    callback_auth(mtls_auth with) : value(std::move(with)) {}

    std::variant<basic_auth, mtls_auth> value;

    INFERPP_DECL static result<callback_auth> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;
};

/// What all predictions are told, beside the arguments.
struct prediction_settings {
    prediction_settings() = default;

    /// A file whose bytes the model is given; the platform must be able to read it.
    std::optional<std::string> url;
    /// A pickled `{"args": [...], "kwargs": {...}}` that the platform can read, for stages of
    /// pipelines in Python.
    std::optional<std::string> cloudpickle;
    /// The result is left in a file, pickled, and its URL is given.
    bool return_pickled = false;
    /// Called by the platform when an asynchronous task has succeeded; instead of the endpoint's.
    std::optional<std::string> callback_url;
    std::optional<launch::callback_auth> callback_auth;
    /// For how long the platform tries again to reach the model; more than zero, by default 10 s.
    /// Synchronous and streaming endpoints only.
    std::optional<std::chrono::duration<double>> timeout_seconds;
    /// How often it does, by default 8. Synchronous and streaming endpoints only.
    std::optional<std::uint32_t> num_retries;
    /// Route in the model's container; by default "/predict" and "/stream".
    std::optional<std::string> destination_path;
};
BOOST_DESCRIBE_STRUCT(prediction_settings, (),
                      (url, cloudpickle, return_pickled, callback_url, callback_auth,
                       timeout_seconds, num_retries, destination_path))

/// A prediction on its way: the request, encoded. The forms below hold one.
struct encoded_prediction {
    encoded_prediction() : body(std::string{}) {}

    std::string endpoint;
    result<std::string> body; ///< JSON, or why there is none
    std::vector<std::pair<std::string, std::string>> headers;

    /// Names the member that can't be valid.
    INFERPP_DECL static result<std::string> check(prediction_settings const& settings,
                                                  bool has_args);
};

/// What the three forms of a prediction have in common.
struct prediction_form {
    using provider = launch::provider;

    encoded_prediction call;

    result<void> validate() const
    {
        if (!call.body)
            return call.body.error();
        return {};
    }

protected:
    explicit prediction_form(encoded_prediction with) : call(std::move(with)) {}
};

/// `send` of an `endpoint_request`: one prediction of a synchronous endpoint.
template <class Result>
struct sync_prediction : prediction_form {
    using response = endpoint_response<Result>;
    static constexpr operation_info info{
        .name = "predict", .method = "POST", .repeat = idempotency::unsafe};

    template <class Request>
    explicit sync_prediction(Request const& request) : prediction_form(request.encode())
    {
    }

    static boost::asio::awaitable<response> perform(client with, sync_prediction form,
                                                    call_options call);
};

/// GET /v1/async-tasks/{id}. The platform calls tasks that it does not know PENDING.
/// *Source*: wire notes 2.4.
template <class Result = boost::json::value>
struct get_task {
    using provider = launch::provider;
    using response = endpoint_response<Result>;
    static constexpr operation_info info{.name = "get_task", .route = "v1/async-tasks/{task}"};

    /// @param id of the task
    explicit get_task(std::string id) : task(std::move(id)) {}

    std::string task;

    BOOST_DESCRIBE_CLASS(get_task, (), (task), (), ())
};

/// The answer to a task's submission.
struct task_receipt {
    task_receipt() = default;

    std::string task_id;
};
BOOST_DESCRIBE_STRUCT(task_receipt, (), (task_id))

/// The portable status of a task.
INFERPP_DECL job_status describe(endpoint_outcome const& task);

/// `submit` of an `endpoint_request`: a task of an asynchronous endpoint. It can't be cancelled.
template <class Result>
struct async_prediction : prediction_form {
    using response = task_receipt;
    using status_operation = get_task<Result>;
    using result_operation = get_task<Result>;
    static constexpr operation_info info{
        .name = "submit_task", .method = "POST", .repeat = idempotency::unsafe};

    template <class Request>
    explicit async_prediction(Request const& request) : prediction_form(request.encode())
    {
    }

    static std::string job_id(task_receipt const& receipt) { return receipt.task_id; }
    static job_status describe(endpoint_response<Result> const& task)
    {
        return launch::describe(task);
    }

    static boost::asio::awaitable<response> perform(client with, async_prediction form,
                                                    call_options call);
};

/// `stream` of an `endpoint_request`: the events of a streaming endpoint.
template <class Result>
struct stream_prediction : prediction_form {
    using response = endpoint_response<Result>;
    using event = endpoint_response<Result>;
    static constexpr operation_info info{
        .name = "stream_predictions", .method = "POST", .repeat = idempotency::unsafe};

    template <class Request>
    explicit stream_prediction(Request const& request) : prediction_form(request.encode())
    {
    }

    static boost::asio::awaitable<event_stream<event>> perform(client with, stream_prediction form,
                                                               call_options call);
};

/**
 * @brief A request to an endpoint: the vendor's `EndpointRequest`.
 *
 * The verb follows the type of the endpoint: `send` for a synchronous one, `submit` for an
 * asynchronous one, `stream` for a streaming one.
 *
 * @code
 * launch::endpoint_request request{"sentiment"};
 * request.args = {{"text", "I love it"}};
 *
 * auto answer = co_await client.send(request);
 * std::cout << answer.value();
 *
 * auto job = co_await client.submit(request);
 * auto result = co_await job.result({.deadline = 5min});
 *
 * auto stream = co_await client.stream(request);
 * while (auto event = co_await stream.next())
 *     std::cout << event->value();
 * @endcode
 *
 * The endpoint is an id ("end_" and 20 letters and digits) or a name, which is looked up once and
 * remembered by the client, until the platform says 404.
 *
 * A prediction may run the model, so it is not repeated when it may have arrived. A stream ends with
 * the body of the answer; one that breaks off ends in `errc::stream_truncated`, and an event of
 * failure in `errc::job_failed`.
 *
 * *Source*: the vendor's page on endpoint predictions; wire notes 2 and 3.
 *
 * @tparam Args   the arguments: a described struct, or any JSON
 * @tparam Result what the model gives: a described struct, or any JSON
 */
template <class Args = boost::json::value, class Result = boost::json::value>
struct endpoint_request : prediction_settings {
    using send_form = sync_prediction<Result>;
    using submit_form = async_prediction<Result>;
    using stream_form = stream_prediction<Result>;

    /// @param name_or_id of the endpoint
    explicit endpoint_request(std::string name_or_id) : endpoint(std::move(name_or_id)) {}

    std::string endpoint;
    /// The arguments of the model. Exactly one of `args`, `url` and `cloudpickle` must be set.
    std::optional<Args> args;
    /// Sent along, for proxies before the platform; the platform itself drops them.
    std::vector<std::pair<std::string, std::string>> extra_headers;

    /// The request as it is sent. `args` and what else is set go into the body.
    encoded_prediction encode() const
    {
        encoded_prediction call;
        call.endpoint = endpoint;
        call.headers = extra_headers;
        call.body = encoded_prediction::check(*this, args.has_value());
        if (!call.body)
            return call;
        json_writer out{*call.body};
        out.begin_object();
        if (args) {
            out.key("args");
            write_json(*args, out);
        }
        write_json_members(static_cast<prediction_settings const&>(*this), out);
        out.end_object();
        if (out.failed())
            call.body = inferpp::detail::encode_error(out);
        return call;
    }
};

static_assert(!fragile_temporary<endpoint_request<>> && !fragile_temporary<get_task<>>);

// ------------------------------------------------------------------------------------------------

/// POST of a prediction to the endpoint of that id. @param Response read from the answer
template <class Response>
struct post_prediction {
    using provider = launch::provider;
    using response = Response;

    std::string id;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;

    result<void> write_body(std::string& out) const
    {
        out += body;
        return {};
    }
    result<void> prepare(http::request& message) const
    {
        for (auto const& [name, value] : headers)
            message.headers.set(name, value);
        return {};
    }

protected:
    post_prediction(std::string endpoint_id, encoded_prediction const& call)
        : id(std::move(endpoint_id)),
          body(*call.body),
          headers(call.headers)
    {
    }
    std::string target_of(std::string_view route) const
    {
        return target_builder{}.path("v1").path(route).query("model_endpoint_id", id).str();
    }
};

/// POST /v1/sync-tasks
template <class Result>
struct post_sync_task : post_prediction<endpoint_response<Result>> {
    static constexpr operation_info info = sync_prediction<Result>::info;
    post_sync_task(std::string endpoint_id, encoded_prediction const& call)
        : post_prediction<endpoint_response<Result>>(std::move(endpoint_id), call)
    {
    }
    std::string target() const { return this->target_of("sync-tasks"); }
};

/// POST /v1/async-tasks
struct post_async_task : post_prediction<task_receipt> {
    static constexpr operation_info info{
        .name = "submit_task", .method = "POST", .repeat = idempotency::unsafe};
    post_async_task(std::string endpoint_id, encoded_prediction const& call)
        : post_prediction<task_receipt>(std::move(endpoint_id), call)
    {
    }
    std::string target() const { return target_of("async-tasks"); }
};

/// POST /v1/streaming-tasks
template <class Result>
struct post_streaming_task : post_prediction<endpoint_response<Result>> {
    using event = endpoint_response<Result>;
    using decoder = sse_events<event>;
    static constexpr std::string_view media_type = "text/event-stream";
    static constexpr operation_info info = stream_prediction<Result>::info;
    post_streaming_task(std::string endpoint_id, encoded_prediction const& call)
        : post_prediction<endpoint_response<Result>>(std::move(endpoint_id), call)
    {
    }
    std::string target() const { return this->target_of("streaming-tasks"); }
};

/// The id of an endpoint, and whether it was remembered and not asked for.
struct found_endpoint {
    found_endpoint() = default;

    std::string id;
    bool remembered = false;
};

/// Looks an endpoint up, if it is not named by its id. @throws failure 404 when there is none
INFERPP_DECL boost::asio::awaitable<found_endpoint> find_endpoint(client with, std::string endpoint,
                                                                  call_options call);

/// After a failure: whether the endpoint should be looked up again. Forgets it then.
INFERPP_DECL bool was_stale(client const& with, std::string const& endpoint,
                            found_endpoint const& found, error const& failed);

template <class Result>
boost::asio::awaitable<endpoint_response<Result>> sync_prediction<Result>::perform(
    client with, sync_prediction form, call_options call)
{
    std::string const& endpoint = form.call.endpoint;
    while (true) {
        found_endpoint const found = co_await find_endpoint(with, endpoint, call);
        post_sync_task<Result> const post{found.id, form.call};
        error failed;
        try {
            auto answer = co_await with.send(post, call);
            if (answer.status == task_status::failure)
                failed = answer.to_error();
            else
                co_return answer;
        }
        catch (failure const& e) {
            failed = e.error();
        }
        if (!was_stale(with, endpoint, found, failed))
            throw failure{std::move(failed)};
    }
}

template <class Result>
boost::asio::awaitable<task_receipt> async_prediction<Result>::perform(client with,
                                                                       async_prediction form,
                                                                       call_options call)
{
    std::string const& endpoint = form.call.endpoint;
    while (true) {
        found_endpoint const found = co_await find_endpoint(with, endpoint, call);
        post_async_task const post{found.id, form.call};
        auto answer = co_await as_result(with.send(post, call));
        if (answer)
            co_return std::move(*answer);
        if (!was_stale(with, endpoint, found, answer.error()))
            throw failure{answer.error()};
    }
}

template <class Result>
boost::asio::awaitable<event_stream<endpoint_response<Result>>> stream_prediction<Result>::perform(
    client with, stream_prediction form, call_options call)
{
    std::string const& endpoint = form.call.endpoint;
    while (true) {
        found_endpoint const found = co_await find_endpoint(with, endpoint, call);
        post_streaming_task<Result> const post{found.id, form.call};
        auto opened = co_await as_result(with.stream(post, call));
        if (opened)
            co_return std::move(*opened);
        if (!was_stale(with, endpoint, found, opened.error()))
            throw failure{opened.error()};
    }
}

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/predictions.ipp>
#endif

#endif
