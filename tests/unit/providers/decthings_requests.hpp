// SPDX-License-Identifier: BSL-1.0
//
// Decthings' messages, taken apart and put together by hand: what the client is compared with.

#ifndef INFERPP_TESTS_UNIT_PROVIDERS_DECTHINGS_REQUESTS_HPP
#define INFERPP_TESTS_UNIT_PROVIDERS_DECTHINGS_REQUESTS_HPP

#include <inferpp/net/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

namespace unit {

/// What a request holds.
struct decthings_message {
    std::string json;
    std::vector<std::string> blobs;
};

/// All of a body, also of one that is read while it is sent.
inline std::string whole_body(inferpp::http::request const& message)
{
    if (!message.source)
        return message.body;
    CHECK(message.body.empty());
    auto const read = [](std::shared_ptr<inferpp::http::body_source> source)
        -> boost::asio::awaitable<std::string> {
        std::string all;
        std::vector<char> piece(65536);
        while (auto const got = (co_await source->read(piece)).value())
            all.append(piece.data(), got);
        co_return all;
    };
    CHECK(message.source->rewind().has_value());
    std::string all = run(read(message.source));
    CHECK(message.source->size() == all.size());
    CHECK(message.source->rewind().has_value());
    return all;
}

/// Takes a number off the front, as the wire notes have it.
inline std::uint64_t take_number(std::string_view& from)
{
    REQUIRE(!from.empty());
    auto const first = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    if (first <= 252)
        return first;
    std::size_t const width = first == 253 ? 2 : first == 254 ? 4 : 8;
    REQUIRE(from.size() >= width);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value * 256 + static_cast<unsigned char>(from[i]);
    from.remove_prefix(width);
    return value;
}

inline decthings_message parse_request(std::string_view body)
{
    decthings_message read;
    REQUIRE(!body.empty());
    std::size_t const count = static_cast<unsigned char>(body.front());
    body.remove_prefix(1);
    auto const take = [&](std::uint64_t size) {
        REQUIRE(size <= body.size());
        std::string const taken{body.substr(0, static_cast<std::size_t>(size))};
        body.remove_prefix(taken.size());
        return taken;
    };
    std::uint64_t const json = take_number(body);
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i < count; ++i)
        sizes.push_back(take_number(body));
    read.json = take(json);
    for (std::uint64_t const size : sizes)
        read.blobs.push_back(take(size));
    CHECK(body.empty());
    return read;
}

inline std::string number(std::uint64_t value)
{
    std::string text;
    std::size_t const width = value <= 252 ? 0 : value <= 0xffff ? 2 : 4;
    if (width == 0)
        return std::string(1, static_cast<char>(value));
    text += width == 2 ? '\xfd' : '\xfe';
    for (std::size_t i = width; i-- > 0;)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

/// The body of an answer.
inline std::string answer_body(std::string_view json,
                               std::initializer_list<std::string_view> blobs = {})
{
    std::string body = number(json.size()).append(json);
    for (std::string_view const blob : blobs)
        body.append(number(blob.size())).append(blob);
    return body;
}

inline inferpp::http::headers octet_stream()
{
    inferpp::http::headers headers;
    headers.set("Content-Type", "application/octet-stream");
    return headers;
}

/// An answer.
inline inferpp::http::response answer(std::string_view json,
                                      std::initializer_list<std::string_view> blobs = {})
{
    inferpp::http::response whole;
    whole.status = 200;
    whole.headers = octet_stream();
    whole.body = answer_body(json, blobs);
    return whole;
}

} // namespace unit

#endif
