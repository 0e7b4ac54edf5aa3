// SPDX-License-Identifier: BSL-1.0
//
// Memory of 100,000 jobs that wait on one thread, beside as many coroutines that only sleep: the
// difference is what the library needs for a job. Bytes in use as malloc counts them.

#include <inferpp/modzy.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdio>
#include <malloc.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using namespace std::chrono_literals;

constexpr std::size_t count = 100'000;

// Answers every poll with the same running job.
class canned_body final : public inferpp::body_reader {
public:
    asio::awaitable<inferpp::result<std::string_view>> read_some(
        inferpp::clock::duration, inferpp::clock::time_point) override
    {
        static std::string const text = R"({"jobIdentifier":"j","status":"IN_PROGRESS","total":2,)"
                                        R"("pending":1,"completed":1,"failed":0})";
        co_return std::exchange(told_, true) ? std::string_view{} : std::string_view{text};
    }

private:
    bool told_ = false;
};

class canned_transport final : public inferpp::transport {
public:
    asio::awaitable<inferpp::result<inferpp::incoming>> open(inferpp::origin const&,
                                                             inferpp::http::request const&,
                                                             inferpp::limits const&,
                                                             inferpp::clock::time_point) override
    {
        ++polls;
        co_await asio::post(co_await asio::this_coro::executor, asio::deferred);
        inferpp::incoming answer;
        answer.status = 200;
        answer.body = std::make_unique<canned_body>();
        co_return answer;
    }
    std::size_t polls = 0;
};

std::size_t in_use()
{
    struct mallinfo2 const info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

asio::awaitable<void> sleep_only()
{
    asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
    co_await timer.async_wait(asio::as_tuple(asio::deferred));
}

asio::awaitable<void> wait_for(modzy::client client, std::string id)
{
    auto const job = client.attach<modzy::embedded_job>(id);
    co_await job.wait({.forever = true, .min_interval = 1h, .max_interval = 2h});
}

} // namespace

int main()
{
    std::size_t sleeping = 0;
    {
        asio::io_context context{1};
        std::size_t const before = in_use();
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(context, sleep_only(), asio::detached);
        context.poll();
        sleeping = in_use() - before;
    }
    std::size_t waiting = 0;
    double idle_cpu = 0;
    std::size_t polls = 0;
    {
        asio::io_context context{1};
        auto const transport = std::make_shared<canned_transport>();
        modzy::options options;
        options.api_key = inferpp::secret{"bench.key"};
        options.transport = transport;
        modzy::client const client{context.get_executor(), options};
        std::size_t const before = in_use();
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(context, wait_for(client, "job-" + std::to_string(i)), asio::detached);
        while (context.poll() > 0) {
        }
        waiting = in_use() - before;
        polls = transport->polls;
        double const start = cpu_seconds();
        context.run_for(200ms);
        idle_cpu = cpu_seconds() - start;
    }
    double const each = static_cast<double>(waiting) / count;
    double const bare = static_cast<double>(sleeping) / count;
    std::printf("%zu jobs waiting on one thread, %zu polls made\n", count, polls);
    std::printf("  a coroutine that only sleeps  %7.0f bytes\n", bare);
    std::printf("  a job that is waited for      %7.0f bytes (%.2f x)\n", each, each / bare);
    std::printf("  what the library adds         %7.0f bytes (budget 1536)\n", each - bare);
    std::printf("  CPU in 200 ms of waiting      %7.3f ms\n", idle_cpu * 1e3);
}
