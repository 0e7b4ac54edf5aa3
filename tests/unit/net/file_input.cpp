// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/error.hpp>
#include <inferpp/net/file_input.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>

#include "unit/support.hpp"

using namespace inferpp;

namespace {

std::string read_all(http::body_source& source)
{
    std::string all;
    std::array<char, 3> piece{};
    while (std::size_t const count = unit::run(source.read(std::span{piece})).value())
        all.append(piece.data(), count);
    return all;
}

} // namespace

TEST_CASE("bytes as an input are read as often as wanted, also by copies")
{
    file_input const input{bytes{"content"}};
    file_input const copy = input;
    for (int i = 0; i < 2; ++i) {
        auto const source = input.open();
        CHECK(source->size() == 7);
        CHECK(read_all(*source) == "content");
        CHECK(read_all(*source).empty());
        CHECK(source->rewind());
        CHECK(read_all(*source) == "content");
        CHECK(read_all(*copy.open()) == "content");
    }
    CHECK(file_input{}.open()->size() == 0);
}

TEST_CASE("a file is opened when its turn comes, and named when it can't be")
{
    file_input const input{std::filesystem::path{"/no/such/file"}};
    CHECK_THROWS_WITH_AS(input.open(), doctest::Contains("/no/such/file"), failure);
}

TEST_CASE("a source of one's own is given as it is")
{
    auto const own = file_input{bytes{"x"}}.open();
    CHECK(file_input{own}.open() == own);
    CHECK(file_input{std::shared_ptr<http::body_source>{}}.open() == nullptr);
}
