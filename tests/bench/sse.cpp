// SPDX-License-Identifier: BSL-1.0
//
// How fast server-sent events are decoded, for tokens of about 150 bytes, by the size of the pieces
// in which they arrive.
//
//   bench_sse [MIB [FILE]]
//
// FILE is where the bytes are written too, for the peer beside it: tests/bench/sse_peer runs both.

#include <inferpp/codec/sse.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace inferpp;

// What a chat model streams: 100 to 200 bytes of data in each event.
std::string tokens(std::size_t size, std::string_view text)
{
    std::string stream;
    stream.reserve(size + 1000);
    std::uint64_t random = 1;
    for (std::size_t i = 0; stream.size() < size; ++i) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        stream += R"(data: {"id":"chatcmpl-9f2","object":"chat.completion.chunk","index":)";
        stream += std::to_string(i) + R"(,"delta":{"content":")";
        for (std::size_t n = (random >> 33) % 100; n > 0; n -= (std::min)(n, text.size()))
            stream += text;
        stream += "\"}}\n\n";
    }
    return stream;
}

struct outcome {
    std::size_t events = 0;
    std::size_t bytes = 0;
    double seconds = 1e9;
};

template <class Use>
outcome parse(std::string_view stream, std::size_t piece, Use use)
{
    outcome got;
    auto const start = std::chrono::steady_clock::now();
    sse_parser parser{sse_limits{stream.size(), stream.size()}};
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        if (!parser.feed(stream.substr(at, piece)))
            std::abort();
        use(parser, got);
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    got.seconds = took.count();
    return got;
}

void take_views(sse_parser& parser, outcome& got)
{
    while (auto const event = parser.next_view().value()) {
        ++got.events;
        got.bytes += event->data.size();
    }
}

void take_copies(sse_parser& parser, outcome& got)
{
    while (auto const event = parser.next().value()) {
        ++got.events;
        got.bytes += event->data.size();
    }
}

void measure(char const* name, std::string_view stream)
{
    std::printf("%s, %zu MiB\n", name, stream.size() >> 20);
    for (std::size_t const piece :
         {std::size_t{1}, std::size_t{16}, std::size_t{1460}, std::size_t{16384}, stream.size()}) {
        // The best of some, since what disturbs only ever adds.
        outcome views;
        outcome copies;
        for (int round = 0; round < (piece < 1460 ? 2 : 7); ++round) {
            auto const by_seconds = [](outcome const& a, outcome const& b) {
                return a.seconds < b.seconds;
            };
            views = (std::min)(views, parse(stream, piece, take_views), by_seconds);
            copies = (std::min)(copies, parse(stream, piece, take_copies), by_seconds);
        }
        double const size = static_cast<double>(stream.size());
        std::string const label = piece == stream.size() ? "whole" : std::to_string(piece);
        std::printf("  pieces of %-6s %7.3f GB/s, %6.2f M events/s; with copies %7.3f GB/s\n",
                    label.c_str(), size / views.seconds / 1e9,
                    static_cast<double>(views.events) / views.seconds / 1e6,
                    size / copies.seconds / 1e9);
        if (views.bytes != copies.bytes)
            std::abort();
    }
}

} // namespace

int main(int count, char** values)
{
    std::size_t const size =
        (count > 1 ? static_cast<std::size_t>(std::strtoull(values[1], nullptr, 10)) : 32) << 20;
    std::string const english = tokens(size, "some words ");
    if (count > 2)
        std::ofstream{values[2], std::ios::binary} << english;
    measure("ASCII tokens", english);
    measure("tokens in Japanese", tokens(size, "\xe6\x8e\xa8\xe8\xab\x96"));
    std::string lines_of_cr = english;
    std::replace(lines_of_cr.begin(), lines_of_cr.end(), '\n', '\r');
    measure("ASCII tokens, lines ended by CR", lines_of_cr);
    measure("one huge line", "data: " + std::string(size, 'x') + "\n\n");
}
