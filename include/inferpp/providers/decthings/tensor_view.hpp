// SPDX-License-Identifier: BSL-1.0
//
// The elements of a tensor, read where they are.

#ifndef INFERPP_PROVIDERS_DECTHINGS_TENSOR_VIEW_HPP
#define INFERPP_PROVIDERS_DECTHINGS_TENSOR_VIEW_HPP

#include <inferpp/core/config.hpp>

#include <boost/describe/enum.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace inferpp::inline INFERPP_ABI::decthings {

/// What a tensor is made of; the values are the codes on the wire.
enum class element_type : unsigned char {
    unknown = 0, ///< no tensor has it: a word in a rule that this version does not know
    f32 = 1,
    f64,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    string, ///< UTF-8
    binary,
    boolean,
    image, ///< a file and the name of its format: "png", "jpeg"
    audio,
    video,
};
BOOST_DESCRIBE_ENUM(element_type, unknown, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, string,
                    binary, boolean, image, audio, video)

/// Bytes of one element; 0 where elements have lengths of their own.
constexpr std::size_t element_size(element_type type) noexcept
{
    switch (type) {
    case element_type::i8:
    case element_type::u8:
    case element_type::boolean: return 1;
    case element_type::i16:
    case element_type::u16: return 2;
    case element_type::f32:
    case element_type::i32:
    case element_type::u32: return 4;
    case element_type::f64:
    case element_type::i64:
    case element_type::u64: return 8;
    default: return 0;
    }
}

/// The element type whose elements `T` holds exactly: by size and sign, so that `long` is i64 where
/// it has 64 bits. `unknown` for characters and everything else.
template <class T>
consteval element_type element_type_for()
{
    using plain = std::remove_cv_t<T>;
    if constexpr (std::same_as<plain, bool>)
        return element_type::boolean;
    else if constexpr (std::same_as<plain, char> || std::same_as<plain, wchar_t> ||
                       std::same_as<plain, char8_t> || std::same_as<plain, char16_t> ||
                       std::same_as<plain, char32_t>)
        return element_type::unknown;
    else if constexpr (std::floating_point<plain>)
        return !std::numeric_limits<plain>::is_iec559 ? element_type::unknown
               : sizeof(plain) == 4                   ? element_type::f32
               : sizeof(plain) == 8                   ? element_type::f64
                                                      : element_type::unknown;
    else if constexpr (std::integral<plain>) {
        constexpr bool sign = std::is_signed_v<plain>;
        switch (sizeof(plain)) {
        case 1: return sign ? element_type::i8 : element_type::u8;
        case 2: return sign ? element_type::i16 : element_type::u16;
        case 4: return sign ? element_type::i32 : element_type::u32;
        case 8: return sign ? element_type::i64 : element_type::u64;
        default: return element_type::unknown;
        }
    } else
        return element_type::unknown;
}

/// A number or a bool that is an element of a tensor.
template <class T>
concept tensor_number = element_type_for<T>()
!= element_type::unknown;

namespace detail {

/// Reads an element wherever it lies.
template <tensor_number T>
T load_element(char const* from) noexcept
{
    if constexpr (std::same_as<T, bool>) {
        return *from != 0;
    } else {
        std::array<char, sizeof(T)> raw;
        std::memcpy(raw.data(), from, sizeof(T));
        if constexpr (std::endian::native == std::endian::big)
            std::reverse(raw.begin(), raw.end());
        return std::bit_cast<T>(raw);
    }
}

} // namespace detail

/**
 * @brief The numbers of a tensor, read where they are and whatever their alignment.
 *
 * A range with random access, and row-major access by one index for each dimension, the outermost
 * first: `view(row, column)` does not check its indices, `at` does.
 *
 * *Lifetimes*: valid as long as the tensor that gave it.
 */
template <tensor_number T>
class tensor_view {
public:
    using value_type = T;

    class iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using reference = T;
        using iterator_concept = std::random_access_iterator_tag;
        using iterator_category = std::input_iterator_tag; // it gives values, not references

        iterator() = default;
        explicit iterator(char const* at) noexcept : at_(at) {}

        T operator*() const noexcept { return detail::load_element<T>(at_); }
        T operator[](difference_type n) const noexcept { return *(*this + n); }

        iterator& operator++() noexcept { return *this += 1; }
        iterator& operator--() noexcept { return *this -= 1; }
        iterator operator++(int) noexcept
        {
            iterator const before = *this;
            ++*this;
            return before;
        }
        iterator operator--(int) noexcept
        {
            iterator const before = *this;
            --*this;
            return before;
        }
        iterator& operator+=(difference_type n) noexcept
        {
            at_ += n * static_cast<difference_type>(sizeof(T));
            return *this;
        }
        iterator& operator-=(difference_type n) noexcept { return *this += -n; }
        friend iterator operator+(iterator it, difference_type n) noexcept { return it += n; }
        friend iterator operator+(difference_type n, iterator it) noexcept { return it += n; }
        friend iterator operator-(iterator it, difference_type n) noexcept { return it -= n; }
        friend difference_type operator-(iterator a, iterator b) noexcept
        {
            return (a.at_ - b.at_) / static_cast<difference_type>(sizeof(T));
        }
        friend bool operator==(iterator, iterator) noexcept = default;
        friend auto operator<=>(iterator, iterator) noexcept = default;

    private:
        char const* at_ = nullptr;
    };

    /// @param data packed little-endian elements, as many as the shape says
    tensor_view(std::string_view data, std::span<std::uint64_t const> shape) noexcept
        : data_(data),
          shape_(shape)
    {
    }

    std::size_t size() const noexcept { return data_.size() / sizeof(T); }
    bool empty() const noexcept { return data_.empty(); }
    std::span<std::uint64_t const> shape() const noexcept { return shape_; }
    std::size_t rank() const noexcept { return shape_.size(); }
    /// @pre `dimension < rank()`
    std::uint64_t extent(std::size_t dimension) const noexcept { return shape_[dimension]; }

    iterator begin() const noexcept { return iterator{data_.data()}; }
    iterator end() const noexcept { return iterator{data_.data() + size() * sizeof(T)}; }

    /// The element at a position in the row-major order. @pre `index < size()`
    T operator[](std::size_t index) const noexcept
    {
        return detail::load_element<T>(data_.data() + index * sizeof(T));
    }

    /// The element at one index for each dimension. @pre each is within its dimension
    template <std::integral... Index>
    T operator()(Index... index) const noexcept
    {
        std::array<std::uint64_t, sizeof...(Index)> const at{static_cast<std::uint64_t>(index)...};
        return (*this)[position(at)];
    }

    /// The same. @throws std::out_of_range for another number of indices or one out of range
    template <std::integral... Index>
    T at(Index... index) const
    {
        std::array<std::uint64_t, sizeof...(Index)> const at{static_cast<std::uint64_t>(index)...};
        bool valid = at.size() == shape_.size();
        for (std::size_t i = 0; valid && i < at.size(); ++i)
            valid = at[i] < shape_[i];
        if (!valid)
            throw std::out_of_range{"tensor_view::at: the indices don't fit the shape"};
        return (*this)[position(at)];
    }

private:
    std::size_t position(std::span<std::uint64_t const> at) const noexcept
    {
        std::uint64_t place = 0;
        for (std::size_t i = 0; i < at.size(); ++i)
            place = place * shape_[i] + at[i];
        return static_cast<std::size_t>(place);
    }

    std::string_view data_;
    std::span<std::uint64_t const> shape_;
};

/// A file and the name of its format, where they lie in a tensor.
struct media_view {
    std::string_view format; ///< "png"; at most 255 bytes
    std::string_view data;
};

namespace detail {

/// An element with a length of its own at the front of `rest`, which loses it.
INFERPP_DECL std::string_view take_item(std::string_view& rest) noexcept;

/// How many elements apart the places are that a tensor remembers of elements with lengths.
inline constexpr std::size_t mark_distance = 16;

INFERPP_DECL media_view split_media(std::string_view item) noexcept;

} // namespace detail

/**
 * @brief The elements of a tensor of strings, binaries or media, read where they are.
 *
 * A forward range; `operator[]` steps over at most 15 others.
 *
 * *Lifetimes*: valid as long as the tensor that gave it.
 *
 * @tparam Item `std::string_view` or `media_view`
 */
template <class Item>
class tensor_items {
public:
    using value_type = Item;

    class iterator {
    public:
        using value_type = Item;
        using difference_type = std::ptrdiff_t;
        using reference = Item;
        using iterator_concept = std::forward_iterator_tag;
        using iterator_category = std::input_iterator_tag; // it gives values, not references

        iterator() = default;
        explicit iterator(std::string_view rest) noexcept : rest_(rest) {}

        Item operator*() const noexcept
        {
            std::string_view rest = rest_;
            return to_item(detail::take_item(rest));
        }
        iterator& operator++() noexcept
        {
            detail::take_item(rest_);
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(iterator const& a, iterator const& b) noexcept
        {
            return a.rest_.size() == b.rest_.size();
        }

    private:
        std::string_view rest_;
    };

    /// @param marks where every 16th element begins, the first included
    tensor_items(std::string_view data, std::uint64_t count,
                 std::span<std::size_t const> marks) noexcept
        : data_(data),
          count_(static_cast<std::size_t>(count)),
          marks_(marks)
    {
    }

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    iterator begin() const noexcept { return iterator{data_}; }
    iterator end() const noexcept { return iterator{data_.substr(data_.size())}; }

    /// @pre `index < size()`
    Item operator[](std::size_t index) const noexcept
    {
        std::string_view rest = data_.substr(marks_[index / detail::mark_distance]);
        for (std::size_t left = index % detail::mark_distance; left > 0; --left)
            detail::take_item(rest);
        return to_item(detail::take_item(rest));
    }

    /// The same. @throws std::out_of_range
    Item at(std::size_t index) const
    {
        if (index >= count_)
            throw std::out_of_range{"tensor_items::at: there are fewer elements"};
        return (*this)[index];
    }

private:
    static Item to_item(std::string_view content) noexcept
    {
        if constexpr (std::same_as<Item, media_view>)
            return detail::split_media(content);
        else
            return content;
    }

    std::string_view data_;
    std::size_t count_;
    std::span<std::size_t const> marks_;
};

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/tensor_view.ipp>
#endif

#endif
