// SPDX-License-Identifier: BSL-1.0
//
// Objects of S3 that are read in spite of broken connections.

#include <chrono>
#include <string>
#include <string_view>

#include "support/s3_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using support::contains;
using support::storing::world;
namespace s3 = bedrock::s3;

namespace {

std::string text_of(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>('a' + i * 7 % 26);
    return out;
}

s3::object_reader begin(world& here, std::uint64_t offset = 0, std::string etag = {})
{
    s3::read_object read{"s3://bucket/key"};
    read.offset = offset;
    read.if_match = std::move(etag);
    return here.run(here.client().send(read));
}

std::string rest_of(world& here, s3::object_reader& reader)
{
    return here.run(reader.read_rest());
}

// Puts an object there as a client does, so that it has a checksum.
void put(world& here, std::string const& content)
{
    here.run(here.client().send(s3::put_object{"s3://bucket/key", shared_bytes{content}}));
}

testing::fault cut(std::size_t after)
{
    testing::fault wrong;
    wrong.method = "GET";
    wrong.cut_after = after;
    return wrong;
}

} // namespace

TEST_CASE("s3: a read that breaks goes on where it was, and reads nothing two times")
{
    std::string const content = text_of(1000);
    for (std::size_t first = 0; first < 1700; first += 97) {
        CAPTURE(first);
        world here;
        put(here, content);
        here.simulator->inject(cut(first));
        here.simulator->inject(cut(first / 2 + 300));
        auto reader = begin(here);
        CHECK(reader.info().size == 1000);
        CHECK(rest_of(here, reader) == content);
        CHECK(reader.position() == 1000);
        for (auto const& entry : here.simulator->ledger())
            if (entry.request.headers.find("Range"))
                CHECK(entry.request.headers.find("If-Match") == reader.info().etag);
    }
}

TEST_CASE("s3: a read that stalls goes on, too")
{
    world here;
    here.options.limits.idle = 100ms;
    put(here, text_of(5000));
    testing::fault stall;
    stall.method = "GET";
    stall.stall_after = 2000;
    here.simulator->inject(stall);
    auto reader = begin(here);
    CHECK(rest_of(here, reader) == text_of(5000));
    CHECK(reader.resumed() == 1);
}

TEST_CASE("s3: a read ends when its object has changed or gone")
{
    world here;
    auto const break_off = [&] {
        put(here, text_of(5000));
        here.simulator->inject(cut(2000));
        auto reader = begin(here);
        here.run(reader.read());
        return reader;
    };
    auto changed = break_off();
    here.simulator->storage().put("bucket", "key", text_of(5001));
    error const e = here.error_of(changed.read_rest());
    CHECK(e == condition::conflict);
    CHECK(contains(e.what(), "has changed while it was read"));

    auto gone = break_off();
    here.simulator->storage().buckets["bucket"].clear();
    CHECK_THROWS_WITH_AS(rest_of(here, gone), doctest::Contains("does not exist"), failure);
}

TEST_CASE("s3: a server that always breaks off is given up")
{
    world here;
    put(here, text_of(5000));
    for (int i = 0; i < 50; ++i)
        here.simulator->inject(cut(1000));
    auto reader = begin(here);
    CHECK_THROWS_AS(rest_of(here, reader), failure);
    CHECK(reader.resumed() == 5);
    CHECK(here.simulator->count("GET", "/bucket/key") == 6);
    CHECK(reader.position() > 0);

    // Another process goes on there.
    here.simulator->clear_faults();
    auto later = begin(here, reader.position(), reader.info().etag);
    CHECK(rest_of(here, later) == text_of(5000).substr(reader.position()));
    put(here, text_of(4999));
    CHECK(here.error_of(here.client().send([&] {
        s3::read_object read{"s3://bucket/key"};
        read.offset = reader.position();
        read.if_match = reader.info().etag;
        return read;
    }())) == condition::conflict);
}

TEST_CASE("s3: a large object may break once for each MiB")
{
    world here;
    std::string const content = text_of(9 << 20);
    put(here, content);
    for (int i = 0; i < 8; ++i)
        here.simulator->inject(cut(1'100'000));
    auto reader = begin(here);
    CHECK(rest_of(here, reader) == content);
    CHECK(reader.resumed() == 8);
}

TEST_CASE("s3: what is damaged on the way is not taken for the object")
{
    world here;
    put(here, text_of(500));
    here.simulator->storage().buckets["bucket"]["key"].content[250] ^= 1;
    auto reader = begin(here);
    CHECK_THROWS_WITH_AS(rest_of(here, reader), doctest::Contains("damaged"), failure);
    // Nobody can tell that of a part of it.
    auto part = begin(here, 1);
    CHECK(rest_of(here, part).size() == 499);
}

TEST_CASE("s3: a server that does not know ranges is found out")
{
    world here;
    put(here, text_of(5000));
    testing::fault whole;
    whole.method = "GET";
    whole.status = 200;
    whole.body = text_of(5000);
    here.simulator->inject(cut(2000));
    here.simulator->inject(whole);
    auto reader = begin(here);
    CHECK_THROWS_WITH_AS(rest_of(here, reader), doctest::Contains("does it know ranges"), failure);
}

TEST_CASE("s3: an object is read into the memory as far as that is wanted")
{
    world here;
    put(here, text_of(100));
    auto whole = begin(here);
    CHECK(here.run(whole.read_rest(100)) == text_of(100));
    CHECK(here.run(whole.read_rest(0)).empty());
    auto too_large = begin(here);
    error const e = here.error_of(too_large.read_rest(99));
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "more than 99 bytes"));
}

TEST_CASE("s3: an empty object is read")
{
    world here;
    put(here, "");
    auto reader = begin(here);
    CHECK(rest_of(here, reader).empty());
    CHECK(reader.info().crc32 == 0);
    s3::object_reader none; // as co_spawn makes it
    CHECK(rest_of(here, none).empty());
}

TEST_CASE("s3: a read that is cancelled ends")
{
    world here;
    put(here, text_of(5000));
    testing::fault stall;
    stall.method = "GET";
    stall.stall_after = 2000;
    here.simulator->inject(stall);
    auto reader = begin(here);
    here.run(reader.read());
    support::started<std::string_view> work{here.context, reader.read()};
    support::settle(here.context);
    if (work.done()) // the rest of what had come
        return;
    work.cancel();
    auto const ended = work.finish();
    REQUIRE(!ended);
    CHECK(ended.error() == condition::cancelled);
    CHECK(reader.resumed() == 0);
}
