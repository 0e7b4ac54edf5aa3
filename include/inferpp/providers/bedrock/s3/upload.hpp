// SPDX-License-Identifier: BSL-1.0
//
// Objects of any size, from memory, a file or whatever a program makes.

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_UPLOAD_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_UPLOAD_HPP

#include <inferpp/net/file_input.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/s3/multipart.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

using inferpp::file_input;

/// What an upload has made.
struct upload_receipt {
    upload_receipt() = default;

    std::string etag;       ///< in its quotes
    std::string version_id; ///< empty in a bucket without versions
    std::uint64_t size = 0;
    std::uint32_t crc32 = 0; ///< of the whole; S3 has computed the same
    int parts = 0;           ///< 0: it went up in one request
};

/**
 * @brief Writes an object of any size.
 *
 * @code
 * s3::upload put{"s3://bucket/in/records.jsonl", std::filesystem::path{"records.jsonl"}};
 * auto const made = co_await client.send(put);
 * @endcode
 *
 * What is not larger than a part goes up in one request, all else in parts, each of which is
 * repeated when that helps. Memory: one part, whatever the size. The object is there when all of it
 * is, and never in part. S3 checks each part's CRC-32 and that of the whole.
 *
 * Where it fails, or is cancelled, parts that have arrived are given up in the background, for up
 * to 10 s; a bucket's rule for unfinished uploads is good for what a crash leaves. When the last
 * answer is lost, S3 is asked whether the object is there: of the same size and checksum, it is.
 *
 * *Cancellation*: `terminal`, also in the middle of a part.
 * *Lifetimes*: a file is read while it is sent, and must not change.
 * @throws failure also `invalid_argument` when the content changes its size while it is sent, or
 *         has more than 10,000 parts
 *
 * *Source*: wire notes 6.4
 */
struct upload : write_options {
    using provider = s3::provider;
    using response = upload_receipt;
    static constexpr operation_info info{.name = "upload", .method = "PUT"};

    upload(s3_uri to, file_input from) : object(std::move(to)), content(std::move(from)) {}

    s3_uri object;
    file_input content;

    /// Bytes in a part, 5 MiB to 1 GiB. Larger parts are used for what would have more than 10,000
    /// of them; where the size is not known beforehand, 10,000 of these are the most.
    std::uint64_t part_bytes = 8 * 1024 * 1024;

    /// Told how much of it has been sent, less again when a part is repeated; the total is empty
    /// where the size is not known. Must not throw.
    http::progress_function progress;

    /// Also refuses a file that can't be opened.
    INFERPP_DECL result<void> validate() const;

    /// @param call holds for each of the requests by itself
    INFERPP_DECL static boost::asio::awaitable<upload_receipt> perform(client with, upload request,
                                                                       call_options call);
};

static_assert(!fragile_temporary<upload>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/upload.ipp>
#endif

#endif
