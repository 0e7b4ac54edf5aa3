// SPDX-License-Identifier: BSL-1.0
//
// Three calls of Launch's older interface, on the hosted service alone: it lies beside the newer
// one, at "/v1/hosted_inference" of the host.

#ifndef INFERPP_PROVIDERS_LAUNCH_LEGACY_HPP
#define INFERPP_PROVIDERS_LAUNCH_LEGACY_HPP

#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::launch {

/// Where something may be uploaded to, once.
struct presigned_upload {
    presigned_upload() = default;

    std::string signed_url; ///< for `client.upload(url, data)`; who has it may write there
    std::string bucket;
    std::string key;

    /// "s3://bucket/key": what the platform calls the place.
    std::string location() const { return "s3://" + bucket + '/' + key; }
};
BOOST_DESCRIBE_STRUCT(presigned_upload, (), (signed_url, bucket, key))

constexpr json_rules json_rules_of(presigned_upload const*)
{
    return json_rules{naming::camel_case};
}

/// POST batch_task_input_upload: asks where the input of a batch job may be uploaded to.
/// *Source*: wire notes 2.8
struct request_batch_upload {
    using provider = launch::provider;
    using response = presigned_upload;
    static constexpr operation_info info{.name = "request_batch_upload",
                                         .method = "POST",
                                         .route = "batch_task_input_upload",
                                         .root = "hosted_inference"};

    request_batch_upload() {}
};
BOOST_DESCRIBE_STRUCT(request_batch_upload, (), ())

/// POST model_bundle_upload: asks where a model bundle may be uploaded to.
/// *Source*: wire notes 2.8
struct request_bundle_upload {
    using provider = launch::provider;
    using response = presigned_upload;
    static constexpr operation_info info{.name = "request_bundle_upload",
                                         .method = "POST",
                                         .route = "model_bundle_upload",
                                         .root = "hosted_inference"};

    request_bundle_upload() {}
};
BOOST_DESCRIBE_STRUCT(request_bundle_upload, (), ())

/// Something that was uploaded.
struct uploaded {
    uploaded() = default;

    std::string location; ///< "s3://bucket/key"
};

/**
 * @brief Uploads the input of a batch job: asks where to, and puts it there.
 *
 * @code
 * launch::upload_batch_input upload{launch::csv_of_urls(urls)};
 * auto input = co_await client.send(upload);
 * launch::create_batch_job job{bundle, input.location};
 * @endcode
 *
 * The credentials don't go to the storage. *Source*: wire notes 2.8
 */
struct upload_batch_input {
    using provider = launch::provider;
    using response = uploaded;
    static constexpr operation_info info{.name = "upload_batch_input", .method = "POST"};

    /// @param csv see `csv_of_urls` and `csv_of_args`
    explicit upload_batch_input(bytes csv) : content(std::move(csv)) {}

    bytes content;

    INFERPP_DECL static boost::asio::awaitable<uploaded> perform(client with,
                                                                 upload_batch_input upload,
                                                                 call_options call);
};

/// Uploads a model bundle: asks where to, and puts it there. *Source*: wire notes 2.8
struct upload_bundle {
    using provider = launch::provider;
    using response = uploaded;
    static constexpr operation_info info{.name = "upload_bundle", .method = "POST"};

    explicit upload_bundle(bytes bundle) : content(std::move(bundle)) {}

    bytes content;

    INFERPP_DECL static boost::asio::awaitable<uploaded> perform(client with, upload_bundle upload,
                                                                 call_options call);
};

/// What was logged while an endpoint was created.
struct creation_logs {
    creation_logs() = default;

    std::string content;
};
BOOST_DESCRIBE_STRUCT(creation_logs, (), (content))

/// GET endpoints/creation_logs/{name}. *Source*: wire notes 2.8
struct get_creation_logs {
    using provider = launch::provider;
    using response = creation_logs;
    static constexpr operation_info info{.name = "get_creation_logs",
                                         .route = "endpoints/creation_logs/{endpoint}",
                                         .root = "hosted_inference"};

    /// @param name of the endpoint
    explicit get_creation_logs(std::string name) : endpoint(std::move(name)) {}

    std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(get_creation_logs, (), (endpoint))

static_assert(!fragile_temporary<upload_batch_input> && !fragile_temporary<upload_bundle> &&
              !fragile_temporary<get_creation_logs>);

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/legacy.ipp>
#endif

#endif
