// SPDX-License-Identifier: BSL-1.0
//
// Messages and tensors of the simulated Decthings, byte by byte. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_WIRE_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_WIRE_IPP

#include <inferpp/testing/decthings_simulator.hpp>

#include <array>
#include <bit>
#include <cstring>

namespace inferpp::inline INFERPP_ABI::testing {
namespace detail {

INFERPP_DECL void decthings_put_number(std::uint64_t value, std::string& out)
{
    if (value < 253) {
        out += static_cast<char>(value);
        return;
    }
    int const width = value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
    out += width == 2 ? '\xfd' : width == 4 ? '\xfe' : '\xff';
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        out += static_cast<char>((value >> shift) & 0xff);
}

INFERPP_DECL std::optional<std::uint64_t> decthings_take_number(std::string_view& from)
{
    if (from.empty())
        return std::nullopt;
    auto const first = static_cast<unsigned char>(from[0]);
    from.remove_prefix(1);
    if (first < 253)
        return first;
    std::size_t const width = first == 253 ? 2 : first == 254 ? 4 : 8;
    if (from.size() < width)
        return std::nullopt;
    std::uint64_t value = 0;
    for (char const c : from.substr(0, width))
        value = (value << 8) + static_cast<unsigned char>(c);
    from.remove_prefix(width);
    return value;
}

/// Takes so many bytes off the front; nothing where there are fewer.
inline std::optional<std::string_view> decthings_take(std::string_view& from,
                                                      std::optional<std::uint64_t> size)
{
    if (!size || *size > from.size())
        return std::nullopt;
    std::string_view const taken = from.substr(0, static_cast<std::size_t>(*size));
    from.remove_prefix(taken.size());
    return taken;
}

INFERPP_DECL std::optional<decthings_message> decthings_parse(std::string_view body)
{
    if (body.empty())
        return std::nullopt;
    std::size_t const count = static_cast<unsigned char>(body[0]);
    body.remove_prefix(1);
    auto const json_size = decthings_take_number(body);
    std::vector<std::optional<std::uint64_t>> sizes;
    for (std::size_t i = 0; i < count; ++i)
        sizes.push_back(decthings_take_number(body));
    auto const json = decthings_take(body, json_size);
    if (!json)
        return std::nullopt;
    decthings_message read;
    boost::json::error_code code;
    auto const parsed = boost::json::parse({json->data(), json->size()}, code);
    if (code || !parsed.is_object())
        return std::nullopt;
    read.json = parsed.get_object();
    for (auto const size : sizes) {
        auto const blob = decthings_take(body, size);
        if (!blob)
            return std::nullopt;
        read.blobs.emplace_back(*blob);
    }
    if (!body.empty())
        return std::nullopt;
    return read;
}

INFERPP_DECL std::string decthings_write(boost::json::object const& json,
                                         std::vector<std::string> const& blobs)
{
    std::string const text = boost::json::serialize(json);
    std::string out;
    decthings_put_number(text.size(), out);
    out += text;
    for (std::string const& blob : blobs) {
        decthings_put_number(blob.size(), out);
        out += blob;
    }
    return out;
}

/// The platform's types, by their codes from 1 on, and the bytes of an element.
struct decthings_type {
    std::string_view name;
    std::size_t size;
};
inline constexpr std::array<decthings_type, 16> decthings_types{{{"f32", 4},
                                                                 {"f64", 8},
                                                                 {"i8", 1},
                                                                 {"i16", 2},
                                                                 {"i32", 4},
                                                                 {"i64", 8},
                                                                 {"u8", 1},
                                                                 {"u16", 2},
                                                                 {"u32", 4},
                                                                 {"u64", 8},
                                                                 {"string", 0},
                                                                 {"binary", 0},
                                                                 {"boolean", 1},
                                                                 {"image", 0},
                                                                 {"audio", 0},
                                                                 {"video", 0}}};

inline bool decthings_is_media(std::string_view type)
{
    return type == "image" || type == "audio" || type == "video";
}

INFERPP_DECL std::string decthings_encode(decthings_tensor const& one)
{
    std::string out;
    for (std::size_t code = 0; code < decthings_types.size(); ++code)
        if (decthings_types[code].name == one.type)
            out += static_cast<char>(code + 1);
    out += static_cast<char>(one.shape.size());
    for (std::uint64_t const size : one.shape)
        decthings_put_number(size, out);
    std::string elements;
    for (auto const& [format, content] : one.items) {
        if (!decthings_is_media(one.type)) {
            decthings_put_number(content.size(), elements);
            elements += content;
            continue;
        }
        decthings_put_number(1 + format.size() + content.size(), elements);
        elements += static_cast<char>(format.size());
        elements += format + content;
    }
    auto const code = static_cast<std::size_t>(static_cast<unsigned char>(out[0])) - 1;
    if (decthings_types[code].size > 0)
        return out + one.data;
    decthings_put_number(elements.size(), out);
    return out + elements;
}

/// One element with a length; `extra` numbers stand before the real one.
inline std::optional<std::pair<std::string, std::string>> decthings_take_item(
    std::string_view& from, std::string_view type, int extra)
{
    for (int i = 0; i < extra; ++i)
        if (!decthings_take_number(from))
            return std::nullopt;
    auto item = decthings_take(from, decthings_take_number(from));
    if (!item)
        return std::nullopt;
    if (!decthings_is_media(type))
        return std::pair{std::string{}, std::string{*item}};
    if (item->empty())
        return std::nullopt;
    std::uint64_t const size = static_cast<unsigned char>(item->front());
    item->remove_prefix(1);
    auto const format = decthings_take(*item, size);
    if (!format)
        return std::nullopt;
    return std::pair{std::string{*format}, std::string{*item}};
}

/// A text whose length counts UTF-16 units, as the vendor's JavaScript has it.
inline std::optional<std::string> decthings_take_utf16(std::string_view& from)
{
    auto const units = decthings_take_number(from);
    std::uint64_t seen = 0;
    std::size_t size = 0;
    while (units && seen < *units && size < from.size()) {
        auto const lead = static_cast<unsigned char>(from[size]);
        size += lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
        seen += lead >= 0xf0 ? 2 : 1;
    }
    if (!units || seen != *units)
        return std::nullopt;
    auto const text = decthings_take(from, size);
    if (!text || inferpp::detail::valid_utf8_prefix(*text) != text->size())
        return std::nullopt;
    return std::string{*text};
}

/// The elements of a region, in one of the ways in which they are written.
inline bool decthings_read_items(std::string_view region, std::uint64_t count, bool as_meant,
                                 decthings_tensor& to)
{
    to.items.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
        std::optional<std::pair<std::string, std::string>> item;
        if (!as_meant && to.type == "string") {
            if (auto text = decthings_take_utf16(region))
                item.emplace(std::string{}, std::move(*text));
        } else {
            item = decthings_take_item(region, to.type, as_meant ? 0 : 1);
        }
        if (!item)
            return false;
        to.items.push_back(std::move(*item));
    }
    return region.empty();
}

INFERPP_DECL std::optional<std::vector<decthings_tensor>> decthings_decode(std::string_view blob)
{
    std::vector<decthings_tensor> all;
    while (!blob.empty()) {
        decthings_tensor one;
        std::size_t const code = static_cast<unsigned char>(blob[0]);
        if (code < 1 || code > decthings_types.size() || blob.size() < 2)
            return std::nullopt;
        std::size_t const dimensions = static_cast<unsigned char>(blob[1]);
        blob.remove_prefix(2);
        auto const& [name, size] = decthings_types[code - 1];
        one.type = name;
        std::uint64_t count = 1;
        bool overflow = false;
        for (std::size_t i = 0; i < dimensions; ++i) {
            auto const length = decthings_take_number(blob);
            if (!length)
                return std::nullopt;
            one.shape.push_back(*length);
            overflow = overflow || (*length != 0 && count > UINT64_MAX / *length);
            count *= *length;
        }
        bool const none = std::find(one.shape.begin(), one.shape.end(), 0U) != one.shape.end();
        if (overflow && !none)
            return std::nullopt;
        if (none)
            count = 0;
        if (size > 0) {
            if (count > blob.size() / size)
                return std::nullopt;
            one.data = *decthings_take(blob, count * size);
        } else {
            auto const region = decthings_take(blob, decthings_take_number(blob));
            bool const known = name == "string" || name == "audio" || name == "video";
            if (!region || count > region->size() ||
                (!decthings_read_items(*region, count, true, one) &&
                 !(known && decthings_read_items(*region, count, false, one))))
                return std::nullopt;
        }
        all.push_back(std::move(one));
    }
    return all;
}

/// An element as a double.
inline double decthings_number(std::string_view type, char const* at)
{
    static_assert(std::endian::native == std::endian::little);
    auto const as = [at](auto one) {
        std::memcpy(&one, at, sizeof one);
        return static_cast<double>(one);
    };
    if (type == "f32")
        return as(0.0F);
    if (type == "f64")
        return as(0.0);
    if (type == "i8")
        return as(std::int8_t{});
    if (type == "i16")
        return as(std::int16_t{});
    if (type == "i32")
        return as(std::int32_t{});
    if (type == "i64")
        return as(std::int64_t{});
    if (type == "u16")
        return as(std::uint16_t{});
    if (type == "u32")
        return as(std::uint32_t{});
    if (type == "u64")
        return as(std::uint64_t{});
    return as(std::uint8_t{}); // u8 and boolean
}

} // namespace detail

INFERPP_DECL decthings_tensor decthings_tensor::floats(std::vector<float> const& numbers,
                                                       std::vector<std::uint64_t> shape)
{
    decthings_tensor made;
    made.shape = std::move(shape);
    made.data.resize(numbers.size() * sizeof(float));
    if (!numbers.empty())
        std::memcpy(made.data.data(), numbers.data(), made.data.size());
    return made;
}

INFERPP_DECL std::vector<double> decthings_tensor::numbers() const
{
    std::vector<double> all;
    for (auto const& [name, size] : detail::decthings_types)
        for (std::size_t at = 0; name == type && size > 0 && at + size <= data.size(); at += size)
            all.push_back(detail::decthings_number(type, data.data() + at));
    return all;
}

INFERPP_DECL decthings_parameter const* decthings_call::find(std::string_view name) const noexcept
{
    for (decthings_parameter const& one : params)
        if (one.name == name)
            return &one;
    return nullptr;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_routes.ipp>
#endif

#endif
