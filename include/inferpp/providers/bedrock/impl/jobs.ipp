// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_JOBS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_JOBS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/jobs.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline phase phase_of(word<job_state> const& status) noexcept
{
    switch (status.value()) {
    case job_state::submitted:
    case job_state::validating:
    case job_state::scheduled: return phase::queued;
    case job_state::in_progress:
    case job_state::stopping: return phase::running;
    case job_state::stopped: return phase::cancelled;
    case job_state::completed: return phase::succeeded;
    case job_state::partially_completed: return phase::partially_succeeded;
    case job_state::failed: return phase::failed;
    case job_state::expired: return phase::expired;
    case job_state::unknown: break;
    }
    return phase::unknown;
}

INFERPP_DECL job_status describe(model_invocation_job const& job)
{
    job_status told{phase_of(job.status), job.status.text()};
    told.reason = job.message;
    if (!job.total_record_count)
        return told;
    job_counters counters;
    counters.total = *job.total_record_count;
    counters.completed = job.success_record_count.value_or(0);
    counters.failed = job.error_record_count.value_or(0);
    auto const processed =
        job.processed_record_count.value_or(counters.completed + counters.failed);
    counters.pending = counters.total - (std::min)(counters.total, processed);
    told.counters = counters;
    if (counters.total > 0)
        told.progress = static_cast<double>((std::min)(counters.total, processed)) /
                        static_cast<double>(counters.total);
    if (told.phase == phase::succeeded && counters.failed > 0) {
        told.phase = counters.completed > 0 ? phase::partially_succeeded : phase::failed;
        if (told.phase == phase::failed && told.reason.empty())
            told.reason = "all " + std::to_string(counters.failed) +
                          " records have failed; see their errors in the output";
    }
    return told;
}

inline result<void> check_identifier(std::string const& id)
{
    return detail::require(is_job_identifier(id),
                           "job_identifier must be the ARN of a job, "
                           "arn:aws:bedrock:<region>:<account>:model-invocation-job/<id>, or its "
                           "id of twelve lower-case letters and digits");
}

INFERPP_DECL result<void> get_model_invocation_job::validate() const
{
    return check_identifier(job_identifier);
}

INFERPP_DECL result<void> stop_model_invocation_job::validate() const
{
    return check_identifier(job_identifier);
}

INFERPP_DECL std::string stop_model_invocation_job::target() const
{
    return target_builder{}.path("model-invocation-job").path(job_identifier).path("stop").str();
}

INFERPP_DECL boost::asio::awaitable<stop_receipt> cancel_model_invocation_job::perform(
    basic_client<bedrock::provider> with, cancel_model_invocation_job op, call_options call)
{
    stop_model_invocation_job const stop{op.job_identifier};
    auto const stopped = co_await as_result(with.send(stop, call));
    stop_receipt receipt;
    if (stopped)
        co_return receipt;
    // Which of the two a job that has ended is refused with is not documented.
    error const& refused = stopped.error();
    if (refused == condition::conflict || refused.info().server_code == "ValidationException") {
        get_model_invocation_job const get{op.job_identifier};
        auto job = co_await as_result(with.send(get, call));
        if (job && is_terminal(bedrock::describe(*job).phase)) {
            receipt.ended = std::move(*job);
            co_return receipt;
        }
    }
    throw failure{refused};
}

INFERPP_DECL job_status create_model_invocation_job::describe(stop_receipt const& receipt)
{
    if (receipt.ended)
        return bedrock::describe(*receipt.ended);
    return job_status{phase::running, "Stopping"};
}

inline result<void> check_input(job_input const& input)
{
    if (input.empty())
        return detail::refuse("input_data_config is empty; set it to an s3_input");
    s3_input const* const s3 = input.get_if<s3_input>();
    if (s3 == nullptr)
        return {};
    return detail::first_error(
        {detail::require(is_s3_uri(s3->s3_uri),
                         "input_data_config: s3_uri must be s3://bucket/key, its key of letters, "
                         "digits, '/' and -!_*'(). alone, at most 1024 characters"),
         detail::require(
             !s3->s3_bucket_owner || is_account_id(*s3->s3_bucket_owner),
             "input_data_config: s3_bucket_owner must be an account of twelve digits")});
}

inline result<void> check_output(job_output const& output)
{
    if (output.empty())
        return detail::refuse("output_data_config is empty; set it to an s3_output");
    s3_output const* const s3 = output.get_if<s3_output>();
    if (s3 == nullptr)
        return {};
    return detail::first_error(
        {detail::require(is_s3_uri(s3->s3_uri),
                         "output_data_config: s3_uri must be s3://bucket/folder/, its key of "
                         "letters, digits, '/' and -!_*'(). alone, at most 1024 characters"),
         detail::require(!s3->s3_encryption_key_id || is_kms_key(*s3->s3_encryption_key_id),
                         "output_data_config: s3_encryption_key_id must be the id, alias or ARN of "
                         "a key of KMS"),
         detail::require(!s3->s3_bucket_owner || is_account_id(*s3->s3_bucket_owner),
                         "output_data_config: s3_bucket_owner must be an account of twelve "
                         "digits")});
}

inline result<void> check_network(std::optional<vpc_config> const& network)
{
    if (!network)
        return {};
    auto const are_items = [](std::vector<std::string> const& items, std::size_t most) {
        return !items.empty() && items.size() <= most &&
               std::all_of(items.begin(), items.end(),
                           [](std::string const& item) { return is_vpc_item(item); });
    };
    return detail::first_error(
        {detail::require(are_items(network->subnet_ids, 16),
                         "vpc_config: subnet_ids must be 1 to 16 ids, each of at most 32 letters, "
                         "digits and '-'"),
         detail::require(are_items(network->security_group_ids, 5),
                         "vpc_config: security_group_ids must be 1 to 5 ids, each of at most 32 "
                         "letters, digits and '-'")});
}

INFERPP_DECL result<void> create_model_invocation_job::validate() const
{
    auto const& hours = timeout_duration_in_hours;
    return detail::first_error(
        {detail::require(is_job_name(job_name),
                         "job_name must be 1 to 63 letters, digits, '+', '-' and '.', the first a "
                         "letter or digit"),
         detail::require(is_role_arn(role_arn),
                         "role_arn must be arn:aws:iam::<account>:role/<name>"),
         detail::require(is_request_token(client_request_token),
                         "client_request_token must be 1 to 256 letters and digits, with '-' "
                         "between them"),
         detail::require(is_model_id(model_id),
                         "model_id must be the id of a model such as vendor.name-v1:0, or the ARN "
                         "of a model or inference profile"),
         check_input(input_data_config), check_output(output_data_config),
         check_network(vpc_config),
         detail::require(
             !hours || (*hours >= std::chrono::hours{24} && *hours <= std::chrono::hours{168}),
             "timeout_duration_in_hours must be from 24 to 168"),
         check_tags("tags", tags)});
}

INFERPP_DECL result<void> list_model_invocation_jobs::validate() const
{
    return detail::first_error(
        {check_page(max_results, next_token, goes_round_),
         detail::require(!name_contains || is_job_name(*name_contains),
                         "name_contains must be 1 to 63 letters, digits, '+', '-' and '.', the "
                         "first a letter or digit")});
}

INFERPP_DECL bool list_model_invocation_jobs::advance(job_page const& page)
{
    return turn_page(next_token, page.next_token, goes_round_);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
