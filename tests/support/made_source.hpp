// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTS_SUPPORT_MADE_SOURCE_HPP
#define INFERPP_TESTS_SUPPORT_MADE_SOURCE_HPP

#include <inferpp/net/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace support {

/// A source that a program makes: it gives few bytes at once, may not know its size, and may fail.
class made_source final : public inferpp::http::body_source {
public:
    made_source(std::string content, std::optional<std::uint64_t> size, std::size_t piece = 3)
        : content_(std::move(content)),
          size_(size),
          piece_(piece)
    {
    }
    std::optional<std::uint64_t> size() const override { return size_; }
    boost::asio::awaitable<inferpp::result<std::size_t>> read(std::span<char> into) override
    {
        if (throw_at && at_ >= *throw_at)
            throw std::runtime_error{"the camera is gone"};
        if (fail_at && at_ >= *fail_at)
            co_return inferpp::error{inferpp::errc::unsupported, "the tape is torn"};
        std::size_t const got = (std::min)({into.size(), content_.size() - at_, piece_});
        std::memcpy(into.data(), content_.data() + at_, got);
        at_ += got;
        co_return got;
    }
    inferpp::result<void> rewind() override { return inferpp::error{inferpp::errc::unsupported}; }

    std::optional<std::size_t> fail_at;
    std::optional<std::size_t> throw_at;

private:
    std::string content_;
    std::optional<std::uint64_t> size_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

} // namespace support

#endif
