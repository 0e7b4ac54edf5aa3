// SPDX-License-Identifier: BSL-1.0
//
// The two levels in which Modzy's jobs name their inputs.

#ifndef INFERPP_PROVIDERS_MODZY_SOURCES_HPP
#define INFERPP_PROVIDERS_MODZY_SOURCES_HPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <map>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::modzy {

/// Inputs of a job: `sources[input key][data key]`. Input keys are yours and name the results; data
/// keys are the model's, mostly file names such as "input.txt".
template <class Value>
using source_map = std::map<std::string, std::map<std::string, Value>>;

/// Refuses what has no input, empty keys, and what `fault_of(value)` has something to say about.
template <class Value, class FaultOf>
result<void> validate_sources(source_map<Value> const& sources, FaultOf const& fault_of)
{
    if (sources.empty())
        return refuse("sources is empty; a job needs at least one input");
    for (auto const& [input_key, input] : sources) {
        if (input_key.empty())
            return refuse("sources has an empty input key; name each input");
        std::string const place = "sources['" + inferpp::detail::printable(input_key, 64) + "']";
        if (input.empty())
            return refuse(place + " is empty; give it the data keys that the model expects");
        for (auto const& [data_key, value] : input) {
            if (data_key.empty())
                return refuse(place + " has an empty data key; use the names of the model's "
                                      "inputs, such as input.txt");
            if (std::string_view const fault = fault_of(value); !fault.empty())
                return refuse(place + "['" + inferpp::detail::printable(data_key, 64) + "']" +
                              std::string{fault});
        }
    }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
