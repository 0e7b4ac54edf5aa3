// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_ZIP_READER_IPP
#define INFERPP_CODEC_IMPL_ZIP_READER_IPP

#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

/// A number of the archive, lowest byte first.
template <class T>
T zip_number(std::string_view data, std::size_t at) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
    return static_cast<T>(value);
}

namespace zip {

inline constexpr std::uint32_t entry_signature = 0x04034b50;
inline constexpr std::uint32_t directory_signature = 0x02014b50;
inline constexpr std::uint32_t zip64_end_signature = 0x06064b50;
inline constexpr std::uint32_t zip64_locator_signature = 0x07064b50;
inline constexpr std::uint32_t end_signature = 0x06054b50;
inline constexpr std::string_view sizes_signature{"PK\x07\x08", 4};

inline constexpr std::uint16_t stored = 0;
inline constexpr std::uint16_t deflated = 8;

/// A field whose value stands elsewhere, since it needs more bits.
inline constexpr std::uint32_t elsewhere32 = 0xffffffff;
inline constexpr std::uint16_t elsewhere16 = 0xffff;

/// The longest form of the sizes behind an entry, and the signature that must follow.
inline constexpr std::size_t most_behind = 28;

} // namespace zip

/// Where the signature of sizes, or the beginning of one at the end of the text, stands.
inline std::size_t find_zip_sizes(std::string_view in, std::size_t from) noexcept
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

} // namespace detail

INFERPP_DECL result<void> zip_reader::feed(std::string_view data)
{
    if (failed_)
        return *failed_;
    in_ = data;
    return {};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::next()
{
    if (failed_)
        return *failed_;
    starved_ = false;
    while (true) {
        progress done = step();
        if (!done)
            failed_ = done.error();
        if (!done || *done || starved_)
            return done;
    }
}

INFERPP_DECL result<void> zip_reader::finish()
{
    if (failed_)
        return *failed_;
    if (!done())
        failed_ = error{errc::truncated, "the zip archive is cut off: its end is missing"};
    if (failed_)
        return *failed_;
    return {};
}

INFERPP_DECL error zip_reader::damaged(std::string_view what) const
{
    std::string message = "the zip archive is damaged: ";
    message += what;
    if (!in_directory_ && state_ != state::signature)
        message += ", in '" + detail::printable(entry_.name, 128) + '\'';
    return error{errc::bad_content, std::move(message)};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::step()
{
    skip();
    if (skip_ > 0)
        return std::optional<zip_event>{};
    switch (state_) {
    case state::signature: return read_signature();
    case state::entry_header: return read_entry_header();
    case state::entry_name: return read_entry_name();
    case state::content: return read_content();
    case state::stored_until: return read_stored_until();
    case state::sizes_behind: return read_sizes_behind();
    case state::directory: return read_directory();
    case state::directory_name: return read_directory_name();
    case state::zip64_end: return read_zip64_end();
    case state::zip64_locator: return read_zip64_locator();
    case state::end: return read_end();
    case state::done: break;
    }
    starved_ = true;
    if (!in_.empty() || !gathered_.empty())
        return damaged("something stands behind its end");
    return std::optional<zip_event>{};
}

/// Moves input to `gathered_` until that has `size` bytes. Returns whether it has.
INFERPP_DECL bool zip_reader::gather(std::size_t size)
{
    if (gathered_.size() < size)
        gathered_ += pull((std::min)(size - gathered_.size(), in_.size()));
    starved_ = gathered_.size() < size;
    return !starved_;
}

INFERPP_DECL std::string_view zip_reader::pull(std::size_t size) noexcept
{
    std::string_view const front = in_.substr(0, size);
    in_.remove_prefix(size);
    offset_ += size;
    return front;
}

INFERPP_DECL std::string zip_reader::take(std::size_t size)
{
    std::string front = gathered_.substr(0, size);
    gathered_.erase(0, size);
    return front;
}

INFERPP_DECL void zip_reader::skip() noexcept
{
    auto const gathered =
        static_cast<std::size_t>((std::min<std::uint64_t>)(skip_, gathered_.size()));
    gathered_.erase(0, gathered);
    skip_ -= gathered;
    auto const pulled = static_cast<std::size_t>((std::min<std::uint64_t>)(skip_, in_.size()));
    pull(pulled);
    skip_ -= pulled;
    if (skip_ > 0)
        starved_ = true;
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_signature()
{
    if (!gather(4))
        return std::optional<zip_event>{};
    auto const signature = detail::zip_number<std::uint32_t>(gathered_, 0);
    if (signature != detail::zip::entry_signature)
        return begin_directory_part(signature);
    if (in_directory_)
        return damaged("an entry stands behind the directory");
    if (entries_ == limits_.entries)
        return error{errc::body_too_large, "the zip archive has more than " +
                                               std::to_string(limits_.entries) +
                                               " entries; raise zip_limits::entries"};
    ++entries_;
    told_ = record{};
    told_.offset = position();
    take(4);
    state_ = state::entry_header;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::begin_directory_part(
    std::uint32_t signature)
{
    bool const is_record = signature == detail::zip::directory_signature;
    bool const is_zip64_end = signature == detail::zip::zip64_end_signature;
    bool const is_end = signature == detail::zip::end_signature;
    if (signature == detail::zip::zip64_locator_signature && zip64_end_at_) {
        state_ = state::zip64_locator;
    } else if (is_record && !zip64_end_at_) {
        state_ = state::directory;
    } else if (is_zip64_end && !zip64_end_at_) {
        state_ = state::zip64_end;
        zip64_end_at_ = position();
    } else if (is_end) {
        state_ = state::end;
    } else if (position() == 0) {
        return error{errc::bad_content, "this is no zip archive"};
    } else {
        return damaged("there is no entry and no directory where one should be");
    }
    if (!in_directory_)
        directory_at_ = position();
    in_directory_ = true;
    if (is_zip64_end || (is_end && !zip64_end_at_))
        directory_size_ = position() - directory_at_;
    take(4);
    return std::optional<zip_event>{};
}

// --- entries
// --------------------------------------------------------------------------------------

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_entry_header()
{
    constexpr std::size_t size = 26;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const header = take(size);
    auto const flags = detail::zip_number<std::uint16_t>(header, 2);
    told_.method = detail::zip_number<std::uint16_t>(header, 4);
    told_.crc = detail::zip_number<std::uint32_t>(header, 10);
    told_.packed = detail::zip_number<std::uint32_t>(header, 14);
    told_.size = detail::zip_number<std::uint32_t>(header, 18);
    name_size_ = detail::zip_number<std::uint16_t>(header, 22);
    extra_size_ = detail::zip_number<std::uint16_t>(header, 24);
    constexpr unsigned encrypted = 1;
    constexpr unsigned sizes_behind = 8;
    constexpr unsigned patches = 32;
    constexpr unsigned hidden_header = 8192;
    if (flags & (encrypted | hidden_header))
        return error{errc::unsupported, "the zip archive is encrypted"};
    if (flags & patches)
        return error{errc::unsupported, "the zip archive holds patches of other files"};
    if (told_.method != detail::zip::stored && told_.method != detail::zip::deflated)
        return error{errc::unsupported, "the zip archive is compressed by method " +
                                            std::to_string(told_.method) +
                                            "; only 0 (stored) and 8 (deflate) are known"};
    if (name_size_ > limits_.name_bytes)
        return error{errc::body_too_large, "the zip archive has a name of " +
                                               std::to_string(name_size_) +
                                               " bytes; raise zip_limits::name_bytes"};
    behind_ = (flags & sizes_behind) != 0;
    state_ = state::entry_name;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_entry_name()
{
    if (!gather(name_size_ + extra_size_))
        return std::optional<zip_event>{};
    entry_.name = take(name_size_);
    std::string const extra = take(extra_size_);
    if (!read_sizes64(extra, false, told_))
        return damaged("the sizes of an entry");
    // With its sizes behind it an entry should have none before it, but some have.
    packed_known_ = !behind_ || told_.packed > 0;
    entry_.size.reset();
    if (!behind_ || told_.size > 0)
        entry_.size = told_.size;
    if (entry_.size.value_or(0) > limits_.entry_bytes)
        return error{errc::body_too_large, "an entry of the zip archive has " +
                                               std::to_string(*entry_.size) +
                                               " bytes; raise zip_limits::entry_bytes"};
    return begin_content();
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::begin_content()
{
    seen_ = record{};
    seen_.offset = told_.offset;
    seen_.method = told_.method;
    crc_ = crc32{};
    if (told_.method == detail::zip::stored) {
        state_ = packed_known_ ? state::content : state::stored_until;
    } else {
        if (inflater_)
            inflater_->reset();
        else
            inflater_.emplace();
        state_ = state::content;
    }
    zip_event event;
    event.entry = &entry_;
    return std::optional<zip_event>{event};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_content()
{
    return told_.method == detail::zip::stored ? read_stored() : read_deflated();
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_stored()
{
    std::uint64_t const left = told_.packed - seen_.packed;
    if (left == 0)
        return content_ended();
    if (in_.empty()) {
        starved_ = true;
        return std::optional<zip_event>{};
    }
    std::string_view const data =
        pull(static_cast<std::size_t>((std::min<std::uint64_t>)(left, in_.size())));
    seen_.packed += data.size();
    return data_event(data);
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_deflated()
{
    std::string_view input = in_;
    if (packed_known_)
        input = input.substr(
            0, static_cast<std::size_t>(
                   (std::min<std::uint64_t>)(told_.packed - seen_.packed, input.size())));
    std::size_t const given = input.size();
    auto const unpacked = inflater_->next(input);
    if (!unpacked)
        return damaged(unpacked.error().info().message);
    seen_.packed += given - input.size();
    pull(given - input.size());
    if (!unpacked->empty())
        return data_event(*unpacked);
    if (inflater_->done()) {
        if (packed_known_ && seen_.packed != told_.packed)
            return damaged("an entry is shorter than it says");
        return content_ended();
    }
    if (packed_known_ && seen_.packed == told_.packed)
        return damaged("an entry is longer than it says");
    starved_ = true;
    return std::optional<zip_event>{};
}

/// Content of which nobody says how long it is, up to where sizes stand that are right.
INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_stored_until()
{
    if (gathered_.empty()) {
        std::size_t const content = detail::find_zip_sizes(in_, 0);
        if (content > 0) {
            seen_.packed += content;
            return data_event(pull(content));
        }
    }
    bool const enough = gather(detail::zip::most_behind);
    std::size_t const signature = (std::min)(gathered_.size(), detail::zip::sizes_signature.size());
    if (std::string_view{gathered_}.substr(0, signature) ==
        detail::zip::sizes_signature.substr(0, signature)) {
        if (!enough)
            return std::optional<zip_event>{};
        seen_.crc = crc_.value();
        if (sizes_behind(gathered_, true) > 0) {
            state_ = state::sizes_behind;
            return std::optional<zip_event>{};
        }
    }
    starved_ = false;
    piece_ = take(detail::find_zip_sizes(gathered_, 1));
    seen_.packed += piece_.size();
    return data_event(piece_);
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::data_event(std::string_view data)
{
    constexpr std::uint64_t harmless = 1U << 20;
    crc_.add(data);
    seen_.size += data.size();
    if (seen_.size > limits_.entry_bytes)
        return error{errc::body_too_large, "an entry of the zip archive has more than " +
                                               std::to_string(limits_.entry_bytes) +
                                               " bytes; raise zip_limits::entry_bytes"};
    if (seen_.size > harmless && seen_.size / limits_.ratio > seen_.packed)
        return error{errc::body_too_large,
                     "an entry of the zip archive is more than " + std::to_string(limits_.ratio) +
                         " times as large as its compressed bytes; raise zip_limits::ratio"};
    zip_event event;
    event.what = zip_event::kind::data;
    event.entry = &entry_;
    event.data = data;
    return std::optional<zip_event>{event};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::content_ended()
{
    seen_.crc = crc_.value();
    if (behind_) {
        state_ = state::sizes_behind;
        return std::optional<zip_event>{};
    }
    if (seen_.size != told_.size)
        return damaged("an entry has another size than it says");
    if (seen_.crc != told_.crc)
        return damaged("the checksum of an entry is wrong");
    return end_entry();
}

/// How long the sizes are that begin here, by the forms that there are; 0: none is right.
INFERPP_DECL std::size_t zip_reader::sizes_behind(std::string_view at, bool needs_signature) const
{
    for (bool const with_signature : {true, false}) {
        if (needs_signature && !with_signature)
            break;
        if (with_signature && !at.starts_with(detail::zip::sizes_signature))
            continue;
        std::size_t const crc_at = with_signature ? 4 : 0;
        if (detail::zip_number<std::uint32_t>(at, crc_at) != seen_.crc)
            continue;
        for (std::size_t const width : {4U, 8U}) {
            std::size_t const end = crc_at + 4 + 2 * width;
            bool const right =
                width == 4 ? detail::zip_number<std::uint32_t>(at, crc_at + 4) == seen_.packed &&
                                 detail::zip_number<std::uint32_t>(at, crc_at + 8) == seen_.size
                           : detail::zip_number<std::uint64_t>(at, crc_at + 4) == seen_.packed &&
                                 detail::zip_number<std::uint64_t>(at, crc_at + 12) == seen_.size;
            auto const after = detail::zip_number<std::uint32_t>(at, end);
            if (right && (after == detail::zip::entry_signature ||
                          after == detail::zip::directory_signature))
                return end;
        }
    }
    return 0;
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_sizes_behind()
{
    if (!gather(detail::zip::most_behind))
        return std::optional<zip_event>{};
    std::size_t const size = sizes_behind(gathered_, false);
    if (size == 0)
        return damaged("the checksum or the sizes behind an entry are wrong");
    take(size);
    return end_entry();
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::end_entry()
{
    entry_sum_ += fingerprint(seen_, entry_.name);
    state_ = state::signature;
    zip_event event;
    event.what = zip_event::kind::end;
    event.entry = &entry_;
    return std::optional<zip_event>{event};
}

// --- the directory
// --------------------------------------------------------------------------------

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_directory()
{
    constexpr std::size_t size = 42;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const header = take(size);
    told_ = record{};
    told_.method = detail::zip_number<std::uint16_t>(header, 6);
    told_.crc = detail::zip_number<std::uint32_t>(header, 12);
    told_.packed = detail::zip_number<std::uint32_t>(header, 16);
    told_.size = detail::zip_number<std::uint32_t>(header, 20);
    name_size_ = detail::zip_number<std::uint16_t>(header, 24);
    extra_size_ = detail::zip_number<std::uint16_t>(header, 26);
    comment_size_ = detail::zip_number<std::uint16_t>(header, 28);
    told_.offset = detail::zip_number<std::uint32_t>(header, 38);
    if (name_size_ > limits_.name_bytes)
        return damaged("the directory has a name that no entry has");
    state_ = state::directory_name;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_directory_name()
{
    if (!gather(name_size_ + extra_size_))
        return std::optional<zip_event>{};
    std::string const name = take(name_size_);
    std::string const extra = take(extra_size_);
    if (!read_sizes64(extra, true, told_))
        return damaged("the sizes of an entry in the directory");
    ++listed_;
    listed_sum_ += fingerprint(told_, name);
    skip_ = comment_size_;
    state_ = state::signature;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_zip64_end()
{
    constexpr std::size_t size = 52;
    constexpr std::uint64_t counted = 44; // of these bytes, in the size that they say
    constexpr std::uint64_t most = 1U << 16;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const fields = take(size);
    auto const said = detail::zip_number<std::uint64_t>(fields, 0);
    if (said < counted || said - counted > most)
        return damaged("the size of its zip64 end record");
    if (detail::zip_number<std::uint64_t>(fields, 20) != listed_ ||
        detail::zip_number<std::uint64_t>(fields, 28) != listed_ ||
        detail::zip_number<std::uint64_t>(fields, 36) != directory_size_ ||
        detail::zip_number<std::uint64_t>(fields, 44) != directory_at_)
        return damaged("its zip64 end record does not fit the directory");
    skip_ = said - counted;
    state_ = state::signature;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_zip64_locator()
{
    constexpr std::size_t size = 16;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const fields = take(size);
    if (detail::zip_number<std::uint64_t>(fields, 4) != *zip64_end_at_)
        return damaged("its zip64 end record is not where it should be");
    state_ = state::signature;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_end()
{
    constexpr std::size_t size = 18;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const fields = take(size);
    auto const fits16 = [&](std::size_t at, std::uint64_t value) {
        auto const said = detail::zip_number<std::uint16_t>(fields, at);
        return said == value || (zip64_end_at_ && said == detail::zip::elsewhere16);
    };
    auto const fits32 = [&](std::size_t at, std::uint64_t value) {
        auto const said = detail::zip_number<std::uint32_t>(fields, at);
        return said == value || (zip64_end_at_ && said == detail::zip::elsewhere32);
    };
    if (!fits16(0, 0) || !fits16(2, 0))
        return error{errc::unsupported, "the zip archive is one of several parts"};
    if (listed_ != entries_ || listed_sum_ != entry_sum_)
        return damaged("its directory does not fit its entries");
    if (!fits16(4, listed_) || !fits16(6, listed_) || !fits32(8, directory_size_) ||
        !fits32(12, directory_at_))
        return damaged("its end record does not fit the directory");
    skip_ = detail::zip_number<std::uint16_t>(fields, 16);
    state_ = state::done;
    return std::optional<zip_event>{};
}

/// Sizes of more than 32 bits, which stand in an extra field. Returns false where they are missing.
INFERPP_DECL bool zip_reader::read_sizes64(std::string_view extra, bool with_offset, record& of)
{
    constexpr std::size_t head = 4;
    constexpr std::uint16_t zip64 = 1;
    while (extra.size() >= head) {
        auto const id = detail::zip_number<std::uint16_t>(extra, 0);
        std::size_t const size = detail::zip_number<std::uint16_t>(extra, 2);
        extra.remove_prefix(head);
        std::string_view field = extra.substr(0, size);
        extra.remove_prefix(field.size());
        if (id != zip64)
            continue;
        for (std::uint64_t* const value : {&of.size, &of.packed, &of.offset}) {
            if (*value != detail::zip::elsewhere32 || (value == &of.offset && !with_offset))
                continue;
            if (field.size() < sizeof(std::uint64_t))
                return false;
            *value = detail::zip_number<std::uint64_t>(field, 0);
            field.remove_prefix(sizeof(std::uint64_t));
        }
        return true;
    }
    return true;
}

/// FNV-1a, with its bits mixed, since they are added up.
INFERPP_DECL std::uint64_t zip_reader::fingerprint(record const& of, std::string_view name) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325;
    auto const add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
    for (std::uint64_t number :
         {of.offset, of.packed, of.size, std::uint64_t{of.crc}, std::uint64_t{of.method}})
        for (int i = 0; i < 8; ++i, number >>= 8)
            add(static_cast<unsigned char>(number & 255));
    for (char const c : name)
        add(static_cast<unsigned char>(c));
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
    return hash ^ hash >> 32;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
