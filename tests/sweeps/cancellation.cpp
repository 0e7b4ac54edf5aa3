// SPDX-License-Identifier: BSL-1.0
//
// Cancelled after every handler of the io_context.

#include "sweeps/sweep.hpp"

#include <string>

using namespace sweep;

namespace {

struct variant {
    std::string name;
    bool tls = false;
    bool strand = false;      ///< the client works on a strand of its own
    bool with_retries = false; ///< the first answers are refusals that are repeated
};

void cancel_after_every_handler(variant const& how)
{
    asio::io_context context{1};
    auto const time = std::make_shared<inferpp::testing::manual_clock>();
    auto with = serving(how.tls);
    with.clock = time;
    small_platform platform{context.get_executor(), with};
    support::settle(context);
    auto options = client_of(platform.port(), how.tls, time);
    options.thread_safe = how.strand;

    tally count{"cancelled after every handler, " + how.name};
    bool cancelled = true;
    for (std::size_t k = 0; cancelled; ++k) {
        CAPTURE(k);
        catch_up(*time);
        std::size_t const files = open_files();
        std::string const text = "run " + std::to_string(k);
        if (how.with_retries) {
            fault busy;
            busy.status = 503;
            for (char const* const method : {"GET", "POST"}) {
                busy.method = method;
                platform.inject(busy);
            }
        }
        std::string problem;
        {
            modzy::client client{context.get_executor(), options};
            auto const state = launch(context, client, text);
            auto const limit = std::chrono::steady_clock::now() + patience;
            context.restart();
            std::size_t handlers = 0;
            cancelled = false;
            while (state->completions == 0 && problem.empty()) {
                if (handlers == k) {
                    cancelled = true;
                    state->signal.emit(asio::cancellation_type::terminal);
                }
                if (context.run_one_until(limit) == 0)
                    problem = "it hangs";
                ++handlers;
            }
            context.poll();
            if (state->completions != 1 && problem.empty())
                problem = "it completed " + std::to_string(state->completions) + " times";
            if (problem.empty()) {
                auto const end = ending_of(*state);
                problem = problem_with(end, platform.jobs(text));
                if (problem.empty() && end.failed &&
                    !(*end.failed == inferpp::condition::cancelled) &&
                    !(*end.failed == inferpp::condition::unknown_outcome))
                    problem = "another error than cancelled: " + end.failed->what();
                if (problem.empty() && !cancelled && !end.value)
                    problem = "it failed without being cancelled";
                count.add(end.value.has_value());
            }
            platform.clear_faults();
            if (problem.empty())
                problem = problem_with_next_request(context, client);
        }
        if (!files_are_back(context, files) && problem.empty())
            problem = "sockets are left open";
        if (time->sleepers() > 0 && problem.empty())
            problem = "somebody still sleeps";
        CHECK_MESSAGE(problem.empty(), problem);
    }
    CHECK(count.results() > 0);
}

} // namespace

TEST_CASE("cancelled after every handler, the scenario ends once, as cancelled or with its result")
{
    cancel_after_every_handler({.name = "plain"});
    cancel_after_every_handler({.name = "plain, on a strand", .strand = true});
    cancel_after_every_handler({.name = "plain, with retries", .with_retries = true});
    cancel_after_every_handler({.name = "TLS", .tls = true});
    cancel_after_every_handler({.name = "TLS, on a strand", .tls = true, .strand = true});
    cancel_after_every_handler({.name = "TLS, with retries", .tls = true, .with_retries = true});
}
