// SPDX-License-Identifier: BSL-1.0
//
// What the runtime's types have in common, and the words that several of them use.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_SHAPE_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_SHAPE_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_union.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// A type of the runtime's JSON: its members are called in camelCase there, and none must be there
/// when it is read, unless the type has rules of its own.
struct shape {};

constexpr json_rules json_rules_of(shape const*) noexcept
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// A union that holds a text; there may be other kinds one day.
struct text_item : shape, json_union<text_item, alternative<"text", std::string>> {
    using json_union::json_union;

    text_item(char const* text) : json_union(std::string{text}) {}
};

/// A structure around a text.
struct text_piece : shape {
    text_piece() = default;
    explicit text_piece(std::string t) : text(std::move(t)) {}

    std::string text;
};
BOOST_DESCRIBE_STRUCT(text_piece, (), (text))

/// How fast a model answers; `optimized` costs more.
enum class latency { unknown, standard, optimized };
BOOST_DESCRIBE_ENUM(latency, unknown, standard, optimized)

/// How fast a model answers.
struct performance_config : shape {
    performance_config() = default;
    explicit performance_config(word<runtime::latency> with) : latency(std::move(with)) {}

    std::optional<word<runtime::latency>> latency; ///< by default standard
};
BOOST_DESCRIBE_STRUCT(performance_config, (), (latency))

/// Who is served first.
enum class tier {
    unknown,
    priority, ///< before all others
    standard, ///< "default" on the wire
    flex,     ///< cheaper, and later
    reserved, ///< on capacity that was bought
};
BOOST_DESCRIBE_ENUM(tier, unknown, priority, standard, flex, reserved)

constexpr json_rules json_rules_of(tier const*) noexcept
{
    return json_rules{}.renamed("standard", "default");
}

/// Who is served first.
struct service_tier : shape {
    service_tier() = default;
    explicit service_tier(word<tier> which) : type(std::move(which)) {}

    word<tier> type;
};
BOOST_DESCRIBE_STRUCT(service_tier, (), (type))

/// An object in S3.
struct s3_location : shape {
    s3_location() = default;
    explicit s3_location(std::string where) : uri(std::move(where)) {}

    std::string uri;                         ///< "s3://bucket/key", at most 1024 characters
    std::optional<std::string> bucket_owner; ///< the account that the bucket must belong to
};
BOOST_DESCRIBE_STRUCT(s3_location, (), (uri, bucket_owner))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
