// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_FILE_INPUT_HPP
#define INFERPP_NET_FILE_INPUT_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/net/http.hpp>

#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/// Where the bytes of something that is uploaded come from. Copies are of the same bytes.
class file_input {
public:
    file_input() : file_input(bytes{}) {}
    /// A file, which is opened when its turn comes and read in pieces.
    INFERPP_DECL file_input(std::filesystem::path file);
    /// Bytes in memory; they are shared with the copies.
    INFERPP_DECL file_input(bytes content);
    /// Whatever a program makes, or reads from elsewhere. Used once, from its beginning.
    INFERPP_DECL file_input(std::shared_ptr<http::body_source> source);
    template <std::derived_from<http::body_source> Source>
    file_input(std::shared_ptr<Source> source)
        : file_input(std::shared_ptr<http::body_source>{std::move(source)})
    {
    }

    /// What is to be read. @throws failure `invalid_argument`, naming the file, when it can't be
    ///         opened
    INFERPP_DECL std::shared_ptr<http::body_source> open() const;

private:
    std::function<std::shared_ptr<http::body_source>()> open_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/file_input.ipp>
#endif

#endif
