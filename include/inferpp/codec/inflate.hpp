// SPDX-License-Identifier: BSL-1.0
//
// Raw deflate, as it stands in zip archives. Beast has a decoder too, but one for WebSockets, which
// never need to know where a stream ends: it takes bytes from behind the end of about every
// twentieth stream and does not say so. And zlib would be the only thing that a program has to link
// beside Boost and OpenSSL.

#ifndef INFERPP_CODEC_INFLATE_HPP
#define INFERPP_CODEC_INFLATE_HPP

#include <inferpp/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

namespace detail {

/// A Huffman code of deflate: lengths of codes, from which the codes follow.
class inflate_code {
public:
    /// @param lengths of the code of each symbol, 0 to 15; 0: it has none
    /// @return false where they make no code. A code may lack symbols if it has at most one, of
    ///         length 1, and `partial`
    INFERPP_DECL bool build(std::uint8_t const* lengths, std::size_t count, bool partial) noexcept;

    static constexpr int more = -1; ///< the bits are too few
    static constexpr int none = -2; ///< no symbol has such a code

    struct match {
        int symbol; ///< or `more`, `none`
        unsigned length;
    };

    /// The symbol with which `bits` begin, lowest bit first.
    INFERPP_DECL match find(std::uint64_t bits, unsigned count) const noexcept;

private:
    static constexpr unsigned fast_bits = 10;
    static constexpr unsigned longest = 15;

    /// By the next bits: the symbol and its length, which is 0 where the code is longer.
    std::array<std::uint16_t, 1U << fast_bits> fast_{};
    std::array<std::uint16_t, longest + 1> counts_{}; ///< of codes by length
    std::array<std::uint16_t, 288> symbols_{};        ///< in the order of their codes
};

} // namespace detail

/**
 * @brief Decompresses a raw deflate stream (RFC 1951), however it is split.
 *
 * @code
 * while (!inflate.done()) {
 *     auto const piece = inflate.next(input).value(); // takes bytes from the front of input
 *     if (piece.empty())
 *         break; // all of the input is used
 *     use(piece);
 * }
 * @endcode
 *
 * It takes about 70 KB, whatever the stream. At the end of the stream, `input` begins with the byte
 * behind it.
 */
class inflater {
public:
    INFERPP_DECL inflater();

    /**
     * @brief Goes on until the input is used up, the stream has ended or 32 KiB are there.
     * @param input what is used of it is taken from its front
     * @return bytes that stay where they are until the next call; none: more input is needed, or
     *         `done()`. `errc::bad_content` for what is no deflate stream, and from then on
     */
    INFERPP_DECL result<std::string_view> next(std::string_view& input);

    /// The stream has ended.
    bool done() const noexcept { return state_ == state::ended; }

    /// Begins a new stream.
    INFERPP_DECL void reset() noexcept;

private:
    enum class state : unsigned char {
        block,         ///< before a block
        stored_size,   ///< of a block without compression
        stored,        ///< in such a block
        table_sizes,   ///< of a block with codes of its own
        table_lengths, ///< lengths of the codes in which the lengths of codes are written
        lengths,       ///< those of the block's codes
        symbols,       ///< in the block
        ended,
        broken,
    };
    enum class step : unsigned char {
        on,   ///< something was read
        more, ///< the input is used up
        full, ///< the output is
    };

    INFERPP_DECL step go(std::string_view& input);
    INFERPP_DECL step read_block() noexcept;
    INFERPP_DECL step read_stored_size(std::string_view& input) noexcept;
    INFERPP_DECL step copy_stored(std::string_view& input) noexcept;
    INFERPP_DECL step read_table_sizes() noexcept;
    INFERPP_DECL step read_table_lengths() noexcept;
    INFERPP_DECL step read_lengths() noexcept;
    INFERPP_DECL step read_symbols(std::string_view& input) noexcept;
    INFERPP_DECL step break_off(char const* why) noexcept;
    INFERPP_DECL void refill(std::string_view& input) noexcept;
    INFERPP_DECL void give_back(std::string_view& input) noexcept;

    static constexpr std::size_t reach = 32'768;           ///< how far back a match may be
    static constexpr std::size_t window_bytes = 2 * reach; ///< what was, and what comes
    static constexpr std::size_t longest_match = 258;

    // Bits that were taken from the input and not yet used, the first one lowest.
    std::uint64_t bits_ = 0;
    unsigned bit_count_ = 0;

    state state_ = state::block;
    bool last_ = false; ///< no block comes after this one
    char const* why_ = "";

    std::unique_ptr<char[]> window_;
    std::size_t written_ = 0; ///< bytes in the window

    std::size_t stored_left_ = 0;
    std::size_t literal_count_ = 0;
    std::size_t distance_count_ = 0;
    std::size_t table_count_ = 0;
    std::size_t index_ = 0; ///< in `lengths_`
    std::array<std::uint8_t, 320> lengths_{};
    detail::inflate_code literals_;
    detail::inflate_code distances_; ///< also of the lengths, while these are read
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/inflate.ipp>
#endif

#endif
