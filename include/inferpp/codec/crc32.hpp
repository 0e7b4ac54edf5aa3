// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_CRC32_HPP
#define INFERPP_CODEC_CRC32_HPP

#include <inferpp/core/config.hpp>

#include <cstdint>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief The checksum CRC-32 of bytes that come in pieces: that of zip, gzip and PNG.
 *
 * *Source*: CRC-32/ISO-HDLC of the CRC catalogue: polynomial 0x04C11DB7, reflected.
 */
class crc32 {
public:
    INFERPP_DECL void add(std::string_view data) noexcept;

    /// Of all bytes so far.
    std::uint32_t value() const noexcept { return ~state_; }

private:
    std::uint32_t state_ = 0xffffffff;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/crc32.ipp>
#endif

#endif
