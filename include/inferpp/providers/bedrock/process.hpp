// SPDX-License-Identifier: BSL-1.0
//
// Runs a program. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_PROCESS_HPP
#define INFERPP_PROVIDERS_BEDROCK_PROCESS_HPP

#include <inferpp/providers/bedrock/environment.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// See `environment::run`. Its standard input is empty, and what it says on standard error is
/// dropped: nobody knows whether that is a secret.
INFERPP_DECL boost::asio::awaitable<result<process_output>> run_process(std::string command,
                                                                        clock::time_point deadline);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/process.ipp>
#endif

#endif
