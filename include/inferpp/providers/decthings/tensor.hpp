// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_TENSOR_HPP
#define INFERPP_PROVIDERS_DECTHINGS_TENSOR_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/tensor_view.hpp>

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The size of each dimension, the outermost first; none for a single element. At most 255.
using tensor_shape = std::vector<std::uint64_t>;

/// A file and the name of its format, for tensors of images, audio and videos.
struct media {
    media() = default;
    media(std::string format_name, shared_bytes content)
        : format(std::move(format_name)),
          data(std::move(content))
    {
    }

    std::string format; ///< "png", "jpeg"; at most 255 bytes
    shared_bytes data;
};

/// What the elements of a tensor can be made of.
template <class T>
concept tensor_text = std::convertible_to<T, std::string_view>;
template <class T>
concept tensor_binary = std::same_as<std::remove_cvref_t<T>, shared_bytes> ||
    std::same_as<std::remove_cvref_t<T>, bytes>;

/// A range that a tensor can be made of: numbers, bools, texts, or bytes.
template <class R>
concept tensor_range = std::ranges::sized_range<R> && std::ranges::input_range<R> &&
    (tensor_number<std::ranges::range_value_t<R>> || tensor_text<std::ranges::range_value_t<R>> ||
     tensor_binary<std::ranges::range_value_t<R>>);

/**
 * @brief A tensor of one of Decthings' 16 element types: a value that shares its elements, so that
 *        copies are cheap.
 *
 * @code
 * decthings::tensor learning_rate{0.5f};                                     // f32, a scalar
 * decthings::tensor image{std::move(pixels), {28, 28}};                      // without a copy
 * decthings::tensor words{std::vector<std::string>{"a", "b"}};               // strings, [2]
 * auto photo = decthings::tensor::image("png", bytes::from_file("cat.png")); // a scalar
 *
 * auto const scores = answer.view<float>();
 * std::cout << scores(row, column);
 * @endcode
 *
 * A tensor in an answer lies where it was received: reading it copies nothing.
 *
 * *Errors*: constructors throw `failure` `invalid_argument` for a shape that does not fit, text
 * that is not UTF-8, or a format name over 255 bytes; reading as another type than the tensor's
 * throws `errc::bad_schema`, because the server has chosen the type.
 * *Lifetimes*: views are valid as long as the tensor; they are not given by temporaries.
 * *Thread safety*: distinct objects are safe, also those that share; one object is safe to read.
 * *Source*: wire notes 2
 */
class tensor {
public:
    /// f32 with no elements.
    tensor() = default;

    /// A scalar.
    template <tensor_number T>
    explicit tensor(T scalar) : tensor(std::span<T const, 1>{&scalar, 1}, tensor_shape{})
    {
    }

    /// A scalar of type string. @param text UTF-8
    explicit tensor(std::string_view text)
        : tensor(std::span<std::string_view const>{&text, 1}, tensor_shape{})
    {
    }

    /// One dimension. Numbers in an rvalue `std::vector` are not copied.
    template <tensor_range R>
        requires(!tensor_text<R>)
    explicit tensor(R&& elements)
        : tensor(std::forward<R>(elements),
                 tensor_shape{static_cast<std::uint64_t>(std::ranges::size(elements))})
    {
    }

    /// The same with a shape, whose dimensions' product is the number of elements.
    template <tensor_range R>
        requires(!tensor_text<R>)
    tensor(R&& elements, tensor_shape shape);

    /// Numbers that stay where they are. @param owner keeps them alive and unchanged
    template <tensor_number T>
        requires(std::endian::native == std::endian::little)
    tensor(std::shared_ptr<void const> owner, std::span<T const> elements, tensor_shape shape)
        : tensor(element_type_for<T>(), std::move(shape),
                 shared_bytes{std::move(owner), as_characters(elements)}, elements.size())
    {
    }

    /// Texts in one dimension.
    static tensor strings(std::initializer_list<std::string_view> texts)
    {
        return tensor{std::span{texts.begin(), texts.size()}};
    }

    /// Scalars: a file and the name of its format.
    static tensor image(std::string format, shared_bytes data)
    {
        return of_media(element_type::image, {media{std::move(format), std::move(data)}}, {});
    }
    static tensor audio(std::string format, shared_bytes data)
    {
        return of_media(element_type::audio, {media{std::move(format), std::move(data)}}, {});
    }
    static tensor video(std::string format, shared_bytes data)
    {
        return of_media(element_type::video, {media{std::move(format), std::move(data)}}, {});
    }

    /// Files of one kind: image, audio or video.
    INFERPP_DECL static tensor of_media(element_type kind, std::vector<media> const& files,
                                        tensor_shape shape);

    element_type type() const noexcept { return type_; }
    tensor_shape const& shape() const noexcept { return shape_; }

    /// Elements in all.
    std::uint64_t size() const noexcept { return count_; }

    /// The numbers, where they are.
    template <tensor_number T>
    tensor_view<T> view() const&
    {
        check_type(element_type_for<T>());
        return {data_.view(), shape_};
    }
    template <tensor_number T>
    tensor_view<T> view() const&& = delete;

    /**
     * @brief The numbers as contiguous memory; nothing where they are not aligned for it, which in
     *        an answer is up to the server, or where the machine has another order of bytes.
     *
     * @code
     * if (auto const numbers = answer.contiguous<float>()) // named: a loop over *answer.contiguous
     *     for (float const number : *numbers)              // would outlive what it goes over
     * @endcode
     */
    template <tensor_number T>
        requires(!std::same_as<T, bool>) // a byte may hold any value
    std::optional<std::span<T const>> contiguous()
    const&;
    template <tensor_number T>
    std::optional<std::span<T const>> contiguous() const&& = delete;

    /// A copy of the numbers, in row-major order.
    template <tensor_number T>
    std::vector<T> to_vector() const;

    /// The only number of a tensor of one. @throws failure `errc::bad_schema` if there are others
    template <tensor_number T>
    T value() const
    {
        check_single();
        return view<T>()[0];
    }

    /// The elements of a tensor of strings; UTF-8 if the server keeps its word.
    tensor_items<std::string_view> strings() const&
    {
        check_type(element_type::string);
        return items<std::string_view>();
    }
    tensor_items<std::string_view> strings() const&& = delete;

    /// The elements of a tensor of binaries.
    tensor_items<std::string_view> binaries() const&
    {
        check_type(element_type::binary);
        return items<std::string_view>();
    }
    tensor_items<std::string_view> binaries() const&& = delete;

    /// The elements of a tensor of images, audio or videos.
    tensor_items<media_view> files() const&
    {
        check_media();
        return items<media_view>();
    }
    tensor_items<media_view> files() const&& = delete;

    /// Whether type, shape and elements are the same; two NaNs are if their bits are.
    friend bool operator==(tensor const& a, tensor const& b) noexcept
    {
        return a.type_ == b.type_ && a.shape_ == b.shape_ && a.data_ == b.data_;
    }

    // --- on the wire -----------------------------------------------------------------------------

    /// The elements as they stand on the wire, behind the header.
    shared_bytes const& data() const noexcept { return data_; }

    /// Appends what stands before the elements.
    INFERPP_DECL void append_header(std::string& out) const;

    /// Bytes on the wire, the header included.
    INFERPP_DECL std::size_t encoded_size() const noexcept;

    /**
     * @brief Reads tensors that stand one behind the other, to the end.
     *
     * Their elements share the bytes given. What the vendor's JavaScript writes wrongly (strings
     * beyond ASCII, audio, video) is read as it was meant; such tensors have elements of their own.
     * @return `errc::bad_schema` for anything else, and for more than 2^20 tensors
     */
    INFERPP_DECL static result<std::vector<tensor>> decode_all(shared_bytes const& from);

    /// The same for exactly one.
    INFERPP_DECL static result<tensor> decode(shared_bytes const& from);

private:
    /// @param given elements that there are. @throws failure where the shape is for others
    INFERPP_DECL tensor(element_type type, tensor_shape shape, shared_bytes data,
                        std::uint64_t given);

    /// Puts elements with lengths one behind the other.
    class item_writer {
    public:
        explicit item_writer(element_type kind) noexcept : kind_(kind) {}

        /// @throws failure for text that is not UTF-8
        INFERPP_DECL void add(std::string_view content);
        /// @throws failure for a format name that is too long
        INFERPP_DECL void add(media_view file);
        INFERPP_DECL tensor finish(tensor_shape shape) &&;

    private:
        friend class tensor;
        INFERPP_DECL void begin(std::size_t size);

        element_type kind_;
        std::string data_;
        std::vector<std::size_t> marks_;
        std::uint64_t count_ = 0;
    };

    INFERPP_DECL static result<tensor> take(shared_bytes const& from, std::size_t& at);
    INFERPP_DECL bool take_items(shared_bytes const& region);
    INFERPP_DECL bool take_misspelt_items(std::string_view region);

    INFERPP_DECL void check_type(element_type asked) const;
    INFERPP_DECL void check_media() const;
    INFERPP_DECL void check_single() const;

    template <class Item>
    tensor_items<Item> items() const noexcept
    {
        return {data_.view(), count_,
                marks_ ? std::span<std::size_t const>{*marks_} : std::span<std::size_t const>{}};
    }

    template <class T>
    static std::string_view as_characters(std::span<T const> elements) noexcept
    {
        return {reinterpret_cast<char const*>(elements.data()), elements.size_bytes()};
    }

    template <class R>
    static tensor of_numbers(R&& elements, tensor_shape shape);

    element_type type_ = element_type::f32;
    tensor_shape shape_{0};
    std::uint64_t count_ = 0;
    shared_bytes data_;
    std::shared_ptr<std::vector<std::size_t> const> marks_; ///< see `tensor_items`
};

/// The name of an element type, as the platform writes it: "f32".
inline std::string_view to_string(element_type type) noexcept
{
    return boost::describe::enum_to_string(type, "unknown");
}

// ------------------------------------------------------------------------------------------------

template <class R>
tensor tensor::of_numbers(R&& elements, tensor_shape shape)
{
    using number = std::ranges::range_value_t<R>;
    constexpr bool little = std::endian::native == std::endian::little;
    auto const count = static_cast<std::size_t>(std::ranges::size(elements));
    constexpr bool packed = std::ranges::contiguous_range<R> && little;
    if constexpr (packed && std::same_as<R, std::vector<number>>) {
        auto const owner = std::make_shared<std::vector<number> const>(std::move(elements));
        return tensor{element_type_for<number>(), std::move(shape),
                      shared_bytes{owner, as_characters(std::span<number const>{*owner})}, count};
    } else {
        std::string packed_numbers(count * sizeof(number), '\0');
        char* to = packed_numbers.data();
        if constexpr (packed) {
            if (count > 0)
                std::memcpy(to, std::ranges::data(elements), packed_numbers.size());
        } else {
            for (number const one : elements) {
                if constexpr (std::same_as<number, bool>) {
                    *to++ = one ? '\1' : '\0';
                } else {
                    std::memcpy(to, &one, sizeof one);
                    if constexpr (!little)
                        std::reverse(to, to + sizeof one);
                    to += sizeof one;
                }
            }
        }
        return tensor{element_type_for<number>(), std::move(shape),
                      shared_bytes{std::move(packed_numbers)}, count};
    }
}

template <tensor_range R>
    requires(!tensor_text<R>)
tensor::tensor(R&& elements, tensor_shape shape)
{
    using element = std::ranges::range_value_t<R>;
    if constexpr (tensor_number<element>) {
        *this = of_numbers(std::forward<R>(elements), std::move(shape));
    } else {
        item_writer items{tensor_text<element> ? element_type::string : element_type::binary};
        for (auto&& one : elements) {
            if constexpr (tensor_text<element>)
                items.add(std::string_view{one});
            else
                items.add(one.view());
        }
        *this = std::move(items).finish(std::move(shape));
    }
}

template <tensor_number T>
    requires(!std::same_as<T, bool>)
std::optional<std::span<T const>> tensor::contiguous()
const&
{
    check_type(element_type_for<T>());
    char const* const at = data_.view().data();
    if (std::endian::native != std::endian::little ||
        reinterpret_cast<std::uintptr_t>(at) % alignof(T) != 0)
        return std::nullopt;
    return std::span<T const>{reinterpret_cast<T const*>(at), static_cast<std::size_t>(count_)};
}

template <tensor_number T>
std::vector<T> tensor::to_vector() const
{
    auto const from = view<T>();
    if constexpr (std::endian::native == std::endian::little && !std::same_as<T, bool>) {
        std::vector<T> numbers(from.size());
        if (!numbers.empty())
            std::memcpy(numbers.data(), data_.view().data(), numbers.size() * sizeof(T));
        return numbers;
    } else {
        return {from.begin(), from.end()};
    }
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/tensor.ipp>
#endif

#endif
