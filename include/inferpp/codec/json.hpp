// SPDX-License-Identifier: BSL-1.0
//
// C++ structs to JSON and back, over Boost.Describe.
//
// Reading is forgiving where servers change and strict where a mistake would pass in silence:
// unknown members are ignored (or kept, see `unknown_members`), a missing or wrong one is an error
// with its path. Boost.Describe only makes a table of the members; one walker that is no template
// reads it, so that described types stay cheap to compile.

#ifndef INFERPP_CODEC_JSON_HPP
#define INFERPP_CODEC_JSON_HPP

#include <inferpp/codec/json_rules.hpp>
#include <inferpp/codec/json_writer.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// A described struct with a member of this type keeps there what the struct does not know, and
/// writes it back after its own members.
struct unknown_members {
    boost::json::object values;
};

/**
 * @brief A word of an open vocabulary: the enumerator when we know it, the server's text always.
 *
 * `E` is a described enumeration with an enumerator `unknown`.
 */
template <class E>
class word {
public:
    word() = default;
    word(E value);
    /// Any text, known or not.
    explicit word(std::string_view text);

    /// The enumerator; `E::unknown` for a word that this version does not know.
    E value() const noexcept { return value_; }

    /// The word as it stands on the wire.
    std::string const& text() const noexcept { return text_; }

    friend bool operator==(word const& a, word const& b) noexcept { return a.text_ == b.text_; }
    friend bool operator==(word const& a, E b) noexcept { return a.value_ == b; }

private:
    E value_ = E::unknown;
    std::string text_;
};

/**
 * @brief Reads a value of `T` from JSON text.
 *
 * `T` is a bool, a number, a string, an enumeration or struct described by Boost.Describe, a
 * `std::chrono::duration` (a number of its ticks), `secret`, `word`, Boost.JSON's value, object or array, or
 * an `optional`, `vector` or `map` (with string keys) of such. `optional`s, containers and raw JSON
 * may be missing or null. Integers must be exact, numbers finite. Of a repeated name the last wins.
 * A class with `static result<T> from_json(boost::json::value const&)` reads itself, one with
 * `void to_json(json_writer&) const` writes itself.
 *
 * @return the value, or `errc::bad_json` with the position, or `errc::bad_schema` with the path
 */
template <class T>
result<T> decode_json(std::string_view text);

/// The same from a parsed value.
template <class T>
result<T> decode_value(boost::json::value const& value);

/// Appends `value` as JSON text. Empty optionals, and empty containers that may be missing, are
/// omitted, unless the rules say `always_written`. @return `errc::invalid_argument` with the path for what JSON can't hold
template <class T>
result<void> encode_json(T const& value, std::string& out);

/// Writes one value with the writer; for bodies that are partly written by hand.
template <class T>
void write_json(T const& value, json_writer& out);

/// Writes the members of a described struct into the object that is open.
template <class T>
void write_json_members(T const& value, json_writer& out);

/// Parses JSON text: one document, one leading byte order mark ignored, nesting up to 64.
/// @return the value, or `errc::bad_json` with the position
INFERPP_DECL result<boost::json::value> parse_json(std::string_view text,
                                                   boost::json::storage_ptr storage = {});

// ------------------------------------------------------------------------------------------------

namespace detail {

/// Where reading stands, and the first thing that was wrong.
class json_reader {
public:
    /// Records the error; the callers add their steps to the path. @return false
    INFERPP_DECL bool fail(std::string message);
    INFERPP_DECL bool fail_kind(std::string_view expected, boost::json::value const& got);
    /// Takes over the error of a nested value.
    INFERPP_DECL bool fail(error const& nested);
    bool fail_in(std::string_view step)
    {
        path_.insert(0, step);
        return false;
    }
    INFERPP_DECL error to_error() const;

private:
    std::string message_;
    std::string path_;
};

INFERPP_DECL bool read_bool(boost::json::value const& from, bool& to, json_reader& where);
INFERPP_DECL bool read_double(boost::json::value const& from, double& to, json_reader& where);
INFERPP_DECL bool read_string(boost::json::value const& from, std::string& to, json_reader& where);
INFERPP_DECL bool read_signed(boost::json::value const& from, std::int64_t low, std::int64_t high,
                              std::int64_t& to, json_reader& where);
INFERPP_DECL bool read_unsigned(boost::json::value const& from, std::uint64_t high,
                                std::uint64_t& to, json_reader& where);
INFERPP_DECL bool check_finite(boost::json::value const& from, json_reader& where);

/// How values of one type are read and written, with the type erased.
struct json_type {
    bool (*read)(boost::json::value const& from, void* to, json_reader& where);
    void (*write)(void const* from, json_writer& out);
    bool (*is_empty)(void const* value); ///< null: a value that is never left out
};

struct json_member {
    std::string_view name;
    json_type const* type;
    void* (*address)(void* object);
    bool unknowns = false; ///< the place of the members that we do not know
    bool required = true;
    bool always = false; ///< written also when it is empty
    std::string wire{};
    std::vector<std::string> aliases{}; ///< read where `wire` is missing
};

INFERPP_DECL std::string wire_name(std::string_view name, json_rules const& rules);
INFERPP_DECL std::vector<json_member> finish_members(std::span<json_member const> members,
                                                     json_rules const& rules);
INFERPP_DECL bool read_object(boost::json::value const& from, void* object,
                              std::span<json_member const> members, json_reader& where);
INFERPP_DECL void write_object(void const* object, std::span<json_member const> members,
                               json_writer& out);
/// The same without the braces.
INFERPP_DECL void write_members(void const* object, std::span<json_member const> members,
                                json_writer& out);
/// Writes one member with its name, unless it is empty. That of the unknown ones becomes as many
/// as it holds.
INFERPP_DECL void write_member(void const* object, json_member const& member, json_writer& out);

struct json_enumerator {
    std::int64_t value;
    std::string_view name;
    std::string wire{};
};

INFERPP_DECL std::vector<json_enumerator> finish_enumerators(std::span<json_enumerator const> words,
                                                             json_rules const& rules);
INFERPP_DECL std::optional<std::int64_t> find_word(std::span<json_enumerator const> words,
                                                   std::string_view text) noexcept;
INFERPP_DECL std::string_view find_text(std::span<json_enumerator const> words,
                                        std::int64_t value) noexcept;
INFERPP_DECL bool fail_word(std::span<json_enumerator const> words, std::string_view got,
                            json_reader& where);

template <class T>
constexpr json_rules rules_for()
{
    if constexpr (requires { json_rules_of(static_cast<T const*>(nullptr)); })
        return json_rules_of(static_cast<T const*>(nullptr));
    else
        return {};
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_word = false;
template <class E>
inline constexpr bool is_word<word<E>> = true;

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <class T>
inline constexpr bool is_raw_json =
    std::same_as<T, boost::json::value> || std::same_as<T, boost::json::object> ||
    std::same_as<T, boost::json::array>;

template <class T>
concept reads_itself = requires(boost::json::value const& from) {
    { T::from_json(from) } -> std::same_as<result<T>>;
};

template <class T>
concept writes_itself = requires(T const& value, json_writer& out) { value.to_json(out); };

template <class T>
concept json_map = requires(T map, std::string key) {
    typename T::mapped_type;
    requires std::same_as<typename T::key_type, std::string>;
    map[key];
};

template <class T>
concept json_list = !std::same_as<T, std::string> && !json_map<T> && requires(T list) {
    list.emplace_back();
    list.begin();
    list.clear();
};

/// A list whose elements can't be made before they are read.
template <class T>
concept written_list = json_list<T> && !std::default_initializable<typename T::value_type>;

template <class T>
json_type const& json_type_of();

template <class T, template <class...> class List, class... Member>
std::vector<json_member> described_members(List<Member...>)
{
    std::array<json_member, sizeof...(Member)> const members{
        json_member{.name = Member::name,
                    .type = &json_type_of<
                        std::remove_reference_t<decltype(std::declval<T&>().*Member::pointer)>>(),
                    .address = [](void* object) -> void* {
                        return std::addressof(static_cast<T*>(object)->*Member::pointer);
                    },
                    .unknowns =
                        std::same_as<std::remove_reference_t<
                                         decltype(std::declval<T&>().*Member::pointer)>,
                                     unknown_members>}...};
    return finish_members(members, rules_for<T>());
}

template <class T>
std::span<json_member const> members_of()
{
    using list = boost::describe::describe_members<T, boost::describe::mod_public |
                                                          boost::describe::mod_inherited>;
    static std::vector<json_member> const members = described_members<T>(list{});
    return members;
}

template <class E, template <class...> class List, class... Enumerator>
std::vector<json_enumerator> described_words(List<Enumerator...>)
{
    std::array<json_enumerator, sizeof...(Enumerator)> const words{json_enumerator{
        .value = static_cast<std::int64_t>(Enumerator::value), .name = Enumerator::name}...};
    return finish_enumerators(words, rules_for<E>());
}

template <class E>
std::span<json_enumerator const> words_of()
{
    static std::vector<json_enumerator> const words =
        described_words<E>(boost::describe::describe_enumerators<E>{});
    return words;
}

template <class T>
bool read_value(boost::json::value const& from, T& to, json_reader& where)
{
    if constexpr (reads_itself<T>) {
        auto read = T::from_json(from);
        if (!read)
            return where.fail(read.error());
        to = std::move(*read);
        return true;
    } else if constexpr (writes_itself<T>) {
        return where.fail("a value of this type is only written");
    } else if constexpr (std::same_as<T, secret>) {
        if (!from.is_string())
            return where.fail_kind("a string", from);
        to = secret{std::string_view{from.get_string().data(), from.get_string().size()}};
        return true;
    } else if constexpr (std::same_as<T, bool>) {
        return read_bool(from, to, where);
    } else if constexpr (std::signed_integral<T>) {
        std::int64_t wide = 0;
        if (!read_signed(from, (std::numeric_limits<T>::min)(), (std::numeric_limits<T>::max)(),
                         wide, where))
            return false;
        to = static_cast<T>(wide);
        return true;
    } else if constexpr (std::unsigned_integral<T>) {
        std::uint64_t wide = 0;
        if (!read_unsigned(from, (std::numeric_limits<T>::max)(), wide, where))
            return false;
        to = static_cast<T>(wide);
        return true;
    } else if constexpr (std::floating_point<T>) {
        double wide = 0;
        if (!read_double(from, wide, where))
            return false;
        if (wide > (std::numeric_limits<T>::max)() || wide < std::numeric_limits<T>::lowest())
            return where.fail("the number is too large for its type");
        to = static_cast<T>(wide);
        return true;
    } else if constexpr (std::same_as<T, std::string>) {
        return read_string(from, to, where);
    } else if constexpr (std::same_as<T, boost::json::value>) {
        if (!check_finite(from, where))
            return false;
        to = from;
        return true;
    } else if constexpr (std::same_as<T, boost::json::object>) {
        if (!from.is_object())
            return where.fail_kind("an object", from);
        if (!check_finite(from, where))
            return false;
        to = from.get_object();
        return true;
    } else if constexpr (std::same_as<T, boost::json::array>) {
        if (!from.is_array())
            return where.fail_kind("an array", from);
        if (!check_finite(from, where))
            return false;
        to = from.get_array();
        return true;
    } else if constexpr (is_optional<T>) {
        if (from.is_null()) {
            to.reset();
            return true;
        }
        return read_value(from, to.emplace(), where);
    } else if constexpr (is_duration<T>) {
        typename T::rep ticks{};
        if (!read_value(from, ticks, where))
            return false;
        to = T{ticks};
        return true;
    } else if constexpr (is_word<T>) {
        std::string text;
        if (!read_string(from, text, where))
            return false;
        to = T{std::string_view{text}};
        return true;
    } else if constexpr (std::is_enum_v<T>) {
        std::string text;
        if (!read_string(from, text, where))
            return false;
        auto const found = find_word(words_of<T>(), text);
        if (!found)
            return fail_word(words_of<T>(), text, where);
        to = static_cast<T>(*found);
        return true;
    } else if constexpr (json_map<T>) {
        to.clear();
        if (from.is_null())
            return true;
        if (!from.is_object())
            return where.fail_kind("an object", from);
        for (auto const& member : from.get_object()) {
            std::string const key{member.key().data(), member.key().size()};
            if (!read_value(member.value(), to[key], where))
                return where.fail_in('.' + key);
        }
        return true;
    } else if constexpr (written_list<T>) {
        return where.fail("a list of this type is only written");
    } else if constexpr (json_list<T>) {
        to.clear();
        if (from.is_null())
            return true;
        if (!from.is_array())
            return where.fail_kind("an array", from);
        std::size_t index = 0;
        for (boost::json::value const& element : from.get_array()) {
            to.emplace_back();
            if (!read_value(element, to.back(), where))
                return where.fail_in('[' + std::to_string(index) + ']');
            ++index;
        }
        return true;
    } else {
        static_assert(boost::describe::has_describe_members<T>::value,
                      "describe the struct with BOOST_DESCRIBE_STRUCT(type, (), (members...))");
        return read_object(from, &to, members_of<T>(), where);
    }
}

template <class T>
void write_value(T const& from, json_writer& out)
{
    if constexpr (writes_itself<T>) {
        from.to_json(out);
    } else if constexpr (reads_itself<T>) {
        out.fail("a value of this type is only read");
        out.null();
    } else if constexpr (std::same_as<T, secret>) {
        out.string(from.reveal());
    } else if constexpr (std::same_as<T, bool>) {
        out.boolean(from);
    } else if constexpr (std::signed_integral<T>) {
        out.number(static_cast<std::int64_t>(from));
    } else if constexpr (std::unsigned_integral<T>) {
        out.number(static_cast<std::uint64_t>(from));
    } else if constexpr (std::floating_point<T>) {
        out.number(static_cast<double>(from));
    } else if constexpr (std::same_as<T, std::string>) {
        out.string(from);
    } else if constexpr (is_raw_json<T>) {
        out.value(from);
    } else if constexpr (is_optional<T>) {
        if (from)
            write_value(*from, out);
        else
            out.null();
    } else if constexpr (is_duration<T>) {
        write_value(from.count(), out);
    } else if constexpr (is_word<T>) {
        out.string(from.text());
    } else if constexpr (std::is_enum_v<T>) {
        out.string(find_text(words_of<T>(), static_cast<std::int64_t>(from)));
    } else if constexpr (json_map<T>) {
        out.begin_object();
        for (auto const& [key, value] : from) {
            out.key(key);
            bool const before = out.failed();
            write_value(value, out);
            if (!before && out.failed())
                out.error_in('.' + key);
        }
        out.end_object();
    } else if constexpr (json_list<T>) {
        out.begin_array();
        std::size_t index = 0;
        for (auto const& element : from) {
            bool const before = out.failed();
            write_value(element, out);
            if (!before && out.failed())
                out.error_in('[' + std::to_string(index) + ']');
            ++index;
        }
        out.end_array();
    } else {
        static_assert(boost::describe::has_describe_members<T>::value,
                      "describe the struct with BOOST_DESCRIBE_STRUCT(type, (), (members...))");
        write_object(&from, members_of<T>(), out);
    }
}

template <class T>
json_type make_json_type()
{
    json_type type{};
    if constexpr (!std::same_as<T, unknown_members>) { // those are handled by the walker
        type.read = [](boost::json::value const& from, void* to, json_reader& where) {
            return read_value(from, *static_cast<T*>(to), where);
        };
        type.write = [](void const* from, json_writer& out) {
            write_value(*static_cast<T const*>(from), out);
        };
        if constexpr (is_optional<T>)
            type.is_empty = [](void const* value) {
                return !static_cast<T const*>(value)->has_value();
            };
        else if constexpr (std::same_as<T, boost::json::value>)
            type.is_empty = [](void const* value) {
                return static_cast<T const*>(value)->is_null();
            };
        else if constexpr (json_map<T> || json_list<T> || is_raw_json<T>)
            type.is_empty = [](void const* value) {
                return static_cast<T const*>(value)->empty();
            };
    }
    return type;
}

template <class T>
json_type const& json_type_of()
{
    static json_type const type = make_json_type<T>();
    return type;
}

INFERPP_DECL error encode_error(json_writer const& writer);

} // namespace detail

template <class E>
word<E>::word(E value)
    : value_(value),
      text_(detail::find_text(detail::words_of<E>(), static_cast<std::int64_t>(value)))
{
}

template <class E>
word<E>::word(std::string_view text) : text_(text)
{
    if (auto const found = detail::find_word(detail::words_of<E>(), text))
        value_ = static_cast<E>(*found);
}

template <class T>
result<T> decode_value(boost::json::value const& value)
{
    T decoded{};
    detail::json_reader where;
    if (!detail::read_value(value, decoded, where))
        return where.to_error();
    return decoded;
}

template <class T>
result<T> decode_json(std::string_view text)
{
    auto const parsed = parse_json(text);
    if (!parsed)
        return parsed.error();
    return decode_value<T>(*parsed);
}

template <class T>
void write_json(T const& value, json_writer& out)
{
    detail::write_value(value, out);
}

template <class T>
void write_json_members(T const& value, json_writer& out)
{
    detail::write_members(&value, detail::members_of<T>(), out);
}

template <class T>
result<void> encode_json(T const& value, std::string& out)
{
    json_writer writer{out};
    write_json(value, writer);
    if (writer.failed())
        return detail::encode_error(writer);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/json.ipp>
#endif

#endif
