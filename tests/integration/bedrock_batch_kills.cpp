// SPDX-License-Identifier: BSL-1.0
//
// A process that runs a batch is killed at any point, and started again, until it has all results:
// no record is lost, and none is paid twice.

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "support/batch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace bedrock = inferpp::bedrock;

namespace {

constexpr int records_in_batch = 23;

struct work {
    bedrock::options options;
    std::string run_id;
    std::string token; ///< of the job, where a process before has told it
    int told = -1;     ///< where the token is written to
};

bedrock::run_batch batch_of(std::string run_id)
{
    std::vector<bedrock::batch_record> records;
    for (int i = 1; i <= records_in_batch; ++i)
        records.emplace_back(run_id.substr(0, 8) + std::to_string(i), boost::json::value{{"n", i}});
    bedrock::run_batch batch{"arn:aws:iam::123456789012:role/batch", "vendor.model-v1:0",
                             "s3://bucket/batches/", bedrock::batch_records{std::move(records)}};
    batch.limits = {1, 10, 1'000'000};
    batch.run_id = std::move(run_id);
    return batch;
}

boost::asio::awaitable<bool> run_batch(bedrock::client client, work todo)
{
    bedrock::run_batch const batch = batch_of(todo.run_id);
    job<bedrock::run_batch> job;
    if (todo.token.empty())
        job = co_await client.submit(batch);
    else
        job = client.attach<bedrock::run_batch>(todo.token);
    std::string const line = job.resume_token() + '\n';
    if (::write(todo.told, line.data(), line.size()) < 0)
        co_return false;
    poll_options const poll{.deadline = 1min, .min_interval = 1ms, .max_interval = 4ms};
    auto outputs = co_await job.result(poll);
    std::set<std::string> seen;
    while (true) {
        auto const output = co_await outputs.next();
        if (!output)
            break;
        bool const good = output->outcome == bedrock::record_outcome::succeeded &&
                          output->model_output.at("echo") == output->model_input &&
                          seen.insert(output->record_id).second;
        if (!good)
            co_return false;
    }
    co_return seen.size() == records_in_batch;
}

/// The process that is killed.
[[noreturn]] void work_in_child(work const& todo)
{
    try {
        boost::asio::io_context context{1};
        bedrock::client const client{context.get_executor(), todo.options};
        bool const good = support::run(context, run_batch(client, todo));
        ::_exit(good ? 0 : 2);
    }
    catch (std::exception const& e) {
        std::cerr << "the killed process failed by itself: " << e.what() << '\n';
        ::_exit(1);
    }
}

class worker {
public:
    explicit worker(work todo)
    {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
        from_ = ends[0];
        todo.told = ends[1];
        id_ = ::fork();
        REQUIRE(id_ >= 0);
        if (id_ == 0) {
            // The sockets of the simulators are the parent's.
            for (int fd = 3; fd < 1024; ++fd)
                if (fd != todo.told)
                    ::close(fd);
            work_in_child(todo);
        }
        ::close(ends[1]);
    }
    worker(worker const&) = delete;
    worker& operator=(worker const&) = delete;
    ~worker()
    {
        kill();
        ::close(from_);
    }

    /// Whether it has ended by itself; then with `code`.
    bool ended()
    {
        if (!ended_ && ::waitpid(id_, &status_, WNOHANG) == id_)
            ended_ = true;
        return ended_;
    }
    int code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

    void kill()
    {
        if (ended_)
            return;
        ::kill(id_, SIGKILL);
        ::waitpid(id_, &status_, 0);
        ended_ = true;
    }

    /// The token, if it has come to tell it.
    std::string token()
    {
        char buffer[1024];
        for (ssize_t count = 0; (count = ::read(from_, buffer, sizeof buffer)) > 0;)
            told_.append(buffer, static_cast<std::size_t>(count));
        return told_.substr(0, told_.find('\n') == std::string::npos ? 0 : told_.find('\n'));
    }

private:
    pid_t id_ = -1;
    int from_ = -1;
    int status_ = 0;
    bool ended_ = false;
    std::string told_;
};

struct kill_world {
    kill_world()
    {
        storage->buckets["bucket"];
        testing::s3_simulator_options files;
        files.storage = storage;
        s3 = std::make_unique<testing::s3_simulator>(context.get_executor(), std::move(files));
        testing::bedrock_simulator_options with;
        with.storage = storage;
        with.min_records = 1;
        with.max_records = 10;
        with.max_jobs = 2;
        with.submitted = with.validating = with.scheduled = with.running = 2ms;
        simulator =
            std::make_unique<testing::bedrock_simulator>(context.get_executor(), std::move(with));
        options.region = "us-east-1";
        options.endpoint = simulator->base_url();
        options.s3_endpoint = s3->base_url();
        options.credentials =
            bedrock::static_credentials(bedrock::credentials{"test", secret{"test"}});
    }

    std::size_t requests() const { return simulator->ledger().size() + s3->ledger().size(); }

    /// Serves until the process has ended, or has made so many requests; then it is killed, some
    /// handlers later, so perhaps before the answer and perhaps behind it.
    void serve(worker& process, std::size_t most, int later)
    {
        std::size_t const before = requests();
        auto const limit = std::chrono::steady_clock::now() + support::watchdog;
        context.restart();
        while (!process.ended() && requests() - before < most) {
            REQUIRE(std::chrono::steady_clock::now() < limit);
            context.run_one_for(1ms);
        }
        for (int i = 0; i < later; ++i)
            context.poll_one();
        if (most != never)
            process.kill();
    }

    static constexpr std::size_t never = 1'000'000;
    boost::asio::io_context context{1};
    std::shared_ptr<testing::s3_storage> storage = std::make_shared<testing::s3_storage>();
    std::unique_ptr<testing::s3_simulator> s3;
    std::unique_ptr<testing::bedrock_simulator> simulator;
    bedrock::options options;
};

} // namespace

TEST_CASE("batch: killed 200 times anywhere and started again, no record is lost or paid twice")
{
    constexpr int wanted = 200;
    constexpr unsigned seed = 20261126;
    std::mt19937 random{seed};
    kill_world here;
    int kills = 0;
    int batches = 0;
    int by_token = 0;
    std::map<std::size_t, int> killed_at; // requests that the process had made
    while (kills < wanted) {
        work todo;
        todo.options = here.options;
        todo.run_id = "run" + std::to_string(10'000 + batches);
        ++batches;
        int const deaths = 1 + static_cast<int>(random() % 4);
        for (int i = 0; i < deaths; ++i) {
            std::size_t const most = 1 + random() % 24;
            worker process{todo};
            here.serve(process, most, static_cast<int>(random() % 4));
            if (process.code() != -1) {
                CHECK(process.code() == 0); // it was done before
                break;
            }
            ++kills;
            ++killed_at[most];
            // What the process has told was kept; half of those that start again know it.
            if (std::string const token = process.token(); !token.empty() && random() % 2 == 0) {
                todo.token = token;
                ++by_token;
            }
        }
        worker last{todo};
        here.serve(last, kill_world::never, 0);
        REQUIRE(last.code() == 0);
    }
    std::map<std::string, int> paid;
    for (auto const& each : here.simulator->processed())
        ++paid[each.record_id];
    CHECK(paid.size() == static_cast<std::size_t>(batches * records_in_batch));
    int twice = 0;
    for (auto const& [id, times] : paid)
        twice += times != 1;
    CHECK(twice == 0);
    CHECK(here.simulator->jobs() == static_cast<std::size_t>(batches * 3));
    CHECK(killed_at.size() > 15);
    CHECK(by_token > 10);
    MESSAGE(kills << " kills in " << batches << " batches, at " << killed_at.size()
                  << " different requests; " << by_token << " went on by resume token");
}
