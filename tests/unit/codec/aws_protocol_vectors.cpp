// SPDX-License-Identifier: BSL-1.0
//
// Amazon's own tests of its JSON protocol, where they are about what our codec does for Bedrock:
// unions, bytes, and documents of any content.

#include <inferpp/codec/blob.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_union.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;

namespace protocol {

struct greeting {
    greeting() = default;

    std::optional<std::string> hi;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (hi))

struct renamed_greeting {
    renamed_greeting() = default;

    std::optional<std::string> salutation;
};
BOOST_DESCRIBE_STRUCT(renamed_greeting, (), (salutation))

struct any_kind
    : json_union<any_kind, alternative<"string_value", std::string>,
                 alternative<"boolean_value", bool>, alternative<"number_value", int>,
                 alternative<"blob_value", blob>, alternative<"timestamp_value", std::int64_t>,
                 alternative<"enum_value", std::string>,
                 alternative<"list_value", std::vector<std::string>>,
                 alternative<"map_value", std::map<std::string, std::string>>,
                 alternative<"structure_value", greeting>,
                 alternative<"renamed_structure_value", renamed_greeting>> {
    using json_union::json_union;
};
constexpr json_rules json_rules_of(any_kind const*) noexcept
{
    return json_rules{naming::camel_case};
}

struct union_holder {
    union_holder() = default;

    any_kind contents;
};
BOOST_DESCRIBE_STRUCT(union_holder, (), (contents))

struct blob_holder {
    blob_holder() = default;

    blob data;
};
BOOST_DESCRIBE_STRUCT(blob_holder, (), (data))

struct document_holder {
    document_holder() = default;

    std::string string_value;
    boost::json::value document_value;
};
BOOST_DESCRIBE_STRUCT(document_holder, (), (string_value, document_value))
constexpr json_rules json_rules_of(document_holder const*) noexcept
{
    return json_rules{naming::camel_case};
}

} // namespace protocol

namespace {

boost::json::value json(std::string_view text)
{
    auto const parsed = parse_json(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

/// The bodies of the cases of an operation, in both directions, by the case's name.
std::map<std::string, boost::json::value> bodies(std::string_view operation)
{
    std::map<std::string, boost::json::value> found;
    for (char const* const direction : {"input", "output"}) {
        auto const path = unit::shared_path("vectors/protocol-vectors/" + std::string{direction} +
                                            "-rest-json.json");
        if (path.empty())
            return {};
        auto const suites = json(unit::read_file(path));
        for (auto const& suite : suites.as_array()) {
            std::string_view const title = suite.at("description").as_string();
            if (title != "Test cases for " + std::string{operation} + " operation")
                continue;
            for (auto const& each : suite.at("cases").as_array()) {
                auto const& message =
                    each.at(direction == std::string_view{"input"} ? "serialized" : "response");
                std::string const name =
                    std::string{direction} + ' ' + each.at("id").as_string().c_str();
                found[name] = json(message.at("body").as_string());
            }
        }
    }
    return found;
}

/// Reads a body and writes it again.
template <class T>
boost::json::value again(boost::json::value const& body)
{
    auto const read = decode_value<T>(body);
    if (read.has_error())
        FAIL(read.error().what());
    std::string out;
    REQUIRE(encode_json(*read, out).has_value());
    return json(out);
}

} // namespace

TEST_CASE("unions are read and written as Amazon's tests of the protocol have it")
{
    auto const cases = bodies("JsonUnions");
    if (cases.empty())
        return;
    CHECK(cases.size() >= 20);
    for (auto const& [name, body] : cases) {
        CAPTURE(name);
        auto const read = decode_value<protocol::union_holder>(body);
        if (read.has_error())
            FAIL(read.error().what());
        CHECK(read->contents.unknown() == nullptr);
        auto wanted = body;
        wanted.at("contents").as_object().erase("__type");
        CHECK(again<protocol::union_holder>(body) == wanted);
    }
    auto const bytes_in =
        decode_value<protocol::union_holder>(cases.at("output RestJsonDeserializeBlobUnionValue"));
    CHECK(bytes_in->contents.get_if<"blob_value">()->view() == "foo");
}

TEST_CASE("bytes and documents are read and written as Amazon's tests of the protocol have it")
{
    auto const blobs = bodies("JsonBlobs");
    auto const documents = bodies("DocumentType");
    if (blobs.empty() || documents.empty())
        return;
    CHECK(blobs.size() == 2);
    for (auto const& [name, body] : blobs) {
        CAPTURE(name);
        CHECK(again<protocol::blob_holder>(body) == body);
        CHECK(decode_value<protocol::blob_holder>(body)->data == bytes{"value"});
    }
    CHECK(documents.size() == 10);
    for (auto const& [name, body] : documents) {
        CAPTURE(name);
        CHECK(again<protocol::document_holder>(body) == body);
    }
}

TEST_CASE("bytes in JSON are whole, padded, canonical base64, or an error with its path")
{
    auto const of = [](std::string_view text) {
        return decode_json<protocol::blob_holder>(R"({"data":)" + std::string{text} + '}');
    };
    CHECK(of(R"("")")->data.empty());
    CHECK(of(R"("/w==")")->data == bytes{"\xff"});
    for (char const* const bad : {R"("/w")", R"("/x==")", R"("a b=")", R"("YQ==\n")", "1", "[]"}) {
        CAPTURE(std::string{bad});
        auto const read = of(bad);
        REQUIRE(read.has_error());
        CHECK(read.error() == errc::bad_schema);
        CHECK(read.error().info().json_path == "$.data");
    }
    blob const all{bytes{std::string(3, '\0')}};
    std::string out;
    REQUIRE(encode_json(all, out).has_value());
    CHECK(out == R"("AAAA")");
}
