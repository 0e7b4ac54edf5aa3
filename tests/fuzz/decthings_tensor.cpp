// SPDX-License-Identifier: BSL-1.0
//
// Tensors of Decthings: what is read can be walked and is written and read again as it was, and the
// simulator, which has a decoder of its own, reads the same.

#include <inferpp/providers/decthings/tensor.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;
using namespace inferpp::decthings;

namespace inferpp::inline INFERPP_ABI::testing::detail {
std::string decthings_encode(decthings_tensor const& one);
std::optional<std::vector<decthings_tensor>> decthings_decode(std::string_view blob);
} // namespace inferpp::inline INFERPP_ABI::testing::detail

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

template <class T>
void compare_numbers(tensor const& one, testing::decthings_tensor const& other)
{
    auto const view = one.view<T>();
    auto const numbers = other.numbers();
    require(view.size() == one.size() && view.size() == numbers.size());
    std::size_t at = 0;
    for (T const each : view) {
        double const number = static_cast<double>(each);
        require(std::memcmp(&number, &numbers[at], sizeof number) == 0 || number != number);
        T const again = view[at];
        require(std::memcmp(&again, &each, sizeof each) == 0);
        ++at;
    }
    require(one.to_vector<T>().size() == at);
    if constexpr (sizeof(T) > 1)
        if (auto const span = one.contiguous<T>())
            require(span->size() == at);
}

template <class Items>
void compare_items(Items const& items, testing::decthings_tensor const& other)
{
    require(items.size() == other.items.size());
    std::size_t at = 0;
    for (auto const item : items) {
        auto const& [format, content] = other.items[at];
        if constexpr (std::same_as<typename Items::value_type, media_view>) {
            require(item.format == format && item.data == content);
            require(items[at].data.data() == item.data.data());
        } else {
            require(item == content);
            require(items[at].data() == item.data());
        }
        ++at;
    }
}

void compare(tensor const& one, testing::decthings_tensor const& other)
{
    require(other.shape == one.shape());
    require(other.type == to_string(one.type()));
    switch (one.type()) {
    case element_type::f32: return compare_numbers<float>(one, other);
    case element_type::f64: return compare_numbers<double>(one, other);
    case element_type::i8: return compare_numbers<std::int8_t>(one, other);
    case element_type::i16: return compare_numbers<std::int16_t>(one, other);
    case element_type::i32: return compare_numbers<std::int32_t>(one, other);
    case element_type::i64: return compare_numbers<std::int64_t>(one, other);
    case element_type::u8: return compare_numbers<std::uint8_t>(one, other);
    case element_type::u16: return compare_numbers<std::uint16_t>(one, other);
    case element_type::u32: return compare_numbers<std::uint32_t>(one, other);
    case element_type::u64: return compare_numbers<std::uint64_t>(one, other);
    case element_type::string: return compare_items(one.strings(), other);
    case element_type::binary: return compare_items(one.binaries(), other);
    case element_type::boolean: // any byte but 0 is true, and a number to the simulator
        require(one.view<bool>().size() == other.data.size());
        return;
    case element_type::image:
    case element_type::audio:
    case element_type::video: return compare_items(one.files(), other);
    case element_type::unknown: require(false);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    auto const read = tensor::decode_all(shared_bytes{input});
    auto const other = testing::detail::decthings_decode(input);
    require(read.has_value() == other.has_value());
    if (!read) {
        require(read.error() == errc::bad_schema);
        return 0;
    }
    require(read->size() == other->size());
    std::string again;
    for (std::size_t i = 0; i < read->size(); ++i) {
        tensor const& one = (*read)[i];
        compare(one, (*other)[i]);
        std::size_t const before = again.size();
        one.append_header(again);
        again += one.data().view();
        require(again.size() - before == one.encoded_size());
    }
    auto const reread = tensor::decode_all(shared_bytes{again});
    require(reread.has_value() && *reread == *read);
    return 0;
}
