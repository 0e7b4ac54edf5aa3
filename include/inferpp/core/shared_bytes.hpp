// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_SHARED_BYTES_HPP
#define INFERPP_CORE_SHARED_BYTES_HPP

#include <inferpp/core/bytes.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Immutable bytes that several values share: copies and parts are cheap, and the bytes live
 *        as long as any of them.
 *
 * *Lifetimes*: views stay valid as long as the object, or one that shares its bytes.
 * *Thread safety*: distinct objects are safe, also those that share; one object is safe to read.
 */
class shared_bytes {
public:
    shared_bytes() noexcept = default;

    /// Takes over what the bytes hold.
    shared_bytes(bytes content) : shared_bytes(std::move(content).take()) {}
    shared_bytes(std::string content)
    {
        auto const held = std::make_shared<std::string const>(std::move(content));
        view_ = *held;
        owner_ = held;
    }

    /// Copies text, without a terminating zero.
    shared_bytes(std::string_view content) : shared_bytes(std::string{content}) {}
    shared_bytes(char const* content) : shared_bytes(std::string{content}) {}

    /// Copies a range of bytes.
    explicit shared_bytes(std::span<std::byte const> content) : shared_bytes(bytes{content}) {}

    /// Bytes that stay where they are. @param owner keeps them alive and unchanged
    shared_bytes(std::shared_ptr<void const> owner, std::string_view content) noexcept
        : owner_(std::move(owner)),
          view_(content)
    {
    }

    std::size_t size() const noexcept { return view_.size(); }
    bool empty() const noexcept { return view_.empty(); }

    /// The bytes as characters, whatever they mean.
    std::string_view view() const noexcept { return view_; }

    std::span<std::byte const> span() const noexcept { return std::as_bytes(std::span{view_}); }

    /// Some of the bytes, shared. @throws std::out_of_range for a `from` behind the end
    shared_bytes part(std::size_t from, std::size_t count = std::string_view::npos) const
    {
        return {owner_, view_.substr(from, count)};
    }

    /// Whether the bytes are the same, wherever they are.
    friend bool operator==(shared_bytes const& a, shared_bytes const& b) noexcept
    {
        return a.view_ == b.view_;
    }

private:
    std::shared_ptr<void const> owner_;
    std::string_view view_;
};

} // namespace inferpp::inline INFERPP_ABI

#endif
