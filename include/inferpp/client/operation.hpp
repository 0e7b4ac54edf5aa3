// SPDX-License-Identifier: BSL-1.0
//
// What a request type must have to be an operation. The type is the operation: it names its
// response and says how it is sent.

#ifndef INFERPP_CLIENT_OPERATION_HPP
#define INFERPP_CLIENT_OPERATION_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/net/http.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// Whether a request may be sent twice when nobody knows if the first one arrived.
enum class idempotency : unsigned char {
    safe,         ///< yes: it changes nothing, or always to the same
    keyed,        ///< yes: it carries a key by which the server recognises the second one
    reconcilable, ///< no, but the platform can be asked whether the first one arrived
    unsafe,       ///< no: it would start, and bill, a second job
};

/// What every operation says of itself, as data.
struct operation_info {
    std::string_view name; ///< for errors, logs and resume tokens: "submit_embedded"
    std::string_view method = "GET";
    idempotency repeat = idempotency::safe;
};

/**
 * @brief A request type: `response` names what `send` gives, `info` and `target()` say how.
 *
 * Optional members: `result<void> validate() const` (checked before any I/O),
 * `result<void> write_body(std::string&) const` (otherwise a described type is written as JSON
 * unless the method is GET or DELETE), `static result<response> decode(http::response&&)`
 * (otherwise the body is read as JSON; a `std::string` takes it as it is).
 */
template <class Op>
concept operation = requires(Op const& op) {
    typename Op::response;
    { Op::info } -> std::convertible_to<operation_info const&>;
    { op.target() } -> std::convertible_to<std::string>;
};

/**
 * @brief An operation that starts a job.
 *
 * `status_operation` and `result_operation` are operations constructible from the job's id;
 * `job_id(response)` finds the id, `describe(status)` translates the platform's status.
 *
 * Optional members: `cancel_operation`, constructible from the id;
 * `static bool result_ready(result const&)` where the result may lag behind the status;
 * `static std::string failure_reason(result const&)` where the reason of a failed job stands in
 * its result.
 */
template <class Op>
concept job_operation =
    operation<Op> && operation<typename Op::status_operation> &&
    operation<typename Op::result_operation> &&
    std::constructible_from<typename Op::status_operation, std::string> &&
    std::constructible_from<typename Op::result_operation, std::string> &&
    requires(typename Op::response const& receipt,
             typename Op::status_operation::response const& status) {
        { Op::job_id(receipt) } -> std::convertible_to<std::string>;
        { Op::describe(status) } -> std::same_as<job_status>;
    };

/**
 * @brief An operation whose answer is a stream of events.
 *
 * `decoder` is a push parser that is made from a limit in bytes: `result<void> feed(bytes)`,
 * `result<std::optional<event>> next()`, and `result<void> finish()`, which is called when the body
 * has ended and fails where the protocol's own terminator is missing. `bool done()` says that the
 * terminator has been seen.
 */
template <class Op>
concept stream_operation =
    operation<Op> && std::constructible_from<typename Op::decoder, std::size_t> &&
    requires(typename Op::decoder decoder, std::string_view data) {
        { decoder.feed(data) } -> std::same_as<result<void>>;
        { decoder.finish() } -> std::same_as<result<void>>;
        { decoder.next() } -> std::same_as<result<std::optional<typename Op::event>>>;
        { decoder.done() } -> std::same_as<bool>;
    };

/// An operation that lists things in pages: `items(response)` moves them out, `next_page(response)`
/// on the request gives the request for the page after, or nothing after the last.
template <class Op>
concept page_operation = operation<Op> && requires(Op const& op, typename Op::response& page) {
    { Op::items(page) } -> std::same_as<std::vector<typename Op::item>>;
    { op.next_page(std::as_const(page)) } -> std::same_as<std::optional<Op>>;
};

/// An operation of the platform `Provider`: its `provider` says so.
template <class Op, class Provider>
concept operation_of = operation<Op> && std::same_as<typename Op::provider, Provider>;

/// A type whose temporaries g++ 12 destroys twice inside a `co_await` expression.
template <class T>
concept fragile_temporary = std::is_aggregate_v<T> && !std::is_trivially_copyable_v<T>;

namespace detail {

/// The HTTP request of an operation, relative to the base URL.
template <operation Op>
result<http::request> encode_operation(Op const& op)
{
    if constexpr (requires { op.validate(); }) {
        if (result<void> const valid = op.validate(); !valid)
            return valid.error();
    }
    http::request message{Op::info.method, op.target()};
    if (message.target.empty())
        return error{errc::invalid_argument,
                     "an identifier can't be part of a URL: it is empty, \".\" or \"..\""};
    bool has_body = false;
    if constexpr (requires { op.write_body(message.body); }) {
        if (result<void> const written = op.write_body(message.body); !written)
            return written.error();
        has_body = true;
    } else if constexpr (boost::describe::has_describe_members<Op>::value) {
        if (Op::info.method != "GET" && Op::info.method != "DELETE") {
            if (result<void> const written = encode_json(op, message.body); !written)
                return written.error();
            has_body = true;
        }
    }
    if (has_body)
        message.headers.set("Content-Type", "application/json");
    return message;
}

/// The typed response of an operation. Where that fails, the answer keeps its body.
template <operation Op>
result<typename Op::response> decode_operation(http::response& answer)
{
    if constexpr (requires { Op::decode(std::move(answer)); })
        return Op::decode(std::move(answer));
    else if constexpr (std::same_as<typename Op::response, std::string>)
        return std::move(answer.body);
    else
        return decode_json<typename Op::response>(answer.body);
}

} // namespace detail
} // namespace inferpp::inline INFERPP_ABI

#endif
