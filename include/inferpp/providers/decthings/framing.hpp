// SPDX-License-Identifier: BSL-1.0
//
// How Decthings puts JSON and blobs into one message. Pure functions, without I/O.

#ifndef INFERPP_PROVIDERS_DECTHINGS_FRAMING_HPP
#define INFERPP_PROVIDERS_DECTHINGS_FRAMING_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The blobs of a request, which share what they are made of.
class attachments {
public:
    attachments() = default;

    /// One more blob.
    INFERPP_DECL void add(shared_bytes content);

    /// One more blob: these tensors, one behind the other.
    INFERPP_DECL void add(std::span<tensor const> tensors);

    /// How many blobs there are.
    std::size_t size() const noexcept { return blobs_.size(); }

    struct blob {
        blob() = default;
        std::vector<shared_bytes> pieces;
        std::uint64_t size = 0;
    };
    std::vector<blob> const& blobs() const noexcept { return blobs_; }

private:
    std::vector<blob> blobs_;
};

/// A request, put together.
struct framed_request {
    framed_request() = default;

    std::string head; ///< all that is small
    /// What follows it and was not worth joining; mostly none.
    std::vector<shared_bytes> rest;
};

/**
 * @brief Puts a request together: the count and lengths of the blobs, the JSON, the blobs.
 * @param prefix what stands before that; nothing over HTTP
 * @return `errc::invalid_argument` for more than 255 blobs
 *
 * *Source*: wire notes 1.3 and 1.6
 */
INFERPP_DECL result<framed_request> frame_request(std::string prefix, std::string_view json,
                                                  attachments const& with);

/// Gives the blobs of an answer, one by one.
class blob_reader {
public:
    blob_reader() = default;
    explicit blob_reader(shared_bytes rest) noexcept : rest_(std::move(rest)) {}

    /// The next one. @return `errc::bad_schema` where there is none, or only a part of one
    INFERPP_DECL result<shared_bytes> next();

    /// @return `errc::bad_schema` where there are blobs left
    INFERPP_DECL result<void> finish() const;

private:
    shared_bytes rest_;
    std::size_t given_ = 0;
};

/// An answer, taken apart; its parts share its bytes.
struct framed_answer {
    framed_answer() = default;

    std::string_view json;
    blob_reader blobs;
};

/// Takes an answer apart. @return `errc::bad_schema` where it has no JSON. *Source*: wire notes 1.4
INFERPP_DECL result<framed_answer> split_answer(shared_bytes const& body);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/framing.ipp>
#endif

#endif
