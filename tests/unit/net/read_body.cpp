// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/transport.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
namespace asio = boost::asio;

namespace {

// What a scripted reader saw; it outlives the reader.
struct record {
    std::size_t reads = 0;
    bool destroyed = false;
};

// Gives `content` in pieces of at most `piece` bytes, then its end or an error.
class scripted_body final : public body_reader {
public:
    scripted_body(std::string content, std::size_t piece, errc end, std::shared_ptr<record> seen)
        : content_(std::move(content)),
          piece_(piece),
          end_(end),
          seen_(std::move(seen))
    {
    }
    scripted_body(scripted_body const&) = delete;
    scripted_body& operator=(scripted_body const&) = delete;
    ~scripted_body() override { seen_->destroyed = true; }

    asio::awaitable<result<std::string_view>> read_some(clock::duration, clock::time_point) override
    {
        ++seen_->reads;
        std::size_t const count = std::min(piece_, content_.size() - read_);
        if (count == 0 && end_ != errc{})
            co_return error{end_};
        auto const piece = std::string_view{content_}.substr(read_, count);
        read_ += count;
        co_return piece;
    }

private:
    std::string content_;
    std::size_t piece_;
    errc end_;
    std::size_t read_ = 0;
    std::shared_ptr<record> seen_;
};

struct script {
    std::string content;
    std::optional<std::uint64_t> announced;
    std::size_t limit = 1000;
    std::size_t piece = std::numeric_limits<std::size_t>::max();
    errc end{};
};

result<std::string> read(script const& with, record* seen = nullptr)
{
    auto const notes = std::make_shared<record>();
    incoming answer;
    answer.status = 200;
    answer.content_length = with.announced;
    answer.body = std::make_unique<scripted_body>(with.content, with.piece, with.end, notes);
    limits bounds;
    bounds.body_bytes = with.limit;
    auto body = unit::run(read_body(answer, bounds, clock::time_point::max()));
    CHECK_FALSE(answer.body);
    CHECK(notes->destroyed);
    if (seen != nullptr)
        *seen = *notes;
    return body;
}

} // namespace

TEST_CASE("a body is read whole, in pieces of any size")
{
    std::string content;
    for (int i = 0; i < 20'000; ++i)
        content += static_cast<char>(i * 7);
    for (std::size_t const piece : {1UL, 7UL, 4095UL, 4096UL, 4097UL, 100'000UL})
        for (bool const announced : {true, false}) {
            CAPTURE(piece);
            CAPTURE(announced);
            std::optional<std::uint64_t> length;
            if (announced)
                length = content.size();
            auto const body = read({content, length, 20'000, piece, {}});
            REQUIRE(body.has_value());
            bool const same = *body == content;
            CHECK(same);
        }
}

TEST_CASE("a response without a body has an empty one")
{
    incoming answer;
    answer.status = 204;
    CHECK(unit::run(read_body(answer, limits{}, clock::time_point::max())).value().empty());
    CHECK(read({"", 0}).value().empty());
    CHECK(read({"", {}}).value().empty());
}

TEST_CASE("a body may have the limit's size and not a byte more")
{
    for (std::size_t const piece : {1UL, 10UL, 1000UL})
        for (bool const announced : {true, false}) {
            CAPTURE(piece);
            CAPTURE(announced);
            for (std::size_t const size : {9UL, 10UL, 11UL, 500UL}) {
                std::optional<std::uint64_t> length;
                if (announced)
                    length = size;
                auto const body = read({std::string(size, 'x'), length, 10, piece, {}});
                CHECK(body.has_value() == (size <= 10));
                if (!body) {
                    CHECK(body.error() == errc::body_too_large);
                    CHECK(body.error().info().sent == sent_state::yes);
                    CHECK(unit::contains(body.error().what(), "limits.body_bytes"));
                }
            }
        }
}

TEST_CASE("a body that is announced too large is not read at all")
{
    record seen;
    CHECK(read({"x", 1001}, &seen).error() == errc::body_too_large);
    CHECK(seen.reads == 0);
    CHECK(read({"x", std::numeric_limits<std::uint64_t>::max()}).error() == errc::body_too_large);
}

TEST_CASE("a server's word on the length does not make us allocate it")
{
    constexpr std::size_t megabyte = 1UL << 20;
    constexpr std::size_t gigabyte = 1UL << 30;
    CHECK(detail::room_for_body(5, gigabyte) == megabyte);
    CHECK(detail::room_for_body(5, 100) == 100);
    CHECK(detail::room_for_body(megabyte, gigabyte) == gigabyte); // some of it has come
    CHECK(detail::room_for_body(100, 5) == 100);
    CHECK(read({"short", gigabyte - 1, gigabyte, 1000, errc::truncated}).error() ==
          errc::truncated);
}

TEST_CASE("a body larger than what is trusted grows to its announced size, or by doubling")
{
    std::string const content((5UL << 20) + 3, 'y');
    for (bool const announced : {true, false}) {
        std::optional<std::uint64_t> length;
        if (announced)
            length = content.size();
        auto const body = read({content, length, 16UL << 20, 65536, {}});
        REQUIRE(body.has_value());
        bool const same = *body == content;
        CHECK(same);
    }
}

TEST_CASE("a body may be unlimited")
{
    auto const body = read({"content", {}, std::numeric_limits<std::size_t>::max()});
    REQUIRE(body.has_value());
    CHECK(*body == "content");
}

TEST_CASE("an error in the middle of a body is the error of the whole")
{
    for (errc const end : {errc::truncated, errc::idle_timeout, errc::deadline_exceeded}) {
        CHECK(read({"begun", 100, 1000, 2, end}).error() == end);
        CHECK(read({"", {}, 1000, 2, end}).error() == end);
    }
}
