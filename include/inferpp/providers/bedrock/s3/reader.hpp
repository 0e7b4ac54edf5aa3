// SPDX-License-Identifier: BSL-1.0
//
// Reads an object to its end in spite of connections that break.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_READER_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_READER_HPP

#include <inferpp/codec/crc32.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/**
 * @brief An object that is being read. Nothing is read until it is awaited.
 *
 * Where the connection breaks, or S3 stops sending, it goes on from there on another one, if the
 * object is still the same: nothing is read two times. Up to 5 times in a row, and once more for
 * each MiB that came. An object that was read whole is compared with its CRC-32, where S3 has one.
 *
 * *Cancellation*: `terminal`; ends it. *Lifetimes*: it must outlive the awaitables that it gave.
 * *Thread safety*: unsafe when shared.
 */
class object_reader {
public:
    /// An empty object. Asio's `co_spawn` asks for it.
    object_reader() = default;

    object_info const& info() const noexcept { return info_; }

    /// Where in the object the next piece begins: with `info().etag` another process can go on
    /// there, see `read_object`.
    std::uint64_t position() const noexcept { return ask_.offset; }

    /// How often another connection was needed.
    int resumed() const noexcept { return resumed_; }

    /**
     * @brief The next bytes.
     * @return at least one byte, which stay where they are until the next call; none at the end
     * @throws failure a `condition::conflict` where the object has changed since it was begun,
     *         `errc::bad_content` where it is not what its checksum says; what has broken the last
     *         connection, where that was one too many
     */
    INFERPP_DECL boost::asio::awaitable<std::string_view> read();

    /**
     * @brief All that is left, for objects that fit into the memory.
     * @param most bytes of it
     * @throws failure as `read`, and `errc::body_too_large`
     */
    INFERPP_DECL boost::asio::awaitable<std::string> read_rest(std::size_t most = 16UL << 20);

private:
    friend struct read_object;

    INFERPP_DECL boost::asio::awaitable<void> open();
    INFERPP_DECL void check_answer() const;
    INFERPP_DECL void check_whole() const;

    std::optional<client> with_;
    get_object ask_{s3_uri{}};
    call_options call_;
    pulled_body body_;
    object_info info_;
    std::optional<std::uint64_t> size_;
    inferpp::crc32 checksum_;
    std::uint64_t begun_at_ = 0;
    std::uint64_t credit_ = 0; ///< bytes that came since the last allowance
    int allowed_ = 5;          ///< breaks
    int resumed_ = 0;
};

/**
 * @brief An object, read to its end in spite of broken connections.
 *
 * @code
 * auto output = co_await client.send(s3::read_object{"s3://bucket/out/records.jsonl.out"});
 * while (true) {
 *     std::string_view const piece = co_await output.read();
 *     if (piece.empty())
 *         break;
 *     file.write(piece.data(), piece.size());
 * }
 * @endcode
 *
 * A `call_options::timeout` holds for each connection by itself. *Source*: wire notes 6.4
 */
struct read_object : object_request {
    using response = object_reader;
    static constexpr operation_info info{.name = "read_object"};

    using object_request::object_request;

    std::uint64_t offset = 0; ///< where to begin; at the end or behind it is an error 416
    std::string if_match;     ///< the ETag of the version that is meant; empty: the last one

    INFERPP_DECL static boost::asio::awaitable<object_reader> perform(client with,
                                                                      read_object request,
                                                                      call_options call);
};

static_assert(!fragile_temporary<read_object>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/reader.ipp>
#endif

#endif
