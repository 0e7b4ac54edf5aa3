// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_INFERENCES_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_INFERENCES_IPP

#include <inferpp/providers/annolab/export_reader.hpp>
#include <inferpp/providers/annolab/inferences.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL job_status describe(inference_status const& of)
{
    return job_status{phase_of(of.status), of.status};
}

inline std::string context_text(prediction_place const& place)
{
    std::string text;
    encode_json(place, text).value();
    return text;
}

// --- reading
// --------------------------------------------------------------------------------------

/// The annotations of a layer and some sources.
class prediction_source final : public event_source<exported_annotation> {
public:
    prediction_source(export_reader reader, prediction_place place)
        : reader_(std::move(reader)),
          place_(std::move(place))
    {
        std::sort(place_.sources.begin(), place_.sources.end());
    }

    boost::asio::awaitable<result<std::optional<exported_annotation>>> next() override
    {
        using event = std::optional<exported_annotation>;
        error failed;
        try {
            while (true) {
                auto const piece = co_await reader_.next();
                if (!piece && !reader_.has_had(export_part::annotations))
                    throw failure{
                        error{errc::bad_content, "the export has no list of annotations"}};
                if (!piece)
                    co_return event{};
                auto one = read_line<exported_annotation>(*piece);
                if (!belongs(one))
                    continue;
                size_ = piece->text.size();
                co_return event{std::move(one)};
            }
        }
        catch (boost::system::system_error const&) {
            failed = export_error(read_predictions::info);
        }
        co_return failed;
    }

    /// How long the last annotation was in the archive.
    std::size_t size() const noexcept { return size_; }

private:
    // Servers may give more than they were asked for, and might not name the one layer asked for.
    bool belongs(exported_annotation const& one) const
    {
        return (one.layer_name.empty() || one.layer_name == place_.layer) &&
               (place_.sources.empty() ||
                std::binary_search(place_.sources.begin(), place_.sources.end(), one.source_id));
    }

    export_reader reader_;
    prediction_place place_;
    std::size_t size_ = 0;
};

/// Asks where the archive of a finished export is, and opens it.
inline boost::asio::awaitable<std::unique_ptr<prediction_source>> open_archive(client with,
                                                                               job_ref exported,
                                                                               call_options call)
{
    auto place = decode_json<prediction_place>(exported.context);
    get_export const ask{exported.id};
    auto const done = co_await with.send(ask, call);
    if (done.download_url.empty())
        throw failure{
            error{errc::bad_schema, "the export has ended, but the server gave no URL for it"}};
    bool (*const annotations)(export_part) = [](export_part part) {
        return part == export_part::annotations;
    };
    auto reader = co_await open_export(with, done.download_url, annotations, call);
    co_return std::make_unique<prediction_source>(std::move(reader), std::move(place.value()));
}

INFERPP_DECL boost::asio::awaitable<predictions> read_predictions::perform(client with,
                                                                           read_predictions op,
                                                                           call_options call)
{
    auto const source = co_await open_archive(with, op.exported, call);
    std::size_t const most = with.options().limits.body_bytes;
    std::size_t left = most;
    predictions found;
    while (true) {
        auto next = co_await source->next();
        auto& one = next.value();
        if (!one)
            co_return found;
        if (source->size() > left)
            throw failure{error{errc::body_too_large,
                                "the predictions have more than " + std::to_string(most) +
                                    " bytes; raise limits.body_bytes, or use stream_predictions"}};
        left -= source->size();
        found.annotations.push_back(std::move(*one));
    }
}

INFERPP_DECL export_predictions::export_predictions(job_ref const& inference)
    : export_project(project_ref{{}, name_or_id{}}),
      context_(inference.context)
{
    auto place = decode_json<prediction_place>(context_);
    if (!place || place->layer.empty() || place->project.empty())
        return;
    known_ = true;
    if (!place->group.empty())
        group = place->group;
    project = std::move(place->project);
    annotation_layer_names = {std::move(place->layer)};
    source_ids = std::move(place->sources);
}

INFERPP_DECL result<void> export_predictions::validate() const
{
    if (!known_)
        return refuse("the id of an inference does not say where its predictions are; attach with "
                      "its resume token, or to annolab::infer_batch::ref(id, project, layer)");
    return export_project::validate();
}

// --- the inference
// --------------------------------------------------------------------------------

INFERPP_DECL result<void> infer_batch::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("group", group.value_or("")); !given)
        return given;
    if (auto const given = check_given("model", model); !given)
        return given;
    if (auto const given = check_given("sources", sources); !given)
        return given;
    if (auto const valid = check_ids("sources", sources); !valid)
        return valid;
    return check_given("layer", layer);
}

INFERPP_DECL std::string infer_batch::job_context() const
{
    prediction_place place;
    place.group = group.value_or("");
    place.project = project;
    place.layer = layer.name();
    place.sources = sources;
    return context_text(place);
}

// Exports go by names, and the answer has them where the request had ids.
INFERPP_DECL std::string infer_batch::job_context(std::string of_request,
                                                  inference_status const& receipt)
{
    auto place = decode_json<prediction_place>(of_request);
    if (!place)
        return of_request;
    if (!receipt.project_name.empty())
        place->project = receipt.project_name;
    if (!receipt.output_layer_name.empty())
        place->layer = receipt.output_layer_name;
    return context_text(*place);
}

INFERPP_DECL std::string infer_batch::job_id(inference_status const& receipt)
{
    return id_text(receipt.inference_job_id);
}

INFERPP_DECL job_ref infer_batch::ref(std::int64_t id, project_ref in, std::string layer_name,
                                      std::vector<std::int64_t> on_sources)
{
    infer_batch const of{std::move(in), {}, std::move(on_sources), std::move(layer_name)};
    return job_ref{std::to_string(id), of.job_context()};
}

// --- the stream
// -----------------------------------------------------------------------------------

/// As `read_predictions`, for `stream_predictions`.
struct open_predictions {
    using provider = annolab::provider;
    using response = event_stream<exported_annotation>;
    static constexpr operation_info info{.name = "open_predictions", .held = true};

    explicit open_predictions(job_ref of) : exported(std::move(of)) {}

    job_ref exported;

    static boost::asio::awaitable<response> perform(client with, open_predictions op,
                                                    call_options call)
    {
        call.timeout.reset(); // the caller reads at his own pace
        auto source = co_await open_archive(std::move(with), std::move(op.exported), call);
        co_return response{std::move(source)};
    }
};

struct export_for_stream : export_predictions {
    using result_operation = open_predictions;
    using export_predictions::export_predictions;
};
BOOST_DESCRIBE_STRUCT(export_for_stream, (export_predictions), ())

struct infer_for_stream : infer_batch {
    using result_operation = export_for_stream;
};

INFERPP_DECL result<void> stream_predictions::validate() const
{
    if (job.id.empty())
        return refuse("the id of the job is empty; give what job::ref() says");
    export_predictions const place{job};
    return place.validate();
}

INFERPP_DECL boost::asio::awaitable<event_stream<exported_annotation>> stream_predictions::perform(
    client with, stream_predictions op, call_options)
{
    auto const inference = with.attach<infer_for_stream>(op.job);
    co_return co_await inference.result(op.poll);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
