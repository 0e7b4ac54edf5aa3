// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_FILE_INPUT_IPP
#define INFERPP_NET_IMPL_FILE_INPUT_IPP

#include <inferpp/net/file_input.hpp>

#include <algorithm>
#include <cstring>
#include <span>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

/// Bytes in memory as a source.
class memory_source final : public http::body_source {
public:
    explicit memory_source(std::shared_ptr<bytes const> content) : content_(std::move(content)) {}

    std::optional<std::uint64_t> size() const override { return content_->size(); }

    boost::asio::awaitable<result<std::size_t>> read(std::span<char> into) override
    {
        std::size_t const count = (std::min)(into.size(), content_->size() - at_);
        std::memcpy(into.data(), content_->view().data() + at_, count);
        at_ += count;
        co_return count;
    }

    result<void> rewind() override
    {
        at_ = 0;
        return {};
    }

private:
    std::shared_ptr<bytes const> content_;
    std::size_t at_ = 0;
};

} // namespace detail

INFERPP_DECL file_input::file_input(std::filesystem::path file)
    : open_([path = std::move(file)] { return http::file_body(path); })
{
}

INFERPP_DECL file_input::file_input(bytes content)
    : open_([kept = std::make_shared<bytes const>(std::move(content))] {
          return std::make_shared<detail::memory_source>(kept);
      })
{
}

INFERPP_DECL file_input::file_input(std::shared_ptr<http::body_source> source)
    : open_([kept = std::move(source)] { return kept; })
{
}

INFERPP_DECL std::shared_ptr<http::body_source> file_input::open() const
{
    return open_();
}

} // namespace inferpp::inline INFERPP_ABI

#endif
