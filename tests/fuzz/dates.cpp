// SPDX-License-Identifier: BSL-1.0
//
// Dates of HTTP and JSON, and Retry-After.

#include <inferpp/codec/http_date.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace inferpp;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace std::chrono;
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    sys_seconds const now = sys_days{2026y / 11 / 21} + 4h;
    if (auto const read = parse_http_date(text, now)) {
        auto const again = parse_http_date(format_http_date(*read), now);
        require(again == read);
    }
    if (auto const wait = parse_retry_after(text, now))
        require(*wait >= 0ms);
    if (auto const read = parse_iso8601(text)) {
        auto const again = parse_iso8601(format_iso8601(*read));
        require(again == read);
    }
    return 0;
}
