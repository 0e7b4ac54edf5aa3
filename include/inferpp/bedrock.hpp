// SPDX-License-Identifier: BSL-1.0
//
// Amazon Bedrock: everything a program needs for this platform.

#ifndef INFERPP_BEDROCK_HPP
#define INFERPP_BEDROCK_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>
#include <inferpp/providers/bedrock/batch_state.hpp>
#include <inferpp/providers/bedrock/credential_sources.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/jobs.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/read_batch.hpp>
#include <inferpp/providers/bedrock/run_batch.hpp>
#include <inferpp/providers/bedrock/runtime/async_invoke.hpp>
#include <inferpp/providers/bedrock/runtime/converse.hpp>
#include <inferpp/providers/bedrock/runtime/converse_fold.hpp>
#include <inferpp/providers/bedrock/runtime/count_tokens.hpp>
#include <inferpp/providers/bedrock/runtime/guardrail_checks.hpp>
#include <inferpp/providers/bedrock/runtime/guardrails.hpp>
#include <inferpp/providers/bedrock/runtime/invoke_model.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>
#include <inferpp/providers/bedrock/s3/listing.hpp>
#include <inferpp/providers/bedrock/s3/multipart.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>
#include <inferpp/providers/bedrock/s3/reader.hpp>
#include <inferpp/providers/bedrock/s3/upload.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>
#include <inferpp/providers/bedrock/tags.hpp>
#include <inferpp/providers/bedrock/types.hpp>

#endif
