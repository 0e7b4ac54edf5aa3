// SPDX-License-Identifier: BSL-1.0
//
// Files on Launch: what fine-tunes and batch completions read.

#ifndef INFERPP_PROVIDERS_LAUNCH_FILES_HPP
#define INFERPP_PROVIDERS_LAUNCH_FILES_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::launch {

/// The answer to an upload.
struct file_receipt {
    file_receipt() = default;

    std::string id; ///< what the other calls take; with S3 behind the platform, the file's name
};
BOOST_DESCRIBE_STRUCT(file_receipt, (), (id))

/**
 * @brief POST /v1/files: uploads a file.
 *
 * @code
 * launch::upload_file upload{"train.csv", inferpp::bytes::from_file("train.csv")};
 * auto file = co_await client.send(upload);
 * @endcode
 *
 * Where the platform keeps its files in S3, a file of the same name is replaced, and content that
 * is no text in UTF-8 is answered with 500.
 *
 * *Source*: wire notes 4.3.
 */
struct upload_file {
    using provider = launch::provider;
    using response = file_receipt;
    static constexpr operation_info info{.name = "upload_file",
                                         .method = "POST",
                                         .route = "v1/files",
                                         .repeat = idempotency::unsafe};

    /// @param name of the file, not empty
    upload_file(std::string name, bytes data) : filename(std::move(name)), content(std::move(data))
    {
    }

    std::string filename;
    bytes content;
    std::string content_type = "text/plain"; ///< of the content

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
};

/// A file.
struct file_details {
    file_details() = default;

    std::string id;
    std::string filename;
    std::uint64_t size = 0; ///< bytes
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(file_details, (), (id, filename, size, more))

/// All files of the account.
struct file_list {
    file_list() = default;

    std::vector<file_details> files;
};
BOOST_DESCRIBE_STRUCT(file_list, (), (files))

/// GET /v1/files
struct list_files {
    using provider = launch::provider;
    using response = file_list;
    static constexpr operation_info info{.name = "list_files", .route = "v1/files"};

    list_files() = default;
};

/// GET /v1/files/{id}
struct get_file {
    using provider = launch::provider;
    using response = file_details;
    static constexpr operation_info info{.name = "get_file", .route = "v1/files/{file}"};

    /// @param id of the file
    explicit get_file(std::string id) : file(std::move(id)) {}

    std::string file;
};
BOOST_DESCRIBE_STRUCT(get_file, (), (file))

/// DELETE /v1/files/{id}
struct delete_file {
    using provider = launch::provider;
    using response = deletion;
    static constexpr operation_info info{
        .name = "delete_file", .method = "DELETE", .route = "v1/files/{file}"};

    /// @param id of the file
    explicit delete_file(std::string id) : file(std::move(id)) {}

    std::string file;
};
BOOST_DESCRIBE_STRUCT(delete_file, (), (file))

/// What a file holds.
struct file_content {
    file_content() = default;

    std::string id;
    std::string content;
};
BOOST_DESCRIBE_STRUCT(file_content, (), (id, content))

/// GET /v1/files/{id}/content
struct get_file_content {
    using provider = launch::provider;
    using response = file_content;
    static constexpr operation_info info{.name = "get_file_content",
                                         .route = "v1/files/{file}/content"};

    /// @param id of the file
    explicit get_file_content(std::string id) : file(std::move(id)) {}

    std::string file;
};
BOOST_DESCRIBE_STRUCT(get_file_content, (), (file))

static_assert(!fragile_temporary<upload_file> && !fragile_temporary<list_files> &&
              !fragile_temporary<get_file> && !fragile_temporary<delete_file> &&
              !fragile_temporary<get_file_content>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/files.ipp>
#endif

#endif
