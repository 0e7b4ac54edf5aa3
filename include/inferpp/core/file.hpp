// SPDX-License-Identifier: BSL-1.0
//
// Opening files for reading. Not part of the public interface.

#ifndef INFERPP_CORE_FILE_HPP
#define INFERPP_CORE_FILE_HPP

#include <inferpp/core/config.hpp>
#include <inferpp/core/error.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace inferpp::inline INFERPP_ABI::detail {

struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_handle = std::unique_ptr<std::FILE, file_closer>;

/// `errc::invalid_argument` that names the file.
INFERPP_DECL error file_error(std::filesystem::path const& path, std::error_code reason);

/// @throws failure as `file_error`, also for a folder
INFERPP_DECL file_handle open_file(std::filesystem::path const& path);

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/core/impl/file.ipp>
#endif

#endif
