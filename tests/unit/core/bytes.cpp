// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/error.hpp>

#include "unit/support.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace inferpp;
namespace fs = std::filesystem;

namespace {

// A folder that goes with the test.
class scratch {
public:
    scratch() : path_(fs::temp_directory_path() / ("inferpp-unit-" + fs::path{tag()}.string()))
    {
        fs::create_directories(path_);
    }
    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;
    ~scratch()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path const& path() const { return path_; }
    fs::path file(std::string const& name, std::string const& content) const
    {
        std::ofstream{path_ / name, std::ios::binary} << content;
        return path_ / name;
    }

private:
    static std::string tag()
    {
        return std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    fs::path path_;
};

std::string refusal(fs::path const& path)
{
    try {
        (void)bytes::from_file(path);
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::invalid_argument);
        CHECK(e.error().info().cause);
        return e.what();
    }
    return {};
}

} // namespace

TEST_CASE("bytes are made from text, views and ranges of any content")
{
    std::string const text{"a\0b\xff", 4};
    CHECK(bytes{text}.view() == text);
    CHECK(bytes{std::string_view{text}}.view() == text);
    CHECK(bytes{"text"}.size() == 4);
    CHECK(bytes{}.empty());
    CHECK(bytes{} == bytes{""});

    std::array<std::byte, 3> const raw{std::byte{0}, std::byte{1}, std::byte{0xfe}};
    CHECK(bytes{std::span<std::byte const>{raw}}.view() == std::string_view{"\0\1\xfe", 3});
    std::vector<unsigned char> const octets{0xff, 0x00};
    CHECK(bytes{std::span<unsigned char const>{octets}}.view() == std::string_view{"\xff\0", 2});
    CHECK(bytes{std::span<std::byte const>{}}.empty());

    bytes const copy{text};
    CHECK(copy.span().size() == 4);
    CHECK(copy.span()[3] == std::byte{0xff});
}

TEST_CASE("bytes take over a string and give it back without a copy")
{
    std::string text(1000, 'x');
    char const* const place = text.data();
    bytes taken{std::move(text)};
    CHECK(taken.view().data() == place);
    std::string const back = std::move(taken).take();
    CHECK(back.data() == place);
}

TEST_CASE("bytes are read from files of any size")
{
    scratch const folder;
    std::string large;
    for (std::size_t i = 0; i < (3UL << 20) + 1; ++i)
        large += static_cast<char>(i * 31 >> 3);
    for (std::string const& content :
         {std::string{}, std::string{"\0\r\n\xff", 4}, std::string(65535, 'a'),
          std::string(65536, 'b'), std::string(65537, 'c'), large}) {
        CAPTURE(content.size());
        CHECK(bytes::from_file(folder.file("input", content)) == bytes{content});
    }
    if (fs::exists("/proc/self/status")) // its size is said to be 0
        CHECK_FALSE(bytes::from_file("/proc/self/status").empty());
}

TEST_CASE("a file that can't be read is refused with its path and the reason")
{
    scratch const folder;
    std::string const missing = refusal(folder.path() / "missing.png");
    CHECK(unit::contains(missing, (folder.path() / "missing.png").string()));
    CHECK(unit::contains(missing, "No such file"));
    std::string const directory = refusal(folder.path());
    CHECK(unit::contains(directory, folder.path().string()));
    CHECK(unit::contains(directory, "directory"));
    CHECK_FALSE(refusal("").empty());
}
