// SPDX-License-Identifier: BSL-1.0
//
// XML as services answer it that are older than JSON: elements, text, entities, CDATA. No DTD, and
// attributes are passed over: nothing that is read here says anything by them.

#ifndef INFERPP_CODEC_XML_HPP
#define INFERPP_CODEC_XML_HPP

#include <inferpp/core/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Reads a document piece by piece.
 *
 * Strict: what is not well-formed is `errc::bad_content` with its position, and so are a DTD, an
 * encoding other than UTF-8 and elements nested deeper than 32. Blanks before the declaration are
 * taken, since S3 sends some while it works. Of names the part behind the prefix counts. Line ends
 * become LF.
 *
 * @code
 * xml_reader reader{document};
 * while (true) {
 *     auto const piece = reader.next().value();
 *     if (piece == xml_reader::piece::finished)
 *         break;
 *     if (piece == xml_reader::piece::start && reader.name() == "Key") ...
 * }
 * @endcode
 *
 * *Lifetimes*: the document must stay as it is for as long as the reader is used.
 */
class xml_reader {
public:
    enum class piece : unsigned char {
        start,    ///< of the element `name()`
        text,     ///< `text()`; there may be several in a row
        end,      ///< of the element `name()`; an empty one has it too
        finished, ///< the document is over, and complete
    };
    static constexpr std::size_t max_depth = 32;

    explicit xml_reader(std::string_view document) noexcept : all_(document) {}

    /// The next piece. After an error, or the end, it is the same again.
    INFERPP_DECL result<piece> next();

    /// Of the element that has begun or ended, without a prefix. Valid until the next call.
    std::string_view name() const noexcept { return name_; }

    /// With entities replaced. Valid until the next call.
    std::string const& text() const noexcept { return text_; }

private:
    INFERPP_DECL result<piece> read();
    INFERPP_DECL result<piece> read_text();
    INFERPP_DECL result<piece> read_start();
    INFERPP_DECL result<piece> read_end();
    INFERPP_DECL result<void> begin();
    INFERPP_DECL result<void> skip_instruction();
    INFERPP_DECL result<void> skip_attributes();
    INFERPP_DECL result<void> add_reference();
    INFERPP_DECL std::string_view take_name() noexcept;
    INFERPP_DECL bool take(std::string_view what) noexcept;
    INFERPP_DECL void skip_blanks() noexcept;
    std::string_view rest() const noexcept { return all_.substr(at_); }
    INFERPP_DECL error malformed(std::string_view why) const;

    std::string_view all_;
    std::size_t at_ = 0;
    std::vector<std::string_view> open_; ///< names with their prefixes
    std::string_view name_;
    std::string text_;
    bool begun_ = false;
    bool has_root_ = false;
    bool ends_ = false; ///< the element that has begun is empty
    bool finished_ = false;
    error failed_;
};

/// An element with what is in it.
struct xml_element {
    xml_element() = default;

    std::string name;
    std::string text; ///< all of its own, without that of its children
    std::vector<xml_element> children;

    /// The first child of that name; null when there is none.
    INFERPP_DECL xml_element const* find(std::string_view child) const noexcept;

    /// The text of the first child of that name; empty when there is none.
    INFERPP_DECL std::string_view text_of(std::string_view child) const noexcept;
};

/// The root of a document of at most 100,000 elements. @return as `xml_reader`
INFERPP_DECL result<xml_element> parse_xml(std::string_view document);

/// Writes a document. *Preconditions*: names are valid, and what was begun is ended.
class xml_writer {
public:
    /// @param out is appended to, beginning with the declaration. Must outlive the writer.
    INFERPP_DECL explicit xml_writer(std::string& out);

    /// @param xmlns the namespace of the element and those in it; empty: as the one around it
    INFERPP_DECL void begin(std::string_view name, std::string_view xmlns = {});
    INFERPP_DECL void end();

    /// Text, with entities where they are needed. What XML can't hold becomes U+FFFD.
    INFERPP_DECL void text(std::string_view text);

    /// An element with a text.
    void element(std::string_view name, std::string_view value)
    {
        begin(name);
        text(value);
        end();
    }

private:
    std::string& out_;
    std::vector<std::string> open_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/xml.ipp>
#endif

#endif
