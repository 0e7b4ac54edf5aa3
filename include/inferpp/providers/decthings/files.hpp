// SPDX-License-Identifier: BSL-1.0
//
// The file system of a model, by inodes as POSIX has them. Errors have the names of errno, see
// `api_code`.

#ifndef INFERPP_PROVIDERS_DECTHINGS_FILES_HPP
#define INFERPP_PROVIDERS_DECTHINGS_FILES_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The name of a file, or where a link leads: any bytes, which travel as base64.
class file_name {
public:
    file_name() = default;
    file_name(std::string name) noexcept : name_(std::move(name)) {}
    file_name(char const* name) : name_(name) {}

    std::string const& str() const noexcept { return name_; }

    INFERPP_DECL static result<file_name> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

    friend bool operator==(file_name const&, file_name const&) noexcept = default;

private:
    std::string name_;
};

/// The inode of the folder in which all others are, by the custom of FUSE; the platform does not
/// say.
inline constexpr std::uint64_t root_inode = 1;

/// What is known of a file, as `stat` has it.
struct file_stat {
    file_stat() = default;

    std::uint32_t mode = 0; ///< its kind and permissions
    std::uint64_t nlink = 0;
    std::uint64_t rdev = 0;
    std::uint64_t size = 0; ///< bytes
    std::uint64_t blksize = 0;
    std::uint64_t blocks = 0;
    std::int64_t atime = 0; ///< seconds from 1970 on, as the others
    std::int64_t atime_nsec = 0;
    std::int64_t mtime = 0;
    std::int64_t mtime_nsec = 0;
    std::int64_t ctime = 0;
    std::int64_t ctime_nsec = 0;
};
BOOST_DESCRIBE_STRUCT(file_stat, (),
                      (mode, nlink, rdev, size, blksize, blocks, atime, atime_nsec, mtime,
                       mtime_nsec, ctime, ctime_nsec))

constexpr json_rules json_rules_of(file_stat const*) noexcept
{
    return {};
}

/// A file and what is known of it.
struct file_entry {
    file_entry() = default;

    std::uint64_t inode = 0;
    file_stat stat;
};
BOOST_DESCRIBE_STRUCT(file_entry, (), (inode, stat))

/// What is known of a file.
struct file_attributes {
    file_attributes() = default;

    file_stat stat;
};
BOOST_DESCRIBE_STRUCT(file_attributes, (), (stat))

/// Whose file system is read: a model's as it is now, or as it was in a snapshot or, in the later
/// generation, a version; these two exclude each other.
struct of_filesystem {
    explicit of_filesystem(std::string model) : model_id(std::move(model)) {}

    std::string model_id;
    std::optional<std::string> snapshot_id;
    std::optional<std::string> version_id;

    /// Names the member that can't be valid.
    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(of_filesystem, (), (model_id, snapshot_id, version_id))

/// The name of a file in a folder.
struct of_name {
    of_name(std::uint64_t folder, file_name file) : parent(folder), name(std::move(file)) {}

    std::uint64_t parent; ///< inode
    file_name name;       ///< without slashes

    /// Refuses an empty name, and one with a slash.
    result<void> check() const { return check_name("name", name); }

    INFERPP_DECL static result<void> check_name(std::string_view member, file_name const& name);
};
BOOST_DESCRIBE_STRUCT(of_name, (), (parent, name))

// --- reading -------------------------------------------------------------------------------------

/// FS/lookup: the file of a name. *Source*: wire notes 9
struct lookup_file : call<lookup_file, file_entry>, of_filesystem, of_name {
    static constexpr operation_info info = rpc("lookup_file", "FS/lookup");

    lookup_file(std::string model, std::uint64_t folder, file_name file)
        : of_filesystem(std::move(model)),
          of_name(folder, std::move(file))
    {
    }

    result<void> validate() const { return first_error({of_filesystem::validate(), check()}); }
};
BOOST_DESCRIBE_STRUCT(lookup_file, (of_filesystem, of_name), ())

/// FS/getattr. *Source*: wire notes 9
struct get_file_attributes : call<get_file_attributes, file_attributes>, of_filesystem {
    static constexpr operation_info info = rpc("get_file_attributes", "FS/getattr");

    get_file_attributes(std::string model, std::uint64_t file)
        : of_filesystem(std::move(model)),
          inode(file)
    {
    }

    std::uint64_t inode;
};
BOOST_DESCRIBE_STRUCT(get_file_attributes, (of_filesystem), (inode))

/// Bytes in an answer.
struct file_content {
    file_content() = default;

    shared_bytes data;

    INFERPP_DECL result<void> attach(blob_reader& blobs);
};
BOOST_DESCRIBE_STRUCT(file_content, (), ())

/// FS/read: so many bytes from an offset on, fewer at the end of the file. *Source*: wire notes 9
struct read_file : call<read_file, file_content>, of_filesystem {
    static constexpr operation_info info = rpc("read_file", "FS/read");

    read_file(std::string model, std::uint64_t file, std::uint64_t from, std::uint64_t bytes)
        : of_filesystem(std::move(model)),
          inode(file),
          offset(from),
          count(bytes)
    {
    }

    std::uint64_t inode;
    std::uint64_t offset;
    std::uint64_t count;
};
BOOST_DESCRIBE_STRUCT(read_file, (of_filesystem), (inode, offset, count))

/// FS/readlink: where a symbolic link leads. *Source*: wire notes 9
struct read_link : call<read_link, file_content>, of_filesystem {
    static constexpr operation_info info = rpc("read_link", "FS/readlink");

    read_link(std::string model, std::uint64_t link) : of_filesystem(std::move(model)), inode(link)
    {
    }

    std::uint64_t inode;
};
BOOST_DESCRIBE_STRUCT(read_link, (of_filesystem), (inode))

/// A file in a folder.
struct folder_entry {
    folder_entry() = default;

    file_name basename;
    std::uint32_t filetype = 0; ///< as `dirent::d_type` has it
    std::uint64_t ino = 0;
};
BOOST_DESCRIBE_STRUCT(folder_entry, (), (basename, filetype, ino))

/// The files in a folder.
struct folder_content {
    folder_content() = default;

    std::vector<folder_entry> entries;
};
BOOST_DESCRIBE_STRUCT(folder_content, (), (entries))

/// FS/readdir: the files in a folder. *Source*: wire notes 9
struct read_folder : call<read_folder, folder_content>, of_filesystem {
    static constexpr operation_info info = rpc("read_folder", "FS/readdir");

    read_folder(std::string model, std::uint64_t folder)
        : of_filesystem(std::move(model)),
          inode(folder)
    {
    }

    std::uint64_t inode;
};
BOOST_DESCRIBE_STRUCT(read_folder, (of_filesystem), (inode))

// --- changing ------------------------------------------------------------------------------------

/// A point in time, as files have it.
struct file_time {
    file_time() = default;
    file_time(std::int64_t whole, std::int64_t nanoseconds) : sec(whole), nsec(nanoseconds) {}

    std::int64_t sec = 0; ///< from 1970 on
    std::int64_t nsec = 0;
};
BOOST_DESCRIBE_STRUCT(file_time, (), (sec, nsec))

/// FS/setattr: changes what is given. *Source*: wire notes 9
struct set_file_attributes : call<set_file_attributes, file_attributes> {
    static constexpr operation_info info = rpc("set_file_attributes", "FS/setattr");

    set_file_attributes(std::string model, std::uint64_t file)
        : model_id(std::move(model)),
          inode(file)
    {
    }

    std::string model_id;
    std::uint64_t inode;
    std::optional<std::uint32_t> mode;
    std::optional<std::uint64_t> size;
    std::optional<file_time> atime;
    std::optional<file_time> mtime;
};
BOOST_DESCRIBE_STRUCT(set_file_attributes, (), (model_id, inode, mode, size, atime, mtime))

/// How many bytes were written.
struct written_bytes {
    written_bytes() = default;

    std::uint64_t bytes_written = 0;
};
BOOST_DESCRIBE_STRUCT(written_bytes, (), (bytes_written))

/// FS/write: bytes from an offset on. *Source*: wire notes 9
struct write_file : call<write_file, written_bytes> {
    static constexpr operation_info info = rpc("write_file", "FS/write");

    write_file(std::string model, std::uint64_t file, shared_bytes content, std::uint64_t at = 0)
        : model_id(std::move(model)),
          inode(file),
          offset(at),
          data(std::move(content))
    {
    }

    std::string model_id;
    std::uint64_t inode;
    std::uint64_t offset;
    std::optional<bool> truncate; ///< whether the file ends behind them
    shared_bytes data;

    attachments blobs() const { return attach_one(data); }
};
BOOST_DESCRIBE_STRUCT(write_file, (), (model_id, inode, offset, truncate))

/// What names a file that is to be, or to be no more, in a folder of a model.
struct named_file : of_name {
    named_file(std::string model, std::uint64_t folder, file_name file)
        : of_name(folder, std::move(file)),
          model_id(std::move(model))
    {
    }

    std::string model_id;

    result<void> validate() const
    {
        return first_error({check_given("model_id", model_id), check()});
    }
};
BOOST_DESCRIBE_STRUCT(named_file, (of_name), (model_id))

/// FS/mknod: a file. *Source*: wire notes 9
struct make_file : call<make_file, file_entry>, named_file {
    static constexpr operation_info info = rpc("make_file", "FS/mknod", idempotency::unsafe);
    using named_file::named_file;

    std::uint32_t mode = 0100644; ///< its kind and permissions
    std::uint64_t dev = 0;
};
BOOST_DESCRIBE_STRUCT(make_file, (named_file), (mode, dev))

/// FS/mkdir: a folder. *Source*: wire notes 9
struct make_folder : call<make_folder, file_entry>, named_file {
    static constexpr operation_info info = rpc("make_folder", "FS/mkdir", idempotency::unsafe);
    using named_file::named_file;

    std::uint32_t mode = 0755; ///< its permissions
};
BOOST_DESCRIBE_STRUCT(make_folder, (named_file), (mode))

/// FS/symlink: a symbolic link. *Source*: wire notes 9
struct make_symbolic_link : call<make_symbolic_link, file_entry>, named_file {
    static constexpr operation_info info =
        rpc("make_symbolic_link", "FS/symlink", idempotency::unsafe);

    make_symbolic_link(std::string model, std::uint64_t folder, file_name file, file_name to)
        : named_file(std::move(model), folder, std::move(file)),
          link(std::move(to))
    {
    }

    file_name link;
};
BOOST_DESCRIBE_STRUCT(make_symbolic_link, (named_file), (link))

/// FS/unlink: removes a file. *Source*: wire notes 9
struct remove_file : call<remove_file, nothing>, named_file {
    static constexpr operation_info info = rpc("remove_file", "FS/unlink", idempotency::unsafe);
    using named_file::named_file;
};
BOOST_DESCRIBE_STRUCT(remove_file, (named_file), ())

/// FS/rmdir: removes an empty folder. *Source*: wire notes 9
struct remove_folder : call<remove_folder, nothing>, named_file {
    static constexpr operation_info info = rpc("remove_folder", "FS/rmdir", idempotency::unsafe);
    using named_file::named_file;
};
BOOST_DESCRIBE_STRUCT(remove_folder, (named_file), ())

/// FS/rmdirAll: removes a folder and all that is in it. *Source*: wire notes 9
struct remove_tree : call<remove_tree, nothing>, named_file {
    static constexpr operation_info info = rpc("remove_tree", "FS/rmdirAll", idempotency::unsafe);
    using named_file::named_file;
};
BOOST_DESCRIBE_STRUCT(remove_tree, (named_file), ())

/// FS/rename: into a folder, under a name there. *Source*: wire notes 9
struct rename_file : call<rename_file, nothing>, named_file {
    static constexpr operation_info info = rpc("rename_file", "FS/rename", idempotency::unsafe);

    rename_file(std::string model, std::uint64_t folder, file_name file, std::uint64_t new_folder,
                file_name new_file)
        : named_file(std::move(model), folder, std::move(file)),
          newparent(new_folder),
          newname(std::move(new_file))
    {
    }

    std::uint64_t newparent; ///< inode
    file_name newname;
    std::optional<std::uint32_t> flags; ///< as `renameat2` has them

    result<void> validate() const
    {
        return first_error({named_file::validate(), check_name("newname", newname)});
    }
};
BOOST_DESCRIBE_STRUCT(rename_file, (named_file), (newparent, newname, flags))

/// What puts a file that there is into a folder, under a name there.
struct placed_file {
    placed_file(std::string model, std::uint64_t file, std::uint64_t new_folder, file_name new_file)
        : model_id(std::move(model)),
          inode(file),
          newparent(new_folder),
          newname(std::move(new_file))
    {
    }

    std::string model_id;
    std::uint64_t inode;
    std::uint64_t newparent; ///< inode
    file_name newname;

    result<void> validate() const
    {
        return first_error(
            {check_given("model_id", model_id), of_name::check_name("newname", newname)});
    }
};
BOOST_DESCRIBE_STRUCT(placed_file, (), (model_id, inode, newparent, newname))

/// FS/link: another name for a file. *Source*: wire notes 9
struct link_file : call<link_file, file_attributes>, placed_file {
    static constexpr operation_info info = rpc("link_file", "FS/link", idempotency::unsafe);
    using placed_file::placed_file;
};
BOOST_DESCRIBE_STRUCT(link_file, (placed_file), ())

/// FS/copy. *Source*: wire notes 9
struct copy_file : call<copy_file, nothing>, placed_file {
    static constexpr operation_info info = rpc("copy_file", "FS/copy", idempotency::unsafe);
    using placed_file::placed_file;
};
BOOST_DESCRIBE_STRUCT(copy_file, (placed_file), ())

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<lookup_file> && !fragile_temporary<get_file_attributes> &&
              !fragile_temporary<read_file> && !fragile_temporary<read_link> &&
              !fragile_temporary<read_folder> && !fragile_temporary<set_file_attributes> &&
              !fragile_temporary<write_file> && !fragile_temporary<make_file> &&
              !fragile_temporary<make_folder> && !fragile_temporary<make_symbolic_link> &&
              !fragile_temporary<remove_file> && !fragile_temporary<remove_folder> &&
              !fragile_temporary<remove_tree> && !fragile_temporary<rename_file> &&
              !fragile_temporary<link_file> && !fragile_temporary<copy_file>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/files.ipp>
#endif

#endif
