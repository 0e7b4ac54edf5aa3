// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_ASYNC_INVOKE_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_ASYNC_INVOKE_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/runtime/async_invoke.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

INFERPP_DECL job_status describe(async_invocation const& job)
{
    job_status told{phase::unknown, job.status.text()};
    switch (job.status.value()) {
    case async_state::in_progress: told.phase = phase::running; break;
    case async_state::completed: told.phase = phase::succeeded; break;
    case async_state::failed: told.phase = phase::failed; break;
    case async_state::unknown: break;
    }
    told.reason = job.failure_message;
    return told;
}

INFERPP_DECL result<void> get_async_invoke::validate() const
{
    return detail::require(is_async_invocation(invocation_arn),
                           "invocation_arn must be arn:aws:bedrock:<region>:<account>:async-invoke/"
                           "<id of twelve lower-case letters and digits>");
}

inline result<void> check_async_output(async_output const& output)
{
    if (output.empty())
        return detail::refuse("output_data_config is empty; set it to an async_s3_output");
    auto const* const s3 = output.get_if<"s3_output_data_config">();
    if (s3 == nullptr)
        return {};
    return detail::first_error(
        {detail::require(is_s3_place(s3->s3_uri),
                         "output_data_config: s3_uri must be s3://bucket/folder, at most 1024 "
                         "characters"),
         detail::require(!s3->kms_key_id ||
                             (s3->kms_key_id->starts_with("arn:") && is_kms_key(*s3->kms_key_id)),
                         "output_data_config: kms_key_id must be the ARN of a key or alias of KMS"),
         detail::require(!s3->bucket_owner || is_account_id(*s3->bucket_owner),
                         "output_data_config: bucket_owner must be an account of twelve digits")});
}

INFERPP_DECL result<void> start_async_invoke::validate() const
{
    return detail::first_error(
        {detail::require(model_id.size() <= 256 && is_runtime_model(model_id),
                         "model_id must be the id or ARN of a model, at most 256 characters"),
         detail::require(!model_input.is_null(), "model_input must be set"),
         check_async_output(output_data_config),
         detail::require(is_visible_token(client_request_token),
                         "client_request_token must be 1 to 256 visible ASCII characters"),
         check_tags("tags", tags)});
}

INFERPP_DECL result<void> list_async_invokes::validate() const
{
    return check_page(max_results, next_token, goes_round_);
}

INFERPP_DECL bool list_async_invokes::advance(async_page const& page)
{
    return turn_page(next_token, page.next_token, goes_round_);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
