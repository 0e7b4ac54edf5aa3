// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_PROCESS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_PROCESS_IPP

#include <inferpp/providers/bedrock/process.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <utility>

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

// Not declared by every <unistd.h>.
extern char** environ; // NOLINT(readability-redundant-declaration)
#endif

namespace inferpp::inline INFERPP_ABI::bedrock {

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)

/// A program that runs, and is killed with all that it has started when this goes.
class child_program {
public:
    child_program() = default;
    child_program(child_program const&) = delete;
    child_program& operator=(child_program const&) = delete;
    ~child_program()
    {
        if (id_ <= 0)
            return;
        ::kill(-id_, SIGKILL);
        while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    /// Starts the shell. @return the end of the pipe that its output comes from
    result<int> start(std::string const& command)
    {
        std::array<int, 2> ends{-1, -1};
        if (::pipe(ends.data()) != 0)
            return failed("no pipe could be made", errno);
        for (int const end : ends)
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
        int const code = spawn(command, ends[1]);
        ::close(ends[1]);
        if (code == 0)
            return ends[0];
        ::close(ends[0]);
        return failed("the shell could not be started", code);
    }

    /// The status of a program that has ended. 0 also where that is not to be known, since the
    /// process has its children's ends ignored.
    std::optional<int> ended() noexcept
    {
        int status = 0;
        pid_t const got = ::waitpid(id_, &status, WNOHANG);
        if (got == 0 || (got < 0 && errno == EINTR))
            return std::nullopt;
        id_ = -1;
        if (got < 0)
            return 0;
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    static error failed(std::string message, int code)
    {
        error e{errc::unsupported, std::move(message)};
        e.edit().cause = error_code{code, boost::system::generic_category()};
        return e;
    }

    int spawn(std::string const& command, int output)
    {
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_t how;
        posix_spawnattr_init(&how);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&how, &none);
        posix_spawnattr_setsigdefault(&how, &all);
        posix_spawnattr_setpgroup(&how, 0);
        posix_spawnattr_setflags(&how,
                                 static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF));
        std::array<std::string, 3> words{"sh", "-c", command};
        std::array<char*, 4> const arguments{words[0].data(), words[1].data(), words[2].data(),
                                             nullptr};
        int const code = posix_spawn(&id_, "/bin/sh", &files, &how, arguments.data(), environ);
        posix_spawnattr_destroy(&how);
        posix_spawn_file_actions_destroy(&files);
        if (code != 0)
            id_ = -1;
        return code;
    }

    pid_t id_ = -1;
};

/// The output of a program, and the limit of its time. The timer's handler shares it.
struct program_output {
    explicit program_output(boost::asio::any_io_executor const& executor)
        : pipe(executor),
          limit(executor)
    {
    }
    boost::asio::posix::stream_descriptor pipe;
    boost::asio::steady_timer limit;
    bool late = false;
};

INFERPP_DECL boost::asio::awaitable<result<process_output>> run_process(std::string command,
                                                                        clock::time_point deadline)
{
    constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);
    constexpr std::size_t most = 64UL << 10;
    error const late{errc::deadline_exceeded, "the program did not end in time"};
    child_program program;
    auto const pipe = program.start(command);
    if (!pipe)
        co_return pipe.error();
    auto const output = std::make_shared<program_output>(co_await boost::asio::this_coro::executor);
    output->pipe.assign(*pipe);
    output->limit.expires_at(deadline);
    output->limit.async_wait([weak = std::weak_ptr{output}](error_code code) {
        auto const waiting = weak.lock();
        if (code || !waiting)
            return;
        waiting->late = true;
        error_code ignored;
        waiting->pipe.cancel(ignored);
    });
    process_output made;
    while (true) {
        std::array<char, 1024> piece; // written before it is read
        auto const [code, got] =
            co_await output->pipe.async_read_some(boost::asio::buffer(piece), as_values);
        made.text.append(piece.data(), got);
        if (made.text.size() > most)
            co_return error{errc::body_too_large, "the program printed more than 64 KiB"};
        if (output->late)
            co_return late;
        if (code == boost::asio::error::operation_aborted)
            co_return error{errc::cancelled};
        if (code)
            break;
    }
    // It has closed its output. Most programs end then; there is no way to wait for it without
    // taking signals away from the rest of the process.
    boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
    for (std::chrono::milliseconds wait{1};;
         wait = (std::min)(2 * wait, std::chrono::milliseconds{50})) {
        if (auto const status = program.ended()) {
            made.status = *status;
            co_return made;
        }
        if (output->late)
            co_return late;
        pause.expires_after(wait);
        auto const [code] = co_await pause.async_wait(as_values);
        if (code)
            co_return error{errc::cancelled};
    }
}

#else

INFERPP_DECL boost::asio::awaitable<result<process_output>> run_process(std::string,
                                                                        clock::time_point)
{
    co_return error{errc::unsupported, "programs are run on POSIX systems only"};
}

#endif

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
