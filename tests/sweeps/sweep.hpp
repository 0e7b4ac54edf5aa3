// SPDX-License-Identifier: BSL-1.0
//
// What the sweeps share: a small platform, one scenario, and what must hold however it ends.
//
// The answers are as short as Modzy's may be, since every byte of them is a run.

#ifndef INFERPP_TESTS_SWEEPS_SWEEP_HPP
#define INFERPP_TESTS_SWEEPS_SWEEP_HPP

#include "support/certificates.hpp"
#include "support/modzy_world.hpp"

#include <dirent.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sweep {

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using inferpp::error;
using inferpp::testing::fault;

/// A run that takes longer, in real time, hangs.
inline constexpr std::chrono::seconds patience{10};

inline constexpr double right_score = 0.75;

// --- the far end ---------------------------------------------------------------------------------

/// Jobs of Modzy that are done at the second look. A job's text tells which run submitted it.
/// *Thread safety*: the counters may be read from another thread.
class small_platform final : public inferpp::testing::simulator {
public:
    small_platform(asio::any_io_executor executor, inferpp::testing::simulator_options with)
        : simulator(std::move(executor), std::move(with))
    {
        start();
    }
    ~small_platform() override { stop(); }

    /// How often a job of that text was submitted: what a customer pays for.
    std::size_t jobs(std::string const& text) const
    {
        std::lock_guard const lock{mutex_};
        std::size_t found = 0;
        for (auto const& [body, count] : jobs_)
            found += support::contains(body, '"' + text + '"') ? count : 0;
        return found;
    }

    /// Forgets the jobs. @return the largest number of submissions of one text
    std::size_t most_jobs_of_one_text()
    {
        std::lock_guard const lock{mutex_};
        std::size_t most = 0;
        for (auto const& [body, count] : jobs_)
            most = std::max(most, count);
        jobs_.clear();
        return most;
    }

private:
    inferpp::http::response answer(inferpp::testing::simulated_request const& request) override
    {
        if (request.method == "POST") {
            std::lock_guard const lock{mutex_};
            ++jobs_[request.body];
            looks_ = 0;
            return json_answer(202, support::receipt());
        }
        if (request.path.size() > 1 && request.path[1] == "results")
            return json_answer(200, support::results());
        bool const done = request.target.find("j0") != std::string::npos || looks_++ > 0;
        return json_answer(200, done ? support::details("COMPLETED", 1)
                                     : support::details("SUBMITTED"));
    }

    mutable std::mutex mutex_;
    std::map<std::string, std::size_t> jobs_;
    std::size_t looks_ = 0;
};

inline support::authority const& test_authority()
{
    static support::authority const instance;
    return instance;
}

/// The simulator's options, plain or TLS.
inline inferpp::testing::simulator_options serving(bool tls)
{
    static support::identity const who = test_authority().issue("localhost", "IP:127.0.0.1");
    inferpp::testing::simulator_options with;
    if (tls) {
        with.certificate_pem = who.certificate;
        with.private_key_pem = who.key;
    }
    return with;
}

/// A client's options for a port of 127.0.0.1. Waiting costs no real time with a manual clock.
inline modzy::options client_of(std::uint16_t port, bool tls,
                                std::shared_ptr<inferpp::clock> time)
{
    modzy::options options;
    options.base_url = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port) +
                       "/api";
    options.api_key = inferpp::secret{support::api_key};
    options.clock = std::move(time);
    if (tls)
        options.tls.ca_pem = test_authority().pem();
    return options;
}

// --- the scenario --------------------------------------------------------------------------------

/// Looks at an old job, so that the submission meets a connection that was kept; submits; waits;
/// fetches. Five requests: GET jobs/j0, POST jobs, GET jobs/j1, GET jobs/j1, GET results/j1.
inline asio::awaitable<double> submit_and_wait(modzy::client& client, std::string text)
{
    auto const old = client.attach<modzy::text_job>("j0");
    auto const before = co_await old.status();
    (void)before;
    auto const request = support::text_job(std::move(text));
    auto const job = co_await client.submit(request);
    auto const results = co_await job.result({.deadline = std::chrono::hours{1},
                                              .min_interval = std::chrono::milliseconds{2},
                                              .max_interval = std::chrono::milliseconds{5}});
    co_return results.results.at("happy").output()->as_object().at("score").as_double();
}

inline constexpr std::size_t clean_requests = 5;

/// The scenario under way.
struct flight {
    asio::cancellation_signal signal;
    std::size_t completions = 0;
    std::exception_ptr thrown;
    std::optional<double> value;
};

inline std::shared_ptr<flight> launch(asio::io_context& context, modzy::client& client,
                                      std::string text)
{
    auto state = std::make_shared<flight>();
    asio::co_spawn(context, submit_and_wait(client, std::move(text)),
                   asio::bind_cancellation_slot(
                       state->signal.slot(), [state](std::exception_ptr thrown, double value) {
                           ++state->completions;
                           state->thrown = thrown;
                           if (!thrown)
                               state->value = value;
                       }));
    return state;
}

/// Brings manual time up to the machine's. Deadlines of sockets are kept by the machine's clock, so
/// that a manual one must not fall behind by more than the limits of a call.
inline void catch_up(inferpp::testing::manual_clock& time)
{
    auto const behind = std::chrono::steady_clock::now() - time.now();
    if (behind > behind.zero())
        time.advance(behind);
}

/// Runs handlers until a flight has ended. @return whether it has, in time
inline bool land(asio::io_context& context, flight const& state)
{
    auto const limit = std::chrono::steady_clock::now() + patience;
    context.restart();
    while (state.completions == 0)
        if (context.run_one_until(limit) == 0)
            return false;
    return true;
}

/// How a flight has ended: no error and a value, or an error; `out_of_memory` apart.
struct ending {
    std::optional<double> value;
    std::optional<error> failed; ///< an `inferpp::failure`
    bool out_of_memory = false;
    bool stopped_by_asio = false; ///< Asio ended the scenario's own coroutine
    bool strange = false;         ///< anything else
};

inline ending ending_of(flight const& state)
{
    ending end;
    if (!state.thrown) {
        end.value = state.value;
        return end;
    }
    try {
        std::rethrow_exception(state.thrown);
    }
    catch (inferpp::failure const& e) {
        end.failed = e.error();
    }
    catch (std::bad_alloc const&) {
        end.out_of_memory = true;
    }
    catch (boost::system::system_error const& e) {
        end.stopped_by_asio = e.code() == asio::error::operation_aborted;
        end.strange = !end.stopped_by_asio;
    }
    catch (...) {
        end.strange = true;
    }
    return end;
}

/// What is wrong with an ending, whatever was done to the run; empty: nothing.
inline std::string problem_with(ending const& end, std::size_t jobs)
{
    if (end.strange)
        return "it ended with an exception that is no failure";
    if (end.value && *end.value != right_score)
        return "the result is wrong";
    if (end.value && jobs != 1)
        return "a result without its job";
    if (jobs > 1)
        return "the job was submitted " + std::to_string(jobs) + " times";
    if (!end.failed)
        return {};
    error const& e = *end.failed;
    if (!e.code() || e.what().empty() || e.info().provider != "modzy")
        return "the error is incomplete: " + e.what();
    // With a job's id it is the error of a poll, not of the submission.
    if (e.info().operation == "submit_text" && e.info().job_id.empty() &&
        e.info().sent == inferpp::sent_state::no &&
        jobs > 0)
        return "the error says that nothing was sent, but there is a job: " + e.what();
    return {};
}

// --- resources -----------------------------------------------------------------------------------

/// File descriptors of this process.
inline std::size_t open_files()
{
    std::unique_ptr<DIR, int (*)(DIR*)> const list{opendir("/proc/self/fd"), closedir};
    std::size_t count = 0;
    while (list && readdir(list.get()) != nullptr)
        ++count;
    return count;
}

/// Runs until no more files are open than at the start. @return whether that came in time
inline bool files_are_back(asio::io_context& context, std::size_t at_start)
{
    auto const limit = std::chrono::steady_clock::now() + patience;
    while (open_files() > at_start) {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        context.restart();
        context.run_for(std::chrono::microseconds{200});
    }
    return true;
}

/// Whether a client can still be used.
inline std::string problem_with_next_request(asio::io_context& context, modzy::client& client)
{
    try {
        auto const status = support::run(context, client.attach<modzy::text_job>("j0").status());
        return status.word == "COMPLETED" ? "" : "the next request got a wrong answer";
    }
    catch (std::exception const& e) {
        return std::string{"the next request failed: "} + e.what();
    }
}

/// Counts the runs of a sweep, and prints how many there were.
class tally {
public:
    tally() = default; ///< prints nothing
    explicit tally(std::string name) : name_(std::move(name)) {}
    tally(tally const&) = delete;
    tally& operator=(tally const&) = delete;
    ~tally()
    {
        if (name_.empty())
            return;
        auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - start_);
        std::printf("sweep: %-52s %6zu runs, %6zu results, %6zu errors, %5lld ms\n", name_.c_str(),
                    runs_, results_, runs_ - results_, static_cast<long long>(took.count()));
        std::fflush(stdout);
    }

    void add(bool result)
    {
        ++runs_;
        results_ += result ? 1 : 0;
    }
    std::size_t runs() const noexcept { return runs_; }
    std::size_t results() const noexcept { return results_; }

private:
    std::string name_;
    std::size_t runs_ = 0;
    std::size_t results_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace sweep

#endif
