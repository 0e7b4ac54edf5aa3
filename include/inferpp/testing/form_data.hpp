// SPDX-License-Identifier: BSL-1.0
//
// Forms as simulators read them. Not part of the public interface.

#ifndef INFERPP_TESTING_FORM_DATA_HPP
#define INFERPP_TESTING_FORM_DATA_HPP

#include <inferpp/testing/simulator.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing::detail {

/// A part of a form of type multipart/form-data.
struct form_part {
    form_part() = default;

    std::string name;
    std::string filename;     ///< empty: it is a field
    std::string_view content; ///< valid as long as the request
};

/// The parts of a form; none where the request has no whole one.
INFERPP_DECL std::vector<form_part> read_form(simulated_request const& request);

} // namespace inferpp::inline INFERPP_ABI::testing::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/form_data.ipp>
#endif

#endif
