// SPDX-License-Identifier: BSL-1.0
//
// Instruments: documents inside of sources, such as a deed in a scanned volume.

#ifndef INFERPP_PROVIDERS_ANNOLAB_INSTRUMENTS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_INSTRUMENTS_HPP

#include <inferpp/providers/annolab/annotations.hpp>
#include <inferpp/providers/annolab/tags.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// An instrument.
struct instrument {
    instrument() = default;

    std::int64_t id = 0;
    std::int64_t source_reference_id = 0;
    std::string source_name;
    std::optional<std::int64_t> start_page_number;
    std::optional<std::int64_t> end_page_number;
    std::string type_name;
    std::vector<tag> canonical_tags;
    std::vector<annotation> annotations;
    std::optional<user> reviewed_by;
    timestamp reviewed_at;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(instrument, (),
                      (id, source_reference_id, source_name, start_page_number, end_page_number,
                       type_name, canonical_tags, annotations, reviewed_by, reviewed_at, more))

/// Which tags an instrument must have or must not have.
struct tag_filter {
    tag_filter() = default;

    std::vector<std::string> include_types;
    std::vector<std::string> exclude_types;
    std::vector<std::string> canonical_tag_types; ///< as older servers call `include_types`
};
BOOST_DESCRIBE_STRUCT(tag_filter, (), (include_types, exclude_types, canonical_tag_types))

/// What instruments are chosen by. An instrument that fits one of the filters is given.
struct instrument_query : project_request {
    std::optional<annolab::tag_filter> tag_filter;
    std::optional<std::string> source_filter; ///< a part of the source's name

protected:
    /// @param in the project by its name
    explicit instrument_query(project_ref in) : project_request(std::move(in)) {}
};
BOOST_DESCRIBE_STRUCT(instrument_query, (project_request), (tag_filter, source_filter))

/// These requests name a project in their own way.
constexpr json_rules instrument_rules()
{
    return json_rules{naming::camel_case}
        .nothing_required()
        .renamed("project", "projectName")
        .renamed("group", "projectOwner");
}

/// A page of instruments.
struct instrument_page {
    instrument_page() = default;

    std::vector<instrument> results;
    std::int64_t page = 0; ///< 0: it is not said
    bool has_more_pages = false;
    unknown_members more;

    bool by_post = false; ///< how it was asked for
};
BOOST_DESCRIBE_STRUCT(instrument_page, (), (results, page, has_more_pages, more))

/// Whether another page comes after this one. @param page is set to it
INFERPP_DECL bool next_page(instrument_page const& listed, std::int64_t& page) noexcept;

/**
 * @brief GET or POST /v1/instrument/search: the instruments of a project with their annotations and
 *        tags, in pages of 100.
 *
 * Newer servers want a GET with a JSON body, older ones a POST of the same: where there is no such
 * GET (404, 405), the first page is asked for by POST, and so are those after it.
 *
 * @code
 * annolab::search_instruments search{{"Company", "My Project"}};
 * search.source_filter = "deed";
 * auto found = client.pages(search);
 * while (auto instrument = co_await found.next())
 *     std::cout << instrument->type_name << '\n';
 * @endcode
 *
 * *Source*: docs.annolab.ai, "Search Instruments"; wire notes 4.9.
 */
struct search_instruments : instrument_query {
    using item = instrument;
    using response = instrument_page;
    static constexpr operation_info info{.name = "search_instruments"};

    /// @param in the project by its name
    explicit search_instruments(project_ref in) : instrument_query(std::move(in)) {}

    std::int64_t page = 1; ///< the first one asked for; from 1

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static boost::asio::awaitable<instrument_page> perform(client with,
                                                                        search_instruments search,
                                                                        call_options call);
    static std::vector<instrument> items(instrument_page& listed)
    {
        return std::move(listed.results);
    }
    INFERPP_DECL bool advance(instrument_page const& listed);

private:
    bool by_post_ = false;
};
BOOST_DESCRIBE_STRUCT(search_instruments, (instrument_query), (page))

constexpr json_rules json_rules_of(search_instruments const*)
{
    return instrument_rules();
}

static_assert(!fragile_temporary<search_instruments>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/instruments.ipp>
#endif

#endif
