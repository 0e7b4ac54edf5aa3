// SPDX-License-Identifier: BSL-1.0
//
// Modzy in full: everything a program needs for this platform.

#ifndef INFERPP_MODZY_HPP
#define INFERPP_MODZY_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/modzy/explanations.hpp>
#include <inferpp/providers/modzy/file_job.hpp>
#include <inferpp/providers/modzy/inferences.hpp>
#include <inferpp/providers/modzy/jobs.hpp>
#include <inferpp/providers/modzy/model_types.hpp>
#include <inferpp/providers/modzy/models.hpp>
#include <inferpp/providers/modzy/provider.hpp>
#include <inferpp/providers/modzy/results.hpp>
#include <inferpp/providers/modzy/submissions.hpp>

#endif
