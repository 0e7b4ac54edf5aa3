// SPDX-License-Identifier: BSL-1.0
//
// What zip archives consist of. Not part of the public interface.

#ifndef INFERPP_CODEC_ZIP_FORMAT_HPP
#define INFERPP_CODEC_ZIP_FORMAT_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::detail {

namespace zip {

inline constexpr std::uint32_t entry_signature = 0x04034b50;
inline constexpr std::uint32_t directory_signature = 0x02014b50;
inline constexpr std::uint32_t zip64_end_signature = 0x06064b50;
inline constexpr std::uint32_t zip64_locator_signature = 0x07064b50;
inline constexpr std::uint32_t end_signature = 0x06054b50;
inline constexpr std::string_view sizes_signature{"PK\x07\x08", 4};

inline constexpr std::uint16_t stored = 0;
inline constexpr std::uint16_t deflated = 8;

/// A field whose value stands elsewhere, since it needs more bits.
inline constexpr std::uint32_t elsewhere32 = 0xffffffff;
inline constexpr std::uint16_t elsewhere16 = 0xffff;

/// The longest form of the sizes behind an entry, and the signature that must follow.
inline constexpr std::size_t most_behind = 28;

} // namespace zip

/// A number of the archive, lowest byte first.
template <class T>
T zip_number(std::string_view data, std::size_t at) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
    return static_cast<T>(value);
}

/// The fields of an entry that its header and the directory must agree on.
struct zip_record {
    zip_record() = default;

    std::uint64_t offset = 0;
    std::uint64_t packed = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;

    /// Sizes of more than 32 bits, which stand in an extra field. @return false where they are
    /// missing
    INFERPP_DECL bool read_sizes64(std::string_view extra, bool with_offset) noexcept;

    /// The same for equal records of the same name, and else most likely another. May be added up.
    INFERPP_DECL std::uint64_t fingerprint(std::string_view name) const noexcept;
};

/// How long the sizes are that begin here, by the forms that there are, where they are those of
/// `seen`; 0: none is right. @param at at least `most_behind` bytes
INFERPP_DECL std::size_t match_sizes_behind(std::string_view at, zip_record const& seen,
                                            bool needs_signature) noexcept;

/// Where the signature of sizes, or the beginning of one at the end of the text, stands.
INFERPP_DECL std::size_t find_sizes_behind(std::string_view in, std::size_t from) noexcept;

/// The bytes of an archive as they come, of which some have to be read at once.
class zip_input {
public:
    /// @param data must stay where it is until it is used up
    void feed(std::string_view data) noexcept { in_ = data; }

    /// What was fed and not yet used.
    std::string_view rest() const noexcept { return in_; }

    /// Used, but not yet read.
    std::string const& gathered() const noexcept { return gathered_; }

    /// Where in the archive reading stands.
    std::uint64_t position() const noexcept { return used_ - gathered_.size(); }

    bool empty() const noexcept { return in_.empty() && gathered_.empty(); }

    /// Gathers until there are so many bytes. @return whether there are
    INFERPP_DECL bool gather(std::size_t size);

    /// The first bytes of what is gathered.
    INFERPP_DECL std::string take(std::size_t size);

    /// The first bytes of the rest; nothing may be gathered.
    INFERPP_DECL std::string_view pull(std::size_t size) noexcept;

    /// Passes over bytes, now and of what comes.
    void skip(std::uint64_t size) noexcept { skip_ = size; }

    /// @return whether all has been passed over that was to be
    INFERPP_DECL bool go_on() noexcept;

    bool skips() const noexcept { return skip_ > 0; }

private:
    std::string_view in_;
    std::string gathered_;
    std::uint64_t used_ = 0;
    std::uint64_t skip_ = 0;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/zip_format.ipp>
#endif

#endif
