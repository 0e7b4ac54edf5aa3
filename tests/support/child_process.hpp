// SPDX-License-Identifier: BSL-1.0
//
// A server in a process of its own, so that what is measured is the client; and what is measured.

#ifndef INFERPP_TESTS_SUPPORT_CHILD_PROCESS_HPP
#define INFERPP_TESTS_SUPPORT_CHILD_PROCESS_HPP

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// A process that serves until it is destroyed. It tells one line first: where it listens.
class child_process {
public:
    using tell_function = std::function<void(std::string)>;

    explicit child_process(std::function<void(tell_function)> const& serve)
    {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            std::abort();
        id_ = ::fork();
        if (id_ == 0) {
            ::close(ends[0]);
            serve([to = ends[1]](std::string line) {
                line += '\n';
                if (::write(to, line.data(), line.size()) < 0)
                    std::abort();
            });
            ::_exit(0);
        }
        ::close(ends[1]);
        for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';)
            line_ += c;
        ::close(ends[0]);
    }
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    ~child_process()
    {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }

    std::string const& line() const noexcept { return line_; }
    pid_t id() const noexcept { return id_; }

private:
    pid_t id_ = -1;
    std::string line_;
};

/// CPU that this process has used, in seconds.
inline double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The most memory that this process has had, in MiB.
inline std::uint64_t peak_memory()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) / 1024;
}

/// The memory that this process has now, in bytes.
inline std::uint64_t resident_memory()
{
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr)
        return 0;
    unsigned long long all = 0;
    unsigned long long resident = 0;
    int const read = std::fscanf(file, "%llu %llu", &all, &resident);
    std::fclose(file);
    return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// How long work took, and how much CPU of this process.
struct measured {
    double seconds = 0;
    double cpu = 0;
};

template <class Work>
measured measure(Work const& work)
{
    double const cpu = cpu_seconds();
    auto const begin = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    return {took.count(), cpu_seconds() - cpu};
}

/// Whether memory is more than it would be, because a sanitizer looks after it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// Lets this process, and its children, have so many descriptors. Returns whether they may.
inline bool allow_descriptors(std::uint64_t count)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= count)
        return true;
    limit.rlim_cur = count;
    if (limit.rlim_max < count)
        limit.rlim_max = count; // for root
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

} // namespace support

#endif
