// SPDX-License-Identifier: BSL-1.0
//
// The one poll loop of the library. Not part of the public interface.

#ifndef INFERPP_CLIENT_POLL_HPP
#define INFERPP_CLIENT_POLL_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/client/pipeline.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

class poll_pause;

/// A job as all its handles share it.
struct job_state {
    std::shared_ptr<pipeline> line;
    operation_info info;
    job_ref ref;
    std::optional<clock::time_point> submitted; ///< empty for an attached job
    std::shared_ptr<void const> receipt;        ///< the typed answer to the submission

    // What came on another way than by asking. Handles are const, and share it.
    mutable std::shared_ptr<void const> delivered; ///< a terminal answer of the status operation
    mutable poll_pause* pauses = nullptr;          ///< of all who wait between two polls
    mutable std::mutex mutex; ///< of that list: with `thread_safe` they may be on several threads
};

/// A pause between two polls, which `wake` ends early.
class poll_pause : public sleeper {
public:
    poll_pause(job_state const& job, clock::time_point until)
        : sleeper(job.line->executor(), job.line->clock(), until),
          job_(job)
    {
        std::lock_guard const lock{job_.mutex};
        next_ = std::exchange(job_.pauses, this);
        if (next_ != nullptr)
            next_->previous_ = this;
    }
    poll_pause(poll_pause const&) = delete;
    poll_pause& operator=(poll_pause const&) = delete;
    ~poll_pause()
    {
        std::lock_guard const lock{job_.mutex};
        (previous_ != nullptr ? previous_->next_ : job_.pauses) = next_;
        if (next_ != nullptr)
            next_->previous_ = previous_;
    }

    poll_pause* next() const noexcept { return next_; }

    /// By `wake`. Apart from `woken`, with which a clock remembers whom it has on its list.
    bool told = false;

private:
    job_state const& job_;
    poll_pause* next_ = nullptr;
    poll_pause* previous_ = nullptr;
};

/// Lets everyone who waits for the job ask now.
INFERPP_DECL void wake(job_state const& job);

/// What is asked again and again.
class poll_probe {
public:
    virtual ~poll_probe() = default;

    /// Asks once. @return whether the wait is over
    virtual boost::asio::awaitable<result<bool>> ask(call_options call) = 0;

    std::optional<std::chrono::milliseconds> hint; ///< set by the last answer
    bool held = false; ///< what is asked may take as long as the wait, and not `poll_timeout`

protected:
    poll_probe() = default;
    poll_probe(poll_probe const&) = default;
    poll_probe& operator=(poll_probe const&) = default;
};

/// How far a wait has come.
struct poll_progress {
    clock::time_point deadline;
    clock::time_point grace_end; ///< until then, 404 means "not there yet"
    std::uint64_t polls = 0;
    bool delay_first = false; ///< the first poll waits, because the answer is known
    bool last_poll = false;   ///< this one is at the deadline
    error last;               ///< of the poll before, if it failed
};

INFERPP_DECL poll_progress start_polling(job_state const& job, poll_options const& options);

/// Asks until the probe says that it is over, a lasting error comes, or the deadline passes.
INFERPP_DECL boost::asio::awaitable<result<void>> poll_until(job_state const& job,
                                                             poll_options const& options,
                                                             poll_progress& progress,
                                                             poll_probe& probe);

/// Asks the server to cancel, in a coroutine of its own, and forgets about it.
INFERPP_DECL void cancel_in_background(std::shared_ptr<job_state const> job,
                                       result<http::request> message, operation_info info);

/// The error of a job that ended without a result.
INFERPP_DECL error ended_without_result(job_status const& status);

/// Adds provider, operation and job to an error.
INFERPP_DECL error complete(error e, job_state const& job);

// What follows is called from coroutines that wait. A temporary of theirs would stand in the frame
// of each of them for as long as they wait; in a function it is gone when the function returns.

/// @throws failure `invalid_argument` for options that can't be waited with
INFERPP_DECL void check(poll_options const& options);

/// Throws the completed error.
[[noreturn]] INFERPP_DECL void throw_complete(error e, job_state const& job);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/poll.ipp>
#endif

#endif
