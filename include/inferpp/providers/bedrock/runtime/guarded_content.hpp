// SPDX-License-Identifier: BSL-1.0
//
// Parts of a conversation for guardrails, and points to which it is kept. *Source*: the shapes of
// the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDED_CONTENT_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDED_CONTENT_HPP

#include <inferpp/codec/blob.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// What a text is to a guardrail.
enum class qualifier { unknown, grounding_source, query, guard_content };
BOOST_DESCRIBE_ENUM(qualifier, unknown, grounding_source, query, guard_content)

/// A text that a guardrail looks at.
struct guarded_text : shape {
    guarded_text() = default;
    explicit guarded_text(std::string t) : text(std::move(t)) {}

    std::string text;
    std::vector<word<qualifier>> qualifiers;
};
BOOST_DESCRIBE_STRUCT(guarded_text, (), (text, qualifiers))

enum class guarded_format { unknown, png, jpeg };
BOOST_DESCRIBE_ENUM(guarded_format, unknown, png, jpeg)

/// The bytes of an image that a guardrail looks at; there may be other sources one day.
struct guarded_source : shape, json_union<guarded_source, alternative<"bytes", blob>> {
    using json_union::json_union;

    guarded_source(bytes content) : json_union(blob{std::move(content)}) {}
};

/// An image that a guardrail looks at.
struct guarded_image : shape {
    guarded_image() = default;
    guarded_image(word<guarded_format> f, guarded_source s)
        : format(std::move(f)),
          source(std::move(s))
    {
    }

    word<guarded_format> format;
    guarded_source source;
};
BOOST_DESCRIBE_STRUCT(guarded_image, (), (format, source))

/// What a guardrail looks at.
struct guard_content : shape,
                       json_union<guard_content, alternative<"text", guarded_text>,
                                  alternative<"image", guarded_image>> {
    using json_union::json_union;
};

enum class cache_type { unknown, standard };
BOOST_DESCRIBE_ENUM(cache_type, unknown, standard)

constexpr json_rules json_rules_of(cache_type const*) noexcept
{
    return json_rules{}.renamed("standard", "default");
}

/// All before it may be kept, so that the next request that begins in the same way is cheaper.
struct cache_point : shape {
    cache_point() = default;

    word<cache_type> type = cache_type::standard; ///< "default" on the wire
    std::optional<std::string> ttl;               ///< "5m" or "1h"
};
BOOST_DESCRIBE_STRUCT(cache_point, (), (type, ttl))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
