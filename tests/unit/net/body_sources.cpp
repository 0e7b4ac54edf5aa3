// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/http.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
namespace fs = std::filesystem;

namespace {

/// A file that goes with the test.
class temporary_file {
public:
    explicit temporary_file(std::string const& content)
        : path(fs::temp_directory_path() /
               ("inferpp-body-" + std::to_string(::getpid()) + '-' + std::to_string(++count)))
    {
        write(content);
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file()
    {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    void write(std::string const& content) const
    {
        std::ofstream{path, std::ios::binary} << content;
    }

    fs::path path;

private:
    static inline int count = 0;
};

std::string bytes_of(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(i * 31 % 251);
    return out;
}

std::string read_all(http::body_source& source, std::size_t piece)
{
    std::string all;
    std::vector<char> buffer(piece);
    while (true) {
        auto const got = unit::run(source.read(std::span{buffer}));
        REQUIRE(got.has_value());
        if (*got == 0)
            return all;
        REQUIRE(*got <= piece);
        all.append(buffer.data(), *got);
    }
}

} // namespace

TEST_CASE("a file is a body: its size, its bytes, and again from the start")
{
    for (std::size_t const size : {0u, 1u, 4095u, 4096u, 65535u, 65536u, 65537u, 200'000u}) {
        CAPTURE(size);
        std::string const content = bytes_of(size);
        temporary_file const file{content};
        auto const body = http::file_body(file.path);
        REQUIRE(body->size().has_value());
        CHECK(*body->size() == size);
        for (std::size_t const piece : {1000u, 65536u}) {
            CHECK(read_all(*body, piece) == content);
            CHECK(unit::run(body->read(std::span<char>{})).value() == 0);
            REQUIRE(body->rewind().has_value());
        }
        // Also from the middle.
        std::vector<char> some(100);
        CHECK(unit::run(body->read(std::span{some})).value() == std::min<std::size_t>(100, size));
        REQUIRE(body->rewind().has_value());
        CHECK(read_all(*body, 777) == content);
    }
}

TEST_CASE("the size of a file's body is that at its opening, its bytes those of now")
{
    temporary_file const file{bytes_of(100'000)};
    auto const body = http::file_body(file.path);
    fs::resize_file(file.path, 10);
    CHECK(*body->size() == 100'000);
    CHECK(read_all(*body, 4096).size() == 10);
}

TEST_CASE("a pipe is a body of unknown size that can't begin again")
{
    fs::path const path =
        fs::temp_directory_path() / ("inferpp-pipe-" + std::to_string(::getpid()));
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    {
        // Open for both, so that neither end waits for the other.
        std::fstream writer{path, std::ios::in | std::ios::out | std::ios::binary};
        REQUIRE(writer.good());
        auto const body = http::file_body(path);
        CHECK(!body->size());
        writer << "text" << std::flush;
        std::vector<char> buffer(4);
        CHECK(unit::run(body->read(std::span{buffer})).value() == 4);
        auto const again = body->rewind();
        REQUIRE(again.has_error());
        CHECK(unit::contains(again.error().what(), path.string()));
    }
    fs::remove(path);
}

TEST_CASE("pieces of memory are one body, which many can send at once")
{
    std::string const content = bytes_of(100'000);
    shared_bytes const whole{content};
    std::vector<shared_bytes> pieces;
    pieces.emplace_back();
    pieces.push_back(whole.part(0, 1));
    pieces.push_back(whole.part(1, 65'536));
    pieces.emplace_back();
    pieces.push_back(whole.part(65'537));
    pieces.emplace_back("");
    for (std::size_t const piece : {1u, 2u, 1000u, 65'536u, 200'000u}) {
        CAPTURE(piece);
        auto const one = http::memory_body(pieces);
        auto const other = http::memory_body(pieces);
        CHECK(one->size() == 100'000);
        std::vector<char> some(50);
        CHECK(unit::run(other->read(std::span{some})).value() == 50);
        CHECK(read_all(*one, piece) == content);
        CHECK(read_all(*other, piece) == content.substr(50));
        CHECK(unit::run(one->read(std::span<char>{})).value() == 0);
        REQUIRE(one->rewind().has_value());
        CHECK(read_all(*one, piece) == content);
    }
    auto const none = http::memory_body({});
    CHECK(none->size() == 0);
    CHECK(read_all(*none, 10).empty());
}

TEST_CASE("a body of memory keeps it alive, and does not copy it before it is read")
{
    auto owner = std::make_shared<std::string>("text");
    std::vector<shared_bytes> pieces;
    pieces.emplace_back(owner, *owner);
    auto const body = http::memory_body(pieces);
    pieces.clear();
    CHECK(owner.use_count() == 2);
    owner->front() = 'n'; // which a program must not do, and which shows that it is not copied
    owner.reset();
    CHECK(read_all(*body, 10) == "next");
}

TEST_CASE("a file that can't be opened is no body")
{
    for (fs::path const& path :
         {fs::temp_directory_path() / "inferpp-there-is-no-such-file", fs::temp_directory_path()}) {
        try {
            http::file_body(path);
            FAIL("no exception");
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            CHECK(unit::contains(e.what(), path.string()));
        }
    }
}
