// SPDX-License-Identifier: BSL-1.0
//
// PDFs as sources: they are uploaded, and then read by the platform, which is a job.

#ifndef INFERPP_PROVIDERS_ANNOLAB_PDF_SOURCES_HPP
#define INFERPP_PROVIDERS_ANNOLAB_PDF_SOURCES_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/net/file_input.hpp>
#include <inferpp/providers/annolab/tags.hpp>
#include <inferpp/providers/annolab/types.hpp>
#include <inferpp/providers/annolab/workflows.hpp>

#include <boost/json/object.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A source that the platform is reading.
struct pending_source {
    pending_source() = default;

    std::int64_t pending_source_id = 0;
    std::string name;
    std::string source_type; ///< "pdf"
    std::string status;      ///< at its end "Complete" or "Errored"
    timestamp created_at;
    timestamp expires_at;
    timestamp confirmed_at;
    std::optional<std::int64_t> final_source_id; ///< the source, once there is one
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(pending_source, (),
                      (pending_source_id, name, source_type, status, created_at, expires_at,
                       confirmed_at, final_source_id, more))

constexpr json_rules json_rules_of(pending_source const*)
{
    return json_rules{naming::camel_case}.nothing_required().also_read("pending_source_id", "id");
}

/// The portable status of a source that is being read.
INFERPP_DECL job_status describe(pending_source const& source);

/// GET /v1/pending-source/{id}. *Source*: wire notes 4.4.
struct get_pending_source {
    using provider = annolab::provider;
    using response = pending_source;
    static constexpr operation_info info{.name = "get_pending_source",
                                         .route = "pending-source/{pending}"};

    /// @param id of the pending source
    explicit get_pending_source(std::string id) : pending(std::move(id)) {}
    explicit get_pending_source(std::int64_t id) : pending(std::to_string(id)) {}

    std::string pending;
};
BOOST_DESCRIBE_STRUCT(get_pending_source, (), (pending))

/// The answer to a PDF that has been uploaded.
struct pdf_receipt {
    pdf_receipt() = default;

    std::string project_name;
    std::int64_t project_id = 0;
    std::string directory_name;
    std::int64_t directory_id = 0;
    std::string source_name;
    annolab::pending_source pending_source;
    std::optional<std::int64_t> execution_id; ///< of the workflow, where one was started
    std::optional<std::int64_t> abstract_id;  ///< that of the request
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(pdf_receipt, (),
                      (project_name, project_id, directory_name, directory_id, source_name,
                       pending_source, execution_id, abstract_id, more))

// --- the three steps
// ------------------------------------------------------------------------------

/// Where a PDF is to be uploaded.
struct pdf_upload {
    pdf_upload() = default;

    std::string upload_url; ///< who has it may write there
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(pdf_upload, (), (upload_url, more))

constexpr json_rules json_rules_of(pdf_upload const*)
{
    return json_rules{naming::camel_case}.required("upload_url");
}

/// POST /v1/source/init-pdf: asks where to upload a PDF. Without `create_pdf` nothing comes of it.
/// *Source*: wire notes 4.4.
struct init_pdf : project_request {
    using response = pdf_upload;
    static constexpr operation_info info{
        .name = "init_pdf", .method = "POST", .route = "source/init-pdf"};

    init_pdf(project_ref in, name_or_id in_directory, std::string name)
        : project_request(std::move(in)),
          directory(std::move(in_directory)),
          source_name(std::move(name))
    {
    }

    name_or_id directory;
    std::string source_name;
    std::optional<boost::json::object> metadata;
    std::optional<std::int64_t> abstract_id; ///< of the land abstract that it belongs to

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(init_pdf, (project_request), (directory, source_name, metadata, abstract_id))

constexpr json_rules json_rules_of(init_pdf const*)
{
    return project_rules().renamed("directory", "directoryIdentifier");
}

/// POST /v1/source/create-pdf: lets the platform read a PDF that has been uploaded. *Source*: wire
/// notes 4.4.
struct create_pdf : project_request {
    using response = pdf_receipt;
    static constexpr operation_info info{.name = "create_pdf",
                                         .method = "POST",
                                         .route = "source/create-pdf",
                                         .repeat = idempotency::unsafe};

    create_pdf(project_ref in, name_or_id in_directory, std::string name)
        : project_request(std::move(in)),
          directory(std::move(in_directory)),
          source(std::move(name))
    {
    }

    name_or_id directory;
    std::string source; ///< its name
    std::string preprocessor = "none";
    std::optional<bool> ocr; ///< default: the platform's, which changed from no to yes
    std::optional<std::string> workflow;
    std::optional<std::int64_t> abstract_id;
    unknown_members more; ///< sent too: the platform takes "sourceText" and "textBounds"

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_pdf, (project_request),
                      (directory, source, preprocessor, ocr, workflow, abstract_id, more))

constexpr json_rules json_rules_of(create_pdf const*)
{
    return project_rules()
        .renamed("directory", "directoryIdentifier")
        .renamed("source", "sourceIdentifier");
}

// --- all of them in one
// ---------------------------------------------------------------------------

/// What uploads of PDFs of any size have in common.
struct pdf_request : project_request {
    using response = pdf_receipt;

    std::string name;   ///< of the source: "deed.pdf"
    file_input content; ///< read while it is sent
    name_or_id directory = "Uploads";
    std::optional<boost::json::object> metadata;
    std::string preprocessor = "none";
    std::optional<bool> ocr;                 ///< default: the platform's
    std::optional<std::string> workflow;     ///< "aircraft_title", "land_title"
    std::optional<std::int64_t> abstract_id; ///< of the land abstract that it belongs to
    boost::json::object more;                ///< as in `create_pdf`

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static boost::asio::awaitable<pdf_receipt> perform(client with,
                                                                    pdf_request request,
                                                                    call_options call);

protected:
    pdf_request(project_ref in, std::string with_name, file_input with_content)
        : project_request(std::move(in)),
          name(std::move(with_name)),
          content(std::move(with_content))
    {
    }
};

/**
 * @brief A PDF of any size becomes a source. The job is that the platform reads it.
 *
 * @code
 * annolab::create_pdf_source request{{"Company", "My Project"}, "deed.pdf",
 *                                    std::filesystem::path{"deed.pdf"}};
 * auto job = co_await client.submit(request);
 * auto read = co_await job.result({.deadline = 10min});
 * use(read.final_source_id.value());
 * @endcode
 *
 * `submit` asks where to upload it, uploads it there without the API key, and lets the platform
 * read it. Nothing is read, and billed, before the last of these steps: an error of another has
 * done no harm.
 *
 * *Lifetimes*: a file is read while `submit` runs, and must not change.
 * *Source*: wire notes 4.4.
 */
struct create_pdf_source : pdf_request {
    using status_operation = get_pending_source;
    using result_operation = get_pending_source;
    static constexpr operation_info info{
        .name = "create_pdf_source", .method = "POST", .repeat = idempotency::unsafe};

    create_pdf_source(project_ref in, std::string with_name, file_input with_content)
        : pdf_request(std::move(in), std::move(with_name), std::move(with_content))
    {
    }

    INFERPP_DECL static std::string job_id(pdf_receipt const& receipt);
    static job_status describe(pending_source const& source) { return annolab::describe(source); }
};

/**
 * @brief A PDF becomes a source, and a workflow is run on it. The job is the workflow.
 *
 * A workflow that is known by its id alone is waited for by
 * `client.attach<annolab::pdf_workflow>(id)`.
 *
 * *Source*: wire notes 4.4 and 4.11.
 */
struct pdf_workflow : pdf_request {
    using status_operation = get_workflow_execution;
    using result_operation = get_workflow_execution;
    static constexpr operation_info info{
        .name = "pdf_workflow", .method = "POST", .repeat = idempotency::unsafe};

    pdf_workflow(project_ref in, std::string with_name, file_input with_content,
                 std::string with_workflow)
        : pdf_request(std::move(in), std::move(with_name), std::move(with_content))
    {
        workflow = std::move(with_workflow);
    }

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static std::string job_id(pdf_receipt const& receipt);
    static job_status describe(workflow_execution const& execution)
    {
        return annolab::describe(execution);
    }
};

/**
 * @brief POST /v1/source/upload-pdf: a PDF in one request, for servers that can't be given a URL.
 *
 * It is held in memory. *Source*: wire notes 4.4.
 */
struct upload_pdf : project_request {
    using response = pdf_receipt;
    using status_operation = get_pending_source;
    using result_operation = get_pending_source;
    static constexpr operation_info info{.name = "upload_pdf",
                                         .method = "POST",
                                         .route = "source/upload-pdf",
                                         .repeat = idempotency::unsafe};

    upload_pdf(project_ref in, std::string name, bytes with_content)
        : project_request(std::move(in)),
          source(std::move(name)),
          content(std::move(with_content))
    {
    }

    std::string source; ///< its name
    bytes content;
    std::optional<std::string> workflow;
    std::vector<new_tag> tags;
    std::optional<boost::json::object> metadata;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> prepare(http::request& message) const;
    static std::string job_id(pdf_receipt const& receipt)
    {
        return create_pdf_source::job_id(receipt);
    }
    static job_status describe(pending_source const& of) { return annolab::describe(of); }
};

static_assert(!fragile_temporary<get_pending_source> && !fragile_temporary<init_pdf> &&
              !fragile_temporary<create_pdf> && !fragile_temporary<create_pdf_source> &&
              !fragile_temporary<pdf_workflow> && !fragile_temporary<upload_pdf>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/pdf_sources.ipp>
#endif

#endif
