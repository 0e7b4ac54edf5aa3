// SPDX-License-Identifier: BSL-1.0
//
// Zip archives with JSON lines: any split gives what the whole gives, and what an archive holds is
// bounded.
//
// The first bytes of the input choose the limits and where the rest is split.

#include <inferpp/codec/ndjson.hpp>
#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/providers/annolab/export_records.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace inferpp;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

/// What came out of an archive.
struct outcome {
    std::string content; ///< names and bytes
    error_code failed;
    bool operator==(outcome const& other) const
    {
        // What is given before an error depends on the split.
        return failed == other.failed && (failed || content == other.content);
    }
};

constexpr std::uint64_t most = 1U << 22; // of one entry

/// Takes what is ready.
void take(zip_reader& reader, outcome& all, std::uint64_t& size)
{
    while (true) {
        auto const event = reader.next();
        if (!event) {
            all.failed = event.error().code();
            require(reader.next().has_error());
            require(!reader.done());
            return;
        }
        if (!*event)
            return;
        zip_event const& what = **event;
        require(what.entry != nullptr);
        if (what.what == zip_event::kind::begin) {
            all.content += 'b' + what.entry->name;
            size = 0;
        } else if (what.what == zip_event::kind::data) {
            require(!what.data.empty());
            size += what.data.size();
            require(size <= most);
            all.content += what.data;
        } else {
            all.content += 'e';
        }
    }
}

/// `pieces` gives the sizes, again and again; 0 is the whole rest.
outcome unzip(std::string_view archive, std::string_view pieces)
{
    zip_limits limits;
    limits.name_bytes = 256;
    limits.entries = 64;
    limits.entry_bytes = most;
    limits.ratio = 2'000; // not checked at the same places when the split is another
    zip_reader reader{limits};
    outcome all;
    std::uint64_t size = 0;
    for (std::size_t i = 0; !all.failed && !archive.empty(); ++i) {
        std::size_t piece = static_cast<unsigned char>(pieces[i % pieces.size()]);
        piece = piece == 0 ? archive.size() : (std::min)(piece, archive.size());
        // Memory of its own and no more.
        auto const held = std::make_unique<char[]>(piece);
        std::copy_n(archive.data(), piece, held.get());
        archive.remove_prefix(piece);
        require(reader.feed({held.get(), piece}).has_value());
        take(reader, all, size);
    }
    if (!all.failed) {
        bool const whole = reader.done();
        auto const finished = reader.finish();
        require(whole == finished.has_value());
        if (!finished) {
            require(finished.error() == errc::truncated);
            all.failed = finished.error().code();
        }
    }
    return all;
}

/// The archive's bytes as lines, whatever they are.
void read_lines(std::string_view text)
{
    ndjson_decoder lines{512};
    if (!lines.feed(text))
        return;
    lines.finish();
    while (auto const line = lines.next())
        if (auto const read = decode_json<annolab::exported_annotation>(std::string_view{*line})) {
            std::string again;
            encode_json(*read, again).value();
            require(decode_json<annolab::exported_annotation>(again).has_value());
        }
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    constexpr std::size_t head = 4;
    if (size < head)
        return 0;
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::string_view const pieces = input.substr(0, head);
    std::string_view const archive = input.substr(head);
    auto const whole = fuzzed::unzip(archive, std::string_view{"\0", 1});
    fuzzed::require(fuzzed::unzip(archive, pieces) == whole);
    fuzzed::require(fuzzed::unzip(archive, "\1") == whole);
    fuzzed::read_lines(whole.content);
    fuzzed::read_lines(archive);
    return 0;
}
