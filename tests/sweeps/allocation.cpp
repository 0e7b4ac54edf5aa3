// SPDX-License-Identifier: BSL-1.0
//
// Every allocation of the client fails in turn: those of C++, and those of Asio and Beast, which
// ask the C library for aligned memory. The server lives in a thread of its own and always gets
// what it asks for.

#include "sweeps/sweep.hpp"

#include <malloc.h>

#include <cstdlib>
#include <future>
#include <new>
#include <string>
#include <thread>

namespace {

/// Counts the allocations of one thread and lets one of them fail.
struct allocation_fault {
    bool armed = false;
    bool hit = false;
    std::size_t left = 0; ///< allocations that succeed before the one that fails

    bool fails_now() noexcept
    {
        if (!armed || hit)
            return false;
        if (left > 0) {
            --left;
            return false;
        }
        hit = true;
        return true;
    }
};

thread_local constinit allocation_fault fault_here;

void* allocate(std::size_t size, std::size_t alignment)
{
    if (fault_here.fails_now())
        throw std::bad_alloc{};
    std::size_t const some = size == 0 ? 1 : size;
    void* const memory = alignment == 0 ? std::malloc(some) : memalign(alignment, some);
    if (memory == nullptr)
        throw std::bad_alloc{};
    return memory;
}

} // namespace

void* operator new(std::size_t size)
{
    return allocate(size, 0);
}
void* operator new[](std::size_t size)
{
    return allocate(size, 0);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    return fault_here.fails_now() ? nullptr : memalign(alignment, size);
}

extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept
{
    if (fault_here.fails_now())
        return ENOMEM;
    *memory = memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

using namespace sweep;

namespace {

/// A platform in a thread of its own.
class server_thread {
public:
    explicit server_thread(bool tls)
        : platform_(context_.get_executor(), serving(tls)), port(platform_.port()),
          thread_([this] { context_.run(); })
    {
    }
    server_thread(server_thread const&) = delete;
    server_thread& operator=(server_thread const&) = delete;
    ~server_thread()
    {
        asio::post(context_, [this] { platform_.stop(); });
        thread_.join();
    }

private:
    asio::io_context context_{1};
    small_platform platform_;

public:
    std::uint16_t const port;
    small_platform& platform() noexcept { return platform_; }

private:
    std::thread thread_;
};

/// Allocations fail from the making of the client to the end of the scenario.
void fail_every_allocation(bool tls)
{
    server_thread server{tls};
    asio::io_context context{1};
    auto const time = std::make_shared<inferpp::testing::manual_clock>();
    auto const options = client_of(server.port, tls, time);
    {
        // The context opens files of its own with the first socket.
        modzy::client first{context.get_executor(), options};
        CHECK(problem_with_next_request(context, first) == "");
    }
    tally count{std::string{"every allocation fails in turn, "} + (tls ? "TLS" : "plain")};
    std::size_t thrown_by_constructor = 0;
    std::size_t thrown_by_run = 0;
    std::size_t failures = 0;
    bool hit = true;
    for (std::size_t n = 0; hit; ++n) {
        CAPTURE(n);
        catch_up(*time);
        std::size_t const files = open_files();
        std::string const text = "run " + std::to_string(n);
        std::string problem;
        bool has_value = false;
        std::optional<modzy::client> client;
        std::shared_ptr<flight> state;
        bool out_of_run = false;
        fault_here = {.armed = true, .left = n};
        try {
            client.emplace(context.get_executor(), options);
        }
        catch (std::bad_alloc const&) {
            ++thrown_by_constructor;
        }
        if (client) {
            try {
                state = launch(context, *client, text);
            }
            catch (std::bad_alloc const&) {
                out_of_run = true;
            }
        }
        if (state) {
            auto const limit = std::chrono::steady_clock::now() + patience;
            context.restart();
            while (state->completions == 0) {
                try {
                    if (context.run_one_until(limit) == 0)
                        break;
                }
                catch (std::bad_alloc const&) {
                    out_of_run = true;
                }
            }
        }
        hit = fault_here.hit;
        fault_here = {};
        if (state) {
            support::settle(context);
            thrown_by_run += out_of_run ? 1 : 0;
            // The handler went with its coroutine when the exception came out of run().
            bool const gone = out_of_run && state.use_count() == 1;
            if (state->completions == 0 && !gone)
                problem = out_of_run ? "it hangs after an exception from run()" : "it hangs";
            if (state->completions > 1)
                problem = "it completed twice";
            if (problem.empty() && state->completions == 1) {
                auto const end = ending_of(*state);
                problem = problem_with(end, server.platform().jobs(text));
                if (problem.empty() && !hit && !end.value)
                    problem = "it failed with memory enough";
                has_value = end.value.has_value();
                failures += end.failed.has_value() ? 1 : 0;
            }
        }
        if (client && problem.empty())
            problem = problem_with_next_request(context, *client);
        state.reset();
        client.reset();
        if (!files_are_back(context, files) && problem.empty())
            problem = "sockets are left open";
        CHECK_MESSAGE(problem.empty(), problem);
        count.add(has_value);
    }
    CHECK(server.platform().most_jobs_of_one_text() == 1);
    std::printf("  of them %zu by the constructor, %zu out of run(), %zu as inferpp::failure\n",
                thrown_by_constructor, thrown_by_run, failures);
}

} // namespace

// Not on a strand: Asio's own ends the program, or never runs again, when it can't post itself. Not
// OpenSSL's own allocations: some fail without an entry in its list of errors, and the constructor
// of Asio's ssl::context then goes on with a null pointer.
TEST_CASE("whichever allocation fails, the scenario ends once and the client still works")
{
    fail_every_allocation(false);
    fail_every_allocation(true);
}
