// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_BYTES_IPP
#define INFERPP_CORE_IMPL_BYTES_IPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL bytes bytes::from_file(std::filesystem::path const& path)
{
    detail::file_handle const file = detail::open_file(path);
    std::string content;
    std::error_code ignored;
    auto const expected = std::filesystem::file_size(path, ignored);
    if (!ignored)
        content.reserve(static_cast<std::size_t>(expected) + 1);
    // Read to the end and not just the size: pipes have none and files grow.
    for (std::size_t filled = 0;;) {
        content.resize((std::max)(content.capacity(), filled + 65536));
        std::size_t const got =
            std::fread(content.data() + filled, 1, content.size() - filled, file.get());
        filled += got;
        if (got == 0 || std::feof(file.get()) != 0 || std::ferror(file.get()) != 0) {
            if (std::ferror(file.get()) != 0)
                throw failure{detail::file_error(path, {errno, std::generic_category()})};
            content.resize(filled);
            return bytes{std::move(content)};
        }
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
