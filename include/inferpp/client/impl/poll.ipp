// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_POLL_IPP
#define INFERPP_CLIENT_IMPL_POLL_IPP

#include <inferpp/client/poll.hpp>
#include <inferpp/core/text.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <exception>
#include <optional>
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
        options.deadline ? saturating_add(now, *options.deadline) : (clock::time_point::max)();
    if (job.submitted)
        progress.grace_end = saturating_add(*job.submitted, options.not_found_grace);
    progress.delay_first = job.submitted.has_value();
    return progress;
}

/// When the next poll is made.
inline clock::time_point next_poll_time(job_state const& job, poll_options const& options,
                                        poll_progress const& progress, poll_probe const& probe)
{
    auto delay = next_poll_delay(options, progress.polls, probe.hint, job.line->random());
    if (auto const asked = progress.last.info().retry_after) {
        constexpr std::chrono::milliseconds most = std::chrono::hours{1};
        delay = (std::max)(delay, (std::min)(*asked, most));
    }
    return (std::min)(saturating_add(job.line->clock().now(), delay), progress.deadline);
}

/// How long a poll may take: only the last one may go beyond the deadline.
inline std::chrono::milliseconds poll_timeout(job_state const& job, poll_options const& options,
                                              poll_progress const& progress,
                                              poll_probe const& probe)
{
    if (progress.last_poll)
        return options.poll_timeout;
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(progress.deadline - job.line->clock().now());
    auto const most = probe.held ? job.line->limits().held : options.poll_timeout;
    return std::clamp(left, std::chrono::milliseconds{1}, most);
}

/// Takes the outcome of a poll in. Returns what ends the wait, or nothing.
inline std::optional<result<void>> judge_poll(job_state const& job, poll_progress& progress,
                                              result<bool>&& over)
{
    ++progress.polls;
    progress.last = error{};
    if (over && *over)
        return result<void>{};
    if (over) {
        progress.grace_end = {}; // it was there: it can't be "not yet there" again
    } else {
        progress.last = std::move(over).error();
        // 410 is not_found too, but says that the job was there once. By the code: some platforms
        // say so inside a 200.
        bool const not_yet = progress.last.code() == error_code{404, http_category()} &&
                             job.line->clock().now() < progress.grace_end;
        if (!is_passing(progress.last) && !not_yet)
            return result<void>{progress.last};
    }
    if (!progress.last_poll)
        return std::nullopt;
    error e{errc::wait_timeout};
    e.edit().cause = progress.last.code();
    e.edit().attempts = static_cast<int>((std::min<std::uint64_t>)(progress.polls, 1u << 30));
    e.edit().sent = sent_state::yes;
    return result<void>{std::move(e)};
}

inline result<void> cancelled_wait()
{
    return error{errc::cancelled};
}

INFERPP_DECL boost::asio::awaitable<result<void>> poll_until(job_state const& job,
                                                             poll_options const& options,
                                                             poll_progress& progress,
                                                             poll_probe& probe)
{
    while (true) {
        if ((progress.polls > 0 || progress.delay_first) && !job.delivered) {
            poll_pause asleep{job, next_poll_time(job, options, progress, probe)};
            auto const [code] =
                co_await asleep.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
            if (code && !asleep.woken && !asleep.told)
                co_return cancelled_wait();
        }
        progress.last_poll = job.line->clock().now() >= progress.deadline;
        call_options const call{.timeout = poll_timeout(job, options, progress, probe), .max_attempts = 1};
        bool const known = job.delivered != nullptr;
        auto ended = judge_poll(job, progress, co_await probe.ask(call));
        // What has come meanwhile on another way counts more than a poll that failed.
        bool const overtaken = ended && !*ended && !known && job.delivered;
        if (ended && !overtaken)
            co_return std::move(*ended);
    }
}

INFERPP_DECL void wake(job_state const& job)
{
    std::lock_guard const lock{job.mutex};
    for (poll_pause* pause = job.pauses; pause != nullptr; pause = pause->next()) {
        pause->told = true;
        pause->timer.cancel();
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
    error e{kind, make_error_code(kind).message() + " (" + printable(status.word, 64) + ')'};
    e.edit().server_message = status.reason;
    return e;
}

INFERPP_DECL void check(poll_options const& options)
{
    validate(options).value();
}

INFERPP_DECL void throw_complete(error e, job_state const& job)
{
    throw failure{complete(std::move(e), job)};
}

INFERPP_DECL error complete(error e, job_state const& job)
{
    e = job.line->complete(std::move(e), job.info);
    e.edit().job_id = job.ref.id;
    return e;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
