// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/file.hpp>

#include "unit/support.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using namespace inferpp;
namespace fs = std::filesystem;

namespace {

error error_of(fs::path const& path)
{
    try {
        detail::open_file(path);
        return {};
    }
    catch (failure const& e) {
        return e.error();
    }
}

} // namespace

TEST_CASE("a file is opened for reading, as bytes")
{
    fs::path const path =
        fs::temp_directory_path() / ("inferpp-file-" + std::to_string(::getpid()));
    std::ofstream{path, std::ios::binary} << "a\r\n\0b";
    {
        auto const file = detail::open_file(path);
        REQUIRE(file != nullptr);
        CHECK(std::fgetc(file.get()) == 'a');
        CHECK(std::fgetc(file.get()) == '\r');
        CHECK(std::fputc('x', file.get()) == EOF);
    }
    fs::remove(path);
}

TEST_CASE("a file that can't be opened is refused with its path and the reason")
{
    fs::path const missing = fs::temp_directory_path() / "inferpp-there-is-no-such-file";
    error const none = error_of(missing);
    CHECK(none == errc::invalid_argument);
    CHECK(unit::contains(none.what(), missing.string()));
    CHECK(none.info().cause == std::make_error_code(std::errc::no_such_file_or_directory));

    error const folder = error_of(fs::temp_directory_path());
    CHECK(folder == errc::invalid_argument);
    CHECK(unit::contains(folder.what(), fs::temp_directory_path().string()));
    CHECK(folder.info().cause == std::make_error_code(std::errc::is_a_directory));
}

TEST_CASE("the error of a file has the system's code as its cause")
{
    error const e = detail::file_error("x/y", {EACCES, std::generic_category()});
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().cause.value() == EACCES);
    CHECK(unit::contains(e.what(), "'x/y'"));
}
