// SPDX-License-Identifier: BSL-1.0
//
// What the rules of a type can say beyond names: other names to read, secrets, types that are only
// written, members without their braces.

#include <inferpp/codec/json.hpp>

#include <boost/describe.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

namespace unit_json_rules {

struct aliased {
    int queue_time = -1;
    std::optional<std::string> name;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(aliased, (), (queue_time, name, more))

constexpr json_rules json_rules_of(aliased const*)
{
    return json_rules{naming::camel_case}
        .required("queue_time")
        .also_read("queue_time", "jobQueueTime")
        .also_read("queue_time", "queue")
        .also_read("name", "title");
}

struct credentials {
    credentials() = default;
    secret key;
    std::optional<secret> token;
    std::map<std::string, secret> more_keys;
};
BOOST_DESCRIBE_STRUCT(credentials, (), (key, token, more_keys))

// Can be sent, and never comes back.
struct stamp {
    stamp() = default;
    explicit stamp(int with) : number(with) {}
    int number = 0;
    void to_json(json_writer& out) const { out.string('#' + std::to_string(number)); }
};

// Comes, and is never sent.
struct seal {
    seal() = default;
    std::string text;
    static result<seal> from_json(boost::json::value const& value)
    {
        auto const read = decode_value<std::string>(value);
        if (!read)
            return read.error();
        seal one;
        one.text = *read;
        return one;
    }
};

struct sealed {
    sealed() = default;
    std::optional<seal> mark;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(sealed, (), (mark, text))

struct letter {
    letter() = default;
    std::string to;
    std::vector<stamp> stamps;
};
BOOST_DESCRIBE_STRUCT(letter, (), (to, stamps))

// Can't be made before it is known, so that a list of it can't be read either.
struct seal_of_office {
    explicit seal_of_office(std::string with) : office(std::move(with)) {}
    std::string office;
};
BOOST_DESCRIBE_STRUCT(seal_of_office, (), (office))

struct decree {
    decree() = default;
    std::string text;
    std::vector<seal_of_office> seals;
};
BOOST_DESCRIBE_STRUCT(decree, (), (text, seals))

struct dashed {
    dashed() = default;
    int sort_by = 1;
    int class_ = 2;
    int last_active_date = 3;
};
BOOST_DESCRIBE_STRUCT(dashed, (), (sort_by, class_, last_active_date))

constexpr json_rules json_rules_of(dashed const*)
{
    return json_rules{naming::kebab_case};
}

} // namespace unit_json_rules

using namespace unit_json_rules;

namespace {

template <class T>
std::string encoded(T const& value)
{
    std::string out;
    CHECK(encode_json(value, out).has_value());
    return out;
}

} // namespace

TEST_CASE("another name is read where a member's own is missing, and nowhere else")
{
    struct {
        char const* text;
        int expected;
    } const cases[] = {
        {R"({"queueTime":1})", 1},
        {R"({"jobQueueTime":2})", 2},
        {R"({"queue":3})", 3},
        {R"({"queue":3,"jobQueueTime":2})", 2}, // in the order of the rules
        {R"({"queue":3,"jobQueueTime":2,"queueTime":1})", 1},
    };
    for (auto const& [text, expected] : cases) {
        CAPTURE(text);
        auto const read = decode_json<aliased>(text);
        REQUIRE(read.has_value());
        CHECK(read->queue_time == expected);
        // What has another name is known, also where it is not used.
        CHECK(read->more.values.empty());
    }
    auto const kept = decode_json<aliased>(R"({"queue":3,"title":"t","later":1})");
    REQUIRE(kept.has_value());
    CHECK(kept->name == "t");
    CHECK(kept->more.values.size() == 1);
    // A null is there.
    CHECK(decode_json<aliased>(R"({"queueTime":1,"name":null,"title":"t"})")->name == std::nullopt);
    CHECK(decode_json<aliased>(R"({"queueTime":null,"queue":3})").has_error());

    // Errors and written text have the member's own name.
    CHECK(decode_json<aliased>("{}").error().info().json_path == "$.queueTime");
    CHECK(decode_json<aliased>(R"({"queue":"x"})").error().info().json_path == "$.queueTime");
    CHECK(encoded(*kept) == R"({"queueTime":3,"name":"t","later":1})");
}

TEST_CASE("a secret is read and written, and its text is in no error")
{
    auto const read = decode_json<credentials>(
        R"({"key":"k\u00e9","token":"t","moreKeys":1,"more_keys":{"a":"b"}})");
    REQUIRE(read.has_value());
    CHECK(read->key.reveal() == "k\xc3\xa9");
    REQUIRE(read->token.has_value());
    CHECK(read->token->reveal() == "t");
    CHECK(read->more_keys.at("a").reveal() == "b");
    CHECK(encoded(*read) == "{\"key\":\"k\xc3\xa9\",\"token\":\"t\",\"more_keys\":{\"a\":\"b\"}}");
    CHECK(encoded(credentials{}) == R"({"key":""})");

    for (auto const* text :
         {R"({"key":987654321})", R"({"key":["987654321"]})", R"({"key":null})"}) {
        auto const refused = decode_json<credentials>(text);
        REQUIRE(refused.has_error());
        CHECK(refused.error().info().json_path == "$.key");
        CHECK(unit::contains(refused.error().what(), "a string"));
        CHECK(!unit::contains(refused.error().what(), "987654321"));
    }
    credentials odd;
    odd.key = secret{"hush\xff"};
    std::string out;
    auto const refused = encode_json(odd, out);
    REQUIRE(refused.has_error());
    CHECK(refused.error().info().json_path == "$.key");
    CHECK(!unit::contains(refused.error().what(), "hush"));
}

TEST_CASE("a type that only writes itself can be a member of what is sent, and can't be read")
{
    letter one;
    one.to = "you";
    CHECK(encoded(one) == R"({"to":"you"})");
    one.stamps.emplace_back(1);
    one.stamps.emplace_back(2);
    CHECK(encoded(one) == R"({"to":"you","stamps":["#1","#2"]})");
    auto const refused = decode_json<letter>(R"({"to":"you","stamps":["#1"]})");
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::bad_schema);
    CHECK(refused.error().info().json_path == "$.stamps[0]");
    CHECK(unit::contains(refused.error().what(), "only written"));
    CHECK(decode_json<letter>(R"({"to":"you"})").has_value());
}

TEST_CASE("a list of what has no default can be a member of what is sent, and can't be read")
{
    decree one;
    one.text = "t";
    one.seals.emplace_back("mint");
    CHECK(encoded(one) == R"({"text":"t","seals":[{"office":"mint"}]})");
    auto const refused = decode_json<decree>(encoded(one));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::bad_schema);
    CHECK(refused.error().info().json_path == "$.seals");
    CHECK(unit::contains(refused.error().what(), "only written"));
    CHECK(decode_json<decree>(R"({"text":"t"})").has_value());
}

TEST_CASE("a type that only reads itself can be a member of what comes, and can't be written")
{
    auto const read = decode_json<sealed>(R"({"mark":"red","text":"t"})");
    REQUIRE(read.has_value());
    REQUIRE(read->mark.has_value());
    CHECK(read->mark->text == "red");
    std::string out;
    auto const refused = encode_json(*read, out);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::invalid_argument);
    CHECK(refused.error().info().json_path == "$.mark");
    CHECK(unit::contains(refused.error().what(), "only read"));
    CHECK(encoded(sealed{}) == R"({"text":""})");
}

TEST_CASE("the members of a struct go into the object that is open")
{
    letter one;
    one.to = "you";
    std::string out;
    json_writer writer{out};
    writer.begin_object();
    writer.key("type");
    writer.string("letter");
    write_json_members(one, writer);
    writer.key("end");
    writer.boolean(true);
    writer.end_object();
    CHECK(out == R"({"type":"letter","to":"you","end":true})");

    std::string alone;
    json_writer first{alone};
    first.begin_object();
    write_json_members(one, first);
    first.end_object();
    CHECK(alone == R"({"to":"you"})");

    aliased with_more;
    with_more.more.values["later"] = 1;
    std::string kept;
    json_writer second{kept};
    second.begin_object();
    write_json_members(with_more, second);
    second.end_object();
    CHECK(kept == R"({"queueTime":-1,"later":1})");

    one.to = "\xff";
    std::string bad;
    json_writer third{bad};
    third.begin_object();
    write_json_members(one, third);
    third.end_object();
    CHECK(third.failed());
    CHECK(third.path() == "$.to");
}

TEST_CASE("names in Pascal case begin each word with a capital")
{
    constexpr json_rules rules{naming::pascal_case};
    CHECK(detail::wire_name("in_progress", rules) == "InProgress");
    CHECK(detail::wire_name("failed", rules) == "Failed");
    CHECK(detail::wire_name("x_1_y", rules) == "X1Y");
    CHECK(detail::wire_name("_a", rules) == "A");
}

TEST_CASE("names in kebab case have hyphens for underscores")
{
    CHECK(detail::wire_name("sort_by", json_rules{naming::kebab_case}) == "sort-by");
    CHECK(encoded(dashed{}) == R"({"sort-by":1,"class":2,"last-active-date":3})");
}
