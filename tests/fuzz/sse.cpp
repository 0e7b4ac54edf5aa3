// SPDX-License-Identifier: BSL-1.0
//
// Server-sent events: any split gives the same events as the whole.
//
// The first bytes of the input choose the limits and where the rest is split.

#include <inferpp/codec/sse.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace inferpp;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

// Takes what is ready. @return false: the stream has failed
bool take(sse_parser& parser, std::string& all)
{
    while (true) {
        auto const event = parser.next_view();
        if (!event) {
            require(event.error() == errc::event_too_large);
            require(parser.feed("data: x\n\n").has_error());
            all += "failed";
            return false;
        }
        if (!*event)
            return true;
        for (std::string_view const text : {(*event)->type, (*event)->data, (*event)->id}) {
            require(detail::valid_utf8_prefix(text) == text.size());
            all.append(std::to_string(text.size())).append(1, ':').append(text);
        }
        auto const retry = (*event)->retry;
        require(!retry || (retry->count() >= 0 && *retry <= sse_parser::max_retry));
        all += retry ? std::to_string(retry->count()) : "-";
    }
}

// `pieces` gives the sizes, again and again; 0 is the whole rest.
std::string parse(std::string_view stream, std::string_view pieces, sse_limits limits)
{
    sse_parser parser{limits};
    std::string all;
    bool good = true;
    for (std::size_t i = 0; good && !stream.empty(); ++i) {
        std::size_t size = static_cast<unsigned char>(pieces[i % pieces.size()]);
        size = size == 0 ? stream.size() : (std::min)(size, stream.size());
        // Memory of its own and no more, which goes before the events are taken.
        auto piece = std::make_unique<char[]>(size);
        std::copy_n(stream.data(), size, piece.get());
        require(parser.feed({piece.get(), size}).has_value());
        piece.reset();
        good = take(parser, all);
        stream.remove_prefix(size);
    }
    if (good)
        all += parser.finish() ? "rest" : "whole";
    all += parser.last_event_id();
    if (good)
        all += std::to_string(parser.comments());
    return all;
}

template <sse_end End>
void decode(std::string_view stream)
{
    sse_events<sse_event, End> events{64};
    if (!events.feed(stream))
        return;
    while (auto const event = events.next()) {
        if (!*event)
            break;
    }
    auto const end = events.finish();
    require(end || end.error().code());
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    constexpr std::size_t head = 5;
    if (size < head)
        return 0;
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::string_view const stream = input.substr(head);
    sse_limits const limits{data[0] & 1U ? 16UL : 1UL << 20, data[0] & 2U ? 24UL : 1UL << 20};
    std::string const whole = fuzzed::parse(stream, std::string_view{"\0", 1}, limits);
    fuzzed::require(fuzzed::parse(stream, "\1", limits) == whole);
    fuzzed::require(fuzzed::parse(stream, input.substr(1, head - 1), limits) == whole);
    fuzzed::decode<sse_end::of_body>(stream);
    fuzzed::decode<sse_end::done_marker>(stream);
    return 0;
}
