// SPDX-License-Identifier: BSL-1.0
//
// What happens in debug sessions: their output, and what is said to a debugger.

#ifndef INFERPP_PROVIDERS_DECTHINGS_DEBUG_STREAMS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_DEBUG_STREAMS_HPP

#include <inferpp/providers/decthings/debug_sessions.hpp>
#include <inferpp/providers/decthings/session_streams.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::decthings {

/// A debug session, and what happens in it; its functions are called by `id()`.
class debug_stream : public session_stream {
public:
    static constexpr session_kind kind = debug_session_kind;

    using session_stream::session_stream;

    /// `send_to_remote_inspector`: what a debugger says.
    boost::asio::awaitable<void> write_to_inspector(shared_bytes message,
                                                    call_options call = {}) const
    {
        return tell(send_to_remote_inspector{id(), std::move(message)}, call);
    }

    /// `terminate_debug_session`; the event `exited` comes then.
    boost::asio::awaitable<void> terminate(call_options call = {}) const
    {
        return tell(terminate_debug_session{id()}, call);
    }
};

/// Debug/subscribeToEvents, as it is sent.
struct debug_subscription : call<debug_subscription, nothing>, of_debug_session {
    static constexpr operation_info info =
        rpc("subscribe_to_debug_session", "Debug/subscribeToEvents");
    using of_debug_session::of_debug_session;

    result<void> validate() const { return check_given("debug_session_id", debug_session_id); }
};
BOOST_DESCRIBE_STRUCT(debug_subscription, (of_debug_session), ())

/// Debug/subscribeToEvents: `client.stream` gives what happens in a debug session from now on.
/// *Source*: wire notes 9
struct subscribe_to_debug_session : session_call<debug_subscription, debug_stream> {
    explicit subscribe_to_debug_session(std::string debug_session_id, event_options how = {})
        : session_call(debug_subscription{debug_session_id}, how, debug_session_id)
    {
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<launch_debug_session::stream_form> &&
              !fragile_temporary<subscribe_to_debug_session>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
