// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/testing/zip_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/codec/zip_archives.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using testing::zip_entry_form;
using testing::zip_writer;

namespace {

using files = std::vector<std::pair<std::string, std::string>>;

struct unzipped {
    files entries; ///< those that have ended
    error failed;
    bool done = false;
};

/// Reads an archive that comes in pieces of `piece` bytes, each in memory of its own.
unzipped unzip(std::string_view archive, std::size_t piece, zip_limits const& limits = {})
{
    unzipped out;
    zip_reader reader{limits};
    std::string content;
    while (!archive.empty()) {
        std::string const held{archive.substr(0, piece)};
        archive.remove_prefix(held.size());
        if (auto const fed = reader.feed(held); !fed) {
            out.failed = fed.error();
            return out;
        }
        while (true) {
            auto const event = reader.next();
            if (!event) {
                out.failed = event.error();
                return out;
            }
            if (!*event)
                break;
            if ((*event)->what == zip_event::kind::begin)
                content.clear();
            else if ((*event)->what == zip_event::kind::data)
                content += (*event)->data;
            else
                out.entries.emplace_back((*event)->entry->name, content);
        }
    }
    out.done = reader.done();
    if (auto const whole = reader.finish(); !whole)
        out.failed = whole.error();
    CHECK(out.done == !out.failed.code());
    return out;
}

std::string lines()
{
    std::string text;
    for (int i = 0; i < 8; ++i)
        text += R"({"id":)" + std::to_string(i) + R"(,"layerName":"Gold Set"})" + '\n';
    return text;
}

files sample()
{
    return {{"p.annotations.jsonl", lines()}, {"Uploads/a.txt", "Athens"}, {"empty.txt", ""}};
}

std::string archive_of(files const& content, zip_entry_form const& form, bool zip64_end = false)
{
    zip_writer writer;
    for (auto const& [name, data] : content)
        writer.add(name, data, form);
    return writer.finish(zip64_end);
}

/// Every form in which the writer writes.
std::vector<zip_entry_form> forms()
{
    std::vector<zip_entry_form> all;
    for (auto const where : {zip_entry_form::sizes::before, zip_entry_form::sizes::behind,
                             zip_entry_form::sizes::behind_without_signature})
        for (bool const zip64 : {false, true})
            for (int const level : {0, 9}) {
                // Nothing says where such an entry ends.
                if (level == 0 && where == zip_entry_form::sizes::behind_without_signature)
                    continue;
                zip_entry_form form;
                form.where = where;
                form.zip64 = zip64;
                form.level = level;
                all.push_back(form);
            }
    return all;
}

error error_of(std::string_view archive, zip_limits const& limits = {})
{
    error const failed = unzip(archive, 7, limits).failed;
    CHECK(failed.code() == unzip(archive, archive.size(), limits).failed.code());
    return failed;
}

/// A copy with other bytes at a place.
std::string with(std::string archive, std::size_t at, std::string_view bytes)
{
    archive.replace(at, bytes.size(), bytes);
    return archive;
}

} // namespace

TEST_CASE("archives of other programs are read, at every split point")
{
    for (auto const& [maker, base64] : unit::zip_archives) {
        CAPTURE(maker);
        std::string const archive = decode_base64(base64).value();
        for (std::size_t piece = 1; piece <= archive.size(); ++piece) {
            CAPTURE(piece);
            auto const out = unzip(archive, piece);
            CHECK(!out.failed.code());
            CHECK(out.entries == sample());
        }
    }
}

TEST_CASE("sizes stand before or behind an entry, in 32 or 64 bits, with a signature or without")
{
    for (auto const& form : forms())
        for (bool const zip64_end : {false, true}) {
            std::string const archive = archive_of(sample(), form, zip64_end);
            for (std::size_t piece = 1; piece <= archive.size(); piece += piece < 70 ? 1 : 50) {
                auto const out = unzip(archive, piece);
                CHECK(!out.failed.code());
                CHECK(out.entries == sample());
            }
        }
}

TEST_CASE("an entry tells its name from the beginning, and its size where that is known")
{
    zip_entry_form before;
    before.where = zip_entry_form::sizes::before;
    zip_writer writer;
    writer.add("folder/", "", before);
    writer.add("known.txt", "four", before);
    writer.add("unknown.txt", "four");
    std::string const archive = writer.finish();
    zip_reader reader;
    reader.feed(archive).value();
    std::vector<std::string> told;
    while (auto const event = reader.next().value()) {
        if (event->what == zip_event::kind::begin)
            told.push_back(event->entry->name + ' ' +
                           std::to_string(event->entry->size.value_or(999)) +
                           (event->entry->is_folder() ? " folder" : ""));
        if (event->what == zip_event::kind::data)
            CHECK(event->data == "four");
    }
    CHECK(told == std::vector<std::string>{"folder/ 0 folder", "known.txt 4", "unknown.txt 999"});
    CHECK(reader.done());
    CHECK(reader.finish());
}

TEST_CASE("an archive without entries is one")
{
    for (bool const zip64_end : {false, true}) {
        auto const out = unzip(archive_of({}, {}, zip64_end), 5);
        CHECK(!out.failed.code());
        CHECK(out.entries.empty());
    }
}

TEST_CASE("stored content may look like the sizes behind it")
{
    zip_entry_form stored;
    stored.level = 0;
    std::string const inner = archive_of(sample(), stored);
    files const content{{"inner.zip", inner + inner},
                        {"signs", "PK\x07\x08PK\x07PPK\x07\x08PKPPPP"},
                        {"more", std::string(300, 'P') + "PK\x07"}};
    std::string const archive = archive_of(content, stored);
    for (std::size_t piece = 1; piece <= archive.size(); piece += piece < 70 ? 1 : 50) {
        auto const out = unzip(archive, piece);
        CHECK(!out.failed.code());
        bool const same = out.entries == content;
        CHECK(same);
    }
}

TEST_CASE("an archive that is cut anywhere is truncated")
{
    for (auto const& form : forms())
        for (bool const zip64_end : {false, true}) {
            std::string const archive = archive_of(sample(), form, zip64_end);
            for (std::size_t size = 0; size < archive.size(); ++size) {
                auto const out = unzip(std::string_view{archive}.substr(0, size), 64);
                CHECK(out.failed == errc::truncated);
                CHECK(out.failed == condition::transport);
            }
        }
}

TEST_CASE("a byte that is changed is found, or changes nothing that is given")
{
    std::size_t found = 0;
    std::size_t harmless = 0;
    for (auto const& form : forms())
        for (bool const zip64_end : {false, true}) {
            std::string const archive = archive_of(sample(), form, zip64_end);
            for (std::size_t at = 0; at < archive.size(); ++at)
                for (unsigned const change : {1U, 128U, 255U}) {
                    std::string damaged = archive;
                    damaged[at] =
                        static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
                    auto const out = unzip(damaged, damaged.size());
                    bool const same = out.entries == sample();
                    CHECK((out.failed.code() || same));
                    ++(out.failed.code() ? found : harmless);
                }
        }
    // Dates, versions and attributes.
    CHECK(found > 3 * harmless);
}

TEST_CASE("bytes behind the end are an error, and so is what is no archive")
{
    std::string const archive = archive_of(sample(), {});
    CHECK(error_of(archive + "x") == errc::bad_content);
    CHECK(unit::contains(error_of(archive + archive).info().message, "behind its end"));
    for (std::string_view const other : {"<html>no</html>", R"({"message":"no"})", "PK\1\1xxxx"}) {
        CHECK(error_of(other) == errc::bad_content);
        CHECK(unit::contains(error_of(other).info().message, "no zip archive"));
    }
    CHECK(error_of("") == errc::truncated);
}

TEST_CASE("a comment at the end belongs to the archive")
{
    std::string archive = archive_of(sample(), {});
    archive[archive.size() - 2] = 9;
    CHECK(error_of(archive) == errc::truncated);
    CHECK(!error_of(archive + "123456789").code());
    CHECK(error_of(archive + "123456789x") == errc::bad_content);
}

TEST_CASE("encryption, other compressions and archives in parts are not supported")
{
    zip_entry_form before;
    before.where = zip_entry_form::sizes::before;
    std::string const archive = archive_of(sample(), before);
    auto e = error_of(with(archive, 6, "\1"));
    CHECK(e == errc::unsupported);
    CHECK(unit::contains(e.info().message, "encrypted"));
    CHECK(error_of(with(archive, 6, "\x20")) == errc::unsupported);
    CHECK(error_of(with(archive, 7, "\x20")) == errc::unsupported);
    e = error_of(with(archive, 8, "\x0e"));
    CHECK(e == errc::unsupported);
    CHECK(unit::contains(e.info().message, "method 14"));
    CHECK(error_of(with(archive, archive.size() - 18, "\1")) == errc::unsupported);
}

TEST_CASE("a directory that tells of other entries is found")
{
    zip_entry_form stored;
    stored.where = zip_entry_form::sizes::before;
    stored.level = 0;
    std::string const one = archive_of({{"a", "x"}}, stored);
    std::string const two = archive_of({{"a", "x"}, {"b", "y"}}, stored);
    std::size_t const entry = one.find("PK\1\2");
    // An entry that the directory lacks, and one that it alone has.
    CHECK(error_of(one.substr(0, entry) + one) == errc::bad_content);
    CHECK(error_of(two.substr(0, entry) + two.substr(two.find("PK\1\2"))) == errc::bad_content);
    // An entry behind the directory has begun.
    CHECK(error_of(one.substr(0, one.find("PK\5\6")) + one) == errc::bad_content);
    // The order in the directory is free.
    std::size_t const first = two.find("PK\1\2");
    std::size_t const second = two.find("PK\1\2", first + 1);
    std::size_t const end = two.find("PK\5\6");
    std::string const swapped = two.substr(0, first) + two.substr(second, end - second) +
                                two.substr(first, second - first) + two.substr(end);
    CHECK(!error_of(swapped).code());
}

TEST_CASE("archives that would do harm are refused at their limits")
{
    zip_limits limits;
    limits.name_bytes = 8;
    zip_writer names;
    names.add("123456789", "x");
    auto e = error_of(names.finish(), limits);
    CHECK(e == errc::body_too_large);
    CHECK(unit::contains(e.info().message, "zip_limits::name_bytes"));

    limits = {};
    limits.entries = 2;
    e = error_of(archive_of(sample(), {}), limits);
    CHECK(e == errc::body_too_large);
    CHECK(unit::contains(e.info().message, "zip_limits::entries"));

    limits = {};
    limits.entry_bytes = 100;
    for (auto const& form : forms()) {
        e = error_of(archive_of(sample(), form), limits);
        CHECK(e == errc::body_too_large);
        CHECK(unit::contains(e.info().message, "zip_limits::entry_bytes"));
    }

    std::string const bomb = archive_of({{"bomb", std::string(20'000'000, '0')}}, {});
    REQUIRE(bomb.size() < 22'000);
    e = unzip(bomb, 1000).failed;
    CHECK(e == errc::body_too_large);
    CHECK(unit::contains(e.info().message, "zip_limits::ratio"));
    limits = {};
    limits.ratio = 2000;
    CHECK(!unzip(bomb, 1000, limits).failed.code());
}

TEST_CASE("the last error is given again")
{
    zip_reader reader;
    reader.feed("nonsense").value();
    CHECK(reader.next().error() == errc::bad_content);
    CHECK(reader.next().error() == errc::bad_content);
    CHECK(reader.feed("PK").error() == errc::bad_content);
    CHECK(reader.finish().error() == errc::bad_content);
    CHECK(!reader.done());

    zip_reader behind;
    std::string const more = archive_of({}, {}) + "x";
    behind.feed(more).value();
    CHECK(behind.next().error() == errc::bad_content);
    CHECK(!behind.done()); // though its end has come
}

TEST_CASE("a damaged entry is named, in letters that do no harm")
{
    zip_entry_form before;
    before.where = zip_entry_form::sizes::before;
    before.level = 0;
    std::string archive = archive_of({{"a\nb\x1b", "content"}}, before);
    archive[archive.find("content")] = 'C';
    auto const e = error_of(archive);
    CHECK(e == errc::bad_content);
    CHECK(unit::contains(e.info().message, R"(in 'a\x0ab\x1b')"));
}
