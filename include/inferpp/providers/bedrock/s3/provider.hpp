// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_PROVIDER_HPP
#define INFERPP_PROVIDERS_BEDROCK_S3_PROVIDER_HPP

#include <inferpp/providers/bedrock/provider.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

/**
 * @brief S3, where the inputs and outputs of Bedrock's jobs lie. It takes no bearer key, and wants
 *        the hash of each body.
 *
 * A bucket stands in the host, or in the path where the host can't have it: with
 * `options::path_style`, a bucket with dots over https, and an `s3_endpoint` that is an IP address
 * or localhost. A bucket of another region is asked there, once the service has said so, and from
 * then on at once. Directory buckets, access points and acceleration have other addresses, and are
 * not for this client.
 *
 * *Source*: wire notes 6.4.
 */
class provider final : public service_provider {
public:
    using options = bedrock::options;

    /// @throws failure `invalid_argument`, naming the option
    INFERPP_DECL explicit provider(options const& with);

    std::string_view name() const noexcept override { return "bedrock_s3"; }

    INFERPP_DECL void locate(http::request& message, origin& to) const override;
    INFERPP_DECL void sign(http::request& message, origin const& to,
                           sys_milliseconds now) const override;

    /// Some operations fail after they have begun to answer with 200.
    INFERPP_DECL error find_refusal(http::response const& answer) const override;

    /// Goes to the region that the service names, or takes over its clock.
    INFERPP_DECL bool adapt(http::response const& refusal, sys_milliseconds now,
                            http::request& message, origin& to) const override;

private:
    /// A bucket that is not of the region of the options.
    struct moved_bucket {
        moved_bucket() = default;

        std::string name;
        std::string region;
        std::string host; ///< of the region
    };

    INFERPP_DECL bool is_in_host(std::string_view bucket) const noexcept;
    INFERPP_DECL std::string host_of(std::string_view region) const;
    INFERPP_DECL std::string bucket_of(http::request const& message, origin const& to) const;
    INFERPP_DECL std::optional<moved_bucket> find(std::string_view bucket) const;

    bool path_style_;
    bool custom_;
    mutable std::mutex mutex_;
    mutable std::vector<moved_bucket> moved_;
};

/// A client of S3; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/s3/impl/provider.ipp>
#endif

#endif
