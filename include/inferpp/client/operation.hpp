// SPDX-License-Identifier: BSL-1.0
//
// What a request type must have to be an operation. The type is the operation: it names its
// response and says how it is sent, mostly as data.

#ifndef INFERPP_CLIENT_OPERATION_HPP
#define INFERPP_CLIENT_OPERATION_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/job_status.hpp>
#include <inferpp/client/operation_info.hpp>
#include <inferpp/client/options.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/net/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

template <class Provider>
class basic_client;

/// An operation whose target is computed and not in its `info.route`.
template <class Op>
concept has_target = requires(Op const& op)
{
    {
        op.target()
        } -> std::convertible_to<std::string>;
};

/**
 * @brief An operation that takes several requests, such as an upload in parts.
 *
 * `perform` makes them; it is given a copy of the operation, which has been validated.
 */
template <class Op>
concept composed_operation = requires(basic_client<typename Op::provider> client, Op op,
                                      call_options call)
{
    {
        Op::perform(std::move(client), std::move(op), call)
        } -> std::same_as<boost::asio::awaitable<typename Op::response>>;
};

namespace detail {

template <class Op>
concept names_event = requires
{
    typename Op::event;
};
template <class Op>
concept names_stream = requires
{
    typename Op::stream;
};

template <class Op>
struct stream_type {
};
template <names_event Op>
struct stream_type<Op> {
    using type = event_stream<typename Op::event>;
};
template <class Op>
    requires names_event<Op> && names_stream<Op>
struct stream_type<Op> {
    using type = typename Op::stream;
};

} // namespace detail

/// What `basic_client::stream` gives: `Op::stream`, where the operation names one, which is an
/// `event_stream` that can do more; else an `event_stream`.
template <class Op>
using stream_of = typename detail::stream_type<Op>::type;

/// The same for an operation whose answer is a stream.
template <class Op>
concept composed_stream = requires(basic_client<typename Op::provider> client, Op op,
                                   call_options call)
{
    {
        Op::perform(std::move(client), std::move(op), call)
        } -> std::same_as<boost::asio::awaitable<stream_of<Op>>>;
};

/**
 * @brief A request type: `provider` names its platform, `response` what `send` gives, `info` how it
 *        is sent.
 *
 * The members of a described operation that are not in its route go into the query of GET, DELETE
 * and HEAD, and into the JSON body of the other methods.
 *
 * Optional members: `result<void> validate() const` (checked before any I/O),
 * `std::string target() const` (instead of `info.route`),
 * `result<void> write_body(std::string&) const` (a JSON body written by hand),
 * `result<void> prepare(http::request&) const` (comes last: headers, a body of another type).
 *
 * The response is read as JSON; a `std::string` takes the body as it is, and a type, or an
 * operation, with `static result<response> decode(http::response&&)` reads the whole answer itself.
 * A `pulled_body` is read by the caller.
 */
template <class Op>
concept operation = requires
{
    typename Op::response;
    {
        Op::info
        } -> std::convertible_to<operation_info const&>;
}
&&(composed_operation<Op> || composed_stream<Op> || has_target<Op> ||
   !operation_info{Op::info}.route.empty());

/// An operation that asks about a job: it is made from the job's `job_ref`, or from its id alone.
template <class Op>
concept about_job = operation<Op> &&
    (std::constructible_from<Op, job_ref> || std::constructible_from<Op, std::string>);

/**
 * @brief An operation that starts a job.
 *
 * `status_operation` and `result_operation` ask about it; `job_id(response)` finds its id,
 * `describe(status)` translates the platform's status. Where the result takes a job of its own,
 * such as an export, `result_operation` is that job, and the result is its result.
 *
 * Optional members: `cancel_operation`, which asks about the job too;
 * `std::string job_context() const`, for `job_ref::context`, and where the answer to the submission
 * adds to it, `static std::string job_context(std::string of_request, response const&)`;
 * `static bool result_ready(result const&)` where the result may lag behind the status;
 * `static std::string failure_reason(result const&)` where the reason of a failed job stands in
 * its result.
 */
template <class Op>
concept job_operation = operation<Op> && about_job<typename Op::status_operation> &&
    about_job<typename Op::result_operation> &&
    requires(typename Op::response const& receipt,
             typename Op::status_operation::response const& status)
{
    {
        Op::job_id(receipt)
        } -> std::convertible_to<std::string>;
    {
        Op::describe(status)
        } -> std::same_as<job_status>;
};

/**
 * @brief An operation whose answer is a stream of events.
 *
 * `media_type`, where there is one, is asked for, and an answer of another type is refused.
 *
 * `decoder` is a push parser that is made from a limit in bytes: `result<void> feed(bytes)`,
 * `result<std::optional<event>> next()`, and `result<void> finish()`, which is called when the body
 * has ended and fails where the protocol's own terminator is missing. `bool done()` says that the
 * terminator has been seen.
 */
template <class Op>
concept stream_operation = operation<Op> &&
    std::constructible_from<typename Op::decoder, std::size_t> &&
    requires(typename Op::decoder decoder, std::string_view data)
{
    {
        decoder.feed(data)
        } -> std::same_as<result<void>>;
    {
        decoder.finish()
        } -> std::same_as<result<void>>;
    {
        decoder.next()
        } -> std::same_as<result<std::optional<typename Op::event>>>;
    {
        decoder.done()
        } -> std::same_as<bool>;
};

/// An operation that lists things in pages: `items(response)` moves them out. `advance(response)`
/// makes the request one for the page after, or returns false after the last.
template <class Op>
concept page_operation = operation<Op> && requires(Op& op, typename Op::response& page)
{
    {
        Op::items(page)
        } -> std::same_as<std::vector<typename Op::item>>;
    {
        op.advance(std::as_const(page))
        } -> std::same_as<bool>;
};

/// What `basic_client::stream` takes.
template <class Op>
concept streaming = stream_operation<Op> ||(operation<Op>&& composed_stream<Op>);

/// An operation of the platform `Provider`: its `provider` says so.
template <class Op, class Provider>
concept operation_of = operation<Op> && std::same_as<typename Op::provider, Provider>;

/// A type whose temporaries g++ 12 destroys twice inside a `co_await` expression.
template <class T>
concept fragile_temporary = std::is_aggregate_v<T> && !std::is_trivially_copyable_v<T>;

namespace detail {

/// Fills in the route, and the other members where they go: the query, or the body if `with_body`.
INFERPP_DECL result<void> encode_members(operation_info const& info, void const* op,
                                         std::span<json_member const> members, bool with_body,
                                         http::request& message);

/// The HTTP request of an operation, relative to the base URL.
template <operation Op>
result<http::request> encode_operation(Op const& op)
{
    if constexpr (requires { op.validate(); }) {
        if (result<void> const valid = op.validate(); !valid)
            return valid.error();
    }
    constexpr operation_info const& info = Op::info;
    constexpr bool bodiless =
        info.method == "GET" || info.method == "DELETE" || info.method == "HEAD";
    constexpr bool by_hand = requires(std::string & body)
    {
        op.write_body(body);
    };
    constexpr bool described = boost::describe::has_describe_members<Op>::value;
    http::request message{info.method, {}};
    if constexpr (has_target<Op>) {
        message.target = op.target();
        if constexpr (described && !by_hand && !bodiless) {
            if (result<void> const written = encode_json(op, message.body); !written)
                return written.error();
        }
    } else if constexpr (described && !by_hand) {
        if (result<void> const written =
                encode_members(info, &op, members_of<Op>(), !bodiless, message);
            !written)
            return written.error();
    } else {
        static_assert(info.route.find('{') == std::string_view::npos,
                      "a route with names needs a described operation without write_body");
        message.target = info.route;
    }
    if (message.target.empty())
        return error{errc::invalid_argument,
                     "an identifier can't be part of a URL: it is empty, \".\" or \"..\""};
    if constexpr (by_hand) {
        if (result<void> const written = op.write_body(message.body); !written)
            return written.error();
    }
    if (by_hand || (described && !bodiless))
        message.headers.set("Content-Type", "application/json");
    if constexpr (requires { Op::media_type; })
        message.headers.set("Accept", std::string{Op::media_type} + ", */*;q=0.1");
    if constexpr (requires { op.prepare(message); }) {
        if (result<void> const prepared = op.prepare(message); !prepared)
            return prepared.error();
    }
    return message;
}

/// The typed response of an operation. Where that fails, the answer keeps its body.
template <operation Op>
result<typename Op::response> decode_operation(http::response& answer)
{
    using response = typename Op::response;
    if constexpr (requires { Op::decode(std::move(answer)); })
        return Op::decode(std::move(answer));
    else if constexpr (requires { response::decode(std::move(answer)); })
        return response::decode(std::move(answer));
    else if constexpr (std::same_as<response, std::string>)
        return std::move(answer.body);
    else
        return decode_json<response>(answer.body);
}

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/operation.ipp>
#endif

#endif
