// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CORE_IMPL_BYTES_IPP
#define INFERPP_CORE_IMPL_BYTES_IPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/error.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL bytes bytes::from_file(std::filesystem::path const& path)
{
    auto const refuse = [&path](std::error_code reason) {
        error e{errc::invalid_argument, "cannot read file '" + path.string() +
                                            "': " + reason.message()};
        e.edit().cause = reason;
        throw failure{std::move(e)};
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        refuse(std::make_error_code(std::errc::is_a_directory));

    struct closer {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    errno = 0;
    std::unique_ptr<std::FILE, closer> const file{std::fopen(path.string().c_str(), "rb")};
    if (!file)
        refuse({errno, std::generic_category()});

    std::string content;
    auto const expected = std::filesystem::file_size(path, ignored);
    if (!ignored)
        content.reserve(static_cast<std::size_t>(expected) + 1);
    // Read to the end and not just the size: pipes have none and files grow.
    for (std::size_t filled = 0;;) {
        content.resize(std::max(content.capacity(), filled + 65536));
        std::size_t const got =
            std::fread(content.data() + filled, 1, content.size() - filled, file.get());
        filled += got;
        if (got == 0 || std::feof(file.get()) != 0 || std::ferror(file.get()) != 0) {
            if (std::ferror(file.get()) != 0)
                refuse({errno, std::generic_category()});
            content.resize(filled);
            return bytes{std::move(content)};
        }
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
