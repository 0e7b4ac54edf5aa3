// SPDX-License-Identifier: BSL-1.0
//
// Decthings: everything a program needs for this platform. Its earlier generation is in
// `decthings`, what differs in the later one in `decthings::versioned`.

#ifndef INFERPP_DECTHINGS_HPP
#define INFERPP_DECTHINGS_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/providers/decthings/api_error.hpp>
#include <inferpp/providers/decthings/datasets.hpp>
#include <inferpp/providers/decthings/debug_sessions.hpp>
#include <inferpp/providers/decthings/debug_streams.hpp>
#include <inferpp/providers/decthings/evaluations.hpp>
#include <inferpp/providers/decthings/files.hpp>
#include <inferpp/providers/decthings/images.hpp>
#include <inferpp/providers/decthings/language_servers.hpp>
#include <inferpp/providers/decthings/launchers.hpp>
#include <inferpp/providers/decthings/metrics.hpp>
#include <inferpp/providers/decthings/models.hpp>
#include <inferpp/providers/decthings/organizations.hpp>
#include <inferpp/providers/decthings/provider.hpp>
#include <inferpp/providers/decthings/session_events.hpp>
#include <inferpp/providers/decthings/session_streams.hpp>
#include <inferpp/providers/decthings/spawned.hpp>
#include <inferpp/providers/decthings/states.hpp>
#include <inferpp/providers/decthings/tensor.hpp>
#include <inferpp/providers/decthings/terminals.hpp>
#include <inferpp/providers/decthings/training.hpp>
#include <inferpp/providers/decthings/users.hpp>
#include <inferpp/providers/decthings/versioned_models.hpp>
#include <inferpp/providers/decthings/versioned_runs.hpp>

#endif
