// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_LINK_HPP
#define INFERPP_CODEC_LINK_HPP

#include <inferpp/core/config.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Whether the value of a Link header (RFC 8288) names a relation, such as "next".
 *
 * What is malformed names none.
 */
INFERPP_DECL bool link_has_relation(std::string_view header, std::string_view relation) noexcept;

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/link.ipp>
#endif

#endif
