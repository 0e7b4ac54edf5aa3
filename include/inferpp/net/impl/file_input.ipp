// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_FILE_INPUT_IPP
#define INFERPP_NET_IMPL_FILE_INPUT_IPP

#include <inferpp/net/file_input.hpp>

namespace inferpp::inline INFERPP_ABI {
INFERPP_DECL file_input::file_input(std::filesystem::path file)
    : open_([path = std::move(file)] { return http::file_body(path); })
{
}

INFERPP_DECL file_input::file_input(bytes content)
    : open_([kept = shared_bytes{std::move(content)}] { return http::memory_body({kept}); })
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
