// SPDX-License-Identifier: BSL-1.0
//
// The lengths in Decthings' messages and tensors. Not LEB128. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_DECTHINGS_VARINT_HPP
#define INFERPP_PROVIDERS_DECTHINGS_VARINT_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Appends a number: up to 252 one byte, above that a byte for the width and then 2, 4 or 8 bytes,
/// the most significant first. *Source*: wire notes 1.2
INFERPP_DECL void append_varint(std::uint64_t value, std::string& out);

/// Bytes that `append_varint` appends.
INFERPP_DECL std::size_t varint_size(std::uint64_t value) noexcept;

/// Takes a number off the front, also one that is longer than it must be. @return empty, with
/// `rest` as it was, where the text ends inside of it
INFERPP_DECL std::optional<std::uint64_t> take_varint(std::string_view& rest) noexcept;

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/varint.ipp>
#endif

#endif
