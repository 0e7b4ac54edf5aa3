// SPDX-License-Identifier: BSL-1.0
//
// Amazon's event streams: any split gives the same messages as the whole, and each is written again
// as it was.
//
// The first byte of the input chooses the limit, how the rest is split, and whether it is a stream
// or the headers and payload of one message, which then gets right checksums.

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/crc32.hpp>

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

// All messages, written again, and how the stream ended.
std::string decode(std::string_view stream, std::size_t piece_size, std::size_t limit)
{
    aws_event_decoder decoder{limit};
    std::string all;
    while (true) {
        std::size_t const size = (std::min)(piece_size, stream.size());
        // Memory of its own and no more, which goes before the messages are taken.
        auto piece = std::make_unique<char[]>(size);
        std::copy_n(stream.data(), size, piece.get());
        stream.remove_prefix(size);
        require(decoder.feed({piece.get(), size}).has_value());
        piece.reset();
        while (true) {
            auto const event = decoder.next();
            if (!event) {
                require(event.error() == errc::bad_content ||
                        event.error() == errc::event_too_large);
                require(decoder.feed("x").has_error());
                return all + "failed";
            }
            if (*event == nullptr)
                break;
            require((*event)->payload.size() <= limit);
            require(append_aws_event((*event)->headers, (*event)->payload, all).has_value());
        }
        if (stream.empty())
            return all + (decoder.finish() ? "whole" : "rest");
    }
}

void append_number(std::size_t value, std::string& out)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}

void append_sum(std::string& out)
{
    crc32 sum;
    sum.add(out);
    append_number(sum.value(), out);
}

std::string frame(std::string_view headers, std::string_view payload)
{
    std::string out;
    append_number(16 + headers.size() + payload.size(), out);
    append_number(headers.size(), out);
    append_sum(out);
    out.append(headers).append(payload);
    append_sum(out);
    return out;
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    std::string_view rest{reinterpret_cast<char const*>(data) + 2, size - 2};
    std::string stream{rest};
    if ((data[0] & 1U) != 0) {
        std::size_t const headers = (std::min)(rest.size(), std::size_t{data[1]});
        stream = fuzzed::frame(rest.substr(0, headers), rest.substr(headers));
    }
    std::size_t const limit = (data[0] & 2U) != 0 ? 64 : aws_event_decoder::max_payload;
    std::string const whole = fuzzed::decode(stream, stream.size(), limit);
    fuzzed::require(fuzzed::decode(stream, 1, limit) == whole);
    fuzzed::require(fuzzed::decode(stream, 1 + (data[0] >> 2), limit) == whole);
    // What was read is what was there.
    if (whole.ends_with("whole"))
        fuzzed::require(whole == stream + "whole");
    return 0;
}
