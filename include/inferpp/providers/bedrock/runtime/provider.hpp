// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_PROVIDER_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_PROVIDER_HPP

#include <inferpp/providers/bedrock/provider.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// Bedrock's runtime, which runs models. It is signed for as the control plane.
class provider final : public service_provider {
public:
    using options = bedrock::options;

    /// @throws failure `invalid_argument`, naming the option
    explicit provider(options const& with)
        : service_provider(with, service{services::runtime, "bedrock"}, with.runtime_endpoint)
    {
    }
    std::string_view name() const noexcept override { return "bedrock_runtime"; }
};

/// A client of the runtime; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
