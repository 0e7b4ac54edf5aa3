// SPDX-License-Identifier: BSL-1.0
//
// The files of models on the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_FILES_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_FILES_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

inline constexpr std::uint32_t decthings_kind_bits = 0170000;

inline bool decthings_is_folder(std::uint32_t mode)
{
    return (mode & decthings_kind_bits) == 0040000;
}

/// The files of a model, or of one of its snapshots or versions.
INFERPP_DECL decthings_simulator::platform::filesystem& decthings_simulator::platform::files_of(
    call const& with)
{
    model& of = find_model(with);
    if (options.generation == decthings_simulator_options::interface::versions) {
        if (with.find("versionId") != nullptr)
            find_version(of, with);
        return of.files; // versions keep no files of their own here
    }
    return with.find("snapshotId") != nullptr ? find_snapshot(of, with).files : of.files;
}

INFERPP_DECL decthings_simulator::platform::file& decthings_simulator::platform::find_file(
    filesystem& in, std::uint64_t inode)
{
    auto const found = in.files.find(inode);
    if (found == in.files.end())
        throw refusal{"ESTALE"};
    return found->second;
}

INFERPP_DECL decthings_simulator::platform::file& decthings_simulator::platform::find_folder(
    filesystem& in, std::uint64_t inode)
{
    file& found = find_file(in, inode);
    if (!decthings_is_folder(found.mode))
        throw refusal{"ENOTDIR"};
    return found;
}

INFERPP_DECL std::uint64_t decthings_simulator::platform::child(filesystem& in,
                                                                std::uint64_t folder,
                                                                std::string const& name)
{
    auto const& names = find_folder(in, folder).names;
    auto const found = names.find(name);
    if (found == names.end())
        throw refusal{"ENOENT"};
    return found->second;
}

INFERPP_DECL boost::json::object decthings_simulator::platform::stat(file const& which) const
{
    constexpr std::uint64_t block = 512;
    return {{"mode", which.mode},      {"nlink", which.links},
            {"rdev", which.device},    {"size", which.content.size()},
            {"blksize", 4096},         {"blocks", (which.content.size() + block - 1) / block},
            {"atime", which.accessed}, {"atime_nsec", which.accessed_nsec},
            {"mtime", which.changed},  {"mtime_nsec", which.changed_nsec},
            {"ctime", which.changed},  {"ctime_nsec", which.changed_nsec}};
}

INFERPP_DECL boost::json::object decthings_simulator::platform::entry(filesystem& in,
                                                                      std::uint64_t inode) const
{
    return {{"inode", inode}, {"stat", stat(find_file(in, inode))}};
}

INFERPP_DECL std::uint64_t decthings_simulator::platform::add_file(filesystem& in,
                                                                   std::uint64_t folder,
                                                                   std::string const& name,
                                                                   std::uint32_t mode)
{
    if (find_folder(in, folder).names.contains(name))
        throw refusal{"EEXIST"};
    std::uint64_t const inode = in.next++;
    file& made = in.files[inode];
    made.mode = mode;
    made.accessed = made.changed =
        std::chrono::floor<std::chrono::seconds>(today.time_since_epoch()).count();
    find_folder(in, folder).names[name] = inode;
    return inode;
}

/// A name of a file is gone; so is the file, with all below it, if that was its last.
INFERPP_DECL void decthings_simulator::platform::drop(filesystem& in, std::uint64_t inode)
{
    file& which = find_file(in, inode);
    if (--which.links > 0 && !decthings_is_folder(which.mode))
        return;
    auto const names = std::move(which.names);
    in.files.erase(inode);
    for (auto const& [name, below] : names)
        drop(in, below);
}

/// Whether a file is another one, or in it.
INFERPP_DECL bool decthings_simulator::platform::is_below(filesystem& in, std::uint64_t inode,
                                                          std::uint64_t folder)
{
    if (inode == folder)
        return true;
    for (auto const& [name, below] : find_file(in, folder).names)
        if (is_below(in, inode, below))
            return true;
    return false;
}

INFERPP_DECL std::uint64_t decthings_simulator::platform::copy_tree(filesystem& in,
                                                                    std::uint64_t inode)
{
    file copied = find_file(in, inode);
    copied.links = 1;
    for (auto& [name, below] : copied.names)
        below = copy_tree(in, below);
    std::uint64_t const made = in.next++;
    in.files[made] = std::move(copied);
    return made;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_lookup(
    call& with)
{
    filesystem& in = files_of(with);
    return entry(in, child(in, with.number("parent"), read_name(with, "name")));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_getattr(
    call& with)
{
    return object{{"stat", stat(find_file(files_of(with), with.number("inode")))}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_setattr(
    call& with)
{
    file& which = find_file(files_of(with), with.number("inode"));
    if (auto const size = with.number_if("size")) {
        constexpr std::uint64_t largest = 1ULL << 30;
        if (decthings_is_folder(which.mode))
            throw refusal{"EISDIR"};
        if (*size > largest)
            throw refusal{"EFBIG"};
        which.content.resize(static_cast<std::size_t>(*size));
    }
    if (auto const mode = with.number_if("mode"))
        which.mode = (which.mode & decthings_kind_bits) |
                     (static_cast<std::uint32_t>(*mode) & ~decthings_kind_bits);
    auto const set_time = [&](std::string_view name, std::int64_t& seconds, std::int64_t& rest) {
        if (auto const* const time = with.part_if(name)) {
            seconds = time->at("sec").to_number<std::int64_t>();
            rest = time->at("nsec").to_number<std::int64_t>();
        }
    };
    set_time("atime", which.accessed, which.accessed_nsec);
    set_time("mtime", which.changed, which.changed_nsec);
    return object{{"stat", stat(which)}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_mknod(
    call& with)
{
    filesystem& in = files_of(with);
    auto const mode = static_cast<std::uint32_t>(with.number("mode"));
    std::uint64_t const device = with.number("dev");
    std::uint64_t const inode = add_file(in, with.number("parent"), read_name(with, "name"),
                                         (mode & decthings_kind_bits) == 0 ? mode | 0100000 : mode);
    in.files[inode].device = device;
    return entry(in, inode);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_read(
    call& with)
{
    file const& which = find_file(files_of(with), with.number("inode"));
    if (decthings_is_folder(which.mode))
        throw refusal{"EISDIR"};
    std::uint64_t const offset =
        (std::min<std::uint64_t>)(with.number("offset"), which.content.size());
    std::uint64_t const count =
        (std::min<std::uint64_t>)(with.number("count"), which.content.size() - offset);
    reply answer;
    answer.blobs.push_back(
        which.content.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(count)));
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_write(
    call& with)
{
    with.expect_blobs(1);
    model const& of = find_model(with);
    filesystem& in = files_of(with);
    file& which = find_file(in, with.number("inode"));
    if (decthings_is_folder(which.mode))
        throw refusal{"EISDIR"};
    std::string const& data = with.blobs[0];
    std::uint64_t const offset = with.number("offset");
    constexpr std::uint64_t mebibyte = 1 << 20;
    std::uint64_t const room =
        of.fields.at("filesystemSizeMebibytes").to_number<std::uint64_t>() * mebibyte;
    if (offset > room || data.size() > room - offset)
        throw refusal{"ENOSPC"};
    auto const at = static_cast<std::size_t>(offset);
    if (which.content.size() < at + data.size())
        which.content.resize(at + data.size());
    which.content.replace(at, data.size(), data);
    if (with.flag("truncate", false))
        which.content.resize(at + data.size());
    return object{{"bytesWritten", data.size()}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_symlink(
    call& with)
{
    filesystem& in = files_of(with);
    auto const link = decode_base64(with.text("link"));
    if (!link)
        call::refuse("link", "expected base64");
    std::uint64_t const inode =
        add_file(in, with.number("parent"), read_name(with, "name"), 0120777);
    in.files[inode].content = *link;
    return entry(in, inode);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_readlink(
    call& with)
{
    file const& which = find_file(files_of(with), with.number("inode"));
    if ((which.mode & decthings_kind_bits) != 0120000)
        throw refusal{"EINVAL"};
    reply answer;
    answer.blobs.push_back(which.content);
    return answer;
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_mkdir(
    call& with)
{
    filesystem& in = files_of(with);
    auto const mode = static_cast<std::uint32_t>(with.number("mode"));
    return entry(in, add_file(in, with.number("parent"), read_name(with, "name"),
                              (mode & ~decthings_kind_bits) | 0040000));
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_unlink(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const folder = with.number("parent");
    std::string const name = read_name(with, "name");
    std::uint64_t const inode = child(in, folder, name);
    if (decthings_is_folder(find_file(in, inode).mode))
        throw refusal{"EISDIR"};
    find_folder(in, folder).names.erase(name);
    drop(in, inode);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_rmdir(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const folder = with.number("parent");
    std::string const name = read_name(with, "name");
    std::uint64_t const inode = child(in, folder, name);
    if (!find_folder(in, inode).names.empty())
        throw refusal{"ENOTEMPTY"};
    find_folder(in, folder).names.erase(name);
    drop(in, inode);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_rmdir_all(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const folder = with.number("parent");
    std::string const name = read_name(with, "name");
    std::uint64_t const inode = child(in, folder, name);
    find_folder(in, inode);
    find_folder(in, folder).names.erase(name);
    drop(in, inode);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_rename(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const folder = with.number("parent");
    std::uint64_t const new_folder = with.number("newparent");
    std::string const name = read_name(with, "name");
    std::string const new_name = read_name(with, "newname");
    std::uint64_t const inode = child(in, folder, name);
    auto const& there = find_folder(in, new_folder).names;
    if (is_below(in, new_folder, inode))
        throw refusal{"EINVAL"};
    if (auto const taken = there.find(new_name); taken != there.end() && taken->second != inode) {
        constexpr std::uint64_t no_replace = 1; // of renameat2
        std::uint64_t const other = taken->second;
        if ((with.number_if("flags").value_or(0) & no_replace) != 0)
            throw refusal{"EEXIST"};
        file const& old = find_file(in, other);
        bool const folders[] = {decthings_is_folder(old.mode),
                                decthings_is_folder(find_file(in, inode).mode)};
        if (folders[0] != folders[1])
            throw refusal{folders[0] ? "EISDIR" : "ENOTDIR"};
        if (!old.names.empty())
            throw refusal{"ENOTEMPTY"};
        drop(in, other);
    }
    find_folder(in, folder).names.erase(name);
    find_folder(in, new_folder).names[new_name] = inode;
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_link(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const inode = with.number("inode");
    std::uint64_t const folder = with.number("newparent");
    std::string const name = read_name(with, "newname");
    file& which = find_file(in, inode);
    if (decthings_is_folder(which.mode))
        throw refusal{"EPERM"};
    if (!find_folder(in, folder).names.try_emplace(name, inode).second)
        throw refusal{"EEXIST"};
    ++which.links;
    return object{{"stat", stat(which)}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_readdir(
    call& with)
{
    filesystem& in = files_of(with);
    array entries;
    for (auto const& [name, inode] : find_folder(in, with.number("inode")).names) {
        std::string basename;
        append_base64(name, basename);
        // As readdir(3) has it: the bits of the mode that say the kind, moved to the right.
        entries.push_back({{"basename", basename},
                           {"filetype", find_file(in, inode).mode >> 12},
                           {"ino", inode}});
    }
    return object{{"entries", entries}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::fs_copy(
    call& with)
{
    filesystem& in = files_of(with);
    std::uint64_t const inode = with.number("inode");
    std::uint64_t const folder = with.number("newparent");
    std::string const name = read_name(with, "newname");
    find_file(in, inode);
    if (find_folder(in, folder).names.contains(name))
        throw refusal{"EEXIST"};
    std::uint64_t const made = copy_tree(in, inode);
    find_folder(in, folder).names[name] = made;
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_accounts.ipp>
#endif

#endif
