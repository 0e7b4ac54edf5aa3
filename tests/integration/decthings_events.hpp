// SPDX-License-Identifier: BSL-1.0
//
// A Decthings client and a simulator on real sockets, for tests of events.

#ifndef INFERPP_TESTS_INTEGRATION_DECTHINGS_EVENTS_HPP
#define INFERPP_TESTS_INTEGRATION_DECTHINGS_EVENTS_HPP

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/decthings_world.hpp"

namespace decthings_events {

namespace decthings = inferpp::decthings;

struct events_world : support::decthing::simulated_world {
    using simulated_world::simulated_world;

    /// A command whose events are listened to.
    decthings::command_stream start(decthings::client const& with, std::string command,
                                    decthings::event_options how = {})
    {
        decthings::spawn_command op{support::decthing::small_machine(), std::move(command)};
        op.events = how;
        return run(with.stream(op));
    }

    /// The data of the next event, which is output.
    template <class Stream>
    std::string text(Stream& from)
    {
        auto const event = run(from.next());
        REQUIRE(event.has_value());
        CHECK(event->kind == decthings::session_event_kind::output);
        return std::string{event->data.view()};
    }

    /// What was called over WebSockets.
    std::string calls() const
    {
        std::string all;
        for (std::string const& one : simulator->socket_calls())
            all += (all.empty() ? "" : " ") + one;
        return all;
    }

    /// Runs what is ready, in the server too.
    void settle()
    {
        for (int i = 0; i < 20; ++i)
            support::run_for(context, std::chrono::milliseconds{1});
    }

    void until_closed()
    {
        support::run_until(context, [&] { return simulator->websockets() == 0; });
    }
};

} // namespace decthings_events

#endif
