// SPDX-License-Identifier: BSL-1.0
//
// The machine as Bedrock's credentials see it: variables, files, programs.

#include "support/bedrock_environment.hpp"

#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/process.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "support/run.hpp"
#include "unit/support.hpp"

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)
#include <signal.h>
#include <sys/wait.h>
#endif

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
namespace fs = std::filesystem;

namespace {

/// A folder that goes when the test ends.
struct temporary_folder {
    temporary_folder()
    {
        std::string name = (fs::temp_directory_path() / "inferpp-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~temporary_folder() { fs::remove_all(path); }
    fs::path path;
};

} // namespace

TEST_CASE("environment: files are read whole, and what is not there is told apart")
{
    temporary_folder const folder;
    auto const machine = bedrock::system_environment();
    std::string const file = (folder.path / "config").string();
    auto const missing = machine->read_file(file);
    REQUIRE(missing.has_error());
    CHECK(bedrock::is_missing_file(missing.error()));
    CHECK(bedrock::is_missing_file(machine->read_file(file + "/deeper").error()));
    REQUIRE(machine->write_file(file, "text\n").has_value());
    CHECK(machine->read_file(file).value() == "text\n");
    CHECK((fs::status(file).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
    REQUIRE(machine->write_file(file, "other").has_value());
    CHECK(machine->read_file(file).value() == "other");
    CHECK(std::distance(fs::directory_iterator{folder.path}, fs::directory_iterator{}) == 1);
    CHECK(machine->write_file((folder.path / "none" / "x").string(), "x").has_error());
    REQUIRE(machine->write_file(file, std::string((1U << 20) + 1, 'x')).has_value());
    auto const huge = machine->read_file(file);
    REQUIRE(huge.has_error());
    CHECK(!bedrock::is_missing_file(huge.error()));
    auto const a_folder = machine->read_file(folder.path.string());
    REQUIRE(a_folder.has_error());
    CHECK(!bedrock::is_missing_file(a_folder.error()));
}

TEST_CASE("environment: variables without blanks, settings that say yes")
{
    CHECK(!bedrock::system_environment()->variable("PATH").empty());
    CHECK(bedrock::system_environment()->variable("INFERPP_NO_SUCH_VARIABLE").empty());
    support::bedrocking::fake_environment machine;
    machine.variables = {{"A", " x \t"}, {"B", "  "}};
    CHECK(bedrock::find_variable(machine, "A") == "x");
    CHECK(bedrock::find_variable(machine, "B").empty());
    CHECK(bedrock::is_true(" TRUE"));
    CHECK(!bedrock::is_true("1"));
    CHECK(!bedrock::is_true(""));
}

TEST_CASE("environment: profile files lie below the home folder, or where variables say")
{
    support::bedrocking::fake_environment machine;
    CHECK(bedrock::locate_profile_files(machine, false).config.empty());
    CHECK(bedrock::read_profile_files(machine).value().profiles.empty());
    machine.variables["HOME"] = "/home/me";
    auto where = bedrock::locate_profile_files(machine, false);
    CHECK(where.config == "/home/me/.aws/config");
    CHECK(where.credentials == "/home/me/.aws/credentials");
    CHECK(where.sso_cache == "/home/me/.aws/sso/cache");
    machine.variables["AWS_CONFIG_FILE"] = "~/other";
    machine.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/x";
    where = bedrock::locate_profile_files(machine, false);
    CHECK(where.config == "/home/me/other");
    CHECK(where.credentials == "/x");
    machine.variables = {{"USERPROFILE", "C:\\me"}};
    CHECK(bedrock::locate_profile_files(machine, true).config == "C:\\me\\.aws\\config");
    machine.variables = {{"HOMEDRIVE", "D:"}, {"HOMEPATH", "\\me"}};
    CHECK(bedrock::locate_profile_files(machine, true).sso_cache == "D:\\me\\.aws\\sso\\cache");
    machine.variables = {{"HOME", "/h"}};
    machine.files["/h/.aws/config"] = "[default]\nregion = r";
    CHECK(bedrock::read_profile_files(machine).value().find("default", "region") == "r");
}

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)

namespace {

auto in(std::chrono::milliseconds time)
{
    return std::chrono::steady_clock::now() + time;
}

bool has_children()
{
    return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

} // namespace

TEST_CASE("programs: their output and status are given, and nobody is left behind")
{
    asio::io_context context{1};
    auto const run = [&context](char const* command) {
        auto const got = support::run(context, bedrock::run_process(command, in(30s)));
        REQUIRE(got.has_value());
        return *got;
    };
    CHECK(run("echo one; echo two").text == "one\ntwo\n");
    CHECK(run("echo one | tr o 0").text == "0ne\n");
    CHECK(run("true").status == 0);
    CHECK(run("exit 7").status == 7);
    CHECK(run("kill -15 $$").status == -15);
    CHECK(run("cat").text.empty()); // its input is empty
    CHECK(run("echo no >&2").text.empty());
    CHECK(run("echo done; exec >&-; exit 3").status == 3); // it has closed its output first
    auto const most = run("head -c 65536 /dev/zero");
    CHECK(most.text.size() == 65536);
    auto const more =
        support::run(context, bedrock::run_process("head -c 65537 /dev/zero", in(30s)));
    REQUIRE(more.has_error());
    CHECK(more.error() == errc::body_too_large);
    CHECK(!has_children());
}

TEST_CASE("programs: that take too long are killed, with all that they have started")
{
    asio::io_context context{1};
    // The time is over before it begins.
    for (char const* const command :
         {"sleep 1000", "sleep 1000 | sleep 1000", "exec >&-; sleep 1000"}) {
        auto const late = support::run(context, bedrock::run_process(command, in(0s)));
        REQUIRE(late.has_error());
        CHECK(late.error() == errc::deadline_exceeded);
    }
    CHECK(!has_children());
}

TEST_CASE("programs: a cancelled wait kills them")
{
    asio::io_context context{1};
    support::started<result<bedrock::process_output>> running{
        context, bedrock::run_process("sleep 1000", in(1h))};
    support::settle(context);
    CHECK(has_children());
    running.cancel();
    auto const ended = running.finish();
    CHECK((ended.has_error() ? ended.error() : ended->error()) == condition::cancelled);
    CHECK(!has_children());
    {
        asio::io_context gone{1};
        asio::co_spawn(gone, bedrock::run_process("sleep 1000", in(1h)),
                       [](std::exception_ptr, result<bedrock::process_output>) {});
        gone.poll();
        CHECK(has_children());
    }
    CHECK(!has_children());
}

TEST_CASE("programs: a process that has its children's ends ignored gets their output all the same")
{
    auto* const before = ::signal(SIGCHLD, SIG_IGN);
    asio::io_context context{1};
    auto const got = support::run(context, bedrock::run_process("echo x; exit 1", in(30s)));
    ::signal(SIGCHLD, before);
    REQUIRE(got.has_value());
    CHECK(got->text == "x\n");
    CHECK(got->status == 0); // nobody can know
}

#endif
