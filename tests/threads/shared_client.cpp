// SPDX-License-Identifier: BSL-1.0
//
// One client that eight threads of a context use at the same time. ThreadSanitizer watches.

#include <inferpp/modzy.hpp>
#include <inferpp/testing/testing.hpp>

#include "support/certificates.hpp"
#include "support/echo_platform.hpp"
#include "support/far_end.hpp"
#include "support/raw_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
namespace echo = support::echo;
using support::far_end;

namespace {

constexpr std::size_t thread_count = 8;
constexpr auto patience = 100s; // sanitizers are slow; nothing waits for it unless it hangs

/// A context that eight threads run.
class crowd {
public:
    asio::io_context& context() { return context_; }

    /// A coroutine on an executor of its own.
    template <class T>
    void add(asio::awaitable<T> work)
    {
        ++open_;
        asio::co_spawn(asio::make_strand(context_), std::move(work),
                       [this](std::exception_ptr e, auto...) {
                           if (e)
                               ++thrown_;
                           --open_;
                       });
    }
    /// Until all coroutines have ended, or `enough` says so.
    void run(std::function<bool()> const& enough = [] { return false; })
    {
        auto const limit = std::chrono::steady_clock::now() + patience;
        context_.restart();
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < thread_count; ++i)
            threads.emplace_back([&] {
                while (!enough() && context_.run_one_until(limit) > 0) {
                }
                if (enough())
                    context_.stop();
            });
        for (auto& thread : threads)
            thread.join();
    }
    int open() const { return open_; }
    int thrown() const { return thrown_; }

private:
    std::atomic<int> open_ = 0;
    std::atomic<int> thrown_ = 0;
    asio::io_context context_{thread_count};
};

/// Begins an operation and cancels it after a while, from the coroutine's own executor.
template <class T>
struct cancelled_call {
    explicit cancelled_call(asio::any_io_executor const& executor) : wake(executor) {}
    asio::cancellation_signal signal;
    asio::steady_timer wake;
    std::exception_ptr thrown;
    std::optional<T> value;
    int completions = 0;
};

template <class T>
asio::awaitable<result<T>> cancel_after(asio::awaitable<T> work, std::chrono::microseconds after)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const call = std::make_shared<cancelled_call<T>>(executor);
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(call->signal.slot(),
                                                [call](std::exception_ptr e, T value) {
                                                    ++call->completions;
                                                    call->thrown = e;
                                                    call->value.emplace(std::move(value));
                                                    call->wake.cancel();
                                                }));
    call->wake.expires_after(after);
    co_await call->wake.async_wait(asio::as_tuple(asio::deferred));
    if (call->completions == 0)
        call->signal.emit(asio::cancellation_type::terminal);
    while (call->completions == 0) {
        call->wake.expires_after(patience);
        co_await call->wake.async_wait(asio::as_tuple(asio::deferred));
    }
    if (call->completions != 1)
        co_return error{errc::invalid_argument, "completed more than once"};
    if (!call->thrown)
        co_return result<T>{boost::system::in_place_value, std::move(*call->value)};
    try {
        std::rethrow_exception(call->thrown);
    }
    catch (boost::system::system_error const&) {
        co_return current_error();
    }
}

/// What became of all calls.
struct tally {
    std::atomic<int> good = 0;
    std::atomic<int> cancelled_unsent = 0;
    std::atomic<int> cancelled_sent = 0;
    std::atomic<int> other = 0;
    std::atomic<int> attempts = 0;
    std::atomic<int> lines = 0;

    template <class T>
    void count(result<T> const& outcome)
    {
        if (outcome)
            ++good;
        else if (!(outcome.error() == condition::cancelled))
            ++other;
        else if (outcome.error().info().sent == sent_state::no)
            ++cancelled_unsent;
        else
            ++cancelled_sent;
    }
    int all() const { return good + cancelled_unsent + cancelled_sent + other; }
};

poll_options quick()
{
    return {.deadline = 60s, .min_interval = 1ms, .max_interval = 5ms};
}

modzy::text_job text_job(std::string text)
{
    modzy::text_job request{"ed542963de", "1.0.1"};
    request.sources["a"]["input.txt"] = std::move(text);
    return request;
}

modzy::options options_for(testing::modzy_simulator const& platform, tally& counted)
{
    modzy::options options;
    options.base_url = platform.base_url();
    options.api_key = secret{"prefix.0123456789abcdef"};
    options.thread_safe = true;
    options.max_connections = 12; // fewer than there are calls, so that some wait
    options.retry.base = 1ms;
    options.retry.cap = 2ms;
    options.limits.pool = 60s;
    options.on_attempt = [&counted](attempt_report const&) { ++counted.attempts; };
    options.log = logger{log_level::debug,
                         [&counted](log_level, std::string_view) { ++counted.lines; }};
    return options;
}

testing::modzy_simulator_options fast_platform()
{
    testing::modzy_simulator_options with;
    with.queue_time = 1ms;
    with.input_time = 1ms;
    with.engines = 16;
    return with;
}

/// Every verb, again and again.
asio::awaitable<void> use(modzy::client client, int worker, int rounds, tally& jobs, tally& reads)
{
    for (int round = 0; round < rounds; ++round) {
        auto const request = text_job(std::to_string(worker) + '.' + std::to_string(round));
        auto submitted = co_await as_result(client.submit(request));
        jobs.count(submitted);
        if (!submitted)
            continue;
        auto const handle = std::move(*submitted);
        auto const status = co_await as_result(handle.status());
        reads.count(status);
        if (round % 3 == 0) {
            auto updates = handle.updates(quick());
            bool more = true;
            while (more) {
                auto const next = co_await as_result(updates.next());
                if (!next)
                    reads.count(next);
                more = next && next->has_value();
            }
        }
        auto const waited = co_await as_result(handle.wait(quick()));
        reads.count(waited);
        auto const results = co_await as_result(handle.result(quick()));
        reads.count(results);
        if (results && results->results.count("a") != 1)
            ++reads.other;
        http::request const get{"GET", "jobs/" + handle.id()};
        auto const raw = co_await as_result(client.raw(get));
        reads.count(raw);
        if (raw && raw->status != 200)
            ++reads.other;
        auto const again = client.attach<modzy::text_job>(handle.resume_token());
        auto const late = co_await as_result(again.cancel());
        reads.count(late);
    }
}

/// The same with calls that are cancelled at any moment.
asio::awaitable<void> abuse(modzy::client client, int worker, int rounds, tally& jobs, tally& reads)
{
    for (int round = 0; round < rounds; ++round) {
        std::chrono::microseconds const after{(worker * 131 + round * 977) % 6000};
        auto const request = text_job("x");
        auto submit = client.submit(request);
        auto submitted = co_await cancel_after(std::move(submit), after);
        jobs.count(submitted);
        http::request const get{"GET", "jobs/history"};
        auto raw = client.raw(get);
        auto const got = co_await cancel_after(std::move(raw), after / 2);
        reads.count(got);
        if (!submitted)
            continue;
        auto wait = submitted->result(quick());
        auto const ended = co_await cancel_after(std::move(wait), after / 3);
        reads.count(ended);
    }
}

asio::awaitable<void> submit_once(modzy::client client, tally& jobs)
{
    auto const request = text_job("x");
    auto const submitted = co_await as_result(client.submit(request));
    jobs.count(submitted);
}

} // namespace

TEST_CASE("eight threads share a client, and each call ends once and well")
{
    far_end server;
    testing::modzy_simulator platform{server.context().get_executor(), fast_platform()};
    crowd people;
    tally jobs;
    tally reads;
    {
        modzy::client const client{people.context().get_executor(), options_for(platform, jobs)};
        for (int worker = 0; worker < 32; ++worker)
            people.add(use(client, worker, 4, jobs, reads));
    }
    server.start();
    people.run();
    server.stop();
    CHECK(people.open() == 0);
    CHECK(people.thrown() == 0);
    CHECK(jobs.good == 32 * 4);
    CHECK(jobs.all() == 32 * 4);
    CHECK(reads.other == 0);
    CHECK(reads.good == 32 * 4 * 5);
    CHECK(platform.jobs() == 32 * 4);
    CHECK(platform.count("POST", "/jobs") == 32 * 4);
    CHECK(platform.connections() <= 12);
    CHECK(static_cast<std::size_t>(jobs.attempts) == platform.ledger().size());
    CHECK(jobs.lines >= jobs.attempts);
}

TEST_CASE("calls are cancelled at any moment, and what they held is free again")
{
    for (bool const tls : {false, true}) {
        CAPTURE(tls);
        support::authority const authority;
        auto with = fast_platform();
        if (tls) {
            auto const who = authority.issue("x", "IP:127.0.0.1");
            with.certificate_pem = who.certificate;
            with.private_key_pem = who.key;
        }
        far_end server;
        testing::modzy_simulator platform{server.context().get_executor(), with};
        crowd people;
        tally jobs;
        tally reads;
        auto options = options_for(platform, jobs);
        options.tls.ca_pem = authority.pem();
        modzy::client const client{people.context().get_executor(), options};
        int const rounds = tls ? 15 : 60;
        for (int worker = 0; worker < 48; ++worker)
            people.add(abuse(client, worker, rounds, jobs, reads));
        server.start();
        people.run();
        REQUIRE(people.open() == 0);
        CHECK(people.thrown() == 0);
        CHECK(jobs.other == 0);
        CHECK(reads.other == 0);
        CHECK(jobs.all() == 48 * rounds);
        CHECK(jobs.cancelled_unsent + jobs.cancelled_sent > 0);
        int const good_before = jobs.good;

        // No place in the pool got lost.
        for (int i = 0; i < 48; ++i)
            people.add(submit_once(client, jobs));
        people.run();
        server.stop();
        CHECK(people.open() == 0);
        CHECK(jobs.good == good_before + 48);
        CHECK(jobs.other == 0);
        auto const billed = static_cast<int>(platform.jobs());
        CHECK(billed >= jobs.good);
        CHECK(billed <= jobs.good + jobs.cancelled_sent);
        CHECK(platform.count("POST", "/jobs") == platform.jobs());
    }
}

TEST_CASE("a host name is looked up and its addresses are tried from eight threads")
{
    far_end server;
    testing::modzy_simulator platform{server.context().get_executor(), fast_platform()};
    crowd people;
    tally jobs;
    auto options = options_for(platform, jobs);
    options.base_url = "http://localhost:" + std::to_string(platform.port()) + "/api";
    options.max_idle = 0; // each call looks up and connects
    {
        modzy::client const client{people.context().get_executor(), options};
        for (int i = 0; i < 64; ++i)
            people.add(submit_once(client, jobs));
    }
    server.start();
    people.run();
    server.stop();
    CHECK(people.open() == 0);
    CHECK(jobs.good == 64);
    CHECK(platform.jobs() == 64);
}

namespace {

std::string lines_of_tokens(int count)
{
    std::string body;
    for (int i = 0; i < count; ++i)
        body += "{\"text\":\"t" + std::to_string(i) + "\"}\n";
    return body;
}

std::string answer_with(std::string const& body, bool last)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
           (last ? "\r\nConnection: close" : "") + "\r\n\r\n" + body;
}

struct stream_tally {
    std::atomic<int> events = 0;
    std::atomic<int> ended = 0;
    std::atomic<int> closed = 0;
    std::atomic<int> cancelled = 0;
    std::atomic<int> failed = 0;
};

/// Reads a stream to its end, or closes it early, or is cancelled in it.
asio::awaitable<void> listen_to(echo::client client, int worker, int rounds, stream_tally& counted)
{
    for (int round = 0; round < rounds; ++round) {
        echo::generate const request{"p"};
        auto opened = co_await as_result(client.stream(request));
        if (!opened) {
            ++counted.failed;
            continue;
        }
        auto stream = std::move(*opened);
        int const kind = (worker + round) % 3;
        int seen = 0;
        bool more = true;
        while (more) {
            if (kind == 1 && seen == 7) {
                stream.close();
                ++counted.closed;
                break;
            }
            auto next = stream.next();
            std::chrono::microseconds const after =
                kind == 2 && seen > 3 ? std::chrono::microseconds{worker * 37 % 300}
                                      : std::chrono::microseconds{patience};
            auto const event = co_await cancel_after(std::move(next), after);
            more = event && event->has_value();
            if (more)
                ++seen;
            else if (event)
                ++counted.ended;
            else if (event.error() == condition::cancelled)
                ++counted.cancelled;
            else
                ++counted.failed;
        }
        counted.events += seen;
    }
}

} // namespace

TEST_CASE("streams are read, closed and cancelled on eight threads")
{
    far_end server;
    std::string const body = lines_of_tokens(40);
    support::raw_script script{
        {answer_with(body, false), answer_with(body, false), answer_with(body, true)}};
    script.piece = 200;
    support::raw_server const generator{server.context(), script};
    crowd people;
    stream_tally counted;
    {
        echo::options options;
        options.base_url = generator.url();
        options.thread_safe = true;
        options.max_connections = 12;
        options.limits.pool = 60s;
        echo::client const client{people.context().get_executor(), options};
        for (int worker = 0; worker < 24; ++worker)
            people.add(listen_to(client, worker, 6, counted));
    }
    server.start();
    people.run();
    server.stop();
    CHECK(people.open() == 0);
    CHECK(people.thrown() == 0);
    CHECK(counted.failed == 0);
    CHECK(counted.ended >= 24 * 6 / 3);
    CHECK(counted.closed == 24 * 6 / 3);
    CHECK(counted.ended + counted.closed + counted.cancelled == 24 * 6);
    CHECK(counted.events >= 40 * counted.ended + 7 * counted.closed);
    CHECK(generator.requests().size() == 24 * 6);
}

TEST_CASE("a client and its context go while calls are in flight, and leave nothing behind")
{
    for (int const enough : {0, 1, 30, 150}) {
        CAPTURE(enough);
        far_end server;
        testing::modzy_simulator platform{server.context().get_executor(), fast_platform()};
        support::raw_script endless{{answer_with(lines_of_tokens(2000), false)},
                                    support::raw_script::end::hang};
        endless.piece = 64;
        support::raw_server const generator{server.context(), endless};
        server.start();
        tally jobs;
        tally reads;
        stream_tally counted;
        {
            crowd people;
            {
                modzy::client const client{people.context().get_executor(),
                                           options_for(platform, jobs)};
                echo::options options;
                options.base_url = generator.url();
                options.thread_safe = true;
                echo::client const listener{people.context().get_executor(), options};
                for (int worker = 0; worker < 24; ++worker) {
                    people.add(use(client, worker, 1000, jobs, reads));
                    people.add(abuse(client, worker, 1000, jobs, reads));
                    people.add(listen_to(listener, worker, 1000, counted));
                }
            }
            people.run([&] { return jobs.all() >= enough; });
            CHECK(people.open() > 0);
        }
        server.stop();
        CHECK(static_cast<int>(platform.jobs()) >= jobs.good);
        CHECK(jobs.other == 0);
        CHECK(platform.count("POST", "/jobs") == platform.jobs());
    }
}
