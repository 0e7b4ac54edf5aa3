// SPDX-License-Identifier: BSL-1.0
//
// How the archive of an export is read. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_ANNOLAB_EXPORT_READER_HPP
#define INFERPP_PROVIDERS_ANNOLAB_EXPORT_READER_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/codec/ndjson.hpp>
#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/providers/annolab/provider.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::annolab {

/// What a file in an archive is.
enum class export_part : unsigned char {
    annotations,
    sources,
    layers,
    relations,
    types,
    text_bounds,
    file, ///< none of these lists
};

/// A line of a list, or a piece of a file.
struct export_piece {
    export_piece() = default;

    export_part part = export_part::file;
    std::string path;
    std::string text;
    std::size_t line = 0; ///< from 1
    bool last = false;    ///< of a file
};

/// Takes an archive apart while it comes in.
class export_reader {
public:
    /// @param wants whether lists of that kind, or files, are given
    export_reader(pulled_body body, zip_limits const& archives, std::size_t line_limit,
                  bool (*wants)(export_part))
        : body_(std::move(body)),
          zip_(archives),
          line_limit_(line_limit),
          wants_(wants),
          lines_(line_limit)
    {
    }

    /// The next piece; nothing at the archive's end. @throws failure
    INFERPP_DECL boost::asio::awaitable<std::optional<export_piece>> next();

    /// Whether the archive has had such a list so far.
    bool has_had(export_part part) const noexcept
    {
        return (seen_ >> static_cast<unsigned>(part) & 1U) != 0;
    }

private:
    INFERPP_DECL std::optional<export_piece> take(zip_event const& event);
    [[noreturn]] INFERPP_DECL void end_of_body();

    pulled_body body_;
    zip_reader zip_;
    std::size_t line_limit_;
    bool (*wants_)(export_part);
    ndjson_decoder lines_;
    export_piece now_;
    bool wanted_ = false;
    unsigned seen_ = 0; ///< a bit for each `export_part`
};

/// The error of a line that is no record: which it is, and where the fault lies in it.
INFERPP_DECL error line_error(error fault, export_piece const& piece);

/// The record in a line. @throws failure
template <class T>
T read_line(export_piece const& piece)
{
    auto read = decode_json<T>(std::string_view{piece.text});
    if (!read)
        throw failure{line_error(read.error(), piece)};
    return std::move(*read);
}

/// The error that is being handled, with what belongs to it. @pre called in a catch block
INFERPP_DECL error export_error(operation_info const& info);

/// Opens an archive. The timeout of `call`, where there is one, is that of the whole.
INFERPP_DECL boost::asio::awaitable<export_reader> open_export(client with, std::string url,
                                                               bool (*wants)(export_part),
                                                               call_options call);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/export_reader.ipp>
#endif

#endif
