// SPDX-License-Identifier: BSL-1.0
//
// Jobs that one request submits: their inputs are in it, or where the platform can fetch them.
// Files of any size are sent by file_job.hpp.

#ifndef INFERPP_PROVIDERS_MODZY_SUBMISSIONS_HPP
#define INFERPP_PROVIDERS_MODZY_SUBMISSIONS_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/providers/modzy/jobs.hpp>
#include <inferpp/providers/modzy/results.hpp>
#include <inferpp/providers/modzy/sources.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::modzy {

/// What all submissions have in common.
struct job_request {
    using provider = modzy::provider;
    using response = job_receipt;
    using status_operation = get_job;
    using result_operation = get_results;
    using cancel_operation = cancel_job;

    std::string model;   ///< identifier of the model: "ed542963de"
    std::string version; ///< of the model: "1.0.1"
    /// Also return explanations, if the model can give them.
    bool explain = false;
    /// The platform gives the job up after that (`phase::expired`); at least 1 ms. Default: never.
    std::optional<std::chrono::milliseconds> timeout;

    static std::string job_id(job_receipt const& receipt) { return receipt.job_identifier; }
    static job_status describe(job_details const& job) { return modzy::describe(job); }
    static bool result_ready(job_results const& results) { return results.finished; }
    /// Which inputs failed and why, for a job none of whose inputs succeeded.
    INFERPP_DECL static std::string failure_reason(job_results const& results);

protected:
    job_request(std::string with_model, std::string with_version)
        : model(std::move(with_model)),
          version(std::move(with_version))
    {
    }
    INFERPP_DECL result<void> validate_model() const;
    INFERPP_DECL void write_head(json_writer& out) const;
    template <class Request>
    static result<void> write_submission(std::string_view type, Request const& request,
                                         std::string& out);
};

/**
 * @brief A job on texts in UTF-8: the vendor's `client.jobs.submit_text`.
 *
 * *Source*: wire notes 2.1 and 2.2.
 */
struct text_job : job_request {
    static constexpr operation_info info{
        .name = "submit_text", .method = "POST", .route = "jobs", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    text_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    source_map<std::string> sources;

    /// Names the member that can't be valid: no model, a version that is no semantic version, no
    /// source, an empty key, a timeout below 1 ms.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
};
BOOST_DESCRIBE_STRUCT(text_job, (), (sources))

/// Bytes as an input, with their media type.
struct embedded_input {
    embedded_input() = default;
    embedded_input(bytes content) : data(std::move(content)) {}
    embedded_input(bytes content, std::string type)
        : data(std::move(content)),
          media_type(std::move(type))
    {
    }

    bytes data;
    /// "image/png"; parameters may follow.
    std::string media_type = "application/octet-stream";

    INFERPP_DECL void to_json(json_writer& out) const;
};

/**
 * @brief A job on bytes: the vendor's `client.jobs.submit_embedded`.
 *
 * The bytes are of any kind and sent inside the request as data URLs; meant for small files.
 *
 * @code
 * modzy::embedded_job request{"ed542963de", "0.0.27"};
 * request.sources["my-input"]["input.txt"] = inferpp::bytes{text};
 * request.explain = true;
 * auto job = co_await client.submit(request);
 * @endcode
 *
 * An input that the model can't use fails alone: the job succeeds in part, and
 * `job_results::failures` names it.
 *
 * *Source*: docs.modzy.com, client.jobs.submit_embedded; wire notes 2.1 to 2.3.
 */
struct embedded_job : job_request {
    static constexpr operation_info info{.name = "submit_embedded",
                                         .method = "POST",
                                         .route = "jobs",
                                         .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    embedded_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    source_map<embedded_input> sources;

    /// As `text_job::validate`; also an unusable media type.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
};
BOOST_DESCRIBE_STRUCT(embedded_job, (), (sources))

/// An object in a bucket.
struct s3_object {
    s3_object() = default;
    s3_object(std::string in_bucket, std::string with_key)
        : bucket(std::move(in_bucket)),
          key(std::move(with_key))
    {
    }

    std::string bucket;
    std::string key; ///< "/path/file.txt"
};
BOOST_DESCRIBE_STRUCT(s3_object, (), (bucket, key))

/**
 * @brief A job on objects in Amazon S3, which the platform fetches with the credentials given.
 *
 * *Source*: docs.modzy.com, "aws-s3"; wire notes 2.2.
 */
struct s3_job : job_request {
    static constexpr operation_info info{
        .name = "submit_s3", .method = "POST", .route = "jobs", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    s3_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    /// The keys name folders, and each file in them is an input.
    bool folders = false;
    secret access_key_id;
    secret secret_access_key;
    std::string region; ///< "us-east-1"
    source_map<s3_object> sources;

    /// As `text_job::validate`; also a missing credential, region, bucket or key.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    /// Keeps the credentials out of errors, where the server repeats them.
    INFERPP_DECL result<void> prepare(http::request& message) const;
};
BOOST_DESCRIBE_STRUCT(s3_job, (), (access_key_id, secret_access_key, region, sources))

constexpr json_rules json_rules_of(s3_job const*)
{
    return json_rules{naming::camel_case}.renamed("access_key_id", "accessKeyID");
}

/**
 * @brief A job on objects in NetApp StorageGRID, which the platform fetches.
 *
 * *Source*: wire notes 2.2.
 */
struct storage_grid_job : job_request {
    static constexpr operation_info info{.name = "submit_storage_grid",
                                         .method = "POST",
                                         .route = "jobs",
                                         .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    storage_grid_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    secret access_key_id;
    secret secret_access_key;
    std::string endpoint; ///< "https://grid.example"; always https
    source_map<s3_object> sources;

    /// As `s3_job::validate`; `endpoint` must be a URL of https.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    /// Keeps the credentials out of errors, where the server repeats them.
    INFERPP_DECL result<void> prepare(http::request& message) const;
};
BOOST_DESCRIBE_STRUCT(storage_grid_job, (), (access_key_id, secret_access_key, endpoint, sources))

constexpr json_rules json_rules_of(storage_grid_job const*)
{
    return json_rules{naming::camel_case}.renamed("access_key_id", "accessKeyID");
}

/// A blob in a container.
struct azure_blob {
    azure_blob() = default;
    azure_blob(std::string in_container, std::string path)
        : container(std::move(in_container)),
          file_path(std::move(path))
    {
    }

    std::string container;
    std::string file_path; ///< "folder/file.txt"
};
BOOST_DESCRIBE_STRUCT(azure_blob, (), (container, file_path))

/**
 * @brief A job on blobs in Azure, which the platform fetches with the credentials given.
 *
 * *Source*: docs.modzy.com, "azure-blobstore"; wire notes 2.2.
 */
struct azure_job : job_request {
    static constexpr operation_info info{
        .name = "submit_azure", .method = "POST", .route = "jobs", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    azure_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    std::string storage_account;
    secret storage_account_key;
    source_map<azure_blob> sources;

    /// As `text_job::validate`; also a missing account, key, container or path.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    /// Keeps the credentials out of errors, where the server repeats them.
    INFERPP_DECL result<void> prepare(http::request& message) const;
};
BOOST_DESCRIBE_STRUCT(azure_job, (), (storage_account, storage_account_key, sources))

/**
 * @brief A job on the rows of a database, which the platform reads by JDBC. Each row is one input;
 *        its columns are named by the data keys of the model. The results name the rows "row1-1"...
 *
 * *Source*: docs.modzy.com, "jdbc-database"; wire notes 2.2.
 */
struct jdbc_job : job_request {
    static constexpr operation_info info{
        .name = "submit_jdbc", .method = "POST", .route = "jobs", .repeat = idempotency::unsafe};

    /// @param model, version as in `job_request`
    jdbc_job(std::string with_model, std::string with_version)
        : job_request(std::move(with_model), std::move(with_version))
    {
    }

    std::string url; ///< "jdbc:postgresql://host:5432/database"
    std::string username;
    secret password;
    std::string driver = "org.postgresql.Driver"; ///< class of the JDBC driver
    std::string query;                            ///< "select d as \"input.txt\" from t"

    /// Names the member that is missing, and what `job_request` refuses.
    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL result<void> write_body(std::string& out) const;
    /// Keeps the credentials out of errors, where the server repeats them.
    INFERPP_DECL result<void> prepare(http::request& message) const;
};
BOOST_DESCRIBE_STRUCT(jdbc_job, (), (url, username, password, driver, query))

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<text_job> && !fragile_temporary<embedded_job> &&
              !fragile_temporary<s3_job> && !fragile_temporary<storage_grid_job> &&
              !fragile_temporary<azure_job> && !fragile_temporary<jdbc_job>);

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/submissions.ipp>
#endif

#endif
