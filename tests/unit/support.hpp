// SPDX-License-Identifier: BSL-1.0
//
// What several unit tests need.

#ifndef INFERPP_TESTS_UNIT_SUPPORT_HPP
#define INFERPP_TESTS_UNIT_SUPPORT_HPP

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace unit {

/// Runs a coroutine that waits for nothing from outside, and gives its result.
template <class T>
T run(boost::asio::awaitable<T> work)
{
    boost::asio::io_context context{1};
    auto done = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
    context.run();
    REQUIRE(done.wait_for(std::chrono::seconds{0}) == std::future_status::ready);
    return done.get();
}

inline bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

/// `count` times `text`.
inline std::string repeat(std::string_view text, std::size_t count)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

/// A folder of this process's own, which goes with the object.
class temporary_folder {
public:
    temporary_folder()
        : path_(std::filesystem::temp_directory_path() /
                ("inferpp-unit-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(path_);
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;
    ~temporary_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path const& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A file or folder of the project's shared material: below $INFERPP_SHARED, else below a folder
/// "shared" beside this or any parent folder. Empty, with a message, where it does not exist.
inline std::filesystem::path shared_path(std::string_view name)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (char const* const given = std::getenv("INFERPP_SHARED")) {
        if (fs::path const path = fs::path{given} / name; fs::exists(path, ignored))
            return path;
    } else {
        for (fs::path at = fs::current_path(); at.has_relative_path(); at = at.parent_path())
            if (fs::path const path = at.parent_path() / "shared" / name; fs::exists(path, ignored))
                return path;
    }
    MESSAGE("skipped: no shared/", std::string{name}, "; set INFERPP_SHARED to the folder");
    return {};
}

inline std::string read_file(std::filesystem::path const& path)
{
    std::ifstream in{path, std::ios::binary};
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace unit

#endif
