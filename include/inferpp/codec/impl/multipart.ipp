// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_MULTIPART_IPP
#define INFERPP_CODEC_IMPL_MULTIPART_IPP

#include <inferpp/codec/multipart.hpp>

#include <cstdint>
#include <random>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL multipart_writer::multipart_writer(std::string& out) : out_(out)
{
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::random_device random;
    boundary_ = "inferpp-";
    for (int i = 0; i < 24;) {
        std::uint32_t bits = random();
        for (int j = 0; j < 5 && i < 24; ++j, ++i, bits >>= 6)
            boundary_ += letters[bits & 63];
    }
}

// A quote would end the name, a line end the header.
inline void append_quoted(std::string_view text, std::string& out)
{
    out += '"';
    for (char const c : text) {
        if (c == '"')
            out += "%22";
        else if (c == '\r')
            out += "%0D";
        else if (c == '\n')
            out += "%0A";
        else
            out += c;
    }
    out += '"';
}

INFERPP_DECL void multipart_writer::begin(std::string_view name)
{
    out_.append("--").append(boundary_);
    out_ += "\r\nContent-Disposition: form-data; name=";
    append_quoted(name, out_);
}

INFERPP_DECL void multipart_writer::add_field(std::string_view name, std::string_view value,
                                              std::string_view type)
{
    begin(name);
    if (!type.empty())
        out_.append("\r\nContent-Type: ").append(type);
    out_.append("\r\n\r\n").append(value).append("\r\n");
}

INFERPP_DECL void multipart_writer::add_file(std::string_view name, std::string_view filename,
                                             std::string_view type, std::string_view data)
{
    // Sized once: the data may be large.
    out_.reserve(out_.size() + data.size() + name.size() + 3 * filename.size() + type.size() + 256);
    begin(name);
    out_ += "; filename=";
    append_quoted(filename, out_);
    out_.append("\r\nContent-Type: ").append(type);
    out_.append("\r\n\r\n").append(data).append("\r\n");
}

INFERPP_DECL void multipart_writer::finish()
{
    out_.append("--").append(boundary_).append("--\r\n");
}

} // namespace inferpp::inline INFERPP_ABI

#endif
