// SPDX-License-Identifier: BSL-1.0
//
// Exports: archives of what a project holds. Each is a job.

#ifndef INFERPP_PROVIDERS_ANNOLAB_EXPORTS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_EXPORTS_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/annolab/instruments.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// Where an export stands.
struct export_status {
    export_status() = default;

    std::string status;       ///< "initalized", "started", "finished", "errored"
    std::string download_url; ///< of a finished one; who has it may read the archive
    boost::json::value error; ///< of one that failed
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(export_status, (), (status, download_url, error, more))

constexpr json_rules json_rules_of(export_status const*)
{
    return json_rules{naming::camel_case}.required("status");
}

/// The portable status of an export.
INFERPP_DECL job_status describe(export_status const& of);

/// The answer to the request for an export.
struct export_receipt {
    export_receipt() = default;

    std::string export_status_url; ///< absolute, or relative to the platform's address
    std::optional<export_status> export_job;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(export_receipt, (), (export_status_url, export_job, more))

/// GET of the URL that the answer to an export gave. The API key goes along if it is of the
/// configured origin, and to nobody else. *Source*: wire notes 4.10.
struct get_export {
    using provider = annolab::provider;
    using response = export_status;
    static constexpr operation_info info{.name = "get_export"};

    /// @param status_url what `export_receipt::export_status_url` says; it is the job's id
    explicit get_export(std::string status_url) : url(std::move(status_url)) {}

    std::string url;

    INFERPP_DECL static boost::asio::awaitable<export_status> perform(client with, get_export ask,
                                                                      call_options call);
};

/// What all exports have in common. Their result is where the archive can be had:
/// `client.open(url)` gives its bytes, and `client.stream(annolab::read_export{url})` what a
/// project's holds. The archive is asked for without the API key.
struct export_request {
    using response = export_receipt;
    using status_operation = get_export;
    using result_operation = get_export;

    static std::string job_id(export_receipt const& receipt) { return receipt.export_status_url; }
    static job_status describe(export_status const& of) { return annolab::describe(of); }

protected:
    export_request() = default;
};

/**
 * @brief POST /v1/export/project: exports a project, or a part of it.
 *
 * @code
 * annolab::export_project request{{"Company", "My Project"}};
 * request.annotation_layer_names = {"Gold Set"};
 * auto done = co_await client.run(request, {.deadline = 1h});
 * auto records = co_await client.stream(annolab::read_export{done.download_url});
 * @endcode
 *
 * It changes nothing, so it is repeated where its answer was lost. *Source*: wire notes 4.10.
 */
struct export_project : project_request, export_request {
    using provider = project_request::provider;
    static constexpr operation_info info{
        .name = "export_project", .method = "POST", .route = "export/project"};

    explicit export_project(project_ref of) : project_request(std::move(of)) {}

    std::vector<std::int64_t> source_ids;            ///< empty: all
    std::vector<std::string> annotation_layer_names; ///< empty: all
    bool include_annotation_types = false;
    bool include_sources = false;
    bool include_text_bounds = false;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(export_project, (project_request),
                      (source_ids, annotation_layer_names, include_annotation_types,
                       include_sources, include_text_bounds))

/// POST /v1/export/instruments: exports the instruments that a search would find. What the archive
/// holds is not established. *Source*: docs.annolab.ai, "Export Instruments"; wire notes 4.10.
struct export_instruments : instrument_query, export_request {
    using provider = instrument_query::provider;
    static constexpr operation_info info{
        .name = "export_instruments", .method = "POST", .route = "export/instruments"};

    /// @param in the project by its name
    explicit export_instruments(project_ref in) : instrument_query(std::move(in)) {}

    bool include_files = false; ///< the PDFs too

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(export_instruments, (instrument_query), (include_files))

constexpr json_rules json_rules_of(export_instruments const*)
{
    return instrument_rules();
}

static_assert(!fragile_temporary<get_export> && !fragile_temporary<export_project> &&
              !fragile_temporary<export_instruments>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/exports.ipp>
#endif

#endif
