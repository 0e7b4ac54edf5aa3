// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_ZIP_WRITER_HPP
#define INFERPP_TESTING_ZIP_WRITER_HPP

#include <inferpp/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

/// How an entry of a zip archive is written.
struct zip_entry_form {
    zip_entry_form() = default;

    /// Where its checksum and sizes stand.
    enum class sizes {
        before,                   ///< in its header, as programs that can seek do
        behind,                   ///< behind it, as programs that stream do
        behind_without_signature, ///< the same without the four bytes "PK\7\8"
    };

    sizes where = sizes::behind;
    bool zip64 = false; ///< sizes have 64 bits
    int level = 6;      ///< of the compression, 1 to 9; 0: stored as it is
};

/**
 * @brief Writes zip archives, for simulators and tests.
 *
 * @code
 * zip_writer archive;
 * archive.add("a.txt", "content");
 * std::string const bytes = archive.finish();
 * @endcode
 */
class zip_writer {
public:
    zip_writer() = default;

    INFERPP_DECL void add(std::string_view name, std::string_view content,
                          zip_entry_form const& form = {});

    /// Adds the directory. @param zip64 with an end record of 64 bits, as large archives have
    /// @return the archive
    INFERPP_DECL std::string finish(bool zip64 = false);

private:
    std::string out_;
    std::string directory_;
    std::size_t count_ = 0;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/zip_writer.ipp>
#endif

#endif
