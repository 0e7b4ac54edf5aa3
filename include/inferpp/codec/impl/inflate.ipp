// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_INFLATE_IPP
#define INFERPP_CODEC_IMPL_INFLATE_IPP

#include <inferpp/codec/inflate.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

INFERPP_DECL bool inflate_code::build(std::uint8_t const* lengths, std::size_t count,
                                      bool partial) noexcept
{
    counts_.fill(0);
    fast_.fill(0);
    for (std::size_t i = 0; i < count; ++i)
        ++counts_[lengths[i]];
    counts_[0] = 0;

    int free = 1; // codes of the length that are not taken
    std::array<std::uint16_t, longest + 2> place{};
    std::array<std::uint16_t, longest + 2> code{};
    for (unsigned length = 1; length <= longest; ++length) {
        free = 2 * free - counts_[length];
        if (free < 0)
            return false;
        place[length + 1] = static_cast<std::uint16_t>(place[length] + counts_[length]);
        code[length + 1] = static_cast<std::uint16_t>((code[length] + counts_[length]) << 1);
    }
    std::size_t const used = place[longest + 1];
    if (free > 0 && !(partial && used == counts_[1] && used <= 1))
        return false;

    for (std::size_t symbol = 0; symbol < count; ++symbol) {
        unsigned const length = lengths[symbol];
        if (length == 0)
            continue;
        symbols_[place[length]++] = static_cast<std::uint16_t>(symbol);
        unsigned const own = code[length]++;
        if (length > fast_bits)
            continue;
        unsigned reversed = 0; // codes come with their highest bit first
        for (unsigned bit = 0; bit < length; ++bit)
            reversed |= (own >> bit & 1U) << (length - 1 - bit);
        for (unsigned at = reversed; at < fast_.size(); at += 1U << length)
            fast_[at] = static_cast<std::uint16_t>(symbol << 4 | length);
    }
    return true;
}

INFERPP_DECL inflate_code::match inflate_code::find(std::uint64_t bits,
                                                    unsigned count) const noexcept
{
    std::uint16_t const entry = fast_[bits & (fast_.size() - 1)];
    if (entry != 0) {
        unsigned const length = entry & 15U;
        return length <= count ? match{entry >> 4, length} : match{more, 0};
    }
    int code = 0;
    int first = 0; // code of its length
    int index = 0; // of its symbol
    for (unsigned length = 1; length <= longest; ++length) {
        if (length > count)
            return {more, 0};
        code |= static_cast<int>(bits >> (length - 1) & 1U);
        int const of_length = counts_[length];
        if (code - first < of_length)
            return {symbols_[static_cast<std::size_t>(index + code - first)], length};
        index += of_length;
        first = (first + of_length) << 1;
        code <<= 1;
    }
    return {none, 0};
}

/// A length or a distance of a match: the smallest, and how many bits are added to it.
struct inflate_range {
    std::uint16_t base;
    std::uint8_t extra;
};

inline constexpr std::array<inflate_range, 29> inflate_lengths{
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}}};

inline constexpr std::array<inflate_range, 30> inflate_distances{
    {{1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
     {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
     {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
     {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
     {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}}};

} // namespace detail

INFERPP_DECL inflater::inflater() : window_(std::make_unique<char[]>(window_bytes)) {}

INFERPP_DECL void inflater::reset() noexcept
{
    bits_ = 0;
    bit_count_ = 0;
    state_ = state::block;
    last_ = false;
    written_ = 0;
}

INFERPP_DECL result<std::string_view> inflater::next(std::string_view& input)
{
    if (window_bytes - written_ < longest_match) {
        std::memmove(window_.get(), window_.get() + (written_ - reach), reach);
        written_ = reach;
    }
    std::size_t const start = written_;
    step done = step::on;
    while (done == step::on && state_ != state::ended && state_ != state::broken)
        done = go(input);
    if (state_ == state::broken)
        return error{errc::bad_content, std::string{"the compressed data is damaged: "} + why_};
    // What was taken in vain came with this input: what is left when input is missing is the
    // beginning of one item, and that needs more than what was left the time before.
    if (done != step::more)
        give_back(input);
    return std::string_view{window_.get() + start, written_ - start};
}

INFERPP_DECL inflater::step inflater::go(std::string_view& input)
{
    refill(input);
    switch (state_) {
    case state::block: return read_block();
    case state::stored_size: return read_stored_size(input);
    case state::stored: return copy_stored(input);
    case state::table_sizes: return read_table_sizes();
    case state::table_lengths: return read_table_lengths();
    case state::lengths: return read_lengths();
    default: return read_symbols(input);
    }
}

INFERPP_DECL void inflater::refill(std::string_view& input) noexcept
{
    if (state_ == state::stored)
        return;
    while (bit_count_ <= 56 && !input.empty()) {
        bits_ |= std::uint64_t{static_cast<unsigned char>(input.front())} << bit_count_;
        bit_count_ += 8;
        input.remove_prefix(1);
    }
}

INFERPP_DECL void inflater::give_back(std::string_view& input) noexcept
{
    unsigned const whole = bit_count_ / 8;
    input = std::string_view{input.data() - whole, input.size() + whole};
    bit_count_ %= 8;
    bits_ &= (std::uint64_t{1} << bit_count_) - 1;
}

INFERPP_DECL inflater::step inflater::break_off(char const* why) noexcept
{
    state_ = state::broken;
    why_ = why;
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_block() noexcept
{
    if (last_) {
        state_ = state::ended;
        return step::on;
    }
    if (bit_count_ < 3)
        return step::more;
    last_ = (bits_ & 1) != 0;
    auto const type = bits_ >> 1 & 3;
    bits_ >>= 3;
    bit_count_ -= 3;
    if (type == 0) {
        bits_ >>= bit_count_ % 8; // to the next byte
        bit_count_ -= bit_count_ % 8;
        state_ = state::stored_size;
    } else if (type == 1) {
        auto const fill = [this](std::size_t from, std::size_t to, std::uint8_t length) {
            std::fill(lengths_.begin() + static_cast<std::ptrdiff_t>(from),
                      lengths_.begin() + static_cast<std::ptrdiff_t>(to), length);
        };
        fill(0, 144, 8);
        fill(144, 256, 9);
        fill(256, 280, 7);
        fill(280, 288, 8);
        literals_.build(lengths_.data(), 288, false);
        fill(0, 32, 5);
        distances_.build(lengths_.data(), 32, false);
        state_ = state::symbols;
    } else if (type == 2) {
        state_ = state::table_sizes;
    } else {
        return break_off("a block of no known type");
    }
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_stored_size(std::string_view& input) noexcept
{
    if (bit_count_ < 32)
        return step::more;
    stored_left_ = bits_ & 0xffff;
    if ((bits_ >> 16 & 0xffff) != (stored_left_ ^ 0xffff))
        return break_off("the size of a stored block");
    bits_ >>= 32;
    bit_count_ -= 32;
    give_back(input);
    state_ = state::stored;
    return step::on;
}

INFERPP_DECL inflater::step inflater::copy_stored(std::string_view& input) noexcept
{
    if (stored_left_ == 0) {
        state_ = state::block;
        return step::on;
    }
    if (input.empty())
        return step::more;
    if (written_ == window_bytes)
        return step::full;
    std::size_t const count =
        (std::min)((std::min)(stored_left_, input.size()), window_bytes - written_);
    std::memcpy(window_.get() + written_, input.data(), count);
    input.remove_prefix(count);
    written_ += count;
    stored_left_ -= count;
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_table_sizes() noexcept
{
    if (bit_count_ < 14)
        return step::more;
    literal_count_ = 257 + (bits_ & 31);
    distance_count_ = 1 + (bits_ >> 5 & 31);
    table_count_ = 4 + (bits_ >> 10 & 15);
    bits_ >>= 14;
    bit_count_ -= 14;
    if (literal_count_ > 286 || distance_count_ > 30)
        return break_off("too many symbols");
    index_ = 0;
    state_ = state::table_lengths;
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_table_lengths() noexcept
{
    constexpr std::array<std::uint8_t, 19> order{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                 11, 4,  12, 3, 13, 2, 14, 1, 15};
    if (bit_count_ < 3)
        return step::more;
    lengths_[order[index_++]] = static_cast<std::uint8_t>(bits_ & 7);
    bits_ >>= 3;
    bit_count_ -= 3;
    if (index_ < table_count_)
        return step::on;
    for (; index_ < order.size(); ++index_)
        lengths_[order[index_]] = 0;
    if (!distances_.build(lengths_.data(), order.size(), false))
        return break_off("the code of the code lengths");
    index_ = 0;
    state_ = state::lengths;
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_lengths() noexcept
{
    auto const found = distances_.find(bits_, bit_count_);
    if (found.symbol == detail::inflate_code::more)
        return step::more;
    if (found.symbol < 0)
        return break_off("a code length");
    std::size_t const count = literal_count_ + distance_count_;
    unsigned used = found.length;
    if (found.symbol < 16) {
        lengths_[index_++] = static_cast<std::uint8_t>(found.symbol);
    } else {
        // 16: the length before, 3 to 6 times; 17 and 18: none, 3 to 10 and 11 to 138 times.
        unsigned const extra = found.symbol == 16 ? 2 : found.symbol == 17 ? 3 : 7;
        if (bit_count_ < used + extra)
            return step::more;
        std::size_t const times =
            (found.symbol == 18 ? 11U : 3U) + (bits_ >> used & ((1U << extra) - 1));
        used += extra;
        if ((found.symbol == 16 && index_ == 0) || times > count - index_)
            return break_off("a repeated code length");
        std::uint8_t const again = found.symbol == 16 ? lengths_[index_ - 1] : std::uint8_t{0};
        for (std::size_t i = 0; i < times; ++i)
            lengths_[index_++] = again;
    }
    bits_ >>= used;
    bit_count_ -= used;
    if (index_ < count)
        return step::on;
    constexpr std::size_t end_of_block = 256;
    if (lengths_[end_of_block] == 0)
        return break_off("a block without an end");
    if (!literals_.build(lengths_.data(), literal_count_, true) ||
        !distances_.build(lengths_.data() + literal_count_, distance_count_, true))
        return break_off("the codes of a block");
    state_ = state::symbols;
    return step::on;
}

INFERPP_DECL inflater::step inflater::read_symbols(std::string_view& input) noexcept
{
    constexpr int end_of_block = 256;
    char* const window = window_.get();
    while (true) {
        refill(input);
        if (window_bytes - written_ < longest_match)
            return step::full;
        auto const found = literals_.find(bits_, bit_count_);
        if (found.symbol == detail::inflate_code::more)
            return step::more;
        if (found.symbol < 0)
            return break_off("a code of no symbol");
        if (found.symbol <= end_of_block) {
            bits_ >>= found.length;
            bit_count_ -= found.length;
            if (found.symbol == end_of_block) {
                state_ = state::block;
                return step::on;
            }
            window[written_++] = static_cast<char>(found.symbol);
            continue;
        }
        // A match is read as a whole or not at all: 48 bits at most.
        auto const size_class = static_cast<std::size_t>(found.symbol - end_of_block - 1);
        if (size_class >= detail::inflate_lengths.size())
            return break_off("the length of a match");
        auto const [base, extra] = detail::inflate_lengths[size_class];
        unsigned used = found.length;
        if (bit_count_ < used + extra)
            return step::more;
        std::size_t const length = base + (bits_ >> used & ((1U << extra) - 1));
        used += extra;
        auto const where = distances_.find(bits_ >> used, bit_count_ - used);
        if (where.symbol == detail::inflate_code::more)
            return step::more;
        if (where.symbol < 0 ||
            static_cast<std::size_t>(where.symbol) >= detail::inflate_distances.size())
            return break_off("the distance of a match");
        used += where.length;
        auto const [nearest, more_bits] =
            detail::inflate_distances[static_cast<std::size_t>(where.symbol)];
        if (bit_count_ < used + more_bits)
            return step::more;
        std::size_t const distance = nearest + (bits_ >> used & ((1U << more_bits) - 1));
        used += more_bits;
        if (distance > written_)
            return break_off("a match before the beginning");
        bits_ >>= used;
        bit_count_ -= used;
        char const* from = window + (written_ - distance);
        if (distance >= length)
            std::memcpy(window + written_, from, length);
        else
            for (std::size_t i = 0; i < length; ++i) // it repeats what it writes
                window[written_ + i] = from[i];
        written_ += length;
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
