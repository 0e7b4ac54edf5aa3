// SPDX-License-Identifier: BSL-1.0
//
// Writes JSON text. Not Boost.JSON's serializer, because that writes NaN and invalid UTF-8 as they
// are, and because request bodies are written once into the string that is sent.

#ifndef INFERPP_CODEC_JSON_WRITER_HPP
#define INFERPP_CODEC_JSON_WRITER_HPP

#include <inferpp/core/config.hpp>

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Appends one JSON document to a string.
 *
 * Separators are written by themselves. What JSON can't hold (a non-finite number, invalid UTF-8)
 * is recorded as the first error and written as `null` or an empty string; `failed()` tells.
 */
class json_writer {
public:
    /// @param out is appended to. Must outlive the writer.
    explicit json_writer(std::string& out) noexcept : out_(out), start_(out.size()) {}

    json_writer(json_writer const&) = delete;
    json_writer& operator=(json_writer const&) = delete;

    void begin_object() { open('{'); }
    void end_object() { out_ += '}'; }
    void begin_array() { open('['); }
    void end_array() { out_ += ']'; }

    /// The name of the next member of an object.
    INFERPP_DECL void key(std::string_view name);

    INFERPP_DECL void string(std::string_view text);
    INFERPP_DECL void number(double value);
    INFERPP_DECL void number(std::int64_t value);
    INFERPP_DECL void number(std::uint64_t value);
    void boolean(bool value) { word(value ? "true" : "false"); }
    void null() { word("null"); }

    /// Any Boost.JSON value.
    INFERPP_DECL void value(boost::json::value const& any);
    INFERPP_DECL void value(boost::json::object const& any);
    INFERPP_DECL void value(boost::json::array const& any);

    /// A string whose characters `append(std::string&)` writes; none of them may need an escape.
    template <class Append>
    void string_of(Append&& append)
    {
        open('"');
        append(out_);
        out_ += '"';
    }

    /// Records the first error.
    INFERPP_DECL void fail(std::string_view message);

    /// Puts a step in front of the path of the error: ".name" or "[3]".
    void error_in(std::string_view step) { path_.insert(0, step); }

    bool failed() const noexcept { return !message_.empty(); }
    std::string const& message() const noexcept { return message_; }
    std::string path() const { return '$' + path_; }

private:
    // A separator is missing exactly when the last character ends a value.
    void separate()
    {
        if (out_.size() > start_ && out_.back() != '{' && out_.back() != '[' && out_.back() != ':')
            out_ += ',';
    }
    void open(char bracket)
    {
        separate();
        out_ += bracket;
    }
    void word(std::string_view text)
    {
        separate();
        out_ += text;
    }
    INFERPP_DECL void escaped(std::string_view text);

    std::string& out_;
    std::size_t start_;
    std::string message_;
    std::string path_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/json_writer.ipp>
#endif

#endif
