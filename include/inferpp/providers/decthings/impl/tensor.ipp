// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_TENSOR_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_TENSOR_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/tensor.hpp>
#include <inferpp/providers/decthings/varint.hpp>

#include <limits>

namespace inferpp::inline INFERPP_ABI::decthings {

inline bool is_media(element_type type) noexcept
{
    return type == element_type::image || type == element_type::audio ||
           type == element_type::video;
}

/// The number of elements that a shape is for; empty when it is no number.
inline std::optional<std::uint64_t> count_of(tensor_shape const& shape) noexcept
{
    std::uint64_t count = 1;
    for (std::uint64_t const size : shape)
        if (size == 0)
            return 0;
    for (std::uint64_t const size : shape) {
        if (count > (std::numeric_limits<std::uint64_t>::max)() / size)
            return std::nullopt;
        count *= size;
    }
    return count;
}

INFERPP_DECL tensor::tensor(element_type type, tensor_shape shape, shared_bytes data,
                            std::uint64_t given)
    : type_(type),
      shape_(std::move(shape)),
      count_(given),
      data_(std::move(data))
{
    constexpr std::size_t most = 255;
    if (shape_.size() > most)
        throw failure{error{errc::invalid_argument, "a tensor has at most 255 dimensions"}};
    if (count_of(shape_) == given)
        return;
    std::string text;
    for (std::uint64_t const size : shape_)
        text += (text.empty() ? "" : ", ") + std::to_string(size);
    throw failure{error{errc::invalid_argument, "the shape [" + text + "] is not one of " +
                                                    std::to_string(given) + " elements"}};
}

// --- elements with lengths -----------------------------------------------------------------------

INFERPP_DECL void tensor::item_writer::begin(std::size_t size)
{
    if (count_++ % detail::mark_distance == 0)
        marks_.push_back(data_.size());
    append_varint(size, data_);
}

INFERPP_DECL void tensor::item_writer::add(std::string_view content)
{
    if (kind_ == element_type::string) {
        auto const valid = inferpp::detail::valid_utf8_prefix(content);
        if (valid != content.size())
            throw failure{
                error{errc::invalid_argument, "text " + std::to_string(count_) +
                                                  " of a tensor is not valid UTF-8 at byte " +
                                                  std::to_string(valid) + "; give bytes instead"}};
    }
    begin(content.size());
    data_ += content;
}

INFERPP_DECL void tensor::item_writer::add(media_view file)
{
    constexpr std::size_t longest = 255;
    if (file.format.size() > longest)
        throw failure{
            error{errc::invalid_argument, "the name of a media format has at most 255 bytes"}};
    begin(1 + file.format.size() + file.data.size());
    data_ += static_cast<char>(file.format.size());
    data_ += file.format;
    data_ += file.data;
}

INFERPP_DECL tensor tensor::item_writer::finish(tensor_shape shape) &&
{
    tensor made{kind_, std::move(shape), shared_bytes{std::move(data_)}, count_};
    made.marks_ = std::make_shared<std::vector<std::size_t> const>(std::move(marks_));
    return made;
}

INFERPP_DECL tensor tensor::of_media(element_type kind, std::vector<media> const& files,
                                     tensor_shape shape)
{
    if (!is_media(kind))
        throw failure{error{errc::invalid_argument, "files are of the type image, audio or video"}};
    item_writer items{kind};
    for (media const& file : files)
        items.add(media_view{file.format, file.data.view()});
    return std::move(items).finish(std::move(shape));
}

// --- asking --------------------------------------------------------------------------------------

inline failure other_type(std::string_view is, std::string_view asked)
{
    std::string message{"the tensor is one of "};
    message.append(is).append(" and not of ").append(asked).append("; ask for its type() first");
    return failure{error{errc::bad_schema, std::move(message)}};
}

INFERPP_DECL void tensor::check_type(element_type asked) const
{
    if (asked != type_)
        throw other_type(to_string(type_), to_string(asked));
}

INFERPP_DECL void tensor::check_media() const
{
    if (!is_media(type_))
        throw other_type(to_string(type_), "image, audio or video");
}

INFERPP_DECL void tensor::check_single() const
{
    if (count_ != 1)
        throw failure{error{errc::bad_schema, "the tensor has " + std::to_string(count_) +
                                                  " elements and not one; see view()"}};
}

// --- on the wire ---------------------------------------------------------------------------------

INFERPP_DECL void tensor::append_header(std::string& out) const
{
    out += static_cast<char>(type_);
    out += static_cast<char>(shape_.size());
    for (std::uint64_t const size : shape_)
        append_varint(size, out);
    if (element_size(type_) == 0)
        append_varint(data_.size(), out);
}

INFERPP_DECL std::size_t tensor::encoded_size() const noexcept
{
    std::size_t size = 2 + data_.size();
    for (std::uint64_t const each : shape_)
        size += varint_size(each);
    return element_size(type_) == 0 ? size + varint_size(data_.size()) : size;
}

inline error malformed_tensor(std::string_view why)
{
    error e{errc::bad_schema, "a tensor is malformed: " + std::string{why}};
    e.edit().phase = "decode";
    return e;
}

/// Takes so many bytes off the front; empty where there are fewer.
inline std::optional<std::string_view> take_bytes(std::string_view& rest, std::uint64_t size)
{
    if (size > rest.size())
        return std::nullopt;
    std::string_view const taken = rest.substr(0, static_cast<std::size_t>(size));
    rest.remove_prefix(taken.size());
    return taken;
}

inline bool is_media_item(std::string_view item) noexcept
{
    return !item.empty() && static_cast<unsigned char>(item.front()) < item.size();
}

/// Takes the region in, whose elements must fill it exactly.
INFERPP_DECL bool tensor::take_items(shared_bytes const& region)
{
    std::string_view rest = region.view();
    if (count_ > rest.size()) // each takes a byte at least: nothing is allocated for a mere number
        return false;
    auto marks = std::make_shared<std::vector<std::size_t>>();
    for (std::uint64_t i = 0; i < count_; ++i) {
        if (i % detail::mark_distance == 0)
            marks->push_back(region.size() - rest.size());
        auto const size = take_varint(rest);
        auto const item = size ? take_bytes(rest, *size) : std::nullopt;
        if (!item || (is_media(type_) && !is_media_item(*item)))
            return false;
    }
    if (!rest.empty())
        return false;
    data_ = region;
    marks_ = std::move(marks);
    return true;
}

/// Where a text of so many UTF-16 units ends; empty where there are fewer or it would be cut.
inline std::optional<std::size_t> end_of_utf16(std::string_view text, std::uint64_t units) noexcept
{
    std::size_t at = 0;
    while (units > 0) {
        if (at == text.size())
            return std::nullopt;
        auto const lead = static_cast<unsigned char>(text[at]);
        std::size_t const bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint64_t const worth = bytes == 4 ? 2 : 1; // a pair of surrogates
        if (bytes > text.size() - at || worth > units)
            return std::nullopt;
        at += bytes;
        units -= worth;
    }
    return at;
}

/// The same for what the vendor's JavaScript writes: lengths of texts in UTF-16 units, and a length
/// more before each piece of audio or video. Such elements are written anew.
INFERPP_DECL bool tensor::take_misspelt_items(std::string_view region)
{
    bool const text = type_ == element_type::string;
    if (!text && type_ != element_type::audio && type_ != element_type::video)
        return false;
    item_writer items{type_};
    for (std::uint64_t i = 0; i < count_; ++i) {
        std::optional<std::uint64_t> size = take_varint(region);
        if (text)
            size = size ? end_of_utf16(region, *size) : std::nullopt;
        else
            size = size ? take_varint(region) : std::nullopt;
        auto const item = size ? take_bytes(region, *size) : std::nullopt;
        if (!item || (text ? inferpp::detail::valid_utf8_prefix(*item) != item->size()
                           : !is_media_item(*item)))
            return false;
        if (text)
            items.add(*item);
        else
            items.add(detail::split_media(*item));
    }
    if (!region.empty())
        return false;
    data_ = shared_bytes{std::move(items.data_)};
    marks_ = std::make_shared<std::vector<std::size_t> const>(std::move(items.marks_));
    return true;
}

INFERPP_DECL result<tensor> tensor::take(shared_bytes const& from, std::size_t& at)
{
    std::string_view rest = from.view().substr(at);
    if (rest.size() < 2)
        return malformed_tensor("it ends inside of its header");
    tensor read;
    auto const code = static_cast<unsigned char>(rest[0]);
    auto const dimensions = static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
    if (code < static_cast<unsigned char>(element_type::f32) ||
        code > static_cast<unsigned char>(element_type::video))
        return malformed_tensor("there is no element type " + std::to_string(code));
    read.type_ = static_cast<element_type>(code);
    read.shape_.clear();
    for (unsigned i = 0; i < dimensions; ++i) {
        auto const size = take_varint(rest);
        if (!size)
            return malformed_tensor("it ends inside of its shape");
        read.shape_.push_back(*size);
    }
    auto const count = count_of(read.shape_);
    if (!count)
        return malformed_tensor("its shape has more elements than can be counted");
    read.count_ = *count;
    std::size_t const size = element_size(read.type_);
    std::optional<std::uint64_t> length;
    if (size == 0)
        length = take_varint(rest);
    else if (*count <= rest.size() / size)
        length = *count * size;
    if (!length || *length > rest.size())
        return malformed_tensor("it has fewer bytes than its shape or length says");
    auto const region = from.part(from.size() - rest.size(), static_cast<std::size_t>(*length));
    if (size > 0)
        read.data_ = region;
    else if (!read.take_items(region) && !read.take_misspelt_items(region.view()))
        return malformed_tensor("its elements don't fill the length that it says");
    at = from.size() - rest.size() + region.size();
    return read;
}

INFERPP_DECL result<std::vector<tensor>> tensor::decode_all(shared_bytes const& from)
{
    // Three bytes can be a tensor, which takes many times that in memory.
    constexpr std::size_t most = 1UL << 20;
    std::vector<tensor> read;
    for (std::size_t at = 0; at < from.size();) {
        if (read.size() == most)
            return malformed_tensor("there are more than 2^20 in one place");
        auto one = take(from, at);
        if (!one)
            return one.error();
        read.push_back(std::move(*one));
    }
    return read;
}

INFERPP_DECL result<tensor> tensor::decode(shared_bytes const& from)
{
    std::size_t at = 0;
    auto one = take(from, at);
    if (one && at != from.size())
        return malformed_tensor("something follows it");
    return one;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
