// SPDX-License-Identifier: BSL-1.0
//
// Where a model says that it has something from. *Source*: the shapes of the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CITATIONS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CITATIONS_HPP

#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// Whether the model is to say what it has from a source.
struct citations_config : shape {
    citations_config() = default;
    explicit citations_config(bool wanted) : enabled(wanted) {}

    bool enabled = false;
};
BOOST_DESCRIBE_STRUCT(citations_config, (), (enabled))

/// A page of the web.
struct web_location : shape {
    web_location() = default;

    std::string url;
    std::string domain;
};
BOOST_DESCRIBE_STRUCT(web_location, (), (url, domain))

/// A part of a document, in the unit that its place in `citation_location` says.
struct document_span : shape {
    document_span() = default;

    std::int64_t document_index = 0; ///< in the order of the conversation
    std::int64_t start = 0;
    std::int64_t end = 0;
};
BOOST_DESCRIBE_STRUCT(document_span, (), (document_index, start, end))

/// A part of what a search has found, in blocks.
struct search_result_span : shape {
    search_result_span() = default;

    std::int64_t search_result_index = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
};
BOOST_DESCRIBE_STRUCT(search_result_span, (), (search_result_index, start, end))

/// Where a source says it: on the web, or in characters, pages or chunks of a document.
struct citation_location : shape,
                           json_union<citation_location, alternative<"web", web_location>,
                                      alternative<"document_char", document_span>,
                                      alternative<"document_page", document_span>,
                                      alternative<"document_chunk", document_span>,
                                      alternative<"search_result_location", search_result_span>> {
    using json_union::json_union;
};

/// One source of what a model says.
struct citation : shape {
    citation() = default;

    std::optional<std::string> title;
    std::optional<std::string> source;
    std::vector<text_item> source_content; ///< the source's own words
    std::optional<citation_location> location;
};
BOOST_DESCRIBE_STRUCT(citation, (), (title, source, source_content, location))

/// What a model says, with its sources.
struct citations_block : shape {
    citations_block() = default;

    std::vector<text_item> content;
    std::vector<citation> citations;
};
BOOST_DESCRIBE_STRUCT(citations_block, (), (content, citations))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
