// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_FILE_IPP
#define INFERPP_CORE_IMPL_FILE_IPP

#include <inferpp/core/file.hpp>

#include <cerrno>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL error file_error(std::filesystem::path const& path, std::error_code reason)
{
    error e{errc::invalid_argument,
            "cannot read file '" + path.string() + "': " + reason.message()};
    // Boost gives a std::error_code that it wraps another number.
    e.edit().cause = error_code{reason};
    if (reason.category() == std::generic_category())
        e.edit().cause = error_code{reason.value(), boost::system::generic_category()};
    return e;
}

INFERPP_DECL file_handle open_file(std::filesystem::path const& path)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw failure{file_error(path, std::make_error_code(std::errc::is_a_directory))};
    errno = 0;
    file_handle file{std::fopen(path.string().c_str(), "rb")};
    if (!file)
        throw failure{file_error(path, {errno, std::generic_category()})};
    return file;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
