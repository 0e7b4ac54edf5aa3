// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_POLL_IPP
#define INFERPP_CLIENT_IMPL_POLL_IPP

#include <inferpp/client/poll.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

// Errors that the next poll may not meet again.
inline bool is_passing(error const& e) noexcept
{
    return e == condition::transport || e == condition::timeout || e == condition::overloaded ||
           e == condition::rate_limited;
}

INFERPP_DECL poll_progress start_polling(job_state const& job, poll_options const& options)
{
    poll_progress progress;
    auto const now = job.line->clock().now();
    progress.deadline =
        options.deadline ? saturating_add(now, *options.deadline) : clock::time_point::max();
    if (job.submitted)
        progress.grace_end = saturating_add(*job.submitted, options.not_found_grace);
    progress.delay_first = job.submitted.has_value();
    return progress;
}

INFERPP_DECL boost::asio::awaitable<result<void>> poll_until(job_state const& job,
                                                             poll_options const& options,
                                                             poll_progress& progress,
                                                             poll_probe& probe)
{
    clock& time = job.line->clock();
    call_options const call{.timeout = options.poll_timeout, .max_attempts = 1};
    error last;
    while (true) {
        if (progress.polls > 0 || progress.delay_first) {
            auto delay = next_poll_delay(options, progress.polls, probe.hint, job.line->random());
            if (auto const asked = last.info().retry_after)
                delay = std::max(delay, *asked);
            auto const until = std::min(saturating_add(time.now(), delay), progress.deadline);
            error_code const stopped = co_await time.sleep_until(until);
            if (stopped)
                co_return error{errc::cancelled};
        }
        bool const at_deadline = time.now() >= progress.deadline;
        auto const over = co_await probe.ask(call);
        ++progress.polls;
        if (over && *over)
            co_return result<void>{};
        last = error{};
        if (over) {
            progress.grace_end = {}; // it was there: it can't be "not yet there" again
        } else {
            last = over.error();
            bool const not_yet =
                last == condition::not_found && time.now() < progress.grace_end;
            if (!is_passing(last) && !not_yet)
                co_return last;
        }
        if (at_deadline) {
            error e{errc::wait_timeout};
            e.edit().cause = last.code();
            e.edit().attempts = static_cast<int>(std::min<std::uint64_t>(progress.polls, 1u << 30));
            e.edit().sent = sent_state::yes;
            co_return e;
        }
    }
}

INFERPP_DECL void cancel_in_background(std::shared_ptr<job_state const> job,
                                       result<http::request> message, operation_info info)
{
    // No capture: the parameters live in the coroutine's own frame.
    auto const ask = [](std::shared_ptr<job_state const> held, result<http::request> request,
                        operation_info what) -> boost::asio::awaitable<void> {
        // Its outcome is logged by the pipeline; nobody is left to tell it to.
        co_await held->line->execute(std::move(request), what, call_options{});
    };
    auto const executor = job->line->executor();
    boost::asio::co_spawn(executor, ask(std::move(job), std::move(message), info),
                          [](std::exception_ptr) {});
}

INFERPP_DECL error ended_without_result(job_status const& status)
{
    errc kind = errc::job_failed;
    if (status.phase == phase::cancelled)
        kind = errc::job_cancelled;
    else if (status.phase == phase::expired)
        kind = errc::job_expired;
    error e{kind, make_error_code(kind).message() + " (" + status.word + ')'};
    e.edit().server_message = status.reason;
    return e;
}

INFERPP_DECL error complete(error e, job_state const& job)
{
    e = job.line->complete(std::move(e), job.info);
    e.edit().job_id = job.id;
    return e;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
