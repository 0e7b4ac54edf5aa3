// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/json_union.hpp>

#include <optional>
#include <string>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

namespace unions {

struct place {
    place() = default;
    explicit place(std::string u) : uri(std::move(u)) {}

    std::string uri;
    std::optional<int> size;
};
BOOST_DESCRIBE_STRUCT(place, (), (uri, size))

struct source
    : json_union<source, alternative<"s3_location", place>, alternative<"text", std::string>,
                 alternative<"signature", std::string>> {
    using json_union::json_union;
};
constexpr json_rules json_rules_of(source const*) noexcept
{
    return json_rules{naming::camel_case}.renamed("signature", "sig");
}

struct holder {
    holder() = default;

    source from;
    std::vector<source> more;
    std::optional<source> perhaps;
};
BOOST_DESCRIBE_STRUCT(holder, (), (from, more, perhaps))

template <class T>
std::string write(T const& value)
{
    std::string out;
    auto const written = encode_json(value, out);
    return written ? out : written.error().what();
}

} // namespace unions

using namespace unions;

TEST_CASE("a union is written as its one member, by the names of the rules")
{
    CHECK(write(source{place{"s3://b/k"}}) == R"({"s3Location":{"uri":"s3://b/k"}})");
    source text;
    text.emplace<"text">("hi");
    CHECK(write(text) == R"({"text":"hi"})");
    CHECK(text.name() == "text");
    text.emplace<"signature">() = "x";
    CHECK(write(text) == R"({"sig":"x"})");
    CHECK(text.name() == "sig");
}

TEST_CASE("what a union holds is found by name, and by a type that only one alternative has")
{
    auto const read = decode_json<source>(R"({"s3Location":{"uri":"u","size":3}})");
    REQUIRE(read.has_value());
    REQUIRE(read->get_if<"s3_location">() != nullptr);
    CHECK(read->get_if<"s3_location">()->uri == "u");
    CHECK(read->get_if<place>() == read->get_if<"s3_location">());
    CHECK(read->get_if<"text">() == nullptr);
    CHECK(read->get_if<"signature">() == nullptr);
    CHECK(read->unknown() == nullptr);
    auto signature = decode_json<source>(R"({"sig":"s","text":null,"__type":"Source"})");
    REQUIRE(signature.has_value());
    CHECK(signature->get_if<"text">() == nullptr);
    REQUIRE(signature->get_if<"signature">() != nullptr);
    *signature->get_if<"signature">() = "t";
    CHECK(write(*signature) == R"({"sig":"t"})");
    static_assert(!std::constructible_from<source, std::string>); // text or signature?
    bool visited = false;
    std::visit([&visited](auto const& held) { visited = sizeof(held) > 0; }, read->variant());
    CHECK(visited);
}

TEST_CASE("an alternative that is not known is kept with its name, and written again")
{
    std::string const text = R"({"futureLocation":{"a":[1,2]}})";
    auto const read = decode_json<source>(text);
    REQUIRE(read.has_value());
    REQUIRE(read->unknown() != nullptr);
    CHECK(read->unknown()->name == "futureLocation");
    CHECK(read->unknown()->value.at("a").as_array().size() == 2);
    CHECK(read->name() == "futureLocation");
    CHECK(!read->empty());
    CHECK(write(*read) == text);
    CHECK(write(source{unknown_alternative{"x", 1}}) == R"({"x":1})");
}

TEST_CASE("not exactly one member is an error both ways")
{
    for (std::string const text : {"{}", R"({"text":null})", R"({"__type":"x"})",
                                   R"({"text":"a","sig":"b"})", R"({"text":"a","new":1})"}) {
        CAPTURE(text);
        auto const read = decode_json<source>(text);
        REQUIRE(read.has_error());
        CHECK(read.error() == errc::bad_schema);
        CHECK(unit::contains(read.error().what(), "exactly one of s3Location, text, sig"));
    }
    CHECK(decode_json<source>("[]").error().info().message == "expected an object, got an array");
    source const nothing;
    CHECK(nothing.empty());
    CHECK(nothing.name().empty());
    CHECK(unit::contains(write(nothing), "exactly one of s3Location, text, sig must be set"));
    holder whole;
    whole.from = place{"u"};
    whole.more.resize(1);
    CHECK(unit::contains(write(whole), "$.more[0]"));
}

TEST_CASE("a wrong value inside of a union is found with its path")
{
    auto const read =
        decode_json<holder>(R"({"from":{"text":"x"},"more":[{"s3Location":{"uri":7}}]})");
    REQUIRE(read.has_error());
    CHECK(read.error().info().json_path == "$.more[0].s3Location.uri");
    auto const huge = decode_json<holder>(R"({"from":{"new":[1e999]}})");
    REQUIRE(huge.has_error());
    CHECK(huge.error().info().json_path == "$.from.new");
    auto const fine = decode_json<holder>(R"({"from":{"text":"x"},"perhaps":null})");
    REQUIRE(fine.has_value());
    CHECK(!fine->perhaps);
    CHECK(write(*fine) == R"({"from":{"text":"x"}})");
}
