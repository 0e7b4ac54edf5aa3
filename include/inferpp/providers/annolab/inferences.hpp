// SPDX-License-Identifier: BSL-1.0
//
// Inferences: a model annotates sources, and its predictions lie in a layer.

#ifndef INFERPP_PROVIDERS_ANNOLAB_INFERENCES_HPP
#define INFERPP_PROVIDERS_ANNOLAB_INFERENCES_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/annolab/export_records.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// The answer to an inference, and where it stands. Which members there are depends on the request.
struct inference_status {
    inference_status() = default;

    std::int64_t inference_job_id = 0;
    std::string status; ///< "Queued"; at its end "Finished", "Complete" or "Errored"
    std::string project_name;
    std::int64_t project_id = 0;
    std::string output_layer_name;
    std::int64_t output_layer_id = 0;
    std::vector<std::int64_t> source_ids;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(inference_status, (),
                      (inference_job_id, status, project_name, project_id, output_layer_name,
                       output_layer_id, source_ids, more))

constexpr json_rules json_rules_of(inference_status const*)
{
    return json_rules{naming::camel_case}.required("inference_job_id", "status");
}

/// The portable status of an inference. The platform tells neither progress nor reasons.
INFERPP_DECL job_status describe(inference_status const& of);

/// GET /v1/infer/batch/{id}. *Source*: docs.annolab.ai, "Model Inferences"; wire notes 2.2.
struct get_inference {
    using provider = annolab::provider;
    using response = inference_status;
    static constexpr operation_info info{
        .name = "get_inference", .route = "batch/{job}", .root = "inferences"};

    /// @param id of the inference
    explicit get_inference(std::string id) : job(std::move(id)) {}
    explicit get_inference(std::int64_t id) : job(std::to_string(id)) {}

    std::string job;
};
BOOST_DESCRIBE_STRUCT(get_inference, (), (job))

// --- where the predictions are
// --------------------------------------------------------------------

/// What an export needs to find the predictions of an inference: the `job_ref::context` of
/// `infer_batch`, as JSON.
struct prediction_place {
    prediction_place() = default;

    std::string group;
    name_or_id project;
    std::string layer;
    std::vector<std::int64_t> sources; ///< empty: all of the project
};
BOOST_DESCRIBE_STRUCT(prediction_place, (), (group, project, layer, sources))

/// What a model has predicted.
struct predictions {
    predictions() = default;

    std::vector<exported_annotation> annotations; ///< in the order of the export
};

/// The last step of `infer_batch`'s result: reads the archive, of which it keeps the annotations of
/// the layer and the sources.
struct read_predictions {
    using provider = annolab::provider;
    using response = predictions;
    static constexpr operation_info info{.name = "read_predictions", .held = true};

    explicit read_predictions(job_ref of) : exported(std::move(of)) {}

    job_ref exported; ///< the export, with a `prediction_place`

    INFERPP_DECL static boost::asio::awaitable<predictions> perform(client with,
                                                                    read_predictions op,
                                                                    call_options call);
};

/// The step before: an export of the layer and the sources.
struct export_predictions : export_project {
    using result_operation = read_predictions;
    static constexpr operation_info info{
        .name = "export_predictions", .method = "POST", .route = "export/project"};

    /// @param inference with a `prediction_place`
    INFERPP_DECL explicit export_predictions(job_ref const& inference);

    /// Refuses an inference of which only the id is known, and says what to do.
    INFERPP_DECL result<void> validate() const;
    std::string job_context() const { return context_; }

private:
    std::string context_;
    bool known_ = false;
};
BOOST_DESCRIBE_STRUCT(export_predictions, (export_project), ())

// --- the inference
// --------------------------------------------------------------------------------

/**
 * @brief POST /v1/infer/batch: runs a model on sources.
 *
 * @code
 * annolab::infer_batch request{{"Company Name", "My Project"}, "Staple + Classify Documents",
 *                              {4024, 5853}, "Gold Set"};
 * auto job = co_await client.submit(request);
 * auto predicted = co_await job.result({.deadline = 30min});
 * for (auto const& annotation : predicted.annotations)
 *     std::cout << annotation.source_id << ' ' << annotation.type_name << '\n';
 * @endcode
 *
 * The result is what lies in the output layer of the sources, which is had by an export of them:
 * the platform does not say which annotations an inference has made, so give each a layer of its
 * own, or one that is empty. It may have `limits.body_bytes` in all, else `errc::body_too_large`;
 * `stream_predictions` gives any number, one at a time.
 *
 * The resume token holds what the result needs. Of a job that is known by its id alone the status
 * can be had; for its result attach to `infer_batch::ref(id, project, layer)`.
 *
 * It needs the permission "Model Run" in the project. The platform can't cancel it.
 *
 * *Errors*: a lost answer is `unknown_outcome`, and nothing is sent twice: the platform can't be
 * asked for its inferences. A failed inference is `job_failed`, without a reason.
 * *Source*: docs.annolab.ai, "Model Inferences"; wire notes 2.
 */
struct infer_batch : project_request {
    using response = inference_status;
    using status_operation = get_inference;
    using result_operation = export_predictions;
    static constexpr operation_info info{.name = "infer_batch",
                                         .method = "POST",
                                         .route = "batch",
                                         .repeat = idempotency::unsafe,
                                         .root = "inferences"};

    /// @param in with its group, also if it is given by its id
    infer_batch(project_ref in, name_or_id with_model, std::vector<std::int64_t> on_sources,
                name_or_id output_layer)
        : project_request(std::move(in)),
          model(std::move(with_model)),
          sources(std::move(on_sources)),
          layer(std::move(output_layer))
    {
    }

    name_or_id model;
    std::vector<std::int64_t> sources; ///< at least one
    name_or_id layer;                  ///< into which the predictions go

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL std::string job_context() const;
    INFERPP_DECL static std::string job_context(std::string of_request,
                                                inference_status const& receipt);
    INFERPP_DECL static std::string job_id(inference_status const& receipt);
    static job_status describe(inference_status const& of) { return annolab::describe(of); }

    /// An inference that was started elsewhere, for `client.attach<infer_batch>(ref)`.
    /// @param layer_name its output layer, @param on_sources empty: all of the project
    INFERPP_DECL static job_ref ref(std::int64_t id, project_ref in, std::string layer_name,
                                    std::vector<std::int64_t> on_sources = {});
};
BOOST_DESCRIBE_STRUCT(infer_batch, (project_request), (model, sources, layer))

constexpr json_rules json_rules_of(infer_batch const*)
{
    return project_rules()
        .renamed("model", "modelIdentifier")
        .renamed("sources", "sourceIds")
        .renamed("layer", "outputLayerIdentifier");
}

/**
 * @brief Waits for an inference, and gives its predictions one at a time, read from the archive
 *        while it is downloaded.
 *
 * @code
 * annolab::stream_predictions const stream{job.ref(), {.deadline = 30min}};
 * auto predicted = co_await client.stream(stream);
 * while (auto annotation = co_await predicted.next())
 *     use(*annotation);
 * @endcode
 *
 * The stream ends behind the last annotation once the archive has been found whole, and fails as
 * `read_export` does. Each may have `limits.event_bytes`. *Errors*: also those of `job::result`.
 */
struct stream_predictions {
    using provider = annolab::provider;
    using response = exported_annotation;
    using event = exported_annotation;
    static constexpr operation_info info{.name = "stream_predictions"};

    /// @param of what `job::ref()` gives, @param wait for the inference and the export together
    stream_predictions(job_ref of, poll_options wait) : job(std::move(of)), poll(wait) {}

    job_ref job;
    poll_options poll;

    INFERPP_DECL result<void> validate() const;
    INFERPP_DECL static boost::asio::awaitable<event_stream<exported_annotation>> perform(
        client with, stream_predictions op, call_options call);
};

static_assert(!fragile_temporary<get_inference> && !fragile_temporary<infer_batch> &&
              !fragile_temporary<stream_predictions>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/inferences.ipp>
#endif

#endif
