// SPDX-License-Identifier: BSL-1.0
//
// The bodies of the library. Include it in exactly one file of a program, with
// INFERPP_SEPARATE_COMPILATION defined in all of them.

#ifndef INFERPP_SRC_HPP
#define INFERPP_SRC_HPP

#if !defined(INFERPP_SEPARATE_COMPILATION)
#error "define INFERPP_SEPARATE_COMPILATION for the whole program, or do not include this file"
#endif

#include <inferpp/client/impl/client.ipp>
#include <inferpp/client/impl/job_status.ipp>
#include <inferpp/client/impl/operation.ipp>
#include <inferpp/client/impl/options.ipp>
#include <inferpp/client/impl/pipeline.ipp>
#include <inferpp/client/impl/poll.ipp>
#include <inferpp/client/impl/pulled_body.ipp>
#include <inferpp/client/impl/retry.ipp>
#include <inferpp/client/impl/server_message.ipp>
#include <inferpp/codec/impl/aws_event_stream.ipp>
#include <inferpp/codec/impl/aws_sigv4.ipp>
#include <inferpp/codec/impl/base64.ipp>
#include <inferpp/codec/impl/crc32.ipp>
#include <inferpp/codec/impl/digest.ipp>
#include <inferpp/codec/impl/http_date.ipp>
#include <inferpp/codec/impl/json.ipp>
#include <inferpp/codec/impl/json_union.ipp>
#include <inferpp/codec/impl/json_writer.ipp>
#include <inferpp/codec/impl/link.ipp>
#include <inferpp/codec/impl/multipart.ipp>
#include <inferpp/codec/impl/ndjson.ipp>
#include <inferpp/codec/impl/redirect.ipp>
#include <inferpp/codec/impl/sse.ipp>
#include <inferpp/codec/impl/timestamp.ipp>
#include <inferpp/codec/impl/url.ipp>
#include <inferpp/codec/impl/xml.ipp>
#include <inferpp/core/impl/bytes.ipp>
#include <inferpp/core/impl/error.ipp>
#include <inferpp/core/impl/file.ipp>
#include <inferpp/core/impl/log.ipp>
#include <inferpp/core/impl/secret.ipp>
#include <inferpp/core/impl/text.ipp>
#include <inferpp/net/impl/address_filter.ipp>
#include <inferpp/net/impl/channel.ipp>
#include <inferpp/net/impl/clock.ipp>
#include <inferpp/net/impl/connection.ipp>
#include <inferpp/net/impl/dial.ipp>
#include <inferpp/net/impl/http.ipp>
#include <inferpp/net/impl/http_server.ipp>
#include <inferpp/net/impl/https_transport.ipp>
#include <inferpp/net/impl/proxy.ipp>
#include <inferpp/net/impl/resolver.ipp>
#include <inferpp/net/impl/tls_context.ipp>
#include <inferpp/net/impl/transport.ipp>
#include <inferpp/net/impl/websocket.ipp>
#include <inferpp/providers/bedrock/impl/aws_error.ipp>
#include <inferpp/providers/bedrock/impl/credential_call.ipp>
#include <inferpp/providers/bedrock/impl/credential_plan.ipp>
#include <inferpp/providers/bedrock/impl/credential_sources.ipp>
#include <inferpp/providers/bedrock/impl/credentials.ipp>
#include <inferpp/providers/bedrock/impl/endpoint.ipp>
#include <inferpp/providers/bedrock/impl/environment.ipp>
#include <inferpp/providers/bedrock/impl/jobs.ipp>
#include <inferpp/providers/bedrock/impl/metadata.ipp>
#include <inferpp/providers/bedrock/impl/patterns.ipp>
#include <inferpp/providers/bedrock/impl/process.ipp>
#include <inferpp/providers/bedrock/impl/profile_files.ipp>
#include <inferpp/providers/bedrock/impl/provider.ipp>
#include <inferpp/providers/bedrock/impl/signature.ipp>
#include <inferpp/providers/bedrock/impl/sso.ipp>
#include <inferpp/providers/bedrock/impl/sts.ipp>
#include <inferpp/providers/bedrock/impl/tags.ipp>
#include <inferpp/providers/bedrock/impl/types.ipp>
#include <inferpp/providers/launch/impl/batch_completions.ipp>
#include <inferpp/providers/launch/impl/batch_jobs.ipp>
#include <inferpp/providers/launch/impl/bundles.ipp>
#include <inferpp/providers/launch/impl/bundles_v1.ipp>
#include <inferpp/providers/launch/impl/callbacks.ipp>
#include <inferpp/providers/launch/impl/chat.ipp>
#include <inferpp/providers/launch/impl/chat_messages.ipp>
#include <inferpp/providers/launch/impl/completions.ipp>
#include <inferpp/providers/launch/impl/docker_jobs.ipp>
#include <inferpp/providers/launch/impl/endpoints.ipp>
#include <inferpp/providers/launch/impl/files.ipp>
#include <inferpp/providers/launch/impl/fine_tunes.ipp>
#include <inferpp/providers/launch/impl/legacy.ipp>
#include <inferpp/providers/launch/impl/llm_endpoints.ipp>
#include <inferpp/providers/launch/impl/llm_types.ipp>
#include <inferpp/providers/launch/impl/predictions.ipp>
#include <inferpp/providers/launch/impl/provider.ipp>
#include <inferpp/providers/launch/impl/responses.ipp>
#include <inferpp/providers/launch/impl/text_completions.ipp>
#include <inferpp/providers/launch/impl/triggers.ipp>
#include <inferpp/providers/launch/impl/types.ipp>
#include <inferpp/providers/modzy/impl/explanations.ipp>
#include <inferpp/providers/modzy/impl/file_job.ipp>
#include <inferpp/providers/modzy/impl/inferences.ipp>
#include <inferpp/providers/modzy/impl/jobs.ipp>
#include <inferpp/providers/modzy/impl/model_types.ipp>
#include <inferpp/providers/modzy/impl/models.ipp>
#include <inferpp/providers/modzy/impl/provider.ipp>
#include <inferpp/providers/modzy/impl/results.ipp>
#include <inferpp/providers/modzy/impl/submissions.ipp>
#include <inferpp/providers/modzy/impl/types.ipp>

#endif
