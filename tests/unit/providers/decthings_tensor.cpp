// SPDX-License-Identifier: BSL-1.0
//
// Decthings' tensors: the vectors of the wire notes byte for byte, views, and hostile bytes.

#include <inferpp/providers/decthings/tensor.hpp>
#include <inferpp/providers/decthings/varint.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/hex.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using support::from_hex;
using support::to_hex;

namespace {

static_assert(std::ranges::random_access_range<tensor_view<float>>);
static_assert(std::ranges::forward_range<tensor_items<media_view>>);
static_assert(std::ranges::sized_range<tensor_view<bool>>);
static_assert(element_type_for<long>() ==
              (sizeof(long) == 8 ? element_type::i64 : element_type::i32));
static_assert(element_type_for<long long>() == element_type::i64);
static_assert(element_type_for<char>() == element_type::unknown);
static_assert(element_type_for<char16_t>() == element_type::unknown);
static_assert(element_type_for<long double>() ==
              (sizeof(long double) == 8 ? element_type::f64 : element_type::unknown));

template <class T>
concept can_view_temporary = requires
{
    tensor{}.template view<T>();
};
static_assert(!can_view_temporary<float>);

std::string encode(tensor const& one)
{
    std::string bytes;
    one.append_header(bytes);
    bytes += one.data().view();
    CHECK(bytes.size() == one.encoded_size());
    return bytes;
}

tensor decode(std::string_view hex)
{
    return tensor::decode(shared_bytes{from_hex(hex)}).value();
}

/// The first text of a tensor that is about to go.
std::string text_of(tensor const& of)
{
    return std::string{of.strings()[0]};
}

/// Whether it is refused, and nothing else happens.
bool is_malformed(std::string bytes)
{
    auto const read = tensor::decode(shared_bytes{std::move(bytes)});
    if (read)
        return false;
    CHECK(read.error() == errc::bad_schema);
    CHECK(read.error() == condition::decode);
    CHECK(unit::contains(read.error().what(), "a tensor is malformed"));
    return true;
}

struct vector {
    char const* hex;
    tensor value;
};

/// The golden vectors of the wire notes, section 2.
std::vector<vector> golden()
{
    std::vector<vector> all;
    all.push_back({"01 01 02 00 00 c0 3f 00 00 00 c0", tensor{std::vector<float>{1.5F, -2.0F}}});
    all.push_back({"02 00 9a 99 99 99 99 99 b9 3f", tensor{0.1}});
    all.push_back({"03 01 03 ff 00 7f", tensor{std::vector<std::int8_t>{-1, 0, 127}}});
    all.push_back({"04 01 02 fe ff 02 01", tensor{std::vector<std::int16_t>{-2, 258}}});
    all.push_back({"05 01 01 fd ff ff ff", tensor{std::vector<std::int32_t>{-3}}});
    all.push_back({"06 01 01 fc ff ff ff ff ff ff ff", tensor{std::vector<std::int64_t>{-4}}});
    all.push_back(
        {"07 02 02 02 01 02 03 ff", tensor{std::vector<std::uint8_t>{1, 2, 3, 255}, {2, 2}}});
    all.push_back({"08 01 01 01 02", tensor{std::vector<std::uint16_t>{513}}});
    all.push_back({"09 01 01 ef be ad de", tensor{std::vector<std::uint32_t>{0xdeadbeef}}});
    all.push_back(
        {"0a 01 01 ff ff ff ff ff ff ff ff",
         tensor{std::vector<std::uint64_t>{(std::numeric_limits<std::uint64_t>::max)()}}});
    all.push_back({"0b 01 02 04 02 61 62 00", tensor::strings({"ab", ""})});
    all.push_back({"0b 00 03 02 c3 a9", tensor{"\xc3\xa9"}});
    all.push_back({"0b 01 02 0b 05 68 65 6c 6c 6f 04 f0 9f 98 80",
                   tensor::strings({"hello", "\xf0\x9f\x98\x80"})});
    all.push_back({"0c 01 02 04 02 01 02 00", tensor{std::vector<shared_bytes>{"\1\2", ""}}});
    all.push_back({"0d 01 03 01 00 01", tensor{std::vector<bool>{true, false, true}}});
    all.push_back({"0e 00 09 08 03 70 6e 67 89 50 4e 47", tensor::image("png", "\x89PNG")});
    all.push_back({"0e 01 01 08 07 04 6a 70 65 67 ff d8",
                   tensor::of_media(element_type::image, {media{"jpeg", "\xff\xd8"}}, {1})});
    all.push_back({"0f 00 08 07 03 6d 70 33 49 44 33", tensor::audio("mp3", "ID3")});
    all.push_back({"10 00 09 08 03 6d 70 34 00 00 00 18",
                   tensor::video("mp4", std::string{"\0\0\0\x18", 4})});
    all.push_back({"01 01 00", tensor{}});
    all.push_back({"01 02 00 03", tensor{std::vector<float>{}, {0, 3}}});
    all.push_back({"0b 01 00 00", tensor{std::vector<std::string>{}}});
    all.push_back({"0e 01 00 00", tensor::of_media(element_type::image, {}, {0})});
    return all;
}

} // namespace

TEST_CASE("decthings: varints are those of the vendor's own tests")
{
    struct {
        std::uint64_t value;
        char const* hex;
    } const cases[] = {
        {0, "00"},
        {252, "fc"},
        {253, "fd 00 fd"},
        {65535, "fd ff ff"},
        {65536, "fe 00 01 00 00"},
        {4294967295, "fe ff ff ff ff"},
        {4294967296, "ff 00 00 00 01 00 00 00 00"},
        {(std::numeric_limits<std::uint64_t>::max)(), "ff ff ff ff ff ff ff ff ff"},
    };
    for (auto const& one : cases) {
        std::string bytes;
        append_varint(one.value, bytes);
        CHECK(to_hex(bytes) == one.hex);
        CHECK(varint_size(one.value) == bytes.size());
        std::string_view rest = bytes;
        CHECK(take_varint(rest) == one.value);
        CHECK(rest.empty());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            std::string_view cut = std::string_view{bytes}.substr(0, size);
            CHECK(!take_varint(cut));
            CHECK(cut.size() == size);
        }
    }
    std::string const longer = from_hex("ff 00 00 00 00 00 00 00 07");
    std::string_view rest = longer;
    CHECK(take_varint(rest) == 7); // longer than it must be
}

TEST_CASE("decthings: the golden tensors are written and read byte for byte")
{
    for (vector const& one : golden()) {
        CAPTURE(one.hex);
        CHECK(to_hex(encode(one.value)) == one.hex);
        tensor const read = decode(one.hex);
        CHECK(read == one.value);
        CHECK(read.type() == one.value.type());
        CHECK(read.shape() == one.value.shape());
        CHECK(read.size() == one.value.size());
    }
    std::string zeros = from_hex("07 01 fd 01 2c");
    zeros.append(300, '\0');
    CHECK(encode(tensor{std::vector<std::uint8_t>(300)}) == zeros);
    CHECK(tensor::decode(shared_bytes{zeros}).value().size() == 300);
}

TEST_CASE("decthings: tensors stand one behind the other, and none is as good as one")
{
    std::string bytes;
    std::vector<tensor> all;
    for (vector& one : golden()) {
        bytes += from_hex(one.hex);
        all.push_back(std::move(one.value));
    }
    shared_bytes const shared{bytes};
    CHECK(tensor::decode_all(shared).value() == all);
    CHECK(tensor::decode_all(shared_bytes{}).value().empty());
    CHECK(tensor::decode(shared).has_error());
    CHECK(unit::contains(tensor::decode(shared).error().what(), "something follows it"));
}

TEST_CASE("decthings: numbers are read at their place in the shape, whatever their alignment")
{
    std::vector<std::int32_t> numbers(24);
    std::iota(numbers.begin(), numbers.end(), 0);
    tensor const made{numbers, {2, 3, 4}};
    std::string const bytes = encode(made);
    for (std::size_t shift = 0; shift < 4; ++shift) {
        shared_bytes const all{std::string(shift, 'x') + bytes};
        tensor const read = tensor::decode(all.part(shift)).value();
        auto const view = read.view<std::int32_t>();
        CHECK(view.size() == 24);
        CHECK(view(1, 2, 3) == 23);
        CHECK(view(0, 1, 0) == 4);
        CHECK(view.at(1, 0, 2) == 14);
        CHECK(view.rank() == 3);
        CHECK(view.extent(1) == 3);
        CHECK_THROWS_AS(view.at(2, 0, 0), std::out_of_range);
        CHECK_THROWS_AS(view.at(0, 0), std::out_of_range);
        CHECK(std::ranges::equal(view, numbers));
        CHECK(view[5] == 5);
        CHECK(*(view.end() - 1) == 23);
        CHECK(std::ranges::lower_bound(view, 17) - view.begin() == 17);
        CHECK(read.to_vector<std::int32_t>() == numbers);
        if (auto const span = read.contiguous<std::int32_t>())
            CHECK(std::ranges::equal(*span, numbers));
    }
    REQUIRE(made.contiguous<std::int32_t>());
    CHECK(made.contiguous<std::int32_t>()->size() == 24);
}

TEST_CASE("decthings: every element type is read as its own and as no other")
{
    auto const all = golden();
    std::vector<element_type> seen;
    for (vector const& one : all) {
        element_type const type = one.value.type();
        seen.push_back(type);
        CAPTURE(std::string{to_string(type)});
        auto const refused = [&](auto read) {
            try {
                read();
            }
            catch (failure const& e) {
                CHECK(e.error() == errc::bad_schema);
                CHECK(unit::contains(e.what(), to_string(type)));
                return true;
            }
            return false;
        };
        CHECK(refused([&] { (void)one.value.view<float>(); }) == (type != element_type::f32));
        CHECK(refused([&] { (void)one.value.view<double>(); }) == (type != element_type::f64));
        CHECK(refused([&] { (void)one.value.view<std::int8_t>(); }) == (type != element_type::i8));
        CHECK(refused([&] { (void)one.value.view<std::int16_t>(); }) ==
              (type != element_type::i16));
        CHECK(refused([&] { (void)one.value.view<std::int32_t>(); }) ==
              (type != element_type::i32));
        CHECK(refused([&] { (void)one.value.view<std::int64_t>(); }) ==
              (type != element_type::i64));
        CHECK(refused([&] { (void)one.value.view<std::uint8_t>(); }) == (type != element_type::u8));
        CHECK(refused([&] { (void)one.value.view<std::uint16_t>(); }) ==
              (type != element_type::u16));
        CHECK(refused([&] { (void)one.value.view<std::uint32_t>(); }) ==
              (type != element_type::u32));
        CHECK(refused([&] { (void)one.value.contiguous<std::uint64_t>(); }) ==
              (type != element_type::u64));
        CHECK(refused([&] { (void)one.value.to_vector<bool>(); }) ==
              (type != element_type::boolean));
        CHECK(refused([&] { (void)one.value.strings(); }) == (type != element_type::string));
        CHECK(refused([&] { (void)one.value.binaries(); }) == (type != element_type::binary));
        bool const is_media = type == element_type::image || type == element_type::audio ||
                              type == element_type::video;
        CHECK(refused([&] { (void)one.value.files(); }) == !is_media);
    }
    for (int code = 1; code <= 16; ++code)
        CHECK(std::ranges::count(seen, static_cast<element_type>(code)) > 0);
}

TEST_CASE("decthings: texts, bytes and files are read where they lie")
{
    shared_bytes const bytes{from_hex("0b 01 02 0b 05 68 65 6c 6c 6f 04 f0 9f 98 80")};
    tensor const words = tensor::decode(bytes).value();
    auto const strings = words.strings();
    CHECK(strings.size() == 2);
    CHECK(strings[0] == "hello");
    CHECK(strings.at(1) == "\xf0\x9f\x98\x80");
    CHECK_THROWS_AS(strings.at(2), std::out_of_range);
    CHECK(strings[0].data() >= bytes.view().data());
    CHECK(strings[0].data() < bytes.view().data() + bytes.size());

    tensor const photo = tensor::image("png", "\x89PNG");
    CHECK(photo.files()[0].format == "png");
    CHECK(photo.files()[0].data == "\x89PNG");
    tensor const nameless = tensor::audio("", "");
    CHECK(nameless.files()[0].format.empty());
    CHECK(nameless.files()[0].data.empty());

    // Far enough that places are remembered on the way.
    std::vector<std::string> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back(std::string(static_cast<std::size_t>(i % 300), 'a') + std::to_string(i));
    tensor const made{many, {10, 100}};
    tensor const read = tensor::decode(shared_bytes{encode(made)}).value();
    CHECK(read == made);
    CHECK(std::ranges::equal(read.strings(), many));
    for (std::size_t const i : {0, 15, 16, 17, 512, 999})
        CHECK(read.strings()[i] == many[i]);
}

TEST_CASE("decthings: a vector that is given away is not copied, and an answer is not either")
{
    std::vector<float> numbers(1000, 1.0F);
    auto const* const where = reinterpret_cast<char const*>(numbers.data());
    tensor const made{std::move(numbers), {10, 100}};
    CHECK(made.data().view().data() == where);
    tensor const copy = made;
    CHECK(copy.data().view().data() == where);

    std::vector<float> const kept(3, 1.0F);
    tensor const copied{kept};
    CHECK(copied.data().view().data() != reinterpret_cast<char const*>(kept.data()));

    auto const owner = std::make_shared<std::array<double, 4>>(std::array{1.0, 2.0, 3.0, 4.0});
    tensor const lent{owner, std::span<double const>{*owner}, {2, 2}};
    CHECK(lent.view<double>()(1, 0) == 3.0);
    CHECK(lent.data().view().data() == reinterpret_cast<char const*>(owner->data()));

    shared_bytes const answer{encode(made)};
    tensor const read = tensor::decode(answer).value();
    CHECK(read.data().view().data() == answer.view().data() + (answer.size() - 4000));
}

TEST_CASE("decthings: a tensor outlives the answer that it came in")
{
    tensor kept;
    {
        auto all = tensor::decode_all(shared_bytes{from_hex("01 01 02 00 00 c0 3f 00 00 00 c0")});
        kept = all.value().front();
    }
    CHECK(kept.view<float>()[1] == -2.0F);
}

TEST_CASE("decthings: any sized range of numbers, bools, texts or bytes is a tensor")
{
    CHECK(tensor{std::list<int>{1, 2, 3}} == tensor{std::vector<int>{1, 2, 3}});
    CHECK(tensor{std::deque<bool>{true, false}} == tensor{std::vector<bool>{true, false}});
    CHECK(tensor{std::array<double, 2>{1, 2}} == tensor{std::vector<double>{1, 2}});
    auto const squares =
        std::views::iota(0, 4) | std::views::transform([](int i) { return i * i; });
    tensor const table{squares, {2, 2}};
    CHECK(table.view<int>()(1, 1) == 9);
    auto const names =
        std::views::iota(0, 3) | std::views::transform([](int i) { return std::to_string(i); });
    CHECK(tensor{names} == tensor::strings({"0", "1", "2"})); // texts that are gone at once
    CHECK(tensor{std::list<char const*>{"a", "b"}} == tensor::strings({"a", "b"}));
    CHECK(tensor{std::vector<bytes>{"a", "b"}, {2}} ==
          tensor{std::vector<shared_bytes>{"a", "b"}, {2}});
    CHECK(tensor{true}.value<bool>());
    CHECK(text_of(tensor{std::string{"text"}}) == "text");
    CHECK(tensor{std::uint8_t{7}}.value<std::uint8_t>() == 7);
    CHECK(std::isnan(tensor{std::nanf("")}.value<float>()));
    CHECK_THROWS_WITH_AS(tensor{std::vector<int>(2)}.value<int>(),
                         doctest::Contains("2 elements and not one"), failure);
}

TEST_CASE("decthings: a tensor that can't be is refused where it is made")
{
    auto const refused = [](auto make, char const* why) {
        try {
            make();
        }
        catch (failure const& e) {
            CHECK(e.error() == errc::invalid_argument);
            CHECK(unit::contains(e.what(), why));
            return true;
        }
        return false;
    };
    CHECK(refused([] { tensor{std::vector<int>(5), {2, 3}}; }, "[2, 3]"));
    CHECK(refused([] { tensor{std::vector<int>(5), {}}; }, "5 elements"));
    CHECK(refused([] { tensor{std::vector<int>(1), tensor_shape(256, 1)}; }, "255 dimensions"));
    CHECK(refused([] { tensor{std::vector<int>(2), {1ULL << 63, 4}}; }, "not one of 2 elements"));
    CHECK(refused([] { tensor{"\xc3"}; }, "not valid UTF-8"));
    CHECK(refused([] { tensor::strings({"ok", "\xff"}); }, "text 1"));
    CHECK(refused([] { tensor::image(std::string(256, 'x'), ""); }, "at most 255 bytes"));
    CHECK(refused([] { tensor::of_media(element_type::f32, {}, {0}); }, "image, audio or video"));
    CHECK(tensor{std::vector<int>(1), tensor_shape(255, 1)}.shape().size() == 255);
    tensor const longest = tensor::image(std::string(255, 'x'), "");
    CHECK(longest.files()[0].format.size() == 255);
}

TEST_CASE("decthings: what the vendor's JavaScript writes wrongly is read as it was meant")
{
    // A length in UTF-16 units; the second is that of the request in the wire notes, 11.3.
    CHECK(text_of(decode("0b 00 03 01 c3 a9")) == "\xc3\xa9");
    tensor const words = decode("0b 01 02 09 05 68 c3 a9 6c 6c 6f 01 62");
    CHECK(words.strings()[0] == "h\xc3\xa9llo");
    CHECK(words.strings()[1] == "b");
    CHECK(words == tensor::strings({"h\xc3\xa9llo", "b"}));
    CHECK(text_of(decode("0b 00 05 02 f0 9f 98 80")) == "\xf0\x9f\x98\x80"); // a pair
    // A length too many.
    CHECK(decode("0f 00 09 06 07 03 6d 70 33 49 44 33") == tensor::audio("mp3", "ID3"));
    tensor const clips = decode("10 01 02 0e 05 06 03 6d 70 34 01 02 03 04 03 6d 70 34");
    CHECK(clips.files()[0].data == "\1\2");
    CHECK(clips.files()[1].data.empty());
    // What is written so is right.
    CHECK(to_hex(encode(words)) == "0b 01 02 09 06 68 c3 a9 6c 6c 6f 01 62");
    // Others don't do that.
    CHECK(is_malformed(from_hex("0c 00 03 01 c3 a9")));
    CHECK(is_malformed(from_hex("0e 00 0a 07 08 03 70 6e 67 89 50 4e 47")));
    CHECK(is_malformed(from_hex("0b 00 05 01 f0 9f 98 80"))); // half a pair
}

TEST_CASE("decthings: malformed tensors are refused, and cost no more than their bytes")
{
    char const* const cases[] = {
        "",
        "01",
        "00 00",                                              // no such type
        "11 00",                                              //
        "ff 01 00",                                           //
        "01 01",                                              // ends in the shape
        "01 02 01",                                           //
        "01 01 fd 01",                                        //
        "01 00 00 00 c0",                                     // ends in the elements
        "01 01 02 00 00 c0 3f",                               //
        "07 01 03 01 02",                                     //
        "07 01 02 01 02 03",                                  // goes on behind them
        "0b 00",                                              // no length
        "0b 00 01",                                           // ends in the elements
        "0b 00 02 02 61",                                     //
        "0b 00 63 01 61",                                     // a length of all that is wrong
        "0b 01 02 02 01 61",                                  // one element of two
        "0b 01 01 04 01 61 01 62",                            // two elements of one
        "0b 01 00 01 00",                                     // one of none
        "0e 00 01 00",                                        // an image without a format length
        "0e 00 02 01 03",                                     // a format beyond the element
        "01 02 ff ff ff ff ff ff ff ff ff ff 02 00 00 00 00", // more elements than can be counted
        "01 01 ff 3f ff ff ff ff ff ff ff 00 00 00 00",       // 2^62 of them
        "01 01 ff 40 00 00 00 00 00 00 00 00 00 00 00",       // 2^62: times 4 it is nothing
        "0b 01 ff ff ff ff ff ff ff ff ff 01 00",             //
        "0b 01 fe 7f ff ff ff fe 7f ff ff ff 00",             //
        "0b 00 ff ff ff ff ff ff ff ff ff",                   //
        "0b 00 0a ff ff ff ff ff ff ff ff ff 61",             // an element of 2^64 - 1 bytes
        "0f 01 02 04 ff ff ff ff",                            //
    };
    for (char const* const hex : cases) {
        CAPTURE(hex);
        CHECK(is_malformed(from_hex(hex)));
    }
    std::string deep = from_hex("01 ff");
    deep.append(254, '\1');
    CHECK(is_malformed(deep));
    deep += '\1';
    deep += from_hex("00 00 80 3f");
    CHECK(tensor::decode(shared_bytes{deep}).value().value<float>() == 1.0F);
}

TEST_CASE(
    "decthings: every truncation of a tensor is refused, every changed byte is read or refused")
{
    std::size_t read = 0;
    for (vector const& one : golden()) {
        std::string const bytes = from_hex(one.hex);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK(is_malformed(bytes.substr(0, size)));
        for (std::size_t at = 0; at < bytes.size(); ++at)
            for (int value = 0; value < 256; ++value) {
                std::string changed = bytes;
                changed[at] = static_cast<char>(value);
                auto const other = tensor::decode(shared_bytes{changed});
                if (!other)
                    continue;
                ++read;
                // What was read is whole: it can be written, and reads the same again.
                tensor const again = tensor::decode(shared_bytes{encode(*other)}).value();
                CHECK(again == *other);
            }
    }
    CHECK(read > 1000);
}

TEST_CASE("decthings: no more tensors are read from one place than memory is there for")
{
    std::string many;
    for (int i = 0; i < (1 << 20) + 1; ++i)
        many += std::string_view{"\1\1\0", 3};
    CHECK(tensor::decode_all(shared_bytes{many}).error() == errc::bad_schema);
}
