// SPDX-License-Identifier: BSL-1.0
//
// One request of each of Launch's operations beside the predictions, as it is sent.

#ifndef INFERPP_TESTS_UNIT_PROVIDERS_LAUNCH_REQUESTS_HPP
#define INFERPP_TESTS_UNIT_PROVIDERS_LAUNCH_REQUESTS_HPP

#include <inferpp/net/http.hpp>

#include <string>
#include <vector>

namespace unit {

struct launch_request {
    std::string name; ///< of the operation
    inferpp::http::request message;
    std::string target; ///< that it must have
    std::string body;   ///< that it must have
};

std::vector<launch_request> launch_resource_requests();
std::vector<launch_request> launch_llm_requests();

} // namespace unit

#endif
