// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_BLOB_HPP
#define INFERPP_CODEC_BLOB_HPP

#include <inferpp/codec/json_writer.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/core/result.hpp>

#include <boost/json/value.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Bytes that stand in JSON as base64.
 *
 * Made from whatever `bytes` are made from, such as `bytes::from_file`.
 */
class blob : public bytes {
public:
    using bytes::bytes;

    blob() noexcept = default;
    blob(bytes content) noexcept : bytes(std::move(content)) {}

    /// @return `errc::bad_schema` for anything but a text in whole, padded, canonical base64
    INFERPP_DECL static result<blob> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/blob.ipp>
#endif

#endif
