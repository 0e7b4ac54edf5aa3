// SPDX-License-Identifier: BSL-1.0
//
// Modzy: jobs on texts and bytes. Everything a program needs for this platform.

#ifndef INFERPP_MODZY_HPP
#define INFERPP_MODZY_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/modzy/operations.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/types.hpp>

#endif
