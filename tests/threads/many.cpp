// SPDX-License-Identifier: BSL-1.0
//
// Many calls of a client that eight threads share, and their results on any of these.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace launch = inferpp::launch;
using support::launching::ask_echo;
using item = std::pair<int, launch::endpoint_request<>>;

namespace {

/// A simulator on a thread of its own, in the machine's time.
class far_end {
public:
    far_end()
        : simulator_(context_.get_executor(), quick()),
          url_(simulator_.base_url()),
          thread_([this] { context_.run(); })
    {
    }
    far_end(far_end const&) = delete;
    far_end& operator=(far_end const&) = delete;
    ~far_end() { stop(); }

    std::string const& url() const { return url_; }

    /// How many tasks there were.
    std::size_t stop()
    {
        context_.stop();
        if (thread_.joinable())
            thread_.join();
        return simulator_.tasks();
    }

private:
    static testing::launch_simulator_options quick()
    {
        testing::launch_simulator_options with;
        with.task_queue_time = 1ms;
        with.task_run_time = 1ms;
        return with;
    }

    asio::io_context context_{1};
    testing::launch_simulator simulator_;
    std::string url_;
    std::thread thread_;
};

struct tally {
    std::mutex mutex;
    std::set<int> keys;
    std::size_t failures = 0;
};

/// Reads a stream of many jobs, or only the first results.
asio::awaitable<void> collect(launch::client client, int first, int count, int most,
                              std::shared_ptr<tally> into)
{
    std::vector<item> requests;
    for (int i = first; i < first + count; ++i)
        requests.emplace_back(i, i % 10 == 0 ? ask_echo("echo-async", {{"lost", "gone"}})
                                             : ask_echo("echo-async"));
    poll_options poll;
    poll.deadline = 60s;
    poll.min_interval = 1ms;
    poll.max_interval = 5ms;
    auto stream = client.submit_all(std::move(requests), poll, {.concurrency = 16});
    for (int i = 0; i < most; ++i) {
        auto const one = co_await stream.next();
        if (!one)
            break;
        std::lock_guard const lock{into->mutex};
        into->keys.insert(one->key);
        into->failures += one->outcome ? 0 : 1;
    }
}

} // namespace

TEST_CASE("streams of many jobs on eight threads, to the end or left in the middle")
{
    far_end server;
    auto const seen = std::make_shared<tally>();
    {
        asio::io_context context;
        launch::options options;
        options.base_url = server.url();
        options.api_key = secret{support::launching::launch_key};
        options.thread_safe = true;
        launch::client const client{context.get_executor(), options};
        std::atomic<int> thrown = 0;
        auto const ended = [&thrown](std::exception_ptr e) { thrown += e ? 1 : 0; };
        for (int i = 0; i < 4; ++i)
            asio::co_spawn(asio::make_strand(context), collect(client, 100 * i, 100, 1000, seen),
                           ended);
        auto const left = std::make_shared<tally>();
        for (int i = 0; i < 4; ++i)
            asio::co_spawn(asio::make_strand(context), collect(client, 1000, 100, 5, left), ended);
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&context] { context.run(); });
        for (auto& each : threads)
            each.join();
        CHECK(thrown == 0);
    }
    CHECK(seen->keys.size() == 400);
    CHECK(seen->failures == 40);
    CHECK(server.stop() < 400 + 4 * 100);
}
