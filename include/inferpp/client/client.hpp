// SPDX-License-Identifier: BSL-1.0
//
// The verbs. A platform names its own client: `modzy::client` is `basic_client<modzy::provider>`.

#ifndef INFERPP_CLIENT_CLIENT_HPP
#define INFERPP_CLIENT_CLIENT_HPP

#include <inferpp/client/body_events.hpp>
#include <inferpp/client/job.hpp>
#include <inferpp/client/many.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/pager.hpp>
#include <inferpp/client/pipeline.hpp>
#include <inferpp/client/pulled_body.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

template <operation Op>
boost::asio::awaitable<typename Op::response> send(std::shared_ptr<pipeline> line,
                                                   result<http::request> message, call_options call)
{
    error failed;
    try {
        auto answer = co_await call_operation<Op>(*line, std::move(message), call);
        if (answer)
            co_return std::move(*answer);
        failed = answer.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), Op::info);
    }
    throw failure{std::move(failed)};
}

/// Makes the requests of an operation that takes several.
template <composed_operation Op, class Client>
boost::asio::awaitable<typename Op::response> perform(std::shared_ptr<pipeline> line, Client client,
                                                      Op op, call_options call)
{
    error failed;
    try {
        if constexpr (requires { op.validate(); })
            op.validate().value();
        co_return co_await Op::perform(std::move(client), std::move(op), call);
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), Op::info);
    }
    throw failure{std::move(failed)};
}

/// Refuses a stream of another type; one without a type is taken.
INFERPP_DECL result<void> check_media_type(incoming const& answer, std::string_view wanted);

template <stream_operation Op>
boost::asio::awaitable<event_stream<typename Op::event>> stream(std::shared_ptr<pipeline> line,
                                                                result<http::request> message,
                                                                call_options call)
{
    error failed;
    try {
        auto answer = co_await line->open(std::move(message), Op::info, call);
        if constexpr (requires { Op::media_type; }) {
            if (answer)
                if (auto const valid = check_media_type(*answer, Op::media_type); !valid)
                    answer = line->complete(valid.error(), Op::info);
        }
        if (answer)
            co_return event_stream<typename Op::event>{
                std::make_unique<body_events<Op>>(std::move(line), std::move(*answer))};
        failed = answer.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), Op::info);
    }
    throw failure{std::move(failed)};
}

/// Makes the requests of a stream that takes several.
template <composed_stream Op, class Client>
boost::asio::awaitable<stream_of<Op>> perform_stream(std::shared_ptr<pipeline> line, Client client,
                                                     Op op, call_options call)
{
    error failed;
    try {
        if constexpr (requires { op.validate(); })
            op.validate().value();
        co_return co_await Op::perform(std::move(client), std::move(op), call);
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), Op::info);
    }
    throw failure{std::move(failed)};
}

INFERPP_DECL boost::asio::awaitable<http::response> raw(std::shared_ptr<pipeline> line,
                                                        http::request message, call_options call);

INFERPP_DECL boost::asio::awaitable<http::response> download(std::shared_ptr<pipeline> line,
                                                             std::string address,
                                                             call_options call);

/// Sends an operation whose answer the caller reads.
INFERPP_DECL boost::asio::awaitable<pulled_body> send_for_body(std::shared_ptr<pipeline> line,
                                                               result<http::request> message,
                                                               operation_info info,
                                                               call_options call);

INFERPP_DECL boost::asio::awaitable<pulled_body> open_given(std::shared_ptr<pipeline> line,
                                                            std::string address, call_options call);

INFERPP_DECL boost::asio::awaitable<std::unique_ptr<websocket>> open_websocket(
    std::shared_ptr<pipeline> line, std::string address, http::headers headers, call_options call);

INFERPP_DECL boost::asio::awaitable<http::response> upload(std::shared_ptr<pipeline> line,
                                                           std::string address,
                                                           http::request message,
                                                           call_options call);

/// The job in `token_or_id`, which belongs to this client. @throws failure `invalid_argument`
INFERPP_DECL job_ref job_to_attach(pipeline const& line, operation_info const& info,
                                   std::string_view token_or_id);

} // namespace detail

/**
 * @brief A client of one platform.
 *
 * A small regular value: copies share connections and options, and may go before the awaitables
 * that they made. Requests are encoded at once, so they may go too.
 *
 * *Errors*: constructors and awaitables throw `failure`; see `as_result` for values. Bad requests
 * fail before any I/O with `invalid_argument`, naming the member.
 * *Cancellation*: `terminal`, at any point; the connection in use is closed. A submission that was
 * cancelled may have started a job: `error::info().sent` says.
 * *Thread safety*: all use on the executor given, which runs one handler at a time: that of a
 * single-threaded context, or a strand. With `client_options::thread_safe` any threads of the
 * context may use it at the same time, each coroutine on an executor of its own.
 *
 * @tparam Provider the platform; its nested type `options` configures it
 */
template <class Provider>
class basic_client {
public:
    using options_type = typename Provider::options;

    /**
     * @param executor where all work is done
     * @param options  of the platform
     * @throws failure `invalid_argument`, naming the option, before any I/O
     */
    basic_client(boost::asio::any_io_executor executor, options_type options)
    {
        auto platform = std::make_shared<Provider const>(options);
        line_ = std::make_shared<detail::pipeline>(std::move(executor), std::move(platform),
                                                   static_cast<client_options const&>(options));
    }

    /// One call. @return the typed answer
    template <operation_of<Provider> Op>
    boost::asio::awaitable<typename Op::response> send(Op const& op, call_options call = {}) const
    {
        if constexpr (composed_operation<Op>)
            return detail::perform<Op>(line_, *this, op, call);
        else if constexpr (std::same_as<typename Op::response, pulled_body>)
            return detail::send_for_body(line_, detail::encode_operation(op), Op::info, call);
        else
            return detail::send<Op>(line_, detail::encode_operation(op), call);
    }

    /**
     * @brief Starts a job. It is never started twice: what may have reached the server is not sent
     *        again, and ends in `errc::unknown_outcome` when there is no answer.
     * @return a handle that knows the job's id
     */
    template <operation_of<Provider> Op>
        requires job_operation<Op> boost::asio::awaitable<job<Op>> submit(Op const& op,
                                                                          call_options call = {})
    const { return submitted<Op>(line_, send(op, call), detail::context_of(op)); }

    /**
     * @brief A handle of a job that another process, or an earlier run, has submitted. No I/O.
     * @param token_or_id what `job::resume_token()` or `job::id()` gave
     * @throws failure `invalid_argument` for a token of another platform, operation or endpoint
     */
    template <operation_of<Provider> Op>
        requires job_operation<Op> job<Op> attach(std::string_view token_or_id)
    const { return attach<Op>(detail::job_to_attach(*line_, Op::info, token_or_id)); }

    /// The same where a platform needs more than an id to find the job.
    template <operation_of<Provider> Op>
        requires job_operation<Op> job<Op> attach(job_ref ref)
    const
    {
        auto state = std::make_shared<detail::job_state>();
        state->ref = std::move(ref);
        state->info = Op::info;
        state->line = line_;
        return job<Op>{std::move(state)};
    }

    /// `submit` and `job::result` in one. Its errors carry the job's id as soon as there is one.
    template <operation_of<Provider> Op>
        requires job_operation<Op> boost::asio::awaitable<typename job<Op>::result_type> run(
            Op const& op, poll_options poll, call_options call = {})
    const { return completed<Op>(line_, send(op, call), detail::context_of(op), poll); }

    /// Starts a stream. @return it once the server has answered with success
    template <operation_of<Provider> Op>
        requires streaming<Op> boost::asio::awaitable<stream_of<Op>> stream(Op const& op,
                                                                            call_options call = {})
    const
    {
        if constexpr (composed_stream<Op>)
            return detail::perform_stream<Op>(line_, *this, op, call);
        else
            return detail::stream<Op>(line_, detail::encode_operation(op), call);
    }

    // A request may be another operation for each verb: it names them as `send_form`,
    // `submit_form` and `stream_form`, which are made from it.

    /// `send` of the request's `send_form`.
    template <class Request>
        requires operation_of<typename Request::send_form, Provider>
    auto send(Request const& request, call_options call = {}) const
    {
        typename Request::send_form const form{request};
        return send(form, call);
    }

    /// `submit` of the request's `submit_form`.
    template <class Request>
        requires operation_of<typename Request::submit_form, Provider>
    auto submit(Request const& request, call_options call = {}) const
    {
        typename Request::submit_form const form{request};
        return submit(form, call);
    }

    /// `attach` to a job of the request's `submit_form`.
    template <class Request>
        requires operation_of<typename Request::submit_form, Provider>
    auto attach(std::string_view token_or_id) const
    {
        return attach<typename Request::submit_form>(token_or_id);
    }

    /// `run` of the request's `submit_form`.
    template <class Request>
        requires operation_of<typename Request::submit_form, Provider>
    auto run(Request const& request, poll_options poll, call_options call = {}) const
    {
        typename Request::submit_form const form{request};
        return run(form, poll, call);
    }

    /// `stream` of the request's `stream_form`.
    template <class Request>
        requires operation_of<typename Request::stream_form, Provider>
    auto stream(Request const& request, call_options call = {}) const
    {
        typename Request::stream_form const form{request};
        return stream(form, call);
    }

    /**
     * @brief Runs many jobs, so many at once, and gives their results as they end.
     *
     * @code
     * std::vector<std::pair<int, launch::endpoint_request<>>> requests = ...;
     * auto results = client.submit_all(std::move(requests), {.deadline = 5min});
     * while (auto one = co_await results.next())
     *     if (one->outcome)
     *         use(one->key, *one->outcome);
     * @endcode
     *
     * A job that fails ends nothing but itself; its error carries its id. Nothing is submitted
     * before the first result is awaited. Destroying the stream cancels the waits, see
     * `poll_options::on_abandon` for the jobs, and submits nothing more.
     * @param requests a range of pairs of a key of yours and a request, read as they are needed
     * @throws failure `invalid_argument` for a concurrency out of range
     */
    template <std::ranges::input_range Range>
    auto submit_all(Range requests, poll_options poll, many_options many = {},
                    call_options call = {}) const
    {
        return detail::call_all(get_executor(), std::move(requests), run_one{*this, poll, call},
                                many);
    }

    /// As `submit_all`, for requests that one call answers.
    template <std::ranges::input_range Range>
    auto send_all(Range requests, many_options many = {}, call_options call = {}) const
    {
        return detail::call_all(get_executor(), std::move(requests), send_one{*this, call}, many);
    }

    /// The pages of a listing. No I/O until the first is asked for.
    template <operation_of<Provider> Op>
        requires page_operation<Op> pager<Op> pages(Op op, call_options call = {})
    const { return pager<Op>{line_, std::move(op), call}; }

    /**
     * @brief Any request, through credentials, retry, limits and logging, unparsed.
     * @param message its target is relative to the base URL; GET and HEAD are repeated when that
     *                helps, other methods only if the server can't have seen them
     * @return the answer, whatever its status
     */
    boost::asio::awaitable<http::response> raw(http::request message, call_options call = {}) const
    {
        return detail::raw(line_, std::move(message), call);
    }

    /**
     * @brief Reads a URL that the platform gave, such as that of a result.
     *
     * The credentials go along if it is of the configured origin, and to nobody else. Up to 5
     * redirects are followed, from https only to https. Addresses that are not of the public
     * internet are refused, see `client_options::allow_private_addresses`.
     * @param address an absolute URL; blanks at its ends are ignored
     * @return the answer; its status is a 2xx
     * @throws failure also `errc::redirect_refused` and `errc::address_refused`
     */
    boost::asio::awaitable<http::response> download(std::string address,
                                                    call_options call = {}) const
    {
        return detail::download(line_, std::move(address), call);
    }

    /// As `download`, for what may be larger than the memory: the body is read by the caller.
    /// @param call its timeout, where there is one, is that of the body too
    boost::asio::awaitable<pulled_body> open(std::string address, call_options call = {}) const
    {
        return detail::open_given(line_, std::move(address), call);
    }

    /**
     * @brief Opens a WebSocket.
     *
     * No credentials go along, and nothing is repeated; `client_options::limits` hold.
     * @param address an absolute URL of ws or wss; unlike those of `download` it is the caller's
     * own
     * @param headers for the request
     * @throws failure also an error of the status with which a server declines
     */
    boost::asio::awaitable<std::unique_ptr<websocket>> open_websocket(std::string address,
                                                                      http::headers headers = {},
                                                                      call_options call = {}) const
    {
        return detail::open_websocket(line_, std::move(address), std::move(headers), call);
    }

    /**
     * @brief PUTs data to a URL that the platform gave, such as a presigned one.
     *
     * As `download`: the credentials go along to the configured origin alone, and addresses that
     * are not of the public internet are refused. No redirect is followed to another origin. It is
     * repeated when that helps.
     * @param address an absolute URL; blanks at its ends are ignored
     * @param content its bytes
     * @param headers with which the URL has been signed, such as Content-Type; none by default
     * @return the answer; its status is a 2xx
     * @throws failure also `errc::redirect_refused` and `errc::address_refused`
     */
    boost::asio::awaitable<http::response> upload(std::string address, bytes content,
                                                  http::headers headers,
                                                  call_options call = {}) const
    {
        http::request message{"PUT", "/"};
        message.headers = std::move(headers);
        message.body = std::move(content).take();
        return detail::upload(line_, std::move(address), std::move(message), call);
    }
    boost::asio::awaitable<http::response> upload(std::string address, bytes content,
                                                  call_options call = {}) const
    {
        return upload(std::move(address), std::move(content), http::headers{}, call);
    }

    /// The same for a file, or whatever else is read while it is sent.
    boost::asio::awaitable<http::response> upload(std::string address,
                                                  std::shared_ptr<http::body_source> content,
                                                  http::headers headers,
                                                  call_options call = {}) const
    {
        http::request message{"PUT", "/"};
        message.headers = std::move(headers);
        message.source = std::move(content);
        return detail::upload(line_, std::move(address), std::move(message), call);
    }
    boost::asio::awaitable<http::response> upload(std::string address,
                                                  std::shared_ptr<http::body_source> content,
                                                  call_options call = {}) const
    {
        return upload(std::move(address), std::move(content), http::headers{}, call);
    }

    /// The platform: its name, address and errors.
    Provider const& platform() const noexcept
    {
        return static_cast<Provider const&>(line_->platform());
    }

    /// The options in force, with the transport and the clock in use: for operations that take
    /// several requests, and for a client of another service that is to share these.
    client_options const& options() const noexcept { return line_->options(); }

    /// The executor given to the constructor.
    boost::asio::any_io_executor const& get_executor() const noexcept { return line_->executor(); }

    // g++ 12 destroys an aggregate temporary twice inside a co_await expression: name it first.
    template <operation_of<Provider> Op>
        requires fragile_temporary<Op>
    void send(Op const&&, call_options = {}) const = delete;
    template <operation_of<Provider> Op>
        requires fragile_temporary<Op>
    void submit(Op const&&, call_options = {}) const = delete;
    template <operation_of<Provider> Op>
        requires fragile_temporary<Op>
    void run(Op const&&, poll_options, call_options = {}) const = delete;
    template <operation_of<Provider> Op>
        requires fragile_temporary<Op>
    void stream(Op const&&, call_options = {}) const = delete;

private:
    template <composed_operation Op>
    friend boost::asio::awaitable<result<typename Op::response>> detail::call_composed(
        std::shared_ptr<detail::pipeline> line, Op op, call_options call);

    explicit basic_client(std::shared_ptr<detail::pipeline> line) noexcept : line_(std::move(line))
    {
    }

    struct run_one {
        basic_client client;
        poll_options poll;
        call_options call;

        template <class Request>
        auto operator()(Request const& request) const
        {
            return client.run(request, poll, call);
        }
    };
    struct send_one {
        basic_client client;
        call_options call;

        template <class Request>
        auto operator()(Request const& request) const
        {
            return client.send(request, call);
        }
    };

    template <class Op>
    static boost::asio::awaitable<job<Op>> submitted(
        std::shared_ptr<detail::pipeline> line, boost::asio::awaitable<typename Op::response> call,
        std::string context)
    {
        auto state =
            co_await detail::submit<Op>(std::move(line), std::move(call), std::move(context));
        co_return job<Op>{std::move(state)};
    }

    template <class Op>
    static boost::asio::awaitable<typename job<Op>::result_type> completed(
        std::shared_ptr<detail::pipeline> line, boost::asio::awaitable<typename Op::response> call,
        std::string context, poll_options poll)
    {
        // Options that can't be waited with are refused before anything is submitted.
        if (result<void> const valid = validate(poll); !valid)
            throw failure{line->complete(valid.error(), Op::info)};
        auto state =
            co_await detail::submit<Op>(std::move(line), std::move(call), std::move(context));
        co_return co_await detail::fetch_result<Op>(std::move(state), poll);
    }

    std::shared_ptr<detail::pipeline> line_;
};

namespace detail {

template <composed_operation Op>
boost::asio::awaitable<result<typename Op::response>> call_composed(std::shared_ptr<pipeline> line,
                                                                    Op op, call_options call)
{
    basic_client<typename Op::provider> with{line};
    return as_result(perform<Op>(std::move(line), std::move(with), std::move(op), call));
}

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/client.ipp>
#endif

#endif
