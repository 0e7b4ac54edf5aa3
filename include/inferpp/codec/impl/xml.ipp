// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_XML_IPP
#define INFERPP_CODEC_IMPL_XML_IPP

#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

constexpr std::string_view xml_blanks = " \t\r\n";

inline bool starts_xml_name(char c) noexcept
{
    auto const byte = static_cast<unsigned char>(c);
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == ':' || byte >= 0x80;
}

inline bool is_in_xml_name(char c) noexcept
{
    return starts_xml_name(c) || is_digit(c) || c == '-' || c == '.';
}

// Control characters have no place in XML but for the blanks.
inline bool is_xml_text(std::string_view text) noexcept
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && xml_blanks.find(c) == std::string_view::npos;
    });
}

inline std::string_view without_prefix(std::string_view name) noexcept
{
    return name.substr(name.rfind(':') + 1);
}

// A name, or two with a colon between them.
inline bool is_xml_element(std::string_view name) noexcept
{
    std::string_view const local = without_prefix(name);
    return !local.empty() && starts_xml_name(local[0]) && !name.starts_with(':') &&
           std::count(name.begin(), name.end(), ':') <= 1;
}

inline void append_utf8(std::uint32_t code, std::string& out)
{
    auto const tail = [&out, code](int shift) {
        out += static_cast<char>(0x80 | (code >> shift & 0x3f));
    };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

inline void append_lines(std::string_view text, std::string& out)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r')
            out += text[i];
        else if (text.substr(i + 1, 1) != "\n")
            out += '\n';
    }
}

} // namespace detail

INFERPP_DECL error xml_reader::malformed(std::string_view why) const
{
    return error{errc::bad_content,
                 "the XML is not usable: " + std::string{why} + " at byte " + std::to_string(at_)};
}

INFERPP_DECL bool xml_reader::take(std::string_view what) noexcept
{
    if (!rest().starts_with(what))
        return false;
    at_ += what.size();
    return true;
}

INFERPP_DECL void xml_reader::skip_blanks() noexcept
{
    at_ = (std::min)(all_.find_first_not_of(detail::xml_blanks, at_), all_.size());
}

INFERPP_DECL std::string_view xml_reader::take_name() noexcept
{
    std::string_view const from = rest();
    std::size_t size = 0;
    if (!from.empty() && detail::starts_xml_name(from[0]))
        while (size < from.size() && detail::is_in_xml_name(from[size]))
            ++size;
    at_ += size;
    return from.substr(0, size);
}

INFERPP_DECL result<xml_reader::piece> xml_reader::next()
{
    if (failed_.code())
        return failed_;
    auto const got = read();
    if (!got)
        failed_ = got.error();
    return got;
}

INFERPP_DECL result<void> xml_reader::begin()
{
    take("\xef\xbb\xbf");
    if (std::size_t const valid = detail::valid_utf8_prefix(all_); valid != all_.size()) {
        at_ = valid;
        return malformed("it is no valid UTF-8");
    }
    skip_blanks();
    begun_ = true;
    return {};
}

INFERPP_DECL result<xml_reader::piece> xml_reader::read()
{
    if (finished_)
        return piece::finished;
    if (!begun_)
        if (auto const fine = begin(); !fine)
            return fine.error();
    if (std::exchange(ends_, false)) {
        open_.pop_back();
        return piece::end;
    }
    while (true) {
        if (open_.empty())
            skip_blanks();
        if (rest().empty()) {
            if (!open_.empty() || !has_root_)
                return malformed("it ends too early");
            finished_ = true;
            return piece::finished;
        }
        if (take("<!--")) {
            auto const end = rest().find("--");
            if (end == std::string_view::npos || !rest().substr(end).starts_with("-->"))
                return malformed("a comment has no end");
            at_ += end + 3;
        } else if (take("<?")) {
            if (auto const skipped = skip_instruction(); !skipped)
                return skipped.error();
        } else if (take("</")) {
            return read_end();
        } else if (!open_.empty() && (rest()[0] != '<' || rest().starts_with("<![CDATA["))) {
            return read_text();
        } else if (rest().starts_with("<!")) {
            return malformed("it has a DTD, or a section that is not known,");
        } else if (take("<")) {
            return read_start();
        } else {
            return malformed("there is text outside of an element");
        }
    }
}

// A declaration, or an instruction for somebody else.
INFERPP_DECL result<void> xml_reader::skip_instruction()
{
    auto const end = rest().find("?>");
    if (end == std::string_view::npos)
        return malformed("an instruction has no end");
    std::string_view const inside = rest().substr(0, end);
    if (inside.starts_with("xml ")) {
        auto const at = inside.find("encoding=");
        if (at != std::string_view::npos) {
            std::string_view const quoted = inside.substr((std::min)(at + 10, inside.size()));
            std::string_view const encoding = quoted.substr(0, quoted.find_first_of("'\""));
            if (!detail::iequals(encoding, "utf-8") && !detail::iequals(encoding, "us-ascii"))
                return malformed("its encoding is not UTF-8");
        }
    }
    at_ += end + 2;
    return {};
}

INFERPP_DECL result<xml_reader::piece> xml_reader::read_start()
{
    if (open_.empty() && has_root_)
        return malformed("it has a second root");
    std::string_view const whole = take_name();
    if (!detail::is_xml_element(whole))
        return malformed("an element has no name");
    if (open_.size() == max_depth)
        return malformed("elements are nested too deeply");
    if (auto const skipped = skip_attributes(); !skipped)
        return skipped.error();
    ends_ = take("/");
    if (!take(">"))
        return malformed("an element's tag has no end");
    has_root_ = true;
    open_.push_back(whole);
    name_ = detail::without_prefix(whole);
    return piece::start;
}

INFERPP_DECL result<void> xml_reader::skip_attributes()
{
    while (true) {
        std::size_t const before = at_;
        skip_blanks();
        if (rest().starts_with('>') || rest().starts_with("/>"))
            return {};
        if (before == at_ || take_name().empty())
            return malformed("an element's tag can't be read");
        skip_blanks();
        if (!take("="))
            return malformed("an attribute has no value");
        skip_blanks();
        std::string_view const quote = rest().substr(0, 1);
        if (quote != "\"" && quote != "'")
            return malformed("an attribute has no quotes");
        auto const end = rest().find(quote, 1);
        if (end == std::string_view::npos || rest().substr(0, end).find('<') < end)
            return malformed("an attribute has no end");
        at_ += end + 1;
    }
}

INFERPP_DECL result<xml_reader::piece> xml_reader::read_end()
{
    std::string_view const whole = take_name();
    skip_blanks();
    if (open_.empty() || whole != open_.back() || !take(">"))
        return malformed("an end tag does not fit");
    open_.pop_back();
    name_ = detail::without_prefix(whole);
    return piece::end;
}

INFERPP_DECL result<xml_reader::piece> xml_reader::read_text()
{
    text_.clear();
    if (take("<![CDATA[")) {
        auto const end = rest().find("]]>");
        if (end == std::string_view::npos)
            return malformed("a section has no end");
        if (!detail::is_xml_text(rest().substr(0, end)))
            return malformed("there is a control character");
        detail::append_lines(rest().substr(0, end), text_);
        at_ += end + 3;
        return piece::text;
    }
    while (!rest().empty() && rest()[0] != '<') {
        std::string_view const plain = rest().substr(0, rest().find_first_of("<&"));
        if (!detail::is_xml_text(plain))
            return malformed("there is a control character");
        if (plain.find("]]>") != std::string_view::npos)
            return malformed("there is the end of a section that has not begun");
        detail::append_lines(plain, text_);
        at_ += plain.size();
        if (take("&"))
            if (auto const added = add_reference(); !added)
                return added.error();
    }
    return piece::text;
}

// Behind the '&'. S3 writes references to control characters, which XML does not know.
INFERPP_DECL result<void> xml_reader::add_reference()
{
    constexpr std::size_t longest = 16;
    auto const end = rest().substr(0, longest).find(';');
    if (end == std::string_view::npos)
        return malformed("an entity has no end");
    std::string_view const entity = rest().substr(0, end);
    constexpr std::pair<std::string_view, char> known[] = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (auto const& [name, character] : known)
        if (entity == name) {
            text_ += character;
            at_ += end + 1;
            return {};
        }
    bool const hex = entity.starts_with("#x");
    std::string_view const digits = entity.substr((std::min)(hex ? 2UL : 1UL, entity.size()));
    std::uint32_t code = 0;
    auto const read =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (!entity.starts_with('#') || digits.empty() || read.ec != std::errc{} ||
        read.ptr != digits.data() + digits.size() || code == 0 || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000))
        return malformed("there is an entity that is not known");
    detail::append_utf8(code, text_);
    at_ += end + 1;
    return {};
}

INFERPP_DECL xml_element const* xml_element::find(std::string_view child) const noexcept
{
    for (xml_element const& each : children)
        if (each.name == child)
            return &each;
    return nullptr;
}

INFERPP_DECL std::string_view xml_element::text_of(std::string_view child) const noexcept
{
    xml_element const* const found = find(child);
    return found != nullptr ? std::string_view{found->text} : std::string_view{};
}

INFERPP_DECL result<xml_element> parse_xml(std::string_view document)
{
    constexpr std::size_t most = 100'000; // else a document of "<a/>"s takes 50 times its size
    xml_reader reader{document};
    xml_element top;
    std::vector<xml_element*> open{&top};
    for (std::size_t count = 0;;) {
        auto const piece = reader.next();
        if (!piece)
            return piece.error();
        switch (*piece) {
        case xml_reader::piece::start:
            if (++count > most)
                return error{errc::bad_content, "the XML has more than 100000 elements"};
            // Its siblings may move; nobody points to them any more.
            open.push_back(&open.back()->children.emplace_back());
            open.back()->name = reader.name();
            break;
        case xml_reader::piece::text: open.back()->text += reader.text(); break;
        case xml_reader::piece::end: open.pop_back(); break;
        case xml_reader::piece::finished: return std::move(top.children.front());
        }
    }
}

INFERPP_DECL xml_writer::xml_writer(std::string& out) : out_(out)
{
    out_ += R"(<?xml version="1.0" encoding="UTF-8"?>)";
}

INFERPP_DECL void xml_writer::begin(std::string_view name, std::string_view xmlns)
{
    out_.append("<").append(name);
    if (!xmlns.empty()) {
        out_ += " xmlns=\"";
        text(xmlns);
        out_ += '"';
    }
    out_ += '>';
    open_.emplace_back(name);
}

INFERPP_DECL void xml_writer::end()
{
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
}

INFERPP_DECL void xml_writer::text(std::string_view text)
{
    for (char const c : detail::replace_invalid_utf8(text)) {
        switch (c) {
        case '<': out_ += "&lt;"; break;
        case '>': out_ += "&gt;"; break;
        case '&': out_ += "&amp;"; break;
        case '"': out_ += "&quot;"; break;
        case '\r': out_ += "&#13;"; break; // a reader would make a line end of it
        default:
            if (detail::is_xml_text({&c, 1}))
                out_ += c;
            else
                out_ += "\xef\xbf\xbd";
        }
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
