// SPDX-License-Identifier: BSL-1.0
//
// What all of Decthings' calls have in common. One call is "POST {base}/{Api}/{method}" with the
// parameters as JSON, and behind it what is large as blobs.

#ifndef INFERPP_PROVIDERS_DECTHINGS_CALL_HPP
#define INFERPP_PROVIDERS_DECTHINGS_CALL_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/providers/decthings/answer.hpp>
#include <inferpp/providers/decthings/framing.hpp>
#include <inferpp/providers/decthings/provider.hpp>

#include <concepts>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

/// What an operation says of itself. @param route "Model/createState"
constexpr operation_info rpc(std::string_view name, std::string_view route,
                             idempotency repeat = idempotency::safe, bool held = false) noexcept
{
    return operation_info{
        .name = name, .method = "POST", .route = route, .repeat = repeat, .held = held};
}

/// Puts a request together whose JSON is its body so far.
INFERPP_DECL result<void> frame(http::request& message, attachments const& with);

/// An operation that has data beside its JSON: in the order in which it is sent.
template <class Op>
concept has_attachments = requires(Op const& op)
{
    {
        op.blobs()
        } -> std::same_as<attachments>;
};

/**
 * @brief The base of all operations.
 * @tparam Op       the operation; `attachments blobs() const` gives its data beside the JSON
 * @tparam Response read from `result`
 */
template <class Op, class Response>
struct call {
    using provider = decthings::provider;
    using response = Response;

    /// Adds what the JSON does not hold.
    result<void> prepare(http::request& message) const
    {
        if constexpr (has_attachments<Op>)
            return frame(message, static_cast<Op const&>(*this).blobs());
        else
            return frame(message, attachments{});
    }

    static result<Response> decode(http::response&& answer)
    {
        return read_answer<Response>(answer);
    }

protected:
    call() = default;
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/call.ipp>
#endif

#endif
