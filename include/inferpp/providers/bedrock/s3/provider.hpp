// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_PROVIDER_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_PROVIDER_HPP

#include <inferpp/providers/bedrock/provider.hpp>

#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/// S3, where the inputs and outputs of Bedrock's jobs lie. It takes no bearer key, and wants the
/// hash of each body.
class provider final : public service_provider {
public:
    using options = bedrock::options;

    /// @throws failure `invalid_argument`, naming the option
    explicit provider(options const& with)
        : service_provider(with, service{services::s3, "s3", false, sigv4_path::as_sent, true},
                           with.s3_endpoint)
    {
    }
    std::string_view name() const noexcept override { return "bedrock_s3"; }
};

/// A client of S3; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
