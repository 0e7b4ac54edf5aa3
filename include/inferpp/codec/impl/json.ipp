// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_JSON_IPP
#define INFERPP_CODEC_IMPL_JSON_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>

#include <boost/json/stream_parser.hpp>

#include <cmath>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

inline std::string_view kind_name(boost::json::kind kind) noexcept
{
    switch (kind) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_: return "a number";
    case boost::json::kind::string: return "a string";
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
    }
    return "?";
}

INFERPP_DECL bool json_reader::fail(std::string message)
{
    message_ = std::move(message);
    return false;
}

INFERPP_DECL bool json_reader::fail_kind(std::string_view expected, boost::json::value const& got)
{
    return fail(
        std::string{"expected "}.append(expected).append(", got ").append(kind_name(got.kind())));
}

INFERPP_DECL bool json_reader::fail(error const& nested)
{
    message_ = nested.info().message;
    if (nested.info().json_path.size() > 1) // without its '$'
        path_ = nested.info().json_path.substr(1);
    return false;
}

INFERPP_DECL error json_reader::to_error() const
{
    error e{errc::bad_schema, message_};
    e.edit().json_path = '$' + printable(path_, 256);
    e.edit().phase = "decode";
    return e;
}

INFERPP_DECL bool read_bool(boost::json::value const& from, bool& to, json_reader& where)
{
    if (!from.is_bool())
        return where.fail_kind("a boolean", from);
    to = from.get_bool();
    return true;
}

INFERPP_DECL bool read_double(boost::json::value const& from, double& to, json_reader& where)
{
    if (!from.is_number())
        return where.fail_kind("a number", from);
    to = from.is_double()  ? from.get_double()
         : from.is_int64() ? static_cast<double>(from.get_int64())
                           : static_cast<double>(from.get_uint64());
    return std::isfinite(to) || where.fail("the number is too large for a double");
}

INFERPP_DECL bool read_string(boost::json::value const& from, std::string& to, json_reader& where)
{
    if (!from.is_string())
        return where.fail_kind("a string", from);
    to.assign(from.get_string().data(), from.get_string().size());
    return true;
}

// A double that holds an integer exactly counts as one: some servers write 3.0. Up to 2^50 only,
// because Boost.JSON 1.81 is off by up to three units in the last place: it reads
// 9007199254740991.0 as ...990.
inline bool is_integer(double value) noexcept
{
    return std::trunc(value) == value && std::abs(value) <= 1125899906842624.0;
}

INFERPP_DECL bool read_signed(boost::json::value const& from, std::int64_t low, std::int64_t high,
                              std::int64_t& to, json_reader& where)
{
    if (from.is_int64())
        to = from.get_int64();
    else if (from.is_double() && is_integer(from.get_double()))
        to = static_cast<std::int64_t>(from.get_double());
    else if (!from.is_number())
        return where.fail_kind("an integer", from);
    else
        return where.fail("the number is no integer of the expected range");
    return (to >= low && to <= high) ||
           where.fail("the number is outside of " + std::to_string(low) + " to " +
                      std::to_string(high));
}

INFERPP_DECL bool read_unsigned(boost::json::value const& from, std::uint64_t high,
                                std::uint64_t& to, json_reader& where)
{
    if (from.is_uint64())
        to = from.get_uint64();
    else if (from.is_int64() && from.get_int64() >= 0)
        to = static_cast<std::uint64_t>(from.get_int64());
    else if (from.is_double() && is_integer(from.get_double()) && from.get_double() >= 0)
        to = static_cast<std::uint64_t>(from.get_double());
    else if (!from.is_number())
        return where.fail_kind("an integer", from);
    else
        return where.fail("the number is no integer of the expected range");
    return to <= high || where.fail("the number is outside of 0 to " + std::to_string(high));
}

// Boost.JSON reads 1e400 as infinity; nobody should compute with that by accident.
inline bool all_finite(boost::json::value const& value) noexcept
{
    if (value.is_double())
        return std::isfinite(value.get_double());
    if (value.is_array()) {
        for (auto const& element : value.get_array())
            if (!all_finite(element))
                return false;
    } else if (value.is_object()) {
        for (auto const& member : value.get_object())
            if (!all_finite(member.value()))
                return false;
    }
    return true;
}

INFERPP_DECL bool check_finite(boost::json::value const& from, json_reader& where)
{
    return all_finite(from) || where.fail("a number is too large for a double");
}

INFERPP_DECL std::string wire_name(std::string_view name, json_rules const& rules)
{
    for (auto const& rename : rules.renames())
        if (rename.name == name)
            return std::string{rename.wire};
    // A trailing underscore only keeps a name away from C++'s own words: class_, default_.
    if (name.size() > 1 && name.back() == '_')
        name.remove_suffix(1);
    std::string out;
    bool const joined = rules.style() == naming::camel_case || rules.style() == naming::pascal_case;
    bool raise = rules.style() == naming::pascal_case;
    for (char const c : name) {
        if (c == '_' && rules.style() == naming::kebab_case) {
            out += '-';
            continue;
        }
        if (c == '_' && joined) {
            raise = !out.empty() || rules.style() == naming::pascal_case;
            continue;
        }
        bool const upper = raise || rules.style() == naming::upper_case;
        out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        raise = false;
    }
    return out;
}

INFERPP_DECL std::vector<json_member> finish_members(std::span<json_member const> members,
                                                     json_rules const& rules)
{
    std::vector<json_member> finished(members.begin(), members.end());
    for (json_member& member : finished) {
        member.wire = wire_name(member.name, rules);
        member.required = rules.is_required(member.name);
        member.always = rules.is_always_written(member.name);
        for (auto const& alias : rules.aliases())
            if (alias.name == member.name)
                member.aliases.emplace_back(alias.wire);
    }
    return finished;
}

// Where a struct has a member under its name, or under one of its other names.
inline boost::json::value const* find_member(boost::json::object const& source,
                                             json_member const& member)
{
    boost::json::value const* value = source.if_contains(member.wire);
    for (std::string const& alias : member.aliases)
        if (value == nullptr)
            value = source.if_contains(alias);
    return value;
}

inline bool is_name_of(json_member const& member, std::string_view key) noexcept
{
    if (member.unknowns)
        return false;
    for (std::string const& alias : member.aliases)
        if (key == alias)
            return true;
    return key == member.wire;
}

INFERPP_DECL bool read_object(boost::json::value const& from, void* object,
                              std::span<json_member const> members, json_reader& where)
{
    if (!from.is_object())
        return where.fail_kind("an object", from);
    boost::json::object const& source = from.get_object();
    unknown_members* unknowns = nullptr;
    for (json_member const& member : members) {
        void* const place = member.address(object);
        if (member.unknowns) {
            unknowns = static_cast<unknown_members*>(place);
            continue;
        }
        boost::json::value const* const value = find_member(source, member);
        bool const may_be_missing = member.type->is_empty != nullptr || !member.required;
        if (value == nullptr) {
            if (!may_be_missing)
                return where.fail("the member is missing") || where.fail_in('.' + member.wire);
        } else if (value->is_null() && may_be_missing) {
            // null says no more than a missing member
        } else if (!member.type->read(*value, place, where)) {
            return where.fail_in('.' + member.wire);
        }
    }
    if (unknowns != nullptr) {
        unknowns->values.clear();
        for (auto const& entry : source) {
            bool known = false;
            for (json_member const& member : members)
                known = known || is_name_of(member, {entry.key().data(), entry.key().size()});
            if (known)
                continue;
            if (!check_finite(entry.value(), where))
                return where.fail_in('.' + std::string{entry.key().data(), entry.key().size()});
            unknowns->values[entry.key()] = entry.value();
        }
    }
    return true;
}

INFERPP_DECL void write_object(void const* object, std::span<json_member const> members,
                               json_writer& out)
{
    out.begin_object();
    write_members(object, members, out);
    out.end_object();
}

inline void write_unknowns(unknown_members const& unknowns, json_writer& out)
{
    for (auto const& entry : unknowns.values) {
        std::string const key{entry.key().data(), entry.key().size()};
        out.key(key);
        bool const before = out.failed();
        out.value(entry.value());
        if (!before && out.failed())
            out.error_in('.' + key);
    }
}

INFERPP_DECL void write_member(void const* object, json_member const& member, json_writer& out)
{
    // The address function serves reading too; nothing is changed here.
    void const* const place = member.address(const_cast<void*>(object));
    if (member.unknowns)
        return write_unknowns(*static_cast<unknown_members const*>(place), out);
    if (!member.always && member.type->is_empty != nullptr && member.type->is_empty(place))
        return;
    out.key(member.wire);
    bool const before = out.failed();
    member.type->write(place, out);
    if (!before && out.failed())
        out.error_in('.' + member.wire);
}

INFERPP_DECL void write_members(void const* object, std::span<json_member const> members,
                                json_writer& out)
{
    json_member const* unknowns = nullptr;
    for (json_member const& member : members) {
        if (member.unknowns)
            unknowns = &member;
        else
            write_member(object, member, out);
    }
    if (unknowns != nullptr)
        write_member(object, *unknowns, out);
}

INFERPP_DECL std::vector<json_enumerator> finish_enumerators(std::span<json_enumerator const> words,
                                                             json_rules const& rules)
{
    std::vector<json_enumerator> finished(words.begin(), words.end());
    for (json_enumerator& word : finished)
        word.wire = wire_name(word.name, rules);
    return finished;
}

INFERPP_DECL std::optional<std::int64_t> find_word(std::span<json_enumerator const> words,
                                                   std::string_view text) noexcept
{
    for (json_enumerator const& word : words)
        if (word.wire == text)
            return word.value;
    return std::nullopt;
}

INFERPP_DECL std::string_view find_text(std::span<json_enumerator const> words,
                                        std::int64_t value) noexcept
{
    for (json_enumerator const& word : words)
        if (word.value == value)
            return word.wire;
    return {};
}

INFERPP_DECL bool fail_word(std::span<json_enumerator const> words, std::string_view got,
                            json_reader& where)
{
    std::string message = "expected one of";
    for (json_enumerator const& word : words)
        message += ' ' + word.wire;
    return where.fail(message + ", got '" + printable(got, 64) + '\'');
}

INFERPP_DECL error encode_error(json_writer const& writer)
{
    error e{errc::invalid_argument, writer.message()};
    e.edit().json_path = printable(writer.path(), 256);
    e.edit().phase = "encode";
    return e;
}

} // namespace detail

INFERPP_DECL result<boost::json::value> parse_json(std::string_view text,
                                                   boost::json::storage_ptr storage)
{
    std::size_t const mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    text.remove_prefix(mark);
    auto const refuse = [mark](std::string const& why, std::size_t at) {
        error e{errc::bad_json, why + " at byte " + std::to_string(mark + at)};
        e.edit().phase = "decode";
        return e;
    };
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::stream_parser parser{{}, options};
    parser.reset(std::move(storage));
    error_code code;
    std::size_t const used = parser.write_some(text.data(), text.size(), code);
    if (!code && used != text.size())
        return refuse("there is text after the JSON document", used);
    if (!code)
        parser.finish(code);
    if (code)
        return refuse(code.message(), used);
    return parser.release();
}

} // namespace inferpp::inline INFERPP_ABI

#endif
