// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/json.hpp>

#include "unit/support.hpp"

#include <boost/describe.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;
namespace json = boost::json;

namespace unit_json {

enum class color { unknown, red, light_blue, class_ };
BOOST_DESCRIBE_ENUM(color, unknown, red, light_blue, class_)

constexpr json_rules json_rules_of(color const*) noexcept
{
    return json_rules{naming::camel_case};
}

enum class state { unknown, in_progress, done };
BOOST_DESCRIBE_ENUM(state, unknown, in_progress, done)

constexpr json_rules json_rules_of(state const*)
{
    return json_rules{naming::upper_case}.renamed("done", "Finished");
}

// Reads and writes itself: "3/4".
struct fraction {
    long over = 0;
    long under = 1;

    static result<fraction> from_json(json::value const& value)
    {
        auto const text = decode_value<std::string>(value);
        if (!text)
            return text.error();
        auto const slash = text->find('/');
        if (slash == std::string::npos)
            return error{errc::bad_schema, "expected a fraction"};
        return fraction{std::stol(text->substr(0, slash)), std::stol(text->substr(slash + 1))};
    }
    void to_json(json_writer& out) const
    {
        out.string(std::to_string(over) + '/' + std::to_string(under));
    }
};

struct everything {
    bool flag = false;
    std::int8_t tiny = 0;
    std::uint64_t large = 0;
    float single = 0;
    double real = 0;
    std::string text;
    color shade = color::unknown;
    word<state> open;
    std::chrono::milliseconds wait{0};
    std::chrono::duration<double, std::milli> exact{0};
    fraction part;
    std::optional<int> maybe;
    std::vector<std::string> list;
    std::map<std::string, int> table;
    json::value any;
    json::object members;
    json::array elements;
};
BOOST_DESCRIBE_STRUCT(everything, (),
                      (flag, tiny, large, single, real, text, shade, open, wait, exact, part, maybe,
                       list, table, any, members, elements))

struct styled {
    int input_size = 1;
    int class_ = 2;
    int access_key_id = 3;
    int x_2_y = 4;
    int plain = 5;
};
BOOST_DESCRIBE_STRUCT(styled, (), (input_size, class_, access_key_id, x_2_y, plain))

constexpr json_rules json_rules_of(styled const*)
{
    return json_rules{naming::camel_case}.renamed("access_key_id", "accessKeyID");
}

struct partial {
    int id = -1;
    int count = 7;
    std::string name = "default";
    std::optional<int> extra = 9;
    std::vector<int> list{1, 2};
    unknown_members rest;
};
BOOST_DESCRIBE_STRUCT(partial, (), (id, count, name, extra, list, rest))

constexpr json_rules json_rules_of(partial const*)
{
    return json_rules{}.required("id");
}

struct leaf {
    int count = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(leaf, (), (count, name))

struct tree {
    std::map<std::string, std::vector<leaf>> groups;
    std::optional<leaf> best;
    std::vector<tree> children;
    std::vector<fraction> parts;
};
BOOST_DESCRIBE_STRUCT(tree, (), (groups, best, children, parts))

struct base {
    int below = 0;
};
BOOST_DESCRIBE_STRUCT(base, (), (below))

struct derived : base {
    int above = 0;
};
BOOST_DESCRIBE_STRUCT(derived, (base), (above))

struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

struct raw {
    json::value any;
    json::object members;
    json::array elements;
    unknown_members rest;
};
BOOST_DESCRIBE_STRUCT(raw, (), (any, members, elements, rest))

} // namespace unit_json

using namespace unit_json;

namespace {

template <class T>
std::string encoded(T const& value)
{
    std::string out;
    auto const done = encode_json(value, out);
    if (!done)
        return "error at " + done.error().info().json_path;
    return out;
}

// The path of the error of reading `text`, or "" when there is none.
template <class T>
std::string path_of(std::string_view text)
{
    auto const read = decode_json<T>(text);
    if (read)
        return {};
    CHECK(read.error() == errc::bad_schema);
    CHECK(read.error().info().phase == "decode");
    CHECK_FALSE(read.error().info().message.empty());
    return read.error().info().json_path;
}

template <class T>
void check_numbers(std::initializer_list<std::pair<std::string_view, std::optional<T>>> cases)
{
    for (auto const& [text, expected] : cases) {
        CAPTURE(std::string{text});
        auto const read = decode_json<T>(text);
        CHECK(read.has_value() == expected.has_value());
        if (read && expected)
            CHECK(*read == *expected);
        if (!read)
            CHECK(read.error() == errc::bad_schema);
    }
}

} // namespace

TEST_CASE("every kind of value is read and written")
{
    std::string const text =
        R"({"flag":true,"tiny":-128,"large":18446744073709551615,"single":0.5,"real":-1.25,)"
        R"("text":"a\u00e9\u0000","shade":"lightBlue","open":"IN_PROGRESS","wait":1500,)"
        R"("exact":1.5,"part":"3/4","maybe":0,"list":["","b"],"table":{"":0,"k":1},)"
        R"("any":[null,{"x":1}],"members":{"m":2.5},"elements":[true]})";
    auto const read = decode_json<everything>(text);
    REQUIRE(read.has_value());
    CHECK(read->flag);
    CHECK(read->tiny == -128);
    CHECK(read->large == UINT64_MAX);
    CHECK(read->single == 0.5f);
    CHECK(read->real == -1.25);
    CHECK(read->text == std::string{"a\xc3\xa9\0", 4});
    CHECK(read->shade == color::light_blue);
    CHECK(read->open == state::in_progress);
    CHECK(read->wait.count() == 1500);
    CHECK(read->exact.count() == 1.5);
    CHECK(read->part.under == 4);
    CHECK(read->maybe == 0);
    CHECK(read->list == std::vector<std::string>{"", "b"});
    CHECK(read->table == std::map<std::string, int>{{"", 0}, {"k", 1}});
    CHECK(read->elements.at(0).as_bool());

    std::string const again = encoded(*read);
    CHECK(again == R"({"flag":true,"tiny":-128,"large":18446744073709551615,"single":0.5,)"
                   R"("real":-1.25,"text":"a)"
                   "\xc3\xa9"
                   R"(\u0000","shade":"lightBlue","open":"IN_PROGRESS","wait":1500,"exact":1.5,)"
                   R"("part":"3/4","maybe":0,"list":["","b"],"table":{"":0,"k":1},)"
                   R"("any":[null,{"x":1}],"members":{"m":2.5},"elements":[true]})");
    CHECK(json::parse(again) == json::parse(text));
}

TEST_CASE("scalars and containers are documents of their own")
{
    CHECK(decode_json<bool>("true").value());
    CHECK(decode_json<std::string>("\"x\"").value() == "x");
    CHECK(decode_json<std::vector<int>>("[1,2]").value() == std::vector<int>{1, 2});
    CHECK(decode_json<std::list<int>>("[1,2]").value() == std::list<int>{1, 2});
    CHECK(decode_json<std::optional<int>>("null").value() == std::nullopt);
    CHECK(decode_json<std::vector<std::optional<int>>>("[null,1]").value() ==
          std::vector<std::optional<int>>{std::nullopt, 1});
    CHECK(encoded(std::vector<std::optional<int>>{std::nullopt, 1}) == "[null,1]");
    CHECK(encoded(std::vector<int>{}) == "[]");
    CHECK(decode_value<int>(json::value(3)).value() == 3);
}

TEST_CASE("names follow the style, and the rename table before it")
{
    CHECK(encoded(styled{}) == R"({"inputSize":1,"class":2,"accessKeyID":3,"x2Y":4,"plain":5})");
    CHECK(path_of<styled>(R"({"inputSize":1})") == "$.class");
    CHECK(path_of<styled>(R"({"input_size":1})") == "$.inputSize");
    CHECK(encoded(word<state>{state::done}) == "\"Finished\"");
    CHECK(encoded(word<state>{state::in_progress}) == "\"IN_PROGRESS\"");
}

TEST_CASE("a missing required member is an error with its path, the others keep their defaults")
{
    auto const read = decode_json<partial>(R"({"id":1})");
    REQUIRE(read.has_value());
    CHECK(read->count == 7);
    CHECK(read->name == "default");
    CHECK(read->extra == 9);
    CHECK(read->list.size() == 2);
    CHECK(path_of<partial>("{}") == "$.id");
    CHECK(unit::contains(decode_json<partial>("{}").error().info().message, "missing"));
    CHECK(path_of<leaf>(R"({"count":1})") == "$.name"); // without rules all are required
    CHECK(path_of<everything>("{}") == "$.flag");
    CHECK(path_of<tree>("{}").empty()); // containers and optionals never are
}

TEST_CASE("null stands for a member that may be missing, and is wrong for one that must be there")
{
    auto const read =
        decode_json<partial>(R"({"id":1,"count":null,"name":null,"extra":null,"list":null})");
    REQUIRE(read.has_value());
    CHECK(read->count == 7);
    CHECK(read->name == "default");
    CHECK(path_of<partial>(R"({"id":null})") == "$.id");
    CHECK(path_of<leaf>(R"({"count":1,"name":null})") == "$.name");
    CHECK(path_of<std::vector<int>>("[1,null]") == "$[1]");
    CHECK(path_of<std::map<std::string, int>>(R"({"a":null})") == "$.a");
}

TEST_CASE("members that are not known are ignored, or kept and written back")
{
    CHECK(decode_json<leaf>(R"({"count":1,"new":[{}],"name":"n"})").value().name == "n");

    auto const read = decode_json<partial>(R"({"new":{"a":[1,null]},"id":1,"later":"x"})");
    REQUIRE(read.has_value());
    CHECK(read->rest.values.size() == 2);
    CHECK(read->rest.values.at("new").at("a").at(0).as_int64() == 1);
    CHECK(encoded(*read) == R"({"id":1,"count":7,"name":"default","extra":9,"list":[1,2],)"
                            R"("new":{"a":[1,null]},"later":"x"})");
    // A member of the wire that is called as the place itself is as unknown as any.
    CHECK(decode_json<partial>(R"({"id":1,"rest":5})").value().rest.values.at("rest") == 5);
}

TEST_CASE("empty optionals and containers are not written")
{
    partial value;
    value.extra.reset();
    value.list.clear();
    CHECK(encoded(value) == R"({"id":-1,"count":7,"name":"default"})");
    CHECK(encoded(tree{}) == "{}");
    CHECK(encoded(raw{}) == "{}");
    CHECK(encoded(nothing{}) == "{}");
    CHECK(decode_json<nothing>(R"({"a":1})").has_value());
    CHECK(path_of<nothing>("[]") == "$");
}

TEST_CASE("members of described bases are read and written")
{
    CHECK(encoded(derived{{1}, 2}) == R"({"below":1,"above":2})");
    CHECK(decode_json<derived>(R"({"below":3,"above":4})").value().below == 3);
    CHECK(path_of<derived>(R"({"above":4})") == "$.below");
}

TEST_CASE("a struct may hold a list of itself")
{
    std::string const text =
        R"({"children":[{"best":{"count":1,"name":"a"}},{"children":[{"parts":["1/2"]}]}]})";
    auto const read = decode_json<tree>(text);
    REQUIRE(read.has_value());
    CHECK(read->children.at(1).children.at(0).parts.at(0).under == 2);
    CHECK(encoded(*read) == text);
    CHECK(path_of<tree>(R"({"children":[{},{"children":[{"parts":["1/2","3"]}]}]})") ==
          "$.children[1].children[0].parts[1]");
}

TEST_CASE("an error says where in lists, maps and members it is")
{
    struct {
        std::string_view text;
        std::string_view path;
    } const cases[] = {
        {"[]", "$"},
        {"null", "$"},
        {R"({"groups":[]})", "$.groups"},
        {R"({"groups":{"a":5}})", "$.groups.a"},
        {R"({"groups":{"a":[],"b":[{"count":1,"name":"x"},7]}})", "$.groups.b[1]"},
        {R"({"groups":{"b":[{"count":1,"name":"x"},{"count":"1"}]}})", "$.groups.b[1].count"},
        {R"({"groups":{"b":[{"count":1}]}})", "$.groups.b[0].name"},
        {R"({"groups":{"":[0]}})", "$.groups.[0]"},
        {R"({"groups":{"line\nend":[0]}})", "$.groups.line\\x0aend[0]"},
        {R"({"best":3})", "$.best"},
        {R"({"best":{}})", "$.best.count"},
        {R"({"best":{"count":1.5}})", "$.best.count"},
        {R"({"parts":["1/2","x"]})", "$.parts[1]"},
        {R"({"parts":[1]})", "$.parts[0]"},
    };
    for (auto const& [text, path] : cases) {
        CAPTURE(std::string{text});
        CHECK(path_of<tree>(text) == path);
    }
}

TEST_CASE("a value of the wrong kind is an error that names both kinds")
{
    auto const message = [](auto const& read) {
        REQUIRE(read.has_error());
        return read.error().info().message;
    };
    CHECK(message(decode_json<bool>("1")) == "expected a boolean, got a number");
    CHECK(message(decode_json<int>("\"1\"")) == "expected an integer, got a string");
    CHECK(message(decode_json<double>("null")) == "expected a number, got null");
    CHECK(message(decode_json<std::string>("1")) == "expected a string, got a number");
    CHECK(message(decode_json<color>("true")) == "expected a string, got a boolean");
    CHECK(message(decode_json<word<state>>("[]")) == "expected a string, got an array");
    CHECK(message(decode_json<std::vector<int>>("{}")) == "expected an array, got an object");
    CHECK(message(decode_json<std::map<std::string, int>>("1")) ==
          "expected an object, got a number");
    CHECK(message(decode_json<leaf>("\"\"")) == "expected an object, got a string");
    CHECK(message(decode_json<json::object>("[]")) == "expected an object, got an array");
    CHECK(message(decode_json<json::array>("{}")) == "expected an array, got an object");
}

TEST_CASE("an enumeration takes its own words only, a word keeps any")
{
    CHECK(decode_json<color>("\"red\"").value() == color::red);
    CHECK(decode_json<color>("\"class\"").value() == color::class_);
    for (auto const* text : {"\"Red\"", "\"light_blue\"", "\"green\"", "\"\"", "\"class_\""})
        CHECK_MESSAGE(decode_json<color>(text).has_error(), text);
    CHECK(decode_json<color>("\"green\\n\"").error().info().message ==
          "expected one of unknown red lightBlue class, got 'green\\x0a'");

    auto const known = decode_json<word<state>>("\"Finished\"").value();
    CHECK(known == state::done);
    CHECK(known.text() == "Finished");
    auto const fresh = decode_json<word<state>>("\"PAUSED\"").value();
    CHECK(fresh == state::unknown);
    CHECK(fresh.text() == "PAUSED");
    CHECK(encoded(fresh) == "\"PAUSED\"");
    CHECK(fresh == word<state>{std::string_view{"PAUSED"}});
    CHECK_FALSE(fresh == word<state>{state::unknown});
    CHECK(word<state>{state::in_progress}.text() == "IN_PROGRESS");
    CHECK(word<state>{}.value() == state::unknown);
    CHECK(word<state>{}.text().empty());
}

TEST_CASE("integers are exact or refused, never wrapped")
{
    check_numbers<std::int64_t>({
        {"0", 0},
        {"-0", 0},
        {"-0.0", 0},
        {"1.0", 1},
        {"1e3", 1000},
        {"-1E2", -100},
        {"1.5e1", 15},
        {"1.5", {}},
        {"1e-1", {}},
        {"1125899906842623.0", 1125899906842623},
        {"9007199254740991.0", {}},             // Boost.JSON 1.81 reads ...990
        {"9007199254740993", 9007199254740993}, // 2^53 + 1
        {"9007199254740993.0", {}},             // as a double it would be 2^53
        {"9223372036854775807", INT64_MAX},     // 2^63 - 1
        {"9223372036854775808", {}},
        {"9223372036854775807.0", {}},
        {"-9223372036854775808", INT64_MIN},
        {"-9223372036854775809", {}},
        {"18446744073709551616", {}},
        {"1e400", {}},
        {"-1e400", {}},
        {"true", {}},
        {"\"1\"", {}},
    });
    check_numbers<std::uint64_t>({
        {"0", 0},
        {"-0", 0},
        {"-1", {}},
        {"-1.0", {}},
        {"1.0", 1},
        {"9223372036854775808", 9223372036854775808ULL},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073709551616", {}}, // 2^64
        {"1e19", {}},
        {"0.5", {}},
    });
    check_numbers<std::int32_t>({
        {"2147483647", INT32_MAX},
        {"2147483648", {}},
        {"-2147483648", INT32_MIN},
        {"-2147483649", {}},
        {"4294967297", {}},
        {"2147483648.0", {}},
    });
    check_numbers<std::int8_t>({{"127", 127}, {"128", {}}, {"-128", -128}, {"-129", {}}});
    check_numbers<std::uint8_t>({{"255", 255}, {"256", {}}, {"-1", {}}, {"256.0", {}}});
    check_numbers<std::chrono::seconds::rep>({{"60", 60}, {"0.5", {}}});
    CHECK(decode_json<std::chrono::seconds>("60").value() == std::chrono::minutes{1});
    CHECK(decode_json<std::chrono::seconds>("0.5").has_error());
}

TEST_CASE("floating-point numbers are finite or refused")
{
    check_numbers<double>({
        {"1", 1.0},
        {"-2", -2.0},
        {"18446744073709551615", 18446744073709551615.0},
        {"1e308", 1e308},
        {"1e-400", 0.0},
        {"1e400", {}},
        {"-1e400", {}},
    });
    check_numbers<float>({
        {"0.5", 0.5f},
        {"16777217", 16777216.0f},
        {"1e39", {}}, // fits a double but no float
        {"-1e39", {}},
        {"1e400", {}},
    });
    CHECK(std::signbit(decode_json<double>("-0.0").value()));
    for (auto const* text : {"NaN", "Infinity", "-Infinity", "nan", "1e", ".5", "1.", "01", "+1"})
        CHECK_MESSAGE(decode_json<double>(text).error() == errc::bad_json, text);
}

TEST_CASE("a number that no double holds is refused in raw JSON too, wherever it hides")
{
    CHECK(path_of<raw>(R"({"any":[1e400]})") == "$.any");
    CHECK(path_of<raw>(R"({"members":{"a":[{"b":-1e400}]}})") == "$.members");
    CHECK(path_of<raw>(R"({"elements":[[1e400]]})") == "$.elements");
    CHECK(path_of<raw>(R"({"other":{"a":1e400}})") == "$.other");
    CHECK(path_of<json::value>("1e400") == "$");
}

TEST_CASE("of a repeated name the last wins")
{
    CHECK(decode_json<leaf>(R"({"name":"a","count":1,"name":"b","count":2})").value().name == "b");
    CHECK(decode_json<std::map<std::string, int>>(R"({"a":1,"a":2})").value().at("a") == 2);
    CHECK(decode_json<partial>(R"({"id":1,"x":1,"x":[2]})").value().rest.values.at("x").at(0) == 2);
}

TEST_CASE("what JSON can't hold is refused with its path")
{
    tree value;
    value.groups["g"].push_back({1, "fine"});
    value.groups["g"].push_back({2, "bad \xff"});
    std::string out;
    auto const done = encode_json(value, out);
    REQUIRE(done.has_error());
    CHECK(done.error() == errc::invalid_argument);
    CHECK(done.error().info().json_path == "$.groups.g[1].name");
    CHECK(done.error().info().phase == "encode");
    CHECK(unit::contains(done.error().info().message, "UTF-8 at byte 4"));

    everything numbers;
    numbers.single = std::nanf("");
    CHECK(encoded(numbers) == "error at $.single");
    numbers.single = 0;
    numbers.real = HUGE_VAL;
    CHECK(encoded(numbers) == "error at $.real");
    numbers.real = 0;
    numbers.any = json::array{1, json::object{{"x", -HUGE_VAL}}};
    CHECK(encoded(numbers) == "error at $.any[1].x");
    CHECK(encoded(std::map<std::string, int>{{"\xc3", 1}}) == "error at $");

    partial rest;
    rest.rest.values["a"] = json::array{NAN};
    CHECK(encoded(rest) == "error at $.a[0]");
}

namespace unit_json {

struct kept {
    std::vector<int> list;
    std::map<std::string, int> map;
    json::object object;
    std::vector<int> left_out;
};
BOOST_DESCRIBE_STRUCT(kept, (), (list, map, object, left_out))

constexpr json_rules json_rules_of(kept const*)
{
    return json_rules{}.always_written("list", "map", "object");
}

} // namespace unit_json

TEST_CASE("empty containers are written where the rules say so, and may be missing all the same")
{
    CHECK(encoded(unit_json::kept{}) == R"({"list":[],"map":{},"object":{}})");
    CHECK(decode_json<unit_json::kept>("{}").has_value());
}

TEST_CASE("rules can be asked for at compile time")
{
    static_assert(json_rules{}.always_written("a").is_always_written("a"));
    static_assert(!json_rules{}.always_written("a").is_always_written("b"));

    constexpr auto rules = json_rules{naming::camel_case}.renamed("a", "b").required("c", "d");
    static_assert(rules.style() == naming::camel_case);
    static_assert(rules.renames().size() == 1);
    static_assert(rules.is_required("c") && rules.is_required("d") && !rules.is_required("a"));
    static_assert(json_rules{}.is_required("anything"));
    static_assert(!json_rules{}.nothing_required().is_required("anything"));
}
