// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_BATCH_COMPLETIONS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_BATCH_COMPLETIONS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/launch/batch_completions.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<void> batch_prompts::validate() const
{
    if (prompts.empty())
        return refuse("content.prompts is empty");
    if (top_p && !(*top_p > 0 && *top_p <= 1))
        return refuse("content.top_p must be more than 0 and at most 1");
    return first_error({check_count("content.max_new_tokens", max_new_tokens, 1),
                        check_range("content.temperature", temperature, 0, 1),
                        check_range("content.presence_penalty", presence_penalty, 0, 2),
                        check_range("content.frequency_penalty", frequency_penalty, 0, 2),
                        check_count("content.top_k", top_k, -1)});
}

INFERPP_DECL result<void> batch_completion_settings::check(bool has_content) const
{
    constexpr std::int64_t most = 64;
    constexpr std::int64_t longest = 172800;
    if (has_content == input_data_path.has_value())
        return refuse("exactly one of content and input_data_path must be set");
    return first_error(
        {check_given("model_config.model", model_config.model),
         check_given("output_data_path", output_data_path),
         check_count("model_config.num_shards", model_config.num_shards, 1),
         check_count("model_config.max_context_length", model_config.max_context_length, 1),
         check_count("data_parallelism", data_parallelism, 1, most),
         check_count("max_runtime_sec", max_runtime_sec, 1, longest)});
}

/// Checks and writes the requests, whichever they are.
struct content_visitor {
    explicit content_visitor(json_writer* to) : out(to) {}

    result<void> operator()(batch_prompts const& prompts) const
    {
        if (out == nullptr)
            return prompts.validate();
        write_json(prompts, *out);
        return {};
    }
    template <class Settings>
    result<void> operator()(std::vector<Settings> const& requests) const
    {
        if (out == nullptr) {
            if (requests.empty())
                return refuse("content is empty");
            for (std::size_t i = 0; i < requests.size(); ++i)
                if (auto const valid = requests[i].check(); !valid)
                    return refuse("content[" + std::to_string(i) +
                                  "]: " + valid.error().info().message);
            return {};
        }
        write_json(requests, *out);
        return {};
    }

    json_writer* out; ///< null: check
};

INFERPP_DECL result<void> batch_content::validate() const
{
    return std::visit(content_visitor{nullptr}, value);
}

INFERPP_DECL void batch_content::to_json(json_writer& out) const
{
    std::visit(content_visitor{&out}, value).value();
}

INFERPP_DECL result<void> v1::create_batch_completion::validate() const
{
    return first_error(
        {check(content.has_value()), content ? content->validate() : result<void>{}});
}

INFERPP_DECL result<void> create_batch_completion::validate() const
{
    return first_error(
        {check(content.has_value()), content ? content->validate() : result<void>{}});
}

INFERPP_DECL result<batch_completion> batch_completion::decode(http::response&& answer)
{
    auto const document = parse_json(answer.body);
    if (!document)
        return document.error();
    auto const* const inner = member(*document, "job");
    return decode_value<batch_completion>(inner != nullptr ? *inner : *document);
}

INFERPP_DECL result<batch_completion_change> batch_completion_change::decode(
    http::response&& answer)
{
    return decode_json<batch_completion_change>(answer.body);
}

INFERPP_DECL job_status describe(batch_completion const& job)
{
    job_status told{phase::unknown, job.status.text()};
    switch (job.status.value()) {
    case batch_completion_status::unknown: break;
    case batch_completion_status::queued: told.phase = phase::queued; break;
    case batch_completion_status::running: told.phase = phase::running; break;
    case batch_completion_status::completed: told.phase = phase::succeeded; break;
    case batch_completion_status::failed: told.phase = phase::failed; break;
    case batch_completion_status::cancelled: told.phase = phase::cancelled; break;
    }
    return told;
}

INFERPP_DECL std::string cancel_batch_completion::target() const
{
    return target_builder{}
        .path("v2")
        .path("batch-completions")
        .path(job)
        .path("actions")
        .path("cancel")
        .str();
}

INFERPP_DECL std::string update_batch_completion::target() const
{
    return target_builder{}.path("v2").path("batch-completions").path(job_id).str();
}

// The id stands in the target and in the body.
INFERPP_DECL result<void> update_batch_completion::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    writer.key("job_id");
    writer.string(job_id);
    if (priority) {
        writer.key("priority");
        writer.string(*priority);
    }
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL result<std::vector<std::optional<completion_output>>> read_batch_completions(
    std::string_view file)
{
    return decode_json<std::vector<std::optional<completion_output>>>(file);
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
