// SPDX-License-Identifier: BSL-1.0
//
// What the archive of a project holds, one record at a time, while it is downloaded.

#ifndef INFERPP_PROVIDERS_ANNOLAB_EXPORT_RECORDS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_EXPORT_RECORDS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/annolab/exports.hpp>

#include <variant>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A line of "*.sources.jsonl".
struct exported_source {
    exported_source() = default;

    std::int64_t source_id = 0;
    std::string source_name;
    std::string directory_name;
    std::string type; ///< "text" or "pdf"
    std::string text;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_source, (),
                      (source_id, source_name, directory_name, type, text, more))

/// A line of "*.text-bounds.jsonl": where each character of a PDF's text stands.
struct exported_text_bounds {
    exported_text_bounds() = default;

    std::int64_t source_id = 0;
    boost::json::value text_bounds;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_text_bounds, (), (source_id, text_bounds, more))

/// A line of "*.annotations.jsonl".
struct exported_annotation {
    exported_annotation() = default;

    std::int64_t id = 0;
    std::int64_t source_id = 0;
    std::string type_name;
    std::string value;
    std::optional<text_range> offsets;
    std::optional<bounds> text_bounds;
    std::optional<bounds> image_bounds;
    std::string layer_name;
    std::optional<std::int64_t> page_number;
    std::optional<std::int64_t> end_page_number;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_annotation, (),
                      (id, source_id, type_name, value, offsets, text_bounds, image_bounds,
                       layer_name, page_number, end_page_number, more))

constexpr json_rules json_rules_of(exported_annotation const*)
{
    return json_rules{naming::camel_case}.required("source_id", "type_name");
}

/// A line of "*.layers.jsonl".
struct exported_layer {
    exported_layer() = default;

    std::string name;
    bool is_gold_set = false;
    std::string description;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_layer, (), (name, is_gold_set, description, more))

/// A line of "*.relations.jsonl".
struct exported_relation {
    exported_relation() = default;

    std::int64_t predecessor_id = 0;
    std::int64_t successor_id = 0;
    std::string type_name;
    std::string value;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_relation, (), (predecessor_id, successor_id, type_name, value, more))

/// A line of "*.atntypes.jsonl".
struct exported_type {
    exported_type() = default;

    std::string name;
    std::string color;
    bool is_relation = false;
    bool is_document_classification = false;
    std::string category;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(exported_type, (),
                      (name, color, is_relation, is_document_classification, category, more))

/// A piece of a file that is none of these: the PDF of a source, at "<directory>/<source>". The
/// pieces of a file come one after the other.
struct exported_file {
    exported_file() = default;

    std::string path; ///< as it stands in the archive: not fit for a path of one's own as it is
    bytes data;
    bool last = false; ///< the file has ended, and its checksum is right; `data` is empty
};

/// One record of an export.
using export_record =
    std::variant<exported_annotation, exported_source, exported_layer, exported_relation,
                 exported_type, exported_text_bounds, exported_file>;

/**
 * @brief Reads the archive of an export while it is downloaded: `client.stream(read_export{url})`.
 *
 * It is asked for without the API key, unless it lies at the configured origin. A record may have
 * `limits.event_bytes`, and the archive what `options::archives` says.
 *
 * @code
 * annolab::read_export const read{done.download_url};
 * auto records = co_await client.stream(read);
 * while (auto record = co_await records.next())
 *     if (auto const* source = std::get_if<annolab::exported_source>(&*record))
 *         std::cout << source->source_name << '\n';
 * @endcode
 *
 * *Errors*: `errc::bad_content` for a damaged archive, `errc::event_too_large`,
 * `errc::body_too_large`, `errc::truncated` and `errc::idle_timeout` of the connection.
 * *Source*: wire notes 4.10.
 */
struct read_export {
    using provider = annolab::provider;
    using response = export_record;
    using event = export_record;
    static constexpr operation_info info{.name = "read_export"};

    /// @param url where the archive lies
    explicit read_export(std::string url) : download_url(std::move(url)) {}

    std::string download_url;
    bool files = true; ///< whether files that are no lists of records are given

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static boost::asio::awaitable<event_stream<export_record>> perform(
        client with, read_export op, call_options call);
};

static_assert(!fragile_temporary<read_export>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/export_records.ipp>
#endif

#endif
