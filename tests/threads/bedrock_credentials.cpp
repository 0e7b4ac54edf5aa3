// SPDX-License-Identifier: BSL-1.0
//
// Clients on threads of their own that share what fetches their credentials. ThreadSanitizer
// watches.

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/aws_credentials.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/bedrock_environment.hpp"
#include "support/far_end.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::far_end;

namespace {

constexpr std::size_t thread_count = 8;
constexpr auto patience = 100s; // sanitizers are slow; nothing waits for it unless it hangs

/// Those of a container, that are used for a moment only.
class short_lived final : public bedrock::credentials_provider {
public:
    short_lived(std::shared_ptr<bedrock::credentials_provider> from, std::chrono::milliseconds life)
        : from_(std::move(from)),
          life_(life)
    {
    }
    std::string name() const override { return "short-lived credentials"; }

    std::atomic<int> fetches = 0;
    std::atomic<int> fetched = 0;
    std::atomic<bool> overlapped = false;

protected:
    asio::awaitable<result<bedrock::credentials>> fetch(provider_services with) override
    {
        if (fetching_.exchange(true))
            overlapped = true;
        ++fetches;
        auto const leave = std::shared_ptr<void>{nullptr, [this](void*) { fetching_ = false; }};
        constexpr std::chrono::hours later{24}; // what it has is too old for that
        auto const got = co_await from_->get(with, with.clock.calendar() + later);
        if (!got)
            co_return got.error();
        bedrock::credentials made = **got;
        made.expires = with.clock.calendar() + life_;
        ++fetched;
        co_return made;
    }

private:
    std::shared_ptr<bedrock::credentials_provider> from_;
    std::chrono::milliseconds life_;
    std::atomic<bool> fetching_ = false;
};

struct world {
    explicit world(std::chrono::milliseconds life)
    {
        testing::container_options issuing;
        issuing.issued = [this](testing::aws_key const& key) { simulator->accept(key); };
        container = std::make_unique<testing::container_simulator>(server.context().get_executor(),
                                                                   issuing);
        simulator = std::make_unique<testing::bedrock_simulator>(server.context().get_executor());
        auto const machine = std::make_shared<support::bedrocking::fake_environment>();
        machine->variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
            container->origin_url() + "/credentials";
        bedrock::credential_options where;
        where.from = machine;
        credentials = std::make_shared<short_lived>(bedrock::container_credentials(where), life);
        options.region = "us-east-1";
        options.endpoint = simulator->base_url();
        options.credentials = credentials;
        server.start();
    }
    world(world const&) = delete;
    world& operator=(world const&) = delete;
    ~world() { server.stop(); }

    far_end server;
    std::unique_ptr<testing::bedrock_simulator> simulator;
    std::unique_ptr<testing::container_simulator> container;
    std::shared_ptr<short_lived> credentials;
    bedrock::options options;
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
};

asio::awaitable<void> list(world& here, bedrock::client client, int rounds)
{
    bedrock::list_model_invocation_jobs const op;
    for (int round = 0; round < rounds; ++round) {
        auto const got = co_await as_result(client.send(op));
        ++(got ? here.good : here.bad);
    }
}

/// All threads do the same.
template <class Work>
void on_threads(Work work)
{
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < thread_count; ++i)
        threads.emplace_back(work, static_cast<int>(i));
    for (auto& thread : threads)
        thread.join();
}

} // namespace

TEST_CASE("clients of eight threads share credentials, which are fetched once for all")
{
    for (auto const life : {std::chrono::milliseconds{1h}, 30ms, 0ms}) {
        CAPTURE(life.count());
        world here{life};
        on_threads([&](int) {
            asio::io_context context{1};
            bedrock::client const client{context.get_executor(), here.options};
            for (int i = 0; i < 3; ++i)
                asio::co_spawn(context, list(here, client, 15), asio::detached);
            context.run_for(patience);
        });
        here.server.stop();
        CHECK(here.good == 3 * 15 * static_cast<int>(thread_count));
        CHECK(here.bad == 0);
        CHECK(!here.credentials->overlapped);
        CHECK(static_cast<std::size_t>(here.credentials->fetched) == here.container->issued());
        if (life >= 1h)
            CHECK(here.credentials->fetches == 1);
    }
}

TEST_CASE("threads that share credentials go while these are fetched, and the others stay well")
{
    world here{3ms};
    on_threads([&](int worker) {
        for (int round = 0; round < 40; ++round) {
            asio::io_context context{1};
            bedrock::client const client{context.get_executor(), here.options};
            for (int i = 0; i < 3; ++i)
                asio::co_spawn(context, list(here, client, 100), asio::detached);
            context.run_for(std::chrono::microseconds{(worker * 1571 + round * 977) % 9000});
        }
    });
    CHECK(here.bad == 0);
    CHECK(!here.credentials->overlapped);
    CHECK(here.credentials->fetches > here.credentials->fetched); // some went with their context

    asio::io_context context{1};
    bedrock::client const client{context.get_executor(), here.options};
    here.good = 0;
    asio::co_spawn(context, list(here, client, 3), asio::detached);
    context.run_for(patience);
    CHECK(here.good == 3);
}
