// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/shared_bytes.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

static_assert(std::is_nothrow_copy_constructible_v<shared_bytes> &&
              std::is_nothrow_move_constructible_v<shared_bytes>);

TEST_CASE("shared bytes are made from text, bytes and ranges")
{
    std::string const text{"a\0\xff", 3};
    CHECK(shared_bytes{text}.view() == text);
    CHECK(shared_bytes{std::string_view{text}}.view() == text);
    CHECK(shared_bytes{bytes{text}}.view() == text);
    CHECK(shared_bytes{"text"}.size() == 4);
    CHECK(shared_bytes{}.empty());
    CHECK(shared_bytes{}.span().empty());
    std::array<std::byte, 2> const raw{std::byte{0}, std::byte{0xfe}};
    shared_bytes const copied{std::span<std::byte const>{raw}};
    CHECK(copied.view() == std::string_view{"\0\xfe", 2});
    CHECK(copied.span()[1] == std::byte{0xfe});
}

TEST_CASE("shared bytes take over what they are given, and copies and parts share it")
{
    std::string text(1000, 'x');
    char const* const place = text.data();
    shared_bytes const taken{bytes{std::move(text)}};
    CHECK(taken.view().data() == place);
    shared_bytes const copy = taken;
    CHECK(copy.view().data() == place);
    shared_bytes part;
    {
        shared_bytes const other{std::string(100, 'y') + 'z'};
        part = other.part(100);
    }
    CHECK(part.view() == "z"); // the bytes live as long as the part
    CHECK(taken.part(10, 5).view().data() == place + 10);
    CHECK(taken.part(10, 5).size() == 5);
    CHECK(taken.part(998, 5).size() == 2);
    CHECK(taken.part(1000).empty());
    CHECK_THROWS_AS((void)taken.part(1001), std::out_of_range);
}

TEST_CASE("shared bytes can stay where they are, with whoever keeps them")
{
    auto const owner = std::make_shared<std::vector<char>>(10, 'v');
    shared_bytes seen{owner, std::string_view{owner->data(), owner->size()}};
    CHECK(owner.use_count() == 2);
    CHECK(seen.view().data() == owner->data());
    seen = shared_bytes{};
    CHECK(owner.use_count() == 1);
}

TEST_CASE("shared bytes are equal where their content is")
{
    CHECK(shared_bytes{"abc"} == shared_bytes{"abc"});
    CHECK(shared_bytes{"abc"} == shared_bytes{"xabc"}.part(1));
    CHECK(shared_bytes{} == shared_bytes{""});
    CHECK_FALSE(shared_bytes{"abc"} == shared_bytes{"abd"});
}
