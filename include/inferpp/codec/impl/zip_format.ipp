// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_ZIP_FORMAT_IPP
#define INFERPP_CODEC_IMPL_ZIP_FORMAT_IPP

#include <inferpp/codec/zip_format.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL bool zip_record::read_sizes64(std::string_view extra, bool with_offset) noexcept
{
    constexpr std::size_t head = 4;
    constexpr std::uint16_t zip64 = 1;
    while (extra.size() >= head) {
        auto const id = zip_number<std::uint16_t>(extra, 0);
        std::size_t const length = zip_number<std::uint16_t>(extra, 2);
        extra.remove_prefix(head);
        std::string_view field = extra.substr(0, length);
        extra.remove_prefix(field.size());
        if (id != zip64)
            continue;
        for (std::uint64_t* const value : {&size, &packed, &offset}) {
            if (*value != zip::elsewhere32 || (value == &offset && !with_offset))
                continue;
            if (field.size() < sizeof(std::uint64_t))
                return false;
            *value = zip_number<std::uint64_t>(field, 0);
            field.remove_prefix(sizeof(std::uint64_t));
        }
        return true;
    }
    return true;
}

/// FNV-1a, with its bits mixed, since they are added up.
INFERPP_DECL std::uint64_t zip_record::fingerprint(std::string_view name) const noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325;
    auto const add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
    for (std::uint64_t number : {offset, packed, size, std::uint64_t{crc}, std::uint64_t{method}})
        for (int i = 0; i < 8; ++i, number >>= 8)
            add(static_cast<unsigned char>(number & 255));
    for (char const c : name)
        add(static_cast<unsigned char>(c));
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
    return hash ^ hash >> 32;
}

INFERPP_DECL std::size_t match_sizes_behind(std::string_view at, zip_record const& seen,
                                            bool needs_signature) noexcept
{
    for (bool const with_signature : {true, false}) {
        if (needs_signature && !with_signature)
            break;
        if (with_signature && !at.starts_with(zip::sizes_signature))
            continue;
        std::size_t const crc_at = with_signature ? 4 : 0;
        if (zip_number<std::uint32_t>(at, crc_at) != seen.crc)
            continue;
        for (std::size_t const width : {4U, 8U}) {
            std::size_t const end = crc_at + 4 + 2 * width;
            bool const right = width == 4
                                   ? zip_number<std::uint32_t>(at, crc_at + 4) == seen.packed &&
                                         zip_number<std::uint32_t>(at, crc_at + 8) == seen.size
                                   : zip_number<std::uint64_t>(at, crc_at + 4) == seen.packed &&
                                         zip_number<std::uint64_t>(at, crc_at + 12) == seen.size;
            auto const after = zip_number<std::uint32_t>(at, end);
            if (right && (after == zip::entry_signature || after == zip::directory_signature))
                return end;
        }
    }
    return 0;
}

INFERPP_DECL std::size_t find_sizes_behind(std::string_view in, std::size_t from) noexcept
{
    while (true) {
        from = in.find('P', from);
        if (from == std::string_view::npos)
            return in.size();
        std::string_view const here = in.substr(from, zip::sizes_signature.size());
        if (zip::sizes_signature.starts_with(here))
            return from;
        ++from;
    }
}

INFERPP_DECL bool zip_input::gather(std::size_t size)
{
    if (gathered_.size() < size) {
        std::size_t const count = (std::min)(size - gathered_.size(), in_.size());
        gathered_ += in_.substr(0, count);
        in_.remove_prefix(count);
        used_ += count;
    }
    return gathered_.size() >= size;
}

INFERPP_DECL std::string zip_input::take(std::size_t size)
{
    std::string front = gathered_.substr(0, size);
    gathered_.erase(0, size);
    return front;
}

INFERPP_DECL std::string_view zip_input::pull(std::size_t size) noexcept
{
    std::string_view const front = in_.substr(0, size);
    in_.remove_prefix(size);
    used_ += size;
    return front;
}

INFERPP_DECL bool zip_input::go_on() noexcept
{
    auto const gathered =
        static_cast<std::size_t>((std::min<std::uint64_t>)(skip_, gathered_.size()));
    gathered_.erase(0, gathered);
    skip_ -= gathered;
    auto const pulled = static_cast<std::size_t>((std::min<std::uint64_t>)(skip_, in_.size()));
    pull(pulled);
    skip_ -= pulled;
    return skip_ == 0;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
