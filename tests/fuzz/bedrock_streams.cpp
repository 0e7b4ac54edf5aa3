// SPDX-License-Identifier: BSL-1.0
//
// The streams of Bedrock's runtime: whatever their events hold, any split gives the same as the
// whole, and what they add up to can be written and read again.
//
// Each line of the input is an event: its type, a blank, its payload. Types that begin with "!" are
// exceptions; of "chunk" the payload is what the model said. All get right checksums.

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/providers/bedrock/runtime/converse_fold.hpp>
#include <inferpp/providers/bedrock/runtime/model_answer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace inferpp;
namespace runtime = bedrock::runtime;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

std::string frame(std::string_view line)
{
    auto const blank = (std::min)(line.find(' '), line.size());
    std::string_view type = line.substr(0, (std::min)(blank, std::size_t{200}));
    std::string payload{line.substr((std::min)(blank + 1, line.size()))};
    bool const exception = type.starts_with('!');
    type.remove_prefix(exception ? 1 : 0);
    if (type == "chunk") {
        std::string wrapped = R"({"bytes":")";
        append_base64(payload, wrapped);
        payload = wrapped + "\"}";
    }
    aws_event_header const headers[] = {
        {exception ? ":exception-type" : ":event-type", type},
        {":message-type", std::string_view{exception ? "exception" : "event"}}};
    std::string out;
    require(append_aws_event(headers, payload, out).has_value());
    return out;
}

/// How a stream went: so many events, and its error.
struct ending {
    std::size_t events = 0;
    error_code code;

    friend bool operator==(ending const& a, ending const& b)
    {
        return a.events == b.events && a.code == b.code;
    }
};

template <class Decoder, class Take>
ending decode(std::string_view stream, std::size_t piece, Take take)
{
    Decoder decoder{std::size_t{1} << 20};
    ending got;
    while (true) {
        std::string_view const next = stream.substr(0, piece);
        stream.remove_prefix(next.size());
        require(decoder.feed(next).has_value());
        while (true) {
            auto const event = decoder.next();
            if (!event) {
                got.code = event.error().code();
                return got;
            }
            if (!*event)
                break;
            ++got.events;
            take(**event);
        }
        if (stream.empty())
            break;
    }
    if (auto const whole = decoder.finish(); !whole)
        got.code = whole.error().code();
    return got;
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view rest{reinterpret_cast<char const*>(data), size};
    std::string stream;
    while (!rest.empty()) {
        std::string_view const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix((std::min)(line.size() + 1, rest.size()));
        stream += fuzzed::frame(line);
    }
    auto const ignore = [](auto const&) {};
    runtime::converse_fold whole;
    auto const talk = fuzzed::decode<runtime::converse_decoder>(
        stream, stream.size(),
        [&whole](auto const& event) { fuzzed::require(whole.add(event).has_value()); });
    fuzzed::require(fuzzed::decode<runtime::converse_decoder>(stream, 1, ignore) == talk);
    if (auto const answer = whole.answer()) {
        std::string text;
        if (encode_json(*answer, text)) {
            auto const again = decode_json<runtime::converse_answer>(text);
            fuzzed::require(again.has_value());
            fuzzed::require(again->text() == answer->text());
        }
    }
    using chunks = runtime::chunk_decoder<boost::json::value>;
    fuzzed::require(fuzzed::decode<chunks>(stream, stream.size(), ignore) ==
                    fuzzed::decode<chunks>(stream, 1, ignore));
    return 0;
}
