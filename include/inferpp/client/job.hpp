// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_JOB_HPP
#define INFERPP_CLIENT_JOB_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/client/poll.hpp>
#include <inferpp/core/text.hpp>

#include <boost/core/ignore_unused.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// What became of the wish to cancel.
enum class cancel_outcome : unsigned char {
    accepted,    ///< the job is cancelled, or will be
    too_late,    ///< it had ended before
    unsupported, ///< the platform can't; nothing was sent
};

/// The portable status of a job and the platform's own.
template <job_operation Op>
struct status_of : job_status {
    status_of() = default;

    /// The whole typed answer; never null in a status that a job gave. By pointer, so that the
    /// coroutines that wait stay small.
    std::shared_ptr<typename Op::status_operation::response const> raw;
};

namespace detail {

/// Sends an operation and reads its typed answer: the edge between templates and the pipeline.
template <operation Op>
boost::asio::awaitable<result<typename Op::response>> call_operation(pipeline& line,
                                                                     result<http::request> message,
                                                                     call_options call)
{
    auto answer = co_await line.execute(std::move(message), Op::info, call);
    if (!answer)
        co_return answer.error();
    auto decoded = decode_operation<Op>(*answer);
    if (!decoded) {
        constexpr std::size_t shown = 4096;
        error e = line.complete(decoded.error(), Op::info);
        if (e.info().http_status == 0)
            e.edit().http_status = answer->status;
        e.edit().sent = sent_state::yes;
        e.edit().raw_body = answer->body.substr(0, shown);
        co_return e;
    }
    co_return decoded;
}

/// The requests of an operation that takes several, with a client of their own.
template <composed_operation Op>
boost::asio::awaitable<result<typename Op::response>> call_composed(std::shared_ptr<pipeline> line,
                                                                    Op op, call_options call);

/// Makes the request of an operation, or its requests. @param line must outlive the awaitable
template <operation Op>
boost::asio::awaitable<result<typename Op::response>> call_whole(
    std::shared_ptr<pipeline> const& line, Op const& op, call_options call)
{
    if constexpr (composed_operation<Op>)
        return call_composed<Op>(line, op, call);
    else
        return call_operation<Op>(*line, encode_operation(op), call);
}

/// The operation that asks about a job.
template <about_job Op>
Op about(job_state const& job)
{
    if constexpr (std::constructible_from<Op, job_ref>)
        return Op{job.ref};
    else
        return Op{job.ref.id};
}

/// Refuses what will not be able to be asked, such as the result of a job of which too little is
/// known. @throws failure
template <about_job Op>
void check_about(job_state const& job)
{
    if constexpr (requires(Op const& op) { op.validate(); })
        about<Op>(job).validate().value();
}

/// Asks about a job.
template <about_job Op>
boost::asio::awaitable<result<typename Op::response>> call_about(job_state const& job,
                                                                 call_options call)
{
    return call_whole(job.line, about<Op>(job), call);
}

/// A `result` that throws.
template <class T>
boost::asio::awaitable<T> value_of(boost::asio::awaitable<result<T>> call)
{
    auto got = co_await std::move(call);
    co_return std::move(got.value());
}

/// What a job gives in the end.
template <job_operation Op>
struct job_result {
    using type = typename Op::result_operation::response;
};
template <job_operation Op>
    requires job_operation<typename Op::result_operation>
struct job_result<Op> : job_result<typename Op::result_operation> {
};

/// @param call    the request, or requests, that start the job
/// @param context see `job_ref`
template <job_operation Op>
boost::asio::awaitable<std::shared_ptr<job_state const>> submit(
    std::shared_ptr<pipeline> line, boost::asio::awaitable<typename Op::response> call,
    std::string context)
{
    auto receipt = std::make_shared<typename Op::response>(co_await std::move(call));
    if constexpr (requires { Op::job_context(std::move(context), std::as_const(*receipt)); })
        context = Op::job_context(std::move(context), std::as_const(*receipt));
    auto state = std::make_shared<job_state>();
    state->ref = job_ref{Op::job_id(*receipt), std::move(context)};
    state->info = Op::info;
    if (state->ref.id.empty()) {
        error e{errc::bad_schema, "the server accepted the job but sent no id for it"};
        e.edit().sent = sent_state::yes;
        throw failure{line->complete(std::move(e), Op::info)};
    }
    state->submitted = line->clock().now();
    state->line = std::move(line);
    state->receipt = std::move(receipt);
    co_return state;
}

template <class Op>
std::string context_of(Op const& op)
{
    if constexpr (requires { op.job_context(); })
        return op.job_context();
    else
        return {};
}

/// Asks for the status of a job.
template <job_operation Op>
class status_probe final : public poll_probe {
public:
    /// @param at_change whether any change ends the wait, or only the end of the job
    status_probe(job_state const& job, bool at_change) noexcept : job_(job), at_change_(at_change)
    {
    }

    boost::asio::awaitable<result<bool>> ask(call_options call) override
    {
        using asked = typename Op::status_operation;
        auto fresh = std::make_unique<status_of<Op>>();
        if (job_.delivered) {
            auto const& answer =
                *static_cast<typename asked::response const*>(job_.delivered.get());
            fresh->raw = std::make_shared<typename asked::response>(answer);
        } else {
            auto raw = co_await call_about<asked>(job_, call);
            if (!raw)
                co_return raw.error();
            fresh->raw = std::make_shared<typename asked::response>(std::move(*raw));
        }
        static_cast<job_status&>(*fresh) = Op::describe(*fresh->raw);
        hint = fresh->poll_after;
        bool const ended = is_terminal(fresh->phase);
        bool const changed = !last_ || !(static_cast<job_status&>(*last_) == *fresh);
        log_phase(*fresh);
        // A job that is waited for in silence keeps nothing between two polls.
        if (ended || at_change_)
            last_ = std::move(fresh);
        co_return ended || (at_change_ && changed);
    }

    status_of<Op>& last() noexcept { return *last_; }

private:
    void log_phase(job_status const& fresh)
    {
        if (known_ && phase_ == fresh.phase)
            return;
        known_ = true;
        phase_ = fresh.phase;
        if (job_.line->log().enabled(log_level::info))
            job_.line->log().write(log_level::info, std::string{job_.line->platform().name()} +
                                                        " job " + printable(job_.ref.id, 128) +
                                                        " is " +
                                                        std::string{to_string(fresh.phase)} + " (" +
                                                        printable(fresh.word, 64) + ')');
    }

    job_state const& job_;
    std::unique_ptr<status_of<Op>> last_;
    bool at_change_;
    bool known_ = false;
    phase phase_ = phase::unknown;
};

/// Asks for the result of a job that has ended; it may lag behind the status.
template <job_operation Op>
class result_probe final : public poll_probe {
public:
    using asked = typename Op::result_operation;

    explicit result_probe(job_state const& job) noexcept : job_(job) { held = asked::info.held; }

    boost::asio::awaitable<result<bool>> ask(call_options call) override
    {
        auto got = co_await call_about<asked>(job_, call);
        if (!got)
            co_return got.error();
        if constexpr (requires { Op::result_ready(*got); }) {
            if (!Op::result_ready(*got))
                co_return false;
        }
        found = std::make_unique<typename asked::response>(std::move(*got));
        co_return true;
    }

    std::unique_ptr<typename asked::response> found;

private:
    job_state const& job_;
};

/// A job whose result says why it failed.
template <class Op>
concept reports_failure = requires(typename Op::result_operation::response const& found)
{
    {
        Op::failure_reason(found)
        } -> std::convertible_to<std::string>;
};

template <job_operation Op>
void abandon_job(std::shared_ptr<job_state const> const& job, poll_options const& options,
                 error const& why)
{
    if constexpr (requires { typename Op::cancel_operation; }) {
        using asked = typename Op::cancel_operation;
        if (options.on_abandon == abandon::cancel &&
            (why == errc::wait_timeout || why == condition::cancelled))
            cancel_in_background(job, encode_operation(about<asked>(*job)), asked::info);
    }
}

template <job_operation Op>
boost::asio::awaitable<status_of<Op>> wait_for(std::shared_ptr<job_state const> job,
                                               poll_options options)
{
    error failed;
    try {
        check(options);
        status_probe<Op> probe{*job, false};
        poll_progress progress = start_polling(*job, options);
        auto const waited = co_await poll_until(*job, options, progress, probe);
        if (waited)
            co_return std::move(probe.last());
        failed = waited.error();
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    abandon_job<Op>(job, options, failed);
    throw_complete(std::move(failed), *job);
}

template <job_operation Op>
boost::asio::awaitable<typename job_result<Op>::type> fetch_result(
    std::shared_ptr<job_state const> job, poll_options options);

/// Gets the result of a job that has succeeded.
template <job_operation Op>
boost::asio::awaitable<result<typename job_result<Op>::type>> fetch_ended(
    std::shared_ptr<job_state const> job, poll_options options, poll_progress progress)
{
    using asked = typename Op::result_operation;
    error failed;
    try {
        if constexpr (job_operation<asked>) {
            // It takes a job of its own, for which the rest of the time is left.
            if (options.deadline)
                options.deadline = (std::max)(std::chrono::ceil<std::chrono::milliseconds>(
                                                  progress.deadline - job->line->clock().now()),
                                              std::chrono::milliseconds::zero());
            auto const nested = about<asked>(*job);
            auto started = co_await submit<asked>(
                job->line, value_of(call_about<asked>(*job, call_options{})), context_of(nested));
            co_return co_await fetch_result<asked>(std::move(started), options);
        } else {
            result_probe<Op> probe{*job};
            progress.polls = 0;
            progress.delay_first = false;
            progress.grace_end = saturating_add(job->line->clock().now(), options.not_found_grace);
            auto const fetched = co_await poll_until(*job, options, progress, probe);
            if (fetched)
                co_return std::move(*probe.found);
            failed = fetched.error();
        }
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    if (failed == errc::wait_timeout)
        failed.edit().message = "the job has ended but its result was not complete at the "
                                "deadline; ask again";
    co_return failed;
}

template <job_operation Op>
boost::asio::awaitable<typename job_result<Op>::type> fetch_result(
    std::shared_ptr<job_state const> job, poll_options options)
{
    error failed;
    bool ended = false;
    try {
        check(options);
        check_about<typename Op::result_operation>(*job);
        poll_progress progress = start_polling(*job, options);
        status_probe<Op> status{*job, false};
        auto const waited = co_await poll_until(*job, options, progress, status);
        if (waited) {
            ended = true;
            bool const succeeded = status.last().phase == phase::succeeded ||
                                   status.last().phase == phase::partially_succeeded;
            // Where the status is the result, it is there already, and nobody else holds it.
            if constexpr (std::same_as<typename Op::status_operation,
                                       typename Op::result_operation>) {
                using answer = typename Op::status_operation::response;
                if (succeeded)
                    co_return std::move(const_cast<answer&>(*status.last().raw));
            }
            if (succeeded) {
                auto fetched = co_await fetch_ended<Op>(job, options, std::move(progress));
                if (fetched)
                    co_return std::move(*fetched);
                failed = fetched.error();
            } else {
                failed = ended_without_result(status.last());
                if constexpr (reports_failure<Op>) {
                    result_probe<Op> probe{*job};
                    call_options const call{.timeout = options.poll_timeout, .max_attempts = 1};
                    auto const found = co_await probe.ask(call);
                    if (found && probe.found)
                        failed.edit().server_message = Op::failure_reason(*probe.found);
                }
            }
        } else {
            failed = waited.error();
        }
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    if (!ended)
        abandon_job<Op>(job, options, failed);
    throw_complete(std::move(failed), *job);
}

/// The changes of a job's status.
template <job_operation Op>
class status_updates final : public event_source<status_of<Op>> {
public:
    status_updates(std::shared_ptr<job_state const> job, poll_options options)
        : job_(std::move(job)),
          options_(options),
          probe_(*job_, true)
    {
        if (auto const valid = validate(options_); !valid)
            invalid_ = valid.error();
        else
            progress_ = start_polling(*job_, options_);
    }

    boost::asio::awaitable<result<std::optional<status_of<Op>>>> next() override
    {
        using event = std::optional<status_of<Op>>;
        if (invalid_.code())
            co_return complete(invalid_, *job_);
        if (ended_)
            co_return event{};
        error failed;
        try {
            auto const changed = co_await poll_until(*job_, options_, progress_, probe_);
            if (changed) {
                ended_ = is_terminal(probe_.last().phase);
                co_return event{probe_.last()};
            }
            failed = changed.error();
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
        }
        abandon_job<Op>(job_, options_, failed);
        co_return complete(std::move(failed), *job_);
    }

private:
    std::shared_ptr<job_state const> job_;
    poll_options options_;
    status_probe<Op> probe_;
    poll_progress progress_;
    error invalid_;
    bool ended_ = false;
};

template <job_operation Op>
boost::asio::awaitable<status_of<Op>> ask_status(std::shared_ptr<job_state const> job,
                                                 call_options call)
{
    error failed;
    try {
        // With `at_change` the first answer is always kept.
        status_probe<Op> probe{*job, true};
        auto const asked = co_await probe.ask(call);
        if (asked)
            co_return std::move(probe.last());
        failed = asked.error();
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    throw_complete(std::move(failed), *job);
}

template <job_operation Op>
boost::asio::awaitable<cancel_outcome> cancel_job(std::shared_ptr<job_state const> job,
                                                  call_options call)
{
    if constexpr (!requires { typename Op::cancel_operation; }) {
        boost::ignore_unused(job, call);
        co_return cancel_outcome::unsupported;
    } else {
        using asked = typename Op::cancel_operation;
        error failed;
        try {
            auto const answer = co_await call_about<asked>(*job, call);
            if (answer) {
                if constexpr (requires { Op::describe(*answer); }) {
                    phase const now = Op::describe(*answer).phase;
                    if (is_terminal(now) && now != phase::cancelled)
                        co_return cancel_outcome::too_late;
                }
                co_return cancel_outcome::accepted;
            }
            failed = answer.error();
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
        }
        if (failed == condition::conflict)
            co_return cancel_outcome::too_late;
        throw_complete(std::move(failed), *job);
    }
}

} // namespace detail

template <job_operation Op>
class weak_job;

/**
 * @brief A job on a platform: a handle that knows its id from the start.
 *
 * A small regular value; copies are handles of the same job, and destroying one does nothing to it.
 *
 * *Errors*: every function throws `failure`; its error carries the job's id.
 * *Cancellation*: `terminal`; the remote job runs on unless `poll_options::on_abandon` says
 * otherwise. *Lifetimes*: awaitables keep what they need; the handle may go before them.
 * *Thread safety*: used on the client's executor.
 */
template <job_operation Op>
class job {
public:
    using status_type = status_of<Op>;
    using result_type = typename detail::job_result<Op>::type;
    using receipt_type = typename Op::response;

    /// No job: only to be assigned to and destroyed. Asio's `co_spawn` asks for it.
    job() noexcept = default;

    /// The platform's id of the job.
    std::string const& id() const noexcept { return state_->ref.id; }

    /// The same with what else the platform needs to find the job.
    job_ref const& ref() const noexcept { return state_->ref; }

    /// The typed answer to the submission; null for an attached job.
    receipt_type const* receipt() const noexcept
    {
        return static_cast<receipt_type const*>(state_->receipt.get());
    }

    /// Text with which any process that has the credentials can `attach` to the job.
    std::string resume_token() const
    {
        inferpp::resume_token token;
        url const& base = state_->line->platform().base();
        token.provider = state_->line->platform().name();
        token.operation = state_->info.name;
        token.endpoint = base.origin.to_string() + base.path;
        token.job = state_->ref;
        return token.to_string();
    }

    /**
     * @brief Asks once how the job is.
     * @throws failure also `not_found`, which right after the submission may mean "not yet"
     */
    boost::asio::awaitable<status_type> status(call_options call = {}) const
    {
        return detail::ask_status<Op>(state_, call);
    }

    /**
     * @brief Waits until the job has ended in whatever way.
     * @return the last status; a job that failed is no error here
     * @throws failure `invalid_argument` before any I/O when `options` is out of range or says
     *         neither `deadline` nor `forever`; `errc::wait_timeout` at the deadline; an error of a
     *         poll that will not pass, such as `unauthorized`
     */
    boost::asio::awaitable<status_type> wait(poll_options options) const
    {
        return detail::wait_for<Op>(state_, options);
    }

    /**
     * @brief Waits until the job has ended and gives its result.
     * @throws failure as `wait`; `invalid_argument` before any I/O where too little is known of the
     *         job for its result; `job_failed` (`errc::job_failed`, `job_cancelled`, `job_expired`)
     *         with the platform's reason when the job ended without a result
     */
    boost::asio::awaitable<result_type> result(poll_options options) const
    {
        return detail::fetch_result<Op>(state_, options);
    }

    /**
     * @brief Each change of the status once, the first status and the last included.
     *
     * The stream ends after a terminal status. It fails as `wait` does.
     */
    event_stream<status_type> updates(poll_options options) const
    {
        return event_stream<status_type>{
            std::make_unique<detail::status_updates<Op>>(state_, options)};
    }

    /// Asks the platform to cancel the job.
    boost::asio::awaitable<cancel_outcome> cancel(call_options call = {}) const
    {
        return detail::cancel_job<Op>(state_, call);
    }

    /**
     * @brief Tells everyone who waits for the job what another way than asking has brought, such as
     *        a callback: an answer of the status operation.
     *
     * They go on at once: with this answer if it is terminal (the first such counts), else by
     * asking now. Called on the executor on which they wait; with `client_options::thread_safe`,
     * where each may have its own, that has to be the same strand.
     */
    void deliver(typename Op::status_operation::response answer) const
    {
        if (is_terminal(Op::describe(answer).phase) && !state_->delivered)
            state_->delivered =
                std::make_shared<typename Op::status_operation::response const>(std::move(answer));
        detail::wake(*state_);
    }

private:
    template <class Provider>
    friend class basic_client;
    friend class weak_job<Op>;

    explicit job(std::shared_ptr<detail::job_state const> state) noexcept : state_(std::move(state))
    {
    }

    std::shared_ptr<detail::job_state const> state_;
};

/// A handle that does not keep what belongs to the job, and knows when nobody else does.
template <job_operation Op>
class weak_job {
public:
    weak_job() noexcept = default;
    weak_job(job<Op> const& of) noexcept : state_(of.state_) {}

    /// The job, as long as somebody has a handle of it or waits for it.
    std::optional<job<Op>> lock() const
    {
        if (auto state = state_.lock())
            return job<Op>{std::move(state)};
        return std::nullopt;
    }

private:
    std::weak_ptr<detail::job_state const> state_;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
