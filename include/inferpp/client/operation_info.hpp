// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_OPERATION_INFO_HPP
#define INFERPP_CLIENT_OPERATION_INFO_HPP

#include <inferpp/core/config.hpp>

#include <string_view>

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
    /// Below the base URL. A name in braces stands for the value of the described member of that
    /// name: "jobs/{job}/close", "tasks?endpoint={id}". Empty: the operation has `target()`.
    std::string_view route = {};
    idempotency repeat = idempotency::safe;
    /// Where the platform has several roots: the name of the one that the route lies below, see
    /// `provider::root`. Empty: the base URL.
    std::string_view root = {};
    /// The platform answers only when its work is done, which may take long: the call has
    /// `limits::held` instead of `limits::first_byte` and `limits::total`. Of a job's result: it
    /// may take the rest of the wait, and not `poll_options::poll_timeout` alone.
    bool held = false;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
