// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_ZIP_READER_IPP
#define INFERPP_CODEC_IMPL_ZIP_READER_IPP

#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<void> zip_reader::feed(std::string_view data)
{
    if (failed_)
        return *failed_;
    input_.feed(data);
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
    if (!input_.go_on()) {
        starved_ = true;
        return std::optional<zip_event>{};
    }
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
    if (!input_.empty())
        return damaged("something stands behind its end");
    return std::optional<zip_event>{};
}

/// Whether so many bytes are gathered; else more are needed.
INFERPP_DECL bool zip_reader::gather(std::size_t size)
{
    starved_ = !input_.gather(size);
    return !starved_;
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_signature()
{
    if (!gather(4))
        return std::optional<zip_event>{};
    auto const signature = detail::zip_number<std::uint32_t>(input_.gathered(), 0);
    if (signature != detail::zip::entry_signature)
        return begin_directory_part(signature);
    if (in_directory_)
        return damaged("an entry stands behind the directory");
    if (entries_ == limits_.entries)
        return error{errc::body_too_large, "the zip archive has more than " +
                                               std::to_string(limits_.entries) +
                                               " entries; raise zip_limits::entries"};
    ++entries_;
    told_ = detail::zip_record{};
    told_.offset = input_.position();
    input_.take(4);
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
        zip64_end_at_ = input_.position();
    } else if (is_end) {
        state_ = state::end;
    } else if (input_.position() == 0) {
        return error{errc::bad_content, "this is no zip archive"};
    } else {
        return damaged("there is no entry and no directory where one should be");
    }
    if (!in_directory_)
        directory_at_ = input_.position();
    in_directory_ = true;
    if (is_zip64_end || (is_end && !zip64_end_at_))
        directory_size_ = input_.position() - directory_at_;
    input_.take(4);
    return std::optional<zip_event>{};
}

// --- entries
// --------------------------------------------------------------------------------------

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_entry_header()
{
    constexpr std::size_t size = 26;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const header = input_.take(size);
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
    entry_.name = input_.take(name_size_);
    std::string const extra = input_.take(extra_size_);
    if (!told_.read_sizes64(extra, false))
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
    seen_ = detail::zip_record{};
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
    if (input_.rest().empty()) {
        starved_ = true;
        return std::optional<zip_event>{};
    }
    std::string_view const data = input_.pull(
        static_cast<std::size_t>((std::min<std::uint64_t>)(left, input_.rest().size())));
    seen_.packed += data.size();
    return data_event(data);
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_deflated()
{
    std::string_view input = input_.rest();
    if (packed_known_)
        input = input.substr(
            0, static_cast<std::size_t>(
                   (std::min<std::uint64_t>)(told_.packed - seen_.packed, input.size())));
    std::size_t const given = input.size();
    auto const unpacked = inflater_->next(input);
    if (!unpacked)
        return damaged(unpacked.error().info().message);
    seen_.packed += given - input.size();
    input_.pull(given - input.size());
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
    if (input_.gathered().empty()) {
        std::size_t const content = detail::find_sizes_behind(input_.rest(), 0);
        if (content > 0) {
            seen_.packed += content;
            return data_event(input_.pull(content));
        }
    }
    bool const enough = gather(detail::zip::most_behind);
    std::size_t const signature =
        (std::min)(input_.gathered().size(), detail::zip::sizes_signature.size());
    if (std::string_view{input_.gathered()}.substr(0, signature) ==
        detail::zip::sizes_signature.substr(0, signature)) {
        if (!enough)
            return std::optional<zip_event>{};
        seen_.crc = crc_.value();
        if (detail::match_sizes_behind(input_.gathered(), seen_, true) > 0) {
            state_ = state::sizes_behind;
            return std::optional<zip_event>{};
        }
    }
    starved_ = false;
    piece_ = input_.take(detail::find_sizes_behind(input_.gathered(), 1));
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

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_sizes_behind()
{
    if (!gather(detail::zip::most_behind))
        return std::optional<zip_event>{};
    std::size_t const size = detail::match_sizes_behind(input_.gathered(), seen_, false);
    if (size == 0)
        return damaged("the checksum or the sizes behind an entry are wrong");
    input_.take(size);
    return end_entry();
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::end_entry()
{
    entry_sum_ += seen_.fingerprint(entry_.name);
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
    std::string const header = input_.take(size);
    told_ = detail::zip_record{};
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
    std::string const name = input_.take(name_size_);
    std::string const extra = input_.take(extra_size_);
    if (!told_.read_sizes64(extra, true))
        return damaged("the sizes of an entry in the directory");
    ++listed_;
    listed_sum_ += told_.fingerprint(name);
    input_.skip(comment_size_);
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
    std::string const fields = input_.take(size);
    auto const said = detail::zip_number<std::uint64_t>(fields, 0);
    if (said < counted || said - counted > most)
        return damaged("the size of its zip64 end record");
    if (detail::zip_number<std::uint64_t>(fields, 20) != listed_ ||
        detail::zip_number<std::uint64_t>(fields, 28) != listed_ ||
        detail::zip_number<std::uint64_t>(fields, 36) != directory_size_ ||
        detail::zip_number<std::uint64_t>(fields, 44) != directory_at_)
        return damaged("its zip64 end record does not fit the directory");
    input_.skip(said - counted);
    state_ = state::signature;
    return std::optional<zip_event>{};
}

INFERPP_DECL result<std::optional<zip_event>> zip_reader::read_zip64_locator()
{
    constexpr std::size_t size = 16;
    if (!gather(size))
        return std::optional<zip_event>{};
    std::string const fields = input_.take(size);
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
    std::string const fields = input_.take(size);
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
    input_.skip(detail::zip_number<std::uint16_t>(fields, 16));
    state_ = state::done;
    return std::optional<zip_event>{};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
