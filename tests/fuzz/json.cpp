// SPDX-License-Identifier: BSL-1.0
//
// JSON into and out of described types.

#include <inferpp/codec/json.hpp>

#include <boost/describe.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;

namespace fuzzed {

enum class colour { unknown, red, green };
BOOST_DESCRIBE_ENUM(colour, unknown, red, green)

struct inner {
    inner() = default;
    std::string text;
    std::optional<double> number;
    std::map<std::string, std::vector<int>> lists;
};
BOOST_DESCRIBE_STRUCT(inner, (), (text, number, lists))

struct outer {
    outer() = default;
    bool flag = false;
    std::int64_t wide = 0;
    std::uint16_t narrow = 0;
    word<colour> tint;
    std::optional<inner> one;
    std::vector<inner> many;
    boost::json::value any;
};
BOOST_DESCRIBE_STRUCT(outer, (), (flag, wide, narrow, tint, one, many, any))

void without_doubles(outer& from)
{
    from.any = nullptr;
    if (from.one)
        from.one->number.reset();
    for (inner& each : from.many)
        each.number.reset();
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto read = decode_json<fuzzed::outer>(text);
    if (!read) {
        if (read.error().what().empty())
            std::abort();
        return 0;
    }
    std::string written;
    if (!encode_json(*read, written) || !decode_json<fuzzed::outer>(written))
        std::abort();
    // Boost.JSON 1.81 rounds the last digit of some doubles; all else must come back as it went.
    without_doubles(*read);
    written.clear();
    if (!encode_json(*read, written))
        std::abort();
    auto const again = decode_json<fuzzed::outer>(written);
    std::string twice;
    if (!again || !encode_json(*again, twice) || twice != written)
        std::abort();
    return 0;
}
