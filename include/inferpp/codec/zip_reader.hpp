// SPDX-License-Identifier: BSL-1.0
//
// Zip archives that are read while they arrive, without holding them.

#ifndef INFERPP_CODEC_ZIP_READER_HPP
#define INFERPP_CODEC_ZIP_READER_HPP

#include <inferpp/codec/crc32.hpp>
#include <inferpp/codec/inflate.hpp>
#include <inferpp/codec/zip_format.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/// Bounds of what is taken from an archive, which may be made to do harm. What is over them is
/// `errc::body_too_large`.
struct zip_limits {
    std::size_t name_bytes = 4'096;                     ///< of one entry's name; 1 to 65,535
    std::uint64_t entries = 1'000'000;                  ///< in the archive; at least 1
    std::uint64_t entry_bytes = std::uint64_t{1} << 40; ///< of one entry, unpacked
    /// How many times as large as its compressed bytes an entry may be, once it has more than a
    /// MiB; at least 1. Deflate makes it 1032 at most.
    std::uint64_t ratio = 500;
};

/// An entry of an archive.
struct zip_entry {
    zip_entry() = default;

    std::string name;                  ///< as it stands there: not fit for a path as it is
    std::optional<std::uint64_t> size; ///< unpacked; empty: the archive says it behind the entry

    /// A folder: it has no content.
    bool is_folder() const noexcept { return name.ends_with('/'); }
};

/// What comes next in an archive. Valid until the reader's next call.
struct zip_event {
    enum class kind : unsigned char {
        begin, ///< of an entry
        data,  ///< of the entry, unpacked: at least one byte
        end,   ///< of the entry: its checksum and sizes are right
    };

    kind what = kind::begin;
    zip_entry const* entry = nullptr; ///< never null in an event that a reader gave
    std::string_view data;
};

/**
 * @brief Takes a zip archive apart, however it is split.
 *
 * A push parser: `feed` bytes as they come, then take events until there is none. It knows entries
 * that are stored or deflated, with their sizes before or behind them (with and without signature),
 * and zip64. What the entries say is compared with the directory at the archive's end, so that an
 * archive that ends anywhere else is an error. It takes about 80 KB, whatever the archive.
 *
 * @code
 * reader.feed(bytes).value();
 * while (auto event = reader.next().value())
 *     if (event->what == inferpp::zip_event::kind::data)
 *         use(event->entry->name, event->data);
 * @endcode
 *
 * *Errors*: `errc::truncated`, `errc::bad_content` for what is damaged or no archive,
 * `errc::unsupported` for encryption, other compressions and archives in several parts,
 * `errc::body_too_large`. The last error is given again and again.
 *
 * *Source*: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
 */
class zip_reader {
public:
    explicit zip_reader(zip_limits limits = {}) noexcept : limits_(limits) {}

    /// Takes more bytes, which must stay where they are until `next` has nothing left.
    /// @return the error that `next` has given, if any
    INFERPP_DECL result<void> feed(std::string_view data);

    /// The next event; nothing: more bytes are needed, or the archive has ended.
    INFERPP_DECL result<std::optional<zip_event>> next();

    /// No more bytes come. @return `errc::truncated` unless that is the end of the archive
    INFERPP_DECL result<void> finish();

    /// The archive has come to its end, and nothing was wrong with it.
    bool done() const noexcept { return state_ == state::done && !input_.skips() && !failed_; }

private:
    enum class state : unsigned char {
        signature,    ///< before whatever comes
        entry_header, ///< its fixed part
        entry_name,   ///< with the extra field
        content,
        stored_until, ///< stored content whose size is said behind it
        sizes_behind,
        directory,
        directory_name,
        zip64_end,
        zip64_locator,
        end,
        done,
    };

    using progress = result<std::optional<zip_event>>;

    INFERPP_DECL progress step();
    INFERPP_DECL bool gather(std::size_t size);
    INFERPP_DECL error damaged(std::string_view what) const;
    INFERPP_DECL progress read_signature();
    INFERPP_DECL progress begin_directory_part(std::uint32_t signature);
    INFERPP_DECL progress read_entry_header();
    INFERPP_DECL progress read_entry_name();
    INFERPP_DECL progress begin_content();
    INFERPP_DECL progress read_content();
    INFERPP_DECL progress read_stored();
    INFERPP_DECL progress read_deflated();
    INFERPP_DECL progress read_stored_until();
    INFERPP_DECL progress read_sizes_behind();
    INFERPP_DECL progress data_event(std::string_view data);
    INFERPP_DECL progress content_ended();
    INFERPP_DECL progress end_entry();
    INFERPP_DECL progress read_directory();
    INFERPP_DECL progress read_directory_name();
    INFERPP_DECL progress read_zip64_end();
    INFERPP_DECL progress read_zip64_locator();
    INFERPP_DECL progress read_end();

    zip_limits limits_;
    detail::zip_input input_;
    bool starved_ = false; ///< more bytes are needed
    std::optional<error> failed_;
    state state_ = state::signature;

    // The entry.
    zip_entry entry_;
    detail::zip_record told_; ///< by its header
    detail::zip_record seen_; ///< as it is
    std::size_t name_size_ = 0;
    std::size_t extra_size_ = 0;
    std::size_t comment_size_ = 0;
    bool behind_ = false;       ///< its sizes stand behind it
    bool packed_known_ = false; ///< its compressed size stands before it
    crc32 crc_;
    std::optional<inflater> inflater_;
    std::string piece_; ///< content that was gathered in vain

    // The directory. The sums of the fingerprints of all entries must be equal, in whatever order
    // the directory lists them.
    std::uint64_t entries_ = 0;
    std::uint64_t listed_ = 0;
    std::uint64_t entry_sum_ = 0;
    std::uint64_t listed_sum_ = 0;
    std::uint64_t directory_at_ = 0;
    std::uint64_t directory_size_ = 0;
    std::optional<std::uint64_t> zip64_end_at_;
    bool in_directory_ = false;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/zip_reader.ipp>
#endif

#endif
