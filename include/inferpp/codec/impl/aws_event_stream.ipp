// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_AWS_EVENT_STREAM_IPP
#define INFERPP_CODEC_IMPL_AWS_EVENT_STREAM_IPP

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

constexpr std::size_t event_prelude = 12;  ///< two lengths and their checksum
constexpr std::size_t event_overhead = 16; ///< the prelude, and the checksum at the end
constexpr std::size_t max_event_text = 32767;

/// Takes integers and texts from the front of a block.
class event_reader {
public:
    explicit event_reader(std::string_view from) noexcept : rest_(from) {}

    bool empty() const noexcept { return rest_.empty(); }

    /// So many bytes; nothing when there are fewer.
    std::optional<std::string_view> bytes(std::size_t count) noexcept
    {
        if (rest_.size() < count)
            return std::nullopt;
        std::string_view const taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    /// An integer of the network's order.
    template <class T>
    std::optional<T> integer() noexcept
    {
        auto const taken = bytes(sizeof(T));
        if (!taken)
            return std::nullopt;
        std::make_unsigned_t<T> value = 0;
        for (char const c : *taken)
            value = static_cast<std::make_unsigned_t<T>>(std::uint64_t{value} << 8 |
                                                         static_cast<unsigned char>(c));
        return static_cast<T>(value);
    }

    /// Bytes behind their count.
    template <class Count>
    std::optional<std::string_view> counted() noexcept
    {
        auto const count = integer<Count>();
        return count ? bytes(*count) : std::nullopt;
    }

private:
    std::string_view rest_;
};

template <class T>
void append_big_endian(T value, std::string& out)
{
    auto const bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t left = sizeof(T); left > 0; --left)
        out += static_cast<char>(bits >> (8 * (left - 1)) & 0xff);
}

inline std::uint32_t crc32_of(std::string_view data) noexcept
{
    crc32 sum;
    sum.add(data);
    return sum.value();
}

inline std::optional<aws_event_header::value_type> read_event_value(std::uint8_t type,
                                                                    event_reader& from) noexcept
{
    using value_type = aws_event_header::value_type;
    auto const as_value = [](auto const& read) {
        return read ? std::optional<value_type>{*read} : std::nullopt;
    };
    switch (type) {
    case 0: return value_type{true};
    case 1: return value_type{false};
    case 2: return as_value(from.integer<std::int8_t>());
    case 3: return as_value(from.integer<std::int16_t>());
    case 4: return as_value(from.integer<std::int32_t>());
    case 5: return as_value(from.integer<std::int64_t>());
    case 6: {
        auto const data = from.counted<std::uint16_t>();
        return data ? std::optional<value_type>{aws_event_bytes{*data}} : std::nullopt;
    }
    case 7: {
        auto const text = from.counted<std::uint16_t>();
        return text && valid_utf8_prefix(*text) == text->size() ? as_value(text) : std::nullopt;
    }
    case 8: {
        auto const time = from.integer<std::int64_t>();
        return time ? std::optional<value_type>{sys_milliseconds{std::chrono::milliseconds{*time}}}
                    : std::nullopt;
    }
    case 9: {
        auto const data = from.bytes(16);
        if (!data)
            return std::nullopt;
        aws_event_uuid uuid{};
        std::copy(data->begin(), data->end(), uuid.begin());
        return value_type{uuid};
    }
    default: return std::nullopt;
    }
}

/// Writes the values of headers, with their type before them.
struct event_value_writer {
    std::string& out;

    void operator()(bool value) const { out += value ? '\0' : '\1'; }
    void operator()(std::int8_t value) const { integer('\2', value); }
    void operator()(std::int16_t value) const { integer('\3', value); }
    void operator()(std::int32_t value) const { integer('\4', value); }
    void operator()(std::int64_t value) const { integer('\5', value); }
    void operator()(aws_event_bytes const& value) const { counted('\6', value.data); }
    void operator()(std::string_view value) const { counted('\7', value); }
    void operator()(sys_milliseconds value) const
    {
        integer('\10', std::int64_t{value.time_since_epoch().count()});
    }
    void operator()(aws_event_uuid const& value) const
    {
        out += '\11';
        out.append(value.begin(), value.end());
    }

private:
    template <class T>
    void integer(char type, T value) const
    {
        out += type;
        append_big_endian(value, out);
    }
    void counted(char type, std::string_view data) const
    {
        out += type;
        append_big_endian(static_cast<std::uint16_t>(data.size()), out);
        out += data;
    }
};

inline bool is_encodable(aws_event_header const& header) noexcept
{
    if (header.name.empty() || header.name.size() > 255)
        return false;
    if (auto const* const text = std::get_if<std::string_view>(&header.value))
        return text->size() <= max_event_text;
    if (auto const* const bytes = std::get_if<aws_event_bytes>(&header.value))
        return bytes->data.size() <= max_event_text;
    return true;
}

inline error damaged_event(std::string_view what)
{
    return error{errc::bad_content, "the event stream is damaged: " + std::string{what}};
}

} // namespace detail

INFERPP_DECL std::string_view aws_event::text(std::string_view name) const noexcept
{
    for (aws_event_header const& header : headers)
        if (header.name == name)
            if (auto const* const text = std::get_if<std::string_view>(&header.value))
                return *text;
    return {};
}

INFERPP_DECL result<void> aws_event_decoder::feed(std::string_view data)
{
    if (failed_)
        return *failed_;
    // What is left is moved only when at least as much has been taken.
    if (at_ > buffer_.size() / 2) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_ += data;
    return {};
}

INFERPP_DECL result<aws_event const*> aws_event_decoder::fail(error e)
{
    failed_ = std::move(e);
    return *failed_;
}

INFERPP_DECL result<aws_event const*> aws_event_decoder::next()
{
    if (failed_)
        return *failed_;
    std::string_view const rest = std::string_view{buffer_}.substr(at_);
    if (rest.size() < detail::event_prelude)
        return nullptr;
    detail::event_reader prelude{rest};
    std::size_t const total = *prelude.integer<std::uint32_t>();
    std::size_t const headers = *prelude.integer<std::uint32_t>();
    if (checked_ == 0) {
        if (*prelude.integer<std::uint32_t>() != detail::crc32_of(rest.substr(0, 8)))
            return fail(detail::damaged_event("the checksum of a message's lengths is wrong"));
        if (total < detail::event_overhead || headers > total - detail::event_overhead)
            return fail(detail::damaged_event("the lengths of a message contradict each other"));
        if (headers > max_headers)
            return fail(error{errc::event_too_large, "the headers of an event have " +
                                                         std::to_string(headers) + " bytes"});
        if (total - detail::event_overhead - headers > payload_limit_)
            return fail(error{errc::event_too_large, "an event of the stream is over " +
                                                         std::to_string(payload_limit_) +
                                                         " bytes; raise limits.event_bytes"});
        checked_ = total;
    }
    if (rest.size() < total)
        return nullptr;
    std::string_view const message = rest.substr(0, total - 4);
    detail::event_reader sum{rest.substr(total - 4)};
    if (*sum.integer<std::uint32_t>() != detail::crc32_of(message))
        return fail(detail::damaged_event("the checksum of a message is wrong"));
    if (auto const read = read_headers(message.substr(detail::event_prelude, headers)); !read)
        return fail(read.error());
    event_.headers = headers_;
    event_.payload = message.substr(detail::event_prelude + headers);
    at_ += total;
    checked_ = 0;
    return &event_;
}

INFERPP_DECL result<void> aws_event_decoder::read_headers(std::string_view block)
{
    headers_.clear();
    detail::event_reader from{block};
    while (!from.empty()) {
        auto const name = from.counted<std::uint8_t>();
        if (!name || name->empty() || detail::valid_utf8_prefix(*name) != name->size())
            return detail::damaged_event("a header has no valid name");
        auto const type = from.integer<std::uint8_t>();
        auto const value = type ? detail::read_event_value(*type, from) : std::nullopt;
        if (!value)
            return detail::damaged_event("the value of the header '" +
                                         detail::printable(*name, 64) + "' can't be read");
        headers_.push_back(aws_event_header{*name, *value});
    }
    // Sorted, since there may be tens of thousands.
    std::vector<std::string_view> names;
    names.reserve(headers_.size());
    for (aws_event_header const& header : headers_)
        names.push_back(header.name);
    std::sort(names.begin(), names.end());
    if (auto const twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
        return detail::damaged_event("the header '" + detail::printable(*twice, 64) +
                                     "' is there twice");
    return {};
}

INFERPP_DECL result<void> aws_event_decoder::finish() const
{
    if (failed_)
        return *failed_;
    if (at_ == buffer_.size())
        return {};
    return error{errc::stream_truncated, "the stream ended in the middle of a message"};
}

INFERPP_DECL result<void> append_aws_event(std::span<aws_event_header const> headers,
                                           std::string_view payload, std::string& out)
{
    auto const refuse = [](char const* message) { return error{errc::invalid_argument, message}; };
    std::string block;
    for (aws_event_header const& header : headers) {
        if (!detail::is_encodable(header))
            return refuse("the name of an event's header must have 1 to 255 bytes, its text at "
                          "most 32767");
        detail::append_big_endian(static_cast<std::uint8_t>(header.name.size()), block);
        block += header.name;
        std::visit(detail::event_value_writer{block}, header.value);
    }
    if (block.size() > aws_event_decoder::max_headers)
        return refuse("the headers of an event must have at most 131072 bytes");
    if (payload.size() > aws_event_decoder::max_payload)
        return refuse("the payload of an event must have at most 25165824 bytes");
    std::size_t const start = out.size();
    std::size_t const total = detail::event_overhead + block.size() + payload.size();
    out.reserve(start + total);
    detail::append_big_endian(static_cast<std::uint32_t>(total), out);
    detail::append_big_endian(static_cast<std::uint32_t>(block.size()), out);
    detail::append_big_endian(detail::crc32_of(std::string_view{out}.substr(start)), out);
    out.append(block).append(payload);
    detail::append_big_endian(detail::crc32_of(std::string_view{out}.substr(start)), out);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
