// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_NDJSON_IPP
#define INFERPP_CODEC_IMPL_NDJSON_IPP

#include <inferpp/codec/ndjson.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<void> ndjson_decoder::feed(std::string_view data)
{
    while (!data.empty()) {
        auto const end = data.find('\n');
        auto const part = data.substr(0, end);
        if (part.size() > line_limit_ - partial_.size())
            return error{errc::event_too_large,
                         "a line of the stream is over " + std::to_string(line_limit_) + " bytes"};
        partial_ += part;
        if (end == std::string_view::npos)
            break;
        end_line();
        data.remove_prefix(end + 1);
    }
    return {};
}

INFERPP_DECL void ndjson_decoder::finish()
{
    end_line();
}

INFERPP_DECL std::optional<std::string> ndjson_decoder::next()
{
    if (lines_.empty())
        return std::nullopt;
    std::optional<std::string> line{std::move(lines_.front())};
    lines_.pop_front();
    return line;
}

INFERPP_DECL void ndjson_decoder::end_line()
{
    if (partial_.ends_with('\r'))
        partial_.pop_back();
    if (!partial_.empty())
        lines_.push_back(std::move(partial_));
    partial_.clear();
}

} // namespace inferpp::inline INFERPP_ABI

#endif
