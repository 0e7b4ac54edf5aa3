// SPDX-License-Identifier: BSL-1.0
//
// Land abstracts: the instruments that concern a piece of land.

#ifndef INFERPP_PROVIDERS_ANNOLAB_ABSTRACTS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_ABSTRACTS_HPP

#include <inferpp/providers/annolab/instruments.hpp>
#include <inferpp/providers/annolab/pdf_sources.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A piece of land.
struct land_area {
    land_area() = default;
    land_area(std::string in_state, std::string in_county)
        : state(std::move(in_state)),
          county(std::move(in_county))
    {
    }

    std::string state;
    std::string county;
    std::optional<std::string> section;
    std::optional<std::string> township;
    std::optional<std::string> range;
    std::optional<std::string> block;
    std::optional<std::string> abstract;
    std::optional<std::string> survey;
};
BOOST_DESCRIBE_STRUCT(land_area, (),
                      (state, county, section, township, range, block, abstract, survey))

/// A land abstract.
struct abstract_details {
    abstract_details() = default;

    std::int64_t id = 0;
    std::string name;
    std::string key;
    std::int64_t project_id = 0;
    std::vector<tag> tags;
    boost::json::value instruments; ///< their shape is not established
    timestamp created_at;
    timestamp updated_at;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(abstract_details, (),
                      (id, name, key, project_id, tags, instruments, created_at, updated_at, more))

constexpr json_rules json_rules_of(abstract_details const*)
{
    return json_rules{naming::camel_case}.required("id");
}

/// POST /v1/abstract/create. *Source*: wire notes 4.11.
struct create_abstract : project_request {
    using response = abstract_details;
    static constexpr operation_info info{.name = "create_abstract",
                                         .method = "POST",
                                         .route = "abstract/create",
                                         .repeat = idempotency::unsafe};

    create_abstract(project_ref in, std::string with_name, std::vector<land_area> areas)
        : project_request(std::move(in)),
          name(std::move(with_name)),
          aois(std::move(areas))
    {
    }

    std::string name;
    std::vector<land_area> aois; ///< at least one
    boost::json::array subdivisions;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_abstract, (project_request), (name, aois, subdivisions))

/// POST /v1/abstract/search: the abstract of a name. *Source*: wire notes 4.11.
struct find_abstract : project_request {
    using response = abstract_details;
    static constexpr operation_info info{
        .name = "find_abstract", .method = "POST", .route = "abstract/search"};

    find_abstract(project_ref in, std::string with_name)
        : project_request(std::move(in)),
          name(std::move(with_name))
    {
    }

    std::string name;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(find_abstract, (project_request), (name))

/// POST /v1/abstract/land/instruments/search: the instruments of an abstract, in pages. *Source*:
/// wire notes 4.11.
struct search_land_instruments : project_request {
    using item = instrument;
    using response = instrument_page;
    static constexpr operation_info info{.name = "search_land_instruments",
                                         .method = "POST",
                                         .route = "abstract/land/instruments/search"};

    search_land_instruments(project_ref in, name_or_id of_abstract)
        : project_request(std::move(in)),
          abstract(std::move(of_abstract))
    {
    }

    name_or_id abstract;
    std::int64_t page = 1; ///< the first one asked for; from 1

    INFERPP_DECL result<void> validate() const;
    static std::vector<instrument> items(instrument_page& listed)
    {
        return std::move(listed.results);
    }
    INFERPP_DECL bool advance(instrument_page const& listed);
};
BOOST_DESCRIBE_STRUCT(search_land_instruments, (project_request), (abstract, page))

constexpr json_rules json_rules_of(search_land_instruments const*)
{
    return project_rules().renamed("abstract", "abstractIdentifier");
}

/// The sources of an abstract by their state.
struct runsheet_counts {
    runsheet_counts() = default;

    std::uint64_t sources = 0;
    std::uint64_t ready = 0;
    std::uint64_t running = 0;
    std::uint64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(runsheet_counts, (), (sources, ready, running, failed))

/// One source of an abstract.
struct runsheet_source {
    runsheet_source() = default;

    std::int64_t source_id = 0;
    std::string name;
    std::string status;
};
BOOST_DESCRIBE_STRUCT(runsheet_source, (), (source_id, name, status))

/// How far the platform is with an abstract's sources.
struct runsheet_status {
    runsheet_status() = default;

    std::int64_t abstract_id = 0;
    std::string status; ///< at its end "READY" or "ERRORED"
    runsheet_counts counts;
    boost::json::object blockers; ///< by source id: what keeps it
    std::vector<runsheet_source> sources;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(runsheet_status, (), (abstract_id, status, counts, blockers, sources, more))

constexpr json_rules json_rules_of(runsheet_status const*)
{
    return json_rules{naming::camel_case}.required("status");
}

/// The portable status of an abstract's uploads.
INFERPP_DECL job_status describe(runsheet_status const& of);

/// GET /v1/abstract/runsheet-status/{id}. *Source*: wire notes 4.11.
struct get_runsheet_status {
    using provider = annolab::provider;
    using response = runsheet_status;
    static constexpr operation_info info{.name = "get_runsheet_status",
                                         .route = "abstract/runsheet-status/{abstract}"};

    /// @param id of the abstract
    explicit get_runsheet_status(std::string id) : abstract(std::move(id)) {}
    explicit get_runsheet_status(std::int64_t id) : abstract(std::to_string(id)) {}

    std::string abstract;
};
BOOST_DESCRIBE_STRUCT(get_runsheet_status, (), (abstract))

/**
 * @brief A PDF is added to an abstract. The job is that the abstract is ready again, with all that
 *        was added to it.
 *
 * `client.attach<annolab::abstract_upload>(id)` waits for an abstract. *Source*: wire notes 4.4 and
 * 4.11.
 */
struct abstract_upload : pdf_request {
    using status_operation = get_runsheet_status;
    using result_operation = get_runsheet_status;
    static constexpr operation_info info{
        .name = "abstract_upload", .method = "POST", .repeat = idempotency::unsafe};

    /// @param to the abstract's id
    abstract_upload(project_ref in, std::int64_t to, std::string with_name, file_input with_content)
        : pdf_request(std::move(in), std::move(with_name), std::move(with_content))
    {
        abstract_id = to;
    }

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static std::string job_id(pdf_receipt const& receipt);
    static job_status describe(runsheet_status const& of) { return annolab::describe(of); }
};

static_assert(!fragile_temporary<create_abstract> && !fragile_temporary<find_abstract> &&
              !fragile_temporary<search_land_instruments> &&
              !fragile_temporary<get_runsheet_status> && !fragile_temporary<abstract_upload>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/abstracts.ipp>
#endif

#endif
