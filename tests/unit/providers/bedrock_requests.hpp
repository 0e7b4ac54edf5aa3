// SPDX-License-Identifier: BSL-1.0
//
// What tests of Bedrock's requests need.

#ifndef INFERPP_TESTS_UNIT_PROVIDERS_BEDROCK_REQUESTS_HPP
#define INFERPP_TESTS_UNIT_PROVIDERS_BEDROCK_REQUESTS_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/codec/json.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "unit/support.hpp"

namespace unit {

template <class Op>
inferpp::http::request encode(Op const& op)
{
    auto made = inferpp::detail::encode_operation(op);
    if (made.has_error())
        FAIL(made.error().what());
    return std::move(*made);
}

/// Why an operation is not sent; "fine" if it would be.
template <class Op>
std::string refused(Op const& op)
{
    auto const made = inferpp::detail::encode_operation(op);
    if (made.has_value())
        return "fine";
    CHECK(made.error() == inferpp::errc::invalid_argument);
    return made.error().info().message;
}

inline boost::json::value json(std::string_view text)
{
    auto const parsed = inferpp::parse_json(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

/// The rows of the requests that were captured from Amazon's client, by the first word of their set
/// and their number.
inline std::map<std::string, boost::json::object> captured()
{
    std::map<std::string, boost::json::object> rows;
    auto const path = shared_path("vectors/bedrock-captured-requests.jsonl");
    if (path.empty())
        return rows;
    std::istringstream lines{read_file(path)};
    for (std::string line; std::getline(lines, line);) {
        auto const row = json(line);
        std::string const set = row.at("set").as_string().c_str();
        rows[set.substr(0, set.find_first_of(" +")) + ' ' +
             std::to_string(row.at("n").as_int64())] = row.as_object();
    }
    return rows;
}

} // namespace unit

#endif
