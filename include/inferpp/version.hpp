// SPDX-License-Identifier: BSL-1.0
//
// The version of inferpp. Both build systems read the three numbers from this file.

#if defined(INFERPP_VERSION_MAJOR) && !defined(INFERPP_VERSION_HPP)
#error "two copies of inferpp in one file: include either the headers or the single file"
#endif

#ifndef INFERPP_VERSION_HPP
#define INFERPP_VERSION_HPP

#define INFERPP_VERSION_MAJOR 0
#define INFERPP_VERSION_MINOR 1
#define INFERPP_VERSION_PATCH 0

/// The inline namespace of this version. While the major number is 0, each minor version has its
/// own, so that two vendored copies in one program never share a symbol.
#define INFERPP_ABI v0_1

#endif
