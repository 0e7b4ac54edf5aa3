// SPDX-License-Identifier: BSL-1.0
//
// How the library is built: header-only by default; compiled once when the user defines
// INFERPP_SEPARATE_COMPILATION everywhere and includes <inferpp/src.hpp> in one file.

#ifndef INFERPP_CORE_CONFIG_HPP
#define INFERPP_CORE_CONFIG_HPP

#include <inferpp/version.hpp>

#if defined(INFERPP_SEPARATE_COMPILATION)
#define INFERPP_DECL
#else
#define INFERPP_DECL inline
#endif

#endif
