// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_ZIP_WRITER_IPP
#define INFERPP_TESTING_IMPL_ZIP_WRITER_IPP

#include <inferpp/codec/crc32.hpp>
#include <inferpp/testing/zip_writer.hpp>

#include <boost/beast/zlib/deflate_stream.hpp>

#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {
namespace detail {

/// A number in `bytes` bytes, lowest first.
inline void put_number(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i, value >>= 8)
        out += static_cast<char>(value & 255);
}

inline std::string deflated(std::string_view content, int level)
{
    namespace zlib = boost::beast::zlib;
    zlib::deflate_stream stream;
    stream.reset(level, 15, 8, zlib::Strategy::normal);
    std::string out(stream.upper_bound(content.size()) + 64, '\0');
    zlib::z_params at;
    at.next_in = content.data();
    at.avail_in = content.size();
    at.next_out = out.data();
    at.avail_out = out.size();
    boost::system::error_code code;
    stream.write(at, zlib::Flush::finish, code);
    out.resize(at.total_out);
    return out;
}

} // namespace detail

INFERPP_DECL void zip_writer::add(std::string_view name, std::string_view content,
                                  zip_entry_form const& form)
{
    constexpr std::uint32_t elsewhere = 0xffffffff;
    constexpr std::uint16_t is_utf8 = 1U << 11;
    bool const behind = form.where != zip_entry_form::sizes::before;
    std::string const packed =
        form.level > 0 ? detail::deflated(content, form.level) : std::string{content};
    crc32 crc;
    crc.add(content);
    std::uint64_t const offset = out_.size();

    // What the header and the directory have in common, up to the checksum.
    std::string common;
    detail::put_number(common, form.zip64 ? 45 : 20, 2); // the version of the format
    detail::put_number(common, is_utf8 | (behind ? 8U : 0U), 2);
    detail::put_number(common, form.level > 0 ? 8 : 0, 2);
    detail::put_number(common, 0x5c210000, 4); // 2026-01-01
    auto const put_sizes = [&](std::string& to, std::uint64_t crc_value, std::uint64_t packed_size,
                               std::uint64_t size, bool with_offset) {
        detail::put_number(to, crc_value, 4);
        detail::put_number(to, form.zip64 ? elsewhere : packed_size, 4);
        detail::put_number(to, form.zip64 ? elsewhere : size, 4);
        detail::put_number(to, name.size(), 2);
        std::string extra;
        if (form.zip64) {
            detail::put_number(extra, 1, 2);
            detail::put_number(extra, with_offset ? 24 : 16, 2);
            detail::put_number(extra, size, 8);
            detail::put_number(extra, packed_size, 8);
            if (with_offset)
                detail::put_number(extra, offset, 8);
        }
        detail::put_number(to, extra.size(), 2);
        return extra;
    };

    detail::put_number(out_, 0x04034b50, 4);
    out_ += common;
    std::string const extra =
        behind ? put_sizes(out_, 0, 0, 0, false)
               : put_sizes(out_, crc.value(), packed.size(), content.size(), false);
    out_ += name;
    out_ += extra;
    out_ += packed;
    if (behind) {
        if (form.where == zip_entry_form::sizes::behind)
            detail::put_number(out_, 0x08074b50, 4);
        detail::put_number(out_, crc.value(), 4);
        detail::put_number(out_, packed.size(), form.zip64 ? 8 : 4);
        detail::put_number(out_, content.size(), form.zip64 ? 8 : 4);
    }

    detail::put_number(directory_, 0x02014b50, 4);
    detail::put_number(directory_, 0x032d, 2); // Unix, 4.5
    directory_ += common;
    std::string const listed =
        put_sizes(directory_, crc.value(), packed.size(), content.size(), true);
    detail::put_number(directory_, 0, 2 + 2 + 2);  // comment, disk, kind
    detail::put_number(directory_, 0x81a40000, 4); // -rw-r--r--
    detail::put_number(directory_, form.zip64 ? elsewhere : offset, 4);
    directory_ += name;
    directory_ += listed;
    ++count_;
}

INFERPP_DECL std::string zip_writer::finish(bool zip64)
{
    std::uint64_t const at = out_.size();
    std::uint64_t const size = directory_.size();
    out_ += directory_;
    if (zip64) {
        std::uint64_t const end_at = out_.size();
        detail::put_number(out_, 0x06064b50, 4);
        detail::put_number(out_, 44, 8);
        detail::put_number(out_, 45, 2);
        detail::put_number(out_, 45, 2);
        detail::put_number(out_, 0, 8); // disks
        detail::put_number(out_, count_, 8);
        detail::put_number(out_, count_, 8);
        detail::put_number(out_, size, 8);
        detail::put_number(out_, at, 8);
        detail::put_number(out_, 0x07064b50, 4);
        detail::put_number(out_, 0, 4);
        detail::put_number(out_, end_at, 8);
        detail::put_number(out_, 1, 4);
    }
    detail::put_number(out_, 0x06054b50, 4);
    detail::put_number(out_, 0, 4); // disks
    detail::put_number(out_, zip64 ? 0xffff : count_, 2);
    detail::put_number(out_, zip64 ? 0xffff : count_, 2);
    detail::put_number(out_, zip64 ? 0xffffffff : size, 4);
    detail::put_number(out_, zip64 ? 0xffffffff : at, 4);
    detail::put_number(out_, 0, 2);
    directory_.clear();
    count_ = 0;
    return std::move(out_);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
