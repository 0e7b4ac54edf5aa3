// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_BYTES_HPP
#define INFERPP_CORE_BYTES_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Owned, immutable bytes of any content: an input to a model or one of its outputs.
 *
 * *Lifetimes*: views stay valid until the object is assigned to, moved from or destroyed.
 * *Thread safety*: distinct objects are safe, a shared one is safe to read.
 */
class bytes {
public:
    bytes() noexcept = default;

    /// Takes over the string.
    bytes(std::string content) noexcept : content_(std::move(content)) {}

    /// Copies text, without a terminating zero.
    bytes(std::string_view content) : content_(content) {}
    bytes(char const* content) : content_(content) {}

    /// Copies a range of bytes.
    explicit bytes(std::span<std::byte const> content)
        : content_(reinterpret_cast<char const*>(content.data()), content.size())
    {
    }
    explicit bytes(std::span<unsigned char const> content) : bytes(std::as_bytes(content)) {}

    /**
     * @brief Reads a whole file. Blocks the calling thread while it does.
     * @throws failure `invalid_argument`, naming the file, when it can't be read to its end.
     */
    INFERPP_DECL static bytes from_file(std::filesystem::path const& path);

    std::size_t size() const noexcept { return content_.size(); }
    bool empty() const noexcept { return content_.empty(); }

    /// The bytes as characters, whatever they mean.
    std::string_view view() const noexcept { return content_; }

    std::span<std::byte const> span() const noexcept { return std::as_bytes(std::span{content_}); }

    /// The bytes, moved out.
    std::string take() && noexcept { return std::move(content_); }

    friend bool operator==(bytes const& a, bytes const& b) noexcept = default;

private:
    std::string content_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/bytes.ipp>
#endif

#endif
