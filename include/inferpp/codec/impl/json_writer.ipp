// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_JSON_WRITER_IPP
#define INFERPP_CODEC_IMPL_JSON_WRITER_IPP

#include <inferpp/codec/json_writer.hpp>
#include <inferpp/core/text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL void json_writer::key(std::string_view name)
{
    separate();
    escaped(name);
    out_ += ':';
}

INFERPP_DECL void json_writer::string(std::string_view text)
{
    separate();
    escaped(text);
}

INFERPP_DECL void json_writer::escaped(std::string_view text)
{
    std::size_t const valid = detail::valid_utf8_prefix(text);
    if (valid != text.size()) {
        fail("text is not valid UTF-8 at byte " + std::to_string(valid) +
             "; send binary data as bytes");
        text = {};
    }
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    std::size_t clean = 0; // start of the run that needs no escape
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto const byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        out_.append(text, clean, at - clean);
        clean = at + 1;
        switch (byte) {
        case '"': out_ += "\\\""; break;
        case '\\': out_ += "\\\\"; break;
        case '\n': out_ += "\\n"; break;
        case '\r': out_ += "\\r"; break;
        case '\t': out_ += "\\t"; break;
        default:
            out_ += "\\u00";
            out_ += digits[byte >> 4];
            out_ += digits[byte & 15];
        }
    }
    out_.append(text, clean);
    out_ += '"';
}

INFERPP_DECL void json_writer::number(double value)
{
    if (!std::isfinite(value)) {
        fail("a number is not finite; JSON has no word for it");
        return null();
    }
    // The shortest text that reads back as the same double.
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    word({text.data(), static_cast<std::size_t>(end - text.data())});
}

INFERPP_DECL void json_writer::number(std::int64_t value)
{
    word(std::to_string(value));
}

INFERPP_DECL void json_writer::number(std::uint64_t value)
{
    word(std::to_string(value));
}

INFERPP_DECL void json_writer::value(boost::json::value const& any)
{
    switch (any.kind()) {
    case boost::json::kind::null: return null();
    case boost::json::kind::bool_: return boolean(any.get_bool());
    case boost::json::kind::int64: return number(std::int64_t{any.get_int64()});
    case boost::json::kind::uint64: return number(std::uint64_t{any.get_uint64()});
    case boost::json::kind::double_: return number(any.get_double());
    case boost::json::kind::string: {
        auto const& text = any.get_string();
        return string({text.data(), text.size()});
    }
    case boost::json::kind::array: return value(any.get_array());
    case boost::json::kind::object: return value(any.get_object());
    }
}

INFERPP_DECL void json_writer::value(boost::json::object const& any)
{
    begin_object();
    for (auto const& member : any) {
        std::string_view const name{member.key().data(), member.key().size()};
        key(name);
        bool const before = failed();
        value(member.value());
        if (!before && failed())
            error_in('.' + std::string{name});
    }
    end_object();
}

INFERPP_DECL void json_writer::value(boost::json::array const& any)
{
    begin_array();
    for (std::size_t i = 0; i < any.size(); ++i) {
        bool const before = failed();
        value(any[i]);
        if (!before && failed())
            error_in('[' + std::to_string(i) + ']');
    }
    end_array();
}

INFERPP_DECL void json_writer::fail(std::string_view message)
{
    if (message_.empty())
        message_ = message;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
