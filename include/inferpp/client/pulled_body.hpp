// SPDX-License-Identifier: BSL-1.0
//
// An answer whose body the caller reads piece by piece, since it may be larger than the memory.

#ifndef INFERPP_CLIENT_PULLED_BODY_HPP
#define INFERPP_CLIENT_PULLED_BODY_HPP

#include <inferpp/client/pipeline.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief What a server sends, pulled by the caller. Nothing is read until it is awaited.
 *
 * @code
 * auto body = co_await client.open(url);
 * while (true) {
 *     std::string_view const piece = co_await body.read();
 *     if (piece.empty())
 *         break;
 *     file.write(piece.data(), piece.size());
 * }
 * @endcode
 *
 * Each read has `limits::idle` for its next byte. The whole has no limit in size, and in time only
 * the `call_options::timeout` with which it was opened.
 * *Cancellation*: `terminal`; ends the body. *Lifetimes*: it must outlive the awaitables that it
 * gave; destroying it before its end closes the connection. *Thread safety*: unsafe when shared.
 */
class pulled_body {
public:
    /// An empty body. Asio's `co_spawn` asks for it.
    pulled_body() = default;

    /// For the library itself.
    pulled_body(std::shared_ptr<detail::pipeline> line, incoming answer, operation_info info,
                clock::time_point deadline)
        : line_(std::move(line)),
          answer_(std::move(answer)),
          info_(info),
          deadline_(deadline)
    {
    }
    pulled_body(pulled_body&&) noexcept = default;
    pulled_body& operator=(pulled_body&&) noexcept = default;

    int status() const noexcept { return answer_.status; }
    http::headers const& headers() const noexcept { return answer_.headers; }

    /// Its bytes in all, where the server has said it.
    std::optional<std::uint64_t> size() const noexcept { return answer_.content_length; }

    /**
     * @brief The next bytes.
     * @return at least one byte, which stay where they are until the next call; none at the end
     * @throws failure `errc::truncated` where it ends before it is complete, `errc::idle_timeout`,
     *         `errc::deadline_exceeded`
     */
    INFERPP_DECL boost::asio::awaitable<std::string_view> read();

private:
    std::shared_ptr<detail::pipeline> line_;
    incoming answer_;
    operation_info info_;
    clock::time_point deadline_ = (clock::time_point::max)();
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/pulled_body.ipp>
#endif

#endif
