// SPDX-License-Identifier: BSL-1.0
//
// Scale Launch in full: everything a program needs for this platform.

#ifndef INFERPP_LAUNCH_HPP
#define INFERPP_LAUNCH_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/net/http_server.hpp>
#include <inferpp/providers/launch/callbacks.hpp>
#include <inferpp/providers/launch/predictions.hpp>
#include <inferpp/providers/launch/provider.hpp>
#include <inferpp/providers/launch/responses.hpp>

#endif
