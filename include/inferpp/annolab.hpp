// SPDX-License-Identifier: BSL-1.0
//
// AnnoLab in full: everything a program needs for this platform.

#ifndef INFERPP_ANNOLAB_HPP
#define INFERPP_ANNOLAB_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/providers/annolab/abstracts.hpp>
#include <inferpp/providers/annolab/annotations.hpp>
#include <inferpp/providers/annolab/export_records.hpp>
#include <inferpp/providers/annolab/exports.hpp>
#include <inferpp/providers/annolab/inferences.hpp>
#include <inferpp/providers/annolab/instruments.hpp>
#include <inferpp/providers/annolab/pdf_sources.hpp>
#include <inferpp/providers/annolab/projects.hpp>
#include <inferpp/providers/annolab/provider.hpp>
#include <inferpp/providers/annolab/relations.hpp>
#include <inferpp/providers/annolab/sources.hpp>
#include <inferpp/providers/annolab/tags.hpp>
#include <inferpp/providers/annolab/workflows.hpp>

#endif
