// SPDX-License-Identifier: BSL-1.0
//
// Deflated data: any split gives what the whole gives, and that is what Beast's decoder makes of
// it, which takes bytes from behind the end, but reads the same.
//
// The first bytes of the input choose where the rest is split.

#include <inferpp/codec/inflate.hpp>

#include <boost/beast/zlib/inflate_stream.hpp>

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

constexpr std::size_t most = 1U << 22;

struct outcome {
    std::string data;
    std::size_t used = 0;
    bool done = false;
    bool failed = false;
    bool operator==(outcome const& other) const
    {
        return done == other.done && failed == other.failed &&
               (failed || (data == other.data && used == other.used));
    }
};

/// `pieces` gives the sizes, again and again; 0 is the whole rest.
outcome unpack(std::string_view packed, std::string_view pieces)
{
    outcome all;
    inflater inflate;
    for (std::size_t i = 0; !all.failed && !inflate.done() && !packed.empty(); ++i) {
        std::size_t size = static_cast<unsigned char>(pieces[i % pieces.size()]);
        size = size == 0 ? packed.size() : (std::min)(size, packed.size());
        auto const held = std::make_unique<char[]>(size); // memory of its own and no more
        std::copy_n(packed.data(), size, held.get());
        packed.remove_prefix(size);
        std::string_view input{held.get(), size};
        while (all.data.size() <= most) {
            auto const piece = inflate.next(input);
            if (!piece) {
                require(inflate.next(input).has_error());
                all.failed = true;
                break;
            }
            require(piece->size() <= 65'536);
            all.data += *piece;
            if (piece->empty())
                break;
        }
        require(input.empty() || inflate.done() || all.failed || all.data.size() > most);
        all.used += size - input.size();
    }
    all.done = inflate.done();
    return all;
}

void compare(std::string_view packed, outcome const& ours)
{
    namespace zlib = boost::beast::zlib;
    std::string const padded = std::string{packed.substr(0, ours.used)} + std::string(8, '\0');
    std::string data(ours.data.size() + 1'024, '\0');
    zlib::inflate_stream stream;
    zlib::z_params at;
    at.next_in = padded.data();
    at.avail_in = padded.size();
    at.next_out = data.data();
    at.avail_out = data.size();
    boost::system::error_code code;
    stream.write(at, zlib::Flush::sync, code);
    data.resize(at.total_out);
    require(code == zlib::error::end_of_stream);
    require(data == ours.data);
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    constexpr std::size_t head = 4;
    if (size < head)
        return 0;
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::string_view const packed = input.substr(head);
    auto const whole = fuzzed::unpack(packed, std::string_view{"\0", 1});
    if (whole.data.size() > fuzzed::most)
        return 0;
    fuzzed::require(fuzzed::unpack(packed, input.substr(0, head)) == whole);
    fuzzed::require(fuzzed::unpack(packed, "\1") == whole);
    if (whole.done)
        fuzzed::compare(packed, whole);
    return 0;
}
