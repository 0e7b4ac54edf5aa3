// SPDX-License-Identifier: BSL-1.0
//
// Scale Launch in full: everything a program needs for this platform.

#ifndef INFERPP_LAUNCH_HPP
#define INFERPP_LAUNCH_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/net/http_server.hpp>
#include <inferpp/providers/launch/batch_completions.hpp>
#include <inferpp/providers/launch/batch_jobs.hpp>
#include <inferpp/providers/launch/bundles.hpp>
#include <inferpp/providers/launch/bundles_v1.hpp>
#include <inferpp/providers/launch/callbacks.hpp>
#include <inferpp/providers/launch/chat.hpp>
#include <inferpp/providers/launch/chat_messages.hpp>
#include <inferpp/providers/launch/completions.hpp>
#include <inferpp/providers/launch/docker_jobs.hpp>
#include <inferpp/providers/launch/endpoints.hpp>
#include <inferpp/providers/launch/files.hpp>
#include <inferpp/providers/launch/fine_tunes.hpp>
#include <inferpp/providers/launch/legacy.hpp>
#include <inferpp/providers/launch/llm_endpoints.hpp>
#include <inferpp/providers/launch/llm_types.hpp>
#include <inferpp/providers/launch/predictions.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/responses.hpp>
#include <inferpp/providers/launch/text_completions.hpp>
#include <inferpp/providers/launch/triggers.hpp>
#include <inferpp/providers/launch/types.hpp>

#endif
